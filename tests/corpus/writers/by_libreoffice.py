"""LibreOffice, where it is installed: it opens the workbooks of another writer and saves them again."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from book import Book, Expected, Row

FORMATS = ("xlsx", "ods")
NOT_AS_ODS = ("spaces and marks around values", "long reasons")
"""It writes a space at the end of a paragraph as it is, which by the standard is no part of the text."""


def program() -> str | None:
    """Where it is. `SOFFICE` names another place."""
    return os.environ.get("SOFFICE") or shutil.which("soffice")


def save_again(soffice: str, files: list[tuple[Book, Path]], folder: Path) -> list[tuple[str, Book, Path]]:
    """Every file in every format. Gives each with the label of its writer."""
    saved = []
    with tempfile.TemporaryDirectory() as home:
        for extension in FORMATS:
            into = folder / f"LibreOffice {extension}"
            command = [soffice, f"-env:UserInstallation=file://{home}", "--headless", "--convert-to", extension]
            kept = [(book, path) for book, path in files if extension != "ods" or book.shape not in NOT_AS_ODS]
            paths = [str(path) for _, path in kept]
            subprocess.run([*command, "--outdir", str(into), *paths], check=True, stdout=subprocess.DEVNULL)
            for book, path in kept:
                written = into / f"{path.stem}.{extension}"
                if not written.exists():
                    raise FileNotFoundError(f"LibreOffice did not write {written}")
                saved.append((f"LibreOffice {extension}", as_saved(book), written))
    return saved


def as_saved(book: Book) -> Book:
    """The same list, as LibreOffice saves it: an error value is the formula that gives it."""

    def row(row: Row) -> Row:
        codes = {field: code.replace("cell.error", "cell.formula") for field, code in row.faults.items()}
        return replace(row, faults=codes)

    def expected(told: Expected) -> Expected:
        return replace(told, rows=[row(it) for it in told.rows])

    return replace(book, expected=[expected(it) for it in book.expected])

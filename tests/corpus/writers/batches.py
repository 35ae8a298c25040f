"""Writers in other languages: one process writes all of its files at the end."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from book import Book

from . import Writer
from .told import line

ROOT = Path(__file__).resolve().parents[3]
NODE_HOME = ROOT / ".tools" / "corpus-node"

IN_CELLS = frozenset("boolean date error escapes format formula lines sheets".split())
ROWS = frozenset({"hidden columns", "hidden rows", "hidden sheet"})
SHEETJS = IN_CELLS | ROWS | {"blank", "link", "merges"}
EXCELJS = IN_CELLS | ROWS | {"blank", "image", "link", "merges", "rich", "table"}

REFUSED = (
    ("sheetjs", {"bookType": "biff8"}, "FILE_OLD_XLS"),
    ("sheetjs", {"bookType": "xlsb"}, "FILE_NOT_XLSX"),
    ("sheetjs", {"bookType": "xlsm"}, "FILE_MACRO"),
    ("sheetjs", {"bookType": "html"}, "FILE_NOT_XLSX"),
    ("sheetjs", {"bookType": "fods"}, "FILE_NOT_XLSX"),
    ("sheetjs", {"bookType": "xlml"}, "FILE_NOT_XLSX"),
    ("populate", {"password": "example"}, "FILE_ENCRYPTED"),
)
"""What programs save besides, with what has to become of it."""


class Batch:
    """One command, which takes lines of JSON."""

    def __init__(self, command: Sequence[str | Path], **more) -> None:
        self._command = command
        self._environment = os.environ | more
        self._lines: list[str] = []

    def writer(self, name: str, can: frozenset[str], extension="xlsx", variant="", **more) -> Writer:
        def write(book: Book, path: Path) -> None:
            self._lines.append(line(book, path, **more))

        return Writer(name, extension, can, write, variant)

    def finish(self) -> None:
        """Writes every file that was asked for."""
        subprocess.run(self._command, input="\n".join(self._lines), text=True, check=True, env=self._environment)
        self._lines.clear()


def by_node(batch: Batch) -> list[Writer]:
    def sheetjs(variant: str, extension: str, can: frozenset[str], **options) -> Writer:
        return batch.writer("SheetJS", can, extension, variant, writer="sheetjs", options=options)

    def stream(variant: str, can: frozenset[str], **options) -> Writer:
        return batch.writer("ExcelJS", IN_CELLS | ROWS | can, "xlsx", variant, writer="exceljsStream", options=options)

    return [
        sheetjs("", "xlsx", SHEETJS),
        sheetjs("shared strings", "xlsx", SHEETJS, bookSST=True, compression=True),
        sheetjs("ods", "ods", frozenset({"escapes", "lines", "merges", "sheets"}), bookType="ods"),
        sheetjs("utf-16 text", "csv", frozenset({"escapes", "lines"}), bookType="txt"),
        sheetjs("csv", "csv", frozenset({"escapes", "lines"}), bookType="csv"),
        batch.writer("ExcelJS", EXCELJS, writer="exceljs"),
        stream("stream", frozenset({"rich"}), useSharedStrings=False),
        # It takes every rich text for the first one.
        stream("stream, shared strings", frozenset(), useSharedStrings=True),
        batch.writer(
            "xlsx-populate", (IN_CELLS - {"error"}) | ROWS | {"blank", "link", "merges", "rich"}, writer="populate"
        ),
        batch.writer("write-excel-file", (IN_CELLS - {"error"}) | {"blank", "merges"}, writer="plain"),
    ]


def by_rust(batch: Batch) -> list[Writer]:
    can = (IN_CELLS - {"error"}) | ROWS | {"blank", "chart", "link", "merges", "rich", "table"}
    return [batch.writer("rust_xlsxwriter", can)]

"""The csv module of Python, in the dialects and encodings in which programs save a list."""

from __future__ import annotations

import csv
from pathlib import Path

from book import Book, Cell

from . import Writer


def _write(encoding: str, newline: str = "\r\n", **dialect):
    def write(book: Book, path: Path) -> None:
        with path.open("w", encoding=encoding, newline="") as file:
            written = csv.writer(file, lineterminator=newline, **dialect)
            for row in book.list.rows():
                written.writerow(["" if cell is None else _value(cell) for cell in row])

    return write


def _value(cell: Cell) -> str:
    if cell.kind == "boolean":
        return "TRUE" if cell.value else "FALSE"
    return str(cell.value)


CAN = frozenset({"boolean", "escapes", "lines"})
WRITERS = [
    Writer("csv", "csv", CAN, _write("utf-8"), "utf-8"),
    Writer("csv", "csv", CAN, _write("utf-8-sig", delimiter=";"), "utf-8 with a mark, semicolons"),
    Writer("csv", "csv", CAN, _write("utf-8", "\n", delimiter="\t"), "tabs"),
    Writer("csv", "csv", CAN, _write("utf-8", "\n", quoting=csv.QUOTE_ALL), "all in quotes"),
    Writer("csv", "csv", CAN, _write("utf-16", delimiter="\t"), "utf-16, tabs"),
]

"""Writers of plain tables: PyExcelerate and pylightxl."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pylightxl
from pyexcelerate import Format, Style, Workbook

from book import Book, Cell

from . import Writer


def write_quickly(book: Book, path: Path) -> None:
    """With PyExcelerate."""
    workbook = Workbook()
    for sheet in book.sheets:
        rows = [[None if cell is None else _value(cell) for cell in row] for row in sheet.rows()]
        written = workbook.new_sheet(sheet.name, data=rows)
        for (row, column), cell in sheet.cells.items():
            if cell.format and cell.kind in ("date", "number"):
                written.set_cell_style(row, column, Style(format=Format(cell.format.replace('"', "&quot;"))))
    workbook.save(str(path))


def _value(cell: Cell):
    match cell.kind:
        case "date":
            return datetime.fromisoformat(cell.value)
        case "formula":
            return f"={cell.value}"
    return cell.value


def write_lightly(book: Book, path: Path) -> None:
    """With pylightxl."""
    database = pylightxl.Database()
    for sheet in book.sheets:
        database.add_ws(ws=sheet.name)
        written = database.ws(ws=sheet.name)
        for (row, column), cell in sheet.cells.items():
            written.update_index(row=row, col=column, val=cell.value)
    pylightxl.writexl(db=database, fn=str(path))


WRITERS = [
    # It writes formulas as they are, so that an ampersand in one makes the XML invalid.
    Writer("PyExcelerate", "xlsx", frozenset("boolean date escapes format lines sheets".split()), write_quickly),
    # It writes an ampersand as `&amp;amp;`.
    Writer("pylightxl", "xlsx", frozenset({"sheets"}), write_lightly),
]

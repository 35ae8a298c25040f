"""XlsxWriter: a workbook in memory, and one whose rows are written at once with their strings in them."""

from __future__ import annotations

import struct
import zlib
from datetime import date
from io import BytesIO
from pathlib import Path

import xlsxwriter

from book import Book, Cell, Sheet

from . import Writer


def write(book: Book, path: Path) -> None:
    _write(book, path, {})


def write_row_by_row(book: Book, path: Path) -> None:
    _write(book, path, {"constant_memory": True})


def _write(book: Book, path: Path, options: dict) -> None:
    with xlsxwriter.Workbook(str(path), options) as workbook:
        formats = Formats(workbook)
        for sheet in book.sheets:
            written = workbook.add_worksheet(sheet.name)
            _shape_before(written, sheet)
            for (row, column), cell in sorted(sheet.cells.items()):
                is_bold = "bold" in book.decorations and sheet.header is not None and row == sheet.header[0]
                _put(written, row - 1, column - 1, cell, formats.of(cell.format, is_bold), formats)
            _shape_behind(written, workbook, sheet)
            if sheet.header:
                _decorate(written, sheet, book.decorations, formats)
        if "names" in book.decorations:
            title = book.list.name.replace("'", "''")
            workbook.define_name("People", f"='{title}'!$A$1:$K$20")
        workbook.worksheets()[book.listed].activate()


class Formats:
    """Each format once."""

    def __init__(self, workbook) -> None:
        self._workbook = workbook
        self._made: dict = {}

    def of(self, code: str | None, is_bold: bool):
        if not code and not is_bold:
            return None
        key = (code, is_bold)
        if key not in self._made:
            wanted = {"num_format": code} if code else {}
            self._made[key] = self._workbook.add_format(wanted | ({"bold": True} if is_bold else {}))
        return self._made[key]


def _put(written, row: int, column: int, cell: Cell, shown, formats: Formats) -> None:
    match cell.kind:
        case "text" if cell.link:
            written.write_url(row, column, cell.link, string=cell.value)
        case "text":
            written.write_string(row, column, cell.value, shown)
        case "rich":
            parts: list = []
            for at, run in enumerate(cell.runs):
                parts += [formats.of(None, True), run] if at else [run]
            written.write_rich_string(row, column, *parts)
        case "number":
            written.write_number(row, column, cell.value, shown)
        case "boolean":
            written.write_boolean(row, column, cell.value, shown)
        case "date":
            written.write_datetime(row, column, date.fromisoformat(cell.value), shown)
        case "formula":
            written.write_formula(row, column, f"={cell.value}", shown, cell.result)
        case "blank":
            written.write_blank(row, column, None, shown)


def _shape_before(written, sheet: Sheet) -> None:
    """What has to be said before a row is written."""
    for row in sheet.hidden_rows:
        written.set_row(row - 1, None, None, {"hidden": True})
    for column in sheet.hidden_columns:
        written.set_column(column - 1, column - 1, None, None, {"hidden": True})
    if sheet.is_hidden:
        written.hide()


def _shape_behind(written, workbook, sheet: Sheet) -> None:
    for first_row, first, last_row, last in sheet.merges:
        kept = sheet.cells.get((first_row, first))
        written.merge_range(first_row - 1, first - 1, last_row - 1, last - 1, kept.value if kept else "")
    if sheet.table:
        first_row, first, last_row, last = sheet.table
        titles = [{"header": sheet.cells[first_row, column].value} for column in range(first, last + 1)]
        written.add_table(first_row - 1, first - 1, last_row - 1, last - 1, {"columns": titles, "name": "People"})
    if sheet.has_image:
        written.insert_image(0, 0, "logo.png", {"image_data": BytesIO(picture())})
    if sheet.has_chart:
        chart = workbook.add_chart({"type": "column"})
        chart.add_series({"values": [sheet.name, 1, 0, sheet.last_row - 1, 0]})
        written.insert_chart("N3", chart)


def _decorate(written, sheet: Sheet, decorations: frozenset[str], formats: Formats) -> None:
    row, first, last = (at - 1 for at in sheet.header)
    below = (row + 1, last, max(sheet.last_row - 1, row + 1), last)
    if "comments" in decorations:
        written.write_comment(row, first, "Fill in each column.", {"author": "The secretariat"})
    if "filter" in decorations and not sheet.table:
        written.autofilter(row, first, max(sheet.last_row - 1, row), last)
    if "freeze" in decorations:
        written.freeze_panes(row + 1, 0)
    if "highlight" in decorations:
        rule = {"type": "cell", "criteria": "==", "value": '"No"', "format": formats.of(None, True)}
        written.conditional_format(*below, rule)
    if "validation" in decorations:
        written.data_validation(*below, {"validate": "list", "source": ["Yes", "No"], "error_type": "warning"})
    if "widths" in decorations:
        for column in set(range(first, last + 1)) - {hidden - 1 for hidden in sheet.hidden_columns}:
            written.set_column(column, column, 24)


def picture() -> bytes:
    """A picture of one dot, as a PNG."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    dot = zlib.compress(b"\x00\x10\x20\x30")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", dot) + chunk(b"IEND", b"")


CAN = frozenset("blank boolean chart date format escapes formula image lines link merges rich sheets table".split()) | {
    "hidden columns",
    "hidden rows",
    "hidden sheet",
}
WRITERS = [
    Writer("XlsxWriter", "xlsx", CAN, write),
    # Merges and tables write cells again, which are written already.
    Writer("XlsxWriter", "xlsx", CAN - {"merges", "table"}, write_row_by_row, "constant memory"),
]

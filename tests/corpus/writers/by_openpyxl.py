"""openpyxl: a workbook in memory, one that is streamed out, and the template filled in."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table

from book import Book, Cell, Sheet

from . import Writer

FILL = PatternFill("solid", start_color="FFFF00", end_color="FFFF00")


def value(cell: Cell):
    match cell.kind:
        case "rich":
            first, *others = cell.runs
            return CellRichText(first, *(TextBlock(InlineFont(b=True), run) for run in others))
        case "date":
            return date.fromisoformat(cell.value)
        case "formula":
            return f"={cell.value}"
    return cell.value


def write(book: Book, path: Path) -> None:
    workbook = Workbook()
    workbook.remove(workbook.active)
    for sheet in book.sheets:
        written = workbook.create_sheet(sheet.name)
        for (row, column), cell in sheet.cells.items():
            put(written.cell(row, column), cell)
        shape(written, sheet)
        if sheet.header:
            decorate(written, sheet, book.decorations)
    if "names" in book.decorations:
        title = book.list.name.replace("'", "''")
        workbook.defined_names["People"] = DefinedName("People", attr_text=f"'{title}'!$A$1:$K$20")
    workbook.save(path)


def put(place, cell: Cell) -> None:
    place.value = value(cell)
    if cell.format:
        place.number_format = cell.format
    if cell.link:
        place.hyperlink = cell.link
        place.value = value(cell)


def shape(written, sheet: Sheet) -> None:
    """What decides which cells are seen."""
    for first_row, first, last_row, last in sheet.merges:
        written.merge_cells(start_row=first_row, start_column=first, end_row=last_row, end_column=last)
    for row in sheet.hidden_rows:
        written.row_dimensions[row].hidden = True
    for column in sheet.hidden_columns:
        written.column_dimensions[get_column_letter(column)].hidden = True
    if sheet.is_hidden:
        written.sheet_state = "hidden"
    if sheet.table:
        written.add_table(Table(displayName="People", ref=area(*sheet.table)))
    if sheet.has_chart:
        chart = BarChart()
        chart.add_data(Reference(written, min_col=1, min_row=1, max_row=sheet.last_row), titles_from_data=True)
        written.add_chart(chart, "N3")


def decorate(written, sheet: Sheet, decorations: frozenset[str]) -> None:
    row, first, last = sheet.header
    below = area(row + 1, last, max(sheet.last_row, row + 1), last)
    if "bold" in decorations:
        for column in range(first, last + 1):
            written.cell(row, column).font = Font(bold=True)
            written.cell(row, column).fill = FILL
    if "comments" in decorations:
        written.cell(row, first).comment = Comment("Fill in each column.", "The secretariat")
    if "filter" in decorations and not sheet.table:
        written.auto_filter.ref = area(row, first, sheet.last_row, last)
    if "freeze" in decorations:
        written.freeze_panes = written.cell(row + 1, first)
    if "highlight" in decorations:
        written.conditional_formatting.add(below, CellIsRule(operator="equal", formula=['"No"'], fill=FILL))
    if "validation" in decorations:
        choices = DataValidation(type="list", formula1='"Yes,No"', allow_blank=True, showErrorMessage=False)
        choices.add(below)
        written.add_data_validation(choices)
    if "widths" in decorations:
        for column in range(first, last + 1):
            written.column_dimensions[get_column_letter(column)].width = 24


def area(first_row: int, first: int, last_row: int, last: int) -> str:
    return f"{get_column_letter(first)}{first_row}:{get_column_letter(last)}{last_row}"


def stream(book: Book, path: Path) -> None:
    workbook = Workbook(write_only=True)
    for sheet in book.sheets:
        written = workbook.create_sheet(sheet.name)
        for row in sheet.rows():
            written.append([None if cell is None else _streamed(written, cell) for cell in row])
    workbook.save(path)


def _streamed(written, cell: Cell) -> WriteOnlyCell:
    place = WriteOnlyCell(written, value(cell))
    if cell.format:
        place.number_format = cell.format
    return place


def fill_in(template: Path):
    """Writes the people of a list into the template that officers download."""

    def write_into(book: Book, path: Path) -> None:
        workbook = load_workbook(template)
        written = workbook["Users"]
        for (row, column), cell in book.list.cells.items():
            if row > book.list.header[0]:
                put(written.cell(row, column), cell)
        workbook.save(path)

    return write_into


CAN = frozenset("blank boolean chart date error escapes format formula lines link merges rich sheets table".split()) | {
    "hidden columns",
    "hidden rows",
    "hidden sheet",
}
WRITERS = [
    Writer("openpyxl", "xlsx", CAN, write),
    Writer(
        "openpyxl", "xlsx", frozenset("boolean date escapes format formula lines sheets".split()), stream, "write-only"
    ),
]

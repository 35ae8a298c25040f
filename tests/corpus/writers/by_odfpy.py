"""odfpy: an OpenDocument spreadsheet, element by element."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from odf.office import Annotation
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import Style, TableProperties
from odf.table import CoveredTableCell, Table, TableCell, TableColumn, TableRow
from odf.text import A, P, S, Span

from book import Book, Cell, Sheet

from . import Writer


def write(book: Book, path: Path) -> None:
    document = OpenDocumentSpreadsheet()
    hidden = Style(name="hidden", family="table")
    hidden.addElement(TableProperties(display="false"))
    document.automaticstyles.addElement(hidden)
    for sheet in book.sheets:
        table = Table(name=sheet.name, **({"stylename": hidden} if sheet.is_hidden else {}))
        for column in range(1, max(sheet.last_column, 1) + 1):
            table.addElement(TableColumn(**_seen(column in sheet.hidden_columns)))
        covered, first = _merged(sheet)
        for number, row in enumerate(sheet.rows(), 1):
            written = TableRow(**_seen(number in sheet.hidden_rows))
            _fill(written, [(number, column, cell) for column, cell in enumerate(row, 1)], covered, first)
            table.addElement(written)
        if "comments" in book.decorations and sheet.header:
            _comment(table)
        document.spreadsheet.addElement(table)
    document.save(str(path))


def _seen(is_hidden: bool) -> dict:
    return {"visibility": "collapse"} if is_hidden else {}


def _merged(sheet: Sheet) -> tuple[set, dict]:
    """The places under merges, and the size of the merge that begins at a place."""
    covered, first = set(), {}
    for first_row, first_column, last_row, last_column in sheet.merges:
        rows, columns = range(first_row, last_row + 1), range(first_column, last_column + 1)
        covered |= {(row, column) for row in rows for column in columns} - {(first_row, first_column)}
        first[first_row, first_column] = {"numberrowsspanned": len(rows), "numbercolumnsspanned": len(columns)}
    return covered, first


def _fill(row: TableRow, cells: list, covered: set, first: dict) -> None:
    # Blank cells in a row are written once with their number, as programs do.
    for is_blank, group in groupby(cells, key=lambda it: it[2] is None and it[:2] not in covered | set(first)):
        found = list(group)
        if is_blank:
            row.addElement(TableCell(numbercolumnsrepeated=len(found)))
            continue
        for number, column, cell in found:
            is_covered = (number, column) in covered
            row.addElement(_cell(cell, is_covered, first.get((number, column), {})))


def _cell(cell: Cell | None, is_covered: bool, span: dict):
    kind = CoveredTableCell if is_covered else TableCell
    if cell is None or cell.kind == "blank":
        return kind(**span)
    match cell.kind:
        case "number":
            written = kind(valuetype="float", value=cell.value, **span)
        case "boolean":
            written = kind(valuetype="boolean", booleanvalue=str(cell.value).lower(), **span)
        case "date":
            written = kind(valuetype="date", datevalue=cell.value, **span)
        case "formula" if isinstance(cell.result, str):
            written = kind(formula=f"of:={cell.value}", valuetype="string", stringvalue=cell.result, **span)
        case "formula":
            written = kind(formula=f"of:={cell.value}", valuetype="float", value=cell.result, **span)
        case _:
            written = kind(valuetype="string", **span)
    for line in str(cell.value if cell.kind != "formula" else cell.result).split("\n"):
        written.addElement(_paragraph(line, cell))
    return written


def _paragraph(line: str, cell: Cell) -> P:
    paragraph = P()
    if cell.link:
        paragraph.addElement(A(href=cell.link, text=line))
    elif cell.kind == "rich":
        for run in cell.runs:
            span = Span()
            _spaced(span, run)
            paragraph.addElement(span)
    else:
        _spaced(paragraph, line)
    return paragraph


def _spaced(element, line: str) -> None:
    """Spaces in a row, and at the ends, are elements: XML would lose them."""
    for is_space, group in groupby(line, key=lambda letter: letter == " "):
        letters = "".join(group)
        if is_space:
            element.addElement(S(c=len(letters)))
        else:
            element.addText(letters)


def _comment(table: Table) -> None:
    for cell in table.getElementsByType(TableCell):
        if cell.getElementsByType(P):
            note = Annotation()
            note.addElement(P(text="Fill in each column."))
            cell.insertBefore(note, cell.firstChild)
            return


CAN = frozenset("blank boolean date escapes formula lines link merges rich sheets".split()) | {
    "hidden columns",
    "hidden rows",
    "hidden sheet",
}
WRITERS = [Writer("odfpy", "ods", CAN, write)]

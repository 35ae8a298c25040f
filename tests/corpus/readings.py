"""What other readers see in a file: openpyxl in a workbook, odfpy in an OpenDocument spreadsheet, csv in a list."""

from __future__ import annotations

import csv
import datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path

from odf.namespaces import OFFICENS, TABLENS, TEXTNS
from odf.opendocument import load
from odf.table import Table, TableRow
from openpyxl import load_workbook

from lists import Fault

FIRST_LOSSY = 1e15
"""Excel keeps 15 digits."""
MOST_CHARACTERS = 2_000
"""Of a text, so many are read; a longer one is a fault."""
TRUTH = {"=TRUE()": True, "=FALSE()": False}
"""LibreOffice saves the truth values of a workbook as formulas."""
CELLS = ((TABLENS, "table-cell"), (TABLENS, "covered-table-cell"))


class Seen:
    """The cells of one worksheet, by row and column from 1."""

    def __init__(self, cells: dict[tuple[int, int], object], merged: set[tuple[int, int]] = frozenset()) -> None:
        self._cells = cells
        self._merged = merged
        """Places under a merge."""

    def at(self, row: int, column: int, field: str) -> str | Fault:
        """The text of a field, or what is wrong with it."""
        if (row, column) in self._merged:
            return Fault("cell.merged")
        return as_read(self._cells.get((row, column)), field)

    def rows(self) -> set[int]:
        return {row for row, _ in self._cells}


class Formula:
    """A cell whose value is calculated."""


class Error:
    """A cell with the value of an error."""


def as_read(value: object, field: str) -> str | Fault:
    """A value by the rules of the product: see the README of `shared/sheet`."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper() if field == "seed" else Fault("cell.type")
        case int() | float():
            return _number(value, field)
        case str():
            return value if len(value) <= MOST_CHARACTERS else Fault("cell.cut")
        case Formula():
            return Fault("cell.formula")
        case Error():
            return Fault("cell.error")
        case datetime.date() | datetime.time() | datetime.timedelta():
            return Fault("cell.type")
    raise TypeError(f"a cell of a kind that nobody expects: {type(value)}")


def _number(value: float, field: str) -> str | Fault:
    if abs(value) >= FIRST_LOSSY:
        return Fault("cell.precision")
    is_whole = value >= 0 and value == int(value)
    if field == "contactNumber" and not is_whole:
        return Fault("contact-number.syntax")
    if field == "countryCode" and not is_whole:
        return Fault("country-code.syntax")
    shown = format(Decimal(repr(value)), "f")
    return shown.removesuffix(".0") if value else "0"


def see(path: Path, index: int) -> Seen:
    """The cells of the worksheet at `index`, from zero."""
    return {".xlsx": _workbook, ".ods": _document, ".csv": _list}[path.suffix](path, index)


def _workbook(path: Path, index: int) -> Seen:
    sheet = load_workbook(path).worksheets[index]
    cells = {}
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is None:
                continue
            formula = TRUTH.get(cell.value, Formula()) if cell.data_type == "f" else None
            cells[cell.row, cell.column] = {"f": formula, "e": Error()}.get(cell.data_type, cell.value)
    return Seen(cells, {place for area in sheet.merged_cells.ranges for place in list(area.cells)[1:]})


def _document(path: Path, index: int) -> Seen:
    table = load(str(path)).getElementsByType(Table)[index]
    cells, merged, row = {}, set(), 0
    for written in table.getElementsByType(TableRow):
        rows = int(written.attributes.get((TABLENS, "number-rows-repeated"), 1))
        column = 0
        for cell in written.childNodes:
            if not _is_one_of(cell, CELLS):
                continue
            columns = int(cell.attributes.get((TABLENS, "number-columns-repeated"), 1))
            value = _of_document(cell)
            if _is_one_of(cell, CELLS[1:]):
                merged.add((row + 1, column + 1))
            if value is not None:
                cells |= {
                    (row + down + 1, column + right + 1): value for down in range(rows) for right in range(columns)
                }
            column += columns
        row += rows
    return Seen(cells, merged)


def _is_one_of(node, names: tuple) -> bool:
    return node.nodeType == node.ELEMENT_NODE and node.qname in names


def _of_document(cell) -> object:
    kind = cell.attributes.get((OFFICENS, "value-type"))
    formula = cell.attributes.get((TABLENS, "formula"))
    if formula:
        return TRUTH.get(formula.removeprefix("of:"), Formula())
    match kind:
        case None:
            return None
        case "float" | "currency" | "percentage":
            return float(cell.attributes[OFFICENS, "value"])
        case "boolean":
            return cell.attributes[OFFICENS, "boolean-value"] == "true"
        case "date":
            return datetime.date.fromisoformat(cell.attributes[OFFICENS, "date-value"][:10])
    paragraphs = [child for child in cell.childNodes if _is_one_of(child, ((TEXTNS, "p"),))]
    return "\n".join(_shown(paragraph) for paragraph in paragraphs) or None


def _shown(node) -> str:
    """The text of a paragraph, with the spaces that are elements of their own."""
    if node.nodeType == node.TEXT_NODE:
        return node.data
    if node.qname == (TEXTNS, "s"):
        return " " * int(node.attributes.get((TEXTNS, "c"), 1))
    if node.qname == (TEXTNS, "tab"):
        return "\t"
    if node.qname == (TEXTNS, "line-break"):
        return "\n"
    return "".join(_shown(child) for child in node.childNodes)


def _list(path: Path, _index: int) -> Seen:
    content = path.read_bytes()
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    decoded = content.decode(encoding)
    delimiter = max(",;\t", key=decoded.split("\n", 1)[0].count)
    lines = csv.reader(StringIO(decoded, newline=""), delimiter=delimiter)
    cells = ((row, column, value) for row, line in enumerate(lines, 1) for column, value in enumerate(line, 1))
    return Seen({(row, column): _plain(value) for row, column, value in cells if value})


def _plain(value: str) -> object:
    """Programs write a whole number beside blanks with a decimal zero."""
    whole = value.removesuffix(".0")
    return int(whole) if whole != value and whole.isascii() and whole.isdigit() else value

"""A spreadsheet as a writer is told to write it, and what has to be read of it."""

from __future__ import annotations

from dataclasses import dataclass, field

FIELDS = (
    "email",
    "username",
    "firstName",
    "lastName",
    "countryCode",
    "contactNumber",
    "organisation",
    "department",
    "seed",
    "reason",
)
# What a writer can lack, and a list can do without: it is drawn by those that have it.
DECORATIONS = ("bold", "comments", "filter", "freeze", "highlight", "names", "validation", "widths")


@dataclass(frozen=True)
class Cell:
    """A value as it is typed into a cell."""

    kind: str
    """`text`, `rich`, `number`, `boolean`, `date`, `formula`, `error`, or `blank` for a cell with nothing but a
    format."""
    value: str | int | float | bool | None = None
    """Of a date its ISO form, of a formula the text behind the equals sign, of rich text its runs joined."""
    result: str | float | None = None
    """Of a formula."""
    runs: tuple[str, ...] = ()
    format: str | None = None
    """The code of a number format."""
    link: str | None = None


def text(value: str, link: str | None = None) -> Cell:
    return Cell("text", value, link=link)


def number(value: float, shown_as: str | None = None) -> Cell:
    return Cell("number", value, format=shown_as)


def boolean(value: bool) -> Cell:
    return Cell("boolean", value)


def date(iso: str) -> Cell:
    return Cell("date", iso, format="dd/mm/yyyy")


def formula(code: str, result: str | float) -> Cell:
    return Cell("formula", code, result=result)


def rich(*runs: str) -> Cell:
    return Cell("rich", "".join(runs), runs=runs)


BLANK = Cell("blank", format="@")


@dataclass
class Sheet:
    """One worksheet. Rows and columns count from 1."""

    name: str
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    is_hidden: bool = False
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    """First row, first column, last row, last column."""
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    table: tuple[int, int, int, int] | None = None
    """The titles and the rows under them as a table of Excel."""
    has_image: bool = False
    has_chart: bool = False
    header: tuple[int, int, int] | None = None
    """The row of the titles, and the first and the last column, for what decorates a list."""

    @property
    def last_row(self) -> int:
        return max((row for row, _ in self.cells), default=0)

    @property
    def last_column(self) -> int:
        return max((column for _, column in self.cells), default=0)

    def rows(self) -> list[list[Cell | None]]:
        """Every row to the last one, every column to the last one."""
        columns = range(1, self.last_column + 1)
        return [[self.cells.get((row, column)) for column in columns] for row in range(1, self.last_row + 1)]


@dataclass
class Row:
    """A row as it has to be read."""

    number: int
    texts: dict[str, str] = field(default_factory=dict)
    """By field. One that is absent is empty."""
    faults: dict[str, str] = field(default_factory=dict)
    """The code of what is wrong with the cell of a field."""


@dataclass
class Expected:
    """What has to become of reading a file."""

    outcome: str = "READ"
    """`READ`, or the code of the first question or of the refusal."""
    rows: list[Row] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    answers: dict = field(default_factory=dict)
    """What the officer said about the file, as the API takes it."""


@dataclass
class Book:
    """A workbook, or a list of a simpler format."""

    shape: str
    sheets: list[Sheet]
    expected: list[Expected]
    """Of one reading after another, with other answers."""
    columns: dict[str, int] = field(default_factory=dict)
    """Where each field is, in the sheet with the list."""
    listed: int = 0
    """The index of the sheet with the list."""
    decorations: frozenset[str] = frozenset()
    number: int = 0
    """Of the books of one shape."""

    @property
    def list(self) -> Sheet:
        return self.sheets[self.listed]

    def needs(self) -> set[str]:
        """What its writer has to be able to write."""
        found = {cell.kind for sheet in self.sheets for cell in sheet.cells.values()}
        found |= {"link" for sheet in self.sheets for cell in sheet.cells.values() if cell.link}
        found |= {"format" for sheet in self.sheets for cell in sheet.cells.values() if cell.format and cell.value}
        found |= {"escapes" for sheet in self.sheets for cell in sheet.cells.values() if "&" in str(cell.value)}
        found |= {"lines" for sheet in self.sheets for cell in sheet.cells.values() if "\n" in str(cell.value)}
        found |= {"sheets"} if len(self.sheets) > 1 else set()
        for sheet in self.sheets:
            has = {
                "hidden sheet": sheet.is_hidden,
                "merges": sheet.merges,
                "hidden rows": sheet.hidden_rows,
                "hidden columns": sheet.hidden_columns,
                "table": sheet.table,
                "image": sheet.has_image,
                "chart": sheet.has_chart,
            }
            found |= {name for name, is_there in has.items() if is_there}
        return found - {"text", "number"}

"""Lists of a random structure with random cells, as programs and people might come to write them."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from book import BLANK, DECORATIONS, Book, Cell, Expected, Sheet, boolean, formula, number, rich, text
from lists import TEMPLATE, write_titles
from readings import Seen

PERSONAL = ("email", "username", "firstName", "lastName", "contactNumber")
"""A row with one of these is a person's."""
REQUIRED = {"email", "firstName", "contactNumber", "organisation", "reason"}
ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyz",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "0123456789",
    " .,;:-_/()'\"&<>%#!?*~|\\{}[]",
    "\u00e9\u00f1\u00fc\u0141\u017e\u0430\u0436\u05d0\u0639\u0ba4\u0e01\u674e\u7f8e\uac00",
    "\u00a0\u200b\u2019\u2013\u20ac\U0001f600\U00020000",
)
NUMBER_FORMATS = ("0", "0.00", "#,##0", "0000 0000", "0.00E+00", "@", '"No." 0', "[Red]0", "0%", "# ?/?")
DATE_FORMATS = ("dd/mm/yyyy", "yyyy-mm-dd", "d mmm yy", "mmm yyyy", "dddd, d mmmm yyyy")


def random_book(chance: Random, can: frozenset[str]) -> Book:
    """A list with nothing that its writer cannot write."""
    kept = [it for it in TEMPLATE if it[1] in REQUIRED or chance.random() < 0.7]
    chance.shuffle(kept)
    place = (chance.choice((1, 1, 1, 2, 7, 20)), chance.choice((1, 1, 1, 2, 5)))
    sheet = Sheet(chance.choice(("Users", "Sheet1", "\u540d\u5355", "A (B)")))
    columns = write_titles(sheet, tuple(kept), *place)
    row = place[0]
    for _ in range(chance.choice((1, 2, 3, 8, 20, 40))):
        row += chance.choice((1, 1, 1, 1, 2, 3))
        cells = {field: random_cell(chance, field, can) for field in columns}
        if all(cells.get(field) in (None, BLANK) for field in PERSONAL):
            # Whether a row without anybody is read depends on the rows above it; that is for the shapes to try.
            cells["email"] = text(f"p{row}@example-agency.gov.sg")
        sheet.cells |= {(row, columns[field]): cell for field, cell in cells.items() if cell is not None}
        if "hidden rows" in can and chance.random() < 0.05:
            sheet.hidden_rows.add(row)
    if "merges" in can and chance.random() < 0.2:
        merge(chance, sheet, columns, place[0])
    if "hidden columns" in can and "department" in columns and chance.random() < 0.1:
        sheet.hidden_columns.add(columns.pop("department"))
    decorations = frozenset(chance.sample(DECORATIONS, chance.randrange(len(DECORATIONS))))
    return Book("generated", [sheet], [Expected()], columns, decorations=decorations)


def random_cell(chance: Random, field: str, can: frozenset[str]) -> Cell | None:
    if field == "email" and chance.random() < 0.9:
        return text(f"{random_text(chance, can)}@{chance.choice(('example-agency.gov.sg', 'vendor.example.com'))}")
    draw = chance.random()
    if draw < 0.12:
        return BLANK if "blank" in can and draw < 0.03 else None
    if draw < 0.62:
        return text(random_text(chance, can))
    if draw < 0.82:
        shown_as = chance.choice(NUMBER_FORMATS) if "format" in can and chance.random() < 0.4 else None
        return number(random_number(chance), shown_as)
    return random_other(chance, can)


def random_other(chance: Random, can: frozenset[str]) -> Cell | None:
    """A value that is seldom what a field should hold."""
    match chance.choice(sorted(can & {"boolean", "date", "formula", "error", "rich"}) or [""]):
        case "boolean":
            return boolean(chance.random() < 0.5)
        case "date":
            day = date(1950, 1, 1) + timedelta(days=chance.randrange(40_000))
            return Cell("date", day.isoformat(), format=chance.choice(DATE_FORMATS))
        case "formula":
            return formula(chance.choice(("1+1", 'CONCATENATE("a","b")', "A1", "TODAY()")), chance.choice(("ab", 2)))
        case "error":
            return Cell("error", "#N/A")
        case "rich":
            return rich(random_text(chance, can), random_text(chance, can))
    return None


def random_text(chance: Random, can: frozenset[str]) -> str:
    """A text with something that is seen in it."""
    letters = [chance.choice(chance.choice(ALPHABETS)) for _ in range(chance.choice((1, 3, 8, 20, 60)))]
    if "lines" in can and chance.random() < 0.1:
        letters.insert(chance.randrange(len(letters) + 1), "\n")
    letters.insert(chance.randrange(len(letters) + 1), chance.choice("abc"))
    written = "".join(letters)
    # Some writers take these for formulas and links, which are cells of their own.
    is_special = written.startswith(("=", "{=", "+", "-", "@")) or "://" in written
    return f"a{written}" if is_special else written


def random_number(chance: Random) -> float:
    match chance.randrange(6):
        case 0:
            return chance.randrange(80_000_000, 99_999_999)
        case 1:
            return chance.randrange(0, 1_000)
        case 2:
            return round(chance.uniform(-1_000, 1_000), chance.randrange(1, 8))
        case 3:
            return chance.randrange(10**13, 10**17)
        case 4:
            return chance.uniform(0, 1) * 10.0 ** chance.randrange(-9, 3)
        case _:
            return float(chance.randrange(-5, 5))


def merge(chance: Random, sheet: Sheet, columns: dict[str, int], header: int) -> None:
    """Merges two or three rows of one column that is not the address. What is under the merge is not written."""
    below = [row for row, _ in sheet.cells if row > header]
    column = columns[chance.choice(sorted(set(columns) - {"email"}))]
    first, last = min(below), min(max(below), min(below) + chance.randrange(1, 3))
    if first == last:
        return
    # Every row stays that of a person.
    for row in range(first, last + 1):
        sheet.cells[row, columns["email"]] = text(f"p{row}@example-agency.gov.sg")
        sheet.cells.pop((row, column), None)
    sheet.cells[first, column] = text("a value of several")
    sheet.merges = [(first, column, last, column)]


def wanted_rows(book: Book, seen: Seen) -> list[int]:
    """The rows that another reader sees a person in."""
    personal = [(field, column) for field, column in book.columns.items() if field in PERSONAL]
    header = book.list.header[0]

    def is_person(row: int) -> bool:
        return any(seen.at(row, column, field) != "" for field, column in personal)

    rows = sorted(row for row in seen.rows() if row > header and row not in book.list.hidden_rows)
    return [row for row in rows if is_person(row)]

"""Lists of people in a sheet: titles, rows, and what has to be read of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from book import FIELDS, Cell, Row, Sheet, number, text
from people import Person

Layout = tuple[tuple[str, str], ...]
"""The title and the content of each column: a field, `fullName`, or `count` for the number of the row."""
Spell = Callable[[Person, str], Cell | None]

TITLES = (
    "Email",
    "Username",
    "First Name",
    "Last Name",
    "Country Code",
    "Contact Number",
    "Organisation",
    "Department",
    "Onboarding to SEED required?",
    "Reason for creation",
)
TEMPLATE: Layout = (("S/N", "count"), *zip(TITLES, FIELDS, strict=True))
# As officers write them. Each is an honest title, in an order of its own.
LAYOUTS: tuple[Layout, ...] = (
    (
        ("No.", "count"),
        ("Name (as in passport)", "fullName"),
        ("Official Email Address", "email"),
        ("HP No.", "contactNumber"),
        ("Agency", "organisation"),
        ("Division", "department"),
        ("SEED?", "seed"),
        ("Justification", "reason"),
    ),
    (
        ("REASON FOR ACCESS", "reason"),
        ("SURNAME", "lastName"),
        ("GIVEN NAME", "firstName"),
        ("EMAIL ADDRESS *", "email"),
        ("COUNTRY CODE", "countryCode"),
        ("MOBILE NUMBER *", "contactNumber"),
        ("MINISTRY / AGENCY", "organisation"),
        ("USERNAME", "username"),
    ),
    (
        ("first_name", "firstName"),
        ("last_name", "lastName"),
        ("email_address", "email"),
        ("phone_number", "contactNumber"),
        ("company", "organisation"),
        ("dept", "department"),
        ("seed_required", "seed"),
        ("purpose", "reason"),
    ),
    (
        ("S/No", "count"),
        ("Full\nName", "fullName"),
        ("E-mail  Address", "email"),
        ("Contact\u00a0No", "contactNumber"),
        ("Organisation / Company", "organisation"),
        ("Purpose of request [max. 255]", "reason"),
        ("Require SEED (Y/N)", "seed"),
    ),
)


def as_text(person: Person, field: str) -> Cell | None:
    """As the template asks for it: every value a text, and no cell for none."""
    value = person.whole_name if field == "fullName" else person.texts[field]
    return text(value) if value else None


def write_titles(sheet: Sheet, layout: Layout, row: int = 1, column: int = 1) -> dict[str, int]:
    """Where each field is."""
    for at, (title, _) in enumerate(layout, column):
        sheet.cells[row, at] = text(title)
    sheet.header = (row, column, column + len(layout) - 1)
    return {content: at for at, (_, content) in enumerate(layout, column) if content != "count"}


def write_person(sheet: Sheet, layout: Layout, place: tuple[int, int], person: Person, spell: Spell = as_text) -> Row:
    """One row from a cell on. Returns what has to be read of it."""
    row, column = place
    expected = Row(row)
    for at, (_, content) in enumerate(layout, column):
        cell = number(row) if content == "count" else spell(person, content)
        if cell is None:
            continue
        sheet.cells[row, at] = cell
        expect(expected, person, content, cell)
    return expected


def write_list(
    sheet: Sheet,
    layout: Layout,
    people: Iterable[Person],
    place: tuple[int, int] = (1, 1),
    spell: Spell = as_text,
) -> tuple[dict[str, int], list[Row]]:
    """Titles with a row for each person under them. Returns where each field is, and the rows."""
    row, column = place
    columns = write_titles(sheet, layout, row, column)
    rows = [write_person(sheet, layout, (at, column), person, spell) for at, person in enumerate(people, row + 1)]
    return columns, rows


def expect(row: Row, person: Person, content: str, cell: Cell) -> None:
    """Adds what has to be read of one cell."""
    if content == "fullName":
        row.texts |= {part: person.texts[part] for part in ("firstName", "lastName")}
    elif content in FIELDS:
        shown = seen(cell, content)
        if isinstance(shown, Fault):
            row.faults[content] = shown.code
        elif shown:
            row.texts[content] = shown


class Fault:
    """What is wrong with a cell, instead of its text."""

    def __init__(self, code: str) -> None:
        self.code = code


def seen(cell: Cell, field: str) -> str | Fault:
    """What an officer sees of a cell, if it can be trusted."""
    match cell.kind:
        case "text" | "rich":
            return str(cell.value)
        case "number":
            return f"{cell.value}"
        case "boolean" if field == "seed":
            return "TRUE" if cell.value else "FALSE"
        case "boolean" | "date":
            return Fault("cell.type")
        case "formula":
            return Fault("cell.formula")
        case "error":
            return Fault("cell.error")
    return ""

"""The shapes of lists as agencies keep them. Each draws its books by chance, and knows who is on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from book import BLANK, DECORATIONS, Book, Cell, Expected, Row, Sheet, boolean, date, formula, number, rich, text
from lists import LAYOUTS, TEMPLATE, as_text, write_list, write_person, write_titles
from people import Person, people

SHAPES: dict[str, Callable[[Random], Book]] = {}
SIZES = (1, 2, 5, 12, 40, 120)


def shape(draw: Callable[[Random], Book]) -> Callable[[Random], Book]:
    SHAPES[draw.__name__.replace("_", " ")] = draw
    return draw


def read(rows: list[Row], *remarks: str, **answers) -> list[Expected]:
    """Everybody is read, at once."""
    return [Expected(rows=rows, remarks=list(remarks), answers=answers)]


def one_list(chance: Random, spell=as_text, place=(1, 1), layout=None, spelling="world", size=None) -> Book:
    """A sheet with a list and nothing else."""
    sheet = Sheet(chance.choice(("Users", "Sheet1", "People", "Name list 2026")))
    layout = layout or chance.choice((TEMPLATE, *LAYOUTS))
    drawn = people(chance, size or chance.choice(SIZES), spelling)
    columns, rows = write_list(sheet, layout, drawn, place, spell)
    return Book("", [sheet], read(rows), columns)


@shape
def the_template(chance: Random) -> Book:
    return one_list(chance, layout=TEMPLATE)


@shape
def titles_of_an_agency(chance: Random) -> Book:
    return one_list(chance, layout=chance.choice(LAYOUTS))


@shape
def two_thousand_people(chance: Random) -> Book:
    return one_list(chance, layout=TEMPLATE, size=2_000)


@shape
def numbers_for_phones(chance: Random) -> Book:
    def spell(person: Person, field: str) -> Cell | None:
        if field in ("contactNumber", "countryCode"):
            return number(int(person.texts[field]))
        return as_text(person, field)

    return one_list(chance, spell)


@shape
def numbers_with_formats(chance: Random) -> Book:
    shown_as = chance.choice(("0000 0000", "0", "#,##0", "+65 0000 0000", '"Tel." 0', "@"))

    def spell(person: Person, field: str) -> Cell | None:
        if field == "contactNumber":
            return number(int(person.texts[field]), shown_as)
        return as_text(person, field)

    return one_list(chance, spell)


@shape
def phones_as_they_are_dialled(chance: Random) -> Book:
    def spell(person: Person, field: str) -> Cell | None:
        digits = person.texts.get("contactNumber", "")
        if field == "countryCode":
            return text(f"+{person.texts[field]}")
        if field == "contactNumber":
            return text(chance.choice((digits, f"{digits[:4]} {digits[4:]}", f"{digits[:4]}-{digits[4:]}")))
        return as_text(person, field)

    return one_list(chance, spell, layout=TEMPLATE)


@shape
def true_and_false_for_seed(chance: Random) -> Book:
    def spell(person: Person, field: str) -> Cell | None:
        return boolean(person.texts[field] == "Yes") if field == "seed" else as_text(person, field)

    return one_list(chance, spell, layout=chance.choice((TEMPLATE, LAYOUTS[0], LAYOUTS[2])))


@shape
def spaces_and_marks_around_values(chance: Random) -> Book:
    def spell(person: Person, field: str) -> Cell | None:
        value = person.whole_name if field == "fullName" else person.texts[field]
        if not value or field == "fullName":
            return as_text(person, field)
        return text(chance.choice((f" {value}", f"{value} ", f"\u00a0{value}", f"{value}\u200b", f"  {value}  ")))

    return one_list(chance, spell)


@shape
def several_lines_in_a_cell(chance: Random) -> Book:
    def spell(person: Person, field: str) -> Cell | None:
        return text(f"{person.texts[field]}\nuntil May") if field == "reason" else as_text(person, field)

    return one_list(chance, spell)


@shape
def long_reasons(chance: Random) -> Book:
    def spell(person: Person, field: str) -> Cell | None:
        return text((person.texts[field] + ". ") * 5) if field == "reason" else as_text(person, field)

    return one_list(chance, spell)


@shape
def rich_text(chance: Random) -> Book:
    def spell(person: Person, field: str) -> Cell | None:
        value = person.texts.get(field, "")
        if field not in ("firstName", "reason", "organisation") or len(value) < 4:
            return as_text(person, field)
        middle = chance.randrange(1, len(value) - 1)
        return rich(value[:middle], value[middle:])

    return one_list(chance, spell, layout=TEMPLATE)


@shape
def a_title_and_a_banner_above(chance: Random) -> Book:
    above = chance.randrange(2, 20)
    book = one_list(chance, place=(above + 1, 1))
    sheet = book.list
    sheet.cells[1, 1] = text("TechPass accounts to be created")
    sheet.cells[2, 1] = text("Kindly fill in all the required fields, and send this back by Friday.")
    if above > 3:
        sheet.cells[4, 2] = text("Prepared by: the secretariat")
    return book


@shape
def a_merged_banner(chance: Random) -> Book:
    book = one_list(chance, place=(4, 1))
    last = book.list.last_column
    book.list.cells[1, 1] = text("Request for accounts")
    book.list.merges = [(1, 1, 2, last)]
    return book


@shape
def far_to_the_right(chance: Random) -> Book:
    return one_list(chance, place=(chance.randrange(1, 4), chance.randrange(2, 12)))


@shape
def group_titles_above(chance: Random) -> Book:
    book = one_list(chance, place=(2, 1), layout=TEMPLATE)
    book.list.cells[1, 2] = text("Account")
    book.list.cells[1, 4] = text("Personal details")
    book.list.cells[1, 8] = text("Work")
    book.list.merges = [(1, 2, 1, 3), (1, 4, 1, 7), (1, 8, 1, 9)]
    return book


@shape
def titles_over_two_rows(chance: Random) -> Book:
    sheet = Sheet("Users")
    drawn = people(chance, chance.choice(SIZES), "world")
    for column, (title, _) in enumerate(TEMPLATE, 1):
        is_of_name = title in ("First Name", "Last Name")
        sheet.cells[2 if is_of_name else 1, column] = text(title)
        if not is_of_name:
            sheet.merges.append((1, column, 2, column))
    sheet.cells[1, 4] = text("Name as in passport")
    sheet.merges.append((1, 4, 1, 5))
    rows = [write_person(sheet, TEMPLATE, (at, 1), person) for at, person in enumerate(drawn, 3)]
    columns = {content: at for at, (_, content) in enumerate(TEMPLATE, 1) if content != "count"}
    # The titles that are not merged.
    sheet.header = (2, 4, 5)
    return Book("", [sheet], read(rows), columns)


@shape
def instructions_first(chance: Random) -> Book:
    book = one_list(chance)
    guide = Sheet("Read me first")
    lines = ("How to fill this in", "1. One row for each person.", "2. Do not change the titles.", "3. Send it back.")
    guide.cells = {(row, 1): text(line) for row, line in enumerate(lines, 1)}
    book.sheets.insert(0, guide)
    book.listed = 1
    book.expected = read(book.expected[0].rows, "OtherSheets(1)")
    return book


@shape
def choices_on_a_sheet_behind(chance: Random) -> Book:
    book = one_list(chance)
    choices = Sheet("Lookup")
    for row, (country, code) in enumerate((("Country", "Code"), ("Singapore", "65"), ("Malaysia", "60")), 1):
        choices.cells[row, 1] = text(country)
        choices.cells[row, 2] = text(code)
    book.sheets.append(choices)
    book.expected = read(book.expected[0].rows, "OtherSheets(1)")
    return book


@shape
def last_year_on_a_hidden_sheet(chance: Random) -> Book:
    book = one_list(chance)
    old = one_list(chance).list
    old.name, old.is_hidden = "2025", True
    book.sheets.append(old)
    book.expected = read(book.expected[0].rows, "HiddenSheets(1)")
    return book


@shape
def a_list_on_each_of_two_sheets(chance: Random) -> Book:
    first, second = one_list(chance, layout=TEMPLATE), one_list(chance, layout=TEMPLATE)
    first.list.name, second.list.name = "Officers", "Vendors"
    book = Book("", [first.list, second.list], [], second.columns, listed=1)
    asked = Expected("FILE_WORKSHEETS_SEVERAL")
    book.expected = [asked, *read(second.expected[0].rows, "OtherSheets(1)", worksheet="Vendors")]
    return book


@shape
def hidden_rows(chance: Random) -> Book:
    book = one_list(chance, size=chance.choice((5, 12, 40)))
    rows = book.expected[0].rows
    book.list.hidden_rows = {row.number for row in chance.sample(rows, len(rows) // 3)}
    seen = [row for row in rows if row.number not in book.list.hidden_rows]
    book.expected = read(seen, f"HiddenRows({len(book.list.hidden_rows)})")
    return book


@shape
def a_hidden_column_with_the_department(chance: Random) -> Book:
    book = one_list(chance, layout=TEMPLATE, size=chance.choice((12, 40)))
    book.list.hidden_columns = {book.columns["department"]}
    rows = book.expected[0].rows
    remarks = ["HiddenFields([Department])"] if any("department" in row.texts for row in rows) else []
    for row in rows:
        row.texts.pop("department", None)
    del book.columns["department"]
    book.expected = read(rows, *remarks)
    return book


@shape
def a_hidden_column_of_numbers(chance: Random) -> Book:
    book = one_list(chance, layout=TEMPLATE)
    book.list.hidden_columns = {1}
    book.expected = read(book.expected[0].rows, "HiddenColumns(1)")
    return book


@shape
def hidden_addresses(chance: Random) -> Book:
    book = one_list(chance, layout=TEMPLATE)
    book.list.hidden_columns = {book.columns["email"]}
    book.expected = [Expected("FILE_COLUMNS_HIDDEN")]
    return book


@shape
def formulas_for_the_address(chance: Random) -> Book:
    def spell(person: Person, field: str) -> Cell | None:
        if field == "email" and chance.random() < 0.5:
            return formula('LOWER("ADA")&"@example-agency.gov.sg"', person.texts[field])
        return as_text(person, field)

    return one_list(chance, spell, layout=TEMPLATE)


@shape
def formulas_filled_down(chance: Random) -> Book:
    book = one_list(chance, layout=TEMPLATE)
    sheet, last = book.list, book.list.last_row
    for row in range(last + 1, last + 9):
        sheet.cells[row, book.columns["organisation"]] = formula(f'IF(B{row}="","","Example Agency")', "")
    book.expected = read(book.expected[0].rows, "FormulaRows(8)")
    return book


@shape
def numbers_that_count_by_formula(chance: Random) -> Book:
    book = one_list(chance, layout=TEMPLATE, size=chance.choice((5, 12)))
    for row in book.expected[0].rows:
        book.list.cells[row.number, 1] = formula(f"ROW()-{book.list.header[0]}", row.number - 1)
    return book


@shape
def dates_among_the_reasons(chance: Random) -> Book:
    def spell(person: Person, field: str) -> Cell | None:
        if field == "reason" and chance.random() < 0.4:
            return date("2026-06-01")
        return as_text(person, field)

    return one_list(chance, spell)


@shape
def error_values(chance: Random) -> Book:
    def spell(person: Person, field: str) -> Cell | None:
        if field == "department" and chance.random() < 0.4:
            return Cell("error", "#N/A")
        return as_text(person, field)

    return one_list(chance, spell, layout=TEMPLATE)


@shape
def a_column_with_the_date_of_joining(chance: Random) -> Book:
    layout = (*TEMPLATE, ("Date joined", "joined"))

    def spell(person: Person, field: str) -> Cell | None:
        return date("2026-03-09") if field == "joined" else as_text(person, field)

    book = one_list(chance, spell, layout=layout)
    column = book.columns.pop("joined")
    said = [{"number": column, "title": "Date joined"}]
    rows = book.expected[0].rows
    book.expected = [Expected("FILE_COLUMNS_UNKNOWN"), *read(rows, "LeftOutColumns(1)", columns=said)]
    return book


@shape
def mail_links(chance: Random) -> Book:
    def spell(person: Person, field: str) -> Cell | None:
        cell = as_text(person, field)
        return text(cell.value, f"mailto:{cell.value}") if field == "email" else cell

    return one_list(chance, spell, size=chance.choice((1, 5, 12)))


@shape
def a_mail_link_to_somebody_else(chance: Random) -> Book:
    book = one_list(chance, layout=TEMPLATE, size=5)
    row = chance.choice(book.expected[0].rows)
    place = (row.number, book.columns["email"])
    book.list.cells[place] = text(book.list.cells[place].value, "mailto:stranger@vendor.example.com")
    row.faults["email"] = "email.link-mismatch"
    return book


@shape
def a_table(chance: Random) -> Book:
    book = one_list(chance, layout=TEMPLATE, size=chance.choice((2, 12, 40)))
    row, first, last = book.list.header
    book.list.table = (row, first, book.list.last_row, last)
    return book


@shape
def a_logo(chance: Random) -> Book:
    book = one_list(chance, place=(6, 1))
    book.list.has_image = True
    return book


@shape
def a_chart_beside(chance: Random) -> Book:
    book = one_list(chance, layout=TEMPLATE, size=5)
    book.list.has_chart = True
    return book


@shape
def formats_far_below(chance: Random) -> Book:
    book = one_list(chance)
    _, first, last = book.list.header
    for row in range(book.list.last_row + 1, book.list.last_row + 300):
        for column in range(first, last + 1):
            book.list.cells[row, column] = BLANK
    return book


@shape
def blank_rows_between(chance: Random) -> Book:
    sheet = Sheet("Users")
    layout = chance.choice((TEMPLATE, *LAYOUTS))
    columns = write_titles(sheet, layout)
    rows = []
    at = 1
    for person in people(chance, chance.choice(SIZES), "world"):
        at += chance.choice((1, 1, 1, 2, 4))
        rows.append(write_person(sheet, layout, (at, 1), person))
    return Book("", [sheet], read(rows), columns)


@shape
def a_total_and_a_note_below(chance: Random) -> Book:
    book = one_list(chance, layout=TEMPLATE)
    last = book.list.last_row
    book.list.cells[last + 2, 2] = text("Total")
    book.list.cells[last + 2, 3] = number(last - 1)
    book.list.cells[last + 4, 2] = text("Note: vendors need a username.")
    book.expected = read(book.expected[0].rows, "Summaries(2)")
    return book


@shape
def titles_again_on_each_page(chance: Random) -> Book:
    sheet = Sheet("Print")
    columns, rows = {}, []
    at = 1
    pages = chance.randrange(2, 4)
    for page in range(pages):
        columns, on_page = write_list(sheet, TEMPLATE, people(chance, 5, "world"), (at, 1))
        rows += on_page
        at += 6 + page
    sheet.header = (1, 1, len(TEMPLATE))
    return Book("", [sheet], read(rows, f"Summaries({pages - 1})"), columns)


@shape
def a_department_merged_over_rows(chance: Random) -> Book:
    book = one_list(chance, layout=TEMPLATE, size=5)
    column = book.columns["department"]
    rows = book.expected[0].rows
    for row in rows:
        book.list.cells.pop((row.number, column), None)
        row.texts.pop("department", None)
    book.list.cells[rows[0].number, column] = text("Cloud")
    book.list.merges = [(rows[0].number, column, rows[2].number, column)]
    rows[0].texts["department"] = "Cloud"
    rows[1].faults["department"] = rows[2].faults["department"] = "cell.merged"
    return book


@shape
def the_example_of_the_template_is_left(chance: Random) -> Book:
    sheet = Sheet("Users")
    example = ("1", "tan_ah_kow@example.gov.sg", "", "Ah Kow", "Tan", "65", "91234567", "Example Agency")
    columns = write_titles(sheet, TEMPLATE)
    for column, value in enumerate(example, 1):
        sheet.cells[2, column] = text(value)
    drawn = people(chance, chance.choice(SIZES), "world")
    rows = [write_person(sheet, TEMPLATE, (at, 1), person) for at, person in enumerate(drawn, 3)]
    return Book("", [sheet], read(rows, "ExampleRows(1)"), columns)


@shape
def no_titles(chance: Random) -> Book:
    sheet = Sheet("Sheet1")
    drawn = people(chance, chance.choice((2, 5, 12)), "plain")
    layout = TEMPLATE[1:]
    rows = [write_person(sheet, layout, (at, 1), person) for at, person in enumerate(drawn, 1)]
    columns = {content: at for at, (_, content) in enumerate(layout, 1)}
    return Book("", [sheet], read(rows, "NoTitles"), columns)


@shape
def only_addresses(chance: Random) -> Book:
    layout = (("Email", "email"), ("Reason", "reason"))
    book = one_list(chance, layout=layout)
    rows = book.expected[0].rows
    book.expected = [Expected("FILE_CONTACT_NUMBERS_MISSING"), *read(rows, kind="email")]
    return book


@shape
def no_people(chance: Random) -> Book:
    sheet = Sheet("Users")
    columns = write_titles(sheet, chance.choice((TEMPLATE, *LAYOUTS)))
    return Book("", [sheet], [Expected("FILE_NO_ROWS")], columns)


@shape
def two_columns_of_addresses(chance: Random) -> Book:
    layout = (*TEMPLATE, ("Email address", "again"))

    def spell(person: Person, field: str) -> Cell | None:
        return text(person.texts["email"]) if field == "again" else as_text(person, field)

    book = one_list(chance, spell, layout=layout)
    said = [{"number": book.columns.pop("again"), "title": "Email address"}]
    rows = book.expected[0].rows
    book.expected = [Expected("FILE_HEADER_DUPLICATE"), *read(rows, "LeftOutColumns(1)", columns=said)]
    return book


def drawn(seed: int, rounds: int) -> Iterator[Book]:
    """Books of every shape, the same for the same seed."""
    for name, draw in SHAPES.items():
        for number_of_shape in range(rounds):
            chance = Random(f"{seed} {name} {number_of_shape}")
            book = draw(chance)
            book.shape, book.number = name, number_of_shape
            book.decorations = frozenset(chance.sample(DECORATIONS, chance.randrange(len(DECORATIONS))))
            yield book

"""A workbook such as an officer fills in: TechBiz's template with people in it, some of them with mistakes."""

import io
import random
from dataclasses import dataclass, field

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill

COLUMNS = {
    "email": "Email",
    "username": "Username",
    "firstName": "First Name",
    "lastName": "Last Name",
    "countryCode": "Country Code",
    "contactNumber": "Contact Number",
    "organisation": "Organisation",
    "department": "Department",
    "seed": "Onboarding to SEED required?",
    "reason": "Reason for creation",
}
BANNER = (
    "TechBiz User Batch Upload",
    (
        "This template is required for the creation of multiple TechPass accounts. "
        "Kindly fill in all the required fields before submitting."
    ),
)
FIRST_NAMES = (
    "Aisyah Benjamin Chitra Daniel Eunice Farid Grace Hui-Min Irfan Jia "
    "José Kavitha Li'an Mei Nurul Olivia Priya Qi Rahul Siti"
).split()
LAST_NAMES = (
    "Abdullah Chan Chua D'Souza Goh Ibrahim Kaur Koh Krishnan Lee Lim Müller Nair Ng Ong Pereira Rahman Tan Teo Wong"
).split()
DEPARTMENTS = ["Finance", "Digital Services", "Corporate Planning", ""]


@dataclass
class Person:
    """A row: what is typed, and what has to be typed instead where there is a mistake."""

    typed: dict[str, str]
    fixes: dict[str, str] = field(default_factory=dict)

    @property
    def meant(self) -> dict[str, str]:
        return {**self.typed, **self.fixes}


# Each makes one mistake and says how it is fixed.
MISTAKES = [
    lambda row, n: ({"email": row["email"].replace("@", " at ")}, {"email": row["email"]}),
    lambda row, n: ({"email": f"someone{n}@mail.example.org"}, {"email": row["email"]}),
    lambda row, n: ({"firstName": "", "lastName": ""}, {"firstName": row["firstName"], "lastName": row["lastName"]}),
    lambda row, n: ({"contactNumber": "12345"}, {"contactNumber": row["contactNumber"]}),
    lambda row, n: ({"reason": "x" * 256}, {"reason": row["reason"]}),
    lambda row, n: ({"seed": "maybe"}, {"seed": row["seed"]}),
    lambda row, n: ({"organisation": ""}, {"organisation": row["organisation"]}),
]


def people(count: int, run: str, seed: int = 1) -> list[Person]:
    """`count` people, one in four a vendor and one in ten with a mistake.

    `run` keeps them apart from those of other runs.
    """
    dice = random.Random(seed)
    return [person(dice, n, run) for n in range(1, count + 1)]


def person(dice: random.Random, n: int, run: str) -> Person:
    first, last = dice.choice(FIRST_NAMES), dice.choice(LAST_NAMES)
    handle = "".join(c for c in f"{first}{last}".lower() if c.isascii() and c.isalpha())
    vendor = n % 4 == 0
    row = {
        "email": f"{handle}.{run}{n}@{'vendor.example.com' if vendor else 'example-agency.gov.sg'}",
        "username": f"{handle}.{run}{n}" if vendor else "",
        "firstName": first,
        "lastName": last,
        "countryCode": "65",
        "contactNumber": f"9{dice.randrange(10**6, 9 * 10**6)}",
        "organisation": "Example Vendor Pte Ltd" if vendor else "Example Agency",
        "department": dice.choice(DEPARTMENTS),
        "seed": dice.choice(["Yes", "No"]),
        "reason": "Joins the team that runs the payments portal.",
    }
    if n % 10 != 4:
        return Person(row)
    if vendor:
        return Person({**row, "username": ""}, {"username": row["username"]})
    wrong, fixes = MISTAKES[n // 10 % len(MISTAKES)](row, n)
    return Person({**row, **wrong}, fixes)


def write(rows: list[Person]) -> bytes:
    """The workbook, with the two lines of the banner above the header, as the template has them."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Users"
    for number, line in enumerate(BANNER, start=1):
        sheet.merge_cells(start_row=number, start_column=1, end_row=number, end_column=len(COLUMNS) + 1)
        sheet.cell(number, 1, line).font = Font(bold=number == 1, size=16 if number == 1 else 11)
    for column, title in enumerate(["S/N", *COLUMNS.values()], start=1):
        cell = sheet.cell(len(BANNER) + 1, column, title)
        cell.font, cell.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="1F3864")
        cell.alignment = Alignment(wrap_text=True)
    for number, row in enumerate(rows, start=1):
        sheet.append([number, *(row.typed[name] or None for name in COLUMNS)])
        # Excel keeps digits as numbers unless the column is set to text, which officers do not do.
        digits = sheet.cell(len(BANNER) + 1 + number, 2 + list(COLUMNS).index("contactNumber"))
        digits.value = int(digits.value) if digits.value else None
    sheet.freeze_panes = "A4"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()

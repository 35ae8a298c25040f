"""People who do not exist, with the spellings in which lists have them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

AGENCIES = (
    ("Example Agency", "example-agency.gov.sg"),
    ("Sample Board", "sample-board.gov.sg"),
)
VENDOR = ("Vendor Example Pte Ltd", "vendor.example.com")
FAMILIES = ("Tan", "Lim", "Ng", "Goh", "Chua", "Ong", "Teo", "Yeo", "Koh", "Ang")
GIVEN = ("Ah Kow", "Mei Ling", "Wei", "Hui Min", "Jun Jie", "Li Ting", "Boon Huat", "Xin Yi", "Kai")
# A first and a last name each, as they are written in other languages of the world.
OTHERS = (
    ("Siti", "Binte Ahmad"),
    ("Arun", "s/o Kumar"),
    ("Zo\u00eb", "M\u00fcller"),
    ("Jos\u00e9", "N\u00fa\u00f1ez"),
    ("Nuala", "O'Brien"),
    ("\u7f8e\u73b2", "\u9648"),
    ("\u0b85\u0bb0\u0bc1\u0ba3\u0bcd", "\u0b95\u0bc1\u0bae\u0bbe\u0bb0\u0bcd"),
    ("Nguy\u1ec5n V\u0103n", "An"),
    ("\u041e\u043b\u044c\u0433\u0430", "\u0418\u0432\u0430\u043d\u043e\u0432\u0430"),
    ("Jean-Luc", "Dubois"),
    ("\u0641\u0627\u0637\u0645\u0629", "\u0639\u0644\u064a"),
    ("Ma\u0161a", "\u017di\u017eek"),
)
DEPARTMENTS = ("Digital Services", "Cloud", "Finance / Audit", "")
REASONS = (
    "Joins the payments team on 1 June",
    "Maintains the gateway until March",
    'Needs access to "Example Pipeline"',
    "Replaces a colleague; 50% of the time",
    "New joiner",
)
# What a writer has to write otherwise in XML. Some write it wrongly, and are not told of it.
DEPARTMENTS_OF_XML = (*DEPARTMENTS, "Data & Analytics")
REASONS_OF_XML = (*REASONS, "Tests <staging> & production")


@dataclass(frozen=True)
class Person:
    texts: dict[str, str]
    """By field, as the template asks for them."""
    is_family_first: bool

    @property
    def whole_name(self) -> str:
        first, last = self.texts["firstName"], self.texts["lastName"]
        return f"{last} {first}" if self.is_family_first else f"{first} {last}"


def people(chance: Random, count: int, spelling: str = "plain") -> list[Person]:
    """So many people. `spelling` is `plain` for names in the letters of English, `world` for all."""
    departments, reasons = chance.choice(((DEPARTMENTS, REASONS), (DEPARTMENTS_OF_XML, REASONS_OF_XML)))
    drawn = [person(chance, number, spelling) for number in range(1, count + 1)]
    for it in drawn:
        it.texts.update(department=chance.choice(departments), reason=chance.choice(reasons))
    return drawn


def person(chance: Random, number: int, spelling: str) -> Person:
    """One of them, without what the list is for."""
    is_family_first = spelling == "plain" or chance.random() < 0.3
    if is_family_first:
        first, last = chance.choice(GIVEN), chance.choice(FAMILIES)
        name = f"{first}.{last}".lower().replace(" ", ".")
    else:
        first, last = chance.choice(OTHERS)
        name = "person"
    is_vendor = chance.random() < 0.3
    organisation, domain = VENDOR if is_vendor else chance.choice(AGENCIES)
    abroad = chance.random() < 0.1
    digits = f"{chance.randrange(10_000):04}"
    texts = {
        "email": f"{name}{number}@{domain}",
        "username": f"{name}{number}" if is_vendor else "",
        "firstName": first,
        "lastName": last,
        "countryCode": "60" if abroad else "65",
        "contactNumber": f"12345{digits}" if abroad else f"{chance.choice(('9123', '8123'))}{digits}",
        "organisation": organisation,
        "seed": chance.choice(("Yes", "No")),
    }
    return Person(texts, is_family_first)

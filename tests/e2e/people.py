"""The people of the suite. Everything about them is made up, unlike anything else, and remembered.

What is remembered is searched for at the end in places where no person may be found.
"""

import random
import string
import uuid

RUN = uuid.uuid4().hex[:6]
OFFICER, VENDOR = "example-agency.gov.sg", "vendor.example.com"

_dice = random.Random(RUN)
_remembered: set[str] = set()


def officer(**changed: str) -> dict[str, str]:
    """The fields of a new account for an officer, as an officer types them."""
    word = _word()
    return _remember({**_fields(word), "email": f"{word}.{RUN}@{OFFICER}", "organisation": "Example Agency", **changed})


def vendor(**changed: str) -> dict[str, str]:
    """The same for a vendor, who has a username too."""
    word = _word()
    own = {"email": f"{word}.{RUN}@{VENDOR}", "username": f"{word}.{RUN}", "organisation": "Example Vendor Pte Ltd"}
    return _remember({**_fields(word), **own, **changed})


def account(person: dict[str, str]) -> dict[str, str]:
    """The request that makes this person an account."""
    return {"kind": "account", **person}


def invitation(person: dict[str, str]) -> dict[str, str]:
    """The request that invites this person by mail."""
    return {"kind": "email", "email": person["email"], "seed": person["seed"], "reason": person["reason"]}


def profile(person: dict[str, str]) -> dict[str, str]:
    """What this person says on the invitation's page."""
    return {
        name: person[name]
        for name in ["firstName", "lastName", "countryCode", "contactNumber", "organisation", "department"]
    }


def remembered() -> set[str]:
    """Every text that would give one of these people away."""
    return _remembered


def _fields(word: str) -> dict[str, str]:
    return {
        "username": "",
        "firstName": word.capitalize(),
        "lastName": _word().capitalize(),
        "countryCode": "65",
        "contactNumber": f"8{_dice.randrange(10**6, 9 * 10**6)}",
        "department": "",
        "seed": "Yes",
        "reason": f"Joins {_word()} to look after it.",
    }


def _word() -> str:
    return "".join(_dice.choice(string.ascii_lowercase) for _ in range(12))


def _remember(person: dict[str, str]) -> dict[str, str]:
    private = ["email", "username", "firstName", "lastName", "contactNumber", "reason"]
    # A short text is a mistake made on purpose, and is found in many places.
    _remembered.update(person[name] for name in private if len(person[name]) >= 8)
    return person

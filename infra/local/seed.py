"""Puts in what a new stack needs to be tried: the domain rules, and people who can sign in."""

import json
import secrets
import string
import sys

from stack import OUTPUTS, ROOT, client, step, stop

sys.path.append(str(ROOT / "infra"))

from operate import Operator

RULES = ROOT / "infra" / "domain-rules.json"

PEOPLE = [
    {
        "username": "officer.example",
        "email": "officer@example-agency.gov.sg",
        "name": ("Ada", "Example"),
        "role": "officer",
    },
    {"username": "officer.sample", "email": "officer@sample-board.gov.sg", "name": ("Bo", "Sample"), "role": "officer"},
    {
        "username": "colleague.example",
        "email": "colleague@example-agency.gov.sg",
        "name": ("Cy", "Colleague"),
        "role": "officer",
    },
    {"username": "vendor.example", "email": "vendor@vendor.example.com", "name": ("Eve", "Vendor"), "role": "vendor"},
]


def seed(stack: dict[str, str]) -> list[dict[str, str]]:
    """The people, with the passwords they have on this machine."""
    with step("seed"):
        operator = Operator(client, stack["OperateFunctionName"])
        if operator.do("rules", RULES.read_text()) != 0:
            stop(f"{RULES} cannot be put in force; what is wrong with it is above.")
        known = passwords()
        return [make(person, stack["UserPoolId"], known.get(person["username"]) or new_password()) for person in PEOPLE]


def make(person: dict, pool: str, password: str) -> dict[str, str]:
    people = client("cognito-idp")
    given, family = person["name"]
    attributes = {"email": person["email"], "email_verified": "true", "given_name": given, "family_name": family}
    try:
        people.admin_create_user(
            UserPoolId=pool,
            Username=person["username"],
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": name, "Value": value} for name, value in attributes.items()],
        )
    except people.exceptions.UsernameExistsException:
        pass
    people.admin_set_user_password(UserPoolId=pool, Username=person["username"], Password=password, Permanent=True)
    return {**person, "password": password}


def passwords() -> dict[str, str]:
    if not OUTPUTS.exists():
        return {}
    return {p["username"]: p["password"] for p in json.loads(OUTPUTS.read_text()).get("DemoOfficers", [])}


def new_password() -> str:
    letters = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(16))
    return f"{letters}-aZ9"

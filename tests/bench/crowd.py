"""The people of a run, and whether each of them has one account, one invite and one mail."""

import re
import time
from dataclasses import dataclass

import workbook
from demo import Officer
from emulator import LOG
from stack import client

SENT = re.compile(r"SESv2 SendEmail: MessageId=\S+ \| .* -> \['([^']+)'\]")


@dataclass(frozen=True)
class Crowd:
    """People without mistakes, and nobody's namesake in an earlier run."""

    people: list[workbook.Person]

    @classmethod
    def of(cls, count: int) -> "Crowd":
        run = f"b{int(time.time()) % 10_000_000}x"
        return cls([workbook.Person(person.meant) for person in workbook.people(count, run)])

    @property
    def addresses(self) -> list[str]:
        return sorted(person.typed["email"] for person in self.people)

    @property
    def licences(self) -> int:
        return sum(person.typed["seed"] == "Yes" for person in self.people)

    def file(self) -> bytes:
        return workbook.write(self.people)


@dataclass(frozen=True)
class Outcome:
    """By address, each as often as it is there."""

    accounts: list[str]
    licences: int
    invites: list[dict]
    mailed: list[str]

    @property
    def invited(self) -> list[str]:
        return sorted(invite["email"] for invite in self.invites)

    @property
    def unanswered(self) -> list[dict]:
        """Invites whose mail was given to SES, or was about to be, by a process that ended before it heard back."""
        return [invite for invite in self.invites if invite["mail"] and invite["mail"]["state"] == "SENDING"]


def look(crowd: Crowd, officer: Officer, batch: str, pool: str) -> Outcome:
    wanted = set(crowd.addresses)
    directory = client("cognito-idp")
    users = [user for page in directory.get_paginator("list_users").paginate(UserPoolId=pool) for user in page["Users"]]
    emails = {user["Username"]: next(a["Value"] for a in user["Attributes"] if a["Name"] == "email") for user in users}
    groups = directory.get_paginator("list_users_in_group").paginate(UserPoolId=pool, GroupName="seed")
    licensed = [user["Username"] for page in groups for user in page["Users"]]
    return Outcome(
        accounts=sorted(email for email in emails.values() if email in wanted),
        licences=sum(emails.get(name) in wanted for name in licensed),
        invites=officer.invites(batch),
        mailed=sorted(address for address in outbox() if address in wanted),
    )


def outbox() -> list[str]:
    """Whom mails went to, from the emulator's log: what it shows of its outbox is forgotten when it stops."""
    return SENT.findall(LOG.read_text(errors="replace"))

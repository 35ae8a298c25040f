"""Creates accounts again that the user pool has lost, from what the daily audit kept of them.

A user pool has no backup, so functions/maintain/src/jobs/backup.rs writes what the pool lists into a bucket.
"""

import json
import secrets
import string
import sys
from dataclasses import dataclass, field

# Cognito makes them itself, and refuses them in a new account.
MADE_BY_COGNITO = ("sub", "identities")
# Two days, because the list of licences may be read across midnight.
DAYS_OF_LICENCES = 2
SYMBOLS = "!#%*+-=?"


@dataclass(frozen=True)
class Account:
    name: str
    # `PENDING`: its holder never signed in. Otherwise there is a password, which nobody can restore.
    status: str
    attributes: dict[str, str] = field(repr=False)
    has_licence: bool = False


@dataclass
class Backups:
    """What the bucket holds, with a client of S3."""

    s3: object
    bucket: str

    def newest(self) -> str:
        """The folder of the newest list of accounts that was kept to its end. Names of folders are times."""
        complete = [key.removesuffix("/complete") for key in self.keys("accounts/") if key.endswith("/complete")]
        if not complete:
            sys.exit("No list of accounts was kept to its end yet; the audit writes one a day.")
        return max(complete)

    def accounts(self, folder: str) -> dict[str, Account]:
        days = sorted({key.split("/")[1] for key in self.keys("licences/")})[-DAYS_OF_LICENCES:]
        licensed = {line["name"] for day in days for line in self.lines(f"licences/{day}/")}
        return {
            line["name"]: Account(line["name"], line["status"], line["attributes"], line["name"] in licensed)
            for line in self.lines(f"{folder}/")
        }

    def lines(self, prefix: str):
        for key in self.keys(prefix):
            if key.endswith(".jsonl"):
                yield from map(json.loads, self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].iter_lines())

    def keys(self, prefix: str):
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix):
            yield from (found["Key"] for found in page.get("Contents", []))


@dataclass
class Pool:
    """The user pool of the stack, with a client of Cognito."""

    cognito: object
    id: str
    licence_group: str

    def names(self) -> set[str]:
        pages = self.cognito.get_paginator("list_users").paginate(UserPoolId=self.id)
        return {user["Username"] for page in pages for user in page["Users"]}

    def create(self, account: Account) -> None:
        """Creates one account, and notifies nobody. Done again, it finishes what an earlier call began."""
        user = {"UserPoolId": self.id, "Username": account.name}
        attributes = [
            {"Name": name, "Value": value}
            for name, value in sorted(account.attributes.items())
            if name not in MADE_BY_COGNITO and not name.startswith("cognito:")
        ]
        try:
            self.cognito.admin_create_user(**user, UserAttributes=attributes, MessageAction="SUPPRESS")
        except self.cognito.exceptions.UsernameExistsException:
            pass
        if account.status != "PENDING":
            # Nobody knows it. The holder asks for a new one on the sign-in page, which needs an account with one.
            self.cognito.admin_set_user_password(**user, Password=password(), Permanent=True)
        if account.status == "DISABLED":
            self.cognito.admin_disable_user(**user)
        if account.has_licence:
            self.cognito.admin_add_user_to_group(**user, GroupName=self.licence_group)


def password() -> str:
    """32 random characters, with one of each kind that the pool asks for."""
    kinds = [string.ascii_lowercase, string.ascii_uppercase, string.digits, SYMBOLS]
    letters = [secrets.choice(kind) for kind in kinds] + [secrets.choice("".join(kinds)) for _ in range(28)]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)


def restore(backups: Backups, pool: Pool, confirmed: int | None) -> None:
    """Says how many accounts are gone, or creates them if that number is `confirmed`."""
    folder = backups.newest()
    kept, present = backups.accounts(folder), pool.names()
    gone = [account for name, account in sorted(kept.items()) if name not in present]
    when = folder.removeprefix("accounts/")
    print(f"The list of {when} has {len(kept)} accounts. {len(gone)} of them are gone, {len(present)} are there.")
    if confirmed is None:
        print(f'To create them again: make restore STAGE=... DO="accounts {len(gone)}". Those that were deleted on')
        print("purpose since then would come back too.")
        return
    if confirmed != len(gone):
        sys.exit(f"{len(gone)} are gone, and not {confirmed}: nothing was created.")
    for number, account in enumerate(gone, start=1):
        pool.create(account)
        if number % 100 == 0:
            print(f"  {number} of {len(gone)}", flush=True)
    print(f"{len(gone)} accounts are created again.")

"""The main job of `make demo`: what an officer does with a workbook, from upload to accounts, mails and first sign-ins.

Ends with an error when the numbers do not add up.
"""

import collections
import html
import re
import sys
import time
import uuid

import requests

import mails
import workbook
from progress import Progress
from stack import client, outputs, step, stop

COUNT = 220
# A token lives for ten minutes.
TOKEN_SECONDS = 8 * 60


def main() -> None:
    stack = outputs()
    officer = Officer(stack)
    run = f"{int(time.time()) % 1_000_000:06d}"
    people = workbook.people(COUNT, run)
    mistaken = [number for number, person in enumerate(people, start=1) if person.fixes]
    checks = Checks()

    with step("fill in a workbook"):
        file = workbook.write(people)
        print(f"  {len(people)} people, {len(mistaken)} of them with a mistake, {len(file):,} bytes")

    with step("upload it"):
        batch = officer.upload(file, f"new joiners {run}.xlsx")
        draft = officer.wait_for(batch, {"DRAFT"})
        table(draft["counts"])
        checks.same("rows read", draft["counts"]["total"], COUNT)
        checks.same("rows with mistakes", draft["counts"]["needsFixing"], len(mistaken))

    with step("fix the mistakes"):
        rows = officer.rows(batch, show="errors")
        table(collections.Counter(f"{e['field']}: {e['code']}" for row in rows for e in row["errors"]))
        checks.same("rows shown with mistakes", sorted(row["number"] for row in rows), mistaken)
        for row in rows:
            officer.fix(batch, row, people[row["number"] - 1].fixes)
        checks.same("rows ready", officer.batch(batch)["counts"]["ready"], COUNT)

    with step("submit"):
        officer.call("POST", f"/batches/{batch}/submit", {"only": "ready"})
        done = officer.wait_for(batch, {"DONE"}, seconds=180)
        table(done["counts"])
        checks.same("rows sent", done["counts"]["sent"], COUNT)

    with step("look at the outcome"):
        invites = officer.invites(batch)
        print("  TechPass and SEED, as the status page shows them:")
        table(collections.Counter(f"{i['techpass']['label']} / {i['seed']['label']}" for i in invites))
        checks.same("invites", len(invites), COUNT)

        addresses = {person.meant["email"] for person in people}
        accounts = accounts_of(stack["UserPoolId"], addresses)
        checks.same("accounts in the directory", sorted(accounts), sorted(addresses))
        wanted = sum(person.meant["seed"] == "Yes" for person in people)
        checks.same("SEED licences", len(licensed(stack["UserPoolId"]) & set(accounts.values())), wanted)

        sent = mails_to(addresses)
        print("  Mails in the outbox:")
        table(collections.Counter(mail["Subject"] for mail in sent))
        checks.same("mails, one for each", sorted(mail["To"][0] for mail in sent), sorted(addresses))

    with step("first sign-in of a vendor and an officer"):
        for is_vendor in (True, False):
            person = next(person.meant for person in people if bool(person.meant["username"]) == is_vendor)
            mail = ask_for_password(stack, person["email"])
            checks.same(f"challenge for {person['email']}", challenge(stack, mail), "NEW_PASSWORD_REQUIRED")
        print(f"  {mail['Subject']}\n")
        print("\n".join(f"      {line}" for line in mails.text_of(mail).splitlines()), end="\n\n")

    checks.conclude()


class Officer:
    """An officer at the API, signed in with the password that `make up` printed."""

    def __init__(self, stack: dict):
        person = next(p for p in stack["DemoOfficers"] if p["role"] == "officer")
        self.name, self.password = person["email"], person["password"]
        self.client_id = stack["UserPoolClientId"]
        self.url = stack["ApiUrl"]
        self.session = requests.Session()
        self.sign_in()

    def sign_in(self) -> None:
        answer = client("cognito-idp").initiate_auth(
            AuthFlow="USER_PASSWORD_AUTH",
            ClientId=self.client_id,
            AuthParameters={"USERNAME": self.name, "PASSWORD": self.password},
        )
        self.session.headers["Authorization"] = answer["AuthenticationResult"]["IdToken"]
        self.renew_at = time.monotonic() + TOKEN_SECONDS

    def call(self, method: str, path: str, body=None, **headers: str) -> dict:
        if time.monotonic() > self.renew_at:
            self.sign_in()
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid.uuid4())
        for pause in (1, 3, 10, 0):
            answer = self.session.request(method, self.url + path, json=body, headers=headers, timeout=60)
            # The same request, with the same key: an officer who waits for a batch does not mind a busy moment.
            if answer.status_code not in (502, 503, 504) or not pause:
                break
            time.sleep(pause)
        if not answer.ok:
            stop(f"{method} {path} answered {answer.status_code}: {answer.text}")
        return answer.json() if answer.content else {}

    def upload(self, file: bytes, name: str) -> str:
        begun = self.call("POST", "/batches", {"fileName": name})
        form = begun["upload"]
        answer = requests.post(form["url"], data=form["fields"], files={"file": (name, file)}, timeout=60)
        if not answer.ok:
            stop(f"The upload was refused with {answer.status_code}: {answer.text}")
        return begun["batchId"]

    def batch(self, batch: str) -> dict:
        return self.call("GET", f"/batches/{batch}")

    def wait_for(self, batch: str, states: set[str], seconds: float = 60) -> dict:
        deadline, progress = time.monotonic() + seconds, Progress()
        while (found := self.batch(batch))["state"] not in states:
            if found["state"] == "UNREADABLE" or time.monotonic() > deadline:
                stop(f"The batch is {found['state']} and not {' or '.join(states)}: {found}")
            progress.show(how_far(found))
            time.sleep(0.3)
        progress.end()
        return found

    def rows(self, batch: str, show: str) -> list[dict]:
        return self.pages(f"/batches/{batch}/rows?show={show}&limit=200")

    def fix(self, batch: str, row: dict, fields: dict[str, str]) -> None:
        self.call("PATCH", f"/batches/{batch}/rows/{row['number']}", fields, **{"If-Match": row["etag"]})

    def invites(self, batch: str) -> list[dict]:
        return self.pages(f"/invites?batch={batch}&limit=200")

    def pages(self, path: str) -> list[dict]:
        page = self.call("GET", path)
        found = page["items"]
        while cursor := page.get("nextCursor"):
            page = self.call("GET", f"{path}&cursor={cursor}")
            found += page["items"]
        return found


def accounts_of(pool: str, addresses: set[str]) -> dict[str, str]:
    """The username of every account that has one of these addresses."""
    pages = client("cognito-idp").get_paginator("list_users").paginate(UserPoolId=pool)
    users = [(user, {a["Name"]: a["Value"] for a in user["Attributes"]}) for page in pages for user in page["Users"]]
    return {facts["email"]: user["Username"] for user, facts in users if facts.get("email") in addresses}


def licensed(pool: str) -> set[str]:
    pages = client("cognito-idp").get_paginator("list_users_in_group").paginate(UserPoolId=pool, GroupName="seed")
    return {user["Username"] for page in pages for user in page["Users"]}


def mails_to(addresses: set[str]) -> list[dict]:
    return [mail for mail in mails.outbox() if mail["To"] and mail["To"][0] in addresses]


def ask_for_password(stack: dict, address: str) -> dict:
    """Follows the link of the mail about the account, and waits for the directory's mail."""
    token = re.search(r"/accept#(\S+)", mails_to({address})[-1]["BodyText"])[1]
    answer = requests.post(f"{stack['ApiUrl']}/invitations/first-password", json={"token": token}, timeout=60)
    if not answer.ok:
        stop(f"The first password was refused with {answer.status_code}: {answer.text}")
    deadline = time.monotonic() + 60
    while not (found := [mail for mail in mails_to({address}) if "password" in mail["Subject"]]):
        if time.monotonic() > deadline:
            stop(f"No password was mailed to {address}.")
        time.sleep(0.3)
    return found[-1]


def challenge(stack: dict, mail: dict) -> str | None:
    """What the directory asks for next when somebody signs in as the mail tells them."""
    password = html.unescape(re.search(r"monospace[^>]*>(\S+)</p>", mail["BodyHtml"])[1])
    answer = client("cognito-idp").initiate_auth(
        AuthFlow="USER_PASSWORD_AUTH",
        ClientId=stack["UserPoolClientId"],
        AuthParameters={"USERNAME": mail["To"][0], "PASSWORD": password},
    )
    return answer.get("ChallengeName")


def how_far(batch: dict) -> str:
    counts = ", ".join(f"{number} {name}" for name, number in batch.get("counts", {}).items() if number)
    return f"{batch['state'].lower()}: {counts or 'no rows yet'}"


def table(rows: dict) -> None:
    for name, number in rows.items():
        print(f"  {number:6}  {name}")


class Checks:
    """Numbers that have to agree."""

    def __init__(self):
        self.wrong = []

    def same(self, what: str, found, wanted) -> None:
        if found != wanted:
            self.wrong.append(f"{what}: {found} in place of {wanted}")

    def conclude(self) -> None:
        if self.wrong:
            sys.exit("\nThe numbers do not add up:\n" + "\n".join(f"  {line}" for line in self.wrong))
        print("\nThe numbers add up.")


if __name__ == "__main__":
    main()

"""An officer who has invited many: one real invite, and copies of it put straight into the table."""

import copy
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

from demo import Officer
from stack import client, outputs

PARTS = 8
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MADE = {"ACCOUNT_CREATED", "ONBOARDED"}
# When the copies changed last: lists look again at what has changed of late.
LONG_AGO = "2026-01-05T02:00:00.000Z"


def invited(officer: Officer, count: int) -> None:
    """Until the officer's list holds `count` more."""
    invite = officer.call("POST", "/invites", person())
    until = time.monotonic() + 60
    while (invite := officer.call("GET", f"/invites/{invite['id']}"))["techpass"]["state"] not in MADE:
        if time.monotonic() > until:
            raise RuntimeError(f"the invite to be copied stays {invite['techpass']['state']}")
        time.sleep(0.5)
    table = outputs()["TableName"]
    item = stored(table, invite["id"])
    with ThreadPoolExecutor(PARTS) as threads:
        list(threads.map(lambda part: put(table, item, range(part, count, PARTS)), range(PARTS)))


def stored(table: str, id: str) -> dict:
    """Found by what it holds: its key is the business of shared/store."""
    values = {":id": {"S": id}}
    whole = {
        "TableName": table,
        "ConsistentRead": True,
        "FilterExpression": "body.id = :id",
        "ExpressionAttributeValues": values,
    }
    pages = client("dynamodb").get_paginator("scan").paginate(**whole)
    return next(item for page in pages for item in page["Items"])


def person() -> dict[str, str]:
    who = {
        "firstName": "Mei Ling",
        "lastName": "Tan",
        "countryCode": "65",
        "contactNumber": "91234567",
        "organisation": "Example Agency",
    }
    return {
        "kind": "account",
        "email": f"copied.{uuid.uuid4().hex[:12]}@example-agency.gov.sg",
        "username": "",
        "department": "",
        "seed": "No",
        "reason": "Joins the team.",
        **who,
    }


def put(table: str, item: dict, numbers: range) -> None:
    dynamodb = client("dynamodb")
    for start in range(0, len(numbers), 25):
        requests = [{"PutRequest": {"Item": another(item, number)}} for number in numbers[start : start + 25]]
        while requests:
            requests = dynamodb.batch_write_item(RequestItems={table: requests})["UnprocessedItems"].get(table, [])


def another(item: dict, number: int) -> dict:
    """The same invite to somebody else, and due for nothing, so that nobody works on it."""
    made = copy.deepcopy(item)
    old = item["body"]["M"]["id"]["S"]
    new = old[:-6] + "".join(ALPHABET[number >> shift & 31] for shift in (25, 20, 15, 10, 5, 0))
    made["pk"] = {"S": item["pk"]["S"].replace(old, new)}
    made["listing_sk"] = {"S": f"{LONG_AGO}#{new}"}
    for part in ("body", "summary"):
        made[part]["M"] |= {"id": {"S": new}, "email": {"S": f"seeded{number}@example-agency.gov.sg"}}
    for name in ("due_at", "due_shard"):
        made.pop(name, None)
    return made

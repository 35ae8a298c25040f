"""Commands of `operate.py` for agencies whose systems are told where their officers' invites stand."""

import argparse
import datetime
import hashlib
import json
import re
import secrets
import sys
import time

from keys import mac


def register(stack, domain: str, endpoint: str) -> None:
    """Has an agency's system told where its officers' invites stand, once its endpoint has echoed a challenge."""
    if not endpoint.startswith("https://") and stack.stage != "local":
        sys.exit("an endpoint begins with https://")
    known = find(stack, domain)
    secret = (
        {name: known[name] for name in ("generation", "previous_until")}
        if known
        else {"generation": 1, "previous_until": None}
    )
    pending = {"state": "PENDING", "challenge": secrets.token_hex(32), "failure": None}
    put(stack, known, {"domain": domain, "endpoint": endpoint, "state": pending, "failures": 0, **secret})
    print(f"the secret of {domain}, for its system alone: {secret_of(stack, domain, secret['generation'])}")
    call = json.dumps({"wake": "agency", "id": id_of(domain)})
    stack.client("sqs").send_message(QueueUrl=stack.outputs["NoticesQueueUrl"], MessageBody=call, MessageGroupId=domain)
    deadline = time.monotonic() + 60
    while pending["state"] == "PENDING" and not pending["failure"] and time.monotonic() < deadline:
        time.sleep(1)
        pending = find(stack, domain)["state"]
    show(stack, domain)


def show(stack, domain: str) -> None:
    """Whether an agency's system is told, and how often that failed on end."""
    agency = registered(stack, domain)
    state = agency["state"]
    print(
        f"{domain}  {state['state']}  failures {agency['failures']}  "
        f"secret {agency['generation']}  {agency['endpoint']}"
    )
    if state["state"] == "PENDING":
        print(
            f"  its endpoint has not echoed the challenge: {state['failure'] or 'not asked yet'}; "
            "mend it and register it again"
        )


def rotate(stack, domain: str, days: int) -> None:
    """Gives an agency a new secret; the one before signs too for some days."""
    agency = registered(stack, domain)
    generation = agency["generation"] + 1
    put(stack, agency, {**agency, "generation": generation, "previous_until": moment(days)})
    print(f"the new secret of {domain}, for its system alone: {secret_of(stack, domain, generation)}")
    print(f"the one before signs too for {days} days")


def resume(stack, domain: str) -> None:
    """Tells a parked endpoint again; what was held back comes within the hour."""
    agency = registered(stack, domain)
    if agency["state"]["state"] != "PARKED":
        sys.exit(f"{domain} is {agency['state']['state']}, not PARKED")
    put(stack, agency, {**agency, "state": {"state": "ACTIVE"}, "failures": 0})
    show(stack, domain)


def remove(stack, domain: str) -> None:
    """Tells an agency's system nothing any more."""
    stack.client("dynamodb").delete_item(TableName=stack.table, Key=key_of(domain))
    print(f"{domain} is told nothing any more")


def add_to(parser) -> dict:
    """The commands, by name."""
    commands = {
        "register-agency": register,
        "show-agency": show,
        "rotate-agency": rotate,
        "resume-agency": resume,
        "remove-agency": remove,
    }
    for name, command in commands.items():
        parser.add_parser(name, help=command.__doc__).add_argument("domain", type=domain_name)
    parser.choices["register-agency"].add_argument("endpoint")
    parser.choices["rotate-agency"].add_argument("days", type=int, nargs="?", default=7)
    return commands


def domain_name(text: str) -> str:
    """An agency's email domain, in lower case."""
    name = text.strip().lower()
    label = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
    if len(name) > 128 or not re.fullmatch(rf"{label}(\.{label})+", name):
        raise argparse.ArgumentTypeError(f"{text} is no domain name")
    return name


def registered(stack, domain: str) -> dict:
    return find(stack, domain) or sys.exit(f"{domain} is not registered")


def find(stack, domain: str) -> dict | None:
    """The agency, with the version of its item to write over."""
    item = stack.client("dynamodb").get_item(TableName=stack.table, Key=key_of(domain), ConsistentRead=True).get("Item")
    return {**plain(item["body"]), "version": int(item["version"]["N"])} if item else None


def put(stack, read: dict | None, agency: dict) -> None:
    """Writes over the version that was read, so that what a function noted meanwhile is not lost."""
    version = read["version"] + 1 if read else 1
    body = {name: value for name, value in agency.items() if name != "version"} | {"updated_at": moment(0)}
    item = {"entity": "agency", "v": 1, "version": version, "body": body}
    condition = {"ConditionExpression": "attribute_not_exists(pk)"}
    if read:
        condition = {
            "ConditionExpression": "#version = :read",
            "ExpressionAttributeNames": {"#version": "version"},
            "ExpressionAttributeValues": {":read": attribute(read["version"])},
        }
    stack.client("dynamodb").put_item(
        TableName=stack.table, Item={**key_of(agency["domain"]), **attribute(item)["M"]}, **condition
    )


def key_of(domain: str) -> dict:
    return {"pk": {"S": f"AGENCY#{id_of(domain)}"}, "sk": {"S": "META"}}


def id_of(domain: str) -> str:
    """As `AgencyId::of_domain`: 80 bits of the name's hash, in the alphabet of ULIDs."""
    number = int.from_bytes(hashlib.sha256(domain.encode()).digest()[:16], "big") & ((1 << 80) - 1)
    return "agn_" + "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[number >> shift & 31] for shift in range(125, -1, -5))


def secret_of(stack, domain: str, generation: int) -> str:
    found = stack.client("secretsmanager").get_secret_value(SecretId=stack.outputs["AgencyKeysSecretId"])
    return derived(json.loads(found["SecretString"])["master"], domain, generation)


def derived(master: str, domain: str, generation: int) -> str:
    """As `Keys::agency_secret`."""
    return mac(mac(master.encode(), b"agency"), domain.encode(), generation.to_bytes(4, "big")).hex()


def attribute(value) -> dict:
    """A value as DynamoDB writes it."""
    if value is None:
        return {"NULL": True}
    if isinstance(value, dict):
        return {"M": {name: attribute(part) for name, part in value.items()}}
    return {"N": str(value)} if isinstance(value, int) else {"S": value}


def plain(value: dict):
    """The other way round."""
    ((kind, held),) = value.items()
    readers = {"NULL": lambda _: None, "M": lambda parts: {name: plain(part) for name, part in parts.items()}, "N": int}
    return readers.get(kind, str)(held)


def moment(days_ahead: int) -> str:
    then = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days_ahead)
    return then.strftime("%Y-%m-%dT%H:%M:%S.000Z")

"""The hands of whoever is called at night: `make operate STAGE=prod DO="stuck"`.

docs/RUNBOOK.md says when to use which.

Nothing here prints a person, but `export-person`: ids, states and times are enough to find what is wrong.
"""

import argparse
import datetime
import json
import sys
from decimal import Decimal
from pathlib import Path

from boto3.dynamodb.types import TypeDeserializer

import agencies
from keys import mac

INFRA = Path(__file__).resolve().parent
SHARDS = 8
GIVEN_UP = "NEEDS_ATTENTION"
QUEUES = {
    name: f"{name.capitalize()}QueueUrl" for name in ["dispatch", "parse", "provision", "mail", "actions", "notices"]
}


class Stack:
    """One deployed stack, on AWS or on this machine."""

    def __init__(self, stage: str):
        self.stage = stage
        if stage == "local":
            sys.path.insert(0, str(INFRA / "local"))
            import stack

            self.client, self.outputs = stack.client, stack.outputs()
            return
        import boto3
        import tomlkit

        settings = tomlkit.parse((INFRA / "samconfig.toml").read_text())[stage]["deploy"]["parameters"]
        session = boto3.Session(region_name=str(settings["region"]))
        found = session.client("cloudformation").describe_stacks(StackName=str(settings["stack_name"]))["Stacks"][0]
        self.client = session.client
        self.outputs = {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}

    @property
    def table(self) -> str:
        return self.outputs["TableName"]


def stuck(stack: Stack, minutes: int) -> None:
    """What should have been worked on some minutes ago, and was not."""
    before = moment(minutes)
    pages = stack.client("dynamodb").get_paginator("query")
    found = 0
    for shard in range(SHARDS):
        query = pages.paginate(
            TableName=stack.table,
            IndexName="due",
            KeyConditionExpression="due_shard = :shard AND due_at < :before",
            ExpressionAttributeValues={":shard": {"S": f"DUE#{shard}"}, ":before": {"S": before}},
        )
        for item in (item for page in query for item in page["Items"]):
            found += 1
            kind, name = item["pk"]["S"].split("#", 1)
            print(f"{name}  {kind.lower():7} due since {item['due_at']['S']}")
    print(f"{found} stuck for more than {minutes} minutes")


def find(stack: Stack, trace: str) -> None:
    """The invites, batches and actions that a request made, by the Trace ID that its officer quotes.

    Reads the whole table.
    """
    pages = (
        stack.client("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=stack.table,
            FilterExpression="body.#trace = :trace",
            ProjectionExpression="pk, body.#state",
            ExpressionAttributeNames={"#trace": "trace", "#state": "state"},
            ExpressionAttributeValues={":trace": {"S": trace}},
        )
    )
    found = [item for page in pages for item in page["Items"]]
    for item in found:
        print(f"{item['pk']['S'].split('#', 1)[1]}  {state_of(item)}")
    print(f"{len(found)} found")


def attention(stack: Stack) -> None:
    """The invites that the workers gave up, which go on after `retry`. Reads the whole table."""
    pages = (
        stack.client("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=stack.table,
            FilterExpression="body.#state.#state = :given_up",
            ProjectionExpression="pk, body.#trace, body.updated_at",
            ExpressionAttributeNames={"#state": "state", "#trace": "trace"},
            ExpressionAttributeValues={":given_up": {"S": GIVEN_UP}},
        )
    )
    found = [item for page in pages for item in page["Items"]]
    for item in found:
        body = item["body"]["M"]
        print(f"{item['pk']['S'].split('#', 1)[1]}  since {body['updated_at']['S']}  trace {body['trace']['S']}")
    print(f"{len(found)} need attention")


def show(stack: Stack, name: str) -> None:
    """Where one invite, batch, action or notice stands, and how it came there."""
    item = read(stack, name)
    body = item["body"]["M"]
    print(f"{name}  {state_of(item)}  version {item['version']['N']}  trace {body['trace']['S']}")
    print(f"  due      {item.get('due_at', {}).get('S', 'never')}")
    for mail in ("mail", "notice", "report"):
        sent = body.get(mail, {}).get("M")
        if sent:
            print(f"  {mail:8} {sent['kind']['S']} {sent['generation']['N']} {sent['state']['M']['state']['S']}")
    for entry in body.get("history", {}).get("L", []):
        what = entry["M"]
        print(f"  {what['at']['S']}  {what['event']['S']:26} {what.get('by', {}).get('S', ''):8} {what['trace']['S']}")


def retry(stack: Stack, name: str) -> None:
    """Wakes whoever works on it. They do what its state allows, so this is never once too often."""
    item = read(stack, name)
    given_up = name.startswith("inv_") and state_of(item) == GIVEN_UP
    workers = {
        "inv": ("invite", ["provision", "mail"]),
        "bat": ("batch", ["dispatch", "mail"]),
        "act": ("action", ["actions"]),
        "ntc": ("notice", ["notices"]),
    }
    kind, queues = workers[name.split("_", 1)[0]]
    if given_up:
        kind, queues = "resume", ["provision"]
    body = json.dumps({"wake": kind, "id": name})
    for queue in queues:
        url = stack.outputs[QUEUES[queue]]
        stack.client("sqs").send_message(QueueUrl=url, MessageBody=body, MessageGroupId="operator")
    print(f"{name}: woke the readers of {' and '.join(queues)}")


def switch_mail(stack: Stack, state: str) -> None:
    """Stops all mail within a second, or lets it go on; what is due stays due."""
    item = {"pk": "CONFIG", "sk": "MAIL_SWITCH", "entity": "mail_switch", "state": state}
    numbers = {"v": {"N": "1"}, "version": {"N": "1"}}
    stack.client("dynamodb").put_item(TableName=stack.table, Item={n: {"S": v} for n, v in item.items()} | numbers)
    print(f"mail is {state}")


def clear_suppression(stack: Stack, address: str) -> None:
    """Lets a mailbox be mailed again that returned a mail or complained, here and on SES's own list."""
    dynamodb = stack.client("dynamodb")
    key = {"pk": {"S": f"MAILBOX#{mailbox_key(stack, address)}"}, "sk": {"S": "META"}}
    item = dynamodb.get_item(TableName=stack.table, Key=key, ConsistentRead=True).get("Item", {})
    suppression = item.get("body", {}).get("M", {}).get("suppression", {}).get("M")
    if not suppression:
        sys.exit("this mailbox is not suppressed")
    now = datetime.datetime.now(datetime.timezone.utc)
    read, at = item["version"], {"S": now.isoformat(timespec="milliseconds").replace("+00:00", "Z")}
    item["version"] = {"N": str(int(read["N"]) + 1)}
    # Longer than an event about an older mail can still arrive; shared/domain/src/mailbox.rs says why.
    item["expires_epoch"] = {"N": str(int(now.timestamp()) + 30 * 24 * 3600)}
    clearance = {"at": at, "by": {"S": stack.client("sts").get_caller_identity()["Arn"]}}
    item["body"]["M"] |= {"suppression": {"NULL": True}, "clearance": {"M": clearance}}
    item["body"]["M"] |= {"updated_at": at}
    try:
        dynamodb.put_item(
            TableName=stack.table,
            Item=item,
            ConditionExpression="#version = :read",
            ExpressionAttributeNames={"#version": "version"},
            ExpressionAttributeValues={":read": read},
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        sys.exit("it changed at the same moment; try again")
    ses = stack.client("sesv2")
    try:
        ses.delete_suppressed_destination(EmailAddress=address)
    except ses.exceptions.NotFoundException:
        pass  # SES had nothing against it.
    print(f"cleared: it was suppressed since {suppression['at']['S']} because it {suppression['reason']['S']}")


def mailbox_key(stack: Stack, address: str) -> str:
    """The keyed hash that finds a mailbox, as shared/domain/src/keys.rs makes it."""
    local, domain = address.lower().split("@")
    mailbox = f"{local.split('+')[0]}@{domain}"
    secret = stack.client("secretsmanager").get_secret_value(SecretId=stack.outputs["KeysSecretId"])["SecretString"]
    return mac(mac(json.loads(secret)["master"].encode(), b"address-index"), mailbox.encode()).hex()


def export_person(stack: Stack, address: str) -> None:
    """Everything that is held about one person, as JSON, for that person. Reads the whole table."""
    pages = (
        stack.client("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=stack.table,
            ConsistentRead=True,
            FilterExpression="body.address_key = :person OR person = :person OR pk IN (:guard, :mailbox, :holder)",
            ExpressionAttributeValues=held_by(mailbox_key(stack, address)),
        )
    )
    plain = TypeDeserializer().deserialize
    held = [{name: plain(value) for name, value in item.items()} for page in pages for item in page["Items"]]
    json.dump({"address": address, "held": held}, sys.stdout, indent=2, default=number, ensure_ascii=False)
    print()


def forget_person(stack: Stack, address: str) -> None:
    """Has the sweeper forget one person within minutes.

    Invites become tombstones, rows are emptied, an audit entry stays.
    """
    person = mailbox_key(stack, address)
    item = {"pk": "FORGET", "sk": person, "entity": "forget_request"}
    numbers = {"v": {"N": "1"}, "version": {"N": "1"}}
    stack.client("dynamodb").put_item(TableName=stack.table, Item={n: {"S": v} for n, v in item.items()} | numbers)
    print(f"asked for; it is done once `audit` lists {person}")


def audit(stack: Stack) -> None:
    """Who was forgotten on request, by the keyed hash of the address, oldest first."""
    pages = (
        stack.client("dynamodb")
        .get_paginator("query")
        .paginate(
            TableName=stack.table,
            KeyConditionExpression="pk = :audit",
            ExpressionAttributeValues={":audit": {"S": "AUDIT"}},
        )
    )
    for item in (item for page in pages for item in page["Items"]):
        entry = item["body"]["M"]
        counted = f"{entry['invites']['N']} invites, {entry['rows']['N']} rows"
        print(f"{entry['at']['S']}  {entry['action']['S']}  {entry['address_key']['S']}  {counted}")


def held_by(person: str) -> dict:
    kinds = {":guard": "ADDRESS", ":mailbox": "MAILBOX", ":holder": "HOLDER"}
    return {":person": {"S": person}} | {name: {"S": f"{kind}#{person}"} for name, kind in kinds.items()}


def number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def redrive(stack: Stack, queue: str) -> None:
    """Sends a queue's dead letters again."""
    sqs = stack.client("sqs")
    policy = sqs.get_queue_attributes(QueueUrl=stack.outputs[QUEUES[queue]], AttributeNames=["RedrivePolicy"])
    dead_letters = json.loads(policy["Attributes"]["RedrivePolicy"])["deadLetterTargetArn"]
    sqs.start_message_move_task(SourceArn=dead_letters)
    print(f"the dead letters of {queue} are on their way back")


def read(stack: Stack, name: str) -> dict:
    kinds = {"inv": "INVITE", "bat": "BATCH", "act": "ACTION", "ntc": "NOTICE"}
    kind = kinds.get(name.split("_", 1)[0]) or sys.exit(f"{name} is no id: they begin with inv_, bat_, act_ or ntc_")
    key = {"pk": {"S": f"{kind}#{name}"}, "sk": {"S": "META"}}
    return stack.client("dynamodb").get_item(TableName=stack.table, Key=key).get("Item") or sys.exit(
        f"there is no {name}"
    )


def state_of(item: dict) -> str:
    return item["body"]["M"]["state"]["M"]["state"]["S"]


def moment(minutes_ago: int) -> str:
    then = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=minutes_ago)
    return then.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def main() -> None:
    parser = argparse.ArgumentParser(prog="operate", description=__doc__)
    parser.add_argument("stage")
    does = parser.add_subparsers(dest="does", required=True)
    does.add_parser("stuck", help=stuck.__doc__).add_argument("minutes", type=int, nargs="?", default=5)
    does.add_parser("find", help=find.__doc__).add_argument("trace")
    does.add_parser("show", help=show.__doc__).add_argument("name")
    does.add_parser("retry", help=retry.__doc__).add_argument("name")
    does.add_parser("redrive", help=redrive.__doc__).add_argument("queue", choices=QUEUES)
    does.add_parser("attention", help=attention.__doc__)
    does.add_parser("export-person", help=export_person.__doc__).add_argument("address")
    does.add_parser("forget-person", help=forget_person.__doc__).add_argument("address")
    does.add_parser("audit", help=audit.__doc__)
    does.add_parser("clear-suppression", help=clear_suppression.__doc__).add_argument("address")
    does.add_parser("stop-mail", help=switch_mail.__doc__).set_defaults(state="STOPPED")
    does.add_parser("start-mail", help=switch_mail.__doc__).set_defaults(state="RUNNING")
    of_agencies = agencies.add_to(does)
    given = vars(parser.parse_args())
    stack, what = Stack(given.pop("stage")), given.pop("does")
    commands = of_agencies | {
        "stop-mail": switch_mail,
        "start-mail": switch_mail,
        "stuck": stuck,
        "find": find,
        "show": show,
    }
    commands |= {"attention": attention, "export-person": export_person, "forget-person": forget_person, "audit": audit}
    commands |= {"retry": retry, "redrive": redrive, "clear-suppression": clear_suppression}
    commands[what](stack, **given)


if __name__ == "__main__":
    main()

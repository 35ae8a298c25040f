"""What every end-to-end test uses: the running stack, the people in it, and a way to look behind the API.

`make test-e2e` runs the suite on a stack of its own. On one that `make up` started:
`.tools/emulator/bin/python -m pytest tests/e2e`.
"""

import html
import json
import os
import re
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

import complaints
import stack
from logs import events, functions
from signing_in import Api, Person, demo_person
from table import rewrite
from waiting import eventually

ROOT = Path(__file__).resolve().parent.parent.parent

LONG_AGO = "2026-01-01T00:00:00.000Z"

# Goes out by itself every five minutes.
CANARY = {"wake": "canary"}


@pytest.fixture(scope="session")
def outputs() -> dict:
    """The stack's outputs, and the demo people."""
    return stack.outputs()


@pytest.fixture(scope="session")
def officer(outputs) -> Person:
    """An officer of the example agency."""
    return demo_person(outputs, "officer.example")


@pytest.fixture(scope="session")
def other_officer(outputs) -> Person:
    """An officer of another agency."""
    return demo_person(outputs, "officer.sample")


@pytest.fixture(scope="session")
def colleague(outputs) -> Person:
    """Another officer of the example agency."""
    return demo_person(outputs, "colleague.example")


@pytest.fixture(scope="session")
def vendor(outputs) -> Person:
    """Somebody with an account who may not invite."""
    return demo_person(outputs, "vendor.example")


@pytest.fixture(scope="session")
def nobody(outputs) -> Api:
    """The API without signing in."""
    return Api(outputs["ApiUrl"])


def aws(service: str):
    """A client of the emulator, as the account's root."""
    return stack.client(service)


class Outbox:
    """The mails that SES took."""

    def all(self) -> list[dict]:
        accounts = requests.get(f"{stack.ENDPOINT}/_ministack/ses/messages", timeout=10).json()["messages"]
        return [mail for mails in accounts.values() for mail in mails]

    def to(self, address: str) -> list[dict]:
        return [mail for mail in self.all() if address.lower() in (to.lower() for to in mail["To"])]

    def about(self, subject: str, address: str) -> list[dict]:
        return [mail for mail in self.to(address) if mail["Subject"] == subject]

    def wait(self, address: str, count: int = 1, seconds: float = 30) -> list[dict]:
        """The mails to an address, once there are so many."""
        return eventually(
            lambda: self.to(address), seconds, f"{count} mail(s)", until=lambda found: len(found) >= count
        )


@pytest.fixture(scope="session")
def outbox() -> Outbox:
    return Outbox()


def token_of(mail: dict) -> str:
    """The secret of the link in a mail."""
    return re.search(r"/accept#(\S+)", mail["BodyText"])[1]


def code_of(mail: dict) -> str:
    """The six digits in the mail that tells the code, which have a line to themselves."""
    (code,) = re.findall(r"^(\d{3} \d{3})$", mail["BodyText"], re.MULTILINE)
    return code


def password_of(mail: dict) -> str:
    """The temporary password in the directory's mail, which has a line to itself."""
    (password,) = re.findall(r"^<p [^>]*monospace[^>]*>(\S+)</p>$", mail["BodyHtml"], re.MULTILINE)
    return html.unescape(password)


class Directory:
    """The accounts that were made."""

    def __init__(self, pool: str):
        self.pool = pool

    def by_email(self, address: str) -> list[dict]:
        found = aws("cognito-idp").list_users(UserPoolId=self.pool, Filter=f'email = "{address}"')["Users"]
        return [{**user, "attributes": {a["Name"]: a["Value"] for a in user["Attributes"]}} for user in found]

    def groups(self, username: str) -> list[str]:
        found = aws("cognito-idp").admin_list_groups_for_user(UserPoolId=self.pool, Username=username)["Groups"]
        return [group["GroupName"] for group in found]


@pytest.fixture(scope="session")
def directory(outputs) -> Directory:
    return Directory(outputs["UserPoolId"])


class Queues:
    """The queues, and where their messages go to die."""

    def __init__(self, outputs: dict):
        self.urls = {name: url for name, url in outputs.items() if name.endswith(("QueueUrl", "DeadLettersUrl"))}

    def depth(self, name: str) -> int:
        wanted = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = aws("sqs").get_queue_attributes(QueueUrl=self.urls[name], AttributeNames=wanted)["Attributes"]
        return sum(int(found[key]) for key in wanted)

    def dead(self) -> dict[str, int]:
        """How many dead letters there are, where there are any."""
        depths = {name: self.depth(name) for name in self.urls if name.endswith("DeadLettersUrl")}
        return {name: depth for name, depth in depths.items() if depth}


@pytest.fixture(scope="session")
def queues(outputs) -> Queues:
    return Queues(outputs)


@pytest.fixture(scope="session")
def invoke():
    """Runs a function, named as its folder, with an event, and gives its answer."""
    names = {f["FunctionName"].split("-")[-2]: f["FunctionName"] for f in aws("lambda").list_functions()["Functions"]}

    def run(function: str, event: dict) -> dict:
        name = names["".join(part.capitalize() for part in function.split("-"))]
        answer = aws("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
        return {"error": answer.get("FunctionError"), "payload": json.loads(answer["Payload"].read() or "null")}

    return run


@pytest.fixture(scope="session")
def report_mail(invoke):
    """Reports as SES would about a mail: `report_mail("mail-bounced", mail)`.

    For what never happens here, such as bounces; that mails are delivered, infra/emulator/ses_events.py says by itself.
    Nobody but SES may put an event with its name on the bus. So the event goes to the function, after the rule that
    would bring it there was asked whether it matches.
    """
    rule = next(r for r in aws("events").list_rules()["Rules"] if "aws.ses" in r.get("EventPattern", ""))

    def report(recorded: str, mail: dict) -> None:
        event = json.loads((ROOT / "events" / f"{recorded}.json").read_text())
        about = event["detail"]["mail"]
        about["messageId"] = mail["MessageId"]
        about["tags"] |= tags_of(mail)
        assert aws("events").test_event_pattern(EventPattern=rule["EventPattern"], Event=json.dumps(event))["Result"]
        assert invoke("track-mail", event)["error"] is None

    return report


def tags_of(mail: dict) -> dict[str, list[str]]:
    """What a mail was tagged with, from the events that infra/emulator/ses_events.py published about it."""

    def published() -> dict | None:
        lines = (stack.LOCAL / "mail-events.jsonl").read_text().splitlines()
        about = [json.loads(line)["event"]["detail"]["mail"] for line in lines]
        return next((found["tags"] for found in about if found["messageId"] == mail["MessageId"]), None)

    return eventually(published, what="an event of the mail")


def operate(*command: str) -> subprocess.CompletedProcess:
    """What an operator does, on this stack."""
    script = ROOT / "infra" / "operate.py"
    return subprocess.run([sys.executable, script, "local", *command], capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="session")
def logs():
    """What a function said, in order: `logs("send-mail", since=time)`. Without a function, what all of them said."""
    groups = functions()

    def read(function: str | None = None, since: float = 0) -> list[dict]:
        wanted = groups.values() if function is None else [groups[function]]
        said = sorted((event for group in wanted for event in events(group, since)), key=lambda e: e["timestamp"])
        return [json.loads(event["message"]) for event in said if event["message"].startswith("{")]

    return read


@pytest.fixture
def losing(outputs):
    """With `losing("Provision") as lost`, messages of that queue reach nobody and end up in the list."""
    mappings = {
        m["EventSourceArn"].rsplit(":", 1)[1]: m["UUID"]
        for m in aws("lambda").list_event_source_mappings()["EventSourceMappings"]
    }

    @contextmanager
    def lose(queue: str):
        url, lost = outputs[f"{queue}QueueUrl"], []
        mapping = mappings[url.rsplit("/", 1)[1]]
        aws("lambda").update_event_source_mapping(UUID=mapping, Enabled=False)

        def take() -> bool:
            for message in aws("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
                if (wake := json.loads(message["Body"])) != CANARY:
                    lost.append(wake)
                aws("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            return bool(lost)

        try:
            yield lambda: eventually(take, what=f"a message in {queue}") and lost
        finally:
            aws("lambda").update_event_source_mapping(UUID=mapping, Enabled=True)

    return lose


@pytest.fixture
def bring_forward(outputs):
    """Makes one of them due now, as if its time had passed."""
    table = outputs["TableName"]

    def change(item: dict, body: dict) -> dict:
        body["postponed_until"] = LONG_AGO
        if item["entity"]["S"] == "action":
            body["updated_at"] = LONG_AGO
        if "from" in body["state"]:
            body["state"]["from"] = LONG_AGO
        return {"due_at": {"S": LONG_AGO}}

    return lambda id: rewrite(table, {"body.id": id}, change)


def pytest_report_header() -> str:
    return f"stack: {stack.ENDPOINT}, {os.environ.get('INVITE_LOCAL_DIR', '.local')}"


def pytest_configure(config) -> None:
    config.addinivalue_line("markers", "late: waits for a minute that has passed by then")
    config.addinivalue_line("markers", "last: looks back at what the others did, and so runs after them")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(call):
    """Shows with each failure what functions complained about while that test ran."""
    report = yield
    if report.failed:
        report.sections.append(("What functions complained about meanwhile", complaints_since(call.start)))
    return report


def complaints_since(moment: float) -> str:
    try:
        return complaints.since(moment)
    except Exception as fault:
        # The test's own failure is what counts, and a stack that went away is a part of it.
        return f"the logs cannot be read: {fault}"


def pytest_collection_modifyitems(items: list) -> None:
    items.sort(key=lambda item: [item.get_closest_marker(name) is not None for name in ("last", "late")])

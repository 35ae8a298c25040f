"""What every end-to-end test stands on: the running stack, the people in it, and a way to look behind the API.

`make test-e2e` runs the suite on a stack of its own. On one that `make up` started:
`.tools/emulator/bin/python -m pytest tests/e2e`.
"""

import json
import os
import sys
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "infra" / "local"))

import stack  # noqa: E402 - found through the path above.


@pytest.fixture(scope="session")
def outputs() -> dict:
    """The stack's outputs, and the demo people."""
    return stack.outputs()


@dataclass
class Api:
    """The API as one person uses it, or nobody."""

    url: str
    token: str | None = None
    session: requests.Session = field(default_factory=requests.Session)

    def __call__(self, method: str, path: str, body=None, **more) -> requests.Response:
        headers = {"Authorization": self.token} if self.token else {}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid.uuid4())
        headers.update(more.pop("headers", {}))
        return self.session.request(method, self.url + path, json=body, headers=headers, timeout=60, **more)

    def get(self, path: str, **more) -> requests.Response:
        return self("GET", path, **more)

    def post(self, path: str, body=None, **more) -> requests.Response:
        return self("POST", path, {} if body is None else body, **more)

    def patch(self, path: str, body, **more) -> requests.Response:
        return self("PATCH", path, body, **more)

    def delete(self, path: str, **more) -> requests.Response:
        return self("DELETE", path, **more)


@dataclass
class Person:
    """Somebody who can sign in."""

    username: str
    email: str
    id_token: str
    access_token: str
    api: Api


def sign_in(outputs: dict, username: str, password: str) -> Person:
    """With a password, which only a stack for tests allows."""
    answer = aws("cognito-idp").initiate_auth(
        AuthFlow="USER_PASSWORD_AUTH",
        ClientId=outputs["UserPoolClientId"],
        AuthParameters={"USERNAME": username, "PASSWORD": password},
    )["AuthenticationResult"]
    email = aws("cognito-idp").get_user(AccessToken=answer["AccessToken"])["UserAttributes"]
    address = next(a["Value"] for a in email if a["Name"] == "email")
    return Person(username, address, answer["IdToken"], answer["AccessToken"], Api(outputs["ApiUrl"], answer["IdToken"]))


def demo_person(outputs: dict, username: str) -> Person:
    found = next(p for p in outputs["DemoOfficers"] if p["username"] == username)
    return sign_in(outputs, found["username"], found["password"])


@pytest.fixture(scope="session")
def officer(outputs) -> Person:
    """An officer of the example agency."""
    return demo_person(outputs, "officer.example")


@pytest.fixture(scope="session")
def other_officer(outputs) -> Person:
    """An officer of another agency."""
    return demo_person(outputs, "officer.sample")


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

    def wait(self, address: str, count: int = 1, seconds: float = 30) -> list[dict]:
        """The mails to an address, once there are so many."""
        return eventually(lambda: mails if len(mails := self.to(address)) >= count else None, seconds, f"{count} mail(s)")


@pytest.fixture(scope="session")
def outbox() -> Outbox:
    return Outbox()


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
    functions = {f["FunctionName"].split("-")[-2]: f["FunctionName"] for f in aws("lambda").list_functions()["Functions"]}

    def run(function: str, event: dict) -> dict:
        name = functions["".join(part.capitalize() for part in function.split("-"))]
        answer = aws("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
        return {"error": answer.get("FunctionError"), "payload": json.loads(answer["Payload"].read() or "null")}

    return run


@pytest.fixture(scope="session")
def report_mail(outputs, invoke):
    """Tells the product what SES would tell it about a mail: `report_mail("mail-bounced", message_id, tags)`.

    Nobody but SES may put an event with its name on the bus, so the event goes to the function, after the rule that would
    bring it there was asked whether it matches.
    """
    rule = next(r for r in aws("events").list_rules()["Rules"] if "aws.ses" in r.get("EventPattern", ""))

    def report(recorded: str, message_id: str, tags: dict[str, list[str]] | None = None) -> None:
        event = json.loads((ROOT / "events" / f"{recorded}.json").read_text())
        mail = event["detail"]["mail"]
        mail["messageId"] = message_id
        mail["tags"].update(tags or {})
        mail["tags"]["ses:configuration-set"] = [outputs["ConfigurationSetName"]]
        assert aws("events").test_event_pattern(EventPattern=rule["EventPattern"], Event=json.dumps(event))["Result"]
        assert invoke("track-mail", event)["error"] is None

    return report


def eventually(look, seconds: float = 30, what: str = "it"):
    """What `look` finds, as soon as that is something."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            pytest.fail(f"{what} did not happen within {seconds:.0f} s")
        time.sleep(0.2)


def pytest_report_header() -> str:
    return f"stack: {stack.ENDPOINT}, {os.environ.get('INVITE_LOCAL_DIR', '.local')}"

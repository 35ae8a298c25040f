"""What every end-to-end test stands on: the running stack, the people in it, and a way to look behind the API.

`make test-e2e` runs the suite on a stack of its own. On one that `make up` started:
`.tools/emulator/bin/python -m pytest tests/e2e`.
"""

import base64
import hashlib
import html
import json
import os
import re
import secrets
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "infra"), str(ROOT / "infra" / "local")]

import operate  # noqa: E402 - found through the path above.
import stack  # noqa: E402
from logs import events, short  # noqa: E402


@pytest.fixture(scope="session")
def outputs() -> dict:
    """The stack's outputs, and the demo people."""
    return stack.outputs()


@dataclass
class Api:
    """The API as one person uses it, or nobody."""

    url: str
    token: str | None = None
    # A token lives for ten minutes, and a person may be needed for the whole run.
    renew: Callable[[], str] | None = None
    session: requests.Session = field(default_factory=requests.Session)

    def __call__(self, method: str, path: str, body=None, **more) -> requests.Response:
        headers = {"Authorization": self.fresh_token()} if self.token else {}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid.uuid4())
        headers.update(more.pop("headers", {}))
        answer = self.session.request(method, self.url + path, json=body, headers=headers, timeout=60, **more)
        assert answer.headers["X-Trace-Id"]
        if answer.status_code >= 400 and method != "HEAD":
            assert answer.json()["traceId"] == answer.headers["X-Trace-Id"]
        return answer

    def fresh_token(self) -> str:
        if self.renew and claims_of(self.token)["exp"] < time.time() + 120:
            self.token = self.renew()
        return self.token

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
    sub: str
    access_token: str
    api: Api

    @property
    def id_token(self) -> str:
        return self.api.fresh_token()


def sign_in(outputs: dict, username: str, password: str) -> Person:
    """With a password, which only a stack for tests allows."""

    def tokens() -> dict:
        return aws("cognito-idp").initiate_auth(
            AuthFlow="USER_PASSWORD_AUTH",
            ClientId=outputs["UserPoolClientId"],
            AuthParameters={"USERNAME": username, "PASSWORD": password},
        )["AuthenticationResult"]

    first = tokens()
    person = signed_in(outputs, first["IdToken"], first["AccessToken"])
    person.api.renew = lambda: tokens()["IdToken"]
    return person


def signed_in(outputs: dict, id_token: str, access_token: str) -> Person:
    claims = claims_of(id_token)
    return Person(
        claims["cognito:username"], claims["email"], claims["sub"], access_token, Api(outputs["ApiUrl"], id_token)
    )


def claims_of(token: str) -> dict:
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def first_sign_in(outputs: dict, username: str, temporary: str) -> Person:
    """On the sign-in page, as the portal leads there: with a temporary password, which the page asks to change."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    callback = f"{outputs['PortalUrl']}/"
    browser = requests.Session()
    asked = {
        "response_type": "code",
        "client_id": outputs["UserPoolClientId"],
        "redirect_uri": callback,
        "scope": "openid email profile",
        "state": secrets.token_urlsafe(16),
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    page = browser.get(f"{outputs['SignInUrl']}/oauth2/authorize", params=asked, timeout=30)
    page = fill_in(browser, page, username=username, password=temporary)
    chosen = f"{secrets.token_urlsafe(12)}-aZ9"
    sent_back = fill_in(browser, page, new_password=chosen, confirm_password=chosen)
    assert sent_back.status_code in (302, 303), sent_back.text
    target = urlsplit(sent_back.headers["Location"])
    answer = parse_qs(target.query)
    assert sent_back.headers["Location"].startswith(callback) and answer["state"] == [asked["state"]]
    trade = {
        "grant_type": "authorization_code",
        "client_id": asked["client_id"],
        "redirect_uri": callback,
        "code": answer["code"][0],
    }
    stolen = requests.post(
        f"{outputs['SignInUrl']}/oauth2/token", data={**trade, "code_verifier": "x" * 43}, timeout=30
    )
    assert stolen.status_code == 400, "a code without its verifier is worth nothing"
    tokens = requests.post(
        f"{outputs['SignInUrl']}/oauth2/token", data={**trade, "code_verifier": verifier}, timeout=30
    )
    return signed_in(outputs, tokens.json()["id_token"], tokens.json()["access_token"])


def fill_in(browser: requests.Session, page: requests.Response, **typed: str) -> requests.Response:
    """Sends the form of a page, with its hidden fields and what is typed."""
    inputs = [dict(re.findall(r'(\w+)="([^"]*)"', tag)) for tag in re.findall(r"<input ([^>]*)>", page.text)]
    fields = {i["name"]: html.unescape(i["value"]) for i in inputs if i["type"] == "hidden"}
    assert set(typed) == {i["name"] for i in inputs} - set(fields), page.text
    return browser.post(f"{stack.ENDPOINT}/login", data={**fields, **typed}, allow_redirects=False, timeout=30)


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

    def about(self, subject: str, address: str) -> list[dict]:
        return [mail for mail in self.to(address) if mail["Subject"] == subject]

    def wait(self, address: str, count: int = 1, seconds: float = 30) -> list[dict]:
        """The mails to an address, once there are so many."""
        return eventually(
            lambda: mails if len(mails := self.to(address)) >= count else None, seconds, f"{count} mail(s)"
        )


@pytest.fixture(scope="session")
def outbox() -> Outbox:
    return Outbox()


def token_of(mail: dict) -> str:
    """The secret of the link in a mail."""
    return re.search(r"/accept#(\S+)", mail["BodyText"])[1]


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
    functions = {
        f["FunctionName"].split("-")[-2]: f["FunctionName"] for f in aws("lambda").list_functions()["Functions"]
    }

    def run(function: str, event: dict) -> dict:
        name = functions["".join(part.capitalize() for part in function.split("-"))]
        answer = aws("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
        return {"error": answer.get("FunctionError"), "payload": json.loads(answer["Payload"].read() or "null")}

    return run


@pytest.fixture(scope="session")
def report_mail(outputs, invoke):
    """Tells the product what SES would tell it about the mail of an invite: `report_mail("mail-bounced", mail, invite)`.

    For what never happens here, such as bounces; that mails are delivered, infra/local/relay.py says by itself. Nobody but
    SES may put an event with its name on the bus. So the event goes to the function, after the rule that would bring it
    there was asked whether it matches.
    """
    rule = next(r for r in aws("events").list_rules()["Rules"] if "aws.ses" in r.get("EventPattern", ""))

    def report(recorded: str, mail: dict, invite: dict) -> None:
        event = json.loads((ROOT / "events" / f"{recorded}.json").read_text())
        about = event["detail"]["mail"]
        about["messageId"] = mail["MessageId"]
        about["tags"]["invite_id"] = [invite["id"]]
        about["tags"]["kind"] = ["invitation" if invite["kind"] == "email" else "account-created"]
        about["tags"]["mailbox"] = [operate.mailbox_key(operate.Stack("local"), invite["email"])]
        about["tags"]["ses:configuration-set"] = [outputs["ConfigurationSetName"]]
        assert aws("events").test_event_pattern(EventPattern=rule["EventPattern"], Event=json.dumps(event))["Result"]
        assert invoke("track-mail", event)["error"] is None

    return report


@pytest.fixture(scope="session")
def logs():
    """What a function said, in order: `logs("send-mail", since=time)`. Without a function, what all of them said."""
    groups = {
        short(f["FunctionName"]): f["LoggingConfig"]["LogGroup"] for f in aws("lambda").list_functions()["Functions"]
    }

    def read(function: str | None = None, since: float = 0) -> list[dict]:
        told = [event for name, group in groups.items() if function in (None, name) for event in events(group)]
        lines = [
            event["message"]
            for event in sorted(told, key=lambda e: e["timestamp"])
            if event["timestamp"] >= since * 1000
        ]
        return [json.loads(line) for line in lines if line.startswith("{")]

    return read


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


def pytest_configure(config) -> None:
    config.addinivalue_line("markers", "late: waits for a minute that has passed by then")
    config.addinivalue_line("markers", "last: looks back at what the others did, and so runs after them")


def pytest_collection_modifyitems(items: list) -> None:
    items.sort(key=lambda item: [item.get_closest_marker(name) is not None for name in ("last", "late")])

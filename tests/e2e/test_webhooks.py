"""An agency's system registers, and is notified of every state of its officers' invites."""

import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

import people
from conftest import operate
from test_single_invites import in_state, submit
from waiting import eventually

AGENCY = "sample-board.gov.sg"

# How long watch-invites holds on to what it knew of an agency.
FRESH = 10


def is_signed(secret: str, header: str, body: bytes) -> bool:
    """As docs/API.md tells receivers to check."""
    parts = [part.split("=", 1) for part in header.split(",")]
    seconds = next(value for name, value in parts if name == "t")
    if abs(time.time() - int(seconds)) > 300:
        return False
    expected = hmac.new(secret.encode(), seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
    return any(hmac.compare_digest(expected, value) for name, value in parts if name == "v1")


class Receiver(ThreadingHTTPServer):
    """An agency's system on this machine: echoes challenges, and takes events or refuses them."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.taken: list[tuple[dict, bytes, str]] = []
        self.refused: list[str] = []
        self.status = 204
        self.echo = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/invites"

    def of(self, invite: dict) -> list[dict]:
        return [body for body, _, _ in self.taken if body["invite"]["id"] == invite["id"]]


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_GET(self) -> None:
        (token,) = parse_qs(urlsplit(self.path).query)["challengeToken"]
        answer = token.encode() if self.server.echo else b"hello"
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        body = json.loads(raw)
        if self.server.status == 204:
            self.server.taken.append((body, raw, self.headers["X-Invite-Signature"]))
        else:
            self.server.refused.append(body["id"])
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_) -> None:
        pass


@pytest.fixture
def receiver(queues):
    server = Receiver()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.status = 204
        operate("remove-agency", AGENCY)
        eventually(lambda: queues.depth("WebhooksQueueUrl"), what="the last event", until=lambda found: found == 0)
        server.shutdown()
        server.server_close()


@pytest.fixture
def secret(receiver) -> str:
    """The receiver, registered: the secret that it was given."""
    said = operate("register-agency", AGENCY, receiver.url)
    assert said.returncode == 0, said.stderr
    assert f"{AGENCY}  ACTIVE" in said.stdout, said.stdout
    time.sleep(FRESH + 1)
    return next(line.rsplit(" ", 1)[1] for line in said.stdout.splitlines() if line.startswith("the secret of"))


def test_every_state_is_notified_signed_and_without_anybodys_data(other_officer, receiver, secret):
    person = people.officer()
    invite = submit(other_officer.api, people.account(person))
    in_state(other_officer.api, invite, "ACCOUNT_CREATED")

    def is_complete(events: list[dict]) -> bool:
        seen = [body["invite"] for body in events if body["invite"]["techpass"] == "ACCOUNT_CREATED"]
        return any(state["mail"] not in ("QUEUED", "SENDING") for state in seen)

    events = eventually(lambda: receiver.of(invite), what="the events", until=is_complete)
    events.sort(key=lambda body: body["invite"]["version"])
    states = [body["invite"]["techpass"] for body in events]
    assert states[:2] == ["QUEUED", "PROVISIONING"]
    assert states[-1] == "ACCOUNT_CREATED"
    assert len({body["id"] for body in events}) == len(events)
    for body, raw, header in receiver.taken:
        assert is_signed(secret, header, raw)
        assert not is_signed(secret, header, raw + b" ")
        assert set(body) == {"id", "type", "at", "traceId", "invite"}
        assert set(body["invite"]) == {"id", "version", "techpass", "seed", "mail"}
        assert not [text for text in people.remembered() if text in raw.decode()]
    assert {body["traceId"] for body in events} == {invite["traceId"]}


def test_an_event_that_was_not_taken_is_sent_again_under_its_id(other_officer, receiver, secret, bring_forward, invoke):
    receiver.status = 503
    invite = submit(other_officer.api, people.account(people.officer()))
    refused = eventually(lambda: receiver.refused[:1], what="the first try")[0]
    in_state(other_officer.api, invite, "ACCOUNT_CREATED")
    eventually(lambda: set(receiver.refused), what="the other events", until=lambda found: len(found) >= 4)
    receiver.status = 204

    def told_again() -> bool:
        for event in set(receiver.refused) - {body["id"] for body, _, _ in receiver.taken}:
            bring_forward(event)
        assert invoke("sweep", {})["error"] is None
        return {body["id"] for body, _, _ in receiver.taken} >= set(receiver.refused)

    eventually(told_again, what="the second try")
    assert refused in {body["id"] for body, _, _ in receiver.taken}


def test_an_operator_writes_over_what_a_function_wrote(receiver, secret):
    said = operate("rotate-agency", AGENCY)
    assert said.returncode == 0, said.stderr
    assert "the one before signs too for 7 days" in said.stdout
    assert secret not in said.stdout
    said = operate("register-agency", AGENCY, receiver.url)
    assert f"{AGENCY}  ACTIVE" in said.stdout, said.stdout + said.stderr


def test_an_endpoint_that_does_not_echo_is_not_registered(receiver):
    receiver.echo = False
    said = operate("register-agency", AGENCY, receiver.url)
    assert f"{AGENCY}  PENDING" in said.stdout
    assert "the answer is not the challenge" in said.stdout


@pytest.mark.parametrize("endpoint", ["http://169.254.169.254/latest", "https://127.0.0.1/", "https://localhost/"])
def test_an_endpoint_within_is_not_called(receiver, endpoint):
    said = operate("register-agency", AGENCY, endpoint)
    assert f"{AGENCY}  PENDING" in said.stdout
    assert "the endpoint is not allowed" in said.stdout

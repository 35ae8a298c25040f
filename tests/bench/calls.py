"""Counts what the functions ask of AWS: a relay between them and the emulator, on loopback."""

import collections
import contextlib
import http.client
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from proc import PROC, tree
from processes import function_of

Call = tuple[str, str]
TARGETS = {
    "DynamoDB_20120810": "dynamodb",
    "AmazonSQS": "sqs",
    "AWSCognitoIdentityProviderService": "cognito-idp",
    "secretsmanager": "secretsmanager",
}


class Calls:
    """How often each function made each call, and how many items or messages the calls were about."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.requests: collections.Counter[Call] = collections.Counter()
        self.items: collections.Counter[Call] = collections.Counter()

    def add(self, call: Call, items: int) -> None:
        with self._lock:
            self.requests[call] += 1
            self.items[call] += items


class Relay:
    """Stands in for the emulator's address. `root` is the emulator's process once it has started."""

    def __init__(self, upstream_port: int):
        self.calls = Calls()
        self.root: int | None = None
        relay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                self.function = owner(self.client_address[1], relay.root)

            def pass_on(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.function is not None:
                    operation = operation_of(self.command, self.path, self.headers.get("X-Amz-Target"))
                    relay.calls.add((self.function, operation), items_of(operation, body))
                try:
                    self.answer(body)
                except OSError:
                    # One of the two has ended: the other sees what it would see without the relay.
                    self.close_connection = True

            def answer(self, body: bytes) -> None:
                upstream = http.client.HTTPConnection("127.0.0.1", upstream_port, timeout=60)
                # The signature covers the address that was asked, so headers go on untouched.
                upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    upstream.putheader(name, value)
                upstream.endheaders(body)
                with contextlib.closing(upstream):
                    answer = upstream.getresponse()
                    content = answer.read()
                self.send_response_only(answer.status, answer.reason)
                for name, value in answer.getheaders():
                    if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = pass_on

            def log_message(self, *_: object) -> None:
                """The counts are the log."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def operation_of(method: str, path: str, target: str | None) -> str:
    if target is not None:
        service, _, operation = target.partition(".")
        return f"{TARGETS.get(service, service)} {operation}"
    if path.startswith("/v2/email/outbound-emails"):
        return "ses SendEmail"
    return f"s3 {method.title()}Object"


def items_of(operation: str, body: bytes) -> int:
    """How many items of the table, or messages, a request is about."""
    if operation == "dynamodb BatchWriteItem":
        return sum(len(items) for items in json.loads(body)["RequestItems"].values())
    if operation == "dynamodb BatchGetItem":
        return sum(len(table["Keys"]) for table in json.loads(body)["RequestItems"].values())
    if operation == "dynamodb TransactWriteItems":
        return len(json.loads(body)["TransactItems"])
    if operation == "sqs SendMessageBatch":
        return len(json.loads(body)["Entries"])
    return 1


def owner(port: int, root: int | None) -> str | None:
    """The function at the other end of a connection; None when it is none, such as what drives the stack."""
    if root is None:
        return None
    socket = inode_of(port)
    for pid in tree(root):
        name = function_of(pid)
        if name is not None and holds(pid, f"socket:[{socket}]"):
            return name
    return None


def inode_of(port: int) -> str | None:
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        columns = line.split()
        if int(columns[1].rpartition(":")[2], 16) == port:
            return columns[9]
    return None


def holds(pid: int, wanted: str) -> bool:
    try:
        return any(str(handle.readlink()) == wanted for handle in (PROC / str(pid) / "fd").iterdir())
    except OSError:
        return False

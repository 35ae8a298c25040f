"""A Runtime API of Lambda on loopback: starts a function, measures until its first poll, and hands it events."""

import os
import selectors
import signal
import socket
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from proc import process_of

NEXT = "/2018-06-01/runtime/invocation/next"
PATIENCE_SECONDS = 20
TIMEOUT_SECONDS = 30


class FunctionFailed(RuntimeError):
    """The function did not poll, or answered with an error."""


@dataclass
class Connection:
    socket: socket.socket
    received: bytearray = field(default_factory=bytearray)


@dataclass(frozen=True)
class Request:
    connection: Connection
    method: str
    path: str
    body: bytes


class RunningFunction:
    """A function between its start and its end, waiting for events, each of which may take `timeout_seconds`."""

    def __init__(
        self, command: Sequence[str | Path], environment: Mapping[str, str], timeout_seconds: int = TIMEOUT_SECONDS
    ):
        self._timeout_seconds = timeout_seconds
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        # Closed with the function, by `__exit__`.
        self._words = tempfile.TemporaryFile()  # noqa: SIM115
        host, port = self._listener.getsockname()
        own = {**environment, **_lambda_environment(), "AWS_LAMBDA_RUNTIME_API": f"{host}:{port}"}
        arguments = [str(part) for part in command]
        streams = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_DUP2, self._words.fileno(), 2),
        ]
        started = time.perf_counter()
        self._pid = os.posix_spawn(arguments[0], arguments, own, file_actions=streams)
        self._poll = self._receive()
        self.ready_ms = (time.perf_counter() - started) * 1000
        self.ready_rss_kb = self._resident_kb()
        self._invocations = 0
        self.answer = b""

    def __enter__(self) -> "RunningFunction":
        return self

    def __exit__(self, *_: object) -> None:
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()
        self._selector.close()
        self._words.close()

    def invoke(self, event: bytes) -> float:
        """Milliseconds from handing over the event to the next poll. `answer` is what the function answered."""
        self._invocations += 1
        identity = f"00000000-0000-4000-8000-{self._invocations:012}"
        started = time.perf_counter()
        head = (
            "HTTP/1.1 200 OK\r\n"
            "Content-Type: application/json\r\n"
            f"Lambda-Runtime-Aws-Request-Id: {identity}\r\n"
            f"Lambda-Runtime-Deadline-Ms: {int((time.time() + self._timeout_seconds) * 1000)}\r\n"
            "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:ap-southeast-1:123456789012:function:bench\r\n"
            "Lambda-Runtime-Trace-Id: Root=1-6b03d551-e1625ca8567ab9eef7806c5e;Sampled=0\r\n"
            f"Content-Length: {len(event)}\r\n\r\n"
        )
        self._poll.connection.socket.sendall(head.encode() + event)
        answer = self._receive()
        if not answer.path.endswith(f"/{identity}/response"):
            raise FunctionFailed(f"The function failed: {answer.body[-500:].decode()} {self._last_words()}")
        self.answer = answer.body
        answer.connection.socket.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
        self._poll = self._receive()
        return (time.perf_counter() - started) * 1000

    def _receive(self) -> Request:
        """The next whole request; a poll has to be one for the next event."""
        while ready := self._selector.select(max(PATIENCE_SECONDS, self._timeout_seconds)):
            for key, _ in ready:
                if key.fileobj is self._listener:
                    accepted, _ = self._listener.accept()
                    accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self._selector.register(accepted, selectors.EVENT_READ, Connection(accepted))
                elif request := self._read(key.data):
                    return request
        raise FunctionFailed(f"The function is silent: {self._last_words()}")

    def _read(self, connection: Connection) -> Request | None:
        part = connection.socket.recv(1 << 16)
        if not part:
            self._selector.unregister(connection.socket)
            connection.socket.close()
            return None
        connection.received += part
        head, separator, body = connection.received.partition(b"\r\n\r\n")
        if not separator or not _is_whole(bytes(head), body):
            return None
        connection.received.clear()
        method, path, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
        return Request(connection, method, path, bytes(body))

    def peak_kb(self) -> int:
        """The largest resident set since the start."""
        return self._memory_kb("VmHWM")

    def processor_ms(self) -> float:
        """What it has used of processors since the start, in whole ticks."""
        return process_of(self._pid).cpu_seconds * 1000

    def _resident_kb(self) -> int:
        return self._memory_kb("VmRSS")

    def _memory_kb(self, name: str) -> int:
        status = Path(f"/proc/{self._pid}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith(f"{name}:")))

    def _last_words(self) -> str:
        self._words.seek(0)
        return self._words.read()[-500:].decode(errors="replace") or "it said nothing"


def _is_whole(head: bytes, body: bytes | bytearray) -> bool:
    headers = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:])
    if headers.get(b"transfer-encoding", b"").strip() == b"chunked":
        return body.endswith(b"0\r\n\r\n")
    return len(body) >= int(headers.get(b"content-length", b"0"))


def _lambda_environment() -> dict[str, str]:
    """What Lambda gives every function, whatever it is written in."""
    return {
        "AWS_REGION": "ap-southeast-1",
        "AWS_DEFAULT_REGION": "ap-southeast-1",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_SESSION_TOKEN": "bench",
        "AWS_LAMBDA_FUNCTION_NAME": "bench",
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_LAMBDA_LOG_GROUP_NAME": "bench",
        "AWS_LAMBDA_LOG_STREAM_NAME": "bench",
        "_HANDLER": "bootstrap",
    }

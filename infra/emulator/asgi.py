"""What proxies in front of the emulator need of ASGI, the interface between a web server and its application."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

Scope = dict
Receive = Callable[[], Awaitable[dict]]
Send = Callable[[dict], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def is_call(scope: Scope, method: str, path: str) -> bool:
    return scope["type"] == "http" and scope["method"] == method and scope["path"] == path


def header(scope: Scope, name: str) -> str:
    return next((value.decode() for key, value in scope["headers"] if key.decode().lower() == name), "")


async def read_body(receive: Receive) -> tuple[bytes, Receive]:
    """The whole body of a request, and what gives it to the application once more."""
    body, messages = b"", []
    while True:
        message = await receive()
        messages.append(message)
        body += message.get("body", b"")
        if not message.get("more_body"):
            break

    async def receive_again() -> dict:
        return messages.pop(0) if messages else await receive()

    return body, receive_again


@dataclass
class Answer:
    """An application's answer, held back until `pass_on`."""

    messages: list[dict] = field(default_factory=list)

    async def send(self, message: dict) -> None:
        self.messages.append(message)

    @property
    def status(self) -> int:
        return next(message["status"] for message in self.messages if message["type"] == "http.response.start")

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages)

    async def pass_on(self, send: Send) -> None:
        for message in self.messages:
            await send(message)


@dataclass(frozen=True)
class Refusal:
    """Why AWS refuses a call: the name of the error, and its words."""

    error: str
    reason: str


def checked(app: App, target: str, refusal_of: Callable[[dict], Refusal | None]) -> App:
    """Asks about each call of an operation before the application gets it. What `refusal_of` returns is answered."""

    async def proxy(scope: Scope, receive: Receive, send: Send) -> None:
        if is_call(scope, "POST", "/") and header(scope, "x-amz-target") == target:
            body, receive = await read_body(receive)
            if refusal := await asyncio.to_thread(refusal_of, json.loads(body)):
                await refuse(send, 400, refusal.error, refusal.reason)
                return
        await app(scope, receive, send)

    return proxy


async def refuse(send: Send, status: int, error: str, message: str) -> None:
    """Answers as AWS does where it refuses a call."""
    body = json.dumps({"__type": error, "message": message}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"x-amzn-errortype", error.encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

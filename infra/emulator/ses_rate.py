"""Lets SES take only so many mails a second, as on AWS: a proxy in front of the emulator.

The file `mails-per-second` in the stack's folder holds the number, and may come and go while the emulator runs. Without
it there is no limit.

MiniStack would have to offer: a sending rate that `GetAccount` shows, can be set, and is kept to.
"""

import time
from collections import deque
from pathlib import Path

import asgi


def limit(app: asgi.App, folder: Path) -> asgi.App:
    taken: deque[float] = deque()

    async def proxy(scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        if asgi.is_call(scope, "POST", "/v2/email/outbound-emails"):
            now, most = time.monotonic(), limit_of(folder)
            while taken and taken[0] <= now - 1:
                taken.popleft()
            if most is not None and len(taken) >= most:
                await asgi.read_body(receive)
                await asgi.refuse(send, 429, "TooManyRequestsException", "Maximum sending rate exceeded.")
                return
            taken.append(now)
        await app(scope, receive, send)

    return proxy


def limit_of(folder: Path) -> int | None:
    try:
        return int((folder / "mails-per-second").read_text())
    except (FileNotFoundError, ValueError):
        return None

"""Lets the emulator's SES take only so many mails a second, as SES does: where `mails-per-second` says so.

The file in the stack's folder holds a number, and may come and go while the emulator runs. Without it there is no limit.
"""

import time
from collections import deque
from pathlib import Path

from ministack.core.responses import error_response_json
from ministack.services import ses_v2


def enforce(folder: Path) -> None:
    take, taken = ses_v2.handle_request, deque()

    async def handle_request(method, path, headers, body, query_params):
        if method == "POST" and path.endswith("/outbound-emails"):
            now, limit = time.monotonic(), limit_of(folder)
            while taken and taken[0] <= now - 1:
                taken.popleft()
            if limit is not None and len(taken) >= limit:
                return error_response_json("TooManyRequestsException", "Maximum sending rate exceeded.", 429)
            taken.append(now)
        return await take(method, path, headers, body, query_params)

    ses_v2.handle_request = handle_request


def limit_of(folder: Path) -> int | None:
    try:
        return int((folder / "mails-per-second").read_text())
    except (FileNotFoundError, ValueError):
        return None

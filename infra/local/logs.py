"""`make logs`: what the functions said, oldest first. `make logs FUNCTION=send-mail` shows one of them."""

import sys
import time

from stack import NAME, client, outputs


def main(wanted: str) -> None:
    outputs()
    lines = [
        (event["timestamp"], name, event["message"].rstrip())
        for name, group in functions().items()
        if wanted in ("", name)
        for event in events(group)
    ]
    for at, name, message in sorted(lines):
        print(f"{time.strftime('%H:%M:%S', time.localtime(at / 1000))} {name:18} {message}")


def functions() -> dict[str, str]:
    """The log group of each function."""
    found = client("lambda").list_functions()["Functions"]
    return {short(function["FunctionName"]): function["LoggingConfig"]["LogGroup"] for function in found}


def short(function: str) -> str:
    """`invite-users-SendMail-1A2B` is the folder `send-mail`."""
    name = function.removeprefix(f"{NAME}-").split("-")[0]
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")


def events(group: str, since: float = 0) -> list[dict]:
    """What a group holds from a moment on, which is in seconds of the clock."""
    logs = client("logs")
    wanted = {"logGroupName": group, "startTime": int(since * 1000)}
    try:
        pages = logs.get_paginator("filter_log_events").paginate(**wanted)
        return [event for page in pages for event in page["events"]]
    except logs.exceptions.ResourceNotFoundException:
        return []


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")

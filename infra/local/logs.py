"""`make logs`: what the functions said, oldest first. `make logs FUNCTION=send-mail` shows one of them."""

import sys
import time

from stack import NAME, client, outputs


def main(wanted: str) -> None:
    outputs()
    functions = client("lambda").list_functions()["Functions"]
    lines = []
    for function in functions:
        name = short(function["FunctionName"])
        if wanted in ("", name):
            lines += [
                (event["timestamp"], name, event["message"].rstrip())
                for event in events(function["LoggingConfig"]["LogGroup"])
            ]
    for at, name, message in sorted(lines):
        print(f"{time.strftime('%H:%M:%S', time.localtime(at / 1000))} {name:18} {message}")


def short(function: str) -> str:
    """`invite-users-SendMail-1A2B` is the folder `send-mail`."""
    name = function.removeprefix(f"{NAME}-").split("-")[0]
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")


def events(group: str) -> list[dict]:
    logs = client("logs")
    try:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        return [event for page in pages for event in page["events"]]
    except logs.exceptions.ResourceNotFoundException:
        return []


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")

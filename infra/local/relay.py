"""Publishes the events that SES would, which the emulator keeps to itself: every mail that it takes is sent and delivered.

Where the mail's configuration set has a destination on EventBridge, `Email Sent` and `Email Delivered` go onto the
default bus, with the mail's tags, in the form of the recorded events. Bounces and complaints do not happen here.

AWS loses no event that it has, whatever ends in between. So the latest are kept in a file, and an emulator that starts
again publishes them again: at least once, as EventBridge does.
"""

import asyncio
import json
import time
from datetime import datetime, timezone
from pathlib import Path

from ministack import app
from ministack.core.responses import get_account_id
from ministack.services import eventbridge, ses_v2

RECORDED = Path(__file__).resolve().parent.parent.parent / "events"
KINDS = [("SEND", "mail-sent.json"), ("DELIVERY", "mail-delivered.json")]

# SES answers first, as a rule.
PAUSE = 0.1

# What was on its way when the emulator stopped is no older than this.
KEPT_SECONDS = 60


def publish(folder: Path) -> None:
    """Publishes for every mail, and keeps what it published in the stack's folder."""
    journal = folder / "mail-events.jsonl"
    relay_mails(journal)
    repeat_after_start(journal)


def relay_mails(journal: Path) -> None:
    take = ses_v2.handle_request

    async def handle_request(method, path, headers, body, query_params):
        answer = await take(method, path, headers, body, query_params)
        if method == "POST" and path.endswith("/outbound-emails") and answer[0] == 200:
            request, message_id = json.loads(body), json.loads(answer[2])["MessageId"]
            for number, (kind, recorded) in enumerate(KINDS, start=1):
                if is_wanted(kind, request):
                    event = event_of(json.loads((RECORDED / recorded).read_text()), request, message_id)
                    keep(journal, event)
                    asyncio.get_running_loop().call_later(number * PAUSE, put, event)
        return answer

    ses_v2.handle_request = handle_request


def repeat_after_start(journal: Path) -> None:
    handle = app._handle_lifespan

    async def handle_lifespan(scope, receive, send):
        async def told(message):
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                for number, event in enumerate(latest(journal)):
                    asyncio.get_running_loop().call_later(number * PAUSE, put, event)

        await handle(scope, receive, told)

    app._handle_lifespan = handle_lifespan


def keep(journal: Path, event: dict) -> None:
    with journal.open("a") as file:
        print(json.dumps({"at": time.time(), "event": event}), file=file)


def latest(journal: Path) -> list[dict]:
    """The events of the last while before the emulator stopped; the file forgets the others."""
    if not journal.exists():
        return []
    lines = [json.loads(line) for line in journal.read_text().splitlines() if line.endswith("}")]
    kept = [line for line in lines if line["at"] > lines[-1]["at"] - KEPT_SECONDS]
    journal.write_text("".join(json.dumps(line) + "\n" for line in kept))
    return [line["event"] for line in kept]


def is_wanted(kind: str, request: dict) -> bool:
    known = ses_v2._config_sets.get(request.get("ConfigurationSetName")) or {}
    destinations = (known.get("EventDestinations") or {}).values()
    return any(d["Enabled"] and "EventBridgeDestination" in d and kind in d["MatchingEventTypes"] for d in destinations)


def event_of(event: dict, request: dict, message_id: str) -> dict:
    """The recorded event, made one of this mail."""
    mail, now = (
        event["detail"]["mail"],
        datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    )
    to, subject = request["Destination"]["ToAddresses"], request["Content"]["Simple"]["Subject"]["Data"]
    mail.update(timestamp=now, sendingAccountId=get_account_id(), messageId=message_id, destination=to, headers=[])
    mail["commonHeaders"].update(to=to, messageId=message_id, subject=subject)
    mail["tags"] = {tag["Name"]: [tag["Value"]] for tag in request.get("EmailTags", [])}
    mail["tags"]["ses:configuration-set"] = [request["ConfigurationSetName"]]
    if "delivery" in event["detail"]:
        event["detail"]["delivery"].update(timestamp=now, recipients=to)
    return event


def put(event: dict) -> None:
    entry = {"Source": event["source"], "DetailType": event["detail-type"], "Detail": json.dumps(event["detail"])}
    eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)

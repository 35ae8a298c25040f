"""Publishes the events that SES would publish and the emulator does not: each mail that it takes is sent and delivered.

Where the mail's configuration set has a destination on EventBridge, `Email Sent` and `Email Delivered` go onto the
default bus, with the mail's tags, in the form of the recorded events. Bounces and complaints do not happen here.
AWS loses no event that it has, whatever ends in between. So the latest are kept in a file, and an emulator that starts
again publishes them again: at least once, as EventBridge does.

A proxy sees the mails. One function of `ministack.services.eventbridge` is called for its events, because PutEvents
takes no source that begins with `aws.`, here as on AWS.

MiniStack would have to offer: the event destinations of configuration sets, which it stores, put into force.
"""

import asyncio
import json
import time
from datetime import datetime, timezone
from pathlib import Path

from ministack.core.responses import get_account_id
from ministack.services import eventbridge

import asgi
import internals
import root

RECORDED = Path(__file__).resolve().parent.parent.parent / "events"
KINDS = [("SEND", "mail-sent.json"), ("DELIVERY", "mail-delivered.json")]

# SES answers first, as a rule.
PAUSE = 0.1

# What was on its way when the emulator stopped is no older than this.
KEPT_SECONDS = 60

# How long the answer about a configuration set is used.
KNOWN_SECONDS = 5


def publish(app: asgi.App, folder: Path) -> asgi.App:
    """Publishes for every mail, and keeps what it published in the stack's folder."""
    journal, destinations = folder / "mail-events.jsonl", Destinations()
    internals.function(eventbridge, "_put_events", "data", "allow_aws_source")

    async def proxy(scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        if scope["type"] == "lifespan":
            await app(scope, receive, repeat_after_start(send, journal))
        elif asgi.is_call(scope, "POST", "/v2/email/outbound-emails"):
            body, receive = await asgi.read_body(receive)
            answer = asgi.Answer()
            await app(scope, receive, answer.send)
            if answer.status == 200:
                request, message_id = json.loads(body), json.loads(answer.body)["MessageId"]
                # Before SES has answered, so that no mail is taken whose events could be lost.
                publish_mail(request, message_id, journal, await destinations.kinds_of(request))
            await answer.pass_on(send)
        else:
            await app(scope, receive, send)

    return proxy


def repeat_after_start(send: asgi.Send, journal: Path) -> asgi.Send:
    async def send_and_repeat(message: dict) -> None:
        await send(message)
        if message["type"] == "lifespan.startup.complete":
            for number, event in enumerate(latest(journal)):
                asyncio.get_running_loop().call_later(number * PAUSE, put, event)

    return send_and_repeat


def publish_mail(request: dict, message_id: str, journal: Path, wanted: set[str]) -> None:
    for number, (kind, recorded) in enumerate(KINDS, start=1):
        if kind in wanted:
            event = event_of(json.loads((RECORDED / recorded).read_text()), request, message_id)
            keep(journal, event)
            asyncio.get_running_loop().call_later(number * PAUSE, put, event)


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


class Destinations:
    """What configuration sets send to EventBridge. A deployment may change it: an answer is used for seconds only."""

    def __init__(self):
        self.known: dict[str, tuple[float, set[str]]] = {}

    async def kinds_of(self, request: dict) -> set[str]:
        """The kinds of events that are wanted of a mail."""
        name = request.get("ConfigurationSetName")
        if name is None:
            return set()
        asked_at, kinds = self.known.get(name, (float("-inf"), set()))
        if time.monotonic() > asked_at + KNOWN_SECONDS:
            kinds = await asyncio.to_thread(self.ask, name)
            self.known[name] = (time.monotonic(), kinds)
        return kinds

    def ask(self, name: str) -> set[str]:
        ses = root.client("sesv2")
        try:
            found = ses.get_configuration_set_event_destinations(ConfigurationSetName=name)
        except ses.exceptions.NotFoundException:
            return set()
        destinations = found.get("EventDestinations", [])
        to_bus = [d for d in destinations if d["Enabled"] and "EventBridgeDestination" in d]
        return {kind for destination in to_bus for kind in destination["MatchingEventTypes"]}


def event_of(event: dict, request: dict, message_id: str) -> dict:
    """The recorded event, made one of this mail."""
    mail = event["detail"]["mail"]
    now = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
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

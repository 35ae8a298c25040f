"""A batch on the local stack from its upload to the last mail: how fast, at whose expense, and whether all adds up."""

import time
from dataclasses import dataclass

import emulator
from calls import Calls, Relay
from crowd import Crowd, Outcome, look
from demo import Officer
from measure import AtMost, Column, Report
from outage import Outages, running
from processes import EMULATOR, CpuMeter
from stack import PORT, client, outputs

POLL_SECONDS = 1.0
TELL_SECONDS, PAUSED_TELL_SECONDS = 10.0, 120.0
# Without any progress for so long, a run has failed. A mail that was claimed and not sent waits for 15 minutes.
PATIENCE_SECONDS = 25 * 60
# It is sent again only while SES's events arrive, and they do while the product is in use: so somebody else is invited.
USE_SECONDS = 4 * 60
OPEN = ("QUEUED", "ACCEPTED", "PROVISIONING", "MAILING")


@dataclass(frozen=True)
class Drained:
    upload_seconds: float
    drain_seconds: float
    cpu: dict[str, float]


def measure(report: Report, people: int, outages: Outages) -> None:
    """One batch, and what it cost."""
    officer, stack, crowd = Officer(outputs()), outputs(), Crowd.of(people)
    batch, drained = drain(officer, crowd, outages)
    ours = sum(seconds for name, seconds in drained.cpu.items() if name != EMULATOR)
    total = ours + drained.cpu.get(EMULATOR, 0)
    rows = {name: [seconds, seconds / people * 1000, seconds / total * 100] for name, seconds in drained.cpu.items()}
    report.table("processor", [Column("CPU, s"), Column("CPU, ms a person"), Column("of all, %", digits=1)], rows)
    print(f"uploaded, read and checked after {drained.upload_seconds:.1f} s")
    print(f"drained after {drained.drain_seconds:.1f} s: {people / drained.drain_seconds:.0f} people a second")
    if outages.killed or outages.restarted:
        print(f"killed {outages.killed} processes of functions, restarted the emulator {outages.restarted} times")
    else:
        report.check("our functions' share of the CPU", ours / total * 100, AtMost(15), " %")
    settle(report, crowd, look(crowd, Officer(outputs()), batch, stack["UserPoolId"]))


def settle(report: Report, crowd: Crowd, outcome: Outcome) -> None:
    """Everybody once, nobody twice."""
    wanted = crowd.addresses
    report.same("accounts", summary(outcome.accounts), summary(wanted))
    report.same("SEED licences", outcome.licences, crowd.licences)
    report.same("invites", summary(outcome.invited), summary(wanted))
    report.same("mails", summary(outcome.mailed), summary(wanted))
    report.same("mails without an answer", len(outcome.unanswered), 0)
    report.same("dead letters", dead_letters(), 0)
    if set(outcome.accounts) | set(outcome.invited) | set(outcome.mailed) != set(wanted):
        report.same("whom", "others", "the people of the batch")


def dead_letters() -> int:
    queues, urls = client("sqs"), [url for name, url in outputs().items() if name.endswith("DeadLettersUrl")]
    wanted = "ApproximateNumberOfMessages"
    return sum(
        int(queues.get_queue_attributes(QueueUrl=url, AttributeNames=[wanted])["Attributes"][wanted]) for url in urls
    )


def summary(addresses: list[str]) -> str:
    distinct = len(set(addresses))
    return f"{len(addresses)} for {distinct} people"


def drain(officer: Officer, crowd: Crowd, outages: Outages) -> tuple[str, Drained]:
    people = len(crowd.people)
    file = crowd.file()
    started = time.monotonic()
    with CpuMeter(running()) as meter:
        batch = officer.upload(file, f"{people} people.xlsx")
        draft = officer.wait_for(batch, {"DRAFT"}, seconds=120)
        uploaded = time.monotonic()
        if draft["counts"]["ready"] != people:
            raise RuntimeError(f"rows are not as they were written: {draft['counts']}")
        officer.call("POST", f"/batches/{batch}/submit", {"only": "ready"})
        drained = wait(batch, people, outages, meter)
    return batch, Drained(uploaded - started, drained - uploaded, meter.seconds())


def wait(batch: str, people: int, outages: Outages, meter: CpuMeter) -> float:
    """Until nobody is waiting any more; returns when that was."""
    officer = Officer(outputs())
    moved = reported = used = time.monotonic()
    last: dict[str, int] = {}
    while True:
        time.sleep(POLL_SECONDS)
        found = officer.batch(batch)
        now, progress = time.monotonic(), found["progress"] or {}
        if progress != last:
            moved, last = now, progress
        if now - reported > (TELL_SECONDS if moved == now else PAUSED_TELL_SECONDS):
            reported = now
            print(
                f"  {found['state']}: {', '.join(f'{count} {name}' for name, count in sorted(progress.items()))}",
                flush=True,
            )
        if done(progress) == people:
            return now
        if now - moved > PATIENCE_SECONDS:
            raise RuntimeError(f"the batch does not go on: {found['state']}, {progress}")
        restarted = outages.restarted
        outages.strike(done(progress) / people, meter)
        if outages.restarted > restarted:
            officer = Officer(outputs())
        if now - max(moved, used) > USE_SECONDS:
            used = now
            invite_somebody_else(officer)


def done(progress: dict[str, int]) -> int:
    """How many people nothing more has to be done for."""
    return sum(count for name, count in progress.items() if name not in OPEN)


def invite_somebody_else(officer: Officer) -> None:
    somebody = Crowd.of(1).addresses[0]
    officer.call("POST", "/invites", {"kind": "email", "email": somebody, "seed": "No", "reason": "Joins the team."})


def count_calls(report: Report, people: int) -> None:
    """What a person costs in requests, on an emulator that is started anew behind a relay."""
    emulator.halt()
    relay = Relay(PORT)
    direct, emulator.ENDPOINT = emulator.ENDPOINT, relay.url
    try:
        emulator.start()
        relay.root = running()
        officer, crowd = Officer(outputs()), Crowd.of(people)
        batch, _ = drain(officer, crowd, Outages())
        settle(report, crowd, look(crowd, officer, batch, outputs()["UserPoolId"]))
        show_calls(report, relay.calls, people)
    finally:
        emulator.ENDPOINT = direct
        emulator.halt()
        relay.close()


def show_calls(report: Report, calls: Calls, people: int) -> None:
    rows = {
        f"{function}: {operation}": [count / people, calls.items[function, operation] / people]
        for (function, operation), count in sorted(calls.requests.items())
    }
    rows["all"] = [calls.requests.total() / people, calls.items.total() / people]
    report.table("call", [Column("requests a person", digits=3), Column("items a person", digits=3)], rows)

"""What each function weighs: its package, its start, its memory, and what it adds to an event.

The bounds are a loop that has only Rust's standard library, and functions in Node.js and Python that make the same SDK
clients. All of them are started in turn against the same Runtime API on loopback.
"""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from measure import AtLeast, AtMost, Column, Report, interleave, median
from peers import ROOT, Peers
from runtime_api import RunningFunction

ROUNDS = 11
INVOCATIONS = 300

STD, NODE, PYTHON = "std-only Rust loop", "Node.js with its clients", "Python with its clients"

QUEUES = (
    *(f"{reader}_QUEUE" for reader in ("DISPATCH", "PARSE", "PROVISION", "MAIL", "ACTIONS", "WEBHOOKS")),
    *(f"{reader}_DEAD_LETTERS" for reader in ("DISPATCH", "PARSE", "PROVISION", "MAIL", "ACTIONS", "WEBHOOKS")),
)

# What template.yaml gives to the functions, all in one: a function reads what it needs.
TEMPLATE_ENVIRONMENT = {
    "RUST_LOG": "info",
    "AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH": "true",
    "TABLE_NAME": "table",
    "KEYS_SECRET_ID": "keys",
    "AGENCY_KEYS_SECRET_ID": "agency-keys",
    "UPLOAD_BUCKET": "uploads",
    "BACKUP_BUCKET": "backups",
    "USER_POOL_ID": "ap-southeast-1_bench",
    "SEED_GROUP": "seed",
    "CREATIONS_PER_SECOND": "50",
    "WORKERS": "10",
    "OTHER_CLIENT_IDS": "",
    "CONFIGURATION_SET": "mails",
    "SENDER_ADDRESS": "no-reply@invite.example.gov.sg",
    "SUPPORT_ADDRESS": "help@invite.example.gov.sg",
    "PORTAL_URL": "https://invite.example.gov.sg",
    "DEVICE_SECRET_ID": "devices",
    "ISSUER": "https://cognito-idp.ap-southeast-1.amazonaws.com/ap-southeast-1_bench",
    "SIGN_IN_URL": "https://invite.auth.ap-southeast-1.amazoncognito.com",
    "UPLOAD_ORIGIN": "https://uploads.s3.ap-southeast-1.amazonaws.com",
    "OFFICIAL_MASTHEAD": "false",
    "SERVICE_REQUEST_URL": "https://desk.example.gov.sg",
    "INVITATION_DAYS": "30",
    "REMINDER_DAY": "23",
    "INVITES_PER_HOUR": "100",
    "INVITES_PER_DAY": "1000",
    "BATCH_PEOPLE_PER_DAY": "20000",
    "CANARY_ADDRESS": "success@simulator.amazonses.com",
    "PEOPLE_RETENTION_DAYS": "90",
    "DRAFT_RETENTION_DAYS": "7",
    "TOMBSTONE_RETENTION_DAYS": "365",
    **{f"{queue}_URL": f"https://sqs.ap-southeast-1.amazonaws.com/1/{queue}" for queue in QUEUES},
}

API = frozenset({"submit-invites", "manage-batches", "query-status", "accept-invitation", "portal", "track-devices"})
# Every event is work in the table.
WITHOUT_IDLE_EVENT = frozenset({"sweep", "maintain"})


@dataclass(frozen=True)
class Program:
    command: list[str | Path]
    event: bytes | None


@dataclass(frozen=True)
class Life:
    """One start of a program, and the median of its invocations."""

    ready_ms: float
    ready_rss_mb: float
    invoke_us: float | None


def run(report: Report, peers: Peers, binaries: Path) -> None:
    report.heading(f"Functions ({binaries.relative_to(ROOT)}; {ROUNDS} starts each, {INVOCATIONS} events a start)")
    names = sorted(folder.parent.name for folder in (ROOT / "functions").glob("*/Cargo.toml"))
    programs = {
        STD: Program([peers.std_loop], api_event()),
        NODE: Program([peers.node, peers.node_function], api_event()),
        PYTHON: Program([peers.python, peers.python_home / "function.py"], api_event()),
        **{name: Program([binaries / name], idle_event(name)) for name in names},
    }
    lives = interleave(ROUNDS, {name: lambda program=program: live(program) for name, program in programs.items()})
    start = {name: median(life.ready_ms for life in found) for name, found in lives.items()}
    memory = {name: median(life.ready_rss_mb for life in found) for name, found in lives.items()}
    invoke = {name: invocation(found) for name, found in lives.items()}

    bound = [Column("start, ms"), Column("memory at ready, MB", digits=1), Column("an event, us", digits=0)]
    report.table(
        "held against", bound, {name: [start[name], memory[name], invoke[name]] for name in (STD, NODE, PYTHON)}
    )
    columns = [
        Column("zip, MB", AtMost(4)),
        Column("start, ms"),
        Column("of std", AtMost(2)),
        Column("Node / it", AtLeast(50), 0),
        Column("Python / it", AtLeast(80), 0),
        Column("memory, MB", AtMost(10), 1),
        Column("an event, us", digits=0),
        Column("of std's", AtMost(1.3)),
    ]
    report.table(
        "function",
        columns,
        {
            name: [
                package_mb(binaries / name),
                start[name],
                start[name] / start[STD],
                start[NODE] / start[name],
                start[PYTHON] / start[name],
                memory[name],
                invoke[name],
                None if invoke[name] is None else invoke[name] / invoke[STD],
            ]
            for name in names
        },
    )


def live(program: Program) -> Life:
    """One start, and then events for as long as their median needs to be steady."""
    with RunningFunction(program.command, TEMPLATE_ENVIRONMENT) as function:
        invoke = None
        if program.event is not None:
            invoke = median(function.invoke(program.event) for _ in range(INVOCATIONS)) * 1000
        return Life(function.ready_ms, function.ready_rss_kb / 1024, invoke)


def invocation(lives: list[Life]) -> float | None:
    known = [life.invoke_us for life in lives if life.invoke_us is not None]
    return median(known) if known else None


def idle_event(name: str) -> bytes | None:
    """The smallest event that a function answers by itself, without a call to AWS."""
    if name in WITHOUT_IDLE_EVENT:
        return None
    if name in API:
        return api_event()
    if name == "track-mail":
        return foreign_mail_event()
    if name == "operate":
        return encode({"words": ["help"], "by": "bench"})
    return encode({"Records": []})


def api_event() -> bytes:
    """A request for a route that is not there."""
    event: dict = recorded("list-invites")
    event["path"] = event["resource"] = "/api/nothing"
    return encode(event)


def foreign_mail_event() -> bytes:
    """A mail of another application's configuration set."""
    event: dict = recorded("mail-sent")
    event["detail"]["mail"]["tags"] = {}
    return encode(event)


def recorded(name: str) -> dict:
    return json.loads((ROOT / "events" / f"{name}.json").read_text())


def encode(event: Mapping) -> bytes:
    return json.dumps(event, separators=(",", ":")).encode()


def package_mb(binary: Path) -> float:
    """The size of the package that Lambda gets: the same file gives the same bytes."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        entry = zipfile.ZipInfo("bootstrap", date_time=(1980, 1, 1, 0, 0, 0))
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o755 << 16
        archive.writestr(entry, binary.read_bytes())
    return len(package.getvalue()) / 1e6

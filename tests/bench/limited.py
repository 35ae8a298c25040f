"""The functions with the share of a processor and the memory that the template gives them, at heavy events.

Their table and the rest of AWS are `served-aws` of testing/: in memory, outside the limits, and as slow as AWS is.
"""

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import limiter
from limiter import Limiter, NoLimits
from measure import AtMost, Column, Report, median
from parsing import workbook_of
from peers import ROOT
from runtime_api import FunctionFailed, RunningFunction
from start import TEMPLATE_ENVIRONMENT, encode, recorded

sys.path.insert(0, str(ROOT / "infra"))
import stages

ROUNDS = 5
SIZES_MB = (128, 256, 512, 1024, 1769)

# The first look at a list of so many invites, in milliseconds at most.
FIRST_LOOKS = {10_000: 1_000, 100_000: 3_000}
ROWS = 10_000

# Invocations of one worker until it does not wake itself any more.
MOST_INVOCATIONS = 200


@dataclass(frozen=True)
class Size:
    """What the template gives a function."""

    memory_mb: int
    timeout_seconds: int


# For what is not measured.
UNHURRIED = Size(limiter.WHOLE_PROCESSOR_MB, 60)


class Backend:
    """A running `served-aws`, and the ids in its table."""

    def __init__(self, said: dict):
        self.url: str = said["url"]
        self.invites: list[str] = said["invites"]
        self.submitted: str = said["submitted"]
        self.draft: str = said["draft"]
        self.announced: str = said["announced"]

    def messages(self, queue: str) -> list[str]:
        """The bodies that are in a queue. They are no longer in it."""
        with urllib.request.urlopen(f"{self.url}/messages/{queue}_QUEUE") as answer:
            return json.load(answer)

    def add_officer(self) -> None:
        """The account of the officer of the recorded events."""
        claims = recorded("list-invites")["requestContext"]["authorizer"]["claims"]
        attributes = [{"Name": name, "Value": claims[name]} for name in ("sub", "email", "email_verified")]
        body = {"Username": claims["cognito:username"], "UserAttributes": attributes}
        headers = {"X-Amz-Target": "AWSCognitoIdentityProviderService.AdminCreateUser"}
        urllib.request.urlopen(urllib.request.Request(self.url, encode(body), headers)).close()


@contextmanager
def backend(served: Path, invites: int, rows: int) -> Iterator[Backend]:
    command = [str(served), str(invites), str(rows), str(workbook_of(ROWS))]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        running = Backend(json.loads(process.stdout.readline()))
        running.add_officer()
        yield running
    finally:
        process.kill()
        process.wait()


@dataclass(frozen=True)
class Bench:
    """Where the programs are, and how they are limited."""

    binaries: Path
    served: Path
    limiter: Limiter

    @contextmanager
    def function(self, name: str, backend: Backend, size: Size) -> Iterator[RunningFunction]:
        environment = {**TEMPLATE_ENVIRONMENT, "AWS_ENDPOINT_URL": backend.url, "RUST_LOG": "error"}
        with (
            self.limiter.command([self.binaries / name], size.memory_mb) as command,
            RunningFunction(command, environment, size.timeout_seconds) as function,
        ):
            yield function


def run(report: Report, binaries: Path) -> None:
    report.heading("Functions with the processor and the memory of their size")
    try:
        bench = Bench(binaries, build_served(), limiter.find())
    except NoLimits as error:
        print(f"This machine limits no program: {error}")
        report.missed.append("limited: no program can be limited here")
        return
    look_at_lists(report, bench)
    for work in WORKS:
        compare(report, bench, work)


def build_served() -> Path:
    command = ["cargo", "build", "--release", "--locked", "--package", "testing", "--bin", "served-aws"]
    if subprocess.run(command, cwd=ROOT).returncode != 0:
        sys.exit("The server does not build; Cargo's message is above.")
    return ROOT / "target" / "release" / "served-aws"


def sizes() -> dict[str, Size]:
    """The sizes of the template, by the folders of the functions."""
    template = stages.template()
    usual = template["Globals"]["Function"]
    functions = [r["Properties"] for r in template["Resources"].values() if r["Type"] == "AWS::Serverless::Function"]
    return {
        Path(given["CodeUri"]).name: Size(given.get("MemorySize", usual["MemorySize"]), given["Timeout"])
        for given in functions
    }


def look_at_lists(report: Report, bench: Bench) -> None:
    """How long the first look of a new process takes, and a second one, at the size of the template."""
    size = sizes()["query-status"]
    columns = [
        Column("first look, ms", digits=0),
        Column("its processor time, ms", digits=0),
        Column("second look, ms", digits=0),
        Column("peak memory, MB", digits=0),
    ]
    rows, first_looks = {}, {}
    for invites in FIRST_LOOKS:
        with backend(bench.served, invites, 1) as served:
            # The first process finds no answer ready to be sent.
            looks = [look(bench, served, size) for _ in range(ROUNDS + 1)][1:]
        rows[f"{invites:,} invites"] = [median(values) for values in zip(*looks, strict=True)]
        first_looks[invites] = rows[f"{invites:,} invites"][0]
    report.table(f"query-status, {size.memory_mb} MB", columns, rows)
    for invites, limit in FIRST_LOOKS.items():
        report.check(f"first look at {invites:,} invites", first_looks[invites], AtMost(limit), " ms")


def look(bench: Bench, served: Backend, size: Size) -> tuple[float, float, float, float]:
    event = encode(recorded("list-invites"))
    with bench.function("query-status", served, size) as function:
        begun = function.processor_ms()
        first = answered(function, event)
        used = function.processor_ms() - begun
        return first, used, answered(function, event), function.peak_kb() / 1024


def answered(function: RunningFunction, event: bytes) -> float:
    """Milliseconds until a request is answered as it should be."""
    taken = function.invoke(event)
    if not re.search(rb'"statusCode":20\d', function.answer):
        raise FunctionFailed(f"The answer is {function.answer[:500]!r}")
    return taken


@dataclass(frozen=True)
class Work:
    """A heavy event of a function, and what is in the table before it."""

    name: str
    function: str
    invites: int
    rows: int
    run: Callable[[RunningFunction, Backend], list[float]]
    # What is done before, without narrow limits.
    prepare: Callable[[Bench, Backend], None] = lambda bench, served: None


def compare(report: Report, bench: Bench, work: Work) -> None:
    """What an event takes at each size, and whether it holds at the size of the template."""
    given = sizes()[work.function]
    columns = [
        Column("longest invocation, s"),
        Column("all invocations, s"),
        Column("invocations", digits=0),
        Column("peak memory, MB", digits=0),
    ]
    rows = {}
    for memory_mb in sorted({*SIZES_MB, given.memory_mb}):
        title = f"{memory_mb} MB" + (" (template)" if memory_mb == given.memory_mb else "")
        cost = cost_of(bench, work, Size(memory_mb, given.timeout_seconds))
        rows[title] = [None] * 4 if cost is None else list(cost)
        if memory_mb == given.memory_mb and cost is None:
            report.missed.append(f"{work.name}: not done within {given.timeout_seconds} s and {memory_mb} MB")
    report.table(f"{work.function}: {work.name}", columns, rows)


def cost_of(bench: Bench, work: Work, size: Size) -> tuple[float, float, int, float] | None:
    """None: the function was ended for its time or its memory."""
    with backend(bench.served, work.invites, work.rows) as served:
        work.prepare(bench, served)
        try:
            with bench.function(work.function, served, size) as function:
                taken = work.run(function, served)
                peak = function.peak_kb() / 1024
        except (FunctionFailed, OSError) as error:
            print(f"{work.name} with {size.memory_mb} MB: {error}", flush=True)
            return None
    longest = max(taken) / 1000
    return None if longest > size.timeout_seconds else (longest, sum(taken) / 1000, len(taken), peak)


def request(name: str, method: str, path: str, body: dict | None = None) -> bytes:
    """A recorded request with another route."""
    event = recorded(name)
    event |= {"httpMethod": method, "path": path, "resource": path, "body": None if body is None else json.dumps(body)}
    event |= {"queryStringParameters": None, "multiValueQueryStringParameters": None, "isBase64Encoded": False}
    event["requestContext"] |= {"httpMethod": method, "resourcePath": path}
    return encode(event)


def woken(bodies: list[str]) -> bytes:
    """An event of a queue with these messages."""
    (record,) = recorded("dispatch-woken")["Records"]
    return encode({"Records": [{**record, "messageId": f"m{n}", "body": body} for n, body in enumerate(bodies)]})


def until_quiet(function: RunningFunction, served: Backend, first: list[str], queue: str) -> list[float]:
    """The invocations of a worker that wakes itself, until it does not."""
    bodies, taken = first, []
    while bodies and len(taken) < MOST_INVOCATIONS:
        taken.append(handled(function, woken(bodies[:1])))
        bodies = [*bodies[1:], *served.messages(queue)]
    return taken


def handled(function: RunningFunction, event: bytes) -> float:
    """Milliseconds until all messages of an event are handled."""
    taken = function.invoke(event)
    if b"itemIdentifier" in function.answer:
        raise FunctionFailed(f"Messages are left: {function.answer[:500]!r}")
    return taken


def wake(kind: str, identity: str) -> str:
    return json.dumps({"wake": kind, "id": identity})


def export(function: RunningFunction, _: Backend) -> list[float]:
    return [answered(function, request("list-invites", "GET", "/api/invites/export.xlsx"))]


def act_on_some(function: RunningFunction, _: Backend) -> list[float]:
    """Some 1,100 of 100,000 match."""
    body = {"action": "revoke", "filter": {"q": "listed-99"}}
    return [answered(function, request("submit-account", "POST", "/api/invites/actions", body))]


def act_on_all(function: RunningFunction, served: Backend) -> list[float]:
    body = {"action": "revoke", "filter": {"q": "listed-"}}
    return [answered(function, request("submit-account", "POST", "/api/invites/actions", body))]


def dispatch(function: RunningFunction, served: Backend) -> list[float]:
    return until_quiet(function, served, [wake("batch", served.submitted)], "DISPATCH")


def apply(function: RunningFunction, served: Backend) -> list[float]:
    return until_quiet(function, served, served.messages("ACTIONS"), "ACTIONS")


def make_answers_ready(bench: Bench, served: Backend) -> None:
    """The server keeps its answers, so that the next process does not wait while it writes them."""
    look(bench, served, UNHURRIED)


def ask_for_all(bench: Bench, served: Backend) -> None:
    with bench.function("submit-invites", served, UNHURRIED) as function:
        act_on_all(function, served)


def parse(function: RunningFunction, served: Backend) -> list[float]:
    (record,) = recorded("upload-created")["Records"]
    body = json.loads(record["body"])
    body["Records"][0]["s3"]["bucket"]["name"] = TEMPLATE_ENVIRONMENT["UPLOAD_BUCKET"]
    body["Records"][0]["s3"]["object"]["key"] = f"uploads/{served.announced}"
    return [handled(function, woken([json.dumps(body)]))]


def results(function: RunningFunction, served: Backend) -> list[float]:
    return [answered(function, request("list-rows", "GET", f"/api/batches/{served.draft}/results.xlsx"))]


def provision(function: RunningFunction, served: Backend) -> list[float]:
    return [handled(function, woken([wake("invite", invite) for invite in served.invites]))]


def sweep(function: RunningFunction, served: Backend) -> list[float]:
    """Two minutes with an hour of work that nobody has begun: all of it is woken, and then is not due."""
    minute = encode(recorded("sweep-minute"))
    taken = [function.invoke(minute)]
    if not served.messages("PROVISION"):
        raise FunctionFailed(f"Nobody is woken: {function.answer[:500]!r}")
    return [*taken, function.invoke(minute)]


WORKS = (
    Work("a workbook of 10,000 invites", "query-status", ROWS, 1, export),
    Work("an action for 1,111 of 100,000 invites", "submit-invites", 100_000, 1, act_on_some, make_answers_ready),
    Work("an action for 10,000 invites", "submit-invites", ROWS, 1, act_on_all),
    Work("an action for 10,000 invites", "apply-actions", ROWS, 1, apply, ask_for_all),
    Work("a submitted batch of 10,000 rows", "dispatch-batch", 0, ROWS, dispatch),
    Work("a workbook of 10,000 rows", "parse-batch", 0, 1, parse),
    Work("the results of 10,000 rows", "manage-batches", 0, ROWS, results),
    Work("10 accounts", "provision-user", 10, 1, provision),
    Work("10,000 invites that are due", "sweep", ROWS, 1, sweep),
)

"""What a month costs in which nobody is invited, at list prices in USD of ap-southeast-1, without free tiers.

How many there are of each is read from the template, and how often something runs from the template and the code. What
one run takes is written here.
"""

import re
from collections.abc import Iterator

from rendered import ROOT, listed

Resources = dict[str, dict]

SECONDS = 730 * 3600

# Lambda asks a queue without messages with five pollers, each of which waits for twenty seconds:
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html. A stream is read for nothing.
POLLERS, SECONDS_OF_A_POLL = 5, 20

# A secret a month: https://aws.amazon.com/secrets-manager/pricing/.
SECRET = 0.40
# A list of a bucket: https://aws.amazon.com/s3/pricing/.
BUCKET_LIST = 0.005 / 1000
# An alarm's metric, a metric of our own, a dashboard beyond three: https://aws.amazon.com/cloudwatch/pricing/.
ALARM, METRIC, DASHBOARD, FREE_DASHBOARDS = 0.10, 0.30, 3.00, 3

# What one run of a function takes at most if there is nothing to do, and what it logs beside Lambda's own lines.
SECONDS_OF_A_RUN, LOGGED_BYTES = 1.0, 2000
LAMBDAS_LOG = 400
# Functions that a canary wakes: one sends it, and one records that it was sent and that it was delivered.
RUNS_OF_A_CANARY = 3
# Its creation, its claim, its outcome, its two events and their times, each with an index.
WRITES_OF_A_CANARY = 12
# SQS takes, gives and deletes its message.
REQUESTS_OF_A_CANARY = 3
# What the sweeper reads beside the shards of what is due: switch, last event and canary.
READS_OF_A_SWEEP = 3
# The letters of two queues.
REQUESTS_OF_A_SWEEP = 2
# A job is claimed and released, and its own reading of nothing.
WRITES_OF_A_JOB, READS_OF_A_JOB = 2, 10


def read(path: str) -> str:
    return (ROOT / path).read_text()


def prices() -> dict[str, float]:
    """The prices of single things, which tests/src/ledger.rs has for what invites cost."""
    divisors = {"": 1, "MILLION": 1e6, "1000.0": 1e3, "(1024.0 * 1024.0 * 1024.0)": 2.0**30}
    lines = re.findall(r'\("(\w+)", .* \* ([\d._]+)(?: / ([\w.]+|\(.*?\)))?\),', read("tests/src/ledger.rs"))
    return {name: float(number.replace("_", "")) / divisors[divisor] for name, number, divisor in lines}


PRICES = prices()
TRACED = float(re.search(r"TRACED: f64 = ([\d.]+);", read("tests/src/ledger.rs"))[1])
DUE_SHARDS = int(re.search(r"DUE_SHARDS: u8 = (\d+);", read("shared/store/src/keys.rs"))[1])


def of_type(resources: Resources, kind: str) -> Iterator[dict]:
    return (one["Properties"] for one in resources.values() if one["Type"] == kind)


def lines(resources: Resources) -> dict[str, tuple[int, float]]:
    """For each thing how many there are, and the price of all of them."""
    return {
        "alarms": alarms(resources),
        "metrics": metrics(resources),
        "dashboards": dashboards(resources),
        "polling": polling(resources),
        "secrets": secrets(resources),
        "canaries": canaries(),
        "timers": timers(resources),
    }


def alarms(resources: Resources) -> tuple[int, float]:
    """An alarm costs its price for each metric that it reads: one, or as many as its expression has."""
    read_by = [
        [m for m in alarm.get("Metrics", [{}]) if "Expression" not in m]
        for alarm in of_type(resources, "AWS::CloudWatch::Alarm")
    ]
    number = sum(map(len, read_by))
    return number, ALARM * number


# The largest values that the timers' functions log in an idle month, if not 0. When a canary is sent, the newest one
# with an event is five minutes old, and ten if the event of the last one is late.
IDLE_VALUES = {"canary_age_seconds": 600}


def is_idle_value(pattern: str) -> bool:
    """Whether a filter has a value of its metric in an idle month.

    A metric is billed for the hours in which it has values. A filter of messages has none, because they are of
    something that happened. A filter of a number has one if the number in an idle month passes it.
    """
    found = re.fullmatch(r"{ \$\.(\w+) (>=?) (\d+) }", pattern)
    if not found:
        return False
    field, comparison, bound = found.groups()
    value = IDLE_VALUES.get(field, 0)
    return value >= int(bound) if comparison == ">=" else value > int(bound)


def metrics(resources: Resources) -> tuple[int, float]:
    # A default value is one for each minute in which the log group has any line.
    emitted = {
        transformation["MetricName"]
        for found in of_type(resources, "AWS::Logs::MetricFilter")
        for transformation in found["MetricTransformations"]
        if "DefaultValue" in transformation or is_idle_value(found["FilterPattern"])
    }
    return len(emitted), METRIC * len(emitted)


def dashboards(resources: Resources) -> tuple[int, float]:
    number = len(list(of_type(resources, "AWS::CloudWatch::Dashboard")))
    return number, DASHBOARD * max(0, number - FREE_DASHBOARDS)


def polling(resources: Resources) -> tuple[int, float]:
    mappings = [m for m in of_type(resources, "AWS::Lambda::EventSourceMapping") if "StartingPosition" not in m]
    requests = len(mappings) * POLLERS * SECONDS / SECONDS_OF_A_POLL
    return len(mappings), requests * PRICES["queues"]


def secrets(resources: Resources) -> tuple[int, float]:
    number = len(list(of_type(resources, "AWS::SecretsManager::Secret")))
    return number, SECRET * number


def seconds_of(text: str) -> int:
    """A product of numbers, as code writes a time."""
    product = 1
    for factor in text.split(" * "):
        product *= {"MINUTE": 60, "DAY": 86400}.get(factor) or int(factor)
    return product


def canaries() -> tuple[int, float]:
    """Their mails, and what is done for them. They are made at the first sweep after their interval."""
    code = read("shared/domain/src/canary.rs")
    minutes, slack = re.search(r"INTERVAL: Duration = Duration::from_secs\(([\d *]+) - (\d+)\);", code).groups()
    assert int(slack) < 60
    number = SECONDS // seconds_of(minutes)
    one = (
        PRICES["mails"]
        + RUNS_OF_A_CANARY * dollars_of_a_run(megabytes=128)
        + WRITES_OF_A_CANARY * PRICES["writes"]
        + REQUESTS_OF_A_CANARY * PRICES["queues"]
    )
    return number, number * one


def dollars_of_a_run(megabytes: int) -> float:
    return (
        PRICES["invocations"]
        + SECONDS_OF_A_RUN * megabytes / 1024 * PRICES["running"]
        + TRACED * PRICES["traces"]
        + (LOGGED_BYTES + LAMBDAS_LOG) * PRICES["logs"]
    )


def timers(resources: Resources) -> tuple[int, float]:
    """Runs of functions that a timer starts, and what they ask for."""
    runs, dollars = 0, 0.0
    for rule in of_type(resources, "AWS::Events::Rule"):
        if "ScheduleExpression" in rule:
            (minutes,) = re.fullmatch(r"rate\((\d+) minutes?\)", rule["ScheduleExpression"]).groups()
            for target in listed(rule["Targets"]):
                name = target["Arn"]["Fn::GetAtt"][0]
                times = SECONDS // (60 * int(minutes))
                runs += times
                dollars += times * dollars_of_a_run(resources[name]["Properties"]["MemorySize"])
                dollars += times * ASKED_BY[name]() if name in ASKED_BY else 0
    return runs, dollars + dollars_of_jobs()


def dollars_of_a_sweep() -> float:
    # A page of an index without items is half a unit.
    reads = READS_OF_A_SWEEP + DUE_SHARDS / 2
    return reads * PRICES["reads"] + REQUESTS_OF_A_SWEEP * PRICES["queues"]


def dollars_of_a_look_at_jobs() -> float:
    return PRICES["reads"]


ASKED_BY = {"Sweep": dollars_of_a_sweep, "Maintain": dollars_of_a_look_at_jobs}


def dollars_of_jobs() -> float:
    every = read("functions/maintain/src/jobs.rs")
    every = every[every.index("pub fn every") :].split("\n    }\n")[0]
    total = 0.0
    for names, interval in re.findall(r"((?:Self::\w+(?: \| )?)+) => ([\w* ]+),", every):
        for name in re.findall(r"Self::(\w+)", names):
            run = WRITES_OF_A_JOB * PRICES["writes"] + READS_OF_A_JOB * PRICES["reads"]
            run += BUCKET_LIST if name == "Uploads" else 0
            total += SECONDS // seconds_of(interval) * run
    return total

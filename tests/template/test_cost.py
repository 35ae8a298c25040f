"""What an idle month costs stays within ten dollars, and grows with the template."""

import copy
import re

import pytest

import idle
from rendered import ROOT, TEMPLATE

IDLE_MONTH = 10.0
RESOURCES = TEMPLATE["Resources"]
PAGE = (ROOT / "docs" / "OPERATIONS.md").read_text()


def dollars(resources: idle.Resources) -> float:
    return sum(price for _, price in idle.lines(resources).values())


def test_an_idle_month_is_within_its_bound():
    assert dollars(RESOURCES) <= IDLE_MONTH


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("alarms", "metrics that alarms read"),
        ("metrics", "metrics of our own, which have values only if something is wrong"),
        ("dashboards", "dashboards; three are free in an account"),
        ("polling", "queues that Lambda polls: five requests every twenty seconds"),
        ("secrets", "secrets"),
        ("canaries", "canaries, with what they wake, write and log"),
        ("timers", "runs of timers, with what they read, write and log"),
    ],
)
def test_the_page_for_operations_has_the_line(line, what):
    number, price = idle.lines(RESOURCES)[line]
    (row,) = [row for row in PAGE.splitlines() if row.startswith(f"| {what} | ")]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert (cells[1], cells[3]) == (f"{number:,}", f"{price:.2f}")


def test_the_page_for_operations_has_the_sum():
    assert re.search(rf"\*\*sum\*\*[ |]+\*\*{dollars(RESOURCES):.2f}\*\*", PAGE)


# A resource of the template, of which there would be one more.
ONE_MORE = ["ParseBatchStored", "Keys", "SweepEveryMinute", "MailPausedAlarm"]


@pytest.mark.parametrize("name", ONE_MORE)
def test_one_more_queue_secret_timer_or_alarm_costs_more(name):
    more = {**RESOURCES, "OneMore": copy.deepcopy(RESOURCES[name])}
    assert dollars(more) > dollars(RESOURCES) + 0.09


def test_two_more_queues_are_too_many():
    """So that the bound is one, and not far above what there is."""
    more = {f"More{number}": RESOURCES["ParseBatchStored"] for number in range(2)}
    assert dollars({**RESOURCES, **more}) > IDLE_MONTH


def test_prices_are_those_of_the_ledger_of_invites():
    assert set(idle.PRICES) >= {"writes", "reads", "invocations", "running", "traces", "queues", "mails", "logs"}
    assert idle.PRICES["queues"] == 0.40 / 1e6
    assert idle.PRICES["mails"] == 0.10 / 1000
    assert idle.PRICES["logs"] == 0.70 / 2**30
    assert round(idle.PRICES["running"], 10) == 0.0000133334


def test_every_timer_and_every_job_is_counted():
    resources = {name: r for name, r in RESOURCES.items() if r["Type"] == "AWS::Events::Rule"}
    scheduled = [r for r in resources.values() if "ScheduleExpression" in r["Properties"]]
    assert {target["Arn"]["Fn::GetAtt"][0] for r in scheduled for target in r["Properties"]["Targets"]} == set(
        idle.ASKED_BY
    )
    code = (ROOT / "functions" / "maintain" / "src" / "jobs.rs").read_text()
    number = int(re.search(r"ALL: \[Self; (\d+)\]", code)[1])
    every = code[code.index("pub fn every") :].split("\n    }\n")[0]
    assert len(re.findall(r"Self::\w+", every)) == number


@pytest.mark.parametrize(
    ("pattern", "counts"),
    [
        ('{ $.message = "agency parked" }', False),
        ("{ $.locks_released >= 0 }", True),
        ("{ $.locks_released > 0 }", False),
        ("{ $.canary_age_seconds > 300 }", True),
        ("{ $.canary_age_seconds > 600 }", False),
    ],
)
def test_a_metric_counts_if_an_idle_month_has_values_of_it(pattern, counts):
    assert idle.is_idle_value(pattern) is counts

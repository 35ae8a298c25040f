"""What alarms, metrics and dashboards cost in a month in which nobody is invited.

List prices of CloudWatch, without the free tier, which an account has only once:
https://aws.amazon.com/cloudwatch/pricing/. They are those of most regions, ap-southeast-1 among them.
"""

import re

import pytest

from rendered import ALARMS, ROOT, of_type

DOLLARS_PER_ALARM_METRIC = 0.10
DOLLARS_PER_METRIC = 0.30
DOLLARS_PER_DASHBOARD = 3.00
FREE_DASHBOARDS = 3

# An idle month may cost ten dollars. Polling the queues, secrets, canary and the rest take these.
IDLE_MONTH = 10.0
BOUND = IDLE_MONTH - 1.6 - 1.2 - 0.9 - 0.9

# The largest values that the timers' functions log in an idle month, if not 0. When a canary is sent, the newest one
# with an event is five minutes old, and ten if the event of the last one is late.
IDLE_VALUES = {"canary_age_seconds": 600}


def dollars_of_alarms() -> float:
    """An alarm costs its price for each metric that it reads: one, or as many as its expression has."""
    read = [[m for m in a["Properties"].get("Metrics", [{}]) if "Expression" not in m] for a in ALARMS.values()]
    return DOLLARS_PER_ALARM_METRIC * sum(len(metrics) for metrics in read)


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


def dollars_of_metrics() -> float:
    filters = [f["Properties"] for f in of_type("AWS::Logs::MetricFilter").values()]
    # A default value is one for each minute in which the log group has any line.
    emitted = {
        m["MetricName"]
        for f in filters
        for m in f["MetricTransformations"]
        if "DefaultValue" in m or is_idle_value(f["FilterPattern"])
    }
    return DOLLARS_PER_METRIC * len(emitted)


def dollars_of_dashboards() -> float:
    return DOLLARS_PER_DASHBOARD * max(0, len(of_type("AWS::CloudWatch::Dashboard")) - FREE_DASHBOARDS)


def test_an_idle_month_of_alarms_metrics_and_dashboards_is_within_its_share():
    assert dollars_of_alarms() + dollars_of_metrics() + dollars_of_dashboards() <= BOUND + 1e-9


def test_the_page_for_operations_has_the_numbers_of_the_template():
    page = (ROOT / "docs" / "OPERATIONS.md").read_text()
    read = round(dollars_of_alarms() / DOLLARS_PER_ALARM_METRIC)
    watching = dollars_of_alarms() + dollars_of_metrics() + dollars_of_dashboards()
    assert f"| metrics that alarms read | {read} | 0.10 | {dollars_of_alarms():.2f} |" in page
    assert f"| {round(dollars_of_metrics() / DOLLARS_PER_METRIC)} | 0.30 | {dollars_of_metrics():.2f} |" in page
    assert re.search(rf"\*\*sum\*\*[ |]+\*\*{watching + IDLE_MONTH - BOUND:.2f}\*\*", page)


def test_the_queries_of_the_page_read_what_functions_and_the_gateway_log():
    page = (ROOT / "docs" / "OPERATIONS.md").read_text()
    said = " ".join(path.read_text() for path in (ROOT / "functions").rglob("src/**/*.rs"))
    template = (ROOT / "template.yaml").read_text()
    for query in re.findall("```\n(filter .*?)```", page, re.DOTALL):
        for line in re.findall('"([a-z ]{5,})"', query):
            assert f'"{line}"' in said
        for field in re.findall(r"ispresent\((\w+)\)", query):
            assert f"{field} = " in said or f'"{field}":' in template


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
    assert is_idle_value(pattern) is counts

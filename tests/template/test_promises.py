"""What the queries of the promises and of the dashboard answer, over lines as functions and the gateway write them."""

import json
import re

import pytest

import insights
from rendered import ROOT, TEMPLATE, properties

PAGE = (ROOT / "docs" / "OPERATIONS.md").read_text()
QUERIES = re.findall("```\n(filter .*?)```", PAGE, re.DOTALL)
PROMISES = dict(re.findall(r"\*\*Query (\d)\*\*, over .*?:\n\n```\n(.*?)```", PAGE, re.DOTALL))
MINUTE = 60_000


def line(at: int, **logged: object) -> insights.Event:
    """A line of JSON as Insights has it, `at` milliseconds."""
    return {"@timestamp": at, "@message": json.dumps(logged), **logged}


def answered(latency: object) -> insights.Event:
    """A line of the gateway: the format of the template with this latency. All of its values are texts."""
    written = json.loads(properties("Apiv1Stage")["AccessLogSetting"]["Format"])
    assert written["latencyMs"] == "$context.responseLatency"
    return line(0, **{**dict.fromkeys(written, "-"), "latencyMs": str(latency)})


def only(rows: list[insights.Event], name: str) -> float:
    (row,) = rows
    return row[name]


def test_every_query_of_the_page_is_run_here():
    assert sorted(PROMISES) == ["1", "2", "3", "4"]
    others = [query for query in QUERIES if query not in PROMISES.values()]
    assert [query.startswith('filter @type = "REPORT"') for query in others] == [True, True]


@pytest.mark.parametrize(
    ("latencies", "percent"),
    [([2000] * 99 + [2001], 99.0), ([5, 12, 2000], 100.0), ([1999, 2001, 29_000, 100_000], 25.0)],
)
def test_an_answer_of_two_seconds_is_fast_and_a_longer_one_is_not(latencies, percent):
    lines = [answered(latency) for latency in latencies] + [line(0, message="another line")]
    assert only(insights.run(PROMISES["1"], lines), "percent") == pytest.approx(percent)


def batch(id: str, dispatched: float, *done: float) -> list[insights.Event]:
    """The lines of a batch, of which each has the minute in which it is written."""
    begun = line(round(dispatched * MINUTE), message="batch dispatched", batch_id=id, rows_sent=3)
    return [begun, *(line(round(minute * MINUTE), message="batch done", batch_id=id) for minute in done)]


def test_95_percent_of_batches_are_quicker_than_what_is_answered():
    lines = [one for number in range(100) for one in batch(f"bat_{number}", number, number + number / 2)]
    lines += batch("bat_under_way", 0)
    lines += [line(0, message="nothing to read", batch_id="bat_1"), line(0, message="no batch")]
    assert only(insights.run(PROMISES["2"], lines), "minutes_of_95_percent") == pytest.approx(47.0)


def test_a_batch_of_which_nothing_is_done_yet_does_not_count():
    assert insights.run(PROMISES["2"], batch("bat_1", 0)) in ([], [{"minutes_of_95_percent": None}])
    assert only(insights.run(PROMISES["2"], batch("bat_1", 5, 12.5)), "minutes_of_95_percent") == 7.5


@pytest.mark.parametrize(
    ("query", "field", "message", "bound"),
    [
        ("3", "oldest_due_seconds", "what is due was looked at", 300),
        ("4", "canary_age_seconds", "a canary goes out", 900),
    ],
)
def test_what_is_late_counts_from_the_second_after_the_bound(query, field, message, bound):
    """A sweep with nothing due logs 0."""
    lines = [line(0, message=message, **{field: seconds}) for seconds in [0, bound, bound + 1, 10 * bound]]
    lines += [line(0, message="dead letters looked at", invites_given_up=0)]
    assert only(insights.run(PROMISES[query], lines), "percent") == pytest.approx(50.0)
    assert only(insights.run(PROMISES[query], lines[:2]), "percent") == pytest.approx(100.0)


def test_the_bounds_of_the_queries_are_those_of_the_promises():
    promised = dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \| query \d \|$", PAGE, re.MULTILINE))
    assert len(promised) == 4
    assert "two seconds" in promised["the API is fast"]
    assert "half an hour" in promised["batches are quick"]
    assert "five minutes" in promised["what is due is done"]
    assert "fifteen minutes" in promised["mail leaves, and its events arrive"]


def report(log: str, duration: float, used: int = 30_000_000) -> insights.Event:
    """The line that Lambda writes at the end of an invocation, with the fields that Insights finds in it."""
    return {"@type": "REPORT", "@log": log, "@duration": duration, "@maxMemoryUsed": used, "@memorySize": 128_000_000}


def test_the_slowest_function_and_the_one_with_the_least_memory_left_are_first():
    lines = [report("1:sweep", ms) for ms in (10, 20, 30)] + [report("1:query-status", 14_000, 90_000_000)]
    lines += [line(0, message="what is due was looked at")]
    slow, large = [query for query in QUERIES if "REPORT" in query]
    rows = insights.run(slow, lines)
    assert [(row["@log"], row["longest"], row["invocations"]) for row in rows] == [
        ("1:query-status", 14_000, 1),
        ("1:sweep", 30, 3),
    ]
    first, *_ = insights.run(large, lines)
    assert (first["@log"], first["used"], first["given"]) == ("1:query-status", 90, 128)


def queries_of_the_dashboard() -> list[str]:
    body = TEMPLATE["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"][0]
    widgets = json.loads(body)["widgets"]
    found = [one["properties"]["query"] for one in widgets if one["type"] == "log"]
    return [re.sub(r"^(?:SOURCE '[^']*' \| )+", "", query) for query in found]


def test_the_dashboard_shows_the_slowest_batches_first():
    (query,) = queries_of_the_dashboard()
    lines = [
        line(0, message="workbook read", batch_id="bat_1"),
        line(3 * MINUTE, message="batch done", batch_id="bat_1"),
        line(MINUTE, message="workbook read", batch_id="bat_2"),
        line(9 * MINUTE, message="batch done", batch_id="bat_2"),
        line(MINUTE, message="workbook read", batch_id="bat_under_way"),
    ]
    rows = [(row["batch_id"], row["minutes"]) for row in insights.run(query, lines)]
    assert rows == [("bat_2", 8), ("bat_1", 3)]


SAID = " ".join(path.read_text() for path in (ROOT / "functions").rglob("src/**/*.rs"))


def test_messages_and_fields_of_the_lines_here_are_those_that_are_logged():
    for message in [
        "batch dispatched",
        "batch done",
        "workbook read",
        "what is due was looked at",
        "a canary goes out",
    ]:
        assert f'"{message}"' in SAID
    for field in ["oldest_due_seconds = ", "canary_age_seconds = ", "batch_id = %"]:
        assert field in SAID


@pytest.mark.parametrize("query", QUERIES + queries_of_the_dashboard())
def test_a_query_reads_what_functions_and_the_gateway_log(query):
    template = (ROOT / "template.yaml").read_text()
    for message in re.findall("""["']([a-z ]{5,})["']""", query):
        assert f'"{message}"' in SAID
    for field in re.findall(r"ispresent\((\w+)\)", query):
        assert f"{field} = " in SAID or f'"{field}":' in template


@pytest.mark.parametrize("query", ["parse @message '*' as a", "filter a like /b/", "stats avg(a) by bin(5m)"])
def test_what_is_not_known_here_is_refused(query):
    with pytest.raises((AssertionError, KeyError)):
        insights.run(query, [line(0, a=1)])

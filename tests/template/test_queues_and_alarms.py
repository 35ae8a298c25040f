"""Queues, and the alarms that call somebody."""

import json
import re

import pytest

from rendered import (
    ALARMS,
    API,
    DEAD_LETTERS,
    FUNCTIONS,
    QUEUES,
    ROOT,
    WORK_QUEUES,
    of_type,
    referred,
    referred_function,
)


@pytest.mark.parametrize("queue", WORK_QUEUES)
def test_a_message_is_tried_often_enough_and_its_grave_outlives_it(queue):
    found = QUEUES[queue]["Properties"]
    assert found["RedrivePolicy"]["maxReceiveCount"] >= 5
    grave = QUEUES[referred(found["RedrivePolicy"]["deadLetterTargetArn"])]["Properties"]
    assert grave["MessageRetentionPeriod"] == 14 * 86400 > found["MessageRetentionPeriod"]


@pytest.mark.parametrize("queue", QUEUES)
def test_a_queue_is_encrypted_and_wants_tls(queue):
    assert QUEUES[queue]["Properties"]["SqsManagedSseEnabled"] is True
    policies = [
        p["Properties"]
        for p in of_type("AWS::SQS::QueuePolicy").values()
        if {"Ref": queue} in p["Properties"]["Queues"]
    ]
    denials = [s.get("Fn::If", [None, s])[1] for p in policies for s in p["PolicyDocument"]["Statement"]]
    assert [
        s for s in denials if s["Effect"] == "Deny" and s["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    ]


@pytest.mark.parametrize("queue", DEAD_LETTERS)
def test_dead_letters_raise_an_alarm(queue):
    watching = [a["Properties"] for a in ALARMS.values() if queue in json.dumps(a["Properties"].get("Dimensions", []))]
    assert [a for a in watching if a["MetricName"] == "ApproximateNumberOfMessagesVisible" and a["Threshold"] == 0]


@pytest.mark.parametrize("queue", WORK_QUEUES)
def test_waiting_too_long_raises_an_alarm(queue):
    watching = [
        a["Properties"] for a in ALARMS.values() if f'"{queue}"' in json.dumps(a["Properties"].get("Dimensions", []))
    ]
    assert [a for a in watching if a["MetricName"] == "ApproximateAgeOfOldestMessage"]


@pytest.mark.parametrize("alarm", ALARMS)
def test_an_alarm_reaches_someone_and_says_what_it_means(alarm):
    found = ALARMS[alarm]["Properties"]
    assert found["AlarmActions"] == [{"Ref": "Alarms"}]
    assert found["AlarmDescription"].endswith(".")


METRICS = {
    m["MetricName"]: f["Properties"]
    for f in of_type("AWS::Logs::MetricFilter").values()
    for m in f["Properties"]["MetricTransformations"]
}
OURS = [name for name, a in ALARMS.items() if not str(a["Properties"]["Namespace"]).startswith("AWS/")]


# Functions that a timer starts, by the log groups that alarms read.
TIMERS = {"SweepLogs": "sweep", "MaintainLogs": "maintain"}


def read_log(alarm: str) -> str:
    """The log group that an alarm of ours reads."""
    return referred(METRICS[ALARMS[alarm]["Properties"]["MetricName"]]["LogGroupName"])


@pytest.mark.parametrize("alarm", [alarm for alarm in OURS if read_log(alarm) in TIMERS])
def test_an_alarm_on_what_a_timers_function_finds_reads_what_it_says(alarm):
    found = ALARMS[alarm]["Properties"]
    metric = METRICS[found["MetricName"]]
    (transformation,) = metric["MetricTransformations"]
    assert transformation["MetricNamespace"] == found["Namespace"]
    assert "Dimensions" not in transformation, "nothing that could identify a person"
    said = " ".join(path.read_text() for path in (ROOT / "functions" / TIMERS[read_log(alarm)] / "src").rglob("*.rs"))
    field = re.match(r"{ \$\.(\w+) ", metric["FilterPattern"]).group(1)
    assert (
        f'"{re.search(chr(34) + "(.*)" + chr(34), metric["FilterPattern"]).group(1)}"' in said
        if field == "message"
        else f"{field} = " in said
    )


def test_every_metric_of_ours_has_an_alarm():
    assert {ALARMS[name]["Properties"]["MetricName"] for name in OURS} == set(METRICS)


@pytest.mark.parametrize("alarm", ALARMS)
def test_the_runbook_says_what_to_do_about_an_alarm(alarm):
    assert f"`{alarm}`" in (ROOT / "docs" / "RUNBOOK.md").read_text()


def test_every_worker_that_fails_raises_an_alarm():
    behind_the_api = {referred_function(method) for methods in API["paths"].values() for method in methods.values()}
    watched = {
        referred(a["Properties"]["Dimensions"][0]["Value"])
        for a in ALARMS.values()
        if a["Properties"]["MetricName"] == "Errors"
    }
    assert watched == set(FUNCTIONS) - behind_the_api


def test_an_event_that_fails_is_kept():
    (config,) = [
        c["Properties"]
        for c in of_type("AWS::Lambda::EventInvokeConfig").values()
        if referred(c["Properties"]["FunctionName"]) == "TrackMail"
    ]
    assert config["MaximumRetryAttempts"] == 2
    assert referred(config["DestinationConfig"]["OnFailure"]["Destination"]) == "TrackDeadLetters"
    (rule,) = [r["Properties"] for r in of_type("AWS::Events::Rule").values() if "EventPattern" in r["Properties"]]
    assert referred(rule["Targets"][0]["DeadLetterConfig"]["Arn"]) == "TrackDeadLetters"


@pytest.mark.parametrize("function", ["Sweep", "Maintain"])
def test_a_timers_function_runs_every_minute_and_ends_before_the_next(function):
    rules = [r["Properties"] for r in of_type("AWS::Events::Rule").values() if "ScheduleExpression" in r["Properties"]]
    (rule,) = [rule for rule in rules if referred(rule["Targets"][0]["Arn"]) == function]
    assert rule["ScheduleExpression"] == "rate(1 minute)"
    assert FUNCTIONS[function]["Properties"]["Timeout"] < 60

"""Queues, and the alarms that call somebody."""

import json
import re

import pytest

from rendered import (
    ALARMS,
    API,
    DEAD_LETTERS,
    FUNCTIONS,
    MAPPINGS,
    QUEUES,
    ROOT,
    SOURCE,
    WORK_QUEUES,
    of_type,
    properties,
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
def test_a_queue_wants_tls(queue):
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
    assert found["AlarmActions"] == found["OKActions"] == [{"Ref": "Alarms"}]
    assert found["AlarmDescription"].endswith(".")


NAMESPACE = {"Fn::Sub": "InviteUsers/${AWS::StackName}"}
FILTERS = {name: f["Properties"] for name, f in of_type("AWS::Logs::MetricFilter").items()}
# Some metrics are counted by several filters.
METRICS = {m["MetricName"] for f in FILTERS.values() for m in f["MetricTransformations"]}
OURS = {name for name, a in ALARMS.items() if not str(a["Properties"]["Namespace"]).startswith("AWS/")}

# What Lambda writes into a function's log, and not the function:
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html.
OF_LAMBDA = {"Task timed out", "Runtime exited", "REPORT", "RequestId:", "Duration:"}


def code(filtered: dict, shared: bool = True) -> str:
    """What can write into the log that a filter reads: the code of its function, and the code that all share."""
    function = referred(filtered["LogGroupName"]).removesuffix("Logs")
    folder = re.sub("(?<=[a-z])(?=[A-Z])", "-", function).lower()
    sources = [ROOT / "functions" / folder / "src", *([ROOT / "shared"] if shared else [])]
    return " ".join(path.read_text() for source in sources for path in sorted(source.rglob("*.rs")))


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_reads_what_its_function_logs(name):
    found = FILTERS[name]
    (transformation,) = found["MetricTransformations"]
    assert transformation["MetricNamespace"] == NAMESPACE
    assert "Dimensions" not in transformation, "nothing that could identify a person"
    pattern, said = found["FilterPattern"], code(found)
    quoted = {text.rstrip("*") for text in re.findall('"(.+?)"', pattern)} - OF_LAMBDA
    assert not [text for text in quoted if f'"{text}' not in said]
    fields = set(re.findall(r"\$\.(\w+)", pattern)) - {"message", "error"}
    assert not [field for field in fields if f"{field} = " not in said]


@pytest.mark.parametrize("name", FILTERS)
def test_the_runbook_explains_each_line_that_an_alarm_counts(name):
    runbook = (ROOT / "docs" / "RUNBOOK.md").read_text()
    lines = re.findall(r'\$\.message = "(.+?)"', FILTERS[name]["FilterPattern"])
    assert not [line for line in lines if f'"{line}"' not in runbook]


def test_the_share_of_the_daily_quota_of_mails_raises_an_alarm():
    alarm = ALARMS["MailsPerDayAlarm"]["Properties"]
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Statistic"]) == ("AWS/SES", "Send", "Sum")
    assert alarm["Period"] * alarm["EvaluationPeriods"] == 86400
    assert alarm["Threshold"] == {"Ref": "MailsPerDayThreshold"}
    # The quota of an account that is out of the sandbox: https://docs.aws.amazon.com/ses/latest/dg/quotas.html.
    assert SOURCE["Parameters"]["MailsPerDayThreshold"]["Default"] == 0.8 * 50_000


def test_every_metric_of_ours_has_an_alarm():
    assert {ALARMS[name]["Properties"]["MetricName"] for name in OURS} == METRICS
    assert all(ALARMS[name]["Properties"]["Namespace"] == NAMESPACE for name in OURS)


@pytest.mark.parametrize("alarm", ALARMS)
def test_the_runbook_says_what_to_do_about_an_alarm(alarm):
    assert f"`{alarm}`" in (ROOT / "docs" / "RUNBOOK.md").read_text()


def failed_messages(function: str) -> list[dict]:
    """Alarms on the failed messages of a worker."""
    counted = {
        m["MetricName"]
        for f in FILTERS.values()
        if referred(f["LogGroupName"]) == f"{function}Logs" and "message failed" in f["FilterPattern"]
        for m in f["MetricTransformations"]
    }
    return [a["Properties"] for a in ALARMS.values() if a["Properties"].get("MetricName") in counted]


QUEUE_WORKERS = [referred(mapping["Properties"]["FunctionName"]) for mapping in MAPPINGS.values()]


@pytest.mark.parametrize("function", QUEUE_WORKERS)
def test_messages_that_fail_each_time_raise_an_alarm_and_a_short_outage_does_not(function):
    """Lambda counts an invocation that names failed messages as a successful one, so `Errors` does not show them."""
    (alarm,) = failed_messages(function)
    patterns = {
        f["FilterPattern"]
        for f in FILTERS.values()
        if f["MetricTransformations"][0]["MetricName"] == alarm["MetricName"]
    }
    assert '?"Task timed out" ?"Runtime exited"' in patterns, "with which all messages of the invocation fail"
    assert (alarm["Statistic"], alarm["Threshold"]) == ("Sum", 0)
    # An outage of one period falls into two of them at most.
    assert (alarm["Period"], alarm["DatapointsToAlarm"], alarm["EvaluationPeriods"]) == (300, 3, 4)
    # A message that always fails does so in three of them, before it is among the dead letters.
    (queue,) = [
        QUEUES[referred(m["Properties"]["EventSourceArn"])]["Properties"]
        for m in MAPPINGS.values()
        if referred(m["Properties"]["FunctionName"]) == function
    ]
    again, attempts = queue["VisibilityTimeout"], queue["RedrivePolicy"]["maxReceiveCount"]
    for begin in range(300):
        failing = {(begin + again * attempt) // 300 for attempt in range(attempts)}
        assert any(len(failing & set(range(last - 3, last + 1))) >= 3 for last in failing)


# Functions that know when Lambda ends them and end before. One that Lambda ended has failed messages, or an error.
UNTIL_DEADLINE = {*QUEUE_WORKERS, "Sweep", "Maintain"}
# An operator waits for the answer of a command, and sees its error.
WATCHED_BY_A_PERSON = {"Operate"}


@pytest.mark.parametrize("function", sorted(set(FUNCTIONS) - UNTIL_DEADLINE - WATCHED_BY_A_PERSON))
def test_invocations_near_the_time_limit_raise_an_alarm(function):
    patterns = [
        f["FilterPattern"]
        for f in FILTERS.values()
        if referred(f["LogGroupName"]) == f"{function}Logs"
        and f["MetricTransformations"][0]["MetricName"] == "SlowInvocations"
    ]
    four_fifths = FUNCTIONS[function]["Properties"]["Timeout"] * 800
    assert patterns == [
        f'[type = "REPORT", id_is = "RequestId:", id, took = "Duration:", milliseconds >= {four_fifths}, ...]'
    ]


@pytest.mark.parametrize("function", sorted(UNTIL_DEADLINE))
def test_a_function_without_an_alarm_on_its_duration_asks_for_its_deadline(function):
    assert "deadline" in code({"LogGroupName": {"Ref": f"{function}Logs"}}, shared=False)


def test_old_events_of_what_is_invoked_asynchronously_raise_an_alarm():
    """Of a timer's function, Lambda drops what is older than a minute. Its silence raises an alarm."""
    ages = {
        referred(a["Properties"]["Dimensions"][0]["Value"]): a["Properties"]["MetricName"]
        for a in ALARMS.values()
        if a["Properties"]["MetricName"] in {"AsyncEventAge", "IteratorAge", "Invocations"}
    }
    assert ages == {
        "TrackMail": "AsyncEventAge",
        "WatchInvites": "IteratorAge",
        "Sweep": "Invocations",
        "Maintain": "Invocations",
    }


def test_latency_and_refusals_of_the_api_raise_an_alarm():
    found = [a["Properties"] for a in ALARMS.values() if a["Properties"]["Namespace"] == "AWS/ApiGateway"]
    assert {(a["MetricName"], a.get("Statistic", a.get("ExtendedStatistic"))) for a in found} == {
        ("5XXError", "Sum"),
        ("4XXError", "Average"),
        ("Latency", "p99"),
    }
    for alarm in found:
        # The API has the name of its stack.
        assert alarm["Dimensions"] == [
            {"Name": "ApiName", "Value": {"Ref": "AWS::StackName"}},
            {"Name": "Stage", "Value": "v1"},
        ]


# Functions with neither: why their failures raise another alarm.
OTHERWISE = {
    "TrackMail": "an event that failed three times is among the dead letters, which raise an alarm",
    "WatchInvites": "what is not processed ages in its stream, which raises an alarm",
    "Operate": "the operator sees the error of a command",
}


def test_every_worker_that_fails_raises_an_alarm():
    behind_the_api = {referred_function(method) for methods in API["paths"].values() for method in methods.values()}
    watched = {
        referred(a["Properties"]["Dimensions"][0]["Value"])
        for a in ALARMS.values()
        if a["Properties"]["MetricName"] == "Errors"
    }
    assert watched | set(QUEUE_WORKERS) | set(OTHERWISE) == set(FUNCTIONS) - behind_the_api


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


# The workers whose messages are driven in virtual time by `tests/src/lambda.rs`, and their queues there.
DRIVEN = {
    "Dispatch": "DispatchBatch",
    "Actions": "ApplyActions",
    "Provision": "ProvisionUser",
    "Mail": "SendMail",
    "Webhooks": "NotifyAgencies",
}


@pytest.mark.parametrize(("queue", "function"), DRIVEN.items())
def test_the_workers_of_virtual_time_are_those_of_the_template(queue, function):
    source = (ROOT / "tests" / "src" / "lambda.rs").read_text()
    driven = re.search(
        rf"queue: QueueName::{queue}, workers: (\d+), batch: (\d+), timeout: Duration::from_secs\((\d+)\),"
        r" receives: (\d+)",
        source,
    )
    (mapping,) = [m["Properties"] for m in MAPPINGS.values() if referred(m["Properties"]["FunctionName"]) == function]
    workers = SOURCE["Parameters"][referred(mapping["ScalingConfig"]["MaximumConcurrency"])]["Default"]
    timeout = properties(function)["Timeout"]
    receives = properties(f"{queue}Queue")["RedrivePolicy"]["maxReceiveCount"]
    assert tuple(map(int, driven.groups())) == (workers, mapping["BatchSize"], timeout, receives)
    assert f"const MEMORY: u32 = {properties(function)['MemorySize']};" in source

"""The alarms that roll a deployment back ring for a broken release while CloudFormation still watches them."""

import pytest

import watched
from rendered import ALARMS, API, FUNCTIONS, MAPPINGS, QUEUES, referred, referred_function

# Until a metric has its value and its alarm has looked at it.
DELAY = 120
# Two canaries: `domain::canary`.
CANARY = 300


def queue_of(function: str) -> dict:
    (mapping,) = [m["Properties"] for m in MAPPINGS.values() if referred(m["Properties"]["FunctionName"]) == function]
    return QUEUES[referred(mapping["EventSourceArn"])]["Properties"]


def seconds_until_it_rings(alarm: dict, first: int, again: int, failures: int) -> int:
    """The longest time if a release fails at `first` seconds, and then each `again` seconds."""
    period = alarm["Period"]
    needed, of = alarm.get("DatapointsToAlarm", alarm["EvaluationPeriods"]), alarm["EvaluationPeriods"]

    def rings(begin: int) -> int:
        """`begin`: how far the first period has gone."""
        for number in range(failures):
            last = (begin + again * number) // period
            failing = {(begin + again * before) // period for before in range(number + 1)}
            if len(failing & set(range(last - of + 1, last + 1))) >= needed:
                return first + again * number
        raise AssertionError("it does not ring")

    return max(map(rings, range(period))) + DELAY


def messages(function: str, first: int) -> tuple[int, int, int]:
    queue = queue_of(function)
    return first, queue["VisibilityTimeout"], queue["RedrivePolicy"]["maxReceiveCount"]


# When each alarm sees the first failure of a broken release, how soon the next one, and how many there are.
FAILURES = {
    # From the first request on, if there is one each minute.
    "ApiErrorsAlarm": (0, 60, 60),
    # Their timers run each minute.
    "SweepErrorsAlarm": (60, 60, 60),
    "MaintainErrorsAlarm": (60, 60, 60),
    # A canary is mailed in a stack that nobody uses too.
    "MailFailedMessagesAlarm": messages("SendMail", CANARY),
    # From the first account on.
    "ProvisionFailedMessagesAlarm": messages("ProvisionUser", 0),
}


@pytest.mark.parametrize("name", watched.ALARMS)
def test_an_alarm_rings_while_it_is_watched(name):
    alarm = ALARMS[name]["Properties"]
    assert alarm["Threshold"] == 0, "any failure counts"
    assert alarm["TreatMissingData"] == "notBreaching", "a stack that nobody uses is not rolled back"
    assert "Condition" not in ALARMS[name], "each stack has it"
    assert seconds_until_it_rings(alarm, *FAILURES[name]) <= watched.MINUTES * 60


def test_an_alarm_that_rings_too_late_is_seen_by_the_test_above():
    late = ALARMS["WebhooksFailedMessagesAlarm"]["Properties"] | {"Period": 900}
    assert seconds_until_it_rings(late, *messages("NotifyAgencies", 0)[:2], 100) > watched.MINUTES * 60


def test_cloudformation_takes_the_alarms_and_the_minutes():
    assert len(set(watched.ALARMS)) == len(watched.ALARMS) <= 5
    assert 0 < watched.MINUTES <= 180


# Functions whose failure rolls nothing back, and why. An alarm of theirs rings all the same.
NOT_WATCHED = {
    "ApplyActions": "works only when an officer starts an action",
    "DispatchBatch": "works only when an officer submits a batch",
    "ParseBatch": "works only when an officer stores a workbook",
    "NotifyAgencies": "works only when an agency subscribes, and its events wait",
    "TrackMail": "the metrics of its queue of dead letters may be a quarter of an hour late, because the queue is idle",
    "WatchInvites": "its alarm rings after ten minutes of waiting, and what waits is not lost for six hours",
    "Operate": "an operator sees the error of a command",
}


def test_each_function_is_watched_or_has_a_reason():
    behind_the_api = {referred_function(method) for methods in API["paths"].values() for method in methods.values()}
    watching = behind_the_api | {"Sweep", "Maintain", "SendMail", "ProvisionUser"}
    assert watching | set(NOT_WATCHED) == set(FUNCTIONS)
    assert not watching & set(NOT_WATCHED)

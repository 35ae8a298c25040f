"""Which lines of a log the metric filters count."""

import json

import pytest

from filtered import matches
from test_queues_and_alarms import FILTERS

MAX_PATTERN = 1024


def line(message: str, **fields) -> str:
    return json.dumps({"timestamp": "2026-11-28T04:00:00Z", "level": "ERROR", "message": message, **fields})


def counts(name: str, text: str) -> bool:
    return matches(FILTERS[name]["FilterPattern"], text)


REPORT = (
    "REPORT RequestId: 6f747a34-37b3-4d7f-b6c5-5ec1ac4ee0f6\tDuration: {} ms\tBilled Duration: 8001 ms\t"
    "Memory Size: 128 MB\tMax Memory Used: 30 MB\t"
)


@pytest.mark.parametrize("name", FILTERS)
def test_a_pattern_is_understood_and_counts_no_other_line(name):
    assert len(FILTERS[name]["FilterPattern"]) <= MAX_PATTERN
    others = [line("invite stored", invite_id="1"), "START RequestId: 1 Version: $LATEST", REPORT.format("3.21"), ""]
    assert not [other for other in others if counts(name, other)]


@pytest.mark.parametrize(
    ("name", "text", "is_counted"),
    [
        ("MailFailedMessagesMetric", line("message failed", error="table: GetItem failed with 500"), True),
        ("MailFailedMessagesMetric", line("message failed", error="no time left to send a mail"), False),
        ("MailFailedMessagesMetric", line("message is not understood", error="expected value"), True),
        ("MailFailedMessagesMetric", line("panicked", panic_place="src/lib.rs:1:1"), True),
        ("MailFailedMessagesMetric", line("message rejected", reason="no such invite"), False),
        ("MailEndedByLambdaMetric", "2026-11-28T04:00:00Z 6f747a34 Task timed out after 30.03 seconds", True),
        ("MailEndedByLambdaMetric", "RequestId: 6f747a34 Error: Runtime exited with error: signal: killed", True),
        ("DirectoryThrottledMetric", line("the directory did not do it", error="the directory is throttling"), True),
        ("DirectoryThrottledMetric", line("the directory did not do it", error="the directory's answer"), False),
        ("LocksReleasedMetric", line("locks checked", locks_released=0), False),
        ("LocksReleasedMetric", line("locks checked", locks_released=1), True),
        ("OldestDueSecondsMetric", line("what is due was looked at", oldest_due_seconds=60), False),
        ("OldestDueSecondsMetric", line("what is due was looked at", oldest_due_seconds=61), True),
        ("AcceptInvitationSlowMetric", REPORT.format("7999.99"), False),
        ("AcceptInvitationSlowMetric", REPORT.format("8000.01"), True),
    ],
)
def test_a_filter_counts_what_its_alarm_is_about(name, text, is_counted):
    assert counts(name, text) is is_counted

"""From what an officer quotes to what every worker did for it, and nobody's name on the way."""

import json
import re
import time

import pytest

import people
from conftest import aws
from test_single_invites import in_state
from waiting import eventually

TRACE = re.compile(r"1-[0-9a-f]{8}-[0-9a-f]{24}")

# Trace IDs, the ids of requests and messages, and the spans of X-Ray.
RANDOM_IDS = re.compile(rf"{TRACE.pattern}|[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}|parent=[0-9a-f]{{16}}")


def traces(lines: list[dict]) -> set[str]:
    """Every Trace ID in these lines, wherever it is."""
    return set(TRACE.findall(json.dumps(lines)))


def assert_logged(logs, function: str, trace: str, since: float) -> None:
    """Of lines since a moment, because the emulator gives only the first 10,000."""
    eventually(
        lambda: traces(logs(function, since)), 20, f"{trace} in the log of {function}", lambda seen: trace in seen
    )


def test_the_trace_of_a_request_is_in_the_logs_of_every_worker_that_it_woke(officer, outbox, logs):
    began, person = time.time(), people.vendor()
    answer = officer.api.post("/invites", people.account(person))
    trace = answer.headers["X-Trace-Id"]
    assert TRACE.fullmatch(trace)
    assert answer.json()["traceId"] == trace
    made = in_state(officer.api, answer.json(), "ACCOUNT_CREATED")
    outbox.wait(person["email"])
    assert made["traceId"] == trace
    for function in ["submit-invites", "provision-user", "send-mail"]:
        assert_logged(logs, function, trace, began)


def test_the_trace_of_a_batch_is_on_its_invites_and_in_the_logs(officer, outbox, logs):
    began, person = time.time(), people.officer()
    answer = officer.api.post("/batches", {"rows": [person]})
    trace, path = answer.headers["X-Trace-Id"], f"/batches/{answer.json()['batchId']}"
    assert officer.api.post(f"{path}/submit").status_code == 202
    outbox.wait(person["email"])
    (invite,) = officer.api.get(f"/invites?batch={answer.json()['batchId']}").json()["items"]
    assert invite["traceId"] == trace
    for function in ["dispatch-batch", "provision-user", "send-mail"]:
        assert_logged(logs, function, trace, began)


def test_a_problem_quotes_the_trace_that_its_log_has(officer, logs):
    began = time.time()
    refused = officer.api.post("/invites", {"kind": "email"})
    trace = refused.headers["X-Trace-Id"]
    assert refused.json()["traceId"] == trace
    assert_logged(logs, "submit-invites", trace, began)


def test_every_request_has_a_trace_of_its_own(officer):
    seen = {officer.api.get("/me").headers["X-Trace-Id"] for _ in range(5)}
    assert len(seen) == 5


@pytest.mark.last
def test_nobody_of_the_suite_is_found_in_a_log_or_an_object_key(outputs, logs):
    # Among so many random ids, some hold eight digits that are somebody's number.
    said = RANDOM_IDS.sub("", json.dumps(logs(), ensure_ascii=False).lower())
    versions = aws("s3").get_paginator("list_object_versions").paginate(Bucket=outputs["UploadBucketName"])
    keys = json.dumps([version["Key"] for page in versions for version in page.get("Versions", [])]).lower()
    assert len(said) > 10_000, "there is something to search"
    assert "uploads/" in keys, "there is something to search"
    found = {text for text in people.remembered() for place in (said, keys) if text.lower() in place}
    assert not found


@pytest.mark.last
def test_no_function_panicked_and_no_message_died(logs, queues):
    assert not [line for line in logs() if line["message"] == "panicked"]
    assert not queues.dead()

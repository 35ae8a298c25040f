"""A stack that uses a restored table, and a stack in which nothing changes the table."""

import json

import pytest

from resolved import Stack, referred_in

STREAM = "arn:aws:dynamodb:ap-southeast-1:123456789012:table/restored.1/stream/2026-11-27T10:00:00.000"
OWN, RESTORED = Stack(), Stack(TableStreamArn=STREAM)
RUNNING, PAUSED = OWN, Stack(Paused="true")


def users_of_the_own_table(stack: Stack) -> set[str]:
    return {name for name, about in stack.resources.items() if "Table" in referred_in(about.get("Properties", {}))}


def test_everything_that_uses_the_own_table_uses_the_restored_one_instead():
    assert len(users_of_the_own_table(OWN)) > 30
    assert users_of_the_own_table(RESTORED) == set()
    assert "Table" in RESTORED.resources, "the own table stays in the stack"


def test_a_restored_table_is_named_by_its_stream():
    for name, function in RESTORED.of_type("AWS::Lambda::Function").items():
        assert function["Properties"]["Environment"]["Variables"]["TABLE_NAME"] == "restored.1", name
    (stream,) = [m["Properties"] for m in mappings(RESTORED) if "StartingPosition" in m["Properties"]]
    assert stream["EventSourceArn"] == STREAM
    table = STREAM.partition("/stream/")[0]
    for name, role in RESTORED.of_type("AWS::IAM::Role").items():
        resources = json.dumps(role["Properties"].get("Policies", []))
        assert (table in resources) == ("dynamodb:" in resources), name
    assert '"TableName", "restored.1"' in json.dumps(RESTORED.resources["Dashboard"]).replace('\\"', '"')


def mappings(stack: Stack) -> list[dict]:
    return list(stack.of_type("AWS::Lambda::EventSourceMapping").values())


@pytest.mark.parametrize(("stack", "is_running"), [(RUNNING, True), (PAUSED, False)])
def test_nothing_changes_the_table_of_a_paused_stack(stack, is_running):
    assert {m["Properties"]["Enabled"] for m in mappings(stack)} == {is_running}
    timers = [
        r["Properties"] for r in stack.of_type("AWS::Events::Rule").values() if "ScheduleExpression" in r["Properties"]
    ]
    assert {timer["State"] for timer in timers} == {"ENABLED" if is_running else "DISABLED"}
    for setting in stack.properties("Apiv1Stage")["MethodSettings"]:
        for limit in ("ThrottlingRateLimit", "ThrottlingBurstLimit"):
            assert (int(setting[limit]) > 0) == is_running, setting["ResourcePath"]

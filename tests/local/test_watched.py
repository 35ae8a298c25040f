"""Which alarms roll a deployment back, and that `sam deploy` tells CloudFormation."""

import json
import os
import re
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl

import boto3
import pytest
from botocore.stub import Stubber

import recorded
import stages
import watched

STACK = {"StackName": "invite-users"}
DEPLOYED = {"Stacks": [{**STACK, "StackStatus": "UPDATE_COMPLETE", "CreationTime": "2026-11-01"}]}
OF = "arn:aws:cloudwatch:ap-southeast-1:123456789012:alarm:"


def summary(logical: str, status: str = "CREATE_COMPLETE") -> dict:
    return {
        "LogicalResourceId": logical,
        "PhysicalResourceId": f"invite-users-{logical}-1A2B",
        "ResourceType": "AWS::CloudWatch::Alarm",
        "ResourceStatus": status,
        "LastUpdatedTimestamp": "2026-11-01",
    }


def state(logical: str, value: str = "OK") -> dict:
    name = f"invite-users-{logical}-1A2B"
    return {"AlarmName": name, "AlarmArn": OF + name, "StateValue": value}


@pytest.fixture
def aws():
    """Clients of two services, each with a stubber that is asked exactly what is recorded."""
    clients = {service: recorded.client(service) for service in ("cloudformation", "cloudwatch")}
    stubbers = {service: Stubber(client) for service, client in clients.items()}
    for stubber in stubbers.values():
        stubber.activate()
    yield clients.__getitem__, stubbers
    for stubber in stubbers.values():
        stubber.assert_no_pending_responses()


def expect_alarms(stubbers: dict, resources: list[dict], states: list[dict]) -> None:
    stubbers["cloudformation"].add_response("list_stack_resources", {"StackResourceSummaries": resources}, STACK)
    names = sorted(one["AlarmName"] for one in states)
    stubbers["cloudwatch"].add_response("describe_alarms", {"MetricAlarms": states}, {"AlarmNames": names})


def test_a_deployment_is_watched_by_the_alarms_of_its_stack(aws, capsys):
    client, stubbers = aws
    stubbers["cloudformation"].add_response("describe_stacks", DEPLOYED, STACK)
    resources = [*map(summary, reversed(watched.ALARMS)), summary("CanaryAgeAlarm")]
    expect_alarms(stubbers, resources, [state(name) for name in reversed(watched.ALARMS)])
    assert watched.configuration_of(client, "invite-users", watch=True) == {
        "RollbackTriggers": [
            {"Arn": f"{OF}invite-users-{name}-1A2B", "Type": "AWS::CloudWatch::Alarm"} for name in watched.ALARMS
        ],
        "MonitoringTimeInMinutes": watched.MINUTES,
    }
    said = capsys.readouterr().out
    assert said.startswith("For 20 minutes after the update, any of these alarms rolls it back:\n  ApiErrorsAlarm\n")


def test_an_alarm_that_the_deployment_only_adds_or_that_is_gone_is_not_named(aws):
    """A missing one would let the deployment fail."""
    client, stubbers = aws
    stubbers["cloudformation"].add_response("describe_stacks", DEPLOYED, STACK)
    api, sweep, maintain, *_ = watched.ALARMS
    resources = [summary(api), summary(sweep), summary(maintain, "DELETE_COMPLETE")]
    stubbers["cloudformation"].add_response("list_stack_resources", {"StackResourceSummaries": resources}, STACK)
    asked = {"AlarmNames": [f"invite-users-{name}-1A2B" for name in (api, sweep)]}
    stubbers["cloudwatch"].add_response("describe_alarms", {"MetricAlarms": [state(sweep)]}, asked)
    (trigger,) = watched.configuration_of(client, "invite-users", watch=True)["RollbackTriggers"]
    assert trigger["Arn"] == f"{OF}invite-users-{sweep}-1A2B"


def test_a_deployment_that_is_not_watched_has_none_of_the_alarms_of_the_last_one(aws):
    client, stubbers = aws
    stubbers["cloudformation"].add_response("describe_stacks", DEPLOYED, STACK)
    assert watched.configuration_of(client, "invite-users", watch=False) == watched.NO_ALARMS


def test_a_stack_without_the_alarms_is_not_watched(aws):
    client, stubbers = aws
    stubbers["cloudformation"].add_response("describe_stacks", DEPLOYED, STACK)
    stubbers["cloudformation"].add_response("list_stack_resources", {"StackResourceSummaries": []}, STACK)
    assert watched.configuration_of(client, "invite-users", watch=True) == watched.NO_ALARMS


def test_a_first_deployment_says_nothing_of_alarms(aws):
    client, stubbers = aws
    stubbers["cloudformation"].add_client_error("describe_stacks", "ValidationError")
    assert watched.configuration_of(client, "invite-users", watch=True) is None


def test_an_alarm_says_whether_it_rings(aws):
    client, stubbers = aws
    states = [state("ApiErrorsAlarm", "ALARM"), state("SweepErrorsAlarm", "INSUFFICIENT_DATA")]
    expect_alarms(stubbers, [summary("ApiErrorsAlarm"), summary("SweepErrorsAlarm")], states)
    found = watched.alarms_of(client, "invite-users")
    assert [(one.name, one.rings) for one in found] == [("ApiErrorsAlarm", True), ("SweepErrorsAlarm", False)]


@pytest.mark.parametrize(("stage", "expected"), [("prod", True), ("dev", False)])
def test_a_stage_is_watched_that_keeps_its_data(stage, expected):
    assert watched.is_watched(stages.parameters_of(stage)) is expected


@pytest.mark.parametrize(
    ("stage", "watch", "expected"), [("prod", True, True), ("prod", False, False), ("dev", True, False)]
)
def test_one_command_deploys_watched_or_not(monkeypatch, stage, watch, expected):
    asked, ran = [], []
    monkeypatch.setattr(watched, "configuration_of", lambda _, stack, watch: asked.append((stack, watch)))
    monkeypatch.setattr(watched, "sam", lambda *arguments: ran.append(arguments))
    watched.main(stage, watch)
    assert asked == [(stages.settings_of(stage)["stack_name"], expected)]
    (arguments,) = ran
    assert arguments[0] == "deploy"
    assert arguments[-2:] == ("--config-env", stage)


SMALL_TEMPLATE = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
# Runs the `sam` that deployments run, up to the change set.
DEPLOY = """
import sys, watched
triggers = [{"Arn": "arn:of:an:alarm", "Type": "AWS::CloudWatch::Alarm"}]
watched.add_to_change_sets({"RollbackTriggers": triggers, "MonitoringTimeInMinutes": 20})
watched.sam("deploy", "--template-file", sys.argv[1], "--stack-name", "invite-users", "--no-execute-changeset")
"""
ANSWERS = {
    "DescribeStacks": "<Stacks><member><StackName>invite-users</StackName><StackStatus>UPDATE_COMPLETE</StackStatus>"
    "<CreationTime>2026-11-01T00:00:00Z</CreationTime></member></Stacks>",
    "GetTemplateSummary": "<Parameters/>",
}
REFUSED = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>that was all</Message></Error></ErrorResponse>"


@pytest.fixture
def cloudformation():
    """A server that has a stack and refuses change sets. Yields its address, and what it was asked."""
    asked = []

    class Server(BaseHTTPRequestHandler):
        def do_POST(self):
            request = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode(), True))
            asked.append(request)
            action = request["Action"]
            self.send_response(200 if action in ANSWERS else 403)
            self.end_headers()
            result = f"<{action}Response><{action}Result>{ANSWERS.get(action)}</{action}Result></{action}Response>"
            self.wfile.write((result if action in ANSWERS else REFUSED).encode())

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def test_sam_deploy_tells_cloudformation_what_to_watch(cloudformation, tmp_path):
    address, asked = cloudformation
    template = tmp_path / "template.json"
    template.write_text(json.dumps(SMALL_TEMPLATE))
    environment = {
        **os.environ,
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "id",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": recorded.REGION,
        "PYTHONPATH": str(stages.INFRA),
        "SAM_CLI_TELEMETRY": "0",
    }
    python = stages.INFRA.parent / ".tools" / "sam" / "bin" / "python"
    command = [python, "-c", DEPLOY, template]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert "that was all" in done.stderr, done.stderr
    (request,) = [one for one in asked if one["Action"] == "CreateChangeSet"]
    assert {key: value for key, value in request.items() if key.startswith("RollbackConfiguration")} == {
        "RollbackConfiguration.RollbackTriggers.member.1.Arn": "arn:of:an:alarm",
        "RollbackConfiguration.RollbackTriggers.member.1.Type": "AWS::CloudWatch::Alarm",
        "RollbackConfiguration.MonitoringTimeInMinutes": "20",
    }


def test_a_change_set_may_watch_nothing(monkeypatch):
    monkeypatch.setattr(boto3, "client", boto3.client)
    watched.add_to_change_sets(watched.NO_ALARMS)
    given = {**STACK, "ChangeSetName": "sam"}
    client = recorded.client("cloudformation")
    with Stubber(client) as stubber:
        stubber.add_response("create_change_set", {}, {**given, "RollbackConfiguration": watched.NO_ALARMS})
        client.create_change_set(**given)


def test_make_deploy_asks_the_preflight_and_deploys_with_the_same_answer():
    makefile = (stages.INFRA.parent / "Makefile").read_text()
    assert re.search(r"^WATCH \?= on$", makefile, re.MULTILINE)
    assert re.findall(r"infra/(\w+)\.py \$\(STAGE\) \$\(WATCH\)$", makefile, re.MULTILINE) == ["preflight", "watched"]

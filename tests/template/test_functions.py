"""Functions, their roles and what wakes them."""

import json
import re

import pytest

import operate
from rendered import (
    DEAD_LETTERS,
    FUNCTIONS,
    MAPPINGS,
    QUEUES,
    ROOT,
    SOURCE,
    STREAMS,
    TEMPLATE,
    actions,
    listed,
    properties,
    referred,
    statements,
)
from start import TEMPLATE_ENVIRONMENT


def test_every_folder_is_a_function_and_the_other_way_round():
    folders = {path.parent.name for path in (ROOT / "functions").glob("*/Cargo.toml")}
    sources = {
        r["Properties"]["CodeUri"] for r in SOURCE["Resources"].values() if r["Type"] == "AWS::Serverless::Function"
    }
    assert sources == {f".build/lambda/{folder}/" for folder in folders}


def test_the_bench_starts_functions_with_what_the_template_gives_them():
    given = {name for function in FUNCTIONS.values() for name in function["Properties"]["Environment"]["Variables"]}
    assert set(TEMPLATE_ENVIRONMENT) == given


def test_no_two_functions_share_a_role():
    roles = [referred(f["Properties"]["Role"]) for f in FUNCTIONS.values()]
    assert len(set(roles)) == len(FUNCTIONS)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_traced_and_logs_into_its_own_group_that_forgets(function):
    assert FUNCTIONS[function]["Properties"]["TracingConfig"] == {"Mode": "Active"}
    group = referred(FUNCTIONS[function]["Properties"]["LoggingConfig"]["LogGroup"])
    assert group == f"{function}Logs"
    assert "RetentionInDays" in properties(group)


# SES's suppression list is the account's; IAM knows no resource for it:
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_sesv2.html.
WITHOUT_RESOURCE = {"ses:DeleteSuppressedDestination"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_names_actions_and_resources(function):
    for statement in statements(function):
        assert statement["Effect"] == "Allow"
        assert "NotAction" not in statement
        assert "NotResource" not in statement
        assert not [a for a in listed(statement["Action"]) if "*" in a]
        assert "*" not in listed(statement["Resource"]) or statement["Action"] in WITHOUT_RESOURCE


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_uses_what_its_environment_names_and_the_other_way_round(function):
    named = set(FUNCTIONS[function]["Properties"]["Environment"]["Variables"])
    secrets = {
        referred(v)
        for k, v in FUNCTIONS[function]["Properties"]["Environment"]["Variables"].items()
        if k.endswith("_SECRET_ID")
    }
    readable = [s["Resource"] for s in statements(function) if s["Action"] == "secretsmanager:GetSecretValue"]
    assert secrets == {referred(resource) for resource in readable}
    assert ("USER_POOL_ID" in named) == any(a.startswith("cognito-idp:") for a in actions(function))
    assert ("UPLOAD_BUCKET" in named) == any(a.startswith("s3:") for a in actions(function))
    queues = {
        referred(v)
        for k, v in FUNCTIONS[function]["Properties"]["Environment"]["Variables"].items()
        if k.endswith("_QUEUE_URL")
    }
    granted = {
        referred(resource)
        for statement in statements(function)
        if statement["Action"] == "sqs:SendMessage"
        for resource in listed(statement["Resource"])
    }
    assert granted - set(DEAD_LETTERS) == queues


def test_only_the_one_that_needs_it_has_a_dangerous_permission():
    def holders(action):
        return {name for name in FUNCTIONS if action in actions(name)}

    assert holders("cognito-idp:AdminCreateUser") == {"ProvisionUser"}
    assert holders("cognito-idp:AdminAddUserToGroup") == {"ProvisionUser"}
    # The audit ends licences of accounts whose invites are deleted, which no worker is woken for.
    assert holders("cognito-idp:AdminRemoveUserFromGroup") == {"ProvisionUser", "Maintain"}
    for ends_accounts in ["cognito-idp:AdminDeleteUser", "cognito-idp:AdminDisableUser", "cognito-idp:AdminEnableUser"]:
        assert not holders(ends_accounts)
    assert holders("ses:SendEmail") == {"SendMail"}
    assert holders("s3:GetObjectVersion") == {"ParseBatch"}
    assert holders("s3:PutObject") == {"ManageBatches"}
    assert holders("s3:DeleteObjectVersion") == holders("s3:ListBucketVersions") == {"Maintain"}
    # Which answer no request of the API.
    assert holders("dynamodb:Scan") == {"Maintain", "Operate"}
    assert holders("ses:DeleteSuppressedDestination") == holders("sqs:StartMessageMoveTask") == {"Operate"}
    for action in ["cognito-idp:AdminSetUserPassword", "s3:GetObject", "s3:DeleteObject", "sqs:PurgeQueue"]:
        assert not holders(action)


def test_mail_is_sent_from_one_address_only():
    (mail,) = [s for s in statements("SendMail") if s["Action"] == "ses:SendEmail"]
    assert mail["Condition"] == {"StringEquals": {"ses:FromAddress": {"Ref": "SenderAddress"}}}
    # In the sandbox of SES the recipient's identity is checked too.
    assert mail["Resource"][0]["Fn::Sub"].endswith(":identity/*")


def test_no_environment_holds_a_secret():
    assert "resolve:" not in json.dumps(TEMPLATE)


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_a_worker_reports_single_failures_and_is_bounded(mapping):
    found = MAPPINGS[mapping]["Properties"]
    assert found["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert found["ScalingConfig"]["MaximumConcurrency"]


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_a_message_is_hidden_for_six_times_as_long_as_a_worker_may_take(mapping):
    found = MAPPINGS[mapping]["Properties"]
    queue = QUEUES[referred(found["EventSourceArn"])]["Properties"]
    timeout = FUNCTIONS[referred(found["FunctionName"])]["Properties"]["Timeout"]
    assert queue["VisibilityTimeout"] >= 6 * timeout + found.get("MaximumBatchingWindowInSeconds", 0)


def test_the_stream_is_watched_by_one_function_which_sees_invites_only_and_loses_none():
    assert properties("Table")["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    (stream,) = [mapping["Properties"] for mapping in STREAMS.values()]
    assert referred(stream["FunctionName"]) == "WatchInvites"
    assert stream["EventSourceArn"] == {"Fn::GetAtt": ["Table", "StreamArn"]}
    (only,) = stream["FilterCriteria"]["Filters"]
    assert json.loads(only["Pattern"]) == {"dynamodb": {"NewImage": {"entity": {"S": ["invite"]}}}}
    assert stream["BisectBatchOnFunctionError"] is True
    assert "MaximumRetryAttempts" not in stream
    assert "MaximumRecordAgeInSeconds" not in stream
    age = properties("WatchAgeAlarm")
    assert (age["MetricName"], referred(age["Dimensions"][0]["Value"])) == ("IteratorAge", "WatchInvites")


def test_the_function_that_calls_other_systems_has_no_key_but_theirs_and_touches_nothing_else():
    assert actions("NotifyAgencies") == {"dynamodb:GetItem", "dynamodb:PutItem", "secretsmanager:GetSecretValue"}
    variables = {name: f["Properties"]["Environment"]["Variables"] for name, f in FUNCTIONS.items()}
    holders = {name for name, found in variables.items() if {"Ref": "AgencyKeys"} in found.values()}
    assert holders == {"NotifyAgencies", "Operate"}


def test_no_function_knows_of_an_emulator():
    """With that variable it would also call this machine; see shared/notify."""
    assert "AWS_ENDPOINT_URL" not in json.dumps(TEMPLATE)


def test_a_parked_agency_raises_an_alarm():
    (metric,) = properties("AgencyParked")["MetricTransformations"]
    alarm = properties("AgencyParkedAlarm")
    assert (alarm["Namespace"], alarm["MetricName"]) == (metric["MetricNamespace"], metric["MetricName"])
    assert alarm["Threshold"] == 0


# What can start a function by itself.
STARTERS = [
    "AWS::ApiGateway::RestApi",
    "AWS::Events::Rule",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Url",
]


def test_only_an_operators_client_starts_what_operators_ask_for():
    starters = [r for r in TEMPLATE["Resources"].values() if r["Type"] in STARTERS]
    assert not [starter for starter in starters if re.search(r'"Operate"|\$\{Operate\.', json.dumps(starter))]
    config = properties("OperateEventInvokeConfig")
    assert config["MaximumRetryAttempts"] == 0, "nothing repeats a command but its operator"
    assert TEMPLATE["Outputs"]["OperateFunctionName"]["Value"] == {"Ref": "Operate"}


def test_what_a_redrive_puts_back_it_may_send():
    (redrive,) = [s for s in statements("Operate") if s["Action"] == "sqs:StartMessageMoveTask"]
    letters = {referred(resource) for resource in redrive["Resource"]}
    assert letters == set(DEAD_LETTERS) - {"TrackDeadLetters"}, "events of SES are no messages of a queue of ours"
    (wake,) = [s for s in statements("Operate") if s["Action"] == "sqs:SendMessage"]
    assert {referred(resource) for resource in wake["Resource"]} == set(QUEUES) - set(DEAD_LETTERS)


def test_the_client_waits_for_as_long_as_a_command_may_take():
    assert operate.WAITING["read_timeout"] > FUNCTIONS["Operate"]["Properties"]["Timeout"]

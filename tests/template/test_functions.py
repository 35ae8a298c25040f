"""Functions, their roles and what wakes them."""

import json
import re

import pytest

import operate
import stages
from exceptions import EVERY_RESOURCE
from rendered import (
    CODE,
    DEAD_LETTERS,
    FUNCTIONS,
    LAMBDA,
    MAPPINGS,
    QUEUES,
    ROLES,
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
from resolved import Stack
from start import TEMPLATE_ENVIRONMENT

STACK = Stack()


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


OF_THE_ACCOUNT = "ApiLogRole"


@pytest.mark.parametrize("stack", [Stack(), Stack(KmsKeyArn="arn:aws:kms:ap-southeast-1:123456789012:key/1")])
@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_no_managed_policy_and_names_actions_and_resources(role, stack):
    found = stack.properties(role)
    assert "ManagedPolicyArns" not in found
    assert "RoleName" not in found, "two stacks of an account would want the same"
    for statement in [s for policy in found["Policies"] for s in policy["PolicyDocument"]["Statement"]]:
        assert statement["Effect"] == "Allow"
        assert "NotAction" not in statement
        assert "NotResource" not in statement
        actions_of_it = set(listed(statement["Action"]))
        assert not [action for action in actions_of_it if "*" in action]
        if "*" in listed(statement["Resource"]):
            assert actions_of_it <= set(EVERY_RESOURCE)
            assert role == OF_THE_ACCOUNT or not [action for action in actions_of_it if action.startswith("logs:")]


def test_nothing_but_the_roles_of_the_template_grants_anything():
    assert set(ROLES) == {f"{function}Role" for function in FUNCTIONS} | {OF_THE_ACCOUNT}
    kinds = {resource["Type"] for resource in TEMPLATE["Resources"].values()}
    assert not kinds & {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_only_lambda_takes_the_role_of_a_function(function):
    (taken,) = properties(f"{function}Role")["AssumeRolePolicyDocument"]["Statement"]
    assert taken == {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    assert {p["PolicyName"] for p in properties(f"{function}Role")["Policies"]} <= {LAMBDA, CODE}


# What Lambda does in a function's name with what starts it:
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html,
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/iam-policy-read-stream-only.html,
# https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html.
POLLING = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}
STREAMING = {"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"}


def granted_to_lambda(function: str) -> set[tuple[str, str]]:
    """Pairs of an action and its resource, as text."""
    return {
        (action, json.dumps(STACK.resolved(resource)))
        for statement in statements(function, LAMBDA)
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }


@pytest.mark.parametrize("function", FUNCTIONS)
def test_lambda_may_do_in_a_functions_name_what_its_triggers_need_and_no_more(function):
    def of(resource: str, name: str = "Arn") -> str:
        return json.dumps({"Fn::GetAtt": [resource, name]})

    wanted = {(action, of(f"{function}Logs")) for action in ("logs:CreateLogStream", "logs:PutLogEvents")}
    wanted |= {(action, '"*"') for action in ("xray:PutTraceSegments", "xray:PutTelemetryRecords")}
    for mapping in MAPPINGS.values():
        if referred(mapping["Properties"]["FunctionName"]) == function:
            queue = referred(mapping["Properties"]["EventSourceArn"])
            wanted |= {(action, of(queue)) for action in POLLING}
    for stream in STREAMS.values():
        if referred(stream["Properties"]["FunctionName"]) == function:
            wanted |= {(action, of("Table", "StreamArn")) for action in STREAMING}
            streams = {"Fn::Sub": ["${Arn}/stream/*", {"Arn": {"Fn::GetAtt": ["Table", "Arn"]}}]}
            wanted.add(("dynamodb:ListStreams", json.dumps(streams)))
    for place in failures_of(function):
        wanted.add(("sqs:SendMessage", of(place)))
    assert granted_to_lambda(function) == wanted


def failures_of(function: str) -> set[str]:
    """The queues that Lambda leaves there what a function failed at."""
    configs = [
        r["Properties"]
        for r in TEMPLATE["Resources"].values()
        if r["Type"] in ("AWS::Lambda::EventInvokeConfig", "AWS::Lambda::EventSourceMapping")
        and referred(r["Properties"]["FunctionName"]) == function
    ]
    places = [c.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination") for c in configs]
    return {referred(place) for place in places if place}


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
    buckets = json.dumps([s for s in statements(function) if "s3:" in json.dumps(s["Action"])])
    assert ("UPLOAD_BUCKET" in named) == ("-uploads-" in buckets)
    assert ("BACKUP_BUCKET" in named) == ("${Backups.Arn}" in buckets)
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
        # Of a revoked invite whose holder has not signed in.
        assert holders(ends_accounts) == {"ProvisionUser"}
    assert holders("ses:SendEmail") == {"SendMail"}
    assert holders("s3:GetObjectVersion") == {"ParseBatch"}
    # Officers upload in the name of one, and the audit of accounts keeps backups.
    assert holders("s3:PutObject") == {"ManageBatches", "Maintain"}
    assert holders("s3:DeleteObjectVersion") == {"Maintain"}
    # One lists workbooks; the other is told that one is gone.
    assert holders("s3:ListBucketVersions") == {"Maintain", "ParseBatch"}
    # Which answer no request of the API.
    assert holders("dynamodb:Scan") == {"Maintain", "Operate"}
    assert holders("ses:DeleteSuppressedDestination") == holders("sqs:StartMessageMoveTask") == {"Operate"}
    for action in ["cognito-idp:AdminSetUserPassword", "s3:GetObject", "s3:DeleteObject", "sqs:PurgeQueue"]:
        assert not holders(action)


READING = {"s3:GetObject", "s3:GetObjectVersion"}
# Without them S3 answers that an object is forbidden which is not there. AWS documents the first for an object, and
# says nothing of a version: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html.
LISTING = {"s3:ListBucket", "s3:ListBucketVersions"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_that_reads_objects_is_told_which_are_gone(function):
    def buckets(of: set[str]) -> set[str]:
        """The buckets of the statements that allow one of these actions."""
        resources = [r for s in statements(function) if of & set(listed(s["Action"])) for r in listed(s["Resource"])]
        return {re.sub(r"/.*", "", json.dumps(STACK.resolved(resource)).strip('"')) for resource in resources}

    assert buckets(READING) <= buckets({"s3:ListBucket"}) & buckets({"s3:ListBucketVersions"})
    for statement in statements(function):
        if LISTING & set(listed(statement["Action"])):
            # A condition on the prefix of a list would never hold where nothing is listed.
            assert "Condition" not in statement
            assert not [r for r in listed(statement["Resource"]) if "/" in json.dumps(r)]


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


def test_the_stream_is_watched_by_one_function_which_sees_invites_only():
    assert properties("Table")["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    (stream,) = [mapping["Properties"] for mapping in STREAMS.values()]
    assert referred(stream["FunctionName"]) == "WatchInvites"
    assert STACK.resolved(stream["EventSourceArn"]) == {"Fn::GetAtt": ["Table", "StreamArn"]}
    (only,) = stream["FilterCriteria"]["Filters"]
    assert json.loads(only["Pattern"]) == {"dynamodb": {"NewImage": {"entity": {"S": ["invite"]}}}}
    age = properties("WatchAgeAlarm")
    assert (age["MetricName"], referred(age["Dimensions"][0]["Value"])) == ("IteratorAge", "WatchInvites")


def test_a_change_that_fails_each_time_holds_up_others_for_hours_only_and_is_kept():
    """A crash at one change would stop its shard until the stream deletes it, a day later."""
    (stream,) = [mapping["Properties"] for mapping in STREAMS.values()]
    assert stream["BisectBatchOnFunctionError"] is True, "so that one change is given up, and not a hundred"
    assert stream["MaximumRecordAgeInSeconds"] == 6 * 3600
    assert referred(stream["DestinationConfig"]["OnFailure"]["Destination"]) == "WatchDeadLetters"
    # A number of attempts would be used up by a short outage.
    assert "MaximumRetryAttempts" not in stream
    age = properties("WatchAgeAlarm")
    assert age["Threshold"] / 1000 < stream["MaximumRecordAgeInSeconds"]


EVENT_CONFIGS = {
    referred(r["Properties"]["FunctionName"]): r["Properties"]
    for r in TEMPLATE["Resources"].values()
    if r["Type"] == "AWS::Lambda::EventInvokeConfig"
}
# What runs again by itself, or is repeated by a person.
REPEATED = {"Sweep", "Maintain", "Operate"}


def test_every_function_that_is_started_with_an_event_says_what_happens_to_one_that_fails():
    """Lambda repeats such an event twice, and then forgets it, unless something else is said."""
    targets = [
        t
        for r in TEMPLATE["Resources"].values()
        if r["Type"] == "AWS::Events::Rule"
        for t in r["Properties"]["Targets"]
    ]
    started = {referred(target["Arn"]) for target in targets}
    assert started | {"Operate"} == set(EVENT_CONFIGS)
    for function, config in EVENT_CONFIGS.items():
        if function in REPEATED:
            assert (config["MaximumRetryAttempts"], config["MaximumEventAgeInSeconds"]) == (0, 60)
        else:
            assert referred(config["DestinationConfig"]["OnFailure"]["Destination"]) in DEAD_LETTERS


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
    # Events of SES and places in the stream are no messages of a queue of ours.
    assert letters == set(DEAD_LETTERS) - {"TrackDeadLetters", "WatchDeadLetters"}
    (wake,) = [s for s in statements("Operate") if s["Action"] == "sqs:SendMessage"]
    assert {referred(resource) for resource in wake["Resource"]} == set(QUEUES) - set(DEAD_LETTERS)


def test_the_client_waits_for_as_long_as_a_command_may_take():
    assert operate.WAITING["read_timeout"] > FUNCTIONS["Operate"]["Properties"]["Timeout"]


BEHIND_THE_API = {
    name
    for name, about in SOURCE["Resources"].items()
    if any(event["Type"] == "Api" for event in about.get("Properties", {}).get("Events", {}).values())
}


def test_the_functions_behind_the_api_have_a_reserve_if_the_stage_says_so_and_no_other_function_has():
    assert len(BEHIND_THE_API) >= 6
    assert set(stages.reserved()) == BEHIND_THE_API
    for reserve in ["0", "20"]:
        stack = Stack(ApiReserve=reserve)
        reserved = {
            name: stack.properties(name)["ReservedConcurrentExecutions"]
            for name in FUNCTIONS
            if "ReservedConcurrentExecutions" in stack.properties(name)
        }
        assert reserved == ({} if reserve == "0" else dict.fromkeys(BEHIND_THE_API, reserve))


def test_nothing_is_reserved_unless_a_stage_says_so_because_a_new_account_could_not_deploy():
    assert SOURCE["Parameters"]["ApiReserve"]["Default"] == 0


def test_account_workers_keep_to_the_quota_that_the_parameters_say():
    """The drain in `tests/limits` has the defaults too."""
    variables = properties("ProvisionUser")["Environment"]["Variables"]
    assert referred(variables["CREATIONS_PER_SECOND"]) == "CreationsPerSecond"
    assert referred(variables["WORKERS"]) == "ProvisionConcurrency"
    defaults = [SOURCE["Parameters"][name]["Default"] for name in ("CreationsPerSecond", "ProvisionConcurrency")]
    source = (ROOT / "tests/src/app.rs").read_text()
    drained = re.search(r"Share { creations_per_second: (\d+), processes: (\d+) }", source)
    assert [int(number) for number in drained.groups()] == defaults

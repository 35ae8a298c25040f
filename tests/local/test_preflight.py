"""What the preflight says about an account, from recorded answers that botocore holds against AWS's own model."""

import pytest
from botocore.stub import Stubber

import preflight
import recorded
import stages
from recorded import REGION

GOOD = {
    "SenderAddress": "no-reply@agency.gov.sg",
    "SenderIdentity": "agency.gov.sg",
    "SupportAddress": "help@agency.gov.sg",
    "AlarmEmail": "oncall@agency.gov.sg",
    "AllowedCidrs": "192.0.2.0/24",
    "ApiGatewayLogRole": "exists",
    "WebAcl": "create",
    "ApiReserve": "20",
}
STACKS = {"Stacks": [{"StackName": "invite-users", "StackStatus": "UPDATE_COMPLETE", "CreationTime": "2026-11-01"}]}
NO_STACK = "ValidationError"
RESOURCES = {
    "StackResourceSummaries": [
        {
            "LogicalResourceId": "ApiErrorsAlarm",
            "PhysicalResourceId": "invite-users-ApiErrorsAlarm-1A2B",
            "ResourceType": "AWS::CloudWatch::Alarm",
            "ResourceStatus": "CREATE_COMPLETE",
            "LastUpdatedTimestamp": "2026-11-01",
        }
    ]
}
QUIET = {
    "AlarmName": "invite-users-ApiErrorsAlarm-1A2B",
    "AlarmArn": f"arn:aws:cloudwatch:{REGION}:123456789012:alarm:invite-users-ApiErrorsAlarm-1A2B",
    "StateValue": "OK",
}
ALARMS = {"MetricAlarms": [QUIET]}
RINGING = {"MetricAlarms": [{**QUIET, "StateValue": "ALARM"}]}
LAMBDA = {"AccountLimit": {"ConcurrentExecutions": 1000}}
SES = {
    "SendingEnabled": True,
    "ProductionAccessEnabled": True,
    "SendQuota": {"Max24HourSend": 50000.0, "MaxSendRate": 14.0, "SentLast24Hours": 0.0},
}
IDENTITY = {"VerifiedForSendingStatus": True}
QUOTAS = {
    "Quotas": [
        {"QuotaName": "Rate of UserAuthentication requests", "Value": 120.0},
        {"QuotaName": "Rate of UserCreation requests", "Value": 50.0},
    ]
}
DOMAIN = {"DomainDescription": {}}
ME = {"Account": "123456789012"}
API_GATEWAY = {"cloudwatchRoleArn": "arn:aws:iam::123456789012:role/logs"}
ROLE = {
    "Role": {
        "Arn": API_GATEWAY["cloudwatchRoleArn"],
        "RoleName": "logs",
        "RoleId": "AROAEXAMPLEEXAMPLE",
        "Path": "/",
        "CreateDate": "2026-11-01",
    }
}
NO_BUCKET = "404"
KEY_ID = "0a1b2c3d-0000-4000-8000-000000000001"
KEY = f"arn:aws:kms:{REGION}:123456789012:key/{KEY_ID}"
ENABLED_KEY = {"KeyMetadata": {"KeyId": KEY_ID, "KeyState": "Enabled", "KeySpec": "SYMMETRIC_DEFAULT"}}
KEY_POLICY = {"Policy": f"logs.{REGION}.amazonaws.com s3.amazonaws.com events.amazonaws.com"}


@pytest.fixture(autouse=True)
def rules(monkeypatch, tmp_path):
    """The domain rules of an agency, which has put its own domains in."""
    file = tmp_path / "domain-rules.json"
    file.write_text('{"version": 1, "domains": [{"domain": "gov.sg"}]}')
    monkeypatch.setattr(preflight, "RULES", file)
    return file


class Account:
    """An AWS account that gives these answers to one question of each kind, as often as it is asked."""

    def __init__(self, **answers: object):
        self.answers = {
            ("cloudformation", "describe_stacks"): answers.get("stacks", STACKS),
            ("cloudformation", "list_stack_resources"): answers.get("resources", RESOURCES),
            ("cloudwatch", "describe_alarms"): answers.get("alarms", ALARMS),
            ("lambda", "get_account_settings"): answers.get("functions", LAMBDA),
            ("sesv2", "get_account"): answers.get("ses", SES),
            ("sesv2", "get_email_identity"): answers.get("identity", IDENTITY),
            ("service-quotas", "list_service_quotas"): answers.get("quotas", QUOTAS),
            ("cognito-idp", "describe_user_pool_domain"): answers.get("domain", DOMAIN),
            ("sts", "get_caller_identity"): ME,
            ("apigateway", "get_account"): answers.get("api_gateway", API_GATEWAY),
            ("iam", "get_role"): answers.get("role", ROLE),
            ("s3", "head_bucket"): answers.get("bucket", NO_BUCKET),
            ("kms", "describe_key"): answers.get("key", ENABLED_KEY),
            ("kms", "get_key_policy"): answers.get("key_policy", KEY_POLICY),
        }

    def client(self, service: str):
        client = recorded.client(service)
        stubber = Stubber(client)
        for (of, operation), answer in self.answers.items():
            if of != service:
                continue
            if isinstance(answer, str):
                stubber.add_client_error(operation, answer)
            else:
                stubber.add_response(operation, answer)
        stubber.activate()
        return client


def said(
    stage: str = "prod",
    parameters: dict | None = None,
    stack: str = "invite-users",
    watch: bool = True,
    **answers: object,
) -> list[str]:
    """What is found, without what to do."""
    account = Account(**answers)
    values = {**stages.parameters_of("prod"), **GOOD, **(parameters or {})}
    # A client answers its operations in order, so each question gets a client of its own.
    asked = preflight.Stage(stage, stack, REGION, values, lambda service: Once(account, service), watch)
    return [("MUST " if one.blocks else "should ") + one.what for one in preflight.findings_of(asked)]


class Once:
    """A client whose every question is the first of a new client, which has the answer to that question alone."""

    def __init__(self, account: Account, service: str):
        self.account, self.service = account, service

    def __getattr__(self, operation: str):
        if operation == "get_paginator":
            return lambda asked: getattr(self.alone(asked), operation)(asked)
        return getattr(self.alone(operation), operation)

    def alone(self, asked: str):
        alone = Account()
        alone.answers = {(self.service, asked): self.account.answers[self.service, asked]}
        return alone.client(self.service)


def test_an_account_that_is_ready_has_no_finding():
    assert said() == []
    assert preflight.told([]) == "The account is ready.\n"


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"stacks": {"Stacks": [{**STACKS["Stacks"][0], "StackStatus": "ROLLBACK_COMPLETE"}]}}, "MUST the first depl"),
        ({"stacks": {"Stacks": [{**STACKS["Stacks"][0], "StackStatus": "DELETE_FAILED"}]}}, "MUST the stack is DELETE"),
        ({"functions": {"AccountLimit": {"ConcurrentExecutions": 10}}}, "MUST Lambda runs 10 functions at the same"),
        ({"functions": {"AccountLimit": {"ConcurrentExecutions": 500}}}, "should ConcurrencyThreshold is 800, and"),
        ({"ses": {**SES, "SendingEnabled": False}}, "MUST SES does not send for this account"),
        ({"ses": {**SES, "ProductionAccessEnabled": False}}, "MUST SES is in its sandbox"),
        (
            {"ses": {**SES, "SendQuota": {**SES["SendQuota"], "Max24HourSend": 2000.0}}},
            "should SES takes 2000 mails in",
        ),
        (
            {"ses": {**SES, "SendQuota": {**SES["SendQuota"], "MaxSendRate": 90.0}}},
            "should SES takes 90 mails a second",
        ),
        ({"identity": "NotFoundException"}, "MUST SES does not know SenderIdentity"),
        ({"identity": {"VerifiedForSendingStatus": False}}, "MUST SenderIdentity is not verified in SES"),
        ({"quotas": {"Quotas": []}}, "should Cognito's quota UserCreation was not found"),
        ({"quotas": {"Quotas": [{**QUOTAS["Quotas"][1], "Value": 40.0}]}}, "MUST Cognito creates 40 users a second"),
        ({"quotas": {"Quotas": [{**QUOTAS["Quotas"][1], "Value": 90.0}]}}, "should Cognito creates 90 users a second"),
        ({"stacks": NO_STACK, "domain": {"DomainDescription": {"UserPoolId": "other"}}}, "MUST the prefix of the sign"),
        ({"api_gateway": {}}, "MUST API Gateway has no role to write logs with"),
        ({"role": "NoSuchEntity"}, "MUST API Gateway has no role to write logs with, or one that was deleted"),
        ({"stacks": NO_STACK, "bucket": {}}, "MUST there is a bucket invite-users-uploads-123456789012-ap-southeast-1"),
        ({"stacks": NO_STACK, "bucket": "403"}, "MUST there is a bucket invite-users-uploads-123456789012-ap-south"),
        ({"functions": "AccessDeniedException"}, "should concurrency could not be checked: AccessDeniedException"),
    ],
)
def test_what_an_account_lacks_is_said(answers, expected):
    (found,) = said(**answers)
    assert found.startswith(expected)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"SenderAddress": "no-reply@example.gov.sg", "SenderIdentity": "example.gov.sg"}, "MUST these addresses are"),
        ({"AllowedCidrs": "0.0.0.0/0,::/0"}, "MUST AllowedCidrs has more addresses of IPv4 than a /8"),
        ({"AllowedCidrs": "192.0.2.0/24,::/1,8000::/1"}, "MUST AllowedCidrs has more addresses of IPv6 than a /16"),
        ({"AllowPasswordAuth": "true"}, "MUST tokens are given for a password alone"),
        ({"Mfa": "OFF"}, "MUST a password alone is enough to sign in"),
        ({"Mfa": "OPTIONAL"}, "MUST a password alone is enough to sign in"),
        ({"DataDeletionPolicy": "Delete"}, "MUST a deleted stack deletes its data"),
        ({"WebAcl": ""}, "MUST one client can use up the routes of all invitees"),
        ({"AlarmEmail": ""}, "should nobody is told of alarms"),
        ({"SenderIdentity": ""}, "MUST SenderIdentity is empty"),
        ({"SenderIdentity": "other.gov.sg"}, "MUST SenderAddress is not an address of SenderIdentity"),
        ({"CreationsPerSecond": "80"}, "MUST Cognito creates 50 users a second, and CreationsPerSecond is 80"),
        ({"ProvisionConcurrency": "1000"}, "MUST Lambda runs 1000 functions at the same time, and 1022 workers"),
    ],
)
def test_what_production_must_not_have_is_said(parameters, expected):
    (found,) = said(parameters=parameters)
    assert found.startswith(expected)


def allows(concurrent: int, unreserved: int | None = None) -> dict:
    left = concurrent if unreserved is None else unreserved
    return {"AccountLimit": {"ConcurrentExecutions": concurrent, "UnreservedConcurrentExecutions": left}}


@pytest.mark.parametrize(
    ("reserve", "functions", "deployed", "expected"),
    [
        ("0", allows(1000), "0", "should other systems of the account can use up the concurrent executions"),
        ("20", allows(1000), "0", None),
        ("150", allows(1000), "0", None),
        ("151", allows(1000), "0", "MUST ApiReserve reserves 906 concurrent executions for 6 functions, 1000 are not"),
        # AWS keeps 100 for functions without a reserve.
        ("20", allows(220), "0", None),
        ("20", allows(219), "0", "MUST ApiReserve reserves 120 concurrent executions for 6 functions, 219 are not"),
        ("0", allows(219), "0", None),
        # Another system has reserved most; what this stack has reserved is its own.
        ("20", allows(1000, unreserved=150), "0", "MUST ApiReserve reserves 120 concurrent executions for 6"),
        ("20", allows(1000, unreserved=150), "20", None),
        ("2", allows(1000), "0", "should ApiReserve is 2, which is also the most of each function"),
    ],
)
def test_a_reserve_for_the_api_is_one_that_the_account_can_give(reserve, functions, deployed, expected):
    parameters = {"ApiReserve": reserve, "ConcurrencyThreshold": "150"}
    found = said(parameters=parameters, functions=functions, stacks=deployed_with(ApiReserve=deployed))
    kept = [one for one in found if "keeps its value" not in one]
    assert [one[: len(expected or "")] for one in kept] == ([expected] if expected else [])


def test_a_new_account_is_told_what_to_ask_for_and_a_stage_without_real_people_needs_no_reserve():
    (found,) = said(functions=allows(10))
    assert found.startswith("MUST Lambda runs 10 functions at the same time")
    assert said("dev", {"ApiReserve": "0"}, functions=allows(1000)) == []


def test_workers_are_not_starved_by_the_reserve():
    (found,) = said(parameters={"ProvisionConcurrency": "878", "ConcurrencyThreshold": "150"}, functions=allows(1000))
    assert found.endswith("1000 are not reserved, and 900 of them must stay so")


def test_a_stage_without_real_people_may_be_open_and_in_the_sandbox():
    open_stage = {
        "AllowedCidrs": "0.0.0.0/0,::/0",
        "DataDeletionPolicy": "Delete",
        "AlarmEmail": "",
        "WebAcl": "",
        "Mfa": "OPTIONAL",
        "SenderIdentity": "",
    }
    assert said("dev", open_stage) == []
    (found,) = said("dev", ses={**SES, "ProductionAccessEnabled": False})
    assert found.startswith("should SES is in its sandbox")


def test_an_alarm_that_rings_is_a_reason_to_wait():
    (found,) = said(alarms=RINGING)
    assert found == "MUST ApiErrorsAlarm rings, and would roll the deployment back"
    assert said(alarms={"MetricAlarms": [{**QUIET, "StateValue": "INSUFFICIENT_DATA"}]}) == []


def test_a_repair_is_deployed_while_an_alarm_rings():
    assert said(watch=False, alarms=RINGING) == ["should no alarm rolls this deployment back"]


def test_alarms_do_not_matter_to_a_first_deployment_and_to_a_stage_without_data_of_value():
    assert said(stacks=NO_STACK, alarms=RINGING) == []
    assert said("dev", {"DataDeletionPolicy": "Delete"}, alarms=RINGING) == []


def test_a_role_of_the_account_is_not_replaced_by_a_first_deployment():
    create = {"ApiGatewayLogRole": "create"}
    (found,) = said(parameters=create, stacks=NO_STACK)
    assert found.startswith("MUST API Gateway has a role to write logs with already")
    assert said(parameters=create) == [], "a later deployment has it from this stack"


def test_a_role_that_was_deleted_is_made_again():
    """A first deployment that failed has left the setting of the account, and no role."""
    assert said(parameters={"ApiGatewayLogRole": "create"}, stacks=NO_STACK, role="NoSuchEntity") == []


def test_an_identity_that_ses_knows_is_not_created_by_a_first_deployment():
    (found,) = said("dev", {"SenderIdentity": ""}, stacks=NO_STACK)
    assert found.startswith("MUST SES knows SenderAddress already")
    assert said("dev", {"SenderIdentity": ""}, stacks=NO_STACK, identity="NotFoundException") == []


def deployed_with(**parameters: str) -> dict:
    values = [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()]
    return {"Stacks": [{**STACKS["Stacks"][0], "Parameters": values}]}


def test_a_parameter_that_is_taken_out_keeps_its_value_and_is_named():
    """`sam deploy` leaves a parameter as it is that it is not told."""
    (found,) = said(stacks=deployed_with(AllowPasswordAuth="true"))
    assert found.startswith("MUST AllowPasswordAuth keeps its value of the last deployment, 'true'")


def test_a_restored_table_is_kept_without_a_word_and_a_pause_is_named():
    assert said(stacks=deployed_with(TableStreamArn=f"arn:aws:dynamodb:{REGION}:1:table/new/stream/1")) == []
    (found,) = said(stacks=deployed_with(Paused="true"))
    assert found.startswith("should the service is paused, and stays so")


def test_a_stage_does_not_set_what_a_restore_sets(monkeypatch):
    """Or the next deployment would go back to the table that was lost."""
    given = stages.given_to("prod")
    monkeypatch.setattr(stages, "given_to", lambda _: {**given, "TableStreamArn": ""})
    (found,) = said()
    assert found.startswith("MUST the stage sets TableStreamArn, which `make restore` alone sets")


def test_parameters_as_they_are_set_or_by_default_are_no_finding():
    assert said(stacks=deployed_with(AllowPasswordAuth="false", WebAcl="", RefuseDeletion="true")) == []


def test_example_domains_are_named_before_they_are_put_in_force(rules):
    rules.write_text((stages.INFRA / "domain-rules.json").read_text())
    assert said(stacks=NO_STACK) == ["should the domain rules have examples: vendor.example.com"]
    assert said() == [], "a later deployment does not use the file"
    assert said("dev", stacks=NO_STACK) == []


def test_a_bucket_of_a_stack_that_is_there_is_its_own():
    assert said(bucket={}) == []


@pytest.mark.parametrize(
    ("arn", "answers", "expected"),
    [
        (KEY, {}, None),
        (KEY.replace(REGION, "eu-west-1"), {}, "MUST KmsKeyArn is a key of another region"),
        (KEY, {"key": "NotFoundException"}, "should key could not be checked: NotFoundException"),
        (
            KEY,
            {"key": {"KeyMetadata": {**ENABLED_KEY["KeyMetadata"], "KeyState": "Disabled"}}},
            "MUST KmsKeyArn is a key that is not enabled",
        ),
        (
            KEY,
            {"key_policy": {"Policy": "s3.amazonaws.com"}},
            f"MUST the policy of the key does not name these services: logs.{REGION}.amazonaws.com, events.",
        ),
    ],
)
def test_a_key_that_services_cannot_use_is_refused(arn, answers, expected):
    found = said(parameters={"KmsKeyArn": arn}, **answers)
    assert [one[: len(expected or "")] for one in found] == ([expected] if expected else [])


NO_BUCKET_NAME = "MUST the name of the stack makes no valid name of a bucket"
NO_PREFIX = "MUST the name of the stack makes no valid prefix for the sign-in page"


@pytest.mark.parametrize(
    ("stack", "expected"),
    [
        ("i", []),
        ("i" * 27, []),
        ("i" * 28, [NO_BUCKET_NAME]),
        ("i" * 128, [NO_BUCKET_NAME, NO_PREFIX]),
        ("Invites", [NO_BUCKET_NAME, NO_PREFIX]),
        ("xn--invites", [NO_BUCKET_NAME]),
        ("1invites", [NO_BUCKET_NAME]),
        ("laws-invites", [NO_PREFIX]),
    ],
)
def test_a_stack_has_a_name_that_its_bucket_and_its_sign_in_page_can_have(stack, expected):
    found = said(stack=stack)
    assert len(found) == len(expected)
    assert all(one.startswith(start) for one, start in zip(found, expected, strict=True))


def test_a_name_that_is_too_long_for_the_bucket_is_refused_with_the_length_that_is_not():
    stage = preflight.Stage("prod", "i" * 28, REGION, {}, lambda service: Once(Account(), service))
    (found,) = preflight.bucket(stage)
    assert found.do == "set stack_name to at most 27 small letters, digits and hyphens, a letter first"


def test_a_prefix_of_the_sign_in_page_makes_up_for_the_name_of_the_stack():
    assert said(stack="laws-invites", parameters={"SignInDomainPrefix": "invites-of-agency"}) == []
    (found,) = said(parameters={"SignInDomainPrefix": "my-aws-page"})
    assert found.startswith("MUST SignInDomainPrefix makes no valid prefix")


def test_what_blocks_is_printed_first_and_each_says_what_to_do():
    found = [preflight.should("one", "do this"), preflight.must("two", "do that")]
    assert preflight.told(found) == "MUST    two.\n        do that.\nshould  one.\n        do this.\n"


def test_a_stage_has_the_defaults_of_the_template_where_it_says_nothing():
    prod, local = stages.parameters_of("prod"), stages.parameters_of("local")
    assert (prod["SenderIdentity"], local["SenderIdentity"]) == ("example.gov.sg", "")
    assert (prod["CreationsPerSecond"], prod["DataDeletionPolicy"]) == ("50", "Retain")

"""A first deployment that fails, modelled: each resource of the template is the one whose creation fails.

How CloudFormation works, as AWS documents it:

* A resource is created once all that it refers to, or depends on, is there; others are created at the same time. So in
  the worst case everything is there that does not need the one that failed.
* What the failed operation created is deleted, those that need others first. `RetainExceptOnCreate` does not keep it,
  `Retain` does:
  https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html.
* A table or a user pool with deletion protection is not deleted. A bucket is, because nobody has stored anything in it.
* The account's role of API Gateway stays set, although the role is deleted:
  https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-account.html.

The stack that is left is `ROLLBACK_COMPLETE`, and has to be deleted. Then the deployment is repeated. It fails at each
resource of a fixed name that is still there.
"""

import json
import re

import pytest

from rendered import TEMPLATE
from resolved import Stack

# As a stage is deployed for the first time.
KEY = "arn:aws:kms:ap-southeast-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000001"
STAGES = {
    "prod": Stack(SenderIdentity="agency.gov.sg", WebAcl="create", AlarmEmail="oncall@agency.gov.sg"),
    "dev": Stack(DataDeletionPolicy="Delete", AllowPasswordAuth="true", Mfa="OFF", RequireTls="false"),
    "prod without a sender": Stack(),
    "prod with a key": Stack(SenderIdentity="agency.gov.sg", WebAcl="create", KmsKeyArn=KEY, ApiReserve="20"),
    "prod beside another stack": Stack(SenderIdentity="agency.gov.sg", WebAcl="create", ApiGatewayLogRole="exists"),
    "prod at an address of its own": Stack(
        SenderIdentity="agency.gov.sg",
        PortalUrl="https://invite.agency.gov.sg",
        SignInDomainPrefix="invites-of-agency",
        SignInUrl="https://sign-in.agency.gov.sg",
    ),
}

# How a resource, and a value of one, names the condition that it depends on.
CONDITION = re.compile(r'"(?:Condition|Fn::If)": \[?"(\w+)"')
# Of what scripts set after a first deployment, and of no first one.
NOT_OF_A_FIRST = {"OwnTable", "IsPaused", "RefuseToDelete"}


def test_the_stages_are_of_every_kind_that_changes_what_is_created():
    """Each condition that a resource or a value of one depends on holds in one stage, and does not in another."""
    used = set(CONDITION.findall(json.dumps(TEMPLATE["Resources"])))
    asked = {name: {stack.holds({"Condition": name}) for stack in STAGES.values()} for name in used - NOT_OF_A_FIRST}
    assert len(asked) > 5
    assert {name for name, found in asked.items() if found != {True, False}} == set()


# Properties that name a resource in its account, region or in the world. CloudFormation makes the other names.
NAMED = {
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::Cognito::UserPoolDomain": "Domain",
    "AWS::Cognito::UserPoolGroup": "GroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SES::EmailIdentity": "EmailIdentity",
}
# Names which several resources may share, or which are names within another resource.
SHARED = {"ApiStageName", "ClientName", "DisplayName", "MetricName", "Name", "StageName", "UserPoolName"}
# A group is deleted with its pool.
WITHIN = {"AWS::Cognito::UserPoolGroup": "UserPool"}


def everything_but(stack: Stack, failed: str) -> set[str]:
    """What was created when the creation of `failed` ended the operation, in the worst case."""
    missing = {failed}
    while more := {name for name in stack.resources if name not in missing and stack.needs[name] & missing}:
        missing |= more
    return set(stack.resources) - missing


def is_deletable(stack: Stack, name: str) -> bool:
    about = stack.properties(name)
    return about.get("DeletionProtectionEnabled") is not True and about.get("DeletionProtection") != "ACTIVE"


def left_of(stack: Stack, created: set[str]) -> set[str]:
    """What is there after the rollback."""
    return {
        name
        for name in created
        if stack.resources[name].get("DeletionPolicy") == "Retain" or not is_deletable(stack, name)
    }


def identity_of(stack: Stack, name: str) -> tuple | None:
    """What the second deployment would find taken, if it is still there."""
    kind = stack.resources[name]["Type"]
    given = stack.properties(name).get(NAMED.get(kind))
    # Without a name of its own, each gets another one.
    return given and (kind, given, WITHIN.get(kind))


@pytest.mark.parametrize("stage", STAGES)
def test_nothing_is_in_the_way_after_the_creation_of_any_resource_failed(stage):
    stack = STAGES[stage]
    assert len(stack.resources) > 200
    for failed in stack.resources:
        left = left_of(stack, everything_but(stack, failed))
        assert not left, f"{failed} fails, and then {left} is left, which nothing deletes"


@pytest.mark.parametrize("stage", STAGES)
def test_a_deployment_after_one_that_failed_finds_every_name_free(stage):
    stack = STAGES[stage]
    wanted = [found for name in stack.resources if (found := identity_of(stack, name))]
    assert len(wanted) == len(set(wanted))
    for failed in stack.resources:
        taken = {identity_of(stack, name) for name in left_of(stack, everything_but(stack, failed))} - {None}
        assert not taken & set(wanted)


@pytest.mark.parametrize("stage", STAGES)
def test_every_fixed_name_is_known_to_this_model(stage):
    stack = STAGES[stage]
    named = {
        (about["Type"], key)
        for about in stack.resources.values()
        for key in about.get("Properties", {})
        if (key.endswith("Name") or key in NAMED.values()) and key not in SHARED
    }
    # A name of another resource is a reference to it.
    references = {
        (about["Type"], key)
        for about in stack.resources.values()
        for key, value in about.get("Properties", {}).items()
        if isinstance(value, dict)
    }
    assert named - references <= set(NAMED.items())


def test_what_refuses_to_be_deleted_from_the_start_would_be_noticed():
    stack = Stack(RefuseDeletion="true")
    assert left_of(stack, everything_but(stack, "Dashboard")) == {"Table", "UserPool"}


def test_a_stack_that_was_complete_keeps_its_data_when_it_is_deleted():
    kept = {name for name, about in Stack().resources.items() if "Retain" in about.get("DeletionPolicy", "Delete")}
    assert {"Table", "UserPool", "SeedGroup", "UploadBucket", "Keys", "AgencyKeys", "DeviceSecret"} <= kept
    lost = {
        name
        for name, about in Stack(DataDeletionPolicy="Delete").resources.items()
        if "Retain" in about.get("DeletionPolicy", "Delete")
    }
    assert lost == {"ApiLogAccount", "ApiLogRole"}

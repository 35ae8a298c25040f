"""What linters say of the template as CloudFormation is given it, for a stage with everything that parameters add.

checkov knows what makes a stack unsafe. cfn-lint knows the actions of IAM, the resources of each action and the form of
a policy, but only of resources that are written out. So its template has the roles alone, with an ARN for each
reference.
"""

import json
import re
import subprocess
from pathlib import Path

import pytest

from exceptions import CHECKOV
from rendered import ROOT
from resolved import ACCOUNT, REGION, Stack

TOOLS = ROOT / ".tools"
PRODUCTION = Stack(
    AlarmEmail="oncall@agency.gov.sg",
    AllowedCidrs="192.0.2.0/24",
    KmsKeyArn=f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0a1b2c3d-0000-4000-8000-000000000001",
    RefuseDeletion="true",
    SenderAddress="no-reply@agency.gov.sg",
    SenderIdentity="agency.gov.sg",
    SupportAddress="help@agency.gov.sg",
    WebAcl="create",
)


@pytest.fixture(scope="module")
def failed(tmp_path_factory) -> set[tuple[str, str]]:
    """The checks of checkov that fail, each with the kinds of resources."""
    path = tmp_path_factory.mktemp("checkov") / "template.json"
    path.write_text(json.dumps({"Resources": PRODUCTION.resources}))
    # Without the flag it would ask its makers for guidelines, over the network.
    command = [TOOLS / "checkov" / "bin" / "checkov", "--skip-download", "--framework", "cloudformation"]
    answer = subprocess.run([*command, "--compact", "-o", "json", "-f", path], capture_output=True, text=True)
    found = json.loads(answer.stdout)
    assert found["summary"]["parsing_errors"] == 0, answer.stderr
    assert found["summary"]["passed"] > 200
    return {(one["check_id"], one["resource"].rpartition(".")[0]) for one in found["results"]["failed_checks"]}


def test_checkov_finds_nothing_that_is_not_argued(failed):
    assert not failed - set(CHECKOV)


def test_no_exception_is_left_of_what_checkov_no_longer_finds(failed):
    assert not set(CHECKOV) - failed


# The ARN of a resource whose name is its key.
ARNS = {
    "AWS::Cognito::UserPool": "arn:aws:cognito-idp:{region}:{account}:userpool/{region}_{name}",
    "AWS::DynamoDB::Table": "arn:aws:dynamodb:{region}:{account}:table/{name}",
    "AWS::Logs::LogGroup": "arn:aws:logs:{region}:{account}:log-group:{name}:*",
    "AWS::S3::Bucket": "arn:aws:s3:::{name}",
    "AWS::SQS::Queue": "arn:aws:sqs:{region}:{account}:{name}",
    "AWS::SecretsManager::Secret": "arn:aws:secretsmanager:{region}:{account}:secret:{name}-1a2b3c",
}


def arn(name: str, attribute: str) -> str:
    kind = PRODUCTION.resources[name]["Type"]
    found = ARNS[kind].format(region=REGION, account=ACCOUNT, name=name)
    return f"{found}/stream/2026-11-01T00:00:00.000" if attribute == "StreamArn" else found


def written_out(value):
    """A part of a policy without references."""
    if isinstance(value, list):
        return [written_out(part) for part in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Fn::GetAtt"}:
        name, attribute = value["Fn::GetAtt"]
        return arn(name, attribute)
    if set(value) == {"Fn::Sub"}:
        text, given = value["Fn::Sub"] if isinstance(value["Fn::Sub"], list) else (value["Fn::Sub"], {})
        for name, part in {"ConfigurationSet": "mails", **given}.items():
            text = text.replace("${" + name + "}", written_out(part))
        text = re.sub(r"\$\{(\w+)\.(\w+)\}", lambda found: arn(*found.groups()), text)
        assert "${" not in text, text
        return text
    return {key: written_out(part) for key, part in value.items()}


def linted(roles: dict[str, dict], folder: Path) -> set[tuple[str, str]]:
    """The rules of cfn-lint that each role breaks, notes about policies included."""
    path = folder / "roles.json"
    path.write_text(json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": roles}))
    # A policy here is written out, and nobody describes a resource of a test.
    ignored = ["I3042", "I4010"]
    command = [TOOLS / "sam" / "bin" / "cfn-lint", "--format", "json", "--regions", REGION]
    flags = ["--include-checks", "I", "--ignore-checks", *ignored]
    answer = subprocess.run([*command, *flags, "--", path], capture_output=True, text=True)
    assert not answer.stderr
    return {(one["Location"]["Path"][1], one["Rule"]["Id"]) for one in json.loads(answer.stdout or "[]")}


def roles() -> dict[str, dict]:
    found = PRODUCTION.of_type("AWS::IAM::Role")
    return {
        name: {"Type": about["Type"], "Properties": written_out(about["Properties"])} for name, about in found.items()
    }


def test_every_policy_is_in_form_and_names_the_resources_of_its_actions(tmp_path):
    assert linted(roles(), tmp_path) == set()


def test_a_policy_that_is_wrong_would_be_noticed(tmp_path):
    changes = {
        "W3037": {"Action": "dynamodb:GetItems"},
        "I3510": {"Action": "sqs:SendMessage"},
        "E3510": {"Condition": {"StringEqual": {"aws:SourceAccount": ACCOUNT}}},
    }
    wrong = {}
    for rule, change in changes.items():
        wrong[rule] = role = roles()["SubmitInvitesRole"]
        (code,) = [p for p in role["Properties"]["Policies"] if p["PolicyName"] == "code"]
        (statement,) = [s for s in code["PolicyDocument"]["Statement"] if s["Sid"] == "Invites"]
        statement.update(change)
    assert linted(wrong, tmp_path) == {(rule, rule) for rule in changes}

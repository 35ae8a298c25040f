"""Reads what an AWS account allows, and says what to ask for before a deployment: `preflight.py STAGE on|off`.

It changes nothing. The exit code is 1 when the deployment would fail, or would not serve people as it should.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator

from botocore.exceptions import BotoCoreError, ClientError

import networks
import quotas
import restore
import stages
import watched
from aws_error import code_of
from findings import Finding, Stage, must, should
from parameters import values_of
from protect import REFUSE_DELETION

# What S3 and Cognito take as names: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html and
# https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain-prefix.html.
MAX_NAME = 63
NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
RESERVED_FOR_BUCKETS = ("xn--", "sthree-", "amzn-s3-demo-")
RESERVED_IN_DOMAINS = ("aws", "amazon", "cognito")


RULES = stages.INFRA / "domain-rules.json"

# The scripts of a deployment and of a restore set them, and later deployments leave them as they are.
SET_BY_SCRIPTS = (REFUSE_DELETION, restore.STREAM, restore.PAUSED)


def sender(stage: Stage) -> Iterator[Finding]:
    identity = stage.parameters["SenderIdentity"]
    if not identity:
        if stage.is_production:
            yield must(
                "SenderIdentity is empty: first passwords would be mailed by Cognito in its own words, 50 a day",
                "verify the sender's domain in SES, and set SenderIdentity to it",
            )
        elif stage.status is None and known_identity(stage, stage.parameters["SenderAddress"]):
            yield must(
                "SES knows SenderAddress already, and the stack could not create it",
                "set SenderIdentity to the address",
            )
        return
    address = stage.parameters["SenderAddress"]
    if address != identity and not address.endswith(f"@{identity}"):
        yield must(
            "SenderAddress is not an address of SenderIdentity", "set SenderIdentity to the address or its domain"
        )
    found = known_identity(stage, identity)
    if found is None:
        yield must("SES does not know SenderIdentity", "create this identity in SES, and verify it")
    elif not found.get("VerifiedForSendingStatus"):
        yield must(
            "SenderIdentity is not verified in SES", "add the DNS records that SES shows for it, and wait for them"
        )


def known_identity(stage: Stage, identity: str) -> dict | None:
    """What SES says of an identity. `None`: it knows none of this name."""
    try:
        return stage.client("sesv2").get_email_identity(EmailIdentity=identity)
    except ClientError as error:
        if code_of(error) != "NotFoundException":
            raise
        return None


def bucket(stage: Stage) -> Iterator[Finding]:
    name = f"{stage.stack}-uploads-{stage.account}-{stage.region}"
    # A stack's name begins with a letter.
    if not (NAME.fullmatch(name) and stage.stack[0].isalpha()) or name.startswith(RESERVED_FOR_BUCKETS):
        most = MAX_NAME - (len(name) - len(stage.stack))
        yield must(
            f"the name of the stack makes no valid name of a bucket: {name}",
            f"set stack_name to at most {most} small letters, digits and hyphens, a letter first",
        )
    elif stage.status is None and is_taken(stage, name):
        yield must(
            f"there is a bucket {name} already, maybe of a stack that was deleted",
            "set another stack_name, or read in docs/OPERATIONS.md what to do with data that was kept",
        )


def is_taken(stage: Stage, name: str) -> bool:
    try:
        stage.client("s3").head_bucket(Bucket=name)
    except ClientError as error:
        # Another account's bucket is forbidden, and as much in the way.
        return code_of(error) != "404"
    return True


def sign_in_domain(stage: Stage) -> Iterator[Finding]:
    given = stage.parameters["SignInDomainPrefix"]
    prefix = given or f"{stage.stack}-{stage.account}"
    if not NAME.fullmatch(prefix) or any(word in prefix for word in RESERVED_IN_DOMAINS):
        yield must(
            f"{'SignInDomainPrefix' if given else 'the name of the stack'} makes no valid prefix for the sign-in page:"
            f" {prefix}",
            "set SignInDomainPrefix: up to 63 small letters, digits and hyphens, without aws, amazon or cognito",
        )
        return
    found = stage.client("cognito-idp").describe_user_pool_domain(Domain=prefix)["DomainDescription"]
    if found.get("UserPoolId") and stage.status is None:
        yield must(
            "the prefix of the sign-in page belongs to another user pool",
            "set SignInDomainPrefix to another name, or delete the domain of that pool",
        )


def access_logs(stage: Stage) -> Iterator[Finding]:
    role = stage.client("apigateway").get_account().get("cloudwatchRoleArn")
    has_role = bool(role) and is_role(stage, role.rsplit("/", 1)[1])
    choice = stage.parameters["ApiGatewayLogRole"]
    if choice == "exists" and not has_role:
        yield must(
            "API Gateway has no role to write logs with, or one that was deleted, and ApiGatewayLogRole is exists",
            "set ApiGatewayLogRole to create",
        )
    if choice == "create" and has_role and stage.status is None:
        yield must(
            "API Gateway has a role to write logs with already, which the stack would replace for the whole account",
            "set ApiGatewayLogRole to exists",
        )


def is_role(stage: Stage, name: str) -> bool:
    """A first deployment that failed leaves a setting of the account that names a deleted role."""
    try:
        stage.client("iam").get_role(RoleName=name)
    except ClientError as error:
        if code_of(error) != "NoSuchEntity":
            raise
        return False
    return True


def key(stage: Stage) -> Iterator[Finding]:
    arn = stage.parameters["KmsKeyArn"]
    if not arn:
        return
    kms = stage.client("kms")
    if arn.split(":")[3] != stage.region:
        yield must("KmsKeyArn is a key of another region", f"name a key of {stage.region}")
        return
    about = kms.describe_key(KeyId=arn)["KeyMetadata"]
    if about.get("KeyState") != "Enabled" or about.get("KeySpec", "SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT":
        yield must("KmsKeyArn is a key that is not enabled or not symmetric", "enable it, or name another one")
        return
    policy = kms.get_key_policy(KeyId=arn, PolicyName="default")["Policy"]
    # The names are looked for in the text, because a policy may say the same in many ways.
    services = [f"logs.{stage.region}.amazonaws.com", "s3.amazonaws.com", "events.amazonaws.com"]
    lacking = [service for service in services if service not in policy]
    if lacking:
        yield must(
            f"the policy of the key does not name these services: {', '.join(lacking)}",
            "add the statements that docs/OPERATIONS.md has for the key",
        )


def last_deployment(stage: Stage) -> Iterator[Finding]:
    status = stage.status
    if status == "ROLLBACK_COMPLETE":
        yield must(
            "the first deployment failed, and what is left of it is in the way",
            f"delete the stack: aws cloudformation delete-stack --stack-name {stage.stack}",
        )
    elif status and status.endswith(("_FAILED", "_IN_PROGRESS")):
        yield must(f"the stack is {status}", "wait for it, or read its events in CloudFormation and repair it")


def alarms(stage: Stage) -> Iterator[Finding]:
    """CloudFormation rolls a deployment back while one of these alarms rings, whatever was deployed."""
    if stage.status is None or not watched.is_watched(stage.parameters):
        return
    if not stage.watch:
        yield should("no alarm rolls this deployment back", "leave WATCH=off out, unless it repairs what rings")
        return
    for alarm in watched.alarms_of(stage.client, stage.stack):
        if alarm.rings:
            yield must(
                f"{alarm.name} rings, and would roll the deployment back",
                "do what its row in docs/RUNBOOK.md says, and wait until it is quiet; if this deployment is the repair,"
                f" run `make deploy STAGE={stage.name} WATCH=off`",
            )


def kept_values(stage: Stage) -> Iterator[Finding]:
    """A parameter that a stage does not set keeps the value of the last deployment, and not the template's default."""
    deployed = values_of(stage.deployed)
    given = stages.given_to(stage.name)
    for name, default in stage.parameters.items():
        kept = deployed.get(name, default)
        if name not in given and name not in SET_BY_SCRIPTS and kept != default:
            yield must(
                f"{name} keeps its value of the last deployment, {kept!r}, because the stage does not set it",
                f"set {name}={default} or {name}={kept} in infra/samconfig.toml",
            )


def restored(stage: Stage) -> Iterator[Finding]:
    """A stage that set what `make restore` sets would go back to the lost table with its next deployment."""
    for name in sorted({restore.STREAM, restore.PAUSED} & set(stages.given_to(stage.name))):
        yield must(f"the stage sets {name}, which `make restore` alone sets", "take it out of infra/samconfig.toml")
    if values_of(stage.deployed).get(restore.PAUSED) == "true":
        yield should("the service is paused, and stays so", f"run `make restore STAGE={stage.name} DO=resume`")


def domain_rules(stage: Stage) -> Iterator[Finding]:
    """Only a first deployment puts the file in force; later ones leave the rules of the stage."""
    if stage.status is not None or not stage.is_production:
        return
    domains = [entry["domain"] for entry in json.loads(RULES.read_text())["domains"]]
    examples = [domain for domain in domains if "example" in domain]
    if examples:
        yield should(
            f"the domain rules have examples: {', '.join(examples)}",
            "put the agency's domains into infra/domain-rules.json, as docs/OPERATIONS.md says",
        )


def safety(stage: Stage) -> Iterator[Finding]:
    """What a stage with real people must not have."""
    parameters = stage.parameters
    examples = [
        name
        for name in ("SenderAddress", "SupportAddress", "AlarmEmail")
        if parameters[name].endswith(("@example.gov.sg", ".example.gov.sg"))
    ]
    if examples:
        yield must(f"these addresses are examples: {', '.join(examples)}", "put your own into infra/samconfig.toml")
    if not stage.is_production:
        return
    if wrong := networks.fault_of(parameters["AllowedCidrs"].split(",")):
        yield must(wrong, "set AllowedCidrs to the agency's own networks")
    if parameters["AllowPasswordAuth"] == "true":
        yield must("tokens are given for a password alone", "leave AllowPasswordAuth out: it is for tests")
    if parameters["Mfa"] != "ON":
        yield must(
            "a password alone is enough to sign in", "set Mfa to ON; docs/OPERATIONS.md says why it is not optional"
        )
    if parameters["DataDeletionPolicy"] != "Retain":
        yield must("a deleted stack deletes its data", "leave DataDeletionPolicy out")
    if not parameters["WebAcl"]:
        yield must("one client can use up the routes of all invitees", "set WebAcl to create, or to the ARN of yours")
    if not parameters["AlarmEmail"]:
        yield should("nobody is told of alarms", "set AlarmEmail, or subscribe to the topic of alarms")


CHECKS = [
    last_deployment,
    alarms,
    kept_values,
    restored,
    safety,
    domain_rules,
    bucket,
    sign_in_domain,
    quotas.concurrency,
    quotas.sending,
    sender,
    quotas.creations,
    access_logs,
    key,
]


def findings_of(stage: Stage) -> Iterator[Finding]:
    for check in CHECKS:
        yield from checked(check, stage)


def checked(check: Callable, stage: Stage) -> Iterator[Finding]:
    """What a check finds. A question that AWS does not answer is a finding too."""
    try:
        yield from check(stage)
    except ClientError as error:
        yield should(
            f"{check.__name__.replace('_', ' ')} could not be checked: {code_of(error)}",
            "allow yourself to read it, or check it in the AWS console",
        )


def told(findings: list[Finding]) -> str:
    """What is printed: first what the deployment must wait for."""
    if not findings:
        return "The account is ready.\n"
    lines = []
    for finding in sorted(findings, key=lambda finding: not finding.blocks):
        lines += [f"{'MUST  ' if finding.blocks else 'should'}  {finding.what}.", f"        {finding.do}."]
    return "\n".join(lines) + "\n"


def stage_on_aws(name: str, watch: bool) -> Stage:
    import boto3

    settings = stages.settings_of(name)
    session = boto3.Session(region_name=settings["region"])
    return Stage(name, settings["stack_name"], settings["region"], stages.parameters_of(name), session.client, watch)


def main(name: str, watch: bool) -> int:
    stages.check_is_on_aws(name)
    try:
        findings = list(findings_of(stage_on_aws(name, watch)))
    except BotoCoreError as error:
        print(f"AWS could not be asked: {error}", file=sys.stderr)
        return 1
    print(told(findings), end="")
    return int(any(finding.blocks for finding in findings))


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[2] not in ("on", "off"):
        sys.exit("preflight.py STAGE on|off")
    sys.exit(main(sys.argv[1], sys.argv[2] == "on"))

"""Deletes the stack of a stage, after saying what is deleted and what is kept: `undeploy.py STAGE`.

It deletes no data that the stack keeps, and empties no bucket. What is kept is what CloudFormation itself would keep,
read from the template that was deployed.
"""

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError, WaiterError

import stages
from aws_error import code_of
from parameters import outputs_of

KEPT_IF = ("Retain", "RetainExceptOnCreate")
# Which kinds have people's data, so that a stage without `DataDeletionPolicy=Retain` says that it is deleted.
DATA = {
    "AWS::Cognito::UserPool": "all accounts",
    "AWS::DynamoDB::Table": "the table with all invites",
    "AWS::Logs::LogGroup": "logs",
    "AWS::S3::Bucket": "the bucket, which must be empty",
    "AWS::SecretsManager::Secret": "the keys that links and hashes are made with",
}
AFTERWARDS = (
    'docs/OPERATIONS.md, "Deleting a stage", says how to delete what was kept, and what a new stack can do with it.'
)


@dataclass(frozen=True)
class Resource:
    logical: str
    physical: str
    kind: str
    is_kept: bool


def resources_of(cloudformation, stack: str) -> list[Resource]:
    """What the stack has, and what of it CloudFormation keeps."""
    body = cloudformation.get_template(StackName=stack, TemplateStage="Processed")["TemplateBody"]
    policies = {name: about.get("DeletionPolicy", "Delete") for name, about in body["Resources"].items()}
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    return [
        Resource(
            one["LogicalResourceId"],
            one.get("PhysicalResourceId", ""),
            one["ResourceType"],
            policies.get(one["LogicalResourceId"]) in KEPT_IF,
        )
        for page in pages
        for one in page["StackResourceSummaries"]
        if one["ResourceStatus"] != "DELETE_COMPLETE"
    ]


def told(stack: str, resources: list[Resource]) -> str:
    """What is printed before anybody is asked."""
    kept = [one for one in resources if one.is_kept]
    deleted = [one for one in resources if not one.is_kept]
    lines = [f"Deleted with {stack}: {len(deleted)} resources."]
    lines += [f"  {count:3} {kind}" for kind, count in sorted(Counter(one.kind for one in deleted).items())]
    lost = sorted({DATA[one.kind] for one in deleted if one.kind in DATA})
    if lost:
        lines += [f"DATA IS DELETED: {', '.join(lost)}. The stage has DataDeletionPolicy=Delete."]
    lines += [f"Kept: {len(kept)} resources."]
    lines += [f"  {one.logical:24} {one.physical}" for one in sorted(kept, key=lambda one: one.logical)]
    return "\n".join(lines) + "\n"


def restored_table(found: dict, resources: list[Resource]) -> str:
    """What is said about a table in use that is not the stack's own."""
    table = outputs_of(found).get("TableName")
    if table is None or table in [one.physical for one in resources]:
        return ""
    return f"Kept beside the stack: the restored table {table}, which is the one in use.\n"


def undeploy(cloudformation, stack: str, ask: Callable[[str], str]) -> int:
    """Deletes the stack if its name is typed; the exit code."""
    try:
        (found,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if code_of(error) != "ValidationError":
            raise
        print(f"There is no stack {stack}.")
        return 1
    resources = resources_of(cloudformation, stack)
    print(told(stack, resources) + restored_table(found, resources), end="")
    if ask(f"Type the name of the stack to delete it ({stack}): ").strip() != stack:
        print("Nothing was changed.")
        return 1
    if found.get("EnableTerminationProtection"):
        cloudformation.update_termination_protection(StackName=stack, EnableTerminationProtection=False)
    # A deleted stack is found by its id only.
    cloudformation.delete_stack(StackName=found["StackId"])
    print("Deleting; this takes some minutes.", flush=True)
    try:
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=found["StackId"])
    except WaiterError:
        print(f"The stack was not deleted:\n{reasons(cloudformation, found['StackId'])}")
        return 1
    print(f"{stack} is deleted. {AFTERWARDS}")
    return 0


def reasons(cloudformation, stack: str) -> str:
    events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    failed = [one for one in events if one["ResourceStatus"] == "DELETE_FAILED"]
    return "\n".join(f"  {one['LogicalResourceId']}: {one.get('ResourceStatusReason', '')}" for one in failed)


def main(stage: str) -> int:
    import boto3

    stages.check_is_on_aws(stage)
    settings = stages.settings_of(stage)
    client = boto3.Session(region_name=settings["region"]).client("cloudformation")
    try:
        return undeploy(client, settings["stack_name"], input)
    except (BotoCoreError, ClientError) as error:
        print(f"AWS did not do it: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("undeploy.py STAGE")
    sys.exit(main(sys.argv[1]))

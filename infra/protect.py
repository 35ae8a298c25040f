"""Protects the data of a stack after a deployment: `protect.py STAGE`.

* Table and user pool refuse to be deleted: the template's parameter `RefuseDeletion`. It is not set in the first
  deployment, because CloudFormation could not delete what a failed one made.
* CloudFormation refuses every later update that would replace or delete data, and to delete the stack.

A stage whose data goes with its stack (`DataDeletionPolicy=Delete`) is left as it is.
"""

import json
import sys

import stages
from parameters import Stack

REFUSE_DELETION = "RefuseDeletion"


def data_of(template: dict) -> list[str]:
    """The resources with data: those for which the template says what becomes of it."""
    return sorted(name for name, resource in template["Resources"].items() if "UpdateReplacePolicy" in resource)


def policy_of(template: dict) -> dict:
    """A stack policy denies all that it does not allow."""
    data = [f"LogicalResourceId/{name}" for name in data_of(template)]
    return {
        "Statement": [
            {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": ["Update:Replace", "Update:Delete"], "Principal": "*", "Resource": data},
        ]
    }


def protect(cloudformation, stack: str, capabilities: list[str]) -> None:
    refuse_deletion(cloudformation, stack, capabilities)
    body = json.dumps(policy_of(stages.template()))
    cloudformation.set_stack_policy(StackName=stack, StackPolicyBody=body)
    cloudformation.update_termination_protection(StackName=stack, EnableTerminationProtection=True)
    print(f"The data of {stack} is protected from updates and deletion.")


def refuse_deletion(cloudformation, stack: str, capabilities: list[str]) -> None:
    """Later deployments leave the parameter as it is, because no stage sets it."""
    Stack(cloudformation, stack, capabilities).change({REFUSE_DELETION: "true"})


def main(stage: str) -> None:
    import boto3

    if stages.parameters_of(stage)["DataDeletionPolicy"] != "Retain":
        return
    settings = stages.settings_of(stage)
    client = boto3.Session(region_name=settings["region"]).client("cloudformation")
    protect(client, settings["stack_name"], settings["capabilities"])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("protect.py STAGE")
    main(sys.argv[1])

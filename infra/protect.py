"""Has CloudFormation refuse every later update that would replace or delete data: `protect.py STAGE`.

A stage whose data goes with its stack (`DataDeletionPolicy=Delete`) is left as it is.
"""

import json
import sys

import stages


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


def protect(cloudformation, stack: str) -> None:
    body = json.dumps(policy_of(stages.template()))
    cloudformation.set_stack_policy(StackName=stack, StackPolicyBody=body)
    print(f"The data of {stack} is protected from updates.")


def main(stage: str) -> None:
    import boto3

    if stages.parameters_of(stage)["DataDeletionPolicy"] != "Retain":
        return
    settings = stages.settings_of(stage)
    protect(boto3.Session(region_name=settings["region"]).client("cloudformation"), settings["stack_name"])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("protect.py STAGE")
    main(sys.argv[1])

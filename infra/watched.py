"""Deploys a stage with `sam deploy`, and lets alarms roll the deployment back: `watched.py STAGE on|off`.

CloudFormation watches alarms during an update and for some time after it. If one of them rings, it brings the former
functions and the former template back. `sam deploy` has no option for that, so the change set that it makes gets them
here. `off` is for a deployment that repairs what rings.

A first deployment has no alarms yet. A stage whose data goes with its stack (`DataDeletionPolicy=Delete`) is not
watched: its engineers want to see what is broken, and not to wait.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass

from botocore.exceptions import ClientError

import stages
from aws_error import code_of
from parameters import NO_ALARMS

# CloudFormation takes at most five. docs/adr/0047-rollback-triggers.md says why these, and a test that they ring within
# the minutes.
ALARMS = (
    "ApiErrorsAlarm",
    "SweepErrorsAlarm",
    "MaintainErrorsAlarm",
    "MailFailedMessagesAlarm",
    "ProvisionFailedMessagesAlarm",
)
MINUTES = 20

CREATE_CHANGE_SET = "provide-client-params.cloudformation.CreateChangeSet"


@dataclass(frozen=True)
class Alarm:
    name: str
    arn: str
    rings: bool


def is_watched(parameters: dict[str, str]) -> bool:
    """Whether alarms roll back the deployments of a stage with these parameters."""
    return parameters["DataDeletionPolicy"] == "Retain"


def alarms_of(client: Callable, stack: str) -> list[Alarm]:
    """The alarms that a stack has. A deployment that adds one is not watched by it, and the next one is."""
    pages = client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    names = {
        one["PhysicalResourceId"]: one["LogicalResourceId"]
        for page in pages
        for one in page["StackResourceSummaries"]
        if one["LogicalResourceId"] in ALARMS and one["ResourceStatus"] != "DELETE_COMPLETE"
    }
    if not names:
        return []
    # One that somebody has deleted by hand is not there, and would let every deployment fail.
    found = client("cloudwatch").describe_alarms(AlarmNames=sorted(names))["MetricAlarms"]
    alarms = [Alarm(names[one["AlarmName"]], one["AlarmArn"], one["StateValue"] == "ALARM") for one in found]
    return sorted(alarms, key=lambda alarm: ALARMS.index(alarm.name))


def configuration_of(client: Callable, stack: str, watch: bool) -> dict | None:
    """What CloudFormation is told to watch. `None`: there is no stack yet."""
    try:
        client("cloudformation").describe_stacks(StackName=stack)
    except ClientError as error:
        if code_of(error) != "ValidationError":
            raise
        return None
    alarms = alarms_of(client, stack) if watch else []
    if not alarms:
        return NO_ALARMS
    triggers = [{"Arn": alarm.arn, "Type": "AWS::CloudWatch::Alarm"} for alarm in alarms]
    print(f"For {MINUTES} minutes after the update, any of these alarms rolls it back:")
    print("".join(f"  {alarm.name}\n" for alarm in alarms), end="", flush=True)
    return {"RollbackTriggers": triggers, "MonitoringTimeInMinutes": MINUTES}


def add_to_change_sets(configuration: dict) -> None:
    """Each client of CloudFormation made with `boto3.client` from now on adds this to its change sets."""
    import boto3

    make = boto3.client

    def add(params: dict, **_) -> dict:
        return {**params, "RollbackConfiguration": configuration}

    def client(*service, **options):
        made = make(*service, **options)
        made.meta.events.register(CREATE_CHANGE_SET, add)
        return made

    boto3.client = client


def sam(*arguments: str) -> None:
    """Runs `sam` in this process, and ends it."""
    from samcli.cli.main import cli

    cli(arguments, prog_name="sam")


def main(stage: str, watch: bool) -> None:
    import boto3

    stages.check_is_on_aws(stage)
    settings = stages.settings_of(stage)
    client = boto3.Session(region_name=settings["region"]).client
    watch = watch and is_watched(stages.parameters_of(stage))
    configuration = configuration_of(client, settings["stack_name"], watch)
    if configuration is not None:
        add_to_change_sets(configuration)
    config = str(stages.INFRA / "samconfig.toml")
    sam("deploy", "--template-file", str(stages.TEMPLATE), "--config-file", config, "--config-env", stage)


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[2] not in ("on", "off"):
        sys.exit("watched.py STAGE on|off")
    main(sys.argv[1], sys.argv[2] == "on")

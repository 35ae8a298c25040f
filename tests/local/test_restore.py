"""What `make restore` asks of AWS, with recorded answers that botocore holds against AWS's own model."""

from datetime import UTC, datetime, timedelta

import pytest
from botocore.stub import Stubber

import recorded
import restore
from parameters import Stack

AT = datetime(2026, 11, 27, 10, 0, 0, tzinfo=UTC)
OLD, NEW = "invite-users-Table-1A2B", "invite-users-20261127-100000"
STREAM = "arn:aws:dynamodb:ap-southeast-1:123456789012:table/{}/stream/2026-11-27T12:00:00.000"
ARN = "arn:aws:dynamodb:ap-southeast-1:123456789012:table/{}"
STACK = {"StackName": "invite-users"}
CAPABILITIES = ["CAPABILITY_IAM"]


class Operator:
    """Does each command, or refuses it."""

    def __init__(self, code: int = 0):
        self.code, self.done = code, []

    def do(self, *words: str) -> int:
        self.done.append(" ".join(words))
        return self.code


class Aws:
    """A stack and a table that give recorded answers, in the order in which they are asked for."""

    def __init__(self, table: str = OLD, operator: Operator | None = None):
        self.stack, self.tables = Stubber(recorded.client("cloudformation")), Stubber(recorded.client("dynamodb"))
        self.operator = operator or Operator()
        self.slept = 0
        self.values = {"SenderAddress": "no-reply@agency.gov.sg", "TableStreamArn": "", "Paused": "false"}
        self.table = table
        for stubber in [self.stack, self.tables]:
            stubber.activate()
        stack = Stack(self.stack.client, "invite-users", CAPABILITIES)
        self.restore = restore.Restore(self.tables.client, self.operator, stack, self.sleep)

    def sleep(self, seconds: int) -> None:
        self.slept += seconds

    def expect_description(self) -> None:
        parameters = [{"ParameterKey": name, "ParameterValue": value} for name, value in self.values.items()]
        found = {
            **STACK,
            "StackStatus": "UPDATE_COMPLETE",
            "CreationTime": "2026-11-01",
            "Parameters": parameters,
            "Outputs": [{"OutputKey": "TableName", "OutputValue": self.table}],
        }
        self.stack.add_response("describe_stacks", {"Stacks": [found]}, STACK)

    def expect_change(self, **values: str) -> None:
        self.expect_description()
        others = [{"ParameterKey": name, "UsePreviousValue": True} for name in self.values if name not in values]
        changed = [{"ParameterKey": name, "ParameterValue": value} for name, value in values.items()]
        wanted = {
            "UsePreviousTemplate": True,
            "Parameters": [*others, *changed],
            "Capabilities": CAPABILITIES,
            # A restored table is worth most while alarms ring.
            "RollbackConfiguration": {"RollbackTriggers": [], "MonitoringTimeInMinutes": 0},
        }
        self.stack.add_response("update_stack", {}, {**STACK, **wanted})
        self.values |= values
        self.expect_description()

    def expect_window(self, status: str = "ENABLED") -> None:
        about = {"PointInTimeRecoveryStatus": status}
        if status == "ENABLED":
            about["EarliestRestorableDateTime"] = AT - timedelta(days=35)
            about["LatestRestorableDateTime"] = AT + timedelta(hours=1)
        found = {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": about}
        self.tables.add_response(
            "describe_continuous_backups", {"ContinuousBackupsDescription": found}, {"TableName": OLD}
        )

    def expect_table(self, name: str, **about) -> None:
        found = {"TableName": name, "TableArn": ARN.format(name), **about}
        self.tables.add_response("describe_table", {"Table": found}, {"TableName": name})

    def expect_no_table(self, name: str) -> None:
        self.tables.add_client_error("describe_table", "ResourceNotFoundException", expected_params={"TableName": name})

    def expect_time_to_live(self, name: str, status: str) -> None:
        about = {"TimeToLiveStatus": status}
        if status == "ENABLED":
            about["AttributeName"] = "expires_epoch"
        self.tables.add_response("describe_time_to_live", {"TimeToLiveDescription": about}, {"TableName": name})

    def expect_recovery_and_tags(self) -> None:
        recovery = {"PointInTimeRecoveryEnabled": True}
        self.tables.add_response(
            "update_continuous_backups", {}, {"TableName": NEW, "PointInTimeRecoverySpecification": recovery}
        )
        tags = [{"Key": "aws:cloudformation:stack-name", "Value": "invite-users"}, {"Key": "team", "Value": "a"}]
        self.tables.add_response("list_tags_of_resource", {"Tags": tags}, {"ResourceArn": ARN.format(OLD)})
        self.tables.add_response("tag_resource", {}, {"ResourceArn": ARN.format(NEW), "Tags": tags[1:]})

    def is_through(self) -> bool:
        for stubber in [self.stack, self.tables]:
            stubber.assert_no_pending_responses()
        return True


SOURCE = {
    "TableStatus": "ACTIVE",
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    "DeletionProtectionEnabled": True,
}
ACTIVE = {"TableStatus": "ACTIVE"}
COMPLETE = {**ACTIVE, "LatestStreamArn": STREAM.format(NEW), "DeletionProtectionEnabled": True}


def test_the_service_is_paused_before_and_the_new_table_is_like_the_old_one(capsys):
    aws = Aws()
    aws.expect_description()
    aws.expect_no_table(NEW)
    aws.expect_description()
    aws.expect_window()
    aws.expect_change(Paused="true")
    asked = {"SourceTableName": OLD, "TargetTableName": NEW, "RestoreDateTime": AT}
    aws.tables.add_response("restore_table_to_point_in_time", {}, asked)
    for status in ["CREATING", "CREATING", "ACTIVE"]:
        aws.expect_table(NEW, TableStatus=status)
    aws.expect_table(OLD, **SOURCE)
    aws.expect_table(NEW, **ACTIVE)
    stream = {"TableName": NEW, "StreamSpecification": SOURCE["StreamSpecification"]}
    aws.tables.add_response("update_table", {}, stream)
    aws.expect_table(NEW, TableStatus="UPDATING")
    aws.expect_table(NEW, **ACTIVE)
    aws.tables.add_response("update_table", {}, {"TableName": NEW, "DeletionProtectionEnabled": True})
    aws.expect_table(NEW, **ACTIVE)
    aws.expect_time_to_live(OLD, "ENABLED")
    aws.expect_time_to_live(NEW, "DISABLED")
    forgets = {"Enabled": True, "AttributeName": "expires_epoch"}
    aws.tables.add_response("update_time_to_live", {}, {"TableName": NEW, "TimeToLiveSpecification": forgets})
    aws.expect_recovery_and_tags()
    aws.expect_table(NEW, **COMPLETE)
    aws.expect_change(Paused="true", TableStreamArn=STREAM.format(NEW))
    aws.restore.to(AT)
    assert aws.is_through()
    assert (aws.operator.done, aws.slept) == (["stop-mail"], 3 * restore.POLL_SECONDS)
    said = capsys.readouterr().out
    assert f"Restoring {OLD} as of 2026-11-27T10:00:00Z into {NEW} ..." in said
    assert said.endswith(restore.AFTERWARDS)


def test_a_command_that_was_broken_off_goes_on():
    aws = Aws()
    aws.values["Paused"] = "true"
    aws.expect_description()
    aws.expect_table(NEW, TableStatus="CREATING")
    aws.expect_description()
    aws.expect_description()
    aws.expect_window()
    aws.expect_description()
    aws.expect_table(NEW, TableStatus="CREATING")
    aws.expect_table(NEW, **COMPLETE)
    aws.expect_table(OLD, **SOURCE)
    aws.expect_table(NEW, **COMPLETE)
    aws.expect_time_to_live(OLD, "ENABLED")
    aws.expect_time_to_live(NEW, "ENABLED")
    aws.expect_recovery_and_tags()
    aws.expect_table(NEW, **COMPLETE)
    aws.expect_change(Paused="true", TableStreamArn=STREAM.format(NEW))
    aws.restore.to(AT)
    assert aws.is_through()


@pytest.mark.parametrize("table", [OLD, NEW])
def test_a_table_of_an_earlier_restore_is_not_taken_for_the_past(table):
    """It was written to since."""
    aws = Aws(table=table)
    aws.expect_description()
    aws.expect_table(NEW, **COMPLETE)
    aws.expect_description()
    with pytest.raises(SystemExit, match=f"{NEW} is there from an earlier restore"):
        aws.restore.to(AT)
    assert aws.is_through()
    assert aws.operator.done == []


def test_a_table_that_is_in_use_already_is_not_restored_again():
    aws = Aws(table=NEW)
    aws.values["Paused"] = "true"
    aws.expect_description()
    aws.expect_table(NEW, **COMPLETE)
    aws.expect_description()
    aws.restore.to(AT)
    assert aws.is_through()
    assert aws.operator.done == ["stop-mail"]


@pytest.mark.parametrize("at", [AT - timedelta(days=36), AT + timedelta(hours=2)])
def test_a_time_that_cannot_be_restored_pauses_nothing(at):
    aws = Aws()
    aws.expect_description()
    aws.expect_no_table(f"invite-users-{at:%Y%m%d-%H%M%S}")
    aws.expect_description()
    aws.expect_window()
    with pytest.raises(SystemExit) as ended:
        aws.restore.to(at)
    assert ended.value.code == f"{OLD} can be restored from 2026-10-23T10:00:00Z to 2026-11-27T11:00:00Z."
    assert aws.is_through()


def test_a_table_without_recovery_says_so():
    aws = Aws()
    aws.expect_description()
    aws.expect_description()
    aws.expect_window("DISABLED")
    with pytest.raises(SystemExit, match="has no point-in-time recovery"):
        aws.restore.window()


def test_a_table_that_never_becomes_ready_ends_the_command():
    aws = Aws()
    for _ in range(restore.LONGEST_SECONDS // restore.POLL_SECONDS):
        aws.expect_table(NEW, TableStatus="CREATING")
    with pytest.raises(SystemExit, match="Repeat the command to wait on"):
        aws.restore.wait_until_active(NEW)


def test_while_mail_is_not_stopped_nobody_is_told_to_go_on(capsys):
    aws = Aws(table=NEW, operator=Operator(code=1))
    aws.values["Paused"] = "true"
    aws.expect_description()
    aws.expect_table(NEW, **COMPLETE)
    aws.expect_description()
    with pytest.raises(SystemExit, match="Mail is not stopped"):
        aws.restore.to(AT)
    assert "resume" not in capsys.readouterr().out


def test_the_service_works_again_and_mail_stays_stopped(capsys):
    aws = Aws(table=NEW)
    aws.values |= {"Paused": "true", "TableStreamArn": STREAM.format(NEW)}
    aws.expect_change(Paused="false")
    aws.expect_description()
    aws.restore.resume()
    assert aws.is_through()
    assert aws.operator.done == []
    assert capsys.readouterr().out == f"The service works again, with {NEW}.\n"


@pytest.mark.parametrize("text", ["2026-11-27", "2026-11-27T10:00:00", "2026-11-27T10:00:00+08:00", "yesterday"])
def test_a_time_is_written_in_one_way_only(text):
    with pytest.raises(SystemExit, match="A time is written in UTC"):
        restore.moment(text)
    assert restore.moment("2026-11-27T10:00:00Z") == AT


def test_a_service_can_be_paused_by_itself(capsys):
    aws = Aws()
    aws.expect_change(Paused="true")
    aws.restore.pause()
    assert aws.is_through()
    assert capsys.readouterr().out.startswith("The service is paused")


@pytest.mark.parametrize("words", [["to"], ["window", "x"], ["begin"], ["accounts", "all"]])
def test_other_words_are_answered_with_the_commands(words):
    with pytest.raises(SystemExit, match="resume"):
        restore.main("prod", *words)

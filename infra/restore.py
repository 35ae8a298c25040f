"""Restores what a stage has lost: its table as it was at a time, and accounts: `restore.py STAGE COMMAND`.

  window          from when to when the table can be restored
  to TIME         pauses the service, restores the table of TIME (2026-11-27T10:00:00Z) into a new one, lets the stack
                  use it, and stops mail; it goes on where it was if it is repeated
  pause           stops everything that changes the table, the API too
  resume          lets the service work again; mail stays stopped if it was
  accounts        says how many accounts the user pool has lost since the newest list that was kept
  accounts NUMBER creates them again, if so many are gone

The table that was in use stays as it is. docs/RUNBOOK.md says what comes before and after.
"""

import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from botocore.exceptions import ClientError

import accounts
import operate
import parameters
import stages
from aws_error import code_of

STREAM, PAUSED = "TableStreamArn", "Paused"
# A large table takes hours, whatever its size at least some minutes.
POLL_SECONDS, LONGEST_SECONDS = 15, 12 * 3600
SECOND = "%Y-%m-%dT%H:%M:%SZ"


@dataclass
class Restore:
    """One stack, with clients of its AWS."""

    dynamodb: object
    operator: operate.Operator
    stack: parameters.Stack
    # Waits for some seconds; a test does not.
    sleep: object = time.sleep

    def table(self) -> str:
        """The table in use."""
        return self.stack.outputs()["TableName"]

    def window(self) -> tuple[datetime, datetime]:
        found = self.dynamodb.describe_continuous_backups(TableName=self.table())["ContinuousBackupsDescription"]
        about = found["PointInTimeRecoveryDescription"]
        if about["PointInTimeRecoveryStatus"] != "ENABLED":
            sys.exit(f"{self.table()} has no point-in-time recovery, so it cannot be restored.")
        return about["EarliestRestorableDateTime"], about["LatestRestorableDateTime"]

    def to(self, at: datetime) -> None:
        target = f"{self.stack.name}-{at:%Y%m%d-%H%M%S}"
        source, is_there = self.table(), self.exists(target)
        # A command that was broken off has paused the service before it restored anything.
        if is_there and self.stack.values()[PAUSED] != "true":
            sys.exit(f"{target} is there from an earlier restore, with what happened since. Choose another second.")
        if source != target:
            earliest, latest = self.window()
            if not is_there and not earliest <= at <= latest:
                sys.exit(f"{source} can be restored from {earliest:{SECOND}} to {latest:{SECOND}}.")
            self.stack.change({PAUSED: "true"})
            print(f"The service is paused. Restoring {source} as of {at:{SECOND}} into {target} ...", flush=True)
            if not is_there:
                self.dynamodb.restore_table_to_point_in_time(
                    SourceTableName=source, TargetTableName=target, RestoreDateTime=at
                )
            self.wait_until_active(target)
            self.set_up(source, target)
            self.stack.change({PAUSED: "true", STREAM: self.described(target)["LatestStreamArn"]})
        print(f"The stack uses {target}, and is paused.", flush=True)
        if self.operator.do("stop-mail") != 0:
            sys.exit("Mail is not stopped. Repeat the command before you resume.")
        print(AFTERWARDS, end="")

    def pause(self) -> None:
        self.stack.change({PAUSED: "true"})
        print("The service is paused: no queue is read, no timer runs, and the API refuses requests.")

    def resume(self) -> None:
        self.stack.change({PAUSED: "false"})
        print(f"The service works again, with {self.table()}.")

    def set_up(self, source: str, target: str) -> None:
        """Gives the new table the settings of the old one that DynamoDB does not restore:
        https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableToPointInTime.html
        """
        wanted, found = self.described(source), self.described(target)
        if "LatestStreamArn" not in found:
            self.dynamodb.update_table(TableName=target, StreamSpecification=wanted["StreamSpecification"])
            self.wait_until_active(target)
        if wanted.get("DeletionProtectionEnabled") and not found.get("DeletionProtectionEnabled"):
            self.dynamodb.update_table(TableName=target, DeletionProtectionEnabled=True)
            self.wait_until_active(target)
        forgets = self.time_to_live(source).get("AttributeName")
        if forgets and self.time_to_live(target)["TimeToLiveStatus"] == "DISABLED":
            self.dynamodb.update_time_to_live(
                TableName=target, TimeToLiveSpecification={"Enabled": True, "AttributeName": forgets}
            )
        self.dynamodb.update_continuous_backups(
            TableName=target, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
        tags = self.dynamodb.list_tags_of_resource(ResourceArn=wanted["TableArn"])["Tags"]
        own = [tag for tag in tags if not tag["Key"].startswith("aws:")]
        if own:
            self.dynamodb.tag_resource(ResourceArn=found["TableArn"], Tags=own)

    def described(self, table: str) -> dict:
        return self.dynamodb.describe_table(TableName=table)["Table"]

    def time_to_live(self, table: str) -> dict:
        return self.dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]

    def exists(self, table: str) -> bool:
        try:
            self.described(table)
        except ClientError as error:
            if code_of(error) == "ResourceNotFoundException":
                return False
            raise
        return True

    def wait_until_active(self, table: str) -> None:
        for waited in range(0, LONGEST_SECONDS, POLL_SECONDS):
            status = self.described(table)["TableStatus"]
            if status == "ACTIVE":
                return
            if waited % 300 == 0:
                print(f"  {table} is {status}", flush=True)
            self.sleep(POLL_SECONDS)
        sys.exit(f"{table} is not ready after {LONGEST_SECONDS // 3600} hours. Repeat the command to wait on.")


AFTERWARDS = """\
Mail is stopped. Look at the restored data with `make operate`, then:
  make restore STAGE=... DO=resume
and when docs/RUNBOOK.md, "The table is wrong or lost", says so, let mail go out again.
"""


def moment(text: str) -> datetime:
    try:
        return datetime.strptime(text, SECOND).replace(tzinfo=UTC)
    except ValueError:
        sys.exit("A time is written in UTC and to the second: 2026-11-27T10:00:00Z.")


def of_stage(stage: str) -> Restore:
    client = operate.clients_of(stage)
    return Restore(client("dynamodb"), operate.operator_of(stage), stages.stack_of(stage, client))


def restore_accounts(stage: str, confirmed: int | None) -> None:
    client = operate.clients_of(stage)
    outputs = stages.stack_of(stage, client).outputs()
    backups = accounts.Backups(client("s3"), outputs["BackupBucketName"])
    pool = accounts.Pool(client("cognito-idp"), outputs["UserPoolId"], outputs["SeedGroupName"])
    accounts.restore(backups, pool, confirmed)


def main(stage: str, command: str, *arguments: str) -> None:
    match command, arguments:
        case "window", []:
            earliest, latest = of_stage(stage).window()
            print(f"The table can be restored to each second from {earliest:{SECOND}} to {latest:{SECOND}}.")
        case "to", [text]:
            of_stage(stage).to(moment(text))
        case "pause", []:
            of_stage(stage).pause()
        case "resume", []:
            of_stage(stage).resume()
        case "accounts", []:
            restore_accounts(stage, None)
        case "accounts", [number] if number.isdecimal():
            restore_accounts(stage, int(number))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])

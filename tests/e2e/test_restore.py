"""The table is restored and used, and lost accounts come back, as docs/RUNBOOK.md says, on the deployed stack.

The emulator restores the table as it is, whatever time is asked for; going back in time is DynamoDB's own promise. It
does not refuse requests of a paused API either, so tests/template shows that.
"""

import re
import time
from datetime import UTC, datetime

import pytest

import fixups
import parameters
import people
import restore
import stack
from conftest import aws, operate
from deploy import deployed_api
from table import bring_job_forward
from test_single_invites import in_state, submit
from waiting import eventually


class Emulated(parameters.Stack):
    """The stack of the emulator, which forgets with each update what infra/emulator/fixups.py adds."""

    def change(self, wanted: dict[str, str]) -> None:
        super().change(wanted)
        fixups.apply(deployed_api())


@pytest.fixture
def restored(outputs):
    """What restores this stack's table. In the end the stack uses its own table again, and mail goes out."""
    found = restore.of_stage("local")
    found.stack = Emulated(found.stack.cloudformation, found.stack.name, found.stack.capabilities)
    yield found
    found.stack.change({"TableStreamArn": "", "Paused": "false"})
    assert operate("start-mail").returncode == 0
    assert found.table() == outputs["TableName"]


def mappings() -> set[str]:
    """The states of what reads queues. The emulator starts the reader of another stream, whatever the template says."""
    found = stack.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    return {mapping["State"] for mapping in found if ":sqs:" in mapping["EventSourceArn"]}


def timers() -> set[str]:
    rules = stack.client("events").list_rules()["Rules"]
    return {rule["State"] for rule in rules if "ScheduleExpression" in rule}


def said(*command: str) -> str:
    answer = operate(*command)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def test_a_restored_table_is_used_and_nobody_is_mailed_twice(officer, outbox, restored):
    person, after = people.vendor(), people.vendor()
    before = in_state(officer.api, submit(officer.api, people.account(person)), "ACCOUNT_CREATED")
    # The emulator offers the present second alone, so that a restore begins where a second does.
    time.sleep(1.01 - time.time() % 1)
    _, latest = restored.window()
    at = min(latest.astimezone(UTC), datetime.now(UTC)).replace(microsecond=0)
    restored.to(at)
    table = restored.table()
    assert table == f"invite-users-{at:%Y%m%d-%H%M%S}"
    assert (mappings(), timers()) == ({"Disabled"}, {"DISABLED"})
    found = stack.client("dynamodb").describe_table(TableName=table)["Table"]
    assert found["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    restored.to(at)
    restored.resume()
    assert (mappings(), timers()) == ({"Enabled"}, {"ENABLED"})
    # The functions read and write the new table, and its stream is watched.
    assert officer.api.get(f"/invites/{before['id']}").json()["email"] == person["email"]
    made = submit(officer.api, people.account(after))
    eventually(lambda: "mail     account-created 1 DUE" in said("show", made["id"]), what="a mail that waits")
    assert f"{made['id']}\n" in said("settle-mails", "2030-01-01T00:00:00Z")
    said("start-mail")
    assert in_state(officer.api, made, "ACCOUNT_CREATED")["mail"]["state"] == "UNKNOWN"
    assert (len(outbox.to(person["email"])), outbox.to(after["email"])) == (1, [])
    later = people.vendor()
    in_state(officer.api, submit(officer.api, people.account(later)), "ACCOUNT_CREATED")
    outbox.wait(later["email"])


def test_an_account_that_was_deleted_is_created_again_as_it_was(officer, outputs, directory, invoke, outbox, capsys):
    person = people.vendor()
    in_state(officer.api, submit(officer.api, people.account(person)), "ACCOUNT_CREATED")
    (before,) = directory.by_email(person["email"])
    for job in ["account-audit", "licence-audit"]:
        bring_job_forward(outputs["TableName"], job)
        assert invoke("maintain", {})["error"] is None
    mails, name = len(outbox.to(person["email"])), before["Username"]
    aws("cognito-idp").admin_delete_user(UserPoolId=outputs["UserPoolId"], Username=name)
    restore.restore_accounts("local", None)
    gone = int(re.search(r"(\d+) of them are gone", capsys.readouterr().out)[1])
    assert gone >= 1
    assert directory.by_email(person["email"]) == []
    restore.restore_accounts("local", gone)
    (after,) = directory.by_email(person["email"])
    assert after["Username"] == name
    # Cognito makes this one itself.
    assert after["attributes"] | {"sub": ""} == before["attributes"] | {"sub": ""}
    assert (directory.groups(name), after["UserStatus"]) == (["seed"], before["UserStatus"])
    assert len(outbox.to(person["email"])) == mails

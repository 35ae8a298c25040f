"""Every command of operators, over the function as it is deployed, with the role that it has."""

import json

import pytest

import people
from conftest import ROOT, operate
from table import rewrite
from test_batches import in_state as batch_in_state
from test_changes import act
from test_single_invites import in_state, submit
from waiting import eventually

AGENCY = "unheard-of.gov.sg"
QUEUES = ["dispatch", "parse", "provision", "mail", "actions", "webhooks"]


def said(*command: str) -> str:
    """What a command prints that is done."""
    answer = operate(*command)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def refused(code: int, *command: str) -> str:
    """Why a command is not done."""
    answer = operate(*command)
    assert (answer.returncode, answer.stdout) == (code, ""), answer.stderr
    return answer.stderr


@pytest.fixture(scope="module")
def invite(officer) -> dict:
    person = people.vendor()
    invite = submit(officer.api, people.account(person))
    return {**in_state(officer.api, invite, "ACCOUNT_CREATED"), "email": person["email"]}


@pytest.fixture(scope="module")
def batch(officer) -> str:
    id = officer.api.post("/batches", {"rows": [people.officer()]}).json()["batchId"]
    assert officer.api.post(f"/batches/{id}/submit").status_code == 202
    batch_in_state(officer.api, id, "DONE")
    return id


def test_commands_are_explained():
    assert said("--help") == said() == said("help")
    assert "redrive <queue>" in said("help")
    assert "there is no such command" in refused(2, "unknown")
    assert "usage: show <id>" in refused(2, "show", "inv_1")


def test_one_is_shown_and_found_and_woken(officer, invite, batch):
    shown = said("show", invite["id"])
    assert shown.startswith(f"{invite['id']}  ACCOUNT_CREATED  version ")
    assert invite["email"] not in shown
    assert f"{invite['id']}  ACCOUNT_CREATED\n" in said("find", invite["traceId"])
    action = act(officer.api, {"action": "revoke", "filter": {"batch": batch}})["id"]
    for id, readers in [
        (invite["id"], "provision and mail"),
        (batch, "dispatch and mail"),
        (action, "actions and mail"),
    ]:
        assert said("retry", id) == f"{id}: woke the readers of {readers}\n"
    assert "there is no inv_" in refused(1, "show", "inv_01JD0000000000000000000000")


def test_what_does_not_go_on_is_listed():
    assert said("stuck").endswith(" stuck for more than 5 minutes\n")
    assert said("attention").endswith(" need attention\n")


def test_a_person_is_told_and_erased_on_request_only(invite):
    export = json.loads(said("export-person", invite["email"]))
    assert export["address"] == invite["email"]
    assert invite["id"] in json.dumps(export["held"])
    person = said("forget-person", invite["email"]).split()[-1]
    audit = said("audit")
    for action in ["EXPORT_PERSON", "REQUEST_ERASURE"]:
        assert f"  {action}  {person}  by arn:" in audit
    assert "@" not in audit


def test_mail_is_stopped_and_started(officer, outbox):
    assert said("stop-mail") == "mail is stopped\n"
    try:
        person = people.officer()
        invite = submit(officer.api, people.invitation(person))
        eventually(lambda: said("show", invite["id"]).count(" DUE\n"), what="the mail that waits")
        assert outbox.to(person["email"]) == []
    finally:
        assert said("start-mail") == "mail is running\n"
    said("retry", invite["id"])
    assert len(outbox.wait(person["email"])) == 1


def test_a_mailbox_that_takes_mail_cannot_be_cleared():
    assert refused(1, "clear-suppression", people.officer()["email"]) == "this mailbox is not suppressed\n"


def test_an_agency_is_registered_and_its_secret_is_in_no_log(outputs, logs):
    table = outputs["TableName"]
    registered = said("register-agency", AGENCY, "https://127.0.0.1/")
    assert f"{AGENCY}  PENDING" in registered
    secrets = [registered.splitlines()[0].rsplit(" ", 1)[1]]
    secrets.append(said("rotate-agency", AGENCY, "1").splitlines()[0].rsplit(" ", 1)[1])
    assert all(len(secret) == 64 for secret in secrets)
    assert secrets[0] != secrets[1]
    assert refused(1, "resume-agency", AGENCY) == f"{AGENCY} is PENDING, not PARKED\n"

    def park(item: dict, body: dict) -> dict:
        body["state"] = {"state": "PARKED", "at": body["updated_at"]}
        return {}

    rewrite(table, {"entity": "agency", "body.domain": AGENCY}, park)
    assert f"{AGENCY}  ACTIVE  failures 0  secret 2" in said("resume-agency", AGENCY)
    assert said("show-agency", AGENCY) == f"{AGENCY}  ACTIVE  failures 0  secret 2  https://127.0.0.1/\n"
    assert said("remove-agency", AGENCY) == f"{AGENCY} is notified of nothing more\n"
    assert refused(1, "show-agency", AGENCY) == f"{AGENCY} is not registered\n"
    logged = json.dumps(logs("operate"))
    assert '"command": "rotate-agency"' in logged
    assert not [secret for secret in secrets if secret in logged]


def test_nobody_is_named_in_the_log(invite, logs):
    logged = json.dumps(logs("operate"))
    assert invite["email"] not in logged
    assert "@" not in logged
    assert "arn:" not in logged


@pytest.mark.parametrize("queue", QUEUES)
def test_dead_letters_are_sent_again_by_sqs_itself(queue):
    """The emulator has no move tasks. That the function may start one is all that shows here."""
    answer = operate("redrive", queue)
    assert answer.returncode == 1
    assert "queue: the dead letters cannot be sent again, InvalidAction" in answer.stderr
    assert f"  REDRIVE  {queue}  by arn:" in said("audit")


def test_rules_are_read_before_they_are_in_force(tmp_path):
    rules = ROOT / "infra" / "domain-rules.json"
    assert "within five minutes" in said("rules", f"@{rules}")
    broken = tmp_path / "rules.json"
    broken.write_text(rules.read_text().replace('"exact"', '"nearly"', 1))
    assert "domain rules are not valid: unknown variant `nearly`" in refused(1, "rules", f"@{broken}")


def test_a_deployment_leaves_the_rules_that_are_in_force(tmp_path):
    rules = ROOT / "infra" / "domain-rules.json"
    said("rules", f"@{rules}")
    assert said("first-rules", f"@{rules}") == "the domain rules in force are those of the file\n"
    other = tmp_path / "rules.json"
    other.write_text(rules.read_text().replace("vendor.example.com", "other.example.com"))
    assert "stay as they are" in said("first-rules", f"@{other}")
    assert said("show-rules").rstrip() == rules.read_text().rstrip()

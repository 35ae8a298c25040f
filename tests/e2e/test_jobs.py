"""What the timers start, and what operators do, on the running stack."""

import json

import pytest

import people
import stranger
from conftest import aws, operate
from table import bring_job_forward, is_there, items, rewrite, stored
from test_batches import in_state as batch_in_state
from test_batches import rows
from test_single_invites import in_state, submit
from waiting import eventually


@pytest.fixture
def maintain(outputs, invoke):
    """Runs `maintain` with a job's turn brought forward."""

    def run(job: str) -> None:
        bring_job_forward(outputs["TableName"], job)
        assert invoke("maintain", {})["error"] is None

    return run


def test_what_the_workers_gave_up_needs_attention_until_an_operator_lets_it_go_on(officer, outputs, losing, invoke):
    with losing("Provision") as lost:
        invite = submit(officer.api, people.account(people.officer()))
        (letter,) = lost()
        for queue in ["Provision", "Mail"]:
            url = outputs[f"{queue}DeadLettersUrl"]
            aws("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(letter), MessageGroupId="tests")
        assert invoke("sweep", {})["error"] is None
        in_state(officer.api, invite, "NEEDS_ATTENTION")
        assert invite["id"] in operate("attention").stdout
    assert operate("retry", invite["id"]).returncode == 0
    in_state(officer.api, invite, "ACCOUNT_CREATED")


def test_a_batch_under_way_is_counted_against_its_rows(officer, outputs, losing, maintain):
    id = officer.api.post("/batches", {"rows": [people.officer()]}).json()["batchId"]
    with losing("Provision"):
        assert officer.api.post(f"/batches/{id}/submit").status_code == 202
        batch_in_state(officer.api, id, "DISPATCHED")
        maintain("totals")
        assert stored(outputs["TableName"], id)["body"]["M"]["short_counts"] == {"N": "0"}


def test_who_has_an_account_is_known_to_lists_a_day_later(officer, maintain):
    known = people.officer()
    stranger.account(known["email"])
    maintain("account-audit")
    id = officer.api.post("/batches", {"rows": [known, people.officer()]}).json()["batchId"]
    first, second = officer.api.get(f"/batches/{id}/rows").json()["items"]
    assert (first["state"], first["duplicate"]["code"], second["state"]) == ("DUPLICATE", "duplicate.account", "READY")


def test_a_canary_goes_out_and_comes_back(outputs, outbox, invoke):
    table = outputs["TableName"]

    def canary() -> dict:
        (item,) = items(table, {"entity": "canary"})
        return item["body"]["M"]

    def make_due(item: dict, body: dict) -> dict:
        body["created_at"] = "2026-01-01T00:00:00.000Z"
        return {}

    # The timer has sent the first.
    eventually(lambda: items(table, {"entity": "canary"}), what="the first canary")
    before = len(outbox.to("success@simulator.amazonses.com"))
    rewrite(table, {"entity": "canary"}, make_due)
    assert invoke("sweep", {})["error"] is None
    released = canary()
    eventually(lambda: len(outbox.to("success@simulator.amazonses.com")) > before, what="a canary")
    heard = eventually(
        canary,
        what="an event of it",
        until=lambda found: found["mail"]["M"]["state"]["M"]["state"]["S"] == "DELIVERED",
    )
    assert heard["heard_at"]["S"] > released["heard_at"]["S"]


def test_what_is_held_about_a_person_is_exported_and_erased_on_request(officer, outputs, maintain):
    person, other = people.vendor(), people.vendor()
    invite = submit(officer.api, people.account(person))
    in_state(officer.api, invite, "ACCOUNT_CREATED")
    pasted = {"rows": [person, {**other, "username": person["username"]}]}
    batch = officer.api.post("/batches", pasted).json()["batchId"]
    assert [row["state"] for row in rows(officer.api, batch).values()] == ["DUPLICATE", "NEEDS_FIXING"]
    exported = operate("export-person", person["email"])
    assert exported.returncode == 0
    assert invite["id"] in exported.stdout
    assert exported.stdout.count(person["email"]) > 1
    asked = operate("forget-person", person["email"])
    assert asked.returncode == 0
    assert person["email"] not in asked.stdout
    maintain("forget")
    assert officer.api.get(f"/invites/{invite['id']}").status_code == 404
    left = operate("export-person", person["email"]).stdout
    assert left.count(person["email"]) == 1, "the question alone"
    emptied, freed = rows(officer.api, batch).values()
    assert (emptied["values"]["email"], freed["state"]) == ("", "READY"), "nobody rests on who is forgotten"
    assert f"FORGET_PERSON  {asked.stdout.split()[-1]}  1 invites, 1 rows" in operate("audit").stdout


def test_guards_that_were_left_over_are_looked_for(officer, outputs, maintain):
    invite = submit(officer.api, people.account(people.officer()))
    in_state(officer.api, invite, "ACCOUNT_CREATED")
    table = outputs["TableName"]
    key = stored(table, invite["id"])["body"]["M"]["address_key"]["S"]
    (guard,) = [lock for lock in items(table, {"entity": "guard", "invite_id": invite["id"]}) if key in lock["pk"]["S"]]
    orphan = {**guard, "pk": {"S": guard["pk"]["S"].replace(key, "0" * 64)}}
    aws("dynamodb").put_item(TableName=table, Item=orphan)
    maintain("locks")
    assert is_there(table, guard), "the one that is needed stays"
    assert not is_there(table, orphan)

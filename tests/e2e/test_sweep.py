"""What happens when a wake-up call is lost: the timer's sweep repeats it. What such a call holds: ids and no names."""

import datetime

import people
from table import stored
from test_batches import in_state as batch_in_state
from test_changes import act
from test_single_invites import in_state, submit
from waiting import eventually


def in_an_hour() -> str:
    then = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
    return then.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def test_a_lost_call_to_make_an_account_is_repeated(officer, losing, bring_forward, invoke, outbox):
    person = people.vendor()
    with losing("Provision") as lost:
        invite = submit(officer.api, people.account(person))
        assert lost() == [{"wake": "invite", "id": invite["id"]}]
    assert officer.api.get(f"/invites/{invite['id']}").json()["techpass"]["state"] == "QUEUED"
    bring_forward(invite["id"])
    assert invoke("sweep", {})["error"] is None
    in_state(officer.api, invite, "ACCOUNT_CREATED")
    assert len(outbox.wait(person["email"])) == 1


def test_a_lost_call_to_send_a_mail_is_repeated(officer, losing, bring_forward, invoke, outbox):
    person = people.officer()
    with losing("Mail") as lost:
        invite = submit(officer.api, people.invitation(person))
        assert lost() == [{"wake": "invite", "id": invite["id"]}]
    bring_forward(invite["id"])
    assert invoke("sweep", {})["error"] is None
    in_state(officer.api, invite, "INVITED")
    assert len(outbox.wait(person["email"])) == 1


def test_a_lost_call_to_dispatch_a_batch_is_repeated(officer, losing, bring_forward, invoke):
    id = officer.api.post("/batches", {"rows": [people.officer()]}).json()["batchId"]
    with losing("Dispatch") as lost:
        assert officer.api.post(f"/batches/{id}/submit").status_code == 202
        assert lost() == [{"wake": "batch", "id": id}]
    assert officer.api.get(f"/batches/{id}").json()["state"] == "SUBMITTED"
    bring_forward(id)
    assert invoke("sweep", {})["error"] is None
    batch_in_state(officer.api, id, "DONE")


def test_a_lost_call_to_go_on_with_an_action_is_repeated(officer, losing, bring_forward, invoke):
    batch = officer.api.post("/batches", {"rows": [people.officer() for _ in range(101)]}).json()["batchId"]
    assert officer.api.post(f"/batches/{batch}/submit").status_code == 202
    batch_in_state(officer.api, batch, "DONE")
    with losing("Actions") as lost:
        action = act(officer.api, {"action": "revoke", "filter": {"batch": batch}})
        assert lost() == [{"wake": "action", "id": action["id"]}]
    assert (action["state"], action["counts"]["waiting"]) == ("RUNNING", 1)
    bring_forward(action["id"])
    assert invoke("sweep", {})["error"] is None
    done = eventually(
        lambda: officer.api.get(f"/invites/actions/{action['id']}").json(),
        what="the action",
        until=lambda found: found["state"] == "DONE",
    )
    assert done["counts"]["reasons"] == {"state-conflict": 101}, "their accounts are made"


def test_what_has_ended_leaves_the_list_of_what_is_due(officer, other_officer, bring_forward, invoke, outputs):
    invite = submit(officer.api, people.account(people.officer(email=other_officer.email)))
    in_state(officer.api, invite, "FAILED")
    bring_forward(invite["id"])
    assert invoke("sweep", {})["error"] is None
    assert stored(outputs["TableName"], invite["id"])["due_at"]["S"] > in_an_hour()
    assert officer.api.get(f"/invites/{invite['id']}").json()["techpass"]["state"] == "FAILED"

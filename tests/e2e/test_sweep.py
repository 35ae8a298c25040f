"""What happens when a wake-up call is lost: the timer's sweep repeats it. And what such a call holds: ids, nobody's name."""

import datetime
import json
from contextlib import contextmanager

import people
import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from conftest import aws, eventually
from test_batches import in_state as batch_in_state
from test_changes import act
from test_single_invites import in_state, submit


# Goes out by itself every five minutes.
CANARY = {"wake": "canary"}


@pytest.fixture
def losing(outputs):
    """With `losing("Provision") as lost`, messages of that queue reach nobody and end up in the list."""
    mappings = {
        m["EventSourceArn"].rsplit(":", 1)[1]: m["UUID"]
        for m in aws("lambda").list_event_source_mappings()["EventSourceMappings"]
    }

    @contextmanager
    def lose(queue: str):
        url, lost = outputs[f"{queue}QueueUrl"], []
        mapping = mappings[url.rsplit("/", 1)[1]]
        aws("lambda").update_event_source_mapping(UUID=mapping, Enabled=False)

        def take() -> bool:
            for message in aws("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
                if (wake := json.loads(message["Body"])) != CANARY:
                    lost.append(wake)
                aws("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            return bool(lost)

        try:
            yield lambda: eventually(take, what=f"a message in {queue}") and lost
        finally:
            aws("lambda").update_event_source_mapping(UUID=mapping, Enabled=True)

    return lose


def in_an_hour() -> str:
    then = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
    return then.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def stored(table: str, id: str) -> dict:
    """An invite, a batch, an action or a notice as it lies in the table."""
    kind = {"inv": "INVITE", "bat": "BATCH", "act": "ACTION", "ntc": "NOTICE"}[id.split("_", 1)[0]]
    key = {"pk": {"S": f"{kind}#{id}"}, "sk": {"S": "META"}}
    return aws("dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]


def rewrite(table: str, id: str, change) -> None:
    """Changes what is stored of one of them, over no write of a function: `change` gets the item and its body, which it
    alters, and gives the attributes of the item that change with it."""

    def written() -> bool:
        item = stored(table, id)
        body = TypeDeserializer().deserialize(item["body"])
        changed = {**item, **change(item, body), "body": TypeSerializer().serialize(body)}
        condition = {"ConditionExpression": "version = :read", "ExpressionAttributeValues": {":read": item["version"]}}
        try:
            aws("dynamodb").put_item(TableName=table, Item=changed, **condition)
        except aws("dynamodb").exceptions.ConditionalCheckFailedException:
            return False
        return True

    eventually(written, what=f"a change of {id}")


@pytest.fixture
def bring_forward(outputs):
    """Makes one of them due now, as if its time had passed."""
    table = outputs["TableName"]

    def change(item: dict, body: dict) -> dict:
        body["due_at"] = "2026-01-01T00:00:00.000Z"
        if "from" in body["state"]:
            body["state"]["from"] = body["due_at"]
        return {"due_shard": item.get("due_shard", {"S": "DUE#0"}), "due_at": {"S": body["due_at"]}}

    return lambda id: rewrite(table, id, change)


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

    def ended() -> dict | None:
        found = officer.api.get(f"/invites/actions/{action['id']}").json()
        return found if found["state"] == "DONE" else None

    done = eventually(ended, what="the action")
    assert done["counts"]["reasons"] == {"state-conflict": 101}, "their accounts are made"


def test_what_has_ended_leaves_the_list_of_what_is_due(officer, other_officer, bring_forward, invoke, outputs):
    invite = submit(officer.api, people.account(people.officer(email=other_officer.email)))
    in_state(officer.api, invite, "FAILED")
    bring_forward(invite["id"])
    assert invoke("sweep", {})["error"] is None
    assert stored(outputs["TableName"], invite["id"])["due_at"]["S"] > in_an_hour()
    assert officer.api.get(f"/invites/{invite['id']}").json()["techpass"]["state"] == "FAILED"

"""What operators' commands compute is what the functions compute."""

import json
from types import SimpleNamespace

import operate


def test_a_mailbox_is_found_under_the_key_that_the_functions_make():
    """The same sum is in the tests of shared/domain/src/keys.rs."""
    secret = {"SecretString": json.dumps({"master": "a secret of the tests"})}
    secrets = SimpleNamespace(get_secret_value=lambda SecretId: secret)
    stack = SimpleNamespace(client=lambda service: secrets, outputs={"KeysSecretId": "keys"})
    for address in ["ada.tan@agency.gov.sg", "Ada.Tan+work@Agency.gov.sg"]:
        assert operate.mailbox_key(stack, address) == "bf5a3722cd4b8baf77d3a5eb508db73f66dd216b572941e7fdcbf634abaf4726"


def test_a_request_to_forget_is_the_item_that_the_sweeper_looks_for(monkeypatch, capsys):
    """Its keys are those of shared/store/src/keys.rs.

    Its version is the one that shared/store/src/forgetting.rs takes away.
    """
    written = []
    monkeypatch.setattr(operate, "mailbox_key", lambda stack, address: "bf5a")
    table = SimpleNamespace(put_item=lambda TableName, Item: written.append(Item))
    operate.forget_person(SimpleNamespace(client=lambda service: table, table="t"), "ada.tan@agency.gov.sg")
    (item,) = written
    assert (item["pk"], item["sk"], item["version"]) == ({"S": "FORGET"}, {"S": "bf5a"}, {"N": "1"})
    assert "ada" not in json.dumps(written) + capsys.readouterr().out


def test_what_is_held_about_a_person_is_exported_in_plain_json(monkeypatch, capsys):
    item = {
        "pk": {"S": "INVITE#inv_1"},
        "version": {"N": "3"},
        "body": {"M": {"email": {"S": "ada.tan@agency.gov.sg"}}},
    }
    pages = SimpleNamespace(paginate=lambda **scan: [{"Items": [item]}])
    monkeypatch.setattr(operate, "mailbox_key", lambda stack, address: "bf5a")
    client = SimpleNamespace(get_paginator=lambda name: pages)
    operate.export_person(SimpleNamespace(client=lambda service: client, table="t"), "ada.tan@agency.gov.sg")
    (held,) = json.loads(capsys.readouterr().out)["held"]
    assert held == {"pk": "INVITE#inv_1", "version": 3, "body": {"email": "ada.tan@agency.gov.sg"}}


def test_an_invite_that_was_given_up_is_resumed_and_any_other_is_woken(monkeypatch):
    def sent_for(state: str) -> list[str]:
        sent = []
        found = {"body": {"M": {"state": {"M": {"state": {"S": state}}}}}}
        monkeypatch.setattr(operate, "read", lambda stack, name: found)
        queue = SimpleNamespace(send_message=lambda **message: sent.append(json.loads(message["MessageBody"])["wake"]))
        outputs = {"ProvisionQueueUrl": "p", "MailQueueUrl": "m"}
        operate.retry(SimpleNamespace(client=lambda service: queue, outputs=outputs), "inv_1")
        return sent

    assert sent_for("NEEDS_ATTENTION") == ["resume"]
    assert sent_for("QUEUED") == ["invite", "invite"]

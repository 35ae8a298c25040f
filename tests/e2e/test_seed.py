"""SEED after the invite: requested by its holder, completed by a device, withdrawn and assigned with the account."""

import datetime
import hashlib
import hmac
import json
import time

import requests

import people
from conftest import aws
from signing_in import sign_in
from table import bring_job_forward, rewrite, stored
from test_authorisation import make_person
from test_gateway import problem
from test_single_invites import in_state, show, submit
from waiting import eventually


def report(
    outputs: dict, body: dict, *, key: str | None = None, at: float | None = None, sent: str | None = None
) -> requests.Response:
    """What the device side says, signed with its secret unless `key` is another."""
    text = json.dumps(body)
    seconds = int(time.time() if at is None else at)
    key = key or device_secret(outputs)
    signature = hmac.new(key.encode(), f"{seconds}.{text}".encode(), hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Invite-Signature": f"t={seconds},v1={signature}"}
    return requests.post(f"{outputs['ApiUrl']}/seed-devices", data=sent or text, headers=headers, timeout=60)


def device_secret(outputs: dict) -> str:
    found = aws("secretsmanager").get_secret_value(SecretId=outputs["DeviceSecretId"])
    return json.loads(found["SecretString"])["secret"]


def event(account: str, state: str, **more: str) -> dict:
    now = datetime.datetime.now(datetime.timezone.utc)
    return {"account": account, "state": state, "at": now.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z", **more}


def seed_of(api) -> dict:
    return api.get("/me").json()["seed"]


def account_of(directory, person: dict) -> str:
    return directory.by_email(person["email"])[0]["Username"]


def test_an_officer_asks_for_their_own_account_and_a_device_completes_it(outputs, directory):
    username, password = make_person(outputs, people.officer()["email"], "true")
    api = sign_in(outputs, username, password).api
    assert seed_of(api)["state"] == "NOT_REQUIRED"
    answers = [api.post("/seed-requests") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202] * 3
    eventually(lambda: seed_of(api)["state"], what="a licence", until=lambda state: state == "LICENCE_ASSIGNED")
    assert directory.groups(username) == ["seed"]
    assert report(outputs, event(username, "enrolled")).status_code == 202
    assert seed_of(api)["label"] == "Fully Onboarded"
    assert report(outputs, event(username, "failed", reason="disk-not-encrypted")).status_code == 202
    assert seed_of(api)["device"]["reason"] == "disk-not-encrypted"


def test_a_vendor_is_shown_where_to_ask(vendor):
    answer = vendor.api.post("/seed-requests")
    assert (answer.status_code, problem(answer)["type"]) == (403, "/problems/seed-by-service-request")
    assert answer.json()["link"].startswith("https://")


def test_only_what_the_device_side_signed_just_now_is_heard(outputs):
    unknown = event("nobody.at.all", "enrolled")
    assert report(outputs, unknown).status_code == 202
    for answer in [
        report(outputs, unknown, key="x" * 64),
        report(outputs, unknown, at=time.time() - 360),
        report(outputs, unknown, sent=json.dumps({**unknown, "state": "removed"})),
        requests.post(f"{outputs['ApiUrl']}/seed-devices", json=unknown, timeout=60),
    ]:
        assert (answer.status_code, problem(answer)["type"]) == (401, "/problems/signature-not-valid")


def test_the_secret_before_is_live_while_the_device_side_changes_over(outputs):
    before = device_secret(outputs)
    changed = json.dumps({"secret": hashlib.sha256(before.encode()).hexdigest()})
    aws("secretsmanager").put_secret_value(SecretId=outputs["DeviceSecretId"], SecretString=changed)
    assert report(outputs, event("nobody.at.all", "enrolled"), key=before).status_code == 202
    # Functions keep what they read for a minute.
    eventually(lambda: report(outputs, event("nobody.at.all", "enrolled")).status_code == 202, 90, "the new secret")
    assert report(outputs, event("nobody.at.all", "enrolled"), key=before).status_code == 202


def test_a_disabled_account_loses_its_licence_and_gets_it_back(officer, outputs, directory, invoke):
    person = people.vendor()
    invite = submit(officer.api, people.account(person))
    in_state(officer.api, invite, "ACCOUNT_CREATED")
    account = account_of(directory, person)
    aws("cognito-idp").admin_disable_user(UserPoolId=outputs["UserPoolId"], Username=account)
    leave_alone(outputs, invite["id"])
    # The page notices it as its officer looks.
    shown = seed_in_state(officer.api, invite, "WITHDRAWN")
    assert (shown["techpass"]["label"], shown["seed"]["label"]) == ("Disabled", "Licence withdrawn")
    assert directory.groups(account) == []
    # A call that was to assign it ends after it was withdrawn.
    where = {"UserPoolId": outputs["UserPoolId"], "Username": account}
    aws("cognito-idp").admin_add_user_to_group(**where, GroupName="seed")
    leave_alone(outputs, invite["id"])
    audit(outputs, invoke)
    eventually(lambda: directory.groups(account), what="no licence again", until=lambda groups: groups == [])
    seed_in_state(officer.api, invite, "WITHDRAWN")
    aws("cognito-idp").admin_enable_user(UserPoolId=outputs["UserPoolId"], Username=account)
    leave_alone(outputs, invite["id"])
    # The daily audit notices it though no page is opened.
    audit(outputs, invoke)
    eventually(lambda: directory.groups(account), what="a licence again", until=lambda groups: groups == ["seed"])
    shown = seed_in_state(officer.api, invite, "LICENCE_ASSIGNED")
    assert shown["techpass"]["label"] == "Not Onboarded"


def seed_in_state(api, invite: dict, state: str) -> dict:
    return eventually(
        lambda: show(api, invite), what=f"SEED {state}", until=lambda found: found["seed"]["state"] == state
    )


def leave_alone(outputs: dict, id: str) -> None:
    """As if nothing had happened to the invite for a while, once nothing is under way for it: its mail has arrived."""

    def mail_state() -> str:
        return stored(outputs["TableName"], id)["body"]["M"]["mail"]["M"]["state"]["M"]["state"]["S"]

    eventually(mail_state, what=f"the mail of {id}", until=lambda state: state == "DELIVERED")

    def change(item: dict, body: dict) -> dict:
        body["updated_at"] = "2026-01-01T00:00:00.000Z"
        return {}

    rewrite(outputs["TableName"], {"body.id": id}, change)


def audit(outputs: dict, invoke) -> None:
    """Has `maintain` compare accounts and invites now, as if a day had passed."""
    for job in ["account-audit", "licence-audit"]:
        bring_job_forward(outputs["TableName"], job)
    assert invoke("maintain", {})["error"] is None

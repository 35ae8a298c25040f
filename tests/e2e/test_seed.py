"""SEED after the invite: asked for by its holder, completed by a device, withdrawn and given again with the account."""

import datetime
import hashlib
import hmac
import json
import time

import people
import requests
from conftest import aws, eventually, sign_in
from test_authorisation import make_person
from test_gateway import problem
from test_single_invites import in_state, submit
from test_sweep import rewrite, stored


def tell(outputs: dict, body: dict, *, key: str | None = None, at: float | None = None, sent: str | None = None) -> requests.Response:
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
    eventually(lambda: seed_of(api)["state"] == "LICENCE_ASSIGNED", what="a licence")
    assert directory.groups(username) == ["seed"]
    assert tell(outputs, event(username, "enrolled")).status_code == 202
    assert seed_of(api)["label"] == "Fully Onboarded"
    assert tell(outputs, event(username, "failed", reason="disk-not-encrypted")).status_code == 202
    assert seed_of(api)["device"]["reason"] == "disk-not-encrypted"


def test_a_vendor_is_told_where_to_ask(vendor):
    answer = vendor.api.post("/seed-requests")
    assert (answer.status_code, problem(answer)["type"]) == (403, "/problems/seed-by-service-request")
    assert answer.json()["link"].startswith("https://")


def test_only_what_the_device_side_signed_just_now_is_heard(outputs):
    unknown = event("nobody.at.all", "enrolled")
    assert tell(outputs, unknown).status_code == 202
    for answer in [
        tell(outputs, unknown, key="x" * 64),
        tell(outputs, unknown, at=time.time() - 360),
        tell(outputs, unknown, sent=json.dumps({**unknown, "state": "removed"})),
        requests.post(f"{outputs['ApiUrl']}/seed-devices", json=unknown, timeout=60),
    ]:
        assert (answer.status_code, problem(answer)["type"]) == (401, "/problems/signature-not-valid")


def test_the_secret_before_is_live_while_the_device_side_changes_over(outputs):
    before = device_secret(outputs)
    changed = json.dumps({"secret": hashlib.sha256(before.encode()).hexdigest()})
    aws("secretsmanager").put_secret_value(SecretId=outputs["DeviceSecretId"], SecretString=changed)
    assert tell(outputs, event("nobody.at.all", "enrolled"), key=before).status_code == 202
    # Functions keep what they read for a minute.
    eventually(lambda: tell(outputs, event("nobody.at.all", "enrolled")).status_code == 202, 90, "the new secret")
    assert tell(outputs, event("nobody.at.all", "enrolled"), key=before).status_code == 202


def test_a_disabled_account_loses_its_licence_and_gets_it_back(officer, outputs, directory, invoke):
    person = people.vendor()
    invite = submit(officer.api, people.account(person))
    in_state(officer.api, invite, "ACCOUNT_CREATED")
    account = account_of(directory, person)
    aws("cognito-idp").admin_disable_user(UserPoolId=outputs["UserPoolId"], Username=account)
    leave_alone(outputs, invite["id"])
    # The page notices it as its officer looks.
    shown = eventually(lambda: state_of(officer, invite, "WITHDRAWN"), what="the licence to go")
    assert (shown["techpass"]["label"], shown["seed"]["label"]) == ("Disabled", "Licence withdrawn")
    assert directory.groups(account) == []
    # A call that was to assign it ends after it was withdrawn.
    where = {"UserPoolId": outputs["UserPoolId"], "Username": account}
    aws("cognito-idp").admin_add_user_to_group(**where, GroupName="seed")
    leave_alone(outputs, invite["id"])
    audit(outputs, invoke)
    eventually(lambda: directory.groups(account) == [], what="the licence to go again")
    eventually(lambda: state_of(officer, invite, "WITHDRAWN"), what="the record of it")
    aws("cognito-idp").admin_enable_user(UserPoolId=outputs["UserPoolId"], Username=account)
    leave_alone(outputs, invite["id"])
    # The sweeper notices it though nobody looks.
    audit(outputs, invoke)
    eventually(lambda: directory.groups(account) == ["seed"], what="the licence to come back")
    shown = eventually(lambda: state_of(officer, invite, "LICENCE_ASSIGNED"), what="the record of it")
    assert shown["techpass"]["label"] == "Not Onboarded"


def state_of(officer, invite: dict, seed: str) -> dict | None:
    shown = officer.api.get(f"/invites/{invite['id']}").json()
    return shown if shown["seed"]["state"] == seed else None


def leave_alone(outputs: dict, id: str) -> None:
    """As if nothing had happened to the invite for a while, once nothing is under way for it: its mail has arrived."""
    mail = lambda: stored(outputs["TableName"], id)["body"]["M"]["mail"]["M"]["state"]["M"]["state"]["S"]
    eventually(lambda: mail() == "DELIVERED", what=f"the mail of {id}")

    def change(item: dict, body: dict) -> dict:
        body["updated_at"] = "2026-01-01T00:00:00.000Z"
        return {}

    rewrite(outputs["TableName"], id, change)


def audit(outputs: dict, invoke) -> None:
    """Has the sweeper compare accounts and invites now, as if a day had passed."""
    for job in ["directory-audit", "licence-audit", "account-audit"]:
        key = {"pk": {"S": "JOB"}, "sk": {"S": job}}
        aws("dynamodb").delete_item(TableName=outputs["TableName"], Key=key)
    assert invoke("sweep", {})["error"] is None

"""The emulator refuses what Cognito refuses of a pool's mail, so that no deployment fails on AWS first."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "infra" / "local"))

import pool  # noqa: E402 - found through the path above.
from ministack.services import cognito, ses_v2  # noqa: E402

DOMAIN = "agency.gov.sg"
OWN_SENDER = {
    "EmailSendingAccount": "DEVELOPER",
    "From": f"Invite users <no-reply@{DOMAIN}>",
    "SourceArn": f"arn:aws:ses:ap-southeast-1:000000000000:identity/{DOMAIN}",
}
INVITATION = {"EmailSubject": "Your password", "EmailMessage": "<p>{####}</p><p>{username}</p>"}
CODE = {"EmailSubject": "Your code", "EmailMessage": "<p>{####}</p>"}


def settings(sender=OWN_SENDER, invitation=INVITATION, verification=CODE) -> dict:
    return {
        "PoolName": "people",
        "EmailConfiguration": sender,
        "AdminCreateUserConfig": {"InviteMessageTemplate": invitation},
        "VerificationMessageTemplate": verification,
    }


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    for name in ("_create_user_pool", "_update_user_pool", "_admin_create_user"):
        monkeypatch.setattr(cognito, name, getattr(cognito, name))
    ses_v2._identities[DOMAIN] = {"VerifiedForSendingStatus": True}
    pool.enforce()
    yield
    ses_v2._identities.pop(DOMAIN, None)


def answer_of(answer) -> dict:
    status, _, body = answer
    return {"status": status, **json.loads(body)}


def create(**changed) -> dict:
    return answer_of(cognito._create_user_pool(settings(**changed)))


def test_a_pool_with_words_and_a_sender_of_its_own_is_taken():
    created = create()
    assert created["status"] == 200
    updated = cognito._update_user_pool({"UserPoolId": created["UserPool"]["Id"], **settings()})
    assert answer_of(updated)["status"] == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"sender": {}},
        {"sender": {}, "verification": {}},
        {"sender": {}, "invitation": {}},
        {"sender": {**OWN_SENDER, "SourceArn": "arn:aws:ses:ap-southeast-1:000000000000:identity/other.gov.sg"}},
        {"sender": {**OWN_SENDER, "From": "no-reply@other.gov.sg"}},
        {"sender": {"EmailSendingAccount": "DEVELOPER"}},
        {"invitation": {**INVITATION, "EmailSubject": "x" * 141}},
        {"invitation": {**INVITATION, "EmailSubject": ""}},
        {"invitation": {**INVITATION, "EmailMessage": "{####}{username}" + "x" * 20_000}},
        {"invitation": {**INVITATION, "EmailMessage": "No password for {username}."}},
        {"invitation": {**INVITATION, "EmailMessage": "No name beside {####}."}},
        {"verification": {**CODE, "EmailMessage": "No code."}},
        {"verification": {**CODE, "EmailMessage": "{username}, your code is {####}"}},
    ],
)
def test_what_cognito_refuses_of_mail_is_refused(changed):
    refused = create(**changed)
    assert (refused["status"], refused["__type"]) == (400, "InvalidParameterException"), refused
    taken = create()["UserPool"]["Id"]
    again = answer_of(cognito._update_user_pool({"UserPoolId": taken, **settings(**changed)}))
    assert again["status"] == 400, again


def invite_again(pool_id: str) -> dict:
    request = {"UserPoolId": pool_id, "Username": "ada", "MessageAction": "RESEND", "DesiredDeliveryMediums": ["EMAIL"]}
    return answer_of(cognito._admin_create_user(request))


def test_each_first_password_voids_the_one_before_and_none_follows_the_holders_own():
    pool_id = create()["UserPool"]["Id"]
    email = [{"Name": "email", "Value": "ada@vendor.example.com"}]
    cognito._admin_create_user(
        {"UserPoolId": pool_id, "Username": "ada", "MessageAction": "SUPPRESS", "UserAttributes": email}
    )
    user = cognito._user_pools[pool_id]["_users"]["ada"]
    passwords = [user["_password"]]
    for _ in range(2):
        assert invite_again(pool_id)["status"] == 200
        passwords.append(user["_password"])
    assert len(set(passwords)) == 3
    user["UserStatus"] = "CONFIRMED"
    refused = invite_again(pool_id)
    assert (refused["status"], refused["__type"]) == (400, "UnsupportedUserStateException")
    assert user["_password"] == passwords[-1]

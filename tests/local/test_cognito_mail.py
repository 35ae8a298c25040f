"""A deployment ends where Cognito would refuse the pool's mail, so that none fails on AWS first."""

import pytest

import cognito_mail

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
        "EmailConfiguration": sender,
        "AdminCreateUserConfig": {"InviteMessageTemplate": invitation},
        "VerificationMessageTemplate": verification,
    }


def test_a_pool_with_words_and_a_sender_of_its_own_is_taken():
    assert cognito_mail.fault_of(settings(), {DOMAIN}) is None


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"sender": {}}, "can be customized"),
        ({"sender": {}, "verification": {}}, "can be customized"),
        ({"sender": {}, "invitation": {}}, "can be customized"),
        (
            {"sender": {**OWN_SENDER, "SourceArn": "arn:aws:ses:x:0:identity/other.gov.sg"}},
            "not verified: other.gov.sg",
        ),
        ({"sender": {**OWN_SENDER, "From": "no-reply@other.gov.sg"}}, "is not of the identity"),
        ({"sender": {"EmailSendingAccount": "DEVELOPER"}}, "SourceArn is missing"),
        ({"invitation": {**INVITATION, "EmailSubject": "x" * 141}}, "EmailSubject has 141"),
        ({"invitation": {**INVITATION, "EmailSubject": ""}}, "EmailSubject has 0"),
        ({"invitation": {**INVITATION, "EmailMessage": "{####}{username}" + "x" * 20_000}}, "EmailMessage has 20016"),
        ({"invitation": {**INVITATION, "EmailMessage": "No password for {username}."}}, "EmailMessage: {####}"),
        ({"invitation": {**INVITATION, "EmailMessage": "No name beside {####}."}}, "EmailMessage: {username}"),
        ({"verification": {**CODE, "EmailMessage": "No code."}}, "EmailMessage: {####}"),
        ({"verification": {**CODE, "EmailMessage": "{username}, your code is {####}"}}, "EmailMessage: {username}"),
    ],
)
def test_what_cognito_refuses_of_mail_is_named(changed, fault):
    assert fault in cognito_mail.fault_of(settings(**changed), {DOMAIN})

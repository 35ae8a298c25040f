"""How the first officers of a stage get an account, with recorded answers that botocore holds against AWS's own
model."""

import re

import pytest
from botocore.stub import ANY, Stubber

import officer
import recorded
from rendered import properties
from resolved import Stack

POOL, ADDRESS = "ap-southeast-1_1a2b3c4d5", "ada.tan@example-agency.gov.sg"
WANTED = {
    "UserPoolId": POOL,
    "Username": ANY,
    "UserAttributes": [{"Name": "email", "Value": ADDRESS}, {"Name": "email_verified", "Value": "true"}],
    "DesiredDeliveryMediums": ["EMAIL"],
}
USER = {
    "Username": "officer-1a2b",
    "Enabled": True,
    "UserStatus": "FORCE_CHANGE_PASSWORD",
    "Attributes": WANTED["UserAttributes"],
}


class Directory:
    """A pool that gives recorded answers, in the order in which they are asked for."""

    def __init__(self):
        self.stubber = Stubber(recorded.client("cognito-idp"))
        self.stubber.activate()
        self.pool = officer.Pool(self.stubber.client, POOL)

    def has(self, *users: dict) -> None:
        self.stubber.add_client_error("admin_create_user", "AliasExistsException", expected_params=WANTED)
        asked = {"UserPoolId": POOL, "Filter": f'email = "{ADDRESS}"'}
        self.stubber.add_response("list_users", {"Users": list(users)}, asked)

    def add(self) -> str:
        said = self.pool.add(ADDRESS)
        self.stubber.assert_no_pending_responses()
        return said


def test_an_officer_gets_an_account_with_a_verified_address_and_a_password_by_mail():
    """What shared/web/src/officer.rs asks of an account: a verified address. The rules say the rest."""
    directory = Directory()
    directory.stubber.add_response("admin_create_user", {"User": USER}, WANTED)
    said = directory.add()
    assert re.fullmatch(r"The account officer-[0-9a-f]{16} was made, and its first password is mailed\.", said)


def test_a_password_that_was_lost_is_mailed_again_to_the_same_account():
    directory = Directory()
    unverified = {**USER, "Username": "other", "Attributes": [{"Name": "email", "Value": ADDRESS}]}
    directory.has(unverified, USER)
    again = {k: v for k, v in WANTED.items() if k != "UserAttributes"}
    again |= {"Username": "officer-1a2b", "MessageAction": "RESEND"}
    directory.stubber.add_response("admin_create_user", {"User": USER}, again)
    assert directory.add() == "This address has the account officer-1a2b. Another first password is mailed."


def test_an_officer_who_has_signed_in_keeps_the_password():
    directory = Directory()
    directory.has({**USER, "UserStatus": "CONFIRMED"})
    assert "has a password" in directory.add()


def test_an_account_that_was_disabled_is_not_opened_again_by_itself():
    directory = Directory()
    directory.has({**USER, "Enabled": False})
    with pytest.raises(SystemExit, match="officer-1a2b, which is disabled"):
        directory.add()


def test_an_account_that_is_not_listed_yet_is_waited_for():
    directory = Directory()
    directory.has()
    with pytest.raises(SystemExit, match="does not list it yet"):
        directory.add()


class Local:
    """The clients and the outputs of a stack."""

    def __init__(self, monkeypatch, directory: Directory):
        monkeypatch.setattr(officer.operate, "clients_of", lambda stage: lambda service: directory.stubber.client)
        outputs = {"UserPoolId": POOL, "PortalUrl": "https://invite.example.gov.sg"}
        found = type("Found", (), {"outputs": lambda self: outputs})()
        monkeypatch.setattr(officer.stages, "stack_of", lambda stage, client: found)


def test_the_command_says_where_to_sign_in_and_what_else_it_takes(monkeypatch, capsys):
    directory = Directory()
    directory.stubber.add_response("admin_create_user", {"User": USER}, WANTED)
    Local(monkeypatch, directory)
    officer.main("prod", "Ada.Tan@Example-Agency.gov.sg")
    said = capsys.readouterr().out
    assert "Sign-in: https://invite.example.gov.sg/\n" in said
    assert "make operate STAGE=prod DO=show-rules" in said
    assert "@" not in said, "an address is not printed"


@pytest.mark.parametrize("address", ["ada.tan", "@agency.gov.sg", 'a"b@agency.gov.sg', "a b@agency.gov.sg", "", "a@b"])
def test_what_is_no_address_is_refused_before_anything_is_asked(address):
    with pytest.raises(SystemExit, match="no email address"):
        officer.main("prod", address)


def test_nobody_signs_up_so_the_first_officers_need_this_command():
    pool = Stack(SenderIdentity="agency.gov.sg").properties("UserPool")
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert pool["AliasAttributes"] == ["email"]
    # What the pool requires of an account, the command sets.
    required = [one["Name"] for one in properties("UserPool")["Schema"] if one.get("Required")]
    assert required == []

"""How lost accounts are created again, with recorded answers that botocore holds against AWS's own model."""

import io
import json

import pytest
from botocore.response import StreamingBody
from botocore.stub import ANY, Stubber

import accounts
import recorded

BUCKET, POOL = "invite-users-backups", "ap-southeast-1_1a2b3c4d5"
OLD, NEW = "accounts/2026-11-26T18:00:00.000Z", "accounts/2026-11-27T18:00:00.000Z"
TAN = {"name": "po-1a2b", "status": "SIGNED_IN", "attributes": {"email": "tan@agency.gov.sg", "sub": "0a1b"}}
LIM = {"name": "lim.vendor", "status": "PENDING", "attributes": {"email": "lim@vendor.example.com", "sub": "0c1d"}}
RAO = {"name": "po-3c4d", "status": "DISABLED", "attributes": {"email": "rao@agency.gov.sg", "sub": "0e1f"}}


class Aws:
    """A bucket and a pool that give recorded answers, in the order in which they are asked for."""

    def __init__(self):
        self.s3, self.cognito = Stubber(recorded.client("s3")), Stubber(recorded.client("cognito-idp"))
        for stubber in [self.s3, self.cognito]:
            stubber.activate()
        self.backups = accounts.Backups(self.s3.client, BUCKET)
        self.pool = accounts.Pool(self.cognito.client, POOL, "seed")

    def expect_keys(self, prefix: str, *keys: str) -> None:
        contents = [{"Key": key} for key in keys]
        self.s3.add_response("list_objects_v2", {"Contents": contents}, {"Bucket": BUCKET, "Prefix": prefix})

    def expect_lines(self, key: str, *lines: dict) -> None:
        text = "".join(json.dumps(line) + "\n" for line in lines).encode()
        body = StreamingBody(io.BytesIO(text), len(text))
        self.s3.add_response("get_object", {"Body": body}, {"Bucket": BUCKET, "Key": key})

    def expect_backup(self) -> None:
        """A list that ended, a newer one that did not, and licences of three days."""
        begun = "accounts/2026-11-28T18:00:00.000Z/d.jsonl"
        self.expect_keys("accounts/", f"{OLD}/complete", f"{NEW}/a.jsonl", f"{NEW}/complete", begun)
        days = ["licences/2026-11-25/1.jsonl", "licences/2026-11-26/2.jsonl", "licences/2026-11-27/3.jsonl"]
        self.expect_keys("licences/", *days)
        self.expect_keys("licences/2026-11-26/", days[1])
        self.expect_lines(days[1], {"name": "po-1a2b"})
        self.expect_keys("licences/2026-11-27/", days[2])
        self.expect_lines(days[2], {"name": "somebody"})
        self.expect_keys(f"{NEW}/", f"{NEW}/a.jsonl", f"{NEW}/b.jsonl", f"{NEW}/complete")
        self.expect_lines(f"{NEW}/a.jsonl", TAN, LIM)
        self.expect_lines(f"{NEW}/b.jsonl", RAO, LIM)

    def expect_users(self, *names: str) -> None:
        users = [{"Username": name} for name in names]
        self.cognito.add_response("list_users", {"Users": users}, {"UserPoolId": POOL})

    def expect_creation(self, account: dict, **error) -> None:
        user = {"UserPoolId": POOL, "Username": account["name"]}
        attributes = [{"Name": "email", "Value": account["attributes"]["email"]}]
        asked = {**user, "UserAttributes": attributes, "MessageAction": "SUPPRESS"}
        if error:
            self.cognito.add_client_error("admin_create_user", error["code"], expected_params=asked)
        else:
            self.cognito.add_response("admin_create_user", {}, asked)
        if account["status"] != "PENDING":
            asked = {**user, "Password": ANY, "Permanent": True}
            self.cognito.add_response("admin_set_user_password", {}, asked)
        if account["status"] == "DISABLED":
            self.cognito.add_response("admin_disable_user", {}, user)
        if account is TAN:
            self.cognito.add_response("admin_add_user_to_group", {}, {**user, "GroupName": "seed"})

    def restore(self, confirmed: int | None) -> None:
        accounts.restore(self.backups, self.pool, confirmed)
        for stubber in [self.s3, self.cognito]:
            stubber.assert_no_pending_responses()


def test_without_a_number_nothing_is_created(capsys):
    aws = Aws()
    aws.expect_backup()
    aws.expect_users("po-1a2b", "made.since")
    aws.restore(None)
    said = capsys.readouterr().out
    assert "has 3 accounts. 2 of them are gone, 2 are there." in said
    assert '"accounts 2"' in said
    assert "@" not in said


def test_accounts_that_are_gone_are_created_as_they_were_and_nobody_is_mailed(capsys):
    aws = Aws()
    aws.expect_backup()
    aws.expect_users("made.since")
    for account in [LIM, TAN, RAO]:
        aws.expect_creation(account)
    aws.restore(3)
    assert capsys.readouterr().out.endswith("3 accounts are created again.\n")


def test_what_was_broken_off_is_finished():
    aws = Aws()
    aws.expect_backup()
    aws.expect_users("lim.vendor", "po-3c4d")
    aws.expect_creation(TAN, code="UsernameExistsException")
    aws.restore(1)


def test_another_number_than_those_that_are_gone_creates_nothing():
    aws = Aws()
    aws.expect_backup()
    aws.expect_users("lim.vendor", "po-3c4d")
    with pytest.raises(SystemExit, match="1 are gone, and not 3"):
        aws.restore(3)


def test_without_a_list_that_ended_nothing_is_created():
    aws = Aws()
    aws.expect_keys("accounts/", f"{NEW}/a.jsonl")
    with pytest.raises(SystemExit, match="No list of accounts"):
        aws.restore(None)


def test_a_password_has_every_kind_of_character_and_is_never_the_same():
    made = {accounts.password() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        assert len(password) == 32
        for has in [str.islower, str.isupper, str.isdigit, lambda letter: letter in accounts.SYMBOLS]:
            assert any(map(has, password))


def test_an_account_is_not_printed():
    assert "tan@" not in repr(accounts.Account(**TAN))

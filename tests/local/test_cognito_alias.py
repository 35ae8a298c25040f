"""Which second account of an address the emulator refuses, as Cognito does."""

import pytest

import cognito_alias


class Pool:
    """A user pool with one account, ada, whose address is verified or not."""

    class exceptions:
        ResourceNotFoundException = KeyError

    def __init__(self, verified: str, aliases: list[str]):
        self.verified, self.aliases = verified, aliases

    def list_users(self, UserPoolId: str, Filter: str) -> dict:
        attributes = [
            {"Name": "email", "Value": "ada@vendor.example.com"},
            {"Name": "email_verified", "Value": self.verified},
        ]
        return {"Users": [{"Username": "Ada", "Attributes": attributes}] if "ada@vendor" in Filter else []}

    def describe_user_pool(self, UserPoolId: str) -> dict:
        return {"UserPool": {"AliasAttributes": self.aliases}}


def request(name: str = "bo", email: str = "ada@vendor.example.com", verified: str = "true", **more: object) -> dict:
    attributes = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": verified}]
    return {"UserPoolId": "pool", "Username": name, "UserAttributes": attributes, **more}


@pytest.mark.parametrize(
    ("asked", "verified", "aliases", "taken"),
    [
        (request(), "true", ["email"], True),
        (request(email="bo@vendor.example.com"), "true", ["email"], False),
        (request(verified="false"), "true", ["email"], False),
        (request(), "false", ["email"], False),
        (request(), "true", [], False),
        (request(name="ada"), "true", ["email"], False),
        (request(ForceAliasCreation=True), "true", ["email"], False),
        (request(MessageAction="RESEND"), "true", ["email"], False),
        ({"UserPoolId": "pool", "Username": "bo"}, "true", ["email"], False),
    ],
)
def test_a_verified_address_has_one_account_in_a_pool_with_that_alias(monkeypatch, asked, verified, aliases, taken):
    monkeypatch.setattr(cognito_alias.root, "client", lambda _: Pool(verified, aliases))
    assert cognito_alias.is_taken(asked) is taken

"""Makes the account of an officer, and has its first password mailed: `officer.py STAGE ADDRESS`.

The first officers of a stage have nobody who could invite them, and nobody can sign up. Done again, it mails another
first password to an officer who has not signed in yet.

Whether the holder may invite is up to the domain rules: the domain of the address must be one of officers.
"""

import re
import secrets
import sys
from dataclasses import dataclass

import operate
import stages

# What a filter of Cognito can hold, too.
ADDRESS = re.compile(r'[^@\s"\\]+@[^@\s"\\]+\.[^@\s"\\]+')
NEVER_SIGNED_IN = "FORCE_CHANGE_PASSWORD"
BY_MAIL = {"DesiredDeliveryMediums": ["EMAIL"]}


@dataclass
class Pool:
    """The user pool of a stack, with a client of Cognito."""

    cognito: object
    id: str

    def add(self, address: str) -> str:
        """Creates the account, or mails its password again. Says what was done, without the address."""
        # The pool signs people in by their address, so the name may not look like one.
        name = f"officer-{secrets.token_hex(8)}"
        attributes = [{"Name": "email", "Value": address}, {"Name": "email_verified", "Value": "true"}]
        taken = (self.cognito.exceptions.AliasExistsException, self.cognito.exceptions.UsernameExistsException)
        try:
            self.cognito.admin_create_user(UserPoolId=self.id, Username=name, UserAttributes=attributes, **BY_MAIL)
        except taken:
            return self.mail_again(address)
        return f"The account {name} was made, and its first password is mailed."

    def mail_again(self, address: str) -> str:
        users = self.cognito.list_users(UserPoolId=self.id, Filter=f'email = "{address}"')["Users"]
        # Two accounts can have an address, of which one is verified and signs in with it.
        verified = [user for user in users if attributes_of(user).get("email_verified") == "true"]
        if not verified:
            sys.exit("The user pool has an account of this address, and does not list it yet. Repeat it in a minute.")
        user, name = verified[0], verified[0]["Username"]
        if not user["Enabled"]:
            sys.exit(f"This address has the account {name}, which is disabled: aws cognito-idp admin-enable-user.")
        if user["UserStatus"] != NEVER_SIGNED_IN:
            return f"This address has the account {name}, which has a password: its holder can sign in."
        self.cognito.admin_create_user(UserPoolId=self.id, Username=name, MessageAction="RESEND", **BY_MAIL)
        return f"This address has the account {name}. Another first password is mailed."


def attributes_of(user: dict) -> dict[str, str]:
    return {one["Name"]: one["Value"] for one in user.get("Attributes", [])}


def main(stage: str, address: str) -> None:
    if not ADDRESS.fullmatch(address):
        sys.exit("This is no email address: make officer STAGE=prod ADDRESS=ada.tan@agency.gov.sg")
    client = operate.clients_of(stage)
    outputs = stages.stack_of(stage, client).outputs()
    # Addresses are stored in small letters, as those of invited people are.
    print(Pool(client("cognito-idp"), outputs["UserPoolId"]).add(address.lower()))
    print(f"Sign-in: {outputs['PortalUrl']}/")
    print("Inviting needs domain rules that make the address's domain one of officers:")
    print(f"  make operate STAGE={stage} DO=show-rules")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])

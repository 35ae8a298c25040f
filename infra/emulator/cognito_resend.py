"""Sends an invitation of Cognito again as Cognito does: only to an account that never signed in, with a new password.

The emulator mails the old password again, to any account. A proxy in front of it asks for the account's state, and
gives the account its next temporary password before the request goes on.

MiniStack would have to offer: AdminCreateUser with RESEND as in Cognito's API reference.
"""

import secrets

import asgi
import root


def renew_passwords(app: asgi.App) -> asgi.App:
    return asgi.checked(app, "AWSCognitoIdentityProviderService.AdminCreateUser", renew)


def renew(request: dict) -> asgi.Refusal | None:
    """Gives the account its next password, or says why Cognito would refuse; of an unknown one the emulator says it."""
    if request.get("MessageAction") != "RESEND":
        return None
    people = root.client("cognito-idp")
    account = {"UserPoolId": request["UserPoolId"], "Username": request["Username"]}
    try:
        user = people.admin_get_user(**account)
    except (people.exceptions.UserNotFoundException, people.exceptions.ResourceNotFoundException):
        return None
    if user["UserStatus"] != "FORCE_CHANGE_PASSWORD":
        reason = f"Resend not possible. {user['Username']} status is not FORCE_CHANGE_PASSWORD"
        return asgi.Refusal("UnsupportedUserStateException", reason)
    people.admin_set_user_password(**account, Password=f"{secrets.token_urlsafe(12)}-aZ9", Permanent=False)
    return None

"""Sends an invitation of Cognito again as Cognito does: only to an account that never signed in, with a new password.

The emulator mails the old password again, to any account. A proxy in front of it asks for the account's state, and
gives the account its next temporary password before the request goes on.

MiniStack would have to offer: AdminCreateUser with RESEND as in Cognito's API reference.
"""

import asyncio
import json
import secrets

import asgi
import root

TARGET = "AWSCognitoIdentityProviderService.AdminCreateUser"


def renew_passwords(app: asgi.App) -> asgi.App:
    async def proxy(scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        if asgi.is_call(scope, "POST", "/") and asgi.header(scope, "x-amz-target") == TARGET:
            body, receive = await asgi.read_body(receive)
            request = json.loads(body)
            if request.get("MessageAction") == "RESEND" and (reason := await asyncio.to_thread(renew, request)):
                await asgi.refuse(send, 400, "UnsupportedUserStateException", reason)
                return
        await app(scope, receive, send)

    return proxy


def renew(request: dict) -> str | None:
    """Gives the account its next password, or says why Cognito would refuse; of an unknown one the emulator says it."""
    people = root.client("cognito-idp")
    account = {"UserPoolId": request["UserPoolId"], "Username": request["Username"]}
    try:
        user = people.admin_get_user(**account)
    except (people.exceptions.UserNotFoundException, people.exceptions.ResourceNotFoundException):
        return None
    if user["UserStatus"] != "FORCE_CHANGE_PASSWORD":
        return f"Resend not possible. {user['Username']} status is not FORCE_CHANGE_PASSWORD"
    people.admin_set_user_password(**account, Password=f"{secrets.token_urlsafe(12)}-aZ9", Permanent=False)
    return None

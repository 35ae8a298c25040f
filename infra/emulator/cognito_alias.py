"""Refuses a second account with a verified address, as Cognito does in a pool that signs people in by their address.

The emulator creates it. A proxy in front of it looks for another account with the address before the request goes on.

MiniStack would have to offer: AliasExistsException of AdminCreateUser as in Cognito's API reference.
"""

import json

import asgi
import root


def keep_unique(app: asgi.App) -> asgi.App:
    return asgi.checked(app, "AWSCognitoIdentityProviderService.AdminCreateUser", refusal_of)


def refusal_of(request: dict) -> asgi.Refusal | None:
    if not is_taken(request):
        return None
    return asgi.Refusal("AliasExistsException", "An account with the email already exists.")


def is_taken(request: dict) -> bool:
    """Whether another account of the pool has the verified address of this request."""
    address = verified_address(request.get("UserAttributes", []))
    if address is None or request.get("MessageAction") == "RESEND" or request.get("ForceAliasCreation"):
        return False
    people, pool = root.client("cognito-idp"), request["UserPoolId"]
    try:
        found = people.list_users(UserPoolId=pool, Filter=f"email = {json.dumps(address)}")["Users"]
    except people.exceptions.ResourceNotFoundException:
        return False
    others = [user for user in found if user["Username"].lower() != request["Username"].lower()]
    if not any(verified_address(user["Attributes"]) == address for user in others):
        return False
    return "email" in people.describe_user_pool(UserPoolId=pool)["UserPool"].get("AliasAttributes", [])


def verified_address(attributes: list[dict]) -> str | None:
    values = {attribute["Name"]: attribute["Value"] for attribute in attributes}
    return values.get("email") if values.get("email_verified") == "true" else None

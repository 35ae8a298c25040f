"""Makes the emulator's user pools as strict about mail as Cognito, where AWS would refuse a deployment or a call.

* A pool that mails through Cognito's own sender has no words of its own, and one that mails through SES names a
  verified identity that its sender is of (EmailConfigurationType in Cognito's API reference).
* Subjects and messages have the lengths of MessageTemplateType, and a message holds the placeholder of its code.
  `{username}` belongs to an invitation, which has to hold it, and to nothing else.
* An invitation is sent again only to an account that never signed in, and each one voids the password before it.
"""

from email.utils import parseaddr

from ministack.core.responses import error_response_json
from ministack.services import cognito, ses_v2

MAX_SUBJECT, MIN_MESSAGE, MAX_MESSAGE = 140, 6, 20_000
CODE, USERNAME = "{####}", "{username}"


def enforce() -> None:
    create, update, invite = cognito._create_user_pool, cognito._update_user_pool, cognito._admin_create_user
    cognito._create_user_pool = lambda pool: refusal(pool) or create(pool)
    cognito._update_user_pool = lambda pool: refusal(pool) or update(pool)
    cognito._admin_create_user = lambda request: prepare_repetition(request) or invite(request)


def refusal(pool: dict):
    """Why Cognito would refuse these settings of mail, as its answer, or nothing."""
    invitation = (pool.get("AdminCreateUserConfig") or {}).get("InviteMessageTemplate") or {}
    verification = pool.get("VerificationMessageTemplate") or {}
    reason = (
        fault_of_sender(pool.get("EmailConfiguration") or {}, invitation, verification)
        or fault_of_words("AdminCreateUserConfig.InviteMessageTemplate", invitation, required=(CODE, USERNAME))
        or fault_of_words("VerificationMessageTemplate", verification, required=(CODE,), forbidden=(USERNAME,))
    )
    return error_response_json("InvalidParameterException", reason, 400) if reason else None


def fault_of_sender(sender: dict, *templates: dict) -> str | None:
    if sender.get("EmailSendingAccount", "COGNITO_DEFAULT") != "DEVELOPER":
        own = any(template.get(name) for template in templates for name in ("EmailSubject", "EmailMessage"))
        return "Email messages can be customized with EmailSendingAccount DEVELOPER only." if own else None
    identity = sender.get("SourceArn", "").partition(":identity/")[2]
    if not (ses_v2._identities.get(identity) or {}).get("VerifiedForSendingStatus"):
        return f"Email address is not verified: {identity or 'SourceArn is missing'}."
    address = parseaddr(sender.get("From", identity))[1]
    if identity not in (address, address.partition("@")[2]):
        return f"From {address} is not of the identity {identity}."
    return None


def fault_of_words(name: str, template: dict, required: tuple, forbidden: tuple = ()) -> str | None:
    subject, message = template.get("EmailSubject"), template.get("EmailMessage")
    if subject is not None and not 1 <= len(subject) <= MAX_SUBJECT:
        return f"{name}.EmailSubject has {len(subject)} characters."
    if message is None:
        return None
    if not MIN_MESSAGE <= len(message) <= MAX_MESSAGE:
        return f"{name}.EmailMessage has {len(message)} characters."
    wrong = [text for text in required if text not in message] + [text for text in forbidden if text in message]
    return f"{name}.EmailMessage: {', '.join(wrong)}" if wrong else None


def prepare_repetition(request: dict):
    """Gives an account that is invited again its next password, or says that it cannot be invited again."""
    if (request.get("MessageAction") or "").upper() != "RESEND":
        return None
    pool, _ = cognito._resolve_pool(request.get("UserPoolId"))
    user = (pool or {}).get("_users", {}).get(request.get("Username"))
    if user is None:
        return None
    if user["UserStatus"] != "FORCE_CHANGE_PASSWORD":
        reason = f"Resend not possible. {user['Username']} status is not FORCE_CHANGE_PASSWORD"
        return error_response_json("UnsupportedUserStateException", reason, 400)
    user["_password"] = cognito._generate_temp_password()
    return None

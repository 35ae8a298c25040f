"""Ends a deployment whose user pool has settings of mail that Cognito refuses, so that none fails on AWS first.

* A pool that mails through Cognito's own sender has no words of its own, and one that mails through SES names a
  verified identity that its sender is of (EmailConfigurationType in Cognito's API reference).
* Subjects and messages have the lengths of MessageTemplateType, and a message holds the placeholder of its code.
  `{username}` belongs to an invitation, which has to hold it, and to nothing else.

The emulator takes everything, so what it took is read back and checked.

MiniStack would have to offer: the same refusals from CreateUserPool and UpdateUserPool.
"""

from email.utils import parseaddr

from stack import client, stop

MAX_SUBJECT, MIN_MESSAGE, MAX_MESSAGE = 140, 6, 20_000
CODE, USERNAME = "{####}", "{username}"


def check(pool_id: str) -> None:
    pool = client("cognito-idp").describe_user_pool(UserPoolId=pool_id)["UserPool"]
    ses = client("sesv2")
    identities = ses.list_email_identities()["EmailIdentities"]
    verified = {i["IdentityName"] for i in identities if i["VerificationStatus"] == "SUCCESS"}
    if fault := fault_of(pool, verified):
        stop(f"Cognito would refuse the user pool of template.yaml: {fault}")


def fault_of(pool: dict, verified: set[str]) -> str | None:
    """Why Cognito would refuse these settings of mail, if it would. `verified` are the identities that SES may use."""
    invitation = (pool.get("AdminCreateUserConfig") or {}).get("InviteMessageTemplate") or {}
    verification = pool.get("VerificationMessageTemplate") or {}
    return (
        fault_of_sender(pool.get("EmailConfiguration") or {}, verified, invitation, verification)
        or fault_of_words("AdminCreateUserConfig.InviteMessageTemplate", invitation, required=(CODE, USERNAME))
        or fault_of_words("VerificationMessageTemplate", verification, required=(CODE,), forbidden=(USERNAME,))
    )


def fault_of_sender(sender: dict, verified: set[str], *templates: dict) -> str | None:
    if sender.get("EmailSendingAccount", "COGNITO_DEFAULT") != "DEVELOPER":
        own = any(template.get(name) for template in templates for name in ("EmailSubject", "EmailMessage"))
        return "Email messages can be customized with EmailSendingAccount DEVELOPER only." if own else None
    identity = sender.get("SourceArn", "").partition(":identity/")[2]
    if identity not in verified:
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

"""Signing in, and what is mailed."""

import json
import re

import pytest

from rendered import ROOT, SOURCE, of_type, properties
from resolved import Stack


def test_nobody_signs_up_alone():
    pool = properties("UserPool")
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert pool["UsernameConfiguration"] == {"CaseSensitive": False}


def words(template: str) -> dict[str, str]:
    """The subject and the message of a kind of mail that Cognito sends, with each parameter in angle brackets."""
    settings = properties("UserPool")
    value = settings["AdminCreateUserConfig"][template] if template == "InviteMessageTemplate" else settings[template]
    condition, without, ours = value["Fn::If"]
    # Cognito's own sender takes no words of ours.
    assert (condition, without) == ("MakeIdentity", {"Ref": "AWS::NoValue"})
    text, filled = ours["EmailMessage"]["Fn::Sub"]
    for name in filled:
        text = text.replace("${" + name + "}", f"<{name}>")
    assert "${" not in text
    return {"subject": ours["EmailSubject"], "message": text}


COGNITO_MAILS = ["InviteMessageTemplate", "VerificationMessageTemplate"]


def test_cognito_mails_from_our_address_in_our_name_once_its_identity_is_verified():
    condition, without, sender = properties("UserPool")["EmailConfiguration"]["Fn::If"]
    assert (condition, without) == ("MakeIdentity", {"Ref": "AWS::NoValue"})
    name = re.search(r'SENDER_NAME: &str = "(.+)";', (ROOT / "shared/mail/src/ses.rs").read_text())[1]
    assert sender["EmailSendingAccount"] == "DEVELOPER"
    assert sender["From"] == {"Fn::Sub": f"{name} <${{SenderAddress}}>"}
    assert sender["ReplyToEmailAddress"] == {"Ref": "SupportAddress"}
    assert sender["SourceArn"]["Fn::Sub"].endswith(":identity/${SenderIdentity}")


def test_mails_of_cognito_that_do_not_arrive_raise_an_alarm():
    """They have none of our tags, so track-mail could not find whose they are."""
    sender = Stack(SenderIdentity="agency.gov.sg").properties("UserPool")["EmailConfiguration"]
    assert sender["ConfigurationSet"] == {"Ref": "PasswordMails"}
    assert "EmailConfiguration" not in Stack().properties("UserPool"), "Cognito's own sender takes none"
    events = properties("PasswordMailEvents")
    assert events["ConfigurationSetName"] == {"Ref": "PasswordMails"}
    assert events["EventDestination"]["Enabled"] is True
    assert events["EventDestination"]["MatchingEventTypes"] == ["BOUNCE"]
    (dimension,) = events["EventDestination"]["CloudWatchDestination"]["DimensionConfigurations"]
    alarm = properties("PasswordMailsReturnedAlarm")
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Statistic"]) == ("AWS/SES", "Bounce", "Sum")
    # SES adds this tag to each mail by itself.
    assert dimension["DimensionName"] == "ses:configuration-set"
    assert alarm["Dimensions"] == [{"Name": dimension["DimensionName"], "Value": {"Ref": "PasswordMails"}}]


@pytest.mark.parametrize("name", ["ConfigurationSet", "PasswordMails"])
def test_every_mail_goes_over_tls_and_to_no_mailbox_that_is_suppressed(name):
    found = properties(name)
    assert found["DeliveryOptions"] == {"TlsPolicy": "REQUIRE"}
    assert set(found["SuppressionOptions"]["SuppressedReasons"]) == {"BOUNCE", "COMPLAINT"}


@pytest.mark.parametrize("template", COGNITO_MAILS)
def test_a_code_or_password_has_a_line_to_itself_so_that_nothing_is_copied_with_it(template):
    message = words(template)["message"]
    assert message.count("{####}") == 1
    assert re.search(r"^<p [^>]*>{####}</p>$", message, re.MULTILINE)


@pytest.mark.parametrize("template", COGNITO_MAILS)
def test_what_cognito_mails_is_within_its_limits_and_names_us_for_questions(template):
    mail = words(template)
    # An address has at most 254 characters, and a portal's URL is far below 2,000 and said twice.
    longest = mail["message"].replace("<Support>", "x" * 254).replace("<Start>", "x" * 4_100)
    assert 1 <= len(mail["subject"]) <= 140
    assert "TechPass" in mail["subject"]
    assert 6 <= len(longest) <= 20_000
    assert '<a href="mailto:<Support>"><Support></a>' in mail["message"]


def test_the_password_mail_says_how_to_sign_in_and_what_the_pool_will_ask_for():
    message = words("InviteMessageTemplate")["message"]
    policy = properties("UserPool")["Policies"]["PasswordPolicy"]
    assert f"works for {policy['TemporaryPasswordValidityDays']} days" in message
    assert f"needs {policy['MinimumLength']} characters or more" in message
    for rule, named in {"Uppercase": "capital", "Lowercase": "small", "Numbers": "number", "Symbols": "symbol"}.items():
        assert policy[f"Require{rule}"]
        assert named in message
    # Every account has its address as an alias; its name in the pool is unknown to its holder.
    assert properties("UserPool")["AliasAttributes"] == ["email"]
    assert "sign-in name: the email address that this message was sent to" in message
    assert re.findall(r".*{username}.*", message) == [
        "<p>This is an automated message. If you email us, give this account reference: {username}</p>"
    ]


def test_the_password_mail_leads_to_the_portal_or_back_to_the_page_where_it_was_asked_for():
    ours = properties("UserPool")["AdminCreateUserConfig"]["InviteMessageTemplate"]["Fn::If"][2]
    condition, linked, unlinked = ours["EmailMessage"]["Fn::Sub"][1]["Start"]["Fn::If"]
    assert condition == "HasPortalUrl"
    assert '<a href="${PortalUrl}/">' in linked["Fn::Sub"]
    assert "select Sign in" in linked["Fn::Sub"]
    assert "the page where you asked for this password" in unlinked
    assert "select Sign in" in unlinked


def test_a_code_that_is_no_invitation_names_no_account():
    assert "{username}" not in words("VerificationMessageTemplate")["message"]


def test_nobody_changes_who_they_are():
    writable = set(properties("UserPoolClient")["WriteAttributes"])
    assert not writable & {"email", "email_verified", "custom:invite_id"}
    required = {a["Name"] for a in properties("UserPool")["Schema"] if a.get("Required")}
    # A pool refuses a client that may not write what it requires.
    assert required <= writable


def test_the_portal_signs_in_with_a_code_and_keeps_no_secret():
    client = properties("UserPoolClient")
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["GenerateSecret"] is False
    assert client["PreventUserExistenceErrors"] == "ENABLED"


def test_a_password_buys_tokens_only_where_tests_run():
    condition, _, otherwise = properties("UserPoolClient")["ExplicitAuthFlows"]["Fn::If"]
    assert condition == "PasswordAuth"
    assert otherwise == ["ALLOW_REFRESH_TOKEN_AUTH"]
    assert SOURCE["Parameters"]["AllowPasswordAuth"]["Default"] == "false"


def test_mail_is_not_tracked_by_pixels_or_links():
    events = set(properties("MailEvents")["EventDestination"]["MatchingEventTypes"])
    assert events == {"SEND", "DELIVERY", "BOUNCE", "COMPLAINT", "REJECT", "DELIVERY_DELAY", "RENDERING_FAILURE"}


def test_every_kind_of_mail_event_reaches_the_rule():
    (rule,) = [r["Properties"] for r in of_type("AWS::Events::Rule").values() if "EventPattern" in r["Properties"]]
    recorded = [json.loads(path.read_text()) for path in (ROOT / "events").glob("mail-*.json")]
    recorded_kinds = {event["detail-type"] for event in recorded if event.get("source") == "aws.ses"}
    assert recorded_kinds
    assert recorded_kinds <= set(rule["EventPattern"]["detail-type"])
    published = properties("MailEvents")["EventDestination"]["MatchingEventTypes"]
    assert len(rule["EventPattern"]["detail-type"]) == len(published)


def test_a_user_costs_what_the_least_plan_costs_unless_someone_says_otherwise():
    assert properties("UserPool")["UserPoolTier"] == {"Ref": "UserPoolTier"}
    assert SOURCE["Parameters"]["UserPoolTier"]["Default"] == "LITE"


@pytest.mark.parametrize("mfa", ["OPTIONAL", "ON", "OFF"])
def test_a_second_factor_is_a_code_of_an_app_and_can_be_asked_of_everybody(mfa):
    pool = Stack(Mfa=mfa).properties("UserPool")
    assert pool["MfaConfiguration"] == mfa
    assert pool.get("EnabledMfas") == (None if mfa == "OFF" else ["SOFTWARE_TOKEN_MFA"])
    assert SOURCE["Parameters"]["Mfa"]["Default"] == "OPTIONAL"
    assert SOURCE["Parameters"]["Mfa"]["AllowedValues"] == ["OFF", "OPTIONAL", "ON"], "texts, not the booleans of YAML"

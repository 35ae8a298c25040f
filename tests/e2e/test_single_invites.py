"""One person at a time: an account on someone's behalf, and an invitation by mail."""

import re

import pytest

import mails
import people
from conftest import aws, code_of, password_of, token_of
from signing_in import first_sign_in
from waiting import eventually


def show(api, invite: dict) -> dict:
    return api.get(f"/invites/{invite['id']}").json()


def submit(api, body: dict) -> dict:
    answer = api.post("/invites", body)
    assert answer.status_code == 202, answer.text
    return answer.json()


def in_state(api, invite: dict, state: str, seconds: float = 30) -> dict:
    return eventually(
        lambda: show(api, invite),
        seconds,
        what=f"{state} of {invite['id']}",
        until=lambda found: found["techpass"]["state"] == state,
    )


def delivered(api, invite: dict) -> dict:
    return eventually(
        lambda: show(api, invite), what="the delivery", until=lambda found: found["mail"]["state"] == "DELIVERED"
    )


def ask_for_password(nobody, outbox, person: dict) -> str:
    """The temporary password that the directory mails, once the link of our mail was used."""
    token = token_of(outbox.wait(person["email"])[-1])
    answer = nobody.post("/invitations/first-password", {"token": token})
    assert answer.status_code == 202, answer.text
    mails = eventually(lambda: outbox.about("Your temporary TechPass password", person["email"]), what="Cognito's mail")
    return password_of(mails[-1])


def acceptance(nobody, outbox, person: dict, token: str) -> dict:
    """What this person sends to accept, with the code that was mailed to them."""
    asked = nobody.post("/invitations/mailbox-code", {"token": token})
    assert asked.status_code == 202, asked.text
    subject = "Your code to accept the invitation to TechPass"
    mails = eventually(lambda: outbox.about(subject, person["email"]), what="the mail with the code")
    return {"token": token, **people.profile(person), "mailboxCode": code_of(mails[-1])}


@pytest.fixture(scope="session")
def new_vendor(officer, nobody, outbox, directory, outputs):
    """A vendor with a new account, who has signed in for the first time."""
    person = people.vendor()
    invite = submit(officer.api, people.account(person))
    made = in_state(officer.api, invite, "ACCOUNT_CREATED")
    (account,) = directory.by_email(person["email"])
    groups = directory.groups(account["Username"])
    mails = outbox.wait(person["email"])
    signed_in = first_sign_in(outputs, person["username"], ask_for_password(nobody, outbox, person))
    return {
        "person": person,
        "invite": made,
        "account": account,
        "groups": groups,
        "mails": mails,
        "signed_in": signed_in,
    }


def test_a_vendors_account_is_made_with_a_licence_and_one_mail(new_vendor):
    person, account = new_vendor["person"], new_vendor["account"]
    assert account["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    assert account["Username"] == person["username"]
    assert account["attributes"]["email_verified"] == "true"
    assert account["attributes"]["given_name"] == person["firstName"]
    assert account["attributes"]["phone_number"] == f"+65{person['contactNumber']}"
    assert new_vendor["groups"] == ["seed"]
    assert new_vendor["invite"]["techpass"]["label"] == "Not Onboarded"
    assert new_vendor["invite"]["seed"]["label"] == "License Assigned"
    (mail,) = new_vendor["mails"]
    assert mail["Subject"] == "Your TechPass account is ready"
    for words in [mail["BodyText"], mail["BodyHtml"]]:
        assert person["username"] in words
        assert "/accept#" in words
        assert person["reason"] not in words
        assert person["firstName"] not in words


def test_the_first_password_comes_from_the_directory_and_is_changed_at_the_sign_in(new_vendor, nobody):
    assert new_vendor["signed_in"].email == new_vendor["person"]["email"]
    refused = new_vendor["signed_in"].api.get("/me")
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/not-an-officer")


def test_the_password_mail_is_ours_and_its_sign_in_name_is_not_the_pools(newcomer, new_vendor, outbox, outputs):
    for person in [newcomer["person"], new_vendor["person"]]:
        (mail,) = outbox.about("Your temporary TechPass password", person["email"])
        assert mail["Source"] == "Invite users <no-reply@invite.example.gov.sg>"
        lines = mails.text_of(mail).splitlines()
        assert password_of(mail) in lines, "alone on its line"
        assert f"- Go to {outputs['PortalUrl']}/ and select Sign in." in lines
        (name,) = [line for line in lines if "sign-in name" in line]
        assert name.startswith("- Enter your sign-in name: the email address that this message was sent to.")
        internal = [line for line in lines if re.search(r"\bpo-[0-9a-f]{26}\b", line)]
        assert all(line.startswith("This is an automated message.") for line in internal)


def test_a_first_password_is_mailed_at_most_once_a_minute(new_vendor, nobody):
    again = nobody.post("/invitations/first-password", {"token": token_of(new_vendor["mails"][0])})
    assert (again.status_code, again.json()["type"]) == (429, "/problems/too-many-requests")
    assert 0 < int(again.headers["Retry-After"]) <= 60


@pytest.fixture(scope="session")
def newcomer(officer, nobody, outbox, directory, outputs):
    """An officer who was invited, accepted, and has signed in for the first time."""
    person = people.officer()
    invite = submit(officer.api, people.invitation(person))
    invited = in_state(officer.api, invite, "INVITED")
    assert "firstName" not in invited, "names show once the person has said them"
    (mail,) = outbox.wait(person["email"])
    assert mail["Subject"] == "You are invited to TechPass"
    token = token_of(mail)

    page = nobody.post("/invitations/view", {"token": token}).json()
    assert page["state"] == "invited"
    assert page["invitedBy"] == officer.email
    assert page["email"] == f"{person['email'][0]}***@{people.OFFICER}"
    assert not directory.by_email(person["email"]), "looking accepts nothing"

    empty = nobody.post("/invitations/accept", {"token": token})
    assert empty.status_code == 422
    pointers = {error["pointer"] for error in empty.json()["errors"]}
    assert pointers == {"/firstName", "/contactNumber", "/organisation"}
    forwarded = nobody.post("/invitations/accept", {"token": token, **people.profile(person)})
    assert (forwarded.status_code, forwarded.json()["errors"][0]["code"]) == (422, "mailbox-code.required")
    body = acceptance(nobody, outbox, person, token)
    wrong = body["mailboxCode"].translate(str.maketrans("0123456789", "1234567890"))
    guessed = nobody.post("/invitations/accept", {**body, "mailboxCode": wrong})
    assert (guessed.status_code, guessed.json()["errors"][0]["code"]) == (422, "mailbox-code.wrong")
    accepted = nobody.post("/invitations/accept", body)
    assert accepted.status_code == 202, accepted.text
    assert nobody.post("/invitations/accept", body).status_code == 409

    made = in_state(officer.api, invite, "ACCOUNT_CREATED")
    assert (made["firstName"], made["lastName"]) == (person["firstName"], person["lastName"])
    steps = [entry["event"] for entry in made["history"] if entry["event"] != "DELIVERED"]
    assert steps[:4] == ["QUEUED", "INVITED", "ACCEPTED", "PROVISIONING"]
    outbox.wait(person["email"], count=3)
    page = nobody.post("/invitations/view", {"token": token}).json()
    assert (page["state"], page["signInName"]) == ("account-ready", person["email"])
    signed_in = first_sign_in(outputs, person["email"], ask_for_password(nobody, outbox, person))
    return {"person": person, "signed_in": signed_in}


def test_an_invited_officer_accepts_signs_in_and_invites_in_turn(newcomer, outbox):
    person, api, next_one = newcomer["person"], newcomer["signed_in"].api, people.officer()
    me = api.get("/me").json()
    assert (me["email"], me["persona"], me["agencyDomain"]) == (person["email"], "officer", people.OFFICER)
    second = submit(api, people.invitation(next_one))
    (letter,) = outbox.wait(next_one["email"])
    assert person["email"] in letter["BodyText"]
    assert [item["id"] for item in api.get("/invites").json()["items"]] == [second["id"]]


@pytest.mark.parametrize("kind", [people.account, people.invitation])
def test_an_address_with_an_account_is_a_duplicate_and_is_offered_seed(officer, other_officer, outbox, kind):
    before = len(outbox.to(other_officer.email))
    invite = submit(officer.api, kind(people.officer(email=other_officer.email)))
    failure = in_state(officer.api, invite, "FAILED")["techpass"]["failure"]
    assert failure["code"] == "account.exists"
    assert failure["detail"].startswith("User with same email already exists.")
    assert failure["offer"] == "seed-request"
    assert len(outbox.to(other_officer.email)) == before, "nobody is mailed in vain"


def test_a_username_that_somebody_else_has_is_told(officer, vendor):
    invite = submit(officer.api, people.account(people.vendor(username=vendor.username)))
    assert in_state(officer.api, invite, "FAILED")["techpass"]["failure"]["code"] == "username.taken"


def test_a_person_with_a_live_invite_is_refused_to_everybody(officer, other_officer):
    person = people.officer()
    submit(officer.api, people.invitation(person))
    for api, problem in [(officer.api, "already-invited"), (other_officer.api, "invited-by-another")]:
        refused = api.post("/invites", people.account(person))
        assert (refused.status_code, refused.json()["type"]) == (409, f"/problems/{problem}")
        assert officer.email not in refused.text


def test_every_faulty_field_is_reported_at_once(officer):
    refused = officer.api.post("/invites", people.account(people.vendor(username="", contactNumber="12", seed="maybe")))
    assert refused.status_code == 422
    found = {error["pointer"]: error["code"] for error in refused.json()["errors"]}
    assert found == {
        "/username": "username.required",
        "/contactNumber": "contact-number.singapore",
        "/seed": "seed.syntax",
    }


def test_a_mail_is_shown_as_delivered_and_as_bounced_once_it_comes_back(officer, outbox, report_mail):
    person = people.officer()
    invite = submit(officer.api, people.invitation(person))
    (mail,) = outbox.wait(person["email"])
    delivered(officer.api, invite)
    report_mail("mail-bounced", mail)
    assert show(officer.api, invite)["mail"]["state"] == "BOUNCED"
    report_mail("mail-delivered", mail)
    assert show(officer.api, invite)["mail"]["state"] == "BOUNCED", "an old event takes nothing back"


@pytest.fixture(scope="session")
def deleted_vendor(officer, outbox, directory):
    """A vendor whose account was made and then deleted in the directory."""
    person = people.vendor()
    invite = in_state(officer.api, submit(officer.api, people.account(person)), "ACCOUNT_CREATED")
    (mail,) = outbox.wait(person["email"])
    aws("cognito-idp").admin_delete_user(UserPoolId=directory.pool, Username=person["username"])
    return {"person": person, "invite": invite, "mail": mail}


def test_until_the_directory_is_asked_again_the_last_word_stands(officer, new_vendor, deleted_vendor):
    for known in [new_vendor, deleted_vendor]:
        assert show(officer.api, known["invite"])["techpass"]["label"] == "Not Onboarded"


def seen_as(api, invite: dict, label: str) -> dict:
    """The invite from the list, once it has this label. The directory is asked at most once a minute for each."""

    def listed() -> dict:
        return next(item for item in api.get("/invites?limit=200").json()["items"] if item["id"] == invite["id"])

    return eventually(listed, seconds=90, what=label, until=lambda item: item["techpass"]["label"] == label)


@pytest.mark.late
def test_a_holder_who_has_signed_in_is_shown_as_onboarded(officer, new_vendor):
    seen = seen_as(officer.api, new_vendor["invite"], "Onboarded")
    assert (seen["firstName"], seen["seed"]["label"]) == (new_vendor["person"]["firstName"], "License Assigned")
    listed = officer.api.get("/invites?techpass=onboarded&limit=200").json()["items"]
    assert new_vendor["invite"]["id"] in [item["id"] for item in listed]
    assert {item["techpass"]["label"] for item in listed} == {"Onboarded"}


@pytest.mark.late
def test_a_deleted_account_is_seen_and_its_address_can_be_invited_again(officer, deleted_vendor, report_mail):
    assert seen_as(officer.api, deleted_vendor["invite"], "User Not Found")
    report_mail("mail-complained", deleted_vendor["mail"])
    assert show(officer.api, deleted_vendor["invite"])["mail"]["state"] == "COMPLAINED"
    again = submit(officer.api, people.account(deleted_vendor["person"]))
    in_state(officer.api, again, "ACCOUNT_CREATED")

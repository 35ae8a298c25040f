"""What an officer does with an invite after it was submitted."""

import people
from conftest import operate, token_of
from test_single_invites import in_state, show, submit
from waiting import eventually


def test_a_revoked_invitation_is_dead_and_its_address_free(officer, other_officer, nobody, outbox):
    person = people.officer()
    invite = submit(officer.api, people.invitation(person))
    in_state(officer.api, invite, "INVITED")
    token = token_of(outbox.wait(person["email"])[-1])
    assert other_officer.api.post(f"/invites/{invite['id']}/revoke").status_code == 404
    for _ in range(2):
        revoked = officer.api.post(f"/invites/{invite['id']}/revoke")
        assert (revoked.status_code, revoked.json()["techpass"]["label"]) == (200, "Revoked")
    late = nobody.post("/invitations/accept", {"token": token, **people.profile(person)})
    assert (late.status_code, late.json()["type"]) == (409, "/problems/state-conflict")
    assert [entry["by"] for entry in show(officer.api, invite)["history"] if entry["event"] == "REVOKED"] == ["officer"]
    submit(other_officer.api, people.invitation(person))


def test_an_account_that_nobody_used_is_deleted_and_its_details_corrected(officer, nobody, outbox, directory):
    person = people.vendor()
    invite = in_state(officer.api, submit(officer.api, people.account(person)), "ACCOUNT_CREATED")
    token = token_of(outbox.wait(person["email"])[-1])
    revoked = officer.api.post(f"/invites/{invite['id']}/revoke")
    assert (revoked.status_code, revoked.json()["techpass"]["state"]) == (200, "REVOKING")
    assert nobody.post("/invitations/view", {"token": token}).json()["state"] == "revoked"
    in_state(officer.api, invite, "REVOKED")
    assert directory.by_email(person["email"].lower()) == []
    shown = officer.api.get(f"/invites/{invite['id']}")
    corrected = {**people.account(person), "firstName": "Corrected"}
    version = {"If-Match": shown.headers["etag"]}
    amended = officer.api.patch(f"/invites/{invite['id']}", corrected, headers=version)
    assert amended.status_code == 202, amended.text
    in_state(officer.api, invite, "ACCOUNT_CREATED")
    (account,) = directory.by_email(person["email"].lower())
    assert account["attributes"]["given_name"] == "Corrected"
    assert len(outbox.wait(person["email"], count=2)) == 2


def act(api, body: dict) -> dict:
    begun = api.post("/invites/actions", body)
    assert begun.status_code == 202, begun.text
    return begun.json()


def test_an_invitation_is_sent_again_tomorrow_at_the_earliest(officer):
    invite = submit(officer.api, people.invitation(people.officer()))
    in_state(officer.api, invite, "INVITED")
    absent = "inv_01JD0000000000000000000000"
    action = act(officer.api, {"action": "resend", "ids": [invite["id"], absent]})
    assert (action["state"], action["counts"]["skipped"]) == ("DONE", 2)
    sent_today, not_there = action["outcomes"]
    assert (sent_today["reason"], not_there["reason"]) == ("too-many-requests", "not-found")
    assert sent_today["nextAt"].endswith("T16:00:00.000Z"), "midnight in Singapore"


def test_all_that_match_are_revoked_and_only_ones_own(officer, other_officer):
    person = people.officer()
    invite = submit(officer.api, people.invitation(person))
    in_state(officer.api, invite, "INVITED")
    wanted = {"action": "revoke", "filter": {"techpass": "invited", "q": person["email"]}}
    assert act(other_officer.api, wanted)["counts"]["total"] == 0
    action = eventually(lambda: act(officer.api, wanted), what="the list", until=lambda found: found["outcomes"])
    assert action["outcomes"] == [{"id": invite["id"], "outcome": "done"}]
    assert officer.api.get(f"/invites/actions/{action['id']}").json() == action
    assert other_officer.api.get(f"/invites/actions/{action['id']}").status_code == 404
    # What SES says of the mail may come after it.
    traces = {entry["event"]: entry["traceId"] for entry in show(officer.api, invite)["history"]}
    assert traces["REVOKED"] == action["traceId"]


def test_a_failed_invite_is_amended_and_sent_again(officer, other_officer, directory):
    person = people.officer()
    invite = submit(officer.api, people.account({**person, "email": other_officer.email}))
    in_state(officer.api, invite, "FAILED")
    path = f"/invites/{invite['id']}"
    etag = officer.api.get(path).headers["ETag"]
    stale = officer.api.patch(path, people.account(person), headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["type"]) == (412, "/problems/version-mismatch")
    amended = officer.api.patch(path, people.account(person), headers={"If-Match": etag})
    assert amended.status_code == 202, amended.text
    in_state(officer.api, invite, "ACCOUNT_CREATED")
    (account,) = directory.by_email(person["email"])
    assert account["attributes"]["given_name"] == person["firstName"]


def test_a_mailbox_that_returned_a_mail_is_left_alone_until_an_operator_clears_it(
    officer, other_officer, outbox, report_mail
):
    person = people.officer()
    first = submit(officer.api, people.invitation(person))
    in_state(officer.api, first, "INVITED")
    report_mail("mail-bounced", outbox.wait(person["email"])[0])
    assert officer.api.post(f"/invites/{first['id']}/revoke").status_code == 200
    tagged = people.officer(email=person["email"].replace("@", "+again@"))
    second = submit(other_officer.api, people.invitation(tagged))
    failed = in_state(other_officer.api, second, "FAILED")
    assert (failed["mail"]["state"], failed["mail"]["reason"]) == ("SUPPRESSED", "bounced")
    assert outbox.to(tagged["email"]) == []
    refused = other_officer.api.post(f"/invites/{second['id']}/resend")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/state-conflict")
    cleared = operate("clear-suppression", person["email"].upper())
    assert cleared.returncode == 0
    assert person["email"] not in cleared.stdout + cleared.stderr
    assert other_officer.api.post(f"/invites/{second['id']}/resend").status_code == 202
    in_state(other_officer.api, second, "INVITED")
    assert len(outbox.to(tagged["email"])) == 1
    assert operate("clear-suppression", person["email"]).returncode != 0, "there is nothing to clear"


def test_a_colleague_has_what_was_handed_over_and_an_operator_hands_it_back(officer, colleague, outbox):
    person = people.officer()
    invite = in_state(officer.api, submit(officer.api, people.invitation(person)), "INVITED")
    action = act(officer.api, {"action": "hand-over", "to": colleague.email.upper(), "ids": [invite["id"]]})
    assert (action["state"], action["counts"]["done"], action["to"]) == ("DONE", 1, colleague.email)
    assert officer.api.get(f"/invites/{invite['id']}").status_code == 404
    assert show(colleague.api, invite)["history"][-1]["from"] == officer.email
    eventually(lambda: outbox.about("Your invites were handed over", officer.email), what="the mail to the officer")
    eventually(lambda: outbox.about("You have a colleague's invites now", colleague.email), what="the colleague's mail")
    refused = officer.api.post("/invites", people.invitation(person))
    assert refused.json()["type"] == "/problems/invited-by-another"
    assert invite["id"] in refused.json()["detail"]
    # Nobody else uses the colleague, so all that they have is this invite.
    done = operate("hand-over", invite["id"], officer.email)
    assert ": handing over 1;" in done.stdout, done.stderr
    eventually(lambda: officer.api.get(f"/invites/{invite['id']}").status_code == 200, what="the invite is back")
    assert len(outbox.to(person["email"])) == 1

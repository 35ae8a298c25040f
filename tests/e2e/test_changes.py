"""What an officer does with an invite after it was submitted."""

import people
from test_single_invites import in_state, show, submit

from conftest import token_of


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
    assert [entry["by"] for entry in show(officer.api, invite)["history"]][-1] == "officer"
    submit(other_officer.api, people.invitation(person))


def test_an_invitation_is_sent_again_tomorrow_at_the_earliest(officer):
    invite = submit(officer.api, people.invitation(people.officer()))
    in_state(officer.api, invite, "INVITED")
    again = officer.api.post("/invites/actions", {"action": "resend", "ids": [invite["id"], "inv_0"]})
    assert again.status_code == 200
    assert [outcome["outcome"] for outcome in again.json()["outcomes"]] == ["too-many-requests", "not-found"]


def test_a_failed_invite_is_mended_and_sent_again(officer, other_officer, directory):
    person = people.officer()
    invite = submit(officer.api, people.account({**person, "email": other_officer.email}))
    in_state(officer.api, invite, "FAILED")
    path = f"/invites/{invite['id']}"
    etag = officer.api.get(path).headers["ETag"]
    stale = officer.api.patch(path, people.account(person), headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["type"]) == (412, "/problems/version-mismatch")
    mended = officer.api.patch(path, people.account(person), headers={"If-Match": etag})
    assert mended.status_code == 202, mended.text
    in_state(officer.api, invite, "ACCOUNT_CREATED")
    (account,) = directory.by_email(person["email"])
    assert account["attributes"]["given_name"] == person["firstName"]

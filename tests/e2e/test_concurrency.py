"""Two hundred at once ask for the same thing."""

import collections
from concurrent.futures import ThreadPoolExecutor

import people
from conftest import Api, token_of
from test_single_invites import in_state, submit

AT_ONCE = 200

# What a client may be told to try again after.
RETRYABLE = {("/problems/too-many-requests", 429), ("/problems/unavailable", 503), ("/problems/lost-race", 409)}


def all_at_once(url: str, token: str | None, path: str, body: dict, headers: dict) -> list:
    def ask(_):
        # A connection of its own: a shared session would queue.
        return Api(url, token).post(path, body, headers=headers)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(ask, range(AT_ONCE)))


def outcomes(answers: list) -> collections.Counter:
    return collections.Counter((answer.json().get("type"), answer.status_code) for answer in answers)


def test_one_request_sent_two_hundred_times_makes_one_invite(officer, outputs, outbox, directory):
    person = people.vendor()
    answers = all_at_once(outputs["ApiUrl"], officer.id_token, "/invites", people.account(person), {"Idempotency-Key": f"once-{people.RUN}"})
    done = [answer for answer in answers if answer.status_code == 202]
    assert set(outcomes(answers)) <= {(None, 202), *RETRYABLE}
    assert len({answer.content for answer in done}) == 1, "the same answer, byte for byte"
    assert len({answer.headers["Location"] for answer in done}) == 1
    in_state(officer.api, done[0].json(), "ACCOUNT_CREATED")
    assert officer.api.get(f"/invites?q={person['email']}").json()["total"] == 1
    assert len(directory.by_email(person["email"])) == 1
    assert len(outbox.wait(person["email"])) == 1


def test_one_invitation_accepted_two_hundred_times_is_accepted_once(officer, outputs, outbox, directory):
    person = people.officer()
    invite = submit(officer.api, people.invitation(person))
    in_state(officer.api, invite, "INVITED")
    body = {"token": token_of(outbox.wait(person["email"])[0]), **people.profile(person)}
    answers = all_at_once(outputs["ApiUrl"], None, "/invitations/accept", body, {})
    told = outcomes(answers)
    assert told[None, 202] == 1, told
    too_late = {("/problems/state-conflict", 409), ("/problems/invitation-not-valid", 404)}
    assert set(told) <= {(None, 202), *too_late, *RETRYABLE}, told
    in_state(officer.api, invite, "ACCOUNT_CREATED")
    assert len(directory.by_email(person["email"])) == 1
    assert len(outbox.wait(person["email"], count=2)) == 2, "one invitation, one account"

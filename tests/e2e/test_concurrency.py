"""A thousand ask for the same thing, many of them at once."""

import collections
import contextlib
import os
import random
import time
from concurrent.futures import ThreadPoolExecutor

import requests

import people
from conftest import token_of
from test_single_invites import acceptance, in_state, submit

TIMES = 1000

# Each has a process of the function to itself, and a thousand of them keep two cores from everything else:
# IN_FLIGHT=1000 asks for that.
IN_FLIGHT = int(os.environ.get("IN_FLIGHT", "100"))

# After these answers a client may try again.
RETRYABLE = {("/problems/too-many-requests", 429), ("/problems/unavailable", 503), ("/problems/lost-race", 409)}

# A gateway answers so where functions are asked for faster than they can be started: nobody got to see the request, or
# nobody knows what became of it. Either way a client repeats it.
NO_ANSWER = {502, 504}
TRIES = 40


def all_at_once(url: str, body: dict, headers: dict) -> list[requests.Response]:
    def ask(_) -> requests.Response:
        for _ in range(TRIES):
            with contextlib.suppress(requests.ConnectionError):
                answer = requests.post(url, json=body, headers=headers, timeout=120)
                if answer.status_code not in NO_ANSWER:
                    return answer
            time.sleep(random.uniform(0.5, 5))
        raise AssertionError(f"no answer in {TRIES} tries")

    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        return list(pool.map(ask, range(TIMES)))


def outcomes(answers: list) -> collections.Counter:
    return collections.Counter((answer.json().get("type"), answer.status_code) for answer in answers)


def test_one_request_sent_a_thousand_times_makes_one_invite(officer, outputs, outbox, directory):
    person = people.vendor()
    answers = all_at_once(
        f"{outputs['ApiUrl']}/invites",
        people.account(person),
        {"Authorization": officer.id_token, "Idempotency-Key": f"once-{people.RUN}"},
    )
    done = [answer for answer in answers if answer.status_code == 202]
    assert set(outcomes(answers)) <= {(None, 202), *RETRYABLE}
    assert len({answer.content for answer in done}) == 1, "the same answer, byte for byte"
    assert len({answer.headers["Location"] for answer in done}) == 1
    in_state(officer.api, done[0].json(), "ACCOUNT_CREATED", seconds=180)
    assert officer.api.get(f"/invites?q={person['email']}").json()["total"] == 1
    assert len(directory.by_email(person["email"])) == 1
    assert len(outbox.wait(person["email"])) == 1


def test_one_invitation_accepted_a_thousand_times_is_accepted_once(officer, nobody, outputs, outbox, directory):
    person = people.officer()
    invite = submit(officer.api, people.invitation(person))
    in_state(officer.api, invite, "INVITED")
    body = acceptance(nobody, outbox, person, token_of(outbox.wait(person["email"])[0]))
    answers = all_at_once(f"{outputs['ApiUrl']}/invitations/accept", body, {})
    seen = outcomes(answers)
    # The one that did it may be among those whose answer was lost.
    assert seen[None, 202] == 1 or (seen[None, 202] == 0 and seen["/problems/unavailable", 503]), seen
    too_late = {("/problems/state-conflict", 409), ("/problems/invitation-not-valid", 404)}
    assert set(seen) <= {(None, 202), *too_late, *RETRYABLE}, seen
    made = in_state(officer.api, invite, "ACCOUNT_CREATED", seconds=180)
    assert [entry["event"] for entry in made["history"]].count("ACCEPTED") == 1
    assert len(directory.by_email(person["email"])) == 1
    assert len(outbox.wait(person["email"], count=3)) == 3, "one invitation, one code, one account"


def test_two_officers_who_invite_one_address_at_once_make_one_invite(officer, other_officer, outbox):
    person = people.officer()
    asked = [(officer, person["email"]), (other_officer, person["email"].upper())] * 10

    def invite(who, address: str) -> requests.Response:
        for _ in range(TRIES):
            answer = who.api.post("/invites", people.invitation({**person, "email": address}))
            if (answer.json().get("type"), answer.status_code) not in RETRYABLE:
                return answer
            time.sleep(random.uniform(0.2, 1))
        raise AssertionError(f"no answer in {TRIES} tries")

    with ThreadPoolExecutor(len(asked)) as pool:
        answers = list(pool.map(lambda one: (one[0], invite(*one)), asked))
    (winner,) = {who.username for who, answer in answers if answer.status_code == 202}
    assert sum(answer.status_code == 202 for _, answer in answers) == 1
    for who, answer in answers:
        refused = "already-invited" if who.username == winner else "invited-by-another"
        assert answer.status_code == 202 or answer.json()["type"] == f"/problems/{refused}"
    assert len(outbox.wait(person["email"])) == 1
    assert sum(who.api.get(f"/invites?q={person['email']}").json()["total"] for who in [officer, other_officer]) == 1

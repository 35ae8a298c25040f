"""Mail scanners follow the link of an invitation: with GET, with HEAD, and in a browser that runs the page."""

from concurrent.futures import ThreadPoolExecutor

import requests

import people
from conftest import token_of
from test_single_invites import acceptance, in_state, submit
from waiting import eventually

VISITS = 200


def test_two_hundred_visits_of_scanners_change_nothing(officer, nobody, outputs, outbox, directory):
    person = people.officer()
    invite = submit(officer.api, people.invitation(person))
    in_state(officer.api, invite, "INVITED")
    token = token_of(outbox.wait(person["email"])[0])

    def look() -> requests.Response:
        return officer.api.get(f"/invites/{invite['id']}")

    eventually(
        lambda: look().json()["history"],
        what="the delivery",
        until=lambda history: history[-1]["event"] == "DELIVERED",
    )
    before = look()
    page = f"{outputs['PortalUrl']}/accept"

    def visit(number: int) -> int:
        match number % 3:
            case 0:
                return requests.get(page, timeout=60).status_code
            case 1:
                return requests.head(page, timeout=60).status_code
            case _:
                # All that the page's script does before somebody presses its button.
                requests.get(page, timeout=60)
                return nobody.post("/invitations/view", {"token": token}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(visit, range(VISITS))) == {200}
    after = look()
    assert (after.headers["ETag"], after.json()) == (before.headers["ETag"], before.json())
    assert not directory.by_email(person["email"])
    assert nobody.post("/invitations/accept", acceptance(nobody, outbox, person, token)).status_code == 202
    in_state(officer.api, invite, "ACCOUNT_CREATED")

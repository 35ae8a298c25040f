"""Nobody floods a mailbox, and nobody asks for more than their share."""

import datetime
import uuid

import pytest

import people
import stack
from conftest import aws
from table import delete, items, rewrite
from test_single_invites import in_state, show, submit
from waiting import eventually


def test_three_mails_reach_a_mailbox_in_a_day_whatever_its_tag(officer, other_officer, outbox):
    person = people.officer()
    spellings = [person["email"].replace("@", f"+{tag}@") for tag in ["one", "two", "Three", "four"]]
    tagged = [people.officer(email=email) for email in spellings]
    for api, guest in zip([officer.api, other_officer.api, officer.api], tagged, strict=False):
        invite = submit(api, people.invitation(guest))
        in_state(api, invite, "INVITED")
        twin = other_officer.api.post("/invites", people.invitation(person))
        problem = "already-invited" if api is other_officer.api else "invited-by-another"
        # One person, however it is written.
        assert (twin.status_code, twin.json()["type"]) == (409, f"/problems/{problem}")
        assert api.post(f"/invites/{invite['id']}/revoke").status_code == 200
    fourth = submit(other_officer.api, people.invitation(tagged[3]))
    held = eventually(lambda: show(other_officer.api, fourth), what="the fourth mail's wait", until=is_held)
    assert "three mails within a day" in held["mail"]["detail"]
    assert held["mail"]["heldUntil"] > held["updatedAt"]
    assert sum(len(outbox.to(email)) for email in spellings) == 3


def is_held(invite: dict) -> bool:
    return invite.get("mail", {}).get("state") == "HELD"


@pytest.fixture
def nearly_used_up(outputs, other_officer):
    """An officer who has asked for all but one of what they may within an hour."""
    table, usage = outputs["TableName"], {"entity": "usage", "body.officer": other_officer.sub}
    parameters = aws("cloudformation").describe_stacks(StackName=stack.NAME)["Stacks"][0]["Parameters"]
    limit = next(int(p["ParameterValue"]) for p in parameters if p["ParameterKey"] == "InvitesPerHour")
    # Something is known of an officer who has asked for something.
    submit(other_officer.api, people.invitation(people.officer()))
    ten_minutes_ago = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=10)

    def use_up(item: dict, body: dict) -> dict:
        body["singles"] = [{"at": ten_minutes_ago.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "count": limit - 1}]
        return {}

    rewrite(table, usage, use_up)
    yield other_officer
    for item in items(table, usage):
        delete(table, item)


def test_an_officer_who_has_used_up_the_hour_is_told_when_to_go_on(nearly_used_up):
    api = nearly_used_up.api
    last, late = people.invitation(people.officer()), people.invitation(people.officer())
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first = api.post("/invites", last, headers=key)
    assert first.status_code == 202, first.text
    before = api.get("/invites?limit=1").json()["total"]
    refused = api.post("/invites", late)
    assert (refused.status_code, refused.json()["type"]) == (429, "/problems/too-many-requests")
    assert 0 < int(refused.headers["Retry-After"]) <= 3600 + 600
    assert "invites an hour" in refused.json()["detail"]
    again = api.post("/invites", last, headers=key)
    assert (again.status_code, again.content) == (202, first.content), "a repeated request is answered and not counted"
    assert api.get("/invites?limit=1").json()["total"] == before, "nothing was done"

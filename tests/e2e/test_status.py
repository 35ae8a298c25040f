"""The status page: a page at a time, one at a time, and as a workbook."""

import io
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

import people
from test_single_invites import delivered, in_state, submit


@pytest.fixture(scope="module")
def trio(officer) -> list[dict]:
    """Three invites to people of one unusual department, oldest first."""
    department = f"Unit {people.RUN}"
    made = [submit(officer.api, people.account(people.officer(department=department))) for _ in range(3)]
    return [in_state(officer.api, invite, "ACCOUNT_CREATED") for invite in made]


def test_a_domain_says_what_its_people_are(officer):
    found = officer.api.get("/domains/example-agency.gov.sg").json()
    assert (found["persona"], found["seed"]) == ("officer", "eligible")
    assert officer.api.get("/domains/nobody.example").json() == {"code": "email.domain-not-allowed"}


def test_pages_hold_every_invite_once_in_the_order_that_was_asked_for(officer, trio):
    by_email = sorted(trio, key=lambda invite: invite["email"])
    for sort, expected in [("-date", trio[::-1]), ("date", trio), ("email", by_email), ("-email", by_email[::-1])]:
        asked, found = {"q": trio[0]["department"], "sort": sort, "limit": 2}, []
        while True:
            page = officer.api.get("/invites", params=asked).json()
            assert page["total"] == 3
            assert len(page["items"]) <= 2
            found += page["items"]
            if not page["nextCursor"]:
                break
            asked["cursor"] = page["nextCursor"]
        assert [item["id"] for item in found] == [invite["id"] for invite in expected], sort


def test_filters_narrow_the_list(officer, trio):
    mine = {"q": trio[0]["department"]}
    licensed = {**mine, "techpass": "not-onboarded", "seed": "licence-assigned"}
    assert officer.api.get("/invites", params=licensed).json()["total"] == 3
    assert officer.api.get("/invites", params={**mine, "techpass": "failed"}).json()["total"] == 0
    assert officer.api.get("/invites", params={"q": trio[1]["email"].upper()}).json()["total"] == 1
    assert officer.api.get("/invites?techpass=nonsense").status_code == 400
    name = f"{trio[1]['lastName']} {trio[1]['firstName']}".upper()
    assert officer.api.get("/invites", params={**mine, "q": f"{mine['q']} {name}"}).json()["total"] >= 1
    today = datetime.now(ZoneInfo("Asia/Singapore")).date()
    yesterday = str(today - timedelta(days=1))
    assert officer.api.get("/invites", params={**mine, "from": yesterday}).json()["total"] == 3
    assert officer.api.get("/invites", params={**mine, "to": yesterday}).json()["total"] == 0
    assert officer.api.get("/invites", params={**mine, "mail": "BOUNCED"}).json()["total"] == 0


def test_one_invite_is_asked_about_by_its_version(officer, trio):
    delivered(officer.api, trio[0])
    first = officer.api.get(f"/invites/{trio[0]['id']}")
    same = officer.api.get(f"/invites/{trio[0]['id']}", headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert first.json()["history"][0]["event"] == "QUEUED"


def test_the_export_holds_what_the_filter_shows(officer, trio):
    answer = officer.api.get("/invites/export.xlsx", params={"q": trio[0]["department"], "sort": "date"})
    assert answer.status_code == 200, answer.text
    header, *lines = load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True)
    exported = [dict(zip(header, line, strict=True)) for line in lines]
    assert [line["Email"] for line in exported] == [invite["email"] for invite in trio]
    assert {line["Trace ID"] for line in exported} == {invite["traceId"] for invite in trio}
    assert "Not Onboarded" in lines[0]

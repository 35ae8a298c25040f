"""A workbook that an agency's own system puts into the bucket, without the portal."""

import time

import pytest

import people
from conftest import aws
from waiting import eventually
from workbook import Person, write


@pytest.fixture
def drop(outputs):
    def put(owner: str, file: bytes, name: str = "new joiners.xlsx") -> str:
        key = f"drops/{owner}/{name}"
        aws("s3").put_object(Bucket=outputs["UploadBucketName"], Key=key, Body=file)
        return key

    return put


def dropped_batches(api) -> list[dict]:
    return [found for found in api.get("/batches").json()["items"] if found["source"] == "drop"]


def test_a_dropped_workbook_becomes_accounts_and_a_report_to_the_officer(drop, other_officer, outbox, directory):
    joiners = [people.officer(), people.vendor()]
    faulty = people.officer(organisation="")
    before = len(outbox.about("Your batch upload is through", other_officer.email))
    drop(
        other_officer.sub,
        write([Person(joiners[0]), Person(faulty), Person(joiners[1])]),
        "joiners in June + July.xlsx",
    )
    reports = eventually(
        lambda: outbox.about("Your batch upload is through", other_officer.email),
        seconds=60,
        what="the report",
        until=lambda found: len(found) > before,
    )
    assert "2" in reports[-1]["BodyText"]
    assert "1" in reports[-1]["BodyText"]
    for person in joiners:
        assert len(directory.by_email(person["email"])) == 1
        assert len(outbox.wait(person["email"])) == 1
    assert not directory.by_email(faulty["email"])
    found = dropped_batches(other_officer.api)[0]
    assert (found["state"], found["counts"]["sent"], found["counts"]["needsFixing"]) == ("DONE", 2, 1)


def test_a_dropped_file_that_is_no_workbook_is_reported_to_the_officer(drop, other_officer, outbox):
    before = len(outbox.to(other_officer.email))
    drop(other_officer.sub, b"%PDF-1.7\n", "list.xlsx")
    mails = eventually(
        lambda: outbox.to(other_officer.email), what="the report", until=lambda found: len(found) > before
    )
    assert ".xlsx" in mails[-1]["BodyText"]


def test_every_file_that_is_no_workbook_is_told_once_and_lock_files_are_passed_over(drop, other_officer, outbox):
    def told() -> list:
        return outbox.about("Your batch upload could not be read", other_officer.email)

    before = len(told())
    for name in ("~$joiners.xlsx", ".DS_Store", "june/", "june/~$joiners.xlsx"):
        drop(other_officer.sub, b"locked", name)
    drop(other_officer.sub, b"Email,Username\n", "june/joiners.csv")
    eventually(told, what="the report", until=lambda found: len(found) > before)
    time.sleep(3)
    assert len(told()) == before + 1


UNANNOUNCED = people.vendor()


def test_a_workbook_that_nobody_announces_is_read_by_nobody(drop, officer, losing, directory):
    with losing("Parse") as lost:
        drop(officer.sub, write([Person(UNANNOUNCED)]), "unannounced.xlsx")
        (message,) = lost()
    assert message["Records"][0]["s3"]["object"]["key"].endswith("unannounced.xlsx")
    assert not directory.by_email(UNANNOUNCED["email"])


@pytest.mark.late
def test_after_five_minutes_a_job_announces_it(directory, outbox):
    eventually(
        lambda: directory.by_email(UNANNOUNCED["email"]),
        seconds=480,
        what="the account of a workbook that was not announced",
    )
    assert len(outbox.wait(UNANNOUNCED["email"])) == 1


def test_a_workbook_dropped_for_nobody_who_may_invite_does_nothing(
    drop, vendor, officer, other_officer, directory, logs
):
    person = people.officer()
    known = {found["id"] for who in [officer, other_officer] for found in dropped_batches(who.api)}
    began = time.time()
    for owner in [vendor.sub, "0a1b2c3d-0000-4000-8000-000000000000", other_officer.username]:
        drop(owner, write([Person(person)]))
    refused = [
        "dropped file names no officer",
        "dropped file names someone who may not invite",
        "object is none of ours",
    ]
    eventually(
        lambda: [line["message"] for line in logs("parse-batch", since=began) if line["message"] in refused],
        what="three refusals in the log",
        until=lambda found: len(found) == 3,
    )
    assert not directory.by_email(person["email"])
    assert {found["id"] for who in [officer, other_officer] for found in dropped_batches(who.api)} == known

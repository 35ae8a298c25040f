"""A workbook: uploaded, checked, fixed, submitted, and downloaded."""

import io

import pytest
import requests
from openpyxl import load_workbook

import people
import stranger
from conftest import aws
from table import items
from waiting import eventually
from workbook import COLUMNS, Person, write
from workbook import people as demo_people

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def begin(api, name: str = "new joiners.xlsx") -> dict:
    answer = api.post("/batches", {"fileName": name})
    assert answer.status_code == 201, answer.text
    return answer.json()


def post(form: dict, file: bytes, **changed: str) -> requests.Response:
    return requests.post(
        form["url"], data={**form["fields"], **changed}, files={"file": ("any name.xlsx", file)}, timeout=60
    )


def upload(api, file: bytes) -> str:
    begun = begin(api)
    stored = post(begun["upload"], file)
    assert stored.status_code == 201, stored.text
    return begun["batchId"]


def batch(api, id: str) -> dict:
    return api.get(f"/batches/{id}").json()


def in_state(api, id: str, state: str, seconds: float = 60) -> dict:
    """The batch in that state. A failure shows its counts, and in which states its invites are."""
    return eventually(lambda: batch(api, id), seconds, f"{state} of {id}", until=lambda found: found["state"] == state)


def rows(api, id: str, show: str = "all") -> dict[int, dict]:
    return {row["number"]: row for row in api.get(f"/batches/{id}/rows?show={show}&limit=200").json()["items"]}


def fix(api, id: str, row: dict, **fields: str) -> requests.Response:
    return api.patch(f"/batches/{id}/rows/{row['number']}", fields, headers={"If-Match": row["etag"]})


def submit(api, id: str, body: dict | None = None) -> requests.Response:
    return api.post(f"/batches/{id}/submit", body or {})


def lines(file: bytes) -> list[dict]:
    """The rows of a workbook of ours, by the titles of its header."""
    values = list(load_workbook(io.BytesIO(file)).worksheets[0].iter_rows(values_only=True))
    header = next(number for number, row in enumerate(values) if "Email" in row)
    return [dict(zip(values[header], row, strict=True)) for row in values[header + 1 :] if any(row)]


def test_each_mistake_of_the_demo_is_one_and_its_fix_mends_it(officer):
    known = demo_people(220, people.RUN)
    mistaken = {number: person for number, person in enumerate(known, start=1) if person.fixes}
    id = upload(officer.api, write(list(mistaken.values())))
    in_state(officer.api, id, "DRAFT")
    wrong = rows(officer.api, id, "errors")
    assert len(wrong) == len(mistaken), "the demo says so many, and fixes each"
    for row, person in zip(wrong.values(), mistaken.values(), strict=True):
        fixed = fix(officer.api, id, row, **person.fixes).json()
        assert fixed["row"]["state"] == "READY", f"{person.fixes}: {fixed}"


@pytest.fixture(scope="module")
def list_of_eight() -> list[Person]:
    """Four who are fine, three with faults, and one who is there twice."""
    good = [people.officer(), people.vendor(), people.officer(), people.vendor()]
    nameless, unreachable, undecided = people.vendor(), people.officer(), people.officer()
    return [
        *(Person(person) for person in good),
        Person({**nameless, "username": ""}, {"username": nameless["username"]}),
        Person(
            {**unreachable, "contactNumber": "12345", "organisation": ""},
            {"contactNumber": unreachable["contactNumber"], "organisation": "Example Agency"},
        ),
        Person({**undecided, "seed": "maybe"}, {"seed": "No"}),
        Person({**good[0], "email": good[0]["email"].upper()}),
    ]


def test_good_rows_go_first_and_fixed_ones_follow(officer, list_of_eight, outbox, directory):
    api, reports = officer.api, len(outbox.about("Your batch upload is through", officer.email))
    id = upload(api, write(list_of_eight))
    draft = in_state(api, id, "DRAFT")
    assert draft["counts"] == {"total": 8, "ready": 4, "needsFixing": 3, "duplicate": 1, "removed": 0, "sent": 0}
    assert draft["fileName"] == "new joiners.xlsx"
    faulty = rows(api, id, show="errors")
    codes = {number: [error["code"] for error in row["errors"]] for number, row in faulty.items()}
    assert codes == {5: ["username.required"], 6: ["contact-number.singapore", "required"], 7: ["seed.syntax"]}
    assert [row["sheetRow"] for row in faulty.values()] == [8, 9, 10], "the row that the officer sees in Excel"
    assert list(rows(api, id, show="errors&code=required")) == [6]
    assert rows(api, id)[8]["duplicate"]["row"] == 1

    assert submit(api, id).json()["type"] == "/problems/batch-has-errors"
    assert submit(api, id, {"only": "ready"}).status_code == 202
    assert submit(api, id, {"only": "ready"}).status_code == 202, "twice is once"
    done = in_state(api, id, "DONE")
    assert done["counts"]["sent"] == 4
    assert done["progress"] == {"ACCOUNT_CREATED": 4}

    for number, row in rows(api, id, show="errors").items():
        fixed = fix(api, id, row, **list_of_eight[number - 1].fixes)
        assert fixed.json()["row"]["state"] == "READY", fixed.text
    assert submit(api, id).status_code == 202
    done = eventually(
        lambda: batch(api, id),
        60,
        "the rest",
        until=lambda found: found["counts"]["sent"] == 7 and found["state"] == "DONE",
    )
    assert done["counts"] == {"total": 8, "ready": 0, "needsFixing": 0, "duplicate": 1, "removed": 0, "sent": 7}
    for person in list_of_eight[:7]:
        assert len(directory.by_email(person.meant["email"])) == 1
        assert len(outbox.wait(person.meant["email"])) == 1
    listed = api.get(f"/invites?batch={id}&limit=200").json()
    assert listed["total"] == 7
    assert {item["seed"]["label"] for item in listed["items"]} == {"License Assigned", "Not Required"}
    eventually(
        lambda: len(outbox.about("Your batch upload is through", officer.email)),
        what="a report for each submission",
        until=lambda found: found == reports + 2,
    )


def test_a_row_is_changed_over_the_version_that_was_seen_and_no_other(officer):
    id = upload(officer.api, write([Person(people.officer()), Person(people.officer())]))
    in_state(officer.api, id, "DRAFT")
    seen = rows(officer.api, id)[1]
    unversioned = officer.api.patch(f"/batches/{id}/rows/1", {"reason": "Moves"})
    assert (unversioned.status_code, unversioned.json()["type"]) == (428, "/problems/version-required")
    assert fix(officer.api, id, seen, department="Finance").status_code == 200
    stale = fix(officer.api, id, seen, department="Audit")
    assert (stale.status_code, stale.json()["type"]) == (412, "/problems/version-mismatch")
    assert rows(officer.api, id)[1]["values"]["department"] == "Finance"
    many = officer.api.patch(
        f"/batches/{id}/rows", {"rows": {"numbers": [1, 2]}, "set": {"department": "Digital Services"}}
    )
    assert many.json()["changed"] == 2, many.text
    for _ in range(2):
        assert officer.api.delete(f"/batches/{id}/rows/2").status_code == 204
    assert batch(officer.api, id)["counts"]["removed"] == 1
    assert officer.api.delete(f"/batches/{id}").status_code == 204
    assert id not in [item["id"] for item in officer.api.get("/batches").json()["items"]]


def test_failed_rows_are_downloaded_and_uploaded_again_as_they_are(officer):
    taken = people.officer()
    stranger.account(taken["email"])
    id = upload(officer.api, write([Person(people.officer()), Person(taken), Person(people.officer(organisation=""))]))
    in_state(officer.api, id, "DRAFT")
    assert submit(officer.api, id, {"only": "ready"}).status_code == 202
    in_state(officer.api, id, "DONE")
    everything = officer.api.get(f"/batches/{id}/results.xlsx")
    assert everything.headers["Content-Type"] == XLSX
    assert [line["Status"] for line in lines(everything.content)] == ["Not Onboarded", "Failed", "Needs fixing"]
    failed = officer.api.get(f"/batches/{id}/results.xlsx?only=failed").content
    downloaded = lines(failed)
    assert downloaded[0]["Email"] == taken["email"]
    assert downloaded[0]["What is wrong"].startswith("User with same email already exists.")
    assert all(line["Trace ID"].startswith("1-") for line in downloaded)
    again = in_state(officer.api, upload(officer.api, failed), "DRAFT")
    assert again["counts"]["total"] == 2
    assert rows(officer.api, again["id"])[1]["values"] == rows(officer.api, id)[2]["values"]


def test_the_template_has_every_column_and_reads_back(officer):
    answer = officer.api.get("/template.xlsx")
    assert answer.headers["Content-Type"] == XLSX
    book = load_workbook(io.BytesIO(answer.content))
    values = list(book.worksheets[0].iter_rows(values_only=True))
    header = next(row for row in values if "Email" in row)
    assert set(COLUMNS.values()) <= set(header)
    person = people.vendor()
    sheet = book.worksheets[0]
    for name, title in COLUMNS.items():
        sheet.cell(values.index(header) + 2, header.index(title) + 1, person[name] or None)
    filled = io.BytesIO()
    book.save(filled)
    id = upload(officer.api, filled.getvalue())
    in_state(officer.api, id, "DRAFT")
    (row,) = rows(officer.api, id).values()
    assert row["state"] == "READY", row
    assert row["values"] == person


def test_a_list_of_another_system_is_read_with_the_answers_of_its_officer(officer):
    joiners = [people.officer(), people.officer()]
    names = ("email", "firstName", "lastName", "contactNumber", "organisation")
    lines = [",".join([*(joiner[name] for name in names), "Desk 4"]) for joiner in joiners]
    id = upload(officer.api, "\r\n".join(["E-mail,Given name,Surname,HP,Agency,Sits at", *lines]).encode())
    questions = in_state(officer.api, id, "ASKING")["questions"]
    assert [reason["code"] for reason in questions["reasons"]] == ["FILE_HEADER_MISSING", "FILE_COLUMNS_UNKNOWN"]
    assert questions["missing"] == ["reason"]
    (asked,) = (column for column in questions["columns"] if "field" not in column)
    assert (asked["title"], asked["samples"]) == ("Sits at", ["Desk 4"])
    answers = {"columns": [{"title": "Sits at", "column": 6}], "values": {"reason": "Joins the project"}}
    answered = officer.api.post(f"/batches/{id}/answers", answers)
    assert (answered.status_code, answered.json()["state"]) == (202, "PARSING"), answered.text
    read = in_state(officer.api, id, "DRAFT")
    assert read["counts"]["ready"] == 2, read
    assert {row["values"]["reason"] for row in rows(officer.api, id).values()} == {"Joins the project"}
    assert officer.api.post(f"/batches/{id}/answers", answers).status_code == 409


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (b"%PDF-1.7\n", "FILE_NOT_XLSX"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2048), "FILE_OLD_XLS"),
        (b"PK\x03\x04" + bytes(512), "FILE_CORRUPT"),
    ],
)
def test_a_file_that_is_no_workbook_is_refused_with_what_to_do(officer, file, code):
    found = in_state(officer.api, upload(officer.api, file), "UNREADABLE")
    assert found["fault"]["code"] == code
    assert found["fault"]["detail"].endswith(".")


def test_the_upload_form_takes_one_key_and_a_bounded_size(officer):
    begun = begin(officer.api)
    form, limit = begun["upload"], officer.api.get("/me").json()["limits"]["uploadBytes"]
    assert form["fields"]["key"] == f"uploads/{begun['batchId']}"
    assert post(form, bytes(limit + 1)).status_code in (400, 403)
    assert post(form, b"").status_code in (400, 403)
    assert post(form, b"x", key="uploads/bat_01KAQ7Y3V0000000000000000A").status_code == 403
    assert post(form, b"x", key=f"drops/{officer.sub}/x.xlsx").status_code == 403
    assert post(form, b"x", **{"Content-Type": "text/html"}).status_code == 403
    assert post({**form, "fields": {"key": form["fields"]["key"]}}, b"x").status_code == 403
    assert batch(officer.api, begun["batchId"])["state"] == "AWAITING_UPLOAD"


def test_a_second_file_for_the_same_batch_is_ignored(officer, outputs):
    begun = begin(officer.api)
    first, second = people.officer(), people.vendor()
    assert post(begun["upload"], write([Person(first)])).status_code == 201
    in_state(officer.api, begun["batchId"], "DRAFT")
    assert post(begun["upload"], write([Person(second), Person(people.officer())])).status_code == 201
    key = {"Bucket": outputs["UploadBucketName"], "Prefix": f"uploads/{begun['batchId']}"}
    assert len(aws("s3").list_object_versions(**key)["Versions"]) == 2
    (row,) = rows(officer.api, begun["batchId"]).values()
    assert row["values"]["email"] == first["email"]


def test_a_list_that_is_pasted_twice_leaves_no_row_without_its_batch(officer, outputs):
    pasted = {"rows": [people.vendor() for _ in range(3)]}
    key = {"Idempotency-Key": f"pasted-{people.RUN}"}
    first, again = (officer.api.post("/batches", pasted, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201), again.text
    assert first.content == again.content
    other = officer.api.post("/batches", {"rows": pasted["rows"][:1]}, headers=key)
    assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-key-reused")
    assert len(rows(officer.api, first.json()["batchId"])) == 3
    table = outputs["TableName"]
    # The rows are in parts: BATCH#<id>#00 and on.
    owners = [row["pk"]["S"].rpartition("#")[0] for row in items(table, {"entity": "row"})]
    assert owners.count(f"BATCH#{first.json()['batchId']}") == 3
    batches = {item["pk"]["S"] for kind in ("batch", "tombstone") for item in items(table, {"entity": kind})}
    assert set(owners) <= batches

"""What is refused before any function runs, and in which words."""

import base64
import json

import pytest


def problem(answer) -> dict:
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["traceId"]
    return body


OFFICERS_ROUTES = [
    ("GET", "/me"),
    ("GET", "/invites"),
    ("POST", "/invites"),
    ("GET", "/invites/inv_01KAQ7Y3V0000000000000000B"),
    ("GET", "/invites/export.xlsx"),
    ("GET", "/batches"),
    ("POST", "/batches"),
    ("GET", "/batches/bat_01KAQ7Y3V0000000000000000A"),
    ("DELETE", "/batches/bat_01KAQ7Y3V0000000000000000A"),
    ("GET", "/batches/bat_01KAQ7Y3V0000000000000000A/rows"),
    ("PATCH", "/batches/bat_01KAQ7Y3V0000000000000000A/rows"),
    ("PATCH", "/batches/bat_01KAQ7Y3V0000000000000000A/rows/1"),
    ("DELETE", "/batches/bat_01KAQ7Y3V0000000000000000A/rows/1"),
    ("POST", "/batches/bat_01KAQ7Y3V0000000000000000A/submit"),
    ("GET", "/batches/bat_01KAQ7Y3V0000000000000000A/results.xlsx"),
    ("GET", "/template.xlsx"),
]


@pytest.mark.parametrize(("method", "path"), OFFICERS_ROUTES)
def test_every_route_of_officers_wants_a_token(nobody, method, path):
    answer = nobody(method, path)
    assert answer.status_code == 401
    assert problem(answer)["type"] == "/problems/unauthorized"


def altered(token: str, **claims) -> str:
    """The same token with other claims, and so with a signature that is not theirs."""
    header, payload, signature = token.split(".")
    body = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    forged = base64.urlsafe_b64encode(json.dumps({**body, **claims}).encode()).decode().rstrip("=")
    return f"{header}.{forged}.{signature}"


def test_a_token_with_other_claims_is_refused(officer, nobody):
    token = altered(officer.id_token, email="minister@example-agency.gov.sg")
    assert nobody.get("/me", headers={"Authorization": token}).status_code == 401


def test_an_unsigned_token_is_refused(officer, nobody):
    header = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    token = f"{header}.{officer.id_token.split('.')[1]}."
    assert nobody.get("/me", headers={"Authorization": token}).status_code == 401


def test_an_unknown_route_is_not_found(officer):
    answer = officer.api.get("/nothing-here")
    assert answer.status_code == 404
    assert problem(answer)["type"] == "/problems/not-found"

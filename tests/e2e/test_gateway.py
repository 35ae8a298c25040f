"""What is refused before any function runs, and in which words."""

import base64
import json

import pytest

from conftest import ROOT


def problem(answer) -> dict:
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["traceId"]
    return body


def routes(public: bool) -> list[tuple[str, str]]:
    """Method and path of every operation of the API's description, for officers or for the public."""
    paths = json.loads((ROOT / "docs" / "openapi.json").read_text())["paths"]
    ids = {
        "/invites/{id}": "/invites/inv_01KAQ7Y3V0000000000000000B",
        "/batches/{id}": "/batches/bat_01KAQ7Y3V0000000000000000A",
        "{number}": "1",
    }
    found = []
    for template, operations in paths.items():
        path = template
        for placeholder, id in ids.items():
            path = path.replace(placeholder, id)
        found += [
            (method.upper(), path.removeprefix("/api"))
            for method, operation in operations.items()
            if ("security" in operation) != public
        ]
    return found


@pytest.mark.parametrize(("method", "path"), routes(public=False))
def test_every_route_of_officers_wants_a_token(nobody, method, path):
    answer = nobody(method, path)
    assert (answer.status_code, problem(answer)["type"]) == (401, "/problems/unauthorized")


@pytest.mark.parametrize(("method", "path"), routes(public=True))
def test_the_public_routes_want_none_and_another_credential(nobody, method, path):
    wanted = {"/seed-devices": (401, "/problems/signature-not-valid")}
    assert path.startswith("/invitations/") or path in wanted
    answer = nobody(method, path, {})
    assert (answer.status_code, problem(answer)["type"]) == wanted.get(path, (400, "/problems/bad-request"))


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

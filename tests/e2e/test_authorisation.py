"""Who gets in, and whose things they see there."""

import secrets
import time

import pytest

import people
from conftest import aws
from signing_in import Api, sign_in
from test_gateway import altered, problem
from waiting import eventually


def make_person(outputs, email: str, verified: str, pool: str | None = None):
    """Somebody with a password of their own."""
    pool, password = pool or outputs["UserPoolId"], f"{secrets.token_urlsafe(12)}-aZ9"
    username = f"made.{secrets.token_hex(4)}"
    attributes = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": verified}]
    aws("cognito-idp").admin_create_user(
        UserPoolId=pool, Username=username, MessageAction="SUPPRESS", UserAttributes=attributes
    )
    aws("cognito-idp").admin_set_user_password(UserPoolId=pool, Username=username, Password=password, Permanent=True)
    return username, password


def tokens(client: str, username: str, password: str) -> dict:
    answer = aws("cognito-idp").initiate_auth(
        AuthFlow="USER_PASSWORD_AUTH", ClientId=client, AuthParameters={"USERNAME": username, "PASSWORD": password}
    )
    return answer["AuthenticationResult"]


def test_an_access_token_is_not_enough(officer, nobody):
    answer = nobody.get("/me", headers={"Authorization": officer.access_token})
    assert (answer.status_code, problem(answer)["type"]) == (401, "/problems/unauthorized")


def test_a_token_of_another_pool_is_refused(outputs, nobody):
    pool = aws("cognito-idp").create_user_pool(PoolName="strangers")["UserPool"]["Id"]
    client = aws("cognito-idp").create_user_pool_client(
        UserPoolId=pool, ClientName="c", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    )
    try:
        username, password = make_person(outputs, people.officer()["email"], "true", pool)
        foreign = tokens(client["UserPoolClient"]["ClientId"], username, password)["IdToken"]
        answer = nobody.get("/me", headers={"Authorization": foreign})
        assert (answer.status_code, problem(answer)["type"]) == (401, "/problems/unauthorized")
    finally:
        aws("cognito-idp").delete_user_pool(UserPoolId=pool)


def test_an_expired_token_is_refused(outputs, nobody):
    settings = {
        "IdTokenValidity": 1,
        "TokenValidityUnits": {"IdToken": "seconds"},
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    }
    client = aws("cognito-idp").create_user_pool_client(
        UserPoolId=outputs["UserPoolId"], ClientName="brief", **settings
    )
    username, password = make_person(outputs, people.officer()["email"], "true")
    brief = tokens(client["UserPoolClient"]["ClientId"], username, password)["IdToken"]
    time.sleep(2.1)
    answer = nobody.get("/me", headers={"Authorization": brief})
    assert (answer.status_code, problem(answer)["type"]) == (401, "/problems/unauthorized")


def test_a_forged_token_is_refused_on_a_route_that_writes(officer, other_officer, nobody):
    person = people.officer()
    forged = altered(officer.id_token, sub=other_officer.sub)
    answer = nobody.post("/invites", people.invitation(person), headers={"Authorization": forged})
    assert answer.status_code == 401
    for who in [officer, other_officer]:
        assert who.api.get(f"/invites?q={person['email']}").json()["total"] == 0


def test_a_vendor_may_do_nothing(vendor):
    for method, path in [
        ("GET", "/me"),
        ("GET", "/invites"),
        ("POST", "/invites"),
        ("GET", "/batches"),
        ("POST", "/batches"),
        ("GET", "/template.xlsx"),
    ]:
        answer = vendor.api(method, path, {} if method == "POST" else None)
        assert (answer.status_code, problem(answer)["type"]) == (403, "/problems/not-an-officer"), f"{method} {path}"


def test_an_officer_whose_address_is_not_verified_may_do_nothing(outputs):
    username, password = make_person(outputs, people.officer()["email"], "false")
    answer = sign_in(outputs, username, password).api.get("/me")
    assert (answer.status_code, problem(answer)["type"]) == (403, "/problems/email-not-verified")


def test_claims_in_headers_are_nobodys(vendor, officer):
    said = {"X-Officer-Email": officer.email, "X-Amzn-Oidc-Data": officer.id_token, "X-Forwarded-User": officer.sub}
    assert vendor.api.get("/me", headers=said).status_code == 403


@pytest.fixture(scope="module")
def things(officer) -> dict[str, str]:
    """An invite and a batch with a row, of one officer."""
    invite = officer.api.post("/invites", people.invitation(people.officer())).json()
    batch = officer.api.post("/batches", {"rows": [people.officer()]}).json()
    return {"invite": f"/invites/{invite['id']}", "batch": f"/batches/{batch['batchId']}"}


OTHERS = [
    ("GET", "{invite}", None),
    ("GET", "{batch}", None),
    ("DELETE", "{batch}", None),
    ("GET", "{batch}/rows", None),
    ("PATCH", "{batch}/rows", {"rows": {"show": "all"}, "set": {"reason": "Mine now"}}),
    ("PATCH", "{batch}/rows/1", {"reason": "Mine now"}),
    ("DELETE", "{batch}/rows/1", None),
    ("POST", "{batch}/submit", {}),
    ("GET", "{batch}/results.xlsx", None),
]


@pytest.mark.parametrize(("method", "path", "body"), OTHERS)
def test_another_officers_thing_is_answered_like_one_that_does_not_exist(
    officer, other_officer, things, method, path, body
):
    absent = {"invite": "/invites/inv_01KAQ7Y3V0000000000000000B", "batch": "/batches/bat_01KAQ7Y3V0000000000000000A"}
    answers = [
        other_officer.api(method, path.format(**of), body, headers={"If-Match": '"1"'}) for of in (things, absent)
    ]
    for answer in answers:
        assert (answer.status_code, problem(answer)["type"]) == (404, "/problems/not-found")
    foreign, missing = ({**answer.json(), "traceId": ""} for answer in answers)
    assert foreign == missing
    assert officer.api.get(things["invite"]).status_code == 200
    batch = officer.api.get(things["batch"]).json()
    assert (batch["state"], batch["counts"]["ready"]) == ("DRAFT", 1)


def test_lists_hold_ones_own_things_only(officer, other_officer, things):
    for kind, path in [("invite", "/invites"), ("batch", "/batches")]:
        own = [f"{path}/{item['id']}" for item in officer.api.get(path, params={"limit": 200}).json()["items"]]
        foreign = [
            f"{path}/{item['id']}" for item in other_officer.api.get(path, params={"limit": 200}).json()["items"]
        ]
        assert things[kind] in own
        assert things[kind] not in foreign


def test_a_cursor_of_another_officer_or_another_list_is_worth_nothing(officer, other_officer, things):
    officer.api.post("/invites", people.invitation(people.officer()))
    cursor = officer.api.get("/invites?limit=1").json()["nextCursor"]
    assert officer.api.get("/invites", params={"limit": 1, "cursor": cursor}).status_code == 200
    for api, path in [
        (other_officer.api, "/invites?limit=1"),
        (officer.api, "/invites?limit=1&sort=date"),
        (officer.api, "/batches?limit=1"),
    ]:
        answer = api.get(path, params={"cursor": cursor})
        assert (answer.status_code, problem(answer)["type"]) == (400, "/problems/cursor")


def test_a_token_that_was_never_mailed_opens_nothing(nobody):
    for path in ["view", "accept", "first-password"]:
        for token in ["", "x", secrets.token_urlsafe(32), "../../invites"]:
            answer = nobody.post(f"/invitations/{path}", {"token": token})
            answered = (answer.status_code, problem(answer)["type"])
            assert answered == (404, "/problems/invitation-not-valid"), f"{path} {token}"


def test_who_asks_for_a_new_link_learns_nothing(nobody):
    for token in ["", "x", secrets.token_urlsafe(32), secrets.token_hex(32), "../../invites"]:
        answer = nobody.post("/invitations/new-link", {"token": token})
        assert (answer.status_code, answer.text) == (204, ""), token


def test_bodies_that_lie_about_themselves_are_refused(outputs, officer):
    api = Api(outputs["ApiUrl"], officer.id_token)
    for body, kind, status in [
        ('{"kind":"email"', "application/json", 400),
        ('{"kind":"email","kind":"account"}', "application/json", 400),
        ('{"kind":"email","admin":true}', "application/json", 400),
        ("kind=email", "application/x-www-form-urlencoded", 415),
        ('{"reason":"' + "x" * 70_000 + '"}', "application/json", 413),
    ]:
        answer = api("POST", "/invites", data=body, headers={"Content-Type": kind})
        assert (answer.status_code, problem(answer)["status"]) == (status, status), body[:40]


def test_an_officer_who_is_disabled_is_refused_within_a_minute_though_the_token_lives(outputs, outbox):
    username, password = make_person(outputs, people.officer()["email"], "true")
    api, person = sign_in(outputs, username, password).api, people.officer()
    # A refresh would be refused, as the sign-in is: the token of before is what is tried.
    api.renew = None
    assert api.post("/invites", people.invitation(people.officer())).status_code == 202
    aws("cognito-idp").admin_disable_user(UserPoolId=outputs["UserPoolId"], Username=username)
    began = time.monotonic()

    def answer() -> tuple[int, str]:
        # A request that does nothing: its body has no address.
        found = api.post("/invites", {**people.invitation(person), "email": ""})
        return found.status_code, found.json()["type"]

    eventually(answer, 70, "the refusal", until=lambda found: found == (403, "/problems/account-not-active"))
    assert time.monotonic() - began < 62
    for method, path, body in [
        ("POST", "/invites", people.invitation(person)),
        ("POST", "/seed-requests", {}),
        ("POST", "/batches", {"fileName": "people.xlsx"}),
        ("POST", "/invites/actions", {"action": "resend", "all": {}}),
        ("GET", "/invites/export.xlsx", None),
    ]:
        answer = api(method, path, body)
        answered = (answer.status_code, problem(answer)["type"])
        assert answered == (403, "/problems/account-not-active"), f"{method} {path}"
    assert outbox.to(person["email"]) == []

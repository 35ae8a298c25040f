"""Officers, and holders of new accounts, as they sign in and use the API."""

import base64
import hashlib
import html
import json
import re
import secrets
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import requests

import stack


@dataclass
class Api:
    """The API as one person uses it, or nobody."""

    url: str
    token: str | None = None
    # A token lives for ten minutes, and a person may be needed for the whole run.
    renew: Callable[[], str] | None = None
    session: requests.Session = field(default_factory=requests.Session)

    def __call__(self, method: str, path: str, body=None, **more) -> requests.Response:
        headers = {"Authorization": self.fresh_token()} if self.token else {}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid.uuid4())
        headers.update(more.pop("headers", {}))
        answer = self.session.request(method, self.url + path, json=body, headers=headers, timeout=60, **more)
        assert answer.headers["X-Trace-Id"]
        if answer.status_code >= 400 and method != "HEAD":
            assert answer.json()["traceId"] == answer.headers["X-Trace-Id"]
        return answer

    def fresh_token(self) -> str:
        if self.renew and claims_of(self.token)["exp"] < time.time() + 120:
            self.token = self.renew()
        return self.token

    def get(self, path: str, **more) -> requests.Response:
        return self("GET", path, **more)

    def post(self, path: str, body=None, **more) -> requests.Response:
        return self("POST", path, {} if body is None else body, **more)

    def patch(self, path: str, body, **more) -> requests.Response:
        return self("PATCH", path, body, **more)

    def delete(self, path: str, **more) -> requests.Response:
        return self("DELETE", path, **more)


@dataclass
class Person:
    """Somebody who can sign in."""

    username: str
    email: str
    sub: str
    access_token: str
    api: Api

    @property
    def id_token(self) -> str:
        return self.api.fresh_token()


def sign_in(outputs: dict, username: str, password: str) -> Person:
    """With a password, which only a stack for tests allows."""

    def tokens() -> dict:
        return stack.client("cognito-idp").initiate_auth(
            AuthFlow="USER_PASSWORD_AUTH",
            ClientId=outputs["UserPoolClientId"],
            AuthParameters={"USERNAME": username, "PASSWORD": password},
        )["AuthenticationResult"]

    first = tokens()
    person = signed_in(outputs, first["IdToken"], first["AccessToken"])
    person.api.renew = lambda: tokens()["IdToken"]
    return person


def signed_in(outputs: dict, id_token: str, access_token: str) -> Person:
    claims = claims_of(id_token)
    return Person(
        claims["cognito:username"], claims["email"], claims["sub"], access_token, Api(outputs["ApiUrl"], id_token)
    )


def claims_of(token: str) -> dict:
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def first_sign_in(outputs: dict, username: str, temporary: str) -> Person:
    """On the sign-in page, as the portal leads there: with a temporary password, which the page asks to change."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    callback = f"{outputs['PortalUrl']}/"
    browser = requests.Session()
    asked = {
        "response_type": "code",
        "client_id": outputs["UserPoolClientId"],
        "redirect_uri": callback,
        "scope": "openid email profile",
        "state": secrets.token_urlsafe(16),
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    page = browser.get(f"{outputs['SignInUrl']}/oauth2/authorize", params=asked, timeout=30)
    page = fill_in(browser, page, username=username, password=temporary)
    chosen = f"{secrets.token_urlsafe(12)}-aZ9"
    sent_back = fill_in(browser, page, new_password=chosen, confirm_password=chosen)
    assert sent_back.status_code in (302, 303), sent_back.text
    target = urlsplit(sent_back.headers["Location"])
    answer = parse_qs(target.query)
    assert sent_back.headers["Location"].startswith(callback)
    assert answer["state"] == [asked["state"]]
    trade = {
        "grant_type": "authorization_code",
        "client_id": asked["client_id"],
        "redirect_uri": callback,
        "code": answer["code"][0],
    }
    stolen = requests.post(
        f"{outputs['SignInUrl']}/oauth2/token", data={**trade, "code_verifier": "x" * 43}, timeout=30
    )
    assert stolen.status_code == 400, "a code without its verifier is worth nothing"
    tokens = requests.post(
        f"{outputs['SignInUrl']}/oauth2/token", data={**trade, "code_verifier": verifier}, timeout=30
    )
    return signed_in(outputs, tokens.json()["id_token"], tokens.json()["access_token"])


def fill_in(browser: requests.Session, page: requests.Response, **typed: str) -> requests.Response:
    """Sends the form of a page, with its hidden fields and what is typed."""
    inputs = [dict(re.findall(r'(\w+)="([^"]*)"', tag)) for tag in re.findall(r"<input ([^>]*)>", page.text)]
    fields = {i["name"]: html.unescape(i["value"]) for i in inputs if i["type"] == "hidden"}
    assert set(typed) == {i["name"] for i in inputs} - set(fields), page.text
    return browser.post(f"{stack.ENDPOINT}/login", data={**fields, **typed}, allow_redirects=False, timeout=30)


def demo_person(outputs: dict, username: str) -> Person:
    found = next(p for p in outputs["DemoOfficers"] if p["username"] == username)
    return sign_in(outputs, found["username"], found["password"])

"""The API: its routes, who may call them, and what the gateway answers by itself."""

import json
import re

import pytest

from evaluated import is_allowed
from rendered import API, FUNCTIONS, ROOT, ROUTES, SOURCE, TEMPLATE, properties, referred, referred_function, statements
from resolved import Stack


def test_the_gateway_knows_the_routes_that_are_described_and_no_others():
    described = json.loads((ROOT / "docs" / "openapi.json").read_text())["paths"]
    assert sorted(set(ROUTES) - PAGES) == sorted(
        (method, path) for path, methods in described.items() for method in methods
    )
    assert set(ROUTES) > PAGES


PAGES = {(method, path) for method in ("get", "head") for path in ("/", "/{proxy+}")}
# What the portal serves under `/{proxy+}` to anybody; nothing of the API is among it.
FILES = {"/accept", "/config.json", "/assets/app-1a2b.js"}
OPEN = {
    *(
        ("post", f"/api/invitations/{page}")
        for page in ["view", "mailbox-code", "accept", "first-password", "new-link"]
    ),
    ("post", "/api/seed-devices"),
}


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_but_the_open_ones_and_the_pages_wants_an_officer(method, path):
    wanted = [{"NONE": []}] if (method, path) in OPEN | PAGES else [{"Officers": []}]
    assert API["paths"][path][method]["security"] == wanted


CALLERS = {"192.0.2.7": "inside", "198.51.100.7": "outside", "2001:db8:1::7": "inside", "2001:db8:2::7": "outside"}


def policy_for(networks: str) -> dict:
    """The API's policy as the gateway has it. The transform has put the parameter's text in place of its name."""
    split = {"Fn::Split": [",", SOURCE["Parameters"]["AllowedCidrs"]["Default"]]}
    text = json.dumps(API["x-amazon-apigateway-policy"])
    return json.loads(text.replace(json.dumps(split), json.dumps(networks.split(","))))


@pytest.mark.parametrize("source", CALLERS)
def test_officers_networks_reach_everything_and_others_what_is_open(source):
    policy = policy_for("192.0.2.0/24,2001:db8:1::/48")
    asked = set(ROUTES) | {(method, path) for method in ("get", "head") for path in FILES | {"/api/none", "/elsewhere"}}
    # A route that somebody adds and forgets in the policy.
    asked |= {("post", "/api/new"), ("put", "/api/invitations/view")}
    reached = {
        (method, path)
        for method, path in asked
        if is_allowed(policy, f"execute-api:/v1/{method.upper()}{path}", source)
    }
    opened = OPEN | {(method, path) for method in ("get", "head") for path in FILES | {"/"}}
    assert reached == (asked if CALLERS[source] == "inside" else opened)


@pytest.mark.parametrize("source", CALLERS)
def test_every_network_is_inside_unless_someone_says_otherwise(source):
    policy = policy_for(SOURCE["Parameters"]["AllowedCidrs"]["Default"])
    assert is_allowed(policy, "execute-api:/v1/POST/api/invites", source)


def test_the_stage_names_the_portals_client_so_that_nothing_goes_in_circles():
    assert properties("Apiv1Stage")["Variables"] == {"ClientId": {"Ref": "UserPoolClient"}}
    for name, function in FUNCTIONS.items():
        assert "UserPoolClient" not in json.dumps(function), name


@pytest.mark.parametrize(("method", "path"), sorted(OPEN))
def test_what_is_open_is_throttled_harder(method, path):
    stage = Stack(InviteeThrottleRate="7", ThrottleRate="70").properties("Apiv1Stage")
    settings = {(s["ResourcePath"], s["HttpMethod"]): s for s in stage["MethodSettings"]}
    found = settings["/" + path.replace("/", "~1"), method.upper()]
    assert found["ThrottlingRateLimit"] == "7"
    assert settings["/*", "*"]["ThrottlingRateLimit"] == "70"


def test_the_access_log_holds_nothing_that_names_a_person():
    line = json.loads(properties("Apiv1Stage")["AccessLogSetting"]["Format"])
    for variable in line.values():
        assert not re.search(r"identity|\.path$|email|querystring|header", variable), variable


def test_the_api_is_traced():
    assert properties("Apiv1Stage")["TracingEnabled"] is True


def test_tokens_live_for_ten_minutes_and_those_of_other_clients_count_only_where_listed():
    client = properties("UserPoolClient")
    assert client["TokenValidityUnits"] == {"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "minutes"}
    assert client["IdTokenValidity"] == client["AccessTokenValidity"] == 10
    assert SOURCE["Parameters"]["OtherClientIds"]["Default"] == ""
    officers = {referred_function(API["paths"][path][method]) for method, path in set(ROUTES) - OPEN - PAGES}
    for function in officers:
        variables = FUNCTIONS[function]["Properties"]["Environment"]["Variables"]
        assert variables["OTHER_CLIENT_IDS"] == {"Ref": "OtherClientIds"}


def test_every_function_with_an_officers_route_may_ask_for_one_account_and_nothing_more():
    # Who is handed invites over is found by the address.
    more = {"SubmitInvites": {"cognito-idp:ListUsers"}}
    for function in {referred_function(API["paths"][path][method]) for method, path in set(ROUTES) - OPEN - PAGES}:
        asking = [s for s in statements(function) if "cognito-idp:" in json.dumps(s["Action"])]
        assert {s["Action"] for s in asking} == {"cognito-idp:AdminGetUser"} | more.get(function, set())
        assert {referred(s["Resource"]) for s in asking} == {"UserPool"}


@pytest.mark.parametrize(("kind", "response"), API["x-amazon-apigateway-gateway-responses"].items())
def test_what_the_gateway_refuses_is_a_problem(kind, response):
    headers = response["responseParameters"]
    assert headers["gatewayresponse.header.Content-Type"] == "'application/problem+json'"
    assert headers["gatewayresponse.header.Cache-Control"] == "'no-store'"
    assert headers["gatewayresponse.header.X-Trace-Id"] == "context.xrayTraceId"
    body = json.loads(response["responseTemplates"]["application/json"])
    assert {"type", "title", "traceId"} <= set(body)
    if not kind.startswith("DEFAULT"):
        assert str(body["status"]) == str(response["statusCode"])


RULES = {rule["Name"]: rule for rule in properties("ApiWebAcl")["Rules"]}
RATES = {name: rule for name, rule in RULES.items() if "RateBasedStatement" in rule["Statement"]}


def limits(rule: dict, path: str) -> bool:
    """Whether a rate counts requests for a path of the stage."""
    (kind, scope) = next(iter(rule["Statement"]["RateBasedStatement"]["ScopeDownStatement"].items()))
    assert (kind, scope["FieldToMatch"], scope["PositionalConstraint"]) == (
        "ByteMatchStatement",
        {"UriPath": {}},
        "CONTAINS",
    )
    # Or a path with one letter in hexadecimal digits would not count.
    assert [one["Type"] for one in scope["TextTransformations"]] == ["URL_DECODE"]
    return scope["SearchString"] in f"/v1{path}"


def test_a_web_acl_that_is_made_limits_each_address_on_every_open_route_and_on_no_other():
    assert TEMPLATE["Resources"]["ApiWebAcl"]["Condition"] == "MakeWebAcl"
    limited = {route for route in ROUTES if any(limits(rule, route[1]) for rule in RATES.values())}
    assert limited == OPEN
    for rule in RATES.values():
        rate = rule["Statement"]["RateBasedStatement"]
        assert (rate["AggregateKeyType"], rule["Action"]["Block"]["CustomResponse"]["ResponseCode"]) == ("IP", 429)
    association = properties("WebAclAssociation")["WebACLArn"]
    assert association == {"Fn::If": ["MakeWebAcl", {"Fn::GetAtt": ["ApiWebAcl", "Arn"]}, {"Ref": "WebAcl"}]}


@pytest.mark.parametrize("name", RATES)
def test_one_address_cannot_use_up_an_open_route(name):
    """Its throttle is for all callers together."""
    rate = RATES[name]["Statement"]["RateBasedStatement"]
    a_second = rate["Limit"] / rate["EvaluationWindowSec"]
    assert a_second <= SOURCE["Parameters"]["InviteeThrottleRate"]["Default"] / 2


def test_addresses_that_aws_knows_as_bad_are_refused_everywhere():
    rule = RULES["known-bad-addresses"]
    list_of_aws = {"VendorName": "AWS", "Name": "AWSManagedRulesAmazonIpReputationList"}
    # Without a part of the requests that it is for, and without actions that only count.
    assert rule["Statement"] == {"ManagedRuleGroupStatement": list_of_aws}
    assert rule["OverrideAction"] == {"None": {}}
    assert rule["Priority"] == min(one["Priority"] for one in RULES.values())
    assert properties("ApiWebAcl")["DefaultAction"] == {"Allow": {}}


def test_metrics_of_each_route_are_off_because_each_would_cost_and_no_alarm_reads_one():
    settings = properties("Apiv1Stage")["MethodSettings"]
    assert {one["MetricsEnabled"] for one in settings} == {False}

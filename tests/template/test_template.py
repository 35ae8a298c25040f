"""What the template promises, checked on what CloudFormation is given: the template after the SAM transform."""

import json
import re
import sys
from pathlib import Path

import pytest
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "bench"))

from start import TEMPLATE_ENVIRONMENT  # noqa: E402 - found through the path above.

MANAGED = [
    "AWSLambdaBasicExecutionRole",
    "AWSXRayDaemonWriteAccess",
    "AWSXrayWriteOnlyAccess",
    "AmazonAPIGatewayPushToCloudWatchLogs",
]


class ManagedPolicies:
    def load(self):
        return {name: f"arn:aws:iam::aws:policy/service-role/{name}" for name in MANAGED}


def render() -> dict:
    source = yaml_parse((ROOT / "template.yaml").read_text())
    for resource in source["Resources"].values():
        # The transform insists on code in a bucket; which bucket does not matter here.
        if "CodeUri" in resource.get("Properties", {}):
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    return transform(source, {}, ManagedPolicies())


SOURCE = yaml_parse((ROOT / "template.yaml").read_text())
with pytest.MonkeyPatch.context() as region:
    region.setenv("AWS_DEFAULT_REGION", "ap-southeast-1")
    TEMPLATE = render()


def of_type(kind: str) -> dict[str, dict]:
    return {name: r for name, r in TEMPLATE["Resources"].items() if r["Type"] == kind}


def properties(name: str) -> dict:
    return TEMPLATE["Resources"][name]["Properties"]


def referred(value) -> str:
    """The resource that an intrinsic points at."""
    if "Ref" in value:
        return value["Ref"]
    target = value["Fn::GetAtt"]
    return target[0] if isinstance(target, list) else target.split(".")[0]


def listed(value) -> list:
    return value if isinstance(value, list) else [value]


FUNCTIONS = of_type("AWS::Lambda::Function")
QUEUES = of_type("AWS::SQS::Queue")
ALARMS = of_type("AWS::CloudWatch::Alarm")
STREAMS, MAPPINGS = {}, {}
for name, mapping in of_type("AWS::Lambda::EventSourceMapping").items():
    (STREAMS if "StartingPosition" in mapping["Properties"] else MAPPINGS)[name] = mapping
API = properties("Api")["Body"]
ROUTES = [(method, path) for path, methods in API["paths"].items() for method in methods if method != "options"]
WORK_QUEUES = [name for name, queue in QUEUES.items() if "RedrivePolicy" in queue["Properties"]]
DEAD_LETTERS = [name for name in QUEUES if name not in WORK_QUEUES]


def statements(function: str) -> list[dict]:
    role = referred(FUNCTIONS[function]["Properties"]["Role"])
    return [s for policy in properties(role).get("Policies", []) for s in policy["PolicyDocument"]["Statement"]]


def actions(function: str) -> set[str]:
    return {action for statement in statements(function) for action in listed(statement["Action"])}


# ---------------------------------------------------------------------------------------------------------- functions


def test_every_folder_is_a_function_and_the_other_way_round():
    folders = {path.parent.name for path in (ROOT / "functions").glob("*/Cargo.toml")}
    sources = {
        r["Properties"]["CodeUri"] for r in SOURCE["Resources"].values() if r["Type"] == "AWS::Serverless::Function"
    }
    assert sources == {f".build/lambda/{folder}/" for folder in folders}


def test_the_bench_starts_functions_with_what_the_template_gives_them():
    given = {name for function in FUNCTIONS.values() for name in function["Properties"]["Environment"]["Variables"]}
    assert set(TEMPLATE_ENVIRONMENT) == given


def test_no_two_functions_share_a_role():
    roles = [referred(f["Properties"]["Role"]) for f in FUNCTIONS.values()]
    assert len(set(roles)) == len(FUNCTIONS)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_traced_and_logs_into_its_own_group_that_forgets(function):
    assert FUNCTIONS[function]["Properties"]["TracingConfig"] == {"Mode": "Active"}
    group = referred(FUNCTIONS[function]["Properties"]["LoggingConfig"]["LogGroup"])
    assert group == f"{function}Logs"
    assert "RetentionInDays" in properties(group)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_names_actions_and_resources(function):
    for statement in statements(function):
        assert statement["Effect"] == "Allow"
        assert "NotAction" not in statement and "NotResource" not in statement
        assert not [a for a in listed(statement["Action"]) if "*" in a]
        assert "*" not in listed(statement["Resource"])


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_uses_what_its_environment_names_and_the_other_way_round(function):
    named = set(FUNCTIONS[function]["Properties"]["Environment"]["Variables"])
    secrets = {
        referred(v)
        for k, v in FUNCTIONS[function]["Properties"]["Environment"]["Variables"].items()
        if k.endswith("_SECRET_ID")
    }
    readable = [s["Resource"] for s in statements(function) if s["Action"] == "secretsmanager:GetSecretValue"]
    assert secrets == {referred(resource) for resource in readable}
    assert ("USER_POOL_ID" in named) == any(a.startswith("cognito-idp:") for a in actions(function))
    assert ("UPLOAD_BUCKET" in named) == any(a.startswith("s3:") for a in actions(function))
    queues = {
        referred(v)
        for k, v in FUNCTIONS[function]["Properties"]["Environment"]["Variables"].items()
        if k.endswith("_QUEUE_URL")
    }
    granted = {
        referred(resource)
        for statement in statements(function)
        if statement["Action"] == "sqs:SendMessage"
        for resource in listed(statement["Resource"])
    }
    assert granted - set(DEAD_LETTERS) == queues


def test_only_the_one_that_needs_it_has_a_dangerous_permission():
    def holders(action):
        return {name for name in FUNCTIONS if action in actions(name)}

    assert holders("cognito-idp:AdminCreateUser") == {"ProvisionUser"}
    assert holders("cognito-idp:AdminAddUserToGroup") == {"ProvisionUser"}
    # The audit ends licences of accounts whose invites are deleted, which no worker is woken for.
    assert holders("cognito-idp:AdminRemoveUserFromGroup") == {"ProvisionUser", "Sweep"}
    for ends_accounts in ["cognito-idp:AdminDeleteUser", "cognito-idp:AdminDisableUser", "cognito-idp:AdminEnableUser"]:
        assert not holders(ends_accounts)
    assert holders("ses:SendEmail") == {"SendMail"}
    assert holders("s3:GetObjectVersion") == {"ParseBatch"}
    assert holders("s3:PutObject") == {"ManageBatches"}
    assert holders("s3:DeleteObjectVersion") == holders("s3:ListBucketVersions") == {"Sweep"}
    # Which answers no request.
    assert holders("dynamodb:Scan") == {"Sweep"}
    for action in ["cognito-idp:AdminSetUserPassword", "s3:GetObject", "s3:DeleteObject", "sqs:PurgeQueue"]:
        assert not holders(action)


def test_mail_is_sent_from_one_address_only():
    (mail,) = [s for s in statements("SendMail") if s["Action"] == "ses:SendEmail"]
    assert mail["Condition"] == {"StringEquals": {"ses:FromAddress": {"Ref": "SenderAddress"}}}


def test_no_environment_holds_a_secret():
    assert "resolve:" not in json.dumps(TEMPLATE)


# ------------------------------------------------------------------------------------------------------------- queues


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_a_worker_reports_single_failures_and_is_bounded(mapping):
    found = MAPPINGS[mapping]["Properties"]
    assert found["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert found["ScalingConfig"]["MaximumConcurrency"]


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_a_message_is_hidden_for_six_times_as_long_as_a_worker_may_take(mapping):
    found = MAPPINGS[mapping]["Properties"]
    queue = QUEUES[referred(found["EventSourceArn"])]["Properties"]
    timeout = FUNCTIONS[referred(found["FunctionName"])]["Properties"]["Timeout"]
    assert queue["VisibilityTimeout"] >= 6 * timeout + found.get("MaximumBatchingWindowInSeconds", 0)


def test_the_stream_is_watched_by_one_function_which_sees_invites_only_and_loses_none():
    assert properties("Table")["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    (stream,) = [mapping["Properties"] for mapping in STREAMS.values()]
    assert referred(stream["FunctionName"]) == "WatchInvites"
    assert stream["EventSourceArn"] == {"Fn::GetAtt": ["Table", "StreamArn"]}
    (only,) = stream["FilterCriteria"]["Filters"]
    assert json.loads(only["Pattern"]) == {"dynamodb": {"NewImage": {"entity": {"S": ["invite"]}}}}
    assert stream["BisectBatchOnFunctionError"] is True
    assert "MaximumRetryAttempts" not in stream and "MaximumRecordAgeInSeconds" not in stream
    age = properties("WatchAgeAlarm")
    assert (age["MetricName"], referred(age["Dimensions"][0]["Value"])) == ("IteratorAge", "WatchInvites")


def test_whoever_calls_strangers_holds_no_key_but_theirs_and_touches_nothing_else():
    assert actions("NotifyAgencies") == {"dynamodb:GetItem", "dynamodb:PutItem", "secretsmanager:GetSecretValue"}
    variables = {name: f["Properties"]["Environment"]["Variables"] for name, f in FUNCTIONS.items()}
    holders = {name for name, found in variables.items() if found.get("KEYS_SECRET_ID") == {"Ref": "AgencyKeys"}}
    assert holders == {"NotifyAgencies"}


def test_no_function_is_told_of_an_emulator():
    """With that variable it would also call this machine; see shared/notify."""
    assert "AWS_ENDPOINT_URL" not in json.dumps(TEMPLATE)


def test_a_parked_agency_raises_an_alarm():
    source = (ROOT / "functions" / "notify-agencies" / "src" / "lib.rs").read_text()
    words = re.search(r'"(.+)"', properties("AgencyParked")["FilterPattern"])[1]
    assert f'"{words}"' in source
    (metric,) = properties("AgencyParked")["MetricTransformations"]
    alarm = properties("AgencyParkedAlarm")
    assert (alarm["Namespace"], alarm["MetricName"]) == (metric["MetricNamespace"], metric["MetricName"])
    assert alarm["Threshold"] == 0


@pytest.mark.parametrize("queue", WORK_QUEUES)
def test_a_message_is_tried_often_enough_and_its_grave_outlives_it(queue):
    found = QUEUES[queue]["Properties"]
    assert found["RedrivePolicy"]["maxReceiveCount"] >= 5
    grave = QUEUES[referred(found["RedrivePolicy"]["deadLetterTargetArn"])]["Properties"]
    assert grave["MessageRetentionPeriod"] == 14 * 86400 > found["MessageRetentionPeriod"]


@pytest.mark.parametrize("queue", QUEUES)
def test_a_queue_is_encrypted_and_wants_tls(queue):
    assert QUEUES[queue]["Properties"]["SqsManagedSseEnabled"] is True
    policies = [
        p["Properties"]
        for p in of_type("AWS::SQS::QueuePolicy").values()
        if {"Ref": queue} in p["Properties"]["Queues"]
    ]
    denials = [s.get("Fn::If", [None, s])[1] for p in policies for s in p["PolicyDocument"]["Statement"]]
    assert [
        s for s in denials if s["Effect"] == "Deny" and s["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    ]


@pytest.mark.parametrize("queue", DEAD_LETTERS)
def test_dead_letters_raise_an_alarm(queue):
    watching = [a["Properties"] for a in ALARMS.values() if queue in json.dumps(a["Properties"].get("Dimensions", []))]
    assert [a for a in watching if a["MetricName"] == "ApproximateNumberOfMessagesVisible" and a["Threshold"] == 0]


@pytest.mark.parametrize("queue", WORK_QUEUES)
def test_waiting_too_long_raises_an_alarm(queue):
    watching = [
        a["Properties"] for a in ALARMS.values() if f'"{queue}"' in json.dumps(a["Properties"].get("Dimensions", []))
    ]
    assert [a for a in watching if a["MetricName"] == "ApproximateAgeOfOldestMessage"]


@pytest.mark.parametrize("alarm", ALARMS)
def test_an_alarm_reaches_someone_and_says_what_it_means(alarm):
    found = ALARMS[alarm]["Properties"]
    assert found["AlarmActions"] == [{"Ref": "Alarms"}]
    assert found["AlarmDescription"].endswith(".")


METRICS = {
    m["MetricName"]: f["Properties"]
    for f in of_type("AWS::Logs::MetricFilter").values()
    for m in f["Properties"]["MetricTransformations"]
}
OURS = [name for name, a in ALARMS.items() if not str(a["Properties"]["Namespace"]).startswith("AWS/")]


@pytest.mark.parametrize(
    "alarm",
    [a for a in OURS if referred(METRICS[ALARMS[a]["Properties"]["MetricName"]]["LogGroupName"]) == "SweepLogs"],
)
def test_an_alarm_on_what_the_sweep_finds_reads_what_the_sweep_says(alarm):
    found = ALARMS[alarm]["Properties"]
    metric = METRICS[found["MetricName"]]
    (transformation,) = metric["MetricTransformations"]
    assert transformation["MetricNamespace"] == found["Namespace"]
    assert "Dimensions" not in transformation, "nothing that could stand for a person"
    said = " ".join(path.read_text() for path in (ROOT / "functions" / "sweep" / "src").rglob("*.rs"))
    field = re.match(r"{ \$\.(\w+) ", metric["FilterPattern"]).group(1)
    assert (
        f'"{re.search(chr(34) + "(.*)" + chr(34), metric["FilterPattern"]).group(1)}"' in said
        if field == "message"
        else f"{field} = " in said
    )


def test_every_metric_of_ours_has_an_alarm():
    assert {ALARMS[name]["Properties"]["MetricName"] for name in OURS} == set(METRICS)


@pytest.mark.parametrize("alarm", ALARMS)
def test_the_runbook_says_what_to_do_about_an_alarm(alarm):
    assert f"`{alarm}`" in (ROOT / "docs" / "RUNBOOK.md").read_text()


def test_every_worker_that_fails_raises_an_alarm():
    behind_the_api = {referred_function(method) for methods in API["paths"].values() for method in methods.values()}
    watched = {
        referred(a["Properties"]["Dimensions"][0]["Value"])
        for a in ALARMS.values()
        if a["Properties"]["MetricName"] == "Errors"
    }
    assert watched == set(FUNCTIONS) - behind_the_api


def test_an_event_that_fails_is_kept():
    (config,) = [
        c["Properties"]
        for c in of_type("AWS::Lambda::EventInvokeConfig").values()
        if referred(c["Properties"]["FunctionName"]) == "TrackMail"
    ]
    assert config["MaximumRetryAttempts"] == 2
    assert referred(config["DestinationConfig"]["OnFailure"]["Destination"]) == "TrackDeadLetters"
    (rule,) = [r["Properties"] for r in of_type("AWS::Events::Rule").values() if "EventPattern" in r["Properties"]]
    assert referred(rule["Targets"][0]["DeadLetterConfig"]["Arn"]) == "TrackDeadLetters"


def test_the_sweep_runs_every_minute_and_ends_before_the_next():
    (rule,) = [
        r["Properties"] for r in of_type("AWS::Events::Rule").values() if "ScheduleExpression" in r["Properties"]
    ]
    assert rule["ScheduleExpression"] == "rate(1 minute)"
    assert FUNCTIONS["Sweep"]["Properties"]["Timeout"] < 60


# ---------------------------------------------------------------------------------------------------------------- API


def referred_function(method: dict) -> str:
    return re.search(r"\$\{(\w+)\.Arn\}", json.dumps(method["x-amazon-apigateway-integration"]["uri"])).group(1)


def test_the_gateway_knows_the_routes_that_are_described_and_no_others():
    described = json.loads((ROOT / "docs" / "openapi.json").read_text())["paths"]
    assert sorted(set(ROUTES) - PAGES) == sorted(
        (method, path) for path, methods in described.items() for method in methods
    )
    assert PAGES < set(ROUTES)


PAGES = {(method, path) for method in ("get", "head") for path in ("/", "/{proxy+}")}
# What the portal serves under `/{proxy+}` to anybody; nothing of the API is among it.
FILES = {"/accept", "/config.json", "/assets/app-1a2b.js"}
OPEN = {
    *(("post", f"/api/invitations/{page}") for page in ["view", "accept", "first-password"]),
    ("post", "/api/seed-devices"),
}


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_but_the_open_ones_and_the_pages_wants_an_officer(method, path):
    wanted = [{"NONE": []}] if (method, path) in OPEN | PAGES else [{"Officers": []}]
    assert API["paths"][path][method]["security"] == wanted


def test_what_is_open_is_all_that_other_networks_reach():
    allow, deny = API["x-amazon-apigateway-policy"]["Statement"]
    assert allow["Effect"] == "Allow"
    assert deny["Effect"] == "Deny"
    # The transform has put the parameter's text in place of its name.
    default = SOURCE["Parameters"]["AllowedCidrs"]["Default"]
    assert deny["Condition"] == {"NotIpAddress": {"aws:SourceIp": {"Fn::Split": [",", default]}}}
    patterns = [
        re.compile(resource.removeprefix("execute-api:").replace("*", ".*")) for resource in deny["NotResource"]
    ]
    asked = set(ROUTES) | {(method, path) for method in ("get", "head") for path in FILES | {"/api/none", "/elsewhere"}}
    reached = {
        (method, path) for method, path in asked if any(p.fullmatch(f"/v1/{method.upper()}{path}") for p in patterns)
    }
    assert reached == OPEN | {(method, path) for method in ("get", "head") for path in FILES | {"/"}}


def test_the_stage_names_the_portals_client_so_that_nothing_goes_in_circles():
    assert properties("Apiv1Stage")["Variables"] == {"ClientId": {"Ref": "UserPoolClient"}}
    for name, function in FUNCTIONS.items():
        assert "UserPoolClient" not in json.dumps(function), name


@pytest.mark.parametrize(("method", "path"), sorted(OPEN))
def test_what_is_open_is_throttled_harder(method, path):
    settings = {(s["ResourcePath"], s["HttpMethod"]): s for s in properties("Apiv1Stage")["MethodSettings"]}
    found = settings["/" + path.replace("/", "~1"), method.upper()]
    assert found["ThrottlingRateLimit"] == {"Ref": "InviteeThrottleRate"}
    assert settings["/*", "*"]["ThrottlingRateLimit"] == {"Ref": "ThrottleRate"}


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
        assert FUNCTIONS[function]["Properties"]["Environment"]["Variables"]["OTHER_CLIENT_IDS"] == {
            "Ref": "OtherClientIds"
        }


def test_every_function_with_an_officers_route_may_ask_for_one_account_and_nothing_more():
    for function in {referred_function(API["paths"][path][method]) for method, path in set(ROUTES) - OPEN - PAGES}:
        (asking,) = [s for s in statements(function) if "cognito-idp:" in json.dumps(s["Action"])]
        assert asking["Action"] == "cognito-idp:AdminGetUser"
        assert referred(asking["Resource"]) == "UserPool"


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


# --------------------------------------------------------------------------------------------------------------- data


def test_the_table_can_be_restored_and_forgets():
    table = properties("Table")
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_epoch", "Enabled": True}
    assert table["DeletionProtectionEnabled"] == {"Fn::If": ["KeepData", True, False]}


@pytest.mark.parametrize("name", ["Table", "Keys", "AgencyKeys", "DeviceSecret", "UploadBucket", "UserPool"])
def test_data_outlives_the_stack(name):
    resource = SOURCE["Resources"][name]
    assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == {"Ref": "DataDeletionPolicy"}
    assert SOURCE["Parameters"]["DataDeletionPolicy"]["Default"] == "Retain"


def test_the_bucket_is_private_and_forgets():
    bucket = properties("UploadBucket")
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert rule["Status"] == "Enabled" and rule["NoncurrentVersionExpiration"]["NoncurrentDays"] == 1
    assert (
        rule["ExpirationInDays"] == {"Ref": "UploadRetentionDays"}
        and SOURCE["Parameters"]["UploadRetentionDays"]["Default"] == 1
    )
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    (denial,) = properties("UploadBucketPolicy")["PolicyDocument"]["Statement"]
    assert denial["Effect"] == "Deny" and denial["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_what_is_stored_is_announced_in_a_queue_that_nobody_else_writes_to():
    queues = properties("UploadBucket")["NotificationConfiguration"]["QueueConfigurations"]
    assert {referred(q["Queue"]) for q in queues} == {"ParseQueue"}
    prefixes = {rule["Value"] for q in queues for rule in q["Filter"]["S3Key"]["Rules"] if rule["Name"] == "prefix"}
    assert prefixes == {"uploads/", "drops/"}
    # Otherwise S3 would ask before it may.
    assert TEMPLATE["Resources"]["UploadBucket"]["DependsOn"] == "ParseQueuePolicy"
    allowed = [s for s in properties("ParseQueuePolicy")["PolicyDocument"]["Statement"] if s.get("Effect") == "Allow"]
    (s3,) = allowed
    assert (s3["Principal"], s3["Action"]) == ({"Service": "s3.amazonaws.com"}, "sqs:SendMessage")
    assert {name for condition in s3["Condition"].values() for name in condition} == {
        "aws:SourceArn",
        "aws:SourceAccount",
    }


def test_only_the_portal_may_upload_from_a_browser():
    (rule,) = properties("UploadBucket")["CorsConfiguration"]["CorsRules"]
    assert rule["AllowedMethods"] == ["POST"]
    assert "*" not in rule["AllowedOrigins"]


def test_tls_is_wanted_unless_someone_says_otherwise():
    assert SOURCE["Parameters"]["RequireTls"]["Default"] == "true"


# ------------------------------------------------------------------------------------------------------ people and mail


def test_nobody_signs_up_alone():
    pool = properties("UserPool")
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert pool["UsernameConfiguration"] == {"CaseSensitive": False}


def words(template: str) -> dict[str, str]:
    """The subject and the message of a kind of mail that Cognito sends, with each parameter in angle brackets."""
    settings = properties("UserPool")
    value = settings["AdminCreateUserConfig"][template] if template == "InviteMessageTemplate" else settings[template]
    condition, without, ours = value["Fn::If"]
    assert (condition, without) == ("MakeIdentity", {"Ref": "AWS::NoValue"}), (
        "Cognito's own sender takes no words of ours"
    )
    text, filled = ours["EmailMessage"]["Fn::Sub"]
    for name in filled:
        text = text.replace("${%s}" % name, f"<{name}>")
    assert "${" not in text
    return {"subject": ours["EmailSubject"], "message": text}


COGNITO_MAILS = ["InviteMessageTemplate", "VerificationMessageTemplate"]


def test_cognito_mails_from_our_address_in_our_name_once_its_identity_is_verified():
    condition, without, sender = properties("UserPool")["EmailConfiguration"]["Fn::If"]
    assert (condition, without) == ("MakeIdentity", {"Ref": "AWS::NoValue"})
    name = re.search(r'SENDER_NAME: &str = "(.+)";', (ROOT / "shared/mail/src/ses.rs").read_text())[1]
    assert sender["EmailSendingAccount"] == "DEVELOPER"
    assert sender["From"] == {"Fn::Sub": f"{name} <${{SenderAddress}}>"}
    assert sender["ReplyToEmailAddress"] == {"Ref": "SupportAddress"}
    assert sender["SourceArn"]["Fn::Sub"].endswith(":identity/${SenderIdentity}")


@pytest.mark.parametrize("template", COGNITO_MAILS)
def test_a_code_or_password_has_a_line_to_itself_so_that_nothing_is_copied_with_it(template):
    message = words(template)["message"]
    assert message.count("{####}") == 1
    assert re.search(r"^<p [^>]*>{####}</p>$", message, re.MULTILINE)


@pytest.mark.parametrize("template", COGNITO_MAILS)
def test_what_cognito_mails_is_within_its_limits_and_names_us_for_questions(template):
    mail = words(template)
    # An address has at most 254 characters, and a portal's URL is far below 2,000 and said twice.
    longest = mail["message"].replace("<Support>", "x" * 254).replace("<Start>", "x" * 4_100)
    assert 1 <= len(mail["subject"]) <= 140 and "TechPass" in mail["subject"]
    assert 6 <= len(longest) <= 20_000
    assert '<a href="mailto:<Support>"><Support></a>' in mail["message"]


def test_the_password_mail_says_how_to_sign_in_and_what_the_pool_will_ask_for():
    message = words("InviteMessageTemplate")["message"]
    policy = properties("UserPool")["Policies"]["PasswordPolicy"]
    assert f"works for {policy['TemporaryPasswordValidityDays']} days" in message
    assert f"needs {policy['MinimumLength']} characters or more" in message
    for rule, named in {"Uppercase": "capital", "Lowercase": "small", "Numbers": "number", "Symbols": "symbol"}.items():
        assert policy[f"Require{rule}"] and named in message
    # Every account has its address as an alias; its name in the pool is nothing that its holder was told.
    assert properties("UserPool")["AliasAttributes"] == ["email"]
    assert "sign-in name: the email address that this message was sent to" in message
    assert re.findall(r".*{username}.*", message) == [
        "<p>This is an automated message. If you email us, give this account reference: {username}</p>"
    ]


def test_the_password_mail_leads_to_the_portal_or_back_to_the_page_where_it_was_asked_for():
    ours = properties("UserPool")["AdminCreateUserConfig"]["InviteMessageTemplate"]["Fn::If"][2]
    condition, linked, unlinked = ours["EmailMessage"]["Fn::Sub"][1]["Start"]["Fn::If"]
    assert condition == "HasPortalUrl"
    assert '<a href="${PortalUrl}/">' in linked["Fn::Sub"] and "select Sign in" in linked["Fn::Sub"]
    assert "the page where you asked for this password" in unlinked and "select Sign in" in unlinked


def test_a_code_that_is_no_invitation_names_no_account():
    assert "{username}" not in words("VerificationMessageTemplate")["message"]


def test_nobody_changes_who_they_are():
    writable = set(properties("UserPoolClient")["WriteAttributes"])
    assert not writable & {"email", "email_verified", "custom:invite_id"}
    required = {a["Name"] for a in properties("UserPool")["Schema"] if a.get("Required")}
    # A pool refuses a client that may not write what it requires.
    assert required <= writable


def test_the_portal_signs_in_with_a_code_and_keeps_no_secret():
    client = properties("UserPoolClient")
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["GenerateSecret"] is False
    assert client["PreventUserExistenceErrors"] == "ENABLED"


def test_a_password_buys_tokens_only_where_tests_run():
    condition, _, otherwise = properties("UserPoolClient")["ExplicitAuthFlows"]["Fn::If"]
    assert condition == "PasswordAuth"
    assert otherwise == ["ALLOW_REFRESH_TOKEN_AUTH"]
    assert SOURCE["Parameters"]["AllowPasswordAuth"]["Default"] == "false"


def test_mail_wants_tls_and_is_not_tracked_by_pixels_or_links():
    assert properties("ConfigurationSet")["DeliveryOptions"] == {"TlsPolicy": "REQUIRE"}
    events = set(properties("MailEvents")["EventDestination"]["MatchingEventTypes"])
    assert events == {"SEND", "DELIVERY", "BOUNCE", "COMPLAINT", "REJECT", "DELIVERY_DELAY", "RENDERING_FAILURE"}


def test_every_kind_of_mail_event_reaches_the_rule():
    (rule,) = [r["Properties"] for r in of_type("AWS::Events::Rule").values() if "EventPattern" in r["Properties"]]
    recorded = [json.loads(path.read_text()) for path in (ROOT / "events").glob("mail-*.json")]
    told = {event["detail-type"] for event in recorded if event.get("source") == "aws.ses"}
    assert told and told <= set(rule["EventPattern"]["detail-type"])
    assert len(rule["EventPattern"]["detail-type"]) == len(
        properties("MailEvents")["EventDestination"]["MatchingEventTypes"]
    )


# -------------------------------------------------------------------------------------------------------------- outputs


def test_the_outputs_that_scripts_and_runbook_read_are_there():
    wanted = {
        *("ApiUrl", "PortalUrl", "UserPoolId", "UserPoolClientId", "UploadBucketName", "TableName"),
        *("DispatchQueueUrl", "ParseQueueUrl", "ProvisionQueueUrl", "MailQueueUrl"),
        *(
            "DispatchDeadLettersUrl",
            "ProvisionDeadLettersUrl",
            "MailDeadLettersUrl",
            "ParseDeadLettersUrl",
            "TrackDeadLettersUrl",
        ),
    }
    assert wanted <= set(TEMPLATE["Outputs"])

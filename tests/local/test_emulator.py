"""The emulator as `make up` starts it, without a deployment: what is added to it, over its own ports and a restart."""

import io
import json
import zipfile

import pytest

import emulator
import stack
from e2e import free_port
from logs import events
from waiting import eventually

MAIL_TEXT = {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "Hello"}}}
# Says which keys it is given.
READER = "def handle(event, _):\n    print('read', [r['dynamodb']['Keys']['pk']['S'] for r in event['Records']])\n"


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """An emulator of its own, on a port of its own."""
    folder = tmp_path_factory.mktemp("stack")
    with pytest.MonkeyPatch.context() as patch:
        port = free_port()
        for module in (stack, emulator):
            patch.setattr(module, "ENDPOINT", f"http://127.0.0.1:{port}")
            patch.setattr(module, "LOCAL", folder)
            patch.setattr(module, "PORT", port)
        patch.setattr(emulator, "PID_FILE", folder / "emulator.pid")
        patch.setattr(emulator, "LOG", folder / "emulator.log")
        emulator.start()
        yield folder
        emulator.halt()


@pytest.fixture(scope="module")
def send(running):
    """Sends a mail and gives its id."""
    ses = stack.client("sesv2")
    ses.create_email_identity(EmailIdentity="agency.gov.sg")

    def send_one(**more) -> str:
        return ses.send_email(
            FromEmailAddress="no-reply@agency.gov.sg",
            Destination={"ToAddresses": ["ada@agency.gov.sg"]},
            Content={"Simple": MAIL_TEXT},
            **more,
        )["MessageId"]

    return send_one


def test_ses_takes_as_many_mails_a_second_as_the_file_says(running, send):
    ses = stack.client("sesv2")
    for _ in range(5):
        send()
    limit = running / "mails-per-second"
    limit.write_text("0")
    with pytest.raises(ses.exceptions.TooManyRequestsException):
        send()
    limit.unlink()
    send()


def test_what_ses_did_with_a_mail_is_on_the_bus_where_its_configuration_set_wants_it(send):
    ses, bus = stack.client("sesv2"), "arn:aws:events:ap-southeast-1:000000000000:event-bus/default"
    queue = queue_of_mail_events()
    ses.create_configuration_set(ConfigurationSetName="quiet")
    ses.create_configuration_set(ConfigurationSetName="watched")
    ses.create_configuration_set_event_destination(
        ConfigurationSetName="watched",
        EventDestinationName="bus",
        EventDestination={
            "Enabled": True,
            "MatchingEventTypes": ["SEND", "DELIVERY"],
            "EventBridgeDestination": {"EventBusArn": bus},
        },
    )
    send(ConfigurationSetName="quiet")
    id = send(ConfigurationSetName="watched", EmailTags=[{"Name": "kind", "Value": "invitation"}])
    published = eventually(lambda: events_in(queue), what="two events", until=lambda found: len(found) == 2)
    assert sorted(event["detail-type"] for event in published) == ["Email Delivered", "Email Sent"]
    assert {event["detail"]["mail"]["messageId"] for event in published} == {id}
    assert {event["detail"]["mail"]["tags"]["kind"][0] for event in published} == {"invitation"}


def queue_of_mail_events() -> str:
    """The address of a queue that gets what SES puts on the bus."""
    queue = stack.client("sqs").create_queue(QueueName="mail-events")["QueueUrl"]
    events_of_ses = json.dumps({"source": ["aws.ses"]})
    stack.client("events").put_rule(Name="mail-events", EventPattern=events_of_ses)
    target = {"Id": "queue", "Arn": "arn:aws:sqs:ap-southeast-1:000000000000:mail-events"}
    stack.client("events").put_targets(Rule="mail-events", Targets=[target])
    return queue


def events_in(queue: str) -> list[dict]:
    """What is in a queue, and stays there."""
    found = stack.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=0)
    return [json.loads(message["Body"]) for message in found.get("Messages", [])]


def test_each_first_password_voids_the_one_before_and_none_follows_the_holders_own(running):
    people = stack.client("cognito-idp")
    pool = people.create_user_pool(PoolName="people")["UserPool"]["Id"]
    app = people.create_user_pool_client(
        UserPoolId=pool, ClientName="app", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    account = {"UserPoolId": pool, "Username": "ada"}
    people.admin_create_user(
        **account,
        TemporaryPassword="First-password-1",
        MessageAction="SUPPRESS",
        UserAttributes=[{"Name": "email", "Value": "ada@vendor.example.com"}],
    )

    def challenge(password: str) -> str | None:
        answer = people.initiate_auth(
            AuthFlow="USER_PASSWORD_AUTH", ClientId=app, AuthParameters={"USERNAME": "ada", "PASSWORD": password}
        )
        return answer.get("ChallengeName")

    assert challenge("First-password-1") == "NEW_PASSWORD_REQUIRED"
    people.admin_create_user(**account, MessageAction="RESEND", DesiredDeliveryMediums=["EMAIL"])
    with pytest.raises(people.exceptions.NotAuthorizedException):
        challenge("First-password-1")
    people.admin_set_user_password(**account, Password="My-own-password-1", Permanent=True)
    with pytest.raises(people.exceptions.UnsupportedUserStateException):
        people.admin_create_user(**account, MessageAction="RESEND")
    assert challenge("My-own-password-1") is None
    with pytest.raises(people.exceptions.UserNotFoundException):
        people.admin_create_user(UserPoolId=pool, Username="nobody", MessageAction="RESEND")


def test_a_function_reads_the_tables_stream_after_a_restart_over_the_same_state(running):
    read = reader_of_a_stream()
    for number in range(3):
        put(f"before-{number}")
    eventually(lambda: keys_of(read), what="the first changes", until=lambda keys: len(keys) == 3)
    emulator.halt()
    emulator.start()
    put("after")
    eventually(lambda: keys_of(read), what="the change after the restart", until=lambda keys: "after" in keys)


def put(key: str) -> None:
    stack.client("dynamodb").put_item(TableName="things", Item={"pk": {"S": key}})


def reader_of_a_stream() -> str:
    """The log group of a function that reads the stream of a new table."""
    table = stack.client("dynamodb").create_table(
        TableName="things",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )["TableDescription"]
    everybody = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = stack.client("iam").create_role(
        RoleName="reader", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [everybody]})
    )["Role"]
    functions = stack.client("lambda")
    functions.create_function(
        FunctionName="reader",
        Runtime="python3.11",
        Handler="code.handle",
        Role=role["Arn"],
        Code={"ZipFile": zipped("code.py", READER)},
    )
    functions.create_event_source_mapping(
        FunctionName="reader", EventSourceArn=table["LatestStreamArn"], StartingPosition="TRIM_HORIZON"
    )
    return "/aws/lambda/reader"


def zipped(name: str, text: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, text)
    return file.getvalue()


def keys_of(group: str) -> list[str]:
    said = [event["message"] for event in events(group) if event["message"].startswith("read ")]
    return [key for line in said for key in json.loads(line.removeprefix("read ").replace("'", '"'))]

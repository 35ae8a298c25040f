use std::sync::{Arc, Mutex};

use aws_sdk_sesv2::config::{AsyncSleep, BehaviorVersion, Builder, Credentials, Region, Sleep};
use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
    },
    http::{Response, StatusCode},
};
use aws_smithy_types::body::SdkBody;
use domain::{BatchId, Timestamp, mail::MailKind};
use serde_json::{Value, json};

use super::*;
use crate::{Mailer, Subject, Tags};

/// The answer of the network to every request.
#[derive(Clone, Copy, Debug)]
enum Answer {
    Ok,
    WithoutId,
    Error(u16, &'static str, &'static str),
    Refused,
    Reset,
    Silence,
}

/// A network that always gives the same answer, and records the requests.
#[derive(Clone, Debug)]
struct Network {
    answer: Answer,
    asked: Arc<Mutex<Vec<Value>>>,
}

impl HttpConnector for Network {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        self.asked.lock().unwrap().push(body);
        let io = |kind: std::io::ErrorKind| ConnectorError::io(std::io::Error::from(kind).into());
        match self.answer {
            Answer::Ok => HttpConnectorFuture::ready(Ok(response(200, &json!({"MessageId": "m-1"})))),
            Answer::WithoutId => HttpConnectorFuture::ready(Ok(response(200, &json!({})))),
            Answer::Error(status, code, message) => {
                let mut response = response(status, &json!({"message": message}));
                response.headers_mut().insert("x-amzn-errortype", code);
                HttpConnectorFuture::ready(Ok(response))
            }
            Answer::Refused => HttpConnectorFuture::ready(Err(io(std::io::ErrorKind::ConnectionRefused))),
            Answer::Reset => HttpConnectorFuture::ready(Err(io(std::io::ErrorKind::ConnectionReset))),
            Answer::Silence => HttpConnectorFuture::new(std::future::pending()),
        }
    }
}

fn response(status: u16, body: &Value) -> HttpResponse {
    Response::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body.to_string()))
}

fn mail() -> OutgoingMail {
    let id = BatchId::generate(Timestamp::from_unix_ms(1_763_875_442_000), &testing::seeded(1));
    OutgoingMail {
        to: EmailAddress::parse("Ada.O'Tan+1@Vendor.example.com").unwrap(),
        letter: Letter { subject: "Subject", html: "<p>Words</p>".to_owned(), text: "Words".to_owned() },
        tags: Tags {
            subject: Subject::Batch(id),
            kind: MailKind::BatchReport,
            generation: 1,
            attempt: 1,
            mailbox: None,
        },
    }
}

async fn send(answer: Answer) -> (SendOutcome, Vec<Value>) {
    send_with(answer, |config| config).await
}

async fn send_with(answer: Answer, configure: impl FnOnce(Builder) -> Builder) -> (SendOutcome, Vec<Value>) {
    let network = Network { answer, asked: Arc::default() };
    let connector = network.clone();
    // The client begins with the SDK's own retries: the mailer has to disable them.
    let config = aws_sdk_sesv2::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("ap-southeast-1"))
        .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
        .http_client(http_client_fn(move |_, _| SharedHttpConnector::new(connector.clone())));
    let sender = Sender {
        address: EmailAddress::parse("noreply@invite.example.com").unwrap(),
        configuration_set: "invites".to_owned(),
    };
    let mailer = Mailer::new(Ses::new(&Client::from_conf(configure(config).build()), &sender));
    let outcome = mailer.send(mail()).await;
    let asked = network.asked.lock().unwrap().clone();
    (outcome, asked)
}

#[tokio::test]
async fn a_mail_goes_to_one_recipient_letter_for_letter() {
    let (outcome, asked) = send(Answer::Ok).await;
    assert_eq!(outcome, SendOutcome::Sent { message_id: "m-1".to_owned() });
    let tags = mail().tags.pairs();
    assert_eq!(
        asked,
        [json!({
            "FromEmailAddress": "Invite users <noreply@invite.example.com>",
            "Destination": {"ToAddresses": ["Ada.O'Tan+1@Vendor.example.com"]},
            "Content": {"Simple": {
                "Subject": {"Data": "Subject", "Charset": "UTF-8"},
                "Body": {
                    "Html": {"Data": "<p>Words</p>", "Charset": "UTF-8"},
                    "Text": {"Data": "Words", "Charset": "UTF-8"},
                },
                "Headers": [{"Name": "Auto-Submitted", "Value": "auto-generated"}],
            }},
            "EmailTags": tags.into_iter().map(|(name, value)| json!({"Name": name,
                "Value": value})).collect::<Vec<_>>(),
            "ConfigurationSetName": "invites",
        })]
    );
}

#[tokio::test]
async fn a_mail_is_handed_over_once_whatever_the_answer() {
    let not_sent = |seconds| SendOutcome::NotSent { retry_after: Duration::from_secs(seconds) };
    let misconfigured = |code: &str| SendOutcome::Misconfigured { code: code.to_owned() };
    let closed = |code: &str| SendOutcome::Closed { code: code.to_owned() };
    let error = |status, code| Answer::Error(status, code, "about ada@vendor.example.com");
    let cases = [
        (Answer::WithoutId, SendOutcome::Unknown),
        (Answer::Reset, SendOutcome::Unknown),
        (error(500, "InternalFailure"), SendOutcome::Unknown),
        (error(503, "ServiceUnavailable"), SendOutcome::Unknown),
        (Answer::Refused, not_sent(30)),
        (error(429, "TooManyRequestsException"), SendOutcome::Throttled),
        (error(400, "ThrottlingException"), SendOutcome::Throttled),
        (Answer::Error(429, "TooManyRequestsException", "Maximum sending rate exceeded."), SendOutcome::Throttled),
        (Answer::Error(429, "TooManyRequestsException", "Daily message quota exceeded."), closed("QUOTA")),
        (Answer::Error(400, "ThrottlingException", "Daily message quota exceeded"), closed("QUOTA")),
        (error(400, "LimitExceededException"), closed("QUOTA")),
        (error(400, "SendingPausedException"), closed("SendingPausedException")),
        (error(400, "MessageRejected"), SendOutcome::Refused),
        (error(400, "BadRequestException"), SendOutcome::Refused),
        (Answer::Error(400, "MessageRejected", "Email address is not verified. …"), misconfigured("MessageRejected")),
        (error(400, "MailFromDomainNotVerifiedException"), misconfigured("MailFromDomainNotVerifiedException")),
        (error(404, "NotFoundException"), misconfigured("NotFoundException")),
        (error(400, "AccountSuspendedException"), misconfigured("AccountSuspendedException")),
        (error(403, "AccessDeniedException"), misconfigured("AccessDeniedException")),
    ];
    for (answer, expected) in cases {
        let (outcome, asked) = send(answer).await;
        assert_eq!(outcome, expected, "{answer:?}");
        assert_eq!(asked.len(), 1, "{answer:?}");
        assert!(!format!("{outcome:?}").contains("ada"), "{answer:?}");
    }
}

/// Ends every sleep at once, and records how long it should have been.
#[derive(Clone, Debug, Default)]
struct Sleeps(Arc<Mutex<Vec<Duration>>>);

impl AsyncSleep for Sleeps {
    fn sleep(&self, duration: Duration) -> Sleep {
        self.0.lock().unwrap().push(duration);
        Sleep::new(std::future::ready(()))
    }
}

#[tokio::test]
async fn silence_ends_after_eight_seconds_as_unknown() {
    let sleeps = Sleeps::default();
    let (outcome, asked) = send_with(Answer::Silence, |config| config.sleep_impl(sleeps.clone())).await;
    assert_eq!((outcome, asked.len()), (SendOutcome::Unknown, 1));
    assert!(sleeps.0.lock().unwrap().contains(&Duration::from_secs(8)));
}

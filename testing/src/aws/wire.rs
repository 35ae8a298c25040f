//! What a service of AWS answers over the wire, and what can happen to a request and its answer on their way.

use std::{io, time::Duration};

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
        orchestrator::HttpResponse,
        result::ConnectorError,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use aws_types::SdkConfig;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::mishap::Mishap;

/// The configuration of a client whose every request goes to `twin`. No service knows its credentials.
pub(super) fn config_of(twin: impl HttpConnector + Clone + 'static) -> SdkConfig {
    let credentials = Credentials::new("id", "secret", None, None, "tests");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("ap-southeast-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(http_client_fn(move |_, _| SharedHttpConnector::new(twin.clone())))
        .sleep_impl(TokioSleep::new())
        .build()
}

/// Why a service refuses a request: the status and the code of its answer, and the words that go with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) message: &'static str,
}

const BROKEN: Refusal = Refusal { status: 500, code: "InternalErrorException", message: "" };

/// How long a client waits for an answer that does not arrive.
const LOST_AFTER: Duration = Duration::from_secs(5);

/// Carries a request to the service, which answers with `respond`, and the answer back. That takes `pause`.
pub(super) fn carried(
    mishap: Option<Mishap>,
    pause: Duration,
    respond: impl FnOnce() -> Result<Value, Refusal>,
) -> HttpConnectorFuture {
    let failed = |kind: io::ErrorKind| ConnectorError::io(io::Error::from(kind).into());
    let (pause, result) = match mishap {
        None => (pause, Ok(response(respond()))),
        Some(Mishap::NotConnected) => (pause, Err(failed(io::ErrorKind::ConnectionRefused))),
        Some(Mishap::Closed) => (pause, Err(failed(io::ErrorKind::ConnectionReset))),
        Some(Mishap::AnswerLost) => {
            let _ = respond();
            (LOST_AFTER, Err(ConnectorError::timeout(io::Error::from(io::ErrorKind::TimedOut).into())))
        }
        Some(Mishap::Broken) => (pause, Ok(response(Err(BROKEN)))),
    };
    HttpConnectorFuture::new(async move {
        sleep(pause).await;
        result
    })
}

fn response(result: Result<Value, Refusal>) -> HttpResponse {
    let (status, code, body) = match result {
        Ok(body) => (200, None, body),
        Err(Refusal { status, code, message }) => (status, Some(code), json!({"__type": code, "message": message})),
    };
    let status = StatusCode::try_from(status).expect("a status");
    let mut response = HttpResponse::new(status, SdkBody::from(body.to_string()));
    if let Some(code) = code {
        response.headers_mut().insert("x-amzn-errortype", code);
    }
    response
}

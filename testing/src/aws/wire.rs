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

/// What can happen to a request. All but the first leave the client without an answer, or with one that does not say
/// whether the request was carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mishap {
    /// No connection to the service could be opened.
    NotConnected,
    /// The connection was closed before the service read the request.
    Closed,
    /// The service carried the request out, and its answer never arrived.
    AnswerLost,
    /// The service answers that it is broken, and did nothing.
    Broken,
}

const MISHAPS: [Mishap; 4] = [Mishap::NotConnected, Mishap::Closed, Mishap::AnswerLost, Mishap::Broken];

const BROKEN: Refusal = Refusal { status: 500, code: "InternalErrorException", message: "" };

/// How long a client waits for an answer that does not arrive.
const LOST_AFTER: Duration = Duration::from_secs(5);

/// The way between the clients and a service. One request in `one_in` has a mishap, each kind in turn.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Way {
    /// `None`: no request has a mishap.
    pub(super) one_in: Option<usize>,
    requests: usize,
}

impl Way {
    /// What happens to the next request. `None`: nothing.
    pub(super) fn next_mishap(&mut self) -> Option<Mishap> {
        let one_in = self.one_in?;
        self.requests += 1;
        self.requests.is_multiple_of(one_in).then(|| MISHAPS[self.requests / one_in % MISHAPS.len()])
    }
}

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

//! What a service of AWS answers over the wire.

use std::time::Duration;

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
        orchestrator::HttpResponse,
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

/// An answer that comes after `pause`.
pub(super) fn answer(result: Result<Value, Refusal>, pause: Duration) -> HttpConnectorFuture {
    HttpConnectorFuture::new(async move {
        sleep(pause).await;
        Ok(response(result))
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

//! Requests from API Gateway.

use axum::{
    Router,
    http::{HeaderName, HeaderValue},
};
use lambda_http::{Adapter, request::LambdaRequest, tower::ServiceExt as _};
use lambda_runtime::{Error, LambdaEvent};
use serde::{Deserialize, Deserializer, de};
use serde_json::{Map, Value, value::RawValue};

/// The members of an API Gateway event that have its headers.
const HEADERS: [&str; 2] = ["headers", "multiValueHeaders"];

/// Serves the router behind a REST API.
///
/// The template sets `AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH`, so routes begin with `/api`, without the stage.
///
/// # Errors
///
/// [`Error`] when Lambda's runtime interface cannot be reached.
pub async fn run_http(router: Router) -> Result<(), Error> {
    let service = Adapter::from(router).map_request(|event: LambdaEvent<HttpEvent>| {
        let LambdaEvent { payload: HttpEvent(request), context, .. } = event;
        keep_repeated_headers(LambdaEvent::new(request, context))
    });
    lambda_runtime::run(service).await
}

/// An API Gateway event without the headers that HTTP does not allow.
///
/// The gateway does not remove control characters, and an event with one cannot be read as a request: the answer would
/// be 502, without a problem and without a Trace ID. So a header with a control character counts as not sent, with all
/// its values.
struct HttpEvent(LambdaRequest);

impl<'de> Deserialize<'de> for HttpEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        if let Ok(request) = serde_json::from_str(raw.get()) {
            return Ok(Self(request));
        }
        let mut event: Value = serde_json::from_str(raw.get()).map_err(de::Error::custom)?;
        for headers in HEADERS {
            if let Some(Value::Object(headers)) = event.get_mut(headers) {
                drop_impossible(headers);
            }
        }
        serde_json::from_str(&event.to_string()).map(Self).map_err(de::Error::custom)
    }
}

fn drop_impossible(headers: &mut Map<String, Value>) {
    let is_possible = |value: &Value| value.as_str().is_some_and(|text| HeaderValue::from_str(text).is_ok());
    headers.retain(|name, value| {
        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        HeaderName::from_bytes(name.as_bytes()).is_ok() && values.iter().all(is_possible)
    });
}

/// API Gateway sends headers twice: each with all its values, and each with its last value. The adapter uses the last
/// value, which hides a header that was sent twice. Without the second list it sees all values.
fn keep_repeated_headers(mut event: LambdaEvent<LambdaRequest>) -> LambdaEvent<LambdaRequest> {
    if let LambdaRequest::ApiGatewayV1(request) = &mut event.payload
        && !request.multi_value_headers.is_empty()
    {
        request.headers.clear();
    }
    event
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn request(headers: &Value) -> lambda_http::Request {
        let event = json!({
            "resource": "/api/invites", "path": "/api/invites", "httpMethod": "POST",
            "headers": headers, "multiValueHeaders": headers,
            "requestContext": {"stage": "v1", "httpMethod": "POST"}, "body": "e30=", "isBase64Encoded": true,
        });
        serde_json::from_str::<HttpEvent>(&event.to_string()).unwrap().0.into()
    }

    #[test]
    fn a_header_that_http_does_not_allow_counts_as_not_sent() {
        for control in (0..32).filter(|byte| *byte != 9).chain([127]).filter_map(char::from_u32) {
            let headers = json!({
                "Idempotency-Key": [format!("a{control}b")],
                "If-Match": ["\"1\"", format!("{control}")],
                format!("X-{control}"): ["x"],
                "X-Amzn-Trace-Id": ["Root=1-67891233-abcdef012345678912345678"],
                "X-Name": ["\u{e9}"],
            });
            let request = request(&headers);
            let mut names: Vec<&str> = request.headers().keys().map(HeaderName::as_str).collect();
            names.sort_unstable();
            assert_eq!(names, ["x-amzn-trace-id", "x-name"], "{control:?}");
            assert_eq!(request.body().as_ref(), b"{}");
        }
    }

    #[test]
    fn an_event_that_is_none_of_the_gateways_is_no_request() {
        for event in ["[]", "null", "7"] {
            assert!(serde_json::from_str::<HttpEvent>(event).is_err(), "{event}");
        }
    }

    #[test]
    fn a_header_sent_twice_is_seen_twice() {
        let event = r#"{"resource":"/api/invites","path":"/api/invites","httpMethod":"POST",
            "headers":{"Idempotency-Key":"b"},"multiValueHeaders":{"Idempotency-Key":["a","b"]},
            "requestContext":{"stage":"v1","httpMethod":"POST"},"body":"e30=","isBase64Encoded":true}"#;
        let request: LambdaRequest = serde_json::from_str(event).unwrap();
        let event = LambdaEvent::new(request, lambda_runtime::Context::default());
        let request: lambda_http::Request = keep_repeated_headers(event).payload.into();
        let values: Vec<_> = request.headers().get_all("idempotency-key").iter().collect();
        assert_eq!(values, ["a", "b"]);
        assert_eq!(request.body().as_ref(), b"{}");
    }
}

//! Requests from API Gateway.

use axum::Router;
use lambda_http::{Adapter, request::LambdaRequest, tower::ServiceExt as _};
use lambda_runtime::{Error, LambdaEvent};

/// Serves the router behind a REST API.
///
/// The template sets `AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH`, so routes start at `/api`, without the stage.
///
/// # Errors
///
/// When Lambda's runtime interface is gone.
pub async fn run_http(router: Router) -> Result<(), Error> {
    let service = Adapter::from(router).map_request(keep_repeated_headers);
    lambda_runtime::run(service).await
}

/// API Gateway tells headers twice: each with all its values, and each with its last. The adapter lets the last one win,
/// which hides a header that was sent twice; without the second list it sees all.
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
    use super::*;

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

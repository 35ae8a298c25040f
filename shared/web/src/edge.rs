//! What all routes share: Trace ID, headers, panics, and the body of problems.

use std::{panic::AssertUnwindSafe, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::{FromRequestParts, MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header, request::Parts},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use domain::{Clock, Entropy, TraceId};
use futures::FutureExt as _;
use tracing::Instrument as _;
use utoipa_axum::router::OpenApiRouter;

use crate::{Problem, Slug, query::DescribedQueries};

/// The header of every answer that has the Trace ID.
const TRACE_HEADER: HeaderName = HeaderName::from_static("x-trace-id");

/// Headers of every answer that does not set them itself. Browsers must not show, frame or keep an answer of the API.
const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000; includeSubDomains")),
];

/// Wraps described routes in what all routes of the API share: everything of [`serve`], and a refusal of each query
/// parameter that a route does not describe.
pub fn serve_api(routes: OpenApiRouter, clock: Clock, entropy: Entropy) -> Router {
    let (routes, description) = routes.split_for_parts();
    let queries = Arc::new(DescribedQueries::of(&description));
    serve(routes.route_layer(from_fn_with_state(queries, check_query)), clock, entropy)
}

async fn check_query(State(queries): State<Arc<DescribedQueries>>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    match queries.check(request.method(), path, request.uri()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// Wraps routes in what all of them share: problems for unknown routes and panics, and a Trace ID on every answer.
///
/// A method that a route does not have gets the same answer as a route that does not exist, because the gateway does
/// not distinguish them.
pub fn serve(routes: Router, clock: Clock, entropy: Entropy) -> Router {
    routes
        .fallback(async || Problem::new(Slug::NotFound))
        .method_not_allowed_fallback(async || Problem::new(Slug::NotFound))
        .layer(from_fn_with_state(Arc::new((clock, entropy)), surround))
}

/// The Trace ID of the request, for handlers.
#[derive(Clone, Debug)]
pub struct Trace(pub TraceId);

impl<S: Sync> FromRequestParts<S> for Trace {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Problem::new(Slug::Internal))
    }
}

async fn surround(State(sources): State<Arc<(Clock, Entropy)>>, mut request: Request, next: Next) -> Response {
    let trace = trace_of(request.headers()).unwrap_or_else(|| TraceId::generate(sources.0.now(), &sources.1));
    request.extensions_mut().insert(Trace(trace.clone()));
    let method = request.method().clone();
    let span = tracing::info_span!("request", trace_id = %trace, method = %method);
    async move {
        let mut response = match AssertUnwindSafe(next.run(request)).catch_unwind().await {
            Ok(response) => response,
            // The panic hook has logged the place.
            Err(_) => Problem::new(Slug::Internal).into_response(),
        };
        if let Some(problem) = response.extensions_mut().remove::<Arc<Problem>>() {
            write_problem(&problem, &trace, &method, &mut response);
        } else {
            tracing::info!(status = response.status().as_u16(), "answered");
        }
        let headers = response.headers_mut();
        for (name, value) in &HEADERS {
            headers.entry(name).or_insert_with(|| value.clone());
        }
        if let Ok(value) = HeaderValue::from_str(trace.as_str()) {
            headers.insert(TRACE_HEADER, value);
        }
        response
    }
    .instrument(span)
    .await
}

/// Lambda sets this header for each invocation. If the client sent more of them, Lambda's is the last.
fn trace_of(headers: &HeaderMap) -> Option<TraceId> {
    let value = headers.get_all("x-amzn-trace-id").iter().next_back()?;
    TraceId::from_header(value.to_str().ok()?)
}

fn write_problem(problem: &Problem, trace: &TraceId, method: &Method, response: &mut Response) {
    let (status, slug) = (response.status().as_u16(), problem.slug().name());
    if response.status().is_server_error() {
        tracing::error!(status, problem = slug, error = problem.cause(), "failed");
    } else {
        tracing::info!(status, problem = slug, "refused");
    }
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(Problem::MEDIA_TYPE));
    if method != Method::HEAD {
        *response.body_mut() = Body::from(serde_json::to_vec(&problem.body(trace)).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use domain::Timestamp;
    use serde_json::{Value, json};
    use store::StoreError;
    use tower::ServiceExt as _;

    use super::*;

    const TRACE: &str = "1-67891233-abcdef012345678912345678";

    fn refused() -> StoreError {
        StoreError::Refused { operation: "PutItem", code: "ValidationException".to_owned() }
    }

    async fn answer(method: &str, path: &str, trace: Option<&str>) -> (Response<()>, Value) {
        let routes = Router::new()
            .route("/fine", get(async || "fine"))
            .route("/panics", get(async || -> () { panic!("a bug near ada@agency.gov.sg") }))
            .route("/breaks", get(async || Problem::internal(std::io::Error::other("secret cause"))))
            .route("/refused", get(async || Problem::from(refused())));
        let clock = Clock::new(|| Timestamp::from_unix_ms(1_763_875_442_000));
        let mut request = Request::builder().method(method).uri(path);
        if let Some(trace) = trace {
            request = request.header("x-amzn-trace-id", trace);
        }
        let response =
            serve(routes, clock, testing::seeded(1)).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        (Response::from_parts(parts, ()), body)
    }

    #[tokio::test]
    async fn every_answer_carries_the_trace_of_its_request() {
        let header = format!("Self=1-00000000-abcdef012345678912345678;Root={TRACE};Sampled=1");
        for (method, path) in [
            ("GET", "/fine"),
            ("GET", "/nowhere"),
            ("POST", "/fine"),
            ("GET", "/panics"),
            ("HEAD", "/fine"),
            ("OPTIONS", "/fine"),
        ] {
            let (response, _) = answer(method, path, Some(&header)).await;
            assert_eq!(response.headers()["x-trace-id"], TRACE, "{method} {path}");
            assert_eq!(response.headers()["cache-control"], "no-store");
            assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        }
        let (response, _) = answer("GET", "/fine", Some("Root=forged\"><script>")).await;
        let trace = response.headers()["x-trace-id"].to_str().unwrap();
        assert!(TraceId::parse(trace).is_some(), "{trace}");
    }

    #[tokio::test]
    async fn unknown_routes_and_methods_are_problems() {
        let (response, body) = answer("GET", "/nowhere", Some(&format!("Root={TRACE}"))).await;
        assert_eq!(response.status(), 404);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        assert_eq!(
            body,
            json!({"type": "/problems/not-found", "title": "There is nothing here.", "status": 404, "traceId": TRACE})
        );
        let (response, body) = answer("DELETE", "/fine", None).await;
        assert_eq!((response.status().as_u16(), &body["type"]), (404, &json!("/problems/not-found")));
    }

    #[tokio::test]
    async fn a_fault_of_ours_tells_nothing_but_the_trace() {
        for path in ["/panics", "/breaks", "/refused"] {
            let (response, body) = answer("GET", path, Some(&format!("Root={TRACE}"))).await;
            assert_eq!(response.status(), 500);
            assert_eq!(
                body,
                json!({"type": "/problems/internal", "title": "Something went wrong on our side.",
                    "status": 500, "traceId": TRACE})
            );
        }
    }

    #[tokio::test]
    async fn a_head_request_has_no_body_even_as_a_problem() {
        let (response, body) = answer("HEAD", "/nowhere", None).await;
        assert_eq!((response.status().as_u16(), body), (404, Value::Null));
    }
}

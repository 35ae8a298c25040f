use axum::http::Method;
use domain::Timestamp;
use http_body_util::BodyExt as _;
use lambda_http::aws_lambda_events::apigw::ApiGatewayProxyRequestContext;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::*;

const FILES: [(&str, &[u8]); 6] = [
    ("index.html", b"<!doctype html>officer"),
    ("accept.html", b"<!doctype html>invitee"),
    ("assets/app-1a2b.js", b"run()"),
    ("assets/app-1a2b.js.br", b"brotli"),
    ("assets/app-1a2b.js.gz", b"gzip"),
    ("assets/app-1a2b.js.map", b"sources"),
];

fn setting() -> Setting {
    Setting {
        authority: "https://cognito-idp.ap-southeast-1.amazonaws.com/pool".to_owned(),
        sign_in_url: "https://invite.auth.ap-southeast-1.amazoncognito.com/base".to_owned(),
        upload_origin: "https://bucket.s3.ap-southeast-1.amazonaws.com".to_owned(),
        support_address: "help@example.gov.sg".to_owned(),
        service_request_url: "https://desk.example.gov.sg".to_owned(),
        official_masthead: false,
    }
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: String,
}

async fn ask(method: Method, path: &str, prepare: impl FnOnce(Request) -> Request) -> Answer {
    let deps = Deps {
        pages: Pages::of(&FILES),
        setting: setting(),
        clock: Clock::new(|| Timestamp::from_unix_ms(1_763_875_442_000)),
        entropy: testing::seeded(1),
    };
    let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    let (parts, body) = router(deps).oneshot(prepare(request)).await.unwrap().into_parts();
    let body = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
    Answer { status: parts.status.as_u16(), headers: parts.headers, body }
}

async fn get_plain(path: &str) -> Answer {
    ask(Method::GET, path, |request| request).await
}

fn through_gateway(path: &'static str) -> impl FnOnce(Request) -> Request {
    move |mut request| {
        let mut context = ApiGatewayProxyRequestContext::default();
        context.path = Some(path.to_owned());
        request.extensions_mut().insert(RequestContext::ApiGatewayV1(context));
        request
    }
}

fn accepting(encodings: &'static str) -> impl FnOnce(Request) -> Request {
    move |mut request| {
        request.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static(encodings));
        request
    }
}

#[tokio::test]
async fn a_document_runs_our_own_files_only_and_is_asked_for_each_time() {
    let common = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; ";
    let end = "; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; \
               require-trusted-types-for 'script'; trusted-types lit-html";
    for (path, text, connect) in [
        (
            "/",
            "officer",
            "connect-src 'self' https://invite.auth.ap-southeast-1.amazoncognito.com \
             https://bucket.s3.ap-southeast-1.amazonaws.com",
        ),
        ("/accept", "invitee", "connect-src 'self'"),
    ] {
        let answer = get_plain(path).await;
        assert_eq!(answer.status, 200);
        assert!(answer.body.ends_with(text));
        assert_eq!(answer.headers["content-security-policy"], format!("{common}{connect}{end}"));
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert_eq!(answer.headers["content-type"], "text/html; charset=utf-8");
    }
}

#[tokio::test]
async fn every_answer_has_the_headers() {
    for path in ["/", "/accept", "/config.json", "/assets/app-1a2b.js", "/assets/gone.js", "/no/such/page", "/api/none"]
    {
        let answer = get_plain(path).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("strict-transport-security", "max-age=31536000; includeSubDomains"),
            ("x-robots-tag", "noindex"),
        ] {
            assert_eq!(answer.headers[name], value, "{path}");
        }
        assert!(answer.headers.contains_key("content-security-policy"), "{path}");
        assert!(answer.headers.contains_key("permissions-policy"), "{path}");
        assert!(answer.headers.contains_key("x-trace-id"), "{path}");
    }
}

#[tokio::test]
async fn an_asset_is_kept_for_a_year_and_sent_as_small_as_the_client_takes_it() {
    for (accepted, encoding, body) in [
        ("gzip, deflate, br", Some("br"), "brotli"),
        ("gzip;q=1.0, br;q=0", Some("gzip"), "gzip"),
        ("br;q=0.000, gzip;q=0", None, "run()"),
        ("identity", None, "run()"),
    ] {
        let answer = ask(Method::GET, "/assets/app-1a2b.js", accepting(accepted)).await;
        assert_eq!(answer.headers.get("content-encoding").map(|v| v.to_str().unwrap()), encoding, "{accepted}");
        assert_eq!(answer.body, body);
        assert_eq!(answer.headers["content-type"], "text/javascript; charset=utf-8");
        assert_eq!(answer.headers["cache-control"], "public, max-age=31536000, immutable");
        assert_eq!(answer.headers["vary"], "accept-encoding");
    }
}

#[tokio::test]
async fn a_missing_asset_is_not_kept() {
    for path in ["/assets/app-old.js", "/assets/app-1a2b.js.br", "/assets/app-1a2b.js.map"] {
        let answer = get_plain(path).await;
        assert_eq!((answer.status, &answer.headers["cache-control"]), (404, &HeaderValue::from_static("no-store")));
    }
}

#[tokio::test]
async fn the_settings_name_the_client_of_the_stage() {
    let answer = ask(Method::GET, "/config.json", |request| {
        request
            .with_stage_variables(std::collections::HashMap::from([("ClientId".to_owned(), vec!["client".to_owned()])]))
    })
    .await;
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(
        serde_json::from_str::<Value>(&answer.body).unwrap(),
        json!({
            "authority": "https://cognito-idp.ap-southeast-1.amazonaws.com/pool",
            "clientId": "client",
            "signInUrl": "https://invite.auth.ap-southeast-1.amazoncognito.com/base",
            "supportAddress": "help@example.gov.sg",
            "serviceRequestUrl": "https://desk.example.gov.sg",
            "officialMasthead": false,
        })
    );
    assert_eq!(get_plain("/config.json").await.status, 503);
}

#[tokio::test]
async fn the_stage_ends_with_a_slash() {
    let answer = ask(Method::GET, "/", through_gateway("/v1")).await;
    assert_eq!((answer.status, &answer.headers["location"]), (308, &HeaderValue::from_static("v1/")));
    assert_eq!(ask(Method::GET, "/", through_gateway("/v1/")).await.status, 200);
}

#[tokio::test]
async fn a_wrong_link_leads_back_and_a_wrong_route_is_a_problem() {
    for (path, up) in [("/page", "./"), ("/some/page", "../"), ("/some/page/", "../../")] {
        let answer = get_plain(path).await;
        assert_eq!(answer.status, 404);
        assert!(answer.body.contains(&format!("<a href=\"{up}\">")), "{path}: {}", answer.body);
    }
    let answer = get_plain("/api/no-such").await;
    assert_eq!(
        (answer.status, &answer.headers["content-type"]),
        (404, &HeaderValue::from_static("application/problem+json"))
    );
}

#[tokio::test]
async fn a_head_request_is_told_the_same_without_the_body() {
    let answer = ask(Method::HEAD, "/", |request| request).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    assert!(answer.headers.contains_key("content-security-policy"));
}

#[tokio::test]
async fn a_build_without_pages_says_so() {
    let deps = Deps { pages: Pages::default(), setting: setting(), clock: Clock::system(), entropy: Entropy::system() };
    let request = Request::builder().uri("/").body(Body::empty()).unwrap();
    assert_eq!(router(deps).oneshot(request).await.unwrap().status(), 503);
}

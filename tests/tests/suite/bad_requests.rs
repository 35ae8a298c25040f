//! Every bad request gets a clear problem with its Trace ID, and nothing is half-written.

use axum::body::Body;
use serde_json::{Value, json};
use testing::people::vendor_form;
use tests::{app::App, person::Person};

async fn raw(person: &Person<'_>, body: &str) -> tests::person::Answer {
    let headers = [("content-type", "application/json"), ("idempotency-key", "k")];
    person.send("POST", "/api/invites", &headers, Body::from(body.to_owned())).await
}

#[tokio::test]
async fn what_is_not_the_expected_json_is_refused_whole() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for body in [
        "",
        "null",
        "[]",
        "\"x\"",
        "{",
        "{}x",
        "\u{feff}{}",
        "{\"a\":NaN}",
        deep.as_str(),
        "{\"kind\":\"email\",\"email\":\"a@x.gov.sg\",\"email\":\"b@x.gov.sg\"}",
    ] {
        let answer = raw(&ada, body).await;
        assert_eq!(answer.status.as_u16(), 400, "{body:.60}");
        assert_eq!(answer.problem(), "bad-request");
    }
    let large = raw(&ada, &format!("{{\"reason\":\"{}\"}}", "x".repeat(70_000))).await;
    assert_eq!((large.status.as_u16(), large.problem()), (413, "too-large".to_owned()));
    let text = ada
        .send("POST", "/api/invites", &[("content-type", "text/plain"), ("idempotency-key", "k")], Body::from("{}"))
        .await;
    assert_eq!((text.status.as_u16(), text.problem()), (415, "unsupported-media-type".to_owned()));
    assert_eq!(ada.get("/api/invites").await.body["total"], 0);
}

#[tokio::test]
async fn an_unknown_field_is_named() {
    let app = App::start().await;
    let mut body = serde_json::to_value(vendor_form("eve")).unwrap();
    body["kind"] = json!("account");
    body["__proto__"] = json!({});
    let answer = app.officer("ada").post("/api/invites", body).await;
    assert_eq!((answer.status.as_u16(), answer.problem()), (400, "bad-request".to_owned()));
    assert!(answer.faults().iter().any(|fault| fault.contains("__proto__")), "{:?}", answer.faults());
}

#[tokio::test]
async fn every_bad_field_is_reported_with_its_pointer_and_code() {
    let app = App::start().await;
    let body = json!({"kind": "account", "email": "a@evil-gov.sg", "username": "a..b", "firstName": "",
        "lastName": "\u{1f600}",
        "countryCode": "x", "contactNumber": "1", "organisation": " ", "department": "y".repeat(65), "seed": "maybe",
        "reason": "z".repeat(256)});
    let answer = app.officer("ada").post("/api/invites", body).await;
    assert_eq!((answer.status.as_u16(), answer.problem()), (422, "validation".to_owned()));
    assert_eq!(
        answer.faults(),
        [
            "/email: email.domain-not-allowed",
            "/username: username.syntax",
            "/lastName: name.syntax",
            "/countryCode: country-code.syntax",
            "/organisation: required",
            "/department: too-long",
            "/seed: seed.syntax",
            "/reason: too-long",
        ]
    );
    let own = json!({"kind": "email", "email": "ADA+x@example-agency.gov.sg", "reason": "me"});
    assert_eq!(app.officer("ada").post("/api/invites", own).await.faults(), ["/email: email.own"]);
    let vendor = json!({"kind": "email", "email": "eve@vendor.example.com", "reason": "x"});
    assert_eq!(app.officer("ada").post("/api/invites", vendor).await.faults(), ["/email: email.not-officer"]);
    let school = json!({"kind": "email", "email": "kim@schools.gov.sg", "seed": true, "reason": "x"});
    assert_eq!(app.officer("ada").post("/api/invites", school).await.faults(), ["/seed: seed.ineligible"]);
}

#[tokio::test]
async fn a_key_is_needed_and_belongs_to_one_body() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let body = |reason: &str| json!({"kind": "email", "email": "bo@sample-board.gov.sg", "reason": reason});
    let missing = ada.json("POST", "/api/invites", &[], body("x")).await;
    assert_eq!((missing.status.as_u16(), missing.problem()), (400, "idempotency-key".to_owned()));
    let key = [("idempotency-key", "one")];
    let first = ada.json("POST", "/api/invites", &key, body("x")).await.expect(202);
    let again = ada.json("POST", "/api/invites", &key, body("x")).await.expect(202);
    assert_eq!(first.bytes, again.bytes);
    let other = ada.json("POST", "/api/invites", &key, body("y")).await;
    assert_eq!((other.status.as_u16(), other.problem()), (422, "idempotency-key-reused".to_owned()));
    assert_eq!(app.officer("eve").json("POST", "/api/invites", &key, body("x")).await.problem(), "invited-by-another");
    assert_eq!(ada.get("/api/invites").await.body["total"], 1);
}

#[tokio::test]
async fn only_verified_officers_are_let_in() {
    let app = App::start().await;
    for path in ["/api/me", "/api/domains/agency.gov.sg", "/api/invites", "/api/batches", "/api/template.xlsx"] {
        assert_eq!(app.anyone().get(path).await.problem(), "unauthorized", "{path}");
        let vendor = domain::Officer {
            email: testing::people::email("eve@vendor.example.com"),
            ..testing::people::officer("eve")
        };
        let answer = app.signed_in(&vendor).get(path).await;
        assert_eq!((answer.status.as_u16(), answer.problem()), (403, "not-an-officer".to_owned()), "{path}");
    }
}

#[tokio::test]
async fn unknown_routes_methods_parameters_cursors_and_tokens_are_problems() {
    let app = App::start().await;
    let ada = app.officer("ada");
    assert_eq!(ada.get("/api/nothing").await.problem(), "not-found");
    assert_eq!(ada.send("PUT", "/api/batches", &[], Body::empty()).await.problem(), "not-found");
    assert_eq!(ada.get("/api/invites?colour=red").await.problem(), "bad-request");
    assert_eq!(ada.get("/api/invites?limit=0").await.problem(), "bad-request");
    assert_eq!(ada.get("/api/invites?cursor=forged").await.problem(), "cursor");
    assert_eq!(ada.get("/api/batches/bat_x").await.problem(), "not-found");
    for token in [Value::from("x"), Value::from("0".repeat(64))] {
        let answer = app.anyone().json("POST", "/api/invitations/view", &[], json!({"token": token})).await;
        assert_eq!(answer.problem(), "invitation-not-valid");
    }
}

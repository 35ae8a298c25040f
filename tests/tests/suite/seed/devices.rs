//! Devices, as the device side reports them.

use axum::body::Body;
use domain::{
    Timestamp,
    invite::Account,
    webhook::{SIGNATURE_HEADER, SigningSecret},
};
use serde_json::{Value, json};
use testing::people::{device_secrets, vendor_form};
use tests::{app::App, person::Answer};

use super::{MINUTE, address, ask, columns, elsewhere, invited, named, own, stored};

pub(super) fn event(account: &Account, state: &str, at: Timestamp) -> Value {
    json!({"account": account.directory_id, "state": state, "at": at.to_string()})
}

async fn send(app: &App, body: &str, signature: Option<&str>) -> Answer {
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(signature.map(|signature| (SIGNATURE_HEADER, signature)));
    app.anyone().send("POST", "/api/seed-devices", &headers, Body::from(body.to_owned())).await
}

/// Sends an event of the device side with a valid signature.
pub(super) async fn tell(app: &App, event: &Value) -> Answer {
    let body = event.to_string();
    let signed = domain::webhook::sign(&device_secrets()[..1], app.clock.now(), body.as_bytes());
    send(app, &body, Some(&signed)).await
}

#[tokio::test]
async fn a_device_makes_a_licence_complete_until_it_is_removed() {
    let app = App::start().await;
    let (id, account) = invited(&app, &vendor_form("eve")).await;
    let own_account = elsewhere(&app, "bo");
    ask(&app, &own_account, &address("bo")).await.expect(202);
    app.drain().await;
    let at = app.clock.now();
    for account in [&account, &own_account] {
        tell(&app, &event(account, "enrolled", at)).await.expect(202);
    }
    assert_eq!(columns(&app, id).await.1, "Fully Onboarded");
    let shown = own(&app, &own_account, &address("bo")).await;
    assert_eq!((&shown["label"], &shown["device"]["state"]), (&json!("Fully Onboarded"), &json!("enrolled")));

    tell(&app, &event(&account, "removed", at + MINUTE)).await.expect(202);
    assert_eq!(columns(&app, id).await.1, "License Assigned");
    let version = stored(&app, id).await.version();
    for old in [event(&account, "enrolled", at), event(&account, "removed", at + MINUTE)] {
        tell(&app, &old).await.expect(202);
    }
    assert_eq!(stored(&app, id).await.version(), version, "what comes late or again says nothing");

    let mut failed = event(&account, "failed", at + 2 * MINUTE);
    failed["reason"] = json!("disk-not-encrypted");
    tell(&app, &failed).await.expect(202);
    let device = app.officer("ada").get(&format!("/api/invites/{id}")).await.body["seed"]["device"].clone();
    assert_eq!((&device["state"], &device["reason"]), (&json!("failed"), &json!("disk-not-encrypted")));
}

#[tokio::test]
async fn only_what_the_device_side_signed_just_now_is_heard() {
    let app = App::start().await;
    let (id, account) = invited(&app, &vendor_form("eve")).await;
    let body = event(&account, "enrolled", app.clock.now()).to_string();
    let [current, previous] = device_secrets();
    let now = app.clock.now();
    let stranger = SigningSecret::new(&"a secret of somebody else".repeat(2)).unwrap();
    let sign = |secret: &SigningSecret, at, body: &str| {
        domain::webhook::sign(std::slice::from_ref(secret), at, body.as_bytes())
    };
    let changed = body.replace("enrolled", "removed");
    for (name, sent, signature) in [
        ("no signature", &body, None),
        ("another secret", &body, Some(sign(&stranger, now, &body))),
        ("an old moment", &body, Some(sign(&current, now - 6 * MINUTE, &body))),
        ("a moment to come", &body, Some(sign(&current, now + 6 * MINUTE, &body))),
        ("a changed body", &changed, Some(sign(&current, now, &body))),
        ("another moment", &body, Some(sign(&current, now, &body).replace("t=1", "t=2"))),
        ("nonsense", &body, Some("t=1,v1=x".to_owned())),
        ("not JSON", &"{".to_owned(), Some(sign(&current, now, &body))),
    ] {
        let answer = send(&app, sent, signature.as_deref()).await;
        assert_eq!((answer.status.as_u16(), answer.problem()), (401, "signature-not-valid".to_owned()), "{name}");
    }
    assert_eq!(stored(&app, id).await.device, None);

    // The previous secret is valid during a rotation, and a signed event that is sent again does no harm.
    let signed = sign(&previous, now, &body);
    send(&app, &body, Some(&signed)).await.expect(202);
    let version = stored(&app, id).await.version();
    app.clock.advance(4 * MINUTE);
    send(&app, &body, Some(&signed)).await.expect(202);
    assert_eq!(stored(&app, id).await.version(), version);
    app.clock.advance(2 * MINUTE);
    assert_eq!(send(&app, &body, Some(&signed)).await.problem(), "signature-not-valid");
}

#[tokio::test]
async fn an_unknown_account_is_answered_like_a_known_one() {
    let app = App::start().await;
    let (_, account) = invited(&app, &vendor_form("eve")).await;
    let known = tell(&app, &event(&account, "enrolled", app.clock.now())).await.expect(202);
    for name in ["nobody", "EVE.nobody", "eve@vendor.example.com", "../../x"] {
        let unknown = tell(&app, &event(&named(name), "enrolled", app.clock.now())).await.expect(202);
        assert_eq!((unknown.bytes, unknown.headers), (known.bytes.clone(), known.headers.clone()), "{name}");
    }
}

#[tokio::test]
async fn a_signed_event_is_read_strictly() {
    let app = App::start().await;
    let (_, account) = invited(&app, &vendor_form("eve")).await;
    let good = event(&account, "enrolled", app.clock.now());
    let with = |name: &str, value: Value| {
        let mut event = good.clone();
        event[name] = value;
        event
    };
    for (event, fault) in [
        (with("state", json!("sold")), "/state: invalid-value"),
        (with("serial", json!("C02")), "/serial: unknown-field"),
        (with("at", json!("yesterday")), "/at: invalid-value"),
        (with("at", json!((app.clock.now() + 6 * MINUTE).to_string())), "/at: at.future"),
        (with("account", json!("")), "/account: account.name"),
        (with("reason", json!("disk")), "/reason: reason.unwanted"),
        (with("state", json!("failed")), "/reason: reason.code"),
    ] {
        assert_eq!(tell(&app, &event).await.faults(), [fault]);
    }
    let mut named_after_somebody = with("state", json!("failed"));
    named_after_somebody["reason"] = json!("Laptop of Eve Tan");
    assert_eq!(tell(&app, &named_after_somebody).await.faults(), ["/reason: reason.code"]);
    let huge = with("reason", json!("x".repeat(5000)));
    assert_eq!(tell(&app, &huge).await.problem(), "too-large");
}

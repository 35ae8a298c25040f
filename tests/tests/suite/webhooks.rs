//! What agencies' systems are sent.

use std::{collections::BTreeSet, time::Duration};

use domain::{
    AgencyDomain, InviteId, SubscriptionId, WebhookEventId,
    webhook::{
        EVENT_BACKOFF, FAILURES_TO_PARK, PARKED_WAIT, SIGNATURE_HEADER, Subscription, SubscriptionState, verify,
    },
};
use queue::{QueueName, Wake};
use serde_json::{Value, json};
use store::stream::StreamEvent;
use testing::{
    Delivery, Posted,
    people::{agency_keys, vendor_form},
};
use tests::app::App;
use webhooks::CallFailure;

const ENDPOINT: &str = "https://hooks.example-agency.gov.sg/invites";
const MINUTE: Duration = Duration::from_secs(60);

fn agency() -> AgencyDomain {
    AgencyDomain::parse("example-agency.gov.sg").unwrap()
}

/// Registers the endpoint of the example agency, and challenges it.
async fn register(app: &App) -> store::Stored<Subscription> {
    let registered = Subscription::registered(agency(), ENDPOINT.to_owned(), "challenge".to_owned(), app.clock.now());
    assert!(app.store.create(registered).await.unwrap().is_done());
    app.deliver(QueueName::Webhooks, Wake::Subscription { id: SubscriptionId::of_domain(&agency()) }).await;
    found(app).await
}

async fn found(app: &App) -> store::Stored<Subscription> {
    app.store.get::<Subscription>(&SubscriptionId::of_domain(&agency())).await.unwrap().unwrap()
}

async fn invite(app: &App, name: &str) -> String {
    let body = json!({"kind": "email", "email": format!("{name}@sample-board.gov.sg"), "reason": "Joins"});
    let made = app.officer("ada").post("/api/invites", body).await.expect(202);
    made.body["id"].as_str().unwrap().to_owned()
}

/// Lets time pass minute by minute, with a sweep and all workers in each.
async fn wait(app: &App, time: Duration) {
    let end = app.clock.now() + time;
    while app.clock.now() < end {
        app.clock.advance(MINUTE);
        app.timers().await;
        app.drain().await;
    }
}

fn body(posted: &Posted) -> Value {
    serde_json::from_str(&posted.body).unwrap()
}

fn states(posted: &[Posted]) -> Vec<String> {
    let of = |posted: &Posted| body(posted)["invite"]["techpass"].as_str().unwrap().to_owned();
    posted.iter().map(of).collect()
}

#[tokio::test]
async fn every_state_that_shows_is_told_once_signed_and_in_order() {
    let app = App::start().await;
    assert_eq!(register(&app).await.state, SubscriptionState::Active);
    let id = invite(&app, "bo").await;
    app.drain().await;
    app.officer("ada").json("POST", &format!("/api/invites/{id}/revoke"), &[], json!({})).await.expect(200);
    app.drain().await;
    let posted = app.endpoints.posted();
    assert_eq!(states(&posted), ["QUEUED", "QUEUED", "QUEUED", "INVITED", "REVOKED"]);
    let mails: Vec<Value> = posted.iter().map(|posted| body(posted)["invite"]["mail"].clone()).collect();
    assert_eq!(mails, [json!(null), json!("QUEUED"), json!("SENDING"), json!("ACCEPTED"), json!("ACCEPTED")]);
    let versions: Vec<u64> = posted.iter().map(|posted| body(posted)["invite"]["version"].as_u64().unwrap()).collect();
    assert!(versions.windows(2).all(|pair| pair[0] < pair[1]), "{versions:?}");
    let secret = agency_keys().agency_secret(&agency(), 1).unwrap();
    for one in &posted {
        assert_eq!((one.endpoint.as_str(), one.header.as_str()), (ENDPOINT, SIGNATURE_HEADER));
        let signed =
            |body: &str| verify(std::slice::from_ref(&secret), &one.signature, body.as_bytes(), app.clock.now());
        assert_eq!(signed(&one.body), Ok(()));
        assert!(signed(&one.body.replace("inv_", "inv-")).is_err());
    }
}

#[tokio::test]
async fn an_event_holds_ids_and_words_and_nobodys_data() {
    let app = App::start().await;
    register(&app).await;
    let mut form = serde_json::to_value(vendor_form("eve")).unwrap();
    form["kind"] = json!("account");
    let made = app.officer("ada").post("/api/invites", form.clone()).await.expect(202).body;
    app.drain().await;
    let posted = app.endpoints.posted();
    let last = body(posted.last().unwrap());
    let names: BTreeSet<&String> = last.as_object().unwrap().keys().collect();
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["at", "id", "invite", "traceId", "type"]);
    let expected = json!({"id": made["id"], "version": last["invite"]["version"], "techpass": "ACCOUNT_CREATED",
        "seed": "LICENCE_ASSIGNED", "mail": "ACCEPTED"});
    assert_eq!((&last["invite"], &last["traceId"]), (&expected, &made["traceId"]));
    let everything = format!("{posted:?}").to_lowercase().replace(made["traceId"].as_str().unwrap(), "");
    for (field, text) in form.as_object().unwrap() {
        let text = text.as_str().unwrap().to_lowercase();
        let telling = text.len() > 3 && field != "kind";
        assert!(!telling || !everything.contains(&text), "{field}");
    }
    assert!(!everything.contains("ada@"));
}

#[tokio::test]
async fn an_endpoint_that_does_not_echo_is_told_nothing() {
    let app = App::start().await;
    app.endpoints.echo("something else");
    let refused = register(&app).await;
    let SubscriptionState::Pending { failure, .. } = &refused.state else { panic!("{refused:?}") };
    assert_eq!(failure.as_deref(), Some("the answer is not the challenge"));
    invite(&app, "bo").await;
    app.drain().await;
    assert_eq!((app.endpoints.posted().len(), app.endpoints.calls()), (0, 1));
    app.endpoints.fail(ENDPOINT, Some(CallFailure::TimedOut));
    app.deliver(QueueName::Webhooks, Wake::Subscription { id: SubscriptionId::of_domain(&agency()) }).await;
    let SubscriptionState::Pending { failure, .. } = found(&app).await.into_value().state else { panic!("active") };
    assert_eq!(failure.as_deref(), Some("the endpoint did not answer in time"));
}

#[tokio::test]
async fn nobody_is_told_of_other_agencies_invites() {
    let app = App::start().await;
    register(&app).await;
    let mut stranger = testing::people::officer("kim");
    stranger.email = testing::people::email("kim@sample-board.gov.sg");
    let body = json!({"kind": "email", "email": "bo@sample-board.gov.sg", "reason": "Joins"});
    app.signed_in(&stranger).post("/api/invites", body).await.expect(202);
    app.drain().await;
    assert_eq!(app.endpoints.posted().len(), 0);
}

#[tokio::test]
async fn an_event_is_tried_for_a_day_with_growing_pauses_and_then_given_up() {
    let app = App::start().await;
    register(&app).await;
    app.endpoints.fail(ENDPOINT, Some(CallFailure::Status(503)));
    let id = InviteId::parse(&invite(&app, "bo").await).unwrap();
    // Only the first state: each later state has an event of its own.
    app.stream().await;
    let created = app.store.get::<domain::invite::Invite>(&id).await.unwrap().unwrap();
    let event = WebhookEventId::of_version(id, 1, created.created_at);
    let mut tried_at = vec![app.clock.now()];
    let mut tries = app.endpoints.calls();
    for wake in app.queues.drain(QueueName::Webhooks) {
        app.deliver(QueueName::Webhooks, wake).await;
    }
    for _ in 0..25 * 60 {
        if app.endpoints.calls() > tries {
            tries = app.endpoints.calls();
            tried_at.push(app.clock.now());
        }
        app.clock.advance(MINUTE);
        app.timers().await;
        // The workers do not get to the invite, so only this event is processed.
        for queue in [QueueName::Provision, QueueName::Mail] {
            let _ = app.queues.drain(queue);
        }
        for wake in app.queues.drain(QueueName::Webhooks) {
            app.deliver(QueueName::Webhooks, wake).await;
        }
    }
    let known = app.store.get::<domain::webhook::WebhookEvent>(&event).await.unwrap().unwrap();
    assert_eq!((known.state_name(), known.next_due()), ("GIVEN_UP", None));
    assert_eq!(
        app.endpoints.calls(),
        1 + EVENT_BACKOFF.len() + 1,
        "the challenge, the first try and one after each pause"
    );
    let pauses: Vec<Duration> = tried_at[1..].windows(2).map(|pair| pair[1].since(pair[0])).collect();
    for (pause, asked) in pauses.iter().zip(EVENT_BACKOFF) {
        assert!(*pause >= asked && *pause <= asked + 2 * MINUTE, "{pause:?} for {asked:?}");
    }
    assert_eq!(app.endpoints.posted().len(), 0);
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_under_the_same_id() {
    let app = App::start().await;
    register(&app).await;
    app.endpoints.fail(ENDPOINT, Some(CallFailure::TimedOut));
    invite(&app, "bo").await;
    app.drain().await;
    assert_eq!(app.endpoints.posted().len(), 0);
    app.endpoints.fail(ENDPOINT, None);
    wait(&app, 3 * MINUTE).await;
    let ids: Vec<Value> = app.endpoints.posted().iter().map(|posted| body(posted)["id"].clone()).collect();
    let unique: BTreeSet<String> = ids.iter().map(Value::to_string).collect();
    assert_eq!(ids.len(), unique.len(), "each is taken once");
    assert!(ids.len() >= 4);
    assert_eq!(found(&app).await.failures, 0, "failures are forgotten");
}

#[tokio::test]
async fn a_dead_endpoint_is_parked_and_told_everything_once_it_is_resumed() {
    let app = App::start().await;
    register(&app).await;
    app.endpoints.fail(ENDPOINT, Some(CallFailure::Unreachable));
    for number in 0..8 {
        invite(&app, &format!("person-{number}")).await;
    }
    app.drain().await;
    let parked = found(&app).await;
    assert!(matches!(parked.state, SubscriptionState::Parked { .. }), "{parked:?}");
    let calls = app.endpoints.calls();
    assert!(calls <= 1 + FAILURES_TO_PARK as usize, "{calls}");
    // The product continues without the endpoint.
    assert_eq!(app.mails_to("person-7@sample-board.gov.sg").len(), 1);
    app.endpoints.fail(ENDPOINT, None);
    wait(&app, 2 * PARKED_WAIT).await;
    assert_eq!(app.endpoints.calls(), calls, "nobody calls a parked endpoint");
    let resumed = Subscription { state: SubscriptionState::Active, failures: 0, ..parked.to_value() };
    assert!(app.store.write(parked.becomes(resumed)).await.unwrap().is_done());
    wait(&app, PARKED_WAIT + 3 * MINUTE).await;
    let ids: BTreeSet<String> = app.endpoints.posted().iter().map(|posted| body(posted)["id"].to_string()).collect();
    assert_eq!(ids.len(), app.endpoints.posted().len());
    assert_eq!(ids.len(), 8 * 4, "queued, to be mailed, being mailed, invited: of each");
}

#[tokio::test]
async fn what_is_seen_twice_is_told_once_and_a_lost_call_is_repeated() {
    let app = App::start().await;
    register(&app).await;
    invite(&app, "bo").await;
    let event = serde_json::to_string(&app.table.take_stream()).unwrap();
    let read = || serde_json::from_str::<StreamEvent>(&event).unwrap();
    app.queues.set_delivery(Delivery::Failing);
    assert!(matches!(app.watch(read()).await, boot::Disposition::Done));
    assert!(matches!(app.watch(read()).await, boot::Disposition::Done));
    app.queues.set_delivery(Delivery::Working);
    assert!(app.queues.drain(QueueName::Webhooks).is_empty());
    wait(&app, 3 * MINUTE).await;
    let first: Vec<Value> =
        app.endpoints.posted().iter().map(body).filter(|body| body["invite"]["mail"].is_null()).collect();
    assert_eq!(first.len(), 1);
}

#[tokio::test]
async fn while_a_secret_is_replaced_both_sign() {
    let app = App::start().await;
    let active = register(&app).await;
    let until = app.clock.now() + Duration::from_secs(3600);
    let rotated = Subscription { generation: 2, previous_until: Some(until), ..active.to_value() };
    assert!(app.store.write(active.becomes(rotated)).await.unwrap().is_done());
    invite(&app, "bo").await;
    app.drain().await;
    let posted = app.endpoints.posted();
    for generation in [1, 2] {
        let secret = agency_keys().agency_secret(&agency(), generation).unwrap();
        let signed = verify(&[secret], &posted[0].signature, posted[0].body.as_bytes(), app.clock.now());
        assert_eq!(signed, Ok(()), "{generation}");
    }
    let other = testing::people::keys().agency_secret(&agency(), 2).unwrap();
    assert!(verify(&[other], &posted[0].signature, posted[0].body.as_bytes(), app.clock.now()).is_err());
}

/// `events/invite-changed.json` has the form in which Lambda delivers a change of this table.
#[test]
fn the_tables_stream_is_read_as_lambda_hands_it_over() {
    let event: StreamEvent = serde_json::from_str(include_str!("../../../events/invite-changed.json")).unwrap();
    let changes: Vec<_> = event.invites().map(Result::unwrap).collect();
    let [change] = changes.as_slice() else { panic!("{changes:?}") };
    assert_eq!(change.old.as_ref().map(|old| old.state_name()), Some("QUEUED"));
    assert_eq!(change.new.state_name(), "PROVISIONING");
    let event =
        domain::webhook::WebhookEvent::of_change(change.old.as_ref(), &change.new, change.new.version()).unwrap();
    assert_eq!(event.agency, agency());
    assert_eq!(domain::webhook::WebhookEvent::of_change(Some(&change.new), &change.new, 2), None);
}

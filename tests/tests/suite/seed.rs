//! SEED licences after the invite: asked for, refused, withdrawn and assigned again with the account, and the device
//! that they are for.

use std::time::Duration;

use axum::body::Body;
use directory::AccountStatus;
use domain::{
    InviteId, Timestamp,
    invite::{Account, Event, Failure, Invite, InviteState},
    webhook::{SIGNATURE_HEADER, SigningSecret},
};
use futures::future::join_all;
use serde_json::{Value, json};
use testing::{Call, DirectoryFault as Fault, SeedGroup};
use tests::{
    app::{Answer, App},
    people::{self, device_secrets, officer_form, vendor_form},
};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);

fn named(name: &str) -> Account {
    Account { directory_id: name.to_owned() }
}

fn address(name: &str) -> String {
    format!("{name}@sample-board.gov.sg")
}

/// An account of an officer that nobody here made.
fn elsewhere(app: &App, name: &str) -> Account {
    app.directory.add_foreign_account(name, &people::email(&address(name)));
    named(name)
}

async fn ask(app: &App, account: &Account, email: &str) -> Answer {
    app.holder(account, email).json("POST", "/api/seed-requests", &[], json!({})).await
}

/// The holder's own licence, as the portal shows it.
async fn own(app: &App, account: &Account, email: &str) -> Value {
    app.holder(account, email).get("/api/me").await.expect(200).body["seed"].clone()
}

/// Makes an account for a form with an invite of the officer Ada.
async fn invited(app: &App, form: &domain::fields::Form) -> (InviteId, Account) {
    let mut body = serde_json::to_value(form).unwrap();
    body["kind"] = json!("account");
    let made = app.officer("ada").post("/api/invites", body).await.expect(202);
    app.drain().await;
    let id = InviteId::parse(made.body["id"].as_str().unwrap()).unwrap();
    (id, stored(app, id).await.account().unwrap().clone())
}

async fn stored(app: &App, id: InviteId) -> store::Stored<Invite> {
    app.store.get::<Invite>(&id).await.unwrap().unwrap()
}

/// The two columns of the status page, looked at a while later.
async fn columns(app: &App, id: InviteId) -> (String, String) {
    app.clock.advance(2 * MINUTE);
    let shown = app.officer("ada").get(&format!("/api/invites/{id}")).await.expect(200).body;
    let label = |column: &str| shown[column]["label"].as_str().unwrap().to_owned();
    (label("techpass"), label("seed"))
}

fn both(techpass: &str, seed: &str) -> (String, String) {
    (techpass.to_owned(), seed.to_owned())
}

fn event(account: &Account, state: &str, at: Timestamp) -> Value {
    json!({"account": account.directory_id, "state": state, "at": at.to_string()})
}

async fn send(app: &App, body: &str, signature: Option<&str>) -> Answer {
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(signature.map(|signature| (SIGNATURE_HEADER, signature)));
    app.anyone().send("POST", "/api/seed-devices", &headers, Body::from(body.to_owned())).await
}

/// The device side says something, signed as it should be.
async fn tell(app: &App, event: &Value) -> Answer {
    let body = event.to_string();
    let signed = domain::webhook::sign(&device_secrets()[..1], app.clock.now(), body.as_bytes());
    send(app, &body, Some(&signed)).await
}

#[tokio::test]
async fn an_officer_asks_twice_and_is_licensed_once() {
    let app = App::start().await;
    let account = elsewhere(&app, "bo");
    let email = address("bo");
    assert_eq!(own(&app, &account, &email).await["state"], "NOT_REQUIRED");
    let first = ask(&app, &account, &email).await.expect(202).body;
    assert_eq!((&first["seed"]["state"], &first["seed"]["label"]), (&json!("PENDING"), &json!("Licence pending")));
    assert_eq!(first["traceId"], "1-67891233-abcdef012345678912345678");
    let five = join_all((0..5).map(|_| ask(&app, &account, &email))).await;
    for again in five {
        assert_eq!(again.expect(202).body, first);
    }
    app.drain().await;
    assert_eq!(own(&app, &account, &email).await["label"], "License Assigned");
    assert_eq!(ask(&app, &account, &email).await.expect(202).body["seed"]["state"], "LICENCE_ASSIGNED");
    app.drain().await;
    assert_eq!(app.directory.calls(Call::AddToSeedGroup), 1);
    assert!(app.directory.seed_group().contains("bo"));
}

#[tokio::test]
async fn a_licence_is_not_given_to_an_account_that_was_disabled_after_it_was_asked_for() {
    let app = App::start().await;
    let (id, invited_account) = invited(&app, &officer_form("kim")).await;
    let own_account = elsewhere(&app, "bo");
    ask(&app, &own_account, &address("bo")).await.expect(202);
    app.directory.set_status(&invited_account, AccountStatus::SignedIn);
    ask(&app, &invited_account, &address("kim")).await.expect(202);
    for account in [&own_account, &invited_account] {
        app.directory.set_status(account, AccountStatus::Disabled);
    }
    app.drain().await;
    assert!(app.directory.seed_group().is_empty());
    assert_eq!(columns(&app, id).await, both("Disabled", "Licence withdrawn"));
    app.clock.advance(2 * MINUTE);
    let refused = ask(&app, &own_account, &address("bo")).await;
    assert_eq!((refused.status.as_u16(), refused.problem()), (403, "account-not-active".to_owned()));
    // Enabled again, both have what they asked for.
    for account in [&own_account, &invited_account] {
        app.directory.set_status(account, AccountStatus::SignedIn);
    }
    app.clock.advance(DAY);
    app.sweep().await;
    app.drain().await;
    assert_eq!(app.directory.seed_group().len(), 2);
    assert_eq!(columns(&app, id).await, both("Onboarded", "License Assigned"));
}

#[tokio::test]
async fn five_at_once_who_ask_first_are_one_request() {
    let app = App::start().await;
    let account = elsewhere(&app, "bo");
    for answer in join_all((0..5).map(|_| ask(&app, &account, "bo@sample-board.gov.sg"))).await {
        assert_eq!(answer.expect(202).body["seed"]["state"], "PENDING");
    }
    app.drain().await;
    assert_eq!(app.directory.calls(Call::AddToSeedGroup), 1);
}

#[tokio::test]
async fn an_officer_whose_account_was_made_by_an_invite_asks_for_that_account() {
    let app = App::start().await;
    let (id, account) = invited(&app, &officer_form("bo")).await;
    assert_eq!(columns(&app, id).await, both("Not Onboarded", "Not Required"));
    app.directory.set_status(&account, AccountStatus::SignedIn);
    ask(&app, &account, &address("bo")).await.expect(202);
    app.drain().await;
    assert_eq!(columns(&app, id).await, both("Onboarded", "License Assigned"));
    assert_eq!(own(&app, &account, &address("bo")).await["state"], "LICENCE_ASSIGNED");
    let history = stored(&app, id).await.into_value().history;
    assert!(history.iter().any(|entry| entry.event == Event::SeedRequested));
}

#[tokio::test]
async fn a_lost_wake_up_for_a_licence_is_repeated_by_the_sweeper() {
    let app = App::start().await;
    let account = elsewhere(&app, "bo");
    app.queues.set_delivery(testing::Delivery::Failing);
    ask(&app, &account, &address("bo")).await.expect(202);
    app.queues.set_delivery(testing::Delivery::Working);
    app.drain().await;
    assert_eq!(own(&app, &account, &address("bo")).await["state"], "PENDING");
    app.clock.advance(3 * MINUTE);
    app.sweep().await;
    app.drain().await;
    assert_eq!(own(&app, &account, &address("bo")).await["state"], "LICENCE_ASSIGNED");
}

#[tokio::test]
async fn whoever_may_not_ask_is_told_what_to_do() {
    let app = App::start().await;
    for (name, email) in [("eve", "eve@vendor.example.com"), ("kim", "kim@schools.gov.sg"), ("mal", "mal@example.org")]
    {
        app.directory.add_foreign_account(name, &people::email(email));
    }
    let vendor = ask(&app, &named("eve"), "eve@vendor.example.com").await;
    assert_eq!((vendor.status.as_u16(), vendor.problem()), (403, "seed-by-service-request".to_owned()));
    assert_eq!(vendor.body["link"], people::SERVICE_REQUEST_URL);
    let school = ask(&app, &named("kim"), "kim@schools.gov.sg").await;
    assert_eq!((school.status.as_u16(), school.problem()), (403, "seed-ineligible".to_owned()));
    assert_eq!(own(&app, &named("kim"), "kim@schools.gov.sg").await["state"], "INELIGIBLE");
    let stranger = ask(&app, &named("mal"), "mal@example.org").await;
    assert_eq!(stranger.problem(), "not-an-officer");
    let nobody = app.anyone().json("POST", "/api/seed-requests", &[], json!({})).await;
    assert_eq!(nobody.problem(), "unauthorized");
    app.drain().await;
    assert_eq!(app.directory.calls(Call::AddToSeedGroup), 0);
}

#[tokio::test]
async fn a_refused_licence_says_why_everywhere_and_is_given_once_it_can_be() {
    for (group, code) in [(SeedGroup::Missing, "licence.not-set-up"), (SeedGroup::Full, "licence.none-left")] {
        let app = App::start().await;
        app.directory.set_seed_group(group);
        let (id, _) = invited(&app, &vendor_form("eve")).await;
        let account = elsewhere(&app, "bo");
        ask(&app, &account, &address("bo")).await.expect(202);
        app.drain().await;
        let shown = app.officer("ada").get(&format!("/api/invites/{id}")).await.expect(200).body;
        for seed in [&shown["seed"], &own(&app, &account, &address("bo")).await] {
            assert_eq!(
                (&seed["state"], &seed["label"], &seed["code"]),
                (&json!("LICENCE_ERROR"), &json!("Licence error"), &json!(code))
            );
            assert!(seed["detail"].as_str().unwrap().contains("SEED licence"), "{seed}");
        }
        let listed = app.officer("ada").get("/api/invites?seed=licence-error").await.expect(200).body;
        assert_eq!((&listed["total"], &listed["items"][0]["seed"]["code"]), (&json!(1), &json!(code)));
        assert_eq!(shown["techpass"]["label"], "Not Onboarded", "the account is there all the same");

        app.directory.set_seed_group(SeedGroup::Open);
        app.clock.advance(61 * MINUTE);
        app.sweep().await;
        app.drain().await;
        assert_eq!(columns(&app, id).await.1, "License Assigned");
        assert_eq!(own(&app, &account, &address("bo")).await["state"], "LICENCE_ASSIGNED");
    }
}

#[tokio::test]
async fn whoever_asks_again_after_a_refusal_is_tried_at_once() {
    let app = App::start().await;
    let account = elsewhere(&app, "bo");
    app.directory.fail_next(Call::AddToSeedGroup, Fault::Misconfigured);
    ask(&app, &account, &address("bo")).await.expect(202);
    app.drain().await;
    assert_eq!(own(&app, &account, &address("bo")).await["code"], "licence.not-set-up");
    assert_eq!(ask(&app, &account, &address("bo")).await.expect(202).body["seed"]["state"], "PENDING");
    app.drain().await;
    assert_eq!(own(&app, &account, &address("bo")).await["state"], "LICENCE_ASSIGNED");
}

#[tokio::test]
async fn whatever_the_directory_does_a_licence_is_given_and_taken_back() {
    let faults = [Fault::BeforeEffect, Fault::AfterEffect, Fault::Throttle, Fault::Unreachable, Fault::Misconfigured];
    for fault in faults {
        let app = App::start().await;
        let (id, invited) = invited(&app, &vendor_form("eve")).await;
        let own = elsewhere(&app, "bo");
        app.directory.fail_next(Call::AddToSeedGroup, fault);
        ask(&app, &own, &address("bo")).await.expect(202);
        let turn = async || {
            for _ in 0..4 {
                app.drain().await;
                app.clock.advance(6 * MINUTE);
                app.sweep().await;
            }
            app.drain().await;
        };
        turn().await;
        assert_eq!(app.directory.seed_group().len(), 2, "{fault:?}");
        for account in [&invited, &own] {
            app.directory.set_status(account, AccountStatus::Disabled);
            app.directory.fail_next(Call::RemoveFromSeedGroup, fault);
        }
        app.clock.advance(DAY);
        app.sweep().await;
        turn().await;
        assert_eq!(app.directory.seed_group().len(), 0, "{fault:?}");
        assert_eq!(columns(&app, id).await, both("Disabled", "Licence withdrawn"), "{fault:?}");
    }
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

    // The secret before is live while the device side changes over, and a signed call that is sent again does no harm.
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

#[tokio::test]
async fn a_disabled_account_loses_its_licence_and_gets_everything_back() {
    let app = App::start().await;
    let (id, account) = invited(&app, &vendor_form("eve")).await;
    app.directory.set_status(&account, AccountStatus::SignedIn);
    tell(&app, &event(&account, "enrolled", app.clock.now())).await.expect(202);
    assert_eq!(columns(&app, id).await, both("Onboarded", "Fully Onboarded"));

    app.directory.set_status(&account, AccountStatus::Disabled);
    assert_eq!(columns(&app, id).await, both("Disabled", "Licence withdrawn"));
    app.drain().await;
    assert_eq!(app.directory.seed_group().len(), 0);
    let listed = app.officer("ada").get("/api/invites?techpass=disabled&seed=licence-withdrawn").await.expect(200).body;
    assert_eq!(listed["total"], 1);
    assert!(listed["items"][0]["seed"]["detail"].as_str().unwrap().contains("disabled"));

    app.directory.set_status(&account, AccountStatus::SignedIn);
    assert_eq!(columns(&app, id).await, both("Onboarded", "Licence pending"));
    app.drain().await;
    assert_eq!(columns(&app, id).await, both("Onboarded", "Fully Onboarded"));
    assert_eq!(app.directory.seed_group().len(), 1);

    app.directory.set_status(&account, AccountStatus::Gone);
    assert_eq!(columns(&app, id).await, both("User Not Found", "-"));
}

#[tokio::test]
async fn a_licence_that_was_assigned_after_it_was_taken_back_is_taken_back_again() {
    let app = App::start().await;
    let (id, account) = invited(&app, &vendor_form("eve")).await;
    let own_account = elsewhere(&app, "bo");
    ask(&app, &own_account, &address("bo")).await.expect(202);
    let (_, kept) = invited(&app, &vendor_form("ann")).await;
    let stranger = elsewhere(&app, "kim");
    app.drain().await;
    for account in [&account, &own_account] {
        app.directory.set_status(account, AccountStatus::Disabled);
    }
    app.clock.advance(DAY);
    app.sweep().await;
    app.drain().await;
    assert_eq!(app.directory.seed_group().into_iter().collect::<Vec<_>>(), ["ann"]);
    // A worker's call that was to assign it arrives only now.
    for account in [&account, &own_account, &stranger] {
        app.directory.leave_licence(account);
    }
    app.directory.set_status(&stranger, AccountStatus::Disabled);
    app.clock.advance(DAY);
    join_all((0..5).map(|_| app.sweep())).await;
    app.drain().await;
    let names = |accounts: [&Account; 2]| accounts.map(|account| account.directory_id.to_lowercase());
    let mut left = names([&kept, &stranger]);
    left.sort();
    assert_eq!(app.directory.seed_group().into_iter().collect::<Vec<_>>(), left, "theirs, and what is not ours");
    assert_eq!(columns(&app, id).await, both("Disabled", "Licence withdrawn"));
    let read = stored(&app, id).await.version();
    app.clock.advance(DAY);
    app.sweep().await;
    app.drain().await;
    assert_eq!(stored(&app, id).await.seed, domain::licence::SeedState::Withdrawn);
    assert!(stored(&app, id).await.version() <= read + 1, "there is nothing to take back any more");
}

#[tokio::test]
async fn a_directory_that_is_away_keeps_no_page_back() {
    let app = App::start().await;
    let (id, account) = invited(&app, &vendor_form("eve")).await;
    app.directory.set_status(&account, AccountStatus::Disabled);
    for fault in [Fault::Unreachable, Fault::Throttle, Fault::Misconfigured, Fault::AfterEffect] {
        app.directory.fail_next(Call::AccountStatus, fault);
        assert_eq!(columns(&app, id).await, both("Not Onboarded", "License Assigned"), "{fault:?}");
    }
    assert_eq!(columns(&app, id).await, both("Disabled", "Licence withdrawn"));
}

#[tokio::test]
async fn the_audit_notices_what_nobody_looks_at() {
    let app = App::start().await;
    let mut made = Vec::new();
    for name in ["ann", "ben", "cai", "dan", "eve"] {
        made.push(invited(&app, &vendor_form(name)).await);
    }
    let own_account = elsewhere(&app, "bo");
    ask(&app, &own_account, &address("bo")).await.expect(202);
    app.drain().await;
    app.sweep().await;
    let statuses = [AccountStatus::Pending, AccountStatus::SignedIn, AccountStatus::Disabled, AccountStatus::Gone];
    for ((_, account), status) in made.iter().zip(statuses) {
        app.directory.set_status(account, status);
    }
    app.directory.set_status(&own_account, AccountStatus::Disabled);
    app.clock.advance(DAY);
    join_all((0..5).map(|_| app.sweep())).await;
    app.drain().await;
    let mut states = Vec::new();
    for (id, _) in &made {
        states.push(stored(&app, *id).await.state_name());
    }
    assert_eq!(states, ["ACCOUNT_CREATED", "ONBOARDED", "DISABLED", "ACCOUNT_GONE", "ACCOUNT_CREATED"]);
    assert_eq!(app.directory.seed_group().into_iter().collect::<Vec<_>>(), ["ann", "ben", "eve"]);
    // Both audits came to their end, and rest.
    let calls = app.directory.calls(Call::ListAccounts);
    app.clock.advance(MINUTE);
    app.sweep().await;
    assert_eq!(app.directory.calls(Call::ListAccounts), calls);
    app.clock.advance(DAY);
    app.sweep().await;
    let known =
        join_all((0..store::accounts::ACCOUNT_SHARDS).map(|shard| app.store.list_accounts(shard, None, 100))).await;
    assert_eq!(known.into_iter().map(|page| page.unwrap().len()).sum::<usize>(), 5, "the deleted one is forgotten");
}

#[tokio::test]
async fn an_account_that_nobody_recorded_is_adopted_once_and_never_deleted() {
    let app = App::start().await;
    let (id, account) = invited(&app, &vendor_form("eve")).await;
    let before = app.mails_to("eve@vendor.example.com").len();
    let now = app.clock.now();
    let read = stored(&app, id).await;
    // As if its worker had given up after the directory had made it.
    let stood = Some(Box::new(InviteState::Provisioning { lease_until: now, attempt: 10 }));
    let mut lost = read.to_value();
    lost.state = InviteState::NeedsAttention { stood };
    assert!(app.store.write(read.becomes(lost)).await.unwrap().is_done());
    app.clock.advance(DAY);
    join_all((0..5).map(|_| app.sweep())).await;
    app.drain().await;
    let adopted = stored(&app, id).await;
    assert_eq!((adopted.state_name(), adopted.account()), ("ACCOUNT_CREATED", Some(&account)));
    assert_eq!(adopted.history.iter().filter(|entry| entry.event == Event::AccountFound).count(), 1);
    assert_eq!(app.mails_to("eve@vendor.example.com").len(), before + 1, "its holder may never have heard");
    assert_eq!(app.directory.made().len(), 1);
}

#[tokio::test]
async fn an_adoption_that_a_later_invite_forbids_is_left_alone() {
    let app = App::start().await;
    let (id, account) = invited(&app, &vendor_form("eve")).await;
    let read = stored(&app, id).await;
    let now = app.clock.now();
    let mut failed = read.to_value();
    failed.state = InviteState::Failed { failure: Failure::DetailsRefused };
    failed.updated_at = now;
    assert!(app.store.write(read.becomes(failed)).await.unwrap().is_done());
    let mut again = serde_json::to_value(vendor_form("eve")).unwrap();
    again["kind"] = json!("account");
    app.officer("kim").post("/api/invites", again).await.expect(202);
    app.clock.advance(DAY);
    app.sweep().await;
    assert_eq!(stored(&app, id).await.state_name(), "FAILED");
    assert_eq!(app.directory.made(), [(id, account)]);
}

#[tokio::test]
async fn a_directory_that_lost_everybody_at_once_is_doubted() {
    let app = App::start().await;
    let mut made = Vec::new();
    for n in 0..48 {
        made.push(invited(&app, &vendor_form(&format!("vendor{n:02}"))).await);
    }
    for (_, account) in &made {
        app.directory.set_status(account, AccountStatus::Gone);
    }
    app.clock.advance(DAY);
    app.sweep().await;
    let mut gone = 0;
    for (id, _) in &made {
        gone += usize::from(stored(&app, *id).await.state_name() == "ACCOUNT_GONE");
    }
    // Eight partitions of about six each: those with fewer are believed.
    assert!(gone < made.len() / 2, "{gone} of {}", made.len());
}

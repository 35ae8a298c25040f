//! SEED licences after the invite: requested, refused, withdrawn, assigned again with the account; and their device.

mod accounts;
mod devices;

use directory::AccountStatus;
use domain::{
    InviteId,
    invite::{Account, Event, Invite},
    licence::{SeedRequest, SeedState, SeedStep},
};
use futures::future::join_all;
use queue::{QueueName, Wake};
use serde_json::{Value, json};
use std::time::Duration;
use testing::{
    Call, DirectoryFault as Fault, SeedGroup,
    people::{self, officer_form, vendor_form},
};
use tests::{app::App, person::Answer};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);

fn named(name: &str) -> Account {
    Account { directory_id: name.to_owned() }
}

fn address(name: &str) -> String {
    format!("{name}@sample-board.gov.sg")
}

/// An account of an officer that this service did not create.
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

/// Creates an account for a form, with an invite of the officer Ada.
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

/// The two columns of the status page after some minutes.
async fn columns(app: &App, id: InviteId) -> (String, String) {
    app.clock.advance(2 * MINUTE);
    let shown = app.officer("ada").get(&format!("/api/invites/{id}")).await.expect(200).body;
    let label = |column: &str| shown[column]["label"].as_str().unwrap().to_owned();
    (label("techpass"), label("seed"))
}

fn both(techpass: &str, seed: &str) -> (String, String) {
    (techpass.to_owned(), seed.to_owned())
}

#[tokio::test]
async fn a_licence_is_withdrawn_from_a_disabled_account_once_the_directory_is_set_up() {
    let app = App::start().await;
    let account = elsewhere(&app, "bo");
    ask(&app, &account, &address("bo")).await.expect(202);
    let [wake @ Wake::SeedRequest { id }] = app.queues.drain(QueueName::Provision)[..] else { panic!() };
    let work = async || {
        let before = app.probe.calls().len();
        app.probe.run("provision-user", app.deliver(QueueName::Provision, wake)).await.unwrap();
        let read = app.probe.calls()[before..].iter().filter(|call| call.name == "table.get").count();
        assert_eq!(read, 1, "a step that is written is the last one");
        app.store.get::<SeedRequest>(&id).await.unwrap().unwrap()
    };
    let licensed = work().await;
    assert_eq!(licensed.seed, SeedState::LicenceAssigned);
    let disabled = licensed.to_value().account_seen(AccountStatus::Disabled, app.clock.now()).unwrap();
    assert!(app.store.write(licensed.becomes(disabled)).await.unwrap().is_done());
    app.directory.fail_next(Call::RemoveFromSeedGroup, Fault::Misconfigured);
    let postponed = work().await;
    assert_eq!(postponed.seed.step(app.clock.now()), SeedStep::Withdraw);
    assert_eq!(postponed.next_due(), app.clock.now() + 5 * MINUTE);
    let withdrawn = work().await;
    assert_eq!(withdrawn.seed.step(app.clock.now()), SeedStep::Nothing);
    assert!(app.directory.seed_group().is_empty());
}

#[tokio::test]
async fn a_request_leaves_a_tombstone_for_a_year() {
    let app = App::start().await;
    let account = elsewhere(&app, "bo");
    ask(&app, &account, &address("bo")).await.expect(202);
    app.drain().await;
    app.directory.set_status(&account, AccountStatus::Gone);
    app.pass_days(100).await;
    for (days, left) in [(350, 1), (30, 0)] {
        app.clock.advance(days * DAY);
        let items = app.table.dump(app.clock.now());
        assert_eq!(items.iter().filter(|item| item.contains("ended_seed_request")).count(), left, "{days}");
    }
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
    // After both accounts are enabled again, both have the licence that they asked for.
    for account in [&own_account, &invited_account] {
        app.directory.set_status(account, AccountStatus::SignedIn);
    }
    app.clock.advance(DAY);
    app.timers().await;
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
    app.timers().await;
    app.drain().await;
    assert_eq!(own(&app, &account, &address("bo")).await["state"], "LICENCE_ASSIGNED");
}

#[tokio::test]
async fn an_officer_who_may_not_ask_reads_what_to_do() {
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
        app.timers().await;
        app.drain().await;
        assert_eq!(columns(&app, id).await.1, "License Assigned");
        assert_eq!(own(&app, &account, &address("bo")).await["state"], "LICENCE_ASSIGNED");
    }
}

#[tokio::test]
async fn a_licence_that_is_asked_for_again_is_tried_at_once() {
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
                app.timers().await;
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
        app.timers().await;
        turn().await;
        assert_eq!(app.directory.seed_group().len(), 0, "{fault:?}");
        assert_eq!(columns(&app, id).await, both("Disabled", "Licence withdrawn"), "{fault:?}");
    }
}

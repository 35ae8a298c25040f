//! What lasts: locks, links, accounts and licences, over time, with other officers and with lost answers.

mod copies;
mod endings;
mod first_passwords;
mod mailbox_codes;
mod new_links;

use directory::AccountStatus;
use domain::{
    InviteId,
    invite::{Account, Invite},
    licence::{Device, DeviceState},
};
use serde_json::{Value, json};
use std::time::Duration;
use testing::{
    Call, DirectoryFault as Fault, SearchIndex,
    people::{self, officer_form, vendor_form},
};
use tests::{app::App, person::Answer};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);

fn address(name: &str) -> String {
    format!("{name}@sample-board.gov.sg")
}

async fn by_mail(app: &App, officer: &str, email: &str) -> String {
    let body = json!({"kind": "email", "email": email, "reason": "Joins the project"});
    let made = app.officer(officer).post("/api/invites", body).await.expect(202);
    app.drain().await;
    made.body["id"].as_str().unwrap().to_owned()
}

async fn for_account(app: &App, form: &domain::fields::Form) -> String {
    let mut body = serde_json::to_value(form).unwrap();
    body["kind"] = json!("account");
    let made = app.officer("ada").post("/api/invites", body).await.expect(202);
    made.body["id"].as_str().unwrap().to_owned()
}

async fn stored(app: &App, id: &str) -> store::Stored<Invite> {
    app.store.get::<Invite>(&InviteId::parse(id).unwrap()).await.unwrap().unwrap()
}

async fn act(app: &App, id: &str, verb: &str) -> Answer {
    app.officer("ada").post(&format!("/api/invites/{id}/{verb}"), json!({})).await
}

async fn failure(app: &App, id: &str) -> Value {
    app.officer("ada").get(&format!("/api/invites/{id}")).await.body["techpass"]["failure"]["code"].clone()
}

async fn accept(app: &App, name: &str) {
    let to = address(name);
    let body = json!({"token": app.token_of(&to), "firstName": "Bo", "lastName": "Lim", "countryCode": "65",
        "contactNumber": "91234567", "organisation": "Sample Board"});
    app.accept(&to, body).await.expect(202);
    app.drain().await;
}

async fn first_password(app: &App, token: &str) -> Answer {
    let asked = app.anyone().json("POST", "/api/invitations/first-password", &[], json!({"token": token})).await;
    app.drain().await;
    asked
}

#[tokio::test]
async fn an_amendment_leaves_a_lock_alone_that_is_another_officers_by_now() {
    let app = App::start().await;
    let id = by_mail(&app, "ada", &address("quill")).await;
    act(&app, &id, "revoke").await.expect(200);
    by_mail(&app, "bo", &address("quill")).await;
    let read = app.officer("ada").get(&format!("/api/invites/{id}")).await;
    let etag = read.headers["etag"].to_str().unwrap().to_owned();
    let free = json!({"kind": "email", "email": address("zara"), "reason": "Joins the project"});
    let path = format!("/api/invites/{id}");
    app.officer("ada").json("PATCH", &path, &[("if-match", &etag)], free).await.expect(202);
    app.drain().await;
    assert_eq!(app.mails_to(&address("zara")).len(), 1);
    let body = json!({"kind": "email", "email": address("quill"), "reason": "Joins"});
    assert_eq!(app.officer("ada").post("/api/invites", body).await.status, 409, "Bo's lock is still there");
}

#[tokio::test]
async fn the_directory_is_asked_before_an_invitation_is_sent_again() {
    let app = App::start().await;
    let id = by_mail(&app, "ada", &address("bo")).await;
    app.pass_days(31).await;
    let sent = app.mails_to(&address("bo")).len();
    app.directory.add_foreign_account("bo-elsewhere", &people::email(&address("bo")));
    act(&app, &id, "resend").await.expect(202);
    act(&app, &id, "resend").await.expect(202);
    app.drain().await;
    assert_eq!(failure(&app, &id).await, "account.exists");
    assert_eq!(app.mails_to(&address("bo")).len(), sent);
}

#[tokio::test]
async fn the_directory_is_asked_before_anybody_is_reminded() {
    let app = App::start().await;
    let id = by_mail(&app, "ada", &address("bo")).await;
    let other = by_mail(&app, "ada", &address("cleo")).await;
    app.pass_days(20).await;
    app.directory.add_foreign_account("bo-elsewhere", &people::email(&address("bo")));
    app.pass_days(8).await;
    assert_eq!(failure(&app, &id).await, "account.exists");
    assert_eq!(app.mails_to(&address("bo")).len(), 1, "no reminder of what cannot be accepted");
    assert_eq!(stored(&app, &other).await.state_name(), "INVITED");
    assert!(app.mails_to(&address("cleo")).len() > 1);
}

#[tokio::test]
async fn the_directory_is_asked_again_after_a_mail_has_waited() {
    let app = App::start().await;
    app.store.stop_mail().await.unwrap();
    let invited = by_mail(&app, "ada", &address("bo")).await;
    let deleted = for_account(&app, &officer_form("cleo")).await;
    for_account(&app, &officer_form("dot")).await;
    app.drain().await;
    app.directory.add_foreign_account("bo-elsewhere", &people::email(&address("bo")));
    app.directory.set_status(stored(&app, &deleted).await.account().unwrap(), AccountStatus::Gone);
    app.clock.advance(60 * MINUTE);
    let searches = app.directory.calls(Call::FindByEmail);
    app.timers().await;
    app.drain().await;
    assert_eq!(app.directory.calls(Call::FindByEmail), searches, "nobody is asked while nothing may leave");
    app.store.start_mail().await.unwrap();
    app.clock.advance(5 * MINUTE);
    app.timers().await;
    app.drain().await;
    assert_eq!(failure(&app, &invited).await, "account.exists");
    assert_eq!(stored(&app, &deleted).await.state_name(), "ACCOUNT_GONE");
    let mails = ["bo", "cleo", "dot"].map(|name| app.mails_to(&address(name)).len());
    assert_eq!(mails, [0, 0, 1], "mailed is who is invited, and about what is there");
}

#[tokio::test]
async fn an_account_is_looked_for_before_it_is_mailed_about_again() {
    let app = App::start().await;
    let forms = ["bo", "cleo", "dot"].map(officer_form);
    let mut ids = Vec::new();
    for form in &forms {
        ids.push(for_account(&app, form).await);
    }
    app.drain().await;
    let gone = stored(&app, &ids[0]).await.account().unwrap().clone();
    let signed_in = stored(&app, &ids[1]).await.account().unwrap().clone();
    app.directory.set_status(&gone, AccountStatus::Gone);
    app.directory.set_status(&signed_in, AccountStatus::SignedIn);
    app.clock.advance(DAY);
    for id in &ids {
        act(&app, id, "resend").await.expect(202);
    }
    app.drain().await;
    let mut states = Vec::new();
    for id in &ids {
        states.push(stored(&app, id).await.state_name());
    }
    assert_eq!(states, ["ACCOUNT_GONE", "ONBOARDED", "ACCOUNT_CREATED"]);
    assert_eq!(forms.map(|form| app.mails_to(&form.email).len()), [1, 1, 2]);
}

#[tokio::test]
async fn an_account_of_which_nobody_knows_is_not_left_alone() {
    let app = App::start().await;
    let id = for_account(&app, &officer_form("bo")).await;
    app.directory.set_search_index(SearchIndex::Lagging);
    app.directory.fail_next(Call::CreateAccount, Fault::AfterEffect);
    app.drain().await;
    app.directory.fail_next(Call::CreateAccount, Fault::Throttle);
    app.clock.advance(2 * MINUTE);
    app.timers().await;
    app.drain().await;
    assert_eq!(act(&app, &id, "revoke").await.problem(), "state-conflict", "there may be an account");
    for _ in 0..5 {
        app.clock.advance(2 * MINUTE);
        app.timers().await;
        app.drain().await;
    }
    assert_eq!(stored(&app, &id).await.state_name(), "ACCOUNT_CREATED");
    assert_eq!((app.mails_to(&address("bo")).len(), app.directory.made().len()), (1, 1));
}

#[tokio::test]
async fn details_that_are_refused_after_a_lost_answer_do_not_hide_the_account() {
    let app = App::start().await;
    let id = for_account(&app, &officer_form("bo")).await;
    app.directory.set_search_index(SearchIndex::Lagging);
    app.directory.fail_next(Call::CreateAccount, Fault::AfterEffect);
    app.drain().await;
    app.directory.fail_next(Call::CreateAccount, Fault::RefuseDetails);
    for _ in 0..3 {
        app.clock.advance(2 * MINUTE);
        app.timers().await;
        app.drain().await;
    }
    assert_eq!(stored(&app, &id).await.state_name(), "ACCOUNT_CREATED");
}

#[tokio::test]
async fn a_plus_tag_makes_no_second_account() {
    let app = App::start().await;
    app.directory.add_foreign_account("bo-elsewhere", &people::email("bo+one@vendor.example.com"));
    // The pool's own check knows no plus-tags. The daily audit notes the mailbox, and then it is searched first.
    app.pass_days(1).await;
    for tag in ["", "+two", "+one"] {
        let form = domain::fields::Form { email: format!("bo{tag}@vendor.example.com"), ..vendor_form("bo") };
        let id = for_account(&app, &form).await;
        app.drain().await;
        assert_eq!(failure(&app, &id).await, "account.exists", "{tag}");
    }
    assert!(app.directory.made().is_empty());
    app.directory.add_foreign_account("cleo-elsewhere", &people::email("cleo+one@sample-board.gov.sg"));
    let id = by_mail(&app, "ada", &address("cleo")).await;
    assert_eq!(failure(&app, &id).await, "account.exists", "nor an invitation");
    assert!(app.outbox.sent().is_empty());
    let id = for_account(&app, &vendor_form("bob")).await;
    app.drain().await;
    assert_eq!(stored(&app, &id).await.state_name(), "ACCOUNT_CREATED", "another mailbox");
}

#[tokio::test]
async fn a_licence_is_withdrawn_after_its_invite_or_request_is_no_longer_kept() {
    let app = App::start().await;
    for_account(&app, &vendor_form("ann")).await;
    let elsewhere = Account { directory_id: "kim".to_owned() };
    app.directory.add_foreign_account("kim", &people::email(&address("kim")));
    app.holder(&elsewhere, &address("kim")).json("POST", "/api/seed-requests", &[], json!({})).await.expect(202);
    app.drain().await;
    assert_eq!(app.directory.seed_group().len(), 2);
    app.pass_days(95).await;
    let left = app.table.dump(app.clock.now()).join("\n").to_lowercase();
    assert!(!left.contains("kim") && !left.contains("ann@"), "nobody is named any more: {left}");
    assert_eq!(app.directory.seed_group().len(), 2, "they keep what they use");
    for name in ["ann", "kim"] {
        app.directory.set_status(&Account { directory_id: name.to_owned() }, AccountStatus::Disabled);
    }
    app.pass_days(2).await;
    assert!(app.directory.seed_group().is_empty(), "{:?}", app.directory.seed_group());
}

#[tokio::test]
async fn nobody_is_named_after_the_last_period_whatever_they_did() {
    let app = App::start().await;
    let id = by_mail(&app, "ada", &address("zara")).await;
    accept(&app, "zara").await;
    first_password(&app, &app.token_of(&address("zara"))).await.expect(202);
    let vendor = for_account(&app, &vendor_form("zarathustra")).await;
    let paused = stored(&app, &vendor).await;
    let next = paused.to_value().needs_attention(app.clock.now()).unwrap();
    let _ = app.store.write(paused.becomes(next)).await.unwrap();
    let own = Account { directory_id: "Zara.Elsewhere".to_owned() };
    app.directory.add_foreign_account("Zara.Elsewhere", &people::email(&address("zara.elsewhere")));
    app.holder(&own, &address("zara.elsewhere")).json("POST", "/api/seed-requests", &[], json!({})).await.expect(202);
    app.drain().await;
    assert_eq!(stored(&app, &id).await.state_name(), "ACCOUNT_CREATED");
    app.pass_days(95).await;
    let named: Vec<String> = app.table.dump(app.clock.now());
    let named: Vec<&String> = named.iter().filter(|item| item.to_lowercase().contains("zara")).collect();
    assert!(named.is_empty(), "{named:?}");
}

#[tokio::test]
async fn a_device_is_heard_of_while_work_on_its_invite_is_paused() {
    let app = App::start().await;
    let id = for_account(&app, &vendor_form("ann")).await;
    app.store.stop_mail().await.unwrap();
    app.drain().await;
    let read = stored(&app, &id).await;
    let account = read.account().unwrap().clone();
    let paused = read.to_value().needs_attention(app.clock.now()).unwrap();
    let _ = app.store.write(read.becomes(paused)).await.unwrap();
    app.pass_days(3).await;
    let Some(store::AccountOwner::Invite(owner)) = app.store.find_owner(&account).await.unwrap() else {
        panic!("the audit took the account away");
    };
    let told = owner
        .to_value()
        .device_told(Device { state: DeviceState::Enrolled, at: app.clock.now() }, app.clock.now())
        .unwrap();
    assert_eq!(told.seed_status().label(), "Fully Onboarded");
    let asked = app.holder(&account, "ann@vendor.example.com").json("POST", "/api/seed-requests", &[], json!({})).await;
    assert_ne!(asked.status, 500);
    assert_eq!(app.store.find_seed_requests(std::slice::from_ref(&account)).await.unwrap(), [], "one licence record");
}

/// A question about one account makes it an active user of the month.
#[tokio::test]
async fn nobody_who_did_nothing_is_asked_about_and_news_are_recorded_all_the_same() {
    let app = App::start().await;
    let mut ids = Vec::new();
    for name in ["ann", "ben", "cat", "dan", "eve"] {
        ids.push(for_account(&app, &vendor_form(name)).await);
    }
    app.drain().await;
    app.pass_days(30).await;
    assert_eq!(app.directory.calls(Call::AccountStatus), 0);
    let account = |name: &str| Account { directory_id: name.to_owned() };
    app.directory.set_status(&account("ann"), AccountStatus::SignedIn);
    app.directory.set_status(&account("ben"), AccountStatus::Disabled);
    app.directory.set_status(&account("cat"), AccountStatus::Gone);
    app.pass_days(1).await;
    let mut states = Vec::new();
    for id in &ids {
        states.push(stored(&app, id).await.state_name());
    }
    assert_eq!(states, ["ONBOARDED", "DISABLED", "ACCOUNT_GONE", "ACCOUNT_CREATED", "ACCOUNT_CREATED"]);
    assert_eq!(app.directory.calls(Call::AccountStatus), 1, "only the one that was not listed");
    // A page does not ask about an account of which nothing was new for a month.
    app.officer("ada").get(&format!("/api/invites/{}", ids[3])).await.expect(200);
    assert_eq!(app.directory.calls(Call::AccountStatus), 1);
}

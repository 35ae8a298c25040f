//! What outlives a moment: locks, links, accounts and licences, over time, other officers and answers that were lost.

use std::time::Duration;

use directory::AccountStatus;
use domain::{
    BatchId, InviteId,
    invite::{Account, Invite},
    licence::{Device, DeviceState},
    mail::{MailEvent, MailKind},
};
use queue::{QueueName, Wake};
use serde_json::{Value, json};
use store::settings::MailSwitch::{Running, Stopped};
use testing::{Call, DirectoryFault as Fault, MailFault, SearchIndex, probe::Fault as Broken};
use tests::{
    app::{Answer, App},
    lists::{batch, paste},
    people::{self, officer_form, vendor_form},
};

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

async fn accept(app: &App, token: &str) {
    let body = json!({"token": token, "firstName": "Bo", "lastName": "Lim", "countryCode": "65",
        "contactNumber": "91234567", "organisation": "Sample Board"});
    app.anyone().json("POST", "/api/invitations/accept", &[], body).await.expect(202);
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
async fn the_link_of_the_account_mail_works_for_as_long_as_it_says() {
    let app = App::start().await;
    by_mail(&app, "ada", &address("bo")).await;
    app.clock.advance(29 * DAY);
    accept(&app, &app.token_of(&address("bo"))).await;
    let mails = app.mails_to(&address("bo"));
    assert!(mails.last().unwrap().letter.text.contains("30 days"), "{}", mails.last().unwrap().letter.text);
    link_works_for_thirty_days(&app, &address("bo")).await;
}

/// That the link of the latest mail works on its 29th day and no longer on its 31st.
async fn link_works_for_thirty_days(app: &App, email: &str) {
    let token = app.token_of(email);
    app.clock.advance(29 * DAY);
    first_password(app, &token).await.expect(202);
    app.clock.advance(2 * DAY);
    assert_eq!(first_password(app, &token).await.problem(), "invitation-not-valid");
}

#[tokio::test]
async fn an_invitation_that_was_mailed_late_has_a_link_until_it_ends() {
    let app = App::start().await;
    app.store.set_mail_switch(Stopped).await.unwrap();
    let id = by_mail(&app, "ada", &address("bo")).await;
    app.pass_days(40).await;
    assert!(app.mails_to(&address("bo")).is_empty());
    app.store.set_mail_switch(Running).await.unwrap();
    app.pass_days(1).await;
    assert_eq!(stored(&app, &id).await.state_name(), "INVITED");
    app.clock.advance(28 * DAY);
    accept(&app, &app.token_of(&address("bo"))).await;
    assert_eq!(stored(&app, &id).await.state_name(), "ACCOUNT_CREATED");
}

/// Loses the answer about the mail to `email` in this way, and lets 15 minutes pass, so that a copy is due; then stops
/// mail.
async fn copy_is_stopped(app: &App, email: &str, lost: MailFault) -> String {
    app.outbox.fail_next(lost);
    let id = match email.split_once('@') {
        Some((name, "vendor.example.com")) => for_account(app, &vendor_form(name)).await,
        _ => by_mail(app, "ada", email).await,
    };
    app.drain().await;
    app.store.set_mail_switch(Stopped).await.unwrap();
    app.clock.advance(16 * MINUTE);
    // Other mails are heard of, so the silence about this one means something.
    let _ = app.store.note_mail_event(app.clock.now()).await.unwrap();
    app.sweep().await;
    app.drain().await;
    assert_eq!(stored(app, &id).await.mail.as_ref().unwrap().state_name(), "QUEUED", "{email}: its copy is due");
    id
}

#[tokio::test]
async fn a_copy_of_the_account_mail_that_waited_has_a_link_for_as_long_as_it_says() {
    for (lost, copies) in [(MailFault::BeforeEffect, 1), (MailFault::AfterEffect, 2)] {
        for days in [10, 40] {
            let app = App::start().await;
            let email = "ann@vendor.example.com";
            copy_is_stopped(&app, email, lost).await;
            app.pass_days(days).await;
            app.store.set_mail_switch(Running).await.unwrap();
            app.pass_days(1).await;
            let mails = app.mails_to(email);
            assert_eq!(mails.len(), copies, "{lost:?}, {days} days");
            assert!(mails.iter().all(|mail| mail.letter.text.contains("30 days")), "{lost:?}, {days} days");
            assert!(mails.iter().all(|mail| mail.letter == mails[0].letter), "the same link: {lost:?}, {days} days");
            link_works_for_thirty_days(&app, email).await;
        }
    }
}

#[tokio::test]
async fn a_copy_of_an_invitation_that_waited_names_a_date_that_holds() {
    for (lost, days) in [(MailFault::BeforeEffect, 10), (MailFault::AfterEffect, 10), (MailFault::BeforeEffect, 40)] {
        let app = App::start().await;
        let email = address("bo");
        let id = copy_is_stopped(&app, &email, lost).await;
        app.pass_days(days).await;
        app.store.set_mail_switch(Running).await.unwrap();
        app.pass_days(1).await;
        let sent_at = app.clock.now();
        let invite = stored(&app, &id).await;
        assert_eq!(invite.state_name(), "INVITED", "{lost:?}, {days} days");
        assert!(invite.promised_until() > sent_at + 29 * DAY, "{lost:?}, {days} days");
        let copy = app.mails_to(&email).pop().unwrap().letter.text;
        assert!(copy.contains(&invite.promised_until().singapore_date()), "{copy}");
        app.clock.advance(28 * DAY);
        accept(&app, &app.token_of(&email)).await;
        assert_eq!(stored(&app, &id).await.state_name(), "ACCOUNT_CREATED", "{lost:?}, {days} days");
    }
}

#[tokio::test]
async fn a_copy_that_follows_soon_is_the_same_letter_on_the_next_day_too() {
    let app = App::start().await;
    let now = app.clock.now();
    app.clock.advance(now.next_singapore_day().since(now) - MINUTE);
    let id = copy_is_stopped(&app, &address("bo"), MailFault::AfterEffect).await;
    app.store.set_mail_switch(Running).await.unwrap();
    app.clock.advance(3 * MINUTE);
    app.sweep().await;
    app.drain().await;
    let mails = app.mails_to(&address("bo"));
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0].letter, mails[1].letter, "it names the same date");
    let until = stored(&app, &id).await.promised_until();
    assert!(mails[1].letter.text.contains(&until.singapore_date()), "and that date holds");
}

#[tokio::test]
async fn an_invitation_that_expires_behind_the_emergency_stop_can_be_sent_again() {
    let app = App::start().await;
    let id = by_mail(&app, "ada", &address("bo")).await;
    app.clock.advance(22 * DAY);
    app.store.set_mail_switch(Stopped).await.unwrap();
    app.pass_days(10).await;
    assert_eq!(stored(&app, &id).await.state_name(), "EXPIRED");
    app.store.set_mail_switch(Running).await.unwrap();
    app.pass_days(1).await;
    let sent = app.mails_to(&address("bo")).len();
    assert_eq!(sent, 1, "no reminder of what has expired");
    act(&app, &id, "resend").await.expect(202);
    app.drain().await;
    assert_eq!(app.mails_to(&address("bo")).len(), sent + 1);
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
    app.store.set_mail_switch(Stopped).await.unwrap();
    let invited = by_mail(&app, "ada", &address("bo")).await;
    let deleted = for_account(&app, &officer_form("cleo")).await;
    for_account(&app, &officer_form("dot")).await;
    app.drain().await;
    app.directory.add_foreign_account("bo-elsewhere", &people::email(&address("bo")));
    app.directory.set_status(stored(&app, &deleted).await.account().unwrap(), AccountStatus::Gone);
    app.clock.advance(60 * MINUTE);
    let searches = app.directory.calls(Call::FindByEmail);
    app.sweep().await;
    app.drain().await;
    assert_eq!(app.directory.calls(Call::FindByEmail), searches, "nobody is asked while nothing may leave");
    app.store.set_mail_switch(Running).await.unwrap();
    app.clock.advance(5 * MINUTE);
    app.sweep().await;
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
    app.sweep().await;
    app.drain().await;
    assert_eq!(act(&app, &id, "revoke").await.problem(), "state-conflict", "there may be an account");
    for _ in 0..5 {
        app.clock.advance(2 * MINUTE);
        app.sweep().await;
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
        app.sweep().await;
        app.drain().await;
    }
    assert_eq!(stored(&app, &id).await.state_name(), "ACCOUNT_CREATED");
}

#[tokio::test]
async fn a_plus_tag_makes_no_second_account() {
    let app = App::start().await;
    app.directory.add_foreign_account("bo-elsewhere", &people::email("bo+one@vendor.example.com"));
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
    accept(&app, &app.token_of(&address("zara"))).await;
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
    app.store.set_mail_switch(Stopped).await.unwrap();
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

#[tokio::test]
async fn first_passwords_obey_the_stop_the_mailboxs_share_and_suppressions() {
    let app = App::start().await;
    let id = for_account(&app, &officer_form("bo")).await;
    app.drain().await;
    let account = stored(&app, &id).await.account().unwrap().clone();
    let token = app.token_of(&address("bo"));
    let sent = || app.directory.first_passwords(&account);
    app.store.set_mail_switch(Stopped).await.unwrap();
    first_password(&app, &token).await.expect(202);
    assert_eq!(sent(), 0, "the emergency stop");
    app.store.set_mail_switch(Running).await.unwrap();
    app.clock.advance(3 * MINUTE);
    app.sweep().await;
    app.drain().await;
    assert_eq!(sent(), 1);
    // The pauses grow, and the mailbox has room for three mails a day, the account's own among them.
    app.clock.advance(MINUTE);
    first_password(&app, &token).await.expect(202);
    assert_eq!(sent(), 2);
    app.clock.advance(MINUTE);
    assert_eq!(first_password(&app, &token).await.problem(), "too-many-requests");
    app.clock.advance(10 * MINUTE);
    first_password(&app, &token).await.expect(202);
    assert_eq!(sent(), 2, "the mailbox was sent its share");
    app.pass_days(1).await;
    assert_eq!(sent(), 3, "and has room again");
    let key = stored(&app, &id).await.into_value().address_key;
    let mailbox = app.store.find_mailbox(&key).await.unwrap();
    let now = app.clock.now();
    let suppressed = mailbox.to_value().suppress(domain::mail::SuppressionReason::Bounced, now, now).unwrap();
    let _ = app.store.write(mailbox.becomes(suppressed)).await.unwrap();
    app.clock.advance(2 * DAY);
    assert_eq!(first_password(&app, &token).await.problem(), "state-conflict");
    assert_eq!(sent(), 3, "nothing is sent to a suppressed mailbox");
}

#[tokio::test]
async fn a_first_password_whose_answer_was_lost_is_not_called_sent() {
    let app = App::start().await;
    let id = for_account(&app, &officer_form("bo")).await;
    app.drain().await;
    let token = app.token_of(&address("bo"));
    app.directory.fail_next(Call::MailFirstPassword, Fault::BeforeEffect);
    let asked = first_password(&app, &token).await.expect(202);
    assert_eq!(asked.body["firstPassword"]["state"], "requested");
    let shown = app.anyone().json("POST", "/api/invitations/view", &[], json!({"token": token})).await.expect(200);
    assert_eq!(shown.body["firstPassword"]["state"], "unknown");
    app.clock.advance(MINUTE);
    first_password(&app, &token).await.expect(202);
    assert_eq!(app.directory.first_passwords(stored(&app, &id).await.account().unwrap()), 1);
}

/// An account whose holder has asked for a first password, which nobody has worked on yet; and their link's token.
async fn asked_for_password(app: &App) -> (InviteId, Account, String) {
    let id = for_account(app, &officer_form("bo")).await;
    app.drain().await;
    let token = app.token_of(&address("bo"));
    app.anyone().json("POST", "/api/invitations/first-password", &[], json!({"token": token})).await.expect(202);
    let _ = app.queues.drain(QueueName::Provision);
    let account = stored(app, &id).await.account().unwrap().clone();
    (InviteId::parse(&id).unwrap(), account, token)
}

/// What the page says of the first password.
async fn password_state(app: &App, token: &str) -> Value {
    let shown = app.anyone().json("POST", "/api/invitations/view", &[], json!({"token": token})).await.expect(200);
    shown.body["firstPassword"]["state"].clone()
}

#[tokio::test]
async fn the_page_says_that_a_first_password_waits_and_until_when() {
    let app = App::start().await;
    let id = for_account(&app, &officer_form("bo")).await;
    app.drain().await;
    let token = app.token_of(&address("bo"));
    let page = async || {
        let shown = app.anyone().json("POST", "/api/invitations/view", &[], json!({"token": token})).await;
        shown.expect(200).body["firstPassword"].clone()
    };
    app.store.set_mail_switch(Stopped).await.unwrap();
    let asked = first_password(&app, &token).await.expect(202).body["firstPassword"].clone();
    for shown in [asked, page().await] {
        assert_eq!((&shown["state"], &shown["waitingUntil"]), (&json!("held"), &Value::Null), "nobody knows: {shown}");
    }
    app.store.set_mail_switch(Running).await.unwrap();
    assert_eq!(page().await["state"], "requested", "it leaves within minutes");
    app.clock.advance(3 * MINUTE);
    app.sweep().await;
    app.drain().await;
    // The mail about the account and two passwords are what a mailbox is sent in a day.
    let mut asked = Value::Null;
    for pause in [MINUTE, 11 * MINUTE] {
        assert_eq!(page().await["state"], "sent");
        app.clock.advance(pause);
        asked = first_password(&app, &token).await.expect(202).body["firstPassword"].clone();
    }
    let account = stored(&app, &id).await.account().unwrap().clone();
    assert_eq!(app.directory.first_passwords(&account), 2);
    let until = app.store.find_mailbox(&stored(&app, &id).await.address_key).await.unwrap();
    let until = until.full_until(app.clock.now()).unwrap();
    for shown in [asked, page().await] {
        assert_eq!((&shown["state"], &shown["waitingUntil"]), (&json!("held"), &json!(until.to_string())), "{shown}");
    }
    app.clock.advance(until.since(app.clock.now()));
    app.sweep().await;
    app.drain().await;
    assert_eq!((app.directory.first_passwords(&account), page().await["state"].clone()), (3, json!("sent")));
}

/// More calls than a worker makes for a first password.
const CALLS_OF_A_PASSWORD: usize = 9;

#[tokio::test]
async fn a_first_password_is_recorded_whoever_writes_its_invite_meanwhile() {
    for fault in [None, Some(Fault::Throttle)] {
        for place in 0..CALLS_OF_A_PASSWORD {
            let app = App::start().await;
            let (id, account, token) = asked_for_password(&app).await;
            fault.into_iter().for_each(|fault| app.directory.fail_next(Call::MailFirstPassword, fault));
            app.probe.interrupt(app.probe.calls().len() + place);
            // SES says that the mail about the account has arrived.
            let meanwhile = async || {
                let read = app.store.get::<Invite>(&id).await.unwrap().unwrap();
                let (invite, now) = (read.to_value(), app.clock.now());
                let told = invite.observe_mail(MailKind::AccountCreated, 1, MailEvent::Delivered, "m", now).unwrap();
                assert!(app.store.write(read.becomes(told)).await.unwrap().is_done());
            };
            let work = app.deliver(QueueName::Provision, Wake::Invite { id });
            app.probe.run_interrupted("provision-user", work, meanwhile).await.unwrap();
            let (sent, state) = if fault.is_none() { (1, "sent") } else { (0, "requested") };
            assert_eq!(app.directory.first_passwords(&account), sent, "{fault:?}, before call {place}");
            assert_eq!(password_state(&app, &token).await, state, "{fault:?}, before call {place}");
            app.clock.advance(5 * MINUTE);
            app.sweep().await;
            app.drain().await;
            assert_eq!(app.directory.first_passwords(&account), 1, "{fault:?}, before call {place}");
            assert_eq!(password_state(&app, &token).await, "sent", "{fault:?}, before call {place}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_first_password_is_recorded_although_the_table_is_away_for_a_moment() {
    for place in 0..CALLS_OF_A_PASSWORD {
        let app = App::start().await;
        let (id, account, token) = asked_for_password(&app).await;
        app.probe.break_call(app.probe.calls().len() + place, Broken::Throttled);
        let work = app.deliver(QueueName::Provision, Wake::Invite { id });
        app.probe.run("provision-user", work).await.unwrap();
        // Whatever came before the claim is begun anew; what the directory refused is tried later.
        for _ in 0..5 {
            app.clock.advance(2 * MINUTE);
            app.sweep().await;
            app.drain().await;
        }
        assert_eq!(app.directory.first_passwords(&account), 1, "call {place}");
        assert_eq!(password_state(&app, &token).await, "sent", "call {place}");
    }
}

#[tokio::test]
async fn a_first_password_that_nobody_recorded_is_unknown_and_asked_for_again() {
    let app = App::start().await;
    let (id, account, token) = asked_for_password(&app).await;
    // Its worker ends between its claim and the directory's answer.
    let read = app.store.get::<Invite>(&id).await.unwrap().unwrap();
    let claimed = read.to_value().claim_first_password(app.clock.now()).unwrap();
    assert!(app.store.write(read.becomes(claimed)).await.unwrap().is_done());
    assert_eq!(password_state(&app, &token).await, "requested");
    app.clock.advance(MINUTE);
    app.sweep().await;
    app.drain().await;
    assert_eq!(password_state(&app, &token).await, "unknown");
    app.pass_days(1).await;
    assert_eq!(app.directory.first_passwords(&account), 0, "it is never sent by itself");
    first_password(&app, &token).await.expect(202);
    assert_eq!((app.directory.first_passwords(&account), password_state(&app, &token).await), (1, json!("sent")));
}

#[tokio::test]
async fn amending_many_mails_nobody_twice_a_day() {
    let app = App::start().await;
    let id = by_mail(&app, "ada", &address("bo")).await;
    act(&app, &id, "revoke").await.expect(200);
    let amend = json!({"action": "amend", "ids": [id], "set": {"reason": "Another project"}});
    let done = app.officer("ada").post("/api/invites/actions", amend.clone()).await.expect(202).body;
    assert_eq!(done["outcomes"][0]["reason"], "too-many-requests", "{done}");
    app.drain().await;
    assert_eq!(app.mails_to(&address("bo")).len(), 1);
    app.clock.advance(DAY);
    app.officer("ada").post("/api/invites/actions", amend).await.expect(202);
    app.drain().await;
    assert_eq!(app.mails_to(&address("bo")).len(), 2);
}

#[tokio::test]
async fn a_batch_ends_although_nobody_knows_of_one_of_its_mails() {
    let app = App::start().await;
    let rows: Vec<Value> = ["ann", "bo"].iter().map(|name| serde_json::to_value(vendor_form(name)).unwrap()).collect();
    let made = app.officer("ada").post("/api/batches", json!({"rows": rows})).await;
    let id = made.body["batchId"].as_str().or(made.body["id"].as_str()).unwrap().to_owned();
    let batch = app.officer("ada").get(&format!("/api/batches/{id}")).await;
    let etag = batch.headers["etag"].to_str().unwrap().to_owned();
    let submit = format!("/api/batches/{id}/submit");
    let headers = [("if-match", etag.as_str()), ("idempotency-key", "k")];
    app.officer("ada").json("POST", &submit, &headers, json!({})).await.expect(202);
    // Every answer about the first mails is lost, and no event comes.
    for _ in 0..3 * 24 * 3 {
        app.outbox.fail_next(MailFault::AfterEffect);
        app.clock.advance(20 * MINUTE);
        app.sweep().await;
        for queue in QueueName::ALL {
            for wake in app.queues.drain(queue) {
                app.deliver(queue, wake).await;
            }
        }
    }
    app.drain().await;
    let shown = app.officer("ada").get(&format!("/api/batches/{id}")).await.expect(200).body;
    assert_eq!(shown["state"], "DONE", "{shown}");
}

/// A list of two vendors, submitted.
async fn submitted(app: &App) -> String {
    let ada = app.officer("ada");
    let id = paste(&ada, &[vendor_form("ann"), vendor_form("bo")]).await;
    let etag = app.officer("ada").get(&format!("/api/batches/{id}")).await.headers["etag"].to_str().unwrap().to_owned();
    let headers = [("if-match", etag.as_str()), ("idempotency-key", "k")];
    ada.json("POST", &format!("/api/batches/{id}/submit"), &headers, json!({})).await.expect(202);
    id
}

/// A minute of work: a sweep, and every message of these queues.
async fn minute(app: &App, queues: &[QueueName]) {
    app.clock.advance(MINUTE);
    app.sweep().await;
    for queue in queues {
        for wake in app.queues.drain(*queue) {
            app.deliver(*queue, wake).await;
        }
    }
}

#[tokio::test]
async fn a_batch_with_an_open_invite_is_checked_ever_less_often() {
    let app = App::start().await;
    app.store.set_mail_switch(Stopped).await.unwrap();
    let id = submitted(&app).await;
    for _ in 0..8 * 60 {
        minute(&app, &QueueName::ALL).await;
    }
    let batch = app.store.get::<domain::batch::Batch>(&BatchId::parse(&id).unwrap()).await.unwrap().unwrap();
    assert_eq!(batch.state_name(), "DISPATCHED");
    assert!(batch.version() < 150, "written {} times in eight hours", batch.version());
}

#[tokio::test]
async fn a_batch_is_reported_although_its_invites_stay_open() {
    let app = App::start().await;
    let id = submitted(&app).await;
    for _ in 0..31 * 24 {
        app.clock.advance(59 * MINUTE);
        minute(&app, &[QueueName::Dispatch, QueueName::Mail]).await;
        minute(&app, &[QueueName::Dispatch, QueueName::Mail]).await;
    }
    assert_eq!(batch(&app.officer("ada"), &id).await["state"], "DONE");
    let reports = app.mails_to(people::officer("ada").email.as_str());
    assert_eq!(reports.len(), 1);
    let text = &reports[0].letter.text;
    assert!(text.contains("Still waiting for an account, or for the mail about it: 2\n"), "{text}");
}

#[derive(Clone, Copy, Debug)]
enum Endless {
    Stop,
    Outage,
    Directory,
}

#[tokio::test]
async fn everything_ends_however_long_mail_or_the_directory_is_away() {
    for endless in [Endless::Stop, Endless::Outage, Endless::Directory] {
        let app = App::start().await;
        match endless {
            Endless::Stop => app.store.set_mail_switch(Stopped).await.unwrap(),
            Endless::Outage => (0..100_000).for_each(|_| app.outbox.fail_next(MailFault::Misconfigured)),
            Endless::Directory => {
                (0..100_000).for_each(|_| app.directory.fail_next(Call::CreateAccount, Fault::Throttle));
                (0..100_000).for_each(|_| app.directory.fail_next(Call::FindByEmail, Fault::Throttle));
            }
        }
        let list = submitted(&app).await;
        let invited = by_mail(&app, "ada", &address("zara")).await;
        let account = for_account(&app, &vendor_form("zarathustra")).await;
        app.pass_days(91).await;
        let states = [&invited, &account].map(|id| InviteId::parse(id).unwrap());
        let states = app.store.get_many::<Invite>(&states).await.unwrap();
        let states: Vec<&str> = states.iter().map(|invite| invite.state_name()).collect();
        assert!(states.iter().all(|state| *state == "EXPIRED"), "{endless:?}: {states:?}");
        app.pass_days(95).await;
        assert!(
            app.store.get::<domain::batch::Batch>(&BatchId::parse(&list).unwrap()).await.unwrap().is_none(),
            "{endless:?}"
        );
        let named: Vec<String> = app.table.dump(app.clock.now());
        let is_named = |item: &&String| ["zara", "ann@", "bo@"].iter().any(|name| item.to_lowercase().contains(name));
        let named: Vec<&String> = named.iter().filter(is_named).collect();
        assert!(named.is_empty(), "{endless:?}: {named:?}");
    }
}

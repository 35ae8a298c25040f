//! First passwords that wait, are lost, or are requested again.

use domain::{
    InviteId,
    invite::{Account, Invite},
    mail::{MailEvent, MailKind},
};
use queue::{QueueName, Wake};
use serde_json::{Value, json};
use testing::{Call, DirectoryFault as Fault, people::officer_form, probe::Fault as Broken};
use tests::app::App;

use super::{DAY, MINUTE, address, first_password, for_account, stored};

#[tokio::test]
async fn first_passwords_obey_the_stop_the_mailboxs_share_and_suppressions() {
    let app = App::start().await;
    let id = for_account(&app, &officer_form("bo")).await;
    app.drain().await;
    let account = stored(&app, &id).await.account().unwrap().clone();
    let token = app.token_of(&address("bo"));
    let sent = || app.directory.first_passwords(&account);
    app.store.stop_mail().await.unwrap();
    first_password(&app, &token).await.expect(202);
    assert_eq!(sent(), 0, "the emergency stop");
    app.store.start_mail().await.unwrap();
    app.clock.advance(3 * MINUTE);
    app.timers().await;
    app.drain().await;
    assert_eq!(sent(), 1);
    // The pauses grow, and the mailbox has room for three mails a day, including the one about the account.
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

/// An account whose holder has requested a first password, with no worker since; and the token of their link.
async fn asked_for_password(app: &App) -> (InviteId, Account, String) {
    let id = for_account(app, &officer_form("bo")).await;
    app.drain().await;
    let token = app.token_of(&address("bo"));
    app.anyone().json("POST", "/api/invitations/first-password", &[], json!({"token": token})).await.expect(202);
    let _ = app.queues.drain(QueueName::Provision);
    let account = stored(app, &id).await.account().unwrap().clone();
    (InviteId::parse(&id).unwrap(), account, token)
}

/// The state of the first password on the page.
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
    app.store.stop_mail().await.unwrap();
    let asked = first_password(&app, &token).await.expect(202).body["firstPassword"].clone();
    for shown in [asked, page().await] {
        assert_eq!((&shown["state"], &shown["waitingUntil"]), (&json!("held"), &Value::Null), "nobody knows: {shown}");
    }
    app.store.start_mail().await.unwrap();
    assert_eq!(page().await["state"], "requested", "it leaves within minutes");
    app.clock.advance(3 * MINUTE);
    app.timers().await;
    app.drain().await;
    // The mail about the account and two passwords use up the mailbox's day.
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
    app.timers().await;
    app.drain().await;
    assert_eq!((app.directory.first_passwords(&account), page().await["state"].clone()), (3, json!("sent")));
}

/// More calls than a worker has for a first password.
const CALLS_OF_A_PASSWORD: usize = 9;

#[tokio::test]
async fn a_first_password_is_recorded_although_another_worker_writes_its_invite() {
    for fault in [None, Some(Fault::Throttle)] {
        for place in 0..CALLS_OF_A_PASSWORD {
            let app = App::start().await;
            let (id, account, token) = asked_for_password(&app).await;
            fault.into_iter().for_each(|fault| app.directory.fail_next(Call::MailFirstPassword, fault));
            app.probe.interrupt(app.probe.calls().len() + place);
            // SES reports that the mail about the account was delivered.
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
            app.timers().await;
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
        // Everything before the claim is repeated. What the directory refused is tried again later.
        for _ in 0..5 {
            app.clock.advance(2 * MINUTE);
            app.timers().await;
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
    // Its worker dies between its claim and the directory's answer.
    let read = app.store.get::<Invite>(&id).await.unwrap().unwrap();
    let claimed = read.to_value().claim_first_password(app.clock.now()).unwrap();
    assert!(app.store.write(read.becomes(claimed)).await.unwrap().is_done());
    assert_eq!(password_state(&app, &token).await, "requested");
    app.clock.advance(MINUTE);
    app.timers().await;
    app.drain().await;
    assert_eq!(password_state(&app, &token).await, "unknown");
    app.pass_days(1).await;
    assert_eq!(app.directory.first_passwords(&account), 0, "it is never sent by itself");
    first_password(&app, &token).await.expect(202);
    assert_eq!((app.directory.first_passwords(&account), password_state(&app, &token).await), (1, json!("sent")));
}

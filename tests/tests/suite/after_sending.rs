//! What can happen to an invite after it was submitted.

use std::time::Duration;

use directory::{AccountStatus, Accounts as _};
use domain::{invite::Account, mail::MailEvent};
use serde_json::{Value, json};
use testing::{
    Call, DirectoryFault as Fault,
    people::{email, vendor_form},
};
use tests::app::App;

const DAY: Duration = Duration::from_secs(24 * 3600);

async fn invite_by_mail(app: &App) -> String {
    let body = json!({"kind": "email", "email": "bo@sample-board.gov.sg", "reason": "Joins"});
    let made = app.officer("ada").post("/api/invites", body).await.expect(202);
    app.drain().await;
    made.body["id"].as_str().unwrap().to_owned()
}

async fn change(app: &App, officer: &str, id: &str, what: &str) -> tests::person::Answer {
    app.officer(officer).json("POST", &format!("/api/invites/{id}/{what}"), &[], json!({})).await
}

async fn label(app: &App, id: &str) -> Value {
    app.officer("ada").get(&format!("/api/invites/{id}")).await.expect(200).body["techpass"]["label"].clone()
}

async fn view(app: &App, token: &str) -> tests::person::Answer {
    app.anyone().json("POST", "/api/invitations/view", &[], json!({"token": token})).await
}

/// Delivers an SES event about the last mail of an invite.
async fn observe(app: &App, id: &str, event: MailEvent) {
    let id = domain::InviteId::parse(id).unwrap();
    let invite = app.store.get::<domain::invite::Invite>(&id).await.unwrap().unwrap();
    let mail = invite.mail.clone().unwrap();
    let next = invite.to_value().observe_mail(mail.kind, mail.generation, event, "m", app.clock.now()).unwrap();
    assert!(app.store.write(invite.becomes(next)).await.unwrap().is_done());
}

#[tokio::test]
async fn a_resend_kills_the_old_link_and_is_allowed_once_a_day() {
    let app = App::start().await;
    let id = invite_by_mail(&app).await;
    let first = app.token_of("bo@sample-board.gov.sg");
    let today = change(&app, "ada", &id, "resend").await;
    assert_eq!((today.status.as_u16(), today.problem()), (429, "too-many-requests".to_owned()));
    assert!(today.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() <= 24 * 3600);
    app.clock.advance(DAY);
    change(&app, "ada", &id, "resend").await.expect(202);
    change(&app, "ada", &id, "resend").await.expect(202);
    app.drain().await;
    assert_eq!(app.mails_to("bo@sample-board.gov.sg").len(), 2, "asked for twice, sent once");
    let second = app.token_of("bo@sample-board.gov.sg");
    assert_eq!(view(&app, &first).await.problem(), "invitation-not-valid");
    assert_eq!(view(&app, &second).await.expect(200).body["state"], "invited");
    assert_eq!(change(&app, "eve", &id, "resend").await.problem(), "not-found");
}

#[tokio::test]
async fn a_revoked_invitation_cannot_be_accepted_and_frees_its_address() {
    let app = App::start().await;
    let id = invite_by_mail(&app).await;
    let token = app.token_of("bo@sample-board.gov.sg");
    assert_eq!(change(&app, "eve", &id, "revoke").await.problem(), "not-found");
    change(&app, "ada", &id, "revoke").await.expect(200);
    change(&app, "ada", &id, "revoke").await.expect(200);
    assert_eq!(label(&app, &id).await, "Revoked");
    let profile = json!({"token": token, "firstName": "Bo", "lastName": "Lim", "contactNumber": "81234567",
        "organisation": "Sample Board"});
    let late = app.anyone().json("POST", "/api/invitations/accept", &[], profile).await;
    assert_eq!(late.problem(), "state-conflict");
    let again = json!({"kind": "email", "email": "bo@sample-board.gov.sg", "reason": "Joins after all"});
    app.officer("eve").post("/api/invites", again).await.expect(202);
    app.drain().await;
    assert_eq!(app.directory.made().len(), 0);
}

#[tokio::test]
async fn an_invitee_is_reminded_the_invitation_expires_and_is_sent_again() {
    let app = App::start().await;
    let id = invite_by_mail(&app).await;
    let token = app.token_of("bo@sample-board.gov.sg");
    for _ in 0..32 {
        app.clock.advance(DAY);
        app.timers().await;
        app.drain().await;
    }
    let subjects: Vec<&str> = app.mails_to("bo@sample-board.gov.sg").iter().map(|mail| mail.letter.subject).collect();
    let reminders = subjects.iter().filter(|subject| subject.contains("ends soon")).count();
    assert!((6..=7).contains(&reminders), "daily in the last week: {reminders}");
    assert_eq!(label(&app, &id).await, "Expired");
    assert_eq!(app.mails_to("ada@example-agency.gov.sg").len(), 1, "the officer is told once");
    assert_eq!(view(&app, &token).await.expect(200).body["state"], "expired");
    change(&app, "ada", &id, "resend").await.expect(202);
    app.drain().await;
    assert_eq!(label(&app, &id).await, "Invited");
    assert_eq!(view(&app, &app.token_of("bo@sample-board.gov.sg")).await.expect(200).body["state"], "invited");
}

#[tokio::test]
async fn an_invite_whose_mail_was_returned_is_amended_and_its_new_address_checked() {
    let app = App::start().await;
    let id = invite_by_mail(&app).await;
    observe(&app, &id, MailEvent::Bounced).await;
    app.clock.advance(DAY);
    assert_eq!(change(&app, "ada", &id, "resend").await.problem(), "state-conflict");
    let path = format!("/api/invites/{id}");
    let etag = app.officer("ada").get(&path).await.headers["etag"].to_str().unwrap().to_owned();
    let amended = json!({"kind": "email", "email": "bo.lim@sample-board.gov.sg", "reason": "Joins"});
    let stale = app.officer("ada").json("PATCH", &path, &[("if-match", "\"1\"")], amended.clone()).await;
    assert_eq!(stale.problem(), "version-mismatch");
    app.officer("ada").json("PATCH", &path, &[("if-match", &etag)], amended).await.expect(202);
    app.drain().await;
    assert_eq!(app.mails_to("bo.lim@sample-board.gov.sg").len(), 1);
    assert_eq!(app.mails_to("bo@sample-board.gov.sg").len(), 1);
    assert_eq!(label(&app, &id).await, "Invited");
}

#[tokio::test]
async fn the_emergency_stop_holds_every_mail_back_and_loses_none() {
    let app = App::start().await;
    app.store.stop_mail().await.unwrap();
    let id = invite_by_mail(&app).await;
    for _ in 0..10 {
        app.clock.advance(Duration::from_secs(121));
        app.timers().await;
        app.drain().await;
    }
    assert_eq!(app.outbox.requests(), 0);
    app.store.start_mail().await.unwrap();
    app.clock.advance(Duration::from_secs(121));
    app.timers().await;
    app.drain().await;
    assert_eq!(app.outbox.requests(), 1);
    assert_eq!(label(&app, &id).await, "Invited");
}

#[tokio::test]
async fn a_stop_is_in_force_within_a_second() {
    let app = App::start().await;
    invite_by_mail(&app).await;
    app.store.stop_mail().await.unwrap();
    app.clock.advance(Duration::from_millis(600));
    let body = json!({"kind": "email", "email": "kim@sample-board.gov.sg", "reason": "Joins"});
    app.officer("ada").post("/api/invites", body).await.expect(202);
    for queue in [queue::QueueName::Provision, queue::QueueName::Mail] {
        for wake in app.queues.drain(queue) {
            app.deliver(queue, wake).await;
        }
    }
    assert_eq!(app.outbox.requests(), 1, "the one before the stop");
}

/// An account that was created for a vendor, with the id of its invite.
async fn account(app: &App) -> (String, Account) {
    let mut form = serde_json::to_value(vendor_form("eve")).unwrap();
    form["kind"] = json!("account");
    let made = app.officer("ada").post("/api/invites", form).await.expect(202);
    app.drain().await;
    let [(_, account)] = &app.directory.made()[..] else { panic!("one account") };
    (made.body["id"].as_str().unwrap().to_owned(), account.clone())
}

async fn status(app: &App, account: &Account) -> AccountStatus {
    app.directory.status(account).await.unwrap()
}

#[tokio::test]
async fn an_account_that_nobody_used_is_deleted_with_its_invite_and_can_be_corrected() {
    let app = App::start().await;
    let (id, _) = account(&app).await;
    let link = app.token_of("eve@vendor.example.com");
    let revoking = change(&app, "ada", &id, "revoke").await.expect(200);
    assert_eq!(revoking.body["techpass"]["label"], "Being revoked");
    assert_eq!(view(&app, &link).await.expect(200).body["state"], "revoked", "its link is dead at once");
    assert_eq!(change(&app, "ada", &id, "revoke").await.expect(200).body["techpass"]["state"], "REVOKING");
    app.drain().await;
    assert_eq!(label(&app, &id).await, "Revoked");
    assert!(app.directory.made().is_empty());
    app.pass_days(2).await;
    assert_eq!(label(&app, &id).await, "Revoked", "no audit adopts what is gone");

    let shown = app.officer("ada").get(&format!("/api/invites/{id}")).await.expect(200);
    let mut form = serde_json::to_value(vendor_form("eva")).unwrap();
    form["kind"] = json!("account");
    let version = [("if-match", shown.headers["etag"].to_str().unwrap())];
    app.officer("ada").json("PATCH", &format!("/api/invites/{id}"), &version, form).await.expect(202);
    app.drain().await;
    let names: Vec<String> = app.directory.made().into_iter().map(|(_, account)| account.directory_id).collect();
    assert_eq!(names, ["eva"]);
    assert_eq!(app.mails_to("eva@vendor.example.com").len(), 1);
}

#[tokio::test]
async fn a_corrected_account_is_mailed_about_on_the_same_day_once_for_each_correction() {
    let app = App::start().await;
    let (id, _) = account(&app).await;
    let amend = async |number: &str| {
        let shown = app.officer("ada").get(&format!("/api/invites/{id}")).await.expect(200);
        let mut form = serde_json::to_value(vendor_form("eve")).unwrap();
        (form["kind"], form["contactNumber"]) = (json!("account"), json!(number));
        let version = [("if-match", shown.headers["etag"].to_str().unwrap())];
        app.officer("ada").json("PATCH", &format!("/api/invites/{id}"), &version, form).await
    };
    change(&app, "ada", &id, "revoke").await.expect(200);
    let early = amend("81234567").await;
    assert_eq!(
        (early.problem().as_str(), &early.body["detail"]),
        ("state-conflict", &json!("Its account is being deleted. Amend it in a minute."))
    );
    app.drain().await;
    amend("81234567").await.expect(202);
    app.drain().await;
    let shown = app.officer("ada").get(&format!("/api/invites/{id}")).await.expect(200);
    assert_eq!(shown.body["contactNumber"], "+6581234567");
    assert_eq!(app.mails_to("eve@vendor.example.com").len(), 2, "with a link that works");
    let again = amend("61234567").await;
    assert_eq!(again.problem(), "state-conflict");
    assert!(again.body["detail"].as_str().unwrap().contains("Revoke it first"), "{}", again.body);
    let sent_again = change(&app, "ada", &id, "resend").await;
    assert!(sent_again.body["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{}", sent_again.body);
}

#[tokio::test]
async fn an_account_whose_holder_has_signed_in_meanwhile_stays_as_it_is() {
    for before in [AccountStatus::SignedIn, AccountStatus::Disabled] {
        let app = App::start().await;
        let (id, account) = account(&app).await;
        app.directory.set_status(&account, AccountStatus::SignedIn);
        app.directory.set_status(&account, before);
        change(&app, "ada", &id, "revoke").await.expect(200);
        app.drain().await;
        assert_eq!(status(&app, &account).await, before, "nobody else may enable or disable it");
        assert_eq!(label(&app, &id).await, "Onboarded");
        assert_eq!(change(&app, "ada", &id, "revoke").await.problem(), "state-conflict");
    }
}

#[tokio::test]
async fn an_account_that_a_lost_attempt_disabled_is_enabled_again_if_its_holder_was_faster() {
    let app = App::start().await;
    let (id, account) = account(&app).await;
    app.directory.fail_next(Call::ChangeAccount, Fault::AfterEffect);
    change(&app, "ada", &id, "revoke").await.expect(200);
    app.drain().await;
    assert_eq!(status(&app, &account).await, AccountStatus::Disabled, "and its answer was lost");
    app.directory.set_status(&account, AccountStatus::SignedIn);
    app.directory.set_status(&account, AccountStatus::Disabled);
    app.clock.advance(Duration::from_secs(200));
    app.timers().await;
    app.drain().await;
    assert_eq!(status(&app, &account).await, AccountStatus::SignedIn);
    assert_eq!(label(&app, &id).await, "Onboarded");
}

#[tokio::test]
async fn a_deletion_that_the_directory_refuses_is_tried_again() {
    for fault in [Fault::Throttle, Fault::Unreachable, Fault::Misconfigured, Fault::BeforeEffect, Fault::AfterEffect] {
        for call in [Call::AccountHistory, Call::ChangeAccount] {
            let app = App::start().await;
            let (id, _) = account(&app).await;
            app.directory.fail_next(call, fault);
            change(&app, "ada", &id, "revoke").await.expect(200);
            app.drain().await;
            for _ in 0..4 {
                app.clock.advance(Duration::from_secs(200));
                app.timers().await;
                app.drain().await;
            }
            assert_eq!(label(&app, &id).await, "Revoked", "{call:?} {fault:?}");
            assert!(app.directory.made().is_empty(), "{call:?} {fault:?}");
        }
    }
}

#[tokio::test]
async fn an_account_of_the_same_name_that_is_another_persons_is_left_alone() {
    let app = App::start().await;
    let (id, account) = account(&app).await;
    app.directory.set_status(&account, AccountStatus::Gone);
    app.directory.add_foreign_account("eve", &email("eve@other.example.com"));
    change(&app, "ada", &id, "revoke").await.expect(200);
    app.drain().await;
    assert_eq!(label(&app, &id).await, "Revoked");
    assert_eq!(status(&app, &account).await, AccountStatus::SignedIn);
}

#[tokio::test]
async fn no_account_is_deleted_by_an_action_for_many() {
    let app = App::start().await;
    let (id, account) = account(&app).await;
    let body = json!({"action": "revoke", "ids": [id]});
    let action = app.officer("ada").post("/api/invites/actions", body).await.expect(202).body;
    app.drain().await;
    let path = format!("/api/invites/actions/{}", action["id"].as_str().unwrap());
    let done = app.officer("ada").get(&path).await.expect(200).body;
    assert_eq!(done["outcomes"][0]["reason"], "state-conflict", "{done}");
    assert_eq!(status(&app, &account).await, AccountStatus::Pending);
}

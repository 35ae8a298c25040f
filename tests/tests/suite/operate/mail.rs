//! The emergency stop, and suppressed mailboxes.

use std::time::Duration;

use domain::mail::{Mailbox, SuppressionReason};
use serde_json::json;
use testing::{
    people::{OPERATOR, email, keys, officer_form, suppressed},
    probe::Fault,
};
use tests::{app::App, lists::paste};

use super::{printed, printed_in_parts, refused, submitted};

#[tokio::test]
async fn mail_is_stopped_and_started() {
    let app = App::start().await;
    assert_eq!(printed(&app, &["stop-mail"]).await, "mail is stopped\n");
    assert_eq!(app.store.mail_switch(app.clock.now()).await.unwrap(), store::settings::MailSwitch::Stopped);
    assert_eq!(printed(&app, &["start-mail"]).await, "mail is running\n");
    assert_eq!(app.store.mail_switch(app.clock.now()).await.unwrap(), store::settings::MailSwitch::Running);
    let audit = printed(&app, &["audit"]).await;
    assert!(audit.contains("  STOP_MAIL  mail  by ") && audit.contains("  START_MAIL  mail  by "), "{audit}");
}

#[tokio::test]
async fn after_a_restore_what_may_have_been_sent_is_not_sent_again_and_later_mail_is() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let list = paste(&ada, &[officer_form("bo"), officer_form("kim")]).await;
    let invited = json!({"kind": "email", "email": officer_form("lee").email, "reason": "Joins"});
    ada.post("/api/invites", invited).await.expect(202);
    app.clock.advance(Duration::from_secs(60));
    let restored = app.clock.now();
    assert_eq!(
        refused(&app, &["settle-mails", &restored.to_string()]).await,
        "mail is not stopped: run `stop-mail` first"
    );
    printed(&app, &["stop-mail"]).await;
    ada.json("POST", &format!("/api/batches/{list}/submit"), &[], json!({})).await.expect(202);
    app.drain().await;
    assert_eq!(app.directory.made().len(), 2, "accounts are made while mail is stopped");
    let late = submitted(&app, "late").await;
    app.drain().await;
    let (said, _) = printed_in_parts(&app, &["settle-mails", &restored.to_string()]).await;
    // The accounts of the list were made after the restore: they were not in the restored table.
    assert!(said.ends_with("1 count as sent, and their mail is not sent\n"), "{said}");
    assert!(!said.contains('@') && !said.contains(&late.to_string()), "{said}");
    let (again, _) = printed_in_parts(&app, &["settle-mails", "2030-01-01T00:00:00Z"]).await;
    assert!(again.ends_with("3 count as sent, and their mail is not sent\n"), "{again}");
    let (last, _) = printed_in_parts(&app, &["settle-mails", "2030-01-01T00:00:00Z"]).await;
    assert_eq!(last, "0 count as sent, and their mail is not sent\n");
    printed(&app, &["start-mail"]).await;
    app.clock.advance(Duration::from_secs(3600));
    app.timers().await;
    app.drain().await;
    for name in ["bo", "kim", "lee"] {
        assert_eq!(app.mails_to(&officer_form(name).email).len(), 0, "{name}");
    }
    let audit = printed(&app, &["audit"]).await;
    assert_eq!(audit.matches("  SETTLE_MAILS  ").count(), 3, "{audit}");
}

/// Suppresses a mailbox, as after a mail that was returned.
async fn bounced(app: &App, address: &str) -> domain::Timestamp {
    let now = app.clock.now();
    let bounce = |mailbox: Mailbox| Ok::<_, ()>(mailbox.suppress(SuppressionReason::Bounced, now, now));
    let _ = app.store.update(&keys().address(&email(address)), bounce).await.unwrap();
    now
}

async fn mailbox(app: &App, address: &str) -> Mailbox {
    app.store.find_mailbox(&keys().address(&email(address))).await.unwrap().into_value()
}

#[tokio::test]
async fn a_mailbox_is_cleared_here_and_at_ses_and_the_operator_is_noted() {
    let app = App::start().await;
    let [address, other] = suppressed();
    let since = bounced(&app, address.as_str()).await;
    app.clock.advance(std::time::Duration::from_secs(60));
    let said = printed(&app, &["clear-suppression", "Thaddeus@SAMPLE-BOARD.gov.sg"]).await;
    assert_eq!(said, format!("cleared: it was suppressed since {since} because it bounced\n"));
    let cleared = mailbox(&app, address.as_str()).await;
    assert!(cleared.is_open().is_ok() && cleared.was_cleared_since(since));
    assert!(serde_json::to_string(&cleared).unwrap().contains(OPERATOR));
    // The address exactly as the operator wrote it, which is how SES has it.
    assert_eq!(app.suppressions.addresses(), [address.clone(), other.clone()]);
    app.clock.advance(std::time::Duration::from_secs(60));
    bounced(&app, address.as_str()).await;
    printed(&app, &["clear-suppression", address.as_str()]).await;
    assert_eq!(app.suppressions.addresses(), [other]);
    let audit = printed(&app, &["audit"]).await;
    let entry = format!("  CLEAR_SUPPRESSION  {}  by {OPERATOR}\n", keys().address(&address).as_str());
    assert_eq!(audit.matches(&entry).count(), 2, "{audit}");
    assert!(!audit.contains('@'), "{audit}");
}

#[tokio::test]
async fn what_is_not_suppressed_cannot_be_cleared() {
    let app = App::start().await;
    let address = suppressed()[0].clone();
    let why = "this mailbox is not suppressed";
    assert_eq!(refused(&app, &["clear-suppression", address.as_str()]).await, why);
    assert_eq!(app.suppressions.addresses().len(), 2, "SES is not asked for what is not ours");
    assert_eq!(printed(&app, &["audit"]).await, "");
}

#[tokio::test]
async fn a_command_whose_call_of_ses_fails_can_be_repeated() {
    let app = App::start().await;
    let address = suppressed()[0].clone();
    bounced(&app, address.as_str()).await;
    let words = ["clear-suppression", address.as_str()];
    let calls = app.probe.calls().len();
    app.probe.run("operate", app.operate(&words)).await.unwrap().unwrap();
    let place = app.probe.calls().iter().skip(calls).position(|call| call.name == "ses.unsuppress").unwrap();
    app.clock.advance(std::time::Duration::from_secs(60));
    bounced(&app, address.as_str()).await;
    app.probe.break_call(app.probe.calls().len() + place, Fault::LostAfter);
    let failed = app.probe.run("operate", app.operate(&words)).await.unwrap().unwrap_err();
    assert!(failed.to_string().starts_with("mail: SES's suppression list cannot be changed"), "{failed}");
    assert!(mailbox(&app, address.as_str()).await.is_open().is_err(), "it is suppressed still");
    printed(&app, &words).await;
    assert!(mailbox(&app, address.as_str()).await.is_open().is_ok());
}

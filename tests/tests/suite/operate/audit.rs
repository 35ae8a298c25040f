//! A command that changes something is recorded before it is done.

use testing::{people::OPERATOR, probe::Fault};
use tests::app::App;

use super::{printed, printed_in_parts, submitted};

#[tokio::test]
async fn the_audit_says_who_did_what_to_what_oldest_first() {
    let app = App::start().await;
    let id = submitted(&app, "eve").await;
    printed(&app, &["stop-mail"]).await;
    let first = app.clock.now();
    app.clock.advance(std::time::Duration::from_secs(1));
    printed(&app, &["retry", &id.to_string()]).await;
    printed(&app, &["redrive", "mail"]).await;
    let audit = printed(&app, &["audit"]).await;
    let second = app.clock.now();
    let mut lines: Vec<&str> = audit.lines().collect();
    assert_eq!(lines.remove(0), format!("{first}  STOP_MAIL  mail  by {OPERATOR}"));
    lines.sort_unstable();
    assert_eq!(
        lines,
        [format!("{second}  REDRIVE  mail  by {OPERATOR}"), format!("{second}  RETRY  {id}  by {OPERATOR}"),]
    );
    assert_eq!(printed_in_parts(&app, &["audit"]).await.0, audit);
}

#[tokio::test]
async fn looking_is_not_noted() {
    let app = App::start().await;
    let id = submitted(&app, "eve").await.to_string();
    let trace = "1-67891233-abcdef012345678912345678";
    for words in [&["stuck"][..], &["attention"], &["find", trace], &["show", &id], &["audit"], &["help"]] {
        printed(&app, words).await;
    }
    assert_eq!(printed(&app, &["audit"]).await, "");
}

#[tokio::test]
async fn nothing_is_done_that_cannot_be_noted() {
    let app = App::start().await;
    app.probe.break_call(app.probe.calls().len(), Fault::LostBefore);
    let failed = app.probe.run("operate", app.operate(&["stop-mail"])).await.unwrap().unwrap_err();
    assert!(failed.to_string().starts_with("table: BatchWriteItem failed"), "{failed}");
    assert_eq!(app.store.mail_switch(app.clock.now()).await.unwrap(), store::settings::MailSwitch::Running);
    assert_eq!(printed(&app, &["audit"]).await, "");
}

#[tokio::test]
async fn an_entry_is_kept_for_as_long_as_tombstones_are() {
    let app = App::start().await;
    printed(&app, &["stop-mail"]).await;
    let year = std::time::Duration::from_secs(365 * 24 * 3600);
    let is_there = |now| app.table.dump(now).iter().any(|item| item.contains("STOP_MAIL"));
    assert!(is_there(app.clock.now() + year));
    assert!(!is_there(app.clock.now() + year + std::time::Duration::from_secs(1)));
}

//! How commands are written, and the name of the operator.

use operate::Request;
use tests::app::App;

use super::printed;

const ADDRESS: &str = "ada.tan@agency.gov.sg";

#[tokio::test]
async fn help_names_every_command_and_does_nothing() {
    let app = App::start().await;
    let before = app.table.dump(app.clock.now());
    for words in [&[][..], &["help"], &["--help"], &["-h"]] {
        let help = printed(&app, words).await;
        for name in [
            "stuck",
            "show",
            "find",
            "retry",
            "redrive",
            "attention",
            "export-person",
            "forget-person",
            "audit",
            "clear-suppression",
            "register-agency",
            "show-agency",
            "rotate-agency",
            "resume-agency",
            "remove-agency",
            "stop-mail",
            "start-mail",
            "settle-mails",
            "rules",
            "first-rules",
            "show-rules",
        ] {
            assert!(help.contains(&format!("\n  {name} ")), "{name}");
            let alone = app.operate(&[name, "one", "too", "many"]).await.unwrap();
            assert_eq!(alone.code, 2, "{name} is no command");
            assert!(alone.error.unwrap().contains(&format!("usage: {name}")));
        }
    }
    assert_eq!(app.table.dump(app.clock.now()), before);
}

#[tokio::test]
async fn what_cannot_be_understood_is_explained_and_not_repeated() {
    let app = App::start().await;
    let before = app.table.dump(app.clock.now());
    for words in [
        &["unknown", ADDRESS][..],
        &["stuck", "soon"],
        &["stuck", "-1"],
        &["show"],
        &["show", ADDRESS],
        &["show", "inv_1"],
        &["settle-mails", "yesterday"],
        &["settle-mails", "2026-11-27T10:00:00"],
        &["find", ADDRESS],
        &["retry", "agn_0000000000DXNGJP91V06CZG1N"],
        &["redrive", "track"],
        &["attention", ADDRESS],
        &["export-person", "ada.tan"],
        &["forget-person"],
        &["clear-suppression", "@agency.gov.sg"],
        &["register-agency", "agency.gov.sg"],
        &["register-agency", ADDRESS, "https://hooks.example.com/"],
        &["rotate-agency", "agency.gov.sg", "366"],
        &["rotate-agency", "agency.gov.sg", "-7"],
        &["rules"],
        &["first-rules"],
    ] {
        let answer = app.operate(words).await.unwrap();
        let error = answer.error.unwrap();
        assert_eq!((answer.code, answer.text.as_str()), (2, ""), "{words:?}");
        assert!(!error.contains("ada"), "{error}");
    }
    assert_eq!(app.table.dump(app.clock.now()), before, "nothing was done");
}

#[tokio::test]
async fn nobody_operates_without_a_name() {
    let app = App::start().await;
    for by in [String::new(), "x".repeat(2049)] {
        let request = Request { words: vec!["stop-mail".to_owned()], by, cursor: None };
        let answer = app.operate_as(&request).await.unwrap();
        assert_eq!((answer.code, answer.error.as_deref()), (2, Some("the client did not say who asks")));
    }
    assert_eq!(app.store.mail_switch(app.clock.now()).await.unwrap(), store::settings::MailSwitch::Running);
}

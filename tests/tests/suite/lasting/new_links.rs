//! An invitee asks for a new link, with an old one.

use super::*;

async fn ask(app: &App, token: &str) {
    let asked = app.anyone().json("POST", "/api/invitations/new-link", &[], json!({"token": token})).await;
    assert_eq!((asked.status.as_u16(), &asked.body), (204, &Value::Null));
    app.drain().await;
}

async fn view(app: &App, token: &str) -> Answer {
    app.anyone().json("POST", "/api/invitations/view", &[], json!({"token": token})).await
}

#[tokio::test]
async fn a_link_that_was_replaced_brings_another_to_the_same_mailbox_once_a_day() {
    let app = App::start().await;
    let id = by_mail(&app, "ada", &address("bo")).await;
    let first = app.token_of(&address("bo"));
    ask(&app, &first).await;
    assert_eq!(app.mails_to(&address("bo")).len(), 1, "mailed today already");
    app.clock.advance(DAY);
    act(&app, &id, "resend").await.expect(202);
    app.drain().await;
    ask(&app, &first).await;
    assert_eq!(app.mails_to(&address("bo")).len(), 2, "its officer was faster");
    app.clock.advance(DAY);
    assert_eq!(view(&app, &first).await.problem(), "invitation-not-valid");
    ask(&app, &first).await;
    ask(&app, &first).await;
    assert_eq!(app.mails_to(&address("bo")).len(), 3);
    let newest = app.token_of(&address("bo"));
    assert_eq!(view(&app, &newest).await.expect(200).body["state"], "invited");
    let shown = app.officer("ada").get(&format!("/api/invites/{id}")).await.expect(200).body;
    let by: Vec<&Value> = shown["history"].as_array().unwrap().iter().map(|entry| &entry["by"]).collect();
    assert!(by.contains(&&json!("invitee")), "its officer sees who asked: {shown}");
}

#[tokio::test]
async fn an_invitation_that_has_expired_is_opened_again_by_its_invitee_for_a_month() {
    for (days, is_known) in [(40, true), (75, false)] {
        let app = App::start().await;
        let id = by_mail(&app, "ada", &address("bo")).await;
        let old = app.token_of(&address("bo"));
        app.pass_days(days).await;
        assert_eq!(stored(&app, &id).await.state_name(), "EXPIRED");
        let mails = app.mails_to(&address("bo")).len();
        ask(&app, &old).await;
        assert_eq!(app.mails_to(&address("bo")).len(), mails + usize::from(is_known), "{days} days");
        if is_known {
            accept(&app, "bo").await;
            assert_eq!(stored(&app, &id).await.state_name(), "ACCOUNT_CREATED");
        }
    }
}

#[tokio::test]
async fn a_link_to_an_account_that_has_ended_is_replaced() {
    let app = App::start().await;
    let id = for_account(&app, &vendor_form("ann")).await;
    app.drain().await;
    let old = app.token_of("ann@vendor.example.com");
    app.pass_days(31).await;
    assert_eq!(view(&app, &old).await.expect(200).body["state"], "expired");
    ask(&app, &old).await;
    assert_eq!(view(&app, &app.token_of("ann@vendor.example.com")).await.expect(200).body["state"], "account-ready");
    assert_eq!(stored(&app, &id).await.state_name(), "ACCOUNT_CREATED");
}

#[tokio::test]
async fn nothing_is_sent_for_what_is_over_or_was_never_there_and_everybody_gets_the_same_answer() {
    let app = App::start().await;
    let id = by_mail(&app, "ada", &address("bo")).await;
    let token = app.token_of(&address("bo"));
    act(&app, &id, "revoke").await.expect(200);
    by_mail(&app, "eve", &address("kim")).await;
    let accepted = app.token_of(&address("kim"));
    accept(&app, "kim").await;
    let mails = app.outbox.sent().len();
    let unknown = "0".repeat(64);
    app.clock.advance(DAY);
    for token in [token.as_str(), unknown.as_str(), "", "x"] {
        ask(&app, token).await;
    }
    assert_eq!(app.outbox.sent().len(), mails);
    ask(&app, &accepted).await;
    assert_eq!(app.outbox.sent().len(), mails + 1, "the account waits for its first sign-in");
}

#[tokio::test]
async fn an_expired_invitation_is_not_opened_beside_a_newer_one_of_the_same_person() {
    let app = App::start().await;
    let id = by_mail(&app, "ada", &address("bo")).await;
    let old = app.token_of(&address("bo"));
    app.pass_days(35).await;
    by_mail(&app, "eve", &address("bo")).await;
    app.clock.advance(DAY);
    let mails = app.mails_to(&address("bo")).len();
    ask(&app, &old).await;
    assert_eq!(app.mails_to(&address("bo")).len(), mails);
    assert_eq!(stored(&app, &id).await.state_name(), "EXPIRED");
}

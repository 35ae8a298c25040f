//! An invitation is accepted with the code that is mailed to the invited mailbox.

use tests::logged::Logged;

use super::*;

const CODE: &str = "/api/invitations/mailbox-code";

/// An invitation that was mailed, with its link.
async fn invited(app: &App) -> String {
    by_mail(app, "ada", &address("bo")).await;
    app.token_of(&address("bo"))
}

async fn ask(app: &App, token: &str) -> Answer {
    let asked = app.anyone().json("POST", CODE, &[], json!({"token": token})).await;
    app.drain().await;
    asked
}

async fn view(app: &App, token: &str) -> Value {
    app.anyone().json("POST", "/api/invitations/view", &[], json!({"token": token})).await.expect(200).body
}

async fn accept_with(app: &App, token: &str, code: &str) -> Answer {
    let body = json!({"token": token, "firstName": "Bo", "lastName": "Lim", "countryCode": "65",
        "contactNumber": "91234567", "organisation": "Sample Board", "mailboxCode": code});
    app.anyone().json("POST", "/api/invitations/accept", &[], body).await
}

fn code(app: &App) -> String {
    app.code_of(&address("bo")).unwrap()
}

/// Six digits that are not the code.
fn another(code: &str) -> String {
    code.chars().map(|c| c.to_digit(10).map_or(c, |digit| char::from_digit((digit + 1) % 10, 10).unwrap())).collect()
}

#[tokio::test]
async fn the_link_alone_accepts_nothing() {
    let app = App::start().await;
    let token = invited(&app).await;
    for (typed, code) in [("", "required"), (" ", "required"), ("12345", "syntax"), ("123 456", "required")] {
        let refused = accept_with(&app, &token, typed).await;
        assert_eq!(refused.faults(), [format!("/mailboxCode: mailbox-code.{code}")], "{typed:?}");
    }
    assert_eq!(view(&app, &token).await["mailboxCode"]["state"], "available");
    let asked = ask(&app, &token).await.expect(202).body;
    assert_eq!((&asked["state"], &asked["mailboxCode"]["state"]), (&json!("invited"), &json!("requested")));
    let shown = view(&app, &token).await;
    assert_eq!(shown["mailboxCode"]["state"], "sent");
    let digits: String = code(&app).split_whitespace().collect();
    assert!(!shown.to_string().contains(&digits) && !asked.to_string().contains(&digits), "it is in the mail alone");
    let accepted = accept_with(&app, &token, &format!(" {digits} ")).await.expect(202).body;
    assert_eq!((&accepted["state"], &accepted["mailboxCode"]), (&json!("accepted"), &Value::Null));
    app.drain().await;
    assert_eq!(app.directory.made().len(), 1);
}

#[tokio::test]
async fn faults_in_the_details_come_first_and_use_no_try() {
    let app = App::start().await;
    let token = invited(&app).await;
    ask(&app, &token).await.expect(202);
    let body = json!({"token": token, "firstName": "Bo", "mailboxCode": another(&code(&app))});
    for _ in 0..9 {
        let refused = app.anyone().json("POST", "/api/invitations/accept", &[], body.clone()).await;
        assert_eq!(refused.faults().len(), 2, "{:?}", refused.faults());
    }
    accept_with(&app, &token, &code(&app)).await.expect(202);
}

#[tokio::test]
async fn a_code_is_used_up_by_wrong_ones_and_replaced_by_another() {
    let app = App::start().await;
    let token = invited(&app).await;
    ask(&app, &token).await.expect(202);
    let (right, wrong) = (code(&app), another(&code(&app)));
    for left in (1..5).rev() {
        let refused = accept_with(&app, &token, &wrong).await;
        assert_eq!(refused.faults(), ["/mailboxCode: mailbox-code.wrong"]);
        let times = if left == 1 { "once more".to_owned() } else { format!("{left} more times") };
        assert!(refused.body["errors"][0]["detail"].as_str().unwrap().contains(&times), "{}", refused.body);
    }
    for typed in [&wrong, &right] {
        assert_eq!(accept_with(&app, &token, typed).await.faults(), ["/mailboxCode: mailbox-code.used-up"]);
    }
    assert_eq!(view(&app, &token).await["mailboxCode"]["state"], "available");
    app.clock.advance(MINUTE);
    ask(&app, &token).await.expect(202);
    assert_eq!(accept_with(&app, &token, &right).await.faults(), ["/mailboxCode: mailbox-code.wrong"]);
    accept_with(&app, &token, &code(&app)).await.expect(202);
}

#[tokio::test]
async fn a_code_expires_after_half_an_hour_and_with_its_link() {
    let app = App::start().await;
    let token = invited(&app).await;
    ask(&app, &token).await.expect(202);
    app.clock.advance(30 * MINUTE);
    assert_eq!(accept_with(&app, &token, &code(&app)).await.faults(), ["/mailboxCode: mailbox-code.expired"]);
    app.clock.advance(DAY);
    ask(&app, &token).await.expect(202);
    let old = code(&app);
    app.anyone().json("POST", "/api/invitations/new-link", &[], json!({"token": token})).await.expect(204);
    app.drain().await;
    let newer = app.token_of(&address("bo"));
    assert_ne!(newer, token);
    assert_eq!(ask(&app, &token).await.problem(), "invitation-not-valid");
    assert_eq!(accept_with(&app, &newer, &old).await.faults(), ["/mailboxCode: mailbox-code.required"]);
}

#[tokio::test]
async fn codes_are_mailed_with_pauses_and_do_not_use_up_the_mails_of_the_account() {
    let app = App::start().await;
    let token = invited(&app).await;
    let asked = async || app.anyone().json("POST", CODE, &[], json!({"token": token})).await;
    for (place, pause) in [1, 1, 10, 60].into_iter().enumerate() {
        let end = app.clock.now() + pause * MINUTE;
        asked().await.expect(202);
        app.drain().await;
        app.clock.advance((end - Duration::from_secs(1)).since(app.clock.now()));
        let soon = asked().await;
        assert_eq!(
            (soon.problem().as_str(), &soon.headers["retry-after"]),
            ("too-many-requests", &"1".parse().unwrap())
        );
        let codes = app.mails_to(&address("bo")).len() - 1;
        assert_eq!(codes, place + 1, "one mail for each code");
        app.clock.advance(Duration::from_secs(1));
    }
    ask(&app, &token).await.expect(202);
    accept_with(&app, &token, &code(&app)).await.expect(202);
    app.drain().await;
    first_password(&app, &token_of_account(&app)).await.expect(202);
    let account = app.directory.made().pop().unwrap().1;
    assert_eq!(app.directory.first_passwords(&account), 1, "still the same day");
}

/// The link of the mail about the account, which was sent although many codes were today.
fn token_of_account(app: &App) -> String {
    let mails = app.mails_to(&address("bo"));
    let last = mails.last().unwrap();
    assert_eq!(last.tags.kind.name(), "account-created");
    app.token_of(&address("bo"))
}

#[tokio::test]
async fn no_code_is_asked_for_that_cannot_be_mailed_or_used() {
    let app = App::start().await;
    let token = invited(&app).await;
    app.store.stop_mail().await.unwrap();
    let stopped = ask(&app, &token).await;
    assert_eq!((stopped.problem().as_str(), stopped.headers.get("retry-after")), ("unavailable", None));
    app.store.start_mail().await.unwrap();
    app.store.pause_mail(app.clock.now() + MINUTE).await.unwrap();
    assert_eq!(ask(&app, &token).await.headers["retry-after"], "60");
    app.clock.advance(MINUTE);
    ask(&app, &token).await.expect(202);
    accept_with(&app, &token, &code(&app)).await.expect(202);
    app.clock.advance(DAY);
    assert_eq!(ask(&app, &token).await.problem(), "state-conflict", "accepted already");
    for unknown in ["", "x", &"0".repeat(64)] {
        assert_eq!(ask(&app, unknown).await.problem(), "invitation-not-valid");
    }
}

#[tokio::test]
async fn a_code_that_comes_back_is_said_to_its_officer_too_who_can_amend_the_address() {
    let app = App::start().await;
    let id = by_mail(&app, "ada", &address("bo")).await;
    let token = app.token_of(&address("bo"));
    ask(&app, &token).await.expect(202);
    let sent = app.mails_to(&address("bo")).pop().unwrap();
    let bounced = include_str!("../../../../events/mail-bounced.json");
    app.track(tests::mail_event::about(&sent, bounced, app.clock.now())).await;
    assert_eq!(view(&app, &token).await["mailboxCode"]["state"], "not-delivered");
    app.clock.advance(MINUTE);
    let refused = ask(&app, &token).await;
    assert_eq!(refused.problem(), "state-conflict");
    assert!(refused.body["detail"].as_str().unwrap().contains("came back"), "{}", refused.body);
    let shown = app.officer("ada").get(&format!("/api/invites/{id}")).await.expect(200);
    assert_eq!(shown.body["mail"]["state"], "BOUNCED");
    let etag = shown.headers["etag"].to_str().unwrap();
    let set = json!({"kind": "email", "email": address("kim"), "reason": "Joins the project"});
    app.officer("ada").json("PATCH", &format!("/api/invites/{id}"), &[("if-match", etag)], set).await.expect(202);
    app.drain().await;
    assert_eq!(app.mails_to(&address("kim")).len(), 1);
}

#[tokio::test]
async fn ten_codes_that_are_guessed_at_once_use_the_code_up() {
    let app = App::start().await;
    let token = invited(&app).await;
    ask(&app, &token).await.expect(202);
    let (right, wrong) = (code(&app), another(&code(&app)));
    let answers = futures::future::join_all((0..10).map(|_| accept_with(&app, &token, &wrong))).await;
    let mut faults: Vec<String> = answers.iter().flat_map(Answer::faults).collect();
    faults.sort();
    let said = |name: &str| faults.iter().filter(|fault| fault.ends_with(name)).count();
    assert_eq!((said("wrong"), said("used-up")), (4, 6), "{faults:?}");
    assert_eq!(accept_with(&app, &token, &right).await.faults(), ["/mailboxCode: mailbox-code.used-up"]);
}

#[tokio::test]
async fn a_code_that_nobody_sent_is_sent_by_the_sweeper_while_it_can_be_typed() {
    for (pause, is_sent) in [(3 * MINUTE, true), (31 * MINUTE, false)] {
        let app = App::start().await;
        let token = invited(&app).await;
        app.anyone().json("POST", CODE, &[], json!({"token": token})).await.expect(202);
        let _lost = app.queues.drain(queue::QueueName::Mail);
        app.clock.advance(pause);
        app.timers().await;
        app.drain().await;
        assert_eq!(app.code_of(&address("bo")).is_some(), is_sent, "{pause:?}");
    }
}

#[tokio::test]
async fn no_log_has_a_code() {
    let (logged, _guard) = Logged::from_now(Some("trace"));
    let app = App::start().await;
    let token = invited(&app).await;
    ask(&app, &token).await.expect(202);
    let code = code(&app);
    accept_with(&app, &token, &another(&code)).await;
    accept_with(&app, &token, &code).await.expect(202);
    app.drain().await;
    let digits: String = code.split_whitespace().collect();
    let text = logged.text();
    assert!(text.contains("code requested") && !text.contains(&code) && !text.contains(&digits));
}

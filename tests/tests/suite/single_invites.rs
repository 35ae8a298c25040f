//! Single invites: by mail, and with an account on behalf of a person.

use std::time::Duration;

use directory::AccountStatus;
use serde_json::{Value, json};
use testing::people::{self, officer_form, vendor_form};
use tests::{app::App, person::Answer};

fn with_kind(kind: &str, form: &domain::fields::Form) -> Value {
    let mut body = serde_json::to_value(form).unwrap();
    body["kind"] = json!(kind);
    body
}

fn invitation(name: &str) -> Value {
    json!({"kind": "email", "email": format!("{name}@sample-board.gov.sg"), "seed": "Yes", "reason": "Joins"})
}

async fn invite_of(app: &App, officer: &str, id: &str) -> Value {
    app.officer(officer).get(&format!("/api/invites/{id}")).await.expect(200).body
}

#[tokio::test]
async fn a_vendors_account_is_made_mailed_and_shown_as_onboarded_after_the_first_sign_in() {
    let app = App::start().await;
    let made = app.officer("ada").post("/api/invites", with_kind("account", &vendor_form("eve"))).await.expect(202);
    let id = made.body["id"].as_str().unwrap().to_owned();
    assert!(made.headers["location"].to_str().unwrap().ends_with(&id));
    app.drain().await;
    let invite = invite_of(&app, "ada", &id).await;
    assert_eq!(invite["techpass"]["label"], "Not Onboarded");
    assert_eq!(invite["seed"]["label"], "License Assigned");
    assert_eq!(invite["firstName"], "Ada");
    let mails = app.mails_to("eve@vendor.example.com");
    assert_eq!(mails.len(), 1);
    assert!(mails[0].letter.text.contains("eve"), "a vendor learns the username");
    assert!(!mails[0].letter.text.contains("Joins the project"), "the reason is not the invitee's to read");
    let account = app.directory.made().pop().unwrap().1;
    assert_eq!(app.directory.seed_group().len(), 1);

    let token = json!({"token": app.token_of("eve@vendor.example.com")});
    app.anyone().json("POST", "/api/invitations/first-password", &[], token.clone()).await.expect(202);
    let soon = app.anyone().json("POST", "/api/invitations/first-password", &[], token).await;
    assert_eq!(soon.problem(), "too-many-requests");
    assert!(soon.headers.contains_key("retry-after"));
    app.drain().await;
    assert_eq!(app.directory.first_passwords(&account), 1);

    app.directory.set_status(&account, AccountStatus::SignedIn);
    app.clock.advance(Duration::from_secs(120));
    let listed = app.officer("ada").get("/api/invites").await.expect(200).body;
    assert_eq!(listed["items"][0]["techpass"]["label"], "Onboarded");
    assert_eq!(listed["total"], 1);
}

#[tokio::test]
async fn a_refused_revocation_says_where_an_account_can_be_ended() {
    let app = App::start().await;
    let made = app.officer("ada").post("/api/invites", with_kind("account", &vendor_form("eve"))).await.expect(202);
    let account = made.body["id"].as_str().unwrap().to_owned();
    let made = app.officer("ada").post("/api/invites", invitation("bo")).await.expect(202);
    let revoked = made.body["id"].as_str().unwrap().to_owned();
    app.drain().await;
    let act = async |id: &str, verb: &str| {
        app.officer("ada").json("POST", &format!("/api/invites/{id}/{verb}"), &[], json!({})).await
    };
    act(&revoked, "revoke").await.expect(200);
    let [(_, made)] = &app.directory.made()[..] else { panic!("one account") };
    app.directory.set_status(made, AccountStatus::SignedIn);
    app.clock.advance(Duration::from_secs(61));
    app.officer("ada").get("/api/invites").await.expect(200);
    for (id, verb, is_said) in [(&account, "revoke", true), (&revoked, "resend", false)] {
        let refused = act(id, verb).await;
        assert_eq!(refused.problem(), "state-conflict", "{verb}");
        let detail = refused.body["detail"].as_str().unwrap_or_default();
        assert_eq!(detail.contains("ended in the directory"), is_said, "{verb}");
    }
}

#[tokio::test]
async fn a_first_password_can_be_requested_again_after_a_minute() {
    let app = App::start().await;
    app.officer("ada").post("/api/invites", with_kind("account", &vendor_form("eve"))).await.expect(202);
    app.drain().await;
    let token = json!({"token": app.token_of("eve@vendor.example.com")});
    let request = async || app.anyone().json("POST", "/api/invitations/first-password", &[], token.clone()).await;
    request().await.expect(202);
    app.clock.advance(Duration::from_millis(59_999));
    assert_eq!(request().await.problem(), "too-many-requests");
    app.clock.advance(Duration::from_millis(1));
    request().await.expect(202);
}

#[tokio::test]
async fn an_invited_officer_accepts_and_gets_an_account() {
    let app = App::start().await;
    let made = app.officer("ada").post("/api/invites", invitation("bo")).await.expect(202);
    let id = made.body["id"].as_str().unwrap().to_owned();
    app.drain().await;
    let invite = invite_of(&app, "ada", &id).await;
    assert_eq!(invite["techpass"]["label"], "Invited");
    assert_eq!(invite["firstName"], Value::Null, "names show once the person has said them");
    let token = app.token_of("bo@sample-board.gov.sg");

    let view = app.anyone().json("POST", "/api/invitations/view", &[], json!({"token": token})).await.expect(200).body;
    assert_eq!(view["state"], "invited");
    assert_eq!(view["invitedBy"], "ada@example-agency.gov.sg");
    for _ in 0..20 {
        app.anyone().json("POST", "/api/invitations/view", &[], json!({"token": token})).await.expect(200);
        app.anyone().get("/api/invitations/accept").await.expect(404);
    }
    let empty = app.anyone().json("POST", "/api/invitations/accept", &[], json!({"token": token})).await;
    assert_eq!(empty.problem(), "validation");
    assert_eq!(empty.faults().len(), 3, "every missing field at once");

    let profile = json!({"token": token, "firstName": "Bo", "lastName": "Lim", "countryCode": "65",
        "contactNumber": "81234567", "organisation": "Sample Board", "department": ""});
    let mut more = profile.clone();
    more["username"] = json!("bo");
    let more = app.anyone().json("POST", "/api/invitations/accept", &[], more).await;
    assert_eq!(more.faults(), ["/username: unknown-field"], "an invitee has no say in that");
    let accepted = app.accept("bo@sample-board.gov.sg", profile.clone()).await.expect(202);
    assert_eq!(accepted.body["state"], "accepted");
    let again = app.anyone().json("POST", "/api/invitations/accept", &[], profile).await;
    assert!(again.status.is_client_error(), "a token is used once");
    app.drain().await;
    let invite = invite_of(&app, "ada", &id).await;
    assert_eq!(invite["techpass"]["label"], "Not Onboarded");
    assert_eq!(invite["firstName"], "Bo");
    assert_eq!(app.directory.made().len(), 1);
    assert_eq!(app.mails_to("bo@sample-board.gov.sg").len(), 3, "the invitation, the code and the account");
    let history: Vec<&str> =
        invite["history"].as_array().unwrap().iter().map(|entry| entry["event"].as_str().unwrap()).collect();
    assert_eq!(history[..4], ["QUEUED", "INVITED", "ACCEPTED", "PROVISIONING"]);
}

#[tokio::test]
async fn an_address_with_an_account_is_a_duplicate_and_is_offered_seed_in_either_kind() {
    let app = App::start().await;
    app.directory.add_foreign_account("old-bo", &people::email("bo@sample-board.gov.sg"));
    for body in [invitation("bo"), with_kind("account", &officer_form("bo"))] {
        let made = app.officer("ada").post("/api/invites", body).await.expect(202);
        app.drain().await;
        let invite = invite_of(&app, "ada", made.body["id"].as_str().unwrap()).await;
        assert_eq!(invite["techpass"]["label"], "Failed");
        let failure = &invite["techpass"]["failure"];
        assert_eq!(failure["code"], "account.exists");
        assert!(failure["detail"].as_str().unwrap().starts_with("User with same email already exists."));
        assert_eq!(failure["offer"], "seed-request");
    }
    assert_eq!(app.mails_to("bo@sample-board.gov.sg").len(), 0, "nobody is mailed in vain");
    assert_eq!(app.directory.made().len(), 0);
}

#[tokio::test]
async fn another_officers_invite_is_not_found() {
    let app = App::start().await;
    let made = app.officer("ada").post("/api/invites", invitation("bo")).await.expect(202);
    let path = format!("/api/invites/{}", made.body["id"].as_str().unwrap());
    let foreign = app.officer("eve").get(&path).await;
    let absent = app.officer("eve").get("/api/invites/inv_01JD0000000000000000000000").await;
    assert_eq!((foreign.status.as_u16(), foreign.problem()), (404, "not-found".to_owned()));
    assert_eq!(foreign.body, absent.body, "no difference tells that it exists");
    assert_eq!(app.officer("eve").get("/api/invites").await.expect(200).body["total"], 0);
}

#[tokio::test]
async fn a_second_live_invite_of_a_person_is_refused_without_telling_whose_the_first_is() {
    let app = App::start().await;
    app.officer("ada").post("/api/invites", invitation("bo")).await.expect(202);
    let second = app.officer("eve").post("/api/invites", with_kind("account", &officer_form("bo"))).await;
    assert_eq!((second.status.as_u16(), second.problem()), (409, "invited-by-another".to_owned()));
    assert!(!second.body.to_string().contains("ada"), "an error names nobody");
    app.drain().await;
    assert_eq!(app.outbox.sent().len(), 1);
}

#[tokio::test]
async fn a_lost_wake_up_is_repeated_by_the_sweeper() {
    let app = App::start().await;
    app.queues.set_delivery(testing::Delivery::Failing);
    app.officer("ada").post("/api/invites", with_kind("account", &vendor_form("eve"))).await.expect(202);
    app.queues.set_delivery(testing::Delivery::Working);
    app.drain().await;
    assert_eq!(app.directory.made().len(), 0);
    app.clock.advance(Duration::from_secs(121));
    for _ in 0..5 {
        app.timers().await;
    }
    app.drain().await;
    assert_eq!(app.directory.made().len(), 1);
    assert_eq!(app.outbox.sent().len(), 1);
}

#[tokio::test]
async fn a_lost_answer_of_the_directory_makes_no_second_account() {
    let app = App::start().await;
    app.directory.fail_next(testing::Call::CreateAccount, testing::DirectoryFault::AfterEffect);
    app.officer("ada").post("/api/invites", with_kind("account", &vendor_form("eve"))).await.expect(202);
    app.drain().await;
    assert_eq!(app.outbox.sent().len(), 0);
    for _ in 0..4 {
        app.clock.advance(Duration::from_secs(61));
        app.timers().await;
        app.drain().await;
    }
    assert_eq!(app.directory.made().len(), 1);
    assert_eq!(app.outbox.sent().len(), 1);
    assert_eq!(app.officer("ada").get("/api/invites").await.body["items"][0]["techpass"]["label"], "Not Onboarded");
}

#[tokio::test]
async fn a_lost_answer_of_ses_is_not_answered_with_a_second_mail_while_no_event_arrives() {
    let app = App::start().await;
    app.outbox.fail_next(testing::MailFault::AfterEffect);
    app.officer("ada").post("/api/invites", with_kind("account", &vendor_form("eve"))).await.expect(202);
    app.drain().await;
    for _ in 0..10 {
        app.clock.advance(Duration::from_secs(600));
        app.timers().await;
        app.drain().await;
    }
    assert_eq!(app.outbox.requests(), 1);
}

#[tokio::test]
async fn a_list_that_has_not_changed_is_not_sent_again() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let list = async |known: &[(&str, &str)]| ada.send("GET", "/api/invites", known, axum::body::Body::empty()).await;
    let submit =
        async |name: &str| ada.post("/api/invites", with_kind("account", &vendor_form(name))).await.expect(202);
    submit("eve").await;
    let tag = |answer: &Answer| answer.headers["etag"].to_str().unwrap().to_owned();
    let first = tag(&list(&[]).await.expect(200));
    let same = list(&[("if-none-match", &first)]).await.expect(304);
    assert_eq!((same.bytes.len(), tag(&same)), (0, first.clone()));
    app.drain().await;
    let made = list(&[("if-none-match", &first)]).await.expect(200);
    assert_eq!(made.body["items"][0]["techpass"]["label"], "Not Onboarded");
    submit("kim").await;
    let both = list(&[("if-none-match", &tag(&made))]).await.expect(200).body;
    assert_eq!((&both["total"], &both["techpass"]), (&json!(2), &json!({"queued": 1, "not-onboarded": 1})));
    let queued = ada.get("/api/invites?techpass=queued").await.expect(200).body;
    assert_eq!((&queued["total"], &queued["techpass"]), (&json!(1), &both["techpass"]), "what else there is");
}

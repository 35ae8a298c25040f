//! People who are invited already: who can still be invited, and what an officer is told about the others.

use std::time::Duration;

use directory::AccountStatus;
use domain::{fields::Form, invite::Account};
use serde_json::{Value, json};
use testing::people::{officer_form, vendor_form};
use tests::{
    app::App,
    lists::{batch, paste, row},
    person::Answer,
};

async fn submit(app: &App, officer: &str, form: &Form) -> Answer {
    let mut body = serde_json::to_value(form).unwrap();
    body["kind"] = json!("account");
    app.officer(officer).post("/api/invites", body).await
}

/// A vendor with an account that Ada's invite led to, some minutes ago.
async fn vendor_with_account(app: &App) -> Account {
    submit(app, "ada", &vendor_form("eve")).await.expect(202);
    app.drain().await;
    app.clock.advance(Duration::from_secs(300));
    app.directory.made().pop().unwrap().1
}

/// What a list says of a row for her: its state, and the words for it.
async fn told_of(app: &App, officer: &str, form: Form) -> (String, Value) {
    let id = paste(&app.officer(officer), &[form]).await;
    let row = row(&app.officer(officer), &id, 1).await;
    let words = if row["duplicate"].is_null() { &row["errors"][0] } else { &row["duplicate"] };
    (row["state"].as_str().unwrap().to_owned(), words.clone())
}

#[tokio::test]
async fn somebody_whose_account_was_deleted_is_invited_again_by_any_officer() {
    for officer in ["ada", "ben"] {
        let app = App::start().await;
        let account = vendor_with_account(&app).await;
        app.directory.set_status(&account, AccountStatus::Gone);
        submit(&app, officer, &vendor_form("eve")).await.expect(202);
        app.drain().await;
        assert_eq!(app.directory.made().len(), 1, "{officer}");
    }
    for officer in ["ada", "ben"] {
        let app = App::start().await;
        let account = vendor_with_account(&app).await;
        app.directory.set_status(&account, AccountStatus::Gone);
        assert_eq!(told_of(&app, officer, vendor_form("eve")).await.0, "READY", "{officer}");
    }
}

#[tokio::test]
async fn an_account_that_was_looked_at_is_believed_for_a_minute() {
    let app = App::start().await;
    let account = vendor_with_account(&app).await;
    assert_eq!(submit(&app, "ben", &vendor_form("eve")).await.problem(), "invited-by-another");
    app.directory.set_status(&account, AccountStatus::Gone);
    assert_eq!(submit(&app, "ben", &vendor_form("eve")).await.problem(), "invited-by-another");
    app.clock.advance(Duration::from_secs(60));
    submit(&app, "ben", &vendor_form("eve")).await.expect(202);
}

#[tokio::test]
async fn an_officer_is_told_that_the_account_is_disabled_and_who_enables_it() {
    let app = App::start().await;
    let account = vendor_with_account(&app).await;
    app.directory.set_status(&account, AccountStatus::Disabled);
    let refused = submit(&app, "ada", &vendor_form("eve")).await;
    assert_eq!(refused.problem(), "already-invited");
    assert!(refused.body["detail"].as_str().unwrap().contains("the account is disabled. Ask the administrators"));
    let (state, words) = told_of(&app, "ada", vendor_form("eve")).await;
    assert_eq!((state.as_str(), &words["code"]), ("NEEDS_FIXING", &json!("email.account-disabled")));
}

#[tokio::test]
async fn another_officer_is_told_since_when_somebody_is_invited_and_whom_to_ask() {
    let app = App::start().await;
    submit(&app, "ada", &officer_form("bo")).await.expect(202);
    let since = app.clock.now().singapore_date();
    let refused = submit(&app, "ben", &officer_form("bo")).await;
    assert_eq!(refused.problem(), "invited-by-another");
    let (state, words) = told_of(&app, "ben", officer_form("bo")).await;
    assert_eq!((state.as_str(), &words["code"]), ("DUPLICATE", &json!("duplicate.invited-by-colleague")));
    for said in [&refused.body["detail"], &words["detail"]] {
        let said = said.as_str().unwrap();
        assert!(said.contains(&format!("on {since}.")) && said.contains("Ask them to hand the invite over"), "{said}");
    }
}

#[tokio::test]
async fn an_invitation_that_is_out_and_one_without_seed_have_words_of_their_own() {
    let app = App::start().await;
    let invitation = json!({"kind": "email", "email": officer_form("bo").email, "reason": "Joins"});
    app.officer("ada").post("/api/invites", invitation).await.expect(202);
    app.drain().await;
    let (state, words) = told_of(&app, "ada", officer_form("bo")).await;
    assert_eq!((state.as_str(), &words["code"]), ("DUPLICATE", &json!("duplicate.invitation-out")));
    let without = Form { seed: "No".to_owned(), ..vendor_form("eve") };
    submit(&app, "ada", &without).await.expect(202);
    let (state, words) = told_of(&app, "ada", Form { seed: "Yes".to_owned(), ..without.clone() }).await;
    assert_eq!((state.as_str(), &words["code"]), ("NEEDS_FIXING", &json!("seed.invited-without")));
    assert_eq!(told_of(&app, "ada", without).await.0, "DUPLICATE");
}

#[tokio::test]
async fn a_username_of_another_person_is_a_fault_in_the_draft_and_in_the_report() {
    let app = App::start().await;
    submit(&app, "ada", &vendor_form("eve")).await.expect(202);
    let taken = Form { username: vendor_form("eve").username, ..vendor_form("dee") };
    let (ada, good) = (app.officer("ada"), vendor_form("fay"));
    let id = paste(&ada, &[taken, good]).await;
    assert_eq!(row(&ada, &id, 1).await["errors"][0]["code"], "duplicate.username");
    // A username that is taken after the draft was checked is found at the submission.
    submit(&app, "ben", &Form { email: "gil@vendor.example.com".to_owned(), ..vendor_form("fay") }).await.expect(202);
    ada.json("POST", &format!("/api/batches/{id}/submit"), &[], json!({"only": "ready"})).await.expect(202);
    app.drain().await;
    let counts = batch(&ada, &id).await["counts"].clone();
    assert_eq!((&counts["needsFixing"], &counts["duplicate"]), (&json!(2), &json!(0)));
}

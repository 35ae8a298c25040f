//! Lists with two people, two tabs or a broken connection: rows that depend on others, and the progress of a list.

use std::time::Duration;

use axum::body::Body;
use domain::{
    BatchId,
    batch::{Batch, MAX_TEXT, RowState},
    fields::Form,
    invite::AccountStatus,
};
use queue::QueueName;
use serde_json::{Value, json};
use testing::{
    Call,
    people::{email, officer_form, vendor_form},
};
use tests::{
    app::App,
    lists::{batch, edit, paste, row, rows_of},
    person::{Answer, Person},
};

async fn remove(officer: &Person<'_>, id: &str, number: u32) -> Answer {
    officer.send("DELETE", &format!("/api/batches/{id}/rows/{number}"), &[], Body::empty()).await
}

async fn submit(officer: &Person<'_>, id: &str) {
    officer.json("POST", &format!("/api/batches/{id}/submit"), &[], json!({"only": "ready"})).await.expect(202);
}

fn named(address: &str, first: &str, last: &str) -> Form {
    Form { first_name: first.to_owned(), last_name: last.to_owned(), ..officer_form(address) }
}

/// Checks that every row depends on one with the same address or username that exists, and that the counts are correct.
async fn assert_nothing_rests_on_nothing(app: &App, id: &str, context: &str) {
    let batch = app.store.get::<Batch>(&BatchId::parse(id).unwrap()).await.unwrap().unwrap();
    let mut rows = Vec::new();
    let mut after = Some(0);
    while let Some(from) = after {
        let page = app.store.list_rows(&batch, from, 500, None).await.unwrap();
        rows.extend(page.rows);
        after = page.next;
    }
    for row in &rows {
        let Some(number) = row.state.rests_on() else { continue };
        let other = rows.iter().find(|other| other.number == number).unwrap();
        assert_ne!(other.state, RowState::Removed, "{context}: row {} rests on a removed one", row.number);
        assert!(row.beside(other).is_some(), "{context}: row {} rests on somebody else", row.number);
    }
    assert_eq!(batch.counts, app.store.count_rows(&batch).await.unwrap(), "{context}");
}

/// 250 rows of one person: more than two transactions can hold.
fn crowd() -> Vec<Form> {
    (0..250).map(|_| officer_form("bo")).collect()
}

#[tokio::test]
async fn no_row_rests_on_nothing_wherever_an_edit_of_many_is_broken() {
    let start = async || {
        let app = App::start().await;
        let id = paste(&app.officer("ada"), &crowd()).await;
        (app, id)
    };
    let edits: [(&str, &str, Value); 3] = [
        ("DELETE", "/1", Value::Null),
        ("PATCH", "/1", json!({"email": officer_form("kim").email})),
        ("POST", "/remove", json!({"numbers": (1..=120).collect::<Vec<u32>>()})),
    ];
    for (method, path, body) in edits {
        let change = async |app: &App, id: &str| {
            let path = format!("/api/batches/{id}/rows{path}");
            let ada = app.officer("ada");
            let tag = [("if-match", "\"1\"")];
            if body.is_null() {
                ada.send(method, &path, &[], Body::empty()).await
            } else {
                ada.json(method, &path, &tag, body.clone()).await
            }
        };
        let (app, id) = start().await;
        let whole = app.probe.run("manage-batches", change(&app, &id)).await.unwrap();
        assert!(whole.status.is_success(), "{method} {path}: {}", whole.body);
        let done = batch(&app.officer("ada"), &id).await["counts"].clone();
        let calls = app.probe.calls();
        let writes = calls.iter().enumerate().filter(|(_, call)| !call.effect.is_none());
        assert!(writes.clone().count() >= 3, "{method} {path}: {calls:?}");
        for (place, call) in writes {
            for fault in call.faults() {
                let context = format!("{method} {path}, {place} {} {fault:?}", call.name);
                let (app, id) = start().await;
                app.probe.break_call(place, fault);
                let _ = app.probe.run("manage-batches", change(&app, &id)).await;
                assert_nothing_rests_on_nothing(&app, &id, &context).await;
                let again = change(&app, &id).await;
                assert!(again.status.is_success() || again.status.as_u16() == 412, "{context}: {}", again.body);
                assert_nothing_rests_on_nothing(&app, &id, &context).await;
                assert_eq!(batch(&app.officer("ada"), &id).await["counts"], done, "{context}");
            }
        }
    }
}

#[tokio::test]
async fn an_edit_of_many_is_finished_though_something_else_writes_between_two_transactions() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let id = paste(&ada, &crowd()).await;
    let batch_id = BatchId::parse(&id).unwrap();
    let overtake = async || {
        for _ in 0..6 {
            let batch = app.store.get::<domain::batch::Batch>(&batch_id).await.unwrap().unwrap();
            let _ = app.store.write(batch.becomes(batch.to_value().postponed(app.clock.now()))).await.unwrap();
            tokio::task::yield_now().await;
        }
    };
    let (removed, ()) = tokio::join!(remove(&ada, &id, 1), overtake());
    removed.expect(204);
    assert_nothing_rests_on_nothing(&app, &id, "removed").await;
    let counts = batch(&ada, &id).await["counts"].clone();
    assert_eq!((&counts["ready"], &counts["duplicate"], &counts["removed"]), (&json!(1), &json!(248), &json!(1)));
}

#[tokio::test]
async fn one_address_with_two_names_is_a_fault_to_fix_and_not_the_same_person() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let id =
        paste(&ada, &[named("bo", "Priya", "Rahman"), named("bo", "Nurul", "Pillai"), named("bo", "Priya", "Rahman")])
            .await;
    let counts = batch(&ada, &id).await["counts"].clone();
    assert_eq!((&counts["ready"], &counts["needsFixing"], &counts["duplicate"]), (&json!(1), &json!(1), &json!(1)));
    let second = row(&ada, &id, 2).await;
    assert_eq!((&second["state"], &second["duplicate"]), (&json!("NEEDS_FIXING"), &Value::Null));
    let error = &second["errors"][0];
    assert_eq!(
        (&error["field"], &error["code"], &error["row"]),
        (&json!("email"), &json!("email.other-name"), &json!(1))
    );
    let shown = ada.get(&format!("/api/batches/{id}/rows?show=errors&code=email.other-name")).await.expect(200).body;
    assert_eq!(shown["items"].as_array().unwrap().len(), 1);
    let whole = ada.json("POST", &format!("/api/batches/{id}/submit"), &[], json!({})).await;
    assert_eq!(whole.problem(), "batch-has-errors", "nobody is skipped in silence");
    // A change of all rows does not resolve it; a change of either row does.
    let all = json!({"rows": {}, "set": {"reason": "Another"}});
    ada.json("PATCH", &format!("/api/batches/{id}/rows"), &[], all).await.expect(200);
    assert_eq!(row(&ada, &id, 2).await["state"], "NEEDS_FIXING");
    edit(&ada, &id, 1, json!({"firstName": "Nurul", "lastName": "PILLAI"})).await.expect(200);
    assert_eq!(row(&ada, &id, 2).await["duplicate"]["row"], 1, "the same name is the same person");
    assert_eq!(row(&ada, &id, 3).await["errors"][0]["code"], "email.other-name");
    edit(&ada, &id, 3, json!({"email": officer_form("kim").email})).await.expect(200);
    assert_eq!(row(&ada, &id, 3).await["state"], "READY");
    remove(&ada, &id, 1).await.expect(204);
    assert_eq!(row(&ada, &id, 2).await["state"], "READY");
    edit(&ada, &id, 2, json!({"email": officer_form("kim").email})).await.expect(200);
    let file = ada.get(&format!("/api/batches/{id}/results.xlsx?only=failed")).await.expect(200);
    assert_eq!(rows_of(&file.bytes), Some(1), "it is to be fixed");
    submit(&ada, &id).await;
    app.drain().await;
    assert_eq!(app.directory.made().len(), 1);
    assert_nothing_rests_on_nothing(&app, &id, "submitted").await;
}

#[tokio::test]
async fn a_change_of_named_rows_compares_only_rows_that_it_fixes() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let unread = Form { contact_number: "unknown".into(), ..officer_form("bo") };
    let id = paste(&ada, &[officer_form("bo"), unread]).await;
    let set = json!({"rows": {"numbers": [1]}, "set": {"reason": "Another"}});
    ada.json("PATCH", &format!("/api/batches/{id}/rows"), &[], set).await.expect(200);
    let first = row(&ada, &id, 1).await;
    assert_eq!((&first["state"], &first["values"]["reason"]), (&json!("READY"), &json!("Another")), "{first}");
    assert_eq!(row(&ada, &id, 2).await["state"], "NEEDS_FIXING");
}

#[tokio::test]
async fn a_second_name_at_an_address_that_the_officer_has_invited_is_a_fault_to_fix() {
    let app = App::start().await;
    let (ada, eve) = (app.officer("ada"), app.officer("eve"));
    let second = || Form { first_name: "Nurul".into(), last_name: "Aini".into(), ..vendor_form("bo") };
    let early = paste(&ada, &[second()]).await;
    let first = paste(&ada, &[vendor_form("bo")]).await;
    submit(&ada, &first).await;
    app.drain().await;
    let code = async |id: &str, number| row(&ada, id, number).await["errors"][0]["code"].clone();
    // While it is read, while it is edited, and while it is dispatched.
    let read = paste(&ada, &[second(), vendor_form("bo"), vendor_form("kim")]).await;
    assert_eq!(code(&read, 1).await, "email.invited-other-name");
    edit(&ada, &read, 3, json!({"email": "bo@vendor.example.com", "username": "kim.tan", "firstName": "Kim"})).await;
    assert_eq!(row(&ada, &read, 3).await["state"], "NEEDS_FIXING");
    submit(&ada, &early).await;
    app.drain().await;
    assert_eq!(code(&early, 1).await, "email.invited-other-name");
    assert_eq!(batch(&ada, &early).await["counts"]["needsFixing"], 1);
    // The same person is a duplicate, and a colleague's invite reveals nothing of its person.
    let same = paste(&ada, &[vendor_form("bo")]).await;
    assert_eq!(row(&ada, &same, 1).await["duplicate"]["code"], "duplicate.invited");
    let theirs = paste(&eve, &[second()]).await;
    assert_eq!(row(&eve, &theirs, 1).await["duplicate"]["code"], "duplicate.invited-by-colleague");
}

#[tokio::test]
async fn an_invite_of_another_officer_is_named_as_that() {
    let app = App::start().await;
    let (ada, eve) = (app.officer("ada"), app.officer("eve"));
    let body = json!({"kind": "email", "email": officer_form("bo").email, "reason": "Joins"});
    ada.post("/api/invites", body.clone()).await.expect(202);
    let theirs = paste(&eve, &[officer_form("bo")]).await;
    assert_eq!(row(&eve, &theirs, 1).await["duplicate"]["code"], "duplicate.invited-by-colleague");
    let own = paste(&ada, &[officer_form("bo")]).await;
    assert_eq!(row(&ada, &own, 1).await["duplicate"]["code"], "duplicate.invited");
    assert_eq!(eve.post("/api/invites", body.clone()).await.problem(), "invited-by-another");
    assert_eq!(ada.post("/api/invites", body).await.problem(), "already-invited");
    // The invite is created between the check and the submission.
    let late = paste(&eve, &[officer_form("kim")]).await;
    let body = json!({"kind": "email", "email": officer_form("kim").email, "reason": "Joins"});
    ada.post("/api/invites", body).await.expect(202);
    submit(&eve, &late).await;
    app.drain().await;
    assert_eq!(row(&eve, &late, 1).await["duplicate"]["code"], "duplicate.invited-by-colleague");
}

#[tokio::test]
async fn a_row_that_is_fixed_and_submitted_again_is_counted_once_and_waited_for() {
    let app = App::start().await;
    let ada = app.officer("ada");
    app.directory.add_foreign_account("eve", &email("someone@sample-board.gov.sg"));
    let id = paste(&ada, &[vendor_form("eve"), vendor_form("kim")]).await;
    submit(&ada, &id).await;
    app.drain().await;
    let progress = async || batch(&ada, &id).await["progress"].clone();
    assert_eq!(progress().await, json!({"ACCOUNT_CREATED": 1, "FAILED": 1}));
    let failed = row(&ada, &id, 1).await["invite"]["id"].as_str().unwrap().to_owned();
    edit(&ada, &id, 1, json!({"username": "eve.tan"})).await.expect(200);
    assert_eq!(progress().await, json!({"ACCOUNT_CREATED": 1}), "the row names it no more");
    submit(&ada, &id).await;
    for wake in app.queues.drain(QueueName::Dispatch) {
        app.deliver(QueueName::Dispatch, wake).await;
    }
    assert_eq!(batch(&ada, &id).await["state"], "DISPATCHED", "the new invite is not worked on yet");
    app.drain().await;
    assert_eq!(batch(&ada, &id).await["state"], "DONE");
    assert_eq!(progress().await, json!({"ACCOUNT_CREATED": 2}));
    let reports = app.mails_to("ada@example-agency.gov.sg");
    assert_eq!(reports.len(), 2);
    assert!(reports[0].letter.text.contains("Failed: 1"), "{}", reports[0].letter.text);
    assert!(!reports[1].letter.text.contains("Failed: 1"), "the old failure is over: {}", reports[1].letter.text);
    ada.get(&format!("/api/invites/{failed}")).await.expect(200);
}

#[tokio::test]
async fn an_officer_sees_why_no_mail_of_a_list_goes_out_and_from_when_it_does() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let id = paste(&ada, &[vendor_form("eve")]).await;
    submit(&ada, &id).await;
    let mail = async || batch(&ada, &id).await["mailHold"].clone();
    let until = app.clock.now() + Duration::from_secs(900);
    app.store.pause_mail(until).await.unwrap();
    assert_eq!(mail().await, json!(null), "no mail of the list is due yet");
    app.drain().await;
    assert_eq!(mail().await, json!({"state": "PAUSED", "until": until.to_string()}));
    app.store.stop_mail().await.unwrap();
    assert_eq!(mail().await, json!({"state": "STOPPED"}));
    app.store.start_mail().await.unwrap();
    assert_eq!(mail().await, json!(null));
    app.clock.advance(Duration::from_secs(120));
    app.timers().await;
    app.drain().await;
    assert_eq!(batch(&ada, &id).await["progress"], json!({"ACCOUNT_CREATED": 1}));
}

#[tokio::test]
async fn a_list_is_done_though_one_of_its_people_was_erased_before() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let id = paste(&ada, &[vendor_form("eve"), vendor_form("kim")]).await;
    submit(&ada, &id).await;
    for wake in app.queues.drain(QueueName::Dispatch) {
        app.deliver(QueueName::Dispatch, wake).await;
    }
    let person = testing::people::keys().address(&email(&vendor_form("eve").email));
    app.store.request_forgetting(&person).await.unwrap();
    for _ in 0..5 {
        app.clock.advance(Duration::from_secs(3600));
        app.timers().await;
    }
    app.drain().await;
    // The batch was dispatched hours ago, so its next check is within a quarter of an hour.
    app.clock.advance(Duration::from_secs(17 * 60));
    app.timers().await;
    app.drain().await;
    assert_eq!(batch(&ada, &id).await["state"], "DONE");
}

#[tokio::test]
async fn two_progresses_never_have_one_tag() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let forms: Vec<Form> = (0..3).map(|n| vendor_form(&format!("eve{n}"))).collect();
    let id = paste(&ada, &forms).await;
    submit(&ada, &id).await;
    for wake in app.queues.drain(QueueName::Dispatch) {
        app.deliver(QueueName::Dispatch, wake).await;
    }
    let path = format!("/api/batches/{id}");
    let mut seen: Vec<(String, Value)> = Vec::new();
    let mut look = async || {
        let answer = ada.get(&path).await.expect(200);
        let tag = answer.headers["etag"].to_str().unwrap().to_owned();
        ada.send("GET", &path, &[("if-none-match", &tag)], Body::empty()).await.expect(304);
        for (other, body) in &seen {
            assert_eq!(*other == tag, *body == answer.body, "{body} and {}", answer.body);
        }
        seen.push((tag, answer.body));
    };
    look().await;
    // The batch itself does not change with its invites.
    for queue in [QueueName::Provision, QueueName::Mail] {
        for wake in app.queues.drain(queue) {
            app.deliver(queue, wake).await;
            look().await;
        }
    }
    assert!(seen.len() >= 5);
}

#[tokio::test]
async fn a_column_says_the_same_wherever_it_is_shown() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let id = paste(&ada, &[vendor_form("eve")]).await;
    submit(&ada, &id).await;
    app.drain().await;
    let (invite, account) = app.directory.made().remove(0);
    let mut met = Vec::new();
    for status in [AccountStatus::Pending, AccountStatus::SignedIn, AccountStatus::Disabled, AccountStatus::Gone] {
        app.directory.set_status(&account, status);
        app.clock.advance(Duration::from_secs(120));
        let listed = ada.get(&format!("/api/invites/{invite}")).await.expect(200).body;
        let shown = row(&ada, &id, 1).await["invite"].clone();
        assert_eq!(shown["techpass"], listed["techpass"]["label"], "{status:?}");
        assert_eq!(shown["seed"], listed["seed"]["label"], "{status:?}");
        met.push(shown["seed"].as_str().unwrap().to_owned());
        app.drain().await;
    }
    assert_eq!(met.last().map(String::as_str), Some("-"));
    assert!(app.directory.calls(Call::AccountStatus) >= 4);
}

#[tokio::test]
async fn the_numbers_under_each_status_are_of_the_answer_that_they_come_with() {
    let app = App::start().await;
    let ada = app.officer("ada");
    for name in ["eve", "kim"] {
        let mut body = serde_json::to_value(vendor_form(name)).unwrap();
        body["kind"] = json!("account");
        ada.post("/api/invites", body).await.expect(202);
    }
    app.drain().await;
    let (_, account) = app.directory.made().remove(0);
    app.directory.set_status(&account, AccountStatus::SignedIn);
    app.clock.advance(Duration::from_secs(120));
    let listed = ada.get("/api/invites").await.expect(200).body;
    let states: Vec<&str> =
        listed["items"].as_array().unwrap().iter().map(|item| item["techpass"]["label"].as_str().unwrap()).collect();
    assert!(states.contains(&"Onboarded"), "{states:?}");
    assert_eq!(listed["techpass"], json!({"onboarded": 1, "not-onboarded": 1}), "{states:?}");
}

#[tokio::test]
async fn no_way_in_takes_a_text_without_bounds_and_what_is_right_of_it_stays() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let long = "\u{674e}".repeat(MAX_TEXT + 1);
    let form = |name: &str| Form { reason: long.clone(), ..officer_form(name) };
    let id = paste(&ada, &[form("bo"), officer_form("kim"), officer_form("max")]).await;
    ada.post(&format!("/api/batches/{id}/rows"), json!({"rows": [form("eve")]})).await.expect(201);
    edit(&ada, &id, 2, json!({"reason": long})).await.expect(200);
    let many = json!({"rows": {"numbers": [3]}, "set": {"reason": long}});
    ada.json("PATCH", &format!("/api/batches/{id}/rows"), &[], many).await.expect(200);
    let made = ada.post("/api/batches", json!({"fileName": "long.xlsx"})).await.expect(201);
    let uploaded = made.body["batchId"].as_str().unwrap().to_owned();
    let event = app.upload(&format!("uploads/{uploaded}"), testing::people::workbook(&[form("sue")]));
    let _ = app.parse(event).await;
    for (list, number) in [(&id, 1), (&id, 2), (&id, 3), (&id, 4), (&uploaded, 1)] {
        let row = row(&ada, list, number).await;
        assert_eq!(row["errors"].as_array().map(Vec::len), Some(1), "{row}");
        assert_eq!(
            (&row["errors"][0]["field"], &row["errors"][0]["code"]),
            (&json!("reason"), &json!("cell.too-long"))
        );
        assert_eq!(row["values"]["reason"].as_str().unwrap().chars().count(), MAX_TEXT);
        assert_eq!(row["values"]["organisation"], "Sample Board", "the rest is kept");
    }
}

#[tokio::test]
async fn rows_as_long_as_they_may_be_are_edited_removed_and_submitted() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let text = || "\u{1d306}".repeat(MAX_TEXT);
    let long = |n: usize| Form {
        username: text(),
        last_name: text(),
        country_code: text(),
        contact_number: text(),
        organisation: text(),
        department: text(),
        seed: text(),
        ..officer_form(&format!("long{n}"))
    };
    let id = paste(&ada, &[officer_form("bo")]).await;
    for n in 0..60 {
        ada.post(&format!("/api/batches/{id}/rows"), json!({"rows": [long(n)]})).await.expect(201);
    }
    let set = json!({"rows": {}, "set": {"reason": text()}});
    let changed = ada.json("PATCH", &format!("/api/batches/{id}/rows"), &[], set).await.expect(200).body;
    assert_eq!(changed["changed"], 61);
    let results = ada.get(&format!("/api/batches/{id}/results.xlsx")).await;
    assert!(results.status == 200 || results.problem() == "too-large", "{}", results.body);
    let numbers = json!({"numbers": (1..=61).collect::<Vec<u32>>()});
    let removed = ada.json("POST", &format!("/api/batches/{id}/rows/remove"), &[], numbers).await.expect(200).body;
    assert_eq!(removed["changed"], 61);
}

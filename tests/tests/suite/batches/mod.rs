//! A list of people: checked, edited, submitted, done, and downloaded.

mod emails;
mod questions;
mod rows;

use domain::batch::Batch;
use queue::{QueueName, Wake};
use serde_json::{Value, json};
use std::time::Duration;
use testing::people::{draft, officer, officer_form, vendor_form};
use tests::{
    app::App,
    lists::{batch, edit, paste, row, rows_of},
    person::{Answer, Person},
};

/// After this time the sweeper's daily jobs run again.
const DAY: Duration = Duration::from_secs(24 * 3600);

async fn submit(officer: &Person<'_>, id: &str, body: Value) -> Answer {
    officer.json("POST", &format!("/api/batches/{id}/submit"), &[], body).await
}

#[tokio::test]
async fn good_rows_go_first_and_fixed_ones_follow() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let mut faulty = vendor_form("eve");
    faulty.username.clear();
    faulty.contact_number = "12".to_owned();
    let forms = [officer_form("bo"), faulty, vendor_form("kim"), officer_form("Bo")];
    let id = paste(&ada, &forms).await;
    let draft = batch(&ada, &id).await;
    assert_eq!(draft["state"], "DRAFT");
    assert_eq!(
        draft["counts"],
        json!({"total": 4, "ready": 2, "needsFixing": 1, "duplicate": 1, "removed": 0, "sent": 0})
    );
    let errors = ada.get(&format!("/api/batches/{id}/rows?show=errors")).await.expect(200).body;
    let codes: Vec<&str> =
        errors["items"][0]["errors"].as_array().unwrap().iter().map(|error| error["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["username.required", "contact-number.singapore"], "all faults of the row at once");
    assert_eq!(row(&ada, &id, 4).await["duplicate"]["row"], 1);

    let refused = submit(&ada, &id, json!({})).await;
    assert_eq!((refused.status.as_u16(), refused.problem()), (422, "batch-has-errors".to_owned()));
    submit(&ada, &id, json!({"only": "ready"})).await.expect(202);
    submit(&ada, &id, json!({"only": "ready"})).await.expect(202);
    app.drain().await;
    let through = batch(&ada, &id).await;
    assert_eq!((&through["state"], &through["counts"]["sent"]), (&json!("DONE"), &json!(2)));
    assert_eq!(app.directory.made().len(), 2);

    let changed = edit(&ada, &id, 2, json!({"username": "eve", "contactNumber": "81234567"})).await.expect(200);
    assert_eq!(changed.body["row"]["state"], "READY");
    submit(&ada, &id, json!({})).await.expect(202);
    app.drain().await;
    assert_eq!(batch(&ada, &id).await["counts"]["sent"], 3);
    assert_eq!(app.directory.made().len(), 3);
    let to_people = app.outbox.sent().into_iter().filter(|mail| !mail.to.as_str().starts_with("ada@")).count();
    assert_eq!(to_people, 3, "one mail each");
    assert_eq!(app.mails_to("ada@example-agency.gov.sg").len(), 2, "one report for each submission");
    let listed = ada.get(&format!("/api/invites?batch={id}")).await.expect(200).body;
    assert_eq!(listed["total"], 3);
}

#[tokio::test]
async fn a_stale_edit_is_refused_and_a_submitted_row_is_not_edited() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let id = paste(&ada, &[officer_form("bo"), officer_form("kim")]).await;
    let path = format!("/api/batches/{id}/rows/1");
    let missing = ada.json("PATCH", &path, &[], json!({"reason": "x"})).await;
    assert_eq!((missing.status.as_u16(), missing.problem()), (428, "version-required".to_owned()));
    edit(&ada, &id, 1, json!({"reason": "Another reason"})).await.expect(200);
    let stale = ada.json("PATCH", &path, &[("if-match", "\"1\"")], json!({"reason": "x"})).await;
    assert_eq!((stale.status.as_u16(), stale.problem()), (412, "version-mismatch".to_owned()));
    assert_eq!(row(&ada, &id, 1).await["values"]["reason"], "Another reason");
    submit(&ada, &id, json!({})).await.expect(202);
    let late = edit(&ada, &id, 1, json!({"reason": "too late"})).await;
    assert_eq!(late.problem(), "state-conflict");
    assert_eq!(ada.send("DELETE", &path, &[], axum::body::Body::empty()).await.problem(), "state-conflict");
}

#[tokio::test]
async fn a_batch_that_changes_by_itself_while_it_is_submitted_or_reset_is_looked_at_again() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let id = paste(&ada, &[officer_form("bo")]).await;
    let batch_id = domain::BatchId::parse(&id).unwrap();
    // As when its report is recorded or its invites are counted, which no caller can foresee.
    let overtake = async || {
        for _ in 0..4 {
            let batch = app.store.get::<Batch>(&batch_id).await.unwrap().unwrap();
            let _ = app.store.write(batch.becomes(batch.to_value().postponed(app.clock.now()))).await.unwrap();
        }
    };
    let (submitted, ()) = tokio::join!(submit(&ada, &id, json!({})), overtake());
    submitted.expect(202);
    app.drain().await;
    assert_eq!(batch(&ada, &id).await["counts"]["sent"], 1);
    let path = format!("/api/batches/{id}");
    let (reset, ()) = tokio::join!(ada.send("DELETE", &path, &[], axum::body::Body::empty()), overtake());
    reset.expect(204);
    assert_eq!(batch(&ada, &id).await["state"], "RESET");
}

#[tokio::test]
async fn a_batch_that_changes_by_itself_while_its_invites_are_checked_is_checked_again_soon() {
    /// More calls than one check has.
    const CALLS_OF_A_CHECK: usize = 8;
    for place in 0..CALLS_OF_A_CHECK {
        let app = App::start().await;
        let ada = app.officer("ada");
        let id = domain::BatchId::parse(&paste(&ada, &[vendor_form("eve")]).await).unwrap();
        submit(&ada, &id.to_string(), json!({})).await.expect(202);
        let check = Wake::Batch { id };
        app.deliver(QueueName::Dispatch, check).await;
        let _ = app.queues.drain(QueueName::Dispatch);
        app.clock.advance(Duration::from_secs(10));
        app.probe.interrupt(app.probe.calls().len() + place);
        let count = async || {
            let batch = app.store.get::<Batch>(&id).await.unwrap().unwrap();
            if let Ok(counted) = batch.to_value().counted(0, 0, app.clock.now()) {
                assert!(app.store.write(batch.becomes(counted)).await.unwrap().is_done());
            }
        };
        let work = app.deliver(QueueName::Dispatch, check);
        app.probe.run_interrupted("dispatch-batch", work, count).await.unwrap();
        assert_eq!(app.queues.drain(QueueName::Dispatch), [check], "before call {place}");
    }
}

#[tokio::test]
async fn a_row_whose_address_was_invited_meanwhile_is_marked_and_the_others_are_sent() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let id = paste(&ada, &[vendor_form("kim"), vendor_form("eve")]).await;
    let mut body = serde_json::to_value(vendor_form("eve")).unwrap();
    body["kind"] = json!("account");
    app.officer("olivia").post("/api/invites", body).await.expect(202);
    let draft = Wake::Batch { id: domain::BatchId::parse(&id).unwrap() };
    app.drain().await;
    app.deliver(QueueName::Dispatch, draft).await;
    assert_eq!(app.queues.drain(QueueName::Mail), [], "a draft has no report");
    submit(&ada, &id, json!({"only": "ready"})).await.expect(202);
    app.drain().await;
    let states = [row(&ada, &id, 1).await["state"].clone(), row(&ada, &id, 2).await["state"].clone()];
    assert_eq!(states, [json!("SENT"), json!("DUPLICATE")]);
}

/// More rows than one step dispatches.
#[tokio::test]
async fn a_step_of_a_long_batch_is_begun_only_with_the_time_for_it() {
    for (left, rest) in [(19_999, 1), (20_000, 0)] {
        let app = App::start().await;
        let forms: Vec<_> = (0..2001).map(|number| vendor_form(&format!("vendor{number}"))).collect();
        let now = app.clock.now();
        let (draft, rows) = draft(&officer("ada"), forms, now, &testing::seeded(7));
        let id = draft.id;
        app.store.write_rows(id, &rows).await.unwrap();
        assert!(app.store.create_batch(&draft.submit(now).unwrap()).await.unwrap().is_done());
        let wake = Wake::Batch { id };
        app.deliver_by(QueueName::Dispatch, wake, now + Duration::from_millis(left)).await;
        let batch = app.store.get::<Batch>(&id).await.unwrap().unwrap();
        assert_eq!(app.store.count_rows(&batch).await.unwrap().ready, rest, "{left}");
        let state = if rest == 0 { "DISPATCHED" } else { "SUBMITTED" };
        assert_eq!(batch.state_name(), state, "{left}");
        assert_eq!(app.queues.drain(QueueName::Dispatch), [wake], "the rest, or the first check of the invites");
    }
}

#[tokio::test]
async fn columns_that_the_officer_describes_with_the_upload_are_not_asked_about() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let columns = json!([{"title": "Work contact", "column": 2, "field": "email"}, {"title": "Given", "column": 3,
        "field": "firstName"}, {"title": "Family", "column": 4, "field": "lastName"}, {"title": "Desk", "column": 8}]);
    let made = ada.post("/api/batches", json!({"fileName": "joiners.xlsx", "columns": columns})).await.expect(201);
    let id = made.body["batchId"].as_str().unwrap();
    let bytes = include_bytes!("../../../../shared/sheet/tests/files/other-titles.xlsx");
    let event = app.upload(&format!("uploads/{id}"), bytes.to_vec());
    let _ = app.parse(event).await;
    let found = batch(&ada, id).await;
    assert_eq!((&found["state"], &found["counts"]["ready"]), (&json!("DRAFT"), &json!(2)), "{found}");
    let twice = json!({"columns": [{"title": "A", "column": 1, "field": "email"}, {"title": "B", "column": 2,
        "field": "email"}]});
    assert_eq!(ada.post("/api/batches", twice).await.faults(), ["/columns/1: columns.twice"]);
    let rows = json!({"rows": [officer_form("bo")], "columns": [{"title": "A", "column": 1}]});
    assert_eq!(ada.post("/api/batches", rows).await.faults(), ["/columns: columns.not-for-rows"]);
}

#[tokio::test]
async fn a_row_whose_invite_failed_is_fixed_and_submitted_again() {
    let app = App::start().await;
    let ada = app.officer("ada");
    app.directory.add_foreign_account("eve", &testing::people::email("someone@sample-board.gov.sg"));
    let id = paste(&ada, &[vendor_form("eve")]).await;
    submit(&ada, &id, json!({})).await.expect(202);
    app.drain().await;
    let failed = row(&ada, &id, 1).await;
    assert_eq!(failed["invite"]["failure"]["code"], "username.taken");
    let file = ada.get(&format!("/api/batches/{id}/results.xlsx?only=failed")).await.expect(200);
    assert_eq!(rows_of(&file.bytes), Some(1), "the failed rows can be uploaded again");
    edit(&ada, &id, 1, json!({"username": "eve.tan"})).await.expect(200);
    submit(&ada, &id, json!({})).await.expect(202);
    app.drain().await;
    assert_eq!(app.directory.made().len(), 1);
    let file = ada.get(&format!("/api/batches/{id}/results.xlsx?only=failed")).await.expect(200);
    assert_eq!(rows_of(&file.bytes), None, "nothing failed is left");
}

#[tokio::test]
async fn another_officers_batch_is_not_found() {
    let app = App::start().await;
    let id = paste(&app.officer("ada"), &[officer_form("bo")]).await;
    let eve = app.officer("eve");
    for (method, path) in [
        ("GET", format!("/api/batches/{id}")),
        ("GET", format!("/api/batches/{id}/rows")),
        ("DELETE", format!("/api/batches/{id}")),
        ("DELETE", format!("/api/batches/{id}/rows/1")),
        ("GET", format!("/api/batches/{id}/results.xlsx")),
    ] {
        let answer = eve.send(method, &path, &[], axum::body::Body::empty()).await;
        assert_eq!((answer.status.as_u16(), answer.problem()), (404, "not-found".to_owned()), "{method} {path}");
    }
    assert_eq!(submit(&eve, &id, json!({})).await.problem(), "not-found");
    assert_eq!(eve.get("/api/batches").await.body["items"], json!([]));
}

#[tokio::test]
async fn a_doubled_request_makes_one_batch_and_a_doubled_message_one_invite_each() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let body = json!({"rows": [officer_form("bo"), officer_form("kim")]});
    let first = ada.json("POST", "/api/batches", &[("idempotency-key", "k")], body.clone()).await.expect(201);
    let second = ada.json("POST", "/api/batches", &[("idempotency-key", "k")], body).await.expect(201);
    assert_eq!(first.bytes, second.bytes);
    let other =
        ada.json("POST", "/api/batches", &[("idempotency-key", "k")], json!({"rows": [officer_form("bo")]})).await;
    assert_eq!(other.problem(), "idempotency-key-reused");
    assert_eq!(ada.get("/api/batches").await.body["items"].as_array().unwrap().len(), 1);
    let id = first.body["batchId"].as_str().unwrap();
    submit(&ada, id, json!({})).await.expect(202);
    let wake = app.queues.drain(queue::QueueName::Dispatch).pop().unwrap();
    let deliver = || app.deliver(queue::QueueName::Dispatch, wake);
    let _ = tokio::join!(deliver(), deliver(), deliver());
    for message in app.queues.drain(queue::QueueName::Provision) {
        let deliver = || app.deliver(queue::QueueName::Provision, message);
        let _ = tokio::join!(deliver(), deliver());
    }
    app.drain().await;
    assert_eq!(app.directory.made().len(), 2);
    assert_eq!(batch(&ada, id).await["counts"]["sent"], 2);
    assert_eq!(app.outbox.sent().len(), 3, "two people and one report");
}

#[tokio::test]
async fn an_upload_form_names_one_key_and_a_range_of_sizes() {
    let app = App::start().await;
    let made = app.officer("ada").post("/api/batches", json!({"fileName": "new joiners.xlsx"})).await.expect(201).body;
    let fields = &made["upload"]["fields"];
    assert_eq!(fields["key"], format!("uploads/{}", made["batchId"].as_str().unwrap()));
    assert!(fields["policy"].is_string() && fields["x-amz-signature"].as_str().unwrap().len() == 64);
    let waiting = batch(&app.officer("ada"), made["batchId"].as_str().unwrap()).await;
    assert_eq!((&waiting["state"], &waiting["fileName"]), (&json!("AWAITING_UPLOAD"), &json!("new joiners.xlsx")));
}

#[tokio::test]
async fn the_sweeper_takes_over_a_batch_that_nobody_looks_after() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let id = paste(&ada, &[officer_form("bo")]).await;
    submit(&ada, &id, json!({})).await.expect(202);
    let dispatch = app.queues.drain(queue::QueueName::Dispatch).pop().unwrap();
    app.deliver(queue::QueueName::Dispatch, dispatch).await;
    assert_eq!(batch(&ada, &id).await["state"], "DISPATCHED");
    assert_eq!(app.queues.drain(queue::QueueName::Dispatch).len(), 1, "the next look, now lost");
    app.drain().await;
    assert_eq!(batch(&ada, &id).await["state"], "DISPATCHED");
    app.clock.advance(std::time::Duration::from_secs(121));
    app.timers().await;
    app.drain().await;
    assert_eq!(batch(&ada, &id).await["state"], "DONE");
}

#[tokio::test]
async fn doubled_looks_do_not_multiply() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let id = paste(&ada, &[officer_form("bo")]).await;
    submit(&ada, &id, json!({})).await.expect(202);
    let dispatch = app.queues.drain(queue::QueueName::Dispatch).pop().unwrap();
    for _ in 0..5 {
        app.clock.advance(std::time::Duration::from_millis(10));
        app.deliver(queue::QueueName::Dispatch, dispatch).await;
    }
    assert_eq!(app.queues.drain(queue::QueueName::Dispatch).len(), 1);
}

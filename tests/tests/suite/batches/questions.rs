//! A file that leaves something open is asked about, and read with the answers.

use std::time::Duration;

use boot::Disposition;
use serde_json::{Value, json};
use testing::{Delivery, people::officer};
use tests::{
    app::App,
    lists::batch,
    person::{Answer, Person},
};

use super::{DAY, submit};

/// A workbook with titles of its own, under a banner, with one column too many.
const OTHER_TITLES: &[u8] = include_bytes!("../../../../shared/sheet/tests/files/other-titles.xlsx");

const MINUTE: Duration = Duration::from_secs(60);

/// Uploads the workbook and has it read. Returns the id of its batch.
async fn uploaded(app: &App, ada: &Person<'_>) -> String {
    let made = ada.post("/api/batches", json!({"fileName": "joiners.xlsx"})).await.expect(201);
    let id = made.body["batchId"].as_str().unwrap().to_owned();
    let event = app.upload(&format!("uploads/{id}"), OTHER_TITLES.to_vec());
    assert!(matches!(app.parse(event).await, Disposition::Done));
    id
}

async fn answer(officer: &Person<'_>, id: &str, body: Value) -> Answer {
    officer.json("POST", &format!("/api/batches/{id}/answers"), &[], body).await
}

/// What the columns of the workbook hold.
fn columns() -> Value {
    let titles = ["Work contact", "Given", "Family", "HP", "Org", "Purpose"];
    let fields = ["email", "firstName", "lastName", "contactNumber", "organisation", "reason"];
    let mut columns: Vec<Value> = (2..)
        .zip(titles)
        .zip(fields)
        .map(|((column, title), field)| json!({"title": title, "column": column, "field": field}))
        .collect();
    columns.push(json!({"title": "Desk", "column": 8}));
    json!(columns)
}

/// Reads what is announced, as the queue would deliver it.
pub(super) async fn read_announced(app: &App) -> usize {
    let announced = app.queues.drain_announcements();
    for text in &announced {
        assert!(matches!(app.parse(serde_json::from_str(text).unwrap()).await, Disposition::Done));
    }
    announced.len()
}

#[tokio::test]
async fn a_file_is_read_again_with_the_answers_of_its_officer() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let id = uploaded(&app, &ada).await;
    let asked = batch(&ada, &id).await;
    assert_eq!(
        (&asked["state"], &asked["fault"], &asked["counts"]["total"]),
        (&json!("ASKING"), &json!(null), &json!(0))
    );
    let questions = &asked["questions"];
    assert_eq!(questions["reasons"][0]["code"], "FILE_HEADER_MISSING");
    assert_eq!(
        questions["columns"][0],
        json!({"title": "Work contact", "column": 2,
            "samples": ["kim@example-agency.gov.sg", "bo@example-agency.gov.sg"]})
    );
    assert_eq!(questions["missing"], json!(["email", "firstName", "lastName"]));
    assert_eq!(submit(&ada, &id, json!({})).await.status.as_u16(), 409, "nobody is on the list");

    let answered = answer(&ada, &id, json!({"columns": columns(), "values": {"seed": "Yes"}})).await.expect(202);
    assert_eq!((&answered.body["state"], &answered.body["questions"]), (&json!("PARSING"), &json!(null)));
    assert_eq!(read_announced(&app).await, 1);
    let read = batch(&ada, &id).await;
    assert_eq!((&read["state"], &read["counts"]["total"]), (&json!("DRAFT"), &json!(2)), "{read}");
    assert_eq!(read["notices"], json!(["1 column was left out. That is what was said about them."]));
    let rows = ada.get(&format!("/api/batches/{id}/rows")).await.expect(200).body;
    assert_eq!(rows["items"][0]["values"]["seed"], "Yes");
    let again = answer(&ada, &id, json!({})).await;
    assert_eq!((again.status.as_u16(), again.problem()), (409, "state-conflict".to_owned()));
    let eve = app.officer("eve");
    assert_eq!(answer(&eve, &id, json!({})).await.status.as_u16(), 404);
}

#[tokio::test]
async fn what_is_left_open_is_asked_again_with_what_was_answered_before() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let id = uploaded(&app, &ada).await;
    let columns: Vec<Value> =
        columns().as_array().unwrap().iter().filter(|column| column["field"] != "reason").cloned().collect();
    answer(&ada, &id, json!({"columns": columns})).await.expect(202);
    assert_eq!(read_announced(&app).await, 1);
    let read = batch(&ada, &id).await;
    assert_eq!(read["state"], "DRAFT", "Purpose is known by itself: {read}");
}

#[tokio::test]
async fn answers_that_cannot_be_used_are_refused_where_they_are() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let id = uploaded(&app, &ada).await;
    let twice = json!([{"title": "A", "column": 1, "field": "email"}, {"title": "B", "column": 2, "field": "email"}]);
    for (body, fault) in [
        (json!({"columns": twice}), "/columns/1: columns.twice"),
        (json!({"values": {"seed": "perhaps"}}), "/values/seed: seed.syntax"),
        (json!({"worksheet": "x".repeat(101)}), "/worksheet: too-long"),
    ] {
        assert_eq!(answer(&ada, &id, body).await.faults(), [fault]);
    }
    assert_eq!(answer(&ada, &id, json!({"encoding": "utf-7"})).await.faults(), ["/encoding: encoding.unknown"]);
    let one_person = json!({"values": {"email": "bo@example-agency.gov.sg"}});
    let no_field = json!({"columns": [{"title": "A", "column": 1, "field": "nickname"}]});
    for body in [one_person, no_field, json!({"sheet": "A"})] {
        assert_eq!(answer(&ada, &id, body).await.status.as_u16(), 400);
    }
    assert_eq!(batch(&ada, &id).await["state"], "ASKING", "nothing was changed");
}

#[tokio::test]
async fn a_lost_message_about_answers_is_repeated_within_minutes() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let id = uploaded(&app, &ada).await;
    app.queues.set_delivery(Delivery::Failing);
    answer(&ada, &id, json!({"columns": columns()})).await.expect(202);
    app.queues.set_delivery(Delivery::Working);
    assert_eq!(app.queues.drain_announcements().len(), 0);
    let mut read = 0;
    for _ in 0..4 {
        app.clock.advance(MINUTE);
        assert!(matches!(app.timers().await, Disposition::Done));
        read += read_announced(&app).await;
    }
    assert_eq!(read, 1);
    assert_eq!(batch(&ada, &id).await["state"], "DRAFT");
}

#[tokio::test]
async fn a_file_that_is_asked_about_is_kept_as_long_as_a_draft() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let id = uploaded(&app, &ada).await;
    for _ in 0..6 {
        app.clock.advance(DAY);
        for _ in 0..3 {
            app.clock.advance(MINUTE);
            assert!(matches!(app.timers().await, Disposition::Done));
        }
        assert_eq!(app.queues.drain_announcements().len(), 0, "it waits for its officer and for no reader");
    }
    answer(&ada, &id, json!({"columns": columns()})).await.expect(202);
    assert_eq!(read_announced(&app).await, 1);
    assert_eq!(batch(&ada, &id).await["state"], "DRAFT", "the file is still there");
}

#[tokio::test]
async fn a_dropped_file_with_questions_waits_for_its_officer_who_is_told_what_they_are() {
    let app = App::start().await;
    app.directory.add_officer(officer("ada"));
    let ada = app.officer("ada");
    let event = app.upload("drops/officer-ada/joiners.xlsx", OTHER_TITLES.to_vec());
    assert!(matches!(app.parse(event).await, Disposition::Done));
    app.drain().await;
    let mail = app.outbox.sent().pop().unwrap();
    assert_eq!(mail.letter.subject, "Your batch upload needs your answers");
    assert!(mail.letter.text.contains("These columns were not found: Email"), "{}", mail.letter.text);
    let listed = ada.get("/api/batches").await.expect(200).body;
    assert_eq!((&listed["items"][0]["state"], &listed["items"][0]["questions"]), (&json!("ASKING"), &json!(null)));
    let id = listed["items"][0]["id"].as_str().unwrap().to_owned();
    answer(&ada, &id, json!({"columns": columns()})).await.expect(202);
    assert_eq!(read_announced(&app).await, 1);
    app.drain().await;
    let read = batch(&ada, &id).await;
    assert_eq!((&read["state"], &read["counts"]["sent"]), (&json!("DRAFT"), &json!(0)), "its officer submits it");
    assert!(app.directory.made().is_empty());
    submit(&ada, &id, json!({"only": "ready"})).await.expect(202);
}

#[tokio::test]
async fn a_dropped_list_without_titles_is_read_and_waits_for_its_officer() {
    let app = App::start().await;
    app.directory.add_officer(officer("ada"));
    let ada = app.officer("ada");
    let event = app.upload("drops/officer-ada/joiners.xlsx", include_bytes!("untitled.xlsx").to_vec());
    assert!(matches!(app.parse(event).await, Disposition::Done));
    app.drain().await;
    let listed = ada.get("/api/batches").await.expect(200).body;
    assert_eq!((&listed["items"][0]["state"], &listed["items"][0]["counts"]["ready"]), (&json!("DRAFT"), &json!(2)));
    let mail = app.outbox.sent().pop().unwrap();
    assert_eq!(mail.letter.subject, "Your batch upload waits for you");
    assert!(mail.letter.text.contains("No row of titles was found"), "{}", mail.letter.text);
    assert!(app.directory.made().is_empty());
}

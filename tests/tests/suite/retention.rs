//! No person's data is kept for longer than the service says: after its retention, no item of the table contains any.

use std::time::Duration;

use serde_json::{Value, json};
use testing::people::{keys, vendor_form};
use tests::app::App;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Texts that only the people of these tests have.
const PEOPLE: [&str; 7] =
    ["zara", "quill", "98887777", "Umbrella Bureau", "vivid reason", "@sample-board", "ada@example-agency"];

fn form(name: &str) -> Value {
    json!({"email": format!("{name}@vendor.example.com"), "username": name, "firstName": "Zara",
        "lastName": "Quillington",
        "countryCode": "65", "contactNumber": "98887777", "organisation": "Umbrella Bureau", "department": "",
        "seed": "Yes", "reason": "A vivid reason"})
}

/// The items that contain data of a person.
fn holding(app: &App) -> Vec<String> {
    let is_theirs = |item: &String| PEOPLE.iter().any(|mark| item.to_lowercase().contains(&mark.to_lowercase()));
    app.table.dump(app.clock.now()).into_iter().filter(is_theirs).collect()
}

/// The items that contain one of these names.
fn naming(app: &App, names: &[&str]) -> Vec<String> {
    let is_theirs = |item: &String| {
        names.iter().any(|name| item.contains(&format!("{name}@")) || item.contains(&format!("\"{name}\"")))
    };
    app.table.dump(app.clock.now()).into_iter().filter(is_theirs).collect()
}

async fn submit(app: &App, name: &str) -> String {
    let mut body = form(name);
    body["kind"] = json!("account");
    let made = app.officer("ada").post("/api/invites", body).await.expect(202);
    app.drain().await;
    made.body["id"].as_str().unwrap().to_owned()
}

async fn paste(app: &App, names: &[&str]) -> String {
    let rows: Vec<Value> = names.iter().map(|name| form(name)).collect();
    let made = app.officer("ada").post("/api/batches", json!({"rows": rows})).await;
    let id = made.body["batchId"].as_str().or(made.body["id"].as_str());
    id.unwrap_or_else(|| panic!("{}", made.body)).to_owned()
}

#[tokio::test]
async fn an_invites_person_is_forgotten_ninety_days_after_it_was_over() {
    let app = App::start().await;
    let id = submit(&app, "zara").await;
    assert!(!holding(&app).is_empty());
    app.pass_days(89).await;
    app.officer("ada").get(&format!("/api/invites/{id}")).await.expect(200);
    app.pass_days(3).await;
    assert_eq!(holding(&app), Vec::<String>::new());
    assert_eq!(app.officer("ada").get(&format!("/api/invites/{id}")).await.problem(), "not-found");
    let listed = app.officer("ada").get("/api/invites").await.expect(200).body;
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(0), "{listed}");
    let left = app.table.dump(app.clock.now());
    assert_eq!(left.iter().filter(|item| item.contains("tombstone")).count(), 1);
    app.clock.advance(366 * DAY);
    let left = app.table.dump(app.clock.now());
    assert_eq!(left.iter().filter(|item| item.contains("tombstone")).count(), 0, "by the table's time to live");
}

#[tokio::test]
async fn a_forgotten_persons_address_is_free_again() {
    let app = App::start().await;
    submit(&app, "zara").await;
    app.pass_days(92).await;
    let mut body = form("zara");
    body["kind"] = json!("account");
    app.officer("ada").post("/api/invites", body).await.expect(202);
}

#[tokio::test]
async fn an_invitation_that_nobody_accepts_is_erased_after_it_expired() {
    let app = App::start().await;
    let body = json!({"kind": "email", "email": "quill@sample-board.gov.sg", "reason": "A vivid reason"});
    app.officer("ada").post("/api/invites", body).await.expect(202);
    app.drain().await;
    app.pass_days(60).await;
    assert!(!holding(&app).is_empty(), "lapsed after 30 days, and kept for 90 more");
    app.pass_days(64).await;
    assert_eq!(holding(&app), Vec::<String>::new());
}

#[tokio::test]
async fn a_draft_is_forgotten_seven_days_after_its_last_change() {
    let app = App::start().await;
    let id = paste(&app, &["zara", "quill"]).await;
    app.pass_days(6).await;
    app.officer("ada").get(&format!("/api/batches/{id}/rows")).await.expect(200);
    assert!(!holding(&app).is_empty());
    app.pass_days(2).await;
    assert_eq!(holding(&app), Vec::<String>::new());
    let left: Vec<String> = app.table.dump(app.clock.now()).into_iter().filter(|item| item.contains(&id)).collect();
    assert_eq!(left.len(), 1, "its tombstone, and no mark of its people: {left:?}");
    assert_eq!(app.officer("ada").get(&format!("/api/batches/{id}")).await.problem(), "not-found");
}

#[tokio::test]
async fn a_batch_that_was_handed_on_is_forgotten_with_its_people() {
    let app = App::start().await;
    let id = paste(&app, &["zara", "quill"]).await;
    let etag = app.officer("ada").get(&format!("/api/batches/{id}")).await.headers["etag"].to_str().unwrap().to_owned();
    let key = [("if-match", etag.as_str()), ("idempotency-key", "one")];
    let answer =
        app.officer("ada").json("POST", &format!("/api/batches/{id}/submit"), &key, json!({"only": "ready"})).await;
    assert!(answer.status.is_success(), "{}", answer.body);
    app.drain().await;
    app.pass_days(80).await;
    app.officer("ada").get(&format!("/api/batches/{id}")).await.expect(200);
    app.pass_days(14).await;
    assert_eq!(holding(&app), Vec::<String>::new());
    // By the table's time to live.
    for (days, left) in [(350, 3), (30, 0)] {
        app.clock.advance(days * DAY);
        let items = app.table.dump(app.clock.now());
        assert_eq!(items.iter().filter(|item| item.contains("tombstone")).count(), left, "{days}");
    }
}

#[tokio::test]
async fn a_person_is_forgotten_on_request_wherever_they_stand_and_nobody_else_is() {
    let app = App::start().await;
    submit(&app, "zara").await;
    let kept = submit(&app, "quill").await;
    let batch = paste(&app, &["zara", "kim"]).await;
    app.clock.advance(2 * DAY);
    let person = keys().address(&testing::people::email("zara@vendor.example.com"));
    app.store.request_forgetting(&person).await.unwrap();
    for _ in 0..5 {
        app.timers().await;
    }
    assert_eq!(naming(&app, &["zara"]), Vec::<String>::new());
    assert_eq!(app.store.list_forget_requests().await.unwrap(), []);
    let audit: Vec<String> =
        app.table.dump(app.clock.now()).into_iter().filter(|item| item.contains("FORGET_PERSON")).collect();
    assert_eq!(audit.len(), 1);
    assert!(audit[0].contains(person.as_str()));
    app.officer("ada").get(&format!("/api/invites/{kept}")).await.expect(200);
    let rows = app.officer("ada").get(&format!("/api/batches/{batch}/rows")).await.expect(200).body.to_string();
    assert!(rows.contains("kim@vendor.example.com") && !rows.contains("zara"));
    let mut again = serde_json::to_value(vendor_form("zara")).unwrap();
    again["kind"] = json!("account");
    let answer = app.officer("ada").post("/api/invites", again).await;
    assert!(answer.status.is_success(), "the locks are free: {}", answer.body);
}

#[tokio::test]
async fn everybody_to_be_forgotten_is_found_although_the_table_is_read_in_parts() {
    let key = |name: &str| keys().address(&testing::people::email(&format!("{name}@vendor.example.com")));
    let mut cut = 0;
    for place in (0..120).step_by(5) {
        let app = App::start().await;
        submit(&app, "zara").await;
        submit(&app, "quill").await;
        paste(&app, &["zara", "quill"]).await;
        app.clock.advance(2 * DAY);
        app.store.request_forgetting(&key("zara")).await.unwrap();
        app.probe.interrupt(app.probe.calls().len() + place);
        // The time of the run is over in the middle, and the erasure of another person is requested.
        let meanwhile = async || {
            app.store.request_forgetting(&key("quill")).await.unwrap();
            app.clock.advance(MINUTE);
        };
        app.probe.run_interrupted("maintain", app.maintain(), meanwhile).await.unwrap();
        cut += usize::from(app.store.list_forget_requests().await.unwrap().len() == 2);
        for _ in 0..5 {
            app.clock.advance(MINUTE);
            app.timers().await;
        }
        assert_eq!(app.store.list_forget_requests().await.unwrap(), [], "{place}");
        assert_eq!(naming(&app, &["zara", "quill"]), Vec::<String>::new(), "{place}");
    }
    assert!(cut > 0, "the reading was never cut");
}

#[tokio::test]
async fn nobody_rests_on_the_row_of_a_person_who_was_forgotten() {
    let app = App::start().await;
    let other = |email: &str| json!({"username": "zara", "email": format!("{email}@vendor.example.com")});
    let rows: Vec<Value> = [form("zara"), form("zara"), form("zara"), form("kim")]
        .into_iter()
        .zip([json!({}), other("quill"), other("quinn"), json!({})])
        .map(|(mut row, changed)| {
            row.as_object_mut().unwrap().extend(changed.as_object().unwrap().clone());
            row
        })
        .collect();
    let made = app.officer("ada").post("/api/batches", json!({"rows": rows})).await.expect(201);
    let path = format!("/api/batches/{}", made.body["batchId"].as_str().unwrap());
    let changed_at = app.officer("ada").get(&path).await.expect(200).body["updatedAt"].clone();
    app.clock.advance(2 * DAY);
    let person = keys().address(&testing::people::email("zara@vendor.example.com"));
    app.store.request_forgetting(&person).await.unwrap();
    for _ in 0..3 {
        app.clock.advance(MINUTE);
        app.timers().await;
    }
    let rows = app.officer("ada").get(&format!("{path}/rows")).await.expect(200).body;
    let states: Vec<&str> =
        rows["items"].as_array().unwrap().iter().map(|row| row["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["READY", "READY", "DUPLICATE", "READY"], "{rows}");
    assert_eq!(rows["items"][2]["duplicate"]["row"], 2);
    let shown = app.officer("ada").get(&path).await.expect(200).body;
    let counts = &shown["counts"];
    assert_eq!((&counts["ready"], &counts["duplicate"]), (&json!(3), &json!(1)));
    assert_eq!(shown["updatedAt"], changed_at, "it is kept for no longer");
}

#[tokio::test]
async fn a_person_whose_row_is_sent_while_the_table_is_read_is_forgotten_too() {
    let names = ["zara", "quill", "umber", "vivid"];
    let mut sent = 0;
    for place in 0..120 {
        let app = App::start().await;
        // The segment of the table with the list depends on the list's id.
        let mut id = paste(&app, &names).await;
        for _ in 0..place % 5 {
            id = paste(&app, &names).await;
        }
        app.clock.advance(2 * DAY);
        for name in names {
            let person = keys().address(&testing::people::email(&format!("{name}@vendor.example.com")));
            app.store.request_forgetting(&person).await.unwrap();
        }
        app.probe.interrupt(app.probe.calls().len() + place);
        let meanwhile = async || {
            let path = format!("/api/batches/{id}");
            let etag = app.officer("ada").get(&path).await.headers["etag"].to_str().unwrap().to_owned();
            let key = [("if-match", etag.as_str()), ("idempotency-key", "one")];
            let only = json!({"only": "ready"});
            app.officer("ada").json("POST", &format!("{path}/submit"), &key, only).await;
            app.drain().await;
        };
        app.probe.run_interrupted("sweep", app.sweep(), meanwhile).await.unwrap();
        sent += app.directory.made().len();
        for _ in 0..3 {
            app.clock.advance(MINUTE);
            app.timers().await;
            app.drain().await;
        }
        app.clock.advance(2 * DAY);
        assert_eq!(naming(&app, &names), Vec::<String>::new(), "{place}");
    }
    assert!(sent > 0, "nobody was ever sent in the middle");
}

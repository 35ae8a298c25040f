//! Records without progress are found and shown, in a table of any size.

use std::time::Duration;

use domain::BatchId;
use serde_json::json;
use testing::people;
use tests::app::App;

use super::{given_up, invite, printed, printed_in_parts, refused, submitted};

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn what_is_due_for_minutes_is_stuck_and_nothing_else() {
    let app = App::start().await;
    assert_eq!(printed(&app, &["stuck"]).await, "0 stuck for more than 5 minutes\n");
    let id = submitted(&app, "eve").await;
    let due_at = invite(&app, id).await.next_due().unwrap();
    app.clock.advance(due_at.since(app.clock.now()) + 5 * MINUTE);
    assert_eq!(printed(&app, &["stuck"]).await, "0 stuck for more than 5 minutes\n", "to the moment");
    app.clock.advance(Duration::from_millis(1));
    let listed = format!("{id}  invite  due since {due_at}\n1 stuck for more than 5 minutes\n");
    assert_eq!(printed(&app, &["stuck"]).await, listed);
    assert_eq!(printed(&app, &["stuck", "6"]).await, "0 stuck for more than 6 minutes\n");
    let (in_parts, parts) = printed_in_parts(&app, &["stuck"]).await;
    assert_eq!((in_parts, parts), (listed, 8), "a shard for each part");
}

#[tokio::test]
async fn a_trace_id_finds_all_that_its_request_made() {
    let app = App::start().await;
    let form = people::officer_form("bo");
    let made = app.officer("ada").post("/api/batches", json!({"rows": [form]})).await.expect(201);
    let batch = BatchId::parse(made.body["batchId"].as_str().unwrap()).unwrap();
    let trace = made.headers["x-trace-id"].to_str().unwrap();
    let id = submitted(&app, "eve").await;
    let found = printed(&app, &["find", &trace.to_uppercase()]).await;
    assert!(found.contains(&format!("{batch}  DRAFT\n")) && found.contains(&format!("{id}  QUEUED\n")), "{found}");
    assert!(found.ends_with("2 found\n"), "{found}");
    let other = trace.replace("abcdef", "fedcba");
    assert_eq!(printed(&app, &["find", &other]).await, "0 found\n");
}

#[tokio::test]
async fn a_large_table_is_read_in_parts_that_together_say_the_same() {
    let app = App::start().await;
    for number in 0..60 {
        let id = submitted(&app, &format!("vendor{number}")).await;
        given_up(&app, id).await;
    }
    let trace = "1-67891233-abcdef012345678912345678";
    for words in [&["attention"][..], &["find", trace]] {
        let whole = printed(&app, words).await;
        let (in_parts, parts) = printed_in_parts(&app, words).await;
        assert_eq!(in_parts, whole);
        assert!(parts > 5, "{parts}");
        let lines: std::collections::BTreeSet<&str> = whole.lines().collect();
        assert_eq!((lines.len(), whole.lines().count()), (61, 61), "each once, and their number");
        assert!(whole.contains("\n60 "), "{whole}");
    }
}

#[tokio::test]
async fn a_cursor_that_no_listing_gave_is_refused() {
    let app = App::start().await;
    for cursor in ["", "{", "7", r#"{"place":7}"#] {
        let answer = app.operate_part(&["attention"], Some(cursor.to_owned()), app.clock.now()).await.unwrap();
        assert_eq!(answer.error.as_deref(), Some("this is no cursor of this command"), "{cursor}");
    }
}

#[tokio::test]
async fn one_is_shown_with_its_mails_and_its_history_and_no_person() {
    let app = App::start().await;
    let id = submitted(&app, "eve").await;
    app.drain().await;
    let stored = invite(&app, id).await;
    let shown = printed(&app, &["show", &id.to_string()]).await;
    let mut lines = shown.lines();
    let first = format!("{id}  ACCOUNT_CREATED  version {}  trace {}", stored.version(), stored.trace);
    assert_eq!(lines.next(), Some(first.as_str()));
    assert_eq!(lines.next(), Some(format!("  due      {}", stored.next_due().unwrap()).as_str()));
    assert_eq!(lines.next(), Some("  mail     account-created 1 ACCEPTED"));
    let queued = lines.next().unwrap();
    assert_eq!(queued, format!("  {}  {:26} officer  {}", stored.created_at, "QUEUED", stored.trace));
    assert_eq!(lines.count() + 1, stored.history.len());
    let shown = shown.replace(stored.trace.as_str(), "");
    for told in ["eve", "vendor.example.com", "Tan", "91234567", "Sample Board"] {
        assert!(!shown.contains(told), "{told}");
    }
}

#[tokio::test]
async fn a_batch_and_an_action_are_shown_too() {
    let app = App::start().await;
    let rows = json!({"rows": [people::officer_form("bo")]});
    let made = app.officer("ada").post("/api/batches", rows).await.expect(201);
    let batch = made.body["batchId"].as_str().unwrap().to_owned();
    app.officer("ada").post(&format!("/api/batches/{batch}/submit"), json!({})).await.expect(202);
    app.drain().await;
    let shown = printed(&app, &["show", &batch]).await;
    assert!(shown.starts_with(&format!("{batch}  DONE  version ")), "{shown}");
    assert!(shown.contains("  report   batch-report 1 ACCEPTED\n"), "{shown}");
    let wanted = json!({"action": "revoke", "filter": {"batch": batch}});
    let action = app.officer("ada").post("/api/invites/actions", wanted).await.expect(202);
    let action = action.body["id"].as_str().unwrap();
    let shown = printed(&app, &["show", action]).await;
    assert!(shown.starts_with(&format!("{action}  DONE  version ")) && shown.contains("due      never"), "{shown}");
}

#[tokio::test]
async fn what_is_not_there_is_not_shown_and_wakes_nobody() {
    let app = App::start().await;
    let absent = BatchId::generate(app.clock.now(), &testing::seeded(3)).to_string();
    for command in ["show", "retry"] {
        let why = refused(&app, &[command, &absent]).await;
        assert_eq!(why, format!("there is no {absent}, or its people were erased"));
    }
    assert_eq!(printed(&app, &["audit"]).await, "");
}

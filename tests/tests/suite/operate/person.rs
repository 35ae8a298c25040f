//! The export of a person's data, and the erasure of a person.

use domain::{Timestamp, invite::Invite, mail::Mailbox};
use serde_json::{Value, json};
use testing::people::{OPERATOR, draft, email, keys, officer, vendor_form};
use tests::app::App;

use super::{invite, printed, printed_in_parts, submitted};

const EVE: &str = "eve@vendor.example.com";

/// A person with an invite, a row in a list, a mailbox and a recorded account, among many others.
async fn world() -> App {
    let app = App::start().await;
    submitted(&app, "eve").await;
    app.drain().await;
    for number in 0..40 {
        submitted(&app, &format!("vendor{number}")).await;
    }
    let rows = json!({"rows": [vendor_form("eve"), vendor_form("zoe")]});
    app.officer("ada").post("/api/batches", rows).await.expect(201);
    app
}

fn kinds(export: &str) -> Vec<String> {
    let export: Value = serde_json::from_str(export).unwrap();
    assert_eq!(export["address"], EVE);
    let held = export["held"].as_array().unwrap();
    let mut kinds: Vec<String> = held.iter().map(|item| item["entity"].as_str().unwrap().to_owned()).collect();
    kinds.sort_unstable();
    kinds
}

#[tokio::test]
async fn everything_that_is_held_about_a_person_is_exported_and_nothing_of_others() {
    let app = world().await;
    let person = keys().address(&email(EVE));
    let until = app.clock.now() + std::time::Duration::from_secs(3600);
    app.store.note_holders(&[person], until).await.unwrap();
    let export = printed(&app, &["export-person", "Eve+tag@vendor.example.com"]).await;
    assert_eq!(
        kinds(&export.replace("eve+tag@", "eve@").replace("Eve+tag@", "eve@")),
        ["guard", "holder", "invite", "mailbox", "row"]
    );
    assert!(!export.contains("vendor1@") && !export.contains("zoe"), "{export}");
    let held: Value = serde_json::from_str(&export).unwrap();
    let found = held["held"].as_array().unwrap().iter().find(|item| item["entity"] == "invite").unwrap();
    assert_eq!((&found["body"]["email"], found["version"].is_u64()), (&json!(EVE), true));
}

#[tokio::test]
async fn the_parts_of_an_export_are_one_document() {
    let app = world().await;
    let whole = printed(&app, &["export-person", EVE]).await;
    let (in_parts, parts) = printed_in_parts(&app, &["export-person", EVE]).await;
    assert!(parts > 3, "{parts}");
    assert_eq!(in_parts, whole);
    let audit = printed(&app, &["audit"]).await;
    let entry = format!("  EXPORT_PERSON  {}  by {OPERATOR}\n", keys().address(&email(EVE)).as_str());
    assert_eq!(audit.matches(&entry).count(), 2, "once for each export: {audit}");
}

#[tokio::test]
async fn about_a_stranger_nothing_is_held() {
    let app = world().await;
    let export: Value =
        serde_json::from_str(&printed(&app, &["export-person", "nobody@vendor.example.com"]).await).unwrap();
    assert_eq!(export, json!({"address": "nobody@vendor.example.com", "held": []}));
}

#[tokio::test]
async fn an_export_that_is_too_large_for_one_answer_comes_in_parts() {
    let app = App::start().await;
    let (batch, rows) = draft(&officer("ada"), vec![vendor_form("eve"); 2500], app.clock.now(), &testing::seeded(5));
    assert!(app.store.create_batch(&batch).await.unwrap().is_done());
    app.store.write_rows(batch.id, &rows).await.unwrap();
    let (mut cursor, mut text, mut parts) = (None, String::new(), 0);
    loop {
        let later = app.clock.now() + std::time::Duration::from_secs(3600);
        let answer = app.operate_part(&["export-person", EVE], cursor, later).await.unwrap();
        assert!(answer.text.len() < (1 << 20) + 200_000, "{}", answer.text.len());
        text.push_str(&answer.text);
        parts += 1;
        cursor = answer.cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert!(parts > 1 && text.len() > 2 << 20, "{parts} parts with {} bytes", text.len());
    assert_eq!(kinds(&text).len(), 2500, "each row once");
}

#[tokio::test]
async fn a_person_who_asks_is_erased_once_the_audit_lists_it() {
    is_erased(EVE).await;
}

#[tokio::test]
async fn a_person_is_erased_again_by_the_hash_that_the_audit_of_a_lost_table_has() {
    is_erased(keys().address(&email(EVE)).as_str()).await;
}

async fn is_erased(asked_by: &str) {
    let app = App::start().await;
    let id = submitted(&app, "eve").await;
    app.drain().await;
    let person = keys().address(&email(EVE));
    let said = printed(&app, &["forget-person", asked_by]).await;
    assert_eq!(said, format!("asked for; it is done once `audit` lists FORGET_PERSON  {}\n", person.as_str()));
    assert_eq!(invite(&app, id).await.email.as_str(), EVE, "the sweeper does it");
    let done = format!("  FORGET_PERSON  {}  1 invites, 0 rows\n", person.as_str());
    let asked = format!("  REQUEST_ERASURE  {}  by {OPERATOR}\n", person.as_str());
    let audit = printed(&app, &["audit"]).await;
    assert!(audit.ends_with(&asked) && !audit.contains("FORGET_PERSON"), "{audit}");
    app.clock.advance(std::time::Duration::from_secs(120));
    app.timers().await;
    let audit = printed(&app, &["audit"]).await;
    assert!(audit.contains(&asked) && audit.ends_with(&done), "{audit}");
    assert!(app.store.get::<Invite>(&id).await.unwrap().is_none());
    // The directory still has the account, and the sweeper has recorded its address as a hash.
    assert_eq!(kinds(&printed(&app, &["export-person", EVE]).await), ["audit", "holder", "mailbox", "tombstone"]);
    let mailbox: Mailbox = app.store.find_mailbox(&person).await.unwrap().into_value();
    assert_ne!(mailbox.forgotten_at(), None::<Timestamp>);
}

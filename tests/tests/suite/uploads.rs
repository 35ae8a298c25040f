//! Stored workbooks: each is read even if S3 does not announce it, and each is deleted within a day.

use std::time::Duration;

use boot::Disposition;
use domain::batch::{Batch, BatchState, ObjectVersion};
use objects::StoredObject;
use queue::QueueName;
use serde_json::{Value, json};
use testing::{
    Delivery,
    people::{officer, vendor_form, workbook},
};
use tests::app::App;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// Lets a minute pass with a sweep. Returns what the sweep announces.
async fn minute(app: &App) -> Vec<Value> {
    app.clock.advance(MINUTE);
    assert!(matches!(app.timers().await, Disposition::Done));
    app.queues.drain_announcements().iter().map(|text| serde_json::from_str(text).unwrap()).collect()
}

/// Lets time pass until the sweeper announces something, which it must within `patience`. Returns how long that took.
async fn announced_after(app: &App, patience: Duration) -> (Duration, Vec<Value>) {
    let begun = app.clock.now();
    loop {
        let announced = minute(app).await;
        let waited = app.clock.now().since(begun);
        assert!(waited <= patience, "nothing is announced");
        if !announced.is_empty() {
            return (waited, announced);
        }
    }
}

async fn batch(app: &App) -> store::Stored<Batch> {
    app.store.list_batches(&officer("ada").id, 1, None).await.unwrap().0.remove(0)
}

/// Stores a workbook as the portal's form does. Returns S3's message about it.
async fn upload(app: &App) -> Value {
    let made = app.officer("ada").post("/api/batches", json!({"fileName": "joiners.xlsx"})).await.expect(201);
    let key = format!("uploads/{}", made.body["batchId"].as_str().unwrap());
    app.upload(&key, workbook(&[vendor_form("kim")]))
}

async fn stored(app: &App) -> usize {
    app.objects.list(None, 1000).await.unwrap().objects.len()
}

#[tokio::test]
async fn a_workbook_that_s3_did_not_announce_is_announced_within_minutes() {
    let app = App::start().await;
    app.directory.add_officer(officer("ada"));
    for place in ["upload", "drop"] {
        let lost = match place {
            "upload" => upload(&app).await,
            _ => app.upload("drops/officer-ada/new joiners (1+1).xlsx", workbook(&[vendor_form("lee")])),
        };
        let (waited, announced) = announced_after(&app, 7 * MINUTE).await;
        assert!(waited >= 5 * MINUTE, "S3 was not given time: {waited:?}");
        let [announced] = announced.as_slice() else { panic!("{announced:?}") };
        assert!(matches!(app.parse(announced.clone()).await, Disposition::Done));
        let read = batch(&app).await;
        assert!(matches!(read.state, BatchState::Draft | BatchState::Submitted { .. }), "{place}: {read:?}");
        // S3's own message arrives after all.
        assert!(matches!(app.parse(lost).await, Disposition::Done));
        assert_eq!(batch(&app).await, read, "{place}");
    }
    assert_eq!(app.store.list_batches(&officer("ada").id, 9, None).await.unwrap().0.len(), 2);
}

#[tokio::test]
async fn a_workbook_that_was_read_is_not_announced_again() {
    let app = App::start().await;
    let message = upload(&app).await;
    assert!(matches!(app.parse(message).await, Disposition::Done));
    for _ in 0..30 {
        assert_eq!(minute(&app).await, [] as [Value; 0]);
    }
}

#[tokio::test]
async fn a_workbook_whose_readers_die_is_announced_until_it_is_given_up() {
    let app = App::start().await;
    let message = upload(&app).await;
    let object = app.objects.list(None, 1).await.unwrap().objects.remove(0).object;
    let mut tries = 0;
    for _ in 0..20 {
        let waiting = batch(&app).await;
        if let Ok(claimed) = waiting.to_value().claim_parse(object.clone(), app.clock.now()) {
            // The reader claims the workbook, and dies.
            let _ = app.store.write(waiting.becomes(claimed)).await.unwrap();
            tries += 1;
        }
        if matches!(batch(&app).await.state, BatchState::Unreadable { .. }) {
            break;
        }
        announced_after(&app, 5 * MINUTE).await;
    }
    assert_eq!(tries, 4, "three tries, and the fourth says that there were three");
    assert!(matches!(app.parse(message).await, Disposition::Done));
    assert_eq!(minute(&app).await.len() + minute(&app).await.len(), 0);
}

#[tokio::test]
async fn the_officer_of_a_workbook_that_is_gone_is_told_so_at_the_first_attempt() {
    for key in ["", "drops/officer-ada/list.xlsx"] {
        let app = App::start().await;
        app.directory.add_officer(officer("ada"));
        let message =
            if key.is_empty() { upload(&app).await } else { app.upload(key, workbook(&[vendor_form("kim")])) };
        let object = app.objects.list(None, 1).await.unwrap().objects.remove(0).object;
        app.objects.delete(&object).await.unwrap();
        assert!(matches!(app.parse(message).await, Disposition::Done), "another attempt would find no more");
        let BatchState::Unreadable { code, detail, .. } = &batch(&app).await.state else { panic!("{key}") };
        assert_eq!((code.as_str(), detail.as_str()), ("FILE_GONE", "The file is no longer stored. Upload it again."));
    }
}

#[tokio::test]
async fn a_workbook_for_nobody_is_announced_once_however_often_the_sweeper_fails_and_gone_after_a_day() {
    let app = App::start().await;
    let _ = app.upload("drops/officer-nobody/list.xlsx", workbook(&[vendor_form("kim")]));
    app.clock.advance(6 * MINUTE);
    app.queues.set_delivery(Delivery::Failing);
    assert!(matches!(app.timers().await, Disposition::Retry(_)), "nothing else would repeat it");
    app.queues.set_delivery(Delivery::Working);
    let (_, announced) = announced_after(&app, 5 * MINUTE).await;
    assert_eq!(announced.len(), 1);
    assert!(matches!(app.parse(announced[0].clone()).await, Disposition::Done));
    // The sweeper does not run for many hours, and then runs again.
    app.clock.advance(21 * HOUR);
    assert_eq!((minute(&app).await.len(), stored(&app).await), (0, 1));
    app.clock.advance(2 * HOUR + 30 * MINUTE);
    assert_eq!((minute(&app).await.len(), stored(&app).await), (0, 0));
}

#[tokio::test]
async fn a_drop_that_nobody_looked_at_for_a_day_is_announced_before_it_goes() {
    let app = App::start().await;
    minute(&app).await;
    let _ = app.upload("drops/officer-ada/list.xlsx", workbook(&[vendor_form("kim")]));
    app.clock.advance(30 * HOUR);
    assert_eq!((minute(&app).await.len(), stored(&app).await), (1, 1));
    announced_none_for(&app, 3).await;
    assert_eq!(stored(&app).await, 0);
}

async fn announced_none_for(app: &App, minutes: u32) {
    for _ in 0..minutes {
        assert_eq!(minute(app).await, [] as [Value; 0]);
    }
}

#[tokio::test]
async fn a_list_that_continues_by_itself_wakes_its_worker_once_it_is_read() {
    for (key, content, woken) in [
        ("drops/officer-ada/list.xlsx", workbook(&[vendor_form("kim")]), 1),
        ("drops/officer-ada/list.xlsx", b"%PDF-1.7".to_vec(), 1),
        ("", workbook(&[vendor_form("kim")]), 0),
    ] {
        let app = App::start().await;
        app.directory.add_officer(officer("ada"));
        let message = if key.is_empty() { upload(&app).await } else { app.upload(key, content) };
        assert!(matches!(app.parse(message).await, Disposition::Done));
        assert_eq!(app.queues.drain(QueueName::Dispatch).len(), woken, "{key}");
    }
}

#[tokio::test]
async fn every_version_of_a_workbook_is_gone_a_day_after_it_was_read_and_one_that_waits_is_not() {
    let app = App::start().await;
    let message = upload(&app).await;
    assert!(matches!(app.parse(message).await, Disposition::Done));
    let read = app.objects.list(None, 1).await.unwrap().objects.remove(0);
    let later = ObjectVersion { version_id: "v2".to_owned(), ..read.object.clone() };
    app.bucket.store(StoredObject { object: later, stored_at: app.clock.now() + MINUTE }, b"another".to_vec());
    let foreign = ObjectVersion { key: "elsewhere/notes.txt".to_owned(), version_id: "v1".to_owned() };
    app.bucket.store(StoredObject { object: foreign, stored_at: app.clock.now() }, b"text".to_vec());
    let waiting = upload(&app).await;
    assert_eq!(stored(&app).await, 4);
    app.clock.advance(22 * HOUR);
    assert_eq!(minute(&app).await.len(), 1, "the one that waits");
    assert_eq!(stored(&app).await, 4, "a day has not passed");
    app.clock.advance(2 * HOUR);
    announced_none_for(&app, 2).await;
    assert_eq!(stored(&app).await, 1);
    assert!(matches!(app.parse(waiting).await, Disposition::Done));
    assert_eq!(batch(&app).await.state, BatchState::Draft);
    announced_none_for(&app, 3).await;
    assert_eq!(stored(&app).await, 0, "it was kept for its reader alone");
}

#[tokio::test]
async fn a_bucket_that_is_too_full_for_one_run_is_gone_through_in_several() {
    const FULL: usize = 2100;
    let app = App::start().await;
    for number in 0..FULL {
        let key = format!("drops/officer-nobody/list {number:04}.xlsx");
        let object = ObjectVersion { key, version_id: format!("v{number}") };
        app.bucket.store(StoredObject { object, stored_at: app.clock.now() }, Vec::new());
    }
    app.clock.advance(5 * MINUTE);
    let first = minute(&app).await;
    let second = minute(&app).await;
    assert!(first.len() < FULL && !first.is_empty());
    assert_eq!(first.len() + second.len(), FULL);
    announced_none_for(&app, 5).await;
    app.clock.advance(24 * HOUR);
    announced_none_for(&app, 3).await;
    assert_eq!(stored(&app).await, 0);
}

//! A workbook whose reading fails once is read when its message is delivered again, which happens twice.

use std::time::Duration;

use boot::Disposition;
use domain::batch::Batch;
use serde_json::Value;
use testing::{
    people::{officer, vendor_form, workbook},
    probe::Fault,
};
use tests::app::App;

/// A dropped workbook, and S3's message about it.
async fn dropped(app: &App) -> Value {
    app.directory.add_officer(officer("ada"));
    app.upload("drops/officer-ada/joiners.xlsx", workbook(&[vendor_form("kim")]))
}

/// The product, in which the reader's last call with this name before it has read the rows fails.
async fn broken(call: &str, fault: Fault) -> App {
    let app = App::start().await;
    let event = dropped(&app).await;
    assert!(matches!(app.probe.run("parse-batch", app.parse(event)).await, Some(Disposition::Done)));
    let calls = app.probe.calls();
    let before_rows = calls.iter().take_while(|made| made.name != "table.get_many");
    let place = before_rows.enumerate().filter(|(_, made)| made.name == call).last().unwrap().0;
    let app = App::start().await;
    app.probe.break_call(place, fault);
    app
}

async fn read(app: &App, event: &Value, after: Duration) -> Option<Disposition> {
    app.clock.advance(after);
    app.probe.run("parse-batch", app.parse(event.clone())).await
}

async fn batch(app: &App) -> store::Stored<Batch> {
    app.store.list_batches(&officer("ada").id, 1, None).await.unwrap().0.remove(0)
}

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_bucket_that_does_not_answer_costs_a_minute() {
    let app = broken("s3.get", Fault::Throttled).await;
    let event = dropped(&app).await;
    assert!(matches!(read(&app, &event, Duration::ZERO).await, Some(Disposition::Retry(_))));
    assert!(matches!(read(&app, &event, MINUTE).await, Some(Disposition::Done)));
    assert_eq!(batch(&app).await.state_name(), "SUBMITTED");
}

#[tokio::test]
async fn a_reader_that_ends_without_a_word_is_followed_once_its_lease_is_over() {
    for fault in [Fault::CrashAfter, Fault::Repeated] {
        let app = broken("table.put", fault).await;
        let event = dropped(&app).await;
        assert!(!matches!(read(&app, &event, Duration::ZERO).await, Some(Disposition::Done)));
        let leased = read(&app, &event, MINUTE).await;
        assert!(matches!(leased, Some(Disposition::Retry(_))), "done now, the event would not come again");
        assert!(matches!(read(&app, &event, 2 * MINUTE).await, Some(Disposition::Done)));
        assert_eq!(batch(&app).await.state_name(), "SUBMITTED");
    }
}

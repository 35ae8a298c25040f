//! A list of ten thousand within the limits of throughput that AWS documents, in virtual time.

use std::time::Duration;

use boot::Disposition;
use domain::batch::{Batch, BatchState};
use queue::{QueueName, Wake};
use store::Stored;
use testing::people::{officer, vendor_form, workbook};
use tests::app::App;
use tokio::time::Instant;

const PEOPLE: u32 = 10_000;

async fn batch(app: &App) -> Stored<Batch> {
    app.store.list_batches(&officer("ada").id, 1, None).await.unwrap().0.remove(0)
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_vendors_are_read_in_fifteen_seconds_and_dispatched_in_a_minute() {
    let (app, table) = App::start_limited().await;
    app.directory.add_officer(officer("ada"));
    let people: Vec<_> = (0..PEOPLE).map(|n| vendor_form(&format!("crowd-{n}"))).collect();
    let message = app.upload("drops/officer-ada/list.xlsx", workbook(&people));

    let began = Instant::now();
    assert!(matches!(app.parse(message).await, Disposition::Done));
    let read_in = began.elapsed();
    let submitted = batch(&app).await;
    assert!(matches!(submitted.state, BatchState::Submitted { .. }), "{}", submitted.state_name());
    assert_eq!(submitted.counts.ready, PEOPLE);

    let began = Instant::now();
    let (mut legs, mut failures) = (0, 0);
    while matches!(batch(&app).await.state, BatchState::Submitted { .. }) {
        legs += 1;
        let told = app.deliver(QueueName::Dispatch, Wake::Batch { id: submitted.id }).await;
        failures += usize::from(!matches!(told, Disposition::Done));
        assert!(legs < 100, "it never ends");
    }
    let dispatched_in = began.elapsed();
    let sent = batch(&app).await;
    println!(
        "read in {read_in:?}, dispatched in {dispatched_in:?}, {legs} legs, {failures} failed; {:?}",
        table.tally()
    );
    assert_eq!(sent.counts.sent, PEOPLE);
    assert!(read_in <= Duration::from_secs(15), "read in {read_in:?}");
    assert!(dispatched_in <= Duration::from_secs(60), "dispatched in {dispatched_in:?}");
    assert_eq!(failures, 0, "no message of it is delivered again because the table was busy");
}

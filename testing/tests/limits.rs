//! The store over a table at the limits of its throughput, in virtual time.

use std::time::Duration;

use store::{Store, StoreError};
use testing::{
    LimitedTable, MemoryTable,
    people::{beginning, draft, officer, vendor_form},
};
use tokio::time::Instant;

const ROWS: u32 = 10_000;

/// Writes the rows of a batch. Returns how long that took.
async fn written_in(store: &Store, seed: u64) -> Result<Duration, StoreError> {
    let forms = (0..ROWS).map(|n| vendor_form(&format!("limit-{n}"))).collect();
    let (batch, rows) = draft(&officer("limits"), forms, beginning(), &testing::seeded(seed));
    let began = Instant::now();
    store.write_rows(batch.id, &rows).await?;
    let took = began.elapsed();
    assert_eq!(store.count_rows(&batch).await?.total, ROWS);
    Ok(took)
}

#[tokio::test(start_paused = true)]
async fn a_table_at_its_limit_is_asked_again_for_as_long_as_its_caller_has_time() {
    let table = LimitedTable::new(MemoryTable::default());
    let store = table.store(testing::seeded(1));
    let hurried = written_in(&store.until(beginning() + Duration::from_secs(6), beginning()), 2).await;
    assert!(matches!(hurried, Err(StoreError::Busy { operation: "BatchWriteItem", .. })), "{hurried:?}");
    tokio::time::advance(Duration::from_secs(1)).await;
    let took = written_in(&store, 3).await.unwrap();
    assert!(took > Duration::from_millis(1_400), "4,000 units a second cannot take it in {took:?}");
    assert!(took < Duration::from_secs(4), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_put_off_is_not_repeated_at_once() {
    let table = LimitedTable::new(MemoryTable::default());
    written_in(&table.store(testing::seeded(4)), 5).await.unwrap();
    // Some 420 write them if nothing is put off, and some 20 more read them again.
    let tally = table.tally();
    assert!(tally.requests < 1_500, "{tally:?}");
}

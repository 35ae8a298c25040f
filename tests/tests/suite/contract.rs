//! The twins in memory keep the contracts.

use std::{cell::Cell, time::Duration};

use domain::{Entropy, batch::ObjectVersion};
use objects::{Objects, StoredObject};
use probe::Probe;
use store::{Store, forgetting::PARTS};
use tests::people::{beginning, draft, officer, vendor_form};

#[tokio::test]
async fn the_table_in_memory_keeps_the_contract() {
    tests::contract::all(&Store::memory()).await;
}

#[tokio::test]
async fn the_bucket_in_memory_keeps_the_contract() {
    let objects = Objects::probed(Probe::default(), "uploads".to_owned());
    let puts = Cell::new(0);
    let put = async |key: &str, bytes: &[u8]| {
        puts.set(puts.get() + 1);
        let object = ObjectVersion { key: key.to_owned(), version_id: format!("v{}", puts.get()) };
        let stored_at = beginning() + Duration::from_secs(puts.get());
        objects.put(StoredObject { object: object.clone(), stored_at }, bytes.to_vec());
        object
    };
    tests::bucket_contract::all(&objects, put).await;
}

#[tokio::test]
async fn the_whole_table_is_read_a_page_at_a_time() {
    const ROWS: usize = 120;
    let store = Store::memory();
    let forms = vec![vendor_form("eve"); ROWS];
    let (batch, rows) = draft(&officer("ada"), forms, beginning(), &Entropy::seeded(1));
    store.write_rows(batch.id, &rows).await.unwrap();
    let (mut found, mut pages) = (0, 0);
    for part in 0..PARTS {
        let mut from = None;
        loop {
            let page = store.read_part(part, from).await.unwrap();
            assert!(page.found.len() <= ROWS / 4, "memory holds a page, and not a part");
            found += page.found.len();
            pages += 1;
            from = page.next;
            if from.is_none() {
                break;
            }
        }
    }
    assert_eq!(found, ROWS);
    assert!(pages > PARTS);
}

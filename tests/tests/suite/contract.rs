//! The twins in memory keep the contracts.

use std::{cell::Cell, time::Duration};

use domain::batch::ObjectVersion;
use objects::{Objects, StoredObject};
use probe::Probe;
use store::Store;
use tests::people::beginning;

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

//! The table in memory keeps the contract.

use store::Store;

#[tokio::test]
async fn the_table_in_memory_keeps_the_contract() {
    tests::contract::all(&Store::memory()).await;
}

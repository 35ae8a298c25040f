//! The table in memory keeps the contract of lists. `tests/emulator` checks that an emulator of AWS keeps it too.

use testing::MemoryTable;

#[tokio::test]
async fn the_table_in_memory_keeps_the_contract_of_lists() {
    tests::list_contract::all(&MemoryTable::default().store()).await;
}

//! Boots `manage-batches`.

fn main() {}

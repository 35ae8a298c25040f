//! Boots `parse-batch`.

fn main() {}

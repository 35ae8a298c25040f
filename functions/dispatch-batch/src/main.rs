//! Boots `dispatch-batch`.

fn main() {}

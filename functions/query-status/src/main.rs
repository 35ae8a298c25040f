//! Boots `query-status`.

fn main() {}

//! Boots `sweep`.

fn main() {}

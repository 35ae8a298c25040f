//! Boots `accept-invitation`.

fn main() {}

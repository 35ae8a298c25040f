//! Boots `provision-user`.

fn main() {}

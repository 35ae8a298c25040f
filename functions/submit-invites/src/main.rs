//! Boots `submit-invites`.

fn main() {}

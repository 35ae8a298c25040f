//! Boots `track-mail`.

fn main() {}

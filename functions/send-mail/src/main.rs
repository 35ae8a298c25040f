//! Boots `send-mail`.

fn main() {}

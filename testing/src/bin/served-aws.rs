//! Serves what functions need of AWS on loopback, from memory: `served-aws INVITES ROWS [WORKBOOK]`.
//!
//! It fills its table with so many invites of one officer and with batches of so many rows, at least one. It prints one
//! line of JSON with its address and the ids, and runs until it is ended.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a tool of the bench ends at the first mistake")]

use std::{env, fs, net::TcpListener};

use domain::{Clock, Entropy};
use testing::{
    MemoryTable,
    served::{Filling, Pace, Served, fill},
};

fn main() {
    let words: Vec<String> = env::args().skip(1).collect();
    let number = |place: usize| words.get(place).map_or(0, |word| word.parse().unwrap());
    let filling = Filling { invites: number(0), rows: number(1) };
    let workbook = words.get(2).map_or_else(Vec::new, |path| fs::read(path).unwrap());
    let table = MemoryTable::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let filled = runtime.block_on(fill(&table.store(), filling, Clock::system().now(), &Entropy::system()));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut said = filled.as_json();
    said["url"] = format!("http://{}", listener.local_addr().unwrap()).into();
    println!("{said}");
    Served::new(table, workbook, Pace::LikeAws).run(&listener).unwrap();
}

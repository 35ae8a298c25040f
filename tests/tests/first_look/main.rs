//! The first look at a long list, whose time is the processor's: a slower one is noticed without a stop watch.
//!
//! A new process reads all summaries of its officer, selects a page, and reads that page. What this takes is compared
//! with what a general reader of JSON takes for the same summaries, in one run and in time of the processor, so that
//! other work on the machine does not count. `bench.py limited` measures the whole, with the processor and the memory
//! of the template.
#![expect(clippy::unwrap_used, reason = "a test ends at the first mistake")]

use std::{net::TcpListener, thread, time::Duration};

use boot::{AwsStack, Env, Stack as _};
use domain::{Clock, Officer};
use query_status::ListCache;
use rustix::time::{ClockId, clock_gettime};
use serde_json::Value;
use store::{InviteQuery, Store};
use testing::{
    MemoryTable, seeded,
    served::{Filling, Pace, Served, fill, officer},
};

const INVITES: usize = 10_000;
const PAGE: usize = 50;

/// Looks and readings of which the quickest counts.
const ROUNDS: usize = 5;

/// How many times the reference a first look may take. It takes 1.9 times; with maps of DynamoDB's answer in between,
/// as its client makes them, it took 7.3 times.
const MOST: f64 = 3.5;

#[tokio::test]
async fn a_first_look_takes_a_few_times_what_a_general_reader_takes_for_the_same_summaries() {
    let (store, officer) = served_list().await;
    let now = Clock::system().now();
    let query = InviteQuery { limit: PAGE, ..InviteQuery::default() };
    let mut look = Duration::MAX;
    for _ in 0..ROUNDS {
        let begun = processor_time();
        let page = ListCache::default().page(&store, &officer.id, &query, now).await.unwrap();
        look = look.min(processor_time() - begun);
        assert_eq!((page.total, page.invites.len()), (u64::try_from(INVITES).unwrap(), PAGE));
    }
    let summaries = store.list_summaries(&officer.id, now).await.unwrap();
    let text = serde_json::to_string(&summaries.values().collect::<Vec<_>>()).unwrap();
    let mut reference = Duration::MAX;
    for _ in 0..ROUNDS {
        let begun = processor_time();
        let read: Value = serde_json::from_str(&text).unwrap();
        reference = reference.min(processor_time() - begun);
        assert_eq!(read.as_array().unwrap().len(), INVITES);
    }
    let times = look.as_secs_f64() / reference.as_secs_f64();
    assert!(times <= MOST, "{look:?} is {times:.1} times {reference:?}");
}

/// A list behind the client of DynamoDB, and whose it is.
async fn served_list() -> (Store, Officer) {
    let table = MemoryTable::default();
    let filling = Filling { invites: INVITES, rows: 1 };
    fill(&table.store(), filling, Clock::system().now(), &seeded(1)).await;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let served = Served::new(table, Vec::new(), Pace::AtOnce);
    thread::spawn(move || served.run(&listener));
    let env = [
        ("AWS_REGION", "ap-southeast-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_ENDPOINT_URL", &address),
        ("TABLE_NAME", "table"),
    ];
    let env: Env = env.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    (AwsStack::new(env).store().unwrap(), officer())
}

/// What this thread has used of the processor.
fn processor_time() -> Duration {
    let used = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(used.tv_sec.try_into().unwrap(), used.tv_nsec.try_into().unwrap())
}

//! The fake table with DynamoDB's limits of throughput, in the time of `tokio`, which a test can stop.
//!
//! A partition key takes 1,000 write units and 3,000 read units a second. A new table with on-demand capacity takes
//! 4,000 and 12,000 in all, and so does each of its indexes. It has no reserve for bursts, which AWS does not promise.
//! A test can break some requests too.
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html>,
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html>.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use domain::Entropy;
use store::{
    Store, StoreError, item,
    table::{Commit, Condition, Got, Index, Item, Key, Page, Query, Segment, Table, Write},
};
use tokio::time::{Instant, sleep};

use super::{
    MemoryTable, bytes_of_page, limits,
    units::{self, Charge},
};
use crate::{
    mishap::{Mishap, Way},
    rate::Bucket,
};

/// How long a request takes that DynamoDB answers at once, and a transaction.
const REQUEST: Duration = Duration::from_millis(5);
const TRANSACTION: Duration = Duration::from_millis(15);

/// How long the client of DynamoDB tries before it says that there is no answer.
const LOST_AFTER: Duration = Duration::from_secs(5);

/// Units a second of one partition key, and of a table or an index.
const PARTITION: Rates = Rates { write: 1_000.0, read: 3_000.0 };
const WHOLE: Rates = Rates { write: 4_000.0, read: 12_000.0 };

#[derive(Clone, Copy, Debug)]
struct Rates {
    write: f64,
    read: f64,
}

/// A fake table with limits of throughput. Clones share it.
#[derive(Clone, Debug)]
pub struct LimitedTable {
    table: MemoryTable,
    spent: Arc<Mutex<Spent>>,
}

/// What was taken and what was put off, since the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    pub write_units: f64,
    pub read_units: f64,
    pub requests: u64,
    /// How often an item or a request was put off.
    pub put_off: u64,
}

#[derive(Debug, Default)]
struct Spent {
    buckets: HashMap<(Direction, Option<String>, Index), Bucket>,
    tally: Tally,
    way: Way,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Direction {
    Write,
    Read,
}

impl Direction {
    fn of(self, rates: Rates) -> f64 {
        match self {
            Self::Write => rates.write,
            Self::Read => rates.read,
        }
    }
}

impl LimitedTable {
    /// A table with what `table` holds, none of whose throughput is used yet.
    #[must_use]
    pub fn new(table: MemoryTable) -> Self {
        Self { table, spent: Arc::default() }
    }

    /// The store over this table, as functions use it.
    #[must_use]
    pub fn store(&self, entropy: Entropy) -> Store {
        Store::new(self.clone(), entropy)
    }

    /// What was done so far.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.spent().tally
    }

    /// From now on, one request in `one_in` has a mishap: its answer is lost, or it is not carried out.
    pub fn break_one_in(&self, one_in: usize) {
        self.spent().way.one_in = Some(one_in);
    }

    /// Carries a request to the table, which answers it with `answer`, and the answer back. That takes `pause`.
    async fn carried<T>(
        &self,
        operation: &'static str,
        pause: Duration,
        answer: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        let mishap = {
            let mut spent = self.spent();
            spent.tally.requests += 1;
            spent.way.next_mishap()
        };
        sleep(pause).await;
        let failed = |code: &str| StoreError::Unavailable { operation, code: code.to_owned() };
        match mishap {
            None => answer.await,
            Some(Mishap::NotConnected | Mishap::Closed) => Err(failed("DispatchFailure")),
            Some(Mishap::Broken) => Err(failed("InternalServerError")),
            Some(Mishap::AnswerLost) => {
                let _ = answer.await;
                sleep(LOST_AFTER).await;
                Err(failed("TimeoutError"))
            }
        }
    }

    fn spent(&self) -> MutexGuard<'_, Spent> {
        self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, operation: &'static str, direction: Direction, charges: Vec<Charge>) -> Result<(), StoreError> {
        let is_taken = self.spent().take(direction, charges);
        if is_taken { Ok(()) } else { Err(busy(operation)) }
    }

    fn cost(&self, write: &Write, times: f64) -> Vec<Charge> {
        units::of_write(write, self.table.items.by_hand().get(&write.key()), times)
    }

    fn cost_of_key(&self, key: &Key) -> Charge {
        let bytes = self.table.items.by_hand().get(key).map_or(1, limits::size);
        units::of_read(Index::Primary, &key.pk, bytes)
    }
}

fn busy(operation: &'static str) -> StoreError {
    StoreError::Busy { operation, code: "ThrottlingException".to_owned() }
}

impl Spent {
    /// Takes all units, or none where a place has none left.
    fn take(&mut self, direction: Direction, charges: Vec<Charge>) -> bool {
        let now = Instant::now();
        let mut sums: HashMap<(Option<String>, Index), f64> = HashMap::new();
        let mut total = 0.0;
        for Charge { index, partition, units } in charges {
            *sums.entry((Some(partition), index)).or_default() += units;
            *sums.entry((None, index)).or_default() += units;
            total += units;
        }
        for ((partition, index), units) in &sums {
            let rate = direction.of(if partition.is_some() { PARTITION } else { WHOLE });
            let bucket = self.buckets.entry((direction, partition.clone(), *index));
            let bucket = bucket.or_insert_with(|| Bucket::full(rate, now));
            if !bucket.has(*units, now) {
                self.tally.put_off += 1;
                return false;
            }
        }
        for ((partition, index), units) in sums {
            if let Some(bucket) = self.buckets.get_mut(&(direction, partition, index)) {
                bucket.take(units);
            }
        }
        match direction {
            Direction::Write => self.tally.write_units += total,
            Direction::Read => self.tally.read_units += total,
        }
        true
    }
}

#[async_trait]
impl Table for LimitedTable {
    async fn get(&self, key: &Key) -> Result<Option<Item>, StoreError> {
        let answer = async {
            self.take("GetItem", Direction::Read, vec![self.cost_of_key(key)])?;
            self.table.get(key).await
        };
        self.carried("GetItem", REQUEST, answer).await
    }

    async fn get_some(&self, keys: &[Key]) -> Result<Got, StoreError> {
        let answer = async {
            let is_taken = |key: &&Key| self.spent().take(Direction::Read, vec![self.cost_of_key(key)]);
            let (taken, left): (Vec<&Key>, Vec<&Key>) = keys.iter().partition(is_taken);
            if taken.is_empty() {
                return Err(busy("BatchGetItem"));
            }
            let got = self.table.get_some(&taken.into_iter().cloned().collect::<Vec<_>>()).await?;
            Ok(Got { left: left.into_iter().cloned().collect(), ..got })
        };
        self.carried("BatchGetItem", REQUEST, answer).await
    }

    async fn commit(&self, writes: &[Write]) -> Result<Commit, StoreError> {
        let (pause, operation, times) = match writes {
            [_] => (REQUEST, "PutItem", 1.0),
            _ => (TRANSACTION, "TransactWriteItems", 2.0),
        };
        let answer = async {
            let charges = writes.iter().flat_map(|write| self.cost(write, times)).collect();
            self.take(operation, Direction::Write, charges)?;
            self.table.commit(writes).await
        };
        self.carried(operation, pause, answer).await
    }

    async fn put_some(&self, items: &[Item]) -> Result<Vec<Item>, StoreError> {
        let answer = async {
            let is_taken = |item: &&Item| {
                let cost = self.cost(&Write::Put { item: (*item).clone(), condition: Condition::Any }, 1.0);
                self.spent().take(Direction::Write, cost)
            };
            let (taken, left): (Vec<&Item>, Vec<&Item>) = items.iter().partition(is_taken);
            if taken.is_empty() {
                return Err(busy("BatchWriteItem"));
            }
            self.table.put_some(&taken.into_iter().cloned().collect::<Vec<_>>()).await?;
            Ok(left.into_iter().cloned().collect())
        };
        self.carried("BatchWriteItem", REQUEST, answer).await
    }

    async fn page(&self, query: &Query) -> Result<Page, StoreError> {
        let answer = async {
            let bytes = bytes_of_page(&self.table.items.by_hand(), query);
            let charge = units::of_read(query.index, &query.partition, bytes);
            self.take("Query", Direction::Read, vec![charge])?;
            self.table.page(query).await
        };
        self.carried("Query", REQUEST, answer).await
    }

    async fn scan(&self, segment: &Segment) -> Result<Page, StoreError> {
        let answer = async {
            let page = self.table.scan(segment).await?;
            let charges = page.items.iter().map(|item| self.cost_of_key(&item::key(item))).collect();
            self.take("Scan", Direction::Read, charges)?;
            Ok(page)
        };
        self.carried("Scan", REQUEST, answer).await
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;

    use super::*;

    fn item(partition: &str, number: usize, bytes: usize) -> Item {
        let text = [("pk", partition.to_owned()), ("sk", format!("{number:06}")), ("text", "x".repeat(bytes))];
        text.map(|(name, value)| (name.to_owned(), AttributeValue::S(value))).into()
    }

    fn table() -> LimitedTable {
        LimitedTable::new(MemoryTable::default())
    }

    /// How many of so many items of a kilobyte and a half are taken at once.
    async fn taken_at_once(table: &LimitedTable, items: Vec<Item>) -> usize {
        let mut taken = 0;
        for items in items.chunks(25) {
            match table.put_some(items).await {
                Ok(left) => taken += items.len() - left.len(),
                Err(StoreError::Busy { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
        taken
    }

    #[tokio::test(start_paused = true)]
    async fn a_partition_takes_a_thousand_units_a_second_and_the_table_four_thousand() {
        let of_one = |count: usize| (0..count).map(|number| item("one", number, 1500)).collect();
        let taken = taken_at_once(&table(), of_one(1_000)).await;
        // Two units each, in a time of 40 requests, which gives a fifth of a second's units back.
        assert!((500..=600).contains(&taken), "{taken}");
        let spread = |count: usize| (0..count).map(|number| item(&format!("p{}", number % 9), number, 1500)).collect();
        let taken = taken_at_once(&table(), spread(4_500)).await;
        assert!((2_000..=3_800).contains(&taken), "{taken}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_finds_no_room_is_left_and_a_request_of_nothing_else_is_put_off() {
        let table = table();
        // Forty units each. A request takes five milliseconds, which give five units back.
        let large: Vec<Item> = (0..25).map(|number| item("one", number, 40_000)).collect();
        assert_eq!(table.put_some(&large).await.unwrap(), Vec::<Item>::new());
        assert!(matches!(table.put_some(&large).await, Err(StoreError::Busy { .. })));
        let mixed: Vec<Item> = large.iter().take(3).cloned().chain([item("two", 1, 0)]).collect();
        assert_eq!(table.put_some(&mixed).await.unwrap(), large[..3]);
        assert!(table.tally().put_off > 0);
        sleep(Duration::from_secs(60)).await;
        assert_eq!(table.put_some(&large).await.unwrap(), Vec::<Item>::new());
    }

    #[tokio::test(start_paused = true)]
    async fn one_request_in_four_is_not_carried_out_or_has_no_answer() {
        let table = table();
        table.break_one_in(4);
        let mut failed = Vec::new();
        for number in 0..32 {
            if let Err(StoreError::Unavailable { code, .. }) = table.put_some(&[item("one", number, 0)]).await {
                failed.push((number, code));
            }
        }
        assert_eq!(failed.len(), 8);
        table.spent().way.one_in = None;
        for (number, code) in failed {
            let key = Key { pk: "one".to_owned(), sk: format!("{number:06}") };
            let is_there = table.get(&key).await.unwrap().is_some();
            assert_eq!(is_there, code == "TimeoutError", "{number}: {code}");
        }
    }
}

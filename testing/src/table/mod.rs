//! A fake table in memory, as strict as DynamoDB: conditions, transactions, indexes that lag, sizes and pages.

mod leftovers;
mod limited;
mod limits;
mod units;

pub use limited::{LimitedTable, Tally};

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Bound,
};

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::Timestamp;
use serde_json::{Value, json};
use store::{
    Store, StoreError,
    item::{self, number, text},
    stream::StreamEvent,
    table::{Commit, Condition, Freshness, Got, Index, Item, Key, Order, Page, Query, Range, Segment, Table, Write},
};

use crate::probe::{Failure, Probe, Probed};

/// Items that a page of a scan reads: few, while DynamoDB reads 1 MiB.
const SCANNED: usize = 25;

/// A fake table in memory. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct MemoryTable {
    items: Probed<Items>,
}

/// The indexes beside the table itself.
const INDEXES: [Index; 3] = [Index::Listing, Index::ByBatch, Index::Due];

/// The items, and the stream of the changes of invites.
#[derive(Clone, Debug, Default)]
struct Items {
    by_key: BTreeMap<Key, Item>,
    /// The keys of each partition of an index, by their sort key.
    entries: HashMap<(Index, String), BTreeSet<Place>>,
    stream: Vec<Change>,
    /// Whether writes happen even if their condition is not met.
    is_blind: bool,
}

/// The place of an item in a partition: its sort key there, and its own key.
type Place = (String, Key);

/// An item before and after a change.
type Change = (Option<Item>, Item);

impl Items {
    fn get(&self, key: &Key) -> Option<&Item> {
        self.by_key.get(key)
    }

    fn values(&self) -> impl Iterator<Item = &Item> {
        self.by_key.values()
    }

    /// The items of a partition from a place up to one beyond, in the order of their sort keys.
    fn of_partition<'a>(
        &'a self,
        index: Index,
        partition: &str,
        (first, beyond): (Bound<Place>, Bound<Place>),
    ) -> Box<dyn DoubleEndedIterator<Item = &'a Item> + 'a> {
        if index == Index::Primary {
            let key = |(sk, _): Place| Key { pk: partition.to_owned(), sk };
            let [least, most] = ["", "\u{10ffff}"].map(|sk| Key { pk: partition.to_owned(), sk: sk.to_owned() });
            let first = if first == Bound::Unbounded { Bound::Included(least) } else { first.map(key) };
            let beyond = if beyond == Bound::Unbounded { Bound::Excluded(most) } else { beyond.map(key) };
            return Box::new(self.by_key.range((first, beyond)).map(|(_, item)| item));
        }
        let entries = self.entries.get(&(index, partition.to_owned())).into_iter();
        let entries = entries.flat_map(move |entries| entries.range((first.clone(), beyond.clone())));
        Box::new(entries.filter_map(|(_, key)| self.by_key.get(key)))
    }

    fn insert(&mut self, key: Key, item: Item) {
        let old = self.remove(&key);
        for index in INDEXES {
            if let Some((partition, sort)) = entry(index, &item) {
                self.entries.entry((index, partition)).or_default().insert((sort, key.clone()));
            }
        }
        self.by_key.insert(key, item.clone());
        if text(&item, "entity") == Some("invite") {
            self.stream.push((old, item));
        }
    }

    fn remove(&mut self, key: &Key) -> Option<Item> {
        let old = self.by_key.remove(key)?;
        for index in INDEXES {
            let Some((partition, sort)) = entry(index, &old) else { continue };
            if let Some(entries) = self.entries.get_mut(&(index, partition)) {
                entries.remove(&(sort, key.clone()));
            }
        }
        Some(old)
    }
}

/// The partition and the sort key of an item in an index. `None`: it is not in it.
fn entry(index: Index, item: &Item) -> Option<(String, String)> {
    let (partition, sort) = index.attributes();
    Some((text(item, partition)?.to_owned(), text(item, sort)?.to_owned()))
}

impl MemoryTable {
    /// A table whose calls the probe counts and breaks.
    #[must_use]
    pub fn probed(probe: Probe) -> Self {
        Self { items: Probed::new(probe, Items::default()) }
    }

    /// The store over this table, as functions use it.
    #[must_use]
    pub fn store(&self) -> Store {
        Store::new(self.clone(), crate::seeded(1))
    }

    /// From now on every write happens even if its condition is not met. This shows what the conditions prevent.
    pub fn ignore_conditions(&self) {
        self.items.by_hand().is_blind = true;
    }

    /// How many changes [`MemoryTable::take_stream`] would return.
    #[must_use]
    pub fn streamed(&self) -> usize {
        self.items.by_hand().stream.len()
    }

    /// What the table would have streamed since the last call: the changes of invites, without deletions.
    ///
    /// # Panics
    ///
    /// When an item cannot be written in the form of the stream.
    #[must_use]
    pub fn take_stream(&self) -> StreamEvent {
        let changes = std::mem::take(&mut self.items.by_hand().stream);
        let record = |(old, new): Change| match old {
            Some(old) => json!({ "dynamodb": { "OldImage": image(old), "NewImage": image(new) } }),
            None => json!({ "dynamodb": { "NewImage": image(new) } }),
        };
        let records: Vec<_> = changes.into_iter().map(record).collect();
        serde_json::from_value(json!({ "Records": records })).expect("an event of a stream")
    }

    /// Every item in the form of DynamoDB's API, in the order of their keys.
    ///
    /// # Panics
    ///
    /// When an item has no such form.
    #[must_use]
    pub fn images(&self) -> Vec<Value> {
        self.items.by_hand().values().cloned().map(image).collect()
    }

    /// Writes items that are in the form of DynamoDB's API.
    ///
    /// # Panics
    ///
    /// When one is not.
    pub fn put_images(&self, images: Vec<Value>) {
        let item = |image| serde_json::from_value::<serde_dynamo::Item>(image).expect("an image").into();
        self.put_back(images.into_iter().map(item).collect());
    }

    /// Every item that its time to live has not ended by `now`, as text.
    #[must_use]
    pub fn dump(&self, now: Timestamp) -> Vec<String> {
        self.live_items(now).iter().map(|item| format!("{item:?}")).collect()
    }

    /// The current locks of addresses and usernames.
    #[must_use]
    pub fn locks(&self) -> Vec<Item> {
        let is_lock = |item: &&Item| text(item, "entity") == Some("guard");
        self.items.by_hand().values().filter(is_lock).cloned().collect()
    }

    /// Writes items back as they were before, which no function of this service does.
    pub fn put_back(&self, items: Vec<Item>) {
        let mut held = self.items.by_hand();
        for item in items {
            held.insert(item::key(&item), item);
        }
    }

    fn live_items(&self, now: Timestamp) -> Vec<Item> {
        let is_live = |item: &&Item| !item::has_expired(item, now);
        self.items.by_hand().values().filter(is_live).cloned().collect()
    }
}

/// An item in the form of DynamoDB's API.
fn image(item: Item) -> Value {
    serde_json::to_value(serde_dynamo::Item::from(item)).expect("an image")
}

#[async_trait]
impl Table for MemoryTable {
    async fn get(&self, key: &Key) -> Result<Option<Item>, StoreError> {
        self.items.read("table.get", |items| Ok(items.get(key).cloned()), failed("GetItem")).await
    }

    async fn get_some(&self, keys: &[Key]) -> Result<Got, StoreError> {
        limits::check_keys(keys)?;
        let found = |items: &mut Items| {
            let items = keys.iter().filter_map(|key| items.get(key).cloned()).collect();
            Ok(Got { items, left: Vec::new() })
        };
        self.items.read("table.get_many", found, failed("BatchGetItem")).await
    }

    async fn commit(&self, writes: &[Write]) -> Result<Commit, StoreError> {
        if let [_] = writes {
            let effect = |items: &mut Items| commit(items, writes);
            return self.items.write("table.put", effect, failed("PutItem")).await;
        }
        let effect = |items: &mut Items| commit(items, writes);
        self.items.write_once("table.transact", effect, failed("TransactWriteItems")).await
    }

    async fn put_some(&self, new: &[Item]) -> Result<Vec<Item>, StoreError> {
        limits::check_puts(new)?;
        let put = |items: &mut Items, item: Item| {
            items.insert(item::key(&item), item);
        };
        let done = |_: &mut Items| Ok(Vec::new());
        self.items.write_each("table.put_many", new.to_vec(), put, done, failed("BatchWriteItem")).await
    }

    async fn page(&self, query: &Query) -> Result<Page, StoreError> {
        if query.index.is_consistent() {
            self.items.read("table.page", |items| Ok(page(items, query)), failed("Query")).await
        } else {
            self.items.read_late("index.page", |items| page(items, query), unavailable("Query")).await
        }
    }

    async fn scan(&self, segment: &Segment) -> Result<Page, StoreError> {
        let Segment { part, of, after, freshness } = segment;
        let part_of = |key: &Key| key.pk.bytes().fold(0u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        let after = after.as_ref().map(item::key);
        let found = |items: &mut Items| {
            let from = after.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
            let rest = items.by_key.range((from, Bound::Unbounded)).filter(|(key, _)| part_of(key) % of == *part);
            let mut page: Vec<Item> = rest.take(SCANNED + 1).map(|(_, item)| item.clone()).collect();
            let is_cut = page.len() > SCANNED;
            page.truncate(SCANNED);
            let next = page.last().filter(|_| is_cut).cloned();
            Page { items: page, next }
        };
        match freshness {
            Freshness::Current => self.items.read("table.scan", |items| Ok(found(items)), failed("Scan")).await,
            Freshness::MayLag => self.items.read_late("table.scan", found, unavailable("Scan")).await,
        }
    }
}

fn failed<T>(operation: &'static str) -> impl FnOnce(Failure) -> Result<T, StoreError> {
    move |failure| Err(unavailable(operation)(failure))
}

fn unavailable(operation: &'static str) -> impl FnOnce(Failure) -> StoreError {
    move |failure| StoreError::Unavailable { operation, code: failure.code().to_owned() }
}

fn commit(items: &mut Items, writes: &[Write]) -> Result<Commit, StoreError> {
    limits::check_writes(writes)?;
    let refused: Vec<usize> = writes
        .iter()
        .enumerate()
        .filter(|(_, write)| !items.is_blind && !holds(condition_of(write), items.get(&write.key())))
        .map(|(index, _)| index)
        .collect();
    if !refused.is_empty() {
        return Ok(Commit::Refused(refused));
    }
    for write in writes {
        let key = write.key();
        match write {
            Write::Put { item, .. } => items.insert(key, item.clone()),
            Write::Delete { .. } => drop(items.remove(&key)),
        }
    }
    Ok(Commit::Done)
}

/// The items that DynamoDB reads for one page, and whether there are more. It reads up to the query's limit and up to
/// its own limit of bytes, which counts what the index holds of an item, and at least one item.
fn looked_at<'a>(items: &'a Items, query: &'a Query) -> (Vec<&'a Item>, bool) {
    let limit = query.limit.map_or(usize::MAX, |limit| limit as usize);
    let (mut looked_at, mut bytes) = (Vec::new(), 0);
    for item in matching(items, query) {
        if looked_at.len() == limit || bytes >= limits::MAX_PAGE {
            return (looked_at, true);
        }
        bytes += indexed_size(query.index, item);
        looked_at.push(item);
    }
    (looked_at, false)
}

/// Bytes that DynamoDB reads for one page.
fn bytes_of_page(items: &Items, query: &Query) -> usize {
    looked_at(items, query).0.iter().map(|item| indexed_size(query.index, item)).sum()
}

fn page(items: &Items, query: &Query) -> Page {
    let (looked_at, more) = looked_at(items, query);
    let next = looked_at.last().filter(|_| more).map(|item| position(query, item));
    let passing = looked_at.into_iter().filter(|item| passes(query, item));
    Page { items: passing.map(|item| projected(query.index, item)).collect(), next }
}

/// The items of the query's partition and range after its position, in its order.
fn matching<'a>(items: &'a Items, query: &'a Query) -> Box<dyn Iterator<Item = &'a Item> + 'a> {
    let (_, sort) = query.index.attributes();
    let after = query.after.as_ref().map(|after| (text(after, sort).unwrap_or_default().to_owned(), item::key(after)));
    let (first, beyond) = ends(&query.range);
    match query.order {
        Order::Ascending => {
            let from = after.map_or(first, Bound::Excluded);
            Box::new(items.of_partition(query.index, &query.partition, (from, beyond)))
        }
        Order::Descending => {
            let beyond = after.map_or(beyond, Bound::Excluded);
            Box::new(items.of_partition(query.index, &query.partition, (first, beyond)).rev())
        }
    }
}

/// The first place of a range, and the first place beyond it.
fn ends(range: &Range) -> (Bound<Place>, Bound<Place>) {
    // No key is empty, and nothing is between a text and itself with a zero.
    let at = |sort: &str| (sort.to_owned(), Key { pk: String::new(), sk: String::new() });
    let after = |sort: &str| at(&format!("{sort}\u{0}"));
    match range {
        Range::All => (Bound::Unbounded, Bound::Unbounded),
        Range::Only(bound) => (Bound::Included(at(bound)), Bound::Excluded(after(bound))),
        Range::Below(bound) => (Bound::Unbounded, Bound::Excluded(at(bound))),
        Range::Above(bound) => (Bound::Included(after(bound)), Bound::Unbounded),
        Range::UpTo(bound) => (Bound::Unbounded, Bound::Excluded(after(bound))),
    }
}

fn passes(query: &Query, item: &Item) -> bool {
    query.filter.as_ref().is_none_or(|(name, value)| text(item, name) == Some(value.as_str()))
}

fn projected(index: Index, item: &Item) -> Item {
    let held = item.iter().filter(|(name, _)| is_projected(index, name));
    held.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Whether an index holds the attribute `name` of an item.
fn is_projected(index: Index, name: &str) -> bool {
    let (partition, sort) = index.attributes();
    projection(index).is_none_or(|more| ["pk", "sk", partition, sort].contains(&name) || more.contains(&name))
}

/// Bytes that an index holds of an item.
fn indexed_size(index: Index, item: &Item) -> usize {
    let held = item.iter().filter(|(name, _)| is_projected(index, name));
    held.map(|(name, value)| limits::size_of_attribute(name, value)).sum()
}

/// The attributes of an item in an index, beside the keys of the table and the index. `None`: all attributes.
fn projection(index: Index) -> Option<&'static [&'static str]> {
    match index {
        Index::Primary => None,
        Index::Listing => Some(&["v", "summary"]),
        Index::ByBatch | Index::Due => Some(&[]),
    }
}

fn position(query: &Query, item: &Item) -> Item {
    let (partition, sort) = query.index.attributes();
    ["pk", "sk", partition, sort]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), AttributeValue::S(text(item, name)?.to_owned()))))
        .collect()
}

fn holds(condition: &Condition, item: Option<&Item>) -> bool {
    match (condition, item) {
        (Condition::Any, _)
        | (Condition::Absent | Condition::AbsentOrExpired(_) | Condition::AbsentOrOwnedBy(_), None) => true,
        (Condition::Absent, Some(_)) | (Condition::Version(_), None) => false,
        (Condition::AbsentOrExpired(now), Some(item)) => item::expires_at(item).is_some_and(|at| at < *now),
        (Condition::Version(version), Some(item)) => number(item, "version") == Some(*version),
        (Condition::AbsentOrOwnedBy(owner), Some(item)) => text(item, "invite_id") == Some(owner.as_str()),
    }
}

fn condition_of(write: &Write) -> &Condition {
    match write {
        Write::Put { condition, .. } | Write::Delete { condition, .. } => condition,
    }
}

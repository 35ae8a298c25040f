//! What DynamoDB counts for a request: units of reading and writing, for each partition that it touches.
//!
//! A write unit is 1 KB of an item, a read unit 4 KB that are read as they are now; a transaction counts twice, and a
//! read that may lag counts half. An index counts for itself, and a changed key of it is two writes:
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/capacity-unit-calculations.html>.

use store::table::{Index, Item, Write};

use super::{limits, projected, text};

/// The indexes that a write may touch.
const INDEXES: [Index; 3] = [Index::Listing, Index::ByBatch, Index::Due];

/// Units that a request takes of a partition, of the table or of an index.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Charge {
    pub(super) index: Index,
    pub(super) partition: String,
    pub(super) units: f64,
}

impl Charge {
    fn of(index: Index, partition: &str, units: f64) -> Self {
        Self { index, partition: partition.to_owned(), units }
    }
}

/// What a write costs that replaces `old`: in the table `times` the units of the larger item, and in each index what
/// changes there.
pub(super) fn of_write(write: &Write, old: Option<&Item>, times: f64) -> Vec<Charge> {
    let key = write.key();
    let new = match write {
        Write::Put { item, .. } => Some(item),
        Write::Delete { .. } => None,
    };
    let larger = [old, new].into_iter().flatten().map(limits::size).max().unwrap_or(1);
    let mut charges = vec![Charge::of(Index::Primary, &key.pk, times * written(larger))];
    for index in INDEXES {
        charges.extend(of_entry(index, old, new));
    }
    charges
}

/// What a read of so many bytes of a partition costs.
pub(super) fn of_read(index: Index, partition: &str, bytes: usize) -> Charge {
    let times = if index.is_consistent() { 1.0 } else { 0.5 };
    Charge::of(index, partition, times * read(bytes))
}

fn of_entry(index: Index, old: Option<&Item>, new: Option<&Item>) -> Vec<Charge> {
    let (partition, sort) = index.attributes();
    let entry = |item: Option<&Item>| {
        let item = item.filter(|item| text(item, partition).is_some() && text(item, sort).is_some())?;
        Some(projected(index, item))
    };
    let charge =
        |entry: &Item| Charge::of(index, text(entry, partition).unwrap_or_default(), written(limits::size(entry)));
    match (entry(old), entry(new)) {
        (None, None) => Vec::new(),
        (Some(one), None) | (None, Some(one)) => vec![charge(&one)],
        (Some(old), Some(new)) if old == new => Vec::new(),
        (Some(old), Some(new)) if [partition, sort].iter().all(|name| old.get(*name) == new.get(*name)) => {
            vec![charge(&new)]
        }
        (Some(old), Some(new)) => vec![charge(&old), charge(&new)],
    }
}

fn written(bytes: usize) -> f64 {
    units(bytes, 1024)
}

fn read(bytes: usize) -> f64 {
    units(bytes, 4096)
}

fn units(bytes: usize, of: usize) -> f64 {
    f64::from(u32::try_from(bytes.div_ceil(of).max(1)).unwrap_or(u32::MAX))
}

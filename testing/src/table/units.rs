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

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;
    use store::table::Condition;

    use super::*;

    fn item(bytes: usize, more: &[(&str, &str)]) -> Item {
        let text = |name: &str, value: &str| (name.to_owned(), AttributeValue::S(value.to_owned()));
        let filling = "x".repeat(bytes - "pkonesksk1text".len());
        let keys = [text("pk", "one"), text("sk", "sk1"), text("text", &filling)];
        keys.into_iter().chain(more.iter().map(|(name, value)| text(name, value))).collect()
    }

    fn put(item: Item) -> Write {
        Write::Put { item, condition: Condition::Any }
    }

    /// The units of the table, and of each entry of an index.
    fn units_of(write: &Write, old: Option<&Item>, times: f64) -> Vec<(Index, String, f64)> {
        let charges = of_write(write, old, times);
        charges.into_iter().map(|Charge { index, partition, units }| (index, partition, units)).collect()
    }

    fn of_table(units: f64) -> Vec<(Index, String, f64)> {
        vec![(Index::Primary, "one".to_owned(), units)]
    }

    #[test]
    fn a_write_costs_a_unit_for_each_kilobyte_that_it_begins() {
        for (bytes, units) in [(100, 1.0), (1024, 1.0), (1025, 2.0), (2049, 3.0)] {
            assert_eq!(units_of(&put(item(bytes, &[])), None, 1.0), of_table(units), "{bytes}");
            assert_eq!(units_of(&put(item(bytes, &[])), None, 2.0), of_table(2.0 * units), "{bytes} in a transaction");
        }
    }

    #[test]
    fn a_write_costs_what_the_larger_of_both_items_does() {
        let (small, large) = (item(100, &[]), item(3000, &[]));
        assert_eq!(units_of(&put(small), Some(&large), 1.0), of_table(3.0));
        let delete = Write::Delete { key: large_key(), condition: Condition::Any };
        assert_eq!(units_of(&delete, Some(&large), 1.0), of_table(3.0));
        assert_eq!(units_of(&delete, None, 1.0), of_table(1.0));
    }

    fn large_key() -> store::table::Key {
        store::table::Key { pk: "one".to_owned(), sk: "sk1".to_owned() }
    }

    #[test]
    fn an_entry_of_an_index_that_moves_is_written_twice() {
        let listed =
            |at: &str, more: &[(&str, &str)]| item(100, &[&[("listing_pk", "ada"), ("listing_sk", at)], more].concat());
        let entry = |units: &[f64]| -> Vec<(Index, String, f64)> {
            let entries = units.iter().map(|units| (Index::Listing, "ada".to_owned(), *units));
            of_table(1.0).into_iter().chain(entries).collect()
        };
        assert_eq!(units_of(&put(listed("1", &[])), None, 1.0), entry(&[1.0]), "it enters");
        assert_eq!(units_of(&put(listed("2", &[])), Some(&listed("1", &[])), 1.0), entry(&[1.0, 1.0]), "it moves");
        assert_eq!(units_of(&put(item(100, &[])), Some(&listed("1", &[])), 1.0), entry(&[1.0]), "it leaves");
        assert_eq!(units_of(&put(listed("1", &[("other", "x")])), Some(&listed("1", &[])), 1.0), entry(&[]));
    }

    #[test]
    fn a_read_costs_a_unit_for_each_four_kilobytes_and_half_of_an_index() {
        for (bytes, units) in [(1, 1.0), (4096, 1.0), (4097, 2.0)] {
            assert_eq!(of_read(Index::Primary, "one", bytes), Charge::of(Index::Primary, "one", units));
            assert_eq!(of_read(Index::Listing, "one", bytes), Charge::of(Index::Listing, "one", units / 2.0));
        }
    }
}

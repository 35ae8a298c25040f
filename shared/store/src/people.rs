//! Who is in a batch: one item beside each part of its rows, by which the rows of a person are found.
//!
//! The item holds two marks for each row: the beginnings of a hash of its address and of a hash of its username. It is
//! written in one transaction with its rows, so no row of a person is missed. Two people may share a mark by chance, so
//! a reader looks at the rows that it finds.
//!
//! A change of a person writes 8 KB, while an item for each person would double the writes of a whole batch.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use domain::{
    BatchId,
    batch::{Batch, RowState},
    keys::AddressKey,
};

use crate::{
    Store, StoreError,
    item::{self, Envelope, Item},
    keyed_row::KeyedRow,
    keys::{self, Key, ROWS_PER_PART},
    mark::{Mark, mark},
    table::{Condition, Write},
};

const ENTITY: &str = "people";
const MARKS: &str = "marks";

/// Bytes of the two marks of a row.
const BYTES_PER_ROW: usize = 2 * size_of::<Mark>();

/// What finds a row: its address, and its username.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    address: Mark,
    username: Mark,
}

impl Marks {
    /// The marks of a row. A removed row has none, so nobody finds it.
    pub(crate) fn of(keyed: &KeyedRow) -> Self {
        if keyed.row.state == RowState::Removed {
            return Self::default();
        }
        let username = keyed.row.username();
        Self {
            address: keyed.address.as_ref().map(AddressKey::as_str).map(mark).unwrap_or_default(),
            username: username.map(|username| mark(&username.canonical())).unwrap_or_default(),
        }
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let (address, username) = bytes.split_at_checked(size_of::<Mark>())?;
        Some(Self { address: address.try_into().ok()?, username: username.try_into().ok()? })
    }

    fn bytes(self) -> [u8; BYTES_PER_ROW] {
        let mut bytes = [0; BYTES_PER_ROW];
        bytes[..size_of::<Mark>()].copy_from_slice(&self.address);
        bytes[size_of::<Mark>()..].copy_from_slice(&self.username);
        bytes
    }
}

/// The people of one part of a batch's rows.
#[derive(Clone, Debug, Default)]
struct People {
    /// The version of the item. 0: there is none.
    version: u64,
    /// Of each row of the part, from the first on. Missing ones have no marks.
    marks: Vec<u8>,
}

impl People {
    fn read(item: &Item) -> Self {
        let marks = item.get(MARKS).and_then(|value| value.as_b().ok()).map(|blob| blob.as_ref().to_vec());
        Self { version: item::number(item, "version").unwrap_or(0), marks: marks.unwrap_or_default() }
    }

    /// Sets the marks of the row at `place` of the part. Returns whether they were others.
    fn set(&mut self, place: u32, marks: Marks) -> bool {
        let from = place as usize * BYTES_PER_ROW;
        self.marks.resize(self.marks.len().max(from + BYTES_PER_ROW), 0);
        let held = &mut self.marks[from..from + BYTES_PER_ROW];
        let is_other = *held != marks.bytes();
        held.copy_from_slice(&marks.bytes());
        is_other
    }

    /// The places of the rows that one of the marks finds.
    fn places(&self, addresses: &HashSet<Mark>, usernames: &HashSet<Mark>) -> impl Iterator<Item = u32> {
        let is_found = |marks: &Marks| addresses.contains(&marks.address) || usernames.contains(&marks.username);
        let marks = self.marks.chunks(BYTES_PER_ROW).map(|bytes| Marks::parse(bytes).unwrap_or_default());
        (0..).zip(marks).filter(move |(_, marks)| is_found(marks)).map(|(place, _)| place)
    }

    /// The item of the next version.
    fn item(self, batch: BatchId, part: u32) -> Item {
        let envelope = Envelope::new(keys::people(batch, part), ENTITY, self.version + 1);
        envelope.attribute(MARKS, AttributeValue::B(Blob::new(self.marks))).bare()
    }

    /// Writes it over the version that was read.
    fn put(self, batch: BatchId, part: u32) -> Write {
        let condition = Condition::before(self.version + 1);
        Write::Put { item: self.item(batch, part), condition }
    }
}

/// The items for a batch that holds `rows` and no others.
pub(crate) fn all(batch: BatchId, rows: &[KeyedRow]) -> Vec<Item> {
    let mut parts: BTreeMap<u32, People> = BTreeMap::new();
    for keyed in rows {
        let (part, place) = keys::place_of(keyed.row.number);
        parts.entry(part).or_default().set(place, Marks::of(keyed));
    }
    parts.into_iter().map(|(part, people)| people.item(batch, part)).collect()
}

/// The deletion of every such item of a batch.
pub(crate) fn deletions(batch: BatchId) -> impl Iterator<Item = Write> {
    keys::parts().map(move |part| Write::Delete { key: keys::people(batch, part), condition: Condition::Any })
}

impl Store {
    /// The writes by which `rows` of a batch are found from now on, and no longer by what they were before. None where
    /// addresses and usernames stay the same.
    pub(crate) async fn found_by(&self, batch: BatchId, rows: &[&KeyedRow]) -> Result<Vec<Write>, StoreError> {
        let parts: BTreeSet<u32> = rows.iter().map(|keyed| keys::place_of(keyed.row.number).0).collect();
        let mut people = self.people(batch, parts.iter().copied()).await?;
        let mut changed = BTreeSet::new();
        for keyed in rows {
            let (part, place) = keys::place_of(keyed.row.number);
            if people.entry(part).or_default().set(place, Marks::of(keyed)) {
                changed.insert(part);
            }
        }
        let is_changed = |(part, _): &(u32, People)| changed.contains(part);
        Ok(people.into_iter().filter(is_changed).map(|(part, people)| people.put(batch, part)).collect())
    }

    /// The numbers of the rows of a batch that may have the address or the username of one of `rows`.
    pub(crate) async fn numbers_of_people(&self, batch: &Batch, rows: &[KeyedRow]) -> Result<Vec<u32>, StoreError> {
        let none = Mark::default();
        let sought = |of: fn(&Marks) -> Mark| -> HashSet<Mark> {
            rows.iter().map(|keyed| of(&Marks::of(keyed))).filter(|mark| *mark != none).collect()
        };
        let (addresses, usernames) = (sought(|marks| marks.address), sought(|marks| marks.username));
        let people = self.people(batch.id, keys::parts_of(batch.counts.total)).await?;
        let numbers = people.iter().flat_map(|(part, people)| {
            let first = part * ROWS_PER_PART + 1;
            people.places(&addresses, &usernames).map(move |place| first + place)
        });
        Ok(numbers.collect())
    }

    async fn people(
        &self,
        batch: BatchId,
        parts: impl Iterator<Item = u32>,
    ) -> Result<BTreeMap<u32, People>, StoreError> {
        let keys: Vec<Key> = parts.map(|part| keys::people(batch, part)).collect();
        let found = self.table.get_many(&keys).await?;
        let part = |item: &Item| Some((keys::part_of(item::text(item, "pk")?)?, People::read(item)));
        Ok(found.iter().filter_map(part).collect())
    }
}

//! One item of the table as a value: read with its version, and written over that version.
//!
//! The version is the store's. A value of the domain does not carry it, so nobody can forget to raise it, and nobody can
//! write over a version that was never read.

use std::ops::Deref;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Store, StoreError, Written,
    erasure::is_whole,
    item::{self, Envelope, Item},
    keys::Key,
    table::{Condition, Write},
    transaction::{LostRace, Transaction},
};

/// How often [`Store::update`] decides anew because another writer was faster. Two writers of one item meet about once;
/// more rounds than this mean that something keeps writing.
pub const MAX_UPDATE_ROUNDS: u32 = 20;

/// How many records are read together, and how often at a time.
const TOGETHER: usize = 100;
const IN_FLIGHT: usize = 8;

/// What the table keeps as an item of its own. The modules of `records` say how each lies in the table.
pub trait Record: Layout + Clone + Serialize + DeserializeOwned {}

impl<T: Layout + Clone + Serialize + DeserializeOwned> Record for T {}

/// How a record lies in the table. Outside this crate nobody can name it, so nobody else makes a record.
pub trait Layout {
    /// What names one record of this kind.
    type Id;

    /// The attribute `entity` of its item.
    const KIND: &'static str;

    /// Where the record of this name lies.
    fn key(id: &Self::Id) -> Key;

    /// Its name.
    fn id(&self) -> Self::Id;

    /// Adds what indexes find it by, when the sweeper is to find it, and when it is deleted.
    fn laid_out(&self, envelope: Envelope) -> Result<Envelope, StoreError> {
        Ok(envelope)
    }

    /// What else is deleted with this write, where it is still this record's.
    fn freed(&self) -> Vec<Owned> {
        Vec::new()
    }
}

/// An item that belongs to an invite or a request, by the attribute `invite_id`.
#[derive(Debug)]
pub struct Owned {
    pub(crate) key: Key,
    pub(crate) owner: String,
}

impl Owned {
    /// Deletes it while it is its owner's.
    pub(crate) fn deletion(self) -> Write {
        Write::Delete { key: self.key, condition: Condition::AbsentOrOwnedBy(self.owner) }
    }
}

/// A record as it was read, with the version to write over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored<T> {
    value: T,
    version: u64,
}

/// The next value of a record, with the version that it is written over. Nothing is written before it is given to
/// [`Store::write`] or a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "nothing is written yet"]
pub struct Change<T> {
    next: T,
    read_version: u64,
}

impl<T> Stored<T> {
    /// A value that stands for a record of which nothing is stored yet; its first write creates the record.
    #[must_use]
    pub fn unwritten(value: T) -> Self {
        Self { value, version: 0 }
    }

    /// The version at which it was read: 1 when it was created, one more with each write.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The value alone.
    #[must_use]
    pub fn into_value(self) -> T {
        self.value
    }

    /// What is to be written over what was read.
    pub fn becomes(&self, next: T) -> Change<T> {
        Change { next, read_version: self.version }
    }
}

impl<T: Clone> Stored<T> {
    /// A copy of the value alone, for a decision that consumes it.
    #[must_use]
    pub fn to_value(&self) -> T {
        self.value.clone()
    }
}

impl<T> Change<T> {
    /// The creation of a record.
    pub(crate) fn first(value: T) -> Self {
        Self { next: value, read_version: 0 }
    }
}

impl<T> Deref for Change<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.next
    }
}

impl<T> Deref for Stored<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// What became of a write over a version that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a lost race means that nothing was written"]
pub enum Replaced<T> {
    /// Written; this is what the table holds now.
    Done(Stored<T>),
    /// Another writer was faster; read again.
    LostRace,
}

impl<T> Replaced<T> {
    /// Whether it is written.
    #[must_use]
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Done(_))
    }

    /// What became of it, without what the table holds.
    pub fn written(&self) -> Written {
        if self.is_done() { Written::Done } else { Written::LostRace }
    }
}

/// What became of [`Store::update`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Updated<T, E> {
    /// Written: the value that the decision was about, and what the table holds now.
    Done {
        /// What was read.
        before: T,
        /// What was written.
        after: Stored<T>,
    },
    /// The decision was to leave it as it is.
    Unchanged(Stored<T>),
    /// There is no such record.
    Missing,
    /// The decision was an error.
    Refused(E),
}

impl Store {
    /// The record as it is now; none once only its tombstone is left.
    ///
    /// # Errors
    ///
    /// When the table cannot answer, or holds something unreadable there.
    pub async fn get<T: Record>(&self, id: &T::Id) -> Result<Option<Stored<T>>, StoreError> {
        self.table.get(&T::key(id)).await?.filter(is_whole).map(stored).transpose()
    }

    /// A record that was read before, as it is now.
    ///
    /// # Errors
    ///
    /// As [`Store::get`].
    pub async fn reread<T: Record>(&self, read: &Stored<T>) -> Result<Option<Stored<T>>, StoreError> {
        self.get(&read.value.id()).await
    }

    /// The records of `ids` that are there, in no order. No id may come twice.
    ///
    /// # Errors
    ///
    /// As [`Store::get`].
    pub async fn get_many<T: Record>(&self, ids: &[T::Id]) -> Result<Vec<Stored<T>>, StoreError> {
        // An item takes several times the room of what is in it, so they are read a few at a time.
        let some: Vec<Vec<Key>> = ids.chunks(TOGETHER).map(|ids| ids.iter().map(T::key).collect()).collect();
        let read = async |keys: Vec<Key>| -> Result<Vec<Stored<T>>, StoreError> {
            self.table.get_many(&keys).await?.into_iter().filter(is_whole).map(stored).collect()
        };
        stream::iter(some).map(read).buffer_unordered(IN_FLIGHT).try_concat().await
    }

    /// Writes a new record. A lost race means that there is one of its name already.
    ///
    /// # Errors
    ///
    /// When the table cannot answer; it may have been written.
    pub async fn create<T: Record>(&self, value: T) -> Result<Replaced<T>, StoreError> {
        self.write(Change::first(value)).await
    }

    /// Writes a change over the version that was read.
    ///
    /// # Errors
    ///
    /// When the table cannot answer; it may have been written.
    pub async fn write<T: Record>(&self, change: Change<T>) -> Result<Replaced<T>, StoreError> {
        let mut transaction = Transaction::default();
        let stored = transaction.write(change, LostRace)?;
        transaction.commit_to(self, stored).await
    }

    /// Writes two changes, or neither. What the table holds then of the first.
    ///
    /// # Errors
    ///
    /// As [`Store::write`].
    pub async fn write_both<T: Record, U: Record>(
        &self,
        change: Change<T>,
        beside: Change<U>,
    ) -> Result<Replaced<T>, StoreError> {
        let mut transaction = Transaction::default();
        let stored = transaction.write(change, LostRace)?;
        transaction.write(beside, LostRace)?;
        transaction.commit_to(self, stored).await
    }

    /// Reads the record, decides, and writes the decision over what was read; again when another writer was faster.
    /// `decide` gives the next value, or `None` to leave the record as it is.
    ///
    /// # Errors
    ///
    /// When the table cannot answer, and [`StoreError::Contended`] after [`MAX_UPDATE_ROUNDS`] lost races: in both cases
    /// the caller may try later.
    pub async fn update<T: Record, E>(
        &self,
        id: &T::Id,
        mut decide: impl FnMut(T) -> Result<Option<T>, E>,
    ) -> Result<Updated<T, E>, StoreError> {
        for _ in 0..MAX_UPDATE_ROUNDS {
            let Some(read) = self.get::<T>(id).await? else {
                return Ok(Updated::Missing);
            };
            if let Some(updated) = self.update_once(read, &mut decide).await? {
                return Ok(updated);
            }
        }
        Err(StoreError::Contended { entity: T::KIND })
    }

    /// As [`Store::update`], of a record that need not be stored yet: then `unwritten` is decided about, and the first
    /// write creates it.
    ///
    /// # Errors
    ///
    /// As [`Store::update`].
    pub async fn update_or<T: Record, E>(
        &self,
        id: &T::Id,
        unwritten: impl Fn() -> T,
        mut decide: impl FnMut(T) -> Result<Option<T>, E>,
    ) -> Result<Updated<T, E>, StoreError> {
        for _ in 0..MAX_UPDATE_ROUNDS {
            let read = self.get::<T>(id).await?.unwrap_or_else(|| Stored::unwritten(unwritten()));
            if let Some(updated) = self.update_once(read, &mut decide).await? {
                return Ok(updated);
            }
        }
        Err(StoreError::Contended { entity: T::KIND })
    }

    /// One round of an update; `None` after a lost race.
    async fn update_once<T: Record, E>(
        &self,
        read: Stored<T>,
        decide: &mut impl FnMut(T) -> Result<Option<T>, E>,
    ) -> Result<Option<Updated<T, E>>, StoreError> {
        let next = match decide(read.to_value()) {
            Ok(Some(next)) => next,
            Ok(None) => return Ok(Some(Updated::Unchanged(read))),
            Err(refusal) => return Ok(Some(Updated::Refused(refusal))),
        };
        Ok(match self.write(read.becomes(next)).await? {
            Replaced::Done(after) => Some(Updated::Done { before: read.into_value(), after }),
            Replaced::LostRace => None,
        })
    }
}

/// The write of a change, and what the table holds after it.
pub(crate) fn put<T: Record>(change: Change<T>) -> Result<(Write, Stored<T>), StoreError> {
    let Change { next: value, read_version } = change;
    let version = read_version + 1;
    let write = Write::Put { item: item_of(&value, version)?, condition: Condition::before(version) };
    Ok((write, Stored { value, version }))
}

/// The item of a record at a version.
pub(crate) fn item_of<T: Record>(value: &T, version: u64) -> Result<Item, StoreError> {
    let envelope = Envelope::new(T::key(&value.id()), T::KIND, version);
    value.laid_out(envelope)?.body(T::KIND, value)
}

/// The record in an item.
pub(crate) fn stored<T: Record>(mut item: Item) -> Result<Stored<T>, StoreError> {
    let version = item::number(&item, "version");
    let version = version.ok_or_else(|| StoreError::Corrupt { entity: T::KIND, problem: "no version".to_owned() })?;
    Ok(Stored { value: item::body(T::KIND, &mut item)?, version })
}

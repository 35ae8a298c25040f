//! One item of the table as a value: read with its version, and written over that version.
//!
//! The store keeps the version. A value of the domain does not have it, so no code can forget to increase it or write
//! over a version that was never read.

use std::ops::Deref;

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    StoreError,
    item::{self, Envelope, Item},
    keys::Key,
    table::{Condition, Write},
};

/// A value that the table keeps as an item of its own. The modules of `records` say how each is stored.
pub trait Record: Layout + Clone + Serialize + DeserializeOwned {}

impl<T: Layout + Clone + Serialize + DeserializeOwned> Record for T {}

/// How a record is stored. Only this crate can name this trait, so only it defines records.
pub trait Layout {
    /// The identity of a record of this kind.
    type Id;

    /// The attribute `entity` of its item.
    const KIND: &'static str;

    /// The key of the record with this identity.
    fn key(id: &Self::Id) -> Key;

    /// The identity of this record.
    fn id(&self) -> Self::Id;

    /// The value that is read for this identity before anything is stored. `None`: then there is no record.
    fn unwritten(_id: &Self::Id) -> Option<Self>
    where
        Self: Sized,
    {
        None
    }

    /// Adds the attributes of indexes, the time when it is due, and the time when it expires.
    fn laid_out(&self, envelope: Envelope) -> Result<Envelope, StoreError> {
        Ok(envelope)
    }

    /// Items that are deleted with this write if they still belong to this record.
    fn freed(&self) -> Vec<Owned> {
        Vec::new()
    }
}

/// An item that belongs to an invite or a request, by its attribute `invite_id`.
#[derive(Debug)]
pub struct Owned {
    pub(crate) key: Key,
    pub(crate) owner: String,
}

impl Owned {
    /// Deletes the item if it still belongs to its owner.
    pub(crate) fn deletion(self) -> Write {
        Write::Delete { key: self.key, condition: Condition::AbsentOrOwnedBy(self.owner) }
    }
}

/// A record with the version at which it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored<T> {
    value: T,
    version: u64,
}

/// The next value of a record, with the version that it is written over. Nothing is written before
/// [`Store::write`](crate::Store::write) or a transaction gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "nothing is written yet"]
pub struct Change<T> {
    next: T,
    read_version: u64,
}

impl<T> Stored<T> {
    /// A value for a record that is not stored yet. Its first write creates the record.
    #[must_use]
    pub fn unwritten(value: T) -> Self {
        Self { value, version: 0 }
    }

    /// The version at which it was read: 1 when it was created, and one more after each write.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    #[must_use]
    pub fn into_value(self) -> T {
        self.value
    }

    /// The change from what was read to `next`.
    pub fn becomes(&self, next: T) -> Change<T> {
        Change { next, read_version: self.version }
    }
}

impl<T: Clone> Stored<T> {
    /// A copy of the value alone, for a transition that consumes it.
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

/// The result of a write over the version that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a lost race means that nothing was written"]
pub enum Written<T = ()> {
    /// It was written. The value, where there is one, is what the table holds now.
    Done(T),
    /// Another writer was faster; the caller reads again.
    LostRace,
}

impl<T> Written<T> {
    #[must_use]
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Done(_))
    }

    /// The same result without the value.
    pub fn without_value(self) -> Written {
        match self {
            Self::Done(_) => Written::Done(()),
            Self::LostRace => Written::LostRace,
        }
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

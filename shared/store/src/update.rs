//! Reads a record, and writes it over the version that was read.

use futures::{StreamExt as _, TryStreamExt as _, stream};

use crate::{
    Store, StoreError,
    item::is_tombstone,
    keys::Key,
    record::{Change, Record, Stored, Written, stored},
    transaction::{LostRace, Transaction},
};

/// Rounds of [`Store::update`] at most, where another writer was faster each time. Two writers of one item conflict
/// about once, so more rounds than this mean a fault.
pub const MAX_UPDATE_ROUNDS: u32 = 20;

/// Keys in one request, and requests at the same time, when many records are read.
const TOGETHER: usize = 100;
const IN_FLIGHT: usize = 8;

/// The result of a call of [`Store::update`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Updated<T, E> {
    /// Written: the value before, and what the table holds now.
    Done { before: T, after: Stored<T> },
    /// The decision was to leave the record unchanged.
    Unchanged(Stored<T>),
    /// There is no such record.
    Missing,
    /// The decision was an error.
    Refused(E),
}

impl Store {
    /// The record as it is now. `None`: there is none, or only its tombstone.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer, or has an item there that this build cannot read.
    pub async fn get<T: Record>(&self, id: &T::Id) -> Result<Option<Stored<T>>, StoreError> {
        self.table.get(&T::key(id)).await?.filter(|item| !is_tombstone(item)).map(stored).transpose()
    }

    /// The record as it is now, or the value for a record that is not stored yet.
    pub(crate) async fn get_or_unwritten<T: Record>(&self, id: &T::Id) -> Result<Option<Stored<T>>, StoreError> {
        Ok(self.get(id).await?.or_else(|| T::unwritten(id).map(Stored::unwritten)))
    }

    /// The record that was read before, as it is now.
    ///
    /// # Errors
    ///
    /// Like [`Store::get`].
    pub async fn reread<T: Record>(&self, read: &Stored<T>) -> Result<Option<Stored<T>>, StoreError> {
        self.get(&read.id()).await
    }

    /// The existing records of `ids`, in no order. Each id may occur only once.
    ///
    /// # Errors
    ///
    /// Like [`Store::get`].
    pub async fn get_many<T: Record>(&self, ids: &[T::Id]) -> Result<Vec<Stored<T>>, StoreError> {
        // An item in memory takes several times the size of its content, so the items are read in groups.
        let some: Vec<Vec<Key>> = ids.chunks(TOGETHER).map(|ids| ids.iter().map(T::key).collect()).collect();
        let read = async |keys: Vec<Key>| -> Result<Vec<Stored<T>>, StoreError> {
            self.table.get_many(&keys).await?.into_iter().filter(|item| !is_tombstone(item)).map(stored).collect()
        };
        stream::iter(some).map(read).buffer_unordered(IN_FLIGHT).try_concat().await
    }

    /// Writes a new record. A lost race means that there is one with its identity already.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer; the record may have been written.
    pub async fn create<T: Record>(&self, value: T) -> Result<Written<Stored<T>>, StoreError> {
        self.write(Change::first(value)).await
    }

    /// Writes a change over the version that was read.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer; the change may have been written.
    pub async fn write<T: Record>(&self, change: Change<T>) -> Result<Written<Stored<T>>, StoreError> {
        let mut transaction = Transaction::default();
        let stored = transaction.write(change, LostRace)?;
        transaction.commit_to(self, stored).await
    }

    /// Writes two changes, or neither. Returns what the table holds of the first.
    ///
    /// # Errors
    ///
    /// Like [`Store::write`].
    pub async fn write_both<T: Record, U: Record>(
        &self,
        change: Change<T>,
        beside: Change<U>,
    ) -> Result<Written<Stored<T>>, StoreError> {
        let mut transaction = Transaction::default();
        let stored = transaction.write(change, LostRace)?;
        transaction.write(beside, LostRace)?;
        transaction.commit_to(self, stored).await
    }

    /// Reads the record, decides, and writes the decision over the version that was read. When another writer was
    /// faster it starts again. `decide` returns the next value, or `None` to leave the record unchanged. For a mailbox
    /// or usage without a record `decide` gets the empty value, and the first write creates the record.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer, and [`StoreError::Contended`] after [`MAX_UPDATE_ROUNDS`] lost
    /// races. In both cases the caller can try again later.
    pub async fn update<T: Record, E>(
        &self,
        id: &T::Id,
        mut decide: impl FnMut(T) -> Result<Option<T>, E>,
    ) -> Result<Updated<T, E>, StoreError> {
        for _ in 0..MAX_UPDATE_ROUNDS {
            let Some(read) = self.get_or_unwritten::<T>(id).await? else {
                return Ok(Updated::Missing);
            };
            if let Some(updated) = self.update_once(read, &mut decide).await? {
                return Ok(updated);
            }
        }
        Err(StoreError::Contended { entity: T::KIND })
    }

    /// One round of an update. `None`: the race was lost.
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
            Written::Done(after) => Some(Updated::Done { before: read.into_value(), after }),
            Written::LostRace => None,
        })
    }
}

//! Reading a record, and writing it over what was read.

use futures::{StreamExt as _, TryStreamExt as _, stream};

use crate::{
    Store, StoreError,
    item::is_tombstone,
    keys::Key,
    record::{Change, Record, Stored, Written, stored},
    transaction::{LostRace, Transaction},
};

/// How often [`Store::update`] decides anew because another writer was faster. Two writers of one item meet about once;
/// more rounds than this mean that something keeps writing.
pub const MAX_UPDATE_ROUNDS: u32 = 20;

/// How many records are read together, and how often at a time.
const TOGETHER: usize = 100;
const IN_FLIGHT: usize = 8;

/// What became of a value that [`Store::update`] was to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Updated<T, E> {
    /// Written: the value that the decision was about, and what the table holds now.
    Done { before: T, after: Stored<T> },
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
        self.table.get(&T::key(id)).await?.filter(|item| !is_tombstone(item)).map(stored).transpose()
    }

    /// The record as it is now, or what is read of its name while nothing is stored.
    pub(crate) async fn get_or_unwritten<T: Record>(&self, id: &T::Id) -> Result<Option<Stored<T>>, StoreError> {
        Ok(self.get(id).await?.or_else(|| T::unwritten(id).map(Stored::unwritten)))
    }

    /// A record that was read before, as it is now.
    ///
    /// # Errors
    ///
    /// As [`Store::get`].
    pub async fn reread<T: Record>(&self, read: &Stored<T>) -> Result<Option<Stored<T>>, StoreError> {
        self.get(&read.id()).await
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
            self.table.get_many(&keys).await?.into_iter().filter(|item| !is_tombstone(item)).map(stored).collect()
        };
        stream::iter(some).map(read).buffer_unordered(IN_FLIGHT).try_concat().await
    }

    /// Writes a new record. A lost race means that there is one of its name already.
    ///
    /// # Errors
    ///
    /// When the table cannot answer; it may have been written.
    pub async fn create<T: Record>(&self, value: T) -> Result<Written<Stored<T>>, StoreError> {
        self.write(Change::first(value)).await
    }

    /// Writes a change over the version that was read.
    ///
    /// # Errors
    ///
    /// When the table cannot answer; it may have been written.
    pub async fn write<T: Record>(&self, change: Change<T>) -> Result<Written<Stored<T>>, StoreError> {
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
    ) -> Result<Written<Stored<T>>, StoreError> {
        let mut transaction = Transaction::default();
        let stored = transaction.write(change, LostRace)?;
        transaction.write(beside, LostRace)?;
        transaction.commit_to(self, stored).await
    }

    /// Reads the record, decides, and writes the decision over what was read; again when another writer was faster.
    /// `decide` gives the next value, or `None` to leave the record as it is. A mailbox or usage of which nothing is
    /// stored is decided about as unknown, and its first write creates it.
    ///
    /// # Errors
    ///
    /// When the table cannot answer, and [`StoreError::Contended`] after [`MAX_UPDATE_ROUNDS`] lost races: in both
    /// cases the caller may try later.
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
            Written::Done(after) => Some(Updated::Done { before: read.into_value(), after }),
            Written::LostRace => None,
        })
    }
}

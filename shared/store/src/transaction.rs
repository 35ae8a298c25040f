//! Writes of which all happen or none, each with the meaning of its refusal.

use crate::{
    Store, StoreError,
    keys::Key,
    record::{Change, Owned, Record, Stored, Written, put},
    table::{Commit, Write},
};

/// Writes of which all happen or none; at most 100, and each writes another item.
///
/// `R` is the meaning of a refused write. Where several writes are refused, the least `R` is first, so the meanings
/// that say most are the least.
#[derive(Clone, Debug)]
pub struct Transaction<R> {
    writes: Vec<(Meaning<R>, Write)>,
}

/// Another writer was faster, which is the only meaning of a refusal in this transaction. The caller reads again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LostRace;

/// Why a transaction with an invite is refused. Of several reasons the first says most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refused {
    /// Another writer was faster: the caller reads again.
    LostRace,
    /// The key of the request already has an answer.
    KeyUsed,
    /// A live invite has the address.
    AddressTaken,
    /// A live invite has the username.
    UsernameTaken,
    /// Another request of the officer was counted at the same moment: the caller reads the usage again.
    UsageMoved,
}

/// The meaning of a refused write.
#[derive(Clone, Copy, Debug)]
enum Meaning<R> {
    Refused(R),
    /// The item belongs to another record by now. The other writes are done without this one.
    NotOurs,
}

impl<R> Default for Transaction<R> {
    fn default() -> Self {
        Self { writes: Vec::new() }
    }
}

impl<R: Copy + Ord> Transaction<R> {
    /// Adds a new record. The write is refused if there is one with its identity. Returns what the table holds after
    /// the commit.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it cannot be stored, which is a fault of this service.
    pub fn create<T: Record>(&mut self, value: T, refused: R) -> Result<Stored<T>, StoreError> {
        self.write(Change::first(value), refused)
    }

    /// Adds a change over the version that was read. The write is refused if another writer was faster. Returns what
    /// the table holds after the commit.
    ///
    /// # Errors
    ///
    /// Like [`Transaction::create`].
    pub fn write<T: Record>(&mut self, change: Change<T>, refused: R) -> Result<Stored<T>, StoreError> {
        let freed = change.freed();
        let (write, stored) = put(change)?;
        self.add(write, refused);
        freed.into_iter().for_each(|owned| self.free(owned));
        Ok(stored)
    }

    /// Writes everything, or nothing: then the answer has what was refused, with the reason that says most first.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer. Everything may have been written: the caller reads again.
    pub async fn commit(self, store: &Store) -> Result<Vec<R>, StoreError> {
        let (mut meanings, mut writes): (Vec<Meaning<R>>, Vec<Write>) = self.writes.into_iter().unzip();
        loop {
            let Commit::Refused(places) = store.table.commit(&writes).await? else {
                return Ok(Vec::new());
            };
            let meant = places.iter().filter_map(|place| meanings.get(*place));
            let mut refused: Vec<R> = meant.filter_map(Meaning::refused).collect();
            if !refused.is_empty() {
                refused.sort_unstable();
                refused.dedup();
                return Ok(refused);
            }
            let left = meanings.into_iter().zip(writes).enumerate().filter(|(place, _)| !places.contains(place));
            (meanings, writes) = left.map(|(_, write)| write).unzip();
        }
    }

    pub(crate) fn add(&mut self, write: Write, refused: R) {
        self.writes.push((Meaning::Refused(refused), write));
    }

    /// Also deletes an item, unless the item belongs to another record by now.
    pub(crate) fn free(&mut self, owned: Owned) {
        self.writes.push((Meaning::NotOurs, owned.deletion()));
    }
}

impl Transaction<LostRace> {
    /// Writes everything, or nothing. `stored` is what the caller gets when everything is written.
    ///
    /// # Errors
    ///
    /// Like [`Transaction::commit`].
    pub(crate) async fn commit_to<T>(self, store: &Store, stored: Stored<T>) -> Result<Written<Stored<T>>, StoreError> {
        let refused = self.commit(store).await?;
        Ok(if refused.is_empty() { Written::Done(stored) } else { Written::LostRace })
    }

    /// Like [`Transaction::commit`], without the reasons.
    pub(crate) async fn commit_written(self, store: &Store) -> Result<Written, StoreError> {
        Ok(if self.commit(store).await?.is_empty() { Written::Done(()) } else { Written::LostRace })
    }
}

impl<R> Transaction<R> {
    /// Adds the writes of another transaction. `meaning` translates the meaning of their refusals.
    pub(crate) fn append<Q: Copy>(&mut self, other: Transaction<Q>, meaning: impl Fn(Q) -> R) {
        for (of_other, write) in other.writes {
            let of_write = match of_other {
                Meaning::Refused(refused) => Meaning::Refused(meaning(refused)),
                Meaning::NotOurs => Meaning::NotOurs,
            };
            self.writes.push((of_write, write));
        }
    }

    /// Whether it writes the item at `key`.
    pub(crate) fn writes_to(&self, key: &Key) -> bool {
        self.writes.iter().any(|(_, write)| write.key() == *key)
    }
}

impl<R: Copy> Meaning<R> {
    fn refused(&self) -> Option<R> {
        match self {
            Self::Refused(refused) => Some(*refused),
            Self::NotOurs => None,
        }
    }
}

//! Writes of which all happen or none, each with what its refusal means.

use crate::{
    Store, StoreError,
    keys::Key,
    record::{Change, Owned, Record, Stored, Written, put},
    table::{Commit, Write},
};

/// Writes of which all happen or none; at most 100, each of another item.
///
/// `R` says what the refusal of a write means. Its order is that of what it tells: where several writes are refused,
/// the least `R` comes first.
#[derive(Clone, Debug)]
pub struct Transaction<R> {
    writes: Vec<(Meaning<R>, Write)>,
}

/// Another writer was faster, which is all that a refusal can mean in this transaction: read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LostRace;

/// Why a transaction with an invite in it is refused. Of several reasons the first tells most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refused {
    /// Another writer was faster: read again.
    LostRace,
    /// The key of the request has an answer already.
    KeyUsed,
    /// A live invite has the address.
    AddressTaken,
    /// A live invite has the username.
    UsernameTaken,
    /// The officer asked for something else at the same moment: read their usage again.
    UsageMoved,
}

/// What the refusal of a write means.
#[derive(Clone, Copy, Debug)]
enum Meaning<R> {
    Refused(R),
    /// The item is another record's by now, and the rest may be written without this write.
    NotOurs,
}

impl<R> Default for Transaction<R> {
    fn default() -> Self {
        Self { writes: Vec::new() }
    }
}

impl<R: Copy + Ord> Transaction<R> {
    /// Adds a new record; refused where there is one of its name. What the table holds once all is written.
    ///
    /// # Errors
    ///
    /// When it cannot be stored, which is a fault of this service.
    pub fn create<T: Record>(&mut self, value: T, refused: R) -> Result<Stored<T>, StoreError> {
        self.write(Change::first(value), refused)
    }

    /// Adds a change over the version that was read; refused once another writer was faster. What the table holds once
    /// all is written.
    ///
    /// # Errors
    ///
    /// As [`Transaction::create`].
    pub fn write<T: Record>(&mut self, change: Change<T>, refused: R) -> Result<Stored<T>, StoreError> {
        let freed = change.freed();
        let (write, stored) = put(change)?;
        self.add(write, refused);
        freed.into_iter().for_each(|owned| self.free(owned));
        Ok(stored)
    }

    /// Writes all of it, or nothing: then what was refused, the most telling first.
    ///
    /// # Errors
    ///
    /// When the table cannot answer; it may have been written.
    pub async fn commit(self, store: &Store) -> Result<Vec<R>, StoreError> {
        let (mut meanings, mut writes): (Vec<Meaning<R>>, Vec<Write>) = self.writes.into_iter().unzip();
        loop {
            // Nothing is written twice but what may be refused without ending the rest.
            let may_go_on = meanings.iter().any(|meaning| meaning.refused().is_none());
            let again = if may_go_on { writes.clone() } else { Vec::new() };
            let Commit::Refused(places) = store.table.commit(writes).await? else {
                return Ok(Vec::new());
            };
            let meant = places.iter().filter_map(|place| meanings.get(*place));
            let mut refused: Vec<R> = meant.filter_map(Meaning::refused).collect();
            if !refused.is_empty() {
                refused.sort_unstable();
                refused.dedup();
                return Ok(refused);
            }
            let left = meanings.into_iter().zip(again).enumerate().filter(|(place, _)| !places.contains(place));
            (meanings, writes) = left.map(|(_, write)| write).unzip();
        }
    }

    pub(crate) fn add(&mut self, write: Write, refused: R) {
        self.writes.push((Meaning::Refused(refused), write));
    }

    /// Deletes an item with it, unless that is another owner's by now.
    pub(crate) fn free(&mut self, owned: Owned) {
        self.writes.push((Meaning::NotOurs, owned.deletion()));
    }
}

impl Transaction<LostRace> {
    /// Writes all of it, or nothing; `stored` is what matters to the caller of what the table holds then.
    ///
    /// # Errors
    ///
    /// As [`Transaction::commit`].
    pub(crate) async fn commit_to<T>(self, store: &Store, stored: Stored<T>) -> Result<Written<Stored<T>>, StoreError> {
        let refused = self.commit(store).await?;
        Ok(if refused.is_empty() { Written::Done(stored) } else { Written::LostRace })
    }

    /// See [`Transaction::commit`] for what it promises.
    pub(crate) async fn commit_written(self, store: &Store) -> Result<Written, StoreError> {
        Ok(if self.commit(store).await?.is_empty() { Written::Done(()) } else { Written::LostRace })
    }
}

impl<R> Transaction<R> {
    /// Adds the writes of another transaction, whose refusals mean what `meaning` makes of them.
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

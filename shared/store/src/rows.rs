//! The rows of a batch. Each is an item, found by its number; `people` finds those of a person.
//!
//! The rows are spread over partitions, so that a long list is written and dispatched in seconds; see ADR 40.

use std::collections::{HashMap, HashSet};

use domain::{
    BatchId, Officer, Timestamp, Username,
    batch::{Batch, Duplicate, Row, RowState, RowStatus},
    invite::Invite,
    keys::AddressKey,
};

pub use crate::keyed_row::KeyedRow;
use crate::{
    Store, StoreError,
    item::{self, Envelope, Item, text},
    keys::{self, Key, ROWS_PER_PART},
    people,
    record::{Change, Stored, Written, put},
    table::{Condition, Index, Query, Range, Write},
    transaction::{LostRace, Transaction},
};

pub(crate) const ROW: &str = "row";

/// Rows that change together at most: a transaction has 100 writes. One is the batch's, and twenty may say who is in
/// it.
pub const ROWS_PER_CHANGE: usize = 79;

/// Bytes of rows that change together at most: a transaction has 4 MB.
pub const BYTES_PER_CHANGE: usize = 3 << 20;

/// Bytes of a row's item beside its texts at most: keys, state, faults, names of attributes.
const ROW_FRAME: usize = 4 << 10;

/// Bytes of the item of a row at most.
#[must_use]
pub fn item_bytes(row: &Row) -> usize {
    row.text_bytes() + ROW_FRAME
}

#[derive(Debug)]
pub struct RowPage {
    pub rows: Vec<Row>,
    /// The row number after which the next page begins. `None`: this was the last page.
    pub next: Option<u32>,
}

/// The batch that the item at a key belongs to: the batch itself, or one of its rows. `None`: it belongs to none.
#[must_use]
pub fn batch_of(key: &Key) -> Option<BatchId> {
    keys::batch_of(&key.pk)
}

fn row_number(sk: &str) -> Option<u32> {
    sk.strip_prefix(keys::ROW_PREFIX)?.parse().ok()
}

pub(crate) fn put_row(batch: BatchId, keyed: &KeyedRow) -> Result<Item, StoreError> {
    let KeyedRow { row, address } = keyed;
    let mut envelope =
        Envelope::new(keys::row(batch, row.number), ROW, row.version).text("row_state", row.state.name());
    if let Some(address) = address {
        envelope = envelope.text("person", address.as_str());
    }
    envelope.body(ROW, row)
}

impl Store {
    /// Writes all rows of a batch, as a reader found them. Only the creator of a batch of pasted rows, or the worker
    /// with the parse claim, may call it, after the batch is stored and before it is a draft. Calling it again writes
    /// the same rows.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer; some rows may have been written.
    pub async fn write_rows(&self, batch: BatchId, rows: &[KeyedRow]) -> Result<(), StoreError> {
        let mut items = people::all(batch, rows);
        for row in rows {
            items.push(put_row(batch, row)?);
        }
        self.table.put_many(items).await
    }

    /// Marks the ready rows of `officer` whose address or username has a live invite of any officer, or whose address
    /// has an account that is known at `now`; see [`Row::beside_invite`]. `look` brings such invites up to date first:
    /// where an account was deleted, its person can be invited again.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn mark_known(
        &self,
        rows: &mut [KeyedRow],
        officer: &Officer,
        now: Timestamp,
        look: impl AsyncFnOnce(Vec<Stored<Invite>>) -> Vec<Stored<Invite>>,
    ) -> Result<(), StoreError> {
        let ready = |row: &&KeyedRow| row.row.state == RowState::Ready;
        let addresses: Vec<AddressKey> = rows.iter().filter(ready).filter_map(|row| row.address.clone()).collect();
        let usernames: Vec<Username> = rows.iter().filter(ready).filter_map(|row| row.row.username()).collect();
        let seen = look(self.live_invites(&addresses).await?).await;
        let live = seen.into_iter().filter(|invite| invite.is_live());
        let live: HashMap<AddressKey, Stored<Invite>> =
            live.map(|invite| (invite.address_key.clone(), invite)).collect();
        let (held, named) = futures::try_join!(self.held_addresses(&addresses, now), self.live_usernames(&usernames))?;
        let held: HashSet<AddressKey> = held.into_iter().collect();
        for keyed in rows {
            let (RowState::Ready, Some(address)) = (&keyed.row.state, keyed.address.as_ref()) else { continue };
            let has_username = keyed.row.username().is_some_and(|username| named.contains(&username.canonical()));
            // An invite says more than the account that it led to.
            if let Some(invite) = live.get(address) {
                keyed.row.state = keyed.row.beside_invite(invite, officer);
            } else if has_username {
                keyed.row.state = keyed.row.beside_username();
            } else if held.contains(address) {
                keyed.row.state = RowState::Duplicate { duplicate: Duplicate::Account };
            }
        }
        Ok(())
    }

    /// The row as it is now.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn find_row(&self, batch: BatchId, number: u32) -> Result<Option<Row>, StoreError> {
        self.table.get(&keys::row(batch, number)).await?.map(|mut found| item::body(ROW, &mut found)).transpose()
    }

    /// A page of rows with numbers above `after`, in their order, and whether more may follow. With `only`, rows of
    /// that status. A page may be short or empty although more follow.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn list_rows(
        &self,
        batch: &Batch,
        after: u32,
        limit: u32,
        only: Option<RowStatus>,
    ) -> Result<RowPage, StoreError> {
        let (part, _) = keys::place_of(after + 1);
        let query = Query {
            range: Range::Above(keys::row_sk(after)),
            limit: Some(limit),
            filter: only.map(|status| ("row_state", status.name().to_owned())),
            ..Query::all(Index::Primary, keys::rows_pk(batch.id, part))
        };
        let page = self.table.page(&query).await?;
        let last_of_part = (part + 1) * ROWS_PER_PART;
        let next_part = (last_of_part < batch.counts.total).then_some(last_of_part);
        let next = page.next.as_ref().and_then(|item| row_number(text(item, "sk")?));
        let rows = page.items.into_iter().map(|mut item| item::body(ROW, &mut item)).collect::<Result<_, _>>()?;
        Ok(RowPage { rows, next: next.or(next_part) })
    }

    /// Up to `limit` rows of a batch, however many it counts: what a reader wrote before it failed, too. None: it has
    /// no rows.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn remaining_rows(&self, batch: BatchId, limit: u32) -> Result<Vec<Row>, StoreError> {
        for part in keys::parts() {
            let range = Range::Above(keys::row_sk(0));
            let query = Query { range, limit: Some(limit), ..Query::all(Index::Primary, keys::rows_pk(batch, part)) };
            let page = self.table.page(&query).await?;
            if !page.items.is_empty() {
                return page.items.into_iter().map(|mut item| item::body(ROW, &mut item)).collect();
            }
        }
        Ok(Vec::new())
    }

    /// The rows of a batch that have the address or the username of one of `rows`, without removed rows, in their
    /// order.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn rows_of_people(&self, batch: &Batch, rows: &[KeyedRow]) -> Result<Vec<Row>, StoreError> {
        let numbers = self.numbers_of_people(batch, rows).await?;
        let mut found = self.find_rows(batch.id, &numbers).await?;
        found.retain(|row| rows.iter().any(|sought| row.beside(&sought.row).is_some()));
        Ok(found)
    }

    /// The existing rows of a batch with these numbers, as they are now, in their order. Each number may occur only
    /// once.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn find_rows(&self, batch: BatchId, numbers: &[u32]) -> Result<Vec<Row>, StoreError> {
        let keys: Vec<Key> = numbers.iter().map(|number| keys::row(batch, *number)).collect();
        let found = self.table.get_many(&keys).await?;
        let mut rows: Vec<Row> =
            found.into_iter().map(|mut item| item::body(ROW, &mut item)).collect::<Result<_, _>>()?;
        rows.sort_unstable_by_key(|row| row.number);
        Ok(rows)
    }

    /// Writes changed rows and their batch over the versions that were read, or nothing. An invite that one of the rows
    /// named is written too, if it is `released`. At most [`ROWS_PER_CHANGE`] rows, counting the invite as one, and at
    /// most [`BYTES_PER_CHANGE`].
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn replace_rows(
        &self,
        rows: &[(u64, KeyedRow)],
        batch: Change<Batch>,
        released: Option<Change<Invite>>,
    ) -> Result<Written<Stored<Batch>>, StoreError> {
        let mut transaction = Transaction::default();
        let batch = transaction.write(batch, LostRace)?;
        if let Some(invite) = released {
            // The invite ended before, and its locks were deleted then.
            let (write, _) = put(invite)?;
            transaction.add(write, LostRace);
        }
        let changed: Vec<&KeyedRow> = rows.iter().map(|(_, row)| row).collect();
        for write in self.found_by(batch.id, &changed).await? {
            transaction.add(write, LostRace);
        }
        for (read_version, row) in rows {
            let condition = Condition::Version(*read_version);
            transaction.add(Write::Put { item: put_row(batch.id, row)?, condition }, LostRace);
        }
        transaction.commit_to(self, batch).await
    }

    /// Writes a row of the same person over the version that was read, while its batch is being dispatched.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn replace_row(&self, batch: BatchId, read_version: u64, row: &KeyedRow) -> Result<Written, StoreError> {
        let mut transaction = Transaction::default();
        let condition = Condition::Version(read_version);
        transaction.add(Write::Put { item: put_row(batch, row)?, condition }, LostRace);
        transaction.commit_written(self).await
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        batch::{RawRow, RowRules},
        fields::Form,
        invite::Kind,
    };
    use testing::people::{beginning, longest_form, officer, rules, vendor_form};

    use super::*;

    /// The bytes of an item as a transaction counts them at least: the names and texts in it.
    fn bytes(item: Item) -> usize {
        let json: serde_json::Value = serde_dynamo::from_item(item).unwrap();
        json.to_string().len()
    }

    #[test]
    fn a_batch_and_its_rows_are_of_that_batch() {
        let id = BatchId::generate(beginning(), &testing::seeded(1));
        for key in [keys::batch(id), keys::row(id, 1), keys::row(id, 10_000)] {
            assert_eq!(batch_of(&key), Some(id), "{key:?}");
        }
        assert_eq!(batch_of(&keys::mail_switch()), None);
    }

    #[test]
    fn the_item_of_a_row_is_within_its_bound() {
        let wrong = Form { email: "nobody".to_owned(), ..Form::default() };
        for form in [Form::default(), wrong, vendor_form("usual"), longest_form("long")] {
            let name = form.email.clone();
            let (domains, officer) = (rules(), officer("ada").email);
            let rules = RowRules { domains: &domains, officer: &officer, kind: Kind::Account };
            let row = Row::read(1, 1, RawRow::from(form), &rules);
            let bound = item_bytes(&row);
            let batch = BatchId::generate(beginning(), &testing::seeded(1));
            let size = bytes(put_row(batch, &KeyedRow::new(row, &testing::people::keys())).unwrap());
            assert!(size <= bound, "{size} bytes for {name:?}, and at most {bound} expected");
            assert!(bound < size + 5_000, "so many rows can change together");
        }
    }
}

//! Forgetting people: items give way to tombstones, which the table's time to live takes away.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    BatchId, InviteId, Timestamp,
    batch::{Batch, Row},
    invite::Invite,
    keys::AddressKey,
    tombstone::{BatchTombstone, InviteTombstone},
};
use serde::{Deserialize, Serialize};

use crate::{
    Store, StoreError, Written,
    item::{self, Envelope, Item, TOMBSTONE, text},
    keys::{self, Key},
    record::{Layout, Record, Stored, stored},
    rows::{KeyedRow, ROW, ROWS_PER_CHANGE, put_row},
    table::{Commit, Condition, Freshness, Index, Query, Segment, Write},
    transaction::{LostRace, Transaction},
    uniqueness::{lock_owner, owned_by},
};

const REQUEST: &str = "forget_request";
pub(crate) const AUDIT: &str = "audit";

/// Into how many parts the table is read whole.
pub const PARTS: u32 = 64;

/// Something that a reading of the whole table finds.
#[derive(Clone, Debug)]
pub enum Found {
    Invite(Box<Stored<Invite>>),
    /// A row of a batch.
    Row(BatchId, Box<KeyedRow>),
    Lock(Lock),
}

/// One page of a part of the table.
#[derive(Clone, Debug)]
pub struct PartPage {
    pub found: Vec<Found>,
    /// Where the next page of the part begins, if there is one.
    pub next: Option<PartPlace>,
}

/// A place within a part of the table.
#[derive(Clone, Debug)]
pub struct PartPlace(Item);

impl PartPlace {
    /// The place as text, for a job that goes on later. It holds a key of the table, and no address.
    #[must_use]
    pub fn to_text(&self) -> Option<String> {
        Some(format!("{}\n{}", text(&self.0, "pk")?, text(&self.0, "sk")?))
    }

    /// The place that [`PartPlace::to_text`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (pk, sk) = text.split_once('\n')?;
        let attribute = |name: &str, value: &str| (name.to_owned(), AttributeValue::S(value.to_owned()));
        Some(Self(Item::from([attribute("pk", pk), attribute("sk", sk)])))
    }
}

/// What keeps a second live invite from an address or a username.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    pk: String,
    pub owner: InviteId,
}

/// The record of an operator's act: what, on whom by a keyed hash, and what it touched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// What was done, such as `FORGET_PERSON`.
    pub action: String,
    /// The keyed hash of the person's address.
    pub address_key: AddressKey,
    /// How many invites gave way to tombstones.
    pub invites: u32,
    /// How many rows were emptied.
    pub rows: u32,
    /// When the last of it was erased.
    pub at: Timestamp,
}

impl Store {
    /// Puts a tombstone in the place of an invite over the version that was read, and frees its locks. The tombstone
    /// goes some time after `until`.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn forget_invite(
        &self,
        invite: &Stored<Invite>,
        tombstone: &InviteTombstone,
        until: Timestamp,
    ) -> Result<Written, StoreError> {
        let mut transaction = Transaction::default();
        transaction.add(over_with(tombstone, invite, until)?, LostRace);
        owned_by(invite).for_each(|owned| transaction.free(owned));
        transaction.commit_written(self).await
    }

    /// Puts a tombstone in the place of a batch over the version that was read, once its rows are gone.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn forget_batch(
        &self,
        batch: &Stored<Batch>,
        tombstone: &BatchTombstone,
        until: Timestamp,
    ) -> Result<Written, StoreError> {
        let mut transaction = Transaction::default();
        transaction.add(over_with(tombstone, batch, until)?, LostRace);
        transaction.commit_written(self).await
    }

    /// Deletes rows of a batch that nobody may change any more. Rows that are gone already stay gone.
    ///
    /// # Errors
    ///
    /// When the table cannot answer; some rows may have been deleted.
    pub async fn delete_rows(&self, batch: BatchId, rows: &[Row]) -> Result<Written, StoreError> {
        for rows in rows.chunks(ROWS_PER_CHANGE) {
            let delete = |row: &Row| Write::Delete {
                key: keys::row(batch, row.number),
                condition: Condition::Version(row.version),
            };
            if let Commit::Refused(_) = self.table.commit(rows.iter().map(delete).collect()).await? {
                return Ok(Written::LostRace);
            }
        }
        Ok(Written::Done(()))
    }

    /// What a page of one of the [`PARTS`] of the table holds of invites, rows and locks: the first page, or the one
    /// that begins at a [`PartPage::next`]. DynamoDB reads 1 MiB for each. It may lag: read again before acting.
    ///
    /// # Errors
    ///
    /// When the table cannot answer, or holds something unreadable there.
    pub async fn read_part(&self, part: u32, from: Option<PartPlace>) -> Result<PartPage, StoreError> {
        let after = from.map(|PartPlace(item)| item);
        let segment = Segment { part, of: PARTS, after, freshness: Freshness::MayLag };
        let page = self.table.scan(segment).await?;
        let read: Vec<Option<Found>> = page.items.into_iter().map(read).collect::<Result<_, _>>()?;
        Ok(PartPage { found: read.into_iter().flatten().collect(), next: page.next.map(PartPlace) })
    }

    /// Frees a lock that its owner does not need, over the version of the owner that was read; without one, the lock of
    /// an owner that is deleted.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn free_lock(&self, lock: &Lock, owner: Option<&Stored<Invite>>) -> Result<Written, StoreError> {
        let condition = Condition::AbsentOrOwnedBy(lock.owner.to_string());
        let delete = Write::Delete { key: Key::new(lock.pk.clone(), keys::GUARD), condition };
        let mut transaction = Transaction::default();
        if let Some(read) = owner {
            // It is written anew, so that an owner who takes the lock again at this moment wins or waits.
            transaction.write(read.becomes(read.to_value()), LostRace)?;
        }
        if !transaction.writes_to(&delete.key()) {
            transaction.add(delete, LostRace);
        }
        transaction.commit_written(self).await
    }

    /// The people whom an operator was asked to forget.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn list_forget_requests(&self) -> Result<Vec<AddressKey>, StoreError> {
        let page = self.table.page(&Query::all(Index::Primary, keys::FORGET_REQUESTS.to_owned())).await?;
        Ok(page.items.iter().filter_map(|item| AddressKey::parse(text(item, "sk")?)).collect())
    }

    /// Asks for a person to be forgotten; asking again is harmless.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn request_forgetting(&self, person: &AddressKey) -> Result<(), StoreError> {
        self.table.put_many(vec![Envelope::new(keys::forget_request(person), REQUEST, 1).bare()]).await
    }

    /// Notes that a person was forgotten, and takes the request away.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn finish_forgetting(&self, entry: &AuditEntry, until: Timestamp) -> Result<Written, StoreError> {
        let item = Envelope::new(keys::audit(entry.at, entry.address_key.as_str()), AUDIT, 1).expires(until);
        let mut transaction = Transaction::default();
        transaction.add(Write::Put { item: item.body(AUDIT, entry)?, condition: Condition::Absent }, LostRace);
        let request = keys::forget_request(&entry.address_key);
        transaction.add(Write::Delete { key: request, condition: Condition::Version(1) }, LostRace);
        let account = keys::holder(&entry.address_key);
        transaction.add(Write::Delete { key: account, condition: Condition::Any }, LostRace);
        transaction.commit_written(self).await
    }

    /// Writes an emptied row over the version that was read, whatever its batch does.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn empty_row(&self, batch: BatchId, read_version: u64, row: &Row) -> Result<Written, StoreError> {
        let row = KeyedRow { row: row.clone(), address: None };
        let mut transaction = Transaction::default();
        let condition = Condition::Version(read_version);
        transaction.add(Write::Put { item: put_row(batch, &row)?, condition }, LostRace);
        transaction.commit_written(self).await
    }
}

/// Puts a tombstone in the place of a record over the version that was read. It goes some time after `until`.
fn over_with<T: Record>(tombstone: &impl Serialize, read: &Stored<T>, until: Timestamp) -> Result<Write, StoreError> {
    let item = Envelope::new(T::key(&read.id()), TOMBSTONE, read.version() + 1).expires(until);
    Ok(Write::Put { item: item.body(TOMBSTONE, tombstone)?, condition: Condition::Version(read.version()) })
}

fn read(mut item: Item) -> Result<Option<Found>, StoreError> {
    let entity = text(&item, "entity").unwrap_or_default().to_owned();
    let pk = text(&item, "pk").unwrap_or_default().to_owned();
    Ok(match entity.as_str() {
        Invite::KIND => Some(Found::Invite(Box::new(stored(item)?))),
        ROW => {
            let address = text(&item, "person").and_then(AddressKey::parse);
            let row: Row = item::body(ROW, &mut item)?;
            keys::batch_of(&pk).map(|batch| Found::Row(batch, Box::new(KeyedRow { row, address })))
        }
        "guard" => Lock::of(&item).map(Found::Lock),
        _ => None,
    })
}

impl Lock {
    /// The lock in an item; none where it is of another kind.
    #[must_use]
    pub fn of(item: &Item) -> Option<Self> {
        let pk = text(item, "pk").filter(|_| text(item, "entity") == Some("guard"))?;
        Some(Self { pk: pk.to_owned(), owner: lock_owner(item)? })
    }

    /// Whether it is one that `invite` takes while it lives.
    #[must_use]
    pub fn belongs_to(&self, invite: &Invite) -> bool {
        let keys = [Some(keys::address(&invite.address_key)), invite.holder.username().map(keys::username)];
        keys.into_iter().flatten().any(|key| key.pk == self.pk)
    }
}

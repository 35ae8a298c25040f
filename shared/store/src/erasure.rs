//! Erases people: a tombstone replaces an item, and the table's time to live deletes the tombstone later.

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
    people,
    record::{Layout, Record, Stored, stored},
    rows::{KeyedRow, ROW, ROWS_PER_CHANGE, put_row},
    table::{Commit, Condition, Freshness, Index, Query, Segment, Write},
    transaction::{LostRace, Transaction},
    uniqueness::{lock_owner, owned_by},
};

const REQUEST: &str = "forget_request";
pub(crate) const AUDIT: &str = "audit";

/// Segments that a scan of the whole table is split into.
pub const PARTS: u32 = 64;

/// Something that a scan of the whole table finds.
#[derive(Clone, Debug)]
pub enum Found {
    Invite(Box<Stored<Invite>>),
    /// A row of a batch.
    Row(BatchId, Box<KeyedRow>),
    Lock(Lock),
}

/// One page of a segment of the table.
#[derive(Clone, Debug)]
pub struct PartPage {
    pub found: Vec<Found>,
    /// Where the next page of the segment begins. `None`: this was the last page.
    pub next: Option<PartPlace>,
}

/// A place within a segment of the table.
#[derive(Clone, Debug)]
pub struct PartPlace(Item);

impl PartPlace {
    /// The place as text, so that a job can continue later. It holds a key of the table, and no address.
    #[must_use]
    pub fn to_text(&self) -> Option<String> {
        Some(format!("{}\n{}", text(&self.0, "pk")?, text(&self.0, "sk")?))
    }

    /// Reads the text of [`PartPlace::to_text`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (pk, sk) = text.split_once('\n')?;
        let attribute = |name: &str, value: &str| (name.to_owned(), AttributeValue::S(value.to_owned()));
        Some(Self(Item::from([attribute("pk", pk), attribute("sk", sk)])))
    }
}

/// A uniqueness lock: it keeps an address or a username to one live invite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    pk: String,
    pub owner: InviteId,
}

/// The record of an erasure for an operator: the act, the keyed hash of the person's address, and what was erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// What was done, such as `FORGET_PERSON`.
    pub action: String,
    /// The keyed hash of the person's address.
    pub address_key: AddressKey,
    /// How many invites were replaced by tombstones.
    pub invites: u32,
    /// How many rows were emptied.
    pub rows: u32,
    /// When the last record was erased.
    pub at: Timestamp,
}

impl Store {
    /// Replaces an invite by a tombstone over the version that was read, and deletes its locks. The table deletes the
    /// tombstone some time after `until`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
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

    /// Replaces a batch by a tombstone over the version that was read. Its rows are deleted before.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn forget_batch(
        &self,
        batch: &Stored<Batch>,
        tombstone: &BatchTombstone,
        until: Timestamp,
    ) -> Result<Written, StoreError> {
        let mut transaction = Transaction::default();
        transaction.add(over_with(tombstone, batch, until)?, LostRace);
        people::deletions(batch.id).for_each(|write| transaction.add(write, LostRace));
        transaction.commit_written(self).await
    }

    /// Deletes rows of a batch that can no longer change. A row that is already deleted stays deleted.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer; some rows may have been deleted.
    pub async fn delete_rows(&self, batch: BatchId, rows: &[Row]) -> Result<Written, StoreError> {
        for rows in rows.chunks(ROWS_PER_CHANGE) {
            let delete = |row: &Row| Write::Delete {
                key: keys::row(batch, row.number),
                condition: Condition::Version(row.version),
            };
            if let Commit::Refused(_) = self.table.commit(&rows.iter().map(delete).collect::<Vec<_>>()).await? {
                return Ok(Written::LostRace);
            }
        }
        Ok(Written::Done(()))
    }

    /// The invites, rows and locks on one page of one of the [`PARTS`] of the table: the first page, or the page that
    /// begins at a [`PartPage::next`]. DynamoDB reads 1 MiB for each page. It may lag, so a caller reads a record again
    /// before it acts.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer, or has an item there that this build cannot read.
    pub async fn read_part(&self, part: u32, from: Option<PartPlace>) -> Result<PartPage, StoreError> {
        let after = from.map(|PartPlace(item)| item);
        let segment = Segment { part, of: PARTS, after, freshness: Freshness::MayLag };
        let page = self.table.scan(&segment).await?;
        let read: Vec<Option<Found>> = page.items.into_iter().map(read).collect::<Result<_, _>>()?;
        Ok(PartPage { found: read.into_iter().flatten().collect(), next: page.next.map(PartPlace) })
    }

    /// Deletes a lock that its owner does not need, over the version of the owner that was read. Without `owner` it
    /// deletes the lock of an invite that is deleted.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn free_lock(&self, lock: &Lock, owner: Option<&Stored<Invite>>) -> Result<Written, StoreError> {
        let condition = Condition::AbsentOrOwnedBy(lock.owner.to_string());
        let delete = Write::Delete { key: Key::new(lock.pk.clone(), keys::GUARD), condition };
        let mut transaction = Transaction::default();
        if let Some(read) = owner {
            // The owner is written unchanged: an owner that takes the lock again at this moment conflicts with this
            // write.
            transaction.write(read.becomes(read.to_value()), LostRace)?;
        }
        if !transaction.writes_to(&delete.key()) {
            transaction.add(delete, LostRace);
        }
        transaction.commit_written(self).await
    }

    /// The people that operators asked to erase.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn list_forget_requests(&self) -> Result<Vec<AddressKey>, StoreError> {
        let page = self.table.page(&Query::all(Index::Primary, keys::FORGET_REQUESTS.to_owned())).await?;
        Ok(page.items.iter().filter_map(|item| AddressKey::parse(text(item, "sk")?)).collect())
    }

    /// Asks for the erasure of a person. Asking again is harmless.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn request_forgetting(&self, person: &AddressKey) -> Result<(), StoreError> {
        self.table.put_many(vec![Envelope::new(keys::forget_request(person), REQUEST, 1).bare()]).await
    }

    /// Records that a person was erased, and deletes the request.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
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

    /// Writes a row without its texts over the version that was read, whatever the state of its batch.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn empty_row(&self, batch: BatchId, read_version: u64, row: &Row) -> Result<Written, StoreError> {
        let row = KeyedRow { row: row.clone(), address: None };
        let mut transaction = Transaction::default();
        for write in self.found_by(batch, &[&row]).await? {
            transaction.add(write, LostRace);
        }
        let condition = Condition::Version(read_version);
        transaction.add(Write::Put { item: put_row(batch, &row)?, condition }, LostRace);
        transaction.commit_written(self).await
    }
}

/// Replaces a record by a tombstone over the version that was read. The table deletes it some time after `until`.
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
    /// Reads the lock in an item. `None`: the item is of another kind.
    #[must_use]
    pub fn of(item: &Item) -> Option<Self> {
        let pk = text(item, "pk").filter(|_| text(item, "entity") == Some("guard"))?;
        Some(Self { pk: pk.to_owned(), owner: lock_owner(item)? })
    }

    /// Whether it is a lock that `invite` has while it is live.
    #[must_use]
    pub fn belongs_to(&self, invite: &Invite) -> bool {
        let keys = [Some(keys::address(&invite.address_key)), invite.holder.username().map(keys::username)];
        keys.into_iter().flatten().any(|key| key.pk == self.pk)
    }
}

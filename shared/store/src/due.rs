//! What is due, by time.

use std::fmt;

use domain::{BatchId, BulkActionId, InviteId, SeedRequestId, Timestamp, WebhookEventId};

pub use crate::keys::DUE_SHARDS;
use crate::{
    Store, StoreError,
    item::{Item, text},
    keys,
    table::{Index, Query, Range},
};

/// Something that is due. The index may lag, so a caller reads the record again before it acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    Invite(InviteId),
    Batch(BatchId),
    /// An action for many invites.
    BulkAction(BulkActionId),
    /// A webhook event to an agency's system.
    WebhookEvent(WebhookEventId),
    /// An account's own request for SEED.
    SeedRequest(SeedRequestId),
}

impl Due {
    /// Reads an id of any of these kinds, such as `inv_01JD…`.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        InviteId::parse(id)
            .map(Self::Invite)
            .or_else(|| BatchId::parse(id).map(Self::Batch))
            .or_else(|| BulkActionId::parse(id).map(Self::BulkAction))
            .or_else(|| WebhookEventId::parse(id).map(Self::WebhookEvent))
            .or_else(|| SeedRequestId::parse(id).map(Self::SeedRequest))
    }

    /// The kind of the record, for logs.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Invite(_) => "invite",
            Self::Batch(_) => "batch",
            Self::BulkAction(_) => "action",
            Self::WebhookEvent(_) => "webhook event",
            Self::SeedRequest(_) => "seed",
        }
    }
}

impl fmt::Display for Due {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invite(id) => id.fmt(f),
            Self::Batch(id) => id.fmt(f),
            Self::BulkAction(id) => id.fmt(f),
            Self::WebhookEvent(id) => id.fmt(f),
            Self::SeedRequest(id) => id.fmt(f),
        }
    }
}

/// An entry of the list of what is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueEntry {
    pub what: Due,
    /// When it was due, or will be.
    pub since: Timestamp,
}

impl Store {
    /// Up to `limit` entries of one of the [`DUE_SHARDS`] that are due at `now`, the longest due first.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn list_due(&self, shard: u8, now: Timestamp, limit: u32) -> Result<Vec<DueEntry>, StoreError> {
        let query = Query { limit: Some(limit), ..due_by(shard, now) };
        let page = self.table.page(&query).await?;
        Ok(page.items.iter().filter_map(read).collect())
    }

    /// The batches of one of the [`DUE_SHARDS`] that are due at `by`. With a time in the near future these are all
    /// batches that workers are processing.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn list_due_batches(&self, shard: u8, by: Timestamp) -> Result<Vec<BatchId>, StoreError> {
        let mut batches = Vec::new();
        let take = |item: Item| match read(&item).map(|entry| entry.what) {
            Some(Due::Batch(id)) => batches.push(id),
            Some(Due::Invite(_) | Due::BulkAction(_) | Due::WebhookEvent(_) | Due::SeedRequest(_)) | None => {}
        };
        self.table.each(due_by(shard, by), take).await?;
        Ok(batches)
    }
}

fn due_by(shard: u8, by: Timestamp) -> Query {
    Query { range: Range::UpTo(by.to_string()), ..Query::all(Index::Due, keys::due_shard(shard)) }
}

pub(crate) fn read(item: &Item) -> Option<DueEntry> {
    let what = match text(item, "pk")?.split_once('#')? {
        ("INVITE", id) => Due::Invite(InviteId::parse(id)?),
        ("BATCH", id) => Due::Batch(BatchId::parse(id)?),
        ("ACTION", id) => Due::BulkAction(BulkActionId::parse(id)?),
        ("NOTICE", id) => Due::WebhookEvent(WebhookEventId::parse(id)?),
        ("SEED", id) => Due::SeedRequest(SeedRequestId::parse(id)?),
        _ => return None,
    };
    Some(DueEntry { what, since: Timestamp::parse(text(item, "due_at")?)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_an_id_and_a_name_of_its_own() {
        for (id, kind) in [
            ("inv_01JD0000000000000000000000", "invite"),
            ("bat_01JD0000000000000000000000", "batch"),
            ("act_01JD0000000000000000000000", "action"),
            ("ntc_01JD0000000000000000000000", "webhook event"),
            ("sed_01JD0000000000000000000000", "seed"),
        ] {
            let due = Due::parse(id).unwrap();
            assert_eq!((due.to_string().as_str(), due.kind()), (id, kind));
        }
        assert_eq!(Due::parse("01JD0000000000000000000000"), None);
    }
}

//! What needs somebody, by time.

use domain::{ActionId, BatchId, InviteId, NoticeId, SeedRequestId, Timestamp};

pub use crate::keys::DUE_SHARDS;
use crate::{
    Store, StoreError,
    item::{Item, text},
    keys,
    table::{Index, Query, Range},
};

/// Something whose time has come. The index may lag: read it again before acting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// An invite.
    Invite(InviteId),
    /// A batch.
    Batch(BatchId),
    /// An action for many invites.
    Action(ActionId),
    /// A notice to an agency's system.
    Notice(NoticeId),
    /// An account's own request for SEED.
    SeedRequest(SeedRequestId),
}

/// An entry of the list of what is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueEntry {
    /// What.
    pub what: Due,
    /// Since when, or from when.
    pub since: Timestamp,
}

impl Store {
    /// At most `limit` things of one of the [`DUE_SHARDS`] whose time has come by `now`, the longest due first.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn list_due(&self, shard: u8, now: Timestamp, limit: u32) -> Result<Vec<DueEntry>, StoreError> {
        let query = Query { limit: Some(limit), ..due_by(shard, now) };
        let page = self.table.page(&query).await?;
        Ok(page.items.iter().filter_map(read).collect())
    }

    /// The batches of one of the [`DUE_SHARDS`] whose time comes by `by`: with a moment a little ahead, every batch
    /// that is under way.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn list_due_batches(&self, shard: u8, by: Timestamp) -> Result<Vec<BatchId>, StoreError> {
        let mut query = due_by(shard, by);
        let mut batches = Vec::new();
        loop {
            let page = self.table.page(&query).await?;
            batches.extend(page.items.iter().filter_map(read).filter_map(|entry| match entry.what {
                Due::Batch(id) => Some(id),
                Due::Invite(_) | Due::Action(_) | Due::Notice(_) | Due::SeedRequest(_) => None,
            }));
            query.after = page.next;
            if query.after.is_none() {
                return Ok(batches);
            }
        }
    }
}

fn due_by(shard: u8, by: Timestamp) -> Query {
    Query { range: Range::UpTo(by.to_string()), ..Query::all(Index::Due, keys::due_shard(shard)) }
}

fn read(item: &Item) -> Option<DueEntry> {
    let what = match text(item, "pk")?.split_once('#')? {
        ("INVITE", id) => Due::Invite(InviteId::parse(id)?),
        ("BATCH", id) => Due::Batch(BatchId::parse(id)?),
        ("ACTION", id) => Due::Action(ActionId::parse(id)?),
        ("NOTICE", id) => Due::Notice(NoticeId::parse(id)?),
        ("SEED", id) => Due::SeedRequest(SeedRequestId::parse(id)?),
        _ => return None,
    };
    Some(DueEntry { what, since: Timestamp::parse(text(item, "due_at")?)? })
}

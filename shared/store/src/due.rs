//! What needs somebody, by time.

use domain::{BatchId, InviteId, Timestamp};

pub use crate::keys::DUE_SHARDS;
use crate::{
    Store, StoreError,
    item::text,
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
}

impl Store {
    /// At most `limit` things of one of the [`DUE_SHARDS`] whose time has come by `now`, the longest due first.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn list_due(&self, shard: u8, now: Timestamp, limit: u32) -> Result<Vec<Due>, StoreError> {
        let query = Query {
            range: Range::UpTo(now.to_string()),
            limit: Some(limit),
            ..Query::all(Index::Due, keys::due_shard(shard))
        };
        let page = self.table.page(&query).await?;
        Ok(page.items.iter().filter_map(|item| parse(text(item, "pk")?)).collect())
    }
}

fn parse(pk: &str) -> Option<Due> {
    match pk.split_once('#')? {
        ("INVITE", id) => InviteId::parse(id).map(Due::Invite),
        ("BATCH", id) => BatchId::parse(id).map(Due::Batch),
        _ => None,
    }
}

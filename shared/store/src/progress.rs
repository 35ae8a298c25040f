//! How many rows of a batch are in which state, and how far the invites are that it led to.

use std::collections::{BTreeMap, HashSet};

use domain::{
    BatchId, InviteId,
    batch::{Counts, Row, RowStatus},
    invite::{Invite, Progress},
};

use crate::{
    Store, StoreError,
    item::{self, text},
    keys::{self, Key},
    rows::ROW,
    table::{Index, Query, Range},
};

/// How many rows are read together to count their invites.
const ROWS_PER_COUNT: u32 = 500;

impl Store {
    /// How many rows of a batch stand where, counted one by one.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn count_rows(&self, batch: BatchId) -> Result<Counts, StoreError> {
        let mut query =
            Query { range: Range::Above(keys::row_sk(0)), ..Query::all(Index::Primary, keys::rows_pk(batch)) };
        let mut counts = Counts::default();
        loop {
            let page = self.table.page(&query).await?;
            for mut item in page.items {
                let row: Row = item::body(ROW, &mut item)?;
                counts.add(&row.state);
            }
            query.after = page.next;
            if query.after.is_none() {
                return Ok(counts);
            }
        }
    }

    /// How far the invites are that the sent rows of a batch name, read one by one as they are now: how many are where,
    /// and as [`Progress::Deleted`] those of which a tombstone is there, because their person was erased.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn progress_of_rows(&self, batch: BatchId) -> Result<BTreeMap<Progress, u64>, StoreError> {
        let mut progress: BTreeMap<Progress, u64> = BTreeMap::new();
        let mut after = Some(0);
        while let Some(from) = after {
            let page = self.list_rows(batch, from, ROWS_PER_COUNT, Some(RowStatus::Sent)).await?;
            let ids: Vec<InviteId> = page.rows.iter().filter_map(Row::invite).collect();
            let invites = self.get_many::<Invite>(&ids).await?;
            let there: HashSet<InviteId> = invites.iter().map(|invite| invite.id).collect();
            let others: Vec<Key> = ids.into_iter().filter(|id| !there.contains(id)).map(keys::invite).collect();
            let deleted = self.table.get_many(&others).await?.len();
            let found = invites.iter().map(|invite| invite.progress());
            for one in found.chain(std::iter::repeat_n(Progress::Deleted, deleted)) {
                *progress.entry(one).or_default() += 1;
            }
            after = page.next;
        }
        Ok(progress)
    }

    /// How far the invites of a batch are: how many are where. The index may lag by a moment, and
    /// what is decided must be asked of [`Store::progress_of_rows`].
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn batch_progress(&self, batch: BatchId) -> Result<BTreeMap<Progress, u64>, StoreError> {
        let mut query = Query::all(Index::ByBatch, batch.to_string());
        let mut progress = BTreeMap::new();
        loop {
            let page = self.table.page(&query).await?;
            for item in &page.items {
                if let Some(one) = text(item, "batch_state").and_then(Progress::parse) {
                    *progress.entry(one).or_default() += 1;
                }
            }
            query.after = page.next;
            if query.after.is_none() {
                return Ok(progress);
            }
        }
    }
}

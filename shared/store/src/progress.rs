//! How many rows of a batch are in each state, and the progress of its invites.

use std::collections::{BTreeMap, HashSet};

use domain::{
    BatchId, InviteId,
    batch::{Batch, Counts, Row, RowStatus},
    invite::{Invite, Progress},
};

use crate::{
    Store, StoreError,
    item::{Item, text},
    keys::{self, Key},
    table::{Index, Query},
};

/// Rows that are read together to count their invites.
const ROWS_PER_COUNT: u32 = 500;

impl Store {
    /// How many rows of a batch are in each state, counted row by row.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn count_rows(&self, batch: &Batch) -> Result<Counts, StoreError> {
        let (mut counts, mut after) = (Counts::default(), Some(0));
        while let Some(from) = after {
            let page = self.list_rows(batch, from, ROWS_PER_COUNT, None).await?;
            page.rows.iter().for_each(|row| counts.add(&row.state));
            after = page.next;
        }
        Ok(counts)
    }

    /// How many invites of the batch's sent rows have which progress. Each invite is read as it is now. An invite that
    /// was erased with its person, and is a tombstone, counts as [`Progress::Deleted`].
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn progress_of_rows(&self, batch: &Batch) -> Result<BTreeMap<Progress, u64>, StoreError> {
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

    /// How many invites of a batch have which progress. The index may lag by a moment, so a decision needs
    /// [`Store::progress_of_rows`].
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn batch_progress(&self, batch: BatchId) -> Result<BTreeMap<Progress, u64>, StoreError> {
        let mut progress = BTreeMap::new();
        let count = |item: Item| {
            if let Some(one) = text(&item, "batch_state").and_then(Progress::parse) {
                *progress.entry(one).or_default() += 1;
            }
        };
        self.table.each(Query::all(Index::ByBatch, batch.to_string()), count).await?;
        Ok(progress)
    }
}

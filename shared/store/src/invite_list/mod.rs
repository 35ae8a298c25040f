//! An officer's invites as lists need them: the index `listing` holds a summary of each, and a query selects some.

mod image;
mod place;
mod query;
mod select;
mod summary;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, time::Duration};

use domain::{InviteId, OfficerId, Timestamp};

pub(crate) use image::Listed;
pub use query::{Days, Direction, InviteQuery, Sort, SortColumn};
pub use select::Selection;
pub use summary::Summary;

use crate::{
    Store, StoreError, keys,
    table::{Index, Order, Query, Range},
};

/// How far back changes are read again. A change appears in the index at most this long after its own time: its writer
/// may run for 60 seconds, and the rest is for the index to catch up and for clocks to differ.
const LAG: Duration = Duration::from_secs(120);

/// Invites that a list has at most: those that changed last. An officer who uses up every day's share reaches it within
/// the retention of a few weeks.
pub const MAX_LIST_INVITES: usize = 100_000;

pub type Summaries = HashMap<InviteId, Summary>;

impl Store {
    /// The officer's invites that match, at most `query.limit` of them, newest first. `query.sort` and `query.after`
    /// are ignored. It may lag by a moment.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn matching_invites(
        &self,
        officer: &OfficerId,
        query: &InviteQuery,
        now: Timestamp,
    ) -> Result<Vec<InviteId>, StoreError> {
        let summaries = self.list_summaries(officer, now).await?;
        let newest = InviteQuery { sort: Sort::NEWEST, after: None, ..query.clone() };
        Ok(newest.select(&summaries).ids)
    }

    /// The officer's whole list as the index has it at `now`, at most [`MAX_LIST_INVITES`].
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn list_summaries(&self, officer: &OfficerId, now: Timestamp) -> Result<Summaries, StoreError> {
        let mut summaries = HashMap::new();
        self.read_summaries(&mut summaries, officer, Range::All, Order::Descending).await?;
        self.update_summaries(&mut summaries, officer, now).await?;
        Ok(summaries)
    }

    /// Adds the changes since `since` to a list that was read then. It reads from the earliest change to the latest: an
    /// invite that changes during the read moves to the end, and so is read again and not missed.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer; some changes may have been read.
    pub async fn update_summaries(
        &self,
        summaries: &mut Summaries,
        officer: &OfficerId,
        since: Timestamp,
    ) -> Result<(), StoreError> {
        self.read_summaries(summaries, officer, Range::Above((since - LAG).to_string()), Order::Ascending).await
    }

    async fn read_summaries(
        &self,
        summaries: &mut Summaries,
        officer: &OfficerId,
        range: Range,
        order: Order,
    ) -> Result<(), StoreError> {
        let mut query = Query { range, order, ..Query::all(Index::Listing, keys::invites_of(officer)) };
        let mut read = 0;
        loop {
            let page = self.table.summaries(&query).await?;
            read += page.summaries.len();
            for summary in page.summaries {
                apply(summaries, summary, order);
            }
            query.after = page.next;
            if query.after.is_none() || read >= MAX_LIST_INVITES {
                return Ok(());
            }
        }
    }
}

/// Adds an entry of the index to a list. An invite that has left is removed by the order in which things happened; in
/// the opposite order it is not there yet.
fn apply(summaries: &mut Summaries, summary: Summary, order: Order) {
    match (summary.has_left(), order) {
        (false, _) => {
            summaries.insert(summary.id, summary);
        }
        (true, Order::Ascending) => {
            summaries.remove(&summary.id);
        }
        (true, Order::Descending) => {}
    }
}

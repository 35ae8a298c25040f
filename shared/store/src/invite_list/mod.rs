//! An officer's invites as lists know them: a summary of each, which the index `listing` holds, and which of them a
//! query means.

mod query;
mod select;
mod summary;

use std::{collections::HashMap, time::Duration};

use domain::{InviteId, OfficerId, Timestamp, invite::Invite};

pub use query::{InviteQuery, Sort};
pub use select::Selection;
pub use summary::Summary;

use crate::{
    Store, StoreError, item, keys,
    record::Layout,
    table::{Index, Order, Query, Range},
};

/// How far back changes are read again. A change shows in the index this long after the moment that it bears at the
/// latest: its writer may live for 60 seconds, and the rest is for the index to follow and for clocks to differ.
const LAG: Duration = Duration::from_secs(120);

/// How many invites a list has at most: those that changed last. It is what people are kept of for a few weeks by an
/// officer who uses up every day's share.
pub const MAX_LIST_INVITES: usize = 100_000;

pub type Summaries = HashMap<InviteId, Summary>;

impl Store {
    /// The officer's invites that match, at most `query.limit` of them, newest first, whatever `query.sort` and
    /// `query.after` say. It may lag by a moment.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn matching_invites(
        &self,
        officer: &OfficerId,
        query: &InviteQuery,
        now: Timestamp,
    ) -> Result<Vec<InviteId>, StoreError> {
        let summaries = self.list_summaries(officer, now).await?;
        let newest = InviteQuery { sort: Sort::NewestFirst, after: None, ..query.clone() };
        Ok(newest.select(&summaries).ids)
    }

    /// The officer's whole list as the index has it at `now`, up to [`MAX_LIST_INVITES`].
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn list_summaries(&self, officer: &OfficerId, now: Timestamp) -> Result<Summaries, StoreError> {
        let mut summaries = HashMap::new();
        self.read_summaries(&mut summaries, officer, Range::All, Order::Descending).await?;
        self.update_summaries(&mut summaries, officer, now).await?;
        Ok(summaries)
    }

    /// Brings a list that was read at `since` up to what the index has now: from the earliest change that it may lack
    /// towards the latest, since an invite that changes meanwhile moves to the end, and so is met again instead of
    /// missed.
    ///
    /// # Errors
    ///
    /// When the table cannot answer; some changes may have been read.
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
            let page = self.table.page(&query).await?;
            read += page.items.len();
            for mut item in page.items {
                let summary: Summary = item::part(Invite::KIND, "summary", &mut item)?;
                summaries.insert(summary.id, summary);
            }
            query.after = page.next;
            if query.after.is_none() || read >= MAX_LIST_INVITES {
                return Ok(());
            }
        }
    }
}

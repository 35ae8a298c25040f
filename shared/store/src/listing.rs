//! An officer's invites, searched, filtered, sorted and paged.
//!
//! Which invites make a page follows from their summaries, which the index `listing` holds and this process remembers; the
//! invites themselves are read as they are now.

use std::collections::{BTreeMap, HashMap};

use domain::{BatchId, InviteId, OfficerId, Timestamp, invite::Invite};

use crate::{Store, StoreError, lists::List, record::Stored, summary::Summary};

/// What to list.
#[derive(Clone, Debug, Default)]
pub struct InviteQuery {
    /// Part of a name, an address, an organisation, a department or a username, in any case.
    pub text: Option<String>,
    /// A label of the TechPass column.
    pub techpass: Option<String>,
    /// A label of the SEED column.
    pub seed: Option<String>,
    /// Only of this batch.
    pub batch: Option<BatchId>,
    /// In which order.
    pub sort: Sort,
    /// At most how many.
    pub limit: usize,
    /// The `next` of the page before.
    pub after: Option<String>,
}

/// The orders of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// The latest invite first.
    #[default]
    NewestFirst,
    /// The earliest invite first.
    OldestFirst,
    /// By email address.
    Email,
    /// By last name, then first name; those without a name last.
    Name,
}

/// A page of the list.
#[derive(Debug)]
pub struct InvitePage {
    /// The invites.
    pub invites: Vec<Stored<Invite>>,
    /// Where the next page starts, if there is one.
    pub next: Option<String>,
    /// How many there are in all.
    pub total: u64,
    /// How many there would be under each label of the TechPass column, were none asked for.
    pub techpass: BTreeMap<String, u64>,
}

/// Which invites make a page.
struct Selection {
    ids: Vec<InviteId>,
    next: Option<String>,
    total: u64,
    techpass: BTreeMap<String, u64>,
}

impl Store {
    /// A page of the officer's own invites at `now`. The invites are as they are now; which they are, and how many, may lag
    /// by a moment.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn list_invites(
        &self,
        officer: &OfficerId,
        query: &InviteQuery,
        now: Timestamp,
    ) -> Result<InvitePage, StoreError> {
        let mut list = self.list_of(officer, now).await?;
        let mut read: HashMap<InviteId, Stored<Invite>> = HashMap::new();
        let mut is_whole = false;
        // Each turn finds out about every invite that it asks for, so the list settles.
        let selection = loop {
            let selection = query.select(&list);
            let unread: Vec<InviteId> = selection.ids.iter().filter(|id| !read.contains_key(id)).copied().collect();
            if unread.is_empty() {
                break selection;
            }
            unread.iter().for_each(|id| drop(list.invites.remove(id)));
            let found = self.get_many::<Invite>(&unread).await?;
            // Who is gone is seldom gone alone.
            if found.len() < unread.len() && !is_whole {
                list = self.whole_list_of(officer, now).await?;
                is_whole = true;
            }
            read.extend(found.into_iter().map(|invite| (invite.id, invite)));
            list.invites.extend(read.values().map(|invite| (invite.id, Summary::of(invite))));
        };
        self.lists.put_back(officer, list);
        let Selection { ids, next, total, techpass } = selection;
        Ok(InvitePage { invites: ids.iter().filter_map(|id| read.remove(id)).collect(), next, total, techpass })
    }

    /// The officer's own invites that match at `now`, at most `query.limit` of them, newest first; whatever `query.sort` and
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
        let list = self.whole_list_of(officer, now).await?;
        let newest = InviteQuery { sort: Sort::NewestFirst, after: None, ..query.clone() };
        Ok(newest.select(&list).ids)
    }
}

impl InviteQuery {
    fn select(&self, list: &List) -> Selection {
        let needle = self.text.as_ref().map(|text| text.to_lowercase());
        let mut techpass: BTreeMap<String, u64> = BTreeMap::new();
        let (mut total, mut following) = (0, Vec::new());
        for summary in list.invites.values() {
            if !summary.matches_elsewhere(self, needle.as_deref()) {
                continue;
            }
            match techpass.get_mut(&summary.techpass) {
                Some(count) => *count += 1,
                None => drop(techpass.insert(summary.techpass.clone(), 1)),
            }
            if !summary.stands(self) {
                continue;
            }
            total += 1;
            let place = summary.place(self.sort);
            if self.after.as_ref().is_none_or(|after| place > *after) {
                following.push((place, summary.id));
            }
        }
        let more = following.len() > self.limit;
        if more {
            following.select_nth_unstable(self.limit);
            following.truncate(self.limit);
        }
        following.sort_unstable();
        let next = following.last().filter(|_| more).map(|(place, _)| place.clone());
        Selection { ids: following.into_iter().map(|(_, id)| id).collect(), next, total, techpass }
    }
}

//! An officer's invites, searched, filtered, sorted and paged.
//!
//! Which invites make a page follows from their summaries, which the index `listing` holds and this process remembers;
//! the invites themselves are read as they are now.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use domain::{InviteId, OfficerId, Timestamp, invite::Invite};

use crate::{
    Store, StoreError, item, keys,
    lists::{LONGEST, List},
    query::{InviteQuery, Sort},
    record::{Layout, Stored},
    summary::Summary,
    table::{Index, Order, Query, Range},
};

/// How far back changes are read again. A change shows in the index this long after the moment that it bears at the
/// latest: its writer may live for 60 seconds, and the rest is for the index to follow and for clocks to differ.
const LAG: Duration = Duration::from_secs(120);

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
    /// A page of the officer's own invites at `now`. The invites are as they are now; which they are, and how many, may
    /// lag by a moment.
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

    /// The officer's own invites that match at `now`, at most `query.limit` of them, newest first; whatever
    /// `query.sort` and
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

impl Store {
    /// The officer's list as the index has it at `now`. The caller puts it back.
    async fn list_of(&self, officer: &OfficerId, now: Timestamp) -> Result<List, StoreError> {
        let Some(mut list) = self.lists.take(officer, now) else {
            return self.whole_list_of(officer, now).await;
        };
        self.read_changes(&mut list, officer, now).await?;
        Ok(list)
    }

    /// The same, whatever is remembered.
    async fn whole_list_of(&self, officer: &OfficerId, now: Timestamp) -> Result<List, StoreError> {
        let mut list = List { invites: HashMap::new(), whole_at: now, read_at: now };
        self.read_into(&mut list, officer, Range::All, Order::Descending).await?;
        self.read_changes(&mut list, officer, now).await?;
        Ok(list)
    }

    /// Brings a list up to what the index has: from the earliest change that it may lack towards the latest, since an
    /// invite that changes meanwhile moves to the end, and so is met again instead of missed.
    async fn read_changes(&self, list: &mut List, officer: &OfficerId, now: Timestamp) -> Result<(), StoreError> {
        let since = Range::Above((list.read_at - LAG).to_string());
        self.read_into(list, officer, since, Order::Ascending).await?;
        list.read_at = now;
        Ok(())
    }

    async fn read_into(
        &self,
        list: &mut List,
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
                list.invites.insert(summary.id, summary);
            }
            query.after = page.next;
            if query.after.is_none() || read >= LONGEST {
                return Ok(());
            }
        }
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
            if !summary.has_status(self) {
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

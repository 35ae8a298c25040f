//! What this process remembers of officers' lists, so that only what has changed since is read again.

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use domain::{InviteId, OfficerId, Timestamp};

use crate::{
    Store, StoreError,
    invites::ENTITY,
    item, keys,
    summary::Summary,
    table::{Index, Query, Range},
};

/// How far back changes are read again. A change shows in the index this long after the moment that it bears at the latest:
/// its writer may live for 60 seconds, and the rest is for the index to follow and for clocks to differ.
const LAG: Duration = Duration::from_secs(120);

/// How long a list is brought up to date by its changes before it is read whole again: what is no more leaves no change.
const WHOLE_AFTER: Duration = Duration::from_secs(15 * 60);

/// How many invites are remembered at the most, of all officers together: some 25 MB.
const REMEMBERED: usize = 50_000;

/// The lists of the officers who were asked about last.
#[derive(Default)]
pub(crate) struct Lists(Mutex<HashMap<OfficerId, List>>);

/// An officer's list.
pub(crate) struct List {
    pub(crate) invites: HashMap<InviteId, Summary>,
    /// When it was read whole.
    whole_at: Timestamp,
    /// When its changes were read.
    read_at: Timestamp,
}

impl Lists {
    /// The officer's list, if it can still be brought up to date. Whoever takes it puts it back.
    fn take(&self, officer: &OfficerId, now: Timestamp) -> Option<List> {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lists.remove(officer).filter(|list| list.read_at <= now && now < list.whole_at + WHOLE_AFTER)
    }

    /// Remembers a list, and forgets what was not asked about for longest where there are too many.
    pub(crate) fn put_back(&self, officer: &OfficerId, list: List) {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lists.insert(officer.clone(), list);
        while lists.values().map(|list| list.invites.len()).sum::<usize>() > REMEMBERED {
            let oldest = lists.iter().min_by_key(|(_, list)| list.read_at).map(|(officer, _)| officer.clone());
            let Some(oldest) = oldest else { return };
            lists.remove(&oldest);
        }
    }
}

impl fmt::Debug for Lists {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lists")
    }
}

impl Store {
    /// The officer's list as the index has it at `now`.
    pub(crate) async fn list_of(&self, officer: &OfficerId, now: Timestamp) -> Result<List, StoreError> {
        let known = self.lists.take(officer, now);
        let range = known.as_ref().map_or(Range::All, |list| Range::Above((list.read_at - LAG).to_string()));
        let mut list = known.unwrap_or_else(|| List { invites: HashMap::new(), whole_at: now, read_at: now });
        let mut query = Query { range, ..Query::all(Index::Listing, keys::invites_of(officer)) };
        loop {
            let page = self.table.page(&query).await?;
            for mut item in page.items {
                let summary: Summary = item::part(ENTITY, "summary", &mut item)?;
                list.invites.insert(summary.id, summary);
            }
            query.after = page.next;
            if query.after.is_none() {
                list.read_at = now;
                return Ok(list);
            }
        }
    }
}

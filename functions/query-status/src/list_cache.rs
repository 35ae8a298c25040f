//! The lists of officers that this process keeps in memory, so that only later changes are read.
//!
//! The summaries select the invites of a page. The invites themselves are read as they are now.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use domain::{
    InviteId, OfficerId, Timestamp,
    invite::{Invite, TechpassStatus},
};
use store::{
    InviteQuery, Store, StoreError, Stored,
    invite_list::{MAX_LIST_INVITES, Selection, Summaries, Summary},
};

/// How long changes are added to a list before it is read as a whole again, because a deleted invite leaves no change.
const WHOLE_AFTER: Duration = Duration::from_secs(15 * 60);

/// Invites in memory at most, of all officers together: about 100 MB. A list grows by the invites that are created
/// while it is in memory, so it may be longer than a list that is read.
const MAX_REMEMBERED: usize = MAX_LIST_INVITES / 2 * 3;

/// The lists of the officers who asked last.
#[derive(Default)]
pub struct ListCache(Mutex<HashMap<OfficerId, List>>);

struct List {
    invites: Summaries,
    /// When it was read as a whole.
    whole_at: Timestamp,
    /// When its changes were last read.
    read_at: Timestamp,
}

/// A page of the list.
#[derive(Debug)]
pub struct InvitePage {
    pub invites: Vec<Stored<Invite>>,
    /// Where the next page begins. `None`: this is the last page.
    pub next: Option<String>,
    /// How many invites match in all.
    pub total: u64,
    /// How many invites would match for each TechPass status, if the query did not ask for one.
    pub techpass: BTreeMap<TechpassStatus, u64>,
}

impl ListCache {
    /// A page of the officer's own invites at `now`. Each invite is as it is now. Which invites match, and how many,
    /// may lag by a moment.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn page(
        &self,
        store: &Store,
        officer: &OfficerId,
        query: &InviteQuery,
        now: Timestamp,
    ) -> Result<InvitePage, StoreError> {
        let mut list = self.list(store, officer, now).await?;
        let mut read: HashMap<InviteId, Stored<Invite>> = HashMap::new();
        let mut is_whole = false;
        // Each round reads every invite that it selects, so the selection becomes stable.
        let selection = loop {
            let selection = query.select(&list.invites);
            let unread: Vec<InviteId> = selection.ids.iter().filter(|id| !read.contains_key(id)).copied().collect();
            if unread.is_empty() {
                break selection;
            }
            unread.iter().for_each(|id| drop(list.invites.remove(id)));
            let mut found = store.get_many::<Invite>(&unread).await?;
            // The list may lag behind a handover, and nobody sees what a colleague has now.
            found.retain(|invite| invite.officer.id == *officer);
            // One deleted invite is rarely the only one, so the list is read as a whole.
            if found.len() < unread.len() && !is_whole {
                list = List::read(store, officer, now).await?;
                is_whole = true;
            }
            read.extend(found.into_iter().map(|invite| (invite.id, invite)));
            list.invites.extend(read.values().map(|invite| (invite.id, Summary::of(invite))));
        };
        self.put_back(officer, list);
        let Selection { ids, next, total, techpass } = selection;
        Ok(InvitePage { invites: ids.iter().filter_map(|id| read.remove(id)).collect(), next, total, techpass })
    }

    /// Takes the officer's list as the index has it at `now`. The caller puts it back.
    async fn list(&self, store: &Store, officer: &OfficerId, now: Timestamp) -> Result<List, StoreError> {
        let Some(mut list) = self.take(officer, now) else {
            return List::read(store, officer, now).await;
        };
        list.read_changes(store, officer, now).await?;
        Ok(list)
    }

    /// Takes the officer's list, if changes can still be added to it. The caller puts it back.
    fn take(&self, officer: &OfficerId, now: Timestamp) -> Option<List> {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lists.remove(officer).filter(|list| list.read_at <= now && now < list.whole_at + WHOLE_AFTER)
    }

    /// Keeps a list in memory. Lists that are too old for changes are dropped and, if there are too many invites, also
    /// the lists that were used least recently.
    fn put_back(&self, officer: &OfficerId, list: List) {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lists.retain(|_, known| list.read_at < known.whole_at + WHOLE_AFTER);
        if list.invites.len() > MAX_REMEMBERED {
            return;
        }
        lists.insert(officer.clone(), list);
        while lists.values().map(|list| list.invites.len()).sum::<usize>() > MAX_REMEMBERED {
            let oldest = lists.iter().min_by_key(|(_, list)| list.read_at).map(|(officer, _)| officer.clone());
            let Some(oldest) = oldest else { return };
            lists.remove(&oldest);
        }
    }
}

impl List {
    async fn read(store: &Store, officer: &OfficerId, now: Timestamp) -> Result<Self, StoreError> {
        Ok(Self { invites: store.list_summaries(officer, now).await?, whole_at: now, read_at: now })
    }

    async fn read_changes(&mut self, store: &Store, officer: &OfficerId, now: Timestamp) -> Result<(), StoreError> {
        store.update_summaries(&mut self.invites, officer, self.read_at).await?;
        self.read_at = now;
        Ok(())
    }
}

impl fmt::Debug for ListCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ListCache")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn officer(name: &str) -> OfficerId {
        OfficerId::parse(name).unwrap()
    }

    fn list(length: usize, read_at: u64) -> List {
        let (begun, entropy) = (Timestamp::from_unix_ms(0), testing::seeded(1));
        let summary = |_| {
            let id = InviteId::generate(begun, &entropy);
            let json = json!({
                "id": id, "created_at": begun, "techpass": "queued", "seed": "not-required", "email": "a@b",
            });
            (id, serde_json::from_value(json).unwrap())
        };
        List {
            invites: (0..length).map(summary).collect(),
            whole_at: begun,
            read_at: begun + Duration::from_secs(read_at),
        }
    }

    #[test]
    fn a_list_is_brought_up_to_date_for_a_quarter_of_an_hour() {
        let (lists, ada) = (ListCache::default(), officer("ada"));
        let at = |seconds| Timestamp::from_unix_ms(0) + Duration::from_secs(seconds);
        lists.put_back(&ada, list(1, 10));
        assert!(lists.take(&ada, at(9)).is_none(), "a clock that goes back");
        lists.put_back(&ada, list(1, 10));
        assert!(lists.take(&ada, at(899)).is_some());
        assert!(lists.take(&ada, at(899)).is_none(), "one caller has it");
        lists.put_back(&ada, list(1, 10));
        assert!(lists.take(&ada, at(900)).is_none());
        lists.put_back(&ada, list(1, 10));
        lists.put_back(&officer("bo"), list(1, 900));
        assert!(lists.take(&ada, at(20)).is_none(), "it is not kept because nobody asks");
    }

    #[test]
    fn the_list_that_was_asked_for_longest_ago_makes_room() {
        let lists = ListCache::default();
        for (name, read_at) in [("ada", 2), ("bo", 1), ("cy", 3)] {
            lists.put_back(&officer(name), list(MAX_REMEMBERED / 5 * 2, read_at));
        }
        let known = |name| lists.take(&officer(name), Timestamp::from_unix_ms(5000)).is_some();
        assert_eq!(["ada", "bo", "cy"].map(known), [true, false, true]);
        lists.put_back(&officer("ada"), list(1, 4));
        lists.put_back(&officer("dee"), list(MAX_REMEMBERED + 1, 5));
        assert_eq!(["ada", "dee"].map(known), [true, false], "what finds no room drives nobody out");
    }
}

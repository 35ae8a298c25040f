//! What this process remembers of officers' lists, so that only what has changed since is read again.

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use domain::{InviteId, OfficerId, Timestamp};

use crate::summary::Summary;

/// How long a list is brought up to date by its changes before it is read whole again: what is no more leaves no
/// change.
const WHOLE_AFTER: Duration = Duration::from_secs(15 * 60);

/// How many invites a list has at the most: those that changed last. It is what people are kept of for a few weeks by
/// an officer who uses up every day's share.
pub(crate) const LONGEST: usize = 100_000;

/// How many invites are remembered at the most, of all officers together: some 100 MB. A list grows beyond its length
/// by what is invited while it is remembered.
const REMEMBERED: usize = LONGEST / 2 * 3;

/// The lists of the officers who were asked about last.
#[derive(Default)]
pub(crate) struct Lists(Mutex<HashMap<OfficerId, List>>);

/// An officer's list.
pub(crate) struct List {
    pub(crate) invites: HashMap<InviteId, Summary>,
    /// When it was read whole.
    pub(crate) whole_at: Timestamp,
    /// When its changes were read.
    pub(crate) read_at: Timestamp,
}

impl Lists {
    /// The officer's list, if it can still be brought up to date. The caller puts it back.
    pub(crate) fn take(&self, officer: &OfficerId, now: Timestamp) -> Option<List> {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lists.remove(officer).filter(|list| list.read_at <= now && now < list.whole_at + WHOLE_AFTER)
    }

    /// Remembers a list. Those that are too old to be brought up to date are forgotten, and where there are too many,
    /// those that were asked about before the others.
    pub(crate) fn put_back(&self, officer: &OfficerId, list: List) {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lists.retain(|_, known| list.read_at < known.whole_at + WHOLE_AFTER);
        if list.invites.len() > REMEMBERED {
            return;
        }
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

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;

    use super::*;

    fn officer(name: &str) -> OfficerId {
        OfficerId::parse(name).unwrap()
    }

    fn list(length: usize, read_at: u64) -> List {
        let (begun, entropy) = (Timestamp::from_unix_ms(0), testing::seeded(1));
        let summary = |_| {
            let id = InviteId::generate(begun, &entropy);
            let text = |text: &str| AttributeValue::S(text.to_owned());
            let fields = [("email", text("a@b")), ("techpass", text("Queued")), ("seed", text("-"))];
            let ids = [("id", text(&id.to_string())), ("created_at", text(&begun.to_string()))];
            let map = fields.into_iter().chain(ids).map(|(name, value)| (name.to_owned(), value)).collect();
            (id, serde_dynamo::from_attribute_value(AttributeValue::M(map)).unwrap())
        };
        List {
            invites: (0..length).map(summary).collect(),
            whole_at: begun,
            read_at: begun + Duration::from_secs(read_at),
        }
    }

    #[test]
    fn a_list_is_brought_up_to_date_for_a_quarter_of_an_hour() {
        let (lists, ada) = (Lists::default(), officer("ada"));
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
        let lists = Lists::default();
        for (name, read_at) in [("ada", 2), ("bo", 1), ("cy", 3)] {
            lists.put_back(&officer(name), list(REMEMBERED / 5 * 2, read_at));
        }
        let known = |name| lists.take(&officer(name), Timestamp::from_unix_ms(5000)).is_some();
        assert_eq!(["ada", "bo", "cy"].map(known), [true, false, true]);
        lists.put_back(&officer("ada"), list(1, 4));
        lists.put_back(&officer("dee"), list(REMEMBERED + 1, 5));
        assert_eq!(["ada", "dee"].map(known), [true, false], "what finds no room drives nobody out");
    }
}

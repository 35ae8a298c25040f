//! Which invites make a page of a list.

use std::collections::BTreeMap;

use domain::{InviteId, invite::TechpassStatus};

use super::{Summaries, query::InviteQuery};

/// Which invites make a page.
#[derive(Debug)]
pub struct Selection {
    /// The invites of the page, in the order of the query.
    pub ids: Vec<InviteId>,
    /// Where the next page starts, if there is one.
    pub next: Option<String>,
    /// How many there are in all.
    pub total: u64,
    /// How many there would be of each TechPass status, were none asked for.
    pub techpass: BTreeMap<TechpassStatus, u64>,
}

impl InviteQuery {
    /// The page of `summaries` that the query means.
    #[must_use]
    pub fn select(&self, summaries: &Summaries) -> Selection {
        let needle = self.text.as_ref().map(|text| text.to_lowercase());
        let mut techpass: BTreeMap<TechpassStatus, u64> = BTreeMap::new();
        let (mut total, mut following) = (0, Vec::new());
        for summary in summaries.values() {
            if !summary.matches_elsewhere(self, needle.as_deref()) {
                continue;
            }
            *techpass.entry(summary.techpass).or_default() += 1;
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

//! The selection of one page of a list.

use std::collections::BTreeMap;

use domain::{InviteId, invite::TechpassStatus};

use super::{Summaries, query::InviteQuery, summary::Place};

/// The invites of one page.
#[derive(Debug)]
pub struct Selection {
    /// The invites of the page, in the order of the query.
    pub ids: Vec<InviteId>,
    /// Where the next page begins. `None`: this is the last page.
    pub next: Option<String>,
    /// How many invites match in all.
    pub total: u64,
    /// How many invites would match for each TechPass status, if the query did not ask for one.
    pub techpass: BTreeMap<TechpassStatus, u64>,
}

impl InviteQuery {
    /// Selects the page of the query from `summaries`.
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
            if self.after.as_ref().is_none_or(|after| place.to_string() > *after) {
                following.push(place);
            }
        }
        let more = following.len() > self.limit;
        if more {
            following.select_nth_unstable(self.limit);
            following.truncate(self.limit);
        }
        following.sort_unstable();
        let next = following.last().filter(|_| more).map(Place::to_string);
        Selection { ids: following.into_iter().map(|place| place.id).collect(), next, total, techpass }
    }
}

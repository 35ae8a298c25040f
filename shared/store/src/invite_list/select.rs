//! The selection of one page of a list.

use std::{cmp::Ordering, collections::BTreeMap};

use domain::{InviteId, invite::TechpassStatus};

use super::{Summaries, place::Place, query::InviteQuery};

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
        let after = self.after.as_deref().and_then(|after| Place::parse(after, self.sort));
        let mut techpass: BTreeMap<TechpassStatus, u64> = BTreeMap::new();
        let (mut total, mut following, mut searched) = (0, Vec::new(), String::new());
        for summary in summaries.values() {
            if !summary.matches_elsewhere(self, &mut searched) {
                continue;
            }
            *techpass.entry(summary.techpass).or_default() += 1;
            if !summary.has_status(self) {
                continue;
            }
            total += 1;
            let place = summary.place(self.sort);
            if after.as_ref().is_none_or(|after| place.compare(after, self.sort) == Ordering::Greater) {
                following.push(place);
            }
        }
        let order = |one: &Place, other: &Place| one.compare(other, self.sort);
        let more = following.len() > self.limit;
        if more {
            following.select_nth_unstable_by(self.limit, order);
            following.truncate(self.limit);
        }
        following.sort_unstable_by(order);
        let next = following.last().filter(|_| more).map(|place| place.to_text(self.sort));
        Selection { ids: following.into_iter().map(|place| place.id).collect(), next, total, techpass }
    }
}

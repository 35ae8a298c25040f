//! How long what is kept of people.

use std::{num::NonZeroU16, time::Duration};

use domain::{
    Timestamp,
    batch::{Batch, BatchState},
    invite::Invite,
    licence::SeedRequest,
};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// How long what is kept, from when nothing more comes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// An invite's person, and the rows of a batch that was submitted.
    pub people: Duration,
    /// The rows of a batch that nobody submitted, from their last change.
    pub drafts: Duration,
    /// What is left after that.
    pub tombstones: Duration,
}

impl Default for Retention {
    fn default() -> Self {
        Self { people: 90 * DAY, drafts: 7 * DAY, tombstones: 365 * DAY }
    }
}

impl Retention {
    #[must_use]
    pub fn in_days(people: NonZeroU16, drafts: NonZeroU16, tombstones: NonZeroU16) -> Self {
        let [people, drafts, tombstones] = [people, drafts, tombstones].map(|days| u32::from(days.get()) * DAY);
        Self { people, drafts, tombstones }
    }

    /// Until when an invite's person is known; `None` while something may still come of it.
    pub(crate) fn of_invite(&self, invite: &Invite) -> Option<Timestamp> {
        invite.over_since().map(|over| over + self.people)
    }

    /// Until when an account's own request for SEED is known.
    pub(crate) fn of_seed_request(&self, request: &SeedRequest, now: Timestamp) -> Timestamp {
        request.over_since(now) + self.people
    }

    /// Until when a batch's rows are kept; `None` while they are read or submitted.
    pub(crate) fn of_batch(&self, batch: &Batch) -> Option<Timestamp> {
        let period = match batch.state {
            BatchState::Parsing { .. } | BatchState::Submitted { .. } | BatchState::Dispatched { .. } => return None,
            BatchState::Done => self.people,
            BatchState::AwaitingUpload | BatchState::Draft | BatchState::Unreadable { .. } => self.drafts,
            // Also on its way out after either period.
            BatchState::Reset => self.drafts.min(self.people),
        };
        Some(batch.updated_at + period)
    }
}

//! How long data is kept.

use std::time::Duration;

use domain::{
    Timestamp,
    batch::{Batch, BatchState},
    invite::Invite,
    licence::SeedRequest,
};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// How long data is kept, from when its record is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// The person of an invite, and the rows of a submitted batch.
    pub people: Duration,
    /// The rows of a batch that was not submitted, from their last change.
    pub drafts: Duration,
    /// The tombstones that replace both of them.
    pub tombstones: Duration,
}

impl Default for Retention {
    fn default() -> Self {
        Self { people: 90 * DAY, drafts: 7 * DAY, tombstones: 365 * DAY }
    }
}

impl Retention {
    /// Until when an invite's person is kept. `None`: the invite is not over.
    pub(crate) fn of_invite(&self, invite: &Invite) -> Option<Timestamp> {
        invite.over_since().map(|over| over + self.people)
    }

    /// Until when an account's own request for SEED is kept.
    pub(crate) fn of_seed_request(&self, request: &SeedRequest, now: Timestamp) -> Timestamp {
        request.over_since(now) + self.people
    }

    /// Until when a batch's rows are kept. `None`: they are being read or dispatched.
    pub(crate) fn of_batch(&self, batch: &Batch) -> Option<Timestamp> {
        let period = match batch.state {
            BatchState::Parsing { .. } | BatchState::Submitted { .. } | BatchState::Dispatched { .. } => return None,
            BatchState::Done => self.people,
            BatchState::AwaitingUpload
            | BatchState::Asking { .. }
            | BatchState::Draft
            | BatchState::Unreadable { .. } => self.drafts,
            // A batch that is erased is reset first, after either period.
            BatchState::Reset => self.drafts.min(self.people),
        };
        Some(batch.updated_at + period)
    }
}

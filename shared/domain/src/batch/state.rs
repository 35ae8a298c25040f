//! Where a batch's rows come from, the batch's state, and how many rows are in each state.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::{question::Questions, row::RowState};
use crate::{BatchId, Timestamp, id::OfDigest as _, mail::MailConflict};

/// Where the rows of a batch come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// A workbook uploaded through the portal.
    Upload,
    /// A workbook that an agency's system puts into the bucket; it is submitted without the officer.
    Drop,
    Paste,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BatchState {
    /// The workbook is not stored yet.
    AwaitingUpload,
    /// The workbook is being read.
    Parsing {
        /// The stored version that is read; no other version is ever read for this batch.
        object: ObjectVersion,
        /// Until when no other worker may read it.
        lease_until: Timestamp,
        /// 1 for the first attempt.
        attempt: u32,
    },
    /// The reader has to ask the officer before it can tell who is on the list.
    Asking {
        /// The stored version that is read again with the answers.
        object: ObjectVersion,
        questions: Questions,
    },
    /// The officer checks and edits it.
    Draft,
    Submitted {
        /// The last row that was dispatched.
        cursor: u32,
    },
    /// Every ready row is an invite; the invites are checked until none is open.
    Dispatched {
        /// When it was dispatched. A batch that was stored without it counts as older than
        /// [`MAX_BATCH_WAIT`](super::MAX_BATCH_WAIT).
        #[serde(default = "long_ago")]
        since: Timestamp,
        /// When its invites are due for the next check.
        #[serde(default = "long_ago")]
        next_check: Timestamp,
    },
    /// No invite has work ahead, or the service has waited for long enough.
    Done,
    /// The workbook cannot be read.
    Unreadable {
        /// The code of the file's fault.
        code: String,
        /// What the officer has to do about it.
        detail: String,
    },
    /// The officer has discarded it.
    Reset,
}

fn long_ago() -> Timestamp {
    Timestamp::from_unix_ms(0)
}

/// One stored version of an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectVersion {
    pub key: String,
    pub version_id: String,
}

/// How many rows are in each state. They add up to `total`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    pub total: u32,
    pub ready: u32,
    pub needs_fixing: u32,
    pub duplicate: u32,
    pub removed: u32,
    pub sent: u32,
}

impl BatchId {
    /// The id of the batch of a dropped workbook. It is the same for one stored version of the object, however often S3
    /// announces it.
    #[must_use]
    pub fn of_object(object: &ObjectVersion) -> Self {
        let ObjectVersion { key, version_id } = object;
        let digest = Sha256::new().chain_update(key).chain_update([0]).chain_update(version_id).finalize();
        Self::of_digest(digest)
    }
}

impl Counts {
    pub fn add(&mut self, row: &RowState) {
        self.total += 1;
        *self.slot(row) += 1;
    }

    /// Counts a row that changes from one state to another.
    pub fn shift(&mut self, before: &RowState, after: &RowState) {
        let slot = self.slot(before);
        *slot = slot.saturating_sub(1);
        *self.slot(after) += 1;
    }

    fn slot(&mut self, row: &RowState) -> &mut u32 {
        match row {
            RowState::Ready => &mut self.ready,
            RowState::NeedsFixing { .. } | RowState::Contradiction { .. } => &mut self.needs_fixing,
            RowState::Duplicate { .. } => &mut self.duplicate,
            RowState::Removed => &mut self.removed,
            RowState::Sent { .. } => &mut self.sent,
        }
    }
}

/// The batch is not in a state from which this can happen.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("a batch that is {state} cannot be {event}")]
pub struct BatchConflict {
    /// The state's name in the API.
    pub state: &'static str,
    pub event: &'static str,
}

impl From<MailConflict> for BatchConflict {
    fn from(_: MailConflict) -> Self {
        Self { state: "reported", event: "reported again" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::samples::{object, row_states};

    #[test]
    fn a_row_is_counted_once_and_moves_from_one_count_to_another() {
        let none = Counts::default();
        let one = [
            Counts { ready: 1, ..none },
            Counts { needs_fixing: 1, ..none },
            Counts { needs_fixing: 1, ..none },
            Counts { duplicate: 1, ..none },
            Counts { duplicate: 1, ..none },
            Counts { removed: 1, ..none },
            Counts { sent: 1, ..none },
        ]
        .map(|counts| Counts { total: 1, ..counts });
        for (before, counted) in row_states().iter().zip(one) {
            let mut counts = none;
            counts.add(before);
            assert_eq!(counts, counted, "{before:?}");
            for (after, moved) in row_states().iter().zip(one) {
                let mut counts = counted;
                counts.shift(before, after);
                assert_eq!(counts, moved, "{before:?} to {after:?}");
            }
        }
        let mut uncounted = none;
        uncounted.shift(&RowState::Ready, &RowState::Removed);
        assert_eq!(uncounted, Counts { removed: 1, ..none }, "a count never falls below zero");
    }

    #[test]
    fn a_stored_version_of_an_object_always_has_the_same_batch_and_no_other_version_has_it() {
        let of = |key: &str, version: &str| BatchId::of_object(&ObjectVersion { key: key.into(), ..object(version) });
        assert_eq!(of("drops/a.xlsx", "1"), of("drops/a.xlsx", "1"));
        for (key, version) in [("drops/a.xlsx", "2"), ("drops/b.xlsx", "1"), ("drops/a.xlsx1", "")] {
            assert_ne!(of(key, version), of("drops/a.xlsx", "1"), "{key} {version}");
        }
    }
}

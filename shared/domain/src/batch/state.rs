//! How a batch's rows come in, its state, and how many rows are in which.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::{column::Column, row::RowState};
use crate::{BatchId, Timestamp, id::OfDigest as _, mail::MailConflict};

/// How a batch's rows come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// A workbook uploaded through the portal.
    Upload,
    /// A workbook put into the bucket by an agency's system; it submits itself.
    Drop,
    Paste,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BatchState {
    /// The workbook is not there yet.
    AwaitingUpload,
    /// The workbook is being read.
    Parsing {
        /// Which stored version; no other is ever read for this batch.
        object: ObjectVersion,
        /// Until when nobody else may.
        lease_until: Timestamp,
        /// 1 for the first try.
        attempt: u32,
    },
    /// The officer looks it over.
    Draft,
    Submitted {
        /// The last row that was submitted.
        cursor: u32,
    },
    /// Every ready row is an invite; the invites are checked until none is open.
    Dispatched {
        /// Since when. Of what was stored without it: for longer than [`MAX_BATCH_WAIT`](super::MAX_BATCH_WAIT).
        #[serde(default = "long_ago")]
        since: Timestamp,
        /// When its invites are to be checked next.
        #[serde(default = "long_ago")]
        next_check: Timestamp,
    },
    /// Every invite has been worked on, or was waited for long enough.
    Done,
    /// The workbook cannot be read.
    Unreadable {
        /// The code of the file's fault.
        code: String,
        /// What to do about it.
        detail: String,
        /// The titled columns, and what each was taken for, where the header was not understood.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        columns: Vec<Column>,
    },
    /// Thrown away by the officer.
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

/// How many rows stand where. They add up to `total`.
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
    /// The batch of a workbook dropped into the bucket: one per stored version of the object, however often it is
    /// announced.
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

    /// Moves one row from one state to another.
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
    /// Its state, in the word of the API.
    pub state: &'static str,
    pub event: &'static str,
}

impl From<MailConflict> for BatchConflict {
    fn from(_: MailConflict) -> Self {
        Self { state: "reported", event: "reported again" }
    }
}

//! What is left of an invite or a batch once its people are forgotten: that there was one, whose it was, and what
//! happened when. Nobody's name, address or number.

use serde::{Deserialize, Serialize};

use crate::{
    BatchId, InviteId, OfficerId, Timestamp, TraceId,
    batch::{Batch, Counts},
    invite::{Actor, Event, HistoryEntry, Invite, Origin},
    keys::AddressKey,
};

/// What is left of an invite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteTombstone {
    pub id: InviteId,
    pub officer: OfficerId,
    pub origin: Origin,
    /// The keyed hash of the address: says whether a given address was meant, and nothing to anybody without the key.
    pub address_key: AddressKey,
    /// Where it stood, in the word of the API.
    pub state: String,
    pub created_at: Timestamp,
    /// When its person was forgotten.
    pub forgotten_at: Timestamp,
    /// The request that made it.
    pub trace: TraceId,
    pub history: Vec<HistoryEntry>,
}

/// What is left of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchTombstone {
    pub id: BatchId,
    pub officer: OfficerId,
    /// Where it stood, in the word of the API.
    pub state: String,
    /// How many rows stood where.
    pub counts: Counts,
    pub created_at: Timestamp,
    /// When its rows were forgotten.
    pub forgotten_at: Timestamp,
    /// The request that made it.
    pub trace: TraceId,
}

impl InviteTombstone {
    /// Of an invite, whatever its state; `by` is who has its person forgotten.
    #[must_use]
    pub fn of(invite: &Invite, by: Actor, now: Timestamp) -> Self {
        let trace = invite.trace.clone();
        let last = HistoryEntry { at: now, event: Event::Forgotten, by, trace, action: None };
        Self {
            id: invite.id,
            officer: invite.officer.id.clone(),
            origin: invite.origin.clone(),
            address_key: invite.address_key.clone(),
            state: invite.state_name().to_owned(),
            created_at: invite.created_at,
            forgotten_at: now,
            trace: invite.trace.clone(),
            history: invite.history.iter().cloned().chain([last]).collect(),
        }
    }
}

impl BatchTombstone {
    /// Of a batch, whatever its state.
    #[must_use]
    pub fn of(batch: &Batch, now: Timestamp) -> Self {
        Self {
            id: batch.id,
            officer: batch.officer.id.clone(),
            state: batch.state_name().to_owned(),
            counts: batch.counts,
            created_at: batch.created_at,
            forgotten_at: now,
            trace: batch.trace.clone(),
        }
    }
}

//! What is kept of an invite or a batch after its people are erased: that it existed, whose it was, and what happened
//! when. It has no name, address or number of a person.

use serde::{Deserialize, Serialize};

use crate::{
    BatchId, InviteId, OfficerId, Timestamp, TraceId,
    batch::{Batch, Counts},
    invite::{Actor, Event, HistoryEntry, Invite, Origin},
    keys::AddressKey,
};

/// What is kept of an erased invite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteTombstone {
    pub id: InviteId,
    pub officer: OfficerId,
    pub origin: Origin,
    /// The keyed hash of the address. It shows whether a given address was invited, and reveals nothing without the
    /// key.
    pub address_key: AddressKey,
    /// Its last state, by its name in the API.
    pub state: String,
    pub created_at: Timestamp,
    /// When its person was erased.
    pub forgotten_at: Timestamp,
    /// The trace of the request that created it.
    pub trace: TraceId,
    pub history: Vec<HistoryEntry>,
}

/// What is kept of an erased batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchTombstone {
    pub id: BatchId,
    pub officer: OfficerId,
    /// Its last state, by its name in the API.
    pub state: String,
    /// How many rows were in each state.
    pub counts: Counts,
    pub created_at: Timestamp,
    /// When its rows were erased.
    pub forgotten_at: Timestamp,
    /// The trace of the request that created it.
    pub trace: TraceId,
}

impl InviteTombstone {
    /// The tombstone of an invite in any state. `by` is the actor who has its person erased.
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
    /// The tombstone of a batch in any state.
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

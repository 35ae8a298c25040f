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
        let last = HistoryEntry { at: now, event: Event::Forgotten, by, trace, action: None, from: None };
        // A tombstone holds no address, not even an officer's.
        let history = invite.history.iter().cloned().map(|entry| HistoryEntry { from: None, ..entry });
        Self {
            id: invite.id,
            officer: invite.officer.id.clone(),
            origin: invite.origin.clone(),
            address_key: invite.address_key.clone(),
            state: invite.state_name().to_owned(),
            created_at: invite.created_at,
            forgotten_at: now,
            trace: invite.trace.clone(),
            history: history.chain([last]).collect(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        EmailAddress, Entropy, Officer, OfficerId,
        batch::{Answers, Source},
        invite::{
            Creation,
            samples::{act, at, creation, for_account},
        },
    };

    fn has_personal_data(tombstone: &impl Serialize) -> bool {
        let text = serde_json::to_string(tombstone).unwrap();
        ["Ada", "Tan", "ada.tan", "9123", "example.com", "gov.sg", "Vendor", "Project"]
            .iter()
            .any(|it| text.contains(it))
    }

    #[test]
    fn a_tombstone_of_an_invite_says_what_happened_and_names_nobody() {
        let invite = for_account().claim(at(1)).unwrap();
        assert!(has_personal_data(&invite));
        let tombstone = InviteTombstone::of(&invite, Actor::Operator, at(9));
        assert!(!has_personal_data(&tombstone));
        let trace = invite.trace.clone();
        let erased =
            HistoryEntry { at: at(9), event: Event::Forgotten, by: Actor::Operator, trace, action: None, from: None };
        assert_eq!(tombstone.history, [invite.history.as_slice(), &[erased]].concat());
        assert_eq!((tombstone.id, &tombstone.address_key), (invite.id, &invite.address_key));
        assert_eq!((tombstone.officer, tombstone.state.as_str()), (invite.officer.id, "PROVISIONING"));
        assert_eq!((tombstone.created_at, tombstone.forgotten_at), (at(0), at(9)));
    }

    #[test]
    fn a_tombstone_of_an_invite_that_was_handed_over_does_not_name_who_had_it() {
        let invite = for_account();
        let to = Officer {
            id: OfficerId::parse("bo").unwrap(),
            email: EmailAddress::parse(&format!("bo@{}", invite.officer.email.domain())).unwrap(),
        };
        let given = invite.hand_over(&to, Actor::Officer, &act(5)).unwrap();
        assert!(given.history.iter().any(|entry| entry.from.is_some()));
        let tombstone = InviteTombstone::of(&given, Actor::Service, at(9));
        assert!(!has_personal_data(&tombstone) && tombstone.history.iter().all(|entry| entry.from.is_none()));
    }

    #[test]
    fn a_tombstone_of_a_batch_says_how_many_and_names_nobody() {
        let Creation { officer, trace, .. } = creation(&for_account().email);
        let id = BatchId::generate(at(0), &Entropy::seeded(1));
        let counts = Counts { total: 2, ready: 1, removed: 1, ..Counts::default() };
        let batch = Batch::new(id, officer, Source::Paste, at(0), trace)
            .of_file(Some("Ada Tan.xlsx".into()), Answers::default());
        let batch = batch.parsed(counts, Vec::new(), at(1)).unwrap();
        assert!(has_personal_data(&batch));
        let tombstone = BatchTombstone::of(&batch, at(9));
        assert!(!has_personal_data(&tombstone));
        assert_eq!((tombstone.id, tombstone.officer, tombstone.trace), (batch.id, batch.officer.id, batch.trace));
        assert_eq!((tombstone.state.as_str(), tombstone.counts), ("DRAFT", counts));
        assert_eq!((tombstone.created_at, tombstone.forgotten_at), (at(0), at(9)));
    }
}

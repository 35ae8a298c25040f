//! One action of an officer for many invites: what was asked for, its progress, and the outcome of each invite.
//!
//! The invites are fixed when the action is created, and are stored in [`Part`]s. The state machine of each invite
//! decides about its change. One action changes an invite at most once: the invite's history names the action.

mod handover;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use handover::{HandoverMails, Side};

use crate::{
    BulkActionId, InviteId, Officer, Timestamp, TraceId,
    invite::{Act, Actor, AmendRefusal, Correction, HandoverRefusal, Invite, InviteState, ResendRefusal},
    mail::Mailbox,
    usage::CapReached,
};

/// Invites that one action can have at most: as many as an officer's list has.
pub const MAX_INVITES_PER_BULK_ACTION: usize = 100_000;

/// Invites in one part: what a worker does between two records of its progress.
pub const ENTRIES_PER_PART: usize = 100;

/// What an action does with each invite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verb {
    Resend,
    Revoke,
    /// The invite is amended and sent again.
    Amend(Correction),
    /// The invite is given to a colleague of its officer.
    #[serde(rename = "hand-over")]
    HandOver {
        to: Officer,
        /// Who gives it: its officer, or an operator because the officer has left.
        by: Actor,
    },
}

/// What a [`Verb`] does to an invite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The next version of the invite, which the caller writes.
    Next(Box<Invite>),
    /// Nothing: the invite is in that state already.
    Already,
}

/// Why an invite is not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum Refusal {
    /// There is no such invite, or it is another officer's.
    #[error("there is no such invite")]
    NotFound,
    /// Its state does not allow the change.
    #[error("its state does not allow it")]
    StateConflict,
    /// The last mail was returned: the officer has to amend the address first.
    #[error("the last mail came back")]
    Undeliverable,
    /// It was mailed today already.
    #[error("mailed today already")]
    TooSoon {
        /// From when it can be sent again.
        next: Timestamp,
    },
    /// Its officer has used up their share of mails.
    #[error("the officer's share is used up")]
    CapReached { cap: CapReached },
    /// Another live invite of the officer has the address.
    #[error("another invite of the officer has the address")]
    AlreadyInvited,
    /// A live invite of another officer has the address.
    #[error("another officer's invite has the address")]
    InvitedByAnother,
    /// Another live invite has the username.
    #[error("another invite has the username")]
    UsernameTaken,
    /// It was made for another agency than that of the colleague who would get it.
    #[error("it is another agency's")]
    OtherAgency,
    /// Other writers changed it each time that it was read.
    #[error("others kept changing it")]
    LostRace,
}

/// An action for many invites.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkAction {
    pub id: BulkActionId,
    /// The officer whose invites are changed, and no others. Unless an operator did, they asked for it.
    pub officer: Officer,
    pub verb: Verb,
    pub state: BulkActionState,
    /// How many invites it is for.
    pub total: u32,
    /// How many were changed, or needed no change.
    pub done: u32,
    /// How many were not changed, by [`Refusal::code`].
    pub skipped: BTreeMap<String, u32>,
    /// When the officer asked for it.
    pub created_at: Timestamp,
    /// When its progress was last recorded, or a worker last woken.
    pub updated_at: Timestamp,
    /// The mails about a handover that is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mails: Option<Box<HandoverMails>>,
    /// When the sweeper checks its mails, where that does not follow from their states. Any change sets it to `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    postponed_until: Option<Timestamp>,
    /// The trace of the request that created it.
    pub trace: TraceId,
}

/// The progress of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BulkActionState {
    /// Some invites have no outcome yet.
    Running {
        /// The first part with such invites, from 1.
        part: u32,
    },
    Done,
}

/// Some of the invites of an action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub action: BulkActionId,
    /// Its number within the action, from 1.
    pub number: u32,
    pub entries: Vec<Entry>,
}

/// One invite of an action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub invite: InviteId,
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// The outcome of one invite of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "lowercase")]
pub enum Outcome {
    /// No worker has processed it yet.
    Waiting,
    /// It was changed, or needed no change.
    Done,
    /// It was not changed, and why.
    Skipped { why: Refusal },
}

/// Another worker has already recorded this part.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("another part of the action is next")]
pub struct OutOfTurn;

impl Verb {
    /// The verb's name in the API.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Resend => "resend",
            Self::Revoke => "revoke",
            Self::Amend(_) => "amend",
            Self::HandOver { .. } => "hand-over",
        }
    }
}

impl Change {
    /// Revokes `invite`. If its account was created, the account is to be deleted; not as part of an action for many.
    ///
    /// # Errors
    ///
    /// Why the invite is not changed.
    pub fn revoke(invite: &Invite, act: &Act) -> Result<Self, Refusal> {
        let revoked = match invite.state {
            InviteState::Revoked | InviteState::Revoking { .. } => return Ok(Self::Already),
            // An account is deleted when its officer says so of this one, and not with all that match a filter.
            InviteState::AccountCreated { .. } if act.action.is_none() => invite.clone().revoke_account(act),
            _ => invite.clone().revoke(act),
        };
        Ok(Self::Next(Box::new(revoked.map_err(|_| Refusal::StateConflict)?)))
    }

    /// Sends `invite` again, within what may be sent to its `mailbox`.
    ///
    /// # Errors
    ///
    /// Why the invite is not changed.
    pub fn resend(invite: &Invite, mailbox: &Mailbox, act: &Act) -> Result<Self, Refusal> {
        match invite.clone().resend(mailbox, act) {
            Ok(next) => Ok(Self::Next(Box::new(next))),
            // The officer asked twice: its mail is on its way already.
            Err(ResendRefusal::Conflict(_)) if invite.is_on_its_way(act.at) => Ok(Self::Already),
            Err(ResendRefusal::Conflict(_)) => Err(Refusal::StateConflict),
            Err(ResendRefusal::Undeliverable) => Err(Refusal::Undeliverable),
            Err(ResendRefusal::NotBefore(next)) => Err(Refusal::TooSoon { next }),
        }
    }

    /// Amends `invite` in the same way as the other invites of the action.
    ///
    /// # Errors
    ///
    /// Why the invite is not changed.
    pub fn correct(invite: &Invite, correction: &Correction, act: &Act) -> Result<Self, Refusal> {
        match invite.clone().correct(correction, act) {
            Ok(next) => Ok(Self::Next(Box::new(next))),
            Err(AmendRefusal::Conflict(_)) => Err(Refusal::StateConflict),
            Err(AmendRefusal::Undeliverable) => Err(Refusal::Undeliverable),
            Err(AmendRefusal::NotBefore(next)) => Err(Refusal::TooSoon { next }),
        }
    }

    /// Gives `invite` to a colleague of its officer.
    ///
    /// # Errors
    ///
    /// Why the invite is not changed.
    pub fn hand_over(invite: &Invite, to: &Officer, by: Actor, act: &Act) -> Result<Self, Refusal> {
        match invite.clone().hand_over(to, by, act) {
            Ok(next) => Ok(Self::Next(Box::new(next))),
            Err(HandoverRefusal::Already) => Ok(Self::Already),
            Err(HandoverRefusal::OtherAgency) => Err(Refusal::OtherAgency),
        }
    }
}

impl Refusal {
    /// The stable code. Where a request for this one invite would get a problem for the same reason, it is that
    /// problem's slug.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::StateConflict => "state-conflict",
            Self::Undeliverable => "undeliverable",
            Self::TooSoon { .. } | Self::CapReached { .. } => "too-many-requests",
            Self::AlreadyInvited => "already-invited",
            Self::InvitedByAnother => "invited-by-another",
            Self::UsernameTaken => "username-taken",
            Self::OtherAgency => "other-agency",
            Self::LostRace => "lost-race",
        }
    }
}

impl BulkAction {
    /// A new action for `invites`, with its parts. An action for no invite is done at once.
    #[must_use]
    pub fn new(
        id: BulkActionId,
        officer: Officer,
        verb: Verb,
        invites: &[InviteId],
        now: Timestamp,
        trace: TraceId,
    ) -> (Self, Vec<Part>) {
        let entry = |invite: &InviteId| Entry { invite: *invite, outcome: Outcome::Waiting };
        let parts: Vec<Part> = (1..)
            .zip(invites.chunks(ENTRIES_PER_PART))
            .map(|(number, invites)| Part { action: id, number, entries: invites.iter().map(entry).collect() })
            .collect();
        let state = if parts.is_empty() { BulkActionState::Done } else { BulkActionState::Running { part: 1 } };
        let action = Self {
            id,
            officer,
            verb,
            state,
            total: u32::try_from(invites.len()).unwrap_or(u32::MAX),
            done: 0,
            skipped: BTreeMap::new(),
            created_at: now,
            updated_at: now,
            mails: None,
            postponed_until: None,
            trace,
        };
        (action, parts)
    }

    /// The state's name in the API.
    #[must_use]
    pub fn state_name(&self) -> &'static str {
        match self.state {
            BulkActionState::Running { .. } => "RUNNING",
            BulkActionState::Done => "DONE",
        }
    }

    /// Records the outcomes of its next part. After the last part of a handover the mails about it are due.
    ///
    /// # Errors
    ///
    /// [`OutOfTurn`] unless the part is next and each of its invites has an outcome. The caller reads the action again.
    pub fn advanced(mut self, part: &Part, now: Timestamp) -> Result<Self, OutOfTurn> {
        if self.state != (BulkActionState::Running { part: part.number }) {
            return Err(OutOfTurn);
        }
        for entry in &part.entries {
            match entry.outcome {
                Outcome::Waiting => return Err(OutOfTurn),
                Outcome::Done => self.done += 1,
                Outcome::Skipped { why } => *self.skipped.entry(why.code().to_owned()).or_default() += 1,
            }
        }
        let is_last = part.number as usize * ENTRIES_PER_PART >= self.total as usize;
        self.state = if is_last { BulkActionState::Done } else { BulkActionState::Running { part: part.number + 1 } };
        let is_handover = matches!(self.verb, Verb::HandOver { .. });
        if is_last && is_handover && self.done > 0 {
            self.mails = Some(Box::new(HandoverMails::due()));
        }
        self.updated_at = now;
        Ok(self)
    }

    /// Records that a worker was woken for it at `now`.
    #[must_use]
    pub fn woken(self, now: Timestamp) -> Self {
        Self { updated_at: now, ..self }
    }
}

impl Part {
    /// The part with the outcome of each of its invites, in their order.
    #[must_use]
    pub fn decided(self, outcomes: Vec<Outcome>) -> Self {
        let decide = |(entry, outcome): (Entry, Outcome)| Entry { outcome, ..entry };
        let entries = self.entries.into_iter().zip(outcomes).map(decide).collect();
        Self { entries, ..self }
    }
}

#[cfg(test)]
mod tests;

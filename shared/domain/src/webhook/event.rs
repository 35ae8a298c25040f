//! What an agency's system is sent about an invite: that its status changed.
//!
//! ```text
//! DUE -> CLAIMED -> DELIVERED
//!     <- refused or unanswered, up to the last try -> GIVEN_UP
//! ```
//!
//! An event holds ids and words of the API, and nobody's data.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    AgencyDomain, InviteId, Timestamp, TraceId, WebhookEventId,
    invite::{Invite, WAKE_AFTER},
};

/// How long the worker that claims an event may take: the 30 s of its function and 30 s more.
pub const WEBHOOK_EVENT_LEASE: Duration = Duration::from_secs(60);

/// How long after each failure the next try comes: in all a day.
pub const EVENT_BACKOFF: [Duration; 8] = [
    Duration::from_secs(60),
    Duration::from_secs(5 * 60),
    Duration::from_secs(15 * 60),
    Duration::from_secs(3600),
    Duration::from_secs(2 * 3600),
    Duration::from_secs(4 * 3600),
    Duration::from_secs(8 * 3600),
    Duration::from_secs(8 * 3600),
];

/// How long an event to a parked endpoint rests between two looks.
pub const PARKED_WAIT: Duration = Duration::from_secs(3600);

/// How long an event is kept, delivered or not.
pub const WEBHOOK_EVENT_RETENTION: Duration = Duration::from_secs(14 * 24 * 3600);

/// One change of one invite, to be told to one agency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookEvent {
    /// Its id, the same in every try.
    pub id: WebhookEventId,
    pub agency: AgencyDomain,
    pub invite: InviteId,
    /// The invite's version, by which events of one invite are ordered.
    pub invite_version: u64,
    pub shown: Shown,
    pub at: Timestamp,
    /// The request behind the invite.
    pub trace: TraceId,
    /// How far the event is.
    pub state: WebhookEventState,
    /// When the sweeper checks it, where that does not follow from its state. Any change ends it.
    #[serde(default, alias = "due_at")]
    postponed_until: Option<Timestamp>,
}

/// The status of an invite, in the words of the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    pub techpass: String,
    pub seed: String,
    /// The latest mail, if there is one.
    pub mail: Option<String>,
}

/// How far an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WebhookEventState {
    /// To be handed over, after so many tries.
    Due {
        tries: u32,
        /// When the next one may come.
        from: Timestamp,
    },
    Claimed {
        /// 1 for the first try.
        tries: u32,
        /// Until when nobody else may.
        lease_until: Timestamp,
    },
    Delivered {
        at: Timestamp,
    },
    GivenUp {
        /// Since when nobody tries any more.
        at: Timestamp,
    },
}

/// The event is not in a state from which this can happen.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("the event is in another state")]
pub struct WebhookEventConflict;

impl Shown {
    fn of(invite: &Invite) -> Self {
        Self {
            techpass: invite.state_name().to_owned(),
            seed: invite.seed.name().to_owned(),
            mail: invite.mail.as_ref().map(|mail| mail.state_name().to_owned()),
        }
    }
}

impl WebhookEvent {
    /// What is to be told of a change that made `version` of an invite, if its status changed and its officer has
    /// an agency.
    #[must_use]
    pub fn of_change(old: Option<&Invite>, new: &Invite, version: u64) -> Option<Self> {
        let shown = Shown::of(new);
        if old.is_some_and(|old| Shown::of(old) == shown) {
            return None;
        }
        Some(Self {
            id: WebhookEventId::of_version(new.id, version, new.created_at),
            agency: AgencyDomain::parse(&new.officer.email.domain())?,
            invite: new.id,
            invite_version: version,
            shown,
            at: new.updated_at,
            trace: new.trace.clone(),
            state: WebhookEventState::Due { tries: 0, from: new.updated_at },
            postponed_until: None,
        })
    }

    /// The word for its state.
    #[must_use]
    pub fn state_name(&self) -> &'static str {
        match self.state {
            WebhookEventState::Due { .. } => "DUE",
            WebhookEventState::Claimed { .. } => "CLAIMED",
            WebhookEventState::Delivered { .. } => "DELIVERED",
            WebhookEventState::GivenUp { .. } => "GIVEN_UP",
        }
    }

    /// Takes it for one try.
    ///
    /// # Errors
    ///
    /// Unless its time has come, or the last worker's lease has run out.
    pub fn claim(self, now: Timestamp) -> Result<Self, WebhookEventConflict> {
        let tries = match self.state {
            WebhookEventState::Due { tries, from } if from <= now => tries,
            WebhookEventState::Claimed { tries, lease_until } if lease_until <= now => tries,
            _ => return Err(WebhookEventConflict),
        };
        let lease_until = now + WEBHOOK_EVENT_LEASE;
        Ok(self.moved_to(WebhookEventState::Claimed { tries: tries + 1, lease_until }))
    }

    /// Records that the endpoint took it.
    ///
    /// # Errors
    ///
    /// Unless it is claimed.
    pub fn delivered(self, now: Timestamp) -> Result<Self, WebhookEventConflict> {
        match self.state {
            WebhookEventState::Claimed { .. } => Ok(self.moved_to(WebhookEventState::Delivered { at: now })),
            _ => Err(WebhookEventConflict),
        }
    }

    /// Records that the endpoint did not take it, as far as anybody knows: it is told again later under the same id, or
    /// given up after the last try.
    ///
    /// # Errors
    ///
    /// Unless it is claimed.
    pub fn refused(self, now: Timestamp) -> Result<Self, WebhookEventConflict> {
        let WebhookEventState::Claimed { tries, .. } = self.state else {
            return Err(WebhookEventConflict);
        };
        let pause = usize::try_from(tries).ok().and_then(|tries| EVENT_BACKOFF.get(tries.checked_sub(1)?));
        Ok(match pause {
            Some(pause) => self.moved_to(WebhookEventState::Due { tries, from: now + *pause }),
            None => self.given_up(now),
        })
    }

    /// Ends it: nobody wants it, or nobody took it.
    #[must_use]
    pub fn given_up(self, now: Timestamp) -> Self {
        self.moved_to(WebhookEventState::GivenUp { at: now })
    }

    /// When the sweeper has to check it; never once it is delivered or given up. A worker was woken for a new one, so
    /// the sweeper has to act only if nothing comes of that.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        match self.state {
            WebhookEventState::Delivered { .. } | WebhookEventState::GivenUp { .. } => None,
            _ if self.postponed_until.is_some() => self.postponed_until,
            WebhookEventState::Due { tries: 0, from } => Some(from + WAKE_AFTER),
            WebhookEventState::Due { from, .. } => Some(from),
            WebhookEventState::Claimed { lease_until, .. } => Some(lease_until),
        }
    }

    /// Has the sweeper check it at `until`, unless it changes before; no try is spent.
    #[must_use]
    pub fn postponed(self, until: Timestamp) -> Self {
        Self { postponed_until: Some(until), ..self }
    }

    fn moved_to(self, state: WebhookEventState) -> Self {
        Self { state, postponed_until: None, ..self }
    }
}

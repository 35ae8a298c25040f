//! A webhook event: what an agency's system is sent when the status of an invite changes.
//!
//! ```text
//! DUE -> CLAIMED -> DELIVERED
//!     <- refused or unanswered, up to the last attempt -> GIVEN_UP
//! ```
//!
//! An event holds ids and names of the API, and no personal data.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    AgencyDomain, InviteId, Timestamp, TraceId, WebhookEventId,
    invite::{Invite, WAKE_AFTER},
};

/// How long the worker that claims an event may take: the 30 s of its function and 30 s more.
pub const WEBHOOK_EVENT_LEASE: Duration = Duration::from_secs(60);

/// The pause after each failed attempt: a day in all.
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

/// The pause between two checks of an event whose endpoint is parked.
pub const PARKED_WAIT: Duration = Duration::from_secs(3600);

/// How long an event is kept, whether or not it was delivered.
pub const WEBHOOK_EVENT_RETENTION: Duration = Duration::from_secs(14 * 24 * 3600);

/// One change of one invite, for one agency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookEvent {
    /// Its id, which is the same in every attempt.
    pub id: WebhookEventId,
    pub agency: AgencyDomain,
    pub invite: InviteId,
    /// The version of the invite, which gives the order of the events of one invite.
    pub invite_version: u64,
    pub shown: Shown,
    pub at: Timestamp,
    /// The trace of the request that created the invite.
    pub trace: TraceId,
    /// The progress of the delivery.
    pub state: WebhookEventState,
    /// When the sweeper checks the event, where that does not follow from its state. Any change sets it to `None`.
    #[serde(default, alias = "due_at")]
    postponed_until: Option<Timestamp>,
}

/// The status of an invite, in the names of the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    pub techpass: String,
    pub seed: String,
    /// The state of the latest mail, if there is one.
    pub mail: Option<String>,
}

/// The progress of an event's delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WebhookEventState {
    /// To be posted, after this many attempts.
    Due {
        tries: u32,
        /// From when the next attempt is allowed.
        from: Timestamp,
    },
    Claimed {
        /// 1 for the first attempt.
        tries: u32,
        /// Until when no other worker may claim it.
        lease_until: Timestamp,
    },
    Delivered {
        at: Timestamp,
    },
    GivenUp {
        /// When the last attempt failed or the event was dropped.
        at: Timestamp,
    },
}

/// The event is not in a state from which this transition is possible.
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
    /// The event for a change that wrote `version` of an invite. `None`: the status is unchanged, or the officer's
    /// email domain cannot be an agency's.
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

    /// The state's name, for logs and operators.
    #[must_use]
    pub fn state_name(&self) -> &'static str {
        match self.state {
            WebhookEventState::Due { .. } => "DUE",
            WebhookEventState::Claimed { .. } => "CLAIMED",
            WebhookEventState::Delivered { .. } => "DELIVERED",
            WebhookEventState::GivenUp { .. } => "GIVEN_UP",
        }
    }

    /// Claims the event for one attempt.
    ///
    /// # Errors
    ///
    /// [`WebhookEventConflict`] unless it is due, or the last worker's lease has expired.
    pub fn claim(self, now: Timestamp) -> Result<Self, WebhookEventConflict> {
        let tries = match self.state {
            WebhookEventState::Due { tries, from } if from <= now => tries,
            WebhookEventState::Claimed { tries, lease_until } if lease_until <= now => tries,
            _ => return Err(WebhookEventConflict),
        };
        let lease_until = now + WEBHOOK_EVENT_LEASE;
        Ok(self.moved_to(WebhookEventState::Claimed { tries: tries + 1, lease_until }))
    }

    /// Records that the endpoint accepted the event.
    ///
    /// # Errors
    ///
    /// [`WebhookEventConflict`] unless it is claimed.
    pub fn delivered(self, now: Timestamp) -> Result<Self, WebhookEventConflict> {
        match self.state {
            WebhookEventState::Claimed { .. } => Ok(self.moved_to(WebhookEventState::Delivered { at: now })),
            _ => Err(WebhookEventConflict),
        }
    }

    /// Records that the endpoint did not accept the event, as far as is known. It is posted again later under the same
    /// id, or given up after the last attempt.
    ///
    /// # Errors
    ///
    /// [`WebhookEventConflict`] unless it is claimed.
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

    /// Ends the event: the agency no longer subscribes, or the last attempt failed.
    #[must_use]
    pub fn given_up(self, now: Timestamp) -> Self {
        self.moved_to(WebhookEventState::GivenUp { at: now })
    }

    /// When the sweeper has to check the event. `None`: it is delivered or given up. A worker was woken for a new
    /// event, so the sweeper acts only if that call was lost.
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

    /// Has the sweeper check it at `until`, unless it changes before. This counts as no attempt.
    #[must_use]
    pub fn postponed(self, until: Timestamp) -> Self {
        Self { postponed_until: Some(until), ..self }
    }

    fn moved_to(self, state: WebhookEventState) -> Self {
        Self { state, postponed_until: None, ..self }
    }
}

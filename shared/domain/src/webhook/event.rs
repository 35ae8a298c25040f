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

/// The pause after each failed attempt: 23 h 21 min in all.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        EmailAddress,
        invite::{
            InviteState,
            samples::{DAY, at, by_email, invited},
        },
        licence::SeedState,
        mail::{MailEvent, MailKind},
    };

    const MILLISECOND: Duration = Duration::from_millis(1);

    fn but(invite: &Invite, change: impl FnOnce(&mut Invite)) -> Invite {
        let mut changed = invite.clone();
        change(&mut changed);
        changed
    }

    fn in_state(state: WebhookEventState) -> WebhookEvent {
        WebhookEvent { state, ..WebhookEvent::of_change(None, &by_email(), 1).unwrap() }
    }

    fn due(tries: u32, from: Timestamp) -> WebhookEvent {
        in_state(WebhookEventState::Due { tries, from })
    }

    fn claimed(tries: u32, lease_until: Timestamp) -> WebhookEvent {
        in_state(WebhookEventState::Claimed { tries, lease_until })
    }

    fn delivered(at: Timestamp) -> WebhookEvent {
        in_state(WebhookEventState::Delivered { at })
    }

    fn given_up(at: Timestamp) -> WebhookEvent {
        in_state(WebhookEventState::GivenUp { at })
    }

    #[test]
    fn a_change_of_the_status_is_an_event_and_any_other_change_is_none() {
        let invite = invited();
        let event = WebhookEvent {
            id: WebhookEventId::of_version(invite.id, 7, invite.created_at),
            agency: AgencyDomain::parse("agency.gov.sg").unwrap(),
            invite: invite.id,
            invite_version: 7,
            shown: Shown { techpass: "INVITED".into(), seed: "NOT_REQUIRED".into(), mail: Some("ACCEPTED".into()) },
            at: at(3),
            trace: invite.trace.clone(),
            state: WebhookEventState::Due { tries: 0, from: at(3) },
            postponed_until: None,
        };
        assert_eq!(WebhookEvent::of_change(None, &invite, 7), Some(event.clone()));
        let of_change = |old: &Invite| WebhookEvent::of_change(Some(old), &invite, 7);
        let delivered =
            invite.clone().observe_mail(MailKind::Invitation, 1, MailEvent::Delivered, "m-1", at(4)).unwrap();
        for old in [
            by_email(),
            delivered,
            but(&invite, |old| old.state = InviteState::Queued),
            but(&invite, |old| old.seed = SeedState::Ineligible),
        ] {
            assert_eq!(of_change(&old), Some(event.clone()));
        }
        assert_eq!(of_change(&but(&invite, |old| old.updated_at = at(2))), None);
    }

    #[test]
    fn an_officer_whose_email_domain_cannot_be_an_agencys_has_no_events() {
        let email = EmailAddress::parse(&format!("officer@{}gov.sg", "a.".repeat(62))).unwrap();
        let invite = but(&by_email(), |invite| invite.officer.email = email);
        assert_eq!(WebhookEvent::of_change(None, &invite, 1), None);
    }

    #[test]
    fn an_event_is_claimed_once_it_is_due_or_the_lease_has_expired() {
        let now = at(100);
        let next = Some(claimed(4, now + Duration::from_secs(60)));
        for (event, expected) in [
            (due(3, now), next.clone()),
            (due(3, now + MILLISECOND), None),
            (claimed(3, now), next),
            (claimed(3, now + MILLISECOND), None),
            (delivered(at(1)), None),
            (given_up(at(1)), None),
        ] {
            assert_eq!(event.clone().claim(now).ok(), expected, "{event:?}");
            assert_eq!(event.postponed(at(200)).claim(now).ok(), expected, "a claim ends the postponement");
        }
    }

    #[test]
    fn only_a_claimed_event_is_delivered_or_refused_and_any_can_be_given_up() {
        assert_eq!(claimed(1, at(60)).delivered(at(9)), Ok(delivered(at(9))));
        for event in [due(1, at(0)), delivered(at(1)), given_up(at(1))] {
            assert_eq!(event.clone().delivered(at(9)), Err(WebhookEventConflict), "{event:?}");
            assert_eq!(event.clone().refused(at(9)), Err(WebhookEventConflict), "{event:?}");
        }
        for event in [due(1, at(0)), claimed(1, at(60)).postponed(at(70))] {
            assert_eq!(event.given_up(at(9)), given_up(at(9)));
        }
    }

    #[test]
    fn a_refused_event_is_posted_again_for_a_day_and_then_given_up() {
        let minutes = [1, 5, 15, 60, 120, 240, 480, 480];
        for (tries, pause) in (1..).zip(minutes) {
            assert_eq!(claimed(tries, at(60)).refused(at(9)), Ok(due(tries, at(9 + pause * 60))), "{tries}");
        }
        assert_eq!(claimed(9, at(60)).refused(at(9)), Ok(given_up(at(9))));
    }

    #[test]
    fn an_event_that_is_not_over_is_checked_when_it_is_due_or_when_it_is_postponed_to() {
        for (event, name, own) in [
            (due(0, at(5)), "DUE", Some(at(5) + WAKE_AFTER)),
            (due(1, at(5)), "DUE", Some(at(5))),
            (claimed(1, at(60)), "CLAIMED", Some(at(60))),
            (delivered(at(9)), "DELIVERED", None),
            (given_up(at(9)), "GIVEN_UP", None),
        ] {
            assert_eq!((event.state_name(), event.next_due()), (name, own));
            assert_eq!(serde_json::json!(event.state)["state"], name);
            assert_eq!(event.postponed(at(DAY)).next_due(), own.map(|_| at(DAY)), "{name}");
        }
    }

    #[test]
    fn events_are_kept_for_two_weeks() {
        assert_eq!(at(0) + WEBHOOK_EVENT_RETENTION, at(14 * DAY));
    }
}

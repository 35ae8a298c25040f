//! How the holder of a new account first gets in: with a password that the directory mails on request.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    Conflict, Invite,
    history::{Actor, Event},
    state::{InviteState, PROVISION_LEASE},
};
use crate::Timestamp;

/// How long the worker that claims a first password may take to record the outcome; see [`PROVISION_LEASE`].
pub const FIRST_PASSWORD_LEASE: Duration = PROVISION_LEASE;

/// How long after a first password the next can be requested: after the first, after the second, and after each later
/// one within [`FIRST_PASSWORD_MEMORY`]. The mailbox bounds how many are sent in a day.
pub const FIRST_PASSWORD_PAUSES: [Duration; 3] =
    [Duration::from_secs(60), Duration::from_secs(10 * 60), Duration::from_secs(3600)];

/// How long after a first password the pauses start again with the shortest.
pub const FIRST_PASSWORD_MEMORY: Duration = Duration::from_secs(24 * 3600);

/// The first password. The directory creates and mails it when the holder asks; this service never sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FirstPassword {
    NotRequested,
    Requested {
        /// When its holder requested it. The pauses count from here.
        at: Timestamp,
        /// How many were requested within [`FIRST_PASSWORD_MEMORY`] of each other, this one included.
        #[serde(default = "one")]
        count: u32,
    },
    /// A worker asks the directory to mail it, for [`FIRST_PASSWORD_LEASE`] at most.
    Sending {
        at: Timestamp,
        /// How many were requested, as in `Requested`.
        #[serde(default = "one")]
        count: u32,
    },
    /// Whether the directory has mailed it is unknown. The service does not repeat it, because a second password voids
    /// the first one, which may be in the mail. Its holder can request another one.
    Unknown {
        /// When the directory was asked to mail it.
        at: Timestamp,
        /// How many were requested, as in `Requested`.
        #[serde(default = "one")]
        count: u32,
    },
    /// The directory has mailed it.
    Sent {
        /// When the directory answered that it has mailed it. The pauses count from here.
        at: Timestamp,
        /// How many were requested, as in `Requested`.
        #[serde(default = "one")]
        count: u32,
    },
}

/// The count of a record that was stored before requests were counted.
fn one() -> u32 {
    1
}

impl FirstPassword {
    /// When the latest was requested or sent, and the count. `None`: none was requested yet.
    fn latest(self) -> Option<(Timestamp, u32)> {
        match self {
            Self::NotRequested => None,
            Self::Requested { at, count }
            | Self::Sending { at, count }
            | Self::Unknown { at, count }
            | Self::Sent { at, count } => Some((at, count)),
        }
    }

    /// From when the next can be requested.
    fn next_from(self) -> Option<Timestamp> {
        let (at, count) = self.latest()?;
        let last = FIRST_PASSWORD_PAUSES.len() - 1;
        let place = usize::try_from(count.saturating_sub(1)).unwrap_or(last).min(last);
        Some(at + FIRST_PASSWORD_PAUSES[place])
    }

    /// The state after one more request, at `now`.
    fn requested(self, now: Timestamp) -> Self {
        let earlier = self.latest().filter(|(at, _)| now < *at + FIRST_PASSWORD_MEMORY).map_or(0, |(_, count)| count);
        Self::Requested { at: now, count: earlier.saturating_add(1) }
    }
}

impl Invite {
    /// From when the holder can request a first password. `None`: not in this state.
    #[must_use]
    pub fn first_password_from(&self) -> Option<Timestamp> {
        match self.state {
            InviteState::AccountCreated { .. } => Some(self.first_password.next_from().unwrap_or(self.created_at)),
            _ => None,
        }
    }

    /// The holder requests a first password.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless the account waits for its first sign-in and the pause since the last request is over.
    pub fn request_first_password(self, now: Timestamp) -> Result<Self, Conflict> {
        match self.first_password_from() {
            Some(from) if now >= from => Ok(Self {
                first_password: self.first_password.requested(now),
                ..self.acted(Event::FirstPasswordRequested, Actor::Invitee, now)
            }),
            _ => Err(self.conflict("given a first password")),
        }
    }

    /// Claims the first password for one attempt at having it mailed. The service never claims it twice, because a
    /// second password voids the first one, which may be in the mail.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless a first password is requested and the account waits for its first sign-in.
    pub fn claim_first_password(self, now: Timestamp) -> Result<Self, Conflict> {
        match (&self.state, self.first_password) {
            (InviteState::AccountCreated { .. }, FirstPassword::Requested { count, .. }) => {
                Ok(Self { first_password: FirstPassword::Sending { at: now, count }, ..self.touched(now) })
            }
            _ => Err(self.conflict("given a first password")),
        }
    }

    /// Records that the directory has mailed the first password.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless it is claimed.
    pub fn first_password_sent(self, now: Timestamp) -> Result<Self, Conflict> {
        match self.first_password {
            FirstPassword::Sending { count, .. } => Ok(Self {
                first_password: FirstPassword::Sent { at: now, count },
                ..self.happened(Event::FirstPasswordSent, now)
            }),
            _ => Err(self.conflict("given a first password")),
        }
    }

    /// Releases the claim, because it is known that nothing was mailed. The request is due again at `retry_at`.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless it is claimed.
    pub fn first_password_not_sent(self, retry_at: Timestamp, now: Timestamp) -> Result<Self, Conflict> {
        match self.first_password {
            FirstPassword::Sending { at, count } => {
                let next = Self { first_password: FirstPassword::Requested { at, count }, ..self.touched(now) };
                Ok(next.postponed(retry_at))
            }
            _ => Err(self.conflict("asked for a first password")),
        }
    }

    /// Records that the directory's answer is lost, so whether the first password was mailed is unknown.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless it is claimed.
    pub fn first_password_unknown(self, now: Timestamp) -> Result<Self, Conflict> {
        match self.first_password {
            FirstPassword::Sending { at, count } => {
                Ok(Self { first_password: FirstPassword::Unknown { at, count }, ..self.touched(now) })
            }
            _ => Err(self.conflict("asked for a first password")),
        }
    }

    /// Ends a claim whose worker died before it recorded the outcome, which is now unknown.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless it is claimed and the lease of its worker has expired.
    pub fn first_password_given_up(self, now: Timestamp) -> Result<Self, Conflict> {
        match self.first_password {
            FirstPassword::Sending { at, .. } if now >= at + FIRST_PASSWORD_LEASE => self.first_password_unknown(now),
            _ => Err(self.conflict("asked for a first password")),
        }
    }

    /// Drops a request for a first password, because its mailbox is suppressed.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless a first password is requested.
    pub fn first_password_withheld(self, now: Timestamp) -> Result<Self, Conflict> {
        match self.first_password {
            FirstPassword::Requested { .. } => Ok(Self {
                first_password: FirstPassword::NotRequested,
                ..self.happened(Event::FirstPasswordWithheld, now)
            }),
            _ => Err(self.conflict("refused a first password")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        invite::{
            samples::{DAY, account, at, created, for_account},
            schedule::NextStep,
            state::AccountStatus,
        },
        licence::SeedState,
    };

    #[test]
    fn a_first_password_is_asked_for_with_growing_pauses() {
        let created =
            for_account().claim(at(1)).unwrap().account_created(account(), SeedState::NotRequired, at(2)).unwrap();
        let asked = created.request_first_password(at(3)).unwrap();
        assert_eq!(asked.next_step(at(3)), NextStep::SendFirstPassword);
        let claimed = asked.claim_first_password(at(4)).unwrap();
        assert!(
            matches!(claimed.first_password, FirstPassword::Sending { .. }),
            "not sent before the directory says so"
        );
        assert!(claimed.clone().claim_first_password(at(4)).is_err());
        let mut sent = claimed.first_password_sent(at(4)).unwrap();
        assert_eq!(sent.next_step(at(4)), NextStep::Nothing);
        assert!(sent.clone().first_password_sent(at(4)).is_err());
        let mut now = 4;
        for pause in [60, 600, 3600, 3600] {
            assert!(sent.clone().request_first_password(at(now + pause - 1)).is_err(), "{pause}");
            now += pause;
            let asked = sent.request_first_password(at(now)).unwrap();
            sent = asked.claim_first_password(at(now)).unwrap().first_password_sent(at(now)).unwrap();
        }
        for (later, count) in [(now + DAY - 1, 6), (now + DAY, 1)] {
            let next_day = sent.clone().request_first_password(at(later)).unwrap();
            assert_eq!(next_day.first_password, FirstPassword::Requested { at: at(later), count });
        }
        let old: FirstPassword = serde_json::from_str(r#"{"state":"SENT","at":"2026-11-23T05:24:02.000Z"}"#).unwrap();
        assert!(matches!(old, FirstPassword::Sent { count: 1, .. }), "stored before they were counted");
        assert!(
            sent.account_seen(AccountStatus::SignedIn, at(now)).unwrap().request_first_password(at(now + DAY)).is_err()
        );
    }

    #[test]
    fn a_first_password_that_nobody_recorded_is_unknown_after_a_while_and_asked_for_again() {
        let claimed =
            created(SeedState::NotRequired).request_first_password(at(3)).unwrap().claim_first_password(at(4)).unwrap();
        assert_eq!(claimed.next_due(), Some(at(64)), "somebody looks when its worker's lease is over");
        assert!(claimed.clone().first_password_given_up(at(63)).is_err(), "its worker is still at it");
        let unknown = claimed.clone().first_password_given_up(at(64)).unwrap();
        assert_eq!(unknown.first_password, FirstPassword::Unknown { at: at(4), count: 1 });
        assert_eq!(unknown.next_step(at(64)), NextStep::Nothing, "it is never sent again by itself");
        assert!(unknown.clone().first_password_sent(at(64)).is_err());
        assert!(unknown.clone().first_password_given_up(at(999)).is_err());
        assert!(unknown.clone().request_first_password(at(63)).is_err(), "the pause counts from the attempt");
        let again = unknown.request_first_password(at(64)).unwrap();
        assert_eq!(again.first_password, FirstPassword::Requested { at: at(64), count: 2 });
        let lost = claimed.first_password_unknown(at(5)).unwrap();
        assert_eq!((lost.first_password.latest(), lost.next_step(at(5))), (Some((at(4), 1)), NextStep::Nothing));
    }

    #[test]
    fn each_step_of_a_first_password_is_possible_in_one_state_only() {
        type Step = fn(Invite) -> Result<Invite, Conflict>;
        let none = created(SeedState::NotRequired);
        let requested = none.clone().request_first_password(at(3)).unwrap();
        let sending = requested.clone().claim_first_password(at(4)).unwrap();
        let unknown = sending.clone().first_password_unknown(at(5)).unwrap();
        let sent = sending.clone().first_password_sent(at(5)).unwrap();
        let lost = FirstPassword::Unknown { at: at(4), count: 1 };
        let steps: [(&str, Step, &Invite, FirstPassword); 6] = [
            (
                "claim",
                |it| it.claim_first_password(at(64)),
                &requested,
                FirstPassword::Sending { at: at(64), count: 1 },
            ),
            ("withhold", |it| it.first_password_withheld(at(64)), &requested, FirstPassword::NotRequested),
            ("sent", |it| it.first_password_sent(at(64)), &sending, FirstPassword::Sent { at: at(64), count: 1 }),
            (
                "not sent",
                |it| it.first_password_not_sent(at(90), at(64)),
                &sending,
                FirstPassword::Requested { at: at(4), count: 1 },
            ),
            ("unknown", |it| it.first_password_unknown(at(64)), &sending, lost),
            ("give up", |it| it.first_password_given_up(at(64)), &sending, lost),
        ];
        for (name, step, possible, next) in steps {
            for invite in [&none, &requested, &sending, &unknown, &sent] {
                let stepped = step(invite.clone()).ok().map(|stepped| stepped.first_password);
                assert_eq!(stepped, (invite == possible).then_some(next), "{name}: {:?}", invite.first_password);
            }
        }
        let again = sending.first_password_not_sent(at(90), at(64)).unwrap();
        assert_eq!((again.next_due(), &again.history), (Some(at(90)), &requested.history));
        let signed_in = requested.account_seen(AccountStatus::SignedIn, at(5)).unwrap();
        assert!(signed_in.claim_first_password(at(64)).is_err(), "its holder has got in");
    }

    #[test]
    fn a_first_password_can_be_requested_at_once_and_then_after_a_pause_until_the_first_sign_in() {
        let fresh = created(SeedState::NotRequired);
        assert_eq!(fresh.first_password_from(), Some(fresh.created_at));
        let requested = fresh.request_first_password(at(3)).unwrap();
        assert_eq!(requested.first_password_from(), Some(at(63)));
        let withheld = requested.clone().first_password_withheld(at(4)).unwrap();
        assert_eq!(withheld.first_password_from(), Some(at(0)), "a request that was dropped does not count");
        let sent = requested.claim_first_password(at(4)).unwrap().first_password_sent(at(5)).unwrap();
        assert_eq!(sent.first_password_from(), Some(at(65)));
        let events = |invite: &Invite| invite.history.iter().skip(3).map(|entry| (entry.event, entry.by)).collect();
        let (sent_events, withheld_events): (Vec<_>, Vec<_>) = (events(&sent), events(&withheld));
        let asked = (Event::FirstPasswordRequested, Actor::Invitee);
        assert_eq!(sent_events, [asked, (Event::FirstPasswordSent, Actor::Service)]);
        assert_eq!(withheld_events, [asked, (Event::FirstPasswordWithheld, Actor::Service)]);
        assert_eq!(sent.account_seen(AccountStatus::SignedIn, at(66)).unwrap().first_password_from(), None);
        assert_eq!(for_account().first_password_from(), None);
    }
}

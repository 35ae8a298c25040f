//! What one mailbox may still be sent, by all officers together: nothing while it is suppressed, and otherwise a few
//! mails a day.
//!
//! A mailbox is an address without case and plus-tag ([`Keys::address`](crate::Keys::address)), so `a+1@x` and `a+2@x`
//! share one allowance. The write that claims a mail counts it. The write that records that it was not sent subtracts
//! it again.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{InviteId, Timestamp, keys::AddressKey};

/// Mails that one mailbox is sent within [`MAIL_WINDOW`] at most, by all officers together.
pub const MAILS_PER_WINDOW: usize = 3;

/// The span of [`MAILS_PER_WINDOW`]. A mail counts from its claim to the end of the span, which is excluded.
pub const MAIL_WINDOW: Duration = Duration::from_secs(24 * 3600);

/// How long a cleared suppression is remembered. It is longer than an event of an older mail can take: a day in
/// EventBridge, and 14 days among its dead letters.
const CLEARANCE_KEPT: Duration = Duration::from_secs(30 * 24 * 3600);

/// What one mailbox was sent, and whether it is suppressed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    pub key: AddressKey,
    /// The mails that still count, oldest first.
    #[serde(default)]
    sendings: Vec<Sending>,
    /// Why and since when it is suppressed, if it is.
    #[serde(default)]
    suppression: Option<Suppression>,
    #[serde(default)]
    clearance: Option<Clearance>,
    updated_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Sending {
    at: Timestamp,
    invite: InviteId,
}

/// Why and since when a mailbox is suppressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Suppression {
    reason: SuppressionReason,
    at: Timestamp,
}

/// When a mailbox was cleared, and by which operator, as the audit trail of the AWS account names them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Clearance {
    at: Timestamp,
    by: String,
}

/// Why a mailbox is suppressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SuppressionReason {
    /// A mail to it was returned and will not be retried.
    Bounced,
    /// A mail to it was marked as spam.
    Complained,
}

impl SuppressionReason {
    /// The reason's name in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bounced => "bounced",
            Self::Complained => "complained",
        }
    }

    /// What happened and what the officer can do. It names no person.
    #[must_use]
    pub fn detail(self) -> &'static str {
        match self {
            Self::Bounced => {
                "An earlier mail to this address was returned, so nothing is sent to it. Amend the address, or ask \
                    support to clear it."
            }
            Self::Complained => {
                "An earlier mail to this address was marked as spam, so nothing is sent to it. Use another address, or \
                    ask support to clear it."
            }
        }
    }
}

/// Why a mailbox can be sent no mail now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// It is suppressed, until an operator clears it.
    Suppressed(SuppressionReason),
    /// It was sent as many mails as it may be. It has room again at this time.
    Full(Timestamp),
}

impl Mailbox {
    /// A mailbox without a record in the table.
    #[must_use]
    pub fn unknown(key: AddressKey) -> Self {
        let updated_at = Timestamp::from_unix_ms(0);
        Self { key, sendings: Vec::new(), suppression: None, clearance: None, updated_at }
    }

    /// Whether it may be sent mails at all.
    ///
    /// # Errors
    ///
    /// [`Closed::Suppressed`] while it is suppressed.
    pub fn is_open(&self) -> Result<(), Closed> {
        self.suppression.map_or(Ok(()), |suppression| Err(Closed::Suppressed(suppression.reason)))
    }

    /// When it has room for one more mail. `None`: it has room now.
    #[must_use]
    pub fn full_until(&self, now: Timestamp) -> Option<Timestamp> {
        // A clock that was set back must not create room, so mails in the future count too.
        let counting = self.sendings.iter().filter(|sending| now < sending.at + MAIL_WINDOW);
        let first_of_full = counting.rev().nth(MAILS_PER_WINDOW - 1);
        first_of_full.map(|sending| sending.at + MAIL_WINDOW)
    }

    /// Counts one more mail of `invite`.
    ///
    /// # Errors
    ///
    /// [`Closed`] while it is suppressed or full.
    pub fn admit(self, invite: InviteId, now: Timestamp) -> Result<Self, Closed> {
        self.is_open()?;
        if let Some(until) = self.full_until(now) {
            return Err(Closed::Full(until));
        }
        let mut next = self.stepped(now);
        next.sendings.push(Sending { at: now, invite });
        next.sendings.sort_by_key(|sending| sending.at);
        Ok(next)
    }

    /// Subtracts the latest mail of `invite`, because it is known that it was not sent. `None`: that mail no longer
    /// counts.
    #[must_use]
    pub fn give_back(self, invite: InviteId, now: Timestamp) -> Option<Self> {
        let mut next = self.stepped(now);
        let place = next.sendings.iter().rposition(|sending| sending.invite == invite)?;
        next.sendings.remove(place);
        Some(next)
    }

    /// Suppresses the mailbox because of a mail event of time `at`. `None`: it is suppressed for that reason already,
    /// or was cleared after the event.
    #[must_use]
    pub fn suppress(self, reason: SuppressionReason, at: Timestamp, now: Timestamp) -> Option<Self> {
        let known = match (&self.suppression, &self.clearance) {
            // A complaint replaces a bounce, because the operator who clears the mailbox should know of it.
            (Some(known), _) => known.reason == reason || known.reason == SuppressionReason::Complained,
            (None, Some(clearance)) => at <= clearance.at,
            (None, None) => false,
        };
        (!known).then(|| Self { suppression: Some(Suppression { reason, at }), ..self.stepped(now) })
    }

    /// Records that an operator, named by `by`, allows mails to it again. `None`: it is not suppressed.
    #[must_use]
    pub fn clear(self, by: String, now: Timestamp) -> Option<Self> {
        self.suppression?;
        let clearance = Some(Clearance { at: now, by });
        Some(Self { suppression: None, clearance, ..self.stepped(now) })
    }

    /// Why and since when it is suppressed. `None`: it is not.
    #[must_use]
    pub fn suppressed_since(&self) -> Option<(SuppressionReason, Timestamp)> {
        self.suppression.map(|suppression| (suppression.reason, suppression.at))
    }

    /// Whether an operator has cleared it after `at`, so that a mail that was returned before then may be sent again.
    #[must_use]
    pub fn was_cleared_since(&self, at: Timestamp) -> bool {
        self.suppression.is_none() && self.clearance.as_ref().is_some_and(|clearance| clearance.at > at)
    }

    /// From when its record is no longer needed. `None`: not while it is suppressed.
    #[must_use]
    pub fn forgotten_at(&self) -> Option<Timestamp> {
        if self.suppression.is_some() {
            return None;
        }
        let sent = self.sendings.last().map(|sending| sending.at + MAIL_WINDOW);
        let cleared = self.clearance.as_ref().map(|clearance| clearance.at + CLEARANCE_KEPT);
        sent.into_iter().chain(cleared).chain([self.updated_at]).max()
    }

    /// The same mailbox without the mails that no longer count.
    fn stepped(mut self, now: Timestamp) -> Self {
        self.sendings.retain(|sending| now < sending.at + MAIL_WINDOW);
        self.updated_at = now;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EmailAddress, Entropy, Keys};

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix_ms(1_763_875_442_000) + Duration::from_secs(seconds)
    }

    fn invite(seed: u64) -> InviteId {
        InviteId::generate(at(0), &Entropy::seeded(seed))
    }

    fn mailbox() -> Mailbox {
        let address = EmailAddress::parse("bo@agency.gov.sg").unwrap();
        Mailbox::unknown(Keys::derive(b"test").address(&address))
    }

    const DAY: u64 = 24 * 3600;

    #[test]
    fn a_mailbox_takes_three_mails_in_any_day() {
        let full = (0..3).fold(mailbox(), |mailbox, n| mailbox.admit(invite(n), at(n * 100)).unwrap());
        assert_eq!(full.clone().admit(invite(9), at(200)), Err(Closed::Full(at(DAY))));
        assert_eq!((full.full_until(at(DAY - 1)), full.full_until(at(DAY))), (Some(at(DAY)), None));
        assert_eq!(full.clone().admit(invite(9), at(DAY - 1)), Err(Closed::Full(at(DAY))));
        let next = full.admit(invite(9), at(DAY)).unwrap();
        assert_eq!(next.admit(invite(9), at(DAY)), Err(Closed::Full(at(DAY + 100))));
    }

    #[test]
    fn what_was_not_sent_is_given_back_once() {
        let full = (0..3).fold(mailbox(), |mailbox, n| mailbox.admit(invite(n), at(n)).unwrap());
        let room = full.give_back(invite(1), at(9)).unwrap();
        assert_eq!(room.clone().give_back(invite(1), at(9)), None);
        let full = room.admit(invite(4), at(10)).unwrap();
        assert!(full.admit(invite(5), at(11)).is_err());
    }

    #[test]
    fn a_suppressed_mailbox_is_sent_nothing_until_it_is_cleared() {
        let bounced = mailbox().suppress(SuppressionReason::Bounced, at(5), at(6)).unwrap();
        assert_eq!(bounced.forgotten_at(), None);
        assert_eq!(bounced.suppressed_since(), Some((SuppressionReason::Bounced, at(5))));
        assert_eq!(bounced.clone().suppress(SuppressionReason::Bounced, at(5), at(7)), None, "told twice");
        assert_eq!(bounced.clone().admit(invite(1), at(99 * DAY)), Err(Closed::Suppressed(SuppressionReason::Bounced)));
        let complained = bounced.suppress(SuppressionReason::Complained, at(8), at(8)).unwrap();
        assert_eq!(complained.clone().suppress(SuppressionReason::Bounced, at(9), at(9)), None);
        let cleared = complained.clear("an operator".into(), at(20)).unwrap();
        assert!(cleared.was_cleared_since(at(19)) && !cleared.was_cleared_since(at(20)));
        assert_eq!(cleared.clone().clear("an operator".into(), at(21)), None);
        assert_eq!(cleared.clone().suppress(SuppressionReason::Bounced, at(5), at(30)), None, "an old event, again");
        let [before, after] = [20, 21].map(|of| cleared.clone().suppress(SuppressionReason::Bounced, at(of), at(30)));
        assert_eq!((before, after.is_some()), (None, true), "an event of the moment of the clearance is old");
        assert!(cleared.clone().admit(invite(1), at(30)).is_ok());
        let again = cleared.suppress(SuppressionReason::Bounced, at(40), at(41)).unwrap();
        assert!(!again.was_cleared_since(at(19)));
    }

    #[test]
    fn a_mail_counts_for_a_day_whichever_way_the_clock_is_set() {
        let end = at(100 + DAY);
        let early = end - Duration::from_millis(1);
        let one = mailbox().admit(invite(1), at(100)).unwrap();
        assert!(one.clone().give_back(invite(1), early).is_some());
        assert_eq!(one.clone().give_back(invite(1), end), None, "it no longer counts");
        let full = [50, 150].into_iter().fold(one, |mailbox, n| mailbox.admit(invite(n), at(n)).unwrap());
        assert_eq!(full.full_until(at(0)), Some(at(50 + DAY)), "mails in the future count");
    }

    #[test]
    fn the_latest_mail_of_an_invite_is_given_back() {
        let mails = [(1, 0), (2, 10), (1, 20), (3, 30)];
        let admit = |mailbox: Mailbox, (of, when): (u64, u64)| mailbox.admit(invite(of), at(when)).unwrap();
        let twice = mails[..3].iter().copied().fold(mailbox(), admit);
        let once = admit(twice.give_back(invite(1), at(25)).unwrap(), mails[3]);
        assert_eq!(once.full_until(at(30)), Some(at(DAY)), "the first mail still counts");
    }

    #[test]
    fn its_record_is_kept_for_as_long_as_it_says_something() {
        let unknown = mailbox();
        assert_eq!(unknown.forgotten_at(), Some(Timestamp::from_unix_ms(0)));
        let sent = unknown.admit(invite(1), at(5)).unwrap().admit(invite(2), at(10)).unwrap();
        assert_eq!(sent.forgotten_at(), Some(at(10 + DAY)));
        let none = sent.clone().give_back(invite(1), at(20)).unwrap().give_back(invite(2), at(21)).unwrap();
        assert_eq!(none.forgotten_at(), Some(at(21)), "nothing but its last change");
        let suppressed = sent.suppress(SuppressionReason::Complained, at(30), at(31)).unwrap();
        assert_eq!(suppressed.forgotten_at(), None);
        let cleared = suppressed.clear("an operator".into(), at(40)).unwrap();
        assert_eq!(cleared.forgotten_at(), Some(at(40 + 30 * DAY)));
        let sent_late = cleared.admit(invite(3), at(40 + 29 * DAY + 1)).unwrap();
        assert_eq!(sent_late.forgotten_at(), Some(at(41 + 30 * DAY)));
    }

    #[test]
    fn a_reason_has_its_stored_name_and_says_what_the_officer_can_do() {
        for (reason, happened, action) in [
            (SuppressionReason::Bounced, "was returned", "Amend the address"),
            (SuppressionReason::Complained, "was marked as spam", "Use another address"),
        ] {
            assert_eq!(serde_json::json!(reason), reason.name());
            assert!(reason.detail().contains(happened) && reason.detail().contains(action), "{reason:?}");
        }
    }
}

//! The transitions of one mail. It is claimed before it is sent, so that no crash and no duplicate message sends it
//! twice.
//!
//! SES has no idempotency key, so an attempt with a lost answer has a state of its own. The mail stays `Claimed` until
//! an SES event settles it, or until enough time has passed while events of other mails arrived
//! ([`Mail::retry_unanswered`]).

use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::state::{MailEvent, MailKind, MailState, Receipt};
use crate::{Timestamp, mail::SuppressionReason};

/// How long after the last report of SES about a mail its delivery counts as unknown. SES ends its own attempts after
/// 14 hours: <https://docs.aws.amazon.com/ses/latest/dg/send-email-concepts-deliverability.html>.
pub const DELIVERY_WAIT: Duration = Duration::from_secs(24 * 3600);

/// A mail of an invite or of a batch, or the canary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    pub kind: MailKind,
    /// Increases with each deliberate sending. Copies of one sending have the same generation, and so the same link.
    pub generation: u32,
    pub state: MailState,
}

/// The mail is not in a state from which this transition is possible.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("a mail that is {state} cannot be {event}")]
pub struct MailConflict {
    state: &'static str,
    event: &'static str,
}

impl Mail {
    /// A mail that is due to be sent.
    #[must_use]
    pub fn due(kind: MailKind, generation: u32) -> Self {
        Self { kind, generation, state: MailState::Due { refusals: 0, attempts: 0, held_until: None } }
    }

    /// Whether a worker still has to act on it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.state, MailState::Due { .. } | MailState::Claimed { .. })
    }

    /// Whether it was returned or never sent: another mail to the same address would end in the same way.
    #[must_use]
    pub fn is_undeliverable(&self) -> bool {
        matches!(
            self.state,
            MailState::Bounced(_)
                | MailState::Complained(_)
                | MailState::Suppressed(_)
                | MailState::Withheld { .. }
                | MailState::Refused { .. }
        )
    }

    /// Whether SES took it, or may have taken it and is not asked again.
    #[must_use]
    pub fn may_have_arrived(&self) -> bool {
        !self.is_open() && !matches!(self.state, MailState::Replaced)
    }

    /// When it was claimed. `None`: it is not claimed.
    #[must_use]
    pub fn claimed_at(&self) -> Option<Timestamp> {
        match self.state {
            MailState::Claimed { at, .. } => Some(at),
            _ => None,
        }
    }

    /// The same mail, which is not to be sent: no longer, or not before the directory was asked.
    #[must_use]
    pub fn replaced(self) -> Self {
        Self { state: MailState::Replaced, ..self }
    }

    /// When its mailbox has room again. `None`: it does not wait for that.
    #[must_use]
    pub fn held_until(&self) -> Option<Timestamp> {
        match self.state {
            MailState::Due { held_until, .. } => held_until,
            _ => None,
        }
    }

    /// When it was returned or dropped for a reason that an operator can clear: its mailbox, not its content.
    #[must_use]
    pub fn closed_at(&self) -> Option<Timestamp> {
        match &self.state {
            MailState::Bounced(receipt) | MailState::Complained(receipt) | MailState::Suppressed(receipt) => {
                Some(receipt.at)
            }
            MailState::Withheld { at, .. } => Some(*at),
            _ => None,
        }
    }

    /// The state's name in the API.
    #[must_use]
    pub fn state_name(&self) -> &'static str {
        self.status().name()
    }

    /// Why it is not on its way, and what the officer can do. It names no person.
    #[must_use]
    pub fn detail(&self) -> Option<&'static str> {
        match &self.state {
            MailState::Due { held_until: Some(_), .. } => {
                Some("This mailbox was sent three mails within a day. The mail goes out when there is room.")
            }
            MailState::Withheld { reason, .. } => Some(reason.detail()),
            MailState::Bounced(_) => Some("The mail was returned. Check the address, and amend it."),
            MailState::Complained(_) => {
                Some("The mail was marked as spam by its recipient. Nothing more is sent to them.")
            }
            MailState::Suppressed(_) => {
                Some("The mail system sends nothing to this address. Amend it, or ask support.")
            }
            MailState::Refused { .. } => Some("The mail could not be sent to this address. Check the address."),
            _ => None,
        }
    }

    /// Claims the mail for one attempt.
    ///
    /// # Errors
    ///
    /// [`MailConflict`] unless it is due.
    pub fn claim(self, now: Timestamp) -> Result<Self, MailConflict> {
        match self.state {
            MailState::Due { refusals, attempts, .. } => {
                Ok(Self { state: MailState::Claimed { attempt: attempts + 1, at: now, refusals }, ..self })
            }
            _ => Err(self.conflict("claimed")),
        }
    }

    /// Postpones it until its mailbox has room.
    ///
    /// # Errors
    ///
    /// [`MailConflict`] unless it is due.
    pub fn hold(self, until: Timestamp) -> Result<Self, MailConflict> {
        match self.state {
            MailState::Due { refusals, attempts, .. } => {
                Ok(Self { state: MailState::Due { refusals, attempts, held_until: Some(until) }, ..self })
            }
            _ => Err(self.conflict("held")),
        }
    }

    /// Drops it, because its mailbox is suppressed.
    ///
    /// # Errors
    ///
    /// [`MailConflict`] unless it is due.
    pub fn withhold(self, reason: SuppressionReason, now: Timestamp) -> Result<Self, MailConflict> {
        match self.state {
            MailState::Due { .. } => Ok(Self { state: MailState::Withheld { at: now, reason }, ..self }),
            _ => Err(self.conflict("withheld")),
        }
    }

    /// Records that SES took the mail.
    ///
    /// # Errors
    ///
    /// [`MailConflict`] unless it is claimed.
    pub fn accepted(self, message_id: String, now: Timestamp) -> Result<Self, MailConflict> {
        match self.state {
            MailState::Claimed { attempt, .. } => {
                let receipt = Receipt { message_id, at: now, possible_duplicate: attempt > 1 };
                Ok(Self { state: MailState::Accepted(receipt), ..self })
            }
            _ => Err(self.conflict("accepted")),
        }
    }

    /// Releases the claim, because it is known that nothing was sent. The mail is due again.
    ///
    /// # Errors
    ///
    /// [`MailConflict`] unless it is claimed.
    pub fn not_sent(self) -> Result<Self, MailConflict> {
        match self.state {
            MailState::Claimed { attempt, refusals, .. } => {
                let (refusals, attempts) = (refusals + 1, attempt - 1);
                Ok(Self { state: MailState::Due { refusals, attempts, held_until: None }, ..self })
            }
            _ => Err(self.conflict("given back")),
        }
    }

    /// Records that SES refused the mail for good.
    ///
    /// # Errors
    ///
    /// [`MailConflict`] unless it is claimed.
    pub fn refused(self, now: Timestamp) -> Result<Self, MailConflict> {
        match self.state {
            MailState::Claimed { .. } => Ok(Self { state: MailState::Refused { at: now }, ..self }),
            _ => Err(self.conflict("refused")),
        }
    }

    /// Makes an attempt without an answer due again. The copy has the same link, and a second delivery is flagged.
    ///
    /// It is allowed once, when there was no event for `wait` after the claim while `last_event` proves that events of
    /// mails sent well after the claim do arrive.
    ///
    /// # Errors
    ///
    /// [`MailConflict`] unless all of that is so.
    pub fn retry_unanswered(
        self,
        now: Timestamp,
        wait: Duration,
        last_event: Option<Timestamp>,
    ) -> Result<Self, MailConflict> {
        match self.state {
            MailState::Claimed { attempt: attempt @ 1, at, refusals }
                if now >= at + wait && last_event.is_some_and(|event| event >= at + wait / 3) =>
            {
                Ok(Self { state: MailState::Due { refusals, attempts: attempt, held_until: None }, ..self })
            }
            _ => Err(self.conflict("sent again")),
        }
    }

    /// Ends the wait for an answer. [`DELIVERY_WAIT`] after the claim no event is expected any more, so the delivery is
    /// unknown.
    ///
    /// # Errors
    ///
    /// [`MailConflict`] unless it was claimed so long ago.
    pub fn give_up(self, now: Timestamp) -> Result<Self, MailConflict> {
        match self.state {
            MailState::Claimed { attempt, at, .. } if now >= at + DELIVERY_WAIT => {
                let receipt = Receipt { message_id: String::new(), at, possible_duplicate: attempt > 1 };
                Ok(Self { state: MailState::Unknown(receipt), ..self })
            }
            _ => Err(self.conflict("given up")),
        }
    }

    /// Takes it for sent, because the record of its sending may be lost with a table. It is not sent, and its delivery
    /// is unknown.
    ///
    /// # Errors
    ///
    /// [`MailConflict`] unless it is due or claimed.
    pub fn perhaps_sent(self, now: Timestamp) -> Result<Self, MailConflict> {
        let earlier = match self.state {
            MailState::Due { attempts, .. } => attempts,
            MailState::Claimed { attempt, .. } => attempt,
            _ => return Err(self.conflict("taken for sent")),
        };
        let receipt = Receipt { message_id: String::new(), at: now, possible_duplicate: earlier > 0 };
        Ok(Self { state: MailState::Unknown(receipt), ..self })
    }

    /// When its delivery counts as unknown. `None`: no event of SES is expected.
    #[must_use]
    pub fn unknown_from(&self) -> Option<Timestamp> {
        match &self.state {
            MailState::Accepted(receipt) | MailState::Delayed(receipt) => Some(receipt.at + DELIVERY_WAIT),
            _ => None,
        }
    }

    /// Records that SES has reported nothing about it for [`DELIVERY_WAIT`].
    ///
    /// # Errors
    ///
    /// [`MailConflict`] unless that is so.
    pub fn unheard_of(self, now: Timestamp) -> Result<Self, MailConflict> {
        match (self.unknown_from(), self.state) {
            (Some(from), MailState::Accepted(receipt) | MailState::Delayed(receipt)) if now >= from => {
                Ok(Self { state: MailState::Unknown(receipt), ..self })
            }
            (_, state) => Err(Self { state, ..self }.conflict("given up")),
        }
    }

    /// Applies an SES event of this sending. `None`: the event adds nothing.
    #[must_use]
    pub fn observe(self, event: MailEvent, message_id: &str, now: Timestamp) -> Option<Self> {
        let (rank, possible_duplicate) = match &self.state {
            MailState::Due { attempts, .. } => (None, *attempts > 1),
            MailState::Claimed { attempt, .. } => (None, *attempt > 1),
            MailState::Refused { .. } => (None, false),
            // An earlier attempt that arrived does not open the mailbox again.
            MailState::Withheld { .. } => (Some(MailEvent::Delivered), false),
            MailState::Replaced => return None,
            MailState::Accepted(receipt) => (Some(MailEvent::Accepted), receipt.possible_duplicate),
            MailState::Delayed(receipt) => (Some(MailEvent::Delayed), receipt.possible_duplicate),
            // Any late event says more than an unknown delivery.
            MailState::Unknown(receipt) => (Some(MailEvent::Delayed), receipt.possible_duplicate),
            MailState::Delivered(receipt) => (Some(MailEvent::Delivered), receipt.possible_duplicate),
            MailState::Suppressed(receipt) => (Some(MailEvent::Suppressed), receipt.possible_duplicate),
            MailState::Bounced(receipt) => (Some(MailEvent::Bounced), receipt.possible_duplicate),
            MailState::Complained(receipt) => (Some(MailEvent::Complained), receipt.possible_duplicate),
        };
        if rank.is_some_and(|rank| rank >= event) {
            return None;
        }
        let receipt = Receipt { message_id: message_id.to_owned(), at: now, possible_duplicate };
        let state = match event {
            MailEvent::Accepted => MailState::Accepted(receipt),
            MailEvent::Delayed => MailState::Delayed(receipt),
            MailEvent::Delivered => MailState::Delivered(receipt),
            MailEvent::Suppressed => MailState::Suppressed(receipt),
            MailEvent::Bounced => MailState::Bounced(receipt),
            MailEvent::Complained => MailState::Complained(receipt),
        };
        Some(Self { state, ..self })
    }

    fn conflict(&self, event: &'static str) -> MailConflict {
        MailConflict { state: self.state_name(), event }
    }
}

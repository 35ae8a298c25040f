//! What officers see of a mail's state.

use serde::{Deserialize, Serialize};

use super::{Mail, MailState};

/// How far a mail is, in the words of the API. Operators see more states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MailStatus {
    /// It is about to be sent.
    Queued,
    /// It waits until its mailbox has room.
    Held,
    Sending,
    /// Taken by the mail system.
    Accepted,
    /// Not delivered yet; the mail system continues to try.
    Delayed,
    /// Taken by the mail system, which reported nothing more about it.
    Unknown,
    /// Taken by the mail server of its recipient.
    Delivered,
    Bounced,
    /// Marked as spam by its recipient.
    Complained,
    /// Not sent, because of an earlier mail to the mailbox.
    Suppressed,
    /// Refused by the mail system for good.
    Refused,
    /// Another mail took its place, or none is needed any more.
    Replaced,
}

impl MailStatus {
    /// Every status, in the order in which a mail can pass them.
    pub const ALL: [Self; 12] = [
        Self::Queued,
        Self::Held,
        Self::Sending,
        Self::Accepted,
        Self::Delayed,
        Self::Unknown,
        Self::Delivered,
        Self::Bounced,
        Self::Complained,
        Self::Suppressed,
        Self::Refused,
        Self::Replaced,
    ];

    /// The status's name in the API, and where it is stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Held => "HELD",
            Self::Sending => "SENDING",
            Self::Accepted => "ACCEPTED",
            Self::Delayed => "DELAYED",
            Self::Unknown => "UNKNOWN",
            Self::Delivered => "DELIVERED",
            Self::Bounced => "BOUNCED",
            Self::Complained => "COMPLAINED",
            Self::Suppressed => "SUPPRESSED",
            Self::Refused => "REFUSED",
            Self::Replaced => "REPLACED",
        }
    }

    /// The words of the status page.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Queued => "Queued",
            Self::Held => "On hold",
            Self::Sending => "Sending",
            Self::Accepted => "Sent",
            Self::Delayed => "Delayed",
            Self::Unknown => "Delivery unknown",
            Self::Delivered => "Delivered",
            Self::Bounced => "Bounced",
            Self::Complained => "Marked as spam",
            Self::Suppressed => "Not delivered",
            Self::Refused => "Refused",
            Self::Replaced => "Replaced",
        }
    }
}

impl Mail {
    /// How far it is on its way.
    #[must_use]
    pub fn status(&self) -> MailStatus {
        match self.state {
            MailState::Due { held_until: Some(_), .. } => MailStatus::Held,
            MailState::Due { .. } => MailStatus::Queued,
            MailState::Claimed { .. } => MailStatus::Sending,
            MailState::Accepted(_) => MailStatus::Accepted,
            MailState::Delayed(_) => MailStatus::Delayed,
            MailState::Unknown(_) => MailStatus::Unknown,
            MailState::Delivered(_) => MailStatus::Delivered,
            MailState::Bounced(_) => MailStatus::Bounced,
            MailState::Complained(_) => MailStatus::Complained,
            MailState::Suppressed(_) | MailState::Withheld { .. } => MailStatus::Suppressed,
            MailState::Refused { .. } => MailStatus::Refused,
            MailState::Replaced => MailStatus::Replaced,
        }
    }
}

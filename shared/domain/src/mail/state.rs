//! What a mail says, its state, and what SES reports of it.

use serde::{Deserialize, Serialize};

use crate::{Timestamp, mail::SuppressionReason};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailKind {
    /// You are invited: say who you are.
    Invitation,
    /// You are still invited, and not for long.
    Reminder,
    /// Your account is there: set a password.
    AccountCreated,
    /// To the officer: an invitation of yours has expired.
    #[serde(rename = "invitation-lapsed")]
    InvitationExpired,
    BatchReport,
    /// Nothing, to be heard of.
    Canary,
}

impl MailKind {
    pub const ALL: [Self; 6] = [
        Self::Invitation,
        Self::Reminder,
        Self::AccountCreated,
        Self::InvitationExpired,
        Self::BatchReport,
        Self::Canary,
    ];

    /// The name in tags and logs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Reminder => "reminder",
            Self::InvitationExpired => "invitation-lapsed",
            Self::AccountCreated => "account-created",
            Self::BatchReport => "batch-report",
            Self::Canary => "canary",
        }
    }
}

/// How far a mail is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MailState {
    Due {
        /// How often it was tried in vain, knowing that nothing was sent.
        refusals: u32,
        /// How often it may have been sent.
        attempts: u32,
        /// Until when its mailbox has no room for it, if so.
        #[serde(default)]
        held_until: Option<Timestamp>,
    },
    /// About to be sent, or sent with the answer lost.
    Claimed {
        /// 1 for the first attempt.
        attempt: u32,
        at: Timestamp,
        /// How often it was refused, as in `Due`.
        refusals: u32,
    },
    Accepted(Receipt),
    /// Not delivered yet; SES keeps trying.
    Delayed(Receipt),
    /// Taken by SES, which said nothing more of it for [`DELIVERY_WAIT`](super::DELIVERY_WAIT).
    Unknown(Receipt),
    /// Taken by the recipient's mail server.
    Delivered(Receipt),
    Bounced(Receipt),
    /// Marked as spam by its recipient.
    Complained(Receipt),
    /// Not sent by SES: the address is on the suppression list or the content was refused.
    Suppressed(Receipt),
    /// Not handed over: its mailbox is sent nothing.
    Withheld {
        at: Timestamp,
        reason: SuppressionReason,
    },
    /// Refused for good when it was handed over.
    Refused {
        at: Timestamp,
    },
    /// Of details that were amended, or of an invite that was ended or sent again, since; it is not sent any more.
    Replaced,
}

impl MailState {
    /// Its own word, for operators: it tells more apart than the API's.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Due { .. } => "DUE",
            Self::Claimed { .. } => "CLAIMED",
            Self::Accepted(_) => "ACCEPTED",
            Self::Delayed(_) => "DELAYED",
            Self::Unknown(_) => "UNKNOWN",
            Self::Delivered(_) => "DELIVERED",
            Self::Bounced(_) => "BOUNCED",
            Self::Complained(_) => "COMPLAINED",
            Self::Suppressed(_) => "SUPPRESSED",
            Self::Withheld { .. } => "WITHHELD",
            Self::Refused { .. } => "REFUSED",
            Self::Replaced => "REPLACED",
        }
    }
}

/// What SES says of a mail that it took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// SES's id of the message; empty while only its claim is known.
    pub message_id: String,
    pub at: Timestamp,
    /// Whether an earlier attempt may have been delivered too.
    pub possible_duplicate: bool,
}

/// What an SES event says about a mail, in rising rank: an event never takes a mail back to a lower one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MailEvent {
    Accepted,
    Delayed,
    /// Taken by the recipient's server.
    Delivered,
    Suppressed,
    Bounced,
    Complained,
}

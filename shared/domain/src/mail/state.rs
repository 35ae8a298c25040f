//! The kinds of mail, the states of a mail, and what SES reports about it.

use serde::{Deserialize, Serialize};

use crate::{Timestamp, mail::SuppressionReason};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailKind {
    /// Invites a public officer, who accepts with their details.
    Invitation,
    /// Reminds the invitee that the invitation is about to expire.
    Reminder,
    /// Says to the holder that the account exists and how to get a first password.
    AccountCreated,
    /// Says to the officer that an invitation has expired.
    #[serde(rename = "invitation-lapsed")]
    InvitationExpired,
    BatchReport,
    /// Has the code with which the invitee shows that the mailbox is theirs.
    MailboxCode,
    /// Says to an officer that a colleague has their invites now.
    HandedOver,
    /// Says to an officer that they have a colleague's invites now.
    TakenOver,
    /// Says nothing: it is sent so that SES reports it.
    Canary,
}

impl MailKind {
    pub const ALL: [Self; 9] = [
        Self::Invitation,
        Self::Reminder,
        Self::AccountCreated,
        Self::InvitationExpired,
        Self::BatchReport,
        Self::MailboxCode,
        Self::HandedOver,
        Self::TakenOver,
        Self::Canary,
    ];

    /// The kind's name in tags and logs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Reminder => "reminder",
            Self::InvitationExpired => "invitation-lapsed",
            Self::AccountCreated => "account-created",
            Self::BatchReport => "batch-report",
            Self::MailboxCode => "mailbox-code",
            Self::HandedOver => "handed-over",
            Self::TakenOver => "taken-over",
            Self::Canary => "canary",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MailState {
    Due {
        /// How many attempts failed, where it is known that nothing was sent.
        refusals: u32,
        /// How many attempts may have sent it.
        attempts: u32,
        /// When its mailbox has room again. `None`: it does not wait for that.
        #[serde(default)]
        held_until: Option<Timestamp>,
    },
    /// About to be sent, or sent with a lost answer.
    Claimed {
        /// 1 for the first attempt.
        attempt: u32,
        at: Timestamp,
        /// How many attempts failed, as in `Due`.
        refusals: u32,
    },
    Accepted(Receipt),
    /// Not delivered yet; SES continues to try.
    Delayed(Receipt),
    /// Taken by SES, which reported nothing more about it for [`DELIVERY_WAIT`](super::DELIVERY_WAIT).
    Unknown(Receipt),
    /// Taken by the mail server of the recipient.
    Delivered(Receipt),
    Bounced(Receipt),
    /// Marked as spam by its recipient.
    Complained(Receipt),
    /// Not sent by SES: the address is on the suppression list or the content was refused.
    Suppressed(Receipt),
    /// Not given to SES, because its mailbox is suppressed.
    Withheld {
        at: Timestamp,
        reason: SuppressionReason,
    },
    /// Refused by SES for good.
    Refused {
        at: Timestamp,
    },
    /// Not sent: its details were amended, or its invite ended or was sent again, or the directory is to be asked
    /// first.
    Replaced,
}

impl MailState {
    /// The state's name for operators, who see more states than the API has.
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

/// What SES reported about a mail that it took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The id that SES gave the message. It is empty while only the claim is known.
    pub message_id: String,
    pub at: Timestamp,
    /// Whether an earlier attempt may have been delivered too.
    pub possible_duplicate: bool,
}

/// What an SES event reports about a mail, in rising rank. An event never changes a mail to a lower rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MailEvent {
    Accepted,
    Delayed,
    /// Taken by the mail server of the recipient.
    Delivered,
    Suppressed,
    Bounced,
    Complained,
}

//! Why a row is a duplicate, and the words for it.

use serde::{Deserialize, Serialize};

use crate::{
    OfficerId, Timestamp,
    invite::{Failure, Invite, InviteState},
};

/// Why a row is a duplicate. That is not a fault: the person needs no second invite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "kebab-case")]
pub enum Duplicate {
    /// An earlier row of this batch has the same person.
    Row { number: u32 },
    /// An earlier row has another spelling of the same mailbox: `jane+a@` and `jane@` are one.
    Mailbox { number: u32 },
    /// A live invite of the same officer has the address.
    LiveInvite,
    /// An invitation of the same officer is out, and its invitee has not accepted it.
    InvitationOut,
    /// A live invite of another officer has the address.
    OthersInvite {
        /// When that invite was created. `None`: a release before this one found it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Timestamp>,
    },
    /// Another live invite has the username. Only releases before this one marked rows so.
    LiveUsername,
    /// The address already has an account.
    Account,
}

impl Duplicate {
    /// What an invite is for a row of its person, in a list of `officer`. Another officer's invite reveals nothing of
    /// its person but since when it is there.
    #[must_use]
    pub fn of_invite(invite: &Invite, officer: &OfficerId) -> Self {
        if invite.officer.id != *officer {
            return Self::OthersInvite { since: Some(invite.created_at) };
        }
        match invite.state {
            InviteState::Invited { .. } => Self::InvitationOut,
            _ => Self::LiveInvite,
        }
    }

    /// The code in the API.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Row { .. } => "duplicate.row",
            Self::Mailbox { .. } => "duplicate.mailbox",
            Self::LiveInvite => "duplicate.invited",
            Self::InvitationOut => "duplicate.invitation-out",
            Self::OthersInvite { .. } => "duplicate.invited-by-another",
            Self::LiveUsername => "duplicate.username",
            Self::Account => "duplicate.account",
        }
    }

    /// What was found and what to do, for the officer.
    #[must_use]
    pub fn detail(self) -> String {
        let words = match self {
            Self::Row { .. } => "An earlier row of this list is for the same person. Remove one of them.",
            Self::Mailbox { .. } => {
                "An earlier row has the same mailbox: what is after a plus sign does not make another person. Remove \
                    one of them."
            }
            Self::LiveInvite => "You have already invited this person. Nothing needs to be done.",
            Self::InvitationOut => {
                "Your invitation to this person is out and is not accepted yet. You can resend it under Invite user \
                    status."
            }
            Self::OthersInvite { since } => {
                let when = since.map(|at| format!(" on {}", at.singapore_date())).unwrap_or_default();
                return format!(
                    "Another officer invited this person{when}. It is not among your invites: ask your colleagues who \
                        did, or ask support with the Trace ID."
                );
            }
            Self::LiveUsername => "This TechPass username belongs to another invite. Choose another.",
            Self::Account => Failure::AccountExists.detail(),
        };
        words.to_owned()
    }

    /// The row of the batch that has the same person.
    #[must_use]
    pub fn row(self) -> Option<u32> {
        match self {
            Self::Row { number } | Self::Mailbox { number } => Some(number),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invite_of_another_officer_says_since_when() {
        let since = Timestamp::parse("2026-11-23T05:24:02.123Z");
        let found = Duplicate::OthersInvite { since };
        assert!(found.detail().starts_with("Another officer invited this person on 23-11-2026. "));
        let earlier: Duplicate = serde_json::from_str(r#"{"of":"others-invite"}"#).unwrap();
        assert_eq!(earlier, Duplicate::OthersInvite { since: None });
        assert!(earlier.detail().starts_with("Another officer invited this person. "));
    }
}

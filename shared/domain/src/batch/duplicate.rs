//! Why a row is a duplicate, and the words for it.

use serde::{Deserialize, Serialize};

use crate::{
    EmailAddress, InviteId, Officer, Timestamp,
    invite::{Failure, Invite, InviteState},
};

/// Why a row is a duplicate. That is not a fault: the person needs no second invite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
        /// The colleague who has it. `None`: an officer of another agency has it, or a release before this one found
        /// it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        colleague: Option<Colleague>,
    },
    /// Another live invite has the username. Only releases before this one marked rows so.
    LiveUsername,
    /// The address already has an account.
    Account,
}

/// A colleague whose invite is in the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colleague {
    /// Their address, so that they can be asked.
    pub email: EmailAddress,
    /// Their invite, which an operator can name if they have left.
    pub invite: InviteId,
}

impl Duplicate {
    /// What an invite is for a row of its person, in a list of `officer`. Another officer's invite reveals nothing of
    /// its person but since when it is there; and to a colleague, whose it is.
    #[must_use]
    pub fn of_invite(invite: &Invite, officer: &Officer) -> Self {
        if invite.officer.id != officer.id {
            let is_colleagues = invite.officer.is_colleague_of(officer);
            let colleague = || Colleague { email: invite.officer.email.clone(), invite: invite.id };
            return Self::OthersInvite { since: Some(invite.created_at), colleague: is_colleagues.then(colleague) };
        }
        match invite.state {
            InviteState::Invited { .. } => Self::InvitationOut,
            _ => Self::LiveInvite,
        }
    }

    /// The code in the API.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Row { .. } => "duplicate.row",
            Self::Mailbox { .. } => "duplicate.mailbox",
            Self::LiveInvite => "duplicate.invited",
            Self::InvitationOut => "duplicate.invitation-out",
            Self::OthersInvite { colleague: Some(_), .. } => "duplicate.invited-by-colleague",
            Self::OthersInvite { colleague: None, .. } => "duplicate.invited-by-another",
            Self::LiveUsername => "duplicate.username",
            Self::Account => "duplicate.account",
        }
    }

    /// What was found and what to do, for the officer. It names nobody, because it is in answers that are errors too.
    #[must_use]
    pub fn detail(&self) -> String {
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
            Self::OthersInvite { since, colleague } => {
                let when = since.map(|at| format!(" on {}", at.singapore_date())).unwrap_or_default();
                return match colleague {
                    Some(Colleague { invite, .. }) => format!(
                        "A colleague of your agency invited this person{when}. Ask them to hand the invite over to \
                            you. If they have left, ask support, and quote {invite}."
                    ),
                    None => format!(
                        "An officer of another agency invited this person{when}. You cannot see that invite. Ask the \
                            person, or ask support with the Trace ID."
                    ),
                };
            }
            Self::LiveUsername => "This TechPass username belongs to another invite. Choose another.",
            Self::Account => Failure::AccountExists.detail(),
        };
        words.to_owned()
    }

    /// The colleague whose invite it is.
    #[must_use]
    pub fn colleague(&self) -> Option<&EmailAddress> {
        match self {
            Self::OthersInvite { colleague: Some(colleague), .. } => Some(&colleague.email),
            _ => None,
        }
    }

    /// The row of the batch that has the same person.
    #[must_use]
    pub fn row(&self) -> Option<u32> {
        match self {
            Self::Row { number } | Self::Mailbox { number } => Some(*number),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{OfficerId, invite::samples::by_email};

    #[test]
    fn an_invite_of_another_officer_says_since_when() {
        let since = Timestamp::parse("2026-11-23T05:24:02.123Z");
        let found = Duplicate::OthersInvite { since, colleague: None };
        assert!(found.detail().starts_with("An officer of another agency invited this person on 23-11-2026. "));
        let earlier: Duplicate = serde_json::from_str(r#"{"of":"others-invite"}"#).unwrap();
        assert_eq!(earlier, Duplicate::OthersInvite { since: None, colleague: None });
        assert!(earlier.detail().starts_with("An officer of another agency invited this person. "));
    }

    #[test]
    fn a_colleagues_invite_says_whose_it_is_and_another_agencys_does_not() {
        let invite = by_email();
        let asking = |address: &str| Officer {
            id: OfficerId::parse("officer-2").unwrap(),
            email: EmailAddress::parse(address).unwrap(),
        };
        let domain = invite.officer.email.domain();
        let found = Duplicate::of_invite(&invite, &asking(&format!("bo@{domain}")));
        assert_eq!(found.code(), "duplicate.invited-by-colleague");
        let words = found.detail();
        assert!(words.contains(&invite.id.to_string()) && !words.contains('@'), "{words}");
        assert_eq!(found.colleague().map(EmailAddress::as_str), Some(invite.officer.email.as_str()));
        let found = Duplicate::of_invite(&invite, &asking("bo@sample-board.gov.sg"));
        assert_eq!(found.code(), "duplicate.invited-by-another");
        assert_eq!(found.colleague(), None);
    }
}

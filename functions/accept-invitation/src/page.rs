//! The content of the invitee's page.

use domain::{
    EmailAddress, Timestamp, TraceId,
    invite::{FirstPassword, Invite, InviteState},
    mail::Mailbox,
};
use serde::Serialize;
use store::{TokenRecord, settings::MailSwitch};
use utoipa::ToSchema;

use crate::mailbox_code::MailboxCodeBody;

/// The state of an invitation, for the holder of its link.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PageBody {
    pub state: PageState,
    /// The officer who invites, for questions.
    #[schema(example = "ada@agency.gov.sg")]
    pub invited_by: String,
    /// The invited address, hidden but for its first letter.
    #[schema(example = "t***@agency.gov.sg")]
    pub email: String,
    /// Until when it can be accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
    /// The code to accept it with, while it can be accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mailbox_code: Option<MailboxCodeBody>,
    /// What the holder signs in with, once there is an account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_in_name: Option<String>,
    /// The first password, while it can be asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_password: Option<FirstPasswordBody>,
    /// What to quote to support.
    #[schema(value_type = String, example = "1-67891233-abcdef012345678912345678")]
    pub trace_id: TraceId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PageState {
    /// The mail has overtaken its own record.
    Pending,
    Invited,
    /// The account is being made.
    Accepted,
    /// The account waits for its first sign-in.
    AccountReady,
    /// The holder has signed in.
    Onboarded,
    /// The account is disabled in the directory.
    AccountDisabled,
    AccountGone,
    /// It could not be done.
    Failed,
    /// It was not used in time.
    Expired,
    /// The officer took it back.
    Revoked,
    /// A person has to look.
    NeedsAttention,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FirstPasswordBody {
    /// Whether one was asked for.
    pub state: FirstPasswordState,
    /// From when one can be asked for.
    #[schema(value_type = String, format = DateTime)]
    pub available_from: Timestamp,
    /// From when one that is held can leave. Absent where nobody knows, because all mail is stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub waiting_until: Option<Timestamp>,
}

/// Why a mail to the holder cannot be sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holdup {
    /// Their mailbox was sent as many mails as it may be, or SES takes none for now. It can be sent from this time.
    Until(Timestamp),
    /// All mail is stopped until an operator starts it again.
    MailStopped,
}

impl Holdup {
    /// Why a mail to this mailbox cannot be sent at `now`. `None`: it can.
    #[must_use]
    pub fn of(switch: MailSwitch, mailbox: &Mailbox, now: Timestamp) -> Option<Self> {
        match switch {
            MailSwitch::Stopped => Some(Self::MailStopped),
            MailSwitch::Paused { until } => mailbox.full_until(now).max(Some(until)).map(Self::Until),
            MailSwitch::Running => mailbox.full_until(now).map(Self::Until),
        }
    }
}

/// Whether a first password was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FirstPasswordState {
    Available,
    /// It was, and is on its way to the directory.
    Requested,
    /// It was, and waits until its mailbox has room or mail is sent again. Then it leaves by itself.
    Held,
    /// The directory has mailed it.
    Sent,
    /// Nobody knows whether the directory has mailed it. It is not sent again by itself; another one can be asked for.
    Unknown,
}

impl PageBody {
    /// What the holder of a link with this record sees at `now`, while `holdup` delays mails to them.
    #[must_use]
    pub fn of(invite: &Invite, link: &TokenRecord, holdup: Option<Holdup>, now: Timestamp) -> Self {
        let state = PageState::of(invite, link, now);
        let expires_at = match (state, &invite.state) {
            (PageState::Invited, InviteState::Invited { expires_at }) => Some(*expires_at),
            _ => None,
        };
        let has_account = matches!(state, PageState::AccountReady | PageState::Onboarded);
        let sign_in_name = has_account.then(|| match invite.holder.username() {
            Some(username) => username.as_str().to_owned(),
            None => invite.email.as_str().to_owned(),
        });
        Self {
            state,
            invited_by: invite.officer.email.as_str().to_owned(),
            email: hidden(&invite.email),
            expires_at,
            mailbox_code: MailboxCodeBody::of(invite, now),
            sign_in_name,
            first_password: FirstPasswordBody::of(invite, holdup).filter(|_| state == PageState::AccountReady),
            trace_id: invite.trace.clone(),
        }
    }
}

impl PageState {
    fn of(invite: &Invite, link: &TokenRecord, now: Timestamp) -> Self {
        match invite.state {
            InviteState::Queued => Self::Pending,
            InviteState::Invited { .. } if invite.can_be_accepted(now) => Self::Invited,
            InviteState::Invited { .. } | InviteState::Expired => Self::Expired,
            InviteState::Accepted | InviteState::Provisioning { .. } => Self::Accepted,
            InviteState::AccountCreated { .. } if now >= link.expires_at => Self::Expired,
            InviteState::AccountCreated { .. } => Self::AccountReady,
            InviteState::Onboarded { .. } => Self::Onboarded,
            InviteState::Disabled { .. } => Self::AccountDisabled,
            InviteState::AccountGone => Self::AccountGone,
            InviteState::Failed { .. } => Self::Failed,
            InviteState::Revoked | InviteState::Revoking { .. } => Self::Revoked,
            InviteState::NeedsAttention { .. } => Self::NeedsAttention,
        }
    }
}

impl FirstPasswordBody {
    fn of(invite: &Invite, holdup: Option<Holdup>) -> Option<Self> {
        let (state, waiting_until) = match (invite.first_password, holdup) {
            (FirstPassword::NotRequested, _) => (FirstPasswordState::Available, None),
            (FirstPassword::Requested { .. }, Some(Holdup::Until(until))) => (FirstPasswordState::Held, Some(until)),
            (FirstPassword::Requested { .. }, Some(Holdup::MailStopped)) => (FirstPasswordState::Held, None),
            (FirstPassword::Requested { .. }, None) | (FirstPassword::Sending { .. }, _) => {
                (FirstPasswordState::Requested, None)
            }
            (FirstPassword::Sent { .. }, _) => (FirstPasswordState::Sent, None),
            (FirstPassword::Unknown { .. }, _) => (FirstPasswordState::Unknown, None),
        };
        Some(Self { state, available_from: invite.first_password_from()?, waiting_until })
    }
}

/// The address in a form that its owner recognises and that reveals it to no one else: `t***@agency.gov.sg`.
fn hidden(email: &EmailAddress) -> String {
    let first: String = email.as_str().chars().take(1).collect();
    format!("{first}***@{}", email.domain())
}

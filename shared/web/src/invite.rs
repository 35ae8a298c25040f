//! An invite in the form of the API, for the officer who created it.

use domain::{
    BatchId, InviteId, Persona, Timestamp, TraceId,
    invite::{self, Actor, Event, Failure, HistoryEntry, Invite, InviteState, Origin},
    mail::{Mail, MailState},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{fields::ProfileBody, seed::SeedBody};

/// An invite in a list, and what a new one is answered with.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InviteBody {
    #[schema(value_type = String, example = "inv_01KAR3G3AM4X5QJ8T7Z0W2V9YB")]
    pub id: InviteId,
    pub kind: InviteKind,
    pub email: String,
    /// The details of the account, once they are known.
    #[serde(flatten)]
    pub profile: ProfileBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    #[schema(value_type = String, example = "officer")]
    pub persona: Persona,
    #[schema(value_type = String, format = DateTime)]
    pub date_of_invite: Timestamp,
    pub techpass: TechpassBody,
    pub seed: SeedBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail: Option<MailBody>,
    /// The batch it came with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<BatchRowBody>,
    /// What to quote to support.
    #[schema(value_type = String, example = "1-67891233-abcdef012345678912345678")]
    pub trace_id: TraceId,
    /// From when it can no longer be accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
    /// From when it can be sent again; absent while it cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub resend_from: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// One invite with everything about it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InviteDetailBody {
    #[serde(flatten)]
    pub invite: InviteBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_number: Option<String>,
    /// Why the account is needed.
    pub reason: String,
    pub history: Vec<HistoryBody>,
}

/// How an invite came about.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum InviteKind {
    Email,
    /// An account made on someone's behalf.
    Account,
    /// An account of a row of a batch. An email invitation of a row is `email`.
    Batch,
}

/// What an officer asks for, as the API names it.
#[derive(Clone, Copy, Debug, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// By a mail, whose reader says who they are. For public officers.
    Email,
    /// With an account made on the person's behalf.
    Account,
}

/// Where the TechPass account stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TechpassBody {
    #[schema(example = "ACCOUNT_CREATED")]
    pub state: &'static str,
    #[schema(example = "Not Onboarded")]
    pub label: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<FailureBody>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FailureBody {
    #[schema(example = "account.exists")]
    pub code: &'static str,
    /// What happened and what to do.
    pub detail: &'static str,
    /// What the portal can offer next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offer: Option<Offer>,
}

/// What someone who has an account does to get SEED.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Offer {
    /// A public officer asks for it in the portal.
    SeedRequest,
    /// A vendor raises a service request.
    ServiceRequest,
}

/// How far a mail is.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MailBody {
    #[schema(example = "invitation")]
    pub kind: &'static str,
    #[schema(example = "DELIVERED")]
    pub state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
    /// Why it is not on its way, and what to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "This mailbox was sent three mails within a day. The mail goes out when there is room.")]
    pub detail: Option<&'static str>,
    /// Why a `SUPPRESSED` mail was not sent: `bounced` or `complained`, by an earlier mail to the same mailbox.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// Until when a `HELD` mail waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub held_until: Option<Timestamp>,
    /// Present when an earlier attempt may have arrived too.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub possible_duplicate: bool,
}

/// The row of a batch that an invite came from.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BatchRowBody {
    #[schema(value_type = String, example = "bat_01KAR3G3AM4X5QJ8T7Z0W2V9YB")]
    pub id: BatchId,
    pub row: u32,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryBody {
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    #[schema(example = "ACCOUNT_CREATED")]
    #[schema(value_type = String)]
    pub event: Event,
    /// Who: `officer`, `invitee`, `operator` or `service`.
    pub by: &'static str,
    /// The officer who had the invite before it was handed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "ada@example-agency.gov.sg")]
    pub from: Option<String>,
    #[schema(value_type = String, example = "1-67891233-abcdef012345678912345678")]
    pub trace_id: TraceId,
}

impl InviteBody {
    /// The invite in the form of a list.
    #[must_use]
    pub fn of(invite: &Invite) -> Self {
        let profile = invite.profile.as_ref();
        let (kind, batch) = match invite.origin {
            Origin::Email => (InviteKind::Email, None),
            Origin::Account => (InviteKind::Account, None),
            Origin::Batch { batch, row, kind } => {
                let kind = match kind {
                    invite::Kind::Email => InviteKind::Email,
                    invite::Kind::Account => InviteKind::Batch,
                };
                (kind, Some(BatchRowBody { id: batch, row }))
            }
        };
        let expires_at = match invite.state {
            InviteState::Invited { expires_at } => Some(expires_at),
            _ => None,
        };
        Self {
            id: invite.id,
            kind,
            email: invite.email.as_str().to_owned(),
            profile: ProfileBody::of(profile),
            username: invite.holder.username().map(|username| username.as_str().to_owned()),
            persona: invite.holder.persona(),
            date_of_invite: invite.created_at,
            techpass: TechpassBody::of(invite),
            seed: SeedBody::of_invite(invite),
            mail: invite.mail.as_ref().map(MailBody::of),
            batch,
            trace_id: invite.trace.clone(),
            expires_at,
            resend_from: invite.resendable_from(),
            updated_at: invite.updated_at,
        }
    }
}

impl InviteDetailBody {
    #[must_use]
    pub fn of(invite: &Invite) -> Self {
        Self {
            invite: InviteBody::of(invite),
            contact_number: invite.profile.as_ref().map(|profile| profile.contact_number.as_str().to_owned()),
            reason: invite.reason.as_str().to_owned(),
            history: invite.history.iter().map(HistoryBody::of).collect(),
        }
    }
}

impl TechpassBody {
    fn of(invite: &Invite) -> Self {
        let failure = invite.failure().map(|failure| FailureBody {
            code: failure.code(),
            detail: failure.detail(),
            offer: Offer::after(failure, invite.holder.persona()),
        });
        Self { state: invite.state_name(), label: invite.techpass_status().label(), failure }
    }
}

impl Offer {
    fn after(failure: Failure, persona: Persona) -> Option<Self> {
        match (failure, persona) {
            (Failure::AccountExists, Persona::Officer) => Some(Self::SeedRequest),
            (Failure::AccountExists, Persona::Vendor) => Some(Self::ServiceRequest),
            _ => None,
        }
    }
}

impl MailBody {
    fn of(mail: &Mail) -> Self {
        let (at, possible_duplicate) = match &mail.state {
            MailState::Due { .. } | MailState::Replaced => (None, false),
            MailState::Claimed { at, attempt, .. } => (Some(*at), *attempt > 1),
            MailState::Refused { at } | MailState::Withheld { at, .. } => (Some(*at), false),
            MailState::Accepted(receipt)
            | MailState::Delayed(receipt)
            | MailState::Unknown(receipt)
            | MailState::Delivered(receipt)
            | MailState::Bounced(receipt)
            | MailState::Complained(receipt)
            | MailState::Suppressed(receipt) => (Some(receipt.at), receipt.possible_duplicate),
        };
        let reason = match &mail.state {
            MailState::Withheld { reason, .. } => Some(reason.name()),
            _ => None,
        };
        let (detail, held_until) = (mail.detail(), mail.held_until());
        Self { kind: mail.kind.name(), state: mail.state_name(), at, detail, reason, held_until, possible_duplicate }
    }
}

impl HistoryBody {
    fn of(entry: &HistoryEntry) -> Self {
        let by = match entry.by {
            Actor::Officer => "officer",
            Actor::Invitee => "invitee",
            Actor::Operator => "operator",
            Actor::Service => "service",
        };
        let from = entry.from.as_ref().map(|from| from.as_str().to_owned());
        Self { at: entry.at, event: entry.event, by, from, trace_id: entry.trace.clone() }
    }
}

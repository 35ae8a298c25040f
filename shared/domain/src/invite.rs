//! The life of an invite.
//!
//! ```text
//! account or row:    QUEUED -> PROVISIONING -> ACCOUNT_CREATED -> ONBOARDED
//! email invitation:  QUEUED -> INVITED -> ACCEPTED -> PROVISIONING -> ACCOUNT_CREATED -> ONBOARDED
//! ```
//!
//! An account that was made may be disabled, enabled again and deleted in the directory: `DISABLED`, `ACCOUNT_GONE`.
//! Each transition consumes the invite and returns what it becomes. Mail ([`Mail`]) and SEED ([`SeedState`]) are axes of
//! their own.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    ActionId, BatchId, Department, EmailAddress, InviteId, Officer, Organisation, Reason, Timestamp, TraceId,
    delivery::{Mail, MailConflict, MailEvent, MailKind, MailState},
    form::{AccountRequest, EmailInvitation, Holder, Profile},
    keys::AddressKey,
    mailbox::{Mailbox, SuppressionReason},
    seed::{Device, LicenceFault, SeedStep},
    terms::Terms,
};

pub use crate::seed::SeedState;

/// How long a queued step may wait for its wake-up call before the sweeper repeats it.
pub const WAKE_AFTER: Duration = Duration::from_secs(120);

/// How long the worker that claims an account may take: the 30 s of its function and 30 s more, so that nobody still
/// acts under an expired lease.
pub const PROVISION_LEASE: Duration = Duration::from_secs(60);

/// How long the worker that claims a first password may take to record what became of it; see [`PROVISION_LEASE`].
pub const FIRST_PASSWORD_LEASE: Duration = PROVISION_LEASE;

/// How long a mail may stay without an answer before its fate is decided.
pub const MAIL_ANSWER_WAIT: Duration = Duration::from_secs(15 * 60);

/// How long after the first letter a copy of an invitation names the same date. A copy that waited for longer counts its
/// days anew, or it would name a date that is near or past.
pub const COPY_SPAN: Duration = Duration::from_secs(24 * 3600);

/// How long an invite may wait for its account or its first mail. Then it expires, because an emergency stop or an outage
/// may have no end.
pub const MAX_WAIT: Duration = Duration::from_secs(90 * 24 * 3600);

/// How long after one reminder the next one comes.
pub const REMINDER_PAUSE: Duration = Duration::from_secs(24 * 3600);

/// How long after a first password the next may be asked for: after the first, the second and every later one within
/// [`FIRST_PASSWORD_MEMORY`]. How many leave in a day is the mailbox's to say.
pub const FIRST_PASSWORD_PAUSES: [Duration; 3] =
    [Duration::from_secs(60), Duration::from_secs(10 * 60), Duration::from_secs(3600)];

/// How long after a first password the pauses begin anew.
pub const FIRST_PASSWORD_MEMORY: Duration = Duration::from_secs(24 * 3600);

/// How long after something is over the sweeper first looks how long it is kept, which is set where the sweeper runs.
pub const KEEPING_LOOK: Duration = Duration::from_secs(24 * 3600);

/// How many entries of its history an invite keeps; the oldest after the first give way.
const HISTORY_LIMIT: usize = 50;

/// One person brought in by one officer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invite {
    /// Its id.
    pub id: InviteId,
    /// Who invites.
    pub officer: Officer,
    /// How it came about.
    pub origin: Origin,
    /// Whom.
    pub email: EmailAddress,
    /// The key that finds the address without holding it.
    pub address_key: AddressKey,
    /// What the account signs in with.
    pub holder: Holder,
    /// Who they are, once known.
    pub profile: Option<Profile>,
    /// Why.
    pub reason: Reason,
    /// Where it stands.
    pub state: InviteState,
    /// How long an invitation of it is open: what it was made under.
    #[serde(default)]
    pub terms: Terms,
    /// The latest mail.
    pub mail: Option<Mail>,
    /// The SEED licence.
    pub seed: SeedState,
    /// The device, once the device side has told of one.
    #[serde(default)]
    pub device: Option<Device>,
    /// The first password, which the directory mails on request.
    pub first_password: FirstPassword,
    /// When its invitee was last mailed.
    #[serde(default)]
    pub mailed_at: Option<Timestamp>,
    /// What the latest letter with a link, its link and the invitation count their days from, so that all three end
    /// together: when it was handed over, or for a copy of an invitation within [`COPY_SPAN`], when the first one was.
    #[serde(default)]
    pub sending_at: Option<Timestamp>,
    /// What the officer is to be told by mail, if anything was.
    #[serde(default)]
    pub notice: Option<Mail>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it needs someone's attention by itself, if ever.
    pub due_at: Option<Timestamp>,
    /// The request that made it.
    pub trace: TraceId,
    /// What happened, oldest first.
    pub history: Vec<HistoryEntry>,
}

/// What every new invite needs, whatever its kind.
#[derive(Clone, Debug)]
pub struct Creation {
    /// Its id.
    pub id: InviteId,
    /// Who invites.
    pub officer: Officer,
    /// The key of the invitee's address.
    pub address_key: AddressKey,
    /// How long an invitation of it is open.
    pub terms: Terms,
    /// When.
    pub at: Timestamp,
    /// The request behind it.
    pub trace: TraceId,
}

/// Whom an invite is for.
struct Subject {
    email: EmailAddress,
    holder: Holder,
    profile: Option<Profile>,
    reason: Reason,
    seed: SeedState,
}

impl Subject {
    fn invited(request: EmailInvitation) -> Self {
        Self {
            email: request.email,
            holder: Holder::Officer,
            profile: None,
            reason: request.reason,
            seed: SeedState::wished(request.seed, request.eligibility),
        }
    }

    fn requested(request: AccountRequest) -> Self {
        Self {
            email: request.email,
            holder: request.holder,
            profile: Some(request.profile),
            reason: request.reason,
            seed: SeedState::wished(request.seed, request.eligibility),
        }
    }
}

/// What is mended alike in many invites. What is not named stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// The organisation, of those who have been named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<Organisation>,
    /// The department, of those who have been named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<Department>,
    /// The reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

/// Why an invite is not amended.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum AmendRefusal {
    /// Its state does not allow it.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// A mail to its address came back.
    #[error("the last mail came back")]
    Undeliverable,
    /// The same mailbox was mailed today already; it may be mailed again from this time.
    #[error("mailed today already")]
    NotBefore(Timestamp),
}

/// The mended details of an invite, of its own kind.
#[derive(Clone, Debug)]
pub enum Amendment {
    /// Of an invitation by mail.
    Email(EmailInvitation),
    /// Of an account on someone's behalf.
    Account(AccountRequest),
}

/// How an invite came about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Origin {
    /// An invitation by mail.
    Email,
    /// An account made on someone's behalf.
    Account,
    /// A row of a batch.
    Batch {
        /// The batch.
        batch: BatchId,
        /// The row.
        row: u32,
    },
}

/// Where an invite stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InviteState {
    /// Waiting for its turn.
    Queued,
    /// The invitation was sent.
    Invited {
        /// From when it can no longer be accepted.
        expires_at: Timestamp,
    },
    /// The invitee said who they are; the account is to be made.
    Accepted,
    /// A worker is making the account.
    Provisioning {
        /// Until when nobody else may.
        lease_until: Timestamp,
        /// 1 for the first try.
        attempt: u32,
    },
    /// The account is there; its holder has not signed in.
    AccountCreated {
        /// Which.
        account: Account,
    },
    /// The holder has signed in.
    Onboarded {
        /// Which account.
        account: Account,
    },
    /// The account is disabled in the directory: nobody can sign in.
    Disabled {
        /// Which account.
        account: Account,
    },
    /// The account was deleted in the directory.
    AccountGone,
    /// It could not be done, and why.
    Failed {
        /// Why.
        failure: Failure,
    },
    /// Not accepted in time, or not worked on for [`MAX_WAIT`].
    Expired,
    /// Taken back by the officer.
    Revoked,
    /// All work on it is paused until an operator has checked it. What happens elsewhere is recorded all the same.
    NeedsAttention {
        /// Its state but for that, which it goes on from; what becomes known meanwhile changes it.
        #[serde(default)]
        stood: Option<Box<InviteState>>,
    },
}

/// An account in the directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The directory's own name for it: not the email address.
    pub directory_id: String,
}

/// How an account stands in the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountStatus {
    /// Its holder has not signed in.
    Pending,
    /// Its holder has signed in.
    SignedIn,
    /// Nobody can sign in.
    Disabled,
    /// It is no more.
    Gone,
}

/// Why an invite failed. The detail is for the officer and names no one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Failure {
    /// The address has an account.
    AccountExists,
    /// The username belongs to another account.
    UsernameTaken,
    /// The directory refused the details.
    DetailsRefused,
    /// The mail was refused for good.
    MailRefused,
    /// Nothing is sent to the address, because a mail to it was returned.
    AddressBounced,
    /// Nothing is sent to the address, because a mail to it was marked as spam.
    AddressComplained,
}

impl From<SuppressionReason> for Failure {
    fn from(reason: SuppressionReason) -> Self {
        match reason {
            SuppressionReason::Bounced => Self::AddressBounced,
            SuppressionReason::Complained => Self::AddressComplained,
        }
    }
}

impl Failure {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::AccountExists => "account.exists",
            Self::UsernameTaken => "username.taken",
            Self::DetailsRefused => "account.details-refused",
            Self::MailRefused => "mail.refused",
            Self::AddressBounced => "address.bounced",
            Self::AddressComplained => "address.complained",
        }
    }

    /// What happened and what to do, in the words of TechBiz where it has any.
    #[must_use]
    pub fn detail(self) -> &'static str {
        match self {
            Self::AccountExists => {
                "User with same email already exists. They can ask for SEED themselves under Onboard to SEED; vendors raise a service request."
            }
            Self::UsernameTaken => "This TechPass username belongs to another account. Choose another.",
            Self::DetailsRefused => {
                "The directory refused these details. Check them, or quote the Trace ID to support."
            }
            Self::MailRefused => "The mail could not be sent to this address. Check the address.",
            Self::AddressBounced => SuppressionReason::Bounced.detail(),
            Self::AddressComplained => SuppressionReason::Complained.detail(),
        }
    }
}

/// The first password: made and mailed by the directory when the holder asks, never seen by this service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FirstPassword {
    /// Not asked for.
    NotRequested,
    /// Asked for.
    Requested {
        /// When.
        at: Timestamp,
        /// How many were asked for within [`FIRST_PASSWORD_MEMORY`] of each other, this one included.
        #[serde(default = "one")]
        count: u32,
    },
    /// About to be mailed by the directory, for [`FIRST_PASSWORD_LEASE`] at most.
    Sending {
        /// Since when.
        at: Timestamp,
        /// As in `Requested`.
        #[serde(default = "one")]
        count: u32,
    },
    /// Nobody knows whether the directory has mailed it. It is not sent again by itself, because another one would void
    /// one that may be in the mail; its holder may ask for it.
    Unknown {
        /// When it was about to be mailed.
        at: Timestamp,
        /// As in `Requested`.
        #[serde(default = "one")]
        count: u32,
    },
    /// The directory has mailed it.
    Sent {
        /// When.
        at: Timestamp,
        /// As in `Requested`.
        #[serde(default = "one")]
        count: u32,
    },
}

/// What was stored before requests were counted is one request.
fn one() -> u32 {
    1
}

impl FirstPassword {
    /// When the latest was asked for or sent, and how many it makes; `None` before the first.
    fn latest(self) -> Option<(Timestamp, u32)> {
        match self {
            Self::NotRequested => None,
            Self::Requested { at, count }
            | Self::Sending { at, count }
            | Self::Unknown { at, count }
            | Self::Sent { at, count } => Some((at, count)),
        }
    }

    /// From when the next may be asked for.
    fn next_from(self) -> Option<Timestamp> {
        let (at, count) = self.latest()?;
        let last = FIRST_PASSWORD_PAUSES.len() - 1;
        let place = usize::try_from(count.saturating_sub(1)).unwrap_or(last).min(last);
        Some(at + FIRST_PASSWORD_PAUSES[place])
    }

    /// One more, asked for `now`.
    fn requested(self, now: Timestamp) -> Self {
        let earlier = self.latest().filter(|(at, _)| now < *at + FIRST_PASSWORD_MEMORY).map_or(0, |(_, count)| count);
        Self::Requested { at: now, count: earlier.saturating_add(1) }
    }
}

/// One entry of an invite's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// When.
    pub at: Timestamp,
    /// What, in a word of the API such as `ACCOUNT_CREATED`.
    pub event: String,
    /// Who.
    #[serde(default)]
    pub by: Actor,
    /// The request behind it.
    pub trace: TraceId,
    /// The action for many invites that this was part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<ActionId>,
}

/// Who did something to an invite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Actor {
    /// The officer who invites.
    Officer,
    /// Whom it is for: by the link, or signed in.
    Invitee,
    /// Whoever runs the service.
    Operator,
    /// The service by itself.
    #[default]
    Service,
}

/// A deliberate act: when, and the request behind it.
#[derive(Clone, Debug)]
pub struct Act {
    /// When.
    pub at: Timestamp,
    /// The request.
    pub trace: TraceId,
    /// The action for many invites that it is part of.
    pub action: Option<ActionId>,
}

/// Why an invite is not mailed again now.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ResendRefusal {
    /// Its state does not allow it.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// The last mail could not be delivered: the address has to be amended first.
    #[error("the last mail could not be delivered")]
    Undeliverable,
    /// It was mailed today already.
    #[error("mailed today already")]
    NotBefore(Timestamp),
}

/// What time alone does to an invite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lapse {
    /// The invitee is to be reminded.
    Remind,
    /// The invitation has lapsed.
    Expire,
    /// Nothing yet.
    Nothing,
}

/// The invite is not in a state from which this can happen: somebody else was faster, or the call came out of turn.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("what is {state} cannot be {event}")]
pub struct Conflict {
    state: &'static str,
    event: &'static str,
}

impl Conflict {
    pub(crate) fn new(state: &'static str, event: &'static str) -> Self {
        Self { state, event }
    }
}

impl From<MailConflict> for Conflict {
    fn from(_: MailConflict) -> Self {
        Self { state: "mailed", event: "mailed again" }
    }
}

/// What the provisioning worker has to do for an invite now: derived from the invite alone, so a message need say nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// See whether the address has an account, before anything is mailed.
    CheckAddress,
    /// See whether the account is still there, before it is mailed about again.
    CheckAccount,
    /// Make the account.
    Provision,
    /// Assign the SEED licence.
    AssignSeed,
    /// Take the SEED licence back.
    WithdrawSeed,
    /// Have the directory mail a first password.
    SendFirstPassword,
    /// Wait: a mail, another worker, a person or time must act.
    Nothing,
}

impl Invite {
    /// An invitation by mail, queued.
    #[must_use]
    pub fn by_email(creation: Creation, request: EmailInvitation) -> Self {
        Self::queued(creation, Origin::Email, Subject::invited(request))
    }

    /// An account on someone's behalf, queued.
    #[must_use]
    pub fn for_account(creation: Creation, origin: Origin, request: AccountRequest) -> Self {
        Self::queued(creation, origin, Subject::requested(request))
    }

    /// The word of the API for its state.
    #[must_use]
    pub fn state_name(&self) -> &'static str {
        match self.state {
            InviteState::Queued => "QUEUED",
            InviteState::Invited { .. } => "INVITED",
            InviteState::Accepted => "ACCEPTED",
            InviteState::Provisioning { .. } => "PROVISIONING",
            InviteState::AccountCreated { .. } => "ACCOUNT_CREATED",
            InviteState::Onboarded { .. } => "ONBOARDED",
            InviteState::Disabled { .. } => "DISABLED",
            InviteState::AccountGone => "ACCOUNT_GONE",
            InviteState::Failed { .. } => "FAILED",
            InviteState::Expired => "EXPIRED",
            InviteState::Revoked => "REVOKED",
            InviteState::NeedsAttention { .. } => "NEEDS_ATTENTION",
        }
    }

    /// The TechPass column of the status page: TechBiz's words, with the honest ones beside them.
    #[must_use]
    pub fn techpass_label(&self) -> &'static str {
        match self.state {
            InviteState::Queued | InviteState::Accepted | InviteState::Provisioning { .. } => "Queued",
            InviteState::Invited { .. } => "Invited",
            InviteState::AccountCreated { .. } => "Not Onboarded",
            InviteState::Onboarded { .. } => "Onboarded",
            InviteState::Disabled { .. } => "Disabled",
            InviteState::AccountGone => "User Not Found",
            InviteState::Failed { .. } => "Failed",
            InviteState::Expired => "Expired",
            InviteState::Revoked => "Revoked",
            InviteState::NeedsAttention { .. } => "Needs attention",
        }
    }

    /// The SEED column of the status page: as TechBiz has it, nothing of an account that is no more.
    #[must_use]
    pub fn seed_label(&self) -> &'static str {
        if self.state == InviteState::AccountGone { "-" } else { self.seed.label() }
    }

    /// What a person makes of the licence's state, where the label does not say enough. Nothing of an account that is gone.
    #[must_use]
    pub fn seed_detail(&self) -> Option<&'static str> {
        if self.state == InviteState::AccountGone { None } else { self.seed.detail() }
    }

    /// Where it stands in its batch's progress: like the state, with `MAILING` while a mail is still to be handed over.
    #[must_use]
    pub fn progress_name(&self) -> &'static str {
        match (&self.state, &self.mail) {
            (InviteState::AccountCreated { .. }, Some(mail)) if mail.is_open() || self.awaits_account_check() => {
                "MAILING"
            }
            _ => self.state_name(),
        }
    }

    /// The invite once its row is opened again, to become another one: its batch counts it no more.
    #[must_use]
    pub fn without_row(self, now: Timestamp) -> Self {
        Self { origin: Origin::Account, updated_at: now, ..self }
    }

    /// The progress names that have work ahead of them that is ours.
    pub const OPEN_PROGRESS: [&str; 4] = ["QUEUED", "ACCEPTED", "PROVISIONING", "MAILING"];

    /// Whether a progress name still has work ahead of it that is ours.
    #[must_use]
    pub fn is_open_progress(name: &str) -> bool {
        Self::OPEN_PROGRESS.contains(&name)
    }

    /// Whether it keeps other invites from the same address and username.
    #[must_use]
    pub fn is_live(&self) -> bool {
        !matches!(
            self.unpaused(),
            InviteState::Failed { .. } | InviteState::Expired | InviteState::Revoked | InviteState::AccountGone
        )
    }

    /// Its state, whether or not work on it is paused: what is true of its person and their account.
    #[must_use]
    pub fn unpaused(&self) -> &InviteState {
        match &self.state {
            InviteState::NeedsAttention { stood: Some(stood) } => stood,
            state => state,
        }
    }

    /// Whether work on it is paused.
    fn is_paused(&self) -> bool {
        matches!(self.state, InviteState::NeedsAttention { .. })
    }

    /// The same invite in another state, paused if it was.
    fn with_unpaused(self, state: InviteState) -> Self {
        let state = match self.state {
            InviteState::NeedsAttention { .. } => InviteState::NeedsAttention { stood: Some(Box::new(state)) },
            _ => state,
        };
        Self { state, ..self }
    }

    /// Whether an action has changed it already, so that the action never changes it twice.
    #[must_use]
    pub fn was_changed_by(&self, action: ActionId) -> bool {
        self.history.iter().any(|entry| entry.action == Some(action))
    }

    /// When it was over, if it is: the account is made, nothing will come of it, or it waits for an operator. What is known
    /// of its person is kept for some time from then on.
    #[must_use]
    pub fn over_since(&self) -> Option<Timestamp> {
        let is_over = self.account().is_some() || !self.is_live() || self.is_paused();
        is_over.then(|| self.history.last().map_or(self.updated_at, |entry| entry.at))
    }

    /// The account, once there is one, also while work on the invite is paused.
    #[must_use]
    pub fn account(&self) -> Option<&Account> {
        match self.unpaused() {
            InviteState::AccountCreated { account }
            | InviteState::Onboarded { account }
            | InviteState::Disabled { account } => Some(account),
            _ => None,
        }
    }

    /// What the provisioning worker has to do now.
    #[must_use]
    pub fn next_step(&self, now: Timestamp) -> NextStep {
        let has_account = self.account().is_some();
        match &self.state {
            InviteState::NeedsAttention { .. } => NextStep::Nothing,
            InviteState::Queued if self.profile.is_none() && self.awaits_check() => NextStep::CheckAddress,
            InviteState::Queued if self.profile.is_some() => NextStep::Provision,
            InviteState::Invited { .. } if self.awaits_reminder_check() => NextStep::CheckAddress,
            InviteState::Accepted => NextStep::Provision,
            InviteState::Provisioning { lease_until, .. } if now >= *lease_until => NextStep::Provision,
            _ if has_account && self.seed.step(now) == SeedStep::Assign => NextStep::AssignSeed,
            _ if has_account && self.seed.step(now) == SeedStep::Withdraw => NextStep::WithdrawSeed,
            InviteState::AccountCreated { .. } if matches!(self.first_password, FirstPassword::Requested { .. }) => {
                NextStep::SendFirstPassword
            }
            InviteState::AccountCreated { .. } if self.awaits_account_check() => NextStep::CheckAccount,
            _ => NextStep::Nothing,
        }
    }

    /// Whether a mail waits to be sent.
    #[must_use]
    pub fn mail_is_due(&self) -> bool {
        self.mail.as_ref().is_some_and(|mail| {
            let wanted = match mail.kind {
                MailKind::Invitation => self.state == InviteState::Queued,
                MailKind::Reminder => matches!(self.state, InviteState::Invited { .. }),
                MailKind::AccountCreated => {
                    matches!(self.state, InviteState::AccountCreated { .. } | InviteState::Onboarded { .. })
                }
                MailKind::BatchReport | MailKind::InvitationLapsed | MailKind::Canary => false,
            };
            wanted && matches!(mail.state, MailState::Due { .. })
        })
    }

    /// Notes that the address has no account, so that the invitation or its reminder may be mailed.
    ///
    /// # Errors
    ///
    /// Unless that was the question.
    pub fn address_is_free(self, now: Timestamp) -> Result<Self, Conflict> {
        match self.next_step(now) {
            NextStep::CheckAddress => {
                let mail = Some(match self.state {
                    InviteState::Invited { .. } => Mail::due(MailKind::Reminder, self.generation()),
                    _ => Mail::due(MailKind::Invitation, self.generation() + 1),
                });
                let due_at = Some(now + WAKE_AFTER);
                Ok(Self { mail, due_at, ..self.stepped(None, now) })
            }
            _ => Err(self.conflict("checked")),
        }
    }

    /// Notes that the account is there and its holder has not signed in, so that they may be mailed about it again.
    ///
    /// # Errors
    ///
    /// Unless that was the question.
    pub fn account_is_there(self, now: Timestamp) -> Result<Self, Conflict> {
        match self.next_step(now) {
            NextStep::CheckAccount => {
                let mail = Some(Mail::due(MailKind::AccountCreated, self.generation() + 1));
                let due_at = Some(now + WAKE_AFTER);
                Ok(Self { mail, due_at, ..self.stepped(None, now) })
            }
            _ => Err(self.conflict("checked")),
        }
    }

    /// Takes the invite for one try at making the account.
    ///
    /// # Errors
    ///
    /// Unless it waits for one, or the last try's lease has run out.
    pub fn claim(self, now: Timestamp) -> Result<Self, Conflict> {
        if self.next_step(now) != NextStep::Provision {
            return Err(self.conflict("provisioned"));
        }
        let attempt = match self.state {
            InviteState::Provisioning { attempt, .. } => attempt + 1,
            _ => 1,
        };
        let lease_until = now + PROVISION_LEASE;
        let state = InviteState::Provisioning { lease_until, attempt };
        Ok(Self { state, due_at: Some(lease_until), ..self.stepped(Some("PROVISIONING"), now) })
    }

    /// Gives the claim back, knowing that the directory did nothing for it; to be tried again at `retry_at`.
    ///
    /// After an earlier claim whose end nobody knows it stays `Provisioning`: the account may be there, so the invite can be
    /// neither revoked nor amended before the directory has said.
    ///
    /// # Errors
    ///
    /// Unless it is claimed.
    pub fn give_back(self, retry_at: Timestamp, now: Timestamp) -> Result<Self, Conflict> {
        match self.state {
            InviteState::Provisioning { attempt, .. } if attempt > 1 => {
                let state = InviteState::Provisioning { lease_until: retry_at, attempt };
                Ok(Self { state, due_at: Some(retry_at), ..self.stepped(None, now) })
            }
            InviteState::Provisioning { .. } => {
                let state = if self.origin == Origin::Email { InviteState::Accepted } else { InviteState::Queued };
                Ok(Self { state, due_at: Some(retry_at), ..self.stepped(None, now) })
            }
            _ => Err(self.conflict("given back")),
        }
    }

    /// Records the account, and with it the mail that tells its holder.
    ///
    /// # Errors
    ///
    /// Unless it is claimed.
    pub fn account_created(self, account: Account, seed: SeedState, now: Timestamp) -> Result<Self, Conflict> {
        match self.state {
            InviteState::Provisioning { .. } => Ok(self.with_account(account, seed, "ACCOUNT_CREATED", now)),
            _ => Err(self.conflict("given an account")),
        }
    }

    /// Records the SEED licence of an account that came without it.
    ///
    /// # Errors
    ///
    /// Unless a licence is pending.
    pub fn seed_assigned(self, now: Timestamp) -> Result<Self, Conflict> {
        match self.next_step(now) {
            NextStep::AssignSeed => {
                let seed = SeedState::assigned(self.device.as_ref());
                Ok(self.with_seed(seed, Some("LICENCE_ASSIGNED"), now))
            }
            _ => Err(self.conflict("licensed")),
        }
    }

    /// Records that the licence system refuses.
    ///
    /// # Errors
    ///
    /// Unless a licence is to be assigned.
    pub fn seed_refused(self, fault: LicenceFault, now: Timestamp) -> Result<Self, Conflict> {
        match self.next_step(now) {
            NextStep::AssignSeed => Ok(self.with_seed(SeedState::refused(fault, now), Some("LICENCE_ERROR"), now)),
            _ => Err(self.conflict("refused a licence")),
        }
    }

    /// Records that the licence of a disabled account was taken back.
    ///
    /// # Errors
    ///
    /// Unless it is to be.
    pub fn seed_withdrawn(self, now: Timestamp) -> Result<Self, Conflict> {
        match self.next_step(now) {
            NextStep::WithdrawSeed => Ok(self.with_seed(SeedState::Withdrawn, Some("LICENCE_WITHDRAWN"), now)),
            _ => Err(self.conflict("withdrawn")),
        }
    }

    /// The directory has a licence for it that was taken back; `None` where that is as it should be.
    #[must_use]
    pub fn licence_found(self, now: Timestamp) -> Option<Self> {
        let seed = self.seed.still_assigned();
        (seed != self.seed).then(|| self.with_seed(seed, Some("LICENCE_FOUND"), now))
    }

    /// The holder asks for SEED; `None` where that changes nothing.
    ///
    /// # Errors
    ///
    /// Unless there is an account in use.
    pub fn request_seed(self, act: &Act) -> Result<Option<Self>, Conflict> {
        if !matches!(self.unpaused(), InviteState::AccountCreated { .. } | InviteState::Onboarded { .. }) {
            return Err(self.conflict("licensed"));
        }
        let Some(seed) = self.seed.requested() else { return Ok(None) };
        let next = Self { seed, ..self.recorded("SEED_REQUESTED", Actor::Invitee, act) };
        Ok(Some(Self { due_at: next.natural_due(act.at), ..next }))
    }

    /// What the device side tells of the holder's device; `None` when it says nothing new.
    #[must_use]
    pub fn device_told(self, device: Device, now: Timestamp) -> Option<Self> {
        if !device.follows(self.device.as_ref()) {
            return None;
        }
        let (seed, event) = (self.seed.with_device(Some(&device)), device.event());
        Some(Self { device: Some(device), ..self }.with_seed(seed, Some(event), now))
    }

    /// Puts the next look at it off to `at`. Nothing else about it changes.
    #[must_use]
    pub fn put_off(self, at: Timestamp) -> Self {
        Self { due_at: Some(at), ..self }
    }

    /// Leaves the next look to what it is: none while nothing is open and time asks for nothing.
    #[must_use]
    pub fn settled(self, now: Timestamp) -> Self {
        let next = self.stepped(None, now);
        Self { due_at: next.natural_due(now), ..next }
    }

    /// Ends it in failure; the officer may amend it.
    ///
    /// # Errors
    ///
    /// Unless it is being worked on.
    pub fn fail(self, failure: Failure, now: Timestamp) -> Result<Self, Conflict> {
        match self.state {
            InviteState::Queued | InviteState::Accepted | InviteState::Provisioning { .. } => {}
            InviteState::Invited { .. } if self.awaits_reminder_check() => {}
            _ => return Err(self.conflict("failed")),
        }
        Ok(self.stepped(Some("FAILED"), now).ended(InviteState::Failed { failure }, now))
    }

    /// Takes the mail for one attempt.
    ///
    /// # Errors
    ///
    /// Unless a mail is due, and for a reminder once the invitation can no longer be accepted.
    pub fn claim_mail(self, now: Timestamp) -> Result<Self, Conflict> {
        let is_too_late = matches!(self.state, InviteState::Invited { .. }) && !self.can_be_accepted(now);
        if !self.mail_is_due() || is_too_late {
            return Err(self.conflict("mailed"));
        }
        let sending_at = self.counted_from(now);
        Self { sending_at, ..self }.map_mail(now, |mail| mail.claim(now))
    }

    /// What a letter that is claimed `now` counts its days from. It only grows while the mail's link stays the same, so a
    /// copy keeps what an earlier letter promised.
    fn counted_from(&self, now: Timestamp) -> Option<Timestamp> {
        let Some(Mail { kind, state: MailState::Due { attempts, .. }, .. }) = &self.mail else {
            return self.sending_at;
        };
        let first = self.sending_at.filter(|first| *attempts > 0 && now < *first + COPY_SPAN);
        match kind {
            // Its link and its date are the invitation's.
            MailKind::Reminder => self.sending_at,
            // It names a date, and a copy soon after is the same letter.
            MailKind::Invitation => Some(first.unwrap_or(now)),
            // It says for how many days its link works from now on.
            MailKind::AccountCreated | MailKind::InvitationLapsed | MailKind::BatchReport | MailKind::Canary => {
                Some(now)
            }
        }
    }

    /// Records that SES took the mail. An invitation can be accepted from then on.
    ///
    /// # Errors
    ///
    /// Unless the mail is claimed.
    pub fn mail_accepted(self, message_id: String, now: Timestamp) -> Result<Self, Conflict> {
        let next = self.map_mail(now, |mail| mail.accepted(message_id, now))?;
        Ok(Self { mailed_at: Some(now), ..next }.mailed(now))
    }

    /// Gives the mail's claim back, knowing that nothing was sent; to be tried again at `retry_at`.
    ///
    /// # Errors
    ///
    /// Unless the mail is claimed.
    pub fn mail_not_sent(self, retry_at: Timestamp, now: Timestamp) -> Result<Self, Conflict> {
        let next = self.map_mail(now, Mail::not_sent)?;
        Ok(Self { due_at: Some(retry_at), ..next })
    }

    /// Puts the mail off until its mailbox has room for it.
    ///
    /// # Errors
    ///
    /// Unless a mail is due.
    pub fn mail_held(self, until: Timestamp, now: Timestamp) -> Result<Self, Conflict> {
        self.map_mail(now, |mail| mail.hold(until))
    }

    /// Gives the mail up, because its mailbox is sent nothing.
    ///
    /// # Errors
    ///
    /// Unless a mail is due.
    pub fn mail_withheld(self, reason: SuppressionReason, now: Timestamp) -> Result<Self, Conflict> {
        let next = self.map_mail(now, |mail| mail.withhold(reason, now))?;
        next.failed_by_mail(reason.into(), now)
    }

    /// Records that the mail can never be sent.
    ///
    /// # Errors
    ///
    /// Unless the mail is claimed.
    pub fn mail_refused(self, now: Timestamp) -> Result<Self, Conflict> {
        let next = self.map_mail(now, |mail| mail.refused(now))?;
        next.failed_by_mail(Failure::MailRefused, now)
    }

    /// An invitation that cannot be mailed fails, also while work on it is paused; another mail is only missing.
    fn failed_by_mail(self, failure: Failure, now: Timestamp) -> Result<Self, Conflict> {
        match self.unpaused() {
            InviteState::Queued => Ok(self.stepped(Some("FAILED"), now).ended(InviteState::Failed { failure }, now)),
            _ => Ok(self),
        }
    }

    /// Gives up waiting for a word about a claimed mail; see [`Mail::give_up`]. An invitation counts as out, since it may be.
    ///
    /// # Errors
    ///
    /// Unless the mail has been without an answer for long enough.
    pub fn mail_given_up(self, now: Timestamp) -> Result<Self, Conflict> {
        Ok(self.map_mail(now, |mail| mail.give_up(now))?.mailed(now))
    }

    /// Makes a mail without an answer due once more; see [`Mail::retry_unanswered`].
    ///
    /// # Errors
    ///
    /// Unless the rule allows it.
    pub fn retry_mail(self, now: Timestamp, last_event: Option<Timestamp>) -> Result<Self, Conflict> {
        self.map_mail(now, |mail| mail.retry_unanswered(now, MAIL_ANSWER_WAIT, last_event))
    }

    /// Applies an SES event of the mail of `generation`; `None` when it says nothing new.
    #[must_use]
    pub fn observe_mail(
        self,
        kind: MailKind,
        generation: u32,
        event: MailEvent,
        message_id: &str,
        now: Timestamp,
    ) -> Option<Self> {
        if kind == MailKind::InvitationLapsed {
            let notice = self.notice.clone().filter(|mail| mail.generation == generation)?;
            let next = Self { notice: Some(notice.observe(event, message_id, now)?), ..self }.stepped(None, now);
            return Some(Self { due_at: next.natural_due(now), ..next });
        }
        let mail = self.mail.clone().filter(|mail| mail.kind == kind && mail.generation == generation)?;
        let was_open = mail.is_open();
        let mail = mail.observe(event, message_id, now)?;
        let mailed_at = if was_open { Some(now) } else { self.mailed_at };
        let next = Self { mail: Some(mail), mailed_at, ..self };
        let event = next.mail.as_ref().map(Mail::state_name);
        Some(next.stepped(event, now).mailed(now))
    }

    /// Until when the link of the latest mail works: what its letter promises, its token is kept for, and an invitation can
    /// be accepted by. Known once the mail is claimed.
    #[must_use]
    pub fn promised_until(&self) -> Timestamp {
        match *self.unpaused() {
            InviteState::Invited { expires_at } => expires_at,
            _ => self.sending_at.unwrap_or(self.created_at) + self.terms.life(),
        }
    }

    /// Whether the invitation can be accepted at `now`: until, and not at, its expiry.
    #[must_use]
    pub fn can_be_accepted(&self, now: Timestamp) -> bool {
        matches!(self.state, InviteState::Invited { expires_at } if now < expires_at)
    }

    /// The invitee says who they are.
    ///
    /// # Errors
    ///
    /// Unless the invitation can be accepted.
    pub fn accept(self, profile: Profile, now: Timestamp) -> Result<Self, Conflict> {
        if !self.can_be_accepted(now) {
            return Err(self.conflict("accepted"));
        }
        Ok(Self {
            state: InviteState::Accepted,
            profile: Some(profile),
            due_at: Some(now + WAKE_AFTER),
            ..self.acted("ACCEPTED", Actor::Invitee, now)
        })
    }

    /// When the holder may ask for a first password: `None` if never, in this state.
    #[must_use]
    pub fn first_password_from(&self) -> Option<Timestamp> {
        match self.state {
            InviteState::AccountCreated { .. } => Some(self.first_password.next_from().unwrap_or(self.created_at)),
            _ => None,
        }
    }

    /// The holder asks for a first password.
    ///
    /// # Errors
    ///
    /// Unless the account waits for its first sign-in and the last request is a while ago.
    pub fn request_first_password(self, now: Timestamp) -> Result<Self, Conflict> {
        match self.first_password_from() {
            Some(from) if now >= from => Ok(Self {
                first_password: self.first_password.requested(now),
                due_at: Some(now + WAKE_AFTER),
                ..self.acted("FIRST_PASSWORD_REQUESTED", Actor::Invitee, now)
            }),
            _ => Err(self.conflict("given a first password")),
        }
    }

    /// Takes the first password for one attempt at having it mailed. It is never taken again by itself: another one would
    /// void one that may be in the mail.
    ///
    /// # Errors
    ///
    /// Unless it is requested and may be sent.
    pub fn claim_first_password(self, now: Timestamp) -> Result<Self, Conflict> {
        match (&self.state, self.first_password) {
            (InviteState::AccountCreated { .. }, FirstPassword::Requested { count, .. }) => {
                Ok(self.with_first_password(FirstPassword::Sending { at: now, count }, None, now))
            }
            _ => Err(self.conflict("given a first password")),
        }
    }

    /// Records that the directory has mailed it.
    ///
    /// # Errors
    ///
    /// Unless it is claimed.
    pub fn first_password_sent(self, now: Timestamp) -> Result<Self, Conflict> {
        match self.first_password {
            FirstPassword::Sending { count, .. } => {
                Ok(self.with_first_password(FirstPassword::Sent { at: now, count }, Some("FIRST_PASSWORD_SENT"), now))
            }
            _ => Err(self.conflict("given a first password")),
        }
    }

    /// Gives the claim back, knowing that nothing was mailed; to be tried again at `retry_at`.
    ///
    /// # Errors
    ///
    /// Unless it is claimed.
    pub fn first_password_not_sent(self, retry_at: Timestamp, now: Timestamp) -> Result<Self, Conflict> {
        match self.first_password {
            FirstPassword::Sending { at, count } => {
                let next = self.with_first_password(FirstPassword::Requested { at, count }, None, now);
                Ok(Self { due_at: Some(retry_at), ..next })
            }
            _ => Err(self.conflict("asked for a first password")),
        }
    }

    /// Records that nobody knows whether it was mailed: the directory's answer is lost.
    ///
    /// # Errors
    ///
    /// Unless it is claimed.
    pub fn first_password_unknown(self, now: Timestamp) -> Result<Self, Conflict> {
        match self.first_password {
            FirstPassword::Sending { at, count } => {
                Ok(self.with_first_password(FirstPassword::Unknown { at, count }, None, now))
            }
            _ => Err(self.conflict("asked for a first password")),
        }
    }

    /// Ends a claim of which nobody recorded what became.
    ///
    /// # Errors
    ///
    /// Unless it is claimed, and its worker's lease ran out.
    pub fn first_password_given_up(self, now: Timestamp) -> Result<Self, Conflict> {
        match self.first_password {
            FirstPassword::Sending { at, .. } if now >= at + FIRST_PASSWORD_LEASE => self.first_password_unknown(now),
            _ => Err(self.conflict("asked for a first password")),
        }
    }

    /// Drops a request for a first password, because its mailbox is sent nothing.
    ///
    /// # Errors
    ///
    /// Unless it is requested.
    pub fn first_password_withheld(self, now: Timestamp) -> Result<Self, Conflict> {
        match self.first_password {
            FirstPassword::Requested { .. } => {
                Ok(self.with_first_password(FirstPassword::NotRequested, Some("FIRST_PASSWORD_WITHHELD"), now))
            }
            _ => Err(self.conflict("refused a first password")),
        }
    }

    fn with_first_password(self, first_password: FirstPassword, event: Option<&str>, now: Timestamp) -> Self {
        let next = Self { first_password, ..self.stepped(event, now) };
        Self { due_at: next.natural_due(now), ..next }
    }

    /// What the directory says of the account; `None` when that is nothing new.
    #[must_use]
    pub fn account_seen(self, status: AccountStatus, now: Timestamp) -> Option<Self> {
        let account = self.account()?.clone();
        let (state, event) = match (self.unpaused(), status) {
            (_, AccountStatus::Gone) => return self.account_gone(now).ok(),
            (InviteState::AccountCreated { .. }, AccountStatus::SignedIn) => {
                (InviteState::Onboarded { account }, "ONBOARDED")
            }
            (InviteState::AccountCreated { .. } | InviteState::Onboarded { .. }, AccountStatus::Disabled) => {
                (InviteState::Disabled { account }, "DISABLED")
            }
            (InviteState::Disabled { .. }, AccountStatus::SignedIn) => (InviteState::Onboarded { account }, "ENABLED"),
            (InviteState::Disabled { .. }, AccountStatus::Pending) => {
                (InviteState::AccountCreated { account }, "ENABLED")
            }
            _ => return None,
        };
        let seed = match status {
            AccountStatus::Disabled => self.seed.account_disabled(),
            _ => self.seed.account_enabled(),
        };
        Some(self.with_unpaused(state).with_seed(seed, Some(event), now))
    }

    /// The account is in the directory, although nobody recorded it: it is taken up where its making was left.
    ///
    /// # Errors
    ///
    /// Unless it was ended without an account, is paused without one, or its worker's lease ran out.
    pub fn adopt(self, account: Account, now: Timestamp) -> Result<Self, Conflict> {
        match self.state {
            InviteState::Failed { .. } | InviteState::Revoked | InviteState::Expired => {}
            InviteState::NeedsAttention { .. } if self.account().is_none() => {}
            InviteState::Provisioning { lease_until, .. } if now >= lease_until => {}
            _ => return Err(self.conflict("given an account")),
        }
        let seed = self.seed;
        Ok(self.with_account(account, seed, "ACCOUNT_FOUND", now))
    }

    /// The directory says that the account is no more.
    ///
    /// # Errors
    ///
    /// Unless there was one.
    pub fn account_gone(self, now: Timestamp) -> Result<Self, Conflict> {
        if self.account().is_none() {
            return Err(self.conflict("gone"));
        }
        Ok(self.stepped(Some("ACCOUNT_GONE"), now).ended(InviteState::AccountGone, now))
    }

    /// When it may next be mailed again by its officer: the day after the last mail, as Singapore counts days.
    #[must_use]
    pub fn resend_from(&self) -> Timestamp {
        self.mailed_at.map_or(self.created_at, Timestamp::next_singapore_day)
    }

    /// Whether a mail to its invitee waits to be sent, or to be found allowed.
    #[must_use]
    pub fn is_on_its_way(&self, now: Timestamp) -> bool {
        self.mail_is_due() || matches!(self.next_step(now), NextStep::CheckAddress | NextStep::CheckAccount)
    }

    /// From when its officer can have it mailed again, unless it changes first. Absent while that cannot be: its state
    /// has no mail to repeat, one is on its way, or the last one came back.
    #[must_use]
    pub fn resendable_from(&self) -> Option<Timestamp> {
        let has_mail = matches!(
            self.state,
            InviteState::Invited { .. } | InviteState::Expired | InviteState::AccountCreated { .. }
        );
        let is_blocked = self.awaits_account_check()
            || self.mail.as_ref().is_some_and(|mail| mail.is_open() || mail.is_undeliverable());
        (has_mail && !is_blocked).then(|| self.resend_from())
    }

    /// The officer has the invitee mailed again, with a new link; the old one is dead from now on. Before a mail leaves, the
    /// directory is asked: whether whom it invites has an account by now, or whether the account it is about is still there.
    ///
    /// An invitation that expired lives again, and one that failed because its mailbox is sent nothing, once that is cleared.
    ///
    /// # Errors
    ///
    /// Why not now.
    pub fn resend(self, mailbox: &Mailbox, act: &Act) -> Result<Self, ResendRefusal> {
        let has_account = match self.state {
            InviteState::Invited { .. } | InviteState::Expired => false,
            InviteState::Failed { failure: Failure::AddressBounced | Failure::AddressComplained } => false,
            InviteState::AccountCreated { .. } => true,
            _ => return Err(self.conflict("sent again").into()),
        };
        let is_cleared = |mail: &Mail| mail.closed_at().is_some_and(|closed| mailbox.was_cleared_since(closed));
        match &self.mail {
            Some(mail) if mail.is_open() || self.awaits_account_check() => {
                return Err(self.conflict("sent again").into());
            }
            Some(mail) if mail.is_undeliverable() && !is_cleared(mail) => return Err(ResendRefusal::Undeliverable),
            _ => {}
        }
        if act.at < self.resend_from() {
            return Err(ResendRefusal::NotBefore(self.resend_from()));
        }
        let due_at = Some(act.at + WAKE_AFTER);
        let mail = self.mail.clone().map(Mail::replaced);
        let state = if has_account { self.state.clone() } else { InviteState::Queued };
        Ok(Self { state, mail, due_at, ..self.acted_by_officer("RESENT", act) })
    }

    /// The officer takes it back. The link is dead from now on.
    ///
    /// # Errors
    ///
    /// Once the invitee has accepted or the account is being made: then it is the directory's to end.
    pub fn revoke(self, act: &Act) -> Result<Self, Conflict> {
        match self.state {
            InviteState::Queued | InviteState::Invited { .. } | InviteState::Expired | InviteState::Failed { .. } => {
                Ok(self.acted_by_officer("REVOKED", act).ended(InviteState::Revoked, act.at))
            }
            _ => Err(self.conflict("revoked")),
        }
    }

    /// The officer amends one that failed, expired, was revoked or could not be delivered, and sends it again.
    ///
    /// # Errors
    ///
    /// In every other state, and when the same mailbox was mailed today.
    pub fn amend(self, subject: Amendment, address_key: AddressKey, act: &Act) -> Result<Self, AmendRefusal> {
        let undeliverable = self.mail.as_ref().is_some_and(Mail::is_undeliverable);
        match self.state {
            InviteState::Failed { .. } | InviteState::Expired | InviteState::Revoked => {}
            InviteState::Invited { .. } if undeliverable => {}
            _ => return Err(self.conflict("amended").into()),
        }
        if address_key == self.address_key && act.at < self.resend_from() {
            return Err(AmendRefusal::NotBefore(self.resend_from()));
        }
        let subject = match subject {
            Amendment::Email(request) => Subject::invited(request),
            Amendment::Account(request) => Subject::requested(request),
        };
        Ok(Self {
            email: subject.email,
            address_key,
            holder: subject.holder,
            profile: subject.profile,
            reason: subject.reason,
            seed: subject.seed,
            ..self.begun_again(act)
        })
    }

    /// The officer amends what is alike in many that failed, expired or were revoked, and sends this one again to the same
    /// address.
    ///
    /// # Errors
    ///
    /// In every other state, when it was mailed today, and when a mail to the address came back: then the address has to be
    /// amended, one by one.
    pub fn correct(self, correction: &Correction, act: &Act) -> Result<Self, AmendRefusal> {
        let undeliverable = self.mail.as_ref().is_some_and(Mail::is_undeliverable);
        match self.state {
            InviteState::Failed { failure: Failure::AddressBounced | Failure::AddressComplained } => {
                return Err(AmendRefusal::Undeliverable);
            }
            InviteState::Failed { .. } | InviteState::Expired | InviteState::Revoked | InviteState::Invited { .. }
                if undeliverable =>
            {
                return Err(AmendRefusal::Undeliverable);
            }
            InviteState::Failed { .. } | InviteState::Expired | InviteState::Revoked => {}
            _ => return Err(self.conflict("corrected").into()),
        }
        if act.at < self.resend_from() {
            return Err(AmendRefusal::NotBefore(self.resend_from()));
        }
        let Correction { organisation, department, reason } = correction.clone();
        let profile = self.profile.clone().map(|profile| Profile {
            organisation: organisation.unwrap_or(profile.organisation),
            department: department.or(profile.department),
            ..profile
        });
        let reason = reason.unwrap_or_else(|| self.reason.clone());
        Ok(Self { profile, reason, ..self.begun_again(act) })
    }

    fn begun_again(self, act: &Act) -> Self {
        let mail = self.mail.clone().map(Mail::replaced);
        let next = self.acted_by_officer("AMENDED", act);
        Self { state: InviteState::Queued, mail, due_at: Some(act.at + WAKE_AFTER), ..next }
    }

    /// What time alone asks for now.
    #[must_use]
    pub fn lapse(&self, now: Timestamp) -> Lapse {
        let expires_at = match self.state {
            InviteState::Invited { expires_at } => expires_at,
            InviteState::Queued | InviteState::Accepted if now >= self.waits_until() => return Lapse::Expire,
            InviteState::Provisioning { lease_until, .. } if now >= lease_until && now >= self.waits_until() => {
                return Lapse::Expire;
            }
            _ => return Lapse::Nothing,
        };
        if now >= expires_at {
            Lapse::Expire
        } else if self.can_be_reminded() && now >= self.next_reminder(expires_at) {
            Lapse::Remind
        } else {
            Lapse::Nothing
        }
    }

    /// Until when it may wait for its account or its first mail: counted from what a person last did with it.
    fn waits_until(&self) -> Timestamp {
        let last_act = self.history.iter().rev().find(|entry| entry.by != Actor::Service);
        last_act.map_or(self.created_at, |entry| entry.at) + MAX_WAIT
    }

    /// Whether its mail left, or may have left, since its officer or invitee last did something with it.
    #[must_use]
    pub fn was_sent(&self) -> bool {
        let is_act = |entry: &&HistoryEntry| matches!(entry.by, Actor::Officer | Actor::Invitee);
        let mut since_act = self.history.iter().rev().take_while(|entry| !is_act(entry));
        since_act.any(|entry| matches!(entry.event.as_str(), "INVITED" | "REMINDED"))
    }

    /// Brings the invitation to its invitee's mind, with the same link, once the directory was asked whether they have an
    /// account by now.
    ///
    /// # Errors
    ///
    /// Unless it is time for it.
    pub fn remind(self, now: Timestamp) -> Result<Self, Conflict> {
        if self.lapse(now) != Lapse::Remind {
            return Err(self.conflict("brought to mind"));
        }
        let mail = Some(Mail::due(MailKind::Reminder, self.generation()).replaced());
        Ok(Self { mail, due_at: Some(now + WAKE_AFTER), ..self.stepped(Some("REMINDED"), now) })
    }

    /// Ends an invitation that nobody accepted in time, or an invite that waited for too long; its officer is to be told.
    ///
    /// # Errors
    ///
    /// Unless its time has come.
    pub fn expire(self, now: Timestamp) -> Result<Self, Conflict> {
        if self.lapse(now) != Lapse::Expire {
            return Err(self.conflict("expired"));
        }
        let generation = self.notice.as_ref().map_or(0, |mail| mail.generation) + 1;
        let notice = Some(Mail::due(MailKind::InvitationLapsed, generation));
        Ok(Self { notice, ..self.stepped(Some("EXPIRED"), now) }.ended(InviteState::Expired, now))
    }

    /// In a state that nothing comes after by itself: a mail that is still open is closed with it, so that it neither leaves
    /// late nor keeps the invite from being sent again.
    fn ended(self, state: InviteState, now: Timestamp) -> Self {
        let claimed_at = self.mail.as_ref().and_then(Mail::claimed_at);
        let mail = self.mail.clone().map(|mail| if mail.is_open() { mail.replaced() } else { mail });
        // One without an answer may have arrived, so it counts for the day.
        let mailed_at = claimed_at.into_iter().chain(self.mailed_at).max();
        let next = Self { state, mail, mailed_at, ..self };
        Self { due_at: next.natural_due(now), ..next }
    }

    /// Moves the notice to the officer on by one of [`Mail`]'s transitions.
    ///
    /// # Errors
    ///
    /// When there is no notice, or the transition refuses.
    pub fn map_notice(
        self,
        now: Timestamp,
        due_at: Option<Timestamp>,
        transition: impl FnOnce(Mail) -> Result<Mail, MailConflict>,
    ) -> Result<Self, Conflict> {
        let notice = transition(self.notice.clone().ok_or_else(|| self.conflict("told of"))?)?;
        let next = Self { notice: Some(notice), ..self.stepped(None, now) };
        Ok(Self { due_at: due_at.or_else(|| next.natural_due(now)), ..next })
    }

    /// Stops all work on it, because the workers gave its message up: a person has to look.
    ///
    /// # Errors
    ///
    /// Unless work is ahead that is ours.
    pub fn needs_attention(self, now: Timestamp) -> Result<Self, Conflict> {
        let is_leased = matches!(self.state, InviteState::Provisioning { .. });
        let is_open = self.mail_is_due() || self.notice_is_due() || self.next_step(now) != NextStep::Nothing;
        if !is_leased && !is_open {
            return Err(self.conflict("given up"));
        }
        let stood = Some(Box::new(self.state.clone()));
        let state = InviteState::NeedsAttention { stood };
        let next = Self { state, ..self.stepped(Some("NEEDS_ATTENTION"), now) };
        Ok(Self { due_at: next.natural_due(now), ..next })
    }

    /// An operator has checked it: it goes on, with what became known meanwhile.
    ///
    /// # Errors
    ///
    /// Unless it needs attention.
    pub fn resume(self, now: Timestamp) -> Result<Self, Conflict> {
        match &self.state {
            InviteState::NeedsAttention { stood: Some(stood) } => {
                let state = (**stood).clone();
                Ok(Self { state, ..self.acted("RESUMED", Actor::Operator, now) }.mailed(now))
            }
            _ => Err(self.conflict("resumed")),
        }
    }

    /// Notes that SES has said nothing of the last mail since it took it.
    ///
    /// # Errors
    ///
    /// Unless that is so, and long enough.
    pub fn mail_unheard_of(self, now: Timestamp) -> Result<Self, Conflict> {
        self.map_mail(now, |mail| mail.unheard_of(now))
    }

    fn queued(creation: Creation, origin: Origin, subject: Subject) -> Self {
        let Creation { id, officer, address_key, terms, at, trace } = creation;
        let entry =
            HistoryEntry { at, event: "QUEUED".to_owned(), by: Actor::Officer, trace: trace.clone(), action: None };
        Self {
            id,
            officer,
            origin,
            email: subject.email,
            address_key,
            holder: subject.holder,
            profile: subject.profile,
            reason: subject.reason,
            state: InviteState::Queued,
            terms,
            mail: None,
            seed: subject.seed,
            device: None,
            first_password: FirstPassword::NotRequested,
            mailed_at: None,
            sending_at: None,
            notice: None,
            created_at: at,
            updated_at: at,
            due_at: Some(at + WAKE_AFTER),
            trace,
            history: vec![entry],
        }
    }

    fn with_account(self, account: Account, seed: SeedState, event: &'static str, now: Timestamp) -> Self {
        // The invitation's link keeps working: both mails of one invite lead to the same page.
        let generation = self.generation().max(1);
        Self {
            state: InviteState::AccountCreated { account },
            mail: Some(Mail::due(MailKind::AccountCreated, generation)),
            seed,
            due_at: Some(now + WAKE_AFTER),
            ..self.stepped(Some(event), now)
        }
    }

    fn with_seed(self, seed: SeedState, event: Option<&str>, now: Timestamp) -> Self {
        let next = Self { seed, ..self.stepped(event, now) };
        Self { due_at: next.natural_due(now), ..next }
    }

    /// After a mail was taken: an invitation is out for as long as its letter says, also while work on it is paused.
    fn mailed(self, now: Timestamp) -> Self {
        let sent = self.mail.as_ref().is_some_and(Mail::may_have_arrived);
        let next = match self.unpaused() {
            InviteState::Queued if sent && self.profile.is_none() => {
                let state = InviteState::Invited { expires_at: self.promised_until() };
                self.with_unpaused(state).stepped(Some("INVITED"), now)
            }
            _ => self,
        };
        Self { due_at: next.natural_due(now), ..next }
    }

    /// When the sweeper has to look, given that somebody was just woken for what is open.
    fn natural_due(&self, now: Timestamp) -> Option<Timestamp> {
        if self.is_paused() {
            return Some(now + KEEPING_LOOK);
        }
        let held_until = self.mail.as_ref().filter(|_| self.mail_is_due()).and_then(Mail::held_until);
        let is_waiting = self.mail_is_due() && held_until.is_none();
        let open = self.next_step(now) != NextStep::Nothing || is_waiting || self.notice_is_due();
        let unanswered = [&self.mail, &self.notice].into_iter().flatten().find_map(|mail| match mail.state {
            MailState::Claimed { at, .. } => Some(at + MAIL_ANSWER_WAIT),
            _ => None,
        });
        let lapses = match self.state {
            InviteState::Invited { expires_at } if self.can_be_reminded() => {
                Some(self.next_reminder(expires_at).min(expires_at))
            }
            InviteState::Invited { expires_at } => Some(expires_at),
            _ => None,
        };
        let licence = self.account().and_then(|_| self.seed.retry_at());
        let unrecorded = match self.first_password {
            FirstPassword::Sending { at, .. } => Some(at + FIRST_PASSWORD_LEASE),
            _ => None,
        };
        let woken = open.then(|| now + WAKE_AFTER);
        let unheard_of = self.mail.as_ref().and_then(Mail::unknown_from);
        let kept = self.over_since().map(|_| now + KEEPING_LOOK);
        [woken, held_until, unanswered, lapses, unheard_of, licence, unrecorded, kept].into_iter().flatten().min()
    }

    /// Whether the last mail is out and did not come back.
    fn can_be_reminded(&self) -> bool {
        !self.awaits_reminder_check()
            && self.mail.as_ref().is_some_and(|mail| !mail.is_open() && !mail.is_undeliverable())
    }

    /// When the invitee is next reminded, if nothing happens until then.
    fn next_reminder(&self, expires_at: Timestamp) -> Timestamp {
        let first = expires_at - self.terms.reminder_span();
        match &self.mail {
            Some(Mail { kind: MailKind::Reminder, .. }) => {
                self.mailed_at.map_or(first, |mailed| (mailed + REMINDER_PAUSE).max(first))
            }
            _ => first,
        }
    }

    /// The latest sending, 0 before the first.
    fn generation(&self) -> u32 {
        self.mail.as_ref().map_or(0, |mail| mail.generation)
    }

    /// Whether nobody has looked yet if the address has an account: never mailed, or amended since.
    fn awaits_check(&self) -> bool {
        self.mail.as_ref().is_none_or(|mail| matches!(mail.state, MailState::Replaced))
    }

    /// Whether its invitee is to be reminded, and nobody has looked yet if they have an account by now.
    fn awaits_reminder_check(&self) -> bool {
        let is_replaced = |mail: &Mail| mail.kind == MailKind::Reminder && matches!(mail.state, MailState::Replaced);
        matches!(self.state, InviteState::Invited { .. }) && self.mail.as_ref().is_some_and(is_replaced)
    }

    /// Whether its officer has its holder mailed again, and nobody has looked yet if the account is still there.
    fn awaits_account_check(&self) -> bool {
        let is_replaced =
            |mail: &Mail| mail.kind == MailKind::AccountCreated && matches!(mail.state, MailState::Replaced);
        matches!(self.state, InviteState::AccountCreated { .. }) && self.mail.as_ref().is_some_and(is_replaced)
    }

    /// Whether a notice to the officer waits to be sent.
    #[must_use]
    pub fn notice_is_due(&self) -> bool {
        !self.is_paused() && self.notice.as_ref().is_some_and(|mail| matches!(mail.state, MailState::Due { .. }))
    }

    fn map_mail(
        self,
        now: Timestamp,
        transition: impl FnOnce(Mail) -> Result<Mail, MailConflict>,
    ) -> Result<Self, Conflict> {
        let mail = transition(self.mail.clone().ok_or_else(|| self.conflict("mailed"))?)?;
        let next = Self { mail: Some(mail), ..self.stepped(None, now) };
        Ok(Self { due_at: next.natural_due(now), ..next })
    }

    fn acted_by_officer(self, event: &str, act: &Act) -> Self {
        self.recorded(event, Actor::Officer, act)
    }

    fn acted(self, event: &str, by: Actor, now: Timestamp) -> Self {
        let act = Act { at: now, trace: self.trace.clone(), action: None };
        self.recorded(event, by, &act)
    }

    /// The same with `event` in its history.
    fn recorded(mut self, event: &str, by: Actor, act: &Act) -> Self {
        // A step that is tried again and again says so once, or it would push everything else out. What an officer does is
        // never such a step.
        let again = |last: &HistoryEntry| last.event == event && last.by == by && by != Actor::Officer;
        if !self.history.last().is_some_and(again) {
            if self.history.len() >= HISTORY_LIMIT {
                self.history.remove(1);
            }
            self.history.push(HistoryEntry {
                at: act.at,
                event: event.to_owned(),
                by,
                trace: act.trace.clone(),
                action: act.action,
            });
        }
        self.stepped(None, act.at)
    }

    /// The same with what the service did in its history.
    fn stepped(mut self, event: Option<&str>, now: Timestamp) -> Self {
        if let Some(event) = event {
            return self.acted(event, Actor::Service, now);
        }
        self.updated_at = now;
        self
    }

    fn conflict(&self, event: &'static str) -> Conflict {
        Conflict { state: self.state_name(), event }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DomainRules, Entropy, Keys, OfficerId, form::Form};

    const RULES: &str = r#"{"version":1,"domains":[
        {"domain":"gov.sg","match":"subdomains","persona":"officer","seed":"eligible"},
        {"domain":"vendor.example.com","match":"exact","persona":"vendor","seed":"eligible"}]}"#;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix_ms(1_763_875_442_000) + Duration::from_secs(seconds)
    }

    fn creation(email: &EmailAddress) -> Creation {
        let entropy = Entropy::seeded(1);
        let officer = EmailAddress::parse("officer@agency.gov.sg").unwrap();
        Creation {
            id: InviteId::generate(at(0), &entropy),
            officer: Officer { id: OfficerId::parse("officer-1").unwrap(), email: officer },
            address_key: Keys::derive(b"test").address(email),
            terms: Terms::USUAL,
            at: at(0),
            trace: TraceId::generate(at(0), &entropy),
        }
    }

    fn form() -> Form {
        Form {
            email: "ada@vendor.example.com".into(),
            username: "ada.tan".into(),
            first_name: "Ada".into(),
            last_name: "Tan".into(),
            country_code: "65".into(),
            contact_number: "91234567".into(),
            organisation: "Example Vendor".into(),
            department: String::new(),
            seed: "yes".into(),
            reason: "Project".into(),
        }
    }

    /// That of the invitations here.
    fn mailbox() -> Mailbox {
        Mailbox::unknown(by_email().address_key)
    }

    fn officer() -> EmailAddress {
        EmailAddress::parse("officer@agency.gov.sg").unwrap()
    }

    fn for_account() -> Invite {
        let request = form().account(&DomainRules::from_json(RULES).unwrap(), &officer()).unwrap();
        Invite::for_account(creation(&request.email), Origin::Account, request)
    }

    fn by_email() -> Invite {
        let form = Form { email: "bo@agency.gov.sg".into(), reason: "Project".into(), ..Form::default() };
        let request = form.email_invitation(&DomainRules::from_json(RULES).unwrap(), &officer()).unwrap();
        Invite::by_email(creation(&request.email), request)
    }

    fn account() -> Account {
        Account { directory_id: "d-1".into() }
    }

    fn invited() -> Invite {
        let invite = by_email().address_is_free(at(1)).unwrap().claim_mail(at(2)).unwrap();
        invite.mail_accepted("m-1".into(), at(3)).unwrap()
    }

    #[test]
    fn an_account_is_made_then_mailed_then_onboarded() {
        let invite = for_account();
        assert_eq!(invite.next_step(at(1)), NextStep::Provision);
        assert!(!invite.mail_is_due());
        let invite = invite.claim(at(1)).unwrap();
        assert_eq!(invite.next_step(at(2)), NextStep::Nothing);
        let invite = invite.account_created(account(), SeedState::LicenceAssigned, at(2)).unwrap();
        assert!(invite.mail_is_due());
        assert_eq!(invite.progress_name(), "MAILING");
        let invite = invite.claim_mail(at(3)).unwrap().mail_accepted("m-1".into(), at(4)).unwrap();
        assert_eq!((invite.progress_name(), invite.due_at), ("ACCOUNT_CREATED", Some(at(4 + DAY))));
        assert_eq!(invite.account_seen(AccountStatus::SignedIn, at(5)).unwrap().techpass_label(), "Onboarded");
    }

    #[test]
    fn an_email_invitation_is_mailed_before_an_account_is_made() {
        let invite = by_email();
        assert_eq!(invite.next_step(at(0)), NextStep::CheckAddress);
        assert!(invite.clone().claim(at(0)).is_err());
        assert!(invite.claim_mail(at(0)).is_err());
        let invite = invited();
        let InviteState::Invited { expires_at } = invite.state else { panic!() };
        assert_eq!(invite.due_at, Some(at(3 + DAY)), "to see whether it was delivered");
        assert_eq!(
            invite.clone().mail_unheard_of(at(3 + DAY)).unwrap().due_at,
            Some(expires_at - Terms::USUAL.reminder_span())
        );
        let profile = form().profile().unwrap();
        let invite = invite.accept(profile, at(10)).unwrap();
        assert_eq!(invite.next_step(at(10)), NextStep::Provision);
        let given_back = invite.clone().claim(at(11)).unwrap().give_back(at(20), at(12)).unwrap();
        assert_eq!(given_back.state_name(), "ACCEPTED");
        let invite = invite.claim(at(11)).unwrap().account_created(account(), SeedState::NotRequired, at(12)).unwrap();
        assert_eq!(invite.mail.unwrap().generation, 1);
    }

    #[test]
    fn an_invitation_lapses_at_its_expiry_and_is_accepted_once() {
        let profile = form().profile().unwrap();
        let InviteState::Invited { expires_at } = invited().state else { panic!() };
        let before = Timestamp::from_unix_ms(expires_at.unix_ms() - 1);
        assert!(invited().accept(profile.clone(), before).is_ok());
        assert!(invited().accept(profile.clone(), expires_at).is_err());
        assert!(invited().accept(profile.clone(), before).unwrap().accept(profile, before).is_err());
    }

    #[test]
    fn a_lease_keeps_others_out_until_it_runs_out() {
        let invite = for_account().claim(at(0)).unwrap();
        assert!(invite.clone().claim(at(59)).is_err());
        let again = invite.claim(at(60)).unwrap();
        assert!(matches!(again.state, InviteState::Provisioning { attempt: 2, .. }));
    }

    #[test]
    fn whatever_waits_for_us_is_due_at_some_time() {
        let invite = for_account();
        let claimed = invite.clone().claim(at(1)).unwrap();
        let created = claimed.clone().account_created(account(), SeedState::Pending, at(2)).unwrap();
        let mailing = created.clone().claim_mail(at(3)).unwrap();
        let seeded = created.clone().seed_assigned(at(3)).unwrap();
        for invite in
            [invite, claimed, created, mailing, seeded, by_email(), by_email().address_is_free(at(1)).unwrap()]
        {
            assert!(invite.due_at.is_some(), "{}", invite.progress_name());
        }
    }

    #[test]
    fn a_failed_invite_frees_its_address() {
        let invite = for_account().claim(at(1)).unwrap();
        assert!(invite.is_live());
        let failed = invite.fail(Failure::AccountExists, at(2)).unwrap();
        assert!(!failed.is_live());
        assert_eq!((failed.over_since(), failed.due_at), (Some(at(2)), Some(at(2 + DAY))));
        assert!(failed.claim(at(100)).is_err());
    }

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
        let next_day = sent.clone().request_first_password(at(now + DAY)).unwrap();
        assert_eq!(next_day.first_password, FirstPassword::Requested { at: at(now + DAY), count: 1 });
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
        assert_eq!(claimed.due_at, Some(at(64)), "somebody looks when its worker's lease is over");
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

    fn created(seed: SeedState) -> Invite {
        for_account().claim(at(1)).unwrap().account_created(account(), seed, at(2)).unwrap()
    }

    #[test]
    fn a_disabled_account_loses_its_licence_and_gets_it_back_with_its_device() {
        let device = Device { state: crate::seed::DeviceState::Enrolled, at: at(3) };
        let invite = created(SeedState::LicenceAssigned).device_told(device.clone(), at(3)).unwrap();
        assert_eq!(invite.seed, SeedState::FullyOnboarded);
        assert_eq!(invite.clone().device_told(device, at(4)), None, "told twice");
        let onboarded = invite.account_seen(AccountStatus::SignedIn, at(5)).unwrap();
        let disabled = onboarded.account_seen(AccountStatus::Disabled, at(6)).unwrap();
        assert_eq!((disabled.techpass_label(), disabled.next_step(at(6))), ("Disabled", NextStep::WithdrawSeed));
        assert!(disabled.is_live() && disabled.due_at.is_some());
        assert!(!disabled.mail_is_due(), "nobody can use what the mail says");
        assert_eq!(disabled.clone().account_seen(AccountStatus::Disabled, at(7)), None);
        let withdrawn = disabled.seed_withdrawn(at(7)).unwrap();
        assert_eq!((withdrawn.seed_label(), withdrawn.next_step(at(8))), ("Licence withdrawn", NextStep::Nothing));
        assert!(withdrawn.clone().request_seed(&act(8)).is_err());
        let enabled = withdrawn.account_seen(AccountStatus::SignedIn, at(9)).unwrap();
        assert_eq!((enabled.techpass_label(), enabled.next_step(at(9))), ("Onboarded", NextStep::AssignSeed));
        assert_eq!(enabled.seed_assigned(at(10)).unwrap().seed, SeedState::FullyOnboarded);
    }

    #[test]
    fn a_refused_licence_says_why_and_is_due_when_it_is_tried_again() {
        let refused = created(SeedState::Pending).seed_refused(LicenceFault::NotSetUp, at(3)).unwrap();
        let mailed = refused.claim_mail(at(4)).unwrap().mail_accepted("m".into(), at(5)).unwrap();
        assert_eq!(mailed.due_at, Some(at(303)));
        assert_eq!(mailed.next_step(at(302)), NextStep::Nothing);
        assert_eq!(mailed.next_step(at(303)), NextStep::AssignSeed);
        let asked = mailed.request_seed(&act(60)).unwrap().unwrap();
        assert_eq!((asked.seed, asked.history.last().unwrap().by), (SeedState::Pending, Actor::Invitee));
        assert_eq!(asked.request_seed(&act(61)), Ok(None), "asked for already");
    }

    #[test]
    fn an_account_that_nobody_recorded_is_taken_up() {
        let failed = for_account().claim(at(1)).unwrap().fail(Failure::DetailsRefused, at(2)).unwrap();
        let adopted = failed.adopt(account(), at(3)).unwrap();
        assert!(adopted.is_live() && adopted.mail_is_due());
        assert_eq!(adopted.next_step(at(3)), NextStep::AssignSeed);
        assert!(adopted.adopt(account(), at(4)).is_err());
        let claimed = for_account().claim(at(0)).unwrap();
        assert!(claimed.clone().adopt(account(), at(59)).is_err(), "its worker is still at it");
        assert!(claimed.adopt(account(), at(60)).is_ok());
        assert!(by_email().adopt(account(), at(60)).is_err());
    }

    #[test]
    fn nothing_is_shown_of_the_licence_of_an_account_that_is_gone() {
        let gone = created(SeedState::LicenceAssigned).account_seen(AccountStatus::Gone, at(3)).unwrap();
        assert_eq!((gone.techpass_label(), gone.seed_label(), gone.due_at), ("User Not Found", "-", Some(at(3 + DAY))));
        let refused = SeedState::LicenceError { fault: LicenceFault::Refused, retry_at: None };
        let refused = created(refused);
        assert!(refused.seed_detail().is_some());
        assert_eq!(refused.account_seen(AccountStatus::Gone, at(3)).unwrap().seed_detail(), None);
        assert_eq!(gone.account_seen(AccountStatus::Disabled, at(4)), None);
    }

    fn act(seconds: u64) -> Act {
        Act { at: at(seconds), trace: TraceId::generate(at(seconds), &Entropy::seeded(seconds)), action: None }
    }

    const DAY: u64 = 24 * 3600;

    #[test]
    fn an_invite_is_sent_again_once_a_day_of_singapore_with_a_new_link() {
        let invite = invited();
        let from = invite.resend_from();
        assert_eq!(invite.clone().resend(&mailbox(), &act(60)), Err(ResendRefusal::NotBefore(from)));
        let later = Act { at: from, ..act(0) };
        let again = invite.resend(&mailbox(), &later).unwrap();
        assert_eq!((again.state_name(), again.next_step(from)), ("QUEUED", NextStep::CheckAddress));
        assert!(again.is_on_its_way(from) && !again.mail_is_due(), "the directory is asked first");
        assert_eq!(again.history.last().unwrap().by, Actor::Officer);
        assert!(again.clone().resend(&mailbox(), &later).is_err(), "one is on its way");
        let due = again.address_is_free(from).unwrap();
        assert_eq!(due.mail.as_ref().unwrap().generation, 2);
        let out = due.claim_mail(from).unwrap().mail_accepted("m-2".into(), from).unwrap();
        assert!(matches!(out.state, InviteState::Invited { expires_at } if expires_at == from + Terms::USUAL.life()));
    }

    #[test]
    fn an_invite_says_from_when_it_can_be_sent_again_exactly_when_it_can() {
        let out = invited();
        let bounced = out.clone().observe_mail(MailKind::Invitation, 1, MailEvent::Bounced, "m-1", at(9)).unwrap();
        let later = Act { at: out.resend_from(), ..act(0) };
        let again = out.clone().resend(&mailbox(), &later).unwrap();
        let revoked = out.clone().revoke(&act(1)).unwrap();
        for invite in [by_email(), out, bounced, again, revoked, created(SeedState::NotRequired)] {
            let name = invite.state_name();
            let Some(from) = invite.resendable_from() else {
                assert!(invite.resend(&mailbox(), &act(9 * DAY)).is_err(), "{name}");
                continue;
            };
            assert!(invite.clone().resend(&mailbox(), &Act { at: from, ..act(0) }).is_ok(), "{name}");
            let earlier = Timestamp::from_unix_ms(from.unix_ms() - 1);
            let early = invite.resend(&mailbox(), &Act { at: earlier, ..act(0) });
            assert_eq!(early, Err(ResendRefusal::NotBefore(from)), "{name}");
        }
    }

    #[test]
    fn an_account_is_looked_for_before_it_is_mailed_about_again() {
        let out = created(SeedState::NotRequired).claim_mail(at(3)).unwrap();
        let out = out.mail_accepted("m-1".into(), at(4)).unwrap();
        let from = out.resend_from();
        let again = out.resend(&mailbox(), &Act { at: from, ..act(0) }).unwrap();
        assert_eq!((again.progress_name(), again.next_step(from)), ("MAILING", NextStep::CheckAccount));
        assert!(again.is_on_its_way(from) && !again.mail_is_due() && again.due_at.is_some());
        assert!(again.clone().resend(&mailbox(), &Act { at: from, ..act(0) }).is_err(), "one is on its way");
        let gone = again.clone().account_seen(AccountStatus::Gone, from).unwrap();
        assert_eq!((gone.next_step(from), gone.mail_is_due()), (NextStep::Nothing, false));
        let signed_in = again.clone().account_seen(AccountStatus::SignedIn, from).unwrap();
        assert_eq!((signed_in.next_step(from), signed_in.mail_is_due()), (NextStep::Nothing, false));
        let due = again.account_is_there(from).unwrap();
        assert!(due.mail_is_due() && due.clone().account_is_there(from).is_err());
        assert_eq!(due.mail.unwrap().generation, 2);
    }

    #[test]
    fn a_mail_that_came_back_is_amended_and_not_repeated() {
        let bounced = invited().observe_mail(MailKind::Invitation, 1, MailEvent::Bounced, "m-1", at(9)).unwrap();
        let tomorrow = act(2 * DAY);
        assert_eq!(bounced.clone().resend(&mailbox(), &tomorrow), Err(ResendRefusal::Undeliverable));
        assert_eq!(bounced.lapse(at(25 * DAY)), Lapse::Nothing, "nor brought to mind");
        let InviteState::Invited { expires_at } = bounced.state else { panic!() };
        assert_eq!(bounced.clone().settled(at(25 * DAY)).due_at, Some(expires_at));
        let form = Form { email: "bo.lim@agency.gov.sg".into(), reason: "Project".into(), ..Form::default() };
        let request = form.email_invitation(&DomainRules::from_json(RULES).unwrap(), &officer()).unwrap();
        let key = Keys::derive(b"test").address(&request.email);
        let amended = bounced.amend(Amendment::Email(request), key, &tomorrow).unwrap();
        assert_eq!(amended.next_step(tomorrow.at), NextStep::CheckAddress);
        assert!(!amended.mail_is_due());
        let due = amended.address_is_free(tomorrow.at).unwrap();
        assert_eq!(due.mail.unwrap().generation, 2, "the old link is dead");
    }

    #[test]
    fn a_mail_to_a_mailbox_that_is_sent_nothing_fails_until_that_is_cleared() {
        let due = by_email().address_is_free(at(1)).unwrap();
        let failed = due.mail_withheld(SuppressionReason::Bounced, at(2)).unwrap();
        assert_eq!(failed.state, InviteState::Failed { failure: Failure::AddressBounced });
        assert_eq!(failed.mail.as_ref().unwrap().state_name(), "SUPPRESSED");
        let suppressed = mailbox().suppress(SuppressionReason::Bounced, at(0), at(0)).unwrap();
        let tomorrow = act(DAY);
        assert_eq!(failed.clone().resend(&suppressed, &tomorrow), Err(ResendRefusal::Undeliverable));
        assert_eq!(failed.clone().resend(&mailbox(), &tomorrow), Err(ResendRefusal::Undeliverable), "never cleared");
        let cleared = suppressed.clear("an operator".into(), at(DAY)).unwrap();
        let again = failed.resend(&cleared, &act(DAY)).unwrap();
        assert!(again.is_live() && again.is_on_its_way(at(DAY)));
        let bounced = invited().observe_mail(MailKind::Invitation, 1, MailEvent::Bounced, "m-1", at(9)).unwrap();
        assert!(bounced.resend(&cleared, &act(2 * DAY)).is_ok());
    }

    #[test]
    fn a_mail_that_is_held_is_due_once_its_mailbox_has_room() {
        let held = by_email().address_is_free(at(1)).unwrap().mail_held(at(DAY), at(2)).unwrap();
        assert_eq!((held.due_at, held.mail.as_ref().unwrap().state_name()), (Some(at(DAY)), "HELD"));
        assert!(held.mail_is_due(), "whoever finds room earlier may send it");
        assert_eq!(held.claim_mail(at(DAY)).unwrap().due_at, Some(at(DAY) + MAIL_ANSWER_WAIT));
    }

    #[test]
    fn an_invitation_is_brought_to_mind_daily_and_then_lapses() {
        let invite = invited();
        assert_eq!(invite.lapse(at(22 * DAY)), Lapse::Nothing);
        let mut invite = invite;
        for day in 0..7 {
            let now = at(3 + (23 + day) * DAY);
            assert_eq!(invite.lapse(now), Lapse::Remind, "day {day}");
            let reminded = invite.remind(now).unwrap();
            assert_ne!(reminded.lapse(now + Duration::from_secs(DAY)), Lapse::Remind, "once");
            assert_eq!((reminded.next_step(now), reminded.mail_is_due()), (NextStep::CheckAddress, false));
            let found = reminded.clone().fail(Failure::AccountExists, now).unwrap();
            assert_eq!((found.next_step(now), found.mail_is_due()), (NextStep::Nothing, false));
            invite =
                reminded.address_is_free(now).unwrap().claim_mail(now).unwrap().mail_accepted("m".into(), now).unwrap();
            assert_eq!(invite.mail.as_ref().unwrap().generation, 1, "the same link");
            assert_eq!(invite.lapse(now), Lapse::Nothing);
        }
        let end = at(2 + 30 * DAY);
        assert_eq!(invite.due_at, Some(end));
        let lapsed = invite.expire(end).unwrap();
        assert!(!lapsed.is_live());
        assert!(lapsed.due_at.is_some(), "the officer is to be told");
        let revived = lapsed.resend(&mailbox(), &Act { at: end.next_singapore_day(), ..act(0) }).unwrap();
        assert!(revived.is_live() && revived.next_step(end.next_singapore_day()) == NextStep::CheckAddress);
    }

    #[test]
    fn an_invitation_that_expires_closes_the_mail_that_is_open() {
        let InviteState::Invited { expires_at } = invited().state else { panic!() };
        let unchecked = invited().remind(at(24 * DAY)).unwrap();
        let waiting = unchecked.clone().address_is_free(at(24 * DAY)).unwrap();
        let claimed = waiting.clone().claim_mail(at(25 * DAY)).unwrap();
        for invite in [unchecked, waiting, claimed] {
            let expired = invite.expire(expires_at).unwrap();
            assert!(!expired.mail.as_ref().unwrap().is_open());
            let tomorrow = Act { at: expires_at.next_singapore_day(), ..act(0) };
            assert!(expired.resend(&mailbox(), &tomorrow).is_ok());
        }
    }

    #[test]
    fn a_link_works_for_as_long_as_its_mail_says() {
        let late = by_email().address_is_free(at(0)).unwrap().mail_held(at(20 * DAY), at(1)).unwrap();
        let claimed = late.claim_mail(at(20 * DAY)).unwrap();
        let promised = claimed.promised_until();
        assert_eq!(promised, at(50 * DAY), "from when it leaves, not from when it was asked for");
        let soon = 21 * DAY - 1;
        let copy = claimed.retry_mail(at(soon), Some(at(soon))).unwrap().claim_mail(at(soon)).unwrap();
        assert_eq!(copy.promised_until(), promised, "a copy is identical");
        let heard = copy.observe_mail(MailKind::Invitation, 1, MailEvent::Delivered, "m", at(23 * DAY)).unwrap();
        assert!(matches!(heard.state, InviteState::Invited { expires_at } if expires_at == promised));
        let account = created(SeedState::NotRequired).claim_mail(at(40 * DAY)).unwrap();
        assert_eq!(account.promised_until(), at(70 * DAY));
    }

    #[test]
    fn a_copy_that_waited_counts_its_days_anew_and_shortens_nothing() {
        let copy_of = |claimed: Invite, seconds: u64| {
            claimed.retry_mail(at(900), Some(at(900))).unwrap().claim_mail(at(seconds)).unwrap()
        };
        let invitation = by_email().address_is_free(at(0)).unwrap().claim_mail(at(0)).unwrap();
        for (seconds, until) in [(900, 30 * DAY), (DAY - 1, 30 * DAY), (DAY, 31 * DAY), (40 * DAY, 70 * DAY)] {
            let copy = copy_of(invitation.clone(), seconds);
            assert_eq!(copy.promised_until(), at(until), "{seconds}");
            let invited = copy.mail_accepted("m".into(), at(seconds)).unwrap();
            assert_eq!(invited.lapse(at(until - 1)), Lapse::Remind, "{seconds}");
            assert!(invited.can_be_accepted(at(until - 1)) && !invited.can_be_accepted(at(until)), "{seconds}");
        }
        // Its letter says "30 days" and no date, so each copy has that many.
        let account = created(SeedState::NotRequired).claim_mail(at(3)).unwrap();
        let account = account.retry_mail(at(903), Some(at(903))).unwrap();
        for seconds in [903, 10 * DAY, 40 * DAY] {
            let copy = account.clone().claim_mail(at(seconds)).unwrap();
            assert_eq!(copy.promised_until(), at(seconds + 30 * DAY), "{seconds}");
        }
        // What is known not to have been sent promises nothing.
        let refused = copy_of(invitation, 40 * DAY).mail_not_sent(at(41 * DAY), at(40 * DAY)).unwrap();
        assert_eq!(refused.clone().claim_mail(at(41 * DAY)).unwrap().promised_until(), at(71 * DAY));
        let heard = refused.observe_mail(MailKind::Invitation, 1, MailEvent::Delivered, "m", at(41 * DAY)).unwrap();
        assert_eq!(heard.promised_until(), at(70 * DAY), "the end of its link is not shortened again");
    }

    #[test]
    fn no_reminder_leaves_once_the_invitation_has_ended() {
        let InviteState::Invited { expires_at } = invited().state else { panic!() };
        let before = Timestamp::from_unix_ms(expires_at.unix_ms() - 1);
        let due = invited().remind(before).unwrap().address_is_free(before).unwrap();
        assert!(due.clone().claim_mail(before).is_ok());
        assert!(due.claim_mail(expires_at).is_err());
    }

    #[test]
    fn a_mail_that_nobody_knows_of_ends_after_a_day() {
        let claimed = by_email().address_is_free(at(0)).unwrap().claim_mail(at(0)).unwrap();
        assert!(claimed.clone().mail_given_up(at(DAY - 1)).is_err());
        let unknown = claimed.mail_given_up(at(DAY)).unwrap();
        assert_eq!((unknown.state_name(), unknown.mail.as_ref().unwrap().state_name()), ("INVITED", "UNKNOWN"));
        let account = created(SeedState::NotRequired).claim_mail(at(3)).unwrap();
        assert_eq!(account.progress_name(), "MAILING");
        assert_eq!(account.mail_given_up(at(3 + DAY)).unwrap().progress_name(), "ACCOUNT_CREATED");
    }

    #[test]
    fn an_account_that_may_exist_is_remembered_until_the_directory_says() {
        let lost = for_account().claim(at(0)).unwrap();
        let again = lost.claim(at(60)).unwrap().give_back(at(90), at(61)).unwrap();
        assert_eq!(again.state_name(), "PROVISIONING");
        assert!(again.clone().revoke(&act(62)).is_err(), "nobody knows whether there is an account");
        assert!(again.clone().claim(at(89)).is_err());
        let paused = again.clone().needs_attention(at(70)).unwrap();
        assert!(paused.clone().adopt(account(), at(71)).is_ok());
        assert!(matches!(
            paused.resume(at(95)).unwrap().claim(at(95)).unwrap().state,
            InviteState::Provisioning { attempt: 3, .. }
        ));
        assert!(again.claim(at(90)).unwrap().account_created(account(), SeedState::Pending, at(91)).is_ok());
        let revoked = by_email().revoke(&act(5)).unwrap();
        assert!(revoked.adopt(account(), at(6)).is_ok(), "revoked by an earlier release, and made nevertheless");
    }

    #[test]
    fn what_happens_to_an_account_is_recorded_while_work_on_its_invite_is_paused() {
        let paused = created(SeedState::LicenceAssigned).needs_attention(at(3)).unwrap();
        assert_eq!(paused.account(), Some(&account()));
        let device = Device { state: crate::seed::DeviceState::Enrolled, at: at(4) };
        let told = paused.device_told(device, at(4)).unwrap();
        assert_eq!((told.seed, told.state_name()), (SeedState::FullyOnboarded, "NEEDS_ATTENTION"));
        let disabled = told.account_seen(AccountStatus::Disabled, at(5)).unwrap();
        assert_eq!((disabled.state_name(), disabled.next_step(at(5))), ("NEEDS_ATTENTION", NextStep::Nothing));
        let resumed = disabled.clone().resume(at(6)).unwrap();
        assert_eq!((resumed.state_name(), resumed.next_step(at(6))), ("DISABLED", NextStep::WithdrawSeed));
        let gone = disabled.account_seen(AccountStatus::Gone, at(6)).unwrap();
        assert_eq!(gone.state_name(), "ACCOUNT_GONE", "nothing is left to go on with");
        assert_eq!(paused_kept().over_since(), Some(at(3)), "it is kept no longer than others");
        assert!(paused_kept().due_at.is_some());
    }

    fn paused_kept() -> Invite {
        for_account().needs_attention(at(3)).unwrap()
    }

    #[test]
    fn a_mail_event_while_work_is_paused_is_not_lost() {
        let claimed = by_email().address_is_free(at(1)).unwrap().claim_mail(at(2)).unwrap();
        // It is given up by its message while a copy of it is due.
        let due = claimed.retry_mail(at(902), Some(at(902))).unwrap();
        let paused = due.needs_attention(at(903)).unwrap();
        let heard = paused.clone().observe_mail(MailKind::Invitation, 1, MailEvent::Delivered, "m", at(904)).unwrap();
        assert_eq!(heard.state_name(), "NEEDS_ATTENTION");
        assert_eq!(heard.resume(at(905)).unwrap().state_name(), "INVITED");
        let mut stored = paused;
        stored.mail = stored.mail.map(|mail| mail.observe(MailEvent::Delivered, "m", at(904)).unwrap());
        assert_eq!(stored.resume(at(905)).unwrap().state_name(), "INVITED", "what an earlier release left");
    }

    #[test]
    fn amending_mails_the_same_mailbox_once_a_day_too() {
        let revoked = invited().revoke(&act(5)).unwrap();
        let from = revoked.resend_from();
        let correction = Correction::default();
        assert_eq!(revoked.clone().correct(&correction, &act(6)), Err(AmendRefusal::NotBefore(from)));
        let form = |email: &str| Form { email: email.into(), reason: "Project".into(), ..Form::default() };
        let amendment = |email| {
            let request = form(email).email_invitation(&DomainRules::from_json(RULES).unwrap(), &officer()).unwrap();
            let key = Keys::derive(b"test").address(&request.email);
            (Amendment::Email(request), key)
        };
        let (same, key) = amendment("bo+again@agency.gov.sg");
        assert_eq!(revoked.clone().amend(same, key, &act(6)), Err(AmendRefusal::NotBefore(from)));
        let (other, key) = amendment("cy@agency.gov.sg");
        assert!(revoked.clone().amend(other, key, &act(6)).is_ok());
        assert!(revoked.correct(&correction, &Act { at: from, ..act(0) }).is_ok());
    }

    /// What may happen to an invite, in any order: a random walk meets states that no scenario is written for.
    fn anything(invite: Invite, choice: u128, now: Timestamp) -> Invite {
        let next = match choice {
            0 => invite.clone().address_is_free(now).ok(),
            1 => invite.clone().claim(now).ok(),
            2 => invite.clone().give_back(now + WAKE_AFTER, now).ok(),
            3 => invite.clone().account_created(account(), SeedState::Pending, now).ok(),
            4 => invite.clone().fail(Failure::AccountExists, now).ok(),
            5 => invite.clone().claim_mail(now).ok(),
            6 => invite.clone().mail_accepted("m".into(), now).ok(),
            7 => invite.clone().mail_not_sent(now + WAKE_AFTER, now).ok(),
            8 => invite.clone().mail_refused(now).ok(),
            9 => invite.clone().mail_withheld(SuppressionReason::Bounced, now).ok(),
            10 => invite.clone().mail_held(now + WAKE_AFTER, now).ok(),
            11 => invite.clone().retry_mail(now, Some(now)).ok(),
            12 => invite.clone().mail_given_up(now).ok(),
            13 => invite.clone().needs_attention(now).ok(),
            14 => invite.clone().resume(now).ok(),
            15 => invite.clone().remind(now).ok(),
            16 => invite.clone().expire(now).ok(),
            17 => invite.clone().accept(form().profile().unwrap(), now).ok(),
            18 => invite.clone().resend(&mailbox(), &Act { at: now, ..act(0) }).ok(),
            19 => invite.clone().revoke(&Act { at: now, ..act(0) }).ok(),
            20 => invite.clone().correct(&Correction::default(), &Act { at: now, ..act(0) }).ok(),
            21 => invite.clone().account_seen(AccountStatus::Disabled, now),
            22 => invite.clone().account_seen(AccountStatus::SignedIn, now),
            23 => invite.clone().account_seen(AccountStatus::Gone, now),
            24 => invite.clone().seed_assigned(now).ok(),
            25 => invite.clone().seed_withdrawn(now).ok(),
            26 => invite.clone().request_first_password(now).ok(),
            27 => invite.clone().claim_first_password(now).ok(),
            28 => invite.clone().first_password_sent(now).ok(),
            29 => invite.clone().first_password_not_sent(now + WAKE_AFTER, now).ok(),
            30 => invite.clone().adopt(account(), now).ok(),
            _ => invite.mail.clone().and_then(|mail| {
                let event = if choice == 31 { MailEvent::Delivered } else { MailEvent::Bounced };
                invite.clone().observe_mail(mail.kind, mail.generation, event, "m", now)
            }),
        };
        next.unwrap_or(invite)
    }

    #[test]
    fn whatever_happens_an_invite_is_due_again_and_never_stuck() {
        for seed in 0..400 {
            let entropy = Entropy::seeded(seed);
            let mut invite = if seed % 2 == 0 { by_email() } else { for_account() };
            let (mut seconds, mut walked) = (0, Vec::new());
            for _ in 0..80 {
                let choice = entropy.next_u128() % 33;
                seconds += u64::try_from(entropy.next_u128() % 4).unwrap() * 20_000;
                let now = at(seconds);
                invite = anything(invite, choice, now);
                walked.push((choice, seconds, invite.state_name()));
                assert!(invite.due_at.is_some(), "seed {seed}: nobody would look at it again: {walked:?}");
                let is_open = invite.mail.as_ref().is_some_and(Mail::is_open);
                let has_work = invite.next_step(now) != NextStep::Nothing || is_open;
                assert!(invite.state != InviteState::Queued || has_work, "seed {seed}: stuck: {walked:?}");
                let has_ended = !invite.is_live() || invite.account().is_some();
                assert!(!has_ended || invite.over_since().is_some(), "seed {seed}: kept for ever: {walked:?}");
            }
        }
    }

    #[test]
    fn an_invite_keeps_the_terms_that_it_was_made_under() {
        let terms = Terms::new(10, 4).unwrap();
        let form = Form { email: "bo@agency.gov.sg".into(), reason: "Project".into(), ..Form::default() };
        let request = form.email_invitation(&DomainRules::from_json(RULES).unwrap(), &officer()).unwrap();
        let invite = Invite::by_email(Creation { terms, ..creation(&request.email) }, request);
        let claimed = invite.address_is_free(at(0)).unwrap().claim_mail(at(0)).unwrap();
        assert_eq!(claimed.promised_until(), at(10 * DAY));
        let invited = claimed.mail_accepted("m-1".into(), at(0)).unwrap();
        assert_eq!(invited.lapse(at(4 * DAY - 1)), Lapse::Nothing);
        assert_eq!(invited.lapse(at(4 * DAY)), Lapse::Remind);
        assert_eq!(invited.lapse(at(10 * DAY)), Lapse::Expire);
        let mut old = serde_json::to_value(&invited).unwrap();
        old.as_object_mut().unwrap().remove("terms");
        assert_eq!(serde_json::from_value::<Invite>(old).unwrap().terms, Terms::USUAL);
    }

    #[test]
    fn an_invite_is_taken_back_until_it_is_accepted() {
        assert_eq!(invited().revoke(&act(5)).unwrap().state_name(), "REVOKED");
        assert_eq!(by_email().revoke(&act(5)).unwrap().over_since(), Some(at(5)));
        let accepted = invited().accept(form().profile().unwrap(), at(5)).unwrap();
        assert!(accepted.revoke(&act(6)).is_err());
        let revoked = invited().revoke(&act(5)).unwrap();
        assert!(!revoked.mail_is_due() && !revoked.can_be_accepted(at(6)));
        assert!(revoked.clone().accept(form().profile().unwrap(), at(6)).is_err());
        assert!(revoked.resend(&mailbox(), &act(3 * DAY)).is_err());
    }

    #[test]
    fn an_invite_that_was_given_up_goes_on_where_it_stood() {
        let claimed = for_account().claim(at(1)).unwrap();
        let given_up = claimed.clone().needs_attention(at(2)).unwrap();
        assert_eq!((given_up.techpass_label(), given_up.due_at), ("Needs attention", Some(at(2) + KEEPING_LOOK)));
        assert!(given_up.is_live() && given_up.next_step(at(DAY)) == NextStep::Nothing);
        assert!(given_up.clone().needs_attention(at(3)).is_err());
        let resumed = given_up.resume(at(61)).unwrap();
        assert_eq!(resumed.state, claimed.state);
        assert_eq!(resumed.next_step(at(61)), NextStep::Provision);
        assert_eq!(resumed.history.last().unwrap().by, Actor::Operator);
        assert!(resumed.due_at.is_some());
        assert!(invited().needs_attention(at(9)).is_err(), "it waits for its invitee");
        let old = r#"{"state":"NEEDS_ATTENTION"}"#;
        assert_eq!(serde_json::from_str::<InviteState>(old).unwrap(), InviteState::NeedsAttention { stood: None });
    }

    #[test]
    fn a_step_that_is_tried_again_and_again_says_so_once() {
        let mut invite = for_account();
        for n in 0..100 {
            invite = invite.claim(at(n)).unwrap().give_back(at(n), at(n)).unwrap();
        }
        let events: Vec<&str> = invite.history.iter().map(|entry| entry.event.as_str()).collect();
        assert_eq!(events, ["QUEUED", "PROVISIONING"]);
    }

    #[test]
    fn an_invite_survives_being_stored() {
        let invite = invited().accept(form().profile().unwrap(), at(10)).unwrap();
        let json = serde_json::to_string(&invite).unwrap();
        assert_eq!(serde_json::from_str::<Invite>(&json).unwrap(), invite);
    }
}

//! The life of an invite.
//!
//! ```text
//! account:           QUEUED -> PROVISIONING -> ACCOUNT_CREATED -> ONBOARDED
//! email invitation:  QUEUED -> INVITED -> ACCEPTED -> PROVISIONING -> ACCOUNT_CREATED -> ONBOARDED
//! ```
//!
//! An account can later be disabled, enabled again and deleted in the directory: `DISABLED`, `ACCOUNT_GONE`. Its
//! officer can revoke the invite while nobody has signed in: `REVOKING`, until the account is deleted. Each
//! transition consumes the invite and returns its next version. The states of its mail ([`Mail`]) and of SEED
//! ([`SeedState`]) are separate.

mod account;
mod changes;
mod first_access;
mod handover;
mod history;
mod kind;
mod licence;
mod mail;
mod mailbox_proof;
#[cfg(test)]
pub(crate) mod samples;
mod schedule;
mod state;
mod status;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    BatchId, EmailAddress, InviteId, Officer, Reason, Timestamp, TraceId,
    fields::{Holder, Profile, Subject},
    keys::AddressKey,
    licence::{Device, SeedState},
    mail::{Mail, MailConflict},
    terms::Terms,
};

pub use changes::{AmendRefusal, Correction, ResendRefusal};
pub use first_access::{FIRST_PASSWORD_LEASE, FIRST_PASSWORD_MEMORY, FIRST_PASSWORD_PAUSES, FirstPassword};
pub use handover::HandoverRefusal;
pub use history::{Act, Actor, Event, HistoryEntry};
pub use kind::Kind;
pub use mail::{ANSWER_HOLDS, COPY_SPAN, MAIL_ANSWER_WAIT};
pub use mailbox_proof::{CODE_ATTEMPTS, CODE_LIFE, MailboxProof, Proven, Unproven};
pub use schedule::{InvitationDue, KEEPING_LOOK, MAX_WAIT, NextStep, REMINDER_PAUSE, WAKE_AFTER};
pub use state::{Account, AccountStatus, Failure, InviteState, PROVISION_LEASE};
pub use status::{Progress, SeedStatus, TechpassStatus};

/// One officer inviting one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invite {
    /// Its id in URLs, messages and mails; no other invite ever has it.
    pub id: InviteId,
    pub officer: Officer,
    pub origin: Origin,
    /// The address that mails go to, as its officer wrote it.
    pub email: EmailAddress,
    /// The keyed hash of the address, by which the invite is found.
    pub address_key: AddressKey,
    /// What the account signs in with.
    pub holder: Holder,
    /// The details of the person. `None`: an invitee who has not accepted yet.
    pub profile: Option<Profile>,
    /// Why the person is invited, as the officer wrote it.
    pub reason: Reason,
    pub state: InviteState,
    /// How long its invitation can be accepted. A later change of the service's terms does not change it.
    #[serde(default)]
    pub terms: Terms,
    pub mail: Option<Mail>,
    pub seed: SeedState,
    /// The device. `None`: the device side has reported none yet.
    #[serde(default)]
    pub device: Option<Device>,
    /// The first password, which the directory mails on request.
    pub first_password: FirstPassword,
    /// The code that its invitee was mailed, to show that the mailbox is theirs. `None`: none was asked for, or the
    /// invitation is not waiting for its invitee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mailbox_proof: Option<MailboxProof>,
    /// When its invitee was last mailed. `None`: never.
    #[serde(default)]
    pub mailed_at: Option<Timestamp>,
    /// When the latest letter with a link starts to count its days, which the link and the invitation share, so that
    /// all three end together. It is when the letter was claimed or, for a copy of an invitation within [`COPY_SPAN`],
    /// when the first letter was.
    #[serde(default)]
    pub sending_at: Option<Timestamp>,
    /// When the directory was last asked about the person or the account before a mail; see [`ANSWER_HOLDS`].
    #[serde(default)]
    pub asked_at: Option<Timestamp>,
    /// The latest mail to the officer about this invite. `None`: none was due yet.
    #[serde(default)]
    #[serde(rename = "notice")]
    pub officer_mail: Option<Mail>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// When the sweeper checks the invite, where that does not follow from its state: a refused call is retried, or its
    /// person's data is kept until then. Any change sets it to `None`.
    #[serde(default, alias = "due_at")]
    postponed_until: Option<Timestamp>,
    /// The trace of the request that created it.
    pub trace: TraceId,
    pub history: Vec<HistoryEntry>,
}

/// What every new invite needs, of whatever kind.
#[derive(Clone, Debug)]
pub struct Creation {
    /// The id of the new invite.
    pub id: InviteId,
    pub officer: Officer,
    /// The key of the invitee's address.
    pub address_key: AddressKey,
    /// How long its invitation can be accepted.
    pub terms: Terms,
    /// When it was asked for.
    pub at: Timestamp,
    pub trace: TraceId,
}

/// How an invite was created.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Origin {
    Email,
    /// An account created on behalf of a person.
    Account,
    /// A row of a batch.
    Batch {
        batch: BatchId,
        row: u32,
        /// What the rows of the batch became. Before email invitations for many, they became accounts.
        #[serde(default, rename = "of", skip_serializing_if = "Kind::is_account")]
        kind: Kind,
    },
}

impl Origin {
    /// Who gives the details of the person.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Email => Kind::Email,
            Self::Account => Kind::Account,
            Self::Batch { kind, .. } => *kind,
        }
    }

    /// The same origin without its batch.
    #[must_use]
    fn alone(&self) -> Self {
        match self.kind() {
            Kind::Email => Self::Email,
            Kind::Account => Self::Account,
        }
    }
}

/// The invite is not in a state from which this transition is possible: another writer was faster, or the call came too
/// late. The caller reads the invite again, or drops the call.
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

impl Invite {
    #[must_use]
    pub fn queued(creation: Creation, origin: Origin, subject: Subject) -> Self {
        let seed = SeedState::wished(subject.seed, subject.eligibility);
        let (holder, profile) = subject.person.parts();
        let Creation { id, officer, address_key, terms, at, trace } = creation;
        let entry = HistoryEntry {
            at,
            event: Event::Queued,
            by: Actor::Officer,
            trace: trace.clone(),
            action: None,
            from: None,
        };
        Self {
            id,
            officer,
            origin,
            email: subject.email,
            address_key,
            holder,
            profile,
            reason: subject.reason,
            state: InviteState::Queued,
            terms,
            mail: None,
            seed,
            device: None,
            first_password: FirstPassword::NotRequested,
            mailbox_proof: None,
            mailed_at: None,
            sending_at: None,
            asked_at: None,
            officer_mail: None,
            created_at: at,
            updated_at: at,
            postponed_until: None,
            trace,
            history: vec![entry],
        }
    }

    fn conflict(&self, event: &'static str) -> Conflict {
        Conflict { state: self.state_name(), event }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        CodeSeed, DomainRules, Entropy,
        fields::Form,
        invite::samples::{
            DAY, RULES, account, act, at, by_email, creation, for_account, form, invited, mailbox, officer,
        },
        mail::{MailEvent, SuppressionReason},
    };

    #[test]
    fn an_account_is_made_then_mailed_then_onboarded() {
        let invite = for_account();
        assert_eq!(invite.next_step(at(1)), NextStep::Provision);
        assert!(!invite.mail_is_due());
        let invite = invite.claim(at(1)).unwrap();
        assert_eq!(invite.next_step(at(2)), NextStep::Nothing);
        let invite = invite.account_created(account(), SeedState::LicenceAssigned, at(2)).unwrap();
        assert!(invite.mail_is_due());
        assert_eq!(invite.progress().name(), "MAILING");
        let invite = invite.claim_mail(at(3)).unwrap().mail_accepted("m-1".into(), at(4)).unwrap();
        assert_eq!((invite.progress().name(), invite.next_due()), ("ACCOUNT_CREATED", Some(at(4 + DAY))));
        assert_eq!(invite.account_seen(AccountStatus::SignedIn, at(5)).unwrap().techpass_status().label(), "Onboarded");
    }

    #[test]
    fn an_email_invitation_is_mailed_before_an_account_is_made() {
        let invite = by_email();
        assert_eq!(invite.next_step(at(0)), NextStep::CheckAddress);
        assert!(invite.clone().claim(at(0)).is_err());
        assert!(invite.claim_mail(at(0)).is_err());
        let invite = invited();
        let InviteState::Invited { expires_at } = invite.state else { panic!() };
        assert_eq!(invite.next_due(), Some(at(3 + DAY)), "to see whether it was delivered");
        assert_eq!(
            invite.clone().mail_unheard_of(at(3 + DAY)).unwrap().next_due(),
            Some(expires_at - Terms::USUAL.reminder_span())
        );
        let profile = form().profile().unwrap();
        let invite = invite.accept(profile, Proven::SAMPLE, at(10)).unwrap();
        assert_eq!(invite.next_step(at(10)), NextStep::Provision);
        let given_back = invite.clone().claim(at(11)).unwrap().give_back(at(20), at(12)).unwrap();
        assert_eq!(given_back.state_name(), "ACCEPTED");
        let invite = invite.claim(at(11)).unwrap().account_created(account(), SeedState::NotRequired, at(12)).unwrap();
        assert_eq!(invite.mail.unwrap().generation, 1);
    }

    /// Applies one possible transition. A random walk over them meets states that no scenario was written for.
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
            17 => invite.clone().accept(form().profile().unwrap(), Proven::SAMPLE, now).ok(),
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
            33 => invite.clone().revoke_account(&Act { at: now, ..act(0) }).ok(),
            34 => invite.clone().claim_deletion(now).ok(),
            35 => invite.clone().deletion_put_off(now + WAKE_AFTER, now).ok(),
            36 => invite.clone().account_deleted(now).ok(),
            37 => invite.clone().account_kept(now).ok(),
            38 => invite.clone().ask_for_code(CodeSeed::generate(&Entropy::seeded(1)), now).ok(),
            39 => invite.clone().claim_code_mail(now).ok(),
            40 => invite.clone().code_mail_over(now).ok(),
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
                let choice = entropy.next_u128() % 41;
                seconds += u64::try_from(entropy.next_u128() % 4).unwrap() * 20_000;
                let now = at(seconds);
                invite = anything(invite, choice, now);
                walked.push((choice, seconds, invite.state_name()));
                assert!(invite.next_due().is_some(), "seed {seed}: nobody would look at it again: {walked:?}");
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
        let invite = Invite::queued(Creation { terms, ..creation(&request.email) }, Origin::Email, request);
        let claimed = invite.address_is_free(at(0)).unwrap().claim_mail(at(0)).unwrap();
        assert_eq!(claimed.promised_until(), at(10 * DAY));
        let invited = claimed.mail_accepted("m-1".into(), at(0)).unwrap();
        assert_eq!(invited.invitation_due(at(4 * DAY - 1)), InvitationDue::Nothing);
        assert_eq!(invited.invitation_due(at(4 * DAY)), InvitationDue::Remind);
        assert_eq!(invited.invitation_due(at(10 * DAY)), InvitationDue::Expire);
        let mut old = serde_json::to_value(&invited).unwrap();
        old.as_object_mut().unwrap().remove("terms");
        assert_eq!(serde_json::from_value::<Invite>(old).unwrap().terms, Terms::USUAL);
    }

    #[test]
    fn an_invite_survives_being_stored() {
        let invite = invited().accept(form().profile().unwrap(), Proven::SAMPLE, at(10)).unwrap();
        let json = serde_json::to_string(&invite).unwrap();
        assert_eq!(serde_json::from_str::<Invite>(&json).unwrap(), invite);
    }
}

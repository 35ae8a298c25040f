//! The state of an invite, and of its account.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    Conflict, Invite,
    history::{Actor, Event},
};
use crate::{
    Timestamp,
    mail::{Mail, SuppressionReason},
};

/// How long the worker that claims an account may take: the 30 s of its function and 30 s more, so that no worker still
/// acts after its lease.
pub const PROVISION_LEASE: Duration = Duration::from_secs(60);

/// The progress of an invite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InviteState {
    Queued,
    Invited {
        /// From when it can no longer be accepted.
        expires_at: Timestamp,
    },
    /// The invitee has accepted; the account is to be created.
    Accepted,
    /// A worker creates the account.
    Provisioning {
        /// Until when no other worker may.
        lease_until: Timestamp,
        /// 1 for the first attempt.
        attempt: u32,
    },
    /// The account exists; its holder has not signed in.
    AccountCreated {
        /// The account that the directory created, or that was found there.
        account: Account,
    },
    /// The holder has signed in.
    Onboarded {
        /// The account, which its holder has signed in to.
        account: Account,
    },
    /// The account is disabled in the directory: its holder cannot sign in.
    Disabled {
        /// The account, which is disabled in the directory.
        account: Account,
    },
    /// The account was deleted in the directory.
    AccountGone,
    /// Its officer has revoked it after its account was created. The service deletes the account, unless its holder
    /// turns out to have signed in.
    Revoking {
        account: Account,
        /// Until when no other worker may.
        lease_until: Timestamp,
        /// 0 before the first attempt.
        attempt: u32,
    },
    /// The invite has failed; the officer may be able to amend it.
    Failed {
        /// Why it failed, and whether the officer can amend it.
        failure: Failure,
    },
    /// Not accepted in time, or it waited for the service for [`MAX_WAIT`](super::MAX_WAIT).
    Expired,
    Revoked,
    /// All work on it is paused until an operator has checked it. Reports from outside are still recorded.
    NeedsAttention {
        /// The state that it returns to when it is resumed. Reports from outside change it.
        #[serde(default)]
        stood: Option<Box<InviteState>>,
    },
}

/// An account in the directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The directory's own name for it, which is not the email address.
    pub directory_id: String,
}

/// The status of an account in the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountStatus {
    /// Its holder has not signed in.
    Pending,
    /// Its holder has signed in.
    SignedIn,
    Disabled,
    Gone,
}

/// Why an invite failed. The text for the officer names no person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Failure {
    /// The address already has an account.
    AccountExists,
    /// The username belongs to another account.
    UsernameTaken,
    /// The directory refused the details of the account.
    DetailsRefused,
    /// SES refused the mail for good.
    MailRefused,
    /// The mailbox is suppressed, because a mail to it was returned.
    AddressBounced,
    /// The mailbox is suppressed, because a mail to it was marked as spam.
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

    /// What happened and what the officer can do, in TechBiz's words where there are any.
    #[must_use]
    pub fn detail(self) -> &'static str {
        match self {
            Self::AccountExists => {
                "User with same email already exists. They can ask for SEED themselves under Onboard to SEED; vendors \
                    raise a service request."
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

impl Invite {
    /// Whether no other invite may have the same address or username.
    #[must_use]
    pub fn is_live(&self) -> bool {
        !matches!(
            self.unpaused(),
            InviteState::Failed { .. } | InviteState::Expired | InviteState::Revoked | InviteState::AccountGone
        )
    }

    /// Its state without the pause: what is true of its person and the account.
    #[must_use]
    pub fn unpaused(&self) -> &InviteState {
        match &self.state {
            InviteState::NeedsAttention { stood: Some(stood) } => stood,
            state => state,
        }
    }

    /// Whether work on it is paused.
    pub(super) fn is_paused(&self) -> bool {
        matches!(self.state, InviteState::NeedsAttention { .. })
    }

    /// The same invite in another state. It stays paused if it was.
    pub(super) fn with_unpaused(self, state: InviteState) -> Self {
        let state = match self.state {
            InviteState::NeedsAttention { .. } => InviteState::NeedsAttention { stood: Some(Box::new(state)) },
            _ => state,
        };
        Self { state, ..self }
    }

    /// When the invite was over: it has an account, it ended without one, or it waits for an operator. Its person's
    /// data is kept for a set time after this. `None`: it is not over.
    #[must_use]
    pub fn over_since(&self) -> Option<Timestamp> {
        let is_over = self.account().is_some() || !self.is_live() || self.is_paused();
        let last = self.history.iter().rev().find(|entry| entry.is_about_the_person());
        is_over.then(|| last.map_or(self.updated_at, |entry| entry.at))
    }

    /// Ends the invite as failed; the officer can amend it.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless the service is working on it.
    pub fn fail(self, failure: Failure, now: Timestamp) -> Result<Self, Conflict> {
        match self.state {
            InviteState::Queued | InviteState::Accepted | InviteState::Provisioning { .. } => {}
            InviteState::Invited { .. } if self.awaits_reminder_check() || self.asks_again(now) => {}
            _ => return Err(self.conflict("failed")),
        }
        Ok(self.happened(Event::Failed, now).ended(InviteState::Failed { failure }))
    }

    /// The invite in a final state. A mail that is still open is closed too: it is not sent late, and the officer can
    /// send the invite again.
    pub(super) fn ended(self, state: InviteState) -> Self {
        let claimed_at = self.mail.as_ref().and_then(Mail::claimed_at);
        let mail = self.mail.clone().map(|mail| if mail.is_open() { mail.replaced() } else { mail });
        // A mail without an answer may have arrived, so it counts for its day.
        let mailed_at = claimed_at.into_iter().chain(self.mailed_at).max();
        Self { state, mail, mailed_at, mailbox_proof: None, ..self }
    }

    /// Pauses all work on the invite, because its message is among the dead letters: an operator has to check it.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless the service has work ahead on it.
    pub fn needs_attention(self, now: Timestamp) -> Result<Self, Conflict> {
        let is_leased = matches!(self.state, InviteState::Provisioning { .. } | InviteState::Revoking { .. });
        let is_open = self.mail_is_due() || self.officer_mail_is_due() || self.has_step(now);
        if !is_leased && !is_open {
            return Err(self.conflict("given up"));
        }
        let stood = Some(Box::new(self.state.clone()));
        let state = InviteState::NeedsAttention { stood };
        Ok(Self { state, ..self.happened(Event::NeedsAttention, now) })
    }

    /// An operator has checked the invite. It continues with everything that was reported since the pause.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless it needs attention.
    pub fn resume(self, now: Timestamp) -> Result<Self, Conflict> {
        match &self.state {
            InviteState::NeedsAttention { stood: Some(stood) } => {
                let state = (**stood).clone();
                Ok(Self { state, ..self.acted(Event::Resumed, Actor::Operator, now) }.mailed(now))
            }
            _ => Err(self.conflict("resumed")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        invite::{
            Proven,
            samples::{DAY, account, act, at, by_email, created, for_account, form, invited},
            schedule::{KEEPING_LOOK, NextStep},
        },
        licence::SeedState,
    };

    #[test]
    fn a_failed_invite_frees_its_address() {
        let invite = for_account().claim(at(1)).unwrap();
        assert!(invite.is_live());
        let failed = invite.fail(Failure::AccountExists, at(2)).unwrap();
        assert!(!failed.is_live());
        assert_eq!((failed.over_since(), failed.next_due()), (Some(at(2)), Some(at(2 + DAY))));
        assert!(failed.claim(at(100)).is_err());
    }

    #[test]
    fn an_invite_that_was_given_up_goes_on_where_it_stood() {
        let claimed = for_account().claim(at(1)).unwrap();
        let given_up = claimed.clone().needs_attention(at(2)).unwrap();
        assert_eq!(
            (given_up.techpass_status().label(), given_up.next_due()),
            ("Needs attention", Some(at(2) + KEEPING_LOOK))
        );
        assert!(given_up.is_live() && given_up.next_step(at(DAY)) == NextStep::Nothing);
        assert!(given_up.clone().needs_attention(at(3)).is_err());
        let resumed = given_up.resume(at(61)).unwrap();
        assert_eq!(resumed.state, claimed.state);
        assert_eq!(resumed.next_step(at(61)), NextStep::Provision);
        assert_eq!(resumed.history.last().unwrap().by, Actor::Operator);
        assert!(resumed.next_due().is_some());
        assert!(invited().needs_attention(at(9)).is_err(), "it waits for its invitee");
        let old = r#"{"state":"NEEDS_ATTENTION"}"#;
        assert_eq!(serde_json::from_str::<InviteState>(old).unwrap(), InviteState::NeedsAttention { stood: None });
    }

    #[test]
    fn an_invite_is_over_when_it_has_an_account_or_has_ended_or_is_paused() {
        let failed = InviteState::Failed { failure: Failure::UsernameTaken };
        for (state, is_live, is_over) in [
            (InviteState::Queued, true, false),
            (InviteState::Invited { expires_at: at(DAY) }, true, false),
            (InviteState::Accepted, true, false),
            (InviteState::Provisioning { lease_until: at(60), attempt: 1 }, true, false),
            (InviteState::AccountCreated { account: account() }, true, true),
            (InviteState::Onboarded { account: account() }, true, true),
            (InviteState::Disabled { account: account() }, true, true),
            (InviteState::AccountGone, false, true),
            (InviteState::Revoking { account: account(), lease_until: at(60), attempt: 1 }, true, true),
            (failed, false, true),
            (InviteState::Expired, false, true),
            (InviteState::Revoked, false, true),
        ] {
            let invite = Invite { state: state.clone(), updated_at: at(9), ..for_account() };
            assert_eq!((invite.is_live(), invite.over_since()), (is_live, is_over.then_some(at(0))), "{state:?}");
            let paused = InviteState::NeedsAttention { stood: Some(Box::new(state.clone())) };
            let paused = Invite { state: paused, ..invite };
            assert_eq!((paused.is_live(), paused.over_since()), (is_live, Some(at(0))), "{state:?}, paused");
        }
        let old = Invite { state: InviteState::NeedsAttention { stood: None }, ..for_account() };
        assert_eq!((old.is_live(), old.over_since()), (true, Some(at(0))));
    }

    #[test]
    fn only_an_invite_that_the_service_works_on_can_fail() {
        let accepted = invited().accept(form().profile().unwrap(), Proven::SAMPLE, at(5)).unwrap();
        let reminded = invited().remind(at(24 * DAY)).unwrap();
        let asked = reminded.clone().address_is_free(at(24 * DAY)).unwrap();
        let hour = 24 * DAY + 3600;
        for (invite, now, can_fail) in [
            (for_account(), 1, true),
            (accepted, 6, true),
            (for_account().claim(at(1)).unwrap(), 2, true),
            (invited(), 4, false),
            (reminded, 24 * DAY, true),
            (asked.clone(), hour - 1, false),
            (asked, hour, true),
            (created(SeedState::NotRequired), 3, false),
            (by_email().revoke(&act(1)).unwrap(), 2, false),
            (for_account().needs_attention(at(1)).unwrap(), 2, false),
        ] {
            let failed = invite.clone().fail(Failure::AccountExists, at(now)).ok().map(|failed| failed.state);
            let expected = can_fail.then_some(InviteState::Failed { failure: Failure::AccountExists });
            assert_eq!(failed, expected, "{:?}, {now}", invite.state);
        }
    }

    #[test]
    fn an_end_closes_an_open_mail_and_counts_one_that_may_have_arrived() {
        let due = by_email().address_is_free(at(1)).unwrap();
        let claimed = due.clone().claim_mail(at(2)).unwrap();
        let reminder = invited().remind(at(24 * DAY)).unwrap().address_is_free(at(24 * DAY)).unwrap();
        let claimed_reminder = reminder.clone().claim_mail(at(24 * DAY + 1)).unwrap();
        for (invite, mail, mailed_at) in [
            (by_email(), None, None),
            (due, Some("REPLACED"), None),
            (claimed, Some("REPLACED"), Some(at(2))),
            (invited(), Some("ACCEPTED"), Some(at(3))),
            (reminder, Some("REPLACED"), Some(at(3))),
            (claimed_reminder, Some("REPLACED"), Some(at(24 * DAY + 1))),
        ] {
            let ended = invite.clone().ended(InviteState::Revoked);
            assert_eq!((&ended.state, ended.mailed_at), (&InviteState::Revoked, mailed_at), "{:?}", invite.mail);
            assert_eq!(ended.mail.as_ref().map(Mail::state_name), mail, "{:?}", invite.mail);
        }
    }

    #[test]
    fn only_an_invite_with_work_ahead_is_paused() {
        let claimed = by_email().address_is_free(at(1)).unwrap().claim_mail(at(2)).unwrap();
        let expired = invited().expire(at(31 * DAY)).unwrap();
        assert!(expired.officer_mail_is_due());
        for (name, invite, now, has_work) in [
            ("a step is next", by_email(), 1, true),
            ("a mail is due", by_email().address_is_free(at(1)).unwrap(), 2, true),
            ("a mail to the officer is due", expired, 31 * DAY, true),
            ("a worker creates the account", for_account().claim(at(1)).unwrap(), 2, true),
            ("SES is to answer", claimed, 3, false),
            ("its invitee is to accept", invited(), 4, false),
            ("revoked", by_email().revoke(&act(1)).unwrap(), 2, false),
            ("paused", for_account().needs_attention(at(1)).unwrap(), 2, false),
        ] {
            let paused = invite.clone().needs_attention(at(now)).ok().map(|paused| paused.state);
            let expected =
                has_work.then(|| InviteState::NeedsAttention { stood: Some(Box::new(invite.state.clone())) });
            assert_eq!(paused, expected, "{name}");
            assert_eq!(invite.resume(at(now)).is_ok(), name == "paused", "{name}");
        }
    }

    #[test]
    fn each_failure_has_its_code_and_its_own_words() {
        let failures = [
            (Failure::AccountExists, "account.exists"),
            (Failure::UsernameTaken, "username.taken"),
            (Failure::DetailsRefused, "account.details-refused"),
            (Failure::MailRefused, "mail.refused"),
            (Failure::AddressBounced, "address.bounced"),
            (Failure::AddressComplained, "address.complained"),
        ];
        let mut details: Vec<&str> = failures.iter().map(|(failure, _)| failure.detail()).collect();
        assert!(details.iter().all(|detail| detail.ends_with('.')));
        details.sort_unstable();
        details.dedup();
        assert_eq!(details.len(), failures.len());
        for (failure, code) in failures {
            assert_eq!(failure.code(), code);
        }
        for reason in [SuppressionReason::Bounced, SuppressionReason::Complained] {
            assert_eq!(Failure::from(reason).detail(), reason.detail());
        }
    }
}

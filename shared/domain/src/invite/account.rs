//! The account of an invite: created, found, checked in the directory, and deleted there.

use std::time::Duration;

use super::{
    Conflict, Invite, Kind,
    history::{Act, Actor, Event},
    schedule::NextStep,
    state::{Account, AccountStatus, InviteState, PROVISION_LEASE},
};
use crate::{
    Timestamp,
    licence::SeedState,
    mail::{Mail, MailKind, MailState},
};

/// How old the list of accounts can be that an account is found in: half a day, and as much again for the one who reads
/// it.
const LIST_AGE: Duration = Duration::from_secs(24 * 3600);

impl Invite {
    /// The account. `None`: there is none yet. It is known while work on the invite is paused too.
    #[must_use]
    pub fn account(&self) -> Option<&Account> {
        match self.unpaused() {
            InviteState::AccountCreated { account }
            | InviteState::Onboarded { account }
            | InviteState::Disabled { account }
            | InviteState::Revoking { account, .. } => Some(account),
            _ => None,
        }
    }

    /// Records that the address has no account. The invitation or its reminder is now due.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless the next step is that check.
    pub fn address_is_free(self, now: Timestamp) -> Result<Self, Conflict> {
        match self.next_step(now) {
            NextStep::CheckAddress => {
                let mail = match self.state {
                    _ if self.asks_again(now) => self.mail.clone(),
                    InviteState::Invited { .. } => Some(Mail::due(MailKind::Reminder, self.generation())),
                    _ => Some(Mail::due(MailKind::Invitation, self.generation() + 1)),
                };
                Ok(self.with_leave_to_mail(mail, now))
            }
            _ => Err(self.conflict("checked")),
        }
    }

    /// Records that the account exists and its holder has not signed in. A mail about the account is now due.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless the next step is that check.
    pub fn account_is_there(self, now: Timestamp) -> Result<Self, Conflict> {
        match self.next_step(now) {
            NextStep::CheckAccount => {
                let mail = if self.asks_again(now) {
                    self.mail.clone()
                } else {
                    Some(Mail::due(MailKind::AccountCreated, self.generation() + 1))
                };
                Ok(self.with_leave_to_mail(mail, now))
            }
            _ => Err(self.conflict("checked")),
        }
    }

    /// The same invite with a mail that may be sent, because the directory was asked at `now`.
    fn with_leave_to_mail(self, mail: Option<Mail>, now: Timestamp) -> Self {
        Self { mail, asked_at: Some(now), ..self.touched(now) }
    }

    /// Claims the invite for one attempt at creating the account.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless the invite waits for its account, or the lease of the last attempt has expired.
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
        Ok(Self { state, ..self.happened(Event::Provisioning, now) })
    }

    /// Releases the claim, because it is known that the directory did nothing. The invite is due again at `retry_at`,
    /// and its history does not show the attempt.
    ///
    /// If the result of an earlier claim is unknown, the invite stays `Provisioning`: the account may exist, so the
    /// invite can be neither revoked nor amended until the directory has answered.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless the invite is claimed.
    pub fn give_back(self, retry_at: Timestamp, now: Timestamp) -> Result<Self, Conflict> {
        match self.state {
            InviteState::Provisioning { attempt, .. } if attempt > 1 => {
                let state = InviteState::Provisioning { lease_until: retry_at, attempt };
                Ok(Self { state, ..self.touched(now) })
            }
            InviteState::Provisioning { .. } => {
                let state = match self.origin.kind() {
                    Kind::Email => InviteState::Accepted,
                    Kind::Account => InviteState::Queued,
                };
                Ok(Self { state, ..self.without_last(Event::Provisioning).touched(now) }.postponed(retry_at))
            }
            _ => Err(self.conflict("given back")),
        }
    }

    /// Records the account. A mail to its holder is now due.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless the invite is claimed.
    pub fn account_created(self, account: Account, seed: SeedState, now: Timestamp) -> Result<Self, Conflict> {
        match self.state {
            InviteState::Provisioning { .. } => Ok(self.with_account(account, seed, Event::AccountCreated, now)),
            _ => Err(self.conflict("given an account")),
        }
    }

    /// Records the account's status in the directory. `None`: the status is known already.
    #[must_use]
    pub fn account_seen(self, status: AccountStatus, now: Timestamp) -> Option<Self> {
        let account = self.account()?.clone();
        let (state, event) = match (self.unpaused(), status) {
            (_, AccountStatus::Gone) => return self.account_gone(now).ok(),
            (InviteState::AccountCreated { .. }, AccountStatus::SignedIn) => {
                (InviteState::Onboarded { account }, Event::Onboarded)
            }
            (InviteState::AccountCreated { .. } | InviteState::Onboarded { .. }, AccountStatus::Disabled) => {
                (InviteState::Disabled { account }, Event::Disabled)
            }
            (InviteState::Disabled { .. }, AccountStatus::SignedIn) => {
                (InviteState::Onboarded { account }, Event::Enabled)
            }
            (InviteState::Disabled { .. }, AccountStatus::Pending) => {
                (InviteState::AccountCreated { account }, Event::Enabled)
            }
            // Of an account that is being deleted its worker decides: it disables the account itself.
            _ => return None,
        };
        let seed = match status {
            AccountStatus::Disabled => self.seed.account_disabled(),
            _ => self.seed.account_enabled(),
        };
        Some(self.with_unpaused(state).with_seed(seed, event, now))
    }

    /// Records an account that is in the directory but not in the table: a worker died before it could record the
    /// account.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless the invite ended or is paused without an account, or the lease of its worker has expired.
    /// Also for a day after its account was deleted, when the account may be in a list that is older.
    pub fn adopt(self, account: Account, now: Timestamp) -> Result<Self, Conflict> {
        let deleted = self.history.iter().rev().find(|entry| entry.event == Event::AccountDeleted);
        if deleted.is_some_and(|entry| now < entry.at + LIST_AGE) {
            return Err(self.conflict("given an account that was deleted"));
        }
        match self.state {
            InviteState::Failed { .. } | InviteState::Revoked | InviteState::Expired => {}
            InviteState::NeedsAttention { .. } if self.account().is_none() => {}
            InviteState::Provisioning { lease_until, .. } if now >= lease_until => {}
            _ => return Err(self.conflict("given an account")),
        }
        let seed = self.seed;
        Ok(self.with_account(account, seed, Event::AccountFound, now))
    }

    /// Records that the account was deleted in the directory.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless the invite has an account.
    pub fn account_gone(self, now: Timestamp) -> Result<Self, Conflict> {
        match self.unpaused() {
            InviteState::Revoking { .. } => self.account_deleted(now),
            _ if self.account().is_some() => Ok(self.happened(Event::AccountGone, now).ended(InviteState::AccountGone)),
            _ => Err(self.conflict("gone")),
        }
    }

    /// The officer revokes the invite of an account that nobody has signed in to, as far as is known. Its link stops
    /// working at once, and the account is to be deleted.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless the account was created and its holder is not known to have signed in.
    pub fn revoke_account(self, act: &Act) -> Result<Self, Conflict> {
        match self.state.clone() {
            InviteState::AccountCreated { account } => {
                let state = InviteState::Revoking { account, lease_until: act.at, attempt: 0 };
                Ok(self.apply(Event::Revoked, Actor::Officer, act).ended(state))
            }
            _ => Err(self.conflict("revoked")),
        }
    }

    /// Claims the account for one attempt at deleting it.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless it is to be deleted, and the lease of the last attempt has expired.
    pub fn claim_deletion(self, now: Timestamp) -> Result<Self, Conflict> {
        match self.state.clone() {
            InviteState::Revoking { account, lease_until, attempt } if now >= lease_until => {
                let (lease_until, attempt) = (now + PROVISION_LEASE, attempt + 1);
                let state = InviteState::Revoking { account, lease_until, attempt };
                Ok(Self { state, ..self.touched(now) })
            }
            _ => Err(self.conflict("deleted")),
        }
    }

    /// Releases the claim of an attempt that did not delete the account. The next one is due at `retry_at`.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless the account is to be deleted.
    pub fn deletion_put_off(self, retry_at: Timestamp, now: Timestamp) -> Result<Self, Conflict> {
        match self.state.clone() {
            InviteState::Revoking { account, attempt, .. } => {
                let state = InviteState::Revoking { account, lease_until: retry_at, attempt };
                Ok(Self { state, ..self.touched(now) })
            }
            _ => Err(self.conflict("put off")),
        }
    }

    /// Records that the service deleted the account, or found none. The address and the username are free again.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless the account is to be deleted.
    pub fn account_deleted(self, now: Timestamp) -> Result<Self, Conflict> {
        match self.unpaused() {
            InviteState::Revoking { .. } => {
                let seed = self.seed.account_deleted();
                Ok(self.with_seed(seed, Event::AccountDeleted, now).ended(InviteState::Revoked))
            }
            _ => Err(self.conflict("deleted")),
        }
    }

    /// Records that the holder had signed in before the account could be deleted, so that it stays.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless the account is to be deleted.
    pub fn account_kept(self, now: Timestamp) -> Result<Self, Conflict> {
        match self.state.clone() {
            InviteState::Revoking { account, .. } => {
                Ok(Self { state: InviteState::Onboarded { account }, ..self.happened(Event::Onboarded, now) })
            }
            _ => Err(self.conflict("kept")),
        }
    }

    pub(super) fn with_account(self, account: Account, seed: SeedState, event: Event, now: Timestamp) -> Self {
        // The link in the invitation continues to work: both mails of one invite lead to the same page.
        let generation = self.generation().max(1);
        Self {
            state: InviteState::AccountCreated { account },
            mail: Some(Mail::due(MailKind::AccountCreated, generation)),
            asked_at: Some(now),
            seed,
            ..self.happened(event, now)
        }
    }

    /// Whether the directory was not asked yet if the address has an account: the invite was never mailed, or was
    /// amended since.
    pub(super) fn awaits_check(&self) -> bool {
        self.mail.as_ref().is_none_or(|mail| matches!(mail.state, MailState::Replaced))
    }

    /// Whether its officer has resent the mail about the account, and the directory was not asked yet if the account
    /// still exists.
    pub(super) fn awaits_account_check(&self) -> bool {
        let is_replaced =
            |mail: &Mail| mail.kind == MailKind::AccountCreated && matches!(mail.state, MailState::Replaced);
        matches!(self.state, InviteState::AccountCreated { .. }) && self.mail.as_ref().is_some_and(is_replaced)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        DomainRules,
        invite::{
            AmendRefusal,
            history::Act,
            samples::{
                DAY, RULES, account, act, at, by_email, claimed, created, for_account, form, mailbox, officer,
                paused_kept,
            },
            state::Failure,
        },
        licence::Device,
        mail::MailEvent,
    };

    #[test]
    fn a_lease_keeps_others_out_until_it_runs_out() {
        let invite = for_account().claim(at(0)).unwrap();
        assert!(invite.clone().claim(at(59)).is_err());
        let again = invite.claim(at(60)).unwrap();
        assert!(matches!(again.state, InviteState::Provisioning { attempt: 2, .. }));
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
        assert!(paused_kept().adopt(account(), at(60)).is_ok());
        let known = created(SeedState::Pending).needs_attention(at(3)).unwrap();
        assert!(known.adopt(account(), at(60)).is_err(), "its account is recorded");
    }

    #[test]
    fn an_invite_follows_the_status_of_its_account() {
        use AccountStatus::{Disabled, Gone, Pending, SignedIn};
        let pending = created(SeedState::LicenceAssigned);
        let signed_in = pending.clone().account_seen(SignedIn, at(3)).unwrap();
        let disabled = pending.clone().account_seen(Disabled, at(3)).unwrap();
        let (onboarded, withdrawing) = (InviteState::Onboarded { account: account() }, SeedState::Withdrawing);
        let (waits, off) = (pending.state.clone(), InviteState::Disabled { account: account() });
        for (invite, status, expected) in [
            (&pending, Pending, None),
            (&pending, SignedIn, Some((onboarded.clone(), Event::Onboarded, pending.seed))),
            (&pending, Disabled, Some((off.clone(), Event::Disabled, withdrawing))),
            (&pending, Gone, Some((InviteState::AccountGone, Event::AccountGone, pending.seed))),
            (&signed_in, Pending, None),
            (&signed_in, SignedIn, None),
            (&signed_in, Disabled, Some((off, Event::Disabled, withdrawing))),
            (&signed_in, Gone, Some((InviteState::AccountGone, Event::AccountGone, pending.seed))),
            (&disabled, Pending, Some((waits, Event::Enabled, SeedState::Pending))),
            (&disabled, SignedIn, Some((onboarded, Event::Enabled, SeedState::Pending))),
            (&disabled, Disabled, None),
            (&disabled, Gone, Some((InviteState::AccountGone, Event::AccountGone, withdrawing))),
        ] {
            let seen = invite.clone().account_seen(status, at(9));
            let seen = seen.map(|next| (next.state, next.history.last().unwrap().event, next.seed));
            assert_eq!(seen, expected, "{} {status:?}", invite.state_name());
        }
        assert_eq!(by_email().account_seen(SignedIn, at(9)), None, "it has no account");
    }

    #[test]
    fn an_account_is_deleted_for_its_officer_unless_its_holder_has_signed_in() {
        let licensed = created(SeedState::LicenceAssigned);
        let revoking = licensed.revoke_account(&act(10)).unwrap();
        assert_eq!((revoking.state_name(), revoking.next_step(at(10))), ("REVOKING", NextStep::DeleteAccount));
        assert!(revoking.is_live(), "its address and username are not free yet");
        assert!(!revoking.mail_is_due() && revoking.resendable_from().is_none(), "its link is dead");
        assert_eq!((revoking.progress().is_open(), revoking.account()), (true, Some(&account())));
        let claimed = revoking.clone().claim_deletion(at(11)).unwrap();
        assert_eq!((claimed.next_step(at(70)), claimed.next_due()), (NextStep::Nothing, Some(at(71))));
        assert!(claimed.clone().claim_deletion(at(70)).is_err(), "one worker at a time");
        let unlicensed = created(SeedState::Pending).revoke_account(&act(10)).unwrap().claim_deletion(at(11)).unwrap();
        assert_eq!(unlicensed.next_step(at(12)), NextStep::Nothing, "no licence is assigned meanwhile");
        let again = claimed.claim_deletion(at(71)).unwrap();
        assert!(matches!(again.state, InviteState::Revoking { attempt: 2, .. }));
        let put_off = again.deletion_put_off(at(99), at(72)).unwrap();
        assert!(put_off.clone().claim_deletion(at(98)).is_err() && put_off.clone().claim_deletion(at(99)).is_ok());
        assert_eq!(put_off.history.len(), revoking.history.len(), "attempts are no history");

        let deleted = put_off.clone().account_deleted(at(100)).unwrap();
        assert_eq!((deleted.state_name(), deleted.is_live(), deleted.seed), ("REVOKED", false, SeedState::Pending));
        assert_eq!(deleted.history.last().unwrap().event, Event::AccountDeleted);
        assert!(deleted.clone().account_deleted(at(101)).is_err());
        assert!(deleted.clone().adopt(account(), at(99 + DAY)).is_err(), "it is in a list that is older");
        assert!(deleted.adopt(account(), at(100 + DAY)).is_ok(), "an operator has restored it");
        let kept = put_off.account_kept(at(100)).unwrap();
        assert_eq!((kept.state_name(), kept.seed), ("ONBOARDED", SeedState::LicenceAssigned));
        assert!(kept.clone().account_kept(at(101)).is_err() && kept.revoke_account(&act(101)).is_err());
    }

    #[test]
    fn a_deleted_account_is_corrected_the_same_day_and_once_whatever_ses_reports_of_its_mail() {
        let mailed = claimed(created(SeedState::NotRequired), at(3)).mail_accepted("m-1".into(), at(4)).unwrap();
        let revoking = mailed.revoke_account(&act(10)).unwrap().claim_deletion(at(11)).unwrap();
        let deleted = revoking.account_deleted(at(12)).unwrap();
        let Mail { kind, generation, .. } = deleted.mail.clone().unwrap();
        let amend = |invite: Invite, seconds| {
            let subject = form().account(&DomainRules::from_json(RULES).unwrap(), &officer()).unwrap();
            let key = invite.address_key.clone();
            invite.amend(subject, key, &act(seconds))
        };
        for event in [MailEvent::Delivered, MailEvent::Bounced, MailEvent::Complained] {
            let heard = deleted.clone().observe_mail(kind, generation, event, "m-1", at(13)).unwrap();
            assert_ne!(heard.history.last().unwrap().event, Event::AccountDeleted, "{event:?}");
            let amended = amend(heard, 14).unwrap();
            let revoked = amended.revoke(&act(15)).unwrap();
            assert!(matches!(amend(revoked, 16), Err(AmendRefusal::NotBefore(_))), "{event:?}");
        }
    }

    #[test]
    fn what_others_see_of_an_account_that_is_being_deleted_changes_nothing_until_it_is_gone() {
        let revoking = created(SeedState::NotRequired).revoke_account(&act(10)).unwrap();
        for status in [AccountStatus::Pending, AccountStatus::SignedIn, AccountStatus::Disabled] {
            assert_eq!(revoking.clone().account_seen(status, at(11)), None, "{status:?}");
        }
        let gone = revoking.clone().account_seen(AccountStatus::Gone, at(11)).unwrap();
        assert_eq!((gone.state_name(), gone.seed), ("REVOKED", SeedState::NotRequired));
        assert!(revoking.clone().adopt(account(), at(99)).is_err() && by_email().account_gone(at(9)).is_err());
        let paused = revoking.claim_deletion(at(11)).unwrap().needs_attention(at(12)).unwrap();
        assert_eq!((paused.next_step(at(99)), paused.account()), (NextStep::Nothing, Some(&account())));
        assert_eq!(paused.resume(at(99)).unwrap().next_step(at(99)), NextStep::DeleteAccount);
    }

    #[test]
    fn only_an_account_that_was_created_and_not_used_is_revoked_with_its_invite() {
        let onboarded = created(SeedState::NotRequired).account_seen(AccountStatus::SignedIn, at(3)).unwrap();
        let disabled = created(SeedState::NotRequired).account_seen(AccountStatus::Disabled, at(3)).unwrap();
        for invite in [by_email(), for_account(), onboarded, disabled] {
            assert!(invite.clone().revoke_account(&act(9)).is_err(), "{}", invite.state_name());
        }
        assert!(created(SeedState::NotRequired).claim_deletion(at(9)).is_err());
        assert!(created(SeedState::NotRequired).deletion_put_off(at(9), at(9)).is_err());
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
        let device = Device { state: crate::licence::DeviceState::Enrolled, at: at(4) };
        let told = paused.device_told(device, at(4)).unwrap();
        assert_eq!((told.seed, told.state_name()), (SeedState::FullyOnboarded, "NEEDS_ATTENTION"));
        let disabled = told.account_seen(AccountStatus::Disabled, at(5)).unwrap();
        assert_eq!((disabled.state_name(), disabled.next_step(at(5))), ("NEEDS_ATTENTION", NextStep::Nothing));
        let resumed = disabled.clone().resume(at(6)).unwrap();
        assert_eq!((resumed.state_name(), resumed.next_step(at(6))), ("DISABLED", NextStep::WithdrawSeed));
        let gone = disabled.account_seen(AccountStatus::Gone, at(6)).unwrap();
        assert_eq!(gone.state_name(), "ACCOUNT_GONE", "nothing is left to go on with");
        assert_eq!(paused_kept().over_since(), Some(at(3)), "it is kept no longer than others");
        assert!(paused_kept().next_due().is_some());
    }

    #[test]
    fn an_account_is_looked_for_before_it_is_mailed_about_again() {
        let out = created(SeedState::NotRequired).claim_mail(at(3)).unwrap();
        let out = out.mail_accepted("m-1".into(), at(4)).unwrap();
        let from = out.resend_from();
        let again = out.resend(&mailbox(), &Act { at: from, ..act(0) }).unwrap();
        assert_eq!((again.progress().name(), again.next_step(from)), ("MAILING", NextStep::CheckAccount));
        assert!(again.is_on_its_way(from) && !again.mail_is_due() && again.next_due().is_some());
        assert!(again.clone().resend(&mailbox(), &Act { at: from, ..act(0) }).is_err(), "one is on its way");
        let gone = again.clone().account_seen(AccountStatus::Gone, from).unwrap();
        assert_eq!((gone.next_step(from), gone.mail_is_due()), (NextStep::Nothing, false));
        let signed_in = again.clone().account_seen(AccountStatus::SignedIn, from).unwrap();
        assert_eq!((signed_in.next_step(from), signed_in.mail_is_due()), (NextStep::Nothing, false));
        let due = again.account_is_there(from).unwrap();
        assert!(due.mail_is_due() && due.clone().account_is_there(from).is_err());
        assert_eq!(due.mail.unwrap().generation, 2);
    }
}

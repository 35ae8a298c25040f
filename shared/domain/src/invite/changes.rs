//! What people do with an invite: accept, resend, revoke, amend.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{
    Conflict, Invite, Proven,
    history::{Act, Actor, Event},
    schedule::NextStep,
    state::{Failure, InviteState},
};
use crate::{
    Department, Organisation, Reason, Timestamp,
    fields::{Profile, Subject},
    keys::AddressKey,
    licence::SeedState,
    mail::{Mail, Mailbox},
};

/// What an action amends in many invites. An absent field stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// The organisation, for invites that have a profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<Organisation>,
    /// The department, for invites that have a profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<Department>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

/// Why an invite cannot be amended.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum AmendRefusal {
    /// Its state does not allow it.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// A mail to its address was returned.
    #[error("the last mail came back")]
    Undeliverable,
    /// The same mailbox was mailed today already; it can be mailed again from this time.
    #[error("mailed today already")]
    NotBefore(Timestamp),
}

/// Why an invite cannot be sent again now.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ResendRefusal {
    /// Its state does not allow it.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// The last mail could not be delivered: the officer has to amend the address first.
    #[error("the last mail could not be delivered")]
    Undeliverable,
    /// It was mailed today already; it can be mailed again from this time.
    #[error("mailed today already")]
    NotBefore(Timestamp),
}

impl Invite {
    /// Whether the invitation can be accepted at `now`: before it expires, not at that moment.
    #[must_use]
    pub fn can_be_accepted(&self, now: Timestamp) -> bool {
        matches!(self.state, InviteState::Invited { expires_at } if now < expires_at)
    }

    /// The invitee, who has shown that the mailbox is theirs, accepts with the details of the account.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless the invitation can be accepted.
    pub fn accept(self, profile: Profile, _: Proven, now: Timestamp) -> Result<Self, Conflict> {
        if !self.can_be_accepted(now) {
            return Err(self.conflict("accepted"));
        }
        Ok(Self {
            state: InviteState::Accepted,
            profile: Some(profile),
            mailbox_proof: None,
            ..self.acted(Event::Accepted, Actor::Invitee, now)
        })
    }

    /// From when its officer may resend it: the start of the day after the last mail, in Singapore.
    #[must_use]
    pub fn resend_from(&self) -> Timestamp {
        self.mailed_at.map_or(self.created_at, Timestamp::next_singapore_day)
    }

    /// Whether a mail to its invitee is due, or will be once the directory has been asked.
    #[must_use]
    pub fn is_on_its_way(&self, now: Timestamp) -> bool {
        self.mail_is_due() || matches!(self.next_step(now), NextStep::CheckAddress | NextStep::CheckAccount)
    }

    /// From when its officer can resend it, if it does not change before. `None` while that is not possible: its state
    /// has no mail to repeat, the mail it repeats is on its way, or the last mail was returned.
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

    /// The officer resends the mail, with a new link. The old link stops working at once. Before the mail is sent, the
    /// directory is asked whether the invitee has an account by now, or whether the account still exists.
    ///
    /// An expired invitation becomes valid again. So does an invite that failed because its mailbox is suppressed, once
    /// an operator has cleared the mailbox.
    ///
    /// # Errors
    ///
    /// [`ResendRefusal`] with the reason.
    pub fn resend(self, mailbox: &Mailbox, act: &Act) -> Result<Self, ResendRefusal> {
        self.resent(Actor::Officer, mailbox, act)
    }

    /// The invitee asks for a new link, to the same mailbox. It is [`Invite::resend`] by another person, so both
    /// together are possible once a day.
    ///
    /// # Errors
    ///
    /// [`ResendRefusal`] with the reason, which the invitee is not told.
    pub fn send_new_link(self, mailbox: &Mailbox, act: &Act) -> Result<Self, ResendRefusal> {
        self.resent(Actor::Invitee, mailbox, act)
    }

    fn resent(self, by: Actor, mailbox: &Mailbox, act: &Act) -> Result<Self, ResendRefusal> {
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
        let mail = self.mail.clone().map(Mail::replaced);
        let state = if has_account { self.state.clone() } else { InviteState::Queued };
        Ok(Self { state, mail, mailbox_proof: None, ..self.apply(Event::Resent, by, act) })
    }

    /// The officer revokes the invite. Its link stops working at once.
    ///
    /// # Errors
    ///
    /// [`Conflict`] once the invitee has accepted or a worker creates the account: from then on only the directory can
    /// end it.
    pub fn revoke(self, act: &Act) -> Result<Self, Conflict> {
        match self.state {
            InviteState::Queued | InviteState::Invited { .. } | InviteState::Expired | InviteState::Failed { .. } => {
                Ok(self.apply(Event::Revoked, Actor::Officer, act).ended(InviteState::Revoked))
            }
            _ => Err(self.conflict("revoked")),
        }
    }

    /// The officer amends an invite that failed, expired, was revoked or could not be delivered, and sends it again.
    ///
    /// # Errors
    ///
    /// [`AmendRefusal`] in every other state, and when the same mailbox was mailed today, unless its account was
    /// deleted since.
    pub fn amend(self, subject: Subject, address_key: AddressKey, act: &Act) -> Result<Self, AmendRefusal> {
        let undeliverable = self.mail.as_ref().is_some_and(Mail::is_undeliverable);
        match self.state {
            InviteState::Failed { .. } | InviteState::Expired | InviteState::Revoked => {}
            InviteState::Invited { .. } if undeliverable => {}
            _ => return Err(self.conflict("amended").into()),
        }
        // A person whose account was deleted to be corrected has no link that works, and need not wait until tomorrow.
        // What SES reports of the mail afterwards changes nothing of that.
        let acts = [Event::AccountDeleted, Event::Queued, Event::Resent, Event::Amended];
        let last = self.history.iter().rev().find(|entry| acts.contains(&entry.event));
        let is_deleted = last.is_some_and(|entry| entry.event == Event::AccountDeleted);
        if address_key == self.address_key && act.at < self.resend_from() && !is_deleted {
            return Err(AmendRefusal::NotBefore(self.resend_from()));
        }
        let seed = SeedState::wished(subject.seed, subject.eligibility);
        let (holder, profile) = subject.person.parts();
        Ok(Self {
            email: subject.email,
            address_key,
            holder,
            profile,
            reason: subject.reason,
            seed,
            ..self.begun_again(act)
        })
    }

    /// The officer amends many invites that failed, expired or were revoked in the same way, and sends this one again
    /// to the same address.
    ///
    /// # Errors
    ///
    /// [`AmendRefusal`] in every other state, when the invite was mailed today, and when a mail to the address was
    /// returned: then the officer has to amend the address, one invite at a time.
    pub fn correct(self, correction: &Correction, act: &Act) -> Result<Self, AmendRefusal> {
        let undeliverable = self.mail.as_ref().is_some_and(Mail::is_undeliverable);
        match self.state {
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

    pub(super) fn begun_again(self, act: &Act) -> Self {
        let mail = self.mail.clone().map(Mail::replaced);
        let next = self.apply(Event::Amended, Actor::Officer, act);
        Self { state: InviteState::Queued, mail, mailbox_proof: None, ..next }
    }

    /// The invite after the officer has opened its row again, to become another invite: its batch no longer counts it.
    #[must_use]
    pub fn without_row(self, now: Timestamp) -> Self {
        Self { origin: self.origin.alone(), updated_at: now, ..self }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        BatchId, DomainRules, Entropy, Keys,
        fields::Form,
        invite::{
            Kind, Origin,
            samples::{
                DAY, RULES, act, at, by_email, created, for_account, form, invited, mailbox, officer, paused_kept,
            },
            schedule::InvitationDue,
        },
        mail::{MailEvent, MailKind, SuppressionReason},
        terms::Terms,
    };

    const MILLISECOND: Duration = Duration::from_millis(1);

    #[test]
    fn an_invitee_gets_a_new_link_where_the_officer_could_send_one_and_once_a_day_together() {
        let later = Act { at: invited().resend_from(), ..act(0) };
        let asked = invited().send_new_link(&mailbox(), &later).unwrap();
        let entry = asked.history.last().unwrap();
        assert_eq!(
            (entry.event, entry.by, asked.next_step(later.at)),
            (Event::Resent, Actor::Invitee, NextStep::CheckAddress)
        );
        assert!(asked.clone().resend(&mailbox(), &later).is_err() && asked.send_new_link(&mailbox(), &later).is_err());
        let early = invited().send_new_link(&mailbox(), &act(10));
        assert_eq!(early, Err(ResendRefusal::NotBefore(invited().resend_from())));
        let expired = Invite { state: InviteState::Expired, ..invited() };
        assert_eq!(expired.send_new_link(&mailbox(), &later).unwrap().state_name(), "QUEUED");
        let revoked = invited().revoke(&act(DAY)).unwrap();
        assert!(matches!(revoked.send_new_link(&mailbox(), &later), Err(ResendRefusal::Conflict(_))));
    }

    #[test]
    fn an_invitation_expires_at_its_end_and_is_accepted_once() {
        let profile = form().profile().unwrap();
        let InviteState::Invited { expires_at } = invited().state else { panic!() };
        let before = expires_at - MILLISECOND;
        let accepted = invited().accept(profile.clone(), Proven::SAMPLE, before).unwrap();
        assert_eq!((&accepted.state, accepted.profile.as_ref()), (&InviteState::Accepted, Some(&profile)));
        let entry = accepted.history.last().unwrap();
        assert_eq!((entry.event, entry.by, entry.at), (Event::Accepted, Actor::Invitee, before));
        assert!(invited().accept(profile.clone(), Proven::SAMPLE, expires_at).is_err());
        assert!(accepted.accept(profile, Proven::SAMPLE, before).is_err());
    }

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
        for invite in [&by_email().address_is_free(at(1)).unwrap(), &again, &created(SeedState::NotRequired)] {
            assert!(invite.is_on_its_way(later.at), "{}", invite.state_name());
        }
        for invite in [&out, &bounced, &revoked] {
            assert!(!invite.is_on_its_way(later.at), "{}", invite.state_name());
        }
        let reminding = out.clone().remind(at(24 * DAY)).unwrap().address_is_free(at(24 * DAY)).unwrap();
        let account = created(SeedState::NotRequired).claim_mail(at(3)).unwrap();
        let mailed = account.clone().mail_accepted("m-1".into(), at(4)).unwrap();
        let asking = mailed.clone().resend(&mailbox(), &later).unwrap();
        let unasked = out.clone().remind(at(24 * DAY)).unwrap();
        for invite in [by_email(), out, bounced, again, revoked, unasked, reminding, account, mailed, asking] {
            let name = invite.state_name();
            let Some(from) = invite.resendable_from() else {
                assert!(invite.resend(&mailbox(), &act(9 * DAY)).is_err(), "{name}");
                continue;
            };
            assert!(invite.clone().resend(&mailbox(), &Act { at: from, ..act(0) }).is_ok(), "{name}");
            let early = invite.resend(&mailbox(), &Act { at: from - MILLISECOND, ..act(0) });
            assert_eq!(early, Err(ResendRefusal::NotBefore(from)), "{name}");
        }
    }

    #[test]
    fn an_invite_whose_mail_was_returned_is_amended_and_not_resent() {
        let bounced = invited().observe_mail(MailKind::Invitation, 1, MailEvent::Bounced, "m-1", at(9)).unwrap();
        let tomorrow = act(2 * DAY);
        assert_eq!(bounced.clone().resend(&mailbox(), &tomorrow), Err(ResendRefusal::Undeliverable));
        assert_eq!(bounced.invitation_due(at(25 * DAY)), InvitationDue::Nothing, "nor reminded of");
        let InviteState::Invited { expires_at } = bounced.state else { panic!() };
        assert_eq!(bounced.clone().settled(at(25 * DAY)).next_due(), Some(expires_at));
        let form = Form { email: "bo.lim@agency.gov.sg".into(), reason: "Project".into(), ..Form::default() };
        let request = form.email_invitation(&DomainRules::from_json(RULES).unwrap(), &officer()).unwrap();
        let key = Keys::derive(b"test").address(&request.email);
        let amended = bounced.amend(request, key, &tomorrow).unwrap();
        assert_eq!(amended.next_step(tomorrow.at), NextStep::CheckAddress);
        assert!(!amended.mail_is_due());
        let due = amended.address_is_free(tomorrow.at).unwrap();
        assert_eq!(due.mail.unwrap().generation, 2, "the old link is dead");
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
            (request, key)
        };
        let (same, key) = amendment("bo+again@agency.gov.sg");
        let amend_at = |at| revoked.clone().amend(same.clone(), key.clone(), &Act { at, ..act(0) });
        assert_eq!(amend_at(from - MILLISECOND), Err(AmendRefusal::NotBefore(from)));
        assert!(amend_at(from).is_ok());
        let (other, key) = amendment("cy@agency.gov.sg");
        assert!(revoked.clone().amend(other, key, &act(6)).is_ok());
        assert!(revoked.correct(&correction, &Act { at: from, ..act(0) }).is_ok());
    }

    #[test]
    fn amending_an_invite_replaces_what_the_officer_wrote_and_begins_it_again() {
        let form = Form { reason: "Second project".into(), ..form() };
        let subject = form.account(&DomainRules::from_json(RULES).unwrap(), &officer()).unwrap();
        let key = Keys::derive(b"test").address(&subject.email);
        let revoked = invited().revoke(&act(5)).unwrap();
        let amended = revoked.clone().amend(subject.clone(), key.clone(), &act(6)).unwrap();
        let (holder, profile) = subject.person.parts();
        assert!(profile.is_some());
        let (email, reason, seed) = (subject.email, subject.reason, SeedState::Pending);
        let begun = revoked.clone().begun_again(&act(6));
        assert_eq!(amended, Invite { email, address_key: key, holder, profile, reason, seed, ..begun });
        assert_eq!((&amended.state, amended.mail), (&InviteState::Queued, revoked.mail.map(Mail::replaced)));
        let entry = amended.history.last().unwrap();
        assert_eq!((entry.event, entry.by, &entry.trace), (Event::Amended, Actor::Officer, &act(6).trace));
    }

    #[test]
    fn a_correction_changes_only_what_it_names() {
        let (organisation, department) = (Organisation::parse("Sample Vendor"), Department::parse("Operations"));
        let (organisation, department) = (organisation.ok(), department.ok());
        let (reason, nothing) = (Reason::parse("Second project").ok(), Correction::default());
        let ada = for_account().revoke(&act(5)).unwrap();
        let corrected = |invite: &Invite, correction| {
            let next = invite.clone().correct(&correction, &act(3 * DAY)).unwrap();
            let begun = invite.clone().begun_again(&act(3 * DAY));
            assert_eq!(next, Invite { profile: next.profile.clone(), reason: next.reason.clone(), ..begun });
            (next.profile, next.reason)
        };
        let before = ada.profile.clone().unwrap();
        let after =
            Profile { organisation: organisation.clone().unwrap(), department: department.clone(), ..before.clone() };
        let all = Correction { organisation, department: department.clone(), reason: reason.clone() };
        assert_eq!(corrected(&ada, all.clone()), (Some(after.clone()), reason.clone().unwrap()));
        let amended = Invite { profile: Some(after.clone()), ..ada.clone() };
        assert_eq!(corrected(&amended, nothing.clone()), (Some(after), ada.reason.clone()));
        let moved = Correction { department: department.clone(), ..nothing };
        assert_eq!(corrected(&ada, moved), (Some(Profile { department, ..before }), ada.reason.clone()));
        let bo = invited().revoke(&act(5)).unwrap();
        assert_eq!(corrected(&bo, all), (None, reason.unwrap()), "an invitee gives the profile when accepting");
    }

    #[test]
    fn an_invite_is_amended_after_it_ended_and_corrected_unless_its_address_is_at_fault() {
        let end = at(2 + 30 * DAY);
        let refused = by_email().address_is_free(at(1)).unwrap().claim_mail(at(2)).unwrap();
        let copy = refused.clone().retry_mail(at(902), Some(at(902))).unwrap();
        let withheld = copy.mail_withheld(SuppressionReason::Complained, at(903)).unwrap();
        let heard = |invite: &Invite, event| invite.clone().observe_mail(MailKind::Invitation, 1, event, "m", at(904));
        assert_eq!(heard(&withheld, MailEvent::Delivered), None, "an earlier copy opens no mailbox");
        let bounced = heard(&invited(), MailEvent::Bounced).unwrap();
        let accepted = invited().accept(form().profile().unwrap(), Proven::SAMPLE, at(5)).unwrap();
        let taken = for_account().claim(at(1)).unwrap().fail(Failure::UsernameTaken, at(2)).unwrap();
        let (yes, no, at_fault) = ("yes", "no", "its address is at fault");
        for (what, invite, amends, corrects) in [
            ("queued", by_email(), no, no),
            ("invited", invited(), no, no),
            ("accepted", accepted, no, no),
            ("its account is created", created(SeedState::NotRequired), no, no),
            ("paused", paused_kept(), no, no),
            ("its username is taken", taken, yes, yes),
            ("expired", invited().expire(end).unwrap(), yes, yes),
            ("revoked", invited().revoke(&act(5)).unwrap(), yes, yes),
            ("returned", bounced.clone(), yes, at_fault),
            ("returned, then expired", bounced.clone().expire(end).unwrap(), yes, at_fault),
            ("returned, then revoked", bounced.revoke(&act(5)).unwrap(), yes, at_fault),
            ("refused for good", refused.mail_refused(at(3)).unwrap(), yes, at_fault),
            ("its mailbox is suppressed", withheld, yes, at_fault),
        ] {
            let subject = form().account(&DomainRules::from_json(RULES).unwrap(), &officer()).unwrap();
            let key = Keys::derive(b"test").address(&subject.email);
            let answer = |result| match result {
                Ok(_) => yes,
                Err(AmendRefusal::Undeliverable) => at_fault,
                Err(AmendRefusal::Conflict(_)) => no,
                Err(AmendRefusal::NotBefore(_)) => "later",
            };
            let amended = answer(invite.clone().amend(subject, key, &act(99 * DAY)));
            let corrected = answer(invite.correct(&Correction::default(), &act(99 * DAY)));
            assert_eq!((amended, corrected), (amends, corrects), "{what}");
        }
    }

    #[test]
    fn an_invite_whose_row_is_opened_again_belongs_to_no_batch() {
        let batch = BatchId::generate(at(0), &Entropy::seeded(1));
        for (kind, alone) in [(Kind::Account, Origin::Account), (Kind::Email, Origin::Email)] {
            let invite = Invite { origin: Origin::Batch { batch, row: 2, kind }, ..for_account() }.postponed(at(99));
            let expected = Invite { origin: alone, updated_at: at(9), ..invite.clone() };
            assert_eq!(invite.without_row(at(9)), expected);
        }
    }

    #[test]
    fn an_invite_is_taken_back_until_it_is_accepted() {
        assert_eq!(invited().revoke(&act(5)).unwrap().state_name(), "REVOKED");
        assert_eq!(by_email().revoke(&act(5)).unwrap().over_since(), Some(at(5)));
        let accepted = invited().accept(form().profile().unwrap(), Proven::SAMPLE, at(5)).unwrap();
        assert!(accepted.revoke(&act(6)).is_err());
        let revoked = invited().revoke(&act(5)).unwrap();
        assert!(!revoked.mail_is_due() && !revoked.can_be_accepted(at(6)));
        assert!(revoked.clone().accept(form().profile().unwrap(), Proven::SAMPLE, at(6)).is_err());
        assert!(revoked.resend(&mailbox(), &act(3 * DAY)).is_err());
    }
}

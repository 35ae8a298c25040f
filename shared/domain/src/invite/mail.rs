//! The mails of an invite: to its invitee, and to its officer.

use std::time::Duration;

use super::{
    Conflict, Invite,
    history::{Actor, Event, HistoryEntry},
    state::{Failure, InviteState},
};
use crate::{
    Timestamp,
    mail::{Mail, MailConflict, MailEvent, MailKind, MailState, SuppressionReason},
};

/// How long a claimed mail may be without an answer before it is sent again or counts as unknown.
pub const MAIL_ANSWER_WAIT: Duration = Duration::from_secs(15 * 60);

/// How long after the first letter a copy of an invitation keeps the same expiry date. A later copy gets a new date,
/// because the old one would be near or past.
pub const COPY_SPAN: Duration = Duration::from_secs(24 * 3600);

/// How long the directory's answer is valid for a mail that waits for an operator, the end of an outage or room in its
/// mailbox. After that the directory is asked again, because the person may have an account by now, or the account may
/// be deleted.
pub const ANSWER_HOLDS: Duration = Duration::from_secs(3600);

impl Invite {
    /// Whether a mail to the invitee is due.
    #[must_use]
    pub fn mail_is_due(&self) -> bool {
        self.mail.as_ref().is_some_and(|mail| {
            let wanted = match mail.kind {
                MailKind::Invitation => self.state == InviteState::Queued,
                MailKind::Reminder => matches!(self.state, InviteState::Invited { .. }),
                MailKind::AccountCreated => {
                    matches!(self.state, InviteState::AccountCreated { .. } | InviteState::Onboarded { .. })
                }
                MailKind::BatchReport | MailKind::InvitationExpired | MailKind::Canary => false,
            };
            wanted && matches!(mail.state, MailState::Due { .. })
        })
    }

    /// Whether the directory has to be asked again before the due mail is sent, because its last answer is older than
    /// [`ANSWER_HOLDS`]. It is not asked while the mailbox has no room, nor about a holder who has signed in: that
    /// account exists.
    #[must_use]
    pub fn asks_again(&self, now: Timestamp) -> bool {
        let is_held = self.mail.as_ref().and_then(Mail::held_until).is_some_and(|until| now < until);
        let is_known = self.asked_at.is_some_and(|at| now < at + ANSWER_HOLDS);
        self.mail_is_due() && !is_held && !is_known && !matches!(self.state, InviteState::Onboarded { .. })
    }

    /// Claims the mail for one attempt.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless a mail is due, when the directory has to be asked again first, and for a reminder whose
    /// invitation can no longer be accepted.
    pub fn claim_mail(self, now: Timestamp) -> Result<Self, Conflict> {
        let is_too_late = matches!(self.state, InviteState::Invited { .. }) && !self.can_be_accepted(now);
        if !self.mail_is_due() || self.asks_again(now) || is_too_late {
            return Err(self.conflict("mailed"));
        }
        let sending_at = self.counted_from(now);
        Self { sending_at, ..self }.map_mail(now, |mail| mail.claim(now))
    }

    /// The moment from which a letter that is claimed at `now` counts its days. It never decreases while the link stays
    /// the same, so a copy keeps what an earlier letter promised.
    pub(super) fn counted_from(&self, now: Timestamp) -> Option<Timestamp> {
        let Some(Mail { kind, state: MailState::Due { attempts, .. }, .. }) = &self.mail else {
            return self.sending_at;
        };
        let first = self.sending_at.filter(|first| *attempts > 0 && now < *first + COPY_SPAN);
        match kind {
            // Its link and its date are those of the invitation.
            MailKind::Reminder => self.sending_at,
            // The letter has a date. A copy soon after the first is the same letter.
            MailKind::Invitation => Some(first.unwrap_or(now)),
            // The letter says for how many days its link works, and no date.
            MailKind::AccountCreated | MailKind::InvitationExpired | MailKind::BatchReport | MailKind::Canary => {
                Some(now)
            }
        }
    }

    /// Records that SES took the mail. From now on an invitation can be accepted.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless the mail is claimed.
    pub fn mail_accepted(self, message_id: String, now: Timestamp) -> Result<Self, Conflict> {
        let next = self.map_mail(now, |mail| mail.accepted(message_id, now))?;
        Ok(Self { mailed_at: Some(now), ..next }.mailed(now))
    }

    /// Releases the mail's claim, because it is known that nothing was sent. The mail is due again at `retry_at`.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless the mail is claimed.
    pub fn mail_not_sent(self, retry_at: Timestamp, now: Timestamp) -> Result<Self, Conflict> {
        let next = self.map_mail(now, Mail::not_sent)?;
        Ok(next.postponed(retry_at))
    }

    /// Postpones the mail until its mailbox has room.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless a mail is due.
    pub fn mail_held(self, until: Timestamp, now: Timestamp) -> Result<Self, Conflict> {
        self.map_mail(now, |mail| mail.hold(until))
    }

    /// Drops the mail, because its mailbox is suppressed. An invitation fails.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless a mail is due.
    pub fn mail_withheld(self, reason: SuppressionReason, now: Timestamp) -> Result<Self, Conflict> {
        let next = self.map_mail(now, |mail| mail.withhold(reason, now))?;
        next.failed_by_mail(reason.into(), now)
    }

    /// Records that SES refused the mail for good. An invitation fails.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless the mail is claimed.
    pub fn mail_refused(self, now: Timestamp) -> Result<Self, Conflict> {
        let next = self.map_mail(now, |mail| mail.refused(now))?;
        next.failed_by_mail(Failure::MailRefused, now)
    }

    /// An invitation that cannot be mailed fails, also while work on it is paused. Without another mail the invite
    /// continues.
    pub(super) fn failed_by_mail(self, failure: Failure, now: Timestamp) -> Result<Self, Conflict> {
        match self.unpaused() {
            InviteState::Queued => Ok(self.happened(Event::Failed, now).ended(InviteState::Failed { failure })),
            _ => Ok(self),
        }
    }

    /// Ends the wait for an answer about a claimed mail; see [`Mail::give_up`]. An invitation counts as sent, because
    /// it may have been.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless the mail is claimed and was without an answer for long enough.
    pub fn mail_given_up(self, now: Timestamp) -> Result<Self, Conflict> {
        Ok(self.map_mail(now, |mail| mail.give_up(now))?.mailed(now))
    }

    /// Takes each of its mails that is due or claimed for sent; see [`Mail::perhaps_sent`]. `None`: there is none.
    #[must_use]
    pub fn mails_perhaps_sent(self, now: Timestamp) -> Option<Self> {
        let of_officer = self.clone().map_officer_mail(now, |mail| mail.perhaps_sent(now)).ok();
        let own = of_officer.clone().unwrap_or(self).map_mail(now, |mail| mail.perhaps_sent(now)).ok();
        own.map(|next| next.mailed(now)).or(of_officer)
    }

    /// Makes a mail without an answer due once more; see [`Mail::retry_unanswered`].
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless the rule there allows it.
    pub fn retry_mail(self, now: Timestamp, last_event: Option<Timestamp>) -> Result<Self, Conflict> {
        self.map_mail(now, |mail| mail.retry_unanswered(now, MAIL_ANSWER_WAIT, last_event))
    }

    /// Applies an SES event of the mail of `generation`. `None`: the event adds nothing, or is about another mail.
    #[must_use]
    pub fn observe_mail(
        self,
        kind: MailKind,
        generation: u32,
        event: MailEvent,
        message_id: &str,
        now: Timestamp,
    ) -> Option<Self> {
        if kind == MailKind::InvitationExpired {
            let officer_mail = self.officer_mail.clone().filter(|mail| mail.generation == generation)?;
            return Some(Self {
                officer_mail: Some(officer_mail.observe(event, message_id, now)?),
                ..self.touched(now)
            });
        }
        let mail = self.mail.clone().filter(|mail| mail.kind == kind && mail.generation == generation)?;
        let was_open = mail.is_open();
        let mail = mail.observe(event, message_id, now)?;
        let mailed_at = if was_open { Some(now) } else { self.mailed_at };
        let next = Self { mail: Some(mail), mailed_at, ..self };
        Some(next.happened(Event::from(event), now).mailed(now))
    }

    /// Records that SES has reported nothing about the last mail since it took it: its delivery is unknown.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless that is so for [`DELIVERY_WAIT`](crate::mail::DELIVERY_WAIT).
    pub fn mail_unheard_of(self, now: Timestamp) -> Result<Self, Conflict> {
        self.map_mail(now, |mail| mail.unheard_of(now))
    }

    /// When the link of the latest mail stops working. The letter promises this time, the token is kept until then, and
    /// an invitation can be accepted until then. It is final once the mail is claimed.
    #[must_use]
    pub fn promised_until(&self) -> Timestamp {
        match *self.unpaused() {
            InviteState::Invited { expires_at } => expires_at,
            _ => self.sending_at.unwrap_or(self.created_at) + self.terms.life(),
        }
    }

    /// Whether its mail was sent, or may have been, since its officer or invitee last did something with the invite.
    #[must_use]
    pub fn was_sent(&self) -> bool {
        let is_act = |entry: &&HistoryEntry| matches!(entry.by, Actor::Officer | Actor::Invitee);
        let mut since_act = self.history.iter().rev().take_while(|entry| !is_act(entry));
        since_act.any(|entry| matches!(entry.event, Event::Invited | Event::Reminded))
    }

    /// Whether a mail to the officer is due.
    #[must_use]
    pub fn officer_mail_is_due(&self) -> bool {
        !self.is_paused() && self.officer_mail.as_ref().is_some_and(|mail| matches!(mail.state, MailState::Due { .. }))
    }

    /// Applies one of [`Mail`]'s transitions to the mail to the officer.
    ///
    /// # Errors
    ///
    /// [`Conflict`] when there is no such mail, or the transition refuses.
    pub fn map_officer_mail(
        self,
        now: Timestamp,
        transition: impl FnOnce(Mail) -> Result<Mail, MailConflict>,
    ) -> Result<Self, Conflict> {
        let officer_mail = transition(self.officer_mail.clone().ok_or_else(|| self.conflict("told of"))?)?;
        Ok(Self { officer_mail: Some(officer_mail), ..self.touched(now) })
    }

    pub(super) fn map_mail(
        self,
        now: Timestamp,
        transition: impl FnOnce(Mail) -> Result<Mail, MailConflict>,
    ) -> Result<Self, Conflict> {
        let mail = transition(self.mail.clone().ok_or_else(|| self.conflict("mailed"))?)?;
        Ok(Self { mail: Some(mail), ..self.touched(now) })
    }

    /// What follows when a mail was sent: an invitation can be accepted for as long as its letter says, also while work
    /// on the invite is paused.
    pub(super) fn mailed(self, now: Timestamp) -> Self {
        let sent = self.mail.as_ref().is_some_and(Mail::may_have_arrived);
        match self.unpaused() {
            InviteState::Queued if sent && self.profile.is_none() => {
                let state = InviteState::Invited { expires_at: self.promised_until() };
                self.with_unpaused(state).happened(Event::Invited, now)
            }
            _ => self,
        }
    }

    /// The generation of the latest mail; 0 before the first.
    pub(super) fn generation(&self) -> u32 {
        self.mail.as_ref().map_or(0, |mail| mail.generation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        invite::{
            changes::ResendRefusal,
            samples::{DAY, act, at, by_email, claimed, created, form, invited, mailbox},
            schedule::{InvitationDue, NextStep},
            state::AccountStatus,
        },
        licence::SeedState,
        mail::Receipt,
    };

    #[test]
    fn a_mail_is_sent_only_in_a_state_that_wants_it() {
        let invitation = by_email().address_is_free(at(1)).unwrap();
        let account = created(SeedState::NotRequired);
        let seen = |status| account.clone().account_seen(status, at(3)).unwrap();
        for (what, invite, is_due) in [
            ("nothing was asked yet", by_email(), false),
            ("an invitation", invitation.clone(), true),
            ("an invitation, paused", invitation.clone().needs_attention(at(3)).unwrap(), false),
            ("an invitation that is claimed", invitation.claim_mail(at(3)).unwrap(), false),
            ("an invitation that was sent", invited(), false),
            ("an account", account.clone(), true),
            ("an account that its holder signed in to", seen(AccountStatus::SignedIn), true),
            ("an account that is disabled", seen(AccountStatus::Disabled), false),
            ("an account that is deleted", seen(AccountStatus::Gone), false),
            ("an account, paused", account.clone().needs_attention(at(3)).unwrap(), false),
        ] {
            assert_eq!((invite.mail_is_due(), invite.claim_mail(at(9)).is_ok()), (is_due, is_due), "{what}");
        }
        let signed_in = seen(AccountStatus::SignedIn);
        assert!(signed_in.claim_mail(at(DAY)).is_ok(), "that account exists, so the directory is not asked again");
    }

    #[test]
    fn a_report_counts_only_for_the_mail_that_it_is_about() {
        let report = |invite: &Invite, kind, generation| {
            invite.clone().observe_mail(kind, generation, MailEvent::Delivered, "m-1", at(99 * DAY))
        };
        let receipt = Receipt { message_id: "m-1".into(), at: at(99 * DAY), possible_duplicate: false };
        let delivered = |kind| Some(Mail { kind, generation: 1, state: MailState::Delivered(receipt.clone()) });
        let sent = invited();
        let expired = sent.clone().expire(at(30 * DAY + 2)).unwrap();
        let sending = by_email().address_is_free(at(0)).unwrap().claim_mail(at(0)).unwrap();
        for (kind, generation) in [
            (MailKind::Invitation, 2),
            (MailKind::Reminder, 1),
            (MailKind::AccountCreated, 1),
            (MailKind::InvitationExpired, 2),
        ] {
            for invite in [&sent, &expired, &sending] {
                assert_eq!(report(invite, kind, generation), None, "{kind:?} {generation}");
            }
        }
        assert_eq!(report(&sent, MailKind::InvitationExpired, 1), None, "it has no such mail");
        let told = report(&expired, MailKind::InvitationExpired, 1).unwrap();
        let officer_mail = delivered(MailKind::InvitationExpired);
        assert_eq!(told, Invite { officer_mail, updated_at: at(99 * DAY), ..expired });
        for (invite, mailed_at) in [(sent, at(3)), (sending, at(99 * DAY))] {
            let heard = report(&invite, MailKind::Invitation, 1).unwrap();
            let reported = heard.history.iter().any(|entry| entry.event == Event::Delivered);
            assert_eq!((heard.mail, heard.mailed_at), (delivered(MailKind::Invitation), Some(mailed_at)));
            assert!(reported && matches!(heard.state, InviteState::Invited { .. }));
        }
    }

    #[test]
    fn a_mail_to_the_officer_is_due_until_it_is_claimed_and_not_while_work_is_paused() {
        let end = at(2 + 30 * DAY);
        let claim = |invite: Invite| invite.map_officer_mail(end, |mail| mail.claim(end));
        assert!(!invited().officer_mail_is_due());
        assert_eq!(claim(invited()), Err(invited().conflict("told of")), "there is none");
        let expired = invited().expire(end).unwrap();
        assert!(expired.officer_mail_is_due());
        let paused = expired.clone().needs_attention(end).unwrap();
        assert!(!paused.officer_mail_is_due());
        assert!(paused.resume(end).unwrap().officer_mail_is_due());
        let claimed = claim(expired.clone()).unwrap();
        assert!(!claimed.officer_mail_is_due());
        let sending = Mail::due(MailKind::InvitationExpired, 1).claim(end).unwrap();
        assert_eq!(claimed, Invite { officer_mail: Some(sending), ..expired });
        assert!(claim(claimed).is_err());
    }

    #[test]
    fn an_invite_says_whether_it_was_mailed_since_a_person_acted_on_it() {
        let sending = by_email().address_is_free(at(0)).unwrap().claim_mail(at(0)).unwrap();
        let reminded = invited().remind(at(24 * DAY)).unwrap();
        let resumed = reminded.clone().needs_attention(at(24 * DAY)).unwrap().resume(at(25 * DAY)).unwrap();
        let resent = invited().resend(&mailbox(), &act(2 * DAY)).unwrap();
        let sent_again = claimed(resent.clone(), at(2 * DAY)).mail_accepted("m-2".into(), at(2 * DAY)).unwrap();
        let accepted = invited().accept(form().profile().unwrap(), at(9)).unwrap();
        for (what, invite, was_sent) in [
            ("queued", by_email(), false),
            ("sending", sending.clone(), false),
            ("sent", invited(), true),
            ("perhaps sent", sending.mail_given_up(at(DAY)).unwrap(), true),
            ("reminded", reminded, true),
            ("resumed by an operator", resumed, true),
            ("to be sent again", resent, false),
            ("sent again", sent_again, true),
            ("accepted by its invitee", accepted, false),
            ("expired", invited().expire(at(31 * DAY)).unwrap(), true),
        ] {
            assert_eq!(invite.was_sent(), was_sent, "{what}");
        }
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
        assert_eq!((held.next_due(), held.mail.as_ref().unwrap().state_name()), (Some(at(DAY)), "HELD"));
        assert!(held.mail_is_due(), "a worker that finds room earlier may send it");
        assert_eq!(claimed(held, at(DAY)).next_due(), Some(at(DAY) + MAIL_ANSWER_WAIT));
    }

    #[test]
    fn a_mail_that_has_waited_leaves_once_the_directory_was_asked_again() {
        const HOUR: u64 = 3600;
        let invitation = (by_email().address_is_free(at(0)).unwrap(), NextStep::CheckAddress);
        let reminder = invited().remind(at(24 * DAY)).unwrap().address_is_free(at(24 * DAY)).unwrap();
        let account = (created(SeedState::NotRequired), NextStep::CheckAccount);
        for (begun, (waiting, check)) in [(0, invitation), (24 * DAY, (reminder, NextStep::CheckAddress)), (2, account)]
        {
            let late = at(begun + HOUR);
            assert_eq!(waiting.next_step(at(begun + HOUR - 1)), NextStep::Nothing);
            assert!(waiting.clone().claim_mail(at(begun + HOUR - 1)).is_ok());
            assert_eq!(waiting.next_step(late), check);
            assert!(waiting.clone().claim_mail(late).is_err());
            let asked = match check {
                NextStep::CheckAddress => waiting.clone().address_is_free(late),
                _ => waiting.clone().account_is_there(late),
            };
            let asked = asked.unwrap();
            assert_eq!((asked.next_step(late), &asked.mail), (NextStep::Nothing, &waiting.mail), "the same letter");
            assert!(asked.claim_mail(late).is_ok());
            let held = waiting.mail_held(at(begun + DAY), at(begun)).unwrap();
            assert_eq!(held.next_step(late), NextStep::Nothing, "it cannot leave yet");
            assert_eq!((held.next_step(at(begun + DAY)), held.next_due()), (check, Some(at(begun + DAY))));
        }
    }

    #[test]
    fn a_link_works_for_as_long_as_its_mail_says() {
        let late = by_email().address_is_free(at(0)).unwrap().mail_held(at(20 * DAY), at(1)).unwrap();
        let first = claimed(late, at(20 * DAY));
        let promised = first.promised_until();
        assert_eq!(promised, at(50 * DAY), "from when it leaves, not from when it was asked for");
        let soon = 21 * DAY - 1;
        let copy = claimed(first.retry_mail(at(soon), Some(at(soon))).unwrap(), at(soon));
        assert_eq!(copy.promised_until(), promised, "a copy is identical");
        let heard = copy.observe_mail(MailKind::Invitation, 1, MailEvent::Delivered, "m", at(23 * DAY)).unwrap();
        assert!(matches!(heard.state, InviteState::Invited { expires_at } if expires_at == promised));
        let account = claimed(created(SeedState::NotRequired), at(40 * DAY));
        assert_eq!(account.promised_until(), at(70 * DAY));
        let late = claimed(by_email(), at(9 * DAY)).mail_accepted("m".into(), at(9 * DAY)).unwrap();
        let earlier_release = Invite { sending_at: None, ..late };
        assert_eq!(earlier_release.promised_until(), at(39 * DAY), "it stored no start of the letter's days");
    }

    #[test]
    fn a_copy_that_waited_counts_its_days_anew_and_shortens_nothing() {
        let copy_of =
            |first: Invite, seconds: u64| claimed(first.retry_mail(at(900), Some(at(900))).unwrap(), at(seconds));
        let invitation = by_email().address_is_free(at(0)).unwrap().claim_mail(at(0)).unwrap();
        for (seconds, until) in [(900, 30 * DAY), (DAY - 1, 30 * DAY), (DAY, 31 * DAY), (40 * DAY, 70 * DAY)] {
            let copy = copy_of(invitation.clone(), seconds);
            assert_eq!(copy.promised_until(), at(until), "{seconds}");
            let invited = copy.mail_accepted("m".into(), at(seconds)).unwrap();
            assert_eq!(invited.invitation_due(at(until - 1)), InvitationDue::Remind, "{seconds}");
            assert!(invited.can_be_accepted(at(until - 1)) && !invited.can_be_accepted(at(until)), "{seconds}");
        }
        // The letter says "30 days" and no date, so each copy gets that many days.
        let account = created(SeedState::NotRequired).claim_mail(at(3)).unwrap();
        let account = account.retry_mail(at(903), Some(at(903))).unwrap();
        for seconds in [903, 10 * DAY, 40 * DAY] {
            let copy = claimed(account.clone(), at(seconds));
            assert_eq!(copy.promised_until(), at(seconds + 30 * DAY), "{seconds}");
        }
        // A letter that is known not to have been sent promises nothing.
        let refused = copy_of(invitation, 40 * DAY).mail_not_sent(at(41 * DAY), at(40 * DAY)).unwrap();
        assert_eq!(claimed(refused.clone(), at(41 * DAY)).promised_until(), at(71 * DAY));
        let heard = refused.observe_mail(MailKind::Invitation, 1, MailEvent::Delivered, "m", at(41 * DAY)).unwrap();
        assert_eq!(heard.promised_until(), at(70 * DAY), "the end of its link is not shortened again");
    }

    #[test]
    fn a_mail_that_nobody_knows_of_ends_after_a_day() {
        let claimed = by_email().address_is_free(at(0)).unwrap().claim_mail(at(0)).unwrap();
        assert!(claimed.clone().retry_mail(at(899), Some(at(899))).is_err());
        assert!(claimed.clone().retry_mail(at(900), Some(at(900))).unwrap().mail_is_due());
        assert!(claimed.clone().mail_given_up(at(DAY - 1)).is_err());
        let unknown = claimed.mail_given_up(at(DAY)).unwrap();
        assert_eq!((unknown.state_name(), unknown.mail.as_ref().unwrap().state_name()), ("INVITED", "UNKNOWN"));
        let account = created(SeedState::NotRequired).claim_mail(at(3)).unwrap();
        assert_eq!(account.progress().name(), "MAILING");
        assert_eq!(account.mail_given_up(at(3 + DAY)).unwrap().progress().name(), "ACCOUNT_CREATED");
    }

    #[test]
    fn what_may_have_been_sent_before_a_restore_counts_as_sent_and_is_not_sent() {
        let due = by_email().address_is_free(at(0)).unwrap();
        let claimed = due.clone().claim_mail(at(1)).unwrap();
        let again = claimed.clone().retry_mail(at(901), Some(at(901))).unwrap();
        for (invite, is_second) in [(due, false), (claimed, true), (again, true)] {
            let settled = invite.mails_perhaps_sent(at(2000)).unwrap();
            let receipt = Receipt { message_id: String::new(), at: at(2000), possible_duplicate: is_second };
            assert_eq!(settled.mail.as_ref().unwrap().state, MailState::Unknown(receipt));
            assert_eq!((settled.state_name(), settled.mail_is_due()), ("INVITED", false));
            assert_eq!(settled.mails_perhaps_sent(at(3000)), None);
        }
        let account = created(SeedState::NotRequired).mails_perhaps_sent(at(9)).unwrap();
        assert_eq!(account.progress().name(), "ACCOUNT_CREATED");
        let expired = invited().expire(at(31 * DAY)).unwrap();
        assert!(expired.officer_mail_is_due());
        let told = expired.mails_perhaps_sent(at(31 * DAY + 1)).unwrap();
        assert_eq!((told.officer_mail_is_due(), told.officer_mail.as_ref().unwrap().state_name()), (false, "UNKNOWN"));
    }

    #[test]
    fn a_mail_event_while_work_is_paused_is_not_lost() {
        let claimed = by_email().address_is_free(at(1)).unwrap().claim_mail(at(2)).unwrap();
        // Its message becomes a dead letter while a copy of the mail is due.
        let due = claimed.retry_mail(at(902), Some(at(902))).unwrap();
        let paused = due.needs_attention(at(903)).unwrap();
        let heard = paused.clone().observe_mail(MailKind::Invitation, 1, MailEvent::Delivered, "m", at(904)).unwrap();
        assert_eq!(heard.state_name(), "NEEDS_ATTENTION");
        assert_eq!(heard.resume(at(905)).unwrap().state_name(), "INVITED");
        let mut stored = paused;
        stored.mail = stored.mail.map(|mail| mail.observe(MailEvent::Delivered, "m", at(904)).unwrap());
        assert_eq!(stored.resume(at(905)).unwrap().state_name(), "INVITED", "what an earlier release left");
        let never_sent = by_email().needs_attention(at(1)).unwrap().resume(at(2)).unwrap();
        assert_eq!((never_sent.state_name(), never_sent.next_step(at(2))), ("QUEUED", NextStep::CheckAddress));
    }
}

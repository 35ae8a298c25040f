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
                _ => false,
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
            _ => Some(now),
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
        let of_code =
            of_officer.as_ref().unwrap_or(&self).clone().map_code_mail(now, |mail| mail.perhaps_sent(now)).ok();
        let others = of_code.or(of_officer);
        let own = others.clone().unwrap_or(self).map_mail(now, |mail| mail.perhaps_sent(now)).ok();
        own.map(|next| next.mailed(now)).or(others)
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
        if kind == MailKind::MailboxCode {
            let mail = self.code_mail().filter(|mail| mail.generation == generation)?.clone();
            let code_mail = mail.observe(event, message_id, now)?;
            let is_returned = code_mail.is_undeliverable();
            let next = self.map_code_mail(now, |_| Ok(code_mail)).ok()?;
            return Some(if is_returned { next.mailbox_returns(event, message_id, now) } else { next });
        }
        let mail = self.mail.clone().filter(|mail| mail.kind == kind && mail.generation == generation)?;
        let was_open = mail.is_open();
        let mail = mail.observe(event, message_id, now)?;
        let mailed_at = if was_open { Some(now) } else { self.mailed_at };
        let next = Self { mail: Some(mail), mailed_at, ..self };
        Some(next.happened(Event::from(event), now).mailed(now))
    }

    /// A mail with a code came back from the mailbox of the invitation: its officer sees that the invitation did, and
    /// can amend the address.
    fn mailbox_returns(self, event: MailEvent, message_id: &str, now: Timestamp) -> Self {
        let sent = self.mail.clone().filter(Mail::may_have_arrived);
        let Some(mail) = sent.and_then(|mail| mail.observe(event, message_id, now)) else { return self };
        Self { mail: Some(mail), ..self.happened(Event::from(event), now) }
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
mod tests;

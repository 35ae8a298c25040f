//! When an invite needs a worker, and which step is next.

use std::time::Duration;

use super::{
    Conflict, Invite,
    first_access::{FIRST_PASSWORD_LEASE, FirstPassword},
    history::{Actor, Event},
    mail::MAIL_ANSWER_WAIT,
    state::InviteState,
};
use crate::{
    Timestamp,
    licence::SeedStep,
    mail::{Mail, MailKind, MailState},
};

/// How long a step may wait for its wake-up call before the sweeper repeats the call.
pub const WAKE_AFTER: Duration = Duration::from_secs(120);

/// How long an invite may wait for its account or its first mail. After that it expires, because an emergency stop or
/// an outage may have no end.
pub const MAX_WAIT: Duration = Duration::from_secs(90 * 24 * 3600);

/// The pause between two reminders.
pub const REMINDER_PAUSE: Duration = Duration::from_secs(24 * 3600);

/// How long after an invite, a batch or a request is over the sweeper first checks how long its data is kept. The
/// retention is a setting of the sweeper.
pub const KEEPING_LOOK: Duration = Duration::from_secs(24 * 3600);

/// What is due for an invitation because time has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationDue {
    /// A reminder to the invitee is due.
    Remind,
    Expire,
    Nothing,
}

/// What the provisioning worker has to do next for an invite. It follows from the invite alone, so a message holds
/// nothing but an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// Ask the directory whether the address has an account: before anything is mailed, and again when the mail has
    /// waited for too long.
    CheckAddress,
    /// Ask the directory whether the account still exists: before a mail about it is repeated, and when the mail has
    /// waited for too long.
    CheckAccount,
    Provision,
    /// Delete the account of a revoked invite, unless its holder has signed in.
    DeleteAccount,
    AssignSeed,
    /// Withdraw the SEED licence of a disabled account.
    WithdrawSeed,
    /// Have the directory mail a first password.
    SendFirstPassword,
    /// Nothing now: a mail, another worker, a person or a point in time comes first.
    Nothing,
}

impl Invite {
    /// What the provisioning worker has to do at `now`.
    #[must_use]
    pub fn next_step(&self, now: Timestamp) -> NextStep {
        let has_account = self.account().is_some();
        match &self.state {
            InviteState::NeedsAttention { .. } => NextStep::Nothing,
            InviteState::Queued | InviteState::Invited { .. } if self.asks_again(now) => NextStep::CheckAddress,
            InviteState::Queued if self.profile.is_none() && self.awaits_check() => NextStep::CheckAddress,
            InviteState::Queued if self.profile.is_some() => NextStep::Provision,
            InviteState::Invited { .. } if self.awaits_reminder_check() => NextStep::CheckAddress,
            InviteState::Accepted => NextStep::Provision,
            InviteState::Provisioning { lease_until, .. } if now >= *lease_until => NextStep::Provision,
            InviteState::Revoking { lease_until, .. } if now >= *lease_until => NextStep::DeleteAccount,
            InviteState::Revoking { .. } => NextStep::Nothing,
            _ if has_account && self.seed.step(now) == SeedStep::Assign => NextStep::AssignSeed,
            _ if has_account && self.seed.step(now) == SeedStep::Withdraw => NextStep::WithdrawSeed,
            InviteState::AccountCreated { .. } if matches!(self.first_password, FirstPassword::Requested { .. }) => {
                NextStep::SendFirstPassword
            }
            InviteState::AccountCreated { .. } if self.awaits_account_check() || self.asks_again(now) => {
                NextStep::CheckAccount
            }
            _ => NextStep::Nothing,
        }
    }

    /// Whether the provisioning worker has something to do at `now`.
    pub(super) fn has_step(&self, now: Timestamp) -> bool {
        self.next_step(now) != NextStep::Nothing
    }

    /// What is due at `now` because time has passed.
    #[must_use]
    pub fn invitation_due(&self, now: Timestamp) -> InvitationDue {
        let expires_at = match self.state {
            InviteState::Invited { expires_at } => expires_at,
            InviteState::Queued | InviteState::Accepted if now >= self.waits_until() => return InvitationDue::Expire,
            InviteState::Provisioning { lease_until, .. } if now >= lease_until && now >= self.waits_until() => {
                return InvitationDue::Expire;
            }
            _ => return InvitationDue::Nothing,
        };
        if now >= expires_at {
            InvitationDue::Expire
        } else if self.can_be_reminded() && now >= self.next_reminder(expires_at) {
            InvitationDue::Remind
        } else {
            InvitationDue::Nothing
        }
    }

    /// Until when it may wait for its account or its first mail: [`MAX_WAIT`] after a person last acted on it.
    pub(super) fn waits_until(&self) -> Timestamp {
        let last_act = self.history.iter().rev().find(|entry| entry.by != Actor::Service);
        last_act.map_or(self.created_at, |entry| entry.at) + MAX_WAIT
    }

    /// A reminder to the invitee with the same link is due, once the directory was asked whether the invitee has an
    /// account by now.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless a reminder is due; see [`Invite::invitation_due`].
    pub fn remind(self, now: Timestamp) -> Result<Self, Conflict> {
        if self.invitation_due(now) != InvitationDue::Remind {
            return Err(self.conflict("reminded of"));
        }
        let mail = Some(Mail::due(MailKind::Reminder, self.generation()).replaced());
        Ok(Self { mail, ..self.happened(Event::Reminded, now) })
    }

    /// Ends an invitation that was not accepted in time, or an invite that waited for too long. A mail to its officer
    /// is due.
    ///
    /// # Errors
    ///
    /// [`Conflict`] unless it is due to expire; see [`Invite::invitation_due`].
    pub fn expire(self, now: Timestamp) -> Result<Self, Conflict> {
        if self.invitation_due(now) != InvitationDue::Expire {
            return Err(self.conflict("expired"));
        }
        let generation = self.officer_mail.as_ref().map_or(0, |mail| mail.generation) + 1;
        let officer_mail = Some(Mail::due(MailKind::InvitationExpired, generation));
        Ok(Self { officer_mail, ..self.happened(Event::Expired, now) }.ended(InviteState::Expired))
    }

    /// When the sweeper has to check the invite; nothing else decides that. For each open step a worker was woken when
    /// the invite last changed, so the sweeper acts only if that call was lost.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        if self.postponed_until.is_some() {
            return self.postponed_until;
        }
        let now = self.updated_at;
        if self.is_paused() {
            return Some(now + KEEPING_LOOK);
        }
        let held_until = self.mail.as_ref().filter(|_| self.mail_is_due()).and_then(Mail::held_until);
        let is_waiting = self.mail_is_due() && held_until.is_none();
        let open = self.has_step(now) || is_waiting || self.code_mail_is_due() || self.officer_mail_is_due();
        let unanswered = [&self.mail, &self.officer_mail].into_iter().flatten().find_map(|mail| match mail.state {
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
        let leased = match self.state {
            InviteState::Provisioning { lease_until, .. } | InviteState::Revoking { lease_until, .. }
                if now < lease_until =>
            {
                Some(lease_until)
            }
            _ => None,
        };
        let unrecorded = match self.first_password {
            FirstPassword::Sending { at, .. } => Some(at + FIRST_PASSWORD_LEASE),
            _ => None,
        };
        let woken = open.then(|| now + WAKE_AFTER);
        let unheard_of = self.mail.as_ref().and_then(Mail::unknown_from);
        let kept = self.over_since().map(|_| now + KEEPING_LOOK);
        let ends = self.code_mail_ends();
        [woken, leased, held_until, unanswered, ends, lapses, unheard_of, licence, unrecorded, kept]
            .into_iter()
            .flatten()
            .min()
    }

    /// Whether the last mail was sent and was not returned.
    pub(super) fn can_be_reminded(&self) -> bool {
        !self.awaits_reminder_check()
            && self.mail.as_ref().is_some_and(|mail| !mail.is_open() && !mail.is_undeliverable())
    }

    /// When the next reminder is due, if the invite does not change before.
    pub(super) fn next_reminder(&self, expires_at: Timestamp) -> Timestamp {
        let first = expires_at - self.terms.reminder_span();
        match &self.mail {
            Some(Mail { kind: MailKind::Reminder, .. }) => {
                self.mailed_at.map_or(first, |mailed| (mailed + REMINDER_PAUSE).max(first))
            }
            _ => first,
        }
    }

    /// Whether a reminder is due, and the directory was not asked yet if the invitee has an account by now.
    pub(super) fn awaits_reminder_check(&self) -> bool {
        let is_replaced = |mail: &Mail| mail.kind == MailKind::Reminder && matches!(mail.state, MailState::Replaced);
        matches!(self.state, InviteState::Invited { .. }) && self.mail.as_ref().is_some_and(is_replaced)
    }

    /// Has the sweeper check it at `until`, whatever its state. Any change before that cancels this; nothing else
    /// changes.
    #[must_use]
    pub fn postponed(self, until: Timestamp) -> Self {
        Self { postponed_until: Some(until), ..self }
    }

    /// Cancels [`Invite::postponed`]: its state decides again when it is checked.
    #[must_use]
    pub fn settled(self, now: Timestamp) -> Self {
        self.touched(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        invite::{
            Proven,
            history::Act,
            samples::{DAY, act, at, by_email, claimed, for_account, form, invited, mailbox},
            state::Failure,
        },
        mail::MailEvent,
    };

    const MILLISECOND: Duration = Duration::from_millis(1);

    #[test]
    fn an_invite_with_open_work_is_due() {
        let end = 2 + 30 * DAY;
        let leased = for_account().claim(at(1)).unwrap();
        let waiting = by_email().address_is_free(at(1)).unwrap();
        let sending = waiting.clone().claim_mail(at(1)).unwrap();
        let heard = |event| invited().observe_mail(MailKind::Invitation, 1, event, "m-1", at(9)).unwrap();
        let expired = heard(MailEvent::Delivered).expire(at(end)).unwrap();
        let telling = expired.clone().map_officer_mail(at(end), |mail| mail.claim(at(end))).unwrap();
        for (what, invite, due) in [
            ("a step is open", for_account(), 120),
            ("a mail is due", waiting.clone(), 1 + 120),
            ("a mail to the officer is due", expired, end + 120),
            ("a worker has it", leased.clone(), 1 + 60),
            ("its worker's lease has just ended", leased.clone().settled(at(61)), 61 + 120),
            ("a mail has no answer", sending, 1 + 900),
            ("a mail to the officer has no answer", telling, end + 900),
            ("its mailbox has no room", waiting.clone().mail_held(at(77), at(2)).unwrap(), 77),
            ("its mail is delivered", heard(MailEvent::Delivered), 2 + 23 * DAY),
            ("its mail was returned", heard(MailEvent::Bounced), end),
            ("work on it is paused", waiting.needs_attention(at(2)).unwrap(), 2 + DAY),
            ("it is over", for_account().revoke(&act(2)).unwrap(), 2 + DAY),
            ("it is postponed", for_account().postponed(at(5)), 5),
            ("it is postponed no longer", for_account().postponed(at(5)).settled(at(6)), 6 + 120),
            ("its claim is released", leased.give_back(at(20), at(3)).unwrap(), 20),
        ] {
            assert_eq!(invite.next_due(), Some(at(due)), "{what}");
        }
    }

    #[test]
    fn an_invite_that_waits_for_its_account_or_its_mail_expires_90_days_after_a_person_acted_on_it() {
        let accepted = invited().accept(form().profile().unwrap(), Proven::SAMPLE, at(10)).unwrap();
        let resumed = for_account().needs_attention(at(3)).unwrap().resume(at(50)).unwrap();
        let leased = for_account().claim(at(90 * DAY - 10)).unwrap();
        for (what, invite, end) in [
            ("an account", for_account(), 90 * DAY),
            ("an invitation", by_email().address_is_free(at(7)).unwrap(), 90 * DAY),
            ("accepted by its invitee", accepted, 90 * DAY + 10),
            ("resumed by an operator", resumed, 90 * DAY + 50),
            ("its worker died long ago", for_account().claim(at(1)).unwrap(), 90 * DAY),
            ("a worker has it", leased, 90 * DAY + 50),
        ] {
            assert_eq!(invite.invitation_due(at(end) - MILLISECOND), InvitationDue::Nothing, "{what}");
            assert!(invite.clone().expire(at(end) - MILLISECOND).is_err(), "{what}");
            assert_eq!(invite.invitation_due(at(end)), InvitationDue::Expire, "{what}");
            assert_eq!(invite.expire(at(end)).unwrap().state, InviteState::Expired, "{what}");
        }
        assert_eq!(for_account().revoke(&act(2)).unwrap().invitation_due(at(99 * DAY)), InvitationDue::Nothing);
    }

    #[test]
    fn an_invitee_is_reminded_daily_until_the_invitation_expires() {
        let invite = invited();
        assert_eq!(invite.invitation_due(at(22 * DAY)), InvitationDue::Nothing);
        let mut invite = invite;
        let end = at(2 + 30 * DAY);
        for day in 0..7 {
            let now = at(3 + (23 + day) * DAY);
            assert_eq!(invite.invitation_due(now), InvitationDue::Remind, "day {day}");
            let reminded = invite.remind(now).unwrap();
            assert_ne!(reminded.invitation_due(now + Duration::from_secs(DAY)), InvitationDue::Remind, "once");
            assert_eq!((reminded.next_step(now), reminded.mail_is_due()), (NextStep::CheckAddress, false));
            let found = reminded.clone().fail(Failure::AccountExists, now).unwrap();
            assert_eq!((found.next_step(now), found.mail_is_due()), (NextStep::Nothing, false));
            invite =
                reminded.address_is_free(now).unwrap().claim_mail(now).unwrap().mail_accepted("m".into(), now).unwrap();
            assert_eq!(invite.mail.as_ref().unwrap().generation, 1, "the same link");
            let before_next = (now + Duration::from_secs(DAY)).min(end) - MILLISECOND;
            assert_eq!(invite.invitation_due(before_next), InvitationDue::Nothing);
        }
        assert_eq!(invite.next_due(), Some(end));
        let expired = invite.expire(end).unwrap();
        assert!(!expired.is_live());
        assert_eq!(expired.officer_mail, Some(Mail::due(MailKind::InvitationExpired, 1)));
        let revived = expired.resend(&mailbox(), &Act { at: end.next_singapore_day(), ..act(0) }).unwrap();
        assert!(revived.is_live() && revived.next_step(end.next_singapore_day()) == NextStep::CheckAddress);
        let again = revived.expire(end + 92 * Duration::from_secs(DAY)).unwrap();
        assert_eq!(again.officer_mail, Some(Mail::due(MailKind::InvitationExpired, 2)), "a mail of its own");
    }

    #[test]
    fn an_invitation_that_expires_closes_the_mail_that_is_open() {
        let InviteState::Invited { expires_at } = invited().state else { panic!() };
        let unchecked = invited().remind(at(24 * DAY)).unwrap();
        let waiting = unchecked.clone().address_is_free(at(24 * DAY)).unwrap();
        let sending = claimed(waiting.clone(), at(25 * DAY));
        for invite in [unchecked, waiting, sending] {
            let expired = invite.expire(expires_at).unwrap();
            assert!(!expired.mail.as_ref().unwrap().is_open());
            let tomorrow = Act { at: expires_at.next_singapore_day(), ..act(0) };
            assert!(expired.resend(&mailbox(), &tomorrow).is_ok());
        }
    }

    #[test]
    fn no_reminder_leaves_once_the_invitation_has_ended() {
        let InviteState::Invited { expires_at } = invited().state else { panic!() };
        let before = expires_at - MILLISECOND;
        let due = invited().remind(before).unwrap().address_is_free(before).unwrap();
        assert!(due.clone().claim_mail(before).is_ok());
        assert!(due.claim_mail(expires_at).is_err());
    }
}

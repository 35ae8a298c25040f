//! The history of an invite: what happened, and by whom.

use serde::{Deserialize, Serialize};

use super::Invite;
use crate::{BulkActionId, EmailAddress, Timestamp, TraceId, licence::DeviceState, mail::MailEvent};

/// Entries of its history that an invite keeps. The first one always stays; the oldest of the others are dropped.
const HISTORY_LIMIT: usize = 50;

/// A change that a person asks for: when, and in which request.
#[derive(Clone, Debug)]
pub struct Act {
    /// When it was asked for. Everything that follows from it has this time.
    pub at: Timestamp,
    pub trace: TraceId,
    /// The action for many invites that it is part of, if any.
    pub action: Option<BulkActionId>,
}

/// One entry of an invite's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// When it happened. Entries are in this order.
    pub at: Timestamp,
    pub event: Event,
    /// Who did it. An entry that was stored without it was the service.
    #[serde(default)]
    pub by: Actor,
    pub trace: TraceId,
    /// The action for many invites that it was part of, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<BulkActionId>,
    /// The officer who had it before it was handed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<EmailAddress>,
}

/// What happened to an invite. The table and the API have its name in capitals: `ACCOUNT_CREATED`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Event {
    Queued,
    /// The directory had no account at its address, and the invitation was sent.
    Invited,
    /// By the invitee: they accepted the invitation. By the service: SES took a mail.
    Accepted,
    /// A worker claimed it, to create the account.
    Provisioning,
    AccountCreated,
    /// The account was found in the directory, and was not recorded before.
    AccountFound,
    Onboarded,
    /// The account was disabled in the directory.
    Disabled,
    /// The account was enabled again.
    Enabled,
    /// The account was deleted in the directory.
    AccountGone,
    /// The service deleted the account of a revoked invite.
    AccountDeleted,
    /// It failed; the officer sees why.
    Failed,
    /// It was not accepted in time, or waited too long for the service.
    Expired,
    Revoked,
    /// Its officer had it sent again.
    Resent,
    Amended,
    /// It was given to a colleague of its officer.
    HandedOver,
    /// A reminder to the invitee is due.
    Reminded,
    /// Its message is among the dead letters, and it waits for an operator.
    NeedsAttention,
    /// An operator resumed the work on it.
    Resumed,
    /// The SEED licence was assigned.
    LicenceAssigned,
    /// The licence system refused the licence.
    LicenceError,
    /// The licence was withdrawn with the account.
    LicenceWithdrawn,
    /// The directory still had a licence that was withdrawn.
    LicenceFound,
    /// The holder asked for SEED.
    SeedRequested,
    /// The holder's device was enrolled.
    DeviceEnrolled,
    /// The holder's device was removed from SEED.
    DeviceRemoved,
    /// The holder's device could not be enrolled.
    DeviceFailed,
    /// The holder asked for a first password.
    FirstPasswordRequested,
    /// The directory mailed the first password.
    FirstPasswordSent,
    /// No first password was mailed, because the mailbox is suppressed.
    FirstPasswordWithheld,
    /// SES could not deliver a mail yet, and continues to try.
    Delayed,
    Delivered,
    /// SES did not send a mail.
    Suppressed,
    Bounced,
    /// A mail was marked as spam.
    Complained,
    Forgotten,
}

impl From<MailEvent> for Event {
    fn from(event: MailEvent) -> Self {
        match event {
            MailEvent::Accepted => Self::Accepted,
            MailEvent::Delayed => Self::Delayed,
            MailEvent::Delivered => Self::Delivered,
            MailEvent::Suppressed => Self::Suppressed,
            MailEvent::Bounced => Self::Bounced,
            MailEvent::Complained => Self::Complained,
        }
    }
}

impl From<&DeviceState> for Event {
    fn from(state: &DeviceState) -> Self {
        match state {
            DeviceState::Enrolled => Self::DeviceEnrolled,
            DeviceState::Removed => Self::DeviceRemoved,
            DeviceState::Failed { .. } => Self::DeviceFailed,
        }
    }
}

/// The person or the system behind a change of an invite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Actor {
    Officer,
    /// The person that it is for: with the link, or signed in.
    Invitee,
    /// The operator of the service.
    Operator,
    #[default]
    Service,
}

impl Invite {
    /// Whether the action has changed it already, so that one action never changes it twice.
    #[must_use]
    pub fn was_changed_by(&self, action: BulkActionId) -> bool {
        self.history.iter().any(|entry| entry.action == Some(action))
    }

    /// Every change of an invite does this: it adds `event` to the history, and the sweeper checks the invite when its
    /// state says.
    pub(super) fn apply(self, event: Event, by: Actor, act: &Act) -> Self {
        let mut next = self.touched(act.at);
        // A step that is repeated appears once in the history, or it would push out all other entries. What an officer
        // or an operator does is always added.
        let is_ours = !matches!(by, Actor::Officer | Actor::Operator);
        let again = |last: &HistoryEntry| last.event == event && last.by == by && is_ours;
        if !next.history.last().is_some_and(again) {
            if next.history.len() >= HISTORY_LIMIT {
                next.history.remove(1);
            }
            let entry =
                HistoryEntry { at: act.at, event, by, trace: act.trace.clone(), action: act.action, from: None };
            next.history.push(entry);
        }
        next
    }

    /// Like [`Invite::apply`], for a change without a request of its own.
    pub(super) fn acted(self, event: Event, by: Actor, now: Timestamp) -> Self {
        let act = Act { at: now, trace: self.trace.clone(), action: None };
        self.apply(event, by, &act)
    }

    /// Like [`Invite::apply`], for what the service does by itself.
    pub(super) fn happened(self, event: Event, now: Timestamp) -> Self {
        self.acted(event, Actor::Service, now)
    }

    /// The same invite without the latest entry of `event`, because it is known that the step had no effect.
    pub(super) fn without_last(mut self, event: Event) -> Self {
        if let Some(place) = self.history.iter().rposition(|entry| entry.event == event) {
            self.history.remove(place);
        }
        self
    }

    /// Like [`Invite::apply`], for a change that does not appear in the history.
    pub(super) fn touched(self, now: Timestamp) -> Self {
        Self { updated_at: now, postponed_until: None, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Entropy,
        invite::samples::{act, at, for_account},
    };

    #[test]
    fn an_attempt_that_had_no_effect_leaves_nothing_in_the_history() {
        let mut invite = for_account();
        for n in 0..100 {
            invite = invite.claim(at(n)).unwrap().give_back(at(n), at(n)).unwrap();
        }
        let events = |invite: &Invite| invite.history.iter().map(|entry| entry.event).collect::<Vec<_>>();
        assert_eq!(events(&invite), [Event::Queued]);
        // What happened meanwhile stays, and so does a claim whose effect is unknown.
        let busy =
            invite.claim(at(100)).unwrap().happened(Event::Delivered, at(101)).give_back(at(102), at(102)).unwrap();
        assert_eq!(events(&busy), [Event::Queued, Event::Delivered]);
        let lost = busy.claim(at(103)).unwrap().claim(at(163)).unwrap().give_back(at(164), at(164)).unwrap();
        assert_eq!(events(&lost), [Event::Queued, Event::Delivered, Event::Provisioning]);
    }

    #[test]
    fn only_what_an_officer_does_is_added_twice_in_a_row() {
        let (service, invitee, officer) = (Actor::Service, Actor::Invitee, Actor::Officer);
        let happened = [
            (Event::Accepted, service),
            (Event::Accepted, service),
            (Event::Accepted, invitee),
            (Event::Delivered, invitee),
            (Event::Resent, officer),
            (Event::Resent, officer),
            (Event::Accepted, service),
        ];
        let invite = happened.into_iter().fold(for_account(), |invite, (event, by)| invite.acted(event, by, at(1)));
        let entries: Vec<_> = invite.history.iter().skip(1).map(|entry| (entry.event, entry.by)).collect();
        assert_eq!(entries, happened[1..]);
    }

    #[test]
    fn a_long_history_has_its_first_entry_and_the_latest_forty_nine() {
        let resent = |invite: Invite, second| invite.apply(Event::Resent, Actor::Officer, &act(second));
        for (last, kept) in [(49, 1..=49), (50, 2..=50), (120, 72..=120)] {
            let invite = (1..=last).fold(for_account(), resent);
            let times: Vec<_> = invite.history.iter().map(|entry| entry.at).collect();
            let expected: Vec<_> = [0].into_iter().chain(kept).map(at).collect();
            assert_eq!(times, expected, "{last}");
        }
    }

    #[test]
    fn an_invite_knows_which_bulk_actions_have_changed_it() {
        let [action, other] = [1, 2].map(|seed| BulkActionId::generate(at(1), &Entropy::seeded(seed)));
        assert!(!for_account().was_changed_by(action));
        let changed = for_account().apply(Event::Resent, Actor::Officer, &Act { action: Some(action), ..act(1) });
        let changed = changed.happened(Event::Delivered, at(2));
        assert!(changed.was_changed_by(action) && !changed.was_changed_by(other));
    }

    #[test]
    fn any_change_cancels_a_postponement() {
        let changed = for_account().postponed(at(999)).touched(at(5));
        assert_eq!(changed, Invite { updated_at: at(5), ..for_account() });
    }
}

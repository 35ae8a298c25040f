//! What happened to an invite, and who did it.

use serde::{Deserialize, Serialize};

use super::Invite;
use crate::{BulkActionId, Timestamp, TraceId, licence::DeviceState, mail::MailEvent};

/// How many entries of its history an invite keeps; the oldest after the first give way.
const HISTORY_LIMIT: usize = 50;

/// A deliberate act: when, and the request behind it.
#[derive(Clone, Debug)]
pub struct Act {
    /// When it was asked for; everything that follows from it bears this time.
    pub at: Timestamp,
    pub trace: TraceId,
    /// The action for many invites that it is part of.
    pub action: Option<BulkActionId>,
}

/// One entry of an invite's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// When it happened; entries are in this order.
    pub at: Timestamp,
    pub event: Event,
    /// Who did it; the service where nothing is stored of it.
    #[serde(default)]
    pub by: Actor,
    pub trace: TraceId,
    /// The action for many invites that this was part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<BulkActionId>,
}

/// What happened to an invite. Stored, and shown by the API, as its name in capitals: `ACCOUNT_CREATED`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Event {
    Queued,
    /// The directory had no account at its address, and the invitation was sent.
    Invited,
    /// By the invitee: they said who they are. By the service: SES took a mail.
    Accepted,
    /// A worker took it to create the account.
    Provisioning,
    AccountCreated,
    /// The account was in the directory, although nobody had recorded it.
    AccountFound,
    Onboarded,
    /// The account was disabled in the directory.
    Disabled,
    /// The account was enabled again.
    Enabled,
    /// The account was deleted in the directory.
    AccountGone,
    /// It could not be done.
    Failed,
    /// It was not accepted, or not worked on, in time.
    Expired,
    Revoked,
    /// Its officer had it mailed again.
    Resent,
    Amended,
    /// The invitee is to be reminded.
    Reminded,
    /// The workers gave it up, and it waits for an operator.
    NeedsAttention,
    /// An operator had it go on.
    Resumed,
    /// The SEED licence was assigned.
    LicenceAssigned,
    /// The licence system refused the licence.
    LicenceError,
    /// The licence was withdrawn with the account.
    LicenceWithdrawn,
    /// The directory had a licence that was withdrawn.
    LicenceFound,
    /// The holder asked for SEED.
    SeedRequested,
    /// The holder's device was enrolled.
    DeviceEnrolled,
    /// The holder's device is not enrolled any more.
    DeviceRemoved,
    /// The holder's device could not be enrolled.
    DeviceFailed,
    /// The holder asked for a first password.
    FirstPasswordRequested,
    /// The directory mailed the first password.
    FirstPasswordSent,
    /// No first password was mailed, because the mailbox is sent nothing.
    FirstPasswordWithheld,
    /// SES could not deliver a mail yet.
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

/// Who did something to an invite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Actor {
    Officer,
    /// Whom it is for: by the link, or signed in.
    Invitee,
    /// The operator of the service.
    Operator,
    #[default]
    Service,
}

impl Invite {
    /// Whether an action has changed it already, so that the action never changes it twice.
    #[must_use]
    pub fn was_changed_by(&self, action: BulkActionId) -> bool {
        self.history.iter().any(|entry| entry.action == Some(action))
    }

    /// What every change of an invite does: `event` is in its history, and it waits for the sweeper as its state says.
    pub(super) fn apply(self, event: Event, by: Actor, act: &Act) -> Self {
        let mut next = self.touched(act.at);
        // A step that is tried again and again says so once, or it would push everything else out. What an officer does
        // is never such a step.
        let again = |last: &HistoryEntry| last.event == event && last.by == by && by != Actor::Officer;
        if !next.history.last().is_some_and(again) {
            if next.history.len() >= HISTORY_LIMIT {
                next.history.remove(1);
            }
            let entry = HistoryEntry { at: act.at, event, by, trace: act.trace.clone(), action: act.action };
            next.history.push(entry);
        }
        next
    }

    /// The same for a change that no person asked for in a request of their own.
    pub(super) fn acted(self, event: Event, by: Actor, now: Timestamp) -> Self {
        let act = Act { at: now, trace: self.trace.clone(), action: None };
        self.apply(event, by, &act)
    }

    /// The same for what the service does by itself.
    pub(super) fn happened(self, event: Event, now: Timestamp) -> Self {
        self.acted(event, Actor::Service, now)
    }

    /// The same for a change that its history does not speak of.
    pub(super) fn touched(self, now: Timestamp) -> Self {
        Self { updated_at: now, postponed_until: None, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::Event;
    use crate::invite::samples::{at, for_account};

    #[test]
    fn a_step_that_is_tried_again_and_again_says_so_once() {
        let mut invite = for_account();
        for n in 0..100 {
            invite = invite.claim(at(n)).unwrap().give_back(at(n), at(n)).unwrap();
        }
        let events: Vec<Event> = invite.history.iter().map(|entry| entry.event).collect();
        assert_eq!(events, [Event::Queued, Event::Provisioning]);
    }
}

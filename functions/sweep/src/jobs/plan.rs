//! What the sweeper decides about one thing whose time has come. No I/O.

use std::time::Duration;

use domain::{
    Timestamp,
    batch::{Batch, BatchState},
    bulk_action::BulkAction,
    invite::{FirstPassword, InvitationDue, Invite, InviteState, MAIL_ANSWER_WAIT, NextStep, WAKE_AFTER},
    mail::{Mail, MailState},
    webhook::WebhookEvent,
};
use queue::QueueName;

use crate::Retention;

/// How long a mail without an answer is left alone after it could not be decided; half of what is known about it comes
/// within minutes, the rest within a day.
const UNDECIDED_PAUSE: Duration = Duration::from_secs(3600);

/// How long after its last reader's lease a workbook can still be taken up again: the job that looks after workbooks
/// announces it every two minutes.
const PARSE_PATIENCE: Duration = Duration::from_secs(15 * 60);

/// What to write, and whom to wake once it is written.
pub(crate) struct Plan<T> {
    pub(crate) next: T,
    pub(crate) wake: Vec<QueueName>,
    pub(crate) remark: Option<Remark>,
}

/// What a person should hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Remark {
    /// A mail is sent a second time, because nobody knows of the first.
    PossibleDuplicate,
    /// Nobody knows whether a mail was sent, and it may not be sent again.
    UndecidedMail,
    /// Nobody knows what became of a mail, and nothing more is heard of it.
    UnknownDelivery,
    /// A workbook's readers all ended without a word.
    WorkbookGivenUp,
}

/// What an unanswered mail leads to.
enum Unanswered<T> {
    Repeat(T),
    GiveUp(T),
    Wait(Option<Remark>),
}

/// What is to be done for an invite; `None` when its time has not come after all.
pub(crate) fn invite(
    invite: Invite,
    now: Timestamp,
    last_event: Option<Timestamp>,
    retention: &Retention,
) -> Option<Plan<Invite>> {
    if !is_due(invite.next_due(), now) {
        return None;
    }
    match invite.invitation_due(now) {
        InvitationDue::Expire => {
            return Some(woken(QueueName::Mail, invite.clone().expire(now).unwrap_or(invite)));
        }
        // The directory is asked first.
        InvitationDue::Remind => {
            return Some(woken(QueueName::Provision, invite.clone().remind(now).unwrap_or(invite)));
        }
        InvitationDue::Nothing => {}
    }
    if matches!(invite.state, InviteState::NeedsAttention { .. }) {
        return Some(Plan { next: kept(invite, retention, now), wake: Vec::new(), remark: None });
    }
    // Its worker ended without a word. What else is due now is done as always.
    let invite = invite.clone().first_password_given_up(now).unwrap_or(invite);
    let mut wake = Vec::new();
    if invite.next_step(now) != NextStep::Nothing {
        wake.push(QueueName::Provision);
    }
    if invite.mail_is_due() || invite.officer_mail_is_due() {
        wake.push(QueueName::Mail);
    }
    if !wake.is_empty() {
        let next = invite.postponed(now + WAKE_AFTER);
        return Some(Plan { next, wake, remark: None });
    }
    let is_claimed = |mail: &&Mail| matches!(mail.state, MailState::Claimed { .. });
    let (open, retried, given_up) = match invite.officer_mail.as_ref().filter(is_claimed) {
        Some(mail) => {
            let again = |mail: Mail| mail.retry_unanswered(now, MAIL_ANSWER_WAIT, last_event);
            let retried = invite.clone().map_officer_mail(now, again).ok();
            (Some(mail), retried, invite.clone().map_officer_mail(now, |mail| mail.give_up(now)).ok())
        }
        None => {
            let retried = invite.clone().retry_mail(now, last_event).ok();
            (invite.mail.as_ref(), retried, invite.clone().mail_given_up(now).ok())
        }
    };
    Some(match unanswered(open, retried, given_up, now) {
        Some(Unanswered::Repeat(next)) => repeat(next),
        Some(Unanswered::GiveUp(next)) => Plan { next, wake, remark: Some(Remark::UnknownDelivery) },
        Some(Unanswered::Wait(remark)) => Plan { next: invite.postponed(now + UNDECIDED_PAUSE), wake, remark },
        None => match invite.clone().mail_unheard_of(now) {
            Ok(next) => Plan { next, wake, remark: Some(Remark::UnknownDelivery) },
            // Nothing is open any more: it comes back when time asks for something, or when it is to be forgotten.
            Err(_) => Plan { next: kept(invite, retention, now), wake, remark: None },
        },
    })
}

fn kept(invite: Invite, retention: &Retention, now: Timestamp) -> Invite {
    match retention.of_invite(&invite) {
        Some(until) if is_settled(&invite) => invite.postponed(until),
        _ => invite.settled(now),
    }
}

/// Whether nothing more is to be noted of it before it is to be forgotten.
fn is_settled(invite: &Invite) -> bool {
    let is_paused = matches!(invite.state, InviteState::NeedsAttention { .. });
    let is_sending = matches!(invite.first_password, FirstPassword::Sending { .. });
    is_paused || !is_sending && invite.mail.as_ref().and_then(Mail::unknown_from).is_none()
}

/// What time alone has made of an invite, and the queue whose worker is woken for it.
fn woken(queue: QueueName, next: Invite) -> Plan<Invite> {
    Plan { next, wake: vec![queue], remark: None }
}

/// What is to be done for a batch; `None` when its time has not come after all.
pub(crate) fn batch(
    batch: Batch,
    now: Timestamp,
    last_event: Option<Timestamp>,
    retention: &Retention,
) -> Option<Plan<Batch>> {
    if !is_due(Some(batch.next_due()), now) {
        return None;
    }
    if let BatchState::Parsing { lease_until, .. } = batch.state {
        return Some(parsing(batch, lease_until, now));
    }
    let mut wake = Vec::new();
    if matches!(batch.state, BatchState::Submitted { .. } | BatchState::Dispatched { .. }) {
        wake.push(QueueName::Dispatch);
    }
    let is_reset = batch.state == BatchState::Reset;
    if batch.report_is_due() && !is_reset {
        wake.push(QueueName::Mail);
    }
    if !wake.is_empty() {
        let next = batch.postponed(now + WAKE_AFTER);
        return Some(Plan { next, wake, remark: None });
    }
    let retried = batch
        .clone()
        .map_report(|mail| mail.retry_unanswered(now, MAIL_ANSWER_WAIT, last_event))
        .map(|next| next.postponed(now + WAKE_AFTER))
        .ok();
    let given_up = batch.clone().map_report(|mail| mail.give_up(now)).ok();
    let report = batch.report.as_ref().filter(|_| !is_reset);
    Some(match unanswered(report, retried, given_up, now) {
        Some(Unanswered::Repeat(next)) => repeat(next),
        Some(Unanswered::GiveUp(next)) => Plan { next, wake, remark: Some(Remark::UnknownDelivery) },
        Some(Unanswered::Wait(remark)) => Plan { next: batch.postponed(now + UNDECIDED_PAUSE), wake, remark },
        None => {
            let until = retention.of_batch(&batch).unwrap_or(now + WAKE_AFTER);
            Plan { next: batch.postponed(until), wake, remark: None }
        }
    })
}

/// What is to be done for an action; `None` when its time has not come after all.
pub(crate) fn action(action: BulkAction, now: Timestamp) -> Option<Plan<BulkAction>> {
    is_due(action.next_due(), now).then(|| {
        let next = action.woken(now);
        Plan { next, wake: vec![QueueName::Actions], remark: None }
    })
}

/// What is to be done for an event; `None` when its time has not come after all.
pub(crate) fn webhook_event(event: WebhookEvent, now: Timestamp) -> Option<Plan<WebhookEvent>> {
    is_due(event.next_due(), now).then(|| Plan {
        next: event.postponed(now + WAKE_AFTER),
        wake: vec![QueueName::Webhooks],
        remark: None,
    })
}

fn is_due(due_at: Option<Timestamp>, now: Timestamp) -> bool {
    due_at.is_some_and(|due_at| due_at <= now)
}

fn repeat<T>(next: T) -> Plan<T> {
    Plan { next, wake: vec![QueueName::Mail], remark: Some(Remark::PossibleDuplicate) }
}

/// What a claimed mail leads to; `None` when the mail is not claimed.
fn unanswered<T>(
    mail: Option<&Mail>,
    retried: Option<T>,
    given_up: Option<T>,
    now: Timestamp,
) -> Option<Unanswered<T>> {
    let MailState::Claimed { at, .. } = mail?.state else {
        return None;
    };
    // The first look says so; the later ones need not.
    let is_first_look = now < at + MAIL_ANSWER_WAIT + UNDECIDED_PAUSE;
    Some(match (given_up, retried) {
        (Some(next), _) => Unanswered::GiveUp(next),
        (None, Some(next)) => Unanswered::Repeat(next),
        (None, None) => Unanswered::Wait(is_first_look.then_some(Remark::UndecidedMail)),
    })
}

/// A workbook whose reader has let its lease run out: it is announced again, and once nobody takes it up any more, the
/// officer is told.
fn parsing(batch: Batch, lease_until: Timestamp, now: Timestamp) -> Plan<Batch> {
    if now < lease_until + PARSE_PATIENCE {
        return Plan { next: batch.postponed(now + WAKE_AFTER), wake: Vec::new(), remark: None };
    }
    let given_up = batch.clone().unprocessable(now);
    let next = given_up.unwrap_or_else(|_| batch.postponed(now + UNDECIDED_PAUSE));
    let wake = if next.report_is_due() { vec![QueueName::Mail] } else { Vec::new() };
    Plan { next, wake, remark: Some(Remark::WorkbookGivenUp) }
}

//! What the sweeper decides about one record that is due. No I/O.

use std::time::Duration;

use domain::{
    Timestamp,
    batch::{Batch, BatchState},
    bulk_action::{BulkAction, BulkActionState, Side},
    invite::{FirstPassword, InvitationDue, Invite, InviteState, MAIL_ANSWER_WAIT, NextStep, WAKE_AFTER},
    licence::{SeedRequest, SeedStep},
    mail::{Mail, MailState},
    webhook::WebhookEvent,
};
use queue::QueueName;

use crate::Retention;

/// The pause after a mail without an answer could not be decided. Half of what SES reports about it arrives within
/// minutes, the rest within a day.
const UNDECIDED_PAUSE: Duration = Duration::from_secs(3600);

/// How long after its reader's lease a workbook may wait for another reader. The job for workbooks announces it every
/// two minutes.
const PARSE_PATIENCE: Duration = Duration::from_secs(15 * 60);

/// What a decision depends on beside the record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment<'a> {
    pub(crate) now: Timestamp,
    pub(crate) mails: Mails,
    pub(crate) retention: &'a Retention,
}

/// What a sweep knows of mails at its beginning.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mails {
    /// When the newest mail with an SES event was sent.
    pub(crate) last_event: Option<Timestamp>,
    /// When mail is sent again. `None`: it is sent now, or nobody knows when.
    pub(crate) sent_from: Option<Timestamp>,
}

/// What to write, and which queues to wake after that.
pub(crate) struct Plan<T> {
    pub(crate) next: T,
    pub(crate) wake: Vec<QueueName>,
    pub(crate) remark: Option<Remark>,
}

/// What an operator should know about a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Remark {
    /// A mail is sent a second time, because it is unknown whether the first was.
    PossibleDuplicate,
    /// It is unknown whether a mail was sent, and it must not be sent again.
    UndecidedMail,
    /// The delivery of a mail is unknown, and no further event is expected.
    UnknownDelivery,
    /// Each reader of a workbook died.
    WorkbookGivenUp,
}

/// What follows for a mail without an answer.
enum Unanswered<T> {
    Repeat(T),
    GiveUp(T),
    Wait(Option<Remark>),
}

/// What to do for an invite. `None`: it is not due after all.
pub(crate) fn invite(invite: Invite, moment: &Moment<'_>) -> Option<Plan<Invite>> {
    let Moment { now, mails: Mails { last_event, sent_from }, retention } = *moment;
    if !is_due(invite.next_due(), now) {
        return None;
    }
    match invite.invitation_due(now) {
        InvitationDue::Expire => {
            return Some(woken(QueueName::Mail, invite.clone().expire(now).unwrap_or(invite)));
        }
        // The directory is asked before the reminder is sent.
        InvitationDue::Remind => {
            return Some(woken(QueueName::Provision, invite.clone().remind(now).unwrap_or(invite)));
        }
        InvitationDue::Nothing => {}
    }
    if matches!(invite.state, InviteState::NeedsAttention { .. }) {
        return Some(Plan { next: kept(invite, retention, now), wake: Vec::new(), remark: None });
    }
    // The worker of the first password died. The other due steps follow as usual.
    let invite = invite.clone().first_password_given_up(now).unwrap_or(invite);
    let invite = invite.clone().code_mail_over(now).unwrap_or(invite);
    let mut wake = Vec::new();
    if invite.next_step(now) != NextStep::Nothing {
        wake.push(QueueName::Provision);
    }
    if invite.mail_is_due() || invite.code_mail_is_due() || invite.officer_mail_is_due() {
        // A mail that cannot be sent now is left alone until it can, with all others that wait.
        if let Some(from) = sent_from.filter(|_| wake.is_empty()) {
            return Some(Plan { next: invite.postponed(from), wake, remark: None });
        }
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
            // No step is open: the next check is when a reminder or an end is due, or the retention is over.
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

/// Whether nothing has to be recorded about it until its retention is over.
fn is_settled(invite: &Invite) -> bool {
    let is_paused = matches!(invite.state, InviteState::NeedsAttention { .. });
    let is_sending = matches!(invite.first_password, FirstPassword::Sending { .. });
    is_paused || !is_sending && invite.mail.as_ref().and_then(Mail::unknown_from).is_none()
}

/// The invite after a change by time, and the queue whose worker is woken for it.
fn woken(queue: QueueName, next: Invite) -> Plan<Invite> {
    Plan { next, wake: vec![queue], remark: None }
}

/// What to do for a batch. `None`: it is not due after all.
pub(crate) fn batch(batch: Batch, moment: &Moment<'_>) -> Option<Plan<Batch>> {
    let Moment { now, mails: Mails { last_event, .. }, retention } = *moment;
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

/// What to do for an action. `None`: it is not due after all.
pub(crate) fn action(action: BulkAction, moment: &Moment<'_>) -> Option<Plan<BulkAction>> {
    let Moment { now, mails: Mails { last_event, .. }, .. } = *moment;
    if !is_due(action.next_due(), now) {
        return None;
    }
    if matches!(action.state, BulkActionState::Running { .. }) {
        return Some(Plan { next: action.woken(now), wake: vec![QueueName::Actions], remark: None });
    }
    if action.mail_is_due().is_some() {
        return Some(Plan { next: action.postponed(now + WAKE_AFTER), wake: vec![QueueName::Mail], remark: None });
    }
    let is_claimed = |side: &Side| action.mail_to(*side).and_then(Mail::claimed_at).is_some();
    // The mail that was claimed first has waited longest.
    let side = Side::BOTH.into_iter().filter(is_claimed).min_by_key(|side| action.mail_to(*side)?.claimed_at())?;
    let retried = action.clone().map_mail(side, |mail| mail.retry_unanswered(now, MAIL_ANSWER_WAIT, last_event)).ok();
    let given_up = action.clone().map_mail(side, |mail| mail.give_up(now)).ok();
    Some(match unanswered(action.mail_to(side), retried, given_up, now)? {
        Unanswered::Repeat(next) => repeat(next.postponed(now + WAKE_AFTER)),
        Unanswered::GiveUp(next) => Plan { next, wake: Vec::new(), remark: Some(Remark::UnknownDelivery) },
        Unanswered::Wait(remark) => Plan { next: action.postponed(now + UNDECIDED_PAUSE), wake: Vec::new(), remark },
    })
}

/// What to do for an event. `None`: it is not due after all.
pub(crate) fn webhook_event(event: WebhookEvent, now: Timestamp) -> Option<Plan<WebhookEvent>> {
    is_due(event.next_due(), now).then(|| Plan {
        next: event.postponed(now + WAKE_AFTER),
        wake: vec![QueueName::Webhooks],
        remark: None,
    })
}

/// What to do for an account's own request for SEED. `None`: it is not due after all.
pub(crate) fn seed_request(request: SeedRequest, retention: &Retention, now: Timestamp) -> Option<Plan<SeedRequest>> {
    is_due(Some(request.next_due()), now).then(|| {
        let (next_due, wake) = match request.seed.step(now) {
            SeedStep::Nothing => (retention.of_seed_request(&request, now), Vec::new()),
            SeedStep::Assign | SeedStep::Withdraw => (now + WAKE_AFTER, vec![QueueName::Provision]),
        };
        Plan { next: request.postponed(next_due), wake, remark: None }
    })
}

fn is_due(due_at: Option<Timestamp>, now: Timestamp) -> bool {
    due_at.is_some_and(|due_at| due_at <= now)
}

fn repeat<T>(next: T) -> Plan<T> {
    Plan { next, wake: vec![QueueName::Mail], remark: Some(Remark::PossibleDuplicate) }
}

/// What follows for a claimed mail. `None`: the mail is not claimed.
fn unanswered<T>(
    mail: Option<&Mail>,
    retried: Option<T>,
    given_up: Option<T>,
    now: Timestamp,
) -> Option<Unanswered<T>> {
    let MailState::Claimed { at, .. } = mail?.state else {
        return None;
    };
    // Only the first check reports it.
    let is_first_look = now < at + MAIL_ANSWER_WAIT + UNDECIDED_PAUSE;
    Some(match (given_up, retried) {
        (Some(next), _) => Unanswered::GiveUp(next),
        (None, Some(next)) => Unanswered::Repeat(next),
        (None, None) => Unanswered::Wait(is_first_look.then_some(Remark::UndecidedMail)),
    })
}

/// The reader of a workbook died. The workbook is announced again. If no worker reads it, the batch becomes unreadable
/// and a report to its officer may be due.
fn parsing(batch: Batch, lease_until: Timestamp, now: Timestamp) -> Plan<Batch> {
    if now < lease_until + PARSE_PATIENCE {
        return Plan { next: batch.postponed(now + WAKE_AFTER), wake: Vec::new(), remark: None };
    }
    let given_up = batch.clone().unprocessable(now);
    let next = given_up.unwrap_or_else(|_| batch.postponed(now + UNDECIDED_PAUSE));
    let wake = if next.report_is_due() { vec![QueueName::Mail] } else { Vec::new() };
    Plan { next, wake, remark: Some(Remark::WorkbookGivenUp) }
}

#[cfg(test)]
mod tests;

//! Records what SES reports about a mail, and suppresses mailboxes.
//!
//! - **trigger**: EventBridge: SES's events about mails of our configuration set
//! - **does**: finds the mail by its tags, applies the event, and suppresses a mailbox that bounced or complained
//! - **again**: events may come twice, late and in any order; one that adds nothing changes nothing
//! - **table out**: Lambda repeats the event; after that it is among the dead letters
//! - **needs**: the table
//!
//! The tags have the mailbox as a keyed hash, so no address is read.
//!
//! An event also settles a mail whose answer was lost. It is recorded that events arrive at all, because a mail without
//! events is a finding only then. Events of canaries arrive even when no other mail is sent.

mod event;

use std::{
    convert::Infallible,
    sync::{Mutex, PoisonError},
};

use boot::{Disposition, Stack};
use domain::{
    BatchId, BulkActionId, Clock, InviteId, Timestamp,
    batch::Batch,
    bulk_action::{BulkAction, Side},
    canary::Canary,
    invite::Invite,
    keys::AddressKey,
    mail::{MailEvent, Mailbox, SuppressionReason},
};
use mail::{Subject, Tags};
use store::{Store, StoreError, Updated, settings::MAIL_EVENT_STEP};
use tracing::Instrument as _;

pub use event::SesEvent;

#[derive(Debug)]
pub struct Deps {
    pub store: Store,
    pub clock: Clock,
    /// The newest mail with an event that this process has recorded.
    pub noted: Noted,
}

impl Deps {
    /// Takes what the function needs from a stack.
    ///
    /// # Errors
    ///
    /// [`boot::Error`] when a variable of the environment is missing, or has a value that cannot be used.
    pub fn new(stack: &impl Stack) -> Result<Self, boot::Error> {
        Ok(Self { store: stack.store()?, clock: stack.clock(), noted: Noted::default() })
    }
}

/// What an event reports about one mail.
struct Report<'a> {
    tags: Tags,
    event: MailEvent,
    message_id: &'a str,
    sent_at: Option<Timestamp>,
}

pub async fn handle(deps: &Deps, event: SesEvent) -> Disposition {
    let (true, Some(tags), Some(says)) = (event.is_genuine(), event.tags(), event.says()) else {
        return Disposition::Discard("no event of a mail of ours");
    };
    // The mailbox is first, so that an officer who sees that the mail was returned cannot resend it before it is
    // suppressed.
    if let (Some(key), Some(reason)) = (&tags.mailbox, event.suppresses())
        && let Err(error) = suppress(deps, key, reason, event.at()).await
    {
        return Disposition::retry(error);
    }
    let subject = tags.subject;
    let sent_at = event.sent_at().map(|at| at.min(deps.clock.now()));
    let report = Report { tags, event: says, message_id: event.message_id(), sent_at };
    let applied = match subject {
        Subject::Invite(id) => {
            let span = tracing::info_span!("invite", invite_id = %id);
            apply_to_invite(deps, id, &report).instrument(span).await
        }
        Subject::Batch(id) => {
            let span = tracing::info_span!("batch", batch_id = %id);
            apply_to_batch(deps, id, &report).instrument(span).await
        }
        Subject::BulkAction(id) => {
            let span = tracing::info_span!("action", action_id = %id);
            apply_to_action(deps, id, &report).instrument(span).await
        }
        Subject::Canary => apply_to_canary(deps, &report).await,
    };
    if let Err(error) = applied {
        return Disposition::retry(error);
    }
    match note(deps, sent_at).await {
        Ok(()) => Disposition::Done,
        Err(error) => Disposition::retry(error),
    }
}

/// Records when the newest mail with an event was sent, not when the event arrived: a backlog that arrives late says
/// nothing about later mails. A lost race means that another worker recorded the same minute.
async fn note(deps: &Deps, sent_at: Option<Timestamp>) -> Result<(), StoreError> {
    let Some(at) = sent_at else { return Ok(()) };
    if deps.noted.covers(at) {
        return Ok(());
    }
    let _ = deps.store.note_mail_event(at).await?;
    deps.noted.set(at);
    Ok(())
}

/// The newest mail with an event that this process has recorded, so that the table is written once a minute and not for
/// each event.
#[derive(Debug, Default)]
pub struct Noted(Mutex<Option<Timestamp>>);

impl Noted {
    fn covers(&self, at: Timestamp) -> bool {
        let noted = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        noted.is_some_and(|noted| at < noted + MAIL_EVENT_STEP)
    }

    fn set(&self, at: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(at);
    }
}

/// Suppresses a mailbox. The event may arrive again: only the first one changes something, and none that is older than
/// an operator's clearing.
async fn suppress(
    deps: &Deps,
    key: &AddressKey,
    reason: SuppressionReason,
    at: Option<Timestamp>,
) -> Result<(), StoreError> {
    let suppress = |mailbox: Mailbox| {
        let now = deps.clock.now();
        Ok::<_, Infallible>(mailbox.suppress(reason, at.unwrap_or(now), now))
    };
    if let Updated::Done { .. } = deps.store.update(key, suppress).await? {
        tracing::warn!(reason = reason.name(), "a mailbox is sent nothing more");
    }
    Ok(())
}

async fn apply_to_invite(deps: &Deps, id: InviteId, report: &Report<'_>) -> Result<(), StoreError> {
    let Tags { kind, generation, .. } = report.tags;
    let observe = |invite: Invite| {
        let now = deps.clock.now();
        Ok::<_, Infallible>(invite.observe_mail(kind, generation, report.event, report.message_id, now))
    };
    if let Updated::Done { after, .. } = deps.store.update(&id, observe).await? {
        tracing::info!(trace_id = %after.trace, kind = kind.name(), event = ?report.event, "mail");
    }
    Ok(())
}

async fn apply_to_batch(deps: &Deps, id: BatchId, report: &Report<'_>) -> Result<(), StoreError> {
    let observe = |batch: Batch| Ok::<_, Infallible>(observed(batch, report, deps.clock.now()));
    if let Updated::Done { after, .. } = deps.store.update(&id, observe).await? {
        tracing::info!(trace_id = %after.trace, kind = report.tags.kind.name(), event = ?report.event, "mail");
    }
    Ok(())
}

/// The batch after an event about its report. `None`: the event adds nothing.
fn observed(batch: Batch, report: &Report<'_>, now: Timestamp) -> Option<Batch> {
    let sending = (report.tags.kind, report.tags.generation);
    let mail = batch.report.clone().filter(|mail| (mail.kind, mail.generation) == sending)?;
    let mail = mail.observe(report.event, report.message_id, now)?;
    batch.map_report(|_| Ok(mail)).ok()
}

async fn apply_to_action(deps: &Deps, id: BulkActionId, report: &Report<'_>) -> Result<(), StoreError> {
    let observe = |action: BulkAction| Ok::<_, Infallible>(heard_of_handover(action, report, deps.clock.now()));
    if let Updated::Done { after, .. } = deps.store.update(&id, observe).await? {
        tracing::info!(trace_id = %after.trace, kind = report.tags.kind.name(), event = ?report.event, "mail");
    }
    Ok(())
}

/// The action after an event about a mail to one side of its handover. `None`: the event adds nothing.
fn heard_of_handover(action: BulkAction, report: &Report<'_>, now: Timestamp) -> Option<BulkAction> {
    let side = Side::of_mail(report.tags.kind)?;
    let mail = action.mail_to(side).filter(|mail| mail.generation == report.tags.generation)?.clone();
    let mail = mail.observe(report.event, report.message_id, now)?;
    action.map_mail(side, |_| Ok(mail)).ok()
}

async fn apply_to_canary(deps: &Deps, report: &Report<'_>) -> Result<(), StoreError> {
    let Some(sent_at) = report.sent_at else { return Ok(()) };
    let hear = |canary: Canary| {
        let (generation, now) = (report.tags.generation, deps.clock.now());
        Ok::<_, Infallible>(canary.heard_of(generation, report.event, report.message_id, sent_at, now))
    };
    if let Updated::Done { .. } = deps.store.update(&(), hear).await? {
        tracing::info!(kind = report.tags.kind.name(), event = ?report.event, "mail");
    }
    Ok(())
}

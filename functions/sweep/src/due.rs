//! Each sweep: postpones the next check of what is due, then wakes the workers that have to act. It also erases what is
//! no longer kept.

use std::{collections::BTreeMap, time::Duration};

use domain::{
    BatchId, BulkActionId, InviteId, SeedRequestId, Timestamp, WebhookEventId,
    batch::{Batch, BatchState},
    bulk_action::BulkAction,
    invite::{Actor, Invite},
    licence::SeedRequest,
    tombstone::{BatchTombstone, InviteTombstone},
    webhook::WebhookEvent,
};
use futures::{StreamExt as _, stream};
use queue::{Group, QueueName, Wake};
use store::{Due, StoreError, Stored, due::DUE_SHARDS, settings::MailSwitch};
use tracing::Instrument as _;

use crate::{
    AnyError, Deps,
    plan::{self, Mails, Moment, Plan, Remark},
};

/// Records that are listed together.
const PAGE: u32 = 200;

/// Records that are checked at the same time.
const AT_ONCE: usize = 16;

/// Rows of a batch that are deleted in one check.
const ROWS: u32 = 1000;

/// The time that must be left to begin a page. The other jobs need the rest.
const TIME_FOR_A_PAGE: Duration = Duration::from_secs(12);

/// The queues to wake for a record, and the officer or agency in whose group.
struct Call {
    queues: Vec<QueueName>,
    group: Group,
    wake: Wake,
}

impl Call {
    /// The record was changed, and no worker has to be woken.
    fn nobody(group: impl Into<Group>, wake: Wake) -> Self {
        Self { queues: Vec::new(), group: group.into(), wake }
    }
}

pub(crate) async fn run(deps: &Deps, deadline: Timestamp) -> Result<(), AnyError> {
    let last_event = deps.store.last_mail_event().await?;
    let sent_from = match deps.store.mail_switch(deps.clock.now()).await? {
        MailSwitch::Paused { until } => Some(until),
        MailSwitch::Running | MailSwitch::Stopped => None,
    };
    let mails = Mails { last_event, sent_from };
    let mut outcome = Ok(());
    // One page of each shard in each round, so that a long shard does not delay the others.
    let mut shards: Vec<u8> = (0..DUE_SHARDS).collect();
    let mut oldest: Option<Timestamp> = None;
    while !shards.is_empty() {
        let mut unfinished = Vec::new();
        for shard in shards {
            if deps.clock.now() + TIME_FOR_A_PAGE > deadline {
                tracing::warn!("time ran out; the next sweep goes on");
                tell_oldest(deps, oldest);
                return Ok(outcome?);
            }
            let due = deps.store.list_due(shard, deps.clock.now(), PAGE).await?;
            oldest = oldest.into_iter().chain(due.first().map(|first| first.since)).min();
            let listed = due.len();
            let (moved, failed) = page(deps, due.into_iter().map(|due| due.what).collect(), mails).await;
            if has_more(listed, moved) {
                unfinished.push(shard);
            }
            outcome = outcome.and(failed);
        }
        shards = unfinished;
    }
    tell_oldest(deps, oldest);
    Ok(outcome?)
}

/// Whether to read another page of a shard, after a page that listed `listed` records and changed `moved` of them. If a
/// full page changed nothing, the index lags or another sweeper works on the same records.
fn has_more(listed: usize, moved: usize) -> bool {
    u32::try_from(listed).is_ok_and(|listed| listed == PAGE) && moved > 0
}

/// Logs how long the longest due record has waited. Up to a minute is normal, because the timer runs every minute.
fn tell_oldest(deps: &Deps, oldest: Option<Timestamp>) {
    let waited = oldest.map_or(0, |since| deps.clock.now().since(since).as_secs());
    tracing::info!(oldest_due_seconds = waited, "what is due was looked at");
}

/// Checks a page. Returns how many records it changed, and the first error.
async fn page(deps: &Deps, due: Vec<Due>, mails: Mails) -> (usize, Result<(), StoreError>) {
    let looks = stream::iter(due).map(|due| async move {
        match due {
            Due::Invite(id) => {
                let span = tracing::info_span!("invite", invite_id = %id);
                look_at_invite(deps, id, mails).instrument(span).await
            }
            Due::Batch(id) => {
                let span = tracing::info_span!("batch", batch_id = %id);
                look_at_batch(deps, id, mails).instrument(span).await
            }
            Due::BulkAction(id) => {
                let span = tracing::info_span!("action", action_id = %id);
                look_at_action(deps, id, mails).instrument(span).await
            }
            Due::WebhookEvent(id) => {
                let span = tracing::info_span!("webhook_event", event_id = %id);
                check_webhook_event(deps, id).instrument(span).await
            }
            Due::SeedRequest(id) => {
                let span = tracing::info_span!("seed_request", seed_request_id = %id);
                look_at_seed_request(deps, id).instrument(span).await
            }
        }
    });
    let looked: Vec<_> = looks.buffer_unordered(AT_ONCE).collect().await;
    let (mut moved, mut outcome) = (0, Ok(()));
    let mut calls: BTreeMap<(QueueName, Group), Vec<Wake>> = BTreeMap::new();
    for look in looked {
        match look {
            Ok(Some(call)) => {
                moved += 1;
                for queue in call.queues {
                    let key = (queue, call.group.clone());
                    calls.entry(key).or_default().push(call.wake);
                }
            }
            Ok(None) => {}
            Err(error) => outcome = outcome.and(Err(error)),
        }
    }
    for ((queue, group), wakes) in calls {
        deps.queues.wake(queue, group, &wakes).await;
    }
    (moved, outcome)
}

async fn look_at_invite(deps: &Deps, id: InviteId, mails: Mails) -> Result<Option<Call>, StoreError> {
    // The index may lag, so the record is read again.
    let Some(invite) = deps.store.get::<Invite>(&id).await? else {
        return Ok(None);
    };
    let now = deps.clock.now();
    if deps.retention.of_invite(&invite).is_some_and(|until| until <= now) {
        let tombstone = InviteTombstone::of(&invite, Actor::Service, now);
        let forgotten = deps.store.forget_invite(&invite, &tombstone, now + deps.retention.tombstones).await?;
        return Ok(forgotten.is_done().then(|| Call::nobody(&invite.officer.id, Wake::Invite { id })));
    }
    let (group, trace) = (Group::from(&invite.officer.id), invite.trace.clone());
    let moment = Moment { now, mails, retention: &deps.retention };
    let Some(Plan { next, wake, remark }) = plan::invite(invite.to_value(), &moment) else {
        return Ok(None);
    };
    if !deps.store.write(invite.becomes(next)).await?.is_done() {
        return Ok(None);
    }
    tell(remark, trace.as_str());
    Ok(Some(Call { queues: wake, group, wake: Wake::Invite { id } }))
}

async fn look_at_batch(deps: &Deps, id: BatchId, mails: Mails) -> Result<Option<Call>, StoreError> {
    let Some(batch) = deps.store.get::<Batch>(&id).await? else {
        return Ok(None);
    };
    let now = deps.clock.now();
    if deps.retention.of_batch(&batch).is_some_and(|until| until <= now) {
        return forget_batch(deps, batch).await;
    }
    let (group, trace) = (Group::from(&batch.officer.id), batch.trace.clone());
    let moment = Moment { now, mails, retention: &deps.retention };
    let Some(Plan { next, wake, remark }) = plan::batch(batch.to_value(), &moment) else {
        return Ok(None);
    };
    if !deps.store.write(batch.becomes(next)).await?.is_done() {
        return Ok(None);
    }
    tell(remark, trace.as_str());
    Ok(Some(Call { queues: wake, group, wake: Wake::Batch { id } }))
}

async fn look_at_action(deps: &Deps, id: BulkActionId, mails: Mails) -> Result<Option<Call>, StoreError> {
    let Some(action) = deps.store.get::<BulkAction>(&id).await? else {
        return Ok(None);
    };
    let (group, trace) = (Group::from(&action.officer.id), action.trace.clone());
    let moment = Moment { now: deps.clock.now(), mails, retention: &deps.retention };
    let Some(Plan { next, wake, remark }) = plan::action(action.to_value(), &moment) else {
        return Ok(None);
    };
    if !deps.store.write(action.becomes(next)).await?.is_done() {
        return Ok(None);
    }
    tell(remark, trace.as_str());
    Ok(Some(Call { queues: wake, group, wake: Wake::BulkAction { id } }))
}

async fn check_webhook_event(deps: &Deps, id: WebhookEventId) -> Result<Option<Call>, StoreError> {
    let Some(event) = deps.store.get::<WebhookEvent>(&id).await? else {
        return Ok(None);
    };
    let (now, group) = (deps.clock.now(), Group::from(&event.agency));
    let Some(Plan { next, wake, .. }) = plan::webhook_event(event.to_value(), now) else {
        return Ok(None);
    };
    if !deps.store.write(event.becomes(next)).await?.is_done() {
        return Ok(None);
    }
    Ok(Some(Call { queues: wake, group, wake: Wake::WebhookEvent { id } }))
}

/// Erases a batch in steps, one in each check: resets it, deletes a page of its rows, and replaces it by a tombstone.
async fn forget_batch(deps: &Deps, batch: Stored<Batch>) -> Result<Option<Call>, StoreError> {
    let (now, id, group) = (deps.clock.now(), batch.id, Group::from(&batch.officer.id));
    let is_frozen = matches!(batch.state, BatchState::Reset | BatchState::Unreadable { .. });
    let is_written = if is_frozen {
        let rows = deps.store.remaining_rows(id, ROWS).await?;
        if rows.is_empty() {
            let until = now + deps.retention.tombstones;
            deps.store.forget_batch(&batch, &BatchTombstone::of(&batch, now), until).await?.is_done()
        } else {
            let _ = deps.store.delete_rows(id, &rows).await?;
            deps.store.write(batch.becomes(batch.to_value().postponed(now))).await?.is_done()
        }
    } else {
        // The officer can no longer change or submit rows that are about to be deleted. The next check continues.
        match batch.to_value().reset(now) {
            Ok(reset) => {
                let next = reset.kept_like(&batch).postponed(now);
                deps.store.write(batch.becomes(next)).await?.is_done()
            }
            Err(_) => false,
        }
    };
    Ok(is_written.then(|| Call::nobody(group, Wake::Batch { id })))
}

async fn look_at_seed_request(deps: &Deps, id: SeedRequestId) -> Result<Option<Call>, StoreError> {
    let Some(request) = deps.store.get::<SeedRequest>(&id).await? else {
        return Ok(None);
    };
    let (group, now) = (Group::from(&request.officer), deps.clock.now());
    if deps.retention.of_seed_request(&request, now) <= now {
        let forgotten = deps.store.forget_seed_request(&request, now + deps.retention.tombstones).await?;
        return Ok(forgotten.is_done().then(|| Call::nobody(group, Wake::SeedRequest { id })));
    }
    let Some(Plan { next, wake, .. }) = plan::seed_request(request.to_value(), &deps.retention, now) else {
        return Ok(None);
    };
    if !deps.store.write(request.becomes(next)).await?.is_done() {
        return Ok(None);
    }
    Ok(Some(Call { queues: wake, group, wake: Wake::SeedRequest { id } }))
}

fn tell(remark: Option<Remark>, trace_id: &str) {
    match remark {
        None => {}
        Some(Remark::PossibleDuplicate) => {
            tracing::warn!(trace_id, "a mail without an answer is sent once more");
        }
        Some(Remark::UnknownDelivery) => {
            tracing::warn!(trace_id, "nobody knows what became of a mail, and nothing more is heard of it");
        }
        Some(Remark::UndecidedMail) => {
            tracing::error!(trace_id, "nobody knows whether a mail was sent");
        }
        Some(Remark::WorkbookGivenUp) => {
            tracing::error!(trace_id, "a workbook ended every reader of it");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_read_further_after_a_full_page_of_which_something_changed() {
        for (listed, moved, more) in
            [(200, 200, true), (200, 1, true), (200, 0, false), (199, 199, false), (0, 0, false)]
        {
            assert_eq!(has_more(listed, moved), more, "{listed} {moved}");
        }
    }
}

//! Every five minutes: compares the invites of batches in progress with their sent rows.
//!
//! A row and its invite are written together. So the numbers differ only while the index lags, where a person was
//! erased, or by a fault of this service. If the index lists too few, the invites are read one by one.

use domain::{
    BatchId,
    batch::{Batch, BatchState, MAX_CHECK_INTERVAL},
    invite,
};
use queue::{QueueName, Wake};
use std::time::Duration;
use store::{Written, due::DUE_SHARDS};

use super::{Progress, Round};
use crate::AnyError;

/// Counts in a row with missing invites, after which an operator has to check.
const SHORT_COUNTS: u32 = 3;

/// The time that must be left to begin a shard.
const TIME_FOR_A_SHARD: Duration = Duration::from_secs(4);

/// Runs the job. Its cursor is the shard to begin with.
pub(super) async fn run(round: &Round<'_>) -> Result<Progress, AnyError> {
    let begin = round.cursor.as_deref().and_then(|shard| shard.parse().ok()).unwrap_or(0);
    let mut short = 0;
    for shard in begin..DUE_SHARDS {
        if round.has_less_than(TIME_FOR_A_SHARD) {
            return Ok(Progress::OutOfTime { cursor: Some(shard.to_string()) });
        }
        let by = round.deps.clock.now() + MAX_CHECK_INTERVAL;
        for id in round.deps.store.list_due_batches(shard, by).await? {
            short += u64::from(is_short(round, id).await?);
        }
    }
    tracing::info!(batches_short = short, "batches counted");
    Ok(Progress::Finished { cursor: None })
}

fn is_dispatched(batch: &Batch) -> bool {
    matches!(batch.state, BatchState::Dispatched { .. })
}

/// Counts one batch, and wakes its dispatcher when invites are missing. Returns whether they were missing in too many
/// counts.
async fn is_short(round: &Round<'_>, id: BatchId) -> Result<bool, AnyError> {
    let deps = round.deps;
    let Some(batch) = deps.store.get::<Batch>(&id).await?.filter(|batch| is_dispatched(batch)) else {
        return Ok(false);
    };
    let listed: u64 = deps.store.batch_progress(id).await?.values().sum();
    let is_complete = listed + batch.erased >= u64::from(batch.counts.sent);
    let (missing, erased) = if is_complete {
        (0, batch.erased)
    } else {
        let progress = deps.store.progress_of_rows(&batch).await?;
        let missing = u64::from(batch.counts.sent).saturating_sub(progress.values().sum());
        (missing, progress.get(&invite::Progress::Deleted).copied().unwrap_or_default())
    };
    if missing == 0 && erased == batch.erased && batch.short_counts == 0 {
        return Ok(false);
    }
    let Ok(next) = batch.to_value().counted(missing, erased, deps.clock.now()) else {
        return Ok(false);
    };
    let Written::Done(next) = deps.store.write(batch.becomes(next)).await? else {
        return Ok(false);
    };
    if missing == 0 {
        return Ok(false);
    }
    deps.queues.wake(QueueName::Dispatch, &next.officer.id, &[Wake::Batch { id }]).await;
    let is_short = next.short_counts >= SHORT_COUNTS;
    if is_short {
        tracing::error!(batch_id = %id, trace_id = %next.trace, missing, "a batch has fewer invites than sent rows");
    }
    Ok(is_short)
}

//! Which jobs run now. Only one invocation at a time runs a job.
//!
//! An invocation claims a job by writing the end of a lease into its record, and releases it by writing when the job is
//! due next. If it dies, the lease ends. A job that fails or runs out of time continues from its cursor.

use std::time::Duration;

use domain::Timestamp;
use store::{JobRecord, Stored, Written};
use tracing::Instrument as _;

use crate::{
    AnyError, Deps,
    jobs::{Job, Progress, Round},
};

/// How long one run may take: the 50 s of the function and 30 s more, so that no run continues after its lease.
pub const LEASE: Duration = Duration::from_secs(80);

/// The timer runs every minute, but not on the second: a job that is due within half a minute runs now.
const SLACK: Duration = Duration::from_secs(30);

/// Missed runs after which a job counts as overdue.
const MISSED_TURNS: u32 = 3;

/// Runs the jobs that are due, the longest due first.
pub(crate) async fn run(deps: &Deps, deadline: Timestamp) -> Result<(), AnyError> {
    let records = deps.store.list_jobs().await?;
    let record_of = |job: Job| records.iter().find(|record| record.name == job.name()).cloned();
    let mut turns = Job::ALL.map(|job| (job, record_of(job)));
    let overdue = turns.iter().filter(|(job, record)| is_overdue(deps, *job, record.as_ref())).count();
    tracing::info!(overdue_jobs = overdue, "jobs looked at");
    turns.sort_by_key(|(_, record)| record.as_ref().map(|record| record.due_at));
    let mut outcome = Ok(());
    for (job, record) in turns {
        let ran = in_turn(deps, job, record, deadline).await;
        outcome = outcome.and(ran);
    }
    outcome
}

/// Runs a job if it is due and nobody has claimed it.
async fn in_turn(
    deps: &Deps,
    job: Job,
    record: Option<Stored<JobRecord>>,
    deadline: Timestamp,
) -> Result<(), AnyError> {
    let started = deps.clock.now();
    if record.as_ref().is_some_and(|record| record.due_at > started) {
        return Ok(());
    }
    let taken = JobRecord {
        name: job.name().to_owned(),
        due_at: started + LEASE,
        cursor: record.as_ref().and_then(|record| record.cursor.clone()),
        finished_at: record.as_ref().map_or(started, |record| record.finished_at),
    };
    let taken = match &record {
        Some(record) => deps.store.write(record.becomes(taken)).await?,
        None => deps.store.create(taken).await?,
    };
    let Written::Done(taken) = taken else {
        return Ok(());
    };
    let round = Round { deps, cursor: taken.cursor.clone(), deadline };
    let progress = job.run(&round).instrument(tracing::info_span!("job", job = job.name())).await?;
    let now = deps.clock.now();
    let (due_at, cursor, finished_at) = match progress {
        Progress::Finished { cursor } => ((started + job.every() - SLACK).max(now), cursor, now),
        Progress::OutOfTime { cursor } => (now, cursor, taken.finished_at),
    };
    let next = JobRecord { due_at, cursor, finished_at, ..taken.to_value() };
    // Nobody else claims it during the lease, so a lost race means that this run took far too long.
    if !deps.store.write(taken.becomes(next)).await?.is_done() {
        tracing::warn!(job = job.name(), "the job was claimed again while it still ran");
    }
    Ok(())
}

fn is_overdue(deps: &Deps, job: Job, record: Option<&Stored<JobRecord>>) -> bool {
    let overdue =
        record.is_some_and(|record| deps.clock.now() > record.finished_at + job.every() * MISSED_TURNS + LEASE);
    if overdue {
        tracing::error!(job = job.name(), "a job has missed its turns");
    }
    overdue
}

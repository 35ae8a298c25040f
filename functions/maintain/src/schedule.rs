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
    let overdue = turns.iter().filter(|(job, record)| report_overdue(deps, *job, record.as_deref())).count();
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
    let Some(taken) = claimed(job, record.as_deref(), started) else {
        return Ok(());
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
    let next = released(job, taken.to_value(), started, progress, deps.clock.now());
    // Nobody else claims it during the lease, so a lost race means that this run took far too long.
    if let Written::LostRace = deps.store.write(taken.becomes(next)).await? {
        tracing::warn!(job = job.name(), "the job was claimed again while it still ran");
    }
    Ok(())
}

/// The record of a job that is claimed `now`. `None`: it is not due.
fn claimed(job: Job, record: Option<&JobRecord>, now: Timestamp) -> Option<JobRecord> {
    let due_at = now + LEASE;
    match record {
        Some(record) => (record.due_at <= now).then(|| JobRecord { due_at, ..record.clone() }),
        None => Some(JobRecord { name: job.name().to_owned(), due_at, cursor: None, finished_at: now }),
    }
}

/// The record of a job whose run began at `started` and ends `now`.
fn released(job: Job, claimed: JobRecord, started: Timestamp, progress: Progress, now: Timestamp) -> JobRecord {
    match progress {
        Progress::Finished { cursor } => {
            JobRecord { due_at: (started + job.every() - SLACK).max(now), cursor, finished_at: now, ..claimed }
        }
        Progress::OutOfTime { cursor } => JobRecord { due_at: now, cursor, ..claimed },
    }
}

/// Whether a job is overdue. If so, the log names it.
fn report_overdue(deps: &Deps, job: Job, record: Option<&JobRecord>) -> bool {
    let is_overdue = record.is_some_and(|record| is_overdue(job, record, deps.clock.now()));
    if is_overdue {
        tracing::error!(job = job.name(), "a job has missed its turns");
    }
    is_overdue
}

fn is_overdue(job: Job, record: &JobRecord, now: Timestamp) -> bool {
    now > record.finished_at + job.every() * MISSED_TURNS + LEASE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_unix_ms(1_763_875_442_000 + second * 1000)
    }

    /// The record of a job that was due at `second(0)`, and ended a run a minute before that.
    fn record() -> JobRecord {
        JobRecord {
            name: "forget".to_owned(),
            due_at: second(0),
            cursor: Some("person-7".to_owned()),
            finished_at: second(-60),
        }
    }

    #[test]
    fn a_job_is_claimed_from_the_moment_when_it_is_due() {
        assert_eq!(claimed(Job::Forget, Some(&record()), second(-1)), None);
        for at in [0, 1] {
            let taken = claimed(Job::Forget, Some(&record()), second(at));
            assert_eq!(taken, Some(JobRecord { due_at: second(at + 80), ..record() }), "{at}");
        }
    }

    #[test]
    fn a_job_without_a_record_is_claimed_at_once() {
        let taken = claimed(Job::Locks, None, second(5)).unwrap();
        assert_eq!((taken.name.as_str(), taken.due_at, taken.cursor), ("locks", second(85), None));
        assert_eq!(taken.finished_at, second(5), "it is not overdue before it has run");
    }

    #[test]
    fn a_job_that_has_finished_is_due_in_time_for_the_timer_of_its_next_turn() {
        for (job, ended, due) in [(Job::Uploads, 20, 90), (Job::Uploads, 100, 100), (Job::Locks, 20, 86_370)] {
            let finished = Progress::Finished { cursor: None };
            let next = released(job, record(), second(0), finished, second(ended));
            let expected = JobRecord { due_at: second(due), cursor: None, finished_at: second(ended), ..record() };
            assert_eq!(next, expected, "{job:?} {ended}");
        }
    }

    #[test]
    fn a_job_that_ran_out_of_time_continues_at_once_and_has_not_finished() {
        let cursor = Some("person-9".to_owned());
        let progress = Progress::OutOfTime { cursor: cursor.clone() };
        let next = released(Job::Locks, record(), second(0), progress, second(50));
        assert_eq!(next, JobRecord { due_at: second(50), cursor, ..record() });
    }

    #[test]
    fn a_job_is_overdue_once_three_runs_and_a_lease_have_passed_since_it_finished() {
        for (job, last) in [(Job::Forget, 3 * 60 + 80), (Job::Locks, 3 * 86_400 + 80)] {
            let finished = JobRecord { finished_at: second(0), ..record() };
            assert!(!is_overdue(job, &finished, second(last)), "{job:?}");
            assert!(is_overdue(job, &finished, second(last + 1)), "{job:?}");
        }
    }
}

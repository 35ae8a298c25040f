//! Checks whether the invites of a dispatched batch are settled, and ends the batch when they are.

use std::{collections::BTreeMap, time::Duration};

use domain::{
    Timestamp,
    batch::{Batch, BatchConflict, BatchState},
    invite::Progress,
};
use queue::QueueName;
use store::{StoreError, Stored, Updated};

use super::{Deps, DispatchError, wake};

/// Ends the batch when none of its invites is open, or it has waited for long enough. Otherwise plans the next check.
pub(super) async fn check_invites(deps: &Deps, batch: Stored<Batch>) -> Result<(), DispatchError> {
    let now = deps.clock.now();
    let BatchState::Dispatched { since, .. } = batch.state else {
        return Ok(());
    };
    if !batch.check_is_due(now) {
        return Ok(());
    }
    let check = Check { since, invites: invites_of(deps, &batch).await?, now };
    let mut end = None;
    let decide = |found: Batch| {
        let Some((next, then)) = check.after(found)? else {
            return Ok(None);
        };
        end = Some(then);
        Ok(Some(next))
    };
    // The report or a count may be written at the same moment. Without another attempt there would be no check before
    // the sweeper's.
    let updated = deps.store.update::<Batch, BatchConflict>(&batch.id, decide).await?;
    let (Updated::Done { after, .. }, Some(end)) = (updated, end) else {
        return Ok(());
    };
    match end {
        End::NotYet { pause } => wake(deps, &after, QueueName::Dispatch, pause).await,
        End::Done(invites) => {
            if invites == Invites::Open {
                tracing::warn!(batch_id = %after.id, trace_id = %after.trace,
                    "a batch ends although invites of it are open");
            }
            tracing::info!(batch_id = %after.id, trace_id = %after.trace, "batch done");
            wake(deps, &after, QueueName::Mail, Duration::ZERO).await;
        }
    }
    Ok(())
}

/// Whether the service has work ahead for an invite of the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Invites {
    Open,
    Settled,
}

/// What a check of a dispatched batch found.
struct Check {
    /// When the checked batch was dispatched.
    since: Timestamp,
    invites: Invites,
    now: Timestamp,
}

/// What follows a check, and when.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// The next check is after this pause.
    NotYet {
        pause: Duration,
    },
    Done(Invites),
}

impl Check {
    /// The batch after this check. `None`: it was submitted again, or another worker checked it and continues with it.
    fn after(&self, found: Batch) -> Result<Option<(Batch, End)>, BatchConflict> {
        let is_same = matches!(found.state, BatchState::Dispatched { since, .. } if since == self.since);
        if !is_same || !found.check_is_due(self.now) {
            return Ok(None);
        }
        if self.invites == Invites::Open && !found.has_waited_enough(self.now) {
            let (next, pause) = found.still_open(self.now)?;
            return Ok(Some((next, End::NotYet { pause })));
        }
        Ok(Some((found.done(self.now)?, End::Done(self.invites))))
    }
}

/// The index shows at little cost that an invite is open. It may lag, so only the rows can show that none is.
async fn invites_of(deps: &Deps, batch: &Batch) -> Result<Invites, StoreError> {
    if has_open(&deps.store.batch_progress(batch.id).await?) {
        return Ok(Invites::Open);
    }
    let rows = deps.store.progress_of_rows(batch).await?;
    Ok(if has_open(&rows) { Invites::Open } else { Invites::Settled })
}

/// Whether one of the invites has work ahead for the service. An erased one has none.
fn has_open(progress: &BTreeMap<Progress, u64>) -> bool {
    progress.keys().any(|progress| progress.is_open())
}

#[cfg(test)]
mod tests {
    use domain::batch::Counts;
    use testing::people::{beginning, draft, officer, officer_form};

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn dispatched() -> Batch {
        let (draft, _) = draft(&officer("ada"), vec![officer_form("bo")], beginning(), &testing::seeded(1));
        let counts = Counts { sent: 1, ..Counts::default() };
        draft.submit(beginning()).unwrap().dispatched(counts, beginning()).unwrap()
    }

    #[test]
    fn a_batch_is_checked_again_while_invites_are_open_and_ends_after_thirty_days_at_the_latest() {
        let month = 720 * HOUR;
        for (invites, after, ends) in [
            (Invites::Open, HOUR, false),
            (Invites::Open, month - Duration::from_millis(1), false),
            (Invites::Open, month, true),
            (Invites::Settled, HOUR, true),
            (Invites::Settled, month, true),
        ] {
            let check = Check { since: beginning(), invites, now: beginning() + after };
            let (batch, end) = check.after(dispatched()).unwrap().expect("a check is due");
            assert_eq!(batch.state_name(), if ends { "DONE" } else { "DISPATCHED" }, "{invites:?} after {after:?}");
            assert_eq!(matches!(end, End::Done(found) if found == invites), ends, "{invites:?} after {after:?}");
        }
    }

    #[test]
    fn a_batch_that_somebody_else_checked_submitted_or_ended_meanwhile_stays_as_it_is() {
        let now = beginning() + HOUR;
        for invites in [Invites::Open, Invites::Settled] {
            let check = Check { since: beginning(), invites, now };
            let (checked, _) = dispatched().still_open(now).unwrap();
            let since_later = Check { since: now, ..check };
            for (check, found) in
                [(&check, checked), (&check, dispatched().done(now).unwrap()), (&since_later, dispatched())]
            {
                let context = format!("{invites:?} {}", found.state_name());
                assert_eq!(check.after(found).unwrap(), None, "{context}");
            }
        }
    }
}

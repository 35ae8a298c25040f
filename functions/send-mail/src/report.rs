//! The report of a batch to its officer.

use std::collections::BTreeMap;

use domain::{
    BatchId, EmailAddress, Timestamp,
    batch::{Batch, BatchState},
    invite::{Kind, Progress},
    mail::Mail,
};
use mail::{Report, Subject, Tally};
use store::Stored;
use tracing::Instrument as _;

use crate::{
    AnyError, Deps, Disposition, Next,
    slot::{self, Slot, Step},
};

pub(crate) async fn send(deps: &Deps, id: BatchId, deadline: Timestamp) -> Result<Next, AnyError> {
    let Some(batch) = deps.store.get::<Batch>(&id).await? else {
        return Ok(Next::Rest(Disposition::Discard("no such batch")));
    };
    let span = tracing::info_span!("batch", batch_id = %id, trace_id = %batch.trace);
    attempt(deps, batch, deadline).instrument(span).await
}

async fn attempt(deps: &Deps, batch: Stored<Batch>, deadline: Timestamp) -> Result<Next, AnyError> {
    let is_silent = match batch.state {
        // An officer who has reset the batch gets no report.
        BatchState::Reset => true,
        // The batch was submitted again: the next report is due when it is done.
        BatchState::Submitted { .. } | BatchState::Dispatched { .. } => true,
        _ => !batch.report_is_due(),
    };
    if is_silent {
        return Ok(Next::Rest(Disposition::Done));
    }
    let (report, remarks) = match (&batch.state, batch.remarks.split_last()) {
        (BatchState::Unreadable { detail, .. }, _) => (Report::Unreadable(detail), &[][..]),
        (BatchState::Asking { questions, .. }, _) => (Report::Asking(questions), &[][..]),
        // Why it waits was remarked last.
        (BatchState::Draft, Some((why, others))) => (Report::Waiting(why), others),
        (BatchState::Draft, None) => (Report::Waiting(""), &[][..]),
        _ => (Report::Through(tally(&batch, &deps.store.progress_of_rows(&batch).await?)), &batch.remarks[..]),
    };
    let letter = deps.letters.batch_report(batch.id, report, remarks)?;
    slot::send(deps, AboutBatch(batch), |_| Ok(Some(letter)), deadline).await
}

fn tally(batch: &Batch, progress: &BTreeMap<Progress, u64>) -> Tally {
    let sum = |of: &[Progress]| {
        let found = of.iter().filter_map(|one| progress.get(one));
        u32::try_from(found.sum::<u64>()).unwrap_or(u32::MAX)
    };
    let invited = match batch.kind() {
        Kind::Account => None,
        // Who has accepted since was mailed too.
        Kind::Email => Some(sum(&[
            Progress::Invited,
            Progress::Accepted,
            Progress::Provisioning,
            Progress::Mailing,
            Progress::AccountCreated,
            Progress::Onboarded,
        ])),
    };
    Tally {
        invited,
        accounts: sum(&[Progress::AccountCreated, Progress::Onboarded]),
        failed: sum(&[Progress::Failed, Progress::NeedsAttention, Progress::Expired]),
        open: sum(&Progress::OPEN),
        needs_fixing: batch.counts.needs_fixing,
        duplicates: batch.counts.duplicate,
    }
}

/// The report to the officer as a [`Slot`].
struct AboutBatch(Stored<Batch>);

impl Slot for AboutBatch {
    type Holder = Batch;

    fn holder(&self) -> &Stored<Batch> {
        &self.0
    }

    fn with(self, holder: Stored<Batch>) -> Self {
        Self(holder)
    }

    fn subject(&self) -> Subject {
        Subject::Batch(self.0.id)
    }

    fn recipient(&self) -> &EmailAddress {
        &self.0.officer.email
    }

    fn mail(&self) -> Option<&Mail> {
        self.0.report.as_ref()
    }

    fn moved(&self, step: &Step, now: Timestamp) -> Option<Batch> {
        let next = self.0.to_value().map_report(|mail| step.apply(mail, now)).ok()?;
        Some(match (step.retry_at(), &next.state) {
            // A batch that was submitted again waits for its dispatcher first.
            (None, _) | (_, BatchState::Submitted { .. } | BatchState::Dispatched { .. }) => next,
            (Some(at), _) => next.postponed(at),
        })
    }
}

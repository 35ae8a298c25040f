//! The report of a batch to its officer.

use std::collections::BTreeMap;

use domain::{
    BatchId, Timestamp,
    batch::{Batch, BatchState},
    delivery::{Mail, MailKind, MailState},
    invite::MAIL_ANSWER_WAIT,
};
use mail::{OutgoingMail, Report, Subject, Tags, Tally};
use store::Written;
use tracing::Instrument as _;

use crate::{AnyError, Deps, Disposition, Next, Verdict, is_too_late, out_of_time, persist, verdict};

pub(crate) async fn send(deps: &Deps, id: BatchId, deadline: Timestamp) -> Result<Next, AnyError> {
    let Some(batch) = deps.store.find_batch(id).await? else {
        return Ok(Next::Rest(Disposition::Reject("no such batch")));
    };
    let span = tracing::info_span!("batch", batch_id = %id, trace_id = %batch.trace);
    attempt(deps, batch, deadline).instrument(span).await
}

async fn attempt(deps: &Deps, batch: Batch, deadline: Timestamp) -> Result<Next, AnyError> {
    // Whoever threw the batch away does not want to hear of it.
    if !batch.report_is_due() || batch.state == BatchState::Reset {
        return Ok(Next::Rest(Disposition::Done));
    }
    let report = match &batch.state {
        BatchState::Unreadable { detail, .. } => Report::Unreadable(detail),
        _ => Report::Through(tally(&batch, &deps.store.batch_progress(batch.id).await?)),
    };
    let letter = deps.letters.batch_report(batch.id, report)?;
    if is_too_late(deps, deadline) {
        return Ok(out_of_time());
    }
    let (now, read) = (deps.clock.now(), batch.version);
    let due_at = due_beside(&batch, Some(now + MAIL_ANSWER_WAIT));
    let Ok(claimed) = batch.map_report(now, due_at, |mail| mail.claim(now)) else {
        return Ok(Next::Rest(Disposition::Done));
    };
    if let Written::LostRace = deps.store.replace_batch(read, &claimed).await? {
        return Ok(Next::Reload);
    }
    let Some((state, tags)) = claim_of(&claimed) else {
        return Ok(Next::Rest(Disposition::Done));
    };
    let outgoing = OutgoingMail { to: claimed.officer.email.clone(), letter, tags };
    let Some(verdict) = verdict(deps.mailer.send(outgoing).await, &state) else {
        return Ok(Next::Rest(Disposition::Done));
    };
    record(deps, claimed, &verdict, tags, deadline).await?;
    Ok(Next::Rest(Disposition::Done))
}

fn tally(batch: &Batch, progress: &BTreeMap<String, u64>) -> Tally {
    let sum = |names: &[&str]| {
        let found = names.iter().filter_map(|name| progress.get(*name));
        u32::try_from(found.sum::<u64>()).unwrap_or(u32::MAX)
    };
    Tally {
        accounts: sum(&["ACCOUNT_CREATED", "MAILING", "ONBOARDED"]),
        failed: sum(&["FAILED", "NEEDS_ATTENTION"]),
        needs_fixing: batch.counts.needs_fixing,
        duplicates: batch.counts.duplicate,
    }
}

/// When the batch is due next: a batch that was submitted again waits for its dispatcher first.
fn due_beside(batch: &Batch, due_at: Option<Timestamp>) -> Option<Timestamp> {
    match batch.state {
        BatchState::Submitted { .. } | BatchState::Dispatched => batch.due_at,
        _ => due_at,
    }
}

fn claim_of(claimed: &Batch) -> Option<(MailState, Tags)> {
    let mail = claimed.report.as_ref()?;
    let MailState::Claimed { attempt, .. } = mail.state else {
        return None;
    };
    let tags =
        Tags { subject: Subject::Batch(claimed.id), kind: MailKind::BatchReport, generation: mail.generation, attempt };
    Some((mail.state.clone(), tags))
}

/// Records SES's answer over the claim that it belongs to, whatever else has changed in the batch.
async fn record(
    deps: &Deps,
    claimed: Batch,
    verdict: &Verdict,
    tags: Tags,
    deadline: Timestamp,
) -> Result<(), AnyError> {
    let mut current = claimed;
    loop {
        let is_ours = claim_of(&current).is_some_and(|(_, claim)| claim == tags);
        let (now, read) = (deps.clock.now(), current.version);
        let retry_at = match verdict {
            Verdict::NotSent { retry_after } => Some(now + *retry_after),
            Verdict::Accepted { .. } | Verdict::Refused => None,
        };
        let due_at = due_beside(&current, retry_at);
        let next = current.map_report(now, due_at, |mail| match verdict {
            Verdict::Accepted { message_id } => mail.accepted(message_id.clone(), now),
            Verdict::NotSent { .. } => Mail::not_sent(mail),
            Verdict::Refused => mail.refused(now),
        });
        // An event was faster than we are.
        let (Ok(next), true) = (next, is_ours) else {
            return Ok(());
        };
        let written = persist(deps, deadline, || deps.store.replace_batch(read, &next)).await?;
        if written == Written::Done {
            return Ok(());
        }
        match deps.store.find_batch(next.id).await? {
            Some(batch) => current = batch,
            None => return Ok(()),
        }
    }
}

//! A submitted batch: its checks, its report, and when the sweeper wakes a worker for it.

use std::time::Duration;

use super::{
    Batch,
    state::{BatchConflict, BatchState, Counts, Source},
};
use crate::{
    Timestamp,
    invite::{KEEPING_LOOK, MAIL_ANSWER_WAIT},
    mail::{Mail, MailConflict, MailState},
};

/// How long a submitted batch may be without progress before the sweeper wakes its dispatcher.
pub const DISPATCH_WAKE_AFTER: Duration = Duration::from_secs(120);

/// The shortest and the longest pause between two checks of a dispatched batch's invites. The pause is an eighth of the
/// time since the batch was dispatched, within these two. SQS delays a message by at most 15 minutes, so the longest
/// pause cannot be longer.
const CHECK_PAUSES: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(15 * 60));

/// The longest time from one check to the sweeper's own check: the longest pause and one minute.
pub const MAX_CHECK_INTERVAL: Duration = Duration::from_secs(16 * 60);

/// How long after a check was due the sweeper repeats its wake-up call.
const CHECK_GRACE: Duration = Duration::from_secs(60);

/// A wake-up call that is earlier than its check by more than this is a duplicate. Calls come a little early or late.
const CHECK_SLACK: Duration = Duration::from_secs(5);

/// How long the service waits for the invites of a dispatched batch. After that the batch is done and its report names
/// the invites that are still open, because an emergency stop or an outage may have no end.
pub const MAX_BATCH_WAIT: Duration = Duration::from_secs(30 * 24 * 3600);

impl Batch {
    /// Every ready row is an invite now. The invites are due for a check at once.
    ///
    /// # Errors
    ///
    /// [`BatchConflict`] unless the batch is submitted.
    pub fn dispatched(self, counts: Counts, now: Timestamp) -> Result<Self, BatchConflict> {
        match self.state {
            BatchState::Submitted { .. } => {
                Ok(Self { counts, ..self.stepped(BatchState::Dispatched { since: now, next_check: now }, now) })
            }
            _ => Err(self.conflict("dispatched")),
        }
    }

    /// Whether its invites are due for a check. An earlier message is a duplicate and must not be followed: each check
    /// sends the next message, so the duplicates would grow with every check.
    #[must_use]
    pub fn check_is_due(&self, now: Timestamp) -> bool {
        matches!(self.state, BatchState::Dispatched { next_check, .. } if now + CHECK_SLACK >= next_check)
    }

    /// Whether the service has waited for its invites for [`MAX_BATCH_WAIT`].
    #[must_use]
    pub fn has_waited_enough(&self, now: Timestamp) -> bool {
        matches!(self.state, BatchState::Dispatched { since, .. } if now >= since + MAX_BATCH_WAIT)
    }

    /// Some of its invites are still open. Returns the batch and the pause before its next check, which grows with the
    /// time since the batch was dispatched.
    ///
    /// # Errors
    ///
    /// [`BatchConflict`] unless the batch is dispatched.
    pub fn still_open(self, now: Timestamp) -> Result<(Self, Duration), BatchConflict> {
        let BatchState::Dispatched { since, .. } = self.state else {
            return Err(self.conflict("checked"));
        };
        let (shortest, longest) = CHECK_PAUSES;
        let pause = (now.since(since) / 8).clamp(shortest, longest);
        let state = BatchState::Dispatched { since, next_check: now + pause };
        Ok((Self { state, postponed_until: None, ..self }, pause))
    }

    /// Records how many invites of its sent rows a count did not find (`missing`), and how many were `erased` with
    /// their person.
    ///
    /// # Errors
    ///
    /// [`BatchConflict`] unless the batch is dispatched.
    pub fn counted(self, missing: u64, erased: u64, now: Timestamp) -> Result<Self, BatchConflict> {
        match self.state {
            BatchState::Dispatched { .. } => {
                let short_counts = if missing == 0 { 0 } else { self.short_counts + 1 };
                let state = self.state.clone();
                Ok(Self { short_counts, erased, ..self.stepped(state, now) })
            }
            _ => Err(self.conflict("counted")),
        }
    }

    /// No invite has work ahead, or the service has waited for long enough. A report to the officer is due.
    ///
    /// # Errors
    ///
    /// [`BatchConflict`] unless the batch is dispatched, or is a dropped workbook without a ready row.
    pub fn done(self, now: Timestamp) -> Result<Self, BatchConflict> {
        let through = matches!(self.state, BatchState::Dispatched { .. })
            || (matches!(self.state, BatchState::Draft) && self.source == Source::Drop);
        if !through {
            return Err(self.conflict("done"));
        }
        let report = Some(self.next_report());
        Ok(Self { report, ..self.stepped(BatchState::Done, now) })
    }

    /// Whether the report is due to be sent.
    #[must_use]
    pub fn report_is_due(&self) -> bool {
        self.report.as_ref().is_some_and(|mail| matches!(mail.state, MailState::Due { .. }))
    }

    /// Applies one of [`Mail`]'s transitions to the report. `updated_at` stays the same, because a report is no change
    /// of the batch: rows are kept for a set time after it, and a report that is retried for ever would keep them for
    /// ever.
    ///
    /// # Errors
    ///
    /// [`BatchConflict`] when there is no report, or the transition refuses.
    pub fn map_report(
        self,
        transition: impl FnOnce(Mail) -> Result<Mail, MailConflict>,
    ) -> Result<Self, BatchConflict> {
        let mail = transition(self.report.clone().ok_or_else(|| self.conflict("reported"))?)?;
        Ok(Self { report: Some(mail), postponed_until: None, ..self })
    }

    /// When the sweeper has to check the batch; nothing else decides that. A worker was woken when the batch last
    /// changed, so the sweeper acts only if that call was lost.
    #[must_use]
    pub fn next_due(&self) -> Timestamp {
        match (self.postponed_until, &self.state) {
            (Some(until), _) => until,
            (None, BatchState::Parsing { lease_until, .. }) => *lease_until,
            (None, BatchState::Submitted { .. }) => self.updated_at + DISPATCH_WAKE_AFTER,
            (None, BatchState::Dispatched { next_check, .. }) => *next_check + CHECK_GRACE,
            (None, BatchState::Reset) => self.updated_at + KEEPING_LOOK,
            (None, _) => match self.report.as_ref().map(|report| &report.state) {
                Some(MailState::Due { .. }) => self.updated_at + DISPATCH_WAKE_AFTER,
                Some(MailState::Claimed { at, .. }) => *at + MAIL_ANSWER_WAIT,
                _ => self.updated_at + KEEPING_LOOK,
            },
        }
    }

    /// Has the sweeper check it at `until`, whatever its state. Any change before that cancels this; nothing else
    /// changes.
    #[must_use]
    pub fn postponed(self, until: Timestamp) -> Self {
        Self { postponed_until: Some(until), ..self }
    }
}

//! A submitted batch: its checks, its report, and when the sweeper takes it over.

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

/// How long a submitted batch may stand still before the sweeper wakes its dispatcher.
pub const DISPATCH_WAKE_AFTER: Duration = Duration::from_secs(120);

/// How long a dispatched batch is left alone between two checks of its invites: an eighth of the time since it was
/// dispatched, between these two. The longer one is also the longest that a message can be delayed.
const CHECK_PAUSES: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(15 * 60));

/// The longest time from one check to the sweeper's own.
pub const MAX_CHECK_INTERVAL: Duration = Duration::from_secs(16 * 60);

/// How much later than the next check the sweeper takes it over.
const CHECK_GRACE: Duration = Duration::from_secs(60);

/// Messages come a little early or late. One that is earlier than this is a doubled one.
const CHECK_SLACK: Duration = Duration::from_secs(5);

/// How long the invites of a dispatched batch are waited for. Then the batch is done and its report names those that
/// are still open: an emergency stop or an outage may have no end.
pub const MAX_BATCH_WAIT: Duration = Duration::from_secs(30 * 24 * 3600);

impl Batch {
    /// Every ready row is an invite. Its invites are to be checked at once.
    ///
    /// # Errors
    ///
    /// Unless it is submitted.
    pub fn dispatched(self, counts: Counts, now: Timestamp) -> Result<Self, BatchConflict> {
        match self.state {
            BatchState::Submitted { .. } => {
                Ok(Self { counts, ..self.stepped(BatchState::Dispatched { since: now, next_check: now }, now) })
            }
            _ => Err(self.conflict("dispatched")),
        }
    }

    /// Whether its invites are to be checked now. A message that comes earlier is a doubled one: were it followed,
    /// there would be more of them with each check.
    #[must_use]
    pub fn check_is_due(&self, now: Timestamp) -> bool {
        matches!(self.state, BatchState::Dispatched { next_check, .. } if now + CHECK_SLACK >= next_check)
    }

    /// Whether its invites were waited for long enough.
    #[must_use]
    pub fn has_waited_enough(&self, now: Timestamp) -> bool {
        matches!(self.state, BatchState::Dispatched { since, .. } if now >= since + MAX_BATCH_WAIT)
    }

    /// Invites of it are still open: the batch, and how long it is left alone before the next check, which grows with
    /// the time since it was dispatched.
    ///
    /// # Errors
    ///
    /// Unless it is dispatched.
    pub fn still_open(self, now: Timestamp) -> Result<(Self, Duration), BatchConflict> {
        let BatchState::Dispatched { since, .. } = self.state else {
            return Err(self.conflict("checked"));
        };
        let (shortest, longest) = CHECK_PAUSES;
        let pause = (now.since(since) / 8).clamp(shortest, longest);
        let state = BatchState::Dispatched { since, next_check: now + pause };
        Ok((Self { state, postponed_until: None, ..self }, pause))
    }

    /// Notes what a count of its invites found of those that its sent rows became: `missing` ones, and how many were
    /// `erased` with their person.
    ///
    /// # Errors
    ///
    /// Unless it is dispatched.
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

    /// Every invite has been worked on, or was waited for long enough; the officer is to be told.
    ///
    /// # Errors
    ///
    /// Unless it is dispatched, or a drop without a ready row.
    pub fn done(self, now: Timestamp) -> Result<Self, BatchConflict> {
        let through = matches!(self.state, BatchState::Dispatched { .. })
            || (matches!(self.state, BatchState::Draft) && self.source == Source::Drop);
        if !through {
            return Err(self.conflict("done"));
        }
        let report = Some(self.next_report());
        Ok(Self { report, ..self.stepped(BatchState::Done, now) })
    }

    /// Whether the report waits to be sent.
    #[must_use]
    pub fn report_is_due(&self) -> bool {
        self.report.as_ref().is_some_and(|mail| matches!(mail.state, MailState::Due { .. }))
    }

    /// Moves the report on by one of [`Mail`]'s transitions. The time of the batch's last change stays, which a report
    /// is none of: rows are kept for some time from then on, and a report that is tried for ever would keep them for
    /// ever.
    ///
    /// # Errors
    ///
    /// When there is no report, or the transition refuses.
    pub fn map_report(
        self,
        transition: impl FnOnce(Mail) -> Result<Mail, MailConflict>,
    ) -> Result<Self, BatchConflict> {
        let mail = transition(self.report.clone().ok_or_else(|| self.conflict("reported"))?)?;
        Ok(Self { report: Some(mail), postponed_until: None, ..self })
    }

    /// When the sweeper has to check it: the only place that knows. The worker that has to act was woken when it last
    /// changed, so the sweeper has to act only if nothing comes of that.
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

    /// Has the sweeper check it at `until`, whatever it is, unless it changes before. Nothing else about it changes.
    #[must_use]
    pub fn postponed(self, until: Timestamp) -> Self {
        Self { postponed_until: Some(until), ..self }
    }
}

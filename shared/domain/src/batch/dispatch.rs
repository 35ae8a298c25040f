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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::samples::{MS, at, batch, counts, in_each_state, in_state, report};

    const MINUTE: Duration = Duration::from_secs(60);
    const DAY: Duration = Duration::from_secs(24 * 3600);

    fn dispatched() -> Batch {
        in_state(Source::Upload, "DISPATCHED")
    }

    #[test]
    fn dispatched_rows_are_counted_again_and_their_invites_are_checked_at_once() {
        let submitted = in_state(Source::Upload, "SUBMITTED");
        let state = BatchState::Dispatched { since: at(7), next_check: at(7) };
        let expected = Batch { state, counts: counts(0, 1), updated_at: at(7), ..submitted.clone() };
        assert_eq!(submitted.dispatched(counts(0, 1), at(7)), Ok(expected));
    }

    #[test]
    fn the_pause_between_checks_is_an_eighth_of_the_age_from_ten_seconds_to_fifteen_minutes() {
        for (age, pause) in [
            (Duration::ZERO, Duration::from_secs(10)),
            (Duration::from_secs(80), Duration::from_secs(10)),
            (Duration::from_secs(88), Duration::from_secs(11)),
            (Duration::from_secs(7_192), Duration::from_secs(899)),
            (Duration::from_secs(7_200), Duration::from_secs(900)),
            (30 * DAY, Duration::from_secs(900)),
        ] {
            let now = at(5) + age;
            let state = BatchState::Dispatched { since: at(5), next_check: now + pause };
            let open = Batch { state, ..dispatched() };
            assert_eq!(dispatched().postponed(at(999)).still_open(now), Ok((open.clone(), pause)), "{age:?}");
            assert!(open.next_due() <= now + MAX_CHECK_INTERVAL);
            let slack = Duration::from_secs(5);
            assert!(open.check_is_due(now + pause - slack) && !open.check_is_due(now + pause - slack - MS));
        }
        let (oldest, _) = dispatched().still_open(at(5) + 30 * DAY).unwrap();
        assert_eq!(oldest.next_due(), at(5) + 30 * DAY + MAX_CHECK_INTERVAL);
    }

    #[test]
    fn only_a_dispatched_batch_is_checked_and_for_thirty_days() {
        for batch in in_each_state(Source::Upload) {
            let is_dispatched = batch.state_name() == "DISPATCHED";
            assert_eq!(batch.clone().still_open(at(5)).is_ok(), is_dispatched, "{}", batch.state_name());
            assert_eq!(batch.check_is_due(at(5)), is_dispatched, "{}", batch.state_name());
            assert_eq!(batch.has_waited_enough(at(5) + 30 * DAY), is_dispatched, "{}", batch.state_name());
            assert!(!batch.has_waited_enough(at(5) + 30 * DAY - MS), "{}", batch.state_name());
        }
    }

    #[test]
    fn counts_that_miss_invites_are_counted_until_one_misses_none() {
        let mut batch = dispatched();
        for (missing, erased, short_counts) in [(1, 0, 1), (3, 2, 2), (1, 2, 3), (0, 1, 0), (1, 0, 1)] {
            let expected = Batch { short_counts, erased, updated_at: at(9), ..batch.clone() };
            batch = batch.counted(missing, erased, at(9)).unwrap();
            assert_eq!(batch, expected);
        }
    }

    #[test]
    fn a_batch_is_done_with_a_new_report_and_only_a_dropped_one_without_being_dispatched() {
        for source in [Source::Upload, Source::Drop, Source::Paste] {
            for batch in in_each_state(source) {
                let state = batch.state_name();
                let is_through = state == "DISPATCHED" || (source, state) == (Source::Drop, "DRAFT");
                for (reported, due) in [(None, 1), (Some(report(1)), 2), (Some(report(2)), 3)] {
                    let batch = Batch { report: reported, ..batch.clone() };
                    let done = Batch { state: BatchState::Done, report: Some(report(due)), ..batch.clone() };
                    let expected = is_through.then_some(done).ok_or(BatchConflict { state, event: "done" });
                    assert_eq!(batch.done(at(0)), expected, "{source:?}: {state}");
                }
            }
        }
    }

    #[test]
    fn a_report_is_sent_like_any_mail_and_changes_nothing_else() {
        let done = Batch { report: Some(report(2)), ..in_state(Source::Upload, "DONE") };
        let claim = |mail: Mail| mail.claim(at(9));
        let claimed = Batch { report: Some(report(2).claim(at(9)).unwrap()), ..done.clone() };
        assert!(done.report_is_due() && !claimed.report_is_due());
        assert_eq!(done.postponed(at(999)).map_report(claim), Ok(claimed.clone()));
        let refused = BatchConflict { state: "reported", event: "reported again" };
        assert_eq!(claimed.map_report(claim), Err(refused));
        let unreported = in_state(Source::Upload, "DONE");
        assert!(!unreported.report_is_due());
        assert_eq!(unreported.map_report(claim), Err(BatchConflict { state: "DONE", event: "reported" }));
    }

    #[test]
    fn the_sweeper_checks_a_batch_when_its_worker_should_have_acted() {
        let in_state = |name| Batch { updated_at: at(20), ..in_state(Source::Drop, name) };
        let done = |mail: Mail| Batch { report: Some(mail), ..in_state("DONE") };
        let claimed = report(1).claim(at(30)).unwrap();
        for (batch, due) in [
            (in_state("AWAITING_UPLOAD"), at(20) + DAY),
            (in_state("PARSING"), at(90)),
            (in_state("ASKING"), at(20) + DAY),
            (in_state("DRAFT"), at(20) + DAY),
            (in_state("SUBMITTED"), at(20) + 2 * MINUTE),
            (in_state("DISPATCHED"), at(5) + MINUTE),
            (in_state("UNREADABLE"), at(20) + DAY),
            (in_state("DONE"), at(20) + DAY),
            (done(report(1)), at(20) + 2 * MINUTE),
            (done(claimed.clone()), at(30) + 15 * MINUTE),
            (done(claimed.accepted("m-1".into(), at(31)).unwrap()), at(20) + DAY),
            (Batch { state: BatchState::Reset, ..done(report(1)) }, at(20) + DAY),
        ] {
            assert_eq!(batch.next_due(), due, "{}: {:?}", batch.state_name(), batch.report);
            let postponed = batch.clone().postponed(at(7));
            assert_eq!(postponed.next_due(), at(7), "whatever its state");
            assert_eq!(Batch { postponed_until: None, ..postponed }, batch, "nothing else changes");
        }
        assert_eq!(batch(Source::Upload).next_due(), at(0) + DAY);
    }
}

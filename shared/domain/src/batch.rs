//! A batch: a workbook, a drop or a paste on its way to invites.
//!
//! ```text
//! AWAITING_UPLOAD -> PARSING -> DRAFT -> SUBMITTED -> DISPATCHED -> DONE      UNREADABLE   RESET
//! ```
//!
//! Rows that were left out or failed can be fixed after a submission and submitted again, so DISPATCHED and DONE lead
//! back to SUBMITTED.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::{
    BatchId, Officer, Timestamp, TraceId,
    column::Column,
    delivery::{Mail, MailConflict, MailKind, MailState},
    id::OfDigest as _,
    invite::{KEEPING_LOOK, MAIL_ANSWER_WAIT},
    row::RowState,
};

/// Rows of a batch at the most, whichever way they come in.
pub const MAX_ROWS: usize = 10_000;

/// Rows that one request removes at the most.
pub const ROWS_PER_REMOVAL: usize = 500;

/// How long one run of the parser may take: its function's 60 s and 30 s more.
pub const PARSE_LEASE: Duration = Duration::from_secs(90);

/// How often a workbook is tried before it counts as unreadable: a file that kills its reader must not do so for ever.
pub const PARSE_ATTEMPTS: u32 = 3;

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

/// A list of people that an officer brings in together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Its id.
    pub id: BatchId,
    /// Whose it is.
    pub officer: Officer,
    /// How its rows come in.
    pub source: Source,
    /// The name of its file, as the officer gave it; only ever shown.
    #[serde(default)]
    pub file_name: Option<String>,
    /// What the officer says the columns of its workbook hold, where the titles do not tell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Column>,
    /// Where it stands.
    pub state: BatchState,
    /// How many rows stand where.
    pub counts: Counts,
    /// What the reader left out or repaired, in sentences for the officer.
    pub notices: Vec<String>,
    /// The latest report to the officer.
    pub report: Option<Mail>,
    /// In how many counts in a row fewer invites were found than rows were sent.
    #[serde(default)]
    pub short_counts: u32,
    /// How many of its sent rows became an invite whose person was erased, as last counted.
    #[serde(default)]
    pub erased: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When the sweeper checks it, where that does not follow from its state: its report is tried again, or its rows
    /// are kept until then. The next step ends it.
    #[serde(default, alias = "due_at")]
    postponed_until: Option<Timestamp>,
    /// The request that made it.
    pub trace: TraceId,
}

/// How a batch's rows come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// A workbook uploaded through the portal.
    Upload,
    /// A workbook put into the bucket by an agency's system; it submits itself.
    Drop,
    /// Rows pasted.
    Paste,
}

/// Where a batch stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BatchState {
    /// The workbook is not there yet.
    AwaitingUpload,
    /// The workbook is being read.
    Parsing {
        /// Which stored version; no other is ever read for this batch.
        object: ObjectVersion,
        /// Until when nobody else may.
        lease_until: Timestamp,
        /// 1 for the first try.
        attempt: u32,
    },
    /// The officer looks it over.
    Draft,
    /// Rows become invites.
    Submitted {
        /// The last row that was submitted.
        cursor: u32,
    },
    /// Every ready row is an invite; the invites are checked until none is open.
    Dispatched {
        /// Since when. Of what was stored without it: for longer than [`MAX_BATCH_WAIT`].
        #[serde(default = "long_ago")]
        since: Timestamp,
        /// When its invites are to be checked next.
        #[serde(default = "long_ago")]
        next_check: Timestamp,
    },
    /// Every invite has been worked on, or was waited for long enough.
    Done,
    /// The workbook cannot be read.
    Unreadable {
        /// The code of the file's fault.
        code: String,
        /// What to do about it.
        detail: String,
        /// The titled columns, and what each was taken for, where the header was not understood.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        columns: Vec<Column>,
    },
    /// Thrown away by the officer.
    Reset,
}

fn long_ago() -> Timestamp {
    Timestamp::from_unix_ms(0)
}

/// One stored version of an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectVersion {
    /// The key.
    pub key: String,
    /// S3's version id.
    pub version_id: String,
}

/// How many rows stand where. They add up to `total`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// All rows.
    pub total: u32,
    /// Valid and waiting.
    pub ready: u32,
    /// With faults.
    pub needs_fixing: u32,
    /// Already there.
    pub duplicate: u32,
    /// Taken out.
    pub removed: u32,
    /// Become invites.
    pub sent: u32,
}

impl BatchId {
    /// The batch of a workbook dropped into the bucket: one per stored version of the object, however often it is
    /// announced.
    #[must_use]
    pub fn of_object(object: &ObjectVersion) -> Self {
        let ObjectVersion { key, version_id } = object;
        let digest = Sha256::new().chain_update(key).chain_update([0]).chain_update(version_id).finalize();
        Self::of_digest(digest)
    }
}

impl Counts {
    /// Counts one more row.
    pub fn add(&mut self, row: &RowState) {
        self.total += 1;
        *self.slot(row) += 1;
    }

    /// Moves one row from one state to another.
    pub fn shift(&mut self, before: &RowState, after: &RowState) {
        let slot = self.slot(before);
        *slot = slot.saturating_sub(1);
        *self.slot(after) += 1;
    }

    fn slot(&mut self, row: &RowState) -> &mut u32 {
        match row {
            RowState::Ready => &mut self.ready,
            RowState::NeedsFixing { .. } | RowState::Contradiction { .. } => &mut self.needs_fixing,
            RowState::Duplicate { .. } => &mut self.duplicate,
            RowState::Removed => &mut self.removed,
            RowState::Sent { .. } => &mut self.sent,
        }
    }
}

/// The batch is not in a state from which this can happen.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("a batch that is {state} cannot be {event}")]
pub struct BatchConflict {
    /// Its state, in the word of the API.
    pub state: &'static str,
    /// What was tried.
    pub event: &'static str,
}

impl From<MailConflict> for BatchConflict {
    fn from(_: MailConflict) -> Self {
        Self { state: "reported", event: "reported again" }
    }
}

impl Batch {
    /// A batch that waits for its rows.
    #[must_use]
    pub fn new(id: BatchId, officer: Officer, source: Source, now: Timestamp, trace: TraceId) -> Self {
        Self {
            id,
            officer,
            source,
            file_name: None,
            columns: Vec::new(),
            state: BatchState::AwaitingUpload,
            counts: Counts::default(),
            notices: Vec::new(),
            report: None,
            short_counts: 0,
            erased: 0,
            created_at: now,
            updated_at: now,
            postponed_until: None,
            trace,
        }
    }

    /// The same, of a file of this name, with what its officer says of its columns.
    #[must_use]
    pub fn of_file(self, file_name: Option<String>, columns: Vec<Column>) -> Self {
        Self { file_name, columns, ..self }
    }

    /// The key under which the portal uploads its workbook.
    #[must_use]
    pub fn upload_key(id: BatchId) -> String {
        format!("uploads/{id}")
    }

    /// The word of the API.
    #[must_use]
    pub fn state_name(&self) -> &'static str {
        match self.state {
            BatchState::AwaitingUpload => "AWAITING_UPLOAD",
            BatchState::Parsing { .. } => "PARSING",
            BatchState::Draft => "DRAFT",
            BatchState::Submitted { .. } => "SUBMITTED",
            BatchState::Dispatched { .. } => "DISPATCHED",
            BatchState::Done => "DONE",
            BatchState::Unreadable { .. } => "UNREADABLE",
            BatchState::Reset => "RESET",
        }
    }

    /// Whether rows may be changed.
    #[must_use]
    pub fn is_editable(&self) -> bool {
        matches!(self.state, BatchState::Draft | BatchState::Dispatched { .. } | BatchState::Done)
    }

    /// Whether its officer sees it among their batches: not once it was reset, nor before its pasted rows are in.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        match self.state {
            BatchState::Reset => false,
            BatchState::AwaitingUpload => self.source != Source::Paste,
            _ => true,
        }
    }

    /// Takes the workbook for one try at reading it. After [`PARSE_ATTEMPTS`] tries the batch comes back unreadable.
    ///
    /// # Errors
    ///
    /// Unless it waits for a workbook, or the last try of the same version ran out of time.
    pub fn claim_parse(self, object: ObjectVersion, now: Timestamp) -> Result<Self, BatchConflict> {
        let attempt = match &self.state {
            BatchState::AwaitingUpload => 1,
            BatchState::Parsing { object: pinned, lease_until, attempt }
                if *pinned == object && now >= *lease_until =>
            {
                attempt + 1
            }
            _ => return Err(self.conflict("parsed")),
        };
        if attempt > PARSE_ATTEMPTS {
            return self.unprocessable(now);
        }
        let lease_until = now + PARSE_LEASE;
        let state = BatchState::Parsing { object, lease_until, attempt };
        Ok(self.stepped(state, now))
    }

    /// Whether somebody may still be reading this version of the workbook.
    #[must_use]
    pub fn is_being_read(&self, object: &ObjectVersion, now: Timestamp) -> bool {
        matches!(&self.state, BatchState::Parsing { object: pinned, lease_until, .. }
            if pinned == object && now < *lease_until)
    }

    /// Gives the workbook back unread, so that the next try need not wait for the lease.
    ///
    /// # Errors
    ///
    /// Unless it is being read.
    pub fn not_read(self, now: Timestamp) -> Result<Self, BatchConflict> {
        match self.state.clone() {
            BatchState::Parsing { object, attempt, .. } => {
                Ok(self.stepped(BatchState::Parsing { object, lease_until: now, attempt }, now))
            }
            _ => Err(self.conflict("given back")),
        }
    }

    /// The rows are in. A dropped workbook submits its ready rows at once.
    ///
    /// # Errors
    ///
    /// Unless it is being read, or waits for pasted rows.
    pub fn parsed(self, counts: Counts, notices: Vec<String>, now: Timestamp) -> Result<Self, BatchConflict> {
        match (&self.state, self.source) {
            (BatchState::Parsing { .. }, _) | (BatchState::AwaitingUpload, Source::Paste) => {
                let source = self.source;
                let draft = Self { counts, notices, ..self.stepped(BatchState::Draft, now) };
                match source {
                    Source::Drop if counts.ready > 0 => draft.submit(now),
                    Source::Drop => draft.done(now),
                    Source::Upload | Source::Paste => Ok(draft),
                }
            }
            _ => Err(self.conflict("parsed")),
        }
    }

    /// As [`Batch::parsed`], for a dropped workbook that its officer has to submit, because of `why`, which becomes the
    /// last of its notices. The officer is to be told.
    ///
    /// # Errors
    ///
    /// Unless it is being read.
    pub fn parsed_for_later(
        self,
        counts: Counts,
        mut notices: Vec<String>,
        why: String,
        now: Timestamp,
    ) -> Result<Self, BatchConflict> {
        match self.state {
            BatchState::Parsing { .. } => {
                notices.push(why);
                let report = Some(self.next_report());
                Ok(Self { counts, notices, report, ..self.stepped(BatchState::Draft, now) })
            }
            _ => Err(self.conflict("parsed")),
        }
    }

    /// The workbook cannot be read; where it is for want of known titles, with those it has.
    ///
    /// # Errors
    ///
    /// Unless it is being read.
    pub fn unreadable(
        self,
        code: &str,
        detail: &str,
        columns: Vec<Column>,
        now: Timestamp,
    ) -> Result<Self, BatchConflict> {
        match self.state {
            BatchState::Parsing { .. } => {
                let report = (self.source == Source::Drop).then(|| self.next_report());
                let state = BatchState::Unreadable { code: code.to_owned(), detail: detail.to_owned(), columns };
                Ok(Self { report, ..self.stepped(state, now) })
            }
            _ => Err(self.conflict("unreadable")),
        }
    }

    /// The workbook ended each of its readers; nobody tries again.
    ///
    /// # Errors
    ///
    /// Unless it is being read.
    pub fn unprocessable(self, now: Timestamp) -> Result<Self, BatchConflict> {
        let detail = "The workbook could not be read. Save it as a new .xlsx file and upload that.";
        self.unreadable("FILE_UNPROCESSABLE", detail, Vec::new(), now)
    }

    /// Rows are added, numbered on from the last.
    ///
    /// # Errors
    ///
    /// Unless rows may be changed.
    pub fn rows_added<'a>(
        mut self,
        rows: impl IntoIterator<Item = &'a RowState>,
        now: Timestamp,
    ) -> Result<Self, BatchConflict> {
        if !self.is_editable() {
            return Err(self.conflict("added to"));
        }
        rows.into_iter().for_each(|row| self.counts.add(row));
        let state = self.state.clone();
        Ok(self.stepped(state, now))
    }

    /// One row changed from `before` to `after`.
    ///
    /// # Errors
    ///
    /// Unless rows may be changed.
    pub fn row_changed(mut self, before: &RowState, after: &RowState, now: Timestamp) -> Result<Self, BatchConflict> {
        if !self.is_editable() {
            return Err(self.conflict("edited"));
        }
        self.counts.shift(before, after);
        let state = self.state.clone();
        Ok(self.stepped(state, now))
    }

    /// The officer hands the ready rows on.
    ///
    /// # Errors
    ///
    /// Unless it is a draft, or was through once, with a ready row.
    pub fn submit(self, now: Timestamp) -> Result<Self, BatchConflict> {
        if !self.is_editable() || self.counts.ready == 0 {
            return Err(self.conflict("submitted"));
        }
        Ok(self.stepped(BatchState::Submitted { cursor: 0 }, now))
    }

    /// Rows up to `cursor` are submitted. The counts are taken anew at the end.
    ///
    /// # Errors
    ///
    /// Unless it is submitted.
    pub fn advanced(self, cursor: u32, now: Timestamp) -> Result<Self, BatchConflict> {
        match self.state {
            BatchState::Submitted { .. } => Ok(self.stepped(BatchState::Submitted { cursor }, now)),
            _ => Err(self.conflict("dispatched")),
        }
    }

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

    /// The officer throws it away. What was sent stays sent.
    ///
    /// # Errors
    ///
    /// While its rows are being submitted.
    pub fn reset(self, now: Timestamp) -> Result<Self, BatchConflict> {
        match self.state {
            BatchState::Reset => Ok(self),
            BatchState::Submitted { .. } => Err(self.conflict("reset")),
            _ => Ok(self.stepped(BatchState::Reset, now)),
        }
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

    /// The same, kept for as long as `before`: what the service erases is no change of its officer's.
    #[must_use]
    pub fn kept_like(self, before: &Self) -> Self {
        Self { updated_at: before.updated_at, ..self }
    }

    fn next_report(&self) -> Mail {
        Mail::due(MailKind::BatchReport, self.report.as_ref().map_or(1, |mail| mail.generation + 1))
    }

    fn stepped(self, state: BatchState, now: Timestamp) -> Self {
        Self { state, updated_at: now, postponed_until: None, ..self }
    }

    fn conflict(&self, event: &'static str) -> BatchConflict {
        BatchConflict { state: self.state_name(), event }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EmailAddress, Entropy, OfficerId};

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix_ms(1_763_875_442_000) + Duration::from_secs(seconds)
    }

    fn batch(source: Source) -> Batch {
        let entropy = Entropy::seeded(1);
        let email = EmailAddress::parse("officer@agency.gov.sg").unwrap();
        let officer = Officer { id: OfficerId::parse("officer-1").unwrap(), email };
        Batch::new(BatchId::generate(at(0), &entropy), officer, source, at(0), TraceId::generate(at(0), &entropy))
    }

    fn object(version: &str) -> ObjectVersion {
        ObjectVersion { key: "uploads/x".into(), version_id: version.into() }
    }

    fn counts(ready: u32, needs_fixing: u32) -> Counts {
        Counts { total: ready + needs_fixing, ready, needs_fixing, ..Counts::default() }
    }

    fn draft(source: Source) -> Batch {
        let parsing = batch(source).claim_parse(object("1"), at(1)).unwrap();
        parsing.parsed(counts(2, 1), Vec::new(), at(2)).unwrap()
    }

    #[test]
    fn a_workbook_goes_from_upload_to_done() {
        let submitted = draft(Source::Upload).submit(at(3)).unwrap();
        assert!(submitted.clone().submit(at(3)).is_err());
        assert!(submitted.clone().reset(at(3)).is_err());
        let dispatched = submitted.advanced(1, at(4)).unwrap().dispatched(counts(0, 1), at(5)).unwrap();
        assert!(dispatched.check_is_due(at(5)) && !dispatched.has_waited_enough(at(5)));
        let (first, pause) = dispatched.clone().still_open(at(5)).unwrap();
        assert_eq!(pause, Duration::from_secs(10));
        assert!(!first.check_is_due(at(9)) && first.check_is_due(at(15)), "a doubled message comes too early");
        assert_eq!(dispatched.clone().still_open(at(5 + 800)).unwrap().1, Duration::from_secs(100));
        let (last, pause) = dispatched.clone().still_open(at(5) + MAX_BATCH_WAIT).unwrap();
        assert_eq!(pause, Duration::from_secs(900));
        assert!(last.has_waited_enough(at(5) + MAX_BATCH_WAIT));
        let done = dispatched.done(at(6)).unwrap();
        assert!(done.report_is_due());
        assert!(done.submit(at(7)).is_err(), "nothing is ready");
    }

    #[test]
    fn a_dropped_workbook_submits_itself_or_ends_with_a_report() {
        assert_eq!(draft(Source::Drop).state_name(), "SUBMITTED");
        let parsing = batch(Source::Drop).claim_parse(object("1"), at(1)).unwrap();
        let done = parsing.clone().parsed(counts(0, 3), Vec::new(), at(2)).unwrap();
        assert_eq!(done.state_name(), "DONE");
        assert!(done.report_is_due());
        assert!(parsing.unreadable("FILE_EMPTY", "…", Vec::new(), at(2)).unwrap().report_is_due());
    }

    #[test]
    fn only_the_pinned_version_is_read_and_not_for_ever() {
        let mut parsing = batch(Source::Upload).claim_parse(object("1"), at(0)).unwrap();
        assert!(parsing.clone().claim_parse(object("1"), at(89)).is_err(), "leased");
        assert!(parsing.clone().claim_parse(object("2"), at(90)).is_err(), "overwritten");
        for attempt in 1..=2 {
            parsing = parsing.claim_parse(object("1"), at(90 * attempt)).unwrap();
            assert_eq!(parsing.state_name(), "PARSING");
        }
        assert_eq!(parsing.claim_parse(object("1"), at(270)).unwrap().state_name(), "UNREADABLE");
        assert!(draft(Source::Upload).claim_parse(object("2"), at(9)).is_err());
    }

    #[test]
    fn edits_keep_the_counts_and_lose_to_a_submission() {
        let edited = draft(Source::Upload)
            .row_changed(&RowState::NeedsFixing { faults: Vec::new() }, &RowState::Ready, at(3))
            .unwrap();
        assert_eq!(edited.counts, counts(3, 0));
        let submitted = edited.submit(at(4)).unwrap();
        assert!(submitted.row_changed(&RowState::Ready, &RowState::Removed, at(5)).is_err());
    }
}

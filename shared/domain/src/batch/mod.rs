//! A batch: a workbook, a drop or a paste on its way to invites.
//!
//! ```text
//! AWAITING_UPLOAD -> PARSING -> DRAFT -> SUBMITTED -> DISPATCHED -> DONE      UNREADABLE   RESET
//! ```
//!
//! A reader that has to ask leaves the batch ASKING; the officer's answers lead back to PARSING.
//! The officer can fix rows that were skipped or failed after a submission, and submit them again, so DISPATCHED and
//! DONE lead back to SUBMITTED.

mod column;
mod dispatch;
mod duplicate;
mod duplicates;
mod encoding;
mod question;
mod raw_row;
mod repair;
mod row;
mod row_rules;
#[cfg(test)]
mod samples;
mod state;
mod warning;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    BatchId, Officer, Timestamp, TraceId,
    mail::{Mail, MailKind},
};

pub use column::{Column, ColumnFault, Held, MAX_COLUMNS, MAX_TITLE};
pub use dispatch::{DISPATCH_WAKE_AFTER, MAX_BATCH_WAIT, MAX_CHECK_INTERVAL};
pub use duplicate::{Colleague, Duplicate};
pub use duplicates::{read_all, read_more};
pub use encoding::{Encoding, EncodingChoice, MAX_ENCODINGS, MAX_SAMPLE};
pub use question::{AnswerFault, Answers, AskedColumn, MAX_SAMPLES, Questions, Reason, WorksheetChoice};
pub use raw_row::{MAX_TEXT, RawRow};
pub use repair::Repair;
pub use row::{Row, RowState, RowStatus};
pub use row_rules::RowRules;
pub use state::{BatchConflict, BatchState, Counts, ObjectVersion, Source};
pub use warning::Warning;

/// Rows of a batch at most, for every source.
pub const MAX_ROWS: usize = 10_000;

/// Rows that one request can remove at most.
pub const ROWS_PER_REMOVAL: usize = 500;

/// How long one run of the parser may take: the 60 s of its function and 30 s more.
pub const PARSE_LEASE: Duration = Duration::from_secs(90);

/// Attempts to read a workbook before it counts as unreadable. Without a bound, a file that kills its reader would do
/// so for ever.
pub const PARSE_ATTEMPTS: u32 = 3;

/// A list of people that an officer invites together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    pub id: BatchId,
    pub officer: Officer,
    /// How its rows come in.
    pub source: Source,
    /// The name of its file, as the officer gave it. It is only shown, never used.
    #[serde(default)]
    pub file_name: Option<String>,
    /// What the officer says about the file.
    #[serde(flatten)]
    pub answers: Answers,
    pub state: BatchState,
    /// How many rows are in each state.
    pub counts: Counts,
    /// What the reader skipped or repaired, in sentences for the officer.
    #[serde(rename = "notices")]
    pub remarks: Vec<String>,
    /// The latest report to the officer. `None`: none was due yet.
    pub report: Option<Mail>,
    /// How many counts in a row found fewer invites than there are sent rows.
    #[serde(default)]
    pub short_counts: u32,
    /// How many of its sent rows became an invite that was erased with its person, as of the last count.
    #[serde(default)]
    pub erased: u64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// When the sweeper checks the batch, where that does not follow from its state: its report is retried, or its rows
    /// are kept until then. Any step sets it to `None`.
    #[serde(default, alias = "due_at")]
    postponed_until: Option<Timestamp>,
    /// The trace of the request that created it.
    pub trace: TraceId,
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
            answers: Answers::default(),
            state: BatchState::AwaitingUpload,
            counts: Counts::default(),
            remarks: Vec::new(),
            report: None,
            short_counts: 0,
            erased: 0,
            created_at: now,
            updated_at: now,
            postponed_until: None,
            trace,
        }
    }

    /// The same batch with the name of its file, and what its officer says about the file.
    #[must_use]
    pub fn of_file(self, file_name: Option<String>, answers: Answers) -> Self {
        Self { file_name, answers, ..self }
    }

    /// The S3 key under which the portal uploads its workbook.
    #[must_use]
    pub fn upload_key(id: BatchId) -> String {
        format!("uploads/{id}")
    }

    /// The state's name in the API.
    #[must_use]
    pub fn state_name(&self) -> &'static str {
        match self.state {
            BatchState::AwaitingUpload => "AWAITING_UPLOAD",
            BatchState::Parsing { .. } => "PARSING",
            BatchState::Asking { .. } => "ASKING",
            BatchState::Draft => "DRAFT",
            BatchState::Submitted { .. } => "SUBMITTED",
            BatchState::Dispatched { .. } => "DISPATCHED",
            BatchState::Done => "DONE",
            BatchState::Unreadable { .. } => "UNREADABLE",
            BatchState::Reset => "RESET",
        }
    }

    /// Whether the officer can change its rows.
    #[must_use]
    pub fn is_editable(&self) -> bool {
        matches!(self.state, BatchState::Draft | BatchState::Dispatched { .. } | BatchState::Done)
    }

    /// Whether its officer sees it in their list: not after a reset, and not before its pasted rows are stored.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        match self.state {
            BatchState::Reset => false,
            BatchState::AwaitingUpload => self.source != Source::Paste,
            _ => true,
        }
    }

    /// Claims the workbook for one attempt at reading it. After [`PARSE_ATTEMPTS`] attempts the returned batch is
    /// unreadable.
    ///
    /// # Errors
    ///
    /// [`BatchConflict`] unless the batch waits for a workbook, or the lease of the last attempt at the same version
    /// has expired.
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

    /// Whether a parser may still be reading this version of the workbook.
    #[must_use]
    pub fn is_being_read(&self, object: &ObjectVersion, now: Timestamp) -> bool {
        matches!(&self.state, BatchState::Parsing { object: pinned, lease_until, .. }
            if pinned == object && now < *lease_until)
    }

    /// The workbook that its officer answered questions about, if no reader has claimed it since.
    #[must_use]
    pub fn to_be_read(&self) -> Option<&ObjectVersion> {
        match &self.state {
            BatchState::Parsing { object, attempt: 0, .. } => Some(object),
            _ => None,
        }
    }

    /// Releases the claim of a workbook that was not read, so that the next attempt need not wait for the lease.
    ///
    /// # Errors
    ///
    /// [`BatchConflict`] unless the batch is being read.
    pub fn not_read(self, now: Timestamp) -> Result<Self, BatchConflict> {
        match self.state.clone() {
            BatchState::Parsing { object, attempt, .. } => {
                Ok(self.stepped(BatchState::Parsing { object, lease_until: now, attempt }, now))
            }
            _ => Err(self.conflict("given back")),
        }
    }

    /// The reader has to ask the officer, and stored nothing. A report of a dropped workbook is due.
    ///
    /// # Errors
    ///
    /// [`BatchConflict`] unless the batch is being read.
    pub fn asks(self, questions: Questions, now: Timestamp) -> Result<Self, BatchConflict> {
        match self.state.clone() {
            BatchState::Parsing { object, .. } => {
                let report = (self.source == Source::Drop).then(|| self.next_report());
                Ok(Self { report, ..self.stepped(BatchState::Asking { object, questions }, now) })
            }
            _ => Err(self.conflict("asked about")),
        }
    }

    /// The officer answered. The same version of the workbook is to be read again, with all answers so far.
    ///
    /// # Errors
    ///
    /// [`BatchConflict`] unless the batch asks.
    pub fn answered(self, answers: Answers, now: Timestamp) -> Result<Self, BatchConflict> {
        match self.state.clone() {
            BatchState::Asking { object, .. } => {
                let answers = answers.after(self.answers.clone());
                let state = BatchState::Parsing { object, lease_until: now, attempt: 0 };
                Ok(Self { answers, ..self.stepped(state, now) })
            }
            _ => Err(self.conflict("answered")),
        }
    }

    /// The rows are stored. A dropped workbook is submitted at once if it has a ready row, and is done otherwise. If
    /// its officer answered questions about it, they submit it themselves.
    ///
    /// # Errors
    ///
    /// [`BatchConflict`] unless the batch is being read, or waits for pasted rows.
    pub fn parsed(self, counts: Counts, remarks: Vec<String>, now: Timestamp) -> Result<Self, BatchConflict> {
        match (&self.state, self.source) {
            (BatchState::Parsing { .. }, _) | (BatchState::AwaitingUpload, Source::Paste) => {
                let draft = Self { counts, remarks, ..self.stepped(BatchState::Draft, now) };
                match draft.source {
                    Source::Drop if !draft.answers.is_empty() => Ok(draft),
                    Source::Drop if counts.ready > 0 => draft.submit(now),
                    Source::Drop => draft.done(now),
                    Source::Upload | Source::Paste => Ok(draft),
                }
            }
            _ => Err(self.conflict("parsed")),
        }
    }

    /// Like [`Batch::parsed`], for a dropped workbook that its officer has to submit. `why` says the reason and becomes
    /// the last remark. A report to the officer is due.
    ///
    /// # Errors
    ///
    /// [`BatchConflict`] unless the batch is being read.
    pub fn parsed_for_later(
        self,
        counts: Counts,
        mut remarks: Vec<String>,
        why: String,
        now: Timestamp,
    ) -> Result<Self, BatchConflict> {
        match self.state {
            BatchState::Parsing { .. } => {
                remarks.push(why);
                let report = Some(self.next_report());
                Ok(Self { counts, remarks, report, ..self.stepped(BatchState::Draft, now) })
            }
            _ => Err(self.conflict("parsed")),
        }
    }

    /// The workbook cannot be read. A report of a dropped one is due.
    ///
    /// # Errors
    ///
    /// [`BatchConflict`] unless the batch is being read.
    pub fn unreadable(self, code: &str, detail: &str, now: Timestamp) -> Result<Self, BatchConflict> {
        match self.state {
            BatchState::Parsing { .. } => {
                let report = (self.source == Source::Drop).then(|| self.next_report());
                let state = BatchState::Unreadable { code: code.to_owned(), detail: detail.to_owned() };
                Ok(Self { report, ..self.stepped(state, now) })
            }
            _ => Err(self.conflict("unreadable")),
        }
    }

    /// Each attempt at reading the workbook killed its worker; there is no further attempt.
    ///
    /// # Errors
    ///
    /// [`BatchConflict`] unless the batch is being read.
    pub fn unprocessable(self, now: Timestamp) -> Result<Self, BatchConflict> {
        let detail = "The workbook could not be read. Save it as a new .xlsx file and upload that.";
        self.unreadable("FILE_UNPROCESSABLE", detail, now)
    }

    /// Counts added rows, whose numbers follow the last one.
    ///
    /// # Errors
    ///
    /// [`BatchConflict`] unless the rows can be changed.
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

    /// Counts one row that changed from `before` to `after`.
    ///
    /// # Errors
    ///
    /// [`BatchConflict`] unless the rows can be changed.
    pub fn row_changed(mut self, before: &RowState, after: &RowState, now: Timestamp) -> Result<Self, BatchConflict> {
        if !self.is_editable() {
            return Err(self.conflict("edited"));
        }
        self.counts.shift(before, after);
        let state = self.state.clone();
        Ok(self.stepped(state, now))
    }

    /// The officer submits the ready rows.
    ///
    /// # Errors
    ///
    /// [`BatchConflict`] unless the batch is a draft, dispatched or done, and has a ready row.
    pub fn submit(self, now: Timestamp) -> Result<Self, BatchConflict> {
        if !self.is_editable() || self.counts.ready == 0 {
            return Err(self.conflict("submitted"));
        }
        Ok(self.stepped(BatchState::Submitted { cursor: 0 }, now))
    }

    /// Rows up to `cursor` are dispatched. The counts are only updated by [`Batch::dispatched`].
    ///
    /// # Errors
    ///
    /// [`BatchConflict`] unless the batch is submitted.
    pub fn advanced(self, cursor: u32, now: Timestamp) -> Result<Self, BatchConflict> {
        match self.state {
            BatchState::Submitted { .. } => Ok(self.stepped(BatchState::Submitted { cursor }, now)),
            _ => Err(self.conflict("dispatched")),
        }
    }

    /// The officer discards the batch. Its sent rows stay sent.
    ///
    /// # Errors
    ///
    /// [`BatchConflict`] while its rows are being dispatched.
    pub fn reset(self, now: Timestamp) -> Result<Self, BatchConflict> {
        match self.state {
            BatchState::Reset => Ok(self),
            BatchState::Submitted { .. } => Err(self.conflict("reset")),
            _ => Ok(self.stepped(BatchState::Reset, now)),
        }
    }

    /// The same batch, kept for as long as `before`: what the service erases is not a change by the officer.
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
mod tests;

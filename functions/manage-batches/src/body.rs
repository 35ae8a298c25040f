//! Batches and rows in the form of the API.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use domain::{
    Field, FieldFault,
    batch::{
        AskedColumn, Batch, BatchState, Column, Counts, Duplicate, EncodingChoice, Held, Questions, RawRow, Reason,
        Repair, Row, RowState, Source, Warning, WorksheetChoice,
    },
    fields::Form,
    invite::{Invite, InviteState, Kind, Progress},
};
use serde::{Deserialize, Serialize};
use store::settings::MailSwitch;
use utoipa::ToSchema;
use web::{
    Problem,
    fields::{Beside, FieldJson, FormBody, WithFields, refuse_foreign},
    warning::WarningBody,
};

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchBody {
    pub(crate) id: String,
    /// How its rows come in: `upload`, `drop` or `paste`.
    source: &'static str,
    /// What its rows become when they are submitted.
    #[schema(value_type = web::invite::Kind)]
    kind: Kind,
    /// The name of the file, as the officer gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    file_name: Option<String>,
    /// `AWAITING_UPLOAD`, `PARSING`, `ASKING`, `DRAFT`, `SUBMITTED`, `DISPATCHED`, `DONE`, `UNREADABLE` or `RESET`.
    state: &'static str,
    /// Why the workbook cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<FaultBody>,
    /// What the reader has to ask about the file, in state `ASKING`; only where one batch is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    questions: Option<QuestionsBody>,
    counts: CountsBody,
    /// How many invites of the batch stand where, once it was submitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, u64>>)]
    progress: Option<BTreeMap<Progress, u64>>,
    /// Why no mail of the batch goes out now. Left out while mails go out, and when none is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    mail_hold: Option<MailHoldBody>,
    /// What the reader left out.
    notices: Vec<String>,
    created_at: String,
    updated_at: String,
    trace_id: String,
}

/// Why no mail goes out. Mails that are due go out by themselves later.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "state", rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum MailHoldBody {
    /// The mail service takes no mails of any officer before `until`.
    Paused { until: String },
    /// An operator stopped all mail, until an operator starts it again.
    Stopped,
}

/// How many rows stand where.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CountsBody {
    total: u32,
    ready: u32,
    needs_fixing: u32,
    duplicate: u32,
    removed: u32,
    sent: u32,
}

/// What is wrong with a whole file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FaultBody {
    code: String,
    detail: String,
}

/// One titled column of a workbook.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ColumnBody {
    #[schema(min_length = 1, max_length = 100)]
    title: String,
    /// Where it stands, from 1. It matters only when several columns have this title.
    #[schema(minimum = 1, maximum = 16_384)]
    column: u32,
    /// The field that it holds, such as `contactNumber`, or `fullName`; left out if it holds none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    field: Option<Held>,
}

/// What a reader has to ask about a file. Nothing of the file is on the list yet.
#[derive(Debug, Serialize, ToSchema)]
struct QuestionsBody {
    /// Why it has to ask; at least one.
    reasons: Vec<FaultBody>,
    /// Every visible column, with the field it was taken for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    columns: Vec<AskedColumnBody>,
    /// The required fields that no column holds. One of the two names is enough.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    missing: Vec<Field>,
    /// The worksheets of which one is the list.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    worksheets: Vec<WorksheetBody>,
    /// The ways in which the letters of a text file can be read, of which one is right.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    encodings: Vec<EncodingBody>,
    /// What the rows can become, if that has to be chosen: no column holds contact numbers, without which there is no
    /// account.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<web::invite::Kind>)]
    kinds: Vec<Kind>,
}

/// One column of the file, with texts of its cells.
#[derive(Debug, Serialize, ToSchema)]
struct AskedColumnBody {
    title: String,
    column: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    field: Option<Held>,
    /// At most three texts, of at most 60 characters each.
    samples: Vec<String>,
}

/// A way in which the letters of a text file can be read.
#[derive(Debug, Serialize, ToSchema)]
struct EncodingBody {
    /// Its name in the standard <https://encoding.spec.whatwg.org>.
    name: &'static str,
    /// A text of the file that is read so, of at most 60 characters.
    sample: String,
}

/// A worksheet that could be the list.
#[derive(Debug, Serialize, ToSchema)]
struct WorksheetBody {
    name: String,
    /// How many rows with a person it has.
    rows: u32,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RowBody {
    number: u32,
    /// The row of the spreadsheet, from 1.
    sheet_row: u32,
    /// `READY`, `NEEDS_FIXING`, `DUPLICATE`, `REMOVED` or `SENT`.
    state: &'static str,
    #[schema(value_type = FormBody)]
    values: Form,
    errors: Vec<RowError>,
    /// What is used otherwise than it was typed: spaces cut off, a country code put back, `N/A` left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    repairs: Vec<RepairBody>,
    /// What is not wrong with the address, and should be looked at before the row is submitted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<WarningBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duplicate: Option<DuplicateBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invite: Option<RowInvite>,
    /// To be sent back in `If-Match`.
    etag: String,
}

/// The fields of the body, with the rest of it in `Guesses`.
pub(crate) type NewRow = WithFields<Guesses>;

/// The text of a row as a person types it; an absent field is an empty one.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRow)]
pub(crate) struct Guesses {
    /// The fields whose text is a guess, such as `firstName` and `lastName` of a whole name that was split.
    #[schema(value_type = Vec<String>)]
    #[serde(default)]
    guessed: BTreeSet<Field>,
}

impl Beside for Guesses {
    const JSON: FieldJson = FieldJson::Text;

    fn has(_: Field) -> bool {
        true
    }
}

/// The row that a reader would create from it.
pub(crate) fn raw_row(mut new: NewRow) -> RawRow {
    let guessed = std::mem::take(&mut new.rest.guessed);
    let mut raw = RawRow::from(new.form());
    raw.guessed = guessed;
    raw
}

/// Checks that no row of a body has a text in a field that invites of this kind do not have.
///
/// # Errors
///
/// [`Problem`] that names such fields, at most 100.
pub(crate) fn refuse_foreign_rows(kind: Kind, rows: &[NewRow]) -> Result<(), Problem> {
    refuse_foreign(kind, (0..).zip(rows).map(|(at, row)| (format!("/rows/{at}"), row)))
}

/// One thing to fix in a row.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RowError {
    /// Where, as a JSON pointer into `values`.
    pointer: String,
    field: &'static str,
    /// The title of the column.
    column: &'static str,
    pub(crate) code: &'static str,
    #[schema(value_type = String)]
    detail: Cow<'static, str>,
    /// The other row, where the two contradict each other.
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<u32>,
}

/// A field that is used otherwise than it was typed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RepairBody {
    field: &'static str,
    /// What is used; empty where the text is left out.
    value: String,
    /// Present where it is a guess, such as a part of a whole name: somebody should check it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    guess: bool,
}

/// Why a row needs no invite.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DuplicateBody {
    /// `duplicate.row`, `duplicate.mailbox`, `duplicate.invited`, `duplicate.invitation-out`,
    /// `duplicate.invited-by-colleague`, `duplicate.invited-by-another`,
    /// `duplicate.username` or `duplicate.account`.
    pub(crate) code: &'static str,
    detail: String,
    /// The colleague who has invited the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "ada@example-agency.gov.sg")]
    colleague: Option<String>,
    /// The earlier row of the same person.
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<u32>,
}

/// The invite that a row became.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RowInvite {
    id: String,
    state: &'static str,
    /// The TechPass column of the status page.
    techpass: &'static str,
    /// The SEED column of the status page.
    seed: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<FaultBody>,
    trace_id: String,
}

impl BatchBody {
    /// A submitted batch, with how far its invites are.
    pub(crate) fn in_progress(batch: &Batch, progress: BTreeMap<Progress, u64>, mail: MailSwitch) -> Self {
        // An email invitation is queued until its mail is sent.
        let unsent: &[Progress] = match batch.kind() {
            Kind::Account => &[Progress::Mailing],
            Kind::Email => &[Progress::Queued, Progress::Mailing],
        };
        let is_due = unsent.iter().any(|due| progress.contains_key(due));
        let mail_hold = if is_due { MailHoldBody::new(mail) } else { None };
        Self { progress: Some(progress), mail_hold, ..Self::new(batch) }
    }

    /// A batch whose reader has to ask, with what it asks.
    pub(crate) fn asking(batch: &Batch, questions: &Questions) -> Self {
        Self { questions: Some(QuestionsBody::from(questions)), ..Self::new(batch) }
    }

    pub(crate) fn new(batch: &Batch) -> Self {
        let fault = match &batch.state {
            BatchState::Unreadable { code, detail } => Some(FaultBody { code: code.clone(), detail: detail.clone() }),
            _ => None,
        };
        Self {
            id: batch.id.to_string(),
            source: match batch.source {
                Source::Upload => "upload",
                Source::Drop => "drop",
                Source::Paste => "paste",
            },
            kind: batch.kind(),
            file_name: batch.file_name.clone(),
            state: batch.state_name(),
            fault,
            questions: None,
            counts: batch.counts.into(),
            progress: None,
            mail_hold: None,
            notices: batch.remarks.clone(),
            created_at: batch.created_at.to_string(),
            updated_at: batch.updated_at.to_string(),
            trace_id: batch.trace.to_string(),
        }
    }
}

impl MailHoldBody {
    fn new(switch: MailSwitch) -> Option<Self> {
        match switch {
            MailSwitch::Running => None,
            MailSwitch::Paused { until } => Some(Self::Paused { until: until.to_string() }),
            MailSwitch::Stopped => Some(Self::Stopped),
        }
    }
}

impl From<Counts> for CountsBody {
    fn from(counts: Counts) -> Self {
        let Counts { total, ready, needs_fixing, duplicate, removed, sent } = counts;
        Self { total, ready, needs_fixing, duplicate, removed, sent }
    }
}

impl RowBody {
    /// A row, with its invite if it became one.
    pub(crate) fn new(row: &Row, invite: Option<&Invite>, warnings: Vec<Warning>) -> Self {
        let duplicate = match &row.state {
            RowState::Duplicate { duplicate } => Some(DuplicateBody::from(duplicate)),
            _ => None,
        };
        let other = match row.state {
            RowState::Contradiction { number, .. } => Some(number),
            _ => None,
        };
        let errors = row.state.faults().iter().map(|fault| RowError::new(*fault, other)).collect();
        Self {
            number: row.number,
            sheet_row: row.sheet_row,
            state: row.state.name(),
            values: row.raw.form.clone(),
            errors,
            repairs: row.repairs().into_iter().map(RepairBody::from).collect(),
            warnings: warnings.into_iter().map(WarningBody::from).collect(),
            duplicate,
            invite: invite.map(RowInvite::from),
            etag: format!("\"{}\"", row.version),
        }
    }
}

impl From<&Questions> for QuestionsBody {
    fn from(questions: &Questions) -> Self {
        let Questions { reasons, columns, missing, worksheets, encodings, kinds } = questions;
        let column = |AskedColumn { column: Column { number, title, held }, samples }: &AskedColumn| AskedColumnBody {
            title: title.clone(),
            column: *number,
            field: *held,
            samples: samples.clone(),
        };
        let reason = |Reason { code, detail }: &Reason| FaultBody { code: code.clone(), detail: detail.clone() };
        let worksheet =
            |WorksheetChoice { name, rows }: &WorksheetChoice| WorksheetBody { name: name.clone(), rows: *rows };
        let encoding = |EncodingChoice { name, sample }: &EncodingChoice| EncodingBody {
            name: name.name(),
            sample: sample.clone(),
        };
        Self {
            reasons: reasons.iter().map(reason).collect(),
            columns: columns.iter().map(column).collect(),
            missing: missing.clone(),
            worksheets: worksheets.iter().map(worksheet).collect(),
            encodings: encodings.iter().map(encoding).collect(),
            kinds: kinds.clone(),
        }
    }
}

impl From<ColumnBody> for Column {
    fn from(ColumnBody { title, column, field }: ColumnBody) -> Self {
        Self { number: column, title, held: field }
    }
}

impl From<Repair> for RepairBody {
    fn from(Repair { field, used, is_guess }: Repair) -> Self {
        Self { field: field.name(), value: used, guess: is_guess }
    }
}

impl RowError {
    fn new(found: FieldFault, row: Option<u32>) -> Self {
        let FieldFault { field, fault, .. } = found;
        Self {
            row,
            pointer: format!("/{}", field.name()),
            field: field.name(),
            column: field.title(),
            code: fault.code(),
            detail: found.detail(),
        }
    }
}

impl From<&Duplicate> for DuplicateBody {
    fn from(duplicate: &Duplicate) -> Self {
        let colleague = duplicate.colleague().map(|email| email.as_str().to_owned());
        Self { code: duplicate.code(), detail: duplicate.detail(), colleague, row: duplicate.row() }
    }
}

impl From<&Invite> for RowInvite {
    fn from(invite: &Invite) -> Self {
        let failure = match invite.state {
            InviteState::Failed { failure } => {
                Some(FaultBody { code: failure.code().to_owned(), detail: failure.detail().to_owned() })
            }
            _ => None,
        };
        Self {
            id: invite.id.to_string(),
            state: invite.state_name(),
            techpass: invite.techpass_status().label(),
            seed: invite.seed_status().label(),
            failure,
            trace_id: invite.trace.to_string(),
        }
    }
}

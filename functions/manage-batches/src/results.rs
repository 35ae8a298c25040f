//! Workbooks for the officer: the template, and the results of a batch.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::{
    FieldFault, Timestamp,
    batch::{Batch, Duplicate, Row, RowState},
    invite::InviteState,
};
use serde::Deserialize;
use sheet::ResultRow;
use utoipa::{IntoParams, ToSchema};
use web::{Path, Problem, Query, Reader, SignedIn, Slug, count_rows, reply};

use crate::{
    Deps, own_batch,
    rows::{Filter, Show, invite_of, invites_of},
};

/// The date inside the template, 2026-01-01. It is fixed, so that each download has the same bytes.
const TEMPLATE_DATE_MS: i64 = 1_767_225_600_000;

/// Rows that are read together.
const ROWS_TOGETHER: usize = 500;

/// Bytes of text of all rows together at most. An uploaded workbook has no more than 8 MiB.
const MOST_BYTES: usize = 32 << 20;

/// The workbook to fill in.
#[utoipa::path(get, path = "/api/template.xlsx", operation_id = "downloadTemplate", tag = "batches",
    security(("officer" = [])),
    responses((status = 200, description = "The workbook.",
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))]
pub(crate) async fn template(_officer: Reader) -> Result<Response, Problem> {
    let bytes = sheet::template(Timestamp::from_unix_ms(TEMPLATE_DATE_MS)).map_err(Problem::internal)?;
    reply::workbook("TechBiz User Batch Upload.xlsx", bytes)
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResultsQuery {
    /// `failed`: only rows that were not sent or whose invite failed; the file can be fixed and uploaded again.
    #[serde(default)]
    #[param(inline)]
    only: Option<OnlyResults>,
}

#[derive(Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OnlyResults {
    Failed,
}

/// What became of each row.
#[utoipa::path(get, path = "/api/batches/{id}/results.xlsx", operation_id = "downloadResults", tag = "batches",
    security(("officer" = [])),
    params(("id" = String, Path), ResultsQuery),
    responses((status = 200, description = "The workbook.",
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))]
pub(crate) async fn results(
    State(deps): State<Arc<Deps>>,
    SignedIn { officer, .. }: SignedIn,
    Path(id): Path<String>,
    Query(query): Query<ResultsQuery>,
) -> Result<Response, Problem> {
    let batch = own_batch(&deps, &officer, &id).await?;
    count_rows(&deps.store, &officer.id, batch.counts.total as usize, deps.clock.now()).await?;
    let rows = all_rows(&deps, &batch).await?;
    let invites = invites_of(&deps.store, &rows).await?;
    let outcomes: Vec<(&Row, Outcome)> = rows
        .iter()
        .map(|row| (row, Outcome::of(row, invite_of(row, &invites), batch.trace.as_str())))
        .filter(|(_, outcome)| query.only.is_none() || outcome.failed)
        .collect();
    let lines = outcomes.iter().map(|(row, outcome)| ResultRow {
        number: row.number,
        form: &row.raw.form,
        status: outcome.status,
        what_is_wrong: &outcome.what_is_wrong,
        trace_id: &outcome.trace,
    });
    let bytes = sheet::results(lines, deps.clock.now()).map_err(Problem::internal)?;
    reply::workbook("results.xlsx", bytes)
}

/// The rows of a batch that are not removed, as far as they fit into one answer and into memory.
async fn all_rows(deps: &Deps, batch: &Batch) -> Result<Vec<Row>, Problem> {
    let every = Filter { show: Show::All, code: None };
    let (mut rows, mut bytes) = (Vec::new(), 0);
    loop {
        let after = rows.last().map_or(0, |row: &Row| row.number);
        let more = every.rows(&deps.store, batch, after, ROWS_TOGETHER).await?;
        bytes += more.iter().map(Row::text_bytes).sum::<usize>();
        if bytes > MOST_BYTES {
            return Err(Problem::new(Slug::TooLarge)
                .detail("The texts of this list are too long for one workbook. Shorten them, or split the list."));
        }
        let is_last = more.len() < ROWS_TOGETHER;
        rows.extend(more);
        if is_last {
            return Ok(rows);
        }
    }
}

fn sentence(fault: &FieldFault) -> String {
    format!("{}: {}", fault.field.title(), fault.detail())
}

/// The result of one row.
struct Outcome {
    status: &'static str,
    what_is_wrong: String,
    trace: String,
    failed: bool,
}

/// Why a row is a duplicate, with the colleague whose invite is in the way.
fn explained(duplicate: &Duplicate) -> String {
    match duplicate.colleague() {
        Some(colleague) => format!("{} It was {}.", duplicate.detail(), colleague.as_str()),
        None => duplicate.detail(),
    }
}

impl Outcome {
    fn of(row: &Row, invite: Option<&domain::invite::Invite>, trace: &str) -> Self {
        let (status, what_is_wrong, failed) = match (&row.state, invite) {
            (RowState::Ready, _) => ("Ready", String::new(), false),
            (RowState::NeedsFixing { faults }, _) => {
                let sentences: Vec<String> = faults.iter().map(sentence).collect();
                ("Needs fixing", sentences.join(" "), true)
            }
            (RowState::Contradiction { fault, number }, _) => {
                ("Needs fixing", format!("{} It is row {number}.", sentence(fault)), true)
            }
            (RowState::Duplicate { duplicate }, _) => ("Duplicate", explained(duplicate), true),
            (RowState::Removed, _) => ("Removed", String::new(), false),
            (RowState::Sent { .. }, Some(invite)) => match invite.state {
                InviteState::Failed { failure } => {
                    (invite.techpass_status().label(), failure.detail().to_owned(), true)
                }
                _ => (invite.techpass_status().label(), String::new(), false),
            },
            // A row and its invite are written together, so this invite existed and was deleted.
            (RowState::Sent { .. }, None) => {
                ("Deleted", "Nothing is kept about this person any more.".to_owned(), false)
            }
        };
        let trace = invite.map_or(trace, |invite| invite.trace.as_str()).to_owned();
        Self { status, what_is_wrong, trace, failed }
    }
}

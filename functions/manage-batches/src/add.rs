//! Adds rows to an existing list.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode, response::Response};
use domain::batch::{Batch, MAX_ROWS, Row, read_more};
use serde::{Deserialize, Serialize};
use store::{MAX_UPDATE_ROUNDS, ROWS_PER_ADDITION, RequestOutcome, SavedAnswer, rows::KeyedRow};
use utoipa::ToSchema;
use web::{Asked, Keyed, Path, Problem, ProblemItem, ROWS_BODY_BYTES, SignedIn, Slug, reply};

use crate::{
    Deps,
    batches::answered,
    body::{CountsBody, NewRow, raw_row, refuse_foreign_rows},
    own_batch,
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MoreRows {
    /// 1 to 96 of them. A blank one is added too, to be filled in.
    #[schema(min_items = 1, max_items = 96)]
    rows: Vec<NewRow>,
}

/// The rows that were added.
#[derive(Debug, Serialize, ToSchema)]
struct AddedRows {
    /// Their numbers, in the order of the request.
    numbers: Vec<u32>,
    counts: CountsBody,
}

/// Add rows to the end of a list.
#[utoipa::path(post, path = "/api/batches/{id}/rows", operation_id = "addRows", tag = "batches",
    security(("officer" = [])),
    params(("id" = String, Path),
        ("Idempotency-Key" = String, Header, min_length = 1, max_length = 255, description = "A key of your choice; a \
            repeated request gets the first answer.")),
    request_body = MoreRows, responses((status = 201, description = "Added.", body = AddedRows)))]
pub(crate) async fn add(
    State(deps): State<Arc<Deps>>,
    Path(id): Path<String>,
    Keyed { signed_in: SignedIn { officer, rules }, asked, value }: Keyed<MoreRows, ROWS_BODY_BYTES>,
) -> Result<Response, Problem> {
    let request = match asked {
        Asked::Before(answer) => return Ok(reply::saved(answer)),
        Asked::Now(request) => request,
    };
    let rows = value.rows;
    let wrong = |code, detail| Problem::new(Slug::Validation).items([ProblemItem::new("/rows", code, detail)]);
    if rows.is_empty() {
        return Err(wrong("rows.empty", "Name at least one row."));
    }
    if rows.len() > ROWS_PER_ADDITION {
        return Err(wrong("rows.too-many", "Add at most 96 rows in one request."));
    }
    let keys = deps.secrets.keys().await.map_err(Problem::unavailable)?;
    for _ in 0..MAX_UPDATE_ROUNDS {
        let (now, batch) = (deps.clock.now(), own_batch(&deps, &officer, &id).await?);
        refuse_foreign_rows(batch.kind(), &rows)?;
        let (number, sheet_row) = follows(&batch, deps.store.find_row(batch.id, batch.counts.total).await?.as_ref());
        if usize::try_from(batch.counts.total).map_or(true, |total| total + rows.len() > MAX_ROWS) {
            return Err(wrong("rows.too-many", "A list holds at most 10,000 rows. Make another one."));
        }
        let read = |earlier: &[Row]| -> Vec<KeyedRow> {
            let raws = (sheet_row..).zip(rows.iter().cloned().map(raw_row));
            let read = read_more(earlier, number, raws, &batch.row_rules(&rules));
            read.into_iter().map(|row| KeyedRow::new(row, keys)).collect()
        };
        let earlier = deps.store.rows_of_people(&batch, &read(&[])).await?;
        let mut added = read(&earlier);
        deps.looks.mark_known(&deps.store, &mut added, &batch.officer, now).await?;
        let next = batch.to_value().rows_added(added.iter().map(|row| &row.row.state), now);
        let next = next.map_err(|_| Problem::new(Slug::StateConflict))?;
        let numbers = added.iter().map(|row| row.row.number).collect();
        let body = AddedRows { numbers, counts: next.counts.into() };
        let body = serde_json::to_string(&body).map_err(Problem::internal)?;
        let answer = SavedAnswer { status: StatusCode::CREATED.as_u16(), location: None, body };
        let request = request.clone().answered(answer.clone(), now);
        match deps.store.add_rows(&added, batch.becomes(next), &request).await? {
            RequestOutcome::LostRace => {}
            outcome => return answered(outcome, answer),
        }
    }
    Err(Problem::new(Slug::LostRace))
}

/// The number of the next row, and its row in the spreadsheet.
fn follows(batch: &Batch, last: Option<&Row>) -> (u32, u32) {
    let number = batch.counts.total + 1;
    let below = last.map_or(0, |row| row.sheet_row) + 1;
    (number, below.max(number))
}

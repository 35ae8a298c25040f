//! Creates, shows, submits and resets batches.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use domain::{
    BatchId, DomainRules,
    batch::{Answers, Batch, BatchState, Column, Counts, MAX_ROWS, RawRow, Source, read_all},
    fields::text,
    invite::Kind,
};
use queue::{QueueName, Wake};
use serde::{Deserialize, Serialize};
use store::{IdempotentRequest, MAX_UPDATE_ROUNDS, RequestOutcome, SavedAnswer, Updated, Written, rows::KeyedRow};
use utoipa::{IntoParams, ToSchema};
use web::{
    Asked, Cursors, IfNoneMatch, Json, Keyed, Limit, Path, Problem, ProblemItem, Query, ROWS_BODY_BYTES, Reader,
    SignedIn, Slug, Trace, count_rows, reply,
};

use crate::{
    Deps,
    body::{BatchBody, ColumnBody, NewRow, raw_row, refuse_foreign_rows},
    own_batch,
    uploads::UploadForm,
};

/// Seconds that a client waits before it asks for the progress again.
const LOOK_AGAIN: HeaderValue = HeaderValue::from_static("2");

/// A new batch: a workbook to be uploaded, or rows pasted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewBatch {
    /// The name of the file to be uploaded; shown, and used for nothing else.
    #[serde(default)]
    #[schema(max_length = 255)]
    file_name: Option<String>,
    /// What the columns of the workbook hold, where their titles do not tell: what was said of it counts more than what
    /// a title is known as.
    #[serde(default)]
    #[schema(max_items = 64)]
    columns: Vec<ColumnBody>,
    /// What the rows become. Without it, pasted rows become accounts, and a file that leaves it open is asked about.
    #[serde(default)]
    #[schema(value_type = Option<web::invite::Kind>)]
    kind: Option<Kind>,
    /// The rows, in place of a file: 1 to 10,000.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 10_000)]
    rows: Option<Vec<NewRow>>,
}

/// A batch that was made.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct NewBatchBody {
    batch_id: String,
    /// Where the workbook goes: a form to be posted within five minutes, the file as its last field `file`.
    #[serde(skip_serializing_if = "Option::is_none")]
    upload: Option<UploadForm>,
}

/// Create a batch for an upload, or of pasted rows.
#[utoipa::path(post, path = "/api/batches", operation_id = "createBatch", tag = "batches", security(("officer" = [])),
    request_body = NewBatch,
    params(("Idempotency-Key" = String, Header, min_length = 1, max_length = 255,
        description = "A key of your choice; a repeated request gets the first answer.")),
    responses((status = 201, description = "Made.", body = NewBatchBody)))]
pub(crate) async fn create(
    State(deps): State<Arc<Deps>>,
    Trace(trace): Trace,
    Keyed { signed_in: SignedIn { officer, rules }, asked, value }: Keyed<NewBatch, ROWS_BODY_BYTES>,
) -> Result<Response, Problem> {
    let request = match asked {
        Asked::Before(answer) => return Ok(reply::saved(answer)),
        Asked::Now(request) => request,
    };
    let now = deps.clock.now();
    let id = BatchId::generate(now, &deps.entropy);
    let file_name = match value.file_name.as_deref().map(|name| text::parse(name, 255)) {
        None | Some(Ok(None)) => None,
        Some(Ok(Some(name))) => Some(name),
        Some(Err(fault)) => return Err(wrong("/fileName", fault.code(), fault.detail())),
    };
    let columns = Column::parse_all(value.columns.into_iter().map(Column::from).collect());
    let columns =
        columns.map_err(|fault| wrong(&format!("/columns{}", fault.pointer()), fault.code(), fault.detail()))?;
    if value.rows.is_some() && !columns.is_empty() {
        return Err(wrong("/columns", "columns.not-for-rows", "Rows name their fields. Leave out the columns."));
    }
    if let Some(rows) = &value.rows {
        refuse_foreign_rows(value.kind.unwrap_or_default(), rows)?;
    }
    let source = if value.rows.is_some() { Source::Paste } else { Source::Upload };
    let answers = Answers::of_columns(columns).for_kind(value.kind);
    let batch = Batch::new(id, officer, source, now, trace).of_file(file_name, answers);
    let upload = value.rows.is_none().then(|| deps.uploads.form(&Batch::upload_key(id), now));
    let body = serde_json::to_string(&NewBatchBody { batch_id: id.to_string(), upload }).map_err(Problem::internal)?;
    // Relative to the request, so that it is correct behind any stage and any host.
    let location = Some(format!("batches/{id}"));
    let answer = SavedAnswer { status: StatusCode::CREATED.as_u16(), location, body };
    let request = request.answered(answer.clone(), now);
    let outcome = match value.rows {
        None => deps.store.create_requested_batch(&batch, &request).await?,
        Some(rows) => create_pasted(&deps, &rules, batch, rows, &request).await?,
    };
    answered(outcome, answer)
}

/// Creates a batch of pasted rows. It is not listed until its rows are stored. If they never are, it ends like a draft
/// that is not submitted, together with its rows.
async fn create_pasted(
    deps: &Deps,
    rules: &DomainRules,
    batch: Batch,
    rows: Vec<NewRow>,
    request: &IdempotentRequest,
) -> Result<RequestOutcome, Problem> {
    let is_too_long = rows.len() > MAX_ROWS;
    let raws: Vec<RawRow> = rows.into_iter().map(raw_row).filter(|raw| !raw.form.is_blank()).collect();
    if raws.is_empty() {
        return Err(wrong("/rows", "rows.empty", "There is no row with anything in it."));
    }
    if is_too_long {
        return Err(wrong("/rows", "rows.too-many", "Paste at most 10,000 rows; split the list."));
    }
    let (id, now) = (batch.id, batch.created_at);
    count_rows(&deps.store, &batch.officer.id, raws.len(), now).await?;
    let keys = deps.secrets.keys().await.map_err(Problem::unavailable)?;
    let rows = read_all((1..).zip(raws), &batch.row_rules(rules));
    let mut rows: Vec<KeyedRow> = rows.into_iter().map(|row| KeyedRow::new(row, keys)).collect();
    deps.looks.mark_known(&deps.store, &mut rows, &batch.officer, now).await?;
    let Written::Done(created) = deps.store.create_batch(&batch).await? else {
        return Ok(RequestOutcome::LostRace);
    };
    deps.store.write_rows(id, &rows).await?;
    let mut counts = Counts::default();
    for row in &rows {
        counts.add(&row.row.state);
    }
    let draft = created.to_value().parsed(counts, Vec::new(), now).map_err(Problem::internal)?;
    let outcome = deps.store.fill_batch(created.becomes(draft), request).await?;
    if outcome != RequestOutcome::Done
        && let Ok(unused) = created.to_value().reset(now)
    {
        // The same request was done at the same moment. If this write is lost too, the batch is erased like one whose
        // workbook never came.
        let _ = deps.store.write(created.becomes(unused)).await?;
    }
    Ok(outcome)
}

fn wrong(pointer: &str, code: &'static str, detail: &'static str) -> Problem {
    Problem::new(Slug::Validation).items([ProblemItem::new(pointer, code, detail)])
}

/// The answer to a request that creates something.
pub(crate) fn answered(outcome: RequestOutcome, answer: SavedAnswer) -> Result<Response, Problem> {
    match outcome {
        RequestOutcome::Done => Ok(reply::saved(answer)),
        RequestOutcome::Replay(first) => Ok(reply::saved(first)),
        RequestOutcome::KeyReused => Err(Problem::new(Slug::IdempotencyKeyReused)),
        RequestOutcome::LostRace => Err(Problem::new(Slug::LostRace)),
    }
}

/// Which page of the batches.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    /// How many, 1 to 200.
    #[serde(default)]
    #[param(value_type = Option<u8>, minimum = 1, maximum = 200)]
    limit: Limit,
    /// The `nextCursor` of the page before.
    #[serde(default)]
    cursor: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct BatchPage {
    items: Vec<BatchBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// The officer's batches, the newest first.
#[utoipa::path(get, path = "/api/batches", operation_id = "listBatches", tag = "batches", security(("officer" = [])),
    params(ListQuery),
    responses((status = 200, description = "A page.", body = BatchPage)))]
pub(crate) async fn list(
    State(deps): State<Arc<Deps>>,
    Reader { officer, .. }: Reader,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let keys = deps.secrets.keys().await.map_err(Problem::unavailable)?;
    let cursors = Cursors::new(keys, &officer.id, "batches");
    let after = query.cursor.map(|cursor| cursors.open(&cursor)).transpose()?;
    let limit = u32::try_from(query.limit.get()).unwrap_or(u32::MAX);
    let (batches, next) = deps.store.list_batches(&officer.id, limit, after).await?;
    let shown = batches.iter().filter(|batch| batch.is_listed());
    let items = shown.map(|batch| BatchBody::new(batch)).collect();
    reply::json(StatusCode::OK, &BatchPage { items, next_cursor: next.map(|place| cursors.seal(&place)) })
}

/// One batch, with its progress.
#[utoipa::path(get, path = "/api/batches/{id}", operation_id = "showBatch", tag = "batches", security(("officer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, description = "The batch; `ETag` changes when anything of it does.", body = BatchBody,
        headers(("ETag" = String))),
        (status = 304, description = "Unchanged since `If-None-Match`.")))]
pub(crate) async fn find(
    State(deps): State<Arc<Deps>>,
    Reader { officer, .. }: Reader,
    known: IfNoneMatch,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let batch = own_batch(&deps, &officer, &id).await?;
    let body = match batch.state {
        BatchState::Submitted { .. } | BatchState::Dispatched { .. } | BatchState::Done => {
            let progress = deps.store.batch_progress(batch.id).await?;
            BatchBody::in_progress(&batch, progress, deps.store.mail_switch(deps.clock.now()).await?)
        }
        BatchState::Asking { ref questions, .. } => BatchBody::asking(&batch, questions),
        _ => BatchBody::new(&batch),
    };
    // Invites change without their batch, so the version of the batch cannot be the `ETag`.
    reply::compared(known, &body, &body)
}

/// Throw a batch away. What was sent stays sent.
#[utoipa::path(delete, path = "/api/batches/{id}", operation_id = "resetBatch", tag = "batches",
    security(("officer" = [])),
    params(("id" = String, Path)), responses((status = 204, description = "Gone.")))]
pub(crate) async fn reset(
    State(deps): State<Arc<Deps>>,
    SignedIn { officer, .. }: SignedIn,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let batch = own_batch(&deps, &officer, &id).await?;
    match deps.store.update(&batch.id, |batch: Batch| batch.reset(deps.clock.now()).map(Some)).await? {
        Updated::Done { .. } | Updated::Unchanged(_) => Ok(StatusCode::NO_CONTENT),
        Updated::Refused(_) => Err(Problem::new(Slug::StateConflict)),
        Updated::Missing => Err(Problem::new(Slug::NotFound)),
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Submission {
    /// `ready` submits what is ready and leaves the rest to be fixed; without it every row must be ready.
    #[serde(default)]
    only: Option<Only>,
}

#[derive(Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Only {
    Ready,
}

/// Hand the ready rows on. Doing it twice does it once.
#[utoipa::path(post, path = "/api/batches/{id}/submit", operation_id = "submitBatch", tag = "batches",
    security(("officer" = [])),
    params(("id" = String, Path)), request_body = Submission,
    responses((status = 202, description = "On its way; follow it at the batch.", body = BatchBody)))]
pub(crate) async fn submit(
    State(deps): State<Arc<Deps>>,
    SignedIn { officer, .. }: SignedIn,
    Path(id): Path<String>,
    Json { value, .. }: Json<Submission>,
) -> Result<Response, Problem> {
    // The batch also changes without its officer: its report is sent, its invites are counted.
    for _ in 0..MAX_UPDATE_ROUNDS {
        let batch = own_batch(&deps, &officer, &id).await?;
        if !batch.is_editable() || batch.counts.ready == 0 {
            return submitted_before(&deps, &batch).await;
        }
        if batch.counts.needs_fixing > 0 && value.only != Some(Only::Ready) {
            return Err(Problem::new(Slug::BatchHasErrors)
                .detail("Fix them, or submit the rows that are ready with {\"only\":\"ready\"}."));
        }
        let now = deps.clock.now();
        let usage = deps.store.find_usage(&officer.id).await?;
        let counted = usage.to_value().people(deps.cap, batch.counts.ready, now);
        let counted = usage.becomes(counted.map_err(|cap| Problem::cap_reached(&cap, now))?);
        let next = batch.to_value().submit(now).map_err(|_| Problem::new(Slug::StateConflict))?;
        if let Written::Done(next) = deps.store.write_both(batch.becomes(next), counted).await? {
            return dispatch(&deps, &next).await;
        }
    }
    Err(Problem::new(Slug::LostRace))
}

/// The answer when no row is ready: what was submitted before, or why nothing can be submitted.
async fn submitted_before(deps: &Deps, batch: &Batch) -> Result<Response, Problem> {
    match batch.state {
        // The request that submitted it may have ended before the wake-up call.
        BatchState::Submitted { .. } => dispatch(deps, batch).await,
        BatchState::Dispatched { .. } | BatchState::Done if batch.counts.needs_fixing == 0 => accepted(batch),
        BatchState::Draft | BatchState::Dispatched { .. } | BatchState::Done => Err(Problem::new(Slug::BatchEmpty)),
        BatchState::AwaitingUpload
        | BatchState::Parsing { .. }
        | BatchState::Asking { .. }
        | BatchState::Unreadable { .. }
        | BatchState::Reset => Err(Problem::new(Slug::StateConflict)),
    }
}

async fn dispatch(deps: &Deps, batch: &Batch) -> Result<Response, Problem> {
    deps.queues.wake(QueueName::Dispatch, &batch.officer.id, &[Wake::Batch { id: batch.id }]).await;
    accepted(batch)
}

pub(crate) fn accepted(batch: &Batch) -> Result<Response, Problem> {
    let mut response = reply::json(StatusCode::ACCEPTED, &BatchBody::new(batch))?.into_response();
    let headers = response.headers_mut();
    headers.insert(header::RETRY_AFTER, LOOK_AGAIN);
    if let Ok(location) = HeaderValue::try_from(format!("../{}", batch.id)) {
        headers.insert(header::LOCATION, location);
    }
    Ok(response)
}

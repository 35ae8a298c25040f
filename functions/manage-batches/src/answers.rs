//! Answers to what a reader asked about a file.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::{
    Field,
    batch::{Answers, Batch, Column},
    fields::{Alike, Form},
    invite::Kind,
};
use objects::Announcement;
use serde::Deserialize;
use store::Updated;
use utoipa::ToSchema;
use web::{
    Json, Path, Problem, ProblemItem, SignedIn, Slug,
    fields::{Beside, FieldJson, WithFields, refuse_foreign},
};

use crate::{
    Deps,
    batches::accepted,
    body::{BatchBody, ColumnBody},
    own_batch,
};

/// What an officer says about a file. What is left out is decided by the reader, or asked again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswersBody {
    /// What the columns hold; one without a field is left out.
    #[serde(default)]
    #[schema(max_items = 64)]
    columns: Vec<ColumnBody>,
    /// One text for every row, in each field that no column holds.
    #[serde(default)]
    values: Option<ValuesBody>,
    /// The name of the worksheet with the list.
    #[serde(default)]
    #[schema(max_length = 100)]
    worksheet: Option<String>,
    /// How the letters of a text file are to be read: one of the encodings that are asked about.
    #[serde(default)]
    #[schema(max_length = 100)]
    encoding: Option<String>,
    /// What the rows become, as for a new batch.
    #[serde(default)]
    #[schema(value_type = Option<web::invite::Kind>)]
    kind: Option<Kind>,
}

/// The fields of the body, with the rest of it in `AlikeForAll`.
type ValuesBody = WithFields<AlikeForAll>;

/// The fields that many people have alike.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ValuesBody)]
pub(crate) struct AlikeForAll {}

impl Beside for AlikeForAll {
    const JSON: FieldJson = FieldJson::Nullable;

    fn has(field: Field) -> bool {
        matches!(field.spec().alike, Alike::Rows | Alike::Everywhere)
    }
}

/// Answer what the reader asked about the file of a batch. The stored file is read again.
#[utoipa::path(post, path = "/api/batches/{id}/answers", operation_id = "answerQuestions", tag = "batches",
    security(("officer" = [])),
    params(("id" = String, Path)), request_body = AnswersBody,
    responses((status = 202, description = "The file is read again; follow it at the batch.", body = BatchBody)))]
pub(crate) async fn answer(
    State(deps): State<Arc<Deps>>,
    SignedIn { officer, .. }: SignedIn,
    Path(id): Path<String>,
    Json { value, .. }: Json<AnswersBody>,
) -> Result<Response, Problem> {
    let columns = value.columns.into_iter().map(Column::from).collect();
    let (worksheet, encoding) = (value.worksheet.as_deref(), value.encoding.as_deref());
    refuse_foreign(value.kind.unwrap_or_default(), value.values.iter().map(|values| ("/values".to_owned(), values)))?;
    let values = value.values.map_or_else(Form::default, ValuesBody::form);
    let answers = Answers::parse(columns, values, worksheet, encoding).map_err(|fault| {
        Problem::new(Slug::Validation).items([ProblemItem::new(fault.pointer(), fault.code(), fault.detail())])
    })?;
    let answers = answers.for_kind(value.kind);
    let batch = own_batch(&deps, &officer, &id).await?;
    let again = |batch: Batch| batch.answered(answers.clone(), deps.clock.now()).map(Some);
    let batch = match deps.store.update(&batch.id, again).await? {
        Updated::Done { after, .. } => after,
        Updated::Unchanged(batch) => batch,
        Updated::Refused(_) => return Err(Problem::new(Slug::StateConflict)),
        Updated::Missing => return Err(Problem::new(Slug::NotFound)),
    };
    announce(&deps, &batch).await;
    accepted(&batch)
}

/// Has the workbook of a batch read again. If the message is lost, `maintain` announces the workbook within minutes.
async fn announce(deps: &Deps, batch: &Batch) {
    let Some(object) = batch.to_be_read() else { return };
    let text = Announcement::of(&deps.uploads.bucket, object).to_text();
    if let Err(error) = deps.queues.announce(&[text]).await {
        tracing::warn!(batch_id = %batch.id, trace_id = %batch.trace, %error, "the workbook is announced later");
    }
}

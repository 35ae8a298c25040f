//! Changes and removes rows: one, or many.
//!
//! Every change is checked with the rules of the API. It is written together with the counts of its batch, over the
//! versions that were read. Changing or removing a row also frees the rows that depend on it: its duplicates, and the
//! rows that contradict it.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use axum::{extract::State, http::StatusCode, response::Response};
use domain::{
    DomainRules, Field, Keys, Officer,
    batch::{Batch, ROWS_PER_REMOVAL, RowState},
    fields::Alike,
};
use serde::{Deserialize, Serialize};
use store::{MAX_UPDATE_ROUNDS, Store, Stored, rows::ROWS_PER_CHANGE};
use utoipa::ToSchema;
use web::{
    GATEWAY_WAIT, IfMatch, Json, Path, Problem, ProblemItem, SignedIn, Slug, count_rows,
    fields::{Beside, FieldJson, WithFields, refuse_foreign},
    reply,
};

use crate::{
    Deps,
    body::{CountsBody, RowBody},
    editor::Editor,
    own_batch,
    rows::{Filter, Show},
    warnings,
};

/// The fields of the body, with the rest of it in `AnyField`.
type RowPatch = WithFields<AnyField>;

/// What is typed into a row anew. What is not named stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RowPatch)]
pub(crate) struct AnyField {}

impl Beside for AnyField {
    const JSON: FieldJson = FieldJson::Nullable;

    fn has(_: Field) -> bool {
        true
    }
}

/// A row that was changed, with the counts of its batch.
#[derive(Debug, Serialize, ToSchema)]
struct ChangedRow {
    row: RowBody,
    counts: CountsBody,
}

/// Change a row; it is checked again at once.
#[utoipa::path(patch, path = "/api/batches/{id}/rows/{number}", operation_id = "changeRow", tag = "batches",
    security(("officer" = [])),
    params(("id" = String, Path), ("number" = u32, Path), ("If-Match" = String, Header,
        description = "The row's `etag`.")),
    request_body = RowPatch, responses((status = 200, description = "Changed.", body = ChangedRow)))]
pub(crate) async fn change(
    State(deps): State<Arc<Deps>>,
    SignedIn { officer, rules }: SignedIn,
    if_match: IfMatch,
    Path((id, number)): Path<(String, u32)>,
    Json { value, .. }: Json<RowPatch>,
) -> Result<Response, Problem> {
    let keys = deps.secrets.keys().await.map_err(Problem::unavailable)?;
    let mut raw = None;
    for _ in 0..MAX_UPDATE_ROUNDS {
        let batch = own_batch(&deps, &officer, &id).await?;
        refuse_foreign(batch.kind(), [(String::new(), &value)])?;
        let row = deps.store.find_row(batch.id, number).await?.ok_or_else(|| Problem::new(Slug::NotFound))?;
        if_match.check(row.version)?;
        let raw = raw.get_or_insert_with(|| {
            let mut raw = row.raw.clone();
            value.texts.iter().for_each(|(field, text)| raw.set(*field, text.clone()));
            raw
        });
        let editor = Editor::new(&deps, &rules, keys, &batch);
        if let Some((row, batch)) = editor.change(row, raw.clone()).await? {
            let warnings = warnings::of_rows(&deps, std::slice::from_ref(&row)).await?.pop().unwrap_or_default();
            let row = RowBody::new(&row, None, warnings);
            return reply::json(StatusCode::OK, &ChangedRow { row, counts: batch.counts.into() });
        }
    }
    Err(Problem::new(Slug::LostRace))
}

/// Take a row out. Doing it twice does it once.
#[utoipa::path(delete, path = "/api/batches/{id}/rows/{number}", operation_id = "removeRow", tag = "batches",
    security(("officer" = [])),
    params(("id" = String, Path), ("number" = u32, Path)), responses((status = 204, description = "Out.")))]
pub(crate) async fn remove(
    State(deps): State<Arc<Deps>>,
    SignedIn { officer, rules }: SignedIn,
    Path((id, number)): Path<(String, u32)>,
) -> Result<StatusCode, Problem> {
    let keys = deps.secrets.keys().await.map_err(Problem::unavailable)?;
    for _ in 0..MAX_UPDATE_ROUNDS {
        let batch = own_batch(&deps, &officer, &id).await?;
        let row = deps.store.find_row(batch.id, number).await?.ok_or_else(|| Problem::new(Slug::NotFound))?;
        if row.state == RowState::Removed {
            return Ok(StatusCode::NO_CONTENT);
        }
        if matches!(row.state, RowState::Sent { .. }) {
            return Err(Problem::new(Slug::StateConflict));
        }
        let editor = Editor::new(&deps, &rules, keys, &batch);
        let plan = editor.remove(&[row]).await?;
        editor.count(&plan).await?;
        if editor.write(plan, &mut BTreeSet::new()).await?.is_some() {
            return Ok(StatusCode::NO_CONTENT);
        }
    }
    Err(Problem::new(Slug::LostRace))
}

/// The fields of the body, with the rest of it in `AllButEmail`.
type ManyFields = WithFields<AllButEmail>;

/// The fields that many rows can be given at once.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ManyFields)]
pub(crate) struct AllButEmail {}

impl Beside for AllButEmail {
    const JSON: FieldJson = FieldJson::Nullable;

    fn has(field: Field) -> bool {
        field.spec().alike != Alike::Nowhere
    }
}

/// One change for many rows.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ManyPatch {
    rows: Chosen,
    set: ManyFields,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Chosen {
    /// As in the list of rows.
    #[serde(default)]
    show: Show,
    /// Only rows with an error of this code.
    #[serde(default)]
    code: Option<String>,
    /// Only rows of these numbers.
    #[serde(default)]
    numbers: Option<BTreeSet<u32>>,
    /// Only rows up to this number: the `next` of an answer that did not get to all.
    #[serde(default)]
    #[schema(minimum = 1)]
    up_to: Option<u32>,
}

/// How many rows were changed, with the counts of their batch.
#[derive(Debug, Serialize, ToSchema)]
struct ChangedRows {
    changed: usize,
    counts: CountsBody,
    /// Present if there was no time for all rows, which are changed from the last to the first. The same request with
    /// this as `upTo` goes on. A request for 500 rows or fewer gets to all of them, unless it sets what belongs to one
    /// person, such as the username: then each row is compared with the others again.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<u32>,
}

/// The fields that say who a row is for, of those that many rows can be given at once.
const WHO: [Field; 3] = [Field::Username, Field::FirstName, Field::LastName];

/// How long a request goes on to other rows.
const TIME_TO_CHANGE: Duration = Duration::from_secs(18);

/// Set the same texts in many rows.
#[utoipa::path(patch, path = "/api/batches/{id}/rows", operation_id = "changeRows", tag = "batches",
    security(("officer" = [])),
    params(("id" = String, Path)), request_body = ManyPatch,
    responses((status = 200, description = "Changed.", body = ChangedRows)))]
pub(crate) async fn change_many(
    State(deps): State<Arc<Deps>>,
    SignedIn { officer, rules }: SignedIn,
    Path(id): Path<String>,
    Json { value: ManyPatch { rows: chosen, set }, .. }: Json<ManyPatch>,
) -> Result<Response, Problem> {
    if set.texts.is_empty() {
        let item = ProblemItem::new("/set", "required", "Name at least one field to set.");
        return Err(Problem::new(Slug::Validation).items([item]));
    }
    let batch = own_batch(&deps, &officer, &id).await?;
    refuse_foreign(batch.kind(), [("/set".to_owned(), &set)])?;
    let texts: Vec<(Field, String)> = set.texts.into_iter().collect();
    let is_about_the_person = texts.iter().any(|(field, _)| WHO.contains(field));
    let Chosen { show, code, numbers, up_to } = chosen;
    let last = batch.counts.total.min(up_to.unwrap_or(u32::MAX));
    let numbers = match numbers {
        // For a request that only names rows, no other rows are read.
        Some(mut numbers) if show == Show::All && code.is_none() => {
            numbers.retain(|number| *number <= last);
            count_rows(&deps.store, &officer.id, numbers.len(), deps.clock.now()).await?;
            numbers
        }
        numbers => {
            count_rows(&deps.store, &officer.id, batch.counts.total as usize, deps.clock.now()).await?;
            let filter = Filter { show, code: code.as_deref() };
            let is_named = |number: &u32| numbers.as_ref().is_none_or(|numbers| numbers.contains(number));
            let mut chosen = filter.numbers(&deps.store, &batch).await?;
            chosen.retain(|number| *number <= last && is_named(number));
            chosen
        }
    };
    let change = if is_about_the_person { Change::Each(texts) } else { Change::Together(Together::Set(texts)) };
    let many = Many { deps: &deps, officer: &officer, rules: &rules, numbers, change };
    reply::json(StatusCode::OK, &many.run(&id).await?)
}

/// Which rows are to be taken out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ManyRemoved {
    /// 1 to 500 of them.
    #[schema(min_items = 1, max_items = 500)]
    numbers: BTreeSet<u32>,
}

/// Take many rows out. Doing it twice does it once.
#[utoipa::path(post, path = "/api/batches/{id}/rows/remove", operation_id = "removeRows", tag = "batches",
    security(("officer" = [])),
    params(("id" = String, Path)), request_body = ManyRemoved,
    responses((status = 200, description = "Out.", body = ChangedRows)))]
pub(crate) async fn remove_many(
    State(deps): State<Arc<Deps>>,
    SignedIn { officer, rules }: SignedIn,
    Path(id): Path<String>,
    Json { value: ManyRemoved { numbers }, .. }: Json<ManyRemoved>,
) -> Result<Response, Problem> {
    if !(1..=ROWS_PER_REMOVAL).contains(&numbers.len()) {
        let item = ProblemItem::new("/numbers", "numbers.number", "Name 1 to 500 rows.");
        return Err(Problem::new(Slug::Validation).items([item]));
    }
    own_batch(&deps, &officer, &id).await?;
    count_rows(&deps.store, &officer.id, numbers.len(), deps.clock.now()).await?;
    let many =
        Many { deps: &deps, officer: &officer, rules: &rules, numbers, change: Change::Together(Together::Remove) };
    reply::json(StatusCode::OK, &many.run(&id).await?)
}

/// What is done with many rows.
enum Change {
    Together(Together),
    /// Some fields get another text, row by row, because a row may be for somebody else then.
    Each(Vec<(Field, String)>),
}

/// What is done with some rows in one transaction.
enum Together {
    /// Some fields get another text, none of which says who a row is for.
    Set(Vec<(Field, String)>),
    Remove,
}

impl Change {
    /// How many rows are changed between two looks at the time.
    fn rows_at_once(&self) -> usize {
        match self {
            Self::Together(_) => ROWS_PER_CHANGE,
            Self::Each(_) => 1,
        }
    }

    /// How many rows a request gets to, however long it takes.
    fn rows_at_least(&self) -> usize {
        match self {
            Self::Together(_) => ROWS_PER_REMOVAL,
            Self::Each(_) => 1,
        }
    }
}

/// One change of many rows.
struct Many<'a> {
    deps: &'a Deps,
    officer: &'a Officer,
    rules: &'a DomainRules,
    numbers: BTreeSet<u32>,
    change: Change,
}

impl Many<'_> {
    /// Changes the named rows of batch `id` that are neither sent nor removed, in several transactions. A repeated
    /// request finishes what an earlier one began.
    async fn run(&self, id: &str) -> Result<ChangedRows, Problem> {
        let Self { deps, officer, numbers, .. } = self;
        let keys = deps.secrets.keys().await.map_err(Problem::unavailable)?;
        let mut batch = own_batch(deps, officer, id).await?;
        let mut written = BTreeSet::new();
        // From the last to the first, because a row usually depends on an earlier one.
        let numbers: Vec<u32> = numbers.iter().rev().copied().collect();
        let began = deps.clock.now();
        let mut next = None;
        let at_once = self.change.rows_at_once();
        for (done, some) in numbers.chunks(at_once).enumerate() {
            let now = deps.clock.now();
            if now >= began + TIME_TO_CHANGE && done * at_once >= self.change.rows_at_least() {
                next = some.first().copied();
                break;
            }
            let store = deps.store.until(began + GATEWAY_WAIT, now);
            batch = match &self.change {
                Change::Each(texts) => self.change_each(&store, batch, some, texts, &mut written).await?,
                Change::Together(change) => self.change(&store, batch, some, keys, change, &mut written).await?,
            };
        }
        let changed = numbers.iter().filter(|number| written.contains(number)).count();
        Ok(ChangedRows { changed, counts: batch.counts.into(), next })
    }

    /// Changes `some` of the rows. Returns the batch after that.
    async fn change(
        &self,
        store: &Store,
        mut batch: Stored<Batch>,
        some: &[u32],
        keys: &Keys,
        change: &Together,
        written: &mut BTreeSet<u32>,
    ) -> Result<Stored<Batch>, Problem> {
        let Self { deps, officer, rules, .. } = self;
        for _ in 0..MAX_UPDATE_ROUNDS {
            let mut rows = store.find_rows(batch.id, some).await?;
            rows.retain(|row| !matches!(row.state, RowState::Sent { .. } | RowState::Removed));
            let editor = Editor::new(deps, rules, keys, &batch).with(store);
            let plan = match change {
                Together::Set(fields) => editor.set(&rows, fields).await?,
                Together::Remove => editor.remove(&rows).await?,
            };
            if let Some(next) = editor.write(plan, written).await? {
                return Ok(next);
            }
            batch = own_batch(deps, officer, &batch.id.to_string()).await?;
        }
        Err(Problem::new(Slug::LostRace))
    }

    /// Gives each of `some` rows these texts, and compares it with the others. A row that has them already is left
    /// alone. Returns the batch after that.
    async fn change_each(
        &self,
        store: &Store,
        mut batch: Stored<Batch>,
        some: &[u32],
        texts: &[(Field, String)],
        written: &mut BTreeSet<u32>,
    ) -> Result<Stored<Batch>, Problem> {
        for number in some {
            if let Some(next) = self.change_one(store, &batch, *number, texts).await? {
                written.insert(*number);
                batch = next;
            }
        }
        Ok(batch)
    }

    /// Gives one row these texts. `None`: it has them, is sent or removed, or is not there.
    async fn change_one(
        &self,
        store: &Store,
        batch: &Stored<Batch>,
        number: u32,
        texts: &[(Field, String)],
    ) -> Result<Option<Stored<Batch>>, Problem> {
        let Self { deps, officer, rules, .. } = self;
        let keys = deps.secrets.keys().await.map_err(Problem::unavailable)?;
        let mut batch = batch.clone();
        for _ in 0..MAX_UPDATE_ROUNDS {
            let Some(row) = store.find_row(batch.id, number).await? else { return Ok(None) };
            let is_over = matches!(row.state, RowState::Sent { .. } | RowState::Removed);
            let mut raw = row.raw.clone();
            texts.iter().for_each(|(field, text)| raw.set(*field, text.clone()));
            if is_over || raw == row.raw {
                return Ok(None);
            }
            if let Some((_, next)) = Editor::new(deps, rules, keys, &batch).with(store).change(row, raw).await? {
                return Ok(Some(next));
            }
            batch = own_batch(deps, officer, &batch.id.to_string()).await?;
        }
        Err(Problem::new(Slug::LostRace))
    }
}

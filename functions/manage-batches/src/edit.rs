//! Mending rows: one, many, or away with one.
//!
//! Every change is checked with the rules of the API and written together with the counts of its batch, over the versions
//! that were read. Whoever mends or removes a row also frees the rows that were doubles of it.

use std::{collections::BTreeSet, sync::Arc};

use axum::{extract::State, http::StatusCode, response::Response};
use domain::{
    DomainRules, Field, Keys, Officer, Timestamp,
    batch::Batch,
    invite::InviteState,
    row::{Duplicate, RawRow, Row, RowState},
};
use serde::{Deserialize, Serialize};
use store::{
    Store, StoreError, Written,
    batches::{KeyedRow, ROWS_PER_CHANGE},
};
use utoipa::ToSchema;
use web::{IfMatch, Json, Path, Problem, ProblemItem, SignedIn, Slug, reply};

use crate::{
    Deps, MAX_ROWS, REPEATS,
    body::{CountsBody, RowBody},
    own_batch,
    rows::{Filter, Show, invite_id},
};

/// New text for some fields of a row.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct RowPatch {
    email: Option<String>,
    username: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    country_code: Option<String>,
    contact_number: Option<String>,
    organisation: Option<String>,
    department: Option<String>,
    /// Yes or no.
    seed: Option<String>,
    reason: Option<String>,
}

impl RowPatch {
    fn apply(self, raw: &mut RawRow) {
        let fields = [
            (Field::Email, self.email),
            (Field::Username, self.username),
            (Field::FirstName, self.first_name),
            (Field::LastName, self.last_name),
            (Field::CountryCode, self.country_code),
            (Field::ContactNumber, self.contact_number),
            (Field::Organisation, self.organisation),
            (Field::Department, self.department),
            (Field::Seed, self.seed),
            (Field::Reason, self.reason),
        ];
        for (field, text) in fields {
            if let Some(text) = text {
                raw.set(field, text);
            }
        }
    }
}

/// A row that was changed, with the counts of its batch.
#[derive(Debug, Serialize, ToSchema)]
struct ChangedRow {
    row: RowBody,
    counts: CountsBody,
}

/// Change a row; it is checked again at once.
#[utoipa::path(patch, path = "/api/batches/{id}/rows/{number}", operation_id = "changeRow", tag = "batches", security(("officer" = [])),
    params(("id" = String, Path), ("number" = u32, Path), ("If-Match" = String, Header, description = "The row's `etag`.")),
    request_body = RowPatch, responses((status = 200, description = "Changed.", body = ChangedRow)))]
pub(crate) async fn change(
    State(deps): State<Arc<Deps>>,
    SignedIn { officer, rules }: SignedIn,
    if_match: IfMatch,
    Path((id, number)): Path<(String, u32)>,
    Json { value, .. }: Json<RowPatch>,
) -> Result<Response, Problem> {
    let keys = deps.secrets.keys().await.map_err(Problem::unavailable)?;
    let mut patch = Some(value);
    let mut raw = None;
    for _ in 0..REPEATS {
        let batch = own_batch(&deps, &officer, &id).await?;
        let row = deps.store.find_row(batch.id, number).await?.ok_or_else(|| Problem::new(Slug::NotFound))?;
        if_match.check(row.version)?;
        let raw = raw.get_or_insert_with(|| {
            let mut raw = row.raw.clone();
            patch.take().unwrap_or_default().apply(&mut raw);
            raw
        });
        let editor = Editor { store: &deps.store, rules: &rules, keys, batch: &batch, now: deps.clock.now() };
        if let Some((row, batch)) = editor.change(row, raw.clone()).await? {
            return reply::json(
                StatusCode::OK,
                &ChangedRow { row: RowBody::new(&row, None), counts: batch.counts.into() },
            );
        }
    }
    Err(Problem::new(Slug::LostRace))
}

/// Take a row out. Doing it twice does it once.
#[utoipa::path(delete, path = "/api/batches/{id}/rows/{number}", operation_id = "removeRow", tag = "batches", security(("officer" = [])),
    params(("id" = String, Path), ("number" = u32, Path)), responses((status = 204, description = "Out.")))]
pub(crate) async fn remove(
    State(deps): State<Arc<Deps>>,
    SignedIn { officer, rules }: SignedIn,
    Path((id, number)): Path<(String, u32)>,
) -> Result<StatusCode, Problem> {
    let keys = deps.secrets.keys().await.map_err(Problem::unavailable)?;
    for _ in 0..REPEATS {
        let batch = own_batch(&deps, &officer, &id).await?;
        let row = deps.store.find_row(batch.id, number).await?.ok_or_else(|| Problem::new(Slug::NotFound))?;
        if row.state == RowState::Removed {
            return Ok(StatusCode::NO_CONTENT);
        }
        if matches!(row.state, RowState::Sent { .. }) {
            return Err(Problem::new(Slug::StateConflict));
        }
        let editor = Editor { store: &deps.store, rules: &rules, keys, batch: &batch, now: deps.clock.now() };
        let changes = editor.remove(&[row], &BTreeSet::from([number])).await?;
        if editor.write(&changes).await?.is_some() {
            return Ok(StatusCode::NO_CONTENT);
        }
    }
    Err(Problem::new(Slug::LostRace))
}

/// One change for many rows.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ManyPatch {
    rows: Chosen,
    set: ManyFields,
}

/// Which rows.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
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
}

/// The fields that can be the same for many.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ManyFields {
    #[serde(default)]
    country_code: Option<String>,
    #[serde(default)]
    organisation: Option<String>,
    #[serde(default)]
    department: Option<String>,
    /// Yes or no.
    #[serde(default)]
    seed: Option<String>,
    #[serde(default)]
    reason: Option<String>,
}

/// How many rows were changed, with the counts of their batch.
#[derive(Debug, Serialize, ToSchema)]
struct ChangedRows {
    changed: usize,
    counts: CountsBody,
}

/// Change many rows alike.
#[utoipa::path(patch, path = "/api/batches/{id}/rows", operation_id = "changeRows", tag = "batches", security(("officer" = [])),
    params(("id" = String, Path)), request_body = ManyPatch,
    responses((status = 200, description = "Changed.", body = ChangedRows)))]
pub(crate) async fn change_many(
    State(deps): State<Arc<Deps>>,
    SignedIn { officer, rules }: SignedIn,
    Path(id): Path<String>,
    Json { value: ManyPatch { rows: chosen, set }, .. }: Json<ManyPatch>,
) -> Result<Response, Problem> {
    let fields = [
        (Field::CountryCode, set.country_code),
        (Field::Organisation, set.organisation),
        (Field::Department, set.department),
        (Field::Seed, set.seed),
        (Field::Reason, set.reason),
    ];
    let fields: Vec<(Field, String)> =
        fields.into_iter().filter_map(|(field, text)| text.map(|text| (field, text))).collect();
    if fields.is_empty() {
        let item = ProblemItem::new("/set", "required", "Name at least one field to set.");
        return Err(Problem::new(Slug::Validation).items([item]));
    }
    let batch = own_batch(&deps, &officer, &id).await?;
    let Chosen { show, code, numbers } = chosen;
    let numbers = match numbers {
        // Whoever names rows and nothing else needs no others read.
        Some(numbers) if show == Show::All && code.is_none() => {
            numbers.into_iter().filter(|number| *number <= batch.counts.total).collect()
        }
        numbers => {
            let filter = Filter { show, code: code.as_deref() };
            let rows = filter.rows(&deps.store, batch.id, 0, MAX_ROWS).await?;
            let is_named = |number: &u32| numbers.as_ref().is_none_or(|numbers| numbers.contains(number));
            rows.iter().map(|row| row.number).filter(is_named).collect()
        }
    };
    let many = Many { deps: &deps, officer: &officer, rules: &rules, numbers, change: Change::Set(fields) };
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

/// Rows that one request takes out at the most.
const REMOVED_MOST: usize = 500;

/// Take many rows out. Doing it twice does it once.
#[utoipa::path(post, path = "/api/batches/{id}/rows/remove", operation_id = "removeRows", tag = "batches", security(("officer" = [])),
    params(("id" = String, Path)), request_body = ManyRemoved,
    responses((status = 200, description = "Out.", body = ChangedRows)))]
pub(crate) async fn remove_many(
    State(deps): State<Arc<Deps>>,
    SignedIn { officer, rules }: SignedIn,
    Path(id): Path<String>,
    Json { value: ManyRemoved { numbers }, .. }: Json<ManyRemoved>,
) -> Result<Response, Problem> {
    if !(1..=REMOVED_MOST).contains(&numbers.len()) {
        let item = ProblemItem::new("/numbers", "numbers.number", "Name 1 to 500 rows.");
        return Err(Problem::new(Slug::Validation).items([item]));
    }
    let many = Many { deps: &deps, officer: &officer, rules: &rules, numbers, change: Change::Remove };
    reply::json(StatusCode::OK, &many.run(&id).await?)
}

/// What is done to many rows.
enum Change {
    /// Some fields get other text.
    Set(Vec<(Field, String)>),
    /// They are taken out.
    Remove,
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
    /// Changes those of batch `id` that are neither sent nor out, some at a time.
    async fn run(&self, id: &str) -> Result<ChangedRows, Problem> {
        let Self { deps, officer, rules, numbers, change } = self;
        let keys = deps.secrets.keys().await.map_err(Problem::unavailable)?;
        let mut batch = own_batch(deps, officer, id).await?;
        let mut changed = 0;
        for some in numbers.iter().copied().collect::<Vec<u32>>().chunks(ROWS_PER_CHANGE) {
            let mut repeats = 0;
            batch = loop {
                let mut rows = deps.store.find_rows(batch.id, some).await?;
                rows.retain(|row| !matches!(row.state, RowState::Sent { .. } | RowState::Removed));
                let editor = Editor { store: &deps.store, rules, keys, batch: &batch, now: deps.clock.now() };
                let changes = match change {
                    Change::Set(fields) => editor.set(&rows, fields).await?,
                    Change::Remove => editor.remove(&rows, numbers).await?,
                };
                if let Some(next) = editor.write(&changes).await? {
                    changed += rows.len();
                    break next;
                }
                repeats += 1;
                if repeats >= REPEATS {
                    return Err(Problem::new(Slug::LostRace));
                }
                batch = own_batch(deps, officer, id).await?;
            };
        }
        Ok(ChangedRows { changed, counts: batch.counts.into() })
    }
}

/// Changes rows of one batch as it was read.
struct Editor<'a> {
    store: &'a Store,
    rules: &'a DomainRules,
    keys: &'a Keys,
    batch: &'a Batch,
    now: Timestamp,
}

impl Editor<'_> {
    /// Gives `row` another text; `None` when the race was lost.
    async fn change(&self, row: Row, raw: RawRow) -> Result<Option<(Row, Batch)>, Problem> {
        let conflict = || Problem::new(Slug::StateConflict);
        let officer = &self.batch.officer.email;
        let next = match invite_id(&row) {
            None => row.clone().edited(raw, self.rules, officer),
            // A row whose invite failed can be mended and submitted again.
            Some(id) => match self.store.find_invite(id).await?.map(|invite| invite.state) {
                Some(InviteState::Failed { .. }) => row.clone().reopened(raw, self.rules, officer),
                _ => None,
            },
        };
        let mut placed = self.placed(vec![next.ok_or_else(conflict)?], &BTreeSet::new()).await?;
        let next = placed.pop().ok_or_else(conflict)?;
        let mut changes = vec![(row.clone(), next.clone())];
        if !next.is_known_as(&row) {
            let moved = BTreeSet::from([row.number]);
            changes.extend(self.freed(&[row], &moved, |double| !next.is_same_person(double)).await?);
        }
        Ok(self.write(&changes).await?.map(|batch| (next, batch)))
    }

    /// Gives `rows` other text in some fields, none of which makes a row somebody else: a double stays one.
    async fn set(&self, rows: &[Row], fields: &[(Field, String)]) -> Result<Vec<(Row, Row)>, StoreError> {
        let change = |row: &Row| {
            let mut raw = row.raw.clone();
            fields.iter().for_each(|(field, text)| raw.set(*field, text.clone()));
            let next = row.clone().edited(raw, self.rules, &self.batch.officer.email)?;
            let state = match (&row.state, next.state) {
                (RowState::Duplicate { duplicate }, RowState::Ready) => RowState::Duplicate { duplicate: *duplicate },
                (_, state) => state,
            };
            Some((row.clone(), Row { state, ..next }))
        };
        let changes: Vec<(Row, Row)> = rows.iter().filter_map(change).collect();
        // Nobody looked for the doubles of a row that needed fixing.
        let is_mended =
            |(before, after): &(Row, Row)| before.state != RowState::Ready && after.state == RowState::Ready;
        let (mended, mut changes): (Vec<_>, Vec<_>) = changes.into_iter().partition(is_mended);
        let (before, after): (Vec<Row>, Vec<Row>) = mended.into_iter().unzip();
        changes.extend(before.into_iter().zip(self.placed(after, &BTreeSet::new()).await?));
        Ok(changes)
    }

    /// Takes `rows` out. Their doubles take their places, but for those that are `leaving` themselves.
    async fn remove(&self, rows: &[Row], leaving: &BTreeSet<u32>) -> Result<Vec<(Row, Row)>, StoreError> {
        let removed = rows.iter().filter_map(|row| Some((row.clone(), row.clone().removed()?)));
        let mut changes: Vec<(Row, Row)> = removed.collect();
        changes.extend(self.freed(rows, leaving, |_| true).await?);
        Ok(changes)
    }

    /// What becomes of the doubles of `gone`, as far as they are free then: those that take their places first.
    async fn freed(
        &self,
        gone: &[Row],
        leaving: &BTreeSet<u32>,
        is_free: impl Fn(&Row) -> bool,
    ) -> Result<Vec<(Row, Row)>, StoreError> {
        let follows = |row: &Row| match row.state {
            RowState::Duplicate { duplicate: Duplicate::Row { number } } => gone.iter().any(|row| row.number == number),
            _ => false,
        };
        let keyed: Vec<KeyedRow> = gone.iter().map(|row| KeyedRow::new(row.clone(), self.keys)).collect();
        let mut free = self.store.rows_of_people(self.batch.id, &keyed).await?;
        free.retain(|row| follows(row) && !leaving.contains(&row.number) && is_free(row));
        let next = |row: &Row| row.clone().edited(row.raw.clone(), self.rules, &self.batch.officer.email);
        let (free, next): (Vec<Row>, Vec<Row>) =
            free.into_iter().filter_map(|row| Some((row.clone(), next(&row)?))).unzip();
        let mut freed: Vec<(Row, Row)> = free.into_iter().zip(self.placed(next, leaving).await?).collect();
        freed.sort_by_key(|(_, next)| is_double(next));
        Ok(freed)
    }

    /// Rows with new text, each marked when its person is there already: in another row that stands, an earlier one of
    /// these, an invite or an account. Rows that are `leaving` do not count, nor do doubles, which nobody sends.
    async fn placed(&self, rows: Vec<Row>, leaving: &BTreeSet<u32>) -> Result<Vec<Row>, StoreError> {
        let mut keyed: Vec<KeyedRow> = rows.into_iter().map(|row| KeyedRow::new(row, self.keys)).collect();
        let moved: BTreeSet<u32> = keyed.iter().map(|keyed| keyed.row.number).collect();
        let mut standing = self.store.rows_of_people(self.batch.id, &keyed).await?;
        standing.retain(|row| !moved.contains(&row.number) && !leaving.contains(&row.number) && !is_double(row));
        for KeyedRow { row, .. } in &mut keyed {
            match standing.iter().find(|other| other.is_same_person(row)) {
                Some(first) if row.state == RowState::Ready => {
                    row.state = RowState::Duplicate { duplicate: Duplicate::Row { number: first.number } };
                }
                _ => standing.push(row.clone()),
            }
        }
        self.store.mark_known(&mut keyed, self.now).await?;
        Ok(keyed.into_iter().map(|keyed| keyed.row).collect())
    }

    /// Writes rows and counts together, as many as a transaction holds at a time; the batch as it is then, or `None` when a
    /// race was lost.
    async fn write(&self, changes: &[(Row, Row)]) -> Result<Option<Batch>, Problem> {
        let mut batch = self.batch.clone();
        for some in changes.chunks(ROWS_PER_CHANGE) {
            let mut next = batch.clone();
            for (before, after) in some {
                next = next
                    .row_changed(&before.state, &after.state, self.now)
                    .map_err(|_| Problem::new(Slug::StateConflict))?;
            }
            let keyed = |(before, after): &(Row, Row)| (before.version, KeyedRow::new(after.clone(), self.keys));
            let rows: Vec<(u64, KeyedRow)> = some.iter().map(keyed).collect();
            match self.store.replace_rows(&rows, batch.version, &next).await? {
                Written::Done => batch = next,
                Written::LostRace => return Ok(None),
            }
        }
        Ok(Some(batch))
    }
}

/// Whether it stands behind another row of its list.
fn is_double(row: &Row) -> bool {
    matches!(row.state, RowState::Duplicate { duplicate: Duplicate::Row { .. } })
}

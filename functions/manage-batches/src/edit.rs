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
    let many = Many { deps: &deps, officer: &officer, rules: &rules, chosen: &chosen, change: &Change::Set(fields) };
    reply::json(StatusCode::OK, &many.run(&id).await?)
}

/// Which rows are to be taken out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ManyRemoved {
    rows: Chosen,
}

/// Take many rows out. Doing it twice does it once.
#[utoipa::path(post, path = "/api/batches/{id}/rows/remove", operation_id = "removeRows", tag = "batches", security(("officer" = [])),
    params(("id" = String, Path)), request_body = ManyRemoved,
    responses((status = 200, description = "Out.", body = ChangedRows)))]
pub(crate) async fn remove_many(
    State(deps): State<Arc<Deps>>,
    SignedIn { officer, rules }: SignedIn,
    Path(id): Path<String>,
    Json { value: ManyRemoved { rows: chosen }, .. }: Json<ManyRemoved>,
) -> Result<Response, Problem> {
    let many = Many { deps: &deps, officer: &officer, rules: &rules, chosen: &chosen, change: &Change::Remove };
    reply::json(StatusCode::OK, &many.run(&id).await?)
}

/// What is done to many rows.
enum Change {
    /// Some fields get other text.
    Set(Vec<(Field, String)>),
    /// They are taken out.
    Remove,
}

impl Change {
    /// How many rows change together at the most. Where doubles change as well, most of a transaction is left to them.
    fn rows_together(&self) -> usize {
        match self {
            Self::Set(_) => ROWS_PER_CHANGE,
            Self::Remove => ROWS_PER_CHANGE / 3,
        }
    }
}

/// One change of many rows.
struct Many<'a> {
    deps: &'a Deps,
    officer: &'a Officer,
    rules: &'a DomainRules,
    chosen: &'a Chosen,
    change: &'a Change,
}

impl Many<'_> {
    /// Changes those of batch `id` that are neither sent nor out, some at a time.
    async fn run(&self, id: &str) -> Result<ChangedRows, Problem> {
        let Self { deps, officer, rules, chosen, change } = self;
        let keys = deps.secrets.keys().await.map_err(Problem::unavailable)?;
        let mut batch = own_batch(deps, officer, id).await?;
        let filter = Filter { show: chosen.show, code: chosen.code.as_deref() };
        let mut rows = filter.rows(&deps.store, batch.id, 0, MAX_ROWS).await?;
        rows.retain(|row| chosen.numbers.as_ref().is_none_or(|numbers| numbers.contains(&row.number)));
        rows.retain(|row| !matches!(row.state, RowState::Sent { .. } | RowState::Removed));
        let meant: BTreeSet<u32> = rows.iter().map(|row| row.number).collect();
        for some in rows.chunks(change.rows_together()) {
            let mut repeats = 0;
            batch = loop {
                let editor = Editor { store: &deps.store, rules, keys, batch: &batch, now: deps.clock.now() };
                let changes = match change {
                    Change::Set(fields) => editor.set(some, fields),
                    Change::Remove => editor.remove(some, &meant).await?,
                };
                if let Some(next) = editor.write(&changes).await? {
                    break next;
                }
                repeats += 1;
                if repeats >= REPEATS {
                    return Err(Problem::new(Slug::LostRace));
                }
                batch = own_batch(deps, officer, id).await?;
            };
        }
        Ok(ChangedRows { changed: rows.len(), counts: batch.counts.into() })
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
        let next = self.marked(next.ok_or_else(conflict)?).await?;
        let mut changes = vec![(row.clone(), next.clone())];
        if !next.is_known_as(&row) {
            let is_free = |double: &Row| !next.is_same_person(double);
            self.free_doubles(std::slice::from_ref(&row), is_free, &mut changes).await?;
        }
        Ok(self.write(&changes).await?.map(|batch| (next, batch)))
    }

    /// The row, marked when its person is there already.
    async fn marked(&self, row: Row) -> Result<Row, StoreError> {
        let keyed = KeyedRow::new(row, self.keys);
        if keyed.row.state == RowState::Ready {
            let same = self.store.rows_of_people(self.batch.id, std::slice::from_ref(&keyed)).await?;
            let number = keyed.row.number;
            let follows = RowState::Duplicate { duplicate: Duplicate::Row { number } };
            if let Some(other) = same.iter().find(|other| other.number != number && other.state != follows) {
                let duplicate = Duplicate::Row { number: other.number };
                return Ok(Row { state: RowState::Duplicate { duplicate }, ..keyed.row });
            }
        }
        let mut rows = [keyed];
        self.store.mark_known(&mut rows, self.now).await?;
        let [KeyedRow { row, .. }] = rows;
        Ok(row)
    }

    /// Gives `rows` other text in some fields, none of which makes a row somebody else: a double stays one.
    fn set(&self, rows: &[Row], fields: &[(Field, String)]) -> Vec<(Row, Row)> {
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
        rows.iter().filter_map(change).collect()
    }

    /// Takes `rows` out. Their doubles take their places, but for those that are `leaving` themselves.
    async fn remove(&self, rows: &[Row], leaving: &BTreeSet<u32>) -> Result<Vec<(Row, Row)>, StoreError> {
        let mut changes: Vec<(Row, Row)> =
            rows.iter().filter_map(|row| Some((row.clone(), row.clone().removed()?))).collect();
        self.free_doubles(rows, |double| !leaving.contains(&double.number), &mut changes).await?;
        Ok(changes)
    }

    /// Adds what becomes of the doubles of rows that go away, or become somebody else, as far as they are free then: the
    /// first of each person takes its place, and the others follow that one.
    async fn free_doubles(
        &self,
        gone: &[Row],
        is_free: impl Fn(&Row) -> bool,
        changes: &mut Vec<(Row, Row)>,
    ) -> Result<(), StoreError> {
        let follows = |row: &Row| match row.state {
            RowState::Duplicate { duplicate: Duplicate::Row { number } } => gone.iter().any(|row| row.number == number),
            _ => false,
        };
        let keyed: Vec<KeyedRow> = gone.iter().map(|row| KeyedRow::new(row.clone(), self.keys)).collect();
        let same = self.store.rows_of_people(self.batch.id, &keyed).await?;
        let mut heirs: Vec<(Row, KeyedRow)> = Vec::new();
        let free = same.into_iter().filter(|row| follows(row) && is_free(row));
        for double in free.take(ROWS_PER_CHANGE - changes.len()) {
            if let Some((_, heir)) = heirs.iter().find(|(_, heir)| heir.row.is_same_person(&double)) {
                let follows = double.clone().duplicate_of(Duplicate::Row { number: heir.row.number });
                changes.push((double, follows));
            } else if let Some(next) = double.clone().edited(double.raw.clone(), self.rules, &self.batch.officer.email)
            {
                heirs.push((double, KeyedRow::new(next, self.keys)));
            }
        }
        let (doubles, mut freed): (Vec<Row>, Vec<KeyedRow>) = heirs.into_iter().unzip();
        self.store.mark_known(&mut freed, self.now).await?;
        changes.extend(doubles.into_iter().zip(freed.into_iter().map(|heir| heir.row)));
        Ok(())
    }

    /// Writes rows and counts together; the batch as it is then, or `None` when the race was lost.
    async fn write(&self, changes: &[(Row, Row)]) -> Result<Option<Batch>, Problem> {
        let mut next = self.batch.clone();
        for (before, after) in changes {
            next = next
                .row_changed(&before.state, &after.state, self.now)
                .map_err(|_| Problem::new(Slug::StateConflict))?;
        }
        let rows: Vec<(u64, KeyedRow)> =
            changes.iter().map(|(before, after)| (before.version, KeyedRow::new(after.clone(), self.keys))).collect();
        match self.store.replace_rows(&rows, self.batch.version, &next).await? {
            Written::Done => Ok(Some(next)),
            Written::LostRace => Ok(None),
        }
    }
}

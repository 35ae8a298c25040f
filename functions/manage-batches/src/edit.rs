//! Changes and removes rows: one, or many.
//!
//! Every change is checked with the rules of the API. It is written together with the counts of its batch, over the
//! versions that were read. Changing or removing a row also frees the rows that depend on it: its duplicates, and the
//! rows that contradict it.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use axum::{extract::State, http::StatusCode, response::Response};
use domain::{
    DomainRules, Field, Keys, Officer, Timestamp,
    batch::{Batch, ROWS_PER_REMOVAL, RawRow, Row, RowState},
    fields::Alike,
    invite::{Invite, InviteState},
};
use looks::{Looks, Reason};
use serde::{Deserialize, Serialize};
use store::{
    MAX_UPDATE_ROUNDS, Store, StoreError, Stored, Written,
    rows::{KeyedRow, ROWS_PER_CHANGE},
};
use utoipa::ToSchema;
use web::{
    GATEWAY_WAIT, IfMatch, Json, Path, Problem, ProblemItem, SignedIn, Slug, count_rows,
    fields::{Beside, FieldJson, WithFields},
    reply,
};

use crate::{
    Deps,
    body::{CountsBody, RowBody},
    own_batch,
    plan::{Plan, RowChange},
    rows::{Filter, Show},
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
        let row = deps.store.find_row(batch.id, number).await?.ok_or_else(|| Problem::new(Slug::NotFound))?;
        if_match.check(row.version)?;
        let raw = raw.get_or_insert_with(|| {
            let mut raw = row.raw.clone();
            value.texts.iter().for_each(|(field, text)| raw.set(*field, text.clone()));
            raw
        });
        let editor = Editor {
            store: &deps.store,
            looks: &deps.looks,
            rules: &rules,
            keys,
            batch: &batch,
            now: deps.clock.now(),
        };
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
        let editor = Editor {
            store: &deps.store,
            looks: &deps.looks,
            rules: &rules,
            keys,
            batch: &batch,
            now: deps.clock.now(),
        };
        let plan = editor.remove(&[row]).await?;
        editor.count(&plan).await?;
        if editor.write(plan, &mut BTreeSet::new()).await?.is_some() {
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

/// The fields of the body, with the rest of it in `AlikeInRows`.
type ManyFields = WithFields<AlikeInRows>;

/// The fields that can be the same for many.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ManyFields)]
pub(crate) struct AlikeInRows {}

impl Beside for AlikeInRows {
    const JSON: FieldJson = FieldJson::Nullable;

    fn has(field: Field) -> bool {
        field.spec().alike != Alike::Nowhere
    }
}

/// How many rows were changed, with the counts of their batch.
#[derive(Debug, Serialize, ToSchema)]
struct ChangedRows {
    changed: usize,
    counts: CountsBody,
    /// Present if there was no time for all rows, which are changed from the last to the first. The same request with
    /// this as `upTo` goes on. A request for 500 rows or fewer gets to all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<u32>,
}

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
    let fields: Vec<(Field, String)> = set.texts.into_iter().collect();
    if fields.is_empty() {
        let item = ProblemItem::new("/set", "required", "Name at least one field to set.");
        return Err(Problem::new(Slug::Validation).items([item]));
    }
    let batch = own_batch(&deps, &officer, &id).await?;
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
    let many = Many { deps: &deps, officer: &officer, rules: &rules, numbers, change: Change::Remove };
    reply::json(StatusCode::OK, &many.run(&id).await?)
}

/// What is done with many rows.
enum Change {
    /// Some fields get another text.
    Set(Vec<(Field, String)>),
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
        for (done, some) in numbers.chunks(ROWS_PER_CHANGE).enumerate() {
            let now = deps.clock.now();
            if now >= began + TIME_TO_CHANGE && done * ROWS_PER_CHANGE >= ROWS_PER_REMOVAL {
                next = some.first().copied();
                break;
            }
            let store = deps.store.until(began + GATEWAY_WAIT, now);
            batch = self.change(&store, batch, some, keys, &mut written).await?;
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
        written: &mut BTreeSet<u32>,
    ) -> Result<Stored<Batch>, Problem> {
        let Self { deps, officer, rules, change, .. } = self;
        for _ in 0..MAX_UPDATE_ROUNDS {
            let mut rows = store.find_rows(batch.id, some).await?;
            rows.retain(|row| !matches!(row.state, RowState::Sent { .. } | RowState::Removed));
            let editor = Editor { store, looks: &deps.looks, rules, keys, batch: &batch, now: deps.clock.now() };
            let plan = match change {
                Change::Set(fields) => editor.set(&rows, fields).await?,
                Change::Remove => editor.remove(&rows).await?,
            };
            if let Some(next) = editor.write(plan, written).await? {
                return Ok(next);
            }
            batch = own_batch(deps, officer, &batch.id.to_string()).await?;
        }
        Err(Problem::new(Slug::LostRace))
    }
}

/// Changes rows of one batch, over the version of it that was read.
struct Editor<'a> {
    store: &'a Store,
    looks: &'a Looks,
    rules: &'a DomainRules,
    keys: &'a Keys,
    batch: &'a Stored<Batch>,
    now: Timestamp,
}

impl Editor<'_> {
    /// Counts the change of one row as a request for many, if very many rows depend on it.
    async fn count(&self, plan: &Plan) -> Result<(), Problem> {
        if plan.rows() <= ROWS_PER_CHANGE {
            return Ok(());
        }
        count_rows(self.store, &self.batch.officer.id, plan.rows(), self.now).await
    }

    /// Sets the text of `row`. `None`: the race was lost.
    async fn change(&self, row: Row, raw: RawRow) -> Result<Option<(Row, Stored<Batch>)>, Problem> {
        let conflict = || Problem::new(Slug::StateConflict);
        let officer = &self.batch.officer.email;
        let mut plan = Plan::default();
        let next = match row.invite() {
            None => row.clone().edited(raw, self.rules, officer),
            // The officer can fix a row whose invite failed, and submit it again.
            Some(id) => {
                let failed = self.store.get::<Invite>(&id).await?;
                plan.released = failed.filter(|invite| matches!(invite.state, InviteState::Failed { .. }));
                plan.released.as_ref().and_then(|_| row.clone().reopened(raw, self.rules, officer))
            }
        };
        let mut placed = self.placed(vec![next.ok_or_else(conflict)?], &BTreeSet::new()).await?;
        let next = placed.pop().ok_or_else(conflict)?;
        let mut group = vec![(row.clone(), next.clone())];
        if !next.is_known_as(&row) {
            let resting = self.resting_on(std::slice::from_ref(&row)).await?;
            let (beside, free): (Vec<Row>, Vec<Row>) =
                resting.into_iter().partition(|other| other.beside(&next).is_some());
            plan.first = beside.into_iter().filter_map(|other| self.rested(other, &next)).collect();
            for change in self.freed(free, &BTreeSet::from([row.number])).await? {
                if change.1.state == RowState::Ready { group.push(change) } else { plan.first.push(change) }
            }
        }
        plan.then.push(group);
        self.count(&plan).await?;
        Ok(self.write(plan, &mut BTreeSet::new()).await?.map(|batch| (next, batch)))
    }

    /// Sets some fields of `rows`. These fields do not identify a person, so a row that depends on another still does.
    async fn set(&self, rows: &[Row], fields: &[(Field, String)]) -> Result<Plan, StoreError> {
        let change = |row: &Row| {
            let mut raw = row.raw.clone();
            fields.iter().for_each(|(field, text)| raw.set(*field, text.clone()));
            let next = row.clone().edited(raw, self.rules, &self.batch.officer.email)?;
            let state = match (&row.state, next.state) {
                (RowState::Duplicate { .. } | RowState::Contradiction { .. }, RowState::Ready) => row.state.clone(),
                (_, state) => state,
            };
            Some((row.clone(), Row { state, ..next }))
        };
        let changes: Vec<RowChange> = rows.iter().filter_map(change).collect();
        // A row that needed fixing was never compared with the other rows.
        let is_fixed = |(before, after): &RowChange| before.state != RowState::Ready && after.state == RowState::Ready;
        let (fixed, mut changes): (Vec<_>, Vec<_>) = changes.into_iter().partition(is_fixed);
        let (before, after): (Vec<Row>, Vec<Row>) = fixed.into_iter().unzip();
        changes.extend(before.into_iter().zip(self.placed(after, &BTreeSet::new()).await?));
        Ok(Plan { then: changes.into_iter().map(|change| vec![change]).collect(), ..Plan::default() })
    }

    /// Removes `rows`. The rows that depend on them become ready, or depend on one of those.
    async fn remove(&self, rows: &[Row]) -> Result<Plan, StoreError> {
        let leaving: BTreeSet<u32> = rows.iter().map(|row| row.number).collect();
        let mut resting = self.resting_on(rows).await?;
        resting.retain(|row| !leaving.contains(&row.number));
        let freed = self.freed(resting, &leaving).await?;
        let (takers, first): (Vec<RowChange>, Vec<RowChange>) =
            freed.into_iter().partition(|(_, after)| after.state == RowState::Ready);
        let mut groups: Vec<Vec<RowChange>> = Vec::with_capacity(rows.len());
        for row in rows {
            let Some(removed) = row.clone().removed() else { continue };
            let takes = |(before, _): &&RowChange| before.state.rests_on() == Some(row.number);
            groups.push(std::iter::once((row.clone(), removed)).chain(takers.iter().filter(takes).cloned()).collect());
        }
        // A row is removed before the row that it depends on.
        groups.sort_by_key(|group| {
            group.first().map(|(row, _)| (row.state.rests_on().is_none(), std::cmp::Reverse(row.number)))
        });
        Ok(Plan { first, then: groups, ..Plan::default() })
    }

    /// The rows that depend on one of `rows`.
    async fn resting_on(&self, rows: &[Row]) -> Result<Vec<Row>, StoreError> {
        let keyed: Vec<KeyedRow> = rows.iter().map(|row| KeyedRow::new(row.clone(), self.keys)).collect();
        let mut resting = self.store.rows_of_people(self.batch, &keyed).await?;
        let is_one = |number| rows.iter().any(|row| row.number == number);
        resting.retain(|row| row.state.rests_on().is_some_and(is_one));
        Ok(resting)
    }

    /// The change of a row that depends on another one, which is `next` now. `None`: it does not change.
    fn rested(&self, row: Row, next: &Row) -> Option<RowChange> {
        let state = row.beside(next).filter(|state| *state != row.state)?;
        let after = row.clone().edited(row.raw.clone(), self.rules, &self.batch.officer.email)?;
        // Its own faults come first. It is compared again once they are fixed.
        let state = if after.state == RowState::Ready { state } else { after.state.clone() };
        Some((row, Row { state, ..after }))
    }

    /// The changes of rows that depend on `leaving` ones: the first row of each person is free, and the others depend
    /// on it.
    async fn freed(&self, rows: Vec<Row>, leaving: &BTreeSet<u32>) -> Result<Vec<RowChange>, StoreError> {
        let next = |row: &Row| row.clone().edited(row.raw.clone(), self.rules, &self.batch.officer.email);
        let (rows, next): (Vec<Row>, Vec<Row>) =
            rows.into_iter().filter_map(|row| Some((row.clone(), next(&row)?))).unzip();
        Ok(rows.into_iter().zip(self.placed(next, leaving).await?).collect())
    }

    /// Rows with new text. A row is marked if its person has another row, which depends on none, an earlier one of
    /// these rows, an invite or an account. Rows that are `leaving` do not count.
    async fn placed(&self, rows: Vec<Row>, leaving: &BTreeSet<u32>) -> Result<Vec<Row>, StoreError> {
        let mut keyed: Vec<KeyedRow> = rows.into_iter().map(|row| KeyedRow::new(row, self.keys)).collect();
        let moved: BTreeSet<u32> = keyed.iter().map(|keyed| keyed.row.number).collect();
        let mut others = self.store.rows_of_people(self.batch, &keyed).await?;
        others.retain(|row| {
            !moved.contains(&row.number) && !leaving.contains(&row.number) && row.state.rests_on().is_none()
        });
        for KeyedRow { row, .. } in &mut keyed {
            match others.iter().find_map(|other| row.beside(other)) {
                Some(state) if row.state == RowState::Ready => row.state = state,
                _ => others.push(row.clone()),
            }
        }
        self.store
            .mark_known(&mut keyed, &self.batch.officer.id, self.now, async |live| {
                self.looks.again(live, Reason::Invited).await
            })
            .await?;
        Ok(keyed.into_iter().map(|keyed| keyed.row).collect())
    }

    /// Writes rows and counts together, as many as fit into one transaction each time, and adds the numbers of the rows
    /// to `written`. Returns the batch after that. `None`: a race was lost.
    async fn write(&self, plan: Plan, written: &mut BTreeSet<u32>) -> Result<Option<Stored<Batch>>, Problem> {
        let mut batch = self.batch.clone();
        let released = plan.released.clone();
        let transactions = plan.transactions();
        for (place, some) in transactions.iter().enumerate() {
            let mut next = batch.to_value();
            for (before, after) in some {
                next = next
                    .row_changed(&before.state, &after.state, self.now)
                    .map_err(|_| Problem::new(Slug::StateConflict))?;
            }
            let keyed = |(before, after): &RowChange| (before.version, KeyedRow::new(after.clone(), self.keys));
            let rows: Vec<(u64, KeyedRow)> = some.iter().map(keyed).collect();
            // The row that the invite belonged to is in the last group.
            let released = released.as_ref().filter(|_| place + 1 == transactions.len());
            let released = released.map(|invite| invite.becomes(invite.to_value().without_row(self.now)));
            match self.store.replace_rows(&rows, batch.becomes(next), released).await? {
                Written::Done(next) => batch = next,
                Written::LostRace => return Ok(None),
            }
            written.extend(some.iter().map(|(row, _)| row.number));
        }
        Ok(Some(batch))
    }
}

//! Pages of a batch's rows, with filters.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use axum::{extract::State, http::StatusCode, response::Response};
use domain::{
    InviteId,
    batch::{Batch, Row, RowState, RowStatus},
    invite::Invite,
};
use serde::{Deserialize, Serialize};
use store::{Store, StoreError};
use utoipa::{IntoParams, ToSchema};
use web::{Cursors, Limit, Path, Problem, Query, Reader, count_rows, reply};

use crate::{Deps, body::RowBody, own_batch, warnings};

/// Rows of a page at most, and of one request to the table: half a megabyte of them.
const MOST: usize = 500;

/// Bytes of a page at most, not counting its first row. Lambda answers with 6 MB, and base64 needs a third more.
const MOST_BYTES: usize = 3 * 1024 * 1024;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Show {
    /// Every row that was not removed.
    #[default]
    All,
    Ready,
    Errors,
    Duplicates,
    Sent,
    Removed,
}

impl Show {
    /// The status that the table filters by.
    fn status(self) -> Option<RowStatus> {
        match self {
            Self::All => None,
            Self::Ready => Some(RowStatus::Ready),
            Self::Errors => Some(RowStatus::NeedsFixing),
            Self::Duplicates => Some(RowStatus::Duplicate),
            Self::Sent => Some(RowStatus::Sent),
            Self::Removed => Some(RowStatus::Removed),
        }
    }

    fn shows(self, row: &Row) -> bool {
        self != Self::All || row.state != RowState::Removed
    }
}

/// Which page of which rows.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    #[serde(default)]
    #[param(inline)]
    show: Show,
    /// Only rows with an error of this code.
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 500)]
    limit: Limit<MOST>,
    /// The `nextCursor` of the page before.
    #[serde(default)]
    cursor: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct RowPageBody {
    items: Vec<RowBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// The rows of a batch, in their order.
#[utoipa::path(get, path = "/api/batches/{id}/rows", operation_id = "listRows", tag = "batches",
    security(("officer" = [])),
    params(("id" = String, Path), ListQuery),
    responses((status = 200, description = "A page.", body = RowPageBody)))]
pub(crate) async fn list(
    State(deps): State<Arc<Deps>>,
    Reader { officer, .. }: Reader,
    Path(id): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let batch = own_batch(&deps, &officer, &id).await?;
    let keys = deps.secrets.keys().await.map_err(Problem::unavailable)?;
    let list = format!("rows {} {:?} {}", batch.id, query.show, query.code.as_deref().unwrap_or_default());
    let cursors = Cursors::new(keys, &officer.id, &list);
    let after = query.cursor.map(|cursor| cursors.open(&cursor)).transpose()?;
    let after = after.and_then(|place| place.parse().ok()).unwrap_or(0);
    let filter = Filter { show: query.show, code: query.code.as_deref() };
    if filter.reads_on() {
        count_rows(&deps.store, &officer.id, batch.counts.total as usize, deps.clock.now()).await?;
    }
    let limit = query.limit.get();
    let mut rows = filter.rows(&deps.store, &batch, after, limit + 1).await?;
    let found = rows.len();
    rows.truncate(limit);
    let invites = invites_of(&deps.store, &rows).await?;
    let warnings = warnings::of_rows(&deps, &rows).await?;
    let (mut items, mut bytes) = (Vec::with_capacity(rows.len()), 0);
    for (row, warnings) in rows.iter().zip(warnings) {
        let item = RowBody::new(row, invite_of(row, &invites), warnings);
        bytes += serde_json::to_vec(&item).map_err(Problem::internal)?.len();
        if bytes > MOST_BYTES && !items.is_empty() {
            break;
        }
        items.push(item);
    }
    let last = items.len().checked_sub(1).filter(|_| items.len() < found).and_then(|last| rows.get(last));
    let next_cursor = last.map(|row| cursors.seal(&row.number.to_string()));
    reply::json(StatusCode::OK, &RowPageBody { items, next_cursor })
}

pub(crate) struct Filter<'a> {
    pub(crate) show: Show,
    pub(crate) code: Option<&'a str>,
}

impl Filter<'_> {
    /// Whether a page may have to read the whole list.
    fn reads_on(&self) -> bool {
        self.show != Show::All || self.code.is_some()
    }

    /// Up to `limit` selected rows with numbers above `after`.
    pub(crate) async fn rows(
        &self,
        store: &Store,
        batch: &Batch,
        after: u32,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError> {
        let mut chosen = Vec::new();
        let mut after = Some(after);
        // The table counts the rows that it skips, too.
        let ahead = if self.reads_on() { MOST } else { limit.min(MOST + 1) };
        let ahead = u32::try_from(ahead).unwrap_or(u32::MAX);
        while let (Some(from), true) = (after, chosen.len() < limit) {
            let page = store.list_rows(batch, from, ahead, self.show.status()).await?;
            chosen.extend(page.rows.into_iter().filter(|row| self.chooses(row)));
            after = page.next;
        }
        chosen.truncate(limit);
        Ok(chosen)
    }

    /// The numbers of all selected rows. No more than a page of rows is in memory.
    pub(crate) async fn numbers(&self, store: &Store, batch: &Batch) -> Result<BTreeSet<u32>, StoreError> {
        let (mut numbers, mut after) = (BTreeSet::new(), Some(0));
        while let Some(from) = after {
            let page =
                store.list_rows(batch, from, u32::try_from(MOST).unwrap_or(u32::MAX), self.show.status()).await?;
            numbers.extend(page.rows.iter().filter(|row| self.chooses(row)).map(|row| row.number));
            after = page.next;
        }
        Ok(numbers)
    }

    fn chooses(&self, row: &Row) -> bool {
        let has_code = |code: &str| match &row.state {
            RowState::Duplicate { duplicate } => duplicate.code() == code,
            state => state.faults().iter().any(|fault| fault.fault.code() == code),
        };
        self.show.shows(row) && self.code.is_none_or(has_code)
    }
}

/// The invites that the rows became.
pub(crate) async fn invites_of(store: &Store, rows: &[Row]) -> Result<HashMap<InviteId, Invite>, StoreError> {
    let ids: Vec<InviteId> = rows.iter().filter_map(Row::invite).collect();
    let invites = store.get_many::<Invite>(&ids).await?;
    Ok(invites.into_iter().map(|invite| (invite.id, invite.into_value())).collect())
}

pub(crate) fn invite_of<'a>(row: &Row, invites: &'a HashMap<InviteId, Invite>) -> Option<&'a Invite> {
    invites.get(&row.invite()?)
}

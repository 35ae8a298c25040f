//! The progress of an action for many invites, and the outcome of each.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode, response::Response};
use domain::BulkActionId;
use serde::Deserialize;
use utoipa::IntoParams;
use web::{Cursors, Limit, Path, Problem, Query, Reader, Slug, action::ActionBody, reply};

use crate::Deps;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OutcomesQuery {
    #[serde(default)]
    #[param(value_type = Option<u8>, minimum = 1, maximum = 200)]
    limit: Limit,
    /// The `nextCursor` of the page before, or of the answer that gave the action's id.
    cursor: Option<String>,
}

/// An action, with a page of its outcomes.
#[utoipa::path(
    get, path = "/api/invites/actions/{id}", operation_id = "showAction", tag = "invites",
    params(("id" = String, Path, description = "The action."), OutcomesQuery),
    responses((status = 200, description = "The action.", body = ActionBody)),
    security(("officer" = [])),
)]
pub(crate) async fn show(
    State(deps): State<Arc<Deps>>,
    Reader { officer, .. }: Reader,
    Path(id): Path<BulkActionId>,
    Query(asked): Query<OutcomesQuery>,
) -> Result<Response, Problem> {
    let found = deps.store.show_action(id, deps.clock.now()).await?;
    let own = found.filter(|action| action.officer.id == officer.id);
    let action = own.ok_or_else(|| Problem::new(Slug::NotFound))?;
    let keys = deps.secrets.keys().await.map_err(Problem::unavailable)?;
    let list = ActionBody::list_of(id);
    let cursors = Cursors::new(keys, &officer.id, &list);
    let from = match &asked.cursor {
        Some(cursor) => cursors.open(cursor)?.parse().map_err(|_| Problem::new(Slug::Cursor))?,
        None => 0,
    };
    let entries = deps.store.list_entries(&action, from, asked.limit.get()).await?;
    let end = from + entries.len();
    let next = (end < action.total as usize).then(|| cursors.seal(&end.to_string()));
    reply::json(StatusCode::OK, &ActionBody::of(&action, &entries, next))
}

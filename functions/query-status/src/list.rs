//! The officer's invites: a page of them, one of them, and all of them as a workbook.

use std::{collections::BTreeMap, sync::Arc};

use axum::{extract::State, response::Response};
use domain::{
    Field, InviteId,
    invite::{Failure, Invite, TechpassStatus},
    mail::Mail,
};
use looks::Reason;
use serde::Serialize;
use sheet::ExportRow;
use utoipa::ToSchema;
use web::{
    Cursors, IfNoneMatch, Path, Problem, Query, Reader, SignedIn, Slug, TechpassFilter, count_rows,
    invite::{InviteBody, InviteDetailBody},
    reply,
};

use crate::{Deps, ExportQuery, ListQuery};

/// Rows of an export at most. The function's memory and the gateway's answer have room for more.
pub(crate) const EXPORT_ROWS: usize = 10_000;

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListBody {
    pub items: Vec<InviteBody>,
    /// What to ask the next page with; null on the last.
    pub next_cursor: Option<String>,
    /// How many match in all.
    pub total: u64,
    /// How many there would be under each `techpass`, were none asked for; those that there are none of are left out.
    #[schema(value_type = BTreeMap<TechpassFilter, u64>)]
    pub techpass: BTreeMap<TechpassStatus, u64>,
}

/// The officer's own invites, a page at a time.
#[utoipa::path(
    get, path = "/api/invites", operation_id = "listInvites", tag = "invites",
    params(ListQuery),
    responses(
        (status = 200, description = "A page.", body = ListBody, headers(("ETag" = String))),
        (status = 304, description = "The client has this page as it is."),
    ),
    security(("officer" = [])),
)]
pub(crate) async fn list(
    State(deps): State<Arc<Deps>>,
    Reader { officer, .. }: Reader,
    known: IfNoneMatch,
    Query(asked): Query<ListQuery>,
) -> Result<Response, Problem> {
    let keys = deps.secrets.keys().await.map_err(Problem::unavailable)?;
    let description = asked.description()?;
    let cursors = Cursors::new(keys, &officer.id, &description);
    let mut query = asked.first_page()?;
    query.after = asked.cursor().map(|cursor| cursors.open(cursor)).transpose()?;
    let page = deps.lists.page(&deps.store, &officer.id, &query, deps.clock.now()).await?;
    let listed: Vec<TechpassStatus> = page.invites.iter().map(|invite| invite.techpass_status()).collect();
    let invites = deps.looks.again(page.invites, Reason::Shown).await;
    let moved = listed.into_iter().zip(invites.iter().map(|invite| invite.techpass_status()));
    let techpass = moved.fold(page.techpass, |counts, (before, now)| recounted(counts, before, now));
    let body = ListBody {
        items: invites.iter().map(|invite| InviteBody::of(invite)).collect(),
        next_cursor: page.next.map(|place| cursors.seal(&place)),
        total: page.total,
        techpass,
    };
    reply::compared(known, &(&body.items, body.total, &body.techpass), &body)
}

/// The number of invites of each status after one invite changed from `before` to `now`.
fn recounted(
    mut counts: BTreeMap<TechpassStatus, u64>,
    before: TechpassStatus,
    now: TechpassStatus,
) -> BTreeMap<TechpassStatus, u64> {
    if let Some(count) = counts.get_mut(&before) {
        *count = count.saturating_sub(1);
    }
    *counts.entry(now).or_default() += 1;
    counts.retain(|_, count| *count > 0);
    counts
}

/// One invite with its history.
#[utoipa::path(
    get, path = "/api/invites/{id}", operation_id = "showInvite", tag = "invites",
    params(("id" = String, Path, description = "The invite.")),
    responses(
        (status = 200, description = "The invite.", body = InviteDetailBody, headers(("ETag" = String))),
        (status = 304, description = "The client has this version."),
    ),
    security(("officer" = [])),
)]
pub(crate) async fn show(
    State(deps): State<Arc<Deps>>,
    Reader { officer, .. }: Reader,
    Path(id): Path<InviteId>,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let found = deps.store.get::<Invite>(&id).await?;
    // Another officer's invite gets the same answer as one that does not exist.
    let own = found.filter(|invite| invite.officer.id == officer.id);
    let invite = deps.looks.again(own.into_iter().collect(), Reason::Shown).await.pop();
    let invite = invite.ok_or_else(|| Problem::new(Slug::NotFound))?;
    reply::versioned(known, invite.version(), &InviteDetailBody::of(&invite))
}

/// The officer's invites as a workbook.
#[utoipa::path(
    get, path = "/api/invites/export.xlsx", operation_id = "exportInvites", tag = "invites",
    params(ExportQuery),
    responses((
        status = 200, description = "The workbook.", body = Vec<u8>,
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )),
    security(("officer" = [])),
)]
pub(crate) async fn export(
    State(deps): State<Arc<Deps>>,
    SignedIn { officer, .. }: SignedIn,
    Query(asked): Query<ExportQuery>,
) -> Result<Response, Problem> {
    count_rows(&deps.store, &officer.id, EXPORT_ROWS, deps.clock.now()).await?;
    let page = deps.lists.page(&deps.store, &officer.id, &asked.up_to(EXPORT_ROWS)?, deps.clock.now()).await?;
    if page.next.is_some() {
        let advice = "An export holds 10,000 rows. Narrow the filter.";
        return Err(Problem::new(Slug::TooLarge).detail(advice));
    }
    let invites = deps.looks.again(page.invites, Reason::Shown).await;
    let dates: Vec<String> = invites.iter().map(|invite| invite.created_at.singapore_date()).collect();
    let rows = invites.iter().zip(&dates).map(|(invite, date)| export_row(invite, date));
    let workbook = sheet::export(rows, deps.clock.now()).map_err(Problem::internal)?;
    reply::workbook("invite-users-status.xlsx", workbook)
}

fn export_row<'a>(invite: &'a Invite, date: &'a str) -> ExportRow<'a> {
    let details = Field::ALL.into_iter().filter_map(|field| Some((field, invite.profile.as_ref()?.text(field)?)));
    let username = invite.holder.username().map(|username| (Field::Username, username.as_str()));
    let asked = [(Field::Email, invite.email.as_str()), (Field::Reason, invite.reason.as_str())];
    ExportRow {
        texts: details.chain(username).chain(asked).collect(),
        date_of_invite: date,
        techpass_status: invite.techpass_status().label(),
        failure: invite.failure().map(Failure::detail).unwrap_or_default(),
        mail_status: invite.mail.as_ref().map(|mail| mail.status().label()).unwrap_or_default(),
        mail_detail: invite.mail.as_ref().and_then(Mail::detail).unwrap_or_default(),
        seed_status: invite.seed_status().label(),
        seed_detail: invite.seed_detail().unwrap_or_default(),
        trace_id: invite.trace.as_str(),
    }
}

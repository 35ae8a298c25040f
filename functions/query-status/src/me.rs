//! The signed-in officer: what they may do, and the state of their own SEED licence.

use std::{num::NonZeroU32, sync::Arc};

use axum::{extract::State, http::StatusCode, response::Response};
use domain::{
    DomainRules, EmailAddress, OfficerId, Persona, SeedWish,
    batch::{MAX_ROWS, MAX_TEXT, ROWS_PER_REMOVAL},
    licence::{Device, SeedState},
};
use serde::Serialize;
use store::{AccountOwner, ROWS_PER_ADDITION};
use utoipa::ToSchema;
use web::{Limit, Problem, ROWS_BODY_BYTES, Reader, reply, seed::SeedBody};

use crate::{Deps, list::EXPORT_ROWS};

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MeBody {
    #[schema(value_type = String)]
    pub id: OfficerId,
    #[schema(example = "ada@agency.gov.sg")]
    pub email: String,
    /// Always `officer`: nobody else gets here.
    #[schema(value_type = String, example = "officer")]
    pub persona: Persona,
    /// The domain of their agency.
    #[schema(example = "agency.gov.sg")]
    pub agency_domain: String,
    pub limits: LimitsBody,
    /// The officer's own SEED licence.
    pub seed: SeedBody,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LimitsBody {
    #[schema(example = 10_000)]
    pub batch_rows: usize,
    /// Rows of one addition to a batch. More are added by several requests, each with a key of its own.
    #[schema(example = 96)]
    pub added_rows: usize,
    /// Rows that one request removes from a batch.
    #[schema(example = 500)]
    pub removed_rows: usize,
    /// Bytes of a request that holds rows, as JSON in UTF-8.
    #[schema(example = 1_048_576)]
    pub rows_body_bytes: usize,
    /// Characters of a text; of more, only the first are kept, with a fault.
    #[schema(example = 2_000)]
    pub text_characters: usize,
    /// How many bytes a workbook may have.
    #[schema(example = 10_485_760)]
    pub upload_bytes: usize,
    #[schema(example = 200)]
    pub page_items: usize,
    #[schema(example = 10_000)]
    pub export_rows: usize,
    /// Invites, amendments and resends one by one within an hour.
    #[schema(value_type = u32, example = 100)]
    pub invites_per_hour: NonZeroU32,
    /// The same within a day.
    #[schema(value_type = u32, example = 1_000)]
    pub invites_per_day: NonZeroU32,
    /// People submitted in batches within a day.
    #[schema(value_type = u32, example = 20_000)]
    pub batch_people_per_day: NonZeroU32,
}

/// The officer who is signed in.
#[utoipa::path(
    get, path = "/api/me", operation_id = "me", tag = "officer",
    responses((status = 200, description = "The officer.", body = MeBody)),
    security(("officer" = [])),
)]
pub(crate) async fn me(
    State(deps): State<Arc<Deps>>,
    Reader { officer, account, rules }: Reader,
) -> Result<Response, Problem> {
    let (seed, device) = match deps.store.find_owner(&account).await? {
        Some(AccountOwner::Invite(invite)) => (invite.seed, invite.device.clone()),
        Some(AccountOwner::Request(request)) => (request.seed, request.device.clone()),
        None => (eligibility(&rules, &officer.email), None::<Device>),
    };
    let workbook = sheet::Limits::default();
    let body = MeBody {
        agency_domain: officer.email.domain(),
        email: officer.email.as_str().to_owned(),
        id: officer.id,
        persona: Persona::Officer,
        limits: LimitsBody {
            batch_rows: MAX_ROWS,
            added_rows: ROWS_PER_ADDITION,
            removed_rows: ROWS_PER_REMOVAL,
            rows_body_bytes: ROWS_BODY_BYTES,
            text_characters: MAX_TEXT,
            upload_bytes: workbook.upload_bytes,
            page_items: <Limit>::MAX,
            export_rows: EXPORT_ROWS,
            invites_per_hour: deps.caps.per_hour,
            invites_per_day: deps.caps.per_day,
            batch_people_per_day: deps.batch_cap.0,
        },
        seed: SeedBody::of(seed, device.as_ref()),
    };
    reply::json(StatusCode::OK, &body)
}

/// The licence of an officer who has not asked for one.
fn eligibility(rules: &DomainRules, email: &EmailAddress) -> SeedState {
    rules.holder(email).map_or(SeedState::NotRequired, |rule| SeedState::wished(SeedWish::NotRequired, rule.seed))
}

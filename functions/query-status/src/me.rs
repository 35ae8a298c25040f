//! Who is signed in, and what they may do.

use axum::{http::StatusCode, response::Response};
use domain::{OfficerId, Persona};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Limit, Problem, SignedIn, reply};

use crate::list::EXPORT_ROWS;

/// The officer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MeBody {
    /// Their id.
    #[schema(value_type = String)]
    pub id: OfficerId,
    /// Their address.
    #[schema(example = "ada@agency.gov.sg")]
    pub email: String,
    /// Always `officer`: nobody else gets here.
    #[schema(value_type = String, example = "officer")]
    pub persona: Persona,
    /// The domain of their agency.
    #[schema(example = "agency.gov.sg")]
    pub agency_domain: String,
    /// How much at once.
    pub limits: LimitsBody,
    /// The officer's own SEED licence; null where the directory does not tell.
    pub seed: Option<String>,
}

/// How much at once.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LimitsBody {
    /// Rows of a batch.
    #[schema(example = 10_000)]
    pub batch_rows: usize,
    /// Bytes of a workbook.
    #[schema(example = 5_242_880)]
    pub upload_bytes: usize,
    /// Items of a page.
    #[schema(example = 200)]
    pub page_items: usize,
    /// Rows of an export.
    #[schema(example = 10_000)]
    pub export_rows: usize,
}

/// The officer who is signed in.
#[utoipa::path(
    get, path = "/api/me", operation_id = "me", tag = "officer",
    responses((status = 200, description = "The officer.", body = MeBody)),
    security(("officer" = [])),
)]
pub(crate) async fn me(SignedIn { officer, .. }: SignedIn) -> Result<Response, Problem> {
    let workbook = sheet::Limits::default();
    let body = MeBody {
        agency_domain: officer.email.domain(),
        email: officer.email.as_str().to_owned(),
        id: officer.id,
        persona: Persona::Officer,
        limits: LimitsBody {
            batch_rows: workbook.rows,
            upload_bytes: workbook.upload_bytes,
            page_items: Limit::MAX,
            export_rows: EXPORT_ROWS,
        },
        seed: None,
    };
    reply::json(StatusCode::OK, &body)
}

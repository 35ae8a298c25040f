//! What an email domain means, for a form that shows it while the officer types.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode, response::Response};
use domain::{DomainName, Persona, SeedEligibility, batch::Warning};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Path, Problem, ProblemItem, Reader, Slug, reply, warning::WarningBody};

use crate::Deps;

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DomainBody {
    /// What its people are, `officer` or `vendor`; absent when they cannot be invited.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "officer")]
    pub persona: Option<Persona>,
    /// Whether they may have SEED, `eligible` or `ineligible`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "eligible")]
    pub seed: Option<SeedEligibility>,
    /// The company that a vendor's domain belongs to, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Example Vendor Pte Ltd")]
    pub company: Option<String>,
    /// Why nobody of it can be invited: a code of `validation`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "email.domain-not-allowed")]
    pub code: Option<&'static str>,
    /// Why the domain may be mistyped, although it can be invited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<WarningBody>,
}

/// What an email domain means. Unknown domains are answered too: they cannot be invited.
#[utoipa::path(
    get, path = "/api/domains/{domain}", operation_id = "showDomain", tag = "officer",
    params(("domain" = String, Path, description = "The part of an address after the `@`.", example = "agency.gov.sg")),
    responses((status = 200, description = "What it means.", body = DomainBody)),
    security(("officer" = [])),
)]
pub(crate) async fn show(
    State(deps): State<Arc<Deps>>,
    Reader { rules, .. }: Reader,
    Path(domain): Path<String>,
) -> Result<Response, Problem> {
    let domain = DomainName::parse(&domain).ok_or_else(|| {
        let item = ProblemItem::new("/domain", "invalid-value", "This is no host name.");
        Problem::new(Slug::BadRequest).items([item])
    })?;
    let body = match rules.domain(&domain) {
        Ok(rule) => {
            let agencies = deps.agencies.current().await?;
            DomainBody {
                persona: Some(rule.persona),
                seed: Some(rule.seed),
                company: rule.company.clone(),
                code: None,
                warning: Warning::of_domain(&domain, rule, &rules, &agencies).map(WarningBody::from),
            }
        }
        Err(fault) => DomainBody { persona: None, seed: None, company: None, code: Some(fault.code()), warning: None },
    };
    reply::json(StatusCode::OK, &body)
}

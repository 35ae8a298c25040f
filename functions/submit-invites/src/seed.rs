//! An officer asks for SEED for the account that they are signed in with, wherever it was created.
//!
//! Asking twice is one request. The licence belongs to the invite that the account was created for, or to the account's
//! own request, and is pending once.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode, response::Response};
use domain::{
    DomainRules, EmailAddress, Persona, SeedEligibility, Timestamp, TraceId,
    invite::Act,
    licence::{Device, SeedRequest, SeedState},
};
use queue::{QueueName, Wake};
use serde::Serialize;
use store::{AccountOwner, MAX_UPDATE_ROUNDS, Written};
use utoipa::ToSchema;
use web::{Problem, SignedInHolder, Slug, Trace, reply, seed::SeedBody};

use crate::Deps;

/// Where the caller's licence stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SeedRequestBody {
    pub seed: SeedBody,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// What to quote to support.
    #[schema(value_type = String, example = "1-67891233-abcdef012345678912345678")]
    pub trace_id: TraceId,
}

/// Asks for SEED for one's own account. Vendors are told where to raise a service request.
#[utoipa::path(
    post, path = "/api/seed-requests", operation_id = "requestSeed", tag = "officer",
    responses((status = 202, description = "Asked for, now or before.", body = SeedRequestBody)),
    security(("officer" = [])),
)]
pub(crate) async fn ask(
    State(deps): State<Arc<Deps>>,
    SignedInHolder { holder, account, rules }: SignedInHolder,
    Trace(trace): Trace,
) -> Result<Response, Problem> {
    deps.may_have_seed(&rules, &holder.email)?;
    for _ in 0..MAX_UPDATE_ROUNDS {
        let now = deps.clock.now();
        let answered = match deps.store.find_owner(&account).await? {
            Some(AccountOwner::Invite(invite)) => {
                let act = Act { at: now, trace: trace.clone(), action: None };
                let disabled = |_| Problem::new(Slug::StateConflict).detail("The account is disabled.");
                match invite.to_value().request_seed(&act).map_err(disabled)? {
                    None => Some(body(invite.seed, invite.device.as_ref(), invite.updated_at, invite.trace.clone())),
                    Some(next) => match deps.store.write(invite.becomes(next)).await? {
                        Written::Done(next) => {
                            deps.actions.wake_for(&next, now).await;
                            Some(body(next.seed, next.device.as_ref(), now, trace.clone()))
                        }
                        Written::LostRace => None,
                    },
                }
            }
            Some(AccountOwner::Request(request)) => match request.to_value().requested(now, trace.clone()) {
                None => Some(of(&request)),
                Some(next) => match deps.store.write(request.becomes(next)).await? {
                    Written::Done(next) => {
                        deps.wake_for_licence(&next).await;
                        Some(of(&next))
                    }
                    Written::LostRace => None,
                },
            },
            None => {
                deps.first_request(SeedRequest::new(holder.id.clone(), account.clone(), now, trace.clone())).await?
            }
        };
        if let Some(body) = answered {
            return reply::json(StatusCode::ACCEPTED, &body);
        }
    }
    Err(Problem::new(Slug::LostRace))
}

impl Deps {
    fn may_have_seed(&self, rules: &DomainRules, email: &EmailAddress) -> Result<(), Problem> {
        match rules.holder(email) {
            None => Err(Problem::new(Slug::NotAnOfficer).detail("Sign in with your agency's email address.")),
            Some(rule) if rule.persona == Persona::Vendor => Err(Problem::new(Slug::SeedByServiceRequest)
                .detail("Raise a service request with the TechPass service desk.")
                .link(&self.service_request_url)),
            Some(rule) if rule.seed == SeedEligibility::Ineligible => Err(Problem::new(Slug::SeedIneligible)),
            Some(_) => Ok(()),
        }
    }

    /// Writes the first request of an account. `None`: another request was faster.
    async fn first_request(&self, request: SeedRequest) -> Result<Option<SeedRequestBody>, Problem> {
        let Written::Done(request) = self.store.create_seed_request(request).await? else {
            return Ok(None);
        };
        tracing::info!(seed_request_id = %request.id, "licence asked for");
        self.wake_for_licence(&request).await;
        Ok(Some(of(&request)))
    }

    async fn wake_for_licence(&self, request: &SeedRequest) {
        let wake = [Wake::SeedRequest { id: request.id }];
        self.queues.wake(QueueName::Provision, &request.officer, &wake).await;
    }
}

fn of(request: &SeedRequest) -> SeedRequestBody {
    body(request.seed, request.device.as_ref(), request.updated_at, request.trace.clone())
}

fn body(seed: SeedState, device: Option<&Device>, updated_at: Timestamp, trace_id: TraceId) -> SeedRequestBody {
    SeedRequestBody { seed: SeedBody::of(seed, device), updated_at, trace_id }
}

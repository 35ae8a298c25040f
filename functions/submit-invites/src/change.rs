//! What an officer does with an invite after it was submitted: send it again, take it back, mend it.
//!
//! Each is done once however often it is asked for: an invite that is already so is answered as it is.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode, response::Response};
use domain::{
    Officer, Timestamp, TraceId,
    invite::{Act, Amendment, Invite, InviteState, NextStep, Origin, ResendRefusal},
};
use queue::{QueueName, Wake};
use serde::{Deserialize, Serialize};
use store::{Written, invites::ReviveOutcome};
use utoipa::ToSchema;
use web::{IfMatch, Json, Path, Problem, ProblemItem, SignedIn, Slug, Trace, invite::InviteBody, reply};

use crate::{Deps, InviteRequest, Kind};

/// How often a change is repeated when somebody else was faster.
const TRIES: usize = 5;

/// Invites that one request changes at the most.
const MANY: usize = 200;

/// Mends an invite that failed, lapsed or could not be delivered, and sends it again. The body is the whole form.
#[utoipa::path(
    patch, path = "/api/invites/{id}", operation_id = "amendInvite", tag = "invites",
    params(("id" = String, Path), ("If-Match" = String, Header, description = "The invite's `ETag`.")),
    request_body = InviteRequest,
    responses((status = 202, description = "On its way again.", body = InviteBody)),
    security(("officer" = [])),
)]
pub(crate) async fn amend(
    State(deps): State<Arc<Deps>>,
    SignedIn { officer, rules }: SignedIn,
    Trace(trace): Trace,
    if_match: IfMatch,
    Path(id): Path<String>,
    body: Json<InviteRequest>,
) -> Result<Response, Problem> {
    let read = deps.own(&officer, &id).await?;
    if_match.check(read.version)?;
    let (kind, form) = body.value.into_form()?;
    if (kind == Kind::Email) != (read.origin == Origin::Email) {
        let detail = "An invite keeps its kind. Make a new one for the other.";
        return Err(Problem::new(Slug::Validation).items([ProblemItem::new("/kind", "kind.fixed", detail)]));
    }
    let amendment = match kind {
        Kind::Email => form.email_invitation(&rules, &officer.email).map(Amendment::Email),
        Kind::Account => form.account(&rules, &officer.email).map(Amendment::Account),
    };
    let amendment = amendment.map_err(|faults| Problem::validation(&faults))?;
    let email = match &amendment {
        Amendment::Email(request) => &request.email,
        Amendment::Account(request) => &request.email,
    };
    let address_key = deps.secrets.keys().await.map_err(Problem::internal)?.address(email);
    let act = Act { at: deps.clock.now(), trace };
    let conflict = |_| Problem::new(Slug::StateConflict);
    let next = read.clone().amend(amendment, address_key, &act).map_err(conflict)?;
    match deps.store.revive_invite(&read, &next).await? {
        ReviveOutcome::Done => {}
        ReviveOutcome::LostRace => return Err(Problem::new(Slug::VersionMismatch)),
        ReviveOutcome::AddressTaken => return Err(Problem::new(Slug::AlreadyInvited)),
        ReviveOutcome::UsernameTaken => return Err(Problem::new(Slug::UsernameTaken)),
    }
    deps.wake_for(&next, act.at).await;
    reply::json(StatusCode::ACCEPTED, &InviteBody::of(&next))
}

/// Sends an invite again, with a new link; once a day.
#[utoipa::path(
    post, path = "/api/invites/{id}/resend", operation_id = "resendInvite", tag = "invites",
    params(("id" = String, Path)),
    responses((status = 202, description = "On its way again.", body = InviteBody)),
    security(("officer" = [])),
)]
pub(crate) async fn resend(
    State(deps): State<Arc<Deps>>,
    SignedIn { officer, .. }: SignedIn,
    Trace(trace): Trace,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let invite = deps.resend(&officer, &id, &trace).await?;
    reply::json(StatusCode::ACCEPTED, &InviteBody::of(&invite))
}

/// Takes an invite back; its link is dead.
#[utoipa::path(
    post, path = "/api/invites/{id}/revoke", operation_id = "revokeInvite", tag = "invites",
    params(("id" = String, Path)),
    responses((status = 200, description = "Taken back.", body = InviteBody)),
    security(("officer" = [])),
)]
pub(crate) async fn revoke(
    State(deps): State<Arc<Deps>>,
    SignedIn { officer, .. }: SignedIn,
    Trace(trace): Trace,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let invite = deps.revoke(&officer, &id, &trace).await?;
    reply::json(StatusCode::OK, &InviteBody::of(&invite))
}

/// One action for many invites.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Actions {
    /// What to do.
    action: Action,
    /// The invites, at most 200.
    ids: Vec<String>,
}

/// What to do with an invite.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Action {
    /// Send it again.
    Resend,
    /// Take it back.
    Revoke,
}

/// What became of each.
#[derive(Debug, Serialize, ToSchema)]
struct ActionsBody {
    /// How many were changed, or were so already.
    done: usize,
    /// How many were not.
    refused: usize,
    /// In the order of the request.
    outcomes: Vec<ActionOutcome>,
}

/// What became of one.
#[derive(Debug, Serialize, ToSchema)]
struct ActionOutcome {
    id: String,
    /// `done`, or the slug of the problem that the single request would have had.
    outcome: &'static str,
}

/// Does one thing with many invites; each stands for itself.
#[utoipa::path(
    post, path = "/api/invites/actions", operation_id = "actOnInvites", tag = "invites",
    request_body = Actions,
    responses((status = 200, description = "What became of each.", body = ActionsBody)),
    security(("officer" = [])),
)]
pub(crate) async fn act(
    State(deps): State<Arc<Deps>>,
    SignedIn { officer, .. }: SignedIn,
    Trace(trace): Trace,
    body: Json<Actions>,
) -> Result<Response, Problem> {
    let Actions { action, ids } = body.value;
    if ids.is_empty() || ids.len() > MANY {
        let item = ProblemItem::new("/ids", "ids.number", "Name 1 to 200 invites.");
        return Err(Problem::new(Slug::Validation).items([item]));
    }
    let mut outcomes = Vec::with_capacity(ids.len());
    for id in ids {
        let changed = match action {
            Action::Resend => deps.resend(&officer, &id, &trace).await,
            Action::Revoke => deps.revoke(&officer, &id, &trace).await,
        };
        let outcome = match changed {
            Ok(_) => "done",
            Err(problem) => problem.slug().name(),
        };
        outcomes.push(ActionOutcome { id, outcome });
    }
    let done = outcomes.iter().filter(|outcome| outcome.outcome == "done").count();
    reply::json(StatusCode::OK, &ActionsBody { done, refused: outcomes.len() - done, outcomes })
}

impl Deps {
    /// The officer's own invite.
    async fn own(&self, officer: &Officer, id: &str) -> Result<Invite, Problem> {
        let not_found = || Problem::new(Slug::NotFound);
        let id = domain::InviteId::parse(id).ok_or_else(not_found)?;
        let invite = self.store.find_invite(id).await?;
        invite.filter(|invite| invite.officer.id == officer.id).ok_or_else(not_found)
    }

    async fn resend(&self, officer: &Officer, id: &str, trace: &TraceId) -> Result<Invite, Problem> {
        for _ in 0..TRIES {
            let read = self.own(officer, id).await?;
            let act = Act { at: self.clock.now(), trace: trace.clone() };
            let next = match read.clone().resend(&act) {
                Ok(next) => next,
                // Asked for twice: it is on its way.
                Err(ResendRefusal::Conflict(_)) if read.mail_is_due() => return Ok(read),
                Err(ResendRefusal::Conflict(_)) => return Err(Problem::new(Slug::StateConflict)),
                Err(ResendRefusal::Undeliverable) => {
                    return Err(Problem::new(Slug::StateConflict)
                        .detail("The last mail came back. Mend the address first, or revoke the invite."));
                }
                Err(ResendRefusal::NotBefore(from)) => return Err(not_today(from, act.at)),
            };
            match self.store.revive_invite(&read, &next).await? {
                ReviveOutcome::Done => {
                    self.wake_for(&next, act.at).await;
                    return Ok(next);
                }
                ReviveOutcome::LostRace => {}
                ReviveOutcome::AddressTaken => return Err(Problem::new(Slug::AlreadyInvited)),
                ReviveOutcome::UsernameTaken => return Err(Problem::new(Slug::UsernameTaken)),
            }
        }
        Err(Problem::new(Slug::LostRace))
    }

    async fn revoke(&self, officer: &Officer, id: &str, trace: &TraceId) -> Result<Invite, Problem> {
        for _ in 0..TRIES {
            let read = self.own(officer, id).await?;
            if read.state == InviteState::Revoked {
                return Ok(read);
            }
            let act = Act { at: self.clock.now(), trace: trace.clone() };
            let read_version = read.version;
            let next = read.revoke(&act).map_err(|_| {
                Problem::new(Slug::StateConflict)
                    .detail("The account is made or being made; it can only be ended in the directory.")
            })?;
            if self.store.replace_invite(read_version, &next).await? == Written::Done {
                return Ok(next);
            }
        }
        Err(Problem::new(Slug::LostRace))
    }

    /// Wakes whoever is next.
    pub(crate) async fn wake_for(&self, invite: &Invite, now: Timestamp) {
        let queue = if invite.next_step(now) == NextStep::Nothing { QueueName::Mail } else { QueueName::Provision };
        let wake = [Wake::Invite { id: invite.id }];
        if let Err(error) = self.queues.wake(queue, &invite.officer.id, &wake).await {
            tracing::warn!(invite = %invite.id, %error, "the sweeper will wake it");
        }
    }
}

fn not_today(from: Timestamp, now: Timestamp) -> Problem {
    Problem::new(Slug::TooManyRequests)
        .detail("It was mailed today already. It can be sent again from midnight in Singapore.")
        .retry_after(from.since(now))
}

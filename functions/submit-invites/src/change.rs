//! Changes of one invite after it was submitted: resend, revoke, amend.
//!
//! Each is done once, however often it is asked for. An invite that is in the wanted state already is answered as it
//! is.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode, response::Response};
use domain::{
    InviteId, Officer, Timestamp, TraceId,
    bulk_action::{Refusal, Verb},
    invite::{Act, AmendRefusal, Invite, InviteState},
};
use store::{Refused, Stored, Transaction};
use web::{IfMatch, Json, Path, Problem, ProblemItem, SignedIn, Slug, Trace, invite::InviteBody, reply};

use crate::{Deps, InviteRequest, request::into_form};

/// Amends an invite that failed, expired or could not be delivered, and sends it again. The body is the whole form.
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
    if_match.check(read.version())?;
    let (kind, form) = into_form(body.value)?;
    if kind != read.origin.kind() {
        let detail = "An invite keeps its kind. Make a new one for the other.";
        return Err(Problem::new(Slug::Validation).items([ProblemItem::new("/kind", "kind.fixed", detail)]));
    }
    let subject = form.request(kind, &rules, &officer.email).map_err(|faults| Problem::validation(&faults))?;
    let address_key = deps.secrets.keys().await.map_err(Problem::unavailable)?.address(&subject.email);
    let act = Act { at: deps.clock.now(), trace, action: None };
    let refused = |refusal| match refusal {
        AmendRefusal::Conflict(_) | AmendRefusal::Undeliverable => {
            Problem::new(Slug::StateConflict).detail(way_to_amend(&read.state))
        }
        AmendRefusal::NotBefore(next) => too_soon(next, act.at),
    };
    let next = read.to_value().amend(subject, address_key, &act).map_err(refused)?;
    let mut tries = deps.tries();
    loop {
        let usage = deps.store.find_usage(&officer.id).await?;
        let counted = usage.to_value().one(&deps.caps, act.at).map_err(|cap| Problem::cap_reached(&cap, act.at))?;
        let mut transaction = Transaction::default();
        transaction.revive(&read, next.clone())?;
        transaction.write(usage.becomes(counted), Refused::UsageMoved)?;
        match transaction.commit(&deps.store).await?.first() {
            None => break,
            Some(Refused::LostRace) => return Err(Problem::new(Slug::VersionMismatch)),
            Some(Refused::AddressTaken) => match deps.address_taken(&officer, &next.address_key).await? {
                Some(problem) => return Err(problem),
                None => tries.next().await?,
            },
            Some(Refused::UsernameTaken) => return Err(Problem::new(Slug::UsernameTaken)),
            Some(Refused::UsageMoved | Refused::KeyUsed) => tries.next().await?,
        }
    }
    deps.actions.wake_for(&next, act.at).await;
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
    let invite = deps.change(&Verb::Resend, &officer, &id, trace).await?;
    reply::json(StatusCode::ACCEPTED, &InviteBody::of(&invite))
}

/// Takes an invite back; its link is dead.
#[utoipa::path(
    post, path = "/api/invites/{id}/revoke", operation_id = "revokeInvite", tag = "invites",
    params(("id" = String, Path)),
    responses((status = 200, description = "Revoked.", body = InviteBody)),
    security(("officer" = [])),
)]
pub(crate) async fn revoke(
    State(deps): State<Arc<Deps>>,
    SignedIn { officer, .. }: SignedIn,
    Trace(trace): Trace,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let invite = deps.change(&Verb::Revoke, &officer, &id, trace).await?;
    reply::json(StatusCode::OK, &InviteBody::of(&invite))
}

impl Deps {
    async fn own(&self, officer: &Officer, id: &str) -> Result<Stored<Invite>, Problem> {
        let not_found = || Problem::new(Slug::NotFound);
        let id = InviteId::parse(id).ok_or_else(not_found)?;
        let invite = self.store.get::<Invite>(&id).await?;
        invite.filter(|invite| invite.officer.id == officer.id).ok_or_else(not_found)
    }

    async fn change(&self, verb: &Verb, officer: &Officer, id: &str, trace: TraceId) -> Result<Invite, Problem> {
        let id = InviteId::parse(id).ok_or_else(|| Problem::new(Slug::NotFound))?;
        let act = Act { at: self.clock.now(), trace, action: None };
        let changed = self.actions.one(verb, &officer.id, id, &act).await?;
        match changed {
            Ok(invite) => Ok(invite),
            Err(Refusal::StateConflict) if *verb == Verb::Resend => {
                let invite = self.own(officer, &id.to_string()).await?;
                Err(Problem::new(Slug::StateConflict).detail(why_not_resent(&invite.state)))
            }
            Err(refusal) => Err(problem(verb, refusal, act.at)),
        }
    }
}

/// What comes before an amendment of an invite in this state, which cannot be amended now.
fn way_to_amend(state: &InviteState) -> &'static str {
    match state {
        InviteState::Invited { .. } => "The invitation is out. Revoke it first, and amend it then.",
        InviteState::AccountCreated { .. } => {
            "It has an account. Revoke it first: if nobody has signed in, the account is deleted, and you can amend it."
        }
        InviteState::Revoking { .. } => "Its account is being deleted. Amend it in a minute.",
        InviteState::Onboarded { .. } | InviteState::Disabled { .. } => {
            "Its holder has an account in use, which can only be changed in the directory."
        }
        InviteState::AccountGone => "Its account was deleted in the directory. Invite the person again.",
        InviteState::NeedsAttention { .. } => "It waits for the operators of the service. Ask support.",
        InviteState::Queued | InviteState::Accepted | InviteState::Provisioning { .. } => {
            "The service is working on it. Look again in a minute."
        }
        InviteState::Failed { .. } | InviteState::Expired | InviteState::Revoked => "It has changed. Load it again.",
    }
}

/// Why an invite in this state has no mail that could be sent again now, and what to do.
fn why_not_resent(state: &InviteState) -> &'static str {
    match state {
        InviteState::Queued | InviteState::Invited { .. } | InviteState::AccountCreated { .. } => {
            "Its mail is on its way. Look again in a minute."
        }
        InviteState::Accepted | InviteState::Provisioning { .. } => {
            "Its account is being created. A mail follows by itself."
        }
        InviteState::Onboarded { .. } => "Its holder has signed in, so there is nothing to send again.",
        InviteState::Disabled { .. } => "Its account is disabled in the directory. Its operators can enable it.",
        InviteState::AccountGone => "Its account was deleted in the directory. Invite the person again.",
        InviteState::Failed { .. } | InviteState::Expired | InviteState::Revoked | InviteState::Revoking { .. } => {
            "It has ended. Amend it, which sends it again."
        }
        InviteState::NeedsAttention { .. } => "It waits for the operators of the service. Ask support.",
    }
}

fn problem(verb: &Verb, refusal: Refusal, now: Timestamp) -> Problem {
    match refusal {
        Refusal::NotFound => Problem::new(Slug::NotFound),
        Refusal::StateConflict if *verb == Verb::Revoke => Problem::new(Slug::StateConflict).detail(
            "The account is being created, or its holder has signed in; it can only be ended in the directory.",
        ),
        // Invites are handed over by an action for many only.
        Refusal::StateConflict | Refusal::OtherAgency => Problem::new(Slug::StateConflict),
        Refusal::Undeliverable => Problem::new(Slug::StateConflict)
            .detail("The last mail was returned. Amend the address first, or revoke the invite."),
        Refusal::TooSoon { next } => too_soon(next, now),
        Refusal::CapReached { cap } => Problem::cap_reached(&cap, now),
        Refusal::AlreadyInvited => Problem::new(Slug::AlreadyInvited),
        Refusal::InvitedByAnother => Problem::new(Slug::InvitedByAnother),
        Refusal::UsernameTaken => Problem::new(Slug::UsernameTaken),
        Refusal::LostRace => Problem::new(Slug::LostRace),
    }
}

fn too_soon(next: Timestamp, now: Timestamp) -> Problem {
    Problem::new(Slug::TooManyRequests)
        .detail("It was mailed today already. It can be sent again from midnight in Singapore.")
        .retry_after(next.since(now))
}

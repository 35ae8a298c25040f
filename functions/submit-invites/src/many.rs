//! One action for many invites: the named ones, or all that match a filter.
//!
//! The action is stored with the invites that match now. The first of them are changed at once, the others by
//! `apply-actions`. Each invite is changed or skipped independently of the others.

use std::{collections::HashSet, sync::Arc};

use axum::{extract::State, http::StatusCode, response::Response};
use domain::{
    BulkActionId, Department, EmailAddress, Fault, Field, InviteId, Officer, Organisation, Reason, TraceId,
    bulk_action::{BulkAction, BulkActionState, ENTRIES_PER_PART, MAX_INVITES_PER_BULK_ACTION, Verb},
    fields::Alike,
    invite::{Actor, Correction},
};
use queue::{QueueName, Wake};
use serde::Deserialize;
use store::{CreateBulkActionOutcome, KeyedRequest, SavedAnswer, Sort, Stored};
use utoipa::ToSchema;
use web::{
    Asked, Cursors, GATEWAY_WAIT, InviteFilter, Keyed, Problem, ProblemItem, SignedIn, Slug, Trace,
    action::{ActionBody, ActionKind},
    count_rows,
    fields::{Beside, FieldJson, WithFields},
    reply,
};

use crate::Deps;

/// Invites that one request can name at most. A filter can select more.
const MANY: usize = 200;

/// What a request with a filter counts as, if fewer invites match: it reads the whole list.
const ROWS_OF_A_FILTER: usize = 10_000;

/// What a handover counts as, however few invites it is for: it mails a colleague, so an officer begins ten an hour.
const ROWS_OF_A_HANDOVER: usize = 300_000;

/// One action for many invites.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActionRequest {
    action: ActionKind,
    /// What an amendment changes in each of them; nothing sends them again as they are.
    set: Option<CorrectionRequest>,
    /// The address of the colleague who gets them, of a handover.
    #[schema(max_length = 254, example = "bo@example-agency.gov.sg")]
    to: Option<String>,
    /// The invites, at most 200. Either these or a filter.
    #[schema(value_type = Option<Vec<String>>, max_items = 200)]
    ids: Option<Vec<InviteId>>,
    /// All that match, at most 100,000.
    filter: Option<InviteFilter>,
}

/// The fields of the body, with the rest of it in `AlikeInInvites`.
type CorrectionRequest = WithFields<AlikeInInvites>;

/// What is amended alike in many invites. What is not named stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CorrectionRequest)]
pub(crate) struct AlikeInInvites {}

impl Beside for AlikeInInvites {
    const JSON: FieldJson = FieldJson::Nullable;

    fn has(field: Field) -> bool {
        field.spec().alike == Alike::Everywhere
    }
}

/// Does one thing with many invites; each stands for itself.
#[utoipa::path(
    post, path = "/api/invites/actions", operation_id = "actOnInvites", tag = "invites",
    params(("Idempotency-Key" = String, Header, min_length = 1, max_length = 255,
        description = "1 to 255 visible ASCII characters.")),
    request_body = ActionRequest,
    responses((
        status = 202, description = "Stored, and begun.", body = ActionBody,
        headers(("Location" = String, description = "The action.")),
    )),
    security(("officer" = [])),
)]
pub(crate) async fn act(
    State(deps): State<Arc<Deps>>,
    Trace(trace): Trace,
    Keyed { signed_in: SignedIn { officer, .. }, asked, value }: Keyed<ActionRequest>,
) -> Result<Response, Problem> {
    let action = match asked {
        Asked::Before(answer) => deps.asked_before(&answer).await?,
        Asked::Now(request) => deps.asked_now(request, &officer, &value, trace).await?,
    };
    let keys = deps.secrets.keys().await.map_err(Problem::unavailable)?;
    let entries = deps.store.list_entries(&action, 0, ENTRIES_PER_PART).await?;
    let list = ActionBody::list_of(action.id);
    let more = entries.len() < action.total as usize;
    let next = more.then(|| Cursors::new(keys, &officer.id, &list).seal(&entries.len().to_string()));
    let body = serde_json::to_string(&ActionBody::of(&action, &entries, next)).map_err(Problem::internal)?;
    let location = Some(format!("actions/{}", action.id));
    Ok(reply::saved(SavedAnswer { status: StatusCode::ACCEPTED.as_u16(), location, body }))
}

impl ActionRequest {
    /// What is done with each invite, as far as the request says. `None`: it is a handover.
    fn verb(&self) -> Result<Option<Verb>, Problem> {
        let misplaced = |pointer: &str, code, detail| {
            Err(Problem::new(Slug::Validation).items([ProblemItem::new(pointer, code, detail)]))
        };
        match (self.action, &self.set, &self.to) {
            (ActionKind::HandOver, None, _) => Ok(None),
            (_, _, Some(_)) => misplaced("/to", "to.not-here", "Only a handover gives anything to somebody."),
            (ActionKind::Amend, set, None) => {
                let correction = set.as_ref().map(correction).transpose()?;
                Ok(Some(Verb::Amend(correction.unwrap_or_default())))
            }
            (_, Some(_), _) => misplaced("/set", "set.not-here", "Only an amendment sets anything."),
            (ActionKind::Resend, None, None) => Ok(Some(Verb::Resend)),
            (ActionKind::Revoke, None, None) => Ok(Some(Verb::Revoke)),
        }
    }
}

fn correction(asked: &CorrectionRequest) -> Result<Correction, Problem> {
    let mut faults = Vec::new();
    let correction = Correction {
        organisation: field(&mut faults, asked, Field::Organisation, Organisation::parse),
        department: field(&mut faults, asked, Field::Department, Department::parse),
        reason: field(&mut faults, asked, Field::Reason, Reason::parse),
    };
    if faults.is_empty() { Ok(correction) } else { Err(Problem::new(Slug::Validation).items(faults)) }
}

fn field<T>(
    faults: &mut Vec<ProblemItem>,
    asked: &CorrectionRequest,
    field: Field,
    parse: impl FnOnce(&str) -> Result<T, Fault>,
) -> Option<T> {
    let wrong = |fault: Fault| {
        faults.push(ProblemItem::new(format!("/set/{}", field.name()), fault.code(), fault.detail()));
    };
    parse(asked.texts.get(&field)?).map_err(wrong).ok()
}

fn not_too_many(matching: Vec<InviteId>) -> Result<Vec<InviteId>, Problem> {
    if matching.len() > MAX_INVITES_PER_BULK_ACTION {
        return Err(
            Problem::new(Slug::TooLarge).detail("An action is for 100,000 invites at the most. Narrow the filter.")
        );
    }
    Ok(matching)
}

impl Deps {
    /// Stores a new action and does its first part.
    async fn asked_now(
        &self,
        request: KeyedRequest,
        officer: &Officer,
        asked: &ActionRequest,
        trace: TraceId,
    ) -> Result<Stored<BulkAction>, Problem> {
        let began = self.clock.now();
        let verb = match asked.verb()? {
            Some(verb) => verb,
            None => self.handover(officer, asked.to.as_deref().unwrap_or_default()).await?,
        };
        let counted = match asked.action {
            ActionKind::HandOver => ROWS_OF_A_HANDOVER,
            _ => asked.ids.as_ref().map_or(ROWS_OF_A_FILTER, Vec::len),
        };
        count_rows(&self.store, &officer.id, counted, began).await?;
        let invites = self.meant(officer, asked).await?;
        let now = self.clock.now();
        if invites.len() > counted {
            count_rows(&self.store, &officer.id, invites.len() - counted, now).await?;
        }
        let id = BulkActionId::generate(now, &self.entropy);
        let (action, parts) = BulkAction::new(id, officer.clone(), verb, &invites, now, trace);
        // The saved answer holds the id of the action only; the answer to a request shows its current progress.
        let answer = SavedAnswer { status: StatusCode::ACCEPTED.as_u16(), location: None, body: id.to_string() };
        // A partition takes the parts of 100,000 invites in some ten seconds.
        let store = self.store.until(began + GATEWAY_WAIT, now);
        match store.create_action(&action, &parts, Some(&request.answered(answer, now))).await? {
            CreateBulkActionOutcome::Created(action) => Ok(self.begin(action).await),
            CreateBulkActionOutcome::Replay(answer) => self.asked_before(&answer).await,
            CreateBulkActionOutcome::KeyReused => Err(Problem::new(Slug::IdempotencyKeyReused)),
            CreateBulkActionOutcome::LostRace => Err(Problem::new(Slug::LostRace)),
        }
    }

    /// The handover to the colleague with an address.
    async fn handover(&self, officer: &Officer, to: &str) -> Result<Verb, Problem> {
        let refused = |code, detail: &'static str| {
            Err(Problem::new(Slug::Validation).items([ProblemItem::new("/to", code, detail)]))
        };
        let address = match EmailAddress::parse(to) {
            Ok(address) => address,
            Err(fault) => return refused(fault.code(), fault.detail()),
        };
        let named = Officer { id: officer.id.clone(), email: address };
        if !officer.is_colleague_of(&named) {
            return refused("to.other-agency", "Give the address of a colleague of your agency.");
        }
        let found = self.sign_in.find_officer_at(&named.email).await.map_err(Problem::directory_out)?;
        match found {
            Some(to) if to.id == officer.id => refused("to.yourself", "These invites are yours already."),
            Some(to) if officer.is_colleague_of(&to) => Ok(Verb::HandOver { to, by: Actor::Officer }),
            _ => refused(
                "to.unknown",
                "Nobody signs in with this address. Ask your colleague to sign in here once, and try again.",
            ),
        }
    }

    /// The invites of a request, as they match now.
    async fn meant(&self, officer: &Officer, request: &ActionRequest) -> Result<Vec<InviteId>, Problem> {
        let invalid = |pointer: &str, code, detail| {
            Problem::new(Slug::Validation).items([ProblemItem::new(pointer, code, detail)])
        };
        match (&request.ids, &request.filter) {
            (Some(ids), None) if (1..=MANY).contains(&ids.len()) => {
                let mut seen = HashSet::new();
                Ok(ids.iter().copied().filter(|id| seen.insert(*id)).collect())
            }
            (Some(_), None) => Err(invalid("/ids", "ids.number", "Name 1 to 200 invites.")),
            // A handover may be of everything, because it ends nothing and mails no invitee.
            (None, Some(filter)) if filter.is_empty() && request.action != ActionKind::HandOver => {
                Err(invalid("/filter", "filter.empty", "Say which invites are meant."))
            }
            (None, Some(filter)) => {
                let query = filter.query("/filter", Sort::NEWEST, MAX_INVITES_PER_BULK_ACTION + 1)?;
                not_too_many(self.store.matching_invites(&officer.id, &query, self.clock.now()).await?)
            }
            _ => Err(invalid("", "ids.or-filter", "Send either ids or a filter.")),
        }
    }

    /// Does the first part at once, and leaves the rest to `apply-actions`. The action is stored, so an error here
    /// loses nothing.
    async fn begin(&self, action: Stored<BulkAction>) -> Stored<BulkAction> {
        let (id, officer, stored) = (action.id, action.officer.id.clone(), action.clone());
        let action = self.actions.step(action).await.unwrap_or_else(|error| {
            tracing::warn!(action_id = %id, %error, "the worker will begin it");
            stored
        });
        tracing::info!(action_id = %id, action = action.verb.name(), total = action.total, "action stored");
        if matches!(action.state, BulkActionState::Running { .. }) {
            self.queues.wake(QueueName::Actions, &officer, &[Wake::BulkAction { id }]).await;
        }
        action
    }

    async fn asked_before(&self, answer: &SavedAnswer) -> Result<Stored<BulkAction>, Problem> {
        let not_found = || Problem::new(Slug::NotFound);
        let id = BulkActionId::parse(&answer.body).ok_or_else(not_found)?;
        self.store.show_action(id, self.clock.now()).await?.ok_or_else(not_found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_for_as_many_invites_as_a_list_has_at_most() {
        assert_eq!(MAX_INVITES_PER_BULK_ACTION, store::invite_list::MAX_LIST_INVITES);
        let invite = InviteId::parse("inv_01JDC6T4RG0000000000000000").unwrap();
        let all = vec![invite; MAX_INVITES_PER_BULK_ACTION];
        assert_eq!(not_too_many(all.clone()).unwrap().len(), MAX_INVITES_PER_BULK_ACTION);
        let refused = not_too_many([all, vec![invite]].concat()).unwrap_err();
        assert_eq!(refused.slug(), Slug::TooLarge);
    }
}

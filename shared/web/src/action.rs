//! A bulk action in the form of the API.

use std::collections::BTreeMap;

use domain::{
    BulkActionId, InviteId, Timestamp, TraceId,
    bulk_action::{BulkAction, Entry, Outcome, Refusal, Side, Verb},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is done with each invite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ActionKind {
    Resend,
    Revoke,
    /// It is amended and sent again, where it failed or expired.
    Amend,
    /// A colleague of the officer gets it; nobody is mailed but the two of them.
    HandOver,
}

/// An action, and what became of some or all of its invites.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActionBody {
    #[schema(value_type = String, example = "act_01KAR3G3AM4X5QJ8T7Z0W2V9YB")]
    pub id: BulkActionId,
    pub action: ActionKind,
    /// Whether it goes on: `RUNNING` or `DONE`.
    #[schema(example = "RUNNING")]
    pub state: &'static str,
    /// Who gets the invites of a handover.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "bo@example-agency.gov.sg")]
    pub to: Option<String>,
    /// How many invites stand where.
    pub counts: ActionCounts,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it last went on.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// What to quote to support; it is in the history of each invite that was changed.
    #[schema(value_type = String, example = "1-67891233-abcdef012345678912345678")]
    pub trace_id: TraceId,
    /// What became of each, in the order they were asked for, or newest first for a filter.
    pub outcomes: Vec<ActionOutcome>,
    /// What to ask the next page of outcomes with; null on the last.
    pub next_cursor: Option<String>,
}

/// How many invites of an action stand where.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ActionCounts {
    pub total: u32,
    pub waiting: u32,
    pub done: u32,
    pub skipped: u32,
    /// Those that were left as they are, by reason.
    pub reasons: BTreeMap<String, u32>,
}

/// What became of one invite.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActionOutcome {
    #[schema(value_type = String, example = "inv_01KAR3G3AM4X5QJ8T7Z0W2V9YB")]
    pub id: InviteId,
    /// What became of it: `waiting`, `done` or `skipped`.
    #[schema(example = "skipped")]
    pub outcome: &'static str,
    /// Why it was left as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "too-many-requests")]
    pub reason: Option<&'static str>,
    /// From when it can be sent again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_at: Option<Timestamp>,
}

impl From<&Verb> for ActionKind {
    fn from(verb: &Verb) -> Self {
        match verb {
            Verb::Resend => Self::Resend,
            Verb::Revoke => Self::Revoke,
            Verb::Amend(_) => Self::Amend,
            Verb::HandOver { .. } => Self::HandOver,
        }
    }
}

impl ActionBody {
    /// The name of the list of an action's outcomes, which its cursors are sealed for.
    #[must_use]
    pub fn list_of(id: BulkActionId) -> String {
        format!("outcomes {id}")
    }

    /// An action with some of its invites.
    #[must_use]
    pub fn of(action: &BulkAction, entries: &[Entry], next_cursor: Option<String>) -> Self {
        let skipped = action.skipped.values().sum();
        Self {
            id: action.id,
            action: ActionKind::from(&action.verb),
            state: action.state_name(),
            to: action.address_of(Side::Taker).map(|to| to.as_str().to_owned()),
            counts: ActionCounts {
                total: action.total,
                waiting: action.total.saturating_sub(action.done).saturating_sub(skipped),
                done: action.done,
                skipped,
                reasons: action.skipped.clone(),
            },
            created_at: action.created_at,
            updated_at: action.updated_at,
            trace_id: action.trace.clone(),
            outcomes: entries.iter().map(ActionOutcome::of).collect(),
            next_cursor,
        }
    }
}

impl ActionOutcome {
    fn of(entry: &Entry) -> Self {
        let (outcome, why) = match entry.outcome {
            Outcome::Waiting => ("waiting", None),
            Outcome::Done => ("done", None),
            Outcome::Skipped { why } => ("skipped", Some(why)),
        };
        let next_at = match why {
            Some(Refusal::TooSoon { next }) => Some(next),
            Some(Refusal::CapReached { cap }) => Some(cap.until),
            _ => None,
        };
        Self { id: entry.invite, outcome, reason: why.map(Refusal::code), next_at }
    }
}

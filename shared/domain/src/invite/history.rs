//! What happened to an invite, and who did it.

use serde::{Deserialize, Serialize};

use super::{Invite, changes::Act};
use crate::{ActionId, Timestamp, TraceId};

/// How many entries of its history an invite keeps; the oldest after the first give way.
const HISTORY_LIMIT: usize = 50;

/// One entry of an invite's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// When it happened; entries are in this order.
    pub at: Timestamp,
    /// What, in a word of the API such as `ACCOUNT_CREATED`.
    pub event: String,
    /// Who did it; the service where nothing is stored of it.
    #[serde(default)]
    pub by: Actor,
    /// The request behind it.
    pub trace: TraceId,
    /// The action for many invites that this was part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<ActionId>,
}

/// Who did something to an invite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Actor {
    /// The officer who invites.
    Officer,
    /// Whom it is for: by the link, or signed in.
    Invitee,
    /// The operator of the service.
    Operator,
    /// The service by itself.
    #[default]
    Service,
}

impl Invite {
    /// Whether an action has changed it already, so that the action never changes it twice.
    #[must_use]
    pub fn was_changed_by(&self, action: ActionId) -> bool {
        self.history.iter().any(|entry| entry.action == Some(action))
    }

    pub(super) fn acted_by_officer(self, event: &str, act: &Act) -> Self {
        self.recorded(event, Actor::Officer, act)
    }

    pub(super) fn acted(self, event: &str, by: Actor, now: Timestamp) -> Self {
        let act = Act { at: now, trace: self.trace.clone(), action: None };
        self.recorded(event, by, &act)
    }

    /// The same with `event` in its history.
    pub(super) fn recorded(mut self, event: &str, by: Actor, act: &Act) -> Self {
        // A step that is tried again and again says so once, or it would push everything else out. What an officer does is
        // never such a step.
        let again = |last: &HistoryEntry| last.event == event && last.by == by && by != Actor::Officer;
        if !self.history.last().is_some_and(again) {
            if self.history.len() >= HISTORY_LIMIT {
                self.history.remove(1);
            }
            self.history.push(HistoryEntry {
                at: act.at,
                event: event.to_owned(),
                by,
                trace: act.trace.clone(),
                action: act.action,
            });
        }
        self.stepped(None, act.at)
    }

    /// The same with what the service did in its history.
    pub(super) fn stepped(mut self, event: Option<&str>, now: Timestamp) -> Self {
        if let Some(event) = event {
            return self.acted(event, Actor::Service, now);
        }
        self.updated_at = now;
        self
    }
}

#[cfg(test)]
mod tests {
    use crate::invite::samples::{at, for_account};

    #[test]
    fn a_step_that_is_tried_again_and_again_says_so_once() {
        let mut invite = for_account();
        for n in 0..100 {
            invite = invite.claim(at(n)).unwrap().give_back(at(n), at(n)).unwrap();
        }
        let events: Vec<&str> = invite.history.iter().map(|entry| entry.event.as_str()).collect();
        assert_eq!(events, ["QUEUED", "PROVISIONING"]);
    }
}

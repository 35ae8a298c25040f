//! An action for many invites, and its parts.

use std::time::Duration;

use domain::{
    ActionId, Timestamp,
    action::{Action, ENTRIES_PER_PART, Entry, Part},
};

use crate::{
    IdempotentRequest, RequestOutcome, SavedAnswer, Store, StoreError,
    item::Envelope,
    keys::{self, Key},
    record::{Layout, Stored, item_of},
    transaction::{Refused, Transaction},
};

/// How long an action can be looked at after it was asked for.
pub const ACTION_LIFE: Duration = Duration::from_secs(30 * 24 * 3600);

/// What became of a new action.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "only `Created` has written anything"]
pub enum CreateActionOutcome {
    /// It is there.
    Created(Stored<Action>),
    /// The same request was answered before; this was the answer.
    Replay(SavedAnswer),
    /// The key belongs to a request with another body.
    KeyReused,
    /// The write was refused, and the key is free: ask again.
    LostRace,
}

impl Layout for Action {
    type Id = ActionId;

    const KIND: &'static str = "action";

    fn key(id: &ActionId) -> Key {
        keys::action(*id)
    }

    fn id(&self) -> ActionId {
        self.id
    }

    fn laid_out(&self, envelope: Envelope) -> Result<Envelope, StoreError> {
        Ok(envelope.due(self.next_due()).expires(self.created_at + ACTION_LIFE))
    }
}

impl Layout for Part {
    type Id = (ActionId, u32);

    const KIND: &'static str = "part";

    fn key((action, number): &(ActionId, u32)) -> Key {
        keys::part(*action, *number)
    }

    fn id(&self) -> (ActionId, u32) {
        (self.action, self.number)
    }

    fn laid_out(&self, envelope: Envelope) -> Result<Envelope, StoreError> {
        Ok(envelope.expires(self.action.generated_at() + ACTION_LIFE))
    }
}

impl Store {
    /// Writes a new action, its parts and the answer to its request. The parts come first, and mean nothing without the
    /// action.
    ///
    /// # Errors
    ///
    /// When the table cannot answer; the request may have been done, and repeating it tells.
    pub async fn create_action(
        &self,
        action: &Action,
        parts: &[Part],
        request: &IdempotentRequest,
    ) -> Result<CreateActionOutcome, StoreError> {
        let parts = parts.iter().map(|part| item_of(part, 1)).collect::<Result<_, _>>()?;
        self.table.put_many(parts).await?;
        let mut transaction = Transaction::default();
        let created = transaction.create(action.clone(), Refused::LostRace)?;
        Ok(match self.commit_request(transaction, request).await? {
            RequestOutcome::Done => CreateActionOutcome::Created(created),
            RequestOutcome::Replay(answer) => CreateActionOutcome::Replay(answer),
            RequestOutcome::KeyReused => CreateActionOutcome::KeyReused,
            RequestOutcome::LostRace => CreateActionOutcome::LostRace,
        })
    }

    /// The action, to be shown: none from [`ACTION_LIFE`] after it was asked for on, although the table may hold
    /// it for days longer.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn show_action(&self, id: ActionId, now: Timestamp) -> Result<Option<Stored<Action>>, StoreError> {
        Ok(self.get::<Action>(&id).await?.filter(|action| now < action.created_at + ACTION_LIFE))
    }

    /// At most `limit` of an action's invites from the place `from` on, counted from 0, with what became of each.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn list_entries(&self, action: &Action, from: usize, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let end = from.saturating_add(limit).min(action.total as usize);
        let mut entries = Vec::new();
        let mut place = from;
        while place < end {
            let number = u32::try_from(place / ENTRIES_PER_PART + 1).unwrap_or(u32::MAX);
            let Some(part) = self.get::<Part>(&(action.id, number)).await? else { break };
            let in_part = place % ENTRIES_PER_PART;
            let wanted = (ENTRIES_PER_PART - in_part).min(end - place);
            entries.extend(part.into_value().entries.into_iter().skip(in_part).take(wanted));
            place += wanted;
        }
        Ok(entries)
    }
}

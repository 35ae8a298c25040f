//! An action for many invites, and its parts.

use std::time::Duration;

use domain::{
    BulkActionId, Timestamp,
    bulk_action::{BulkAction, ENTRIES_PER_PART, Entry, Part},
};

use crate::{
    IdempotentRequest, RequestOutcome, SavedAnswer, Store, StoreError,
    item::Envelope,
    keys::{self, Key},
    record::{Layout, Stored, item_of},
    transaction::{Refused, Transaction},
};

/// How long after it was asked for an action can be shown.
pub const BULK_ACTION_RETENTION: Duration = Duration::from_secs(30 * 24 * 3600);

/// The result of creating an action.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "only `Created` has written anything"]
pub enum CreateBulkActionOutcome {
    Created(Stored<BulkAction>),
    /// The same request was answered before, with this answer.
    Replay(SavedAnswer),
    /// The key was used for a request with another body.
    KeyReused,
    /// The write was refused, and the key is still free: the caller tries again.
    LostRace,
}

impl Layout for BulkAction {
    type Id = BulkActionId;

    const KIND: &'static str = "action";

    fn key(id: &BulkActionId) -> Key {
        keys::action(*id)
    }

    fn id(&self) -> BulkActionId {
        self.id
    }

    fn laid_out(&self, envelope: Envelope) -> Result<Envelope, StoreError> {
        Ok(envelope.due(self.next_due()).expires(self.created_at + BULK_ACTION_RETENTION))
    }
}

impl Layout for Part {
    type Id = (BulkActionId, u32);

    const KIND: &'static str = "part";

    fn key((action, number): &(BulkActionId, u32)) -> Key {
        keys::part(*action, *number)
    }

    fn id(&self) -> (BulkActionId, u32) {
        (self.action, self.number)
    }

    fn laid_out(&self, envelope: Envelope) -> Result<Envelope, StoreError> {
        Ok(envelope.expires(self.action.generated_at() + BULK_ACTION_RETENTION))
    }
}

impl Store {
    /// Writes a new action, its parts and the answer to its request, if an officer asked. The parts are written first;
    /// they mean nothing without the action.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer. The action may have been created: a repeated request finds out.
    pub async fn create_action(
        &self,
        action: &BulkAction,
        parts: &[Part],
        request: Option<&IdempotentRequest>,
    ) -> Result<CreateBulkActionOutcome, StoreError> {
        let parts = parts.iter().map(|part| item_of(part, 1)).collect::<Result<_, _>>()?;
        self.table.put_many(parts).await?;
        let mut transaction = Transaction::default();
        let created = transaction.create(action.clone(), Refused::LostRace)?;
        let Some(request) = request else {
            if transaction.commit(self).await?.is_empty() {
                return Ok(CreateBulkActionOutcome::Created(created));
            }
            // Its id is new, so what is there was written by a request of this call that the client has repeated.
            let found = self.get::<BulkAction>(&action.id).await?;
            return Ok(found.map_or(CreateBulkActionOutcome::LostRace, CreateBulkActionOutcome::Created));
        };
        Ok(match self.commit_request(transaction, request).await? {
            RequestOutcome::Done => CreateBulkActionOutcome::Created(created),
            RequestOutcome::Replay(answer) => CreateBulkActionOutcome::Replay(answer),
            RequestOutcome::KeyReused => CreateBulkActionOutcome::KeyReused,
            RequestOutcome::LostRace => CreateBulkActionOutcome::LostRace,
        })
    }

    /// The action, to be shown. `None` when [`BULK_ACTION_RETENTION`] is over, although the table may hold the action
    /// for days longer.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn show_action(
        &self,
        id: BulkActionId,
        now: Timestamp,
    ) -> Result<Option<Stored<BulkAction>>, StoreError> {
        Ok(self.get::<BulkAction>(&id).await?.filter(|action| now < action.created_at + BULK_ACTION_RETENTION))
    }

    /// Up to `limit` of an action's invites from the index `from`, counted from 0, each with its outcome.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn list_entries(&self, action: &BulkAction, from: usize, limit: usize) -> Result<Vec<Entry>, StoreError> {
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

//! Actions for many invites, and their parts.

use std::time::Duration;

use domain::{
    ActionId, Timestamp,
    action::{Action, ENTRIES_PER_PART, Entry, Part},
};

use crate::{
    IdempotentRequest, RequestOutcome, SavedAnswer, Store, StoreError, Written,
    invites::written,
    item::{self, Envelope, Item},
    keys,
    table::{Condition, Write},
};

const ACTION: &str = "action";
const PART: &str = "part";

/// How long an action can be looked at after it was asked for.
pub const ACTION_LIFE: Duration = Duration::from_secs(30 * 24 * 3600);

/// What became of a new action.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "only `Created` has written anything"]
pub enum CreateActionOutcome {
    /// It is there.
    Created,
    /// The same request was answered before; this was the answer.
    Replay(SavedAnswer),
    /// The key belongs to a request with another body.
    KeyReused,
    /// The write was refused, and the key is free: ask again.
    LostRace,
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
        let items = parts.iter().map(|part| put_part(action, part)).collect::<Result<_, _>>()?;
        self.table.put_many(items).await?;
        let action = Write::Put { item: put_action(action)?, condition: Condition::Absent };
        Ok(match self.commit_request(vec![action], Some(request)).await? {
            RequestOutcome::Done => CreateActionOutcome::Created,
            RequestOutcome::Replay(answer) => CreateActionOutcome::Replay(answer),
            RequestOutcome::KeyReused => CreateActionOutcome::KeyReused,
            RequestOutcome::LostRace => CreateActionOutcome::LostRace,
        })
    }

    /// The action as it is now.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn find_action(&self, id: ActionId) -> Result<Option<Action>, StoreError> {
        self.table.get(&keys::action(id)).await?.map(|mut found| item::body(ACTION, &mut found)).transpose()
    }

    /// The action, to be shown: none from [`ACTION_LIFE`] after it was asked for on, although the table may hold
    /// it for days longer.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn show_action(&self, id: ActionId, now: Timestamp) -> Result<Option<Action>, StoreError> {
        Ok(self.find_action(id).await?.filter(|action| now < action.created_at + ACTION_LIFE))
    }

    /// One of its parts as it is now.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn find_part(&self, id: ActionId, number: u32) -> Result<Option<Part>, StoreError> {
        self.table.get(&keys::part(id, number)).await?.map(|mut found| item::body(PART, &mut found)).transpose()
    }

    /// Writes an action over the version that was read.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn replace_action(&self, read_version: u64, next: &Action) -> Result<Written, StoreError> {
        let write = Write::Put { item: put_action(next)?, condition: Condition::Version(read_version) };
        Ok(written(&self.table.commit(vec![write]).await?))
    }

    /// Writes what became of a part together with its action, both over the versions that were read, or nothing.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn advance_action(
        &self,
        read_part: u64,
        part: &Part,
        read_action: u64,
        action: &Action,
    ) -> Result<Written, StoreError> {
        let writes = vec![
            Write::Put { item: put_action(action)?, condition: Condition::Version(read_action) },
            Write::Put { item: put_part(action, part)?, condition: Condition::Version(read_part) },
        ];
        Ok(written(&self.table.commit(writes).await?))
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
            let Some(part) = self.find_part(action.id, number).await? else { break };
            let in_part = place % ENTRIES_PER_PART;
            let wanted = (ENTRIES_PER_PART - in_part).min(end - place);
            entries.extend(part.entries.into_iter().skip(in_part).take(wanted));
            place += wanted;
        }
        Ok(entries)
    }
}

fn put_action(action: &Action) -> Result<Item, StoreError> {
    Envelope::new(keys::action(action.id), ACTION, action.version)
        .due(action.due_at)
        .expires(action.created_at + ACTION_LIFE)
        .body(ACTION, action)
}

fn put_part(action: &Action, part: &Part) -> Result<Item, StoreError> {
    Envelope::new(keys::part(action.id, part.number), PART, part.version)
        .expires(action.created_at + ACTION_LIFE)
        .body(PART, part)
}

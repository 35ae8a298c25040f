//! What operators list: what is overdue, everything that officers' requests created, and everything about a person.
//!
//! A table has no upper bound, so each list is read in pages, and a [`Place`] says where the next page begins.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    Timestamp, TraceId, batch::Batch, bulk_action::BulkAction, invite::Invite, keys::AddressKey, licence::SeedRequest,
    webhook::WebhookEvent,
};
use serde::{Deserialize, Serialize};

use crate::{
    Due, DueEntry, Store, StoreError,
    due::{self, DUE_SHARDS},
    item::{Item, key, text},
    keys::{self, Key},
    record::{Layout, Record, Stored, stored},
    table::{Freshness, Index, Query, Range, Segment},
};

/// The attributes of a place: those of the table's key, and of the index that it may be in.
const PLACE: [&str; 4] = ["pk", "sk", "due_shard", "due_at"];

#[derive(Clone, Debug)]
pub struct Page<T> {
    pub found: Vec<T>,
    /// How many items of the listed kinds this build cannot read.
    pub unreadable: u32,
    /// Where the next page begins. `None`: this was the last page.
    pub next: Option<Place>,
}

/// Where a page begins. Its serialised form can be stored outside the table: it holds keys, and no address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Place(BTreeMap<String, String>);

/// A record with an id and a state that follows from an officer's request.
#[derive(Clone, Debug)]
pub enum Work {
    Invite(Box<Stored<Invite>>),
    Batch(Box<Stored<Batch>>),
    /// An action for many invites.
    BulkAction(Box<Stored<BulkAction>>),
    /// A webhook event to an agency's system.
    WebhookEvent(Box<Stored<WebhookEvent>>),
    /// An account's own request for SEED.
    SeedRequest(Box<Stored<SeedRequest>>),
}

impl Store {
    /// A page of what was due `before`, the longest due first within each shard.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn list_overdue(&self, before: Timestamp, from: Option<Place>) -> Result<Page<DueEntry>, StoreError> {
        let shard = from.as_ref().map_or(0, Place::shard);
        let after = from.filter(Place::is_within).map(Place::into_item);
        let range = Range::Below(before.to_string());
        let query = Query { range, after, ..Query::all(Index::Due, keys::due_shard(shard)) };
        let page = self.table.page(&query).await?;
        let next_shard = (shard + 1 < DUE_SHARDS).then(|| Place::of_shard(shard + 1));
        let found: Vec<DueEntry> = page.items.iter().filter_map(due::read).collect();
        let unreadable = u32::try_from(page.items.len() - found.len()).unwrap_or(u32::MAX);
        Ok(Page { found, unreadable, next: page.next.as_ref().map(Place::of).or(next_shard) })
    }

    /// A page of everything that officers' requests created, in no order. It may lag by a moment.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn list_work(&self, from: Option<Place>) -> Result<Page<Work>, StoreError> {
        let (items, next) = self.page_of_all(from, Freshness::MayLag).await?;
        let (mut found, mut unreadable) = (Vec::new(), 0);
        for item in items {
            match Work::read(item) {
                Ok(work) => found.extend(work),
                Err(_) => unreadable += 1,
            }
        }
        Ok(Page { found, unreadable, next })
    }

    /// A page of the items about a person, each as the table has it.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn list_held(
        &self,
        person: &AddressKey,
        from: Option<Place>,
    ) -> Result<Page<serde_json::Value>, StoreError> {
        let (items, next) = self.page_of_all(from, Freshness::Current).await?;
        let erasure = keys::forget_request(person);
        let about = [keys::address(person), keys::mailbox(person), keys::holder(person), erasure];
        let held = items.into_iter().filter(|item| is_about(item, person, &about));
        Ok(Page { found: held.map(plain).collect::<Result<_, _>>()?, unreadable: 0, next })
    }

    /// The record with this id, as it is now.
    ///
    /// # Errors
    ///
    /// Like [`Store::get`].
    pub async fn find_work(&self, id: Due) -> Result<Option<Work>, StoreError> {
        Ok(match id {
            Due::Invite(id) => self.get(&id).await?.map(Box::new).map(Work::Invite),
            Due::Batch(id) => self.get(&id).await?.map(Box::new).map(Work::Batch),
            Due::BulkAction(id) => self.get(&id).await?.map(Box::new).map(Work::BulkAction),
            Due::WebhookEvent(id) => self.get(&id).await?.map(Box::new).map(Work::WebhookEvent),
            Due::SeedRequest(id) => self.get(&id).await?.map(Box::new).map(Work::SeedRequest),
        })
    }

    async fn page_of_all(
        &self,
        from: Option<Place>,
        freshness: Freshness,
    ) -> Result<(Vec<Item>, Option<Place>), StoreError> {
        let segment = Segment { part: 0, of: 1, after: from.map(Place::into_item), freshness };
        let page = self.table.scan(&segment).await?;
        Ok((page.items, page.next.as_ref().map(Place::of)))
    }
}

impl Place {
    pub(crate) fn of(item: &Item) -> Self {
        let part = |name: &str| Some((name.to_owned(), text(item, name)?.to_owned()));
        Self(PLACE.into_iter().filter_map(part).collect())
    }

    pub(crate) fn into_item(self) -> Item {
        self.0.into_iter().map(|(name, value)| (name, AttributeValue::S(value))).collect()
    }

    /// The beginning of a shard of what is due.
    fn of_shard(shard: u8) -> Self {
        Self(BTreeMap::from([("due_shard".to_owned(), keys::due_shard(shard))]))
    }

    fn shard(&self) -> u8 {
        let name = self.0.get("due_shard");
        (0..DUE_SHARDS).find(|shard| name == Some(&keys::due_shard(*shard))).unwrap_or(0)
    }

    /// Whether it is after an item, and not at the beginning of a shard.
    fn is_within(&self) -> bool {
        self.0.contains_key("pk")
    }
}

impl Work {
    fn read(item: Item) -> Result<Option<Self>, StoreError> {
        fn boxed<T: Record>(item: Item) -> Result<Box<Stored<T>>, StoreError> {
            stored(item).map(Box::new)
        }
        Ok(match text(&item, "entity").unwrap_or_default() {
            Invite::KIND => Some(Self::Invite(boxed(item)?)),
            Batch::KIND => Some(Self::Batch(boxed(item)?)),
            BulkAction::KIND => Some(Self::BulkAction(boxed(item)?)),
            WebhookEvent::KIND => Some(Self::WebhookEvent(boxed(item)?)),
            SeedRequest::KIND => Some(Self::SeedRequest(boxed(item)?)),
            _ => None,
        })
    }

    #[must_use]
    pub fn id(&self) -> Due {
        match self {
            Self::Invite(invite) => Due::Invite(invite.id),
            Self::Batch(batch) => Due::Batch(batch.id),
            Self::BulkAction(action) => Due::BulkAction(action.id),
            Self::WebhookEvent(event) => Due::WebhookEvent(event.id),
            Self::SeedRequest(request) => Due::SeedRequest(request.id),
        }
    }

    /// The state's name in the API.
    #[must_use]
    pub fn state_name(&self) -> &'static str {
        match self {
            Self::Invite(invite) => invite.state_name(),
            Self::Batch(batch) => batch.state_name(),
            Self::BulkAction(action) => action.state_name(),
            Self::WebhookEvent(event) => event.state_name(),
            Self::SeedRequest(request) => request.seed.name(),
        }
    }

    /// The version at which it was read.
    #[must_use]
    pub fn version(&self) -> u64 {
        match self {
            Self::Invite(invite) => invite.version(),
            Self::Batch(batch) => batch.version(),
            Self::BulkAction(action) => action.version(),
            Self::WebhookEvent(event) => event.version(),
            Self::SeedRequest(request) => request.version(),
        }
    }

    /// The trace of the request that created it.
    #[must_use]
    pub fn trace(&self) -> &TraceId {
        match self {
            Self::Invite(invite) => &invite.trace,
            Self::Batch(batch) => &batch.trace,
            Self::BulkAction(action) => &action.trace,
            Self::WebhookEvent(event) => &event.trace,
            Self::SeedRequest(request) => &request.trace,
        }
    }

    /// When the sweeper has to check it. `None`: never.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        match self {
            Self::Invite(invite) => invite.next_due(),
            Self::Batch(batch) => Some(batch.next_due()),
            Self::BulkAction(action) => action.next_due(),
            Self::WebhookEvent(event) => event.next_due(),
            Self::SeedRequest(request) => Some(request.next_due()),
        }
    }
}

/// Whether an item is about a person: by its key, by an address in its body, or by the person that a row names.
fn is_about(item: &Item, person: &AddressKey, about: &[Key]) -> bool {
    let body = item.get("body").and_then(|body| body.as_m().ok());
    let in_body = body.and_then(|body| text(body, "address_key"));
    let named = [in_body, text(item, "person")];
    named.contains(&Some(person.as_str())) || about.contains(&key(item))
}

fn plain(item: Item) -> Result<serde_json::Value, StoreError> {
    let corrupt = |error: serde_dynamo::Error| StoreError::Corrupt { entity: "item", problem: error.to_string() };
    serde_dynamo::from_item(item).map_err(corrupt)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_within_a_shard_or_at_its_beginning() {
        let item = ["pk", "sk", "due_at", "due_shard", "other"].map(|name| {
            (name.to_owned(), AttributeValue::S(if name == "due_shard" { "DUE#5" } else { "x" }.to_owned()))
        });
        let within = Place::of(&Item::from(item));
        assert_eq!((within.shard(), within.is_within()), (5, true));
        assert_eq!(within.into_item().len(), PLACE.len(), "nothing but keys");
        let beginning = Place::of_shard(3);
        assert_eq!((beginning.shard(), beginning.is_within()), (3, false));
    }
}

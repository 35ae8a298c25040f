//! Finds items of the fake table that belong to no record, or that nothing will ever end.

use std::collections::HashMap;

use domain::{Timestamp, batch::Batch, invite::Invite, mail::Mailbox};

use store::{
    erasure::Lock,
    item::{self, text},
    rows::batch_of,
    table::{Item, Key},
};

use super::MemoryTable;

/// The kinds of items that an operator or the stack sets up. They stay until they are changed.
const SET_UP: [&str; 6] = ["domain_rules", "mail_switch", "mail_events", "canary", "job", "agency"];

/// The items of a table.
struct Items {
    by_key: HashMap<Key, Item>,
    /// The keys of the items whose body has an id.
    by_id: HashMap<String, Key>,
}

impl Items {
    fn new(items: Vec<Item>) -> Self {
        let id_of = |item: &Item| Some((id_of(item)?.to_owned(), item::key(item)));
        let by_id = items.iter().filter_map(id_of).collect();
        Self { by_key: items.into_iter().map(|item| (item::key(&item), item)).collect(), by_id }
    }

    fn of_id(&self, id: &str) -> Option<&Item> {
        self.by_key.get(self.by_id.get(id)?)
    }
}

fn id_of(item: &Item) -> Option<&str> {
    let id = item.get("body")?.as_m().ok()?.get("id")?.as_s().ok()?;
    Some(id)
}

impl MemoryTable {
    /// Every item that belongs to no record at `now`, or that neither a time to live nor the sweeper will ever delete,
    /// as text. An item that has expired counts as deleted, however late DynamoDB deletes it.
    ///
    /// An invite that waits for a person is no leftover, and neither is a suppressed mailbox.
    #[must_use]
    pub fn leftovers(&self, now: Timestamp) -> Vec<String> {
        let items = Items::new(self.live_items(now));
        let described = |(key, item): (&Key, &Item)| {
            let reason = reason(&items, key, item)?;
            Some(format!("{} {}: {reason}", text(item, "entity").unwrap_or("?"), key.pk))
        };
        let mut found: Vec<String> = items.by_key.iter().filter_map(described).collect();
        found.sort();
        found
    }

    /// Every item at `now` except what was set up and suppressed mailboxes. After the last retention has ended there is
    /// none.
    #[must_use]
    pub fn kept(&self, now: Timestamp) -> Vec<String> {
        let is_set_up = |item: &Item| SET_UP.contains(&text(item, "entity").unwrap_or_default());
        let is_kept = |item: &Item| !is_set_up(item) && !is_suppressed(item);
        let items = self.live_items(now).into_iter().filter(is_kept);
        items.map(|item| format!("{} {}", text(&item, "entity").unwrap_or("?"), item::key(&item).pk)).collect()
    }
}

/// Why an item should not exist.
fn reason(items: &Items, key: &Key, item: &Item) -> Option<&'static str> {
    let entity = text(item, "entity").unwrap_or_default();
    let has_end = item::expires_at(item).is_some() || text(item, "due_at").is_some();
    match entity {
        "row" | "people" => (!has_batch(items, key)).then_some("a row without its batch"),
        "guard" => (!has_live_owner(items, item)).then_some("a lock without a live invite"),
        "account" => (!has_account(items, key, item)).then_some("a link to nothing"),
        "forget_request" => Some("a request to forget somebody that is never done"),
        // The mailbox stays suppressed until an operator clears it.
        "mailbox" if is_suppressed(item) => None,
        "invite" if invite_of(item).is_some_and(|invite| invite.state_name() == "NEEDS_ATTENTION") => None,
        _ if SET_UP.contains(&entity) => None,
        _ => (!has_end).then_some("nothing ever ends it"),
    }
}

fn has_batch(items: &Items, row: &Key) -> bool {
    let Some(batch) = batch_of(row) else { return false };
    let batch = items.by_key.get(&Key { pk: format!("BATCH#{batch}"), sk: "META".to_owned() });
    batch.is_some_and(|item| item::body::<Batch>("batch", &mut item.clone()).is_ok())
}

fn has_live_owner(items: &Items, item: &Item) -> bool {
    let Some(lock) = Lock::of(item) else { return false };
    let invite = items.of_id(&lock.owner.to_string()).and_then(invite_of);
    invite.is_some_and(|invite| invite.is_live() && lock.belongs_to(&invite))
}

fn has_account(items: &Items, key: &Key, item: &Item) -> bool {
    let Some(owner) = text(item, "invite_id").and_then(|id| items.of_id(id)) else { return false };
    match invite_of(owner) {
        Some(invite) => invite.account().is_some_and(|account| account.directory_id == key.sk),
        None => text(owner, "entity") == Some("seed_request"),
    }
}

fn is_suppressed(item: &Item) -> bool {
    item::body::<Mailbox>("mailbox", &mut item.clone()).is_ok_and(|mailbox| mailbox.forgotten_at().is_none())
}

fn invite_of(item: &Item) -> Option<Invite> {
    let is_invite = text(item, "entity") == Some("invite");
    is_invite.then(|| item::body("invite", &mut item.clone()).ok()).flatten()
}

//! Every key string of the table.

use std::ops::Range;

use domain::{
    BatchId, BulkActionId, InviteId, OfficerId, SeedRequestId, SubscriptionId, Timestamp, Username, WebhookEventId,
    batch::MAX_ROWS, invite::Account, keys::AddressKey, keys::PersonKey, keys::TokenHash,
};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub pk: String,
    pub sk: String,
}

impl Key {
    pub(crate) fn new(pk: String, sk: &str) -> Self {
        Self { pk, sk: sk.to_owned() }
    }
}

const META: &str = "META";
pub(crate) const GUARD: &str = "GUARD";

pub(crate) fn invite(id: InviteId) -> Key {
    Key::new(format!("INVITE#{id}"), META)
}

/// The key of the entry in the list of an officer who had the invite.
pub(crate) fn left(id: InviteId, officer: &OfficerId) -> Key {
    Key::new(format!("INVITE#{id}"), &format!("LEFT#{officer}"))
}

pub(crate) fn address(key: &AddressKey) -> Key {
    Key::new(format!("ADDRESS#{}", key.as_str()), GUARD)
}

pub(crate) fn holder(key: &AddressKey) -> Key {
    Key::new(format!("HOLDER#{}", key.as_str()), META)
}

pub(crate) fn person(key: &PersonKey) -> Key {
    Key::new(format!("PERSON#{}", key.as_str()), META)
}

/// The partition of the agencies that have accounts.
pub(crate) const AGENCIES: &str = "AGENCIES";

/// Sorted by the email domain.
pub(crate) fn agency_with_accounts(domain: &str) -> Key {
    Key::new(AGENCIES.to_owned(), domain)
}

pub(crate) fn mailbox(key: &AddressKey) -> Key {
    Key::new(format!("MAILBOX#{}", key.as_str()), META)
}

pub(crate) fn username(username: &Username) -> Key {
    Key::new(format!("USERNAME#{}", username.canonical()), GUARD)
}

/// Partitions that the accounts are spread over. Each can be listed.
pub const ACCOUNT_SHARDS: u8 = 8;

pub(crate) fn accounts(shard: u8) -> String {
    format!("ACCOUNTS#{shard}")
}

/// The account's name is in lower case, because the directory ignores case.
pub(crate) fn account(account: &Account) -> Key {
    let name = account.directory_id.to_lowercase();
    Key { pk: accounts(shard_of(&name, ACCOUNT_SHARDS)), sk: name }
}

/// The partition of a list of the directory that began at `began`.
pub(crate) fn listed_in(began: Timestamp) -> String {
    format!("LISTED#{}", began.unix_ms())
}

/// A page of such a list, by its first account.
pub(crate) fn listed_page(began: Timestamp, first: u64) -> Key {
    Key::new(listed_in(began), &format!("{first:016x}"))
}

pub(crate) fn seed_request(id: SeedRequestId) -> Key {
    Key::new(format!("SEED#{id}"), META)
}

/// The key of the record that a request existed, once the request is deleted.
pub(crate) fn ended_seed_request(id: SeedRequestId) -> Key {
    Key::new(format!("SEED#{id}"), "ENDED")
}

pub(crate) fn token(hash: &TokenHash) -> Key {
    Key::new(format!("TOKEN#{}", hash.as_str()), META)
}

pub(crate) fn request(officer: &OfficerId, key_hash: &str) -> Key {
    Key::new(format!("REQUEST#{officer}#{key_hash}"), META)
}

pub(crate) fn batch(id: BatchId) -> Key {
    Key::new(format!("BATCH#{id}"), META)
}

/// The batch that a partition belongs to, from its partition key: the batch's own, or a part of its rows.
pub(crate) fn batch_of(pk: &str) -> Option<BatchId> {
    let id = pk.strip_prefix("BATCH#")?;
    BatchId::parse(id.split_once('#').map_or(id, |(id, _)| id))
}

/// Rows of a batch in one partition, which takes 1,000 writes of 1 KB a second. A small batch has one.
pub(crate) const ROWS_PER_PART: u32 = 500;

/// The partitions that the rows of a batch can be in.
pub(crate) fn parts() -> Range<u32> {
    parts_of(u32::try_from(MAX_ROWS).unwrap_or(u32::MAX))
}

/// The partitions of the first `total` rows of a batch.
pub(crate) fn parts_of(total: u32) -> Range<u32> {
    0..total.div_ceil(ROWS_PER_PART)
}

/// The partition of a row, and its place in it, from 0.
pub(crate) fn place_of(number: u32) -> (u32, u32) {
    let before = number.saturating_sub(1);
    (before / ROWS_PER_PART, before % ROWS_PER_PART)
}

pub(crate) fn row(batch: BatchId, number: u32) -> Key {
    Key { pk: rows_pk(batch, place_of(number).0), sk: row_sk(number) }
}

pub(crate) fn rows_pk(batch: BatchId, part: u32) -> String {
    format!("BATCH#{batch}#{part:02}")
}

/// The part of a batch's rows that a partition holds, from its partition key.
pub(crate) fn part_of(pk: &str) -> Option<u32> {
    pk.strip_prefix("BATCH#")?.split_once('#')?.1.parse().ok()
}

/// The item that says who is in a part of a batch's rows.
pub(crate) fn people(batch: BatchId, part: u32) -> Key {
    Key { pk: rows_pk(batch, part), sk: "PEOPLE".to_owned() }
}

pub(crate) const ROW_PREFIX: &str = "ROW#";

/// Six digits hold more rows than any limit allows, and are sorted as numbers are.
pub(crate) fn row_sk(number: u32) -> String {
    format!("{ROW_PREFIX}{number:06}")
}

pub(crate) fn action(id: BulkActionId) -> Key {
    Key::new(format!("ACTION#{id}"), META)
}

pub(crate) fn part(action: BulkActionId, number: u32) -> Key {
    Key { pk: format!("ACTION#{action}"), sk: format!("PART#{number:06}") }
}

pub(crate) fn agency(id: SubscriptionId) -> Key {
    Key::new(format!("AGENCY#{id}"), META)
}

pub(crate) fn webhook_event(id: WebhookEventId) -> Key {
    Key::new(format!("NOTICE#{id}"), META)
}

pub(crate) fn domain_rules() -> Key {
    Key::new("CONFIG".to_owned(), "DOMAIN_RULES")
}

pub(crate) fn canary() -> Key {
    Key::new("CONFIG".to_owned(), "CANARY")
}

pub(crate) fn mail_events() -> Key {
    Key::new("CONFIG".to_owned(), "MAIL_EVENTS")
}

pub(crate) fn usage(officer: &OfficerId) -> Key {
    Key::new(format!("OFFICER#{officer}#USAGE"), META)
}

pub(crate) fn invites_of(officer: &OfficerId) -> String {
    format!("OFFICER#{officer}#INVITES")
}

pub(crate) fn batches_of(officer: &OfficerId) -> String {
    format!("OFFICER#{officer}#BATCHES")
}

/// Sorted by time; the id separates two of the same millisecond.
pub(crate) fn listed(at: Timestamp, id: &str) -> String {
    format!("{at}#{id}")
}

/// Partitions that the due index is spread over.
pub const DUE_SHARDS: u8 = 8;

pub(crate) fn due_shard(shard: u8) -> String {
    format!("DUE#{shard}")
}

/// The partition of the due index for an item.
pub(crate) fn due_shard_of(pk: &str) -> String {
    due_shard(shard_of(pk, DUE_SHARDS))
}

fn shard_of(text: &str, shards: u8) -> u8 {
    text.bytes().fold(0u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte)) % shards
}

/// The partition of the people that operators asked to erase.
pub(crate) const FORGET_REQUESTS: &str = "FORGET";

pub(crate) fn forget_request(person: &AddressKey) -> Key {
    Key::new(FORGET_REQUESTS.to_owned(), person.as_str())
}

/// The partition of the audit trail.
pub(crate) const AUDIT: &str = "AUDIT";

/// Sorted by time, oldest first; `name` separates two of the same millisecond.
pub(crate) fn audit(at: Timestamp, name: &str) -> Key {
    Key { pk: AUDIT.to_owned(), sk: listed(at, name) }
}

/// The partition of regular jobs.
pub(crate) const JOBS: &str = "JOB";

pub(crate) fn job(name: &str) -> Key {
    Key::new(JOBS.to_owned(), name)
}

pub(crate) fn mail_switch() -> Key {
    Key::new("CONFIG".to_owned(), "MAIL_SWITCH")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn shards_share_the_load() {
        let account = |number: u32| account(&Account { directory_id: format!("person-{number}") }).pk;
        let accounts: BTreeSet<String> = (0..100).map(account).collect();
        assert_eq!(accounts, (0..ACCOUNT_SHARDS).map(super::accounts).collect());
        let due: BTreeSet<String> = (0..100).map(|number| due_shard_of(&format!("INVITE#{number}"))).collect();
        assert_eq!(due, (0..DUE_SHARDS).map(due_shard).collect());
    }
}

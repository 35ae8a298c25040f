//! The port to the table: the few requests that the rest of this crate needs.
//!
//! Conditions, atomic transactions, sparse indexes and pages. The contract suite runs the same assertions over DynamoDB
//! and over the fakes in memory.

mod dynamo;
mod patient;

use std::fmt::Debug;

use async_trait::async_trait;

pub use crate::{item::Item, keys::Key};
pub use dynamo::Dynamo;
pub(crate) use patient::Patient;

use crate::{StoreError, invite_list::Summary, item};

/// Keys of one [`Table::get_some`] at most.
pub const KEYS_PER_REQUEST: usize = 100;

/// Items of one [`Table::put_some`] at most.
pub const PUTS_PER_REQUEST: usize = 25;

/// One table: DynamoDB, or the fake of a test. Each method is one request. It answers [`StoreError::Busy`] when the
/// table took nothing of the request and may take it a moment later.
#[async_trait]
pub trait Table: Debug + Send + Sync {
    /// The item at `key` as it is now.
    async fn get(&self, key: &Key) -> Result<Option<Item>, StoreError>;

    /// The existing items at [`KEYS_PER_REQUEST`] keys or fewer, as they are now, in no order.
    async fn get_some(&self, keys: &[Key]) -> Result<Got, StoreError>;

    /// Does all of `writes`, or none. At most 100, and each writes another item.
    async fn commit(&self, writes: &[Write]) -> Result<Commit, StoreError>;

    /// Puts [`PUTS_PER_REQUEST`] items or fewer without conditions, in no order, each at least once. Returns what the
    /// table did not take. For items that have only one writer.
    async fn put_some(&self, items: &[Item]) -> Result<Vec<Item>, StoreError>;

    /// One page of what `query` finds.
    async fn page(&self, query: &Query) -> Result<Page, StoreError>;

    /// One page of the summaries that `query` finds in [`Index::Listing`].
    async fn summaries(&self, query: &Query) -> Result<SummaryPage, StoreError> {
        let Page { items, next } = self.page(query).await?;
        let summary = |mut item| item::part(Summary::ENTITY, "summary", &mut item);
        Ok(SummaryPage { summaries: items.into_iter().map(summary).collect::<Result<_, _>>()?, next })
    }

    /// One page of a segment of the whole table, in no order.
    async fn scan(&self, segment: &Segment) -> Result<Page, StoreError>;
}

/// The items that were read, and the keys that the table did not look at.
#[derive(Clone, Debug, Default)]
pub struct Got {
    pub items: Vec<Item>,
    pub left: Vec<Key>,
}

/// The condition on the stored item under which a write happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    Absent,
    /// There is no item, or its `expires_epoch` is before these seconds.
    AbsentOrExpired(i64),
    /// The item exists and has this `version`.
    Version(u64),
    /// There is no item, or it belongs to this `invite_id`.
    AbsentOrOwnedBy(String),
    Any,
}

impl Condition {
    /// The condition for writing version `next`: the version before it is stored, or nothing for the first.
    #[must_use]
    pub fn before(next: u64) -> Self {
        match next {
            0 | 1 => Self::Absent,
            version => Self::Version(version - 1),
        }
    }
}

#[derive(Clone, Debug)]
pub enum Write {
    /// Puts an item, which replaces a stored one.
    Put {
        /// The item, with its key in it.
        item: Item,
        /// The condition on the stored item.
        condition: Condition,
    },
    /// Deletes an item. Deleting a missing item is no error.
    Delete {
        key: Key,
        /// The condition on the stored item.
        condition: Condition,
    },
}

impl Write {
    /// The key of the item that is written or deleted.
    #[must_use]
    pub fn key(&self) -> Key {
        match self {
            Self::Put { item, .. } => item::key(item),
            Self::Delete { key, .. } => key.clone(),
        }
    }
}

/// The result of writes that all happen or none.
#[derive(Debug, PartialEq, Eq)]
pub enum Commit {
    Done,
    /// Nothing was written. The conditions of the writes at these indexes did not hold.
    Refused(Vec<usize>),
}

/// The index that a query reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Index {
    Primary,
    /// The records in an officer's lists, by time.
    Listing,
    /// The invites of a batch by their progress.
    ByBatch,
    /// The records that the sweeper has to check, by the time when they are due.
    Due,
}

impl Index {
    /// Whether a read of it sees every earlier write. The other indexes may lag by a moment.
    #[must_use]
    pub fn is_consistent(self) -> bool {
        self == Self::Primary
    }

    /// Its name in the template. `None`: the table itself.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Primary => None,
            Self::Listing => Some("listing"),
            Self::ByBatch => Some("by_batch"),
            Self::Due => Some("due"),
        }
    }

    /// The names of its partition and sort attributes.
    #[must_use]
    pub fn attributes(self) -> (&'static str, &'static str) {
        match self {
            Self::Primary => ("pk", "sk"),
            Self::Listing => ("listing_pk", "listing_sk"),
            Self::ByBatch => ("batch_id", "batch_state"),
            Self::Due => ("due_shard", "due_at"),
        }
    }
}

/// The part of a partition that a query reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Range {
    All,
    Only(String),
    /// Sort keys below this one.
    Below(String),
    /// Sort keys above this one.
    Above(String),
    /// Sort keys up to this one, which is included.
    UpTo(String),
}

/// The order of the items, by their sort key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Ascending,
    Descending,
}

/// A query of one partition.
#[derive(Clone, Debug)]
pub struct Query {
    pub index: Index,
    pub partition: String,
    /// The part of the partition.
    pub range: Range,
    pub order: Order,
    /// Only items whose text attribute has this value. The others count towards `limit` too.
    pub filter: Option<(&'static str, String)>,
    /// Items that DynamoDB reads per page at most.
    pub limit: Option<u32>,
    /// The `next` of the previous page. `None`: the first page.
    pub after: Option<Item>,
}

impl Query {
    /// All items of a partition, the lowest sort key first.
    #[must_use]
    pub fn all(index: Index, partition: String) -> Self {
        Self { index, partition, range: Range::All, order: Order::Ascending, filter: None, limit: None, after: None }
    }
}

/// Whether a scan of the whole table sees every write that was answered before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// It sees them, at twice the cost.
    Current,
    /// It may lag by a moment.
    MayLag,
}

/// A segment of the whole table, and where the scan continues in it.
#[derive(Clone, Debug)]
pub struct Segment {
    /// The number of the segment, from 0.
    pub part: u32,
    pub of: u32,
    /// The `next` of the previous page. `None`: the first page.
    pub after: Option<Item>,
    pub freshness: Freshness,
}

/// One page of a query or a scan.
#[derive(Debug, PartialEq)]
pub struct Page {
    pub items: Vec<Item>,
    /// Where the next page begins. `None`: this was the last page.
    pub next: Option<Item>,
}

/// One page of the summaries of invites.
#[derive(Debug)]
pub struct SummaryPage {
    pub summaries: Vec<Summary>,
    /// Where the next page begins. `None`: this was the last page.
    pub next: Option<Item>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The indexes of a kind in the template, each with its partition attribute and its sort attribute.
    fn in_template(kind: &str, next: &str) -> Vec<(String, [String; 2])> {
        let template = include_str!("../../../template.yaml");
        let (_, indexes) = template.split_once(kind).unwrap();
        let (indexes, _) = indexes.split_once(next).unwrap();
        let word = |text: &str| text.split([',', '\n']).next().unwrap().trim().to_owned();
        let read = |index: &str| {
            let mut names = index.split("AttributeName: ").map(word);
            (names.next().unwrap(), [names.next().unwrap(), names.next().unwrap()])
        };
        indexes.split("- IndexName: ").skip(1).map(read).collect()
    }

    #[test]
    fn indexes_are_those_of_the_template_and_may_lag() {
        let described = |index: Index| {
            let (partition, sort) = index.attributes();
            (index.name().unwrap().to_owned(), [partition.to_owned(), sort.to_owned()])
        };
        let global = [Index::Listing, Index::ByBatch, Index::Due];
        assert_eq!(global.map(described).to_vec(), in_template("GlobalSecondaryIndexes:", "StreamSpecification:"));
        assert!(!global.into_iter().any(Index::is_consistent));
        assert_eq!((Index::Primary.name(), Index::Primary.is_consistent()), (None, true));
    }
}

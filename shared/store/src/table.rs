//! The few things that the rest of this crate asks of a table.
//!
//! Conditions, atomic transactions, sparse indexes and pages: the contract suite runs the same assertions against
//! DynamoDB and the table that tests keep in memory.

mod dynamo;

use std::fmt::Debug;

use async_trait::async_trait;

pub use crate::{item::Item, keys::Key};
pub use dynamo::Dynamo;

use crate::{StoreError, item};

/// One table: DynamoDB's, or the memory of a test.
#[async_trait]
pub trait Table: Debug + Send + Sync {
    /// The item at `key` as it is now.
    async fn get(&self, key: &Key) -> Result<Option<Item>, StoreError>;

    /// The items at `keys` that are there, in no order.
    async fn get_many(&self, keys: &[Key]) -> Result<Vec<Item>, StoreError>;

    /// All of `writes`, or none. At most 100, each of another item.
    async fn commit(&self, writes: Vec<Write>) -> Result<Commit, StoreError>;

    /// Puts without conditions, in no order, each at least once: for items that only their own writer writes.
    async fn put_many(&self, items: Vec<Item>) -> Result<(), StoreError>;

    /// One page of what `query` finds.
    async fn page(&self, query: &Query) -> Result<Page, StoreError>;

    /// One page of a part of the whole table, in no order.
    async fn scan(&self, segment: Segment) -> Result<Page, StoreError>;

    /// Every item of `query`, page after page.
    async fn all(&self, mut query: Query) -> Result<Vec<Item>, StoreError> {
        let mut items = Vec::new();
        loop {
            let page = self.page(&query).await?;
            items.extend(page.items);
            query.after = page.next;
            if query.after.is_none() {
                return Ok(items);
            }
        }
    }
}

/// What must hold of the item that is there for a write to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    Absent,
    /// There is none, or its `expires_epoch` lies before these seconds.
    AbsentOrExpired(i64),
    /// The item is there and has this `version`.
    Version(u64),
    /// There is none, or it belongs to this `invite_id`.
    AbsentOrOwnedBy(String),
    Any,
}

impl Condition {
    /// The version before `next` is there, and nothing before the first.
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
    /// Puts an item in place of what is there.
    Put {
        /// The item, with its key in it.
        item: Item,
        /// What must hold of what is there.
        condition: Condition,
    },
    /// Deletes an item; one that is not there stays so.
    Delete {
        key: Key,
        /// What must hold of what is there.
        condition: Condition,
    },
}

impl Write {
    /// Where the item is, or will be.
    #[must_use]
    pub fn key(&self) -> Key {
        match self {
            Self::Put { item, .. } => item::key(item),
            Self::Delete { key, .. } => key.clone(),
        }
    }
}

/// What became of writes that stand or fall together.
#[derive(Debug, PartialEq, Eq)]
pub enum Commit {
    Done,
    /// Nothing was written; these writes' conditions did not hold.
    Refused(Vec<usize>),
}

/// Which items a query is over, by the partition key of which index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Index {
    Primary,
    /// The rows of a batch by the keyed hash of their address.
    ByAddress,
    /// The rows of a batch by their username.
    ByUsername,
    /// What an officer's lists show, newest last.
    Listing,
    /// The invites of a batch by their progress.
    ByBatch,
    /// What the sweeper has to check, by when.
    Due,
}

impl Index {
    /// Whether it can be read as it is now; the others may lag by a moment.
    #[must_use]
    pub fn is_consistent(self) -> bool {
        matches!(self, Self::Primary | Self::ByAddress | Self::ByUsername)
    }

    /// Its name in the template; none for the table itself.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Primary => None,
            Self::ByAddress => Some("by_address"),
            Self::ByUsername => Some("by_username"),
            Self::Listing => Some("listing"),
            Self::ByBatch => Some("by_batch"),
            Self::Due => Some("due"),
        }
    }

    /// The attribute that it sorts by.
    #[must_use]
    pub fn sort_attribute(self) -> &'static str {
        self.attributes().1
    }

    /// The partition and sort attributes.
    #[must_use]
    pub fn attributes(self) -> (&'static str, &'static str) {
        match self {
            Self::Primary => ("pk", "sk"),
            Self::ByAddress => ("pk", "address_key"),
            Self::ByUsername => ("pk", "username_key"),
            Self::Listing => ("listing_pk", "listing_sk"),
            Self::ByBatch => ("batch_id", "batch_state"),
            Self::Due => ("due_shard", "due_at"),
        }
    }
}

/// Which part of a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Range {
    All,
    Only(String),
    /// Sort keys below this one.
    Below(String),
    /// Sort keys above this one.
    Above(String),
    /// Sort keys up to this one, and it.
    UpTo(String),
}

/// In which order of the sort key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Ascending,
    Descending,
}

/// A question about one partition.
#[derive(Clone, Debug)]
pub struct Query {
    pub index: Index,
    pub partition: String,
    /// Which part of the partition.
    pub range: Range,
    pub order: Order,
    /// Only items whose text attribute has this value; they count towards `limit` all the same.
    pub filter: Option<(&'static str, String)>,
    /// How many items to look at per page.
    pub limit: Option<u32>,
    /// The `next` of the page before.
    pub after: Option<Item>,
}

impl Query {
    /// All of a partition, the lowest sort key first.
    #[must_use]
    pub fn all(index: Index, partition: String) -> Self {
        Self { index, partition, range: Range::All, order: Order::Ascending, filter: None, limit: None, after: None }
    }
}

/// Whether a reading of the whole table sees every write that was answered before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// It does, at twice the cost.
    Current,
    /// It may lag by a moment.
    MayLag,
}

/// A part of the whole table, and where in it the reading goes on.
#[derive(Clone, Debug)]
pub struct Segment {
    /// Which part, counted from 0.
    pub part: u32,
    pub of: u32,
    /// The `next` of the page before.
    pub after: Option<Item>,
    pub freshness: Freshness,
}

/// One page of an answer.
#[derive(Debug, PartialEq)]
pub struct Page {
    pub items: Vec<Item>,
    /// Where the next page starts, if there may be one.
    pub next: Option<Item>,
}

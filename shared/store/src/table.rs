//! The few things that the rest of this crate asks of a table, and the two tables that do them.
//!
//! The in-memory table keeps the same promises: conditions, atomic transactions, sparse indexes and pages. The contract
//! suite runs the same assertions against both.

mod dynamo;
#[cfg(feature = "fake")]
mod limits;
#[cfg(feature = "fake")]
mod memory;

use crate::{
    StoreError,
    item::{self, Item},
    keys::Key,
};

/// One table.
#[derive(Clone, Debug)]
pub(crate) enum Table {
    Dynamo(dynamo::Dynamo),
    #[cfg(feature = "fake")]
    Memory(memory::Memory),
}

/// What must hold of the item that is there for a write to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    /// There is none.
    Absent,
    /// There is none, or its `expires_epoch` lies before these seconds.
    AbsentOrExpired(i64),
    /// It has this `version`.
    Version(u64),
    /// There is none, or it belongs to this `invite_id`.
    AbsentOrOwnedBy(String),
    /// Nothing: the latest counts.
    Any,
}

impl Condition {
    /// The version before `next` is there, and nothing before the first.
    pub(crate) fn before(next: u64) -> Self {
        match next {
            0 | 1 => Self::Absent,
            version => Self::Version(version - 1),
        }
    }
}

/// One write.
#[derive(Clone, Debug)]
pub(crate) enum Write {
    Put { item: Item, condition: Condition },
    Delete { key: Key, condition: Condition },
}

impl Write {
    /// Where the item is, or will be.
    pub(crate) fn key(&self) -> Key {
        match self {
            Self::Put { item, .. } => item::key(item),
            Self::Delete { key, .. } => key.clone(),
        }
    }
}

/// What became of writes that stand or fall together.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Commit {
    Done,
    /// Nothing was written; these writes' conditions did not hold.
    Refused(Vec<usize>),
}

/// Which items a query is over, by the partition key of which index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Index {
    Primary,
    ByAddress,
    ByUsername,
    Listing,
    ByBatch,
    Due,
}

impl Index {
    /// Whether it can be read as it is now; the others may lag by a moment.
    fn is_consistent(self) -> bool {
        matches!(self, Self::Primary | Self::ByAddress | Self::ByUsername)
    }

    fn name(self) -> Option<&'static str> {
        match self {
            Self::Primary => None,
            Self::ByAddress => Some("by_address"),
            Self::ByUsername => Some("by_username"),
            Self::Listing => Some("listing"),
            Self::ByBatch => Some("by_batch"),
            Self::Due => Some("due"),
        }
    }

    /// What an item read from it holds beside its key and the attributes of the index; everything, if nothing is said.
    #[cfg(feature = "fake")]
    fn projection(self) -> Option<&'static [&'static str]> {
        match self {
            Self::Primary => None,
            Self::Listing => Some(&["v", "summary"]),
            Self::ByAddress | Self::ByUsername | Self::ByBatch | Self::Due => Some(&[]),
        }
    }

    /// The attribute that it sorts by.
    pub(crate) fn sort_attribute(self) -> &'static str {
        self.attributes().1
    }

    /// The partition and sort attributes.
    fn attributes(self) -> (&'static str, &'static str) {
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
pub(crate) enum Range {
    All,
    /// This sort key.
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
pub(crate) enum Order {
    Ascending,
    Descending,
}

/// A question about one partition.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    pub(crate) index: Index,
    pub(crate) partition: String,
    pub(crate) range: Range,
    pub(crate) order: Order,
    /// Only items whose text attribute has this value; they count towards `limit` all the same.
    pub(crate) filter: Option<(&'static str, String)>,
    /// How many items to look at per page.
    pub(crate) limit: Option<u32>,
    /// The `next` of the page before.
    pub(crate) after: Option<Item>,
}

impl Query {
    pub(crate) fn all(index: Index, partition: String) -> Self {
        Self { index, partition, range: Range::All, order: Order::Ascending, filter: None, limit: None, after: None }
    }
}

/// One page of an answer.
#[derive(Debug, PartialEq)]
pub(crate) struct Page {
    pub(crate) items: Vec<Item>,
    /// Where the next page starts, if there may be one.
    pub(crate) next: Option<Item>,
}

macro_rules! each_backend {
    ($self:expr, $table:ident => $call:expr) => {
        match $self {
            Self::Dynamo($table) => $call.await,
            #[cfg(feature = "fake")]
            Self::Memory($table) => $call.await,
        }
    };
}

impl Table {
    pub(crate) fn dynamo(client: aws_sdk_dynamodb::Client, name: String) -> Self {
        Self::Dynamo(dynamo::Dynamo::new(client, name))
    }

    #[cfg(feature = "fake")]
    pub(crate) fn memory(probe: probe::Probe) -> Self {
        Self::Memory(memory::Memory::new(probe))
    }

    #[cfg(feature = "fake")]
    pub(crate) fn take_stream(&self) -> Vec<memory::Change> {
        match self {
            Self::Dynamo(_) => Vec::new(),
            Self::Memory(table) => table.take_stream(),
        }
    }

    /// Lets every write happen from now on, whatever its condition.
    #[cfg(feature = "fake")]
    pub(crate) fn ignore_conditions(&self) {
        if let Self::Memory(table) = self {
            table.ignore_conditions();
        }
    }

    /// The item at `key` as it is now.
    pub(crate) async fn get(&self, key: &Key) -> Result<Option<Item>, StoreError> {
        each_backend!(self, table => table.get(key))
    }

    /// The items at `keys` that are there, in no order.
    pub(crate) async fn get_many(&self, keys: &[Key]) -> Result<Vec<Item>, StoreError> {
        each_backend!(self, table => table.get_many(keys))
    }

    /// All of `writes`, or none. At most 100, each of another item.
    pub(crate) async fn commit(&self, writes: Vec<Write>) -> Result<Commit, StoreError> {
        each_backend!(self, table => table.commit(writes))
    }

    /// Puts without conditions, in no order, each at least once: for items that only their own writer writes.
    pub(crate) async fn put_many(&self, items: Vec<Item>) -> Result<(), StoreError> {
        each_backend!(self, table => table.put_many(items))
    }

    /// Every item of `query`, page after page.
    pub(crate) async fn all(&self, mut query: Query) -> Result<Vec<Item>, StoreError> {
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

    /// One page of `query`.
    pub(crate) async fn page(&self, query: &Query) -> Result<Page, StoreError> {
        each_backend!(self, table => table.page(query))
    }

    /// One page of part `part` of `of` of the whole table, in no order; it may lag.
    pub(crate) async fn scan(&self, part: u32, of: u32, after: Option<Item>) -> Result<Page, StoreError> {
        each_backend!(self, table => table.scan(part, of, after))
    }

    /// Every item of a table in memory that has not expired by `now`; none of a real one.
    #[cfg(feature = "fake")]
    pub(crate) fn live_items(&self, now: domain::Timestamp) -> Vec<Item> {
        match self {
            Self::Dynamo(_) => Vec::new(),
            Self::Memory(memory) => memory.live_items(now),
        }
    }
}

#![doc = include_str!("../README.md")]

pub mod accounts;
pub mod dispatch;
pub mod due;
pub mod erasure;
pub mod idempotency;
pub mod known_accounts;
pub mod listing;
pub mod progress;
pub mod rows;
pub mod settings;
pub mod stream;
pub mod tokens;
pub mod uniqueness;

mod item;
mod keys;
#[cfg(feature = "fake")]
mod leftovers;
mod lists;
mod record;
mod records;
mod summary;
mod table;
mod transaction;
mod update;

use std::sync::Arc;

use thiserror::Error;

pub use accounts::{AccountLink, AccountOwner};
pub use due::{Due, DueEntry};
pub use idempotency::{IdempotentRequest, KeyUse, KeyedRequest, RequestOutcome, SavedAnswer};
pub use listing::{InvitePage, InviteQuery, Sort};
pub use record::{Change, Record, Replaced, Stored};
pub use records::{
    batch::ROWS_PER_ADDITION,
    bulk_action::{ACTION_LIFE, CreateActionOutcome},
    job::JobRecord,
};
pub use tokens::TokenRecord;
pub use transaction::{LostRace, Refused, Transaction};
pub use uniqueness::CreateOutcome;
pub use update::{MAX_UPDATE_ROUNDS, Updated};

use lists::Lists;
use table::Table;

/// Everything that lasts. Cheap to clone; clones remember officers' lists together.
#[derive(Clone, Debug)]
pub struct Store {
    table: Table,
    lists: Arc<Lists>,
}

impl Store {
    /// The table of a stack.
    #[must_use]
    pub fn dynamo(client: aws_sdk_dynamodb::Client, table_name: String) -> Self {
        Self::of(Table::dynamo(client, table_name))
    }

    /// A table in memory, shared by its clones.
    #[cfg(feature = "fake")]
    #[must_use]
    pub fn memory() -> Self {
        Self::probed(probe::Probe::default())
    }

    /// A table in memory whose calls pass a probe.
    #[cfg(feature = "fake")]
    #[must_use]
    pub fn probed(probe: probe::Probe) -> Self {
        Self::of(Table::memory(probe))
    }

    fn of(table: Table) -> Self {
        Self { table, lists: Arc::default() }
    }

    /// Lets every write to a table in memory happen whatever its condition, to show what the conditions keep from
    /// happening.
    #[cfg(feature = "fake")]
    pub fn ignore_conditions(&self) {
        self.table.ignore_conditions();
    }

    /// What a table in memory would have streamed since this was last asked: the changes of invites. Nothing from a real
    /// one, whose stream goes to Lambda.
    #[cfg(feature = "fake")]
    #[must_use]
    pub fn take_stream(&self) -> stream::StreamEvent {
        stream::StreamEvent::of(self.table.take_stream())
    }
}

/// What became of a write over a version that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a lost race means that nothing was written"]
pub enum Written {
    /// Written.
    Done,
    /// Somebody else wrote first; read again.
    LostRace,
}

/// The table could not answer, or answered with something that nobody wrote.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The request failed; a later one may not.
    #[error("table: {operation} failed with {code}")]
    Unavailable {
        /// What was asked.
        operation: &'static str,
        /// The service's or the client's code for it.
        code: String,
    },
    /// The request breaks a limit of the table: no repetition of it can succeed. A fault of this service.
    #[error("table: {operation} is refused with {code}")]
    Refused {
        /// What was asked.
        operation: &'static str,
        /// The service's code for it.
        code: String,
    },
    /// An item that this build cannot read.
    #[error("table: an item of kind {entity} is unreadable: {problem}")]
    Corrupt {
        /// Its kind.
        entity: &'static str,
        /// What is wrong, without its values.
        problem: String,
    },
    /// Other writers kept changing a record; a later request may be alone with it.
    #[error("table: other writers kept changing an item of kind {entity}")]
    Contended {
        /// Its kind.
        entity: &'static str,
    },
    /// The domain rules are missing or malformed; nothing is decided without them.
    #[error("settings: {0}")]
    Rules(String),
}

#![doc = include_str!("../README.md")]

pub mod accounts;
pub mod dispatch;
pub mod due;
pub mod erasure;
pub mod idempotency;
pub mod item;
pub mod known_accounts;
pub mod listing;
pub mod progress;
pub mod rows;
pub mod settings;
pub mod stream;
pub mod table;
pub mod tokens;
pub mod uniqueness;

mod keys;
mod lists;
mod record;
mod records;
mod summary;
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
    table: Arc<dyn Table>,
    lists: Arc<Lists>,
}

impl Store {
    /// What lasts in `table`.
    #[must_use]
    pub fn new(table: impl Table + 'static) -> Self {
        Self { table: Arc::new(table), lists: Arc::default() }
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

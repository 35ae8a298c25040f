#![doc = include_str!("../README.md")]

pub mod accounts;
pub mod audit;
pub mod dispatch;
pub mod due;
pub mod erasure;
pub mod idempotency;
pub mod inspection;
pub mod invite_list;
pub mod item;
pub mod known_accounts;
pub mod listed_accounts;
pub mod progress;
pub mod rows;
pub mod settings;
pub mod stream;
pub mod table;
pub mod tokens;
pub mod uniqueness;

mod error;
mod handover;
mod keyed_row;
mod keys;
mod mark;
mod people;
mod record;
mod records;
mod store;
mod transaction;
mod update;

pub use accounts::{AccountLink, AccountOwner};
pub use due::{Due, DueEntry};
pub use error::StoreError;
pub use idempotency::{IdempotentRequest, KeyUse, KeyedRequest, RequestOutcome, SavedAnswer};
pub use invite_list::{Days, Direction, InviteQuery, Sort, SortColumn};
pub use record::{Change, Record, Stored, Written};
pub use records::{
    batch::ROWS_PER_ADDITION,
    bulk_action::{BULK_ACTION_RETENTION, CreateBulkActionOutcome},
    job::JobRecord,
};
pub use store::Store;
pub use tokens::TokenRecord;
pub use transaction::{LostRace, Refused, Transaction};
pub use uniqueness::CreateOutcome;
pub use update::{MAX_UPDATE_ROUNDS, Updated};

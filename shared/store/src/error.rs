//! The errors of the table.

use thiserror::Error;

/// The table could not answer, or has an item that this build cannot read.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The request failed; the caller can try it again later.
    #[error("table: {operation} failed with {code}")]
    Unavailable {
        operation: &'static str,
        /// The code that DynamoDB or its client gave.
        code: String,
    },
    /// The table took nothing of the request: it is at a limit of its throughput, or another transaction had one of the
    /// items at that moment. The same request may be taken a moment later. [`Store`](crate::Store) asks again itself,
    /// so its caller learns this only once its patience is over.
    #[error("table: {operation} was put off with {code}")]
    Busy {
        operation: &'static str,
        /// The code that DynamoDB gave.
        code: String,
    },
    /// The request breaks a limit of the table, so trying it again cannot help. This is a fault of this service.
    #[error("table: {operation} is refused with {code}")]
    Refused {
        operation: &'static str,
        /// The code that DynamoDB gave.
        code: String,
    },
    /// An item that this build cannot read.
    #[error("table: an item of kind {entity} is unreadable: {problem}")]
    Corrupt {
        entity: &'static str,
        /// What is wrong with it, without its values.
        problem: String,
    },
    /// Other writers changed a record each time that it was read; the caller can try again later.
    #[error("table: other writers kept changing an item of kind {entity}")]
    Contended { entity: &'static str },
    /// The domain rules are missing or malformed. Without them no request may be decided.
    #[error("settings: {0}")]
    Rules(String),
}

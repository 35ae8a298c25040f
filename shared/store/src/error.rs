//! What can go wrong with the table.

use thiserror::Error;

/// The table could not answer, or answered with something that nobody wrote.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The request failed; a later one may not.
    #[error("table: {operation} failed with {code}")]
    Unavailable {
        operation: &'static str,
        /// The service's or the client's code for it.
        code: String,
    },
    /// The request breaks a limit of the table: no repetition of it can succeed. A fault of this service.
    #[error("table: {operation} is refused with {code}")]
    Refused {
        operation: &'static str,
        /// The service's code for it.
        code: String,
    },
    /// An item that this build cannot read.
    #[error("table: an item of kind {entity} is unreadable: {problem}")]
    Corrupt {
        entity: &'static str,
        /// What is wrong, without its values.
        problem: String,
    },
    /// Other writers kept changing a record; a later request may be alone with it.
    #[error("table: other writers kept changing an item of kind {entity}")]
    Contended { entity: &'static str },
    /// The domain rules are missing or malformed; nothing is decided without them.
    #[error("settings: {0}")]
    Rules(String),
}

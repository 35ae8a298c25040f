//! query-status.

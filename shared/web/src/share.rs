//! The share of an officer in what is expensive.

use domain::{OfficerId, Timestamp, usage::Usage};
use store::{Store, Updated};

use crate::Problem;

/// Counts a request that reads or changes up to `rows` rows or invites, before it does: see
/// [`Usage::rows`](domain::usage::Usage::rows).
///
/// # Errors
///
/// A problem that says when to go on, where the officer's hour has no room for it.
pub async fn count_rows(store: &Store, officer: &OfficerId, rows: usize, now: Timestamp) -> Result<(), Problem> {
    let rows = u32::try_from(rows).unwrap_or(u32::MAX);
    match store.update(officer, |usage: Usage| usage.rows(rows, now).map(Some)).await? {
        Updated::Refused(cap) => Err(Problem::cap_reached(&cap, now)),
        Updated::Done { .. } | Updated::Unchanged(_) | Updated::Missing => Ok(()),
    }
}

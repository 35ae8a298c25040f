//! Counts expensive requests towards an officer's share.

use domain::{OfficerId, Timestamp, usage::Usage};
use store::{Store, Updated};

use crate::Problem;

/// Counts a request that reads or changes up to `rows` rows or invites, before it is done: see
/// [`Usage::rows`](domain::usage::Usage::rows).
///
/// # Errors
///
/// [`Problem`] that says when to continue, if the officer's share of the hour has no room for it.
pub async fn count_rows(store: &Store, officer: &OfficerId, rows: usize, now: Timestamp) -> Result<(), Problem> {
    let rows = u32::try_from(rows).unwrap_or(u32::MAX);
    match store.update(officer, |usage: Usage| usage.rows(rows, now).map(Some)).await? {
        Updated::Refused(cap) => Err(Problem::cap_reached(&cap, now)),
        Updated::Done { .. } | Updated::Unchanged(_) | Updated::Missing => Ok(()),
    }
}

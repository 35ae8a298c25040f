//! The share of an officer in what is expensive.

use domain::{OfficerId, Timestamp};
use store::{Store, Written};

use crate::{Problem, Slug};

/// How often a count gives way to other requests of the same officer.
const TRIES: usize = 20;

/// Counts a request that reads or changes up to `rows` rows or invites, before it does: see
/// [`Usage::rows`](domain::usage::Usage::rows).
///
/// # Errors
///
/// A problem that says when to go on, where the officer's hour has no room for it.
pub async fn count_rows(store: &Store, officer: &OfficerId, rows: usize, now: Timestamp) -> Result<(), Problem> {
    let rows = u32::try_from(rows).unwrap_or(u32::MAX);
    for _ in 0..TRIES {
        let usage = store.find_usage(officer).await?;
        let next = usage.rows(rows, now).map_err(|cap| Problem::cap_reached(&cap, now))?;
        if store.replace_usage(&next).await? == Written::Done {
            return Ok(());
        }
    }
    Err(Problem::new(Slug::LostRace))
}

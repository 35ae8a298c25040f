//! Each hour: frees guards of addresses and usernames that their invite does not need.
//!
//! Guards are written and freed together with their invite, so one that is left over is a fault of ours. Nobody could
//! invite its person again.

use store::{
    Written,
    forgetting::{Found, Guard},
};

use super::{Progress, Round, whole_table};
use crate::AnyError;

/// The cursor is the part of the table to go on with.
pub(super) async fn run(round: &Round<'_>) -> Result<Progress, AnyError> {
    let mut released: u32 = 0;
    let look = async |found| {
        if let Found::Guard(guard) = found {
            released += u32::from(release(round, &guard).await?);
        }
        Ok(())
    };
    let progress = whole_table::read(round, look).await?;
    tracing::info!(locks_released = released, "guards looked at");
    Ok(progress)
}

/// Frees a guard if its owner does not need it; whether it was freed.
async fn release(round: &Round<'_>, guard: &Guard) -> Result<bool, AnyError> {
    let store = &round.deps.store;
    let owner = store.find_invite(guard.owner).await?;
    if owner.as_ref().is_some_and(|invite| invite.is_live() && guard.belongs_to(invite)) {
        return Ok(false);
    }
    if store.release_guard(guard, owner.as_ref()).await? == Written::LostRace {
        return Ok(false);
    }
    tracing::warn!(invite_id = %guard.owner, "a guard without a live invite was released");
    Ok(true)
}

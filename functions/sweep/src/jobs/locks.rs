//! Each hour: frees guards of addresses and usernames that their invite does not need.
//!
//! Guards are written and freed together with their invite, so one that is left over is a fault of ours. Nobody could
//! invite its person again.

use std::collections::{BTreeSet, HashMap};

use domain::{InviteId, invite::Invite};
use store::{
    Written,
    forgetting::{Found, Guard},
};

use super::{Progress, Round, whole_table};
use crate::AnyError;

/// The cursor is the place in the table to go on with.
pub(super) async fn run(round: &Round<'_>) -> Result<Progress, AnyError> {
    let mut released: u32 = 0;
    let look = async |found: Vec<Found>| {
        let guards: Vec<Guard> = found.into_iter().filter_map(guard).collect();
        released += release(round, &guards).await?;
        Ok(())
    };
    let progress = whole_table::read(round, look).await?;
    tracing::info!(locks_released = released, "guards looked at");
    Ok(progress)
}

fn guard(found: Found) -> Option<Guard> {
    match found {
        Found::Guard(guard) => Some(guard),
        Found::Invite(_) | Found::Row(..) => None,
    }
}

/// Frees those guards that their owner does not need; how many were freed. The owners of a page are read together, so that
/// a page takes a second and not a minute.
async fn release(round: &Round<'_>, guards: &[Guard]) -> Result<u32, AnyError> {
    let store = &round.deps.store;
    let owners: BTreeSet<InviteId> = guards.iter().map(|guard| guard.owner).collect();
    let owners = store.find_invites(&owners.into_iter().collect::<Vec<_>>()).await?;
    let owners: HashMap<InviteId, Invite> = owners.into_iter().map(|invite| (invite.id, invite)).collect();
    let is_needed =
        |guard: &&Guard| owners.get(&guard.owner).is_some_and(|invite| invite.is_live() && guard.belongs_to(invite));
    let mut released = 0;
    for guard in guards.iter().filter(|guard| !is_needed(guard)) {
        // As it is now: what was read with the page may have been written since.
        let owner = store.find_invite(guard.owner).await?;
        if owner.as_ref().is_some_and(|invite| invite.is_live() && guard.belongs_to(invite)) {
            continue;
        }
        if store.release_guard(guard, owner.as_ref()).await? == Written::Done {
            tracing::warn!(invite_id = %guard.owner, "a guard without a live invite was released");
            released += 1;
        }
    }
    Ok(released)
}

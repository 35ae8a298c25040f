//! Each hour: frees locks of addresses and usernames that their invite does not need.
//!
//! Locks are written and freed together with their invite, so one that is left over is a fault of ours. Nobody could
//! invite its person again.

use std::collections::{BTreeSet, HashMap};

use domain::{InviteId, invite::Invite};
use store::{
    Stored, Written,
    erasure::{Found, Lock},
};

use super::{Progress, Round, whole_table};
use crate::AnyError;

/// The cursor is the place in the table to go on with.
pub(super) async fn run(round: &Round<'_>) -> Result<Progress, AnyError> {
    let mut released: u32 = 0;
    let look = async |found: Vec<Found>| {
        let locks: Vec<Lock> = found.into_iter().filter_map(lock).collect();
        released += release(round, &locks).await?;
        Ok(())
    };
    let progress = whole_table::read(round, look).await?;
    tracing::info!(locks_released = released, "locks checked");
    Ok(progress)
}

fn lock(found: Found) -> Option<Lock> {
    match found {
        Found::Lock(lock) => Some(lock),
        Found::Invite(_) | Found::Row(..) => None,
    }
}

/// Frees those locks that their owner does not need; how many were freed. The owners of a page are read together, so
/// that a page takes a second and not a minute.
async fn release(round: &Round<'_>, locks: &[Lock]) -> Result<u32, AnyError> {
    let store = &round.deps.store;
    let owners: BTreeSet<InviteId> = locks.iter().map(|lock| lock.owner).collect();
    let owners = store.get_many::<Invite>(&owners.into_iter().collect::<Vec<_>>()).await?;
    let owners: HashMap<InviteId, Stored<Invite>> = owners.into_iter().map(|invite| (invite.id, invite)).collect();
    let mut released = 0;
    for lock in locks.iter().filter(|lock| !is_needed(lock, owners.get(&lock.owner))) {
        // As it is now: what was read with the page may have been written since.
        let owner = store.get::<Invite>(&lock.owner).await?;
        if is_needed(lock, owner.as_ref()) {
            continue;
        }
        if store.free_lock(lock, owner.as_ref()).await? == Written::Done(()) {
            tracing::warn!(invite_id = %lock.owner, "a lock without a live invite was released");
            released += 1;
        }
    }
    Ok(released)
}

fn is_needed(lock: &Lock, owner: Option<&Stored<Invite>>) -> bool {
    owner.is_some_and(|invite| invite.is_live() && lock.belongs_to(invite))
}

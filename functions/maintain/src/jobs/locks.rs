//! Each day: deletes locks of addresses and usernames that their invite does not need.
//!
//! It reads the whole table, which costs USD 0.06 for each million invites.
//! Locks are written and deleted together with their invite, so a lock that remains is a fault of this service. With
//! it, no officer could invite its person again.

use std::collections::{BTreeSet, HashMap};

use domain::{InviteId, invite::Invite};
use store::{
    Stored, Written,
    erasure::{Found, Lock},
};

use super::{Progress, Round, whole_table};
use crate::AnyError;

/// Runs the job. Its cursor is the place in the table where it continues.
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

/// Deletes the locks that their owner does not need. Returns how many. The owners of a page are read together, so that
/// a page takes a second and not a minute.
async fn release(round: &Round<'_>, locks: &[Lock]) -> Result<u32, AnyError> {
    let store = &round.deps.store;
    let owners: BTreeSet<InviteId> = locks.iter().map(|lock| lock.owner).collect();
    let owners = store.get_many::<Invite>(&owners.into_iter().collect::<Vec<_>>()).await?;
    let owners: HashMap<InviteId, Stored<Invite>> = owners.into_iter().map(|invite| (invite.id, invite)).collect();
    let mut released = 0;
    for lock in locks.iter().filter(|lock| !is_needed(lock, owners.get(&lock.owner))) {
        // The owner is read again, because it may have changed since the page was read.
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

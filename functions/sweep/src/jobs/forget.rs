//! Each sweep: forgets the people whom an operator was asked to forget, wherever in the table they stand.
//!
//! `infra/operate.py forget-person` leaves the request, by the keyed hash of the address. The whole table is read once for
//! all requests, and a last entry in the audit trail takes the place of each.

use std::collections::BTreeMap;

use domain::{BatchId, InviteId, invite::Actor, keys::AddressKey, row::Row, tombstone::InviteTombstone};
use store::{
    Written,
    batches::KeyedRow,
    forgetting::{AuditEntry, Found},
};

use super::{Progress, Round, whole_table};
use crate::AnyError;

/// How often something that others keep changing is tried.
const ROUNDS: usize = 4;

/// The cursor is the place in the table to go on with. The numbers of the audit entry are those of the last sweep's share.
pub(super) async fn run(round: &Round<'_>) -> Result<Progress, AnyError> {
    let (store, now) = (&round.deps.store, round.deps.clock.now());
    let mut people: BTreeMap<String, AuditEntry> = BTreeMap::new();
    for address_key in store.list_forget_requests().await? {
        let action = "FORGET_PERSON".to_owned();
        let name = address_key.as_str().to_owned();
        people.insert(name, AuditEntry { action, address_key, invites: 0, rows: 0, at: now });
    }
    if people.is_empty() {
        return Ok(Progress::Finished { cursor: None });
    }
    let look = async |page: Vec<Found>| {
        for found in page {
            forget(round, found, &mut people).await?;
        }
        Ok(())
    };
    let progress = whole_table::read(round, look).await?;
    if matches!(progress, Progress::OutOfTime { .. }) {
        return Ok(progress);
    }
    for entry in people.values() {
        // A lost race is another sweeper's entry of the same.
        let _ = store.finish_forgetting(entry, now + round.deps.retention.tombstones).await?;
        tracing::info!(invites = entry.invites, rows = entry.rows, "a person was forgotten on request");
    }
    Ok(progress)
}

/// Forgets what was found, if it is of one of these people, and counts it.
async fn forget(round: &Round<'_>, found: Found, people: &mut BTreeMap<String, AuditEntry>) -> Result<(), AnyError> {
    match found {
        Found::Invite(invite) => {
            if let Some(entry) = people.get_mut(invite.address_key.as_str()) {
                forget_invite(round, invite.id, &entry.address_key).await?;
                entry.invites += 1;
            }
        }
        Found::Row(batch, keyed) => {
            let KeyedRow { row, address } = *keyed;
            if let Some(entry) = address.and_then(|key| people.get_mut(key.as_str())) {
                empty_row(round, batch, row).await?;
                entry.rows += 1;
            }
        }
        Found::Guard(_) => {}
    }
    Ok(())
}

/// Puts a tombstone in the invite's place: its link is dead and its guards are free from then on.
async fn forget_invite(round: &Round<'_>, id: InviteId, person: &AddressKey) -> Result<(), AnyError> {
    let (store, now) = (&round.deps.store, round.deps.clock.now());
    for _ in 0..ROUNDS {
        let Some(invite) = store.find_invite(id).await?.filter(|invite| invite.address_key == *person) else {
            return Ok(());
        };
        let read = invite.version;
        let tombstone = InviteTombstone::of(&invite, Actor::Operator, now);
        let until = now + round.deps.retention.tombstones;
        if store.forget_invite(read, &invite, &tombstone, until).await? == Written::Done {
            return Ok(());
        }
    }
    Err("others kept changing an invite that is to be forgotten".into())
}

async fn empty_row(round: &Round<'_>, batch: BatchId, found: Row) -> Result<(), AnyError> {
    let store = &round.deps.store;
    for _ in 0..ROUNDS {
        let Some(row) = store.find_row(batch, found.number).await? else {
            return Ok(());
        };
        // Somebody may have typed another person into it.
        if row.raw.form.email != found.raw.form.email {
            return Ok(());
        }
        let read = row.version;
        if store.empty_row(batch, read, &row.emptied()).await? == Written::Done {
            return Ok(());
        }
    }
    Err("others kept changing a row that is to be emptied".into())
}

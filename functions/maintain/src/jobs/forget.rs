//! Each minute: erases the people that operators asked to erase, in the whole table.
//!
//! An operator's `forget-person` writes a request with the keyed hash of the address. The table is scanned once for
//! several requests, in as many runs as it takes. After that an entry in the audit trail replaces each request. A
//! request that is written during a scan waits for the next scan, because this one has passed a part of the table
//! already.

use std::collections::BTreeMap;

use domain::{
    BatchId, InviteId,
    batch::{Batch, Row, RowState},
    invite::{Actor, Invite},
    keys::AddressKey,
    tombstone::InviteTombstone,
};
use store::{
    MAX_UPDATE_ROUNDS, Stored, Written,
    erasure::{AuditEntry, Found},
    rows::{KeyedRow, ROWS_PER_CHANGE},
};

use super::{Progress, Round, whole_table};
use crate::AnyError;

/// People of one scan at most: the cursor has room for them.
const TOGETHER: usize = 50;

/// Runs the job. The numbers in the audit entry are those of the last run.
pub(super) async fn run(round: &Round<'_>) -> Result<Progress, AnyError> {
    let (store, now) = (&round.deps.store, round.deps.clock.now());
    let reading = match round.cursor.as_deref().and_then(Reading::parse) {
        Some(begun) => begun,
        None => Reading { people: store.list_forget_requests().await?, place: None },
    };
    let mut people: BTreeMap<String, AuditEntry> = BTreeMap::new();
    for address_key in reading.people.into_iter().take(TOGETHER) {
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
    let from = Round { cursor: reading.place, ..round.clone() };
    match whole_table::read(&from, look).await? {
        Progress::OutOfTime { cursor: place } => {
            let people = people.into_values().map(|entry| entry.address_key).collect();
            return Ok(Progress::OutOfTime { cursor: Some(Reading { people, place }.to_text()) });
        }
        Progress::Finished { .. } => {}
    }
    for entry in people.values() {
        // A lost race means that another invocation wrote the same entry.
        let _ = store.finish_forgetting(entry, now + round.deps.tombstones).await?;
        tracing::info!(invites = entry.invites, rows = entry.rows, "a person was forgotten on request");
    }
    Ok(Progress::Finished { cursor: None })
}

/// One scan of the whole table, as the job's cursor holds it between runs.
#[derive(Debug, PartialEq, Eq)]
struct Reading {
    people: Vec<AddressKey>,
    /// Where the scan continues in the table.
    place: Option<String>,
}

impl Reading {
    /// The people in a line of their own, then the place.
    fn to_text(&self) -> String {
        let people: Vec<&str> = self.people.iter().map(AddressKey::as_str).collect();
        [people.join(" "), self.place.clone().unwrap_or_default()].join("\n")
    }

    fn parse(text: &str) -> Option<Self> {
        let (people, place) = text.split_once('\n')?;
        let people = people.split(' ').map(AddressKey::parse).collect::<Option<_>>()?;
        Some(Self { people, place: Some(place.to_owned()) })
    }
}

/// Erases a found record, if it belongs to one of these people, and counts it.
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
                empty_row(round, batch, row, &entry.address_key).await?;
                entry.rows += 1;
            }
        }
        Found::Lock(_) => {}
    }
    Ok(())
}

/// Replaces the invite by a tombstone. Its link stops working and its locks are deleted.
async fn forget_invite(round: &Round<'_>, id: InviteId, person: &AddressKey) -> Result<(), AnyError> {
    let (store, now) = (&round.deps.store, round.deps.clock.now());
    for _ in 0..MAX_UPDATE_ROUNDS {
        let Some(invite) = store.get::<Invite>(&id).await?.filter(|invite| invite.address_key == *person) else {
            return Ok(());
        };
        let tombstone = InviteTombstone::of(&invite, Actor::Operator, now);
        let until = now + round.deps.tombstones;
        if store.forget_invite(&invite, &tombstone, until).await? == Written::Done(()) {
            return Ok(());
        }
    }
    Err("others kept changing an invite that is to be forgotten".into())
}

/// Removes the texts of a row. Its invite may be in a part of the table that was already scanned, so it is erased here
/// too.
async fn empty_row(round: &Round<'_>, batch: BatchId, found: Row, person: &AddressKey) -> Result<(), AnyError> {
    let store = &round.deps.store;
    for _ in 0..MAX_UPDATE_ROUNDS {
        let Some(row) = store.find_row(batch, found.number).await? else {
            return Ok(());
        };
        // The officer may have typed another person into the row.
        if row.raw.form.email != found.raw.form.email {
            return Ok(());
        }
        if let RowState::Sent { invite, .. } = row.state {
            forget_invite(round, invite, person).await?;
        }
        let written = match store.get::<Batch>(&batch).await?.filter(|batch| batch.is_editable()) {
            Some(batch) => empty_in_list(round, batch, row).await?,
            // Rows cannot be added or changed now, so no row can start to depend on this one.
            None => store.empty_row(batch, row.version, &row.emptied()).await?,
        };
        if written == Written::Done(()) {
            return Ok(());
        }
    }
    Err("others kept changing a row that is to be emptied".into())
}

/// Removes the texts of a row, and changes the rows of other people that depend on it by its username. The first of
/// these is ready, and the others depend on it. If there are more than one transaction can hold, this round writes a
/// part of them.
async fn empty_in_list(round: &Round<'_>, batch: Stored<Batch>, row: Row) -> Result<Written, AnyError> {
    let (store, now) = (&round.deps.store, round.deps.clock.now());
    let keys = round.deps.secrets.keys().await?;
    let keyed = KeyedRow::new(row.clone(), keys);
    let mut others = store.rows_of_people(&batch, std::slice::from_ref(&keyed)).await?;
    // Rows of the same person are emptied on their own.
    others.retain(|other| KeyedRow::new(other.clone(), keys).address != keyed.address);
    let (resting, free): (Vec<Row>, Vec<Row>) =
        others.into_iter().partition(|other| other.state.rests_on() == Some(row.number));
    let first = free.into_iter().find(|other| other.state == RowState::Ready).or_else(|| resting.first().cloned());
    let state_of = |other: &Row| {
        let first = first.as_ref().filter(|first| first.number != other.number);
        first.and_then(|first| other.beside(first)).unwrap_or(RowState::Ready)
    };
    let are_all = resting.len() < ROWS_PER_CHANGE;
    let (mut next, mut changes) = (batch.to_value(), Vec::new());
    for other in resting.into_iter().take(ROWS_PER_CHANGE - 1) {
        let state = state_of(&other);
        next = next.row_changed(&other.state, &state, now)?;
        changes.push((other.version, KeyedRow::new(other.found(state), keys)));
    }
    if are_all {
        // The batch is written even if no row depends on this one, because a request that adds a row at this moment has
        // read the row with its texts.
        let emptied = row.clone().emptied();
        next = next.row_changed(&row.state, &emptied.state, now)?;
        changes.push((row.version, KeyedRow { row: emptied, address: None }));
    }
    let next = next.kept_like(&batch);
    let is_written = store.replace_rows(&changes, batch.becomes(next), None).await?.is_done();
    Ok(if are_all && is_written { Written::Done(()) } else { Written::LostRace })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_goes_on_for_those_with_whom_it_began() {
        let key = |digit: &str| AddressKey::parse(&digit.repeat(64)).unwrap();
        let begun = Reading { people: vec![key("a"), key("b")], place: Some("7\nADDRESS#abc\nGUARD".to_owned()) };
        assert_eq!(Reading::parse(&begun.to_text()), Some(begun));
        assert_eq!(Reading::parse("7"), None, "what a run of an earlier release left");
    }
}

//! An invite that its officer's colleague gets.
//!
//! The index moves its entry to the colleague's list, and so leaves no change in the list of the officer who had it. An
//! entry that says so is written there beside it, for the processes that keep that list in memory.

use std::time::Duration;

use domain::{OfficerId, invite::Invite};

use crate::{
    StoreError,
    invite_list::Summary,
    item::{Envelope, Item},
    keys,
    record::Stored,
    table::{Condition, Write},
    transaction::{Refused, Transaction},
};

/// How long the entry is kept: longer than any process keeps a list.
const KEPT: Duration = Duration::from_secs(24 * 3600);

const LEFT: &str = "left";

impl Transaction<Refused> {
    /// Adds an invite that another officer has from now on.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it cannot be stored, which is a fault of this service.
    pub fn hand_over(&mut self, read: &Stored<Invite>, next: Invite) -> Result<Stored<Invite>, StoreError> {
        let left = left(&next, &read.officer.id)?;
        let given = self.write(read.becomes(next), Refused::LostRace)?;
        self.add(Write::Put { item: left, condition: Condition::Any }, Refused::LostRace);
        Ok(given)
    }
}

/// The entry of an invite in the list that it has left. It holds nothing of its person.
fn left(invite: &Invite, officer: &OfficerId) -> Result<Item, StoreError> {
    let envelope = Envelope::new(keys::left(invite.id, officer), LEFT, 1)
        .text("listing_pk", keys::invites_of(officer))
        .text("listing_sk", keys::listed(invite.updated_at, &invite.id.to_string()))
        .part(LEFT, "summary", &Summary::left(invite))?;
    Ok(envelope.expires(invite.updated_at + KEPT).bare())
}

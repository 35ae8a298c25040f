//! Creates the invites of ready rows: each row with its invite and locks, and several rows in one transaction.

use std::collections::HashSet;

use domain::{BatchId, invite::Invite};

use crate::{
    Store, StoreError,
    rows::{KeyedRow, put_row},
    table::{Condition, Write},
    transaction::{Refused, Transaction},
};

/// Rows that become invites in one call at most. Each row writes itself, its invite and at most two locks, and a
/// transaction has 100 writes.
pub const ROWS_PER_DISPATCH: usize = 25;

/// The result of dispatching one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DispatchOutcome {
    /// The invite is written, and so is the sent row.
    Sent,
    /// A live invite has the address.
    AddressTaken,
    /// A live invite has the username.
    UsernameTaken,
    /// Another writer changed the row; the caller reads it again.
    LostRace,
}

impl DispatchOutcome {
    /// The result for a row whose write was refused.
    fn of(refused: Refused) -> Self {
        match refused {
            Refused::AddressTaken => Self::AddressTaken,
            Refused::UsernameTaken => Self::UsernameTaken,
            _ => Self::LostRace,
        }
    }
}

impl Store {
    /// Creates the invites of rows, at most [`ROWS_PER_DISPATCH`]. Each row is written with its invite and locks, or
    /// not at all. `rows` holds the version that was read, the row as sent, and its invite; the answer has one outcome
    /// for each row.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer. Some rows may have been dispatched: the caller reads them again.
    pub async fn dispatch(
        &self,
        batch: BatchId,
        rows: &[(u64, KeyedRow, Invite)],
    ) -> Result<Vec<DispatchOutcome>, StoreError> {
        let mut outcomes = vec![DispatchOutcome::Sent; rows.len()];
        let mut left: Vec<usize> = (0..rows.len()).collect();
        while !left.is_empty() {
            // A transaction cannot write one lock twice, so the second row of an address waits for the next round.
            let mut named = HashSet::new();
            let (together, later): (Vec<usize>, Vec<usize>) = left.iter().partition(|index| {
                let invite = rows.get(**index).map(|(_, _, invite)| invite);
                invite.is_some_and(|invite| {
                    let username = invite.holder.username().map(domain::Username::canonical);
                    let free = !named.contains(invite.address_key.as_str())
                        && username.as_ref().is_none_or(|name| !named.contains(name.as_str()));
                    if free {
                        named.insert(invite.address_key.as_str().to_owned());
                        named.extend(username);
                    }
                    free
                })
            });
            let refused = self.dispatch_together(batch, rows, &together).await?;
            let all_written = refused.is_empty();
            for (index, outcome) in &refused {
                if let Some(slot) = outcomes.get_mut(*index) {
                    *slot = *outcome;
                }
            }
            left = if all_written {
                later
            } else {
                let stays = |index: &usize| refused.iter().all(|(other, _)| other != index);
                together.into_iter().filter(stays).chain(later).collect()
            };
        }
        Ok(outcomes)
    }

    /// Writes one transaction. Returns the rows that were refused; none when all was written.
    async fn dispatch_together(
        &self,
        batch: BatchId,
        rows: &[(u64, KeyedRow, Invite)],
        together: &[usize],
    ) -> Result<Vec<(usize, DispatchOutcome)>, StoreError> {
        let mut transaction = Transaction::default();
        for index in together {
            let Some((read_version, row, invite)) = rows.get(*index) else {
                continue;
            };
            let condition = Condition::Version(*read_version);
            transaction.add(Write::Put { item: put_row(batch, row)?, condition }, (*index, Refused::LostRace));
            let mut creation = Transaction::default();
            creation.create_invite(invite.clone())?;
            transaction.append(creation, |refused| (*index, refused));
        }
        let mut refused = transaction.commit(self).await?;
        // The first refusal of a row says most: a lost race, then a taken address, then a taken username.
        refused.dedup_by_key(|(index, _)| *index);
        Ok(refused.into_iter().map(|(index, refused)| (index, DispatchOutcome::of(refused))).collect())
    }
}

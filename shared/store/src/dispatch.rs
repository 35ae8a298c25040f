//! Ready rows become invites: each row with its invite and locks, in one transaction with some others.

use std::collections::HashSet;

use domain::{BatchId, invite::Invite};

use crate::{
    Store, StoreError,
    rows::{KeyedRow, put_row},
    table::{Condition, Write},
    transaction::{Refused, Transaction},
};

/// How many rows become invites together: each writes itself, its invite and at most two locks, of 100 in all.
pub const ROWS_PER_DISPATCH: usize = 25;

/// What became of a row on its way to an invite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DispatchOutcome {
    /// The invite is there and the row says so.
    Sent,
    /// A live invite has the address.
    AddressTaken,
    /// A live invite has the username.
    UsernameTaken,
    /// The row was changed meanwhile; read it again.
    LostRace,
}

impl DispatchOutcome {
    /// What a refused write of an invite means for its row.
    fn of(refused: Refused) -> Self {
        match refused {
            Refused::AddressTaken => Self::AddressTaken,
            Refused::UsernameTaken => Self::UsernameTaken,
            _ => Self::LostRace,
        }
    }
}

impl Store {
    /// Turns rows into invites: each row with its invite and locks, or not at all. At most [`ROWS_PER_DISPATCH`] rows.
    /// `rows` holds the version that was read, the row as sent, and its invite; the answer has one outcome for each.
    ///
    /// # Errors
    ///
    /// When the table cannot answer; some rows may have been dispatched, and reading them again tells.
    pub async fn dispatch(
        &self,
        batch: BatchId,
        rows: &[(u64, KeyedRow, Invite)],
    ) -> Result<Vec<DispatchOutcome>, StoreError> {
        let mut outcomes = vec![DispatchOutcome::Sent; rows.len()];
        let mut left: Vec<usize> = (0..rows.len()).collect();
        while !left.is_empty() {
            // A transaction may not name one lock twice, so the second row of an address waits for the next round.
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

    /// One transaction; the rows that refused it, or none when it was written.
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
        // The first refusal of a row says most: a lost race before a taken address before a taken username.
        refused.dedup_by_key(|(index, _)| *index);
        Ok(refused.into_iter().map(|(index, refused)| (index, DispatchOutcome::of(refused))).collect())
    }
}

//! Invitation tokens, stored by their hash.

use std::time::Duration;

use domain::{InviteId, Timestamp, invite::Invite, keys::TokenHash, mail::Mailbox};
use serde::{Deserialize, Serialize};

use crate::{
    Store, StoreError,
    item::{self, Envelope, Item},
    keys,
    record::{Change, Stored, Written},
    table::{Condition, Write},
    transaction::{LostRace, Transaction},
};

const ENTITY: &str = "token";

/// How long a token that is no longer valid is known: with it, its holder can ask for a new link.
const MEMORY: Duration = Duration::from_secs(30 * 24 * 3600);

/// The versions of a token's item. Only its use changes the version; other writes keep it.
const UNUSED: u64 = 1;
const USED: u64 = 2;

/// The record of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRecord {
    pub invite: InviteId,
    /// The generation of the mail that has it. A later mail makes it invalid.
    pub generation: u32,
    /// From when it is no longer valid.
    pub expires_at: Timestamp,
    /// When the invitation was accepted with it. `None`: it is not used.
    pub used_at: Option<Timestamp>,
}

impl TokenRecord {
    /// Whether its holder may still ask for a new link with it.
    #[must_use]
    pub fn is_known(&self, now: Timestamp) -> bool {
        now < self.expires_at + MEMORY
    }
}

impl Store {
    /// The record of the token with this hash. `None`: there is no such token.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn find_token(&self, hash: &TokenHash) -> Result<Option<TokenRecord>, StoreError> {
        self.table.get(&keys::token(hash)).await?.map(|mut found| item::body(ENTITY, &mut found)).transpose()
    }

    /// Writes the claim of a mail over the version that was read, with the mailbox that counts it and the token in its
    /// link. A token that exists already is valid until `expires_at` at least, and stays used if it was.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn claim_mail(
        &self,
        claim: Change<Invite>,
        mailbox: Change<Mailbox>,
        hash: &TokenHash,
        expires_at: Timestamp,
    ) -> Result<Written<Stored<Invite>>, StoreError> {
        let generation = claim.mail.as_ref().map_or(0, |mail| mail.generation);
        let known = self.find_token(hash).await?;
        let used_at = known.as_ref().and_then(|record| record.used_at);
        let until = known.as_ref().map_or(expires_at, |record| record.expires_at.max(expires_at));
        let record = TokenRecord { invite: claim.id, generation, expires_at: until, used_at };
        let version = version(&record);
        let condition = if known.is_some() { Condition::Version(version) } else { Condition::Absent };
        let mut transaction = Transaction::default();
        let claimed = transaction.write(claim, LostRace)?;
        transaction.write(mailbox, LostRace)?;
        transaction.add(Write::Put { item: put(hash, &record, version)?, condition }, LostRace);
        transaction.commit_to(self, claimed).await
    }

    /// Writes an acceptance over the version that was read, and marks the token as used.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn accept(
        &self,
        acceptance: Change<Invite>,
        hash: &TokenHash,
        token: &TokenRecord,
        now: Timestamp,
    ) -> Result<Written<Stored<Invite>>, StoreError> {
        let used = TokenRecord { used_at: Some(now), ..token.clone() };
        let unused = Condition::Version(UNUSED);
        let mut transaction = Transaction::default();
        let accepted = transaction.write(acceptance, LostRace)?;
        transaction.add(Write::Put { item: put(hash, &used, version(&used))?, condition: unused }, LostRace);
        transaction.commit_to(self, accepted).await
    }
}

fn version(record: &TokenRecord) -> u64 {
    if record.used_at.is_some() { USED } else { UNUSED }
}

fn put(hash: &TokenHash, record: &TokenRecord, version: u64) -> Result<Item, StoreError> {
    Envelope::new(keys::token(hash), ENTITY, version).expires(record.expires_at + MEMORY).body(ENTITY, record)
}

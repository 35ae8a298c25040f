//! Invitation tokens, stored by their hash.

use domain::{InviteId, Timestamp, keys::TokenHash};
use serde::{Deserialize, Serialize};

use crate::{
    Store, StoreError,
    item::{self, Envelope, Item},
    keys,
};

const ENTITY: &str = "token";

/// The versions of a token: one is used once, and what else changes about it leaves that alone.
pub(crate) const UNUSED: u64 = 1;
const USED: u64 = 2;

/// What a token stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRecord {
    /// The invite.
    pub invite: InviteId,
    /// The sending that it went out with; a later sending outdates it.
    pub generation: u32,
    /// From when it is no longer valid.
    pub expires_at: Timestamp,
    /// When the invitation was accepted with it.
    pub used_at: Option<Timestamp>,
}

impl Store {
    /// What the token with this hash stands for.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn find_token(&self, hash: &TokenHash) -> Result<Option<TokenRecord>, StoreError> {
        self.table.get(&keys::token(hash)).await?.map(|mut found| item::body(ENTITY, &mut found)).transpose()
    }
}

pub(crate) fn version(record: &TokenRecord) -> u64 {
    if record.used_at.is_some() { USED } else { UNUSED }
}

pub(crate) fn put(hash: &TokenHash, record: &TokenRecord, version: u64) -> Result<Item, StoreError> {
    Envelope::new(keys::token(hash), ENTITY, version).expires(record.expires_at).body(ENTITY, record)
}

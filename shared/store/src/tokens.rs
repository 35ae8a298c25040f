//! Invitation tokens, stored by their hash.

use domain::{InviteId, Timestamp, keys::TokenHash};
use serde::{Deserialize, Serialize};

use crate::{
    Store, StoreError,
    item::{self, Envelope, Item},
    keys,
};

const ENTITY: &str = "token";

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

pub(crate) fn put(hash: &TokenHash, record: &TokenRecord, version: u64) -> Result<Item, StoreError> {
    Envelope::new(keys::token(hash), ENTITY, version).expires(record.expires_at).body(ENTITY, record)
}

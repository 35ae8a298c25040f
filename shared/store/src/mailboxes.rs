//! What each mailbox was sent, and whether it wants more; found by the keyed hash of its address.

use domain::{keys::AddressKey, mailbox::Mailbox};

use crate::{
    Store, StoreError, Written,
    invites::written,
    item::{self, Envelope},
    keys,
    table::{Condition, Write},
};

const ENTITY: &str = "mailbox";

impl Store {
    /// The mailbox as it is now.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn find_mailbox(&self, key: &AddressKey) -> Result<Mailbox, StoreError> {
        let found = self.table.get(&keys::mailbox(key)).await?;
        found.map_or_else(|| Ok(Mailbox::unknown(key.clone())), |mut found| item::body(ENTITY, &mut found))
    }

    /// Writes `next` over the version before it.
    ///
    /// # Errors
    ///
    /// When the table cannot answer.
    pub async fn replace_mailbox(&self, next: &Mailbox) -> Result<Written, StoreError> {
        Ok(written(&self.table.commit(vec![write(next)?]).await?))
    }
}

/// Puts `next` over the version before it.
pub(crate) fn write(next: &Mailbox) -> Result<Write, StoreError> {
    let item = Envelope::new(keys::mailbox(&next.key), ENTITY, next.version)
        .expires(next.forgotten_at())
        .body(ENTITY, next)?;
    Ok(Write::Put { item, condition: Condition::before(next.version) })
}

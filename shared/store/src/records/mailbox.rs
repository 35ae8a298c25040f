//! What each mailbox was sent, and whether it is suppressed. It is found by the keyed hash of its address.

use domain::{keys::AddressKey, mail::Mailbox};

use crate::{
    Store, StoreError,
    item::Envelope,
    keys::{self, Key},
    record::{Layout, Stored},
};

impl Layout for Mailbox {
    type Id = AddressKey;

    const KIND: &'static str = "mailbox";

    fn key(id: &AddressKey) -> Key {
        keys::mailbox(id)
    }

    fn id(&self) -> AddressKey {
        self.key.clone()
    }

    fn unwritten(id: &AddressKey) -> Option<Self> {
        Some(Self::unknown(id.clone()))
    }

    fn laid_out(&self, envelope: Envelope) -> Result<Envelope, StoreError> {
        Ok(envelope.expires(self.forgotten_at()))
    }
}

impl Store {
    /// The mailbox as it is now. One without a record is [`Mailbox::unknown`].
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn find_mailbox(&self, key: &AddressKey) -> Result<Stored<Mailbox>, StoreError> {
        Ok(self.get(key).await?.unwrap_or_else(|| Stored::unwritten(Mailbox::unknown(key.clone()))))
    }
}

//! How much each officer has asked for.

use domain::{OfficerId, usage::Usage};

use crate::{
    Store, StoreError,
    item::Envelope,
    keys::{self, Key},
    record::{Layout, Stored},
};

impl Layout for Usage {
    type Id = OfficerId;

    const KIND: &'static str = "usage";

    fn key(id: &OfficerId) -> Key {
        keys::usage(id)
    }

    fn id(&self) -> OfficerId {
        self.officer.clone()
    }

    fn unwritten(id: &OfficerId) -> Option<Self> {
        Some(Self::none(id.clone()))
    }

    fn laid_out(&self, envelope: Envelope) -> Result<Envelope, StoreError> {
        Ok(envelope.expires(self.forgotten_at()))
    }
}

impl Store {
    /// How much `officer` has asked for, as it is now.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the table cannot answer.
    pub async fn find_usage(&self, officer: &OfficerId) -> Result<Stored<Usage>, StoreError> {
        Ok(self.get(officer).await?.unwrap_or_else(|| Stored::unwritten(Usage::none(officer.clone()))))
    }
}

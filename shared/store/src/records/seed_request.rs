//! An account's own request for SEED.

use domain::{SeedRequestId, licence::SeedRequest};

use crate::{
    StoreError,
    item::Envelope,
    keys::{self, Key},
    record::Layout,
};

impl Layout for SeedRequest {
    type Id = SeedRequestId;

    const KIND: &'static str = "seed_request";

    fn key(id: &SeedRequestId) -> Key {
        keys::seed_request(*id)
    }

    fn id(&self) -> SeedRequestId {
        self.id
    }

    fn laid_out(&self, envelope: Envelope) -> Result<Envelope, StoreError> {
        Ok(envelope.due(Some(self.next_due())))
    }
}

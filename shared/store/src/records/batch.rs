//! A list of people on its way to invites.

use domain::{BatchId, batch::Batch};

use crate::{
    StoreError,
    item::Envelope,
    keys::{self, Key},
    record::Layout,
};

impl Layout for Batch {
    type Id = BatchId;

    const KIND: &'static str = "batch";

    fn key(id: &BatchId) -> Key {
        keys::batch(*id)
    }

    fn id(&self) -> BatchId {
        self.id
    }

    fn laid_out(&self, envelope: Envelope) -> Result<Envelope, StoreError> {
        Ok(envelope
            .text("listing_pk", keys::batches_of(&self.officer.id))
            .text("listing_sk", keys::listed(self.created_at, &self.id.to_string()))
            .due(self.due_at))
    }
}

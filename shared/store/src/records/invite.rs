//! An invite, and how it is stored.

use domain::{
    InviteId,
    invite::{Invite, Origin},
};

use crate::{
    StoreError,
    invite_list::Summary,
    item::Envelope,
    keys::{self, Key},
    record::{Layout, Owned},
    uniqueness::owned_by,
};

impl Layout for Invite {
    type Id = InviteId;

    const KIND: &'static str = "invite";

    fn key(id: &InviteId) -> Key {
        keys::invite(*id)
    }

    fn id(&self) -> InviteId {
        self.id
    }

    fn laid_out(&self, envelope: Envelope) -> Result<Envelope, StoreError> {
        let envelope = envelope
            .text("listing_pk", keys::invites_of(&self.officer.id))
            .text("listing_sk", keys::listed(self.updated_at, &self.id.to_string()))
            .part(Self::KIND, "summary", &Summary::of(self))?
            .due(self.next_due());
        Ok(match self.origin {
            Origin::Batch { batch, .. } => {
                envelope.text("batch_id", batch.to_string()).text("batch_state", self.progress().name())
            }
            Origin::Email | Origin::Account => envelope,
        })
    }

    /// The locks of an invite that has ended are deleted, so its address and username are free for another invite.
    fn freed(&self) -> Vec<Owned> {
        if self.is_live() { Vec::new() } else { owned_by(self).collect() }
    }
}

//! One change of one invite, to be told to one agency.

use domain::{
    NoticeId,
    notice::{NOTICE_LIFE, Notice},
};

use crate::{
    StoreError,
    item::Envelope,
    keys::{self, Key},
    record::Layout,
};

impl Layout for Notice {
    type Id = NoticeId;

    const KIND: &'static str = "notice";

    fn key(id: &NoticeId) -> Key {
        keys::notice(*id)
    }

    fn id(&self) -> NoticeId {
        self.id
    }

    fn laid_out(&self, envelope: Envelope) -> Result<Envelope, StoreError> {
        Ok(envelope.due(self.next_due()).expires(self.at + NOTICE_LIFE))
    }
}

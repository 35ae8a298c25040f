//! A webhook event, and how it is stored.

use domain::{
    WebhookEventId,
    webhook::{WEBHOOK_EVENT_RETENTION, WebhookEvent},
};

use crate::{
    StoreError,
    item::Envelope,
    keys::{self, Key},
    record::Layout,
};

impl Layout for WebhookEvent {
    type Id = WebhookEventId;

    const KIND: &'static str = "notice";

    fn key(id: &WebhookEventId) -> Key {
        keys::webhook_event(*id)
    }

    fn id(&self) -> WebhookEventId {
        self.id
    }

    fn laid_out(&self, envelope: Envelope) -> Result<Envelope, StoreError> {
        Ok(envelope.due(self.next_due()).expires(self.at + WEBHOOK_EVENT_RETENTION))
    }
}

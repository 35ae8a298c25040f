//! Webhooks: an agency's system subscribes, and is sent a signed event for each change of its officers' invites.

mod event;
mod signature;
mod subscription;

pub use event::{
    EVENT_BACKOFF, PARKED_WAIT, Shown, WEBHOOK_EVENT_LEASE, WEBHOOK_EVENT_RETENTION, WebhookEvent,
    WebhookEventConflict, WebhookEventState,
};
pub use signature::{SIGNATURE_HEADER, SIGNATURE_WINDOW, SignatureError, SigningSecret, sign, verify};
pub use subscription::{AgencyDomain, FAILURES_TO_PARK, Subscription, SubscriptionConflict, SubscriptionState};

//! How each kind of record lies in the table: its key, what indexes find it by, and when it is due or deleted.

pub(crate) mod batch;
pub(crate) mod bulk_action;
mod canary;
mod invite;
pub(crate) mod job;
mod mailbox;
mod seed_request;
mod subscription;
mod usage;
mod webhook_event;

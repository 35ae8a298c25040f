//! How each kind of record is stored: its key, the attributes of its indexes, and when it is due or expires.

pub(crate) mod batch;
pub(crate) mod bulk_action;
mod canary;
mod invite;
pub(crate) mod job;
mod mailbox;
mod seed_request;
mod subscription;
#[cfg(test)]
mod tests;
mod usage;
mod webhook_event;

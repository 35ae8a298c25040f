//! How each kind of record lies in the table: its key, what indexes find it by, and when it is due or deleted.

mod agency;
pub(crate) mod batch;
pub(crate) mod bulk_action;
mod canary;
mod invite;
pub(crate) mod job;
mod mailbox;
mod notice;
mod seed_request;
mod usage;

//! Everything that runs in one process, over the fake backends.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod actions;
mod after_sending;
mod bad_requests;
mod batches;
mod canary;
mod caps;
mod conditions;
mod domains;
mod every_route;
mod faults;
mod fields;
mod golden;
mod handover;
mod invited_already;
mod keys;
mod lasting;
mod list_contract;
mod lists;
mod openapi;
mod operate;
mod reading;
mod retention;
mod seed;
mod settings;
mod single_invites;
mod sweeping;
mod uploads;
mod warnings;
mod webhooks;
mod workers;

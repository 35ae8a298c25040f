//! Tests across functions: the whole product in one process, and what officers do with it.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

pub mod alarms;
pub mod app;
pub mod lambda;
pub mod ledger;
pub mod list_contract;
pub mod lists;
pub mod logged;
pub mod mail_event;
pub mod person;

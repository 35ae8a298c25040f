//! Tests across functions: invented people, the whole product in one process, and the contracts of backends.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

pub mod app;
pub mod contract;
pub mod lists;
pub mod people;
pub mod person;

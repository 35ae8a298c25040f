//! Tests across functions: invented people, the whole product in one process, and the contract that every table keeps.

pub mod contract;
pub mod people;

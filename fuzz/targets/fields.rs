#![no_main]

#[path = "../checks/fields.rs"]
mod fields;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| fields::check(bytes));

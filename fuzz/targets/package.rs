#![no_main]

#[path = "../checks/package.rs"]
mod package;
#[path = "../checks/reading.rs"]
mod reading;
#[path = "../checks/stored.rs"]
mod stored;

use libfuzzer_sys::fuzz_target;
use peak_alloc::PeakAlloc;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

fuzz_target!(|bytes: &[u8]| package::check(bytes, &HEAP));

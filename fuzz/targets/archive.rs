#![no_main]

#[path = "../checks/archive.rs"]
mod archive;
#[path = "../checks/reading.rs"]
mod reading;

use libfuzzer_sys::fuzz_target;
use peak_alloc::PeakAlloc;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

fuzz_target!(|bytes: &[u8]| archive::check(bytes, &HEAP));

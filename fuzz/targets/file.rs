#![no_main]

#[path = "../checks/file.rs"]
mod file;
#[path = "../checks/reading.rs"]
mod reading;

use libfuzzer_sys::fuzz_target;
use peak_alloc::PeakAlloc;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

fuzz_target!(|bytes: &[u8]| file::check(bytes, &HEAP));

#![no_main]

#[path = "../checks/reading.rs"]
mod reading;
#[path = "../checks/stored.rs"]
mod stored;
#[path = "../checks/worksheet.rs"]
mod worksheet;

use libfuzzer_sys::fuzz_target;
use peak_alloc::PeakAlloc;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

fuzz_target!(|bytes: &[u8]| worksheet::check(bytes, &HEAP));

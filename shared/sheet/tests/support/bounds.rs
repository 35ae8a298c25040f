//! The memory and the time that reading any file may take, which every file of every test keeps.

use std::time::{Duration, Instant};

use domain::batch::Answers;
use peak_alloc::PeakAlloc;
use sheet::{FileError, Limits, Reading};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

pub(crate) const MIB: usize = 1 << 20;
pub(crate) const MOST_BYTES: usize = 48 * MIB;
pub(crate) const MOST_TIME: Duration = Duration::from_secs(3);

/// Runs `job`, and returns how much the heap grew. Every allocation of the process counts.
pub(crate) fn peak_of<T>(job: impl FnOnce() -> T) -> (T, usize) {
    let before = HEAP.current_usage();
    HEAP.reset_peak_usage();
    let result = job();
    (result, HEAP.peak_usage().saturating_sub(before))
}

/// Reads a file within the bounds.
pub(crate) fn read(bytes: &[u8], limits: &Limits, answers: &Answers) -> Result<Reading, FileError> {
    let start = Instant::now();
    let (read, peak) = peak_of(|| sheet::read(bytes, limits, answers));
    let took = start.elapsed();
    assert!(took <= MOST_TIME, "{took:?} for {} bytes", bytes.len());
    // `cargo test` runs several tests at once in one process, and each would count what the others allocate.
    if std::env::var_os("NEXTEST").is_some() {
        assert!(peak <= MOST_BYTES, "{} MiB for {} bytes", peak / MIB, bytes.len());
    }
    read
}

//! A whole file of any format, as an officer uploads it.

use peak_alloc::PeakAlloc;

use crate::reading;

pub(crate) fn check(bytes: &[u8], heap: &PeakAlloc) {
    let _ = reading::read(bytes, heap);
}

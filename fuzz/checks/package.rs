//! The parts of a package, as one text that a fuzzer can change: each begins with a line `=== path`.
//!
//! A change of an archive hardly ever gets past its checksums, so the archive is written from the changed parts.

use peak_alloc::PeakAlloc;

use crate::{reading, stored};

/// Parts at most, so that most time is for what is inside of them.
const MOST_PARTS: usize = 24;

const START: &str = "=== ";

pub(crate) fn check(bytes: &[u8], heap: &PeakAlloc) {
    let Some(parts) = parts(bytes) else { return };
    if let Some(archive) = stored::archive(&parts) {
        let _ = reading::read(&archive, heap);
    }
}

/// The path and the content of each part. `None`: there is none, or there are too many.
fn parts(bytes: &[u8]) -> Option<Vec<(String, Vec<u8>)>> {
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if let Some(path) = line.strip_prefix(START.as_bytes()) {
            let path = String::from_utf8_lossy(path).trim_end_matches(['\r', '\n']).to_owned();
            parts.push((path, Vec::new()));
        } else {
            parts.last_mut()?.1.extend_from_slice(line);
        }
    }
    for (_, content) in &mut parts {
        // The end of the line before the next path.
        content.pop_if(|last| *last == b'\n');
    }
    (!parts.is_empty() && parts.len() <= MOST_PARTS).then_some(parts)
}

//! The archive of a workbook: what is read of it, other programs can open too.

use std::io::Cursor;

use peak_alloc::PeakAlloc;
use zip::ZipArchive;

use crate::reading;

const SIGNATURE: &[u8] = b"PK\x03\x04";

pub(crate) fn check(bytes: &[u8], heap: &PeakAlloc) {
    if !bytes.starts_with(SIGNATURE) || reading::read(bytes, heap).is_err() {
        return;
    }
    let archive = ZipArchive::new(Cursor::new(bytes)).map(|archive| archive.len());
    assert!(archive.is_ok_and(|entries| entries > 0), "what is read is an archive");
}

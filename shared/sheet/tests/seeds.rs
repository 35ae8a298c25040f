//! The seeds of the fuzz targets, and every input that one of them once failed on, within the same bounds.
//!
//! The targets are in `fuzz/`. The counter counts every allocation of the process, so there is one test.

#[path = "../../../fuzz/checks/archive.rs"]
mod archive;
#[path = "../../../fuzz/checks/file.rs"]
mod file;
#[path = "../../../fuzz/checks/package.rs"]
mod package;
#[path = "../../../fuzz/checks/reading.rs"]
mod reading;
#[path = "../../../fuzz/checks/stored.rs"]
mod stored;
#[path = "../../../fuzz/checks/worksheet.rs"]
mod worksheet;

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use peak_alloc::PeakAlloc;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// What the fuzzer allows one input, which is read up to three times.
const MOST_TIME: Duration = Duration::from_secs(3);

type Check = fn(&[u8], &PeakAlloc);

/// Each target, with the folders that it begins with.
const TARGETS: [(&str, Check, &[&str]); 4] = [
    ("archive", archive::check, &["fuzz/seeds/archive", "shared/sheet/tests/files/cases"]),
    ("package", package::check, &["fuzz/seeds/package"]),
    ("worksheet", worksheet::check, &["fuzz/seeds/worksheet"]),
    ("file", file::check, &["fuzz/seeds/file", "fuzz/seeds/archive", "shared/sheet/tests/files/cases"]),
];

#[test]
fn seeds_are_read_within_bounds() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (target, check, folders) in TARGETS {
        let mut seeds = 0;
        for entry in folders.iter().flat_map(|folder| fs::read_dir(root.join(folder)).unwrap()) {
            let path = entry.unwrap().path();
            let start = Instant::now();
            check(&fs::read(&path).unwrap(), &HEAP);
            let took = start.elapsed();
            assert!(took <= MOST_TIME, "{target}: {} took {took:?}", path.display());
            seeds += 1;
        }
        assert!(seeds > 0, "{target} has seeds");
    }
    // A fuzzer has to get behind the first check.
    for name in ["stored.xlsx", "deflated.xlsx", "streamed.xlsx", "zip64.xlsx", "stored.ods"] {
        let read = reading::read(&fs::read(root.join("fuzz/seeds/archive").join(name)).unwrap(), &HEAP);
        assert!(read.is_ok(), "{name}: {read:?}");
    }
}

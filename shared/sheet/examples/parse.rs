//! Reads a workbook as the service does: `cargo run --release --example parse -- file.xlsx [times]`.
//!
//! Prints the number of rows, the shortest time, and the peak memory of the process.

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::{error::Error, time::Instant};

use domain::batch::Answers;
use sheet::{Limits, Reading};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("which file?")?;
    let times: u32 = arguments.next().map_or(Ok(1), |times| times.parse())?;
    let bytes = std::fs::read(path)?;
    // Benchmarks read files that are larger than an upload may be.
    let limits = Limits {
        upload_bytes: usize::MAX,
        entry_bytes: u64::MAX,
        total_bytes: u64::MAX,
        rows: 1_000_000,
        cells: usize::MAX,
        strings: usize::MAX,
        string_bytes: usize::MAX,
        text_bytes: usize::MAX,
        kept_bytes: usize::MAX,
        ..Limits::default()
    };
    let mut best = f64::INFINITY;
    let mut rows = 0;
    for _ in 0..times {
        let start = Instant::now();
        let read = sheet::read(&bytes, &limits, &Answers::default());
        best = best.min(start.elapsed().as_secs_f64());
        match read {
            Ok(Reading::Read(sheet)) => rows = sheet.rows.len(),
            Ok(Reading::Asked(questions)) => return Err(format!("{questions:?}").into()),
            Err(error) => return Err(format!("{}: {}", error.code(), error.detail()).into()),
        }
    }
    println!("rows={rows} parse_ms={:.2} peak_rss_kb={}", best * 1000.0, peak_rss_kb().unwrap_or(0));
    Ok(())
}

/// The peak memory in kB, from `VmHWM` of Linux. `None` on other systems.
fn peak_rss_kb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.split_whitespace().next()?.parse().ok()
}

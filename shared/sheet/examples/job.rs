//! Processes an upload without AWS: `cargo run --release --example job -- file.xlsx domain-rules.json`.
//!
//! It bounds and reads the workbook, checks every row, marks duplicates, and encodes all rows.

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::{error::Error, io, time::Instant};

use domain::{
    EmailAddress,
    batch::{Answers, RowRules, read_all},
    invite::Kind,
    rules::DomainRules,
};
use sheet::{Limits, Reading};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("which file?")?;
    let rules = std::fs::read_to_string(arguments.next().ok_or("which domain rules?")?)?;
    let start = Instant::now();
    let bytes = std::fs::read(path)?;
    let rules = DomainRules::from_json(&rules)?;
    let officer = EmailAddress::parse("officer@example-agency.gov.sg").map_err(|fault| fault.code())?;
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
    let sheet = match sheet::read(&bytes, &limits, &Answers::default()) {
        Ok(Reading::Read(sheet)) => sheet,
        Ok(Reading::Asked(questions)) => return Err(format!("{questions:?}").into()),
        Err(error) => return Err(format!("{}: {}", error.code(), error.detail()).into()),
    };
    let rows = read_all(
        sheet.rows.into_iter().map(|row| (row.sheet_row, row.raw)),
        &RowRules { domains: &rules, officer: &officer, kind: Kind::Account },
    );
    for row in &rows {
        serde_json::to_writer(io::sink(), row)?;
    }
    let milliseconds = start.elapsed().as_secs_f64() * 1000.0;
    println!("rows={} parse_ms={milliseconds:.2} peak_rss_kb={}", rows.len(), peak_rss_kb().unwrap_or(0));
    Ok(())
}

/// The peak memory in kB, from `VmHWM` of Linux. `None` on other systems.
fn peak_rss_kb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.split_whitespace().next()?.parse().ok()
}

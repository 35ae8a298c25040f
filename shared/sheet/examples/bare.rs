//! Reads a workbook with nothing but calamine's streaming reader: `cargo run --release --example bare -- file.xlsx`.
//!
//! `parse` is compared with this: no guard, no limits, no headers, and of each cell only whether it has a value.

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::{error::Error, io::Cursor, time::Instant};

use calamine::{DataRef, Reader, Xlsx};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("which file?")?;
    let bytes = std::fs::read(path)?;
    let start = Instant::now();
    let mut workbook = Xlsx::new(Cursor::new(&bytes))?;
    let name = workbook.sheet_names().first().cloned().ok_or("no worksheet")?;
    let mut cells = workbook.worksheet_cells_reader(&name)?;
    let (mut rows, mut last) = (0, None);
    while let Some(cell) = cells.next_cell()? {
        let row = Some(cell.get_position().0);
        if !matches!(cell.get_value(), DataRef::Empty) && row != last {
            rows += 1;
            last = row;
        }
    }
    let milliseconds = start.elapsed().as_secs_f64() * 1000.0;
    println!("rows={rows} parse_ms={milliseconds:.2} peak_rss_kb={}", peak_rss_kb().unwrap_or(0));
    Ok(())
}

/// The peak memory in kB, from `VmHWM` of Linux. `None` on other systems.
fn peak_rss_kb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.split_whitespace().next()?.parse().ok()
}

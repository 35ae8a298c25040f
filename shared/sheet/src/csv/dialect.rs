//! What separates the cells of a text.

use super::{pieces::Piece, records::Records};
use crate::{FileError, Limits};

/// How a text is cut into cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    /// Bytes of a first line `sep=;`, which is no row.
    pub(super) first_line: usize,
}

/// The delimiters that are tried. Of equals, the first is taken.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Rows by which the delimiter is chosen.
const ROWS: u32 = 100;

impl Dialect {
    /// Reads the dialect off the start of a text: the line `sep=;`, or else the delimiter that cuts the first rows most
    /// evenly.
    pub(super) fn of(start: Piece<'_>, limits: &Limits) -> Self {
        if let Some(dialect) = Self::declared(start.text) {
            return dialect;
        }
        let mut best = (0, DELIMITERS[0]);
        for delimiter in DELIMITERS {
            let evenness = evenness(start, delimiter, limits);
            if evenness > best.0 {
                best = (evenness, delimiter);
            }
        }
        Self { delimiter: best.1, first_line: 0 }
    }

    /// The delimiter that a first line `sep=;` names, for Excel. Letters, digits and quotes are none.
    fn declared(start: &str) -> Option<Self> {
        let &[s, e, p, b'=', delimiter, ref rest @ ..] = start.as_bytes() else {
            return None;
        };
        let is_named = [s, e, p].eq_ignore_ascii_case(b"sep");
        let is_delimiter = delimiter == b'\t' || delimiter == b' ' || delimiter.is_ascii_punctuation();
        let line_end = match rest {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            [] => 0,
            _ => return None,
        };
        let is_declared = is_named && is_delimiter && !matches!(delimiter, b'"' | b'=');
        is_declared.then_some(Self { delimiter, first_line: "sep=;".len() + line_end })
    }
}

/// How well a delimiter explains the first rows: the delimiters of all rows that have the usual number of them. Titles
/// above a table, and texts with a comma inside, then weigh less than the table.
fn evenness(start: Piece<'_>, delimiter: u8, limits: &Limits) -> u64 {
    let mut last_columns: Vec<u32> = Vec::new();
    let mut records = Records::new(delimiter, limits);
    let mut current = (0, 0);
    let mut take = |row: u32, column: u32, _: &str| {
        if row != current.0 {
            last_columns.push(current.1);
            current = (row, column);
        }
        current.1 = column;
        // The first rows say enough.
        if last_columns.len() >= ROWS as usize { Err(FileError::TooManyRows) } else { Ok(()) }
    };
    // A start that is cut, or has other faults, is still cut evenly or not.
    let is_read = records.read(start.text, &mut take).is_ok();
    if start.is_last && is_read && records.end(&mut take).is_ok() {
        last_columns.push(current.1);
    }
    usual(&mut last_columns)
}

/// The sum of the most telling number among these.
fn usual(numbers: &mut [u32]) -> u64 {
    numbers.sort_unstable();
    let sum = |alike: &[u32]| alike.iter().map(|number| u64::from(*number)).sum();
    numbers.chunk_by(|one, other| one == other).map(sum).max().unwrap_or(0)
}

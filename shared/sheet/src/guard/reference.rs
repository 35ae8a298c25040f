//! References to cells and ranges.

use crate::FileError;

/// Rows and columns of a sheet at most, in every version of the format since 2007.
pub(crate) const MOST_ROWS: u32 = 1_048_576;
pub(crate) const MOST_COLUMNS: u32 = 16_384;

/// A rectangle of cells. Rows and columns count from zero, and the last ones belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Area {
    pub(crate) rows: (u32, u32),
    pub(crate) columns: (u32, u32),
}

impl Area {
    pub(crate) fn has_column(&self, column: u32) -> bool {
        (self.columns.0..=self.columns.1).contains(&column)
    }

    /// Reads the ranges of a list as generously as any program: in any case, with `$`, whole rows or columns, and with
    /// the name of the sheet before them. `None`: it is no list of ranges.
    pub(crate) fn list(raw: &[u8]) -> Option<Vec<Self>> {
        let text = std::str::from_utf8(raw).ok()?;
        text.split([' ', ',', '\t', '\n', '\r']).filter(|part| !part.is_empty()).map(Self::read).collect()
    }

    fn read(text: &str) -> Option<Self> {
        let text = text.rsplit('!').next()?.replace('$', "").to_ascii_uppercase();
        let (first, last) = text.split_once(':').unwrap_or((&text, &text));
        let ((row, column), (other_row, other_column)) = (corner(first)?, corner(last)?);
        let is_whole = |one: Option<u32>, other: Option<u32>| one.is_none() && other.is_none();
        let span = |one: Option<u32>, other: Option<u32>, most: u32| {
            let (one, other) = (one.unwrap_or(1), other.unwrap_or(most));
            (one.min(other) - 1, one.max(other) - 1)
        };
        // A lone letter or number is no range, and neither is one between a cell and a column.
        let is_range = text.contains(':') || (row.is_some() && column.is_some());
        let is_even = row.is_some() == other_row.is_some() && column.is_some() == other_column.is_some();
        if !is_range || !is_even || (is_whole(row, other_row) && is_whole(column, other_column)) {
            return None;
        }
        Some(Self { rows: span(row, other_row, MOST_ROWS), columns: span(column, other_column, MOST_COLUMNS) })
    }
}

/// Row and column of one corner, from one. `None` inside: all of them.
fn corner(text: &str) -> Option<(Option<u32>, Option<u32>)> {
    let letters = text.bytes().take_while(u8::is_ascii_uppercase).count();
    let (letters, digits) = text.split_at(letters);
    let row = if digits.is_empty() { None } else { Some(number(digits.as_bytes())?) };
    let column = if letters.is_empty() { None } else { Some(column(letters.as_bytes())) };
    let is_inside = row.is_none_or(|row| (1..=MOST_ROWS).contains(&row)) && column.is_none_or(|at| at <= MOST_COLUMNS);
    is_inside.then_some((row, column))
}

/// Reads digits only, as a number that fits.
pub(crate) fn number(raw: &[u8]) -> Option<u32> {
    if raw.is_empty() {
        return None;
    }
    raw.iter().try_fold(0_u32, |number, digit| {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit < 10)?;
        number.checked_mul(10)?.checked_add(u32::from(digit))
    })
}

/// A row number from one, as the `r` of a row has it.
pub(crate) fn row_number(raw: &[u8]) -> Result<u32, FileError> {
    if raw.is_empty() || !raw.iter().all(u8::is_ascii_digit) || raw.iter().all(|digit| *digit == b'0') {
        return Err(FileError::Corrupt);
    }
    number(raw).filter(|number| *number <= MOST_ROWS).ok_or(FileError::CellOutOfRange)
}

/// Row and column, both from one, of the plain reference that a cell has, such as `AB12`.
pub(crate) fn cell(raw: &[u8]) -> Result<(u32, u32), FileError> {
    let letters = raw.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    let (letters, digits) = raw.split_at(letters);
    if letters.is_empty() {
        return Err(FileError::Corrupt);
    }
    let row = row_number(digits)?;
    let column = column(letters);
    if column > MOST_COLUMNS { Err(FileError::CellOutOfRange) } else { Ok((row, column)) }
}

/// The number of a column, from one. It never wraps around.
fn column(letters: &[u8]) -> u32 {
    let add = |column: u32, letter: &u8| column.saturating_mul(26).saturating_add(u32::from(letter - b'A') + 1);
    letters.iter().fold(0, add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_as_excel_reads_them() {
        assert_eq!(cell(b"A1"), Ok((1, 1)));
        assert_eq!(cell(b"AB12"), Ok((12, 28)));
        assert_eq!(cell(b"XFD1048576"), Ok((1_048_576, 16_384)));
    }

    #[test]
    fn references_beyond_the_sheet_never_wrap_around() {
        for raw in ["XFE1", "A1048577", "A16777217", "ZZZZZZZZZ1", "A99999999999"] {
            assert_eq!(cell(raw.as_bytes()), Err(FileError::CellOutOfRange), "{raw}");
        }
    }

    #[test]
    fn anything_but_a_plain_reference_of_a_cell_is_refused() {
        for raw in ["", "a1", "$B$1", "A", "1", "A0", "A-1", "A1B", "A1:B2", " A1", "\u{ff21}\u{ff11}"] {
            assert_eq!(cell(raw.as_bytes()), Err(FileError::Corrupt), "{raw}");
        }
    }

    #[test]
    fn ranges_are_read_in_every_spelling() {
        let b2_to_c4 = Area { rows: (1, 3), columns: (1, 2) };
        for text in ["B2:C4", "b2:c4", "$B$2:$C$4", "C4:B2", "B4:C2", "Users!B2:C4", "'A'!$B2:C$4"] {
            assert_eq!(Area::read(text), Some(b2_to_c4), "{text}");
        }
        assert_eq!(Area::read("B2"), Some(Area { rows: (1, 1), columns: (1, 1) }));
        assert_eq!(Area::read("B:C"), Some(Area { rows: (0, MOST_ROWS - 1), columns: (1, 2) }));
        assert_eq!(Area::read("2:4"), Some(Area { rows: (1, 3), columns: (0, MOST_COLUMNS - 1) }));
        for text in ["", ":", "B", "2", "B2:", "B2:C", "2:C4", "B0", "XFE1", "A1048577", "B2:C4:D5", "B-2", "B2C"] {
            assert_eq!(Area::read(text), None, "{text}");
        }
        assert_eq!(Area::list(b" B2\n C4:C5,D1 ").map(|areas| areas.len()), Some(3));
        assert_eq!(Area::list(b"B2 ?"), None);
    }
}

//! Rows and cells, cut by `csv-core`, with bounds.
//!
//! `csv-core` forgives everything, as Excel does: a quote inside a text is a letter, and text behind a closing quote
//! belongs to the cell. What it cannot tell is added here: blank rows, which Excel counts, and quotes that would put
//! several rows into one cell, by which people would be lost.

use csv_core::{ReadFieldResult, Reader, ReaderBuilder, Terminator};

use crate::{
    FileError, Limits,
    guard::{MOST_COLUMNS, MOST_ROWS},
};

/// Cuts a text that comes in pieces.
pub(super) struct Records {
    reader: Reader,
    /// The cell that is read, in its first `filled` bytes.
    cell: Vec<u8>,
    filled: usize,
    /// Quotes of the cell in the file, and its last byte there.
    quotes: usize,
    last: u8,
    /// Row and column of the cell, from zero.
    row: u32,
    column: u32,
    line: Line,
    /// Cells so far, with or without content.
    cells: usize,
    limits: Limits,
}

/// Where the last byte was.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    /// Behind a line end, or at the start of the text.
    Ended,
    /// Behind a carriage return, which a line feed may complete.
    AfterReturn,
    Inside,
}

/// Bytes for which a cell has room at first.
const FIRST_ROOM: usize = 1 << 10;

impl Records {
    pub(super) fn new(delimiter: u8, limits: &Limits) -> Self {
        let reader = ReaderBuilder::new().delimiter(delimiter).terminator(Terminator::CRLF).build();
        let (cell, line) = (vec![0; FIRST_ROOM], Line::Ended);
        Self { reader, cell, filled: 0, quotes: 0, last: 0, row: 0, column: 0, line, cells: 0, limits: *limits }
    }

    /// Reads the next piece of the text, and gives row, column and text of each cell to `take`, also
    /// of blank ones.
    pub(super) fn read(
        &mut self,
        piece: &str,
        take: &mut impl FnMut(u32, u32, &str) -> Result<(), FileError>,
    ) -> Result<(), FileError> {
        let mut rest = piece.as_bytes();
        loop {
            if self.line != Line::Inside {
                rest = self.skip_line_ends(rest);
            }
            if rest.is_empty() {
                return Ok(());
            }
            let (result, read, written) = self.reader.read_field(rest, &mut self.cell[self.filled..]);
            let (done, behind) = rest.split_at(read);
            rest = behind;
            self.filled += written;
            self.quotes += memchr::memchr_iter(b'"', done).count();
            let ReadFieldResult::Field { record_end } = result else {
                self.last = done.last().copied().unwrap_or(self.last);
                if matches!(result, ReadFieldResult::OutputFull) {
                    self.make_room()?;
                }
                continue;
            };
            if let [.., last, _] = done {
                self.last = *last;
            }
            self.end_cell(take)?;
            if record_end {
                self.end_row(done.last().copied());
            }
        }
    }

    /// The text has ended.
    ///
    /// # Errors
    ///
    /// [`FileError::Corrupt`] when a quote was not closed: all rows behind it would be in its cell.
    pub(super) fn end(
        &mut self,
        take: &mut impl FnMut(u32, u32, &str) -> Result<(), FileError>,
    ) -> Result<(), FileError> {
        if self.line != Line::Inside {
            return Ok(());
        }
        if self.filled == self.cell.len() {
            self.make_room()?;
        }
        // Inside quotes a line end is a part of the text, and elsewhere it ends the row.
        let (result, ..) = self.reader.read_field(b"\n", &mut self.cell[self.filled..]);
        if !matches!(result, ReadFieldResult::Field { record_end: true }) {
            return Err(FileError::Corrupt);
        }
        self.end_cell(take)
    }

    /// Counts blank rows, and returns what is behind them.
    fn skip_line_ends<'i>(&mut self, mut rest: &'i [u8]) -> &'i [u8] {
        while let Some((first, behind)) = rest.split_first() {
            match (first, self.line) {
                (b'\n', Line::AfterReturn) => self.line = Line::Ended,
                (b'\n', _) => self.row = self.row.saturating_add(1),
                (b'\r', _) => {
                    self.row = self.row.saturating_add(1);
                    self.line = Line::AfterReturn;
                }
                _ => {
                    self.line = Line::Inside;
                    break;
                }
            }
            rest = behind;
        }
        rest
    }

    fn end_cell(&mut self, take: &mut impl FnMut(u32, u32, &str) -> Result<(), FileError>) -> Result<(), FileError> {
        self.cells += 1;
        if self.cells > self.limits.cells {
            return Err(FileError::TooManyCells);
        }
        let bytes = &self.cell[..self.filled];
        let text = std::str::from_utf8(bytes).map_err(|_| FileError::Corrupt)?;
        if memchr::memchr2(b'\n', b'\r', bytes).is_some() && !self.is_well_quoted() {
            return Err(FileError::Corrupt);
        }
        let is_outside = self.row >= MOST_ROWS || self.column >= MOST_COLUMNS;
        if is_outside && !text.is_empty() {
            return Err(FileError::CellOutOfRange);
        }
        take(self.row, self.column, text)?;
        self.column = self.column.saturating_add(1);
        (self.filled, self.quotes, self.last) = (0, 0, 0);
        Ok(())
    }

    fn end_row(&mut self, last: Option<u8>) {
        self.row = self.row.saturating_add(1);
        self.column = 0;
        self.line = if last == Some(b'\r') { Line::AfterReturn } else { Line::Ended };
    }

    /// Whether a cell of several lines is quoted from its first to its last letter. If it is not, a quote of an earlier
    /// row opened it, and one of a later row closed it.
    fn is_well_quoted(&self) -> bool {
        let inside = memchr::memchr_iter(b'"', &self.cell[..self.filled]).count();
        self.last == b'"' && self.quotes == 2 + 2 * inside
    }

    fn make_room(&mut self) -> Result<(), FileError> {
        let most = self.limits.cell_bytes();
        if self.cell.len() > most {
            return Err(FileError::XmlLimit);
        }
        // The byte too many is how a longer cell is known.
        self.cell.resize(most.saturating_add(1).min(self.cell.len() * 2), 0);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cells with content, read in pieces of `length` bytes.
    fn cells(text: &str, length: usize) -> Result<Vec<(u32, u32, String)>, FileError> {
        let mut records = Records::new(b',', &Limits::default());
        let mut found = Vec::new();
        let mut take = |row: u32, column: u32, text: &str| {
            if !text.is_empty() {
                found.push((row, column, text.to_owned()));
            }
            Ok(())
        };
        let mut rest = text;
        while !rest.is_empty() {
            let end = (length..=rest.len()).find(|at| rest.is_char_boundary(*at)).unwrap_or(rest.len());
            records.read(&rest[..end], &mut take)?;
            rest = &rest[end..];
        }
        records.end(&mut take)?;
        Ok(found)
    }

    fn check(text: &str, expected: &[(u32, u32, &str)]) {
        let expected: Vec<_> = expected.iter().map(|(row, column, text)| (*row, *column, (*text).to_owned())).collect();
        for length in [1, 2, 3, 7, 1000] {
            assert_eq!(cells(text, length).as_ref(), Ok(&expected), "{text:?} in pieces of {length}");
        }
    }

    #[test]
    fn rows_are_counted_as_excel_counts_them() {
        check("a\n\nb\n", &[(0, 0, "a"), (2, 0, "b")]);
        check("\n\na", &[(2, 0, "a")]);
        check("a\r\n\r\nb\r\n", &[(0, 0, "a"), (2, 0, "b")]);
        check("a\r\rb\r", &[(0, 0, "a"), (2, 0, "b")]);
        check("a\rb\nc\r\nd\n\re", &[(0, 0, "a"), (1, 0, "b"), (2, 0, "c"), (3, 0, "d"), (5, 0, "e")]);
        check("a,\"1\r\n2\n3\"\nb", &[(0, 0, "a"), (0, 1, "1\r\n2\n3"), (1, 0, "b")]);
        check(",,\n\"\"\nb", &[(2, 0, "b")]);
        check("a,", &[(0, 0, "a")]);
        check("", &[]);
    }

    #[test]
    fn quotes_are_read_as_excel_reads_them() {
        check("\"a,\"\"b\"\"\",c", &[(0, 0, "a,\"b\""), (0, 1, "c")]);
        check("5\" disk,b\"\",c", &[(0, 0, "5\" disk"), (0, 1, "b\"\""), (0, 2, "c")]);
        check("\"Tan, Ah Kow\" (HR),b", &[(0, 0, "Tan, Ah Kow (HR)"), (0, 1, "b")]);
        check(" \"a\",b", &[(0, 0, " \"a\""), (0, 1, "b")]);
        check("\"\"\"\"", &[(0, 0, "\"")]);
        check("\"\"\"a\nb\"\"\"", &[(0, 0, "\"a\nb\"")]);
        check("=\"0123\",b", &[(0, 0, "=\"0123\""), (0, 1, "b")]);
    }

    #[test]
    fn a_quote_that_would_swallow_rows_is_refused() {
        for text in [
            "a,\"b\nc,d\n",
            "\"",
            "a,\"",
            "a,\"b\"\"\n",
            "a,\"b\nc,\"d\"\ne,f\n",
            "a,\"b\nc,d \"e\" f\ng",
            "\"a\nb\"c\"d\"\n",
            "a,\"b\nc,\"d,e\nf",
            "a,\"b\nc\"d",
            "\"a\nb\"\"\"c\"\n",
        ] {
            for length in [1, 2, 1000] {
                assert_eq!(cells(text, length), Err(FileError::Corrupt), "{text:?} in pieces of {length}");
            }
        }
    }

    #[test]
    fn a_cell_has_a_bound_and_so_have_all_cells() {
        let most = Limits::default().cell_bytes();
        assert_eq!(cells(&"x".repeat(most), 4096).map(|found| found.len()), Ok(1));
        assert_eq!(cells(&"x".repeat(most + 1), 4096), Err(FileError::XmlLimit));
        assert_eq!(cells(&",".repeat(Limits::default().cells + 1), 4096), Err(FileError::TooManyCells));
        let far = format!("{}x", ",".repeat(MOST_COLUMNS as usize));
        assert_eq!(cells(&far, 4096), Err(FileError::CellOutOfRange));
        let low = format!("{}x", "\n".repeat(MOST_ROWS as usize));
        assert_eq!(cells(&low, 4096), Err(FileError::CellOutOfRange));
    }
}

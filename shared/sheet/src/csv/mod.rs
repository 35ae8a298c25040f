//! Lists as text: cells with a comma, a semicolon, a tab or a bar between them, as RFC 4180 and Excel write them.
//!
//! Reading order: [`encoding`] (which letters the bytes are), [`pieces`] (the text, in pieces), [`foreign`] (texts that
//! are no list), [`dialect`] (what separates cells), [`records`] (rows and cells), [`cell`] (what a cell says).

mod cell;
mod dialect;
mod encoding;
mod foreign;
mod pieces;
mod records;

use domain::batch::Encoding;

use crate::{
    FileError, Limits,
    guard::{CellSink, Marks, Place},
    unopened::Unopened,
};
use dialect::Dialect;
use encoding::Decodable;
use pieces::Pieces;
use records::Records;

/// A text file whose encoding and dialect are known. It is one worksheet without a name.
pub(crate) struct List<'a> {
    text: Decodable<'a>,
    dialect: Dialect,
    limits: Limits,
}

impl<'a> List<'a> {
    /// Opens the list in `bytes`. `encoding` is what the officer says about its letters; it matters only if the file
    /// does not say it.
    ///
    /// # Errors
    ///
    /// [`Unopened::Encodings`] when the letters can be read in several ways, and [`FileError::NotXlsx`] for a file that
    /// is no list.
    pub(crate) fn open(bytes: &'a [u8], limits: &Limits, encoding: Option<Encoding>) -> Result<Self, Unopened> {
        let text = Decodable::of(bytes, encoding)?;
        let mut pieces = Pieces::new(text.bytes, text.encoding);
        let start = pieces.next()?.unwrap_or_default();
        if start.is_last && start.text.trim().is_empty() {
            return Err(FileError::Empty.into());
        }
        if foreign::is_foreign(start.text) {
            return Err(FileError::NotXlsx.into());
        }
        let dialect = Dialect::of(start, limits);
        Ok(Self { text, dialect, limits: *limits })
    }

    /// Gives the cells to `sink`, until it is done.
    ///
    /// # Errors
    ///
    /// The fault of the sink, that of a limit, and [`FileError::Corrupt`] where a quote that is never closed, or closed
    /// in the middle of a later cell, would put several rows into one cell.
    pub(crate) fn read(&self, sink: &mut impl CellSink) -> Result<Marks, FileError> {
        let mut records = Records::new(self.dialect.delimiter, &self.limits);
        let mut pieces = Pieces::new(self.text.bytes, self.text.encoding);
        let mut skipped = self.dialect.first_line;
        while let Some(piece) = pieces.next()? {
            let text = piece.text.get(skipped..).unwrap_or_default();
            records.read(text, &mut |row, column, text| give(sink, row, column, text))?;
            // Behind the point where the sink is done nothing is read.
            if sink.is_done() {
                return Ok(Marks::default());
            }
            skipped = 0;
        }
        records.end(&mut |row, column, text| give(sink, row, column, text))?;
        Ok(Marks::default())
    }
}

/// Gives one cell to the sink, unless it is blank.
fn give(sink: &mut impl CellSink, row: u32, column: u32, text: &str) -> Result<(), FileError> {
    match cell::value(text) {
        Some(value) if !sink.is_done() => {
            sink.cell(Place { row, column, is_row_hidden: false, is_column_hidden: false }, value)
        }
        _ => Ok(()),
    }
}

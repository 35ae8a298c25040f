//! Spreadsheets of LibreOffice and others, in the OpenDocument format, behind the same guard as workbooks.
//!
//! Reading order: [`package`] (what the archive is), [`contents`] (the tables of `content.xml`, with [`styles`]),
//! [`table`] (rows and cells of one of them, with [`row`], [`cell`], [`paragraphs`] and [`cover`]).

mod cell;
mod contents;
mod cover;
mod package;
mod paragraphs;
mod row;
mod styles;
mod table;

use std::cell::Cell;

use crate::{
    FileError, Limits,
    example::is_example_sheet,
    guard::{Archive, Area, CellSink, Marks, Part, walk},
};
use contents::{Contents, Listed};
use table::Table;

pub(crate) use package::is_document;

/// A spreadsheet whose package was checked, and whose tables are known.
pub(crate) struct Document<'a> {
    content: Part<'a>,
    limits: Limits,
    contents: Listed,
    /// How often its content was inflated.
    reads: Cell<u64>,
}

/// How many times the bytes of all parts may be inflated, to read one table after another. Every table is in the same
/// part.
const MOST_READS: u64 = 3;

impl<'a> Document<'a> {
    /// Opens the spreadsheet in `archive`, within `limits`.
    pub(crate) fn open(archive: &Archive<'a>, limits: &Limits) -> Result<Self, FileError> {
        let content = package::content(archive, limits)?;
        let mut contents = walk(content, limits, Contents::new(limits))?.into_listed()?;
        // The example is read only if no other table has rows, so it comes last, wherever its tab is.
        contents.tables.sort_by_key(|table| is_example_sheet(&table.name));
        Ok(Self { content, limits: *limits, contents, reads: Cell::new(1) })
    }

    /// How many tables can be read.
    pub(crate) fn sheet_count(&self) -> usize {
        self.contents.tables.len()
    }

    /// The name of the table at `index`. It is empty if there is no such table.
    pub(crate) fn name(&self, index: usize) -> &str {
        self.contents.tables.get(index).map_or("", |table| &table.name)
    }

    /// Hidden tables, which cannot be read.
    pub(crate) fn hidden_sheets(&self) -> u32 {
        self.contents.hidden
    }

    /// Gives the cells of the table at `index` to `sink`, until it is done. Returns its merged cells and mail links, as
    /// far as it was read.
    ///
    /// # Errors
    ///
    /// [`FileError::TooManyParts`] when tables were read so often that a document made for it would keep the reader
    /// busy.
    pub(crate) fn read(&self, index: usize, sink: &mut impl CellSink) -> Result<Marks, FileError> {
        let table = self.contents.tables.get(index).ok_or(FileError::Corrupt)?;
        self.reads.set(self.reads.get().saturating_add(1));
        if self.content.size.saturating_mul(self.reads.get()) > self.limits.total_bytes.saturating_mul(MOST_READS) {
            return Err(FileError::TooManyParts);
        }
        let visitor = Table::new(&self.limits, table.number, &self.contents.hidden_styles, sink);
        Ok(walk(self.content, &self.limits, visitor)?.into_marks())
    }
}

/// Gives the mail links on cells of `column` to `take`, with their addresses.
pub(crate) fn mail_links(
    marks: &Marks,
    column: u32,
    mut take: impl FnMut(Area, &str) -> Result<(), FileError>,
) -> Result<(), FileError> {
    marks.links_on(column).try_for_each(|(area, address)| take(area, address))
}

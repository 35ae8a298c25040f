//! A worksheet: the grammar of its rows and cells, and which of them are visible.

use super::{
    cell::{Cell, CellTag, CellValue, Child},
    marks::Marks,
    namespace::Namespace,
    reference::{self, MOST_COLUMNS, MOST_ROWS, number},
    rich_text::RichText,
    scan::{Visit, Visitor},
    strings::StringTable,
    styles::DateStyles,
    tag::Tag,
};
use crate::{FileError, Limits};

/// Where a cell is. Row and column count from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) row: u32,
    pub(crate) column: u32,
    /// Whether the row is hidden or filtered out.
    pub(crate) is_row_hidden: bool,
    pub(crate) is_column_hidden: bool,
}

/// Takes the cells with content, in the order of the sheet.
pub(crate) trait CellSink {
    fn cell(&mut self, place: Place, value: CellValue<'_>) -> Result<(), FileError>;

    /// Whether no further cell is needed.
    fn is_done(&self) -> bool;
}

/// Visits the cells, and checks the grammar of the sheet: `sheetData` > `row` > `c` > `f`, `v` or `is`.
///
/// Within the data every element is one of the standard, and those that hold cells, ranges or links are nowhere else,
/// because programs differ in what they read there.
pub(super) struct Worksheet<'s, S> {
    limits: Limits,
    strings: &'s StringTable,
    dates: &'s DateStyles,
    sink: &'s mut S,
    hidden_columns: Vec<bool>,
    marks: Marks,
    section: Section,
    row: Row,
    cell: Cell,
    /// Cells so far, with or without content.
    cells: usize,
    inline: RichText,
}

/// The child of the root that is open, or was read last.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Before,
    Columns,
    Data,
    After,
    Merges,
    Links,
}

impl Section {
    fn is_before_data(self) -> bool {
        matches!(self, Self::Before | Self::Columns)
    }
}

#[derive(Default)]
struct Row {
    /// The number of the current row, from one; zero before the first.
    number: u32,
    /// Whether the row had a number of its own.
    is_numbered: bool,
    is_hidden: bool,
    /// The number of the last cell's column, from one; zero before the first.
    column: u32,
}

impl<'s, S: CellSink> Worksheet<'s, S> {
    pub(super) fn new(limits: &Limits, strings: &'s StringTable, dates: &'s DateStyles, sink: &'s mut S) -> Self {
        Self {
            limits: *limits,
            strings,
            dates,
            sink,
            hidden_columns: Vec::new(),
            marks: Marks::default(),
            section: Section::Before,
            row: Row::default(),
            cell: Cell::default(),
            cells: 0,
            inline: RichText::new(limits.cell_bytes()),
        }
    }

    /// The merges and links, once the whole part was read.
    pub(super) fn into_marks(self) -> Marks {
        self.marks
    }

    /// An element outside the data. Only the lists of columns, merges and links matter.
    fn outside(&mut self, tag: &Tag<'_>, depth: usize) -> Result<Visit, FileError> {
        if tag.namespace != Namespace::Main {
            return Ok(Visit::Inside);
        }
        let is_before = self.section.is_before_data();
        match (depth, tag.name, self.section) {
            (2, b"sheetData", _) if is_before => self.section = Section::Data,
            (2, b"cols", _) if is_before => self.section = Section::Columns,
            (2, b"mergeCells", _) if !is_before => self.section = Section::Merges,
            (2, b"hyperlinks", _) if !is_before => self.section = Section::Links,
            (3, b"col", Section::Columns) => self.hide_columns(tag)?,
            (3, b"mergeCell", Section::Merges) => self.marks.merge(tag, &self.limits)?,
            (3, b"hyperlink", Section::Links) => self.marks.link(tag, &self.limits)?,
            (
                _,
                b"sheetData" | b"row" | b"cols" | b"col" | b"mergeCells" | b"mergeCell" | b"hyperlinks" | b"hyperlink",
                _,
            ) => return Err(FileError::Corrupt),
            (2, ..) => self.section = if is_before { Section::Before } else { Section::After },
            _ => {}
        }
        Ok(Visit::Inside)
    }

    fn hide_columns(&mut self, tag: &Tag<'_>) -> Result<(), FileError> {
        /// The width, in characters, of a column that is narrower than a pixel.
        const INVISIBLE: f64 = 0.1;
        if !is_hidden(tag, b"width", INVISIBLE)? {
            return Ok(());
        }
        let bound = |name| tag.value(name)?.and_then(|raw| number(&raw)).ok_or(FileError::Corrupt);
        let (first, last) = (bound(b"min")?, bound(b"max")?);
        if first == 0 || first > last {
            return Err(FileError::Corrupt);
        }
        for column in first..=last.min(self.limits.columns) {
            let index = usize::try_from(column - 1).map_err(|_| FileError::Corrupt)?;
            if self.hidden_columns.len() <= index {
                self.hidden_columns.resize(index + 1, false);
            }
            self.hidden_columns[index] = true;
        }
        Ok(())
    }

    fn begin_row(&mut self, tag: &Tag<'_>) -> Result<(), FileError> {
        /// The height, in points, of a row that is lower than a pixel.
        const INVISIBLE: f64 = 0.5;
        let next = self.row.number + 1;
        let told = tag.value(b"r")?.map(|raw| reference::row_number(&raw)).transpose()?;
        let number = told.unwrap_or(next);
        if number > MOST_ROWS {
            return Err(FileError::CellOutOfRange);
        }
        // Rows out of order could give two rows the same number.
        if number < next {
            return Err(FileError::Corrupt);
        }
        let is_hidden = is_hidden(tag, b"ht", INVISIBLE)?;
        self.row = Row { number, is_numbered: told.is_some(), is_hidden, column: 0 };
        Ok(())
    }

    fn begin_cell(&mut self, tag: &Tag<'_>) -> Result<(), FileError> {
        self.cells += 1;
        if self.cells > self.limits.cells {
            return Err(FileError::TooManyCells);
        }
        let cell = CellTag::read(tag)?;
        let next = self.row.column + 1;
        let mut column = next;
        if let Some(raw) = cell.place {
            let (row, told) = reference::cell(&raw)?;
            if row != self.row.number {
                let is_first = self.row.column == 0;
                if self.row.is_numbered || !is_first || row < self.row.number {
                    return Err(FileError::Corrupt);
                }
                self.row.number = row;
            }
            column = told;
        }
        if column > MOST_COLUMNS {
            return Err(FileError::CellOutOfRange);
        }
        if column < next {
            return Err(FileError::Corrupt);
        }
        self.row.column = column;
        let is_date = cell.kind.is_number() && self.dates.contains(cell.style);
        self.cell.begin(cell.kind, is_date);
        // A cell without a string of its own has none.
        self.inline.begin();
        Ok(())
    }

    fn end_cell(&mut self) -> Result<(), FileError> {
        let Some(value) = self.cell.end(self.inline.text(), self.strings)? else {
            return Ok(());
        };
        let column = self.row.column - 1;
        let hidden = usize::try_from(column).ok().and_then(|column| self.hidden_columns.get(column));
        let place = Place {
            row: self.row.number - 1,
            column,
            is_row_hidden: self.row.is_hidden,
            is_column_hidden: hidden.copied().unwrap_or(false),
        };
        if self.sink.is_done() { Ok(()) } else { self.sink.cell(place, value) }
    }
}

impl<S: CellSink> Visitor for Worksheet<'_, S> {
    fn open(&mut self, tag: &Tag<'_>, depth: usize) -> Result<Visit, FileError> {
        if self.section != Section::Data {
            return match depth {
                1 if tag.is(b"worksheet") => Ok(Visit::Inside),
                1 => Err(FileError::Corrupt),
                _ => self.outside(tag, depth),
            };
        }
        if tag.namespace != Namespace::Main {
            return Err(FileError::Corrupt);
        }
        match (depth, tag.name) {
            (5, b"extLst") | (4, b"extLst") => return Ok(Visit::Skip),
            (5, name) => {
                self.cell.begin_child(name)?;
            }
            (4, b"c") => self.begin_cell(tag)?,
            (3, b"row") => self.begin_row(tag)?,
            (6.., _) if self.cell.child() == Child::Inline => return self.inline.open(tag, depth - 5),
            _ => return Err(FileError::Corrupt),
        }
        Ok(Visit::Inside)
    }

    fn close(&mut self, depth: usize) -> Result<(), FileError> {
        match (self.section, depth) {
            // Without data of its own, the cells are in a place that other programs may know.
            (section, 1) if section.is_before_data() => return Err(FileError::Corrupt),
            (Section::Data, 2) => self.section = Section::After,
            (Section::Data, 4) => self.end_cell()?,
            (Section::Data, 5) => self.cell.end_child(),
            (Section::Data, 6..) => self.inline.close(depth - 5),
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &[u8]) -> Result<(), FileError> {
        match self.cell.child() {
            Child::Value => self.cell.push(text, self.limits.cell_bytes()),
            Child::Inline => self.inline.push(text),
            Child::Formula => {
                self.cell.push_formula(text);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn cdata(&mut self, content: &[u8]) -> Result<(), FileError> {
        match self.cell.child() {
            Child::Value => self.cell.push_cdata(content, self.limits.cell_bytes()),
            Child::Inline => self.inline.push_cdata(content),
            Child::Formula => {
                self.cell.push_formula(content);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn is_done(&self) -> bool {
        self.sink.is_done()
    }
}

/// Whether a row or column is not visible: it is hidden, filtered out, or smaller than `invisible`. What is neither
/// true nor false, and a size that is no number, could hide it.
fn is_hidden(tag: &Tag<'_>, size: &[u8], invisible: f64) -> Result<bool, FileError> {
    if let Some(raw) = tag.value(b"hidden")?
        && !matches!(&*raw, b"0" | b"false")
    {
        return Ok(true);
    }
    let Some(raw) = tag.value(size)? else { return Ok(false) };
    let size = std::str::from_utf8(&raw).ok().and_then(|raw| raw.parse::<f64>().ok());
    Ok(size.is_none_or(|size| size.is_nan() || size < invisible))
}

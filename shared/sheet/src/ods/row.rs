//! One row, kept until its end: rows that are alike are written once, with their number.

use std::ops::Range;

use super::cell::Span;
use crate::{
    FileError, Limits,
    guard::{CellSink, CellValue, MOST_COLUMNS, MOST_ROWS, Place},
};

/// The cells of a row that is read.
#[derive(Default)]
pub(super) struct Row {
    /// Its number from zero, and how many rows are like it.
    pub(super) number: u32,
    pub(super) repeats: u32,
    pub(super) is_hidden: bool,
    /// The column of the next cell, from zero.
    pub(super) column: u32,
    cells: Vec<Kept>,
    texts: String,
    /// Whether a cell is kept that is outside the columns of every list.
    is_far: bool,
    /// Merges that begin in this row, with their columns.
    pub(super) merges: Vec<(u32, Span)>,
}

/// A cell with content, and how many cells in a row are like it.
struct Kept {
    column: u32,
    repeats: u32,
    value: KeptValue,
}

enum KeptValue {
    Text(Range<usize>),
    Other(CellValue<'static>),
}

impl Row {
    /// The row `number` begins, which is one of `repeats` that are alike.
    pub(super) fn begin(&mut self, number: u32, repeats: u32, is_hidden: bool) {
        self.cells.clear();
        self.texts.clear();
        self.merges.clear();
        (self.number, self.repeats, self.is_hidden) = (number, repeats, is_hidden);
        (self.column, self.is_far) = (0, false);
    }

    /// Whether a cell of the row has content.
    pub(super) fn has_content(&self) -> bool {
        !self.cells.is_empty()
    }

    /// Keeps `repeats` cells with this value, from the next column on.
    ///
    /// # Errors
    ///
    /// [`FileError::CellOutOfRange`] for a cell outside every worksheet, and [`FileError::TooLarge`] when the texts of
    /// the row are longer than those of all rows may be.
    pub(super) fn keep(&mut self, value: CellValue<'_>, repeats: u32, limits: &Limits) -> Result<(), FileError> {
        let column = self.column;
        if column.saturating_add(repeats) > MOST_COLUMNS {
            return Err(FileError::CellOutOfRange);
        }
        // Behind the columns of every list, one cell says as much as many.
        let most = limits.columns.saturating_add(1).saturating_sub(column);
        let repeats = if most == 0 { 1 } else { repeats.min(most) };
        let is_far = column.saturating_add(repeats) > limits.columns;
        if is_far && self.is_far {
            return Ok(());
        }
        self.is_far |= is_far;
        let value = match value {
            CellValue::Text(text) => {
                let start = self.texts.len();
                self.texts.push_str(&text);
                if self.texts.len() > limits.text_bytes {
                    return Err(FileError::TooLarge);
                }
                KeptValue::Text(start..self.texts.len())
            }
            other => KeptValue::Other(other.into_owned()),
        };
        self.cells.push(Kept { column, repeats, value });
        Ok(())
    }

    /// How many cells with content this row and those like it have.
    pub(super) fn content_cells(&self) -> u64 {
        let cells: u64 = self.cells.iter().map(|cell| u64::from(cell.repeats)).sum();
        cells.saturating_mul(u64::from(self.repeats))
    }

    /// Gives the cells of this row and of those like it to `sink`, until it is done.
    pub(super) fn give(&self, hidden_columns: &[bool], sink: &mut impl CellSink) -> Result<(), FileError> {
        if !self.has_content() {
            return Ok(());
        }
        let end = self.number.saturating_add(self.repeats);
        if end > MOST_ROWS {
            return Err(FileError::CellOutOfRange);
        }
        for row in self.number..end {
            for cell in &self.cells {
                for column in cell.column..cell.column + cell.repeats {
                    if sink.is_done() {
                        return Ok(());
                    }
                    let is_column_hidden = usize::try_from(column).ok().and_then(|at| hidden_columns.get(at));
                    let place = Place {
                        row,
                        column,
                        is_row_hidden: self.is_hidden,
                        is_column_hidden: is_column_hidden.copied().unwrap_or(false),
                    };
                    sink.cell(place, self.value(cell))?;
                }
            }
        }
        Ok(())
    }

    fn value<'r>(&'r self, cell: &'r Kept) -> CellValue<'r> {
        match &cell.value {
            KeptValue::Text(range) => CellValue::Text(self.texts.get(range.clone()).unwrap_or_default().into()),
            KeptValue::Other(other) => other.clone(),
        }
    }
}

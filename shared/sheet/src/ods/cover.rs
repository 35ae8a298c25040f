//! Which cells a merge covers.

use super::cell::Span;
use crate::{
    FileError, Limits,
    guard::{Area, MOST_COLUMNS, MOST_ROWS, Marks},
};

/// The merges over the row that is read. It knows the columns that a list may have.
pub(super) struct Cover {
    /// For each column, the first row that is no longer covered.
    until: Vec<u32>,
}

impl Cover {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { until: vec![0; usize::try_from(limits.columns).unwrap_or_default()] }
    }

    /// Adds the merge that begins with the cell at `row` and `column`.
    ///
    /// # Errors
    ///
    /// [`FileError::Corrupt`] when it overlaps with another one, because programs differ in which of them they show.
    pub(super) fn add(&mut self, (row, column): (u32, u32), span: Span) -> Result<(), FileError> {
        let end = row.saturating_add(span.rows);
        for until in self.columns(column, span.columns) {
            if *until > row {
                return Err(FileError::Corrupt);
            }
            *until = end;
        }
        Ok(())
    }

    /// Whether all `rows` from `row` on are covered in these columns.
    pub(super) fn has(&mut self, (row, column): (u32, u32), rows: u32, columns: u32) -> bool {
        let end = row.saturating_add(rows);
        self.columns(column, columns).all(|until| *until >= end)
    }

    fn columns(&mut self, first: u32, count: u32) -> impl Iterator<Item = &mut u32> {
        let place = |column: u32| usize::try_from(column).unwrap_or(usize::MAX);
        let first = place(first);
        self.until.iter_mut().skip(first).take(place(count))
    }
}

/// Tells the marks about a merge that begins in a row, in this row and in the `repeats` that are like it.
pub(super) fn mark(
    marks: &mut Marks,
    (row, column): (u32, u32),
    span: Span,
    repeats: u32,
    limits: &Limits,
) -> Result<(), FileError> {
    for first in row..row.saturating_add(repeats) {
        marks.merge_area(area((first, column), span), limits)?;
    }
    Ok(())
}

/// The cells from `row` and `column` on, as far as a worksheet has cells.
pub(super) fn area((row, column): (u32, u32), span: Span) -> Area {
    let range = |first: u32, count: u32, most: u32| {
        (first.min(most - 1), first.saturating_add(count.saturating_sub(1)).min(most - 1))
    };
    Area { rows: range(row, span.rows, MOST_ROWS), columns: range(column, span.columns, MOST_COLUMNS) }
}

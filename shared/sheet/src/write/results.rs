//! The results of a batch as a workbook.

use domain::{Field, Timestamp, fields::Form};

use super::{
    WriteError,
    template::columns,
    text_sheet::{put, put_header, workbook},
};

/// A row of a batch with its result.
#[derive(Clone, Copy)]
pub struct ResultRow<'a> {
    /// The row's number in the batch.
    pub number: u32,
    /// The texts as they were last edited.
    pub form: &'a Form,
    /// The result, in the words of the status page.
    pub status: &'a str,
    /// What the fault is and what to do; empty if there is none.
    pub what_is_wrong: &'a str,
    /// The Trace ID, which the officer quotes to support.
    pub trace_id: &'a str,
}

impl std::fmt::Debug for ResultRow<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ResultRow").field("number", &self.number).finish_non_exhaustive()
    }
}

/// Writes the rows with their results: the template's columns, then status, what is wrong, and Trace ID.
///
/// With the failed rows only, it is the workbook that the officer corrects and uploads again: [`crate::read`] reads it.
///
/// # Errors
///
/// [`WriteError`] when there are more rows than a worksheet has.
pub fn results<'a>(rows: impl IntoIterator<Item = ResultRow<'a>>, created: Timestamp) -> Result<Vec<u8>, WriteError> {
    let mut workbook = workbook(created)?;
    let mut columns = columns();
    columns.extend([("Status", 18.0), ("What is wrong", 60.0), ("Trace ID", 40.0)]);
    let sheet = workbook.add_worksheet().set_name("Users")?;
    put_header(sheet, 0, &columns)?;
    for (line, row) in (1..).zip(rows) {
        let number = row.number.to_string();
        let texts = std::iter::once(number.as_str())
            .chain(Field::ALL.into_iter().map(|field| row.form.get(field)))
            .chain([row.status, row.what_is_wrong, row.trace_id]);
        for (column, text) in (0_u16..).zip(texts) {
            put(sheet, line, column, text)?;
        }
    }
    Ok(workbook.save_to_buffer()?)
}

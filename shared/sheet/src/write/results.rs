//! What became of a batch.

use domain::{Field, Timestamp, fields::Form};

use super::{
    WriteError,
    template::columns,
    text_sheet::{put, put_header, workbook},
};

/// A row of a batch with what became of it.
#[derive(Clone, Copy)]
pub struct ResultRow<'a> {
    /// The row's number in the batch.
    pub number: u32,
    /// The texts as they were last edited.
    pub form: &'a Form,
    /// What became of it, in the words of the status page.
    pub status: &'a str,
    /// What is wrong and what to do; empty when nothing is.
    pub what_is_wrong: &'a str,
    /// What to quote to support.
    pub trace_id: &'a str,
}

impl std::fmt::Debug for ResultRow<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ResultRow").field("number", &self.number).finish_non_exhaustive()
    }
}

/// Writes the rows with their outcome: the template's columns, then status, what is wrong, and Trace ID.
///
/// With the failed rows alone it is the workbook to correct and upload again: [`crate::read`] takes it as it is.
///
/// # Errors
///
/// [`WriteError`] when there are more rows than a sheet has.
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

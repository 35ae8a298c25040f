//! The workbooks that officers download.
//!
//! Text is always written as text: a text that begins with `=`, `+`, `-` or `@` stays as it was typed, and is never
//! computed.

mod export;
mod results;
mod template;
mod text_sheet;

pub use export::{ExportRow, export};
pub use results::{ResultRow, results};
pub use template::template;

/// A workbook could not be written.
///
/// It contains no content of a cell: the cause is a limit of the file format.
#[derive(Debug, thiserror::Error)]
#[error("the workbook could not be written")]
pub struct WriteError(#[source] rust_xlsxwriter::XlsxError);

impl From<rust_xlsxwriter::XlsxError> for WriteError {
    fn from(error: rust_xlsxwriter::XlsxError) -> Self {
        Self(error)
    }
}

//! Why a file cannot be used at all.

use domain::{Field, batch::Column};
use serde::{Deserialize, Serialize};

/// Why a file cannot be used at all, with a stable code and a sentence that says what to do next.
///
/// It names columns and limits, never the content of a cell, so it can be logged, stored and shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", content = "columns")]
pub enum FileError {
    #[serde(rename = "FILE_EMPTY")]
    #[error("the file is empty")]
    Empty,
    #[serde(rename = "FILE_NOT_XLSX")]
    #[error("the file is not an xlsx workbook")]
    NotXlsx,
    /// The format of Excel 97 to 2003.
    #[serde(rename = "FILE_OLD_XLS")]
    #[error("the file is an xls workbook")]
    OldXls,
    #[serde(rename = "FILE_ENCRYPTED")]
    #[error("the file is encrypted")]
    Encrypted,
    #[serde(rename = "FILE_MACRO")]
    #[error("the workbook holds macros")]
    Macro,
    #[serde(rename = "FILE_CORRUPT")]
    #[error("the workbook is damaged")]
    Corrupt,
    /// Larger than the limit, compressed or inflated.
    #[serde(rename = "FILE_TOO_LARGE")]
    #[error("the workbook is too large")]
    TooLarge,
    /// Inflates to far more than its own size.
    #[serde(rename = "FILE_BOMB")]
    #[error("the workbook is compressed beyond what spreadsheets do")]
    Bomb,
    /// More parts than a workbook has.
    #[serde(rename = "FILE_TOO_MANY_PARTS")]
    #[error("the workbook has too many parts")]
    TooManyParts,
    /// XML that spreadsheets never have, such as a document type.
    #[serde(rename = "FILE_XML_FORBIDDEN")]
    #[error("the workbook declares a document type")]
    XmlForbidden,
    /// XML out of bounds: nesting, attributes, or the size of one token.
    #[serde(rename = "FILE_XML_LIMIT")]
    #[error("the workbook's XML is out of bounds")]
    XmlLimit,
    /// More shared strings than the limit.
    #[serde(rename = "FILE_TOO_MANY_STRINGS")]
    #[error("the workbook holds too many strings")]
    TooManyStrings,
    /// More rows than the limit.
    #[serde(rename = "FILE_TOO_MANY_ROWS")]
    #[error("the workbook has too many rows")]
    TooManyRows,
    /// More columns than the limit.
    #[serde(rename = "FILE_TOO_MANY_COLUMNS")]
    #[error("the workbook has too many columns")]
    TooManyColumns,
    /// More cells than the limit.
    #[serde(rename = "FILE_TOO_MANY_CELLS")]
    #[error("the workbook has too many cells")]
    TooManyCells,
    /// A cell outside the worksheet, or far outside the table.
    #[serde(rename = "FILE_CELL_OUT_OF_RANGE")]
    #[error("a cell lies out of range")]
    CellOutOfRange,
    /// No row has all the required titles; these fields were not found.
    #[serde(rename = "FILE_HEADER_MISSING")]
    #[error("the header lacks required columns")]
    HeaderMissing(Vec<Field>),
    /// These fields have more than one column.
    #[serde(rename = "FILE_HEADER_DUPLICATE")]
    #[error("the header holds a column twice")]
    HeaderDuplicate(Vec<Field>),
    /// A header without any row under it.
    #[serde(rename = "FILE_NO_ROWS")]
    #[error("the workbook has no rows")]
    NoRows,
}

/// A file that cannot be used, with the columns that an officer can give fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub error: FileError,
    /// The titled columns of the row that is most like a header, if there is one and its titles are the fault.
    pub columns: Vec<Column>,
}

impl From<FileError> for Refusal {
    fn from(error: FileError) -> Self {
        Self { error, columns: Vec::new() }
    }
}

impl FileError {
    /// The stable code, which is the key of the portal's messages.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "FILE_EMPTY",
            Self::NotXlsx => "FILE_NOT_XLSX",
            Self::OldXls => "FILE_OLD_XLS",
            Self::Encrypted => "FILE_ENCRYPTED",
            Self::Macro => "FILE_MACRO",
            Self::Corrupt => "FILE_CORRUPT",
            Self::TooLarge => "FILE_TOO_LARGE",
            Self::Bomb => "FILE_BOMB",
            Self::TooManyParts => "FILE_TOO_MANY_PARTS",
            Self::XmlForbidden => "FILE_XML_FORBIDDEN",
            Self::XmlLimit => "FILE_XML_LIMIT",
            Self::TooManyStrings => "FILE_TOO_MANY_STRINGS",
            Self::TooManyRows => "FILE_TOO_MANY_ROWS",
            Self::TooManyColumns => "FILE_TOO_MANY_COLUMNS",
            Self::TooManyCells => "FILE_TOO_MANY_CELLS",
            Self::CellOutOfRange => "FILE_CELL_OUT_OF_RANGE",
            Self::HeaderMissing(_) => "FILE_HEADER_MISSING",
            Self::HeaderDuplicate(_) => "FILE_HEADER_DUPLICATE",
            Self::NoRows => "FILE_NO_ROWS",
        }
    }

    /// A sentence for the officer: what the fault is, and what to do next.
    #[must_use]
    pub fn detail(&self) -> String {
        let sentence = match self {
            Self::Empty => "The file is empty. Fill in the template and upload it again.",
            Self::NotXlsx => "The file is not an Excel workbook. In Excel, save it as Excel Workbook (.xlsx).",
            Self::OldXls => "The file is in the old .xls format. In Excel, save it as Excel Workbook (.xlsx).",
            Self::Encrypted => "The file is protected with a password. Remove the password and upload it again.",
            Self::Macro => "The file holds macros. In Excel, save it as Excel Workbook (.xlsx), without macros.",
            Self::Corrupt => "The file is damaged. Open it in Excel, save it again as .xlsx and upload it again.",
            Self::TooLarge => {
                "The file is too large. In Excel, save it as Excel Workbook (.xlsx), or split it into smaller files."
            }
            Self::Bomb | Self::TooManyParts | Self::XmlForbidden | Self::XmlLimit | Self::TooManyStrings => {
                "The file holds far more than a filled template. Copy its rows into a new template."
            }
            Self::TooManyRows => "The file has too many rows. Split it into smaller files.",
            Self::TooManyColumns => "The file has too many columns. Copy its rows into a new template.",
            Self::TooManyCells => "The file has too many cells. Copy its rows into a new template.",
            Self::CellOutOfRange => {
                "A cell lies far outside the table. Delete it, or copy the rows into a new template."
            }
            Self::HeaderMissing(columns) => {
                return format!("These columns were not found: {}. Use the titles of the template.", titles(columns));
            }
            Self::HeaderDuplicate(columns) => {
                return format!("These columns stand more than once: {}. Keep one of each.", titles(columns));
            }
            Self::NoRows => "There are no rows under the header. Fill in at least one row and upload the file again.",
        };
        sentence.to_owned()
    }
}

fn titles(columns: &[Field]) -> String {
    columns.iter().map(|column| column.title()).collect::<Vec<_>>().join(", ")
}

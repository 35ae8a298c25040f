//! Why a file cannot be used at all.

use domain::Field;

use crate::remark::titles;

/// Why a file cannot be used at all, with a stable code and a sentence that says what to do next.
///
/// It names columns and limits, never the content of a cell, so it can be logged, stored and shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    #[error("the file is empty")]
    Empty,
    #[error("the file is no workbook and no list")]
    NotXlsx,
    /// The format of Excel 97 to 2003.
    #[error("the file is an xls workbook")]
    OldXls,
    #[error("the file is encrypted")]
    Encrypted,
    /// Encrypted by its sensitivity label.
    #[error("the file is encrypted by a sensitivity label")]
    Labelled,
    #[error("the workbook holds macros")]
    Macro,
    #[error("the workbook is damaged")]
    Corrupt,
    /// Larger than the limit, compressed or inflated.
    #[error("the workbook is too large")]
    TooLarge,
    /// Inflates to far more than its own size.
    #[error("the workbook is compressed beyond what spreadsheets do")]
    Bomb,
    /// More parts than a workbook has.
    #[error("the workbook has too many parts")]
    TooManyParts,
    /// XML that spreadsheets never have, such as a document type.
    #[error("the workbook declares a document type")]
    XmlForbidden,
    /// XML out of bounds: nesting, attributes, or the size of one token; or a cell of a text file that is too long.
    #[error("the workbook's XML is out of bounds")]
    XmlLimit,
    /// More shared strings than the limit.
    #[error("the workbook holds too many strings")]
    TooManyStrings,
    /// More rows than the limit.
    #[error("the workbook has too many rows")]
    TooManyRows,
    /// More columns than the limit.
    #[error("the workbook has too many columns")]
    TooManyColumns,
    /// More cells than the limit.
    #[error("the workbook has too many cells")]
    TooManyCells,
    /// A cell outside the worksheet, or far outside the table.
    #[error("a cell lies out of range")]
    CellOutOfRange,
    /// There is neither a row of titles nor a row of a person.
    #[error("the workbook has no header")]
    HeaderMissing,
    /// The titles are in a hidden row; its number counts from 1.
    #[error("the header is hidden")]
    HeaderHidden(u32),
    /// The columns of these fields are hidden, and every list has to have them.
    #[error("required columns are hidden")]
    ColumnsHidden(Vec<Field>),
    /// A header without any row under it.
    #[error("the workbook has no rows")]
    NoRows,
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
            Self::Labelled => "FILE_LABELLED",
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
            Self::HeaderMissing => "FILE_HEADER_MISSING",
            Self::HeaderHidden(_) => "FILE_HEADER_HIDDEN",
            Self::ColumnsHidden(_) => "FILE_COLUMNS_HIDDEN",
            Self::NoRows => "FILE_NO_ROWS",
        }
    }

    /// A sentence for the officer: what the fault is, and what to do next.
    #[must_use]
    pub fn detail(&self) -> String {
        let sentence = match self {
            Self::Empty => "The file is empty. Fill in the template and upload it again.",
            Self::NotXlsx => {
                "The file is of another format. Upload an Excel workbook (.xlsx), an OpenDocument spreadsheet (.ods) \
                 or a CSV file."
            }
            Self::OldXls => "The file is in the old .xls format. In Excel, save it as Excel Workbook (.xlsx).",
            Self::Encrypted => "The file is protected with a password. Remove the password and upload it again.",
            Self::Labelled => {
                "The file is protected by a sensitivity label. In Excel, choose a label that does not encrypt, save \
                 it, and upload it again."
            }
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
            Self::HeaderMissing => {
                "No row with titles was found. Put the titles of the template above the list, and upload it again."
            }
            Self::HeaderHidden(row) => {
                return format!("The row with the titles is hidden. Unhide row {row} and upload the file again.");
            }
            Self::ColumnsHidden(fields) => {
                let titles = titles(fields.iter().map(|field| field.title()));
                return format!("These columns are hidden: {titles}. Unhide them and upload the file again.");
            }
            Self::NoRows => "There are no rows under the header. Fill in at least one row and upload the file again.",
        };
        sentence.to_owned()
    }
}

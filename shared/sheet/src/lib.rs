#![doc = include_str!("../README.md")]

mod columns;
mod csv;
mod draft;
mod error;
mod example;
mod guard;
mod header;
mod heading;
mod limits;
mod ods;
mod question;
mod read;
mod remark;
mod rows;
mod source;
mod table;
mod texts;
mod unopened;
mod write;

pub use error::FileError;
pub use limits::Limits;
pub use read::{Reading, Sheet, read};
pub use remark::Remark;
pub use rows::{IntoRows, Rows, RowsIter, SheetRow};
pub use write::{ExportRow, ResultRow, WriteError, export, results, template};

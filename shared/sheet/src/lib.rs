#![doc = include_str!("../README.md")]

mod error;
mod example;
mod guard;
mod header;
mod heading;
mod limits;
mod read;
mod remark;
mod rows;
mod table;
mod texts;
mod write;

pub use error::{FileError, Refusal};
pub use limits::Limits;
pub use read::{Sheet, read, read_as};
pub use remark::Remark;
pub use rows::{IntoRows, Rows, RowsIter, SheetRow};
pub use write::{ExportRow, ResultRow, WriteError, export, results, template};

#![doc = include_str!("../README.md")]

mod error;
mod example;
mod guard;
mod header;
mod limits;
mod read;
mod remark;
mod write;

pub use error::{FileError, Refusal};
pub use limits::Limits;
pub use read::{Sheet, SheetRow, read, read_as};
pub use remark::Remark;
pub use write::{ExportRow, ResultRow, WriteError, export, results, template};

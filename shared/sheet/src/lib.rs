#![doc = include_str!("../README.md")]

mod error;
mod example;
mod guard;
mod header;
mod limits;
mod notice;
mod read;
mod write;

pub use error::{FileError, Refusal};
pub use limits::Limits;
pub use notice::Notice;
pub use read::{Sheet, SheetRow, read, read_as};
pub use write::{ExportRow, ResultRow, WriteError, export, results, template};

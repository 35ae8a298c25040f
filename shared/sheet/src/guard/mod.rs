//! The workbook guard: it bounds a hostile file, and checks every byte that calamine reads.
//!
//! Reading order: [`archive`] (the zip directory, before anything is inflated), [`package`] (which parts matter),
//! [`scan`] (XML, token by token), [`part`] (a part that is inflated once and checked while it is read), [`strings`],
//! [`worksheet`] and [`rich_text`] (the two large parts, rewritten to what calamine needs), [`vetted`] and
//! [`virtual_zip`] (the workbook that calamine reads).

mod archive;
mod package;
mod part;
mod rich_text;
mod scan;
mod strings;
mod vetted;
mod virtual_zip;
mod worksheet;

pub(crate) use vetted::{CellValue, Cells, VettedWorkbook};
pub(crate) use worksheet::CellNote;

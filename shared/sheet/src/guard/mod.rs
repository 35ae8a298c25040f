//! Bounds a hostile file, and vouches for every byte that calamine sees.
//!
//! Reading order: [`archive`] (the zip directory, before anything is inflated), [`package`] (which parts matter),
//! [`scan`] (XML, token by token), [`part`] (a part inflated once and checked as it is read), [`strings`],
//! [`worksheet`] and [`rich_text`] (the two large parts, rewritten to what is needed of them), [`vetted`] and
//! [`virtual_zip`] (the workbook handed to calamine).

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

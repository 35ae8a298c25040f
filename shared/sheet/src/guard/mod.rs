//! The workbook guard: it bounds a hostile file, and gives the cells that every spreadsheet program shows.
//!
//! Reading order: [`archive`] and [`directory`] (the zip archive, before anything is inflated), [`workbook`] (which
//! parts matter, by [`content_types`], [`relationships`] and [`workbook_part`]), [`part`] (a part that is inflated once
//! and checked while it is read), [`scan`] (XML, token by token, with [`characters`], [`tag`] and [`namespace`]),
//! [`strings`] and [`styles`] (what cells refer to), [`worksheet`] (rows and cells, with [`cell`], [`reference`],
//! [`rich_text`] and [`text`]), [`marks`] (merged cells and links), [`budget`] (what may be kept).

mod archive;
mod attribute;
mod budget;
mod cell;
mod characters;
mod content_types;
mod directory;
mod marks;
mod namespace;
mod part;
mod reference;
mod relationships;
mod rich_text;
mod scan;
mod strings;
mod styles;
mod tag;
mod text;
mod workbook;
mod workbook_part;
mod worksheet;

pub(crate) use archive::{Archive, is_archive};
pub(crate) use budget::Budget;
pub(crate) use cell::CellValue;
pub(crate) use marks::Marks;
pub(crate) use namespace::Namespace;
pub(crate) use part::{Part, walk, whole};
pub(crate) use reference::{Area, MOST_COLUMNS, MOST_ROWS, number};
pub(crate) use relationships::address_of;
pub(crate) use scan::{Visit, Visitor};
pub(crate) use tag::{Tag, text as attribute_text, value as attribute_value};
pub(crate) use text::{push, push_cdata};
pub(crate) use workbook::Workbook;
pub(crate) use worksheet::{CellSink, Place};

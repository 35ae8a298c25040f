//! The workbook part, with its sheets in the order of their tabs.

use std::collections::HashSet;

use super::{
    budget::Budget,
    namespace::Namespace,
    scan::{Visit, Visitor},
    tag::{self, Tag},
};
use crate::{FileError, Limits};

/// A visible sheet, as the workbook lists it.
pub(super) struct Listed {
    /// The id of its relationship.
    pub(super) relationship: String,
    pub(super) name: String,
    pub(super) is_hidden: bool,
}

/// Reads the list of sheets.
pub(super) struct WorkbookPart {
    limits: Limits,
    budget: Budget,
    /// The relationships of visible sheets.
    visible: HashSet<String>,
    in_sheets: bool,
    pub(super) sheets: Vec<Listed>,
}

impl WorkbookPart {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            limits: *limits,
            budget: Budget::new(limits),
            visible: HashSet::new(),
            in_sheets: false,
            sheets: Vec::new(),
        }
    }

    fn list(&mut self, tag: &Tag<'_>) -> Result<(), FileError> {
        if self.sheets.len() == self.limits.entries {
            return Err(FileError::TooManyParts);
        }
        let relationship =
            tag.value_in(Namespace::Relationship, b"id")?.map(tag::text).transpose()?.unwrap_or_default();
        let name = tag.text(b"name")?.unwrap_or_default();
        self.budget.take(relationship.len() * 2 + name.len())?;
        let is_hidden = tag.value(b"state")?.is_some_and(|state| *state != *b"visible");
        // One sheet that is listed twice would be read twice.
        if !is_hidden && !self.visible.insert(relationship.clone()) {
            return Err(FileError::Corrupt);
        }
        self.sheets.push(Listed { relationship, name, is_hidden });
        Ok(())
    }
}

impl Visitor for WorkbookPart {
    fn open(&mut self, tag: &Tag<'_>, depth: usize) -> Result<Visit, FileError> {
        match depth {
            1 if tag.is(b"workbook") => {}
            1 => return Err(FileError::NotXlsx),
            2 if tag.is(b"sheets") && !self.sheets.is_empty() => return Err(FileError::Corrupt),
            2 => self.in_sheets = tag.is(b"sheets"),
            3 if self.in_sheets && tag.is(b"sheet") => self.list(tag)?,
            _ if self.in_sheets || tag.is(b"sheets") || tag.is(b"sheet") => return Err(FileError::Corrupt),
            _ => {}
        }
        Ok(Visit::Inside)
    }
}

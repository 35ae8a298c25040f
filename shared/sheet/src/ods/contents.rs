//! The tables of `content.xml`, in the order of their tabs.

use std::collections::HashSet;

use super::styles::{HiddenStyles, Styles};
use crate::{
    FileError, Limits,
    guard::{Budget, Namespace, Tag, Visit, Visitor},
};

/// What a document says about its tables.
pub(super) struct Listed {
    /// The visible tables, in the order in which they are read.
    pub(super) tables: Vec<ListedTable>,
    pub(super) hidden: u32,
    pub(super) hidden_styles: HiddenStyles,
}

pub(super) struct ListedTable {
    pub(super) name: String,
    /// Its number among all tables, from zero.
    pub(super) number: usize,
}

/// Visits the formats and the tables, without their rows.
pub(super) struct Contents {
    limits: Limits,
    budget: Budget,
    styles: Styles,
    section: Section,
    has_tables: bool,
    /// Name and format of each table.
    tables: Vec<(String, String)>,
}

/// The child of the root that is open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Other,
    Styles,
    Body,
}

/// The format with which LibreOffice keeps copies of tables of other files, which are never shown.
const COPIES: &str = "ta_extref";

impl Contents {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            limits: *limits,
            budget: Budget::new(limits),
            styles: Styles::new(limits),
            section: Section::Other,
            has_tables: false,
            tables: Vec::new(),
        }
    }

    /// What was found, once the whole part was read.
    ///
    /// # Errors
    ///
    /// [`FileError::Corrupt`] when two visible tables have one name, by which they could not be told apart.
    pub(super) fn into_listed(self) -> Result<Listed, FileError> {
        let hidden_styles = self.styles.hidden;
        let (mut tables, mut hidden, mut names) = (Vec::new(), 0, HashSet::new());
        for (number, (name, style)) in self.tables.into_iter().enumerate() {
            if style == COPIES {
                continue;
            }
            if hidden_styles.hides_table(style) {
                hidden += 1;
                continue;
            }
            if !names.insert(name.clone()) {
                return Err(FileError::Corrupt);
            }
            tables.push(ListedTable { name, number });
        }
        Ok(Listed { tables, hidden, hidden_styles })
    }

    fn list(&mut self, tag: &Tag<'_>) -> Result<(), FileError> {
        if self.tables.len() == self.limits.entries {
            return Err(FileError::TooManyParts);
        }
        let name = tag.text_in(Namespace::Table, b"name")?.unwrap_or_default();
        let style = tag.text_in(Namespace::Table, b"style-name")?.unwrap_or_default();
        // A name is kept twice: to be shown, and to be compared.
        self.budget.take(name.len() * 2 + style.len())?;
        self.tables.push((name, style));
        Ok(())
    }
}

impl Visitor for Contents {
    fn open(&mut self, tag: &Tag<'_>, depth: usize) -> Result<Visit, FileError> {
        match (depth, tag.namespace, tag.name, self.section) {
            (1, Namespace::Office, b"document-content", _) => {}
            (1, ..) => return Err(FileError::Corrupt),
            (2, Namespace::Office, b"automatic-styles", _) => self.section = Section::Styles,
            (2, Namespace::Office, b"body", _) => self.section = Section::Body,
            (3, Namespace::Office, b"spreadsheet", Section::Body) if !self.has_tables => self.has_tables = true,
            // Another kind of document, or a second list of tables.
            (3, _, _, Section::Body) => return Err(FileError::Corrupt),
            (3, Namespace::Style, b"style", Section::Styles) => self.styles.begin(tag)?,
            (4, Namespace::Style, _, Section::Styles) => self.styles.property(tag)?,
            (4, Namespace::Table, b"table", Section::Body) => {
                self.list(tag)?;
                return Ok(Visit::Skip);
            }
            _ => return Ok(Visit::Skip),
        }
        Ok(Visit::Inside)
    }

    fn close(&mut self, depth: usize) -> Result<(), FileError> {
        match depth {
            1 if !self.has_tables => return Err(FileError::Corrupt),
            2 => self.section = Section::Other,
            _ => {}
        }
        Ok(())
    }
}

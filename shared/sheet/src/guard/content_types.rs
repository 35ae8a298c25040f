//! `[Content_Types].xml`, which says what kind of document this is.

use std::collections::HashSet;

use super::{
    archive::Archive,
    budget::Budget,
    namespace::Namespace,
    part::walk,
    relationships::Relationships,
    scan::{Visit, Visitor},
    tag::Tag,
};
use crate::{FileError, Limits};

const WORKBOOKS: [&str; 2] = [
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml",
];
const MACRO_WORKBOOKS: [&str; 3] = [
    "application/vnd.ms-excel.sheet.macroenabled.main+xml",
    "application/vnd.ms-excel.template.macroenabled.main+xml",
    "application/vnd.ms-excel.addin.macroenabled.main+xml",
];

/// The types of parts of which a workbook has one, which some programs find by their type alone.
const SINGLE: [&str; 2] = [
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedstrings+xml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml",
];

/// The document is a workbook without macros.
///
/// # Errors
///
/// [`FileError::NotXlsx`] for another document, and [`FileError::Macro`] for a workbook that holds macros: by its own
/// type, or by the type or the name of any part. [`FileError::Corrupt`] when there are two parts of a kind of which a
/// workbook has one, because programs differ in which one they take.
pub(super) fn check(archive: &Archive<'_>, limits: &Limits) -> Result<(), FileError> {
    let part = archive.part("[Content_Types].xml")?.ok_or(FileError::NotXlsx)?;
    let visitor = ContentTypes {
        budget: Budget::new(limits),
        listed: HashSet::new(),
        single: Vec::new(),
        has_workbook: false,
        has_macros: false,
    };
    let types = walk(part, limits, visitor)?;
    let has_macros = types.has_macros || archive.any_part(|path| holds_macros(file_of(path)));
    match (types.has_workbook, has_macros) {
        (false, _) => Err(FileError::NotXlsx),
        (true, true) => Err(FileError::Macro),
        (true, false) => Ok(()),
    }
}

/// Refuses a workbook that is related to macros.
pub(super) fn check_relationships(relationships: &Relationships) -> Result<(), FileError> {
    if relationships.any_type(|kind| holds_macros(file_of(kind))) { Err(FileError::Macro) } else { Ok(()) }
}

/// Whether a name, in lower case, is one that macros have: of a part, of its type or of a relationship. `vbaData` and
/// `vbaProjectSignature` come with a project; a macro sheet has the macros of Excel 4.
fn holds_macros(name: &str) -> bool {
    ["vbaproject", "vbadata", "macrosheet"].iter().any(|known| name.contains(known))
}

fn file_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

struct ContentTypes {
    budget: Budget,
    /// The parts and extensions that have a type.
    listed: HashSet<String>,
    /// The types of [`SINGLE`] that a part has.
    single: Vec<String>,
    has_workbook: bool,
    has_macros: bool,
}

impl Visitor for ContentTypes {
    fn open(&mut self, tag: &Tag<'_>, depth: usize) -> Result<Visit, FileError> {
        let is_ours = tag.namespace == Namespace::ContentTypes;
        if depth == 1 {
            return if is_ours && tag.name == b"Types" { Ok(Visit::Inside) } else { Err(FileError::NotXlsx) };
        }
        let subject = match tag.name {
            b"Override" if is_ours && depth == 2 => tag.text(b"PartName")?.map(|name| format!("/{name}")),
            b"Default" if is_ours && depth == 2 => tag.text(b"Extension")?,
            _ => return Ok(Visit::Skip),
        };
        let subject = subject.unwrap_or_default().to_ascii_lowercase();
        self.budget.take(subject.len())?;
        if !self.listed.insert(subject) {
            return Err(FileError::Corrupt);
        }
        let content_type = tag.text(b"ContentType")?.unwrap_or_default().to_ascii_lowercase();
        let is_single = SINGLE.contains(&content_type.as_str());
        if is_single && tag.name == b"Override" {
            if self.single.contains(&content_type) {
                return Err(FileError::Corrupt);
            }
            self.single.push(content_type.clone());
        }
        let is_macro_workbook = MACRO_WORKBOOKS.contains(&content_type.as_str());
        self.has_workbook |= is_macro_workbook || WORKBOOKS.contains(&content_type.as_str());
        self.has_macros |= is_macro_workbook || holds_macros(file_of(&content_type));
        Ok(Visit::Inside)
    }
}

//! Namespaces: what the prefixes of names mean.
//!
//! Two programs that read one file agree on an element only if they compare its namespace. One that Excel does not know
//! is ignored by it, so that a row or a text in it is seen by no one.

use super::attribute::{Attribute, unescape};
use crate::FileError;

/// The namespaces that workbooks and OpenDocument files are made of. Prefixes are free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Namespace {
    /// Workbooks, worksheets, strings and styles: ECMA-376 part 1, annex A.
    Main,
    /// Attributes that name a relationship, such as `r:id`.
    Relationship,
    /// Elements of `_rels/*.rels`: ECMA-376 part 2.
    Relationships,
    /// Elements of `[Content_Types].xml`: ECMA-376 part 2.
    ContentTypes,
    /// The frame of an OpenDocument file, and the values of its cells: OpenDocument 1.3 part 3.
    Office,
    /// Tables, rows and cells of an OpenDocument file.
    Table,
    /// Paragraphs of an OpenDocument file.
    Text,
    /// Formats of an OpenDocument file.
    Style,
    /// What LibreOffice adds to cells.
    Calc,
    /// Attributes that lead elsewhere: XML Linking Language 1.1.
    Link,
    /// Every other one, and none.
    Foreign,
}

impl Namespace {
    fn of(name: &str) -> Self {
        match name {
            "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
            | "http://purl.oclc.org/ooxml/spreadsheetml/main" => Self::Main,
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
            | "http://purl.oclc.org/ooxml/officeDocument/relationships" => Self::Relationship,
            "http://schemas.openxmlformats.org/package/2006/relationships" => Self::Relationships,
            "http://schemas.openxmlformats.org/package/2006/content-types" => Self::ContentTypes,
            "urn:oasis:names:tc:opendocument:xmlns:office:1.0" => Self::Office,
            "urn:oasis:names:tc:opendocument:xmlns:table:1.0" => Self::Table,
            "urn:oasis:names:tc:opendocument:xmlns:text:1.0" => Self::Text,
            "urn:oasis:names:tc:opendocument:xmlns:style:1.0" => Self::Style,
            "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" => Self::Calc,
            "http://www.w3.org/1999/xlink" => Self::Link,
            _ => Self::Foreign,
        }
    }
}

/// The declarations of the open elements.
pub(crate) struct Scopes {
    declared: Vec<Declared>,
    /// The namespace of elements without a prefix.
    default: Namespace,
    /// Declarations that may be open at most.
    most: usize,
}

struct Declared {
    depth: usize,
    /// Empty for names without a prefix.
    prefix: Box<[u8]>,
    namespace: Namespace,
}

impl Scopes {
    pub(crate) fn new(most: usize) -> Self {
        Self { declared: Vec::new(), default: Namespace::Foreign, most }
    }

    /// The namespace of elements without a prefix.
    pub(crate) fn default(&self) -> Namespace {
        self.default
    }

    /// The namespace of a prefix, which must be declared.
    pub(crate) fn of(&self, prefix: &[u8]) -> Result<Namespace, FileError> {
        if prefix == b"xml" {
            return Ok(Namespace::Foreign);
        }
        let found = self.declared.iter().rev().find(|declared| *declared.prefix == *prefix);
        found.map(|declared| declared.namespace).ok_or(FileError::Corrupt)
    }

    /// Takes the declarations among the attributes of the element at `depth`.
    pub(crate) fn declare(&mut self, depth: usize, window: &[u8], attributes: &[Attribute]) -> Result<(), FileError> {
        for (name, raw) in attributes.iter().map(|attribute| attribute.of(window)) {
            let prefix = match name.strip_prefix(b"xmlns") {
                Some(b"") => b"".as_slice(),
                Some([b':', prefix @ ..]) => prefix,
                _ => continue,
            };
            // The names `xml` and `xmlns` have a fixed meaning, and a prefix cannot be undeclared.
            let is_plain = if prefix.is_empty() { name == b"xmlns" } else { !raw.is_empty() && prefix != b"xmlns" };
            if !is_plain || prefix.contains(&b':') {
                return Err(FileError::Corrupt);
            }
            if self.declared.len() == self.most {
                return Err(FileError::XmlLimit);
            }
            let namespace = Namespace::of(&unescape(raw)?);
            self.declared.push(Declared { depth, prefix: prefix.into(), namespace });
        }
        self.find_default();
        Ok(())
    }

    /// Drops the declarations of the element at `depth`, which has ended.
    pub(crate) fn leave(&mut self, depth: usize) {
        if self.declared.last().is_none_or(|declared| declared.depth < depth) {
            return;
        }
        self.declared.retain(|declared| declared.depth < depth);
        self.find_default();
    }

    fn find_default(&mut self) {
        let found = self.declared.iter().rev().find(|declared| declared.prefix.is_empty());
        self.default = found.map_or(Namespace::Foreign, |declared| declared.namespace);
    }
}

/// The prefix and the local part of an element's name. Without a colon the prefix is empty.
pub(crate) fn split(name: &[u8]) -> Result<(&[u8], &[u8]), FileError> {
    let Some(colon) = name.iter().position(|byte| *byte == b':') else {
        return Ok((b"", name));
    };
    let (prefix, local) = (&name[..colon], &name[colon + 1..]);
    if prefix.is_empty() || local.is_empty() || local.contains(&b':') {
        return Err(FileError::Corrupt);
    }
    Ok((prefix, local))
}

//! Relationships: which part of the package is what.

use std::collections::{HashMap, HashSet};

use super::{
    archive::Archive,
    budget::Budget,
    namespace::Namespace,
    part::{Part, walk},
    scan::{Visit, Visitor},
    tag::Tag,
};
use crate::{FileError, Limits};

/// The relationships of one part, each with an id of its own.
pub(super) struct Relationships(Vec<Relationship>);

struct Relationship {
    id: String,
    kind: String,
    target: String,
    is_external: bool,
}

/// The two places in which the standard defines types: transitional and strict.
const TYPES: [&str; 2] = [
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/",
    "http://purl.oclc.org/ooxml/officeDocument/relationships/",
];

impl Relationships {
    /// The relationships of the part at `path`; the package itself has an empty path. `None`: it has none.
    ///
    /// # Errors
    ///
    /// [`FileError::Corrupt`] when two have one id, because programs differ in which one they take.
    pub(super) fn of(path: &str, archive: &Archive<'_>, limits: &Limits) -> Result<Option<Self>, FileError> {
        let Some(part) = archive.part(&path_for(path))? else {
            return Ok(None);
        };
        let visitor = All { budget: Budget::new(limits), ids: HashSet::new(), found: Vec::new() };
        Ok(Some(Self(walk(part, limits, visitor)?.found)))
    }

    /// The path of the only target of this kind, from the folder of the part. `None`: there is none.
    pub(super) fn only(&self, kind: &str, folder: &str) -> Result<Option<String>, FileError> {
        let mut found = self.0.iter().filter(|relationship| relationship.is(kind));
        match (found.next(), found.next()) {
            (None, _) => Ok(None),
            (Some(only), None) => only.path(folder).map(Some),
            (Some(_), Some(_)) => Err(FileError::Corrupt),
        }
    }

    /// The path of the worksheet with this relationship. `None`: it is another kind of sheet, which has no cells.
    pub(super) fn worksheet(&self, id: &str, folder: &str) -> Result<Option<String>, FileError> {
        let found = self.0.iter().find(|relationship| relationship.id == id).ok_or(FileError::Corrupt)?;
        if found.is("worksheet") { found.path(folder).map(Some) } else { Ok(None) }
    }

    /// Whether the type of any relationship satisfies `test`. The type is in lower case.
    pub(super) fn any_type(&self, test: impl Fn(&str) -> bool) -> bool {
        self.0.iter().any(|relationship| test(&relationship.kind.to_ascii_lowercase()))
    }
}

impl Relationship {
    fn is(&self, kind: &str) -> bool {
        TYPES.iter().any(|place| self.kind.strip_prefix(place) == Some(kind))
    }

    /// The path in the package of a target that is relative to `folder`.
    fn path(&self, folder: &str) -> Result<String, FileError> {
        if self.is_external {
            return Err(FileError::Corrupt);
        }
        let whole = match self.target.strip_prefix('/') {
            Some(absolute) => absolute.to_owned(),
            None => format!("{folder}{}", self.target),
        };
        let mut segments = Vec::new();
        for segment in whole.split(['/', '\\']) {
            match segment {
                "" | "." => {}
                ".." => {
                    segments.pop().ok_or(FileError::Corrupt)?;
                }
                _ => segments.push(segment),
            }
        }
        // Part names do not depend on case.
        Ok(segments.join("/").to_ascii_lowercase())
    }
}

/// `xl/workbook.xml` has its relationships in `xl/_rels/workbook.xml.rels`.
fn path_for(path: &str) -> String {
    let folder = folder_of(path);
    format!("{folder}_rels/{}.rels", &path[folder.len()..])
}

/// The folder of a path, with its slash at the end.
pub(super) fn folder_of(path: &str) -> &str {
    path.rfind('/').map_or("", |slash| &path[..=slash])
}

/// Keeps every relationship of the part.
struct All {
    budget: Budget,
    ids: HashSet<String>,
    found: Vec<Relationship>,
}

impl Visitor for All {
    fn open(&mut self, tag: &Tag<'_>, depth: usize) -> Result<Visit, FileError> {
        if !is_relationship(tag, depth)? {
            return Ok(Visit::Inside);
        }
        let text = |name| Ok::<_, FileError>(tag.text(name)?.unwrap_or_default());
        let is_internal = tag.value(b"TargetMode")?.is_none_or(|mode| mode.eq_ignore_ascii_case(b"internal"));
        let (id, kind, target) = (text(b"Id")?, text(b"Type")?, text(b"Target")?);
        self.budget.take(id.len() * 2 + kind.len() + target.len())?;
        if !self.ids.insert(id.clone()) {
            return Err(FileError::Corrupt);
        }
        self.found.push(Relationship { id, kind, target, is_external: !is_internal });
        Ok(Visit::Inside)
    }
}

/// Whether the tag is a relationship of the part. The root must be that of relationships.
fn is_relationship(tag: &Tag<'_>, depth: usize) -> Result<bool, FileError> {
    let is_ours = tag.namespace == Namespace::Relationships;
    match depth {
        1 if is_ours && tag.name == b"Relationships" => Ok(false),
        1 => Err(FileError::Corrupt),
        _ => Ok(depth == 2 && is_ours && tag.name == b"Relationship"),
    }
}

/// What the relationship of a link leads to.
pub(super) enum Target {
    /// No relationship has the id.
    Missing,
    /// An address, to which a mail would be written.
    Mail(String),
    Other,
}

/// The targets of the relationships with these ids. Every other relationship is only counted.
///
/// Here neither namespaces nor types are compared: a target that only some programs follow counts too.
///
/// # Errors
///
/// [`FileError::Corrupt`] when one of the ids is there twice; [`FileError::XmlLimit`] when there are more than `most`
/// relationships, or when the targets are longer than the limit of what is kept.
pub(super) fn targets<'i>(
    part: Part<'_>,
    ids: impl Iterator<Item = &'i str>,
    most: usize,
    limits: &Limits,
) -> Result<HashMap<&'i str, Target>, FileError> {
    let targets = ids.map(|id| (id, Target::Missing)).collect();
    let visitor = Targets { budget: Budget::new(limits), count: 0, most, targets };
    Ok(walk(part, limits, visitor)?.targets)
}

struct Targets<'i> {
    budget: Budget,
    count: usize,
    most: usize,
    targets: HashMap<&'i str, Target>,
}

impl Visitor for Targets<'_> {
    fn open(&mut self, tag: &Tag<'_>, depth: usize) -> Result<Visit, FileError> {
        if depth == 1 || tag.name != b"Relationship" {
            return Ok(Visit::Inside);
        }
        self.count += 1;
        if self.count > self.most {
            return Err(FileError::XmlLimit);
        }
        let id = tag.text(b"Id")?.unwrap_or_default();
        let Some(target) = self.targets.get_mut(id.as_str()) else {
            return Ok(Visit::Inside);
        };
        if !matches!(target, Target::Missing) {
            return Err(FileError::Corrupt);
        }
        let found = tag.text(b"Target")?.unwrap_or_default();
        self.budget.take(found.len())?;
        *target = address_of(&found).map_or(Target::Other, Target::Mail);
        Ok(Visit::Inside)
    }
}

/// The address that a link leads to. `None`: it is no mail link. Schemes have no case, and programs ignore white space
/// in a target.
pub(crate) fn address_of(target: &str) -> Option<String> {
    let target: String = target.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
    let (_, address) = target.split_once(':').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("mailto"))?;
    let address = address.split('?').next().unwrap_or_default();
    Some(percent_encoding::percent_decode_str(address).decode_utf8_lossy().into_owned())
}

/// The relationships of a worksheet, in which the targets of its links are.
pub(super) fn of_worksheet<'a>(path: &str, archive: &Archive<'a>) -> Result<Option<Part<'a>>, FileError> {
    archive.part(&path_for(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_link_is_known_in_every_spelling() {
        for target in
            ["mailto:a@b.sg", "MAILTO:a@b.sg", " mailto:a@b.sg", "mail\nto:a@b.sg", "Mailto:a%40b.sg?subject=Hi"]
        {
            assert_eq!(address_of(target).as_deref(), Some("a@b.sg"), "{target}");
        }
        for target in ["https://b.sg/mailto:a@b.sg", "a@b.sg", "", "mailto"] {
            assert_eq!(address_of(target), None, "{target}");
        }
    }

    #[test]
    fn a_target_is_resolved_inside_the_package_or_refused() {
        let at = |target: &str, folder| {
            let is_external = target.starts_with("http");
            let (id, kind) = (String::new(), String::new());
            Relationship { id, kind, target: target.to_owned(), is_external }.path(folder)
        };
        assert_eq!(at("worksheets/sheet1.xml", "xl/").as_deref(), Ok("xl/worksheets/sheet1.xml"));
        assert_eq!(at("/xl/worksheets/sheet1.xml", "xl/").as_deref(), Ok("xl/worksheets/sheet1.xml"));
        assert_eq!(at("../xl/./styles.xml", "xl/").as_deref(), Ok("xl/styles.xml"));
        assert_eq!(at("../../etc/passwd", "xl/"), Err(FileError::Corrupt));
        assert_eq!(at("http://evil.example/x.xml", "xl/"), Err(FileError::Corrupt));
    }
}

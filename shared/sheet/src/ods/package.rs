//! What an OpenDocument archive holds: OpenDocument 1.3 part 2.

use crate::{
    FileError, Limits,
    guard::{Archive, Part, Tag, Visit, Visitor, walk, whole},
};

/// The part that says what an OpenDocument file is.
const MIMETYPE: &str = "mimetype";

const SPREADSHEETS: [&[u8]; 2] =
    [b"application/vnd.oasis.opendocument.spreadsheet", b"application/vnd.oasis.opendocument.spreadsheet-template"];

/// How many times better than a workbook a spreadsheet may compress. Each cell says its type in words, twice, so that
/// 10,000 people with much in common take a hundredth of their content.
const MORE_RATIO: u64 = 4;

/// Bytes of a media type at most.
const MOST_TYPE_BYTES: usize = 256;

/// Whether an archive is an OpenDocument file.
///
/// # Errors
///
/// [`FileError::Corrupt`] when it is a workbook as well, because programs differ in which of them they show.
pub(crate) fn is_document(archive: &Archive<'_>) -> Result<bool, FileError> {
    let is_document = archive.any_part(|path| path == MIMETYPE);
    let is_workbook = archive.any_part(|path| path == "[content_types].xml");
    if is_document && is_workbook { Err(FileError::Corrupt) } else { Ok(is_document) }
}

/// The part with the content of a spreadsheet without a password and without macros.
///
/// # Errors
///
/// [`FileError::NotXlsx`] for another document, [`FileError::Encrypted`] and [`FileError::Macro`].
pub(super) fn content<'a>(archive: &Archive<'a>, limits: &Limits) -> Result<Part<'a>, FileError> {
    let media_type = archive.part(MIMETYPE)?.ok_or(FileError::NotXlsx)?;
    let media_type = whole(media_type, MOST_TYPE_BYTES)?;
    if !SPREADSHEETS.contains(&media_type.trim_ascii()) {
        return Err(FileError::NotXlsx);
    }
    let manifest = archive.part("META-INF/manifest.xml")?.ok_or(FileError::Corrupt)?;
    walk(manifest, limits, Manifest)?;
    if archive.any_part(is_macro) {
        return Err(FileError::Macro);
    }
    let ratio = limits.ratio.saturating_mul(MORE_RATIO);
    archive.part_within("content.xml", ratio)?.ok_or(FileError::Corrupt)
}

/// Whether a part is a macro. LibreOffice lists its libraries of macros also when they are empty.
fn is_macro(path: &str) -> bool {
    const LISTS: [&str; 4] = ["/script-lc.xml", "/script-lb.xml", "/dialog-lc.xml", "/dialog-lb.xml"];
    let is_script = path.starts_with("basic/") || path.starts_with("scripts/");
    is_script && !path.ends_with('/') && LISTS.iter().all(|list| !path.ends_with(list))
}

/// Reads the list of parts, which says whether any is encrypted. Namespaces do not matter: what only some programs take
/// for a password counts too.
struct Manifest;

impl Visitor for Manifest {
    fn open(&mut self, tag: &Tag<'_>, _depth: usize) -> Result<Visit, FileError> {
        if tag.name == b"encryption-data" { Err(FileError::Encrypted) } else { Ok(Visit::Inside) }
    }
}

//! An attribute of a tag, before anybody knows what it means.

use crate::FileError;

/// The places of a name and its value in the window.
#[derive(Clone, Copy)]
pub(crate) struct Attribute {
    pub(crate) name: (usize, usize),
    pub(crate) value: (usize, usize),
}

/// Resolves the references in raw XML. Only the predefined entities are known.
pub(crate) fn unescape(raw: &[u8]) -> Result<String, FileError> {
    let raw = std::str::from_utf8(raw).map_err(|_| FileError::Corrupt)?;
    Ok(quick_xml::escape::unescape(raw).map_err(|_| FileError::Corrupt)?.into_owned())
}

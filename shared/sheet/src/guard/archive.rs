//! The zip archive. Its directory is checked before any byte is inflated.

use std::collections::HashMap;

use super::{
    directory::{self, END_RECORD, END_RECORD_BYTES, LOCAL_HEADER},
    part::{Method, Part},
};
use crate::{FileError, Limits};

/// An archive whose directory is consistent and within the limits.
pub(super) struct Archive<'a> {
    /// The parts by path, in lower case and with forward slashes, because part names do not depend on case.
    parts: HashMap<String, Entry<'a>>,
}

struct Entry<'a> {
    part: Part<'a>,
    is_bomb: bool,
}

const COMPOUND_FILE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

impl<'a> Archive<'a> {
    /// Reads the directory of `bytes`.
    pub(super) fn open(bytes: &'a [u8], limits: &Limits) -> Result<Self, FileError> {
        sniff(bytes, limits)?;
        let mut parts = HashMap::new();
        for directory::Entry { name, part } in directory::entries(bytes, limits)? {
            let packed = part.data.len() as u64;
            if part.method == Method::Stored && part.size != packed {
                return Err(FileError::Corrupt);
            }
            let is_bomb = part.size > limits.ratio_free_bytes && part.size > packed.saturating_mul(limits.ratio);
            if parts.insert(part_path(name)?, Entry { part, is_bomb }).is_some() {
                return Err(FileError::Corrupt);
            }
        }
        Ok(Self { parts })
    }

    /// The part at `path`. `None`: the archive has none.
    ///
    /// # Errors
    ///
    /// [`FileError::Bomb`] when the part would inflate to far more than its size. Pictures are never inflated, so they
    /// may have any ratio.
    pub(super) fn part(&self, path: &str) -> Result<Option<Part<'a>>, FileError> {
        match self.parts.get(&path.to_ascii_lowercase()) {
            Some(entry) if entry.is_bomb => Err(FileError::Bomb),
            Some(entry) => Ok(Some(entry.part)),
            None => Ok(None),
        }
    }

    /// Whether the path of any part satisfies `test`.
    pub(super) fn any_part(&self, test: impl Fn(&str) -> bool) -> bool {
        self.parts.keys().any(|path| test(path))
    }
}

/// Recognises the kind of a file by its first and last bytes.
fn sniff(bytes: &[u8], limits: &Limits) -> Result<(), FileError> {
    if bytes.is_empty() {
        return Err(FileError::Empty);
    }
    if bytes.len() > limits.upload_bytes {
        return Err(FileError::TooLarge);
    }
    if bytes.starts_with(COMPOUND_FILE) {
        return Err(if is_encrypted_package(bytes) { FileError::Encrypted } else { FileError::OldXls });
    }
    let end = bytes.len().checked_sub(END_RECORD_BYTES).and_then(|start| bytes.get(start..)).unwrap_or_default();
    // A comment would leave room for a second end record, so the archive must end where its directory ends.
    let ends_well = end.starts_with(END_RECORD) && end.ends_with(&[0, 0]);
    match (bytes.starts_with(LOCAL_HEADER), ends_well) {
        (true, true) => {}
        (true, false) => return Err(FileError::Corrupt),
        // Bytes before an archive. An archive without entries is no workbook.
        (false, true) if bytes.len() > END_RECORD_BYTES => return Err(FileError::Corrupt),
        (false, _) => return Err(FileError::NotXlsx),
    }
    Ok(())
}

/// An encrypted workbook is a compound file with a stream of this name, written in UTF-16.
///
/// Only the name is searched for: the structures of the compound file are never followed.
fn is_encrypted_package(bytes: &[u8]) -> bool {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    memchr::memmem::find(bytes, &name).is_some()
}

/// The path of a part. A path that leads out of the package is refused.
fn part_path(name: &[u8]) -> Result<String, FileError> {
    let name = std::str::from_utf8(name).map_err(|_| FileError::Corrupt)?;
    let path = name.replace('\\', "/").to_ascii_lowercase();
    let escapes = path.split('/').any(|segment| segment == ".." || segment == ".");
    if path.is_empty() || path.starts_with('/') || path.contains(['\0', ':']) || escapes {
        return Err(FileError::Corrupt);
    }
    Ok(path)
}

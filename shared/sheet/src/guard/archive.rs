//! The zip archive. Its directory is checked before any byte is inflated.

use std::collections::HashMap;

use super::{
    directory::{self, END_RECORD, END_RECORD_BYTES, LOCAL_HEADER},
    part::{Method, Part},
};
use crate::{FileError, Limits};

/// An archive whose directory is consistent and within the limits.
pub(crate) struct Archive<'a> {
    /// The parts by path, in lower case and with forward slashes, because part names do not depend on case.
    parts: HashMap<String, Part<'a>>,
    limits: Limits,
}

impl<'a> Archive<'a> {
    /// Reads the directory of `bytes`.
    ///
    /// # Errors
    ///
    /// [`FileError::Corrupt`] when bytes are before the archive or behind it. A comment would leave room for a second
    /// end record, so the archive must end where its directory ends.
    pub(crate) fn open(bytes: &'a [u8], limits: &Limits) -> Result<Self, FileError> {
        if !bytes.starts_with(LOCAL_HEADER) || !ends_with_directory(bytes) {
            return Err(FileError::Corrupt);
        }
        let mut parts = HashMap::new();
        for directory::Entry { name, part } in directory::entries(bytes, limits)? {
            let packed = part.data.len() as u64;
            if part.method == Method::Stored && part.size != packed {
                return Err(FileError::Corrupt);
            }
            if parts.insert(part_path(name)?, part).is_some() {
                return Err(FileError::Corrupt);
            }
        }
        Ok(Self { parts, limits: *limits })
    }

    /// The part at `path`. `None`: the archive has none.
    ///
    /// # Errors
    ///
    /// [`FileError::Bomb`] when the part would inflate to far more than its size. Pictures are never inflated, so they
    /// may have any ratio.
    pub(crate) fn part(&self, path: &str) -> Result<Option<Part<'a>>, FileError> {
        self.part_within(path, self.limits.ratio)
    }

    /// Like [`Archive::part`], for a part that may inflate to `ratio` times its size.
    pub(crate) fn part_within(&self, path: &str, ratio: u64) -> Result<Option<Part<'a>>, FileError> {
        let Some(part) = self.parts.get(&path.to_ascii_lowercase()).copied() else {
            return Ok(None);
        };
        let most = (part.data.len() as u64).saturating_mul(ratio).max(self.limits.ratio_free_bytes);
        if part.size > most { Err(FileError::Bomb) } else { Ok(Some(part)) }
    }

    /// Whether the path of any part satisfies `test`.
    pub(crate) fn any_part(&self, test: impl Fn(&str) -> bool) -> bool {
        self.parts.keys().any(|path| test(path))
    }
}

/// Whether a file begins or ends as a zip archive does. An archive without entries is nothing to read.
pub(crate) fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(LOCAL_HEADER) || (bytes.len() > END_RECORD_BYTES && ends_with_directory(bytes))
}

/// Whether the last bytes are an end record without a comment.
fn ends_with_directory(bytes: &[u8]) -> bool {
    let end = bytes.len().checked_sub(END_RECORD_BYTES).and_then(|start| bytes.get(start..)).unwrap_or_default();
    end.starts_with(END_RECORD) && end.ends_with(&[0, 0])
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

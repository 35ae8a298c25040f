//! The zip archive. Its directory is checked before any byte is inflated.

use std::{collections::HashMap, io::Cursor};

use zip::{
    CompressionMethod, HasZipMetadata as _, ZipArchive,
    read::{ArchiveOffset, Config},
};

use super::part::{Method, Part};
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

const LOCAL_HEADER: &[u8] = b"PK\x03\x04";
const END_OF_DIRECTORY: &[u8] = b"PK\x05\x06";
const COMPOUND_FILE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
const END_OF_DIRECTORY_BYTES: usize = 22;
const LOCAL_HEADER_BYTES: usize = 30;

impl<'a> Archive<'a> {
    /// Reads the directory of `bytes`.
    pub(super) fn open(bytes: &'a [u8], limits: &Limits) -> Result<Self, FileError> {
        sniff(bytes, limits)?;
        let end = &bytes[bytes.len() - END_OF_DIRECTORY_BYTES..];
        let directory_start = u64::from(u32_at(end, 16)?);
        // An offset of zero: the library does not search for an archive inside other data.
        let config = Config { archive_offset: ArchiveOffset::Known(0) };
        let mut archive = ZipArchive::with_config(config, Cursor::new(bytes)).map_err(|_| FileError::Corrupt)?;
        let is_zip64 = directory_start == u64::from(u32::MAX);
        if !is_zip64 && archive.central_directory_start() != directory_start {
            return Err(FileError::Corrupt);
        }
        if archive.len() > limits.entries {
            return Err(FileError::TooManyParts);
        }
        if archive.has_duplicate_names() {
            return Err(FileError::Corrupt);
        }
        let mut parts = HashMap::with_capacity(archive.len());
        let mut total = 0_u64;
        for index in 0..archive.len() {
            let entry = archive.by_index_data(index).map_err(|_| FileError::Corrupt)?;
            let metadata = entry.get_metadata();
            if metadata.is_encrypted() {
                return Err(FileError::Encrypted);
            }
            let size = entry.size();
            total = total.saturating_add(size);
            if size > limits.entry_bytes || total > limits.total_bytes {
                return Err(FileError::TooLarge);
            }
            let path = part_path(entry.name_raw())?;
            if entry.is_symlink() {
                return Err(FileError::Corrupt);
            }
            let method = match entry.compression() {
                CompressionMethod::Stored => Method::Stored,
                CompressionMethod::Deflated => Method::Deflated,
                _ => return Err(FileError::Corrupt),
            };
            let data = data(bytes, entry.header_start(), entry.compressed_size(), entry.name_raw(), method)?;
            if method == Method::Stored && size != data.len() as u64 {
                return Err(FileError::Corrupt);
            }
            let ratio_limit = (data.len() as u64).saturating_mul(limits.ratio);
            let is_bomb = size > limits.ratio_free_bytes && size > ratio_limit;
            let part = Part { data, method, size, crc: entry.crc32() };
            if parts.insert(path, Entry { part, is_bomb }).is_some() {
                return Err(FileError::Corrupt);
            }
        }
        if archive.has_overlapping_entries().map_err(|_| FileError::Corrupt)? {
            return Err(FileError::Bomb);
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

    /// Whether any part's path ends with `suffix`.
    pub(super) fn has_part_ending_with(&self, suffix: &str) -> bool {
        self.parts.keys().any(|path| path.ends_with(suffix))
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
    let end = bytes.len().checked_sub(END_OF_DIRECTORY_BYTES).and_then(|start| bytes.get(start..)).unwrap_or_default();
    // A comment would leave room for a second end record, so the archive must end where its directory ends.
    let ends_well = end.starts_with(END_OF_DIRECTORY) && end.ends_with(&[0, 0]);
    match (bytes.starts_with(LOCAL_HEADER), ends_well) {
        (true, true) => {}
        (true, false) => return Err(FileError::Corrupt),
        // Bytes before an archive. An archive without entries is no workbook.
        (false, true) if bytes.len() > END_OF_DIRECTORY_BYTES => return Err(FileError::Corrupt),
        (false, _) => return Err(FileError::NotXlsx),
    }
    // This count is known without reading the directory. 65,535 means that the count is in the zip64 record.
    let entries = usize::from(u16::from_le_bytes([end[10], end[11]]));
    if entries > limits.entries && entries != usize::from(u16::MAX) {
        return Err(FileError::TooManyParts);
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

/// The compressed bytes of an entry. Its local header must have the same name and method as the directory.
fn data<'a>(
    bytes: &'a [u8],
    header_start: u64,
    compressed_size: u64,
    name: &[u8],
    method: Method,
) -> Result<&'a [u8], FileError> {
    let start = usize::try_from(header_start).map_err(|_| FileError::Corrupt)?;
    let header = start
        .checked_add(LOCAL_HEADER_BYTES)
        .and_then(|end| bytes.get(start..end))
        .filter(|header| header.starts_with(LOCAL_HEADER))
        .ok_or(FileError::Corrupt)?;
    let local_method = match u16_at(header, 8)? {
        0 => Method::Stored,
        8 => Method::Deflated,
        _ => return Err(FileError::Corrupt),
    };
    let name_start = start + LOCAL_HEADER_BYTES;
    let name_end = name_start + usize::from(u16_at(header, 26)?);
    if local_method != method || bytes.get(name_start..name_end) != Some(name) {
        return Err(FileError::Corrupt);
    }
    let data_start = name_end + usize::from(u16_at(header, 28)?);
    usize::try_from(compressed_size)
        .ok()
        .and_then(|size| data_start.checked_add(size))
        .and_then(|data_end| bytes.get(data_start..data_end))
        .ok_or(FileError::Corrupt)
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

fn u16_at(bytes: &[u8], at: usize) -> Result<u16, FileError> {
    let bytes = bytes.get(at..at + 2).and_then(|bytes| bytes.try_into().ok()).ok_or(FileError::Corrupt)?;
    Ok(u16::from_le_bytes(bytes))
}

fn u32_at(bytes: &[u8], at: usize) -> Result<u32, FileError> {
    let bytes = bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).ok_or(FileError::Corrupt)?;
    Ok(u32::from_le_bytes(bytes))
}

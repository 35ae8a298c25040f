//! The shared string table, checked on its way to the reader.

use std::{cell::Cell, rc::Rc};

use super::scan::{Tag, Verdict, Visitor};
use crate::{FileError, Limits};

/// How many shared strings there are: known once the table has been read, and asked by every worksheet.
pub(super) type StringCount = Rc<Cell<usize>>;

/// Counts the strings and their bytes.
///
/// The reader sets memory aside for as many strings as the table announces, so the announcement is checked first.
pub(super) struct Strings {
    limits: Limits,
    /// Bytes of the whole part, which bound any honest announcement.
    part_bytes: u64,
    count: StringCount,
    item_bytes: usize,
    total_bytes: usize,
}

/// The shortest string of a table: `<si/>`.
const SHORTEST_ITEM: u64 = 5;

impl Strings {
    pub(super) fn new(limits: &Limits, part_bytes: u64, count: StringCount) -> Self {
        Self { limits: *limits, part_bytes, count, item_bytes: 0, total_bytes: 0 }
    }

    fn announced(&self, tag: &Tag<'_>) -> Result<(), FileError> {
        let Some(raw) = tag.get(b"uniqueCount") else {
            return Ok(());
        };
        let announced: u64 =
            std::str::from_utf8(raw).ok().and_then(|raw| raw.parse().ok()).ok_or(FileError::Corrupt)?;
        if announced > self.part_bytes / SHORTEST_ITEM {
            return Err(FileError::Corrupt);
        }
        if announced > self.limits.strings as u64 {
            return Err(FileError::TooManyStrings);
        }
        Ok(())
    }

    fn add(&mut self, bytes: usize) -> Result<(), FileError> {
        self.item_bytes += bytes;
        self.total_bytes += bytes;
        if self.item_bytes > self.limits.cell_bytes() {
            return Err(FileError::XmlLimit);
        }
        if self.total_bytes > self.limits.string_bytes {
            return Err(FileError::TooManyStrings);
        }
        Ok(())
    }
}

impl Visitor for Strings {
    fn open(&mut self, tag: &Tag<'_>, depth: usize) -> Result<Verdict, FileError> {
        match (depth, tag.name) {
            (1, b"sst") => self.announced(tag)?,
            (2, b"si") => {
                self.item_bytes = 0;
                self.count.set(self.count.get() + 1);
                if self.count.get() > self.limits.strings {
                    return Err(FileError::TooManyStrings);
                }
            }
            // The reader goes by names alone; a table inside a table would shift every index.
            (1, _) | (_, b"sst" | b"si") => return Err(FileError::Corrupt),
            _ => {}
        }
        Ok(Verdict::Pass)
    }

    fn text(&mut self, text: &[u8]) -> Result<(), FileError> {
        self.add(text.len())
    }

    fn cdata(&mut self, text: &[u8]) -> Result<(), FileError> {
        self.add(text.len())
    }
}

//! The shared string table, rewritten to its texts.

use std::{cell::Cell, rc::Rc};

use super::{
    rich_text::RichText,
    scan::{Tag, Visitor},
};
use crate::{FileError, Limits};

/// The number of shared strings. It is known after the table was read, and every worksheet needs it.
pub(super) type StringCount = Rc<Cell<usize>>;

/// Counts the strings and their bytes.
///
/// A reader allocates memory for as many strings as the table announces, so the announced number is not written.
pub(super) struct Strings {
    limits: Limits,
    /// Bytes of the whole part, which bound every honest number of strings.
    part_bytes: u64,
    count: StringCount,
    /// The open item. `None` inside an extension.
    item: Option<RichText>,
    bytes: usize,
}

/// Bytes of the shortest string of a table: `<si/>`.
const SHORTEST_ITEM: u64 = 5;

impl Strings {
    pub(super) fn new(limits: &Limits, part_bytes: u64, count: StringCount) -> Self {
        Self { limits: *limits, part_bytes, count, item: None, bytes: 0 }
    }

    fn announced(&self, tag: &Tag<'_>) -> Result<(), FileError> {
        let Some(raw) = tag.get(b"uniqueCount") else { return Ok(()) };
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

    fn begin_item(&mut self) -> Result<(), FileError> {
        let count = self.count.get() + 1;
        self.count.set(count);
        self.item = Some(RichText::new(self.limits.cell_bytes()));
        if count > self.limits.strings { Err(FileError::TooManyStrings) } else { Ok(()) }
    }
}

impl Visitor for Strings {
    fn open(&mut self, tag: &Tag<'_>, depth: usize, out: &mut Vec<u8>) -> Result<(), FileError> {
        match (depth, tag.name) {
            (1, b"sst") => {
                self.announced(tag)?;
                out.extend_from_slice(b"<sst>");
                Ok(())
            }
            (1, _) => Err(FileError::Corrupt),
            (2, b"si") => {
                out.extend_from_slice(b"<si>");
                self.begin_item()
            }
            (2, _) => Ok(()),
            _ => match &mut self.item {
                Some(item) => item.open(tag, depth - 2, out),
                None => Ok(()),
            },
        }
    }

    fn close(&mut self, depth: usize, out: &mut Vec<u8>) -> Result<(), FileError> {
        match (depth, &mut self.item) {
            (1, _) => out.extend_from_slice(b"</sst>"),
            (2, Some(_)) => {
                self.item = None;
                out.extend_from_slice(b"</si>");
            }
            (_, Some(item)) => item.close(depth - 2, out),
            (_, None) => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result<(), FileError> {
        let Some(item) = &mut self.item else { return Ok(()) };
        self.bytes += text.len();
        if self.bytes > self.limits.string_bytes {
            return Err(FileError::TooManyStrings);
        }
        item.text(text, out)
    }

    fn cdata(&mut self, section: &[u8], out: &mut Vec<u8>) -> Result<(), FileError> {
        self.text(section, out)
    }
}

//! The shared string table.

use super::{
    namespace::Namespace,
    rich_text::RichText,
    scan::{Visit, Visitor},
    tag::Tag,
};
use crate::{
    FileError, Limits,
    texts::{Slot, Texts},
};

/// The strings that cells show by their number.
#[derive(Default)]
pub(super) struct StringTable {
    texts: Texts,
    slots: Vec<Slot>,
}

impl StringTable {
    /// The string with this number, from zero. `None`: there is none.
    pub(super) fn get(&self, index: u32) -> Option<&str> {
        let slot = self.slots.get(usize::try_from(index).ok()?)?;
        Some(self.texts.get(*slot))
    }
}

/// Reads the table. The number of strings that it announces reserves no memory: it is only compared.
pub(super) struct Strings {
    limits: Limits,
    /// Bytes of the whole part, which bound every honest number of strings.
    part_bytes: u64,
    /// Strings that there must be at least. If some are missing, cells show the strings of others.
    announced: u64,
    item: RichText,
    /// Bytes of all texts together, at most.
    bytes: usize,
    table: StringTable,
}

/// Bytes of the shortest string of a table: `<si/>`.
const SHORTEST_ITEM: u64 = 5;

impl Strings {
    pub(super) fn new(limits: &Limits, part_bytes: u64) -> Self {
        Self {
            limits: *limits,
            part_bytes,
            announced: 0,
            item: RichText::new(limits.cell_bytes()),
            bytes: 0,
            table: StringTable::default(),
        }
    }

    /// The strings, once the whole part was read.
    pub(super) fn into_table(self) -> StringTable {
        self.table
    }

    fn announce(&mut self, tag: &Tag<'_>) -> Result<(), FileError> {
        let Some(raw) = tag.text(b"uniqueCount")? else { return Ok(()) };
        let is_digits = raw.bytes().all(|digit| digit.is_ascii_digit());
        self.announced = raw.parse().ok().filter(|_| is_digits).ok_or(FileError::Corrupt)?;
        if self.announced > self.part_bytes / SHORTEST_ITEM {
            return Err(FileError::Corrupt);
        }
        if self.announced > self.limits.strings as u64 { Err(FileError::TooManyStrings) } else { Ok(()) }
    }

    fn end_item(&mut self) -> Result<(), FileError> {
        let text = self.item.text();
        self.bytes += text.len();
        if self.bytes > self.limits.string_bytes {
            return Err(FileError::TooManyStrings);
        }
        self.table.slots.push(self.table.texts.push(text)?);
        Ok(())
    }
}

impl Visitor for Strings {
    fn open(&mut self, tag: &Tag<'_>, depth: usize) -> Result<Visit, FileError> {
        if tag.namespace != Namespace::Main {
            return Err(FileError::Corrupt);
        }
        match (depth, tag.name) {
            (1, b"sst") => self.announce(tag)?,
            (2, b"si") if self.table.slots.len() == self.limits.strings => return Err(FileError::TooManyStrings),
            (2, b"si") => self.item.begin(),
            (2, b"extLst") => return Ok(Visit::Skip),
            (1 | 2, _) => return Err(FileError::Corrupt),
            _ => return self.item.open(tag, depth - 2),
        }
        Ok(Visit::Inside)
    }

    fn close(&mut self, depth: usize) -> Result<(), FileError> {
        match depth {
            1 if self.announced > self.table.slots.len() as u64 => return Err(FileError::Corrupt),
            1 => {}
            2 => self.end_item()?,
            _ => self.item.close(depth - 2),
        }
        Ok(())
    }

    fn text(&mut self, text: &[u8]) -> Result<(), FileError> {
        self.item.push(text)
    }

    fn cdata(&mut self, content: &[u8]) -> Result<(), FileError> {
        self.item.push_cdata(content)
    }
}

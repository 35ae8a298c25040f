//! The text of a string item or an inline string: one `t`, or several runs with one `t` each.

use super::scan::Tag;
use crate::FileError;

/// Writes the `t` elements and skips everything else: fonts, and the reading aids of East Asian text.
#[derive(Default)]
pub(super) struct RichText {
    /// Whether the open child is a run, whose `t` counts like the item's own.
    in_run: bool,
    /// The nesting of the open `t`, below the item.
    text_at: Option<usize>,
    bytes: usize,
    limit: usize,
}

impl RichText {
    /// The text of an item with `limit` bytes at most.
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }

    /// An element begins `below` levels under the item.
    pub(super) fn open(&mut self, tag: &Tag<'_>, below: usize, out: &mut Vec<u8>) -> Result<(), FileError> {
        if self.text_at.is_some() {
            return Err(FileError::Corrupt);
        }
        if below == 1 {
            self.in_run = tag.name == b"r";
        }
        if tag.name == b"t" && (below == 1 || (below == 2 && self.in_run)) {
            self.text_at = Some(below);
            let keeps_space = tag.get(b"xml:space") == Some(b"preserve");
            out.extend_from_slice(if keeps_space { b"<t xml:space=\"preserve\">" } else { b"<t>" });
        }
        Ok(())
    }

    /// An element ends `below` levels under the item.
    pub(super) fn close(&mut self, below: usize, out: &mut Vec<u8>) {
        if self.text_at == Some(below) {
            self.text_at = None;
            out.extend_from_slice(b"</t>");
        }
    }

    /// Adds text with its entities, or a CDATA section.
    pub(super) fn text(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result<(), FileError> {
        if self.text_at.is_some() {
            self.bytes += text.len();
            if self.bytes > self.limit {
                return Err(FileError::XmlLimit);
            }
            out.extend_from_slice(text);
        }
        Ok(())
    }
}

//! The text of a string item or an inline string: one `t`, or several runs with one `t` each.

use super::{
    namespace::Namespace,
    scan::Visit,
    tag::Tag,
    text::{push, push_cdata, resolve_escapes},
};
use crate::FileError;

/// Collects the `t` elements and skips everything else: fonts, and the reading aids of East Asian text.
///
/// Spaces count as they are written. `xml:space` changes nothing: some writers set it on no run, or on the whole table.
#[derive(Default)]
pub(super) struct RichText {
    /// Whether the open child is a run, whose `t` counts like the item's own.
    in_run: bool,
    /// The nesting of the open `t` below the item, and where its text begins.
    open: Option<(usize, usize)>,
    text: String,
    /// Bytes in the file, and how many there may be.
    bytes: usize,
    limit: usize,
}

impl RichText {
    /// Reads items with `limit` bytes at most.
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }

    /// A new item of text begins.
    pub(super) fn begin(&mut self) {
        self.in_run = false;
        self.open = None;
        self.text.clear();
        self.bytes = 0;
    }

    /// The text of the item so far.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// An element begins `below` levels under the item.
    pub(super) fn open(&mut self, tag: &Tag<'_>, below: usize) -> Result<Visit, FileError> {
        if self.open.is_some() || tag.namespace != Namespace::Main {
            return Err(FileError::Corrupt);
        }
        if below == 1 {
            self.in_run = tag.name == b"r";
        }
        if tag.name == b"t" && (below == 1 || (below == 2 && self.in_run)) {
            self.open = Some((below, self.text.len()));
        }
        Ok(Visit::Inside)
    }

    /// An element ends `below` levels under the item.
    pub(super) fn close(&mut self, below: usize) {
        if let Some((_, start)) = self.open.take_if(|(depth, _)| *depth == below) {
            resolve_escapes(&mut self.text, start);
        }
    }

    /// Adds text with its references.
    pub(super) fn push(&mut self, raw: &[u8]) -> Result<(), FileError> {
        if self.open.is_none() {
            return Ok(());
        }
        self.count(raw)?;
        push(raw, &mut self.text)
    }

    /// Adds the content of a CDATA section.
    pub(super) fn push_cdata(&mut self, content: &[u8]) -> Result<(), FileError> {
        if self.open.is_none() {
            return Ok(());
        }
        self.count(content)?;
        push_cdata(content, &mut self.text)
    }

    fn count(&mut self, raw: &[u8]) -> Result<(), FileError> {
        self.bytes += raw.len();
        if self.bytes > self.limit { Err(FileError::XmlLimit) } else { Ok(()) }
    }
}

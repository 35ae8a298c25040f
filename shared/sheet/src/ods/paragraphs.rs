//! The text of a cell: its paragraphs, with the white space that its writer meant.

use crate::{
    FileError,
    guard::{Namespace, Tag, Visit, number, push, push_cdata},
};

/// Collects paragraphs. White space in the file is one space, and none at the ends of a paragraph; further spaces, tabs
/// and line breaks are elements (OpenDocument 1.3 part 3, 6.1.2 and 6.1.3).
pub(super) struct Paragraphs {
    text: String,
    /// Whether there was a paragraph, and whether the open one has a character.
    has_paragraph: bool,
    is_begun: bool,
    /// Whether white space follows the last character.
    is_spaced: bool,
    /// Bytes in the file, and how many there may be.
    bytes: usize,
    limit: usize,
    resolved: String,
}

/// What an element inside a paragraph is.
pub(super) enum Inside {
    /// Its text belongs to the paragraph.
    Text,
    /// Its text does as well, and it leads elsewhere.
    Link,
    /// It shows no text of its own.
    Nothing,
}

impl Paragraphs {
    /// Reads the paragraphs of one cell after another, with `limit` bytes at most.
    pub(super) fn new(limit: usize) -> Self {
        let (text, resolved) = (String::new(), String::new());
        Self { text, has_paragraph: false, is_begun: false, is_spaced: false, bytes: 0, limit, resolved }
    }

    /// Drops the text, because a new cell begins.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        (self.has_paragraph, self.is_begun, self.is_spaced, self.bytes) = (false, false, false, 0);
    }

    /// The text of the cell so far.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// A paragraph begins: behind another one, on a new line.
    pub(super) fn begin(&mut self) -> Result<(), FileError> {
        if self.has_paragraph {
            self.count(1)?;
            self.text.push('\n');
        }
        (self.has_paragraph, self.is_begun, self.is_spaced) = (true, false, false);
        Ok(())
    }

    /// An element begins inside a paragraph.
    pub(super) fn open(&mut self, tag: &Tag<'_>) -> Result<(Inside, Visit), FileError> {
        if tag.namespace != Namespace::Text {
            return Ok((Inside::Nothing, Visit::Skip));
        }
        match tag.name {
            b"s" => {
                let count = tag.value_in(Namespace::Text, b"c")?;
                let count = count.map_or(Some(1), |count| number(&count)).ok_or(FileError::Corrupt)?;
                let count = usize::try_from(count).map_err(|_| FileError::XmlLimit)?;
                self.add(count, ' ')?;
            }
            b"tab" => self.add(1, '\t')?,
            b"line-break" => self.add(1, '\n')?,
            b"a" => return Ok((Inside::Link, Visit::Inside)),
            // Reading aids of East Asian text, and what is shown elsewhere or not at all.
            b"ruby-text" | b"note" | b"hidden-text" | b"hidden-paragraph" | b"script" => {}
            _ => return Ok((Inside::Text, Visit::Inside)),
        }
        Ok((Inside::Nothing, Visit::Skip))
    }

    /// Adds text with its references.
    pub(super) fn push(&mut self, raw: &[u8]) -> Result<(), FileError> {
        self.count(raw.len())?;
        self.resolved.clear();
        push(raw, &mut self.resolved)?;
        self.append();
        Ok(())
    }

    /// Adds the content of a CDATA section.
    pub(super) fn push_cdata(&mut self, content: &[u8]) -> Result<(), FileError> {
        self.count(content.len())?;
        self.resolved.clear();
        push_cdata(content, &mut self.resolved)?;
        self.append();
        Ok(())
    }

    fn append(&mut self) {
        for c in self.resolved.chars() {
            if matches!(c, ' ' | '\t' | '\n' | '\r') {
                self.is_spaced = true;
                continue;
            }
            if self.is_spaced && self.is_begun {
                self.text.push(' ');
            }
            (self.is_spaced, self.is_begun) = (false, true);
            self.text.push(c);
        }
    }

    /// Adds a character that an element stands for, `count` times.
    fn add(&mut self, count: usize, c: char) -> Result<(), FileError> {
        self.count(count)?;
        if self.is_spaced && self.is_begun {
            self.text.push(' ');
        }
        (self.is_spaced, self.is_begun) = (false, true);
        self.text.extend(std::iter::repeat_n(c, count));
        Ok(())
    }

    fn count(&mut self, more: usize) -> Result<(), FileError> {
        self.bytes = self.bytes.saturating_add(more);
        if self.bytes > self.limit { Err(FileError::XmlLimit) } else { Ok(()) }
    }
}

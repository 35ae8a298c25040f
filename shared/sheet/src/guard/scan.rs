//! Cuts XML into tokens, strictly, and bounds each of them.
//!
//! The scanner accepts only the XML that spreadsheet programs write, so that no other parser can read the same bytes
//! differently: quotes around every attribute, no `<` inside a tag, closing names that match, no document type. It
//! works on a window of a stream. Its visitor gets complete tokens.

use memchr::{memchr, memmem};

use super::{
    attribute::Attribute,
    namespace::Scopes,
    tag::{self, Tag},
};
use crate::{FileError, Limits};

/// Interprets the content of a part.
pub(crate) trait Visitor {
    /// An element begins at nesting `depth`. The root has depth 1.
    fn open(&mut self, tag: &Tag<'_>, depth: usize) -> Result<Visit, FileError>;

    /// The element ends at nesting `depth`.
    fn close(&mut self, _depth: usize) -> Result<(), FileError> {
        Ok(())
    }

    /// Text inside the root exactly as in the file, with its references.
    fn text(&mut self, _text: &[u8]) -> Result<(), FileError> {
        Ok(())
    }

    /// The content of a CDATA section, which has no references.
    fn cdata(&mut self, _content: &[u8]) -> Result<(), FileError> {
        Ok(())
    }

    /// Whether the rest of the part is not needed.
    fn is_done(&self) -> bool {
        false
    }
}

/// What the visitor of an element wants of its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Visit {
    Inside,
    /// The content and the end of the element are checked, and the visitor gets neither.
    Skip,
}

/// Whether more bytes of the part follow the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tail {
    More,
    Last,
}

/// The state between two windows: the position of the stream in the document.
pub(crate) struct Scanner {
    limits: Limits,
    /// The names of the open elements, one after another.
    names: Vec<u8>,
    starts: Vec<usize>,
    attributes: Vec<Attribute>,
    scopes: Scopes,
    /// The depth of the open element whose content the visitor does not want.
    skipped: Option<usize>,
    place: Place,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Start,
    Prolog,
    Root,
    Epilog,
}

impl Scanner {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            limits: *limits,
            names: Vec::with_capacity(256),
            starts: Vec::with_capacity(limits.depth),
            attributes: Vec::with_capacity(limits.attributes),
            scopes: Scopes::new(limits.attributes),
            skipped: None,
            place: Place::Start,
        }
    }

    /// Checks the complete tokens at the start of `window`, and returns their length.
    pub(crate) fn scan(&mut self, window: &[u8], tail: Tail, visitor: &mut impl Visitor) -> Result<usize, FileError> {
        let mut at = 0;
        while at < window.len() {
            match self.token(&window[at..], visitor)? {
                Some(length) => at += length,
                None if tail == Tail::More => break,
                None => at += self.trailing(&window[at..])?,
            }
        }
        if tail == Tail::Last && self.place != Place::Epilog {
            return Err(FileError::Corrupt);
        }
        Ok(at)
    }

    /// The length of the rest at the end of a part, which may only be white space after the root.
    fn trailing(&self, rest: &[u8]) -> Result<usize, FileError> {
        if self.place == Place::Epilog && rest.iter().all(u8::is_ascii_whitespace) {
            Ok(rest.len())
        } else {
            Err(FileError::Corrupt)
        }
    }

    /// Checks one token and returns its length. `None`: it is not complete yet.
    fn token(&mut self, window: &[u8], visitor: &mut impl Visitor) -> Result<Option<usize>, FileError> {
        if self.place == Place::Start {
            return self.prolog(window);
        }
        if window[0] != b'<' {
            return self.text(window, visitor);
        }
        match window.get(1) {
            None => Ok(None),
            Some(b'/') => self.close(window, visitor),
            Some(b'!') => self.bang(window, visitor),
            Some(b'?') => self.instruction(window),
            Some(_) => self.open(window, visitor),
        }
    }

    /// Reads a byte order mark and the XML declaration.
    fn prolog(&mut self, window: &[u8]) -> Result<Option<usize>, FileError> {
        const MARK: &[u8] = b"\xEF\xBB\xBF";
        const DECLARATION: &[u8] = b"<?xml";
        let body = window.strip_prefix(MARK).unwrap_or(window);
        let mark = window.len() - body.len();
        // The shortest document is longer than the bytes that distinguish a declaration from other markup.
        if body.len() <= DECLARATION.len() {
            return Ok(None);
        }
        self.place = Place::Prolog;
        let rest = body.strip_prefix(DECLARATION).filter(|rest| rest[0].is_ascii_whitespace());
        let Some(rest) = rest else {
            return Ok(Some(mark));
        };
        let Some(end) = memmem::find(rest, b"?>") else {
            self.place = Place::Start;
            return self.incomplete(body.len(), self.limits.tag_bytes);
        };
        self.declaration(&rest[..end])?;
        Ok(Some(mark + DECLARATION.len() + end + 2))
    }

    /// Checks the XML declaration, whose grammar is that of a tag. Only UTF-8 is accepted, because spreadsheet programs
    /// write no other encoding.
    fn declaration(&mut self, body: &[u8]) -> Result<(), FileError> {
        const UTF_8: [&[u8]; 4] = [b"utf-8", b"utf8", b"us-ascii", b"ascii"];
        let window = [b"<xml", body, b"/>"].concat();
        let shape = tag::read(&window, self.limits.attributes, &mut self.attributes)?;
        if shape.is_none_or(|shape| shape.length != window.len()) {
            return Err(FileError::Corrupt);
        }
        let declaration = Tag::new(&window, b"xml", &self.attributes, &self.scopes)?;
        match declaration.value(b"encoding")? {
            Some(name) if !UTF_8.iter().any(|known| name.eq_ignore_ascii_case(known)) => Err(FileError::Corrupt),
            _ => Ok(()),
        }
    }

    fn text(&mut self, window: &[u8], visitor: &mut impl Visitor) -> Result<Option<usize>, FileError> {
        let Some(length) = next_tag(window) else {
            return self.incomplete(window.len(), self.limits.cell_bytes());
        };
        self.bounded(length, self.limits.cell_bytes())?;
        let text = &window[..length];
        if self.place == Place::Root {
            if self.skipped.is_none() {
                visitor.text(text)?;
            }
        } else if !text.iter().all(u8::is_ascii_whitespace) {
            return Err(FileError::Corrupt);
        }
        Ok(Some(length))
    }

    fn open(&mut self, window: &[u8], visitor: &mut impl Visitor) -> Result<Option<usize>, FileError> {
        let Some(shape) = tag::read(window, self.limits.attributes, &mut self.attributes)? else {
            return self.incomplete(window.len(), self.limits.tag_bytes);
        };
        self.bounded(shape.length, self.limits.tag_bytes)?;
        if self.place == Place::Epilog || self.starts.len() >= self.limits.depth {
            return Err(if self.place == Place::Epilog { FileError::Corrupt } else { FileError::XmlLimit });
        }
        self.place = Place::Root;
        let depth = self.starts.len() + 1;
        let full_name = &window[1..shape.name_end];
        if shape.declares {
            self.scopes.declare(depth, window, &self.attributes)?;
        }
        let tag = Tag::new(window, full_name, &self.attributes, &self.scopes)?;
        if self.skipped.is_none() && visitor.open(&tag, depth)? == Visit::Skip {
            self.skipped = Some(depth);
        }
        if shape.empty {
            self.leave(depth, visitor)?;
        } else {
            self.starts.push(self.names.len());
            self.names.extend_from_slice(full_name);
        }
        Ok(Some(shape.length))
    }

    /// The element at `depth` has ended.
    fn leave(&mut self, depth: usize, visitor: &mut impl Visitor) -> Result<(), FileError> {
        match self.skipped {
            None => visitor.close(depth)?,
            Some(skipped) if skipped == depth => self.skipped = None,
            Some(_) => {}
        }
        self.scopes.leave(depth);
        if depth == 1 {
            self.place = Place::Epilog;
        }
        Ok(())
    }

    fn close(&mut self, window: &[u8], visitor: &mut impl Visitor) -> Result<Option<usize>, FileError> {
        let start = *self.starts.last().ok_or(FileError::Corrupt)?;
        let expected = &self.names[start..];
        let name_end = 2 + expected.len();
        // Almost every end tag has only a name.
        let end = if window.get(name_end) == Some(&b'>') { Some(name_end) } else { memchr(b'>', window) };
        let Some(end) = end else {
            return self.incomplete(window.len(), self.limits.tag_bytes);
        };
        self.bounded(end, self.limits.tag_bytes)?;
        let full_name = window[2..end].trim_ascii_end();
        if full_name != expected {
            return Err(FileError::Corrupt);
        }
        self.starts.pop();
        self.names.truncate(start);
        let depth = self.starts.len() + 1;
        self.leave(depth, visitor)?;
        Ok(Some(end + 1))
    }

    fn bang(&mut self, window: &[u8], visitor: &mut impl Visitor) -> Result<Option<usize>, FileError> {
        const COMMENT: &[u8] = b"<!--";
        const CDATA: &[u8] = b"<![CDATA[";
        if window.starts_with(COMMENT) {
            let body = &window[COMMENT.len()..];
            // Parsers disagree whether `<!-->` is a whole comment.
            if body.starts_with(b">") || body.starts_with(b"->") {
                return Err(FileError::Corrupt);
            }
            let Some(end) = memmem::find(body, b"-->").filter(|_| body.len() > 1) else {
                return self.incomplete(window.len(), self.limits.tag_bytes);
            };
            self.bounded(end, self.limits.tag_bytes)?;
            // Parsers disagree where such a comment ends.
            if memmem::find(&body[..end], b"--").is_some() || body[..end].ends_with(b"-") {
                return Err(FileError::Corrupt);
            }
            return Ok(Some(COMMENT.len() + end + 3));
        }
        if window.starts_with(CDATA) {
            let body = &window[CDATA.len()..];
            let Some(end) = memmem::find(body, b"]]>") else {
                return self.incomplete(window.len(), self.limits.cell_bytes());
            };
            self.bounded(end, self.limits.cell_bytes())?;
            if self.place != Place::Root {
                return Err(FileError::Corrupt);
            }
            if self.skipped.is_none() {
                visitor.cdata(&body[..end])?;
            }
            return Ok(Some(CDATA.len() + end + 3));
        }
        if COMMENT.starts_with(window) || CDATA.starts_with(window) {
            return Ok(None);
        }
        Err(FileError::XmlForbidden)
    }

    fn instruction(&mut self, window: &[u8]) -> Result<Option<usize>, FileError> {
        let Some(end) = memmem::find(&window[2..], b"?>") else {
            return self.incomplete(window.len(), self.limits.tag_bytes);
        };
        self.bounded(end, self.limits.tag_bytes)?;
        let name = window[2..2 + end].split(u8::is_ascii_whitespace).next().unwrap_or_default();
        // A second declaration could declare another encoding.
        if name.is_empty() || name.eq_ignore_ascii_case(b"xml") {
            return Err(FileError::Corrupt);
        }
        Ok(Some(end + 4))
    }

    fn bounded(&self, length: usize, limit: usize) -> Result<(), FileError> {
        if length > limit { Err(FileError::XmlLimit) } else { Ok(()) }
    }

    /// A token that is not complete in the window: more bytes are needed, unless it is longer than its limit already.
    fn incomplete(&self, length: usize, limit: usize) -> Result<Option<usize>, FileError> {
        self.bounded(length, limit)?;
        Ok(None)
    }
}

/// The position of the next tag. Most texts are short, so the first bytes are compared one by one.
fn next_tag(window: &[u8]) -> Option<usize> {
    const NEAR: usize = 24;
    let near = &window[..window.len().min(NEAR)];
    near.iter().position(|byte| *byte == b'<').or_else(|| Some(near.len() + memchr(b'<', &window[near.len()..])?))
}

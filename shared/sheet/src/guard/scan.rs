//! Cuts XML into tokens, strictly, and bounds each of them.
//!
//! The scanner accepts only the XML that spreadsheet programs write, so that no other parser can read the same bytes
//! differently: quotes around every attribute, no `<` inside a tag, closing names that match, no document type. It
//! works on a window of a stream. Its visitor gets complete tokens, and decides what is written.

use memchr::{memchr, memmem};

use crate::{FileError, Limits};

/// Interprets the content of a part. A reader sees only what the visitor writes to `out`.
pub(super) trait Visitor {
    /// An element begins at nesting `depth`. The root has depth 1.
    fn open(&mut self, tag: &Tag<'_>, depth: usize, out: &mut Vec<u8>) -> Result<(), FileError>;

    /// The element ends at nesting `depth`.
    fn close(&mut self, _depth: usize, _out: &mut Vec<u8>) -> Result<(), FileError> {
        Ok(())
    }

    /// Text inside the root exactly as in the file, with its entities.
    fn text(&mut self, _text: &[u8], _out: &mut Vec<u8>) -> Result<(), FileError> {
        Ok(())
    }

    fn cdata(&mut self, _section: &[u8], _out: &mut Vec<u8>) -> Result<(), FileError> {
        Ok(())
    }

    /// A comment or a processing instruction, which has no meaning here.
    fn aside(&mut self) -> Result<(), FileError> {
        Ok(())
    }
}

pub(super) struct Tag<'a> {
    /// The name without its prefix.
    pub(super) name: &'a [u8],
    bytes: &'a [u8],
    attributes: &'a [Attribute],
}

impl<'a> Tag<'a> {
    /// The raw value of the attribute with exactly this name. `None`: there is none.
    pub(super) fn get(&self, name: &[u8]) -> Option<&'a [u8]> {
        self.find(|found| found == name)
    }

    /// The raw value of the attribute with this name under any prefix, such as `r:id`.
    pub(super) fn get_local(&self, name: &[u8]) -> Option<&'a [u8]> {
        self.find(|found| local_name(found) == name)
    }

    /// The value of an attribute as text.
    pub(super) fn text(&self, name: &[u8]) -> Result<Option<String>, FileError> {
        self.get(name).map(unescape).transpose()
    }

    /// Every attribute as raw name and raw value, in the order of the tag.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        let bytes = self.bytes;
        self.attributes.iter().map(move |attribute| {
            (&bytes[attribute.name.0..attribute.name.1], &bytes[attribute.value.0..attribute.value.1])
        })
    }

    fn find(&self, matches: impl Fn(&[u8]) -> bool) -> Option<&'a [u8]> {
        self.attributes().find_map(|(name, value)| matches(name).then_some(value))
    }
}

/// Resolves the entities of an attribute value.
pub(super) fn unescape(raw: &[u8]) -> Result<String, FileError> {
    let raw = std::str::from_utf8(raw).map_err(|_| FileError::Corrupt)?;
    Ok(quick_xml::escape::unescape(raw).map_err(|_| FileError::Corrupt)?.into_owned())
}

#[derive(Clone, Copy)]
struct Attribute {
    name: (usize, usize),
    value: (usize, usize),
}

/// Whether more bytes of the part follow the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tail {
    More,
    Last,
}

/// The state between two windows: the position of the stream in the document.
pub(super) struct Scanner {
    limits: Limits,
    /// The names of the open elements, one after another.
    names: Vec<u8>,
    starts: Vec<usize>,
    attributes: Vec<Attribute>,
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
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            limits: *limits,
            names: Vec::with_capacity(256),
            starts: Vec::with_capacity(limits.depth),
            attributes: Vec::with_capacity(limits.attributes),
            place: Place::Start,
        }
    }

    /// Checks the complete tokens at the start of `window`, and returns their length.
    pub(super) fn scan(
        &mut self,
        window: &[u8],
        tail: Tail,
        visitor: &mut impl Visitor,
        out: &mut Vec<u8>,
    ) -> Result<usize, FileError> {
        let mut at = 0;
        while at < window.len() {
            match self.token(&window[at..], visitor, out)? {
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
    fn token(
        &mut self,
        window: &[u8],
        visitor: &mut impl Visitor,
        out: &mut Vec<u8>,
    ) -> Result<Option<usize>, FileError> {
        if self.place == Place::Start {
            return self.prolog(window);
        }
        if window[0] != b'<' {
            return self.text(window, visitor, out);
        }
        match window.get(1) {
            None => Ok(None),
            Some(b'/') => self.close(window, visitor, out),
            Some(b'!') => self.bang(window, visitor, out),
            Some(b'?') => self.instruction(window, visitor),
            Some(_) => self.open(window, visitor, out),
        }
    }

    /// Reads a byte order mark and the XML declaration. Only UTF-8 is accepted, because spreadsheet programs write no
    /// other encoding.
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
        if !body.starts_with(DECLARATION) {
            return Ok(Some(mark));
        }
        let Some(end) = memmem::find(body, b"?>") else {
            self.place = Place::Start;
            return self.incomplete(body.len(), self.limits.tag_bytes);
        };
        let declaration = &body[DECLARATION.len()..end];
        if let Some(encoding) = memmem::find(declaration, b"encoding") {
            let value = &declaration[encoding..];
            let quoted = value.split(|byte| matches!(byte, b'"' | b'\'')).nth(1).ok_or(FileError::Corrupt)?;
            if !quoted.eq_ignore_ascii_case(b"utf-8") && !quoted.eq_ignore_ascii_case(b"us-ascii") {
                return Err(FileError::Corrupt);
            }
        }
        Ok(Some(mark + end + 2))
    }

    fn text(
        &mut self,
        window: &[u8],
        visitor: &mut impl Visitor,
        out: &mut Vec<u8>,
    ) -> Result<Option<usize>, FileError> {
        let Some(length) = next_tag(window) else {
            return self.incomplete(window.len(), self.limits.cell_bytes());
        };
        self.bounded(length, self.limits.cell_bytes())?;
        let text = &window[..length];
        if self.place == Place::Root {
            visitor.text(text, out)?;
        } else if !text.iter().all(u8::is_ascii_whitespace) {
            return Err(FileError::Corrupt);
        }
        Ok(Some(length))
    }

    fn open(
        &mut self,
        window: &[u8],
        visitor: &mut impl Visitor,
        out: &mut Vec<u8>,
    ) -> Result<Option<usize>, FileError> {
        let Some(shape) = self.parse_tag(window)? else {
            return self.incomplete(window.len(), self.limits.tag_bytes);
        };
        self.bounded(shape.length, self.limits.tag_bytes)?;
        if self.place == Place::Epilog || self.starts.len() >= self.limits.depth {
            return Err(if self.place == Place::Epilog { FileError::Corrupt } else { FileError::XmlLimit });
        }
        self.place = Place::Root;
        let depth = self.starts.len() + 1;
        let full_name = &window[1..shape.name_end];
        let tag = Tag { name: local_name(full_name), bytes: window, attributes: &self.attributes };
        visitor.open(&tag, depth, out)?;
        if !shape.empty {
            self.starts.push(self.names.len());
            self.names.extend_from_slice(full_name);
        } else {
            visitor.close(depth, out)?;
            if depth == 1 {
                self.place = Place::Epilog;
            }
        }
        Ok(Some(shape.length))
    }

    fn close(
        &mut self,
        window: &[u8],
        visitor: &mut impl Visitor,
        out: &mut Vec<u8>,
    ) -> Result<Option<usize>, FileError> {
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
        visitor.close(depth, out)?;
        if depth == 1 {
            self.place = Place::Epilog;
        }
        Ok(Some(end + 1))
    }

    fn bang(
        &mut self,
        window: &[u8],
        visitor: &mut impl Visitor,
        out: &mut Vec<u8>,
    ) -> Result<Option<usize>, FileError> {
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
            visitor.aside()?;
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
            let length = CDATA.len() + end + 3;
            visitor.cdata(&window[..length], out)?;
            return Ok(Some(length));
        }
        if COMMENT.starts_with(window) || CDATA.starts_with(window) {
            return Ok(None);
        }
        Err(FileError::XmlForbidden)
    }

    fn instruction(&mut self, window: &[u8], visitor: &mut impl Visitor) -> Result<Option<usize>, FileError> {
        let Some(end) = memmem::find(&window[2..], b"?>") else {
            return self.incomplete(window.len(), self.limits.tag_bytes);
        };
        self.bounded(end, self.limits.tag_bytes)?;
        // A second declaration could declare another encoding.
        if end == 0 || window[2..].get(..3).is_some_and(|name| name.eq_ignore_ascii_case(b"xml")) {
            return Err(FileError::Corrupt);
        }
        visitor.aside()?;
        Ok(Some(end + 4))
    }

    /// Reads `<name key="value" ... >` by the grammar of XML. `None`: the window ends before the tag.
    fn parse_tag(&mut self, window: &[u8]) -> Result<Option<TagShape>, FileError> {
        self.attributes.clear();
        let name_end = 1 + name_length(&window[1..]);
        if name_end == window.len() {
            return Ok(None);
        }
        if local_name(&window[1..name_end]).is_empty() {
            return Err(FileError::Corrupt);
        }
        let mut at = name_end;
        loop {
            let spaced = at;
            at = skip_space(window, at);
            match window.get(at) {
                None => return Ok(None),
                Some(b'>') => {
                    return Ok(Some(TagShape { name_end, length: at + 1, empty: false }));
                }
                Some(b'/') => {
                    return match window.get(at + 1) {
                        None => Ok(None),
                        Some(b'>') => Ok(Some(TagShape { name_end, length: at + 2, empty: true })),
                        Some(_) => Err(FileError::Corrupt),
                    };
                }
                Some(byte) if IS_NAME[usize::from(*byte)] && at > spaced => {}
                Some(_) => return Err(FileError::Corrupt),
            }
            let name = (at, at + name_length(&window[at..]));
            at = skip_space(window, name.1);
            match window.get(at) {
                None => return Ok(None),
                Some(b'=') => at = skip_space(window, at + 1),
                Some(_) => return Err(FileError::Corrupt),
            }
            let quote = match window.get(at) {
                None => return Ok(None),
                Some(quote @ (b'"' | b'\'')) => *quote,
                Some(_) => return Err(FileError::Corrupt),
            };
            let value = at + 1;
            // Values are short, so a plain loop is faster than a search with a set-up.
            let rest = &window[value..];
            let Some(length) = rest.iter().position(|byte| *byte == quote || *byte == b'<') else {
                return Ok(None);
            };
            if rest[length] != quote {
                return Err(FileError::Corrupt);
            }
            let value = (value, value + length);
            at = value.1 + 1;
            if self.attributes.len() == self.limits.attributes {
                return Err(FileError::XmlLimit);
            }
            // Most attributes of cells have one letter, so the first letters are compared first.
            let is_same = |other: &Attribute| {
                window[other.name.0] == window[name.0] && window[other.name.0..other.name.1] == window[name.0..name.1]
            };
            if self.attributes.iter().any(is_same) {
                return Err(FileError::Corrupt);
            }
            self.attributes.push(Attribute { name, value });
        }
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

struct TagShape {
    name_end: usize,
    length: usize,
    empty: bool,
}

fn skip_space(window: &[u8], mut at: usize) -> usize {
    while window.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    at
}

/// The length of the name at the start of `bytes`.
fn name_length(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| !IS_NAME[usize::from(*byte)]).unwrap_or(bytes.len())
}

/// Bytes that a name may have: every byte without a meaning of its own in a tag.
const IS_NAME: [bool; 256] = {
    let mut is_name = [false; 256];
    let mut byte = 0x21;
    while byte < 256 {
        is_name[byte] = true;
        byte += 1;
    }
    let mut special = 0;
    while special < SPECIAL.len() {
        is_name[SPECIAL[special] as usize] = false;
        special += 1;
    }
    is_name
};

const SPECIAL: &[u8] = b"<>/=\"'&\x7F";

/// The position of the next tag. Most texts are short, so the first bytes are compared one by one.
fn next_tag(window: &[u8]) -> Option<usize> {
    const NEAR: usize = 24;
    let near = &window[..window.len().min(NEAR)];
    near.iter().position(|byte| *byte == b'<').or_else(|| Some(near.len() + memchr(b'<', &window[near.len()..])?))
}

fn local_name(name: &[u8]) -> &[u8] {
    match name.iter().position(|byte| *byte == b':') {
        Some(colon) => &name[colon + 1..],
        None => name,
    }
}

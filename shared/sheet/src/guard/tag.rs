//! One tag: its name, and its attributes as their writer meant them.

use std::borrow::Cow;

use super::{
    attribute::{Attribute, unescape},
    namespace::{Namespace, Scopes, split},
};
use crate::FileError;

/// A start tag, with what its prefixes mean.
pub(crate) struct Tag<'a> {
    /// What the prefix of the name means.
    pub(crate) namespace: Namespace,
    /// The name without its prefix.
    pub(crate) name: &'a [u8],
    window: &'a [u8],
    attributes: &'a [Attribute],
    scopes: &'a Scopes,
}

/// The extent of a tag in the window.
pub(crate) struct TagShape {
    pub(crate) name_end: usize,
    pub(crate) length: usize,
    /// Whether the element ends with its start tag.
    pub(crate) empty: bool,
    /// Whether it declares a namespace.
    pub(crate) declares: bool,
}

impl<'a> Tag<'a> {
    pub(crate) fn new(
        window: &'a [u8],
        full_name: &'a [u8],
        attributes: &'a [Attribute],
        scopes: &'a Scopes,
    ) -> Result<Self, FileError> {
        let (prefix, name) = split(full_name)?;
        let namespace = if prefix.is_empty() { scopes.default() } else { scopes.of(prefix)? };
        Ok(Self { namespace, name, window, attributes, scopes })
    }

    /// Whether the element is one of a workbook, with this name.
    pub(crate) fn is(&self, name: &[u8]) -> bool {
        self.namespace == Namespace::Main && self.name == name
    }

    /// The value of the attribute without a prefix, with its references resolved and without spaces at its ends.
    /// `None`: there is none.
    pub(crate) fn value(&self, name: &[u8]) -> Result<Option<Cow<'a, [u8]>>, FileError> {
        self.attributes().find(|(found, _)| *found == name).map(|(_, raw)| value(raw)).transpose()
    }

    /// The value of the attribute with this name in a namespace, such as `r:id`.
    pub(crate) fn value_in(&self, namespace: Namespace, name: &[u8]) -> Result<Option<Cow<'a, [u8]>>, FileError> {
        let mut found = None;
        for (full_name, raw) in self.attributes() {
            let Some(colon) = full_name.iter().position(|byte| *byte == b':') else { continue };
            let (prefix, local) = (&full_name[..colon], &full_name[colon + 1..]);
            if local == name && self.scopes.of(prefix)? == namespace && found.replace(raw).is_some() {
                return Err(FileError::Corrupt);
            }
        }
        found.map(value).transpose()
    }

    /// Every attribute with a prefix: what the prefix means, its local name and its raw value.
    pub(crate) fn prefixed(&self) -> impl Iterator<Item = Result<(Namespace, &'a [u8], &'a [u8]), FileError>> {
        self.attributes().filter_map(|(full_name, raw)| {
            let colon = full_name.iter().position(|byte| *byte == b':')?;
            let (prefix, local) = (&full_name[..colon], &full_name[colon + 1..]);
            if prefix == b"xmlns" {
                return None;
            }
            Some(self.scopes.of(prefix).map(|namespace| (namespace, local, raw)))
        })
    }

    /// The value of an attribute as text.
    pub(crate) fn text(&self, name: &[u8]) -> Result<Option<String>, FileError> {
        self.value(name)?.map(text).transpose()
    }

    /// The value of the attribute with this name in a namespace, as text.
    pub(crate) fn text_in(&self, namespace: Namespace, name: &[u8]) -> Result<Option<String>, FileError> {
        self.value_in(namespace, name)?.map(text).transpose()
    }

    /// Every attribute as raw name and raw value, in the order of the tag.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        let window = self.window;
        self.attributes.iter().map(move |attribute| attribute.of(window))
    }
}

impl Attribute {
    /// Its raw name and its raw value.
    pub(crate) fn of<'a>(&self, window: &'a [u8]) -> (&'a [u8], &'a [u8]) {
        (&window[self.name.0..self.name.1], &window[self.value.0..self.value.1])
    }
}

/// The value of an attribute, with its references resolved and without spaces at its ends.
pub(crate) fn value(raw: &[u8]) -> Result<Cow<'_, [u8]>, FileError> {
    if raw.contains(&b'&') {
        return Ok(Cow::Owned(unescape(raw)?.into_bytes().trim_ascii().to_vec()));
    }
    Ok(Cow::Borrowed(raw.trim_ascii()))
}

/// The text of a value.
pub(crate) fn text(value: Cow<'_, [u8]>) -> Result<String, FileError> {
    String::from_utf8(value.into_owned()).map_err(|_| FileError::Corrupt)
}

/// Reads `<name key="value" ... >` by the grammar of XML. `None`: the window ends before the tag.
pub(crate) fn read(window: &[u8], most: usize, attributes: &mut Vec<Attribute>) -> Result<Option<TagShape>, FileError> {
    attributes.clear();
    let mut declares = false;
    let name_end = 1 + name_length(&window[1..]);
    if name_end == window.len() {
        return Ok(None);
    }
    if name_end == 1 {
        return Err(FileError::Corrupt);
    }
    let mut at = name_end;
    loop {
        let spaced = at;
        at = skip_space(window, at);
        match window.get(at) {
            None => return Ok(None),
            Some(b'>') => return Ok(Some(TagShape { name_end, length: at + 1, empty: false, declares })),
            Some(b'/') => {
                return match window.get(at + 1) {
                    None => Ok(None),
                    Some(b'>') => Ok(Some(TagShape { name_end, length: at + 2, empty: true, declares })),
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
        if attributes.len() == most {
            return Err(FileError::XmlLimit);
        }
        // Most attributes of cells have one letter, so the first letters are compared first.
        let is_same = |other: &Attribute| {
            window[other.name.0] == window[name.0] && window[other.name.0..other.name.1] == window[name.0..name.1]
        };
        if attributes.iter().any(is_same) {
            return Err(FileError::Corrupt);
        }
        declares |= window[name.0] == b'x' && window[name.0..name.1].starts_with(b"xmlns");
        attributes.push(Attribute { name, value });
    }
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

//! One cell: its kind, its children in order, and its value.

use std::borrow::Cow;

use super::{
    reference::number,
    strings::StringTable,
    tag,
    text::{push, push_cdata, resolve_escapes},
};
use crate::FileError;

/// The value of a cell with content. Formulas, dates and error values have no text that can be trusted.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum CellValue<'s> {
    Text(Cow<'s, str>),
    Number(f64),
    /// A number of which the file has not all digits.
    LostDigits,
    Boolean(bool),
    Formula,
    Date,
    Error,
}

impl CellValue<'_> {
    /// The value without the strings of its workbook.
    pub(crate) fn into_owned(self) -> CellValue<'static> {
        match self {
            Self::Text(text) => CellValue::Text(Cow::Owned(text.into_owned())),
            Self::Number(number) => CellValue::Number(number),
            Self::LostDigits => CellValue::LostDigits,
            Self::Boolean(answer) => CellValue::Boolean(answer),
            Self::Formula => CellValue::Formula,
            Self::Date => CellValue::Date,
            Self::Error => CellValue::Error,
        }
    }
}

/// The type that a cell announces.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Kind {
    /// A number with the type of a number.
    #[default]
    Number,
    /// A cell without a type is a number too, but early versions of Excel wrote texts without a type.
    Untyped,
    Shared,
    Inline,
    /// The text of a formula.
    Text,
    Boolean,
    IsoDate,
    Error,
}

impl Kind {
    /// The kind of a cell with this `t`.
    pub(super) fn of(raw: Option<&[u8]>) -> Result<Self, FileError> {
        Ok(match raw {
            None => Self::Untyped,
            Some(b"n") => Self::Number,
            Some(b"s") => Self::Shared,
            Some(b"inlineStr") => Self::Inline,
            Some(b"str") => Self::Text,
            Some(b"b") => Self::Boolean,
            Some(b"d") => Self::IsoDate,
            Some(b"e") => Self::Error,
            Some(_) => return Err(FileError::Corrupt),
        })
    }

    pub(super) fn is_number(self) -> bool {
        matches!(self, Self::Number | Self::Untyped)
    }
}

/// The open child of a cell, or the one that was read last.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Child {
    /// No value yet; there may be a formula.
    #[default]
    None,
    Formula,
    /// Inside the element `v` of a cell.
    Value,
    /// A `v` next to an inline string, which repeats it.
    Repeated,
    /// Inside the element `is` of a cell.
    Inline,
    Done,
}

/// The start of a formula: enough to tell one that is a truth value, as LibreOffice saves every cell that holds one.
#[derive(Default)]
struct Formula {
    start: [u8; Self::LONGEST],
    /// Bytes of the formula. One more than the longest truth value means any number of them.
    length: usize,
}

impl Formula {
    const LONGEST: usize = b"FALSE()".len();

    fn push(&mut self, raw: &[u8]) {
        for byte in raw {
            match self.start.get_mut(self.length) {
                Some(place) => *place = *byte,
                None => return self.length = Self::LONGEST + 1,
            }
            self.length += 1;
        }
    }

    /// The truth value that it is. `None`: it is another formula, whose result in the file need not be its result.
    fn truth(&self) -> Option<bool> {
        match self.start.get(..self.length)? {
            b"TRUE()" => Some(true),
            b"FALSE()" => Some(false),
            _ => None,
        }
    }
}

/// The cell whose end is not read yet.
#[derive(Default)]
pub(super) struct Cell {
    kind: Kind,
    is_formula: bool,
    formula: Formula,
    is_date: bool,
    child: Child,
    /// The content of `v`: one text, however comments and sections divide it.
    value: String,
}

impl Cell {
    /// A cell begins, with its attributes.
    pub(super) fn begin(&mut self, kind: Kind, is_date: bool) {
        self.value.clear();
        *self = Self { kind, is_date, value: std::mem::take(&mut self.value), ..Self::default() };
    }

    /// The child whose end is not read yet.
    pub(super) fn child(&self) -> Child {
        self.child
    }

    /// Begins a child: `f`, then `v` or `is`, each once.
    pub(super) fn begin_child(&mut self, name: &[u8]) -> Result<(), FileError> {
        self.child = match (name, self.kind, self.child) {
            (b"f", _, Child::None) if !self.is_formula => {
                self.is_formula = true;
                Child::Formula
            }
            (b"v", Kind::Inline, Child::None) => Child::Repeated,
            (b"v", _, Child::None) => Child::Value,
            (b"is", _, Child::None | Child::Repeated) => {
                self.kind = Kind::Inline;
                Child::Inline
            }
            _ => return Err(FileError::Corrupt),
        };
        Ok(())
    }

    pub(super) fn end_child(&mut self) {
        self.child = match self.child {
            Child::Formula => Child::None,
            Child::Repeated => Child::Repeated,
            _ => Child::Done,
        };
    }

    /// Adds text to the formula.
    pub(super) fn push_formula(&mut self, raw: &[u8]) {
        self.formula.push(raw);
    }

    /// Adds text to the value, of at most `limit` bytes.
    pub(super) fn push(&mut self, raw: &[u8], limit: usize) -> Result<(), FileError> {
        self.bounded(raw, limit)?;
        push(raw, &mut self.value)
    }

    /// Adds the content of a CDATA section to the value.
    pub(super) fn push_cdata(&mut self, content: &[u8], limit: usize) -> Result<(), FileError> {
        self.bounded(content, limit)?;
        push_cdata(content, &mut self.value)
    }

    fn bounded(&self, more: &[u8], limit: usize) -> Result<(), FileError> {
        if self.value.len() + more.len() > limit { Err(FileError::XmlLimit) } else { Ok(()) }
    }

    /// The value of the cell, with the text of its inline string. `None`: it is blank.
    ///
    /// # Errors
    ///
    /// [`FileError::Corrupt`] when the value is not of its type: no number, or a string that the table does not have.
    pub(super) fn end<'s>(
        &'s mut self,
        inline: &'s str,
        strings: &'s StringTable,
    ) -> Result<Option<CellValue<'s>>, FileError> {
        if self.is_formula {
            let result = self.value.trim_matches([' ', '\t', '\r', '\n']);
            let truth = self.formula.truth().filter(|_| self.kind == Kind::Boolean);
            let is_result = |truth: &bool| boolean(result).is_ok_and(|result| result == *truth);
            return Ok(Some(truth.filter(is_result).map_or(CellValue::Formula, CellValue::Boolean)));
        }
        if self.kind == Kind::Text {
            resolve_escapes(&mut self.value, 0);
        }
        let plain = self.value.trim_matches([' ', '\t', '\r', '\n']);
        let text = match self.kind {
            Kind::Inline => inline,
            Kind::Text => &self.value,
            _ if plain.is_empty() => return Ok(None),
            Kind::Error => return Ok(Some(CellValue::Error)),
            Kind::IsoDate => return Ok(Some(CellValue::Date)),
            Kind::Boolean => return boolean(plain).map(|answer| Some(CellValue::Boolean(answer))),
            Kind::Shared => number(plain.as_bytes()).and_then(|index| strings.get(index)).ok_or(FileError::Corrupt)?,
            Kind::Number | Kind::Untyped => match plain.parse() {
                Ok(_) if self.is_date => return Ok(Some(CellValue::Date)),
                Ok(number) => return Ok(Some(CellValue::Number(number))),
                Err(_) if self.kind == Kind::Number => return Err(FileError::Corrupt),
                Err(_) => &self.value,
            },
        };
        Ok(if text.is_empty() { None } else { Some(CellValue::Text(Cow::Borrowed(text))) })
    }
}

fn boolean(plain: &str) -> Result<bool, FileError> {
    match plain {
        "0" | "false" => Ok(false),
        "1" | "true" => Ok(true),
        _ => Err(FileError::Corrupt),
    }
}

/// The attributes of a cell that matter, with their references resolved.
pub(super) struct CellTag<'a> {
    /// Its reference. `None`: it is behind the cell before it.
    pub(super) place: Option<Cow<'a, [u8]>>,
    pub(super) kind: Kind,
    /// The index of its format, which is the first one if it has none.
    pub(super) style: u32,
}

impl<'a> CellTag<'a> {
    /// # Errors
    ///
    /// [`FileError::Corrupt`] for a type that no cell has, and a style that is no number: it could be that of a date.
    pub(super) fn read(tag: &tag::Tag<'a>) -> Result<Self, FileError> {
        let (mut place, mut kind, mut style) = (None, None, 0);
        for (name, raw) in tag.attributes() {
            match name {
                b"r" => place = Some(tag::value(raw)?),
                b"t" => kind = Some(tag::value(raw)?),
                b"s" => style = style_number(&tag::value(raw)?)?,
                _ => {}
            }
        }
        Ok(Self { place, kind: Kind::of(kind.as_deref())?, style })
    }
}

/// A number that does not fit is that of no style. Some writers leave the number out.
fn style_number(raw: &[u8]) -> Result<u32, FileError> {
    if !raw.iter().all(u8::is_ascii_digit) {
        return Err(FileError::Corrupt);
    }
    Ok(if raw.is_empty() { 0 } else { number(raw).unwrap_or(u32::MAX) })
}

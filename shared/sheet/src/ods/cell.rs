//! One cell: its attributes, and its value.

use std::borrow::Cow;

use crate::{
    FileError,
    guard::{CellValue, Namespace, Tag, attribute_text, attribute_value, number},
};

/// Columns and rows of a merged cell. Both are one of any other cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) rows: u32,
    pub(super) columns: u32,
}

impl Span {
    pub(super) const ONE: Self = Self { rows: 1, columns: 1 };
}

/// A cell as its tag describes it.
pub(super) struct CellTag {
    /// How many cells in a row are like it.
    pub(super) repeats: u32,
    pub(super) span: Span,
    kind: Kind,
    is_formula: bool,
    is_error: bool,
    /// The value, if the tag has it. Otherwise it is the text of the cell.
    value: Option<String>,
}

/// The attributes of a cell that matter.
const ATTRIBUTES: [(Namespace, &[u8]); 9] = [
    (Namespace::Table, b"number-columns-repeated"),
    (Namespace::Table, b"number-columns-spanned"),
    (Namespace::Table, b"number-rows-spanned"),
    (Namespace::Table, b"formula"),
    (Namespace::Calc, b"value-type"),
    (Namespace::Office, b"value-type"),
    (Namespace::Office, b"string-value"),
    (Namespace::Office, b"value"),
    (Namespace::Office, b"boolean-value"),
];

/// The type that a cell announces.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A text, as cells without a type are that have one.
    Text,
    Number,
    Boolean,
    Date,
    Blank,
}

impl Kind {
    fn of(raw: &[u8]) -> Result<Self, FileError> {
        Ok(match raw {
            b"string" => Self::Text,
            b"float" | b"percentage" | b"currency" => Self::Number,
            b"boolean" => Self::Boolean,
            b"date" | b"time" => Self::Date,
            b"void" => Self::Blank,
            _ => return Err(FileError::Corrupt),
        })
    }
}

impl CellTag {
    /// # Errors
    ///
    /// [`FileError::Corrupt`] for a type that no cell has, and for counts that are no numbers from one.
    pub(super) fn read(tag: &Tag<'_>) -> Result<Self, FileError> {
        let mut found: [Option<&[u8]>; ATTRIBUTES.len()] = [None; ATTRIBUTES.len()];
        for attribute in tag.prefixed() {
            let (namespace, name, raw) = attribute?;
            let place = ATTRIBUTES.iter().position(|known| *known == (namespace, name));
            // Two prefixes can mean the same.
            if place.and_then(|place| found[place].replace(raw)).is_some() {
                return Err(FileError::Corrupt);
            }
        }
        let [repeats, columns, rows, formula, calc_type, kind, string, number, boolean] = found;
        let count_of = |raw: Option<&[u8]>| raw.map_or(Ok(1), count);
        let kind = kind.map_or(Ok(Kind::Text), |kind| Kind::of(&attribute_value(kind)?))?;
        let told = match kind {
            Kind::Text => string,
            Kind::Number => number,
            Kind::Boolean => boolean,
            Kind::Date | Kind::Blank => None,
        };
        let formula = formula.map(attribute_value).transpose()?;
        let truth = formula.as_deref().and_then(|formula| truth(formula, kind, told));
        let is_formula = formula.is_some() && truth.is_none();
        let (kind, told) = truth.map_or((kind, told), |truth| (Kind::Boolean, Some(truth)));
        Ok(Self {
            repeats: count_of(repeats)?,
            span: Span { rows: count_of(rows)?, columns: count_of(columns)? },
            kind,
            is_formula,
            is_error: calc_type.map(attribute_value).transpose()?.is_some_and(|kind| *kind == *b"error"),
            value: told.map(|raw| attribute_text(attribute_value(raw)?)).transpose()?,
        })
    }

    /// The value of the cell, whose paragraphs are `shown`. `None`: it is blank.
    ///
    /// # Errors
    ///
    /// [`FileError::Corrupt`] when a number or a truth value is none.
    pub(super) fn value<'s>(&'s self, shown: &'s str) -> Result<Option<CellValue<'s>>, FileError> {
        if self.is_formula {
            return Ok(Some(CellValue::Formula));
        }
        if self.is_error {
            return Ok(Some(CellValue::Error));
        }
        let value = self.value.as_deref();
        let text = match self.kind {
            Kind::Blank => return Ok(None),
            Kind::Date => return Ok(Some(CellValue::Date)),
            Kind::Number => {
                let number = value.unwrap_or_default().parse().map_err(|_| FileError::Corrupt)?;
                return Ok(Some(CellValue::Number(number)));
            }
            Kind::Boolean => match value {
                Some("true") => return Ok(Some(CellValue::Boolean(true))),
                Some("false") => return Ok(Some(CellValue::Boolean(false))),
                _ => return Err(FileError::Corrupt),
            },
            Kind::Text => value.unwrap_or(shown),
        };
        // Of a value and another text, programs show one or the other.
        if !shown.is_empty() && !text.split_whitespace().eq(shown.split_whitespace()) {
            return Ok(Some(CellValue::Error));
        }
        Ok(if text.is_empty() { None } else { Some(CellValue::Text(Cow::Borrowed(text))) })
    }
}

/// The truth value that is the formula of a cell and its result, as LibreOffice saves those of a workbook. `None`: the
/// formula is another one, or has another result in the file.
fn truth(formula: &[u8], kind: Kind, told: Option<&[u8]>) -> Option<&'static [u8]> {
    match (formula, kind, told?) {
        (b"of:=TRUE()", Kind::Boolean, b"true") | (b"of:=TRUE()", Kind::Number, b"1") => Some(b"true"),
        (b"of:=FALSE()", Kind::Boolean, b"false") | (b"of:=FALSE()", Kind::Number, b"0") => Some(b"false"),
        _ => None,
    }
}

/// A count of cells or rows, from one.
pub(super) fn count(raw: &[u8]) -> Result<u32, FileError> {
    number(&attribute_value(raw)?).filter(|count| *count > 0).ok_or(FileError::Corrupt)
}

//! A worksheet, checked on its way to the reader, with notes about what the reader does not tell.

use std::{collections::VecDeque, rc::Rc};

use super::{
    package::DateStyles,
    scan::{Tag, Verdict, Visitor},
    strings::StringCount,
};
use crate::{FileError, Limits};

/// What stands at a cell beside its value. Positions count from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CellNote {
    pub(crate) row: u32,
    pub(crate) column: u32,
    /// The cell told its position itself.
    pub(crate) is_placed: bool,
    /// The row is hidden or filtered out.
    pub(crate) is_hidden: bool,
    /// The value is the result of a formula, as the file claims.
    pub(crate) is_formula: bool,
    /// The number is shown as a date or a time.
    pub(crate) is_date: bool,
}

/// A link on a cell, by its position from zero.
pub(crate) struct Link {
    pub(crate) row: u32,
    column: u32,
    pub(crate) relationship: String,
}

/// Rows and columns of a sheet, in any version of the format since 2007.
const MOST_ROWS: u32 = 1_048_576;
const MOST_COLUMNS: u32 = 16_384;

/// Follows the cells and holds the sheet to its grammar: `sheetData` > `row` > `c` > `f`, `v` or `is`.
///
/// Where the reader would take a shortcut (a wrong index is the first string, a reference of nine letters wraps
/// around) the sheet is refused instead.
pub(crate) struct Worksheet {
    limits: Limits,
    strings: StringCount,
    dates: Rc<DateStyles>,
    notes: VecDeque<CellNote>,
    hidden_columns: Vec<bool>,
    links: Vec<Link>,
    section: Section,
    row: Row,
    cell: Cell,
    cells: usize,
    text: Vec<u8>,
    text_bytes: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Before,
    Data,
    After,
}

#[derive(Default)]
struct Row {
    /// The number of the current row, from one; zero before the first.
    number: u32,
    /// Whether the row told its number itself.
    is_numbered: bool,
    is_hidden: bool,
    /// The number of the last cell's column, from one; zero before the first.
    column: u32,
}

#[derive(Default)]
struct Cell {
    kind: Kind,
    is_placed: bool,
    is_formula: bool,
    is_date: bool,
    /// Whether `v` or `is` was there already.
    value: Value,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Number,
    Shared,
    Inline,
    /// A formula's text, which may hold entities.
    Text,
    Other,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Value {
    #[default]
    None,
    /// Inside `v`, whose text is checked.
    Open,
    /// A `v` next to an inline string, which repeats it.
    Repeated,
    Done,
}

impl Worksheet {
    pub(super) fn new(limits: &Limits, strings: StringCount, dates: Rc<DateStyles>) -> Self {
        Self {
            limits: *limits,
            strings,
            dates,
            notes: VecDeque::new(),
            hidden_columns: Vec::new(),
            links: Vec::new(),
            section: Section::Before,
            row: Row::default(),
            cell: Cell::default(),
            cells: 0,
            text: Vec::new(),
            text_bytes: 0,
        }
    }

    /// The note on the next cell, in the order in which the reader gives them.
    pub(super) fn next_note(&mut self) -> Option<CellNote> {
        self.notes.pop_front()
    }

    pub(super) fn is_hidden_column(&self, column: u32) -> bool {
        usize::try_from(column).ok().and_then(|column| self.hidden_columns.get(column)).copied().unwrap_or(false)
    }

    /// The links on cells of one column.
    pub(super) fn take_links(&mut self, column: u32) -> Vec<Link> {
        let mut links = std::mem::take(&mut self.links);
        links.retain(|link| link.column == column);
        links
    }

    fn hide_columns(&mut self, tag: &Tag<'_>) -> Result<(), FileError> {
        if !is_hidden(tag, b"width") {
            return Ok(());
        }
        let bound = |name| tag.get(name).and_then(number).ok_or(FileError::Corrupt);
        let (first, last) = (bound(b"min")?.max(1), bound(b"max")?.min(self.limits.columns));
        for column in first..=last {
            let index = usize::try_from(column - 1).map_err(|_| FileError::Corrupt)?;
            if self.hidden_columns.len() <= index {
                self.hidden_columns.resize(index + 1, false);
            }
            self.hidden_columns[index] = true;
        }
        Ok(())
    }

    fn begin_row(&mut self, tag: &Tag<'_>) -> Result<(), FileError> {
        let next = self.row.number + 1;
        let told = match tag.get(b"r") {
            Some(raw) => Some(row_number(raw)?),
            None => None,
        };
        let number = told.unwrap_or(next);
        if number > MOST_ROWS {
            return Err(FileError::CellOutOfRange);
        }
        // Rows in disorder would let two rows claim one place.
        if number < next {
            return Err(FileError::Corrupt);
        }
        self.row = Row { number, is_numbered: told.is_some(), is_hidden: is_hidden(tag, b"ht"), column: 0 };
        Ok(())
    }

    fn begin_cell(&mut self, tag: &Tag<'_>) -> Result<(), FileError> {
        self.cells += 1;
        if self.cells > self.limits.cells {
            return Err(FileError::TooManyCells);
        }
        let (mut place, mut kind, mut style) = (None, None, None);
        for (name, value) in tag.attributes() {
            match name {
                b"r" => place = Some(value),
                b"t" => kind = Some(value),
                b"s" => style = number(value),
                _ => {}
            }
        }
        let next = self.row.column + 1;
        let mut column = next;
        if let Some(raw) = place {
            let (row, told) = reference(raw)?;
            if row != self.row.number {
                let is_first = self.row.column == 0;
                if self.row.is_numbered || !is_first || row < self.row.number {
                    return Err(FileError::Corrupt);
                }
                self.row.number = row;
            }
            column = told;
        }
        if column > MOST_COLUMNS {
            return Err(FileError::CellOutOfRange);
        }
        if column < next {
            return Err(FileError::Corrupt);
        }
        self.row.column = column;
        let kind = match kind {
            None | Some(b"n") => Kind::Number,
            Some(b"s") => Kind::Shared,
            Some(b"inlineStr") => Kind::Inline,
            Some(b"str") => Kind::Text,
            Some(b"b" | b"e" | b"d") => Kind::Other,
            Some(_) => return Err(FileError::Corrupt),
        };
        let style = style.and_then(|style| usize::try_from(style).ok());
        let is_date = kind == Kind::Number && style.is_some_and(|style| self.dates.contains(style));
        self.cell = Cell { kind, is_placed: place.is_some(), is_date, ..Cell::default() };
        self.text_bytes = 0;
        Ok(())
    }

    /// A child of a cell. The reader keeps what the last child says, so a value must come last and once.
    fn begin_value(&mut self, name: &[u8]) -> Result<(), FileError> {
        self.cell.value = match (name, self.cell.kind, self.cell.value) {
            (b"f", _, Value::None) => {
                self.cell.is_formula = true;
                Value::None
            }
            (b"v", Kind::Inline, Value::None) => Value::Repeated,
            (b"v", _, Value::None) => Value::Open,
            (b"is", _, Value::None | Value::Repeated) => Value::Done,
            _ => return Err(FileError::Corrupt),
        };
        self.text.clear();
        Ok(())
    }

    fn end_value(&mut self) -> Result<(), FileError> {
        if self.cell.value != Value::Open {
            return Ok(());
        }
        self.cell.value = Value::Done;
        if self.cell.kind == Kind::Shared && !self.text.is_empty() {
            let is_known = number(&self.text)
                .and_then(|index| usize::try_from(index).ok())
                .is_some_and(|index| index < self.strings.get());
            if !is_known {
                return Err(FileError::Corrupt);
            }
        }
        Ok(())
    }

    fn end_cell(&mut self) {
        self.notes.push_back(CellNote {
            row: self.row.number - 1,
            column: self.row.column - 1,
            is_placed: self.cell.is_placed,
            is_hidden: self.row.is_hidden,
            is_formula: self.cell.is_formula,
            is_date: self.cell.is_date,
        });
    }

    fn link(&mut self, tag: &Tag<'_>) -> Result<(), FileError> {
        let (Some(raw), Some(id)) = (tag.get(b"ref"), tag.get_local(b"id")) else { return Ok(()) };
        // A link over a range of cells begins at its first.
        let first = raw.split(|byte| *byte == b':').next().unwrap_or_default();
        let (row, column) = reference(first)?;
        // Excel makes one of every address that is typed; more than a few in each row are not its doing.
        if self.links.len() > self.limits.rows.saturating_mul(4) {
            return Err(FileError::XmlLimit);
        }
        let relationship = super::scan::unescape(id)?;
        self.links.push(Link { row: row - 1, column: column - 1, relationship });
        Ok(())
    }

    fn add_text(&mut self, text: &[u8]) -> Result<(), FileError> {
        self.text_bytes += text.len();
        if self.text_bytes > self.limits.cell_bytes() {
            return Err(FileError::XmlLimit);
        }
        Ok(())
    }
}

impl Visitor for Worksheet {
    fn open(&mut self, tag: &Tag<'_>, depth: usize) -> Result<Verdict, FileError> {
        match (self.section, depth, tag.name) {
            (_, 1, b"worksheet") => {}
            (_, 1, _) => return Err(FileError::Corrupt),
            (Section::Before, 2, b"sheetData") => self.section = Section::Data,
            (_, _, b"sheetData") => return Err(FileError::Corrupt),
            // The reader parses the announced dimension, which is often wrong and never needed.
            (Section::Before, _, b"dimension") => return Ok(Verdict::Mask),
            (Section::Before, 3, b"col") => self.hide_columns(tag)?,
            (Section::Data, 3, b"row") => self.begin_row(tag)?,
            (Section::Data, 4, b"c") => self.begin_cell(tag)?,
            (Section::Data, 5, name) => self.begin_value(name)?,
            // Deeper than a value there are the runs of an inline string.
            (Section::Data, 6.., b"t" | b"r" | b"rPr" | b"rPh" | b"phoneticPr") if self.cell.value == Value::Done => {}
            (Section::Data, 8.., name) if name != b"is" && self.cell.value == Value::Done => {}
            (Section::Data, ..) => return Err(FileError::Corrupt),
            (Section::After, 3, b"hyperlink") => self.link(tag)?,
            _ => {}
        }
        Ok(Verdict::Pass)
    }

    fn close(&mut self, name: &[u8], depth: usize) -> Result<Verdict, FileError> {
        match (self.section, depth) {
            (Section::Before, _) if name == b"dimension" => return Ok(Verdict::Mask),
            (Section::Data, 2) => self.section = Section::After,
            (Section::Data, 4) => self.end_cell(),
            (Section::Data, 5) => self.end_value()?,
            _ => {}
        }
        Ok(Verdict::Pass)
    }

    fn text(&mut self, text: &[u8]) -> Result<(), FileError> {
        if self.section != Section::Data {
            return Ok(());
        }
        self.add_text(text)?;
        if self.cell.value == Value::Open && self.cell.kind != Kind::Text {
            // The reader looks at plain text only: an entity here would read as an empty cell.
            if memchr::memchr(b'&', text).is_some() {
                return Err(FileError::Corrupt);
            }
            if self.cell.kind == Kind::Shared {
                self.text.clear();
                self.text.extend_from_slice(text);
            }
        }
        Ok(())
    }

    fn cdata(&mut self, text: &[u8]) -> Result<(), FileError> {
        // The reader drops these outside of inline strings.
        if self.section == Section::Data && self.cell.value == Value::Open {
            return Err(FileError::Corrupt);
        }
        self.add_text(text)
    }

    fn aside(&mut self) -> Result<(), FileError> {
        // A comment would split a value in two, of which the reader takes the first.
        if self.section == Section::Data && self.cell.value == Value::Open { Err(FileError::Corrupt) } else { Ok(()) }
    }
}

/// Whether a row or column cannot be seen: hidden, filtered out, or of no size.
fn is_hidden(tag: &Tag<'_>, size: &[u8]) -> bool {
    let is_true = |raw: &[u8]| matches!(raw, b"1" | b"true" | b"on");
    let is_zero = |raw: &[u8]| std::str::from_utf8(raw).ok().and_then(|raw| raw.parse::<f64>().ok()) == Some(0.0);
    tag.get(b"hidden").is_some_and(is_true) || tag.get(size).is_some_and(is_zero)
}

/// Digits and nothing else, as a number that fits.
fn number(raw: &[u8]) -> Option<u32> {
    if raw.is_empty() {
        return None;
    }
    raw.iter().try_fold(0_u32, |number, digit| {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit < 10)?;
        number.checked_mul(10)?.checked_add(u32::from(digit))
    })
}

/// A row number from one, as `r` of a row tells it.
fn row_number(raw: &[u8]) -> Result<u32, FileError> {
    if raw.is_empty() || !raw.iter().all(u8::is_ascii_digit) || raw.iter().all(|digit| *digit == b'0') {
        return Err(FileError::Corrupt);
    }
    number(raw).filter(|number| *number <= MOST_ROWS).ok_or(FileError::CellOutOfRange)
}

/// Row and column, both from one, of a reference such as `AB12`.
fn reference(raw: &[u8]) -> Result<(u32, u32), FileError> {
    let letters = raw.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    let (letters, digits) = raw.split_at(letters);
    if letters.is_empty() {
        return Err(FileError::Corrupt);
    }
    let row = row_number(digits)?;
    let mut column = 0_u32;
    for letter in letters {
        column = column.saturating_mul(26).saturating_add(u32::from(letter - b'A') + 1);
    }
    if column > MOST_COLUMNS { Err(FileError::CellOutOfRange) } else { Ok((row, column)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_as_excel_reads_them() {
        assert_eq!(reference(b"A1"), Ok((1, 1)));
        assert_eq!(reference(b"AB12"), Ok((12, 28)));
        assert_eq!(reference(b"XFD1048576"), Ok((1_048_576, 16_384)));
    }

    #[test]
    fn references_beyond_the_sheet_never_wrap_around() {
        for raw in ["XFE1", "A1048577", "A16777217", "ZZZZZZZZZ1", "A99999999999"] {
            assert_eq!(reference(raw.as_bytes()), Err(FileError::CellOutOfRange), "{raw}");
        }
    }

    #[test]
    fn anything_but_a_plain_reference_is_refused() {
        for raw in ["", "a1", "$B$1", "A", "1", "A0", "A-1", "A1B", "A1:B2", " A1", "\u{ff21}\u{ff11}"] {
            assert_eq!(reference(raw.as_bytes()), Err(FileError::Corrupt), "{raw}");
        }
    }
}

//! A worksheet, rewritten to its values, with notes about what a reader does not report.

use std::{collections::VecDeque, rc::Rc};

use super::{
    package::DateStyles,
    rich_text::RichText,
    scan::{Tag, Visitor},
    strings::StringCount,
};
use crate::{FileError, Limits};

/// The position of a cell, and the kind of its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CellNote {
    /// The number of the row, from zero.
    pub(crate) row: u32,
    /// The number of the column, from zero.
    pub(crate) column: u32,
    /// How many cells with content are before it in its row, which is its column as the reader counts.
    pub(super) nth: u32,
    /// Whether the row is hidden or filtered out.
    pub(crate) is_hidden: bool,
    pub(super) content: Content,
}

/// The content of a cell, as far as the reader does not report it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// A text, a number, or true or false; the reader reports which.
    Value,
    /// A formula, whatever result the file has for it.
    Formula,
    /// A date or a time.
    Date,
    /// An error such as `#N/A`.
    Error,
}

/// A link on a cell. Row and column count from zero.
pub(crate) struct Link {
    pub(crate) row: u32,
    column: u32,
    pub(crate) relationship: String,
}

/// Rows and columns of a sheet at most, in every version of the format since 2007.
const MOST_ROWS: u32 = 1_048_576;
const MOST_COLUMNS: u32 = 16_384;

/// Visits the cells, and checks the grammar of the sheet: `sheetData` > `row` > `c` > `f`, `v` or `is`.
///
/// It writes a sheet of rows and values only, without positions, styles and formulas. It refuses content that a reader
/// would read loosely: a wrong index as the first string, or a reference of nine letters that wraps around.
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
    /// The value of the current cell, as it will be written.
    value: Vec<u8>,
    rich: RichText,
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
    /// Whether the row had a number of its own.
    is_numbered: bool,
    is_hidden: bool,
    /// The number of the last cell's column, from one; zero before the first.
    column: u32,
    /// Cells written so far. A row is written with its first cell.
    written: u32,
}

#[derive(Default)]
struct Cell {
    kind: Kind,
    is_formula: bool,
    is_date: bool,
    child: Child,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Kind {
    /// A number with the type of a number.
    #[default]
    Number,
    /// A cell without a type is a number too, but early versions of Excel wrote texts without a type.
    Untyped,
    Shared,
    Inline,
    /// The text of a formula, which may have entities.
    Text,
    Boolean,
    IsoDate,
    Error,
}

/// Which child of a cell was read last.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Child {
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
            value: Vec::new(),
            rich: RichText::default(),
        }
    }

    /// The note about the next cell, in the order of the reader.
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
        // Rows out of order could give two rows the same number.
        if number < next {
            return Err(FileError::Corrupt);
        }
        let is_hidden = is_hidden(tag, b"ht");
        self.row = Row { number, is_numbered: told.is_some(), is_hidden, ..Row::default() };
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
            None => Kind::Untyped,
            Some(b"n") => Kind::Number,
            Some(b"s") => Kind::Shared,
            Some(b"inlineStr") => Kind::Inline,
            Some(b"str") => Kind::Text,
            Some(b"b") => Kind::Boolean,
            Some(b"d") => Kind::IsoDate,
            Some(b"e") => Kind::Error,
            Some(_) => return Err(FileError::Corrupt),
        };
        let style = style.and_then(|style| usize::try_from(style).ok());
        let is_number = matches!(kind, Kind::Number | Kind::Untyped);
        let is_date = is_number && style.is_some_and(|style| self.dates.contains(style));
        self.cell = Cell { kind, is_date, ..Cell::default() };
        self.value.clear();
        Ok(())
    }

    /// Begins a child of a cell: `f`, then `v` or `is`, each once.
    fn begin_child(&mut self, name: &[u8]) -> Result<(), FileError> {
        self.cell.child = match (name, self.cell.kind, self.cell.child) {
            (b"f", _, Child::None) if !self.cell.is_formula => {
                self.cell.is_formula = true;
                Child::Formula
            }
            (b"v", Kind::Inline, Child::None) => Child::Repeated,
            (b"v", _, Child::None) => Child::Value,
            (b"is", _, Child::None | Child::Repeated) => {
                self.cell.kind = Kind::Inline;
                self.rich = RichText::new(self.limits.cell_bytes());
                Child::Inline
            }
            _ => return Err(FileError::Corrupt),
        };
        Ok(())
    }

    fn end_child(&mut self) -> Result<(), FileError> {
        self.cell.child = match self.cell.child {
            Child::Formula => Child::None,
            Child::Repeated => Child::Repeated,
            _ => Child::Done,
        };
        if self.cell.kind == Kind::Shared && !self.value.is_empty() {
            let index = number(&self.value).and_then(|index| usize::try_from(index).ok());
            if index.is_none_or(|index| index >= self.strings.get()) {
                return Err(FileError::Corrupt);
            }
        }
        Ok(())
    }

    /// Writes the cell, unless it is blank. A cell without a trustworthy value is written without a value.
    fn end_cell(&mut self, out: &mut Vec<u8>) {
        if self.value.is_empty() && !self.cell.is_formula {
            return;
        }
        let (content, kind): (_, &[u8]) = match self.cell.kind {
            _ if self.cell.is_formula => (Content::Formula, b""),
            _ if self.cell.is_date => (Content::Date, b""),
            Kind::IsoDate => (Content::Date, b""),
            Kind::Error => (Content::Error, b""),
            Kind::Untyped => (Content::Value, b"<c><v>"),
            Kind::Number => (Content::Value, b"<c t=\"n\"><v>"),
            Kind::Shared => (Content::Value, b"<c t=\"s\"><v>"),
            Kind::Text => (Content::Value, b"<c t=\"str\"><v>"),
            Kind::Boolean => (Content::Value, b"<c t=\"b\"><v>"),
            Kind::Inline => (Content::Value, b"<c t=\"inlineStr\"><is>"),
        };
        if self.row.written == 0 {
            out.extend_from_slice(b"<row r=\"");
            out.extend_from_slice(self.row.number.to_string().as_bytes());
            out.extend_from_slice(b"\">");
        }
        if content == Content::Value {
            out.extend_from_slice(kind);
            out.extend_from_slice(&self.value);
            out.extend_from_slice(if self.cell.kind == Kind::Inline { b"</is></c>" } else { b"</v></c>" });
        } else {
            out.extend_from_slice(b"<c></c>");
        }
        self.notes.push_back(CellNote {
            row: self.row.number - 1,
            column: self.row.column - 1,
            nth: self.row.written,
            is_hidden: self.row.is_hidden,
            content,
        });
        self.row.written += 1;
    }

    /// Adds to the value, which must be one plain text: where a comment or a section splits it, readers take the first
    /// part.
    fn add_value(&mut self, text: &[u8]) -> Result<(), FileError> {
        let is_split = !self.value.is_empty();
        let has_entity = self.cell.kind != Kind::Text && memchr::memchr(b'&', text).is_some();
        if is_split || has_entity {
            return Err(FileError::Corrupt);
        }
        if text.len() > self.limits.cell_bytes() {
            return Err(FileError::XmlLimit);
        }
        self.value.extend_from_slice(text);
        Ok(())
    }

    fn link(&mut self, tag: &Tag<'_>) -> Result<(), FileError> {
        let (Some(raw), Some(id)) = (tag.get(b"ref"), tag.get_local(b"id")) else { return Ok(()) };
        // A link over a range of cells begins at the first cell.
        let first = raw.split(|byte| *byte == b':').next().unwrap_or_default();
        let (row, column) = reference(first)?;
        // Excel creates a link for every address that is typed. It does not create more than a few in each row.
        if self.links.len() > self.limits.rows.saturating_mul(4) {
            return Err(FileError::XmlLimit);
        }
        let relationship = super::scan::unescape(id)?;
        self.links.push(Link { row: row - 1, column: column - 1, relationship });
        Ok(())
    }
}

impl Visitor for Worksheet {
    fn open(&mut self, tag: &Tag<'_>, depth: usize, out: &mut Vec<u8>) -> Result<(), FileError> {
        match (self.section, depth, tag.name) {
            (Section::Data, 5, name) => self.begin_child(name),
            (Section::Data, 4, b"c") => self.begin_cell(tag),
            (Section::Data, 3, b"row") => self.begin_row(tag),
            (Section::Data, 6.., _) if self.cell.child == Child::Inline => {
                self.rich.open(tag, depth - 5, &mut self.value)
            }
            (Section::Data, ..) => Err(FileError::Corrupt),
            (_, 1, b"worksheet") => {
                out.extend_from_slice(b"<worksheet>");
                Ok(())
            }
            (_, 1, _) => Err(FileError::Corrupt),
            (Section::Before, 2, b"sheetData") => {
                self.section = Section::Data;
                out.extend_from_slice(b"<sheetData>");
                Ok(())
            }
            (_, _, b"sheetData") => Err(FileError::Corrupt),
            (Section::Before, 3, b"col") => self.hide_columns(tag),
            (Section::After, 3, b"hyperlink") => self.link(tag),
            _ => Ok(()),
        }
    }

    fn close(&mut self, depth: usize, out: &mut Vec<u8>) -> Result<(), FileError> {
        match (self.section, depth) {
            (Section::Data, 5) => return self.end_child(),
            (Section::Data, 4) => self.end_cell(out),
            (Section::Data, 3) if self.row.written > 0 => out.extend_from_slice(b"</row>"),
            (Section::Data, 2) => {
                self.section = Section::After;
                out.extend_from_slice(b"</sheetData>");
            }
            (Section::Data, 6..) => self.rich.close(depth - 5, &mut self.value),
            (_, 1) => out.extend_from_slice(b"</worksheet>"),
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &[u8], _out: &mut Vec<u8>) -> Result<(), FileError> {
        match self.cell.child {
            Child::Value => self.add_value(text),
            Child::Inline => self.rich.text(text, &mut self.value),
            _ => Ok(()),
        }
    }

    fn cdata(&mut self, section: &[u8], _out: &mut Vec<u8>) -> Result<(), FileError> {
        match self.cell.child {
            Child::Value => Err(FileError::Corrupt),
            Child::Inline => self.rich.text(section, &mut self.value),
            _ => Ok(()),
        }
    }
}

/// Whether a row or column is not visible: it is hidden, filtered out, or has no size.
fn is_hidden(tag: &Tag<'_>, size: &[u8]) -> bool {
    let is_true = |raw: &[u8]| matches!(raw, b"1" | b"true" | b"on");
    let is_zero = |raw: &[u8]| std::str::from_utf8(raw).ok().and_then(|raw| raw.parse::<f64>().ok()) == Some(0.0);
    tag.get(b"hidden").is_some_and(is_true) || tag.get(size).is_some_and(is_zero)
}

/// Reads digits only, as a number that fits.
fn number(raw: &[u8]) -> Option<u32> {
    if raw.is_empty() {
        return None;
    }
    raw.iter().try_fold(0_u32, |number, digit| {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit < 10)?;
        number.checked_mul(10)?.checked_add(u32::from(digit))
    })
}

/// A row number from one, as the `r` of a row has it.
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

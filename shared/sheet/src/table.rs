//! The rows under a header: which of them are people, and what is wrong with their cells.

use std::borrow::Cow;

use domain::{Fault, Field, FieldFault, batch::MAX_TEXT, fields::text::trim};

use crate::{
    FileError, Limits, Remark, Rows,
    example::is_example,
    guard::{CellValue, Marks, Place, Workbook},
    header::Header,
};

/// Characters of a cell that are kept: one more than a row allows, so that the row gets a fault for the rest.
const KEPT_CHARS: usize = MAX_TEXT + 1;

/// The rows under a header, as far as they were read.
pub(crate) struct Table {
    header: Header,
    rows: Rows,
    current: Draft,
    skipped: Skipped,
    text_bytes: usize,
    limits: Limits,
}

/// Rows that were skipped, by the reason.
#[derive(Default)]
struct Skipped {
    hidden: u32,
    examples: u32,
    formulas: u32,
    defaults: u32,
}

/// A row of which not all cells were read.
#[derive(Default)]
struct Draft {
    row: u32,
    is_hidden: bool,
    texts: [String; Field::ALL.len()],
    faults: Vec<FieldFault>,
    content: Content,
}

/// The most telling content of a row so far.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Content {
    #[default]
    Blank,
    /// Formulas, which may be filled down over rows without a person.
    Formulas,
    /// A country code or an answer to SEED, which may be filled down as well.
    Defaults,
    /// A text about a person.
    Person,
}

impl Table {
    pub(crate) fn new(header: Header, limits: &Limits) -> Self {
        let (rows, current, skipped) = (Rows::default(), Draft::default(), Skipped::default());
        Self { header, rows, current, skipped, text_bytes: 0, limits: *limits }
    }

    /// Adds a cell to its row. Cells come in the order of the sheet.
    pub(crate) fn put(&mut self, place: Place, value: CellValue<'_>) -> Result<(), FileError> {
        if place.column >= self.limits.columns {
            return Err(FileError::CellOutOfRange);
        }
        if place.row != self.current.row {
            self.end_row()?;
            self.current.row = place.row;
            self.current.is_hidden = place.is_row_hidden;
        }
        let Some(field) = self.header.field(place.column) else {
            return Ok(());
        };
        let is_formula = matches!(value, CellValue::Formula);
        let content = match text(field, value) {
            Ok(text) => {
                let text = keep(&text);
                self.text_bytes += text.len();
                if self.text_bytes > self.limits.text_bytes {
                    return Err(FileError::TooLarge);
                }
                if let Some(slot) = self.current.texts.get_mut(field as usize) {
                    slot.push_str(text);
                }
                content_of(field, text)
            }
            Err(fault) => {
                self.current.faults.push(fault.at(field));
                if is_formula { Content::Formulas } else { Content::Person }
            }
        };
        self.current.content = self.current.content.max(content);
        Ok(())
    }

    /// Adds the current row, unless it is no person's, hidden or an example.
    fn end_row(&mut self) -> Result<(), FileError> {
        let draft = &mut self.current;
        let email = draft.texts.get(Field::Email as usize).map_or("", String::as_str);
        match draft.content {
            Content::Blank => {}
            Content::Formulas | Content::Defaults if draft.is_hidden => {}
            Content::Formulas => self.skipped.formulas += 1,
            Content::Defaults => self.skipped.defaults += 1,
            Content::Person if draft.is_hidden => self.skipped.hidden += 1,
            Content::Person if is_example(email) => self.skipped.examples += 1,
            Content::Person if self.rows.len() == self.limits.rows => return Err(FileError::TooManyRows),
            Content::Person => {
                let texts = draft.texts.each_ref().map(String::as_str);
                self.rows.push(draft.row + 1, texts, std::mem::take(&mut draft.faults))?;
            }
        }
        // The texts keep their memory for the next row.
        draft.texts.iter_mut().for_each(String::clear);
        draft.faults.clear();
        draft.content = Content::Blank;
        Ok(())
    }

    /// The last cell was read.
    pub(crate) fn end(&mut self) -> Result<(), FileError> {
        self.end_row()
    }

    /// Whether no row is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Marks the cells under merges and the addresses whose links lead elsewhere, in the worksheet at `index`.
    pub(crate) fn mark(&mut self, workbook: &Workbook<'_>, index: usize, marks: &Marks) -> Result<(), FileError> {
        self.mark_merges(marks)?;
        let Some(column) = self.header.column(Field::Email) else {
            return Ok(());
        };
        // Honest links are on one cell each, so there are not many more comparisons than rows.
        let mut left = self.rows.len().saturating_mul(4).saturating_add(1);
        workbook.mail_links(index, marks, column, |area, address| {
            for row in self.rows.between(area.rows.0 + 1, area.rows.1 + 1) {
                left = left.checked_sub(1).ok_or(FileError::XmlLimit)?;
                self.compare_link(row, address);
            }
            Ok(())
        })
    }

    /// Marks every cell that a merge covers. Only the first cell of a merge has a value that is seen.
    fn mark_merges(&mut self, marks: &Marks) -> Result<(), FileError> {
        // Merges do not overlap, so each cell is covered once.
        let mut left = self.rows.len().saturating_mul(Field::ALL.len());
        for area in &marks.merges {
            let first = (area.rows.0, area.columns.0);
            for index in self.rows.between(area.rows.0 + 1, area.rows.1 + 1) {
                let row = self.rows.number(index).unwrap_or_default().saturating_sub(1);
                for (column, field) in self.header.fields_in(area.columns) {
                    left = left.checked_sub(1).ok_or(FileError::Corrupt)?;
                    if (row, column) != first {
                        self.rows.add_fault(index, Fault::CellMerged.at(field));
                    }
                }
            }
        }
        Ok(())
    }

    /// A link on an address must lead to that address: the officer sees one address, and a click could use another one.
    fn compare_link(&mut self, row: usize, address: &str) {
        let shown = trim(self.rows.text(row, Field::Email));
        if !shown.is_empty() && !shown.eq_ignore_ascii_case(trim(address)) {
            self.rows.add_fault(row, Fault::EmailMismatch.at(Field::Email));
        }
    }

    /// The rows, and the remarks about what was skipped.
    pub(crate) fn finish(self, workbook: &Workbook<'_>, index: usize) -> (Rows, Vec<Remark>) {
        let remarks = [
            Remark::HiddenRows(self.skipped.hidden),
            Remark::HiddenColumns(self.header.hidden),
            Remark::ExtraColumns(self.header.extra),
            Remark::OtherSheets(workbook.others(index)),
            Remark::HiddenSheets(workbook.hidden_sheets),
            Remark::ExampleRows(self.skipped.examples),
            Remark::FormulaRows(self.skipped.formulas),
            Remark::DefaultRows(self.skipped.defaults),
        ];
        (self.rows, remarks.into_iter().filter(|remark| remark.count() > 0).collect())
    }
}

fn content_of(field: Field, text: &str) -> Content {
    match field {
        _ if trim(text).is_empty() => Content::Blank,
        Field::CountryCode | Field::Seed => Content::Defaults,
        _ => Content::Person,
    }
}

/// The text of a cell as the officer sees it.
fn text(field: Field, value: CellValue<'_>) -> Result<Cow<'_, str>, Fault> {
    match value {
        CellValue::Text(text) => Ok(text),
        CellValue::Number(number) => number_text(field, number).map(Cow::Owned),
        // Yes and No may be stored as TRUE and FALSE.
        CellValue::Boolean(true) if field == Field::Seed => Ok(Cow::Borrowed("TRUE")),
        CellValue::Boolean(false) if field == Field::Seed => Ok(Cow::Borrowed("FALSE")),
        CellValue::Boolean(_) | CellValue::Date => Err(Fault::CellType),
        // The result in the file need not be the result of the formula.
        CellValue::Formula => Err(Fault::CellFormula),
        CellValue::Error => Err(Fault::CellError),
    }
}

/// A number as text, without exponent and without needless decimals. Numbers of phones are whole and positive: in a
/// text a point or a hyphen separates digits, in a number it does not.
fn number_text(field: Field, number: f64) -> Result<String, Fault> {
    /// Excel keeps 15 digits. From the sixteenth on a digit may be a zero that the person did not type.
    const FIRST_LOSSY: f64 = 1e15;
    if !number.is_finite() {
        return Err(Fault::CellType);
    }
    if number.abs() >= FIRST_LOSSY {
        return Err(Fault::CellPrecision);
    }
    let is_whole = number >= 0.0 && number.fract() == 0.0;
    match field {
        Field::ContactNumber if !is_whole => Err(Fault::ContactNumberSyntax),
        Field::CountryCode if !is_whole => Err(Fault::CountryCodeSyntax),
        // Adding zero makes minus zero positive. `Display` of a float never writes an exponent.
        _ => Ok((number + 0.0).to_string()),
    }
}

/// The first characters of a text, as many as are kept.
pub(crate) fn keep(text: &str) -> &str {
    // A text with so few bytes cannot have more characters.
    if text.len() <= KEPT_CHARS {
        return text;
    }
    text.char_indices().nth(KEPT_CHARS).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_officer_sees_them() {
        for (number, text) in [
            (91_234_567.0, "91234567"),
            (6_591_234_567.0, "6591234567"),
            (9.123_456_7e7, "91234567"),
            (-0.0, "0"),
            (65.0, "65"),
            (999_999_999_999_999.0, "999999999999999"),
        ] {
            assert_eq!(number_text(Field::ContactNumber, number).as_deref(), Ok(text));
        }
        assert_eq!(number_text(Field::Reason, -1.5).as_deref(), Ok("-1.5"));
    }

    #[test]
    fn a_phone_is_a_whole_positive_number() {
        for number in [91_234_567.5, -91_234_567.0, 60_123_456.1, -0.5] {
            assert_eq!(number_text(Field::ContactNumber, number), Err(Fault::ContactNumberSyntax));
            assert_eq!(number_text(Field::CountryCode, number), Err(Fault::CountryCodeSyntax));
        }
    }

    #[test]
    fn numbers_that_lost_digits_are_not_guessed() {
        assert_eq!(number_text(Field::ContactNumber, 1e15), Err(Fault::CellPrecision));
        assert_eq!(number_text(Field::Reason, -6.591_234_567e30), Err(Fault::CellPrecision));
        assert_eq!(number_text(Field::Reason, f64::INFINITY), Err(Fault::CellType));
    }
}

//! The rows under a header: which of them are people, and what is wrong with their cells.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashSet},
};

use domain::{
    Fault, Field,
    batch::{Answers, Held, MAX_TEXT},
    fields::{Form, text::trim},
    invite::Kind,
};

use crate::{
    FileError, Limits, Remark, Rows,
    columns::{Holds, SheetColumn},
    draft::{ALIKE, Content, Draft, Stray, content_of, first_chars},
    guard::{CellValue, Marks, Place},
    header::{Basis, ENOUGH_TITLES, Header},
    source::Source,
};

/// Characters of a cell that are kept: one more than a row allows, so that the row gets a fault for the rest.
const KEPT_CHARS: usize = MAX_TEXT + 1;

/// The rows under a header, as far as they were read.
pub(crate) struct Table {
    header: Header,
    /// The text of every row in each field that no column holds.
    values: Form,
    /// What the rows become when they are submitted.
    kind: Kind,
    /// The fields with content that the invitees give themselves.
    of_invitees: BTreeSet<Field>,
    rows: Rows,
    current: Draft,
    skipped: Skipped,
    /// The indices of rows that may only repeat what people have.
    doubtful: Vec<usize>,
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
    summaries: u32,
    addresses: u32,
}

impl Table {
    pub(crate) fn new(header: Header, answers: &Answers, limits: &Limits) -> Self {
        Self {
            header,
            values: answers.values.clone(),
            kind: answers.row_kind(),
            of_invitees: BTreeSet::new(),
            rows: Rows::default(),
            current: Draft::default(),
            skipped: Skipped::default(),
            doubtful: Vec::new(),
            text_bytes: 0,
            limits: *limits,
        }
    }

    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    pub(crate) fn rows(&self) -> &Rows {
        &self.rows
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
        self.current.see(&value);
        let Some(held) = self.header.held(place.column) else {
            self.put_aside(place, &value);
            return Ok(());
        };
        let field = match held {
            Held::Field(field) => field,
            Held::FullName => Field::FirstName,
        };
        if !self.kind.asks_for(field) {
            self.leave_to_invitee(field, &value);
            return Ok(());
        }
        let is_formula = matches!(value, CellValue::Formula);
        let content = match text(field, value) {
            Ok(text) => {
                let text = keep(&text);
                count(&mut self.text_bytes, text, &self.limits)?;
                match held {
                    Held::FullName => self.current.whole_name.push_str(text),
                    Held::Field(_) => self.current.text(field).push_str(text),
                }
                if !place.is_row_hidden {
                    self.header.sample(place.column, text);
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

    /// Passes over a detail that the invitee gives. The row is a person's if it is one's detail.
    fn leave_to_invitee(&mut self, field: Field, value: &CellValue<'_>) {
        let content = match value {
            CellValue::Text(text) => content_of(field, text),
            CellValue::Formula => Content::Formulas,
            _ => content_of(field, "x"),
        };
        if content > Content::Blank {
            self.of_invitees.insert(field);
        }
        self.current.content = self.current.content.max(content);
    }

    /// Keeps what is in a column that no field has, until it is known whether the row is a person's.
    fn put_aside(&mut self, place: Place, value: &CellValue<'_>) {
        let Ok(column) = usize::try_from(place.column) else { return };
        let holds = self.header.column_at(place.column).map_or(Holds::Untitled, |found| found.holds);
        let is_in_doubt = matches!(self.header.basis, Basis::Letters | Basis::Likeliest);
        if is_in_doubt && !matches!(holds, Holds::Counter | Holds::Hidden(_)) {
            self.current.content = Content::Person;
        }
        let text = match value {
            CellValue::Formula if matches!(holds, Holds::Counter | Holds::Untitled) => return,
            // What every list has in its first column is not worth a text.
            CellValue::Number(number) if holds == Holds::Counter && (0.0..1e6).contains(number) => return,
            CellValue::Text(text) => Cow::Borrowed(first_chars(text)),
            CellValue::Number(number) => Cow::Owned(number.to_string()),
            CellValue::Boolean(true) => Cow::Borrowed("TRUE"),
            CellValue::Boolean(false) => Cow::Borrowed("FALSE"),
            CellValue::LostDigits | CellValue::Formula | CellValue::Date | CellValue::Error => {
                Cow::Borrowed("\u{2026}")
            }
        };
        let is_unclaimed = matches!(holds, Holds::Unknown | Holds::Untitled | Holds::Counter | Holds::Twice(_));
        if is_unclaimed && matches!(value, CellValue::Text(_)) {
            self.current.stray = self.current.stray.max(Stray::of(&text));
        }
        self.current.others.push((column, text.into_owned()));
    }

    /// Adds the current row, unless it is no person's, hidden or an example.
    fn end_row(&mut self) -> Result<(), FileError> {
        let draft = &self.current;
        match draft.content {
            Content::Blank if draft.is_hidden => {}
            Content::Blank => match draft.stray {
                Stray::Nothing => {}
                Stray::Text => self.skipped.summaries += 1,
                Stray::Address => self.skipped.addresses += 1,
            },
            _ if draft.is_hidden && draft.content < Content::Alike => {}
            _ if draft.is_hidden => self.skipped.hidden += 1,
            _ if draft.is_summary() || self.repeats_titles() => self.skipped.summaries += 1,
            Content::Formulas => self.skipped.formulas += 1,
            Content::Defaults => self.skipped.defaults += 1,
            Content::Person if draft.is_example() => self.skipped.examples += 1,
            Content::Alike if self.repeats_last_row() => self.skipped.defaults += 1,
            Content::Alike | Content::Person if self.rows.len() == self.limits.rows => {
                return Err(FileError::TooManyRows);
            }
            content @ (Content::Alike | Content::Person) => {
                if content == Content::Alike {
                    self.doubtful.push(self.rows.len());
                }
                self.add_row()?;
            }
        }
        self.current.clear();
        Ok(())
    }

    fn add_row(&mut self) -> Result<(), FileError> {
        let guessed = self.current.split_name();
        for field in Field::ALL {
            let value = self.values.get(field);
            if !value.is_empty() && self.kind.asks_for(field) && !self.header.has(field) {
                count(&mut self.text_bytes, value, &self.limits)?;
                value.clone_into(self.current.text(field));
            }
        }
        for (column, text) in &self.current.others {
            self.header.note(*column, text);
        }
        let texts = self.current.texts.each_ref().map(String::as_str);
        self.rows.push(self.current.row + 1, texts, std::mem::take(&mut self.current.faults), guessed)
    }

    /// Whether the current row has the titles again, as they are printed on each page.
    fn repeats_titles(&self) -> bool {
        let texts = Field::ALL.into_iter().zip(&self.current.texts).filter(|(_, text)| !trim(text).is_empty());
        let mut repeated = 0;
        for (field, text) in texts {
            if !self.header.is_title(field, trim(text)) {
                return false;
            }
            repeated += 1;
        }
        repeated >= ENOUGH_TITLES
    }

    /// Whether the current row has nothing that the row before it has not, as if it were filled down.
    fn repeats_last_row(&self) -> bool {
        let Some(last) = self.rows.len().checked_sub(1) else { return false };
        self.current.has_only_formula_faults()
            && ALIKE.iter().all(|field| {
                let text = trim(self.current.texts.get(*field as usize).map_or("", String::as_str));
                text.is_empty() || text == trim(self.rows.text(last, *field))
            })
    }

    /// The last cell was read. Rows that name nobody and hold only what people have too are skipped.
    pub(crate) fn end(&mut self) -> Result<(), FileError> {
        self.end_row()?;
        let doubtful: BTreeSet<usize> = std::mem::take(&mut self.doubtful).into_iter().collect();
        if doubtful.is_empty() || doubtful.len() == self.rows.len() {
            return Ok(());
        }
        let people = (0..self.rows.len()).filter(|index| !doubtful.contains(index));
        let had: HashSet<(Field, &str)> =
            people.flat_map(|index| ALIKE.map(|field| (field, trim(self.rows.text(index, field))))).collect();
        let is_had = |index: &usize| {
            self.rows.faults(*index).iter().all(|fault| fault.fault == Fault::CellFormula)
                && ALIKE.iter().all(|field| {
                    let text = trim(self.rows.text(*index, *field));
                    text.is_empty() || had.contains(&(*field, text))
                })
        };
        let skipped: BTreeSet<usize> = doubtful.into_iter().filter(is_had).collect();
        self.rows.remove(&skipped);
        self.skipped.defaults += u32::try_from(skipped.len()).unwrap_or(u32::MAX);
        Ok(())
    }

    /// Marks the cells under merges and the addresses whose links lead elsewhere, in the worksheet at `index`.
    pub(crate) fn mark(&mut self, source: &Source<'_>, index: usize, marks: &Marks) -> Result<(), FileError> {
        self.mark_merges(marks)?;
        let Some(column) = self.header.place(Held::Field(Field::Email)) else {
            return Ok(());
        };
        // Honest links are on one cell each, so there are not many more comparisons than rows.
        let mut left = self.rows.len().saturating_mul(4).saturating_add(1);
        source.mail_links(index, marks, column, |area, address| {
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
                let kind = self.kind;
                let held = self.header.fields_in(area.columns).filter(|(_, field)| kind.asks_for(*field));
                for (column, field) in held {
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
    pub(crate) fn finish(self, source: &Source<'_>, index: usize) -> (Rows, Vec<Remark>) {
        let columns = |is_one: fn(&SheetColumn) -> bool| {
            let found = self.header.columns.iter().filter(|column| is_one(column)).count();
            u32::try_from(found).unwrap_or(u32::MAX)
        };
        let hidden = |column: &SheetColumn| match column.holds {
            Holds::Hidden(Some(Held::Field(field))) if column.cells > 0 => Some(field),
            _ => None,
        };
        let mut remarks = Vec::new();
        if self.header.basis == Basis::Template {
            remarks.push(Remark::NoTitles);
        }
        remarks.extend([
            Remark::OfInvitees(self.of_invitees.into_iter().collect()),
            Remark::HiddenFields(self.header.columns.iter().filter_map(hidden).collect()),
            Remark::HiddenRows(self.skipped.hidden),
            Remark::HiddenColumns(columns(|column| column.holds == Holds::Hidden(None))),
            Remark::BlankColumns(columns(|column| column.holds == Holds::Unknown && column.cells == 0)),
            Remark::LeftOutColumns(columns(|column| column.holds == Holds::LeftOut && column.cells > 0)),
            Remark::RepeatedNames(columns(|column| column.holds == Holds::Repeats && column.cells > 0)),
            Remark::OtherSheets(source.others(index)),
            Remark::HiddenSheets(source.hidden_sheets()),
            Remark::ExampleRows(self.skipped.examples),
            Remark::FormulaRows(self.skipped.formulas),
            Remark::DefaultRows(self.skipped.defaults),
            Remark::Summaries(self.skipped.summaries),
            Remark::StrayAddresses(self.skipped.addresses),
        ]);
        (self.rows, remarks.into_iter().filter(|remark| remark.count() > 0).collect())
    }
}

/// Counts the bytes of a text that is kept.
fn count(text_bytes: &mut usize, text: &str, limits: &Limits) -> Result<(), FileError> {
    *text_bytes += text.len();
    if *text_bytes > limits.text_bytes { Err(FileError::TooLarge) } else { Ok(()) }
}

/// The text of a cell as the officer sees it.
fn text(field: Field, value: CellValue<'_>) -> Result<Cow<'_, str>, Fault> {
    match value {
        CellValue::Text(text) => Ok(text),
        CellValue::Number(number) => number_text(field, number).map(Cow::Owned),
        CellValue::LostDigits => Err(Fault::CellPrecision),
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

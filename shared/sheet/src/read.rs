//! Reads a workbook into rows of text, as the officer sees them.

use std::borrow::Cow;

use domain::{
    Fault, Field,
    batch::{Column, MAX_TEXT, RawRow},
    fields::text::trim,
};

use crate::{
    FileError, Limits, Refusal, Remark,
    example::is_example,
    guard::{CellNote, CellValue, Cells, VettedWorkbook},
    header::{HEADER_ROWS, Header, Said, Title, columns, required},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// The rows with content, in the order of the sheet.
    pub rows: Vec<SheetRow>,
    pub remarks: Vec<Remark>,
}

/// One row of the sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetRow {
    /// The number that Excel shows beside the row.
    pub sheet_row: u32,
    /// The texts, and the faults of cells whose text cannot be trusted.
    pub raw: RawRow,
}

/// Characters of a cell that are kept: one more than a row allows, so that the row gets a fault for the rest.
const KEPT_CHARS: usize = MAX_TEXT + 1;

/// Like [`read_as`], by the titles alone.
///
/// # Errors
///
/// [`FileError`] when the file cannot be used; it says why and what to do.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Sheet, FileError> {
    read_as(bytes, limits, &[]).map_err(|refusal| refusal.error)
}

/// Reads the first visible worksheet that has the template's header. `said` is what the officer said about its titles,
/// which can turn another row into the header.
///
/// The values are texts as the officer sees them. A cell without such a text (a formula, a date, an error) gets a
/// fault. The domain decides whether a text is a valid email address or name.
///
/// # Errors
///
/// [`Refusal`] when the file cannot be used; it says why and what to do. If its titles are the fault, it has the titled
/// columns.
pub fn read_as(bytes: &[u8], limits: &Limits, said: &[Column]) -> Result<Sheet, Refusal> {
    let mut workbook = VettedWorkbook::open(bytes, limits)?;
    let said = Said::new(said);
    let (mut refusal, mut untitled) = (None, None);
    for index in 0..workbook.sheet_count() {
        let cells = workbook.cells(index)?;
        match Table::read(cells, limits, &said)? {
            Scan::Table(table) => {
                let emails = table.header.column(Field::Email).unwrap_or_default();
                let links = workbook.finish(index, emails, limits)?;
                return Ok(table.finish(&workbook, index, &links)?);
            }
            Scan::BadHeader(bad) => {
                refusal.get_or_insert(bad);
            }
            Scan::NoHeader(columns) if !columns.is_empty() => {
                untitled.get_or_insert(columns);
            }
            Scan::NoHeader(_) => {}
        }
    }
    Err(refusal.unwrap_or_else(|| {
        let error = FileError::HeaderMissing(required().collect());
        Refusal { error, columns: untitled.unwrap_or_default() }
    }))
}

enum Scan {
    Table(Table),
    BadHeader(Refusal),
    /// With the columns of the row that is most like a header.
    NoHeader(Vec<Column>),
}

/// The rows under a header, as far as they were read.
struct Table {
    header: Header,
    rows: Vec<SheetRow>,
    hidden_rows: u32,
    example_rows: u32,
    text_bytes: usize,
    limits: Limits,
}

impl Table {
    fn read(mut cells: Cells<'_, '_>, limits: &Limits, said: &Said<'_>) -> Result<Scan, FileError> {
        let (header, mut next) = match find_header(&mut cells, limits, said)? {
            Found::Header(header, next) => (header, next),
            Found::Bad(refusal) => return Ok(Scan::BadHeader(refusal)),
            Found::None(columns) => return Ok(Scan::NoHeader(columns)),
        };
        let mut table =
            Self { header, rows: Vec::new(), hidden_rows: 0, example_rows: 0, text_bytes: 0, limits: *limits };
        let mut current: Option<Draft> = None;
        loop {
            let cell = match next.take() {
                Some(cell) => Some(cell),
                None => cells.next()?,
            };
            let Some((note, value)) = cell else { break };
            let begins = current.as_ref().is_none_or(|draft| draft.row != note.row);
            if begins && let Some(done) = current.replace(Draft::new(note)) {
                table.add(done)?;
            }
            if let Some(draft) = &mut current {
                table.put(draft, note, value)?;
            }
        }
        if let Some(done) = current {
            table.add(done)?;
        }
        Ok(Scan::Table(table))
    }

    /// Adds a cell to its row.
    fn put(&mut self, draft: &mut Draft, note: CellNote, value: CellValue<'_>) -> Result<(), FileError> {
        if note.column >= self.limits.columns {
            return Err(FileError::CellOutOfRange);
        }
        let Some(field) = self.header.field(note.column) else {
            return Ok(());
        };
        match text(field, value) {
            Ok(text) => {
                let kept = keep(text);
                self.text_bytes += kept.len();
                if self.text_bytes > self.limits.text_bytes {
                    return Err(FileError::TooLarge);
                }
                draft.raw.set(field, kept);
            }
            Err(fault) => draft.raw.cell_faults.push(fault.at(field)),
        }
        Ok(())
    }

    /// Adds a whole row, unless it is blank, hidden or an example.
    fn add(&mut self, draft: Draft) -> Result<(), FileError> {
        if draft.is_blank() {
            return Ok(());
        }
        if draft.is_hidden {
            self.hidden_rows += 1;
        } else if is_example(&draft.raw.form) {
            self.example_rows += 1;
        } else if self.rows.len() == self.limits.rows {
            return Err(FileError::TooManyRows);
        } else {
            self.rows.push(SheetRow { sheet_row: draft.row + 1, raw: draft.raw });
        }
        Ok(())
    }

    fn finish(
        mut self,
        workbook: &VettedWorkbook<'_>,
        index: usize,
        links: &[(u32, String)],
    ) -> Result<Sheet, FileError> {
        if self.rows.is_empty() {
            return Err(FileError::NoRows);
        }
        for (row, target) in links {
            self.compare_link(*row, target);
        }
        let remarks = [
            Remark::HiddenRows(self.hidden_rows),
            Remark::HiddenColumns(self.header.hidden),
            Remark::ExtraColumns(self.header.extra),
            Remark::OtherSheets(workbook.others(index)),
            Remark::HiddenSheets(workbook.hidden_sheets),
            Remark::ExampleRows(self.example_rows),
        ];
        let remarks = remarks.into_iter().filter(|remark| remark.count() > 0).collect();
        Ok(Sheet { rows: self.rows, remarks })
    }

    /// A link on an address must lead to that address: the officer sees one address, and a click could use another one.
    fn compare_link(&mut self, row: u32, target: &str) {
        let Ok(index) = self.rows.binary_search_by_key(&(row + 1), |row| row.sheet_row) else {
            return;
        };
        let Some(row) = self.rows.get_mut(index) else {
            return;
        };
        let address = target.strip_prefix("mailto:").unwrap_or(target);
        let address = address.split('?').next().unwrap_or_default();
        let address = percent_encoding::percent_decode_str(address).decode_utf8_lossy();
        let shown = trim(row.raw.form.get(Field::Email));
        if !shown.is_empty() && !shown.eq_ignore_ascii_case(trim(&address)) {
            row.raw.cell_faults.push(Fault::EmailMismatch.at(Field::Email));
        }
    }
}

/// A row of which not all cells were read.
struct Draft {
    row: u32,
    is_hidden: bool,
    raw: RawRow,
}

impl Draft {
    fn new(note: CellNote) -> Self {
        Self { row: note.row, is_hidden: note.is_hidden, raw: RawRow::default() }
    }

    fn is_blank(&self) -> bool {
        self.raw.cell_faults.is_empty() && self.raw.form.is_blank()
    }
}

enum Found<'w> {
    /// The header, and the first cell below it.
    Header(Header, Option<(CellNote, CellValue<'w>)>),
    Bad(Refusal),
    /// There is no header. These are the columns of the first row with the most titles.
    None(Vec<Column>),
}

fn find_header<'w>(cells: &mut Cells<'w, '_>, limits: &Limits, said: &Said<'_>) -> Result<Found<'w>, FileError> {
    let mut titles: Vec<Title> = Vec::new();
    let mut likeliest: Vec<Column> = Vec::new();
    let mut row = 0;
    loop {
        let next = cells.next()?;
        let next_row = next.as_ref().map(|(note, _)| note.row);
        if next_row != Some(row) {
            match Header::read(&titles, said) {
                Some(Ok(header)) => return Ok(Found::Header(header, next)),
                Some(Err(error)) => return Ok(Found::Bad(Refusal { error, columns: columns(&titles) })),
                None => {
                    let columns = columns(&titles);
                    if columns.len() > likeliest.len() {
                        likeliest = columns;
                    }
                    titles.clear();
                }
            }
        }
        let Some((note, value)) = next else {
            return Ok(Found::None(likeliest));
        };
        row = note.row;
        if note.column >= limits.columns {
            return Err(if row < HEADER_ROWS { FileError::TooManyColumns } else { FileError::CellOutOfRange });
        }
        if row >= HEADER_ROWS {
            return Ok(Found::None(likeliest));
        }
        if let CellValue::Text(text) = value
            && !note.is_hidden
        {
            let is_hidden = cells.is_hidden_column(note.column);
            titles.push(Title { column: note.column, text: keep(text), is_hidden });
        }
    }
}

/// The text of a cell as the officer sees it.
fn text(field: Field, value: CellValue<'_>) -> Result<Cow<'_, str>, Fault> {
    match value {
        CellValue::Text(text) => Ok(text),
        CellValue::Number(number) => number_text(number).map(Cow::Owned),
        // Yes and No may be stored as TRUE and FALSE.
        CellValue::Boolean(true) if field == Field::Seed => Ok(Cow::Borrowed("TRUE")),
        CellValue::Boolean(false) if field == Field::Seed => Ok(Cow::Borrowed("FALSE")),
        CellValue::Boolean(_) | CellValue::Date => Err(Fault::CellType),
        // The result in the file need not be the result of the formula.
        CellValue::Formula => Err(Fault::CellFormula),
        CellValue::Error => Err(Fault::CellError),
    }
}

/// A number as text, without exponent and without needless decimals.
fn number_text(number: f64) -> Result<String, Fault> {
    /// Excel keeps 15 digits. From the sixteenth on a digit may be a zero that the person did not type.
    const FIRST_LOSSY: f64 = 1e15;
    if !number.is_finite() {
        return Err(Fault::CellType);
    }
    if number.abs() >= FIRST_LOSSY {
        return Err(Fault::CellPrecision);
    }
    // Adding zero makes minus zero positive. `Display` of a float never writes an exponent.
    Ok((number + 0.0).to_string())
}

/// The first characters of a text, as many as are kept.
fn keep(text: Cow<'_, str>) -> String {
    // A text with so few bytes cannot have more characters.
    if text.len() <= KEPT_CHARS {
        return text.into_owned();
    }
    text.chars().take(KEPT_CHARS).collect()
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
            (91_234_567.5, "91234567.5"),
            (-0.0, "0"),
            (65.0, "65"),
            (999_999_999_999_999.0, "999999999999999"),
        ] {
            assert_eq!(number_text(number).as_deref(), Ok(text));
        }
    }

    #[test]
    fn numbers_that_lost_digits_are_not_guessed() {
        assert_eq!(number_text(1e15), Err(Fault::CellPrecision));
        assert_eq!(number_text(-6.591_234_567e30), Err(Fault::CellPrecision));
        assert_eq!(number_text(f64::INFINITY), Err(Fault::CellType));
    }
}

//! Reads a workbook or a list into rows of text, as the officer sees them.

use domain::{
    Field,
    batch::{Answers, MAX_TITLE, Questions, WorksheetChoice},
};

use crate::{
    FileError, Limits, Remark, Rows,
    example::is_example_sheet,
    guard::{CellSink, CellValue, Marks, Place},
    header::{Basis, Said},
    heading::{Found, Heading},
    question::{about_columns, about_encodings, about_worksheets},
    source::Source,
    table::Table,
    unopened::Unopened,
};

/// What was read of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// The rows of people, in the order of the sheet.
    pub rows: Rows,
    /// What was skipped in the whole source.
    pub remarks: Vec<Remark>,
}

/// What became of reading a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Everything in it was understood.
    Read(Sheet),
    /// Its officer has to be asked, and nobody is on the list yet.
    Asked(Questions),
}

/// Reads the visible worksheet that has a list of people. `answers` is what the officer said about the file.
///
/// The values are texts as the officer sees them. A cell without such a text (a formula, a date, an error, a cell under
/// a merge) gets a fault. The domain decides whether a text is a valid email address or name.
///
/// Nothing is guessed about columns: what is unclear is asked.
///
/// # Errors
///
/// [`FileError`] when the file cannot be used; it says why and what to do.
pub fn read(bytes: &[u8], limits: &Limits, answers: &Answers) -> Result<Reading, FileError> {
    let source = match Source::open(bytes, limits, answers.encoding) {
        Ok(source) => source,
        Err(Unopened::Encodings(encodings)) => return Ok(Reading::Asked(about_encodings(encodings))),
        Err(Unopened::Refused(error)) => return Err(error),
    };
    let mut lists = Lists::default();
    for index in worksheets(&source, answers) {
        match read_worksheet(&source, index, limits, answers) {
            Ok(found) => lists.add(&source, index, found),
            // A worksheet beside the list may hold anything.
            Err(_) if lists.best.is_some() => {}
            Err(error) => return Err(error),
        }
    }
    let Lists { best, choices, has_header, hidden_header } = lists;
    if choices.len() > 1 {
        return Ok(Reading::Asked(about_worksheets(choices)));
    }
    let Some(List { index, mut table, marks, .. }) = best else {
        return Err(match hidden_header {
            Some(row) => FileError::HeaderHidden(row),
            None if has_header => FileError::NoRows,
            None => FileError::HeaderMissing,
        });
    };
    table.mark(&source, index, &marks)?;
    let (header, rows) = (table.header(), table.rows().len());
    let kind = answers.row_kind();
    let hidden: Vec<Field> =
        header.missing(kind, &answers.values).into_iter().filter(|field| header.hides(*field)).collect();
    if !hidden.is_empty() {
        return Err(FileError::ColumnsHidden(hidden));
    }
    if let Some(questions) = about_columns(header, answers, rows) {
        return Ok(Reading::Asked(questions));
    }
    let (rows, remarks) = table.finish(&source, index);
    Ok(Reading::Read(Sheet { rows, remarks }))
}

/// The worksheets to be read: the one that the officer named, or else all.
fn worksheets(source: &Source<'_>, answers: &Answers) -> Vec<usize> {
    let named = |index: &usize| answers.worksheet.as_deref() == Some(shown(source.name(*index)).as_str());
    let named: Vec<usize> = (0..source.sheet_count()).filter(named).take(1).collect();
    if named.is_empty() { (0..source.sheet_count()).collect() } else { named }
}

/// The name of a worksheet as the officer is shown it.
fn shown(name: &str) -> String {
    name.trim().chars().filter(|c| !c.is_control()).take(MAX_TITLE).collect()
}

/// The worksheets that were read so far.
#[derive(Default)]
struct Lists {
    best: Option<List>,
    /// Those that could be the list by their titles.
    choices: Vec<WorksheetChoice>,
    has_header: bool,
    /// The hidden row with the titles, counted from 1.
    hidden_header: Option<u32>,
}

/// A worksheet that has rows of people.
struct List {
    index: usize,
    table: Box<Table>,
    marks: Marks,
    rank: Rank,
}

/// How much a worksheet is like a list of people. The best has the least.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Addresses,
    Titles,
    People,
    Likeliest,
}

impl Lists {
    fn add(&mut self, source: &Source<'_>, index: usize, (stage, marks): (Stage, Marks)) {
        let table = match stage {
            Stage::Table(table) => table,
            Stage::HiddenTitles(row) => {
                self.hidden_header.get_or_insert(row);
                return;
            }
            Stage::Heading(_) | Stage::Nothing => return,
        };
        let header = table.header();
        self.has_header |= header.basis == Basis::Titles;
        if table.rows().is_empty() {
            return;
        }
        let rank = match header.basis {
            Basis::Titles if header.has(Field::Email) => Rank::Addresses,
            Basis::Titles => Rank::Titles,
            Basis::Template | Basis::Letters => Rank::People,
            Basis::Likeliest => Rank::Likeliest,
        };
        // The template's example is a list only if there is no other.
        if rank == Rank::Addresses && (self.choices.is_empty() || !is_example_sheet(source.name(index))) {
            let rows = u32::try_from(table.rows().len()).unwrap_or(u32::MAX);
            self.choices.push(WorksheetChoice { name: shown(source.name(index)), rows });
        }
        if self.best.as_ref().is_none_or(|best| rank < best.rank) {
            self.best = Some(List { index, table, marks, rank });
        }
    }
}

fn read_worksheet(
    source: &Source<'_>,
    index: usize,
    limits: &Limits,
    answers: &Answers,
) -> Result<(Stage, Marks), FileError> {
    let said = Said::new(&answers.columns);
    let mut reader = Reader { limits, said: &said, answers, stage: Stage::Heading(Heading::new(limits)) };
    let marks = source.read(index, &mut reader)?;
    Ok((reader.end()?, marks))
}

/// Reads one worksheet to its end.
struct Reader<'r> {
    limits: &'r Limits,
    said: &'r Said<'r>,
    answers: &'r Answers,
    stage: Stage,
}

/// What is known of the worksheet so far.
enum Stage {
    /// The header can be in a row that was not read yet.
    Heading(Heading),
    Table(Box<Table>),
    /// The titles are in this hidden row.
    HiddenTitles(u32),
    /// There is neither a header nor a person.
    Nothing,
}

impl Reader<'_> {
    /// The header is among the rows that were read, or there is none.
    fn choose(&mut self, heading: Heading) -> Result<(), FileError> {
        self.stage = match heading.choose(self.said)? {
            Found::Header(header, cells) => {
                let mut table = Table::new(header, self.answers, self.limits);
                for (place, value) in cells {
                    table.put(place, value)?;
                }
                Stage::Table(Box::new(table))
            }
            Found::HiddenTitles(row) => Stage::HiddenTitles(row),
            Found::Nothing => Stage::Nothing,
        };
        Ok(())
    }

    /// The last cell was read.
    fn end(mut self) -> Result<Stage, FileError> {
        if let Stage::Heading(heading) = self.take() {
            self.choose(heading)?;
        }
        if let Stage::Table(table) = &mut self.stage {
            table.end()?;
        }
        Ok(self.stage)
    }

    /// Takes the heading out. Any other stage stays.
    fn take(&mut self) -> Stage {
        match &self.stage {
            Stage::Heading(_) => std::mem::replace(&mut self.stage, Stage::Nothing),
            Stage::Table(_) | Stage::HiddenTitles(_) | Stage::Nothing => Stage::Nothing,
        }
    }
}

impl CellSink for Reader<'_> {
    fn cell(&mut self, place: Place, value: CellValue<'_>) -> Result<(), FileError> {
        match &mut self.stage {
            Stage::Heading(heading) if Heading::has_row(place.row) => return heading.add(place, value),
            Stage::Heading(_) if place.column >= self.limits.columns => return Err(FileError::CellOutOfRange),
            Stage::Heading(_) => {}
            Stage::Table(table) => return table.put(place, value),
            Stage::HiddenTitles(_) | Stage::Nothing => return Ok(()),
        }
        if let Stage::Heading(heading) = self.take() {
            self.choose(heading)?;
        }
        self.cell(place, value)
    }

    fn is_done(&self) -> bool {
        matches!(self.stage, Stage::HiddenTitles(_) | Stage::Nothing)
    }
}

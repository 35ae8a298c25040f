//! Reads a workbook into rows of text, as the officer sees them.

use domain::batch::Column;

use crate::{
    FileError, Limits, Refusal, Remark, Rows,
    guard::{CellSink, CellValue, Place, Workbook},
    header::{Said, required},
    heading::{Found, Heading},
    table::Table,
};

/// What was read of a workbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// The rows of people, in the order of the sheet.
    pub rows: Rows,
    /// What was skipped in the whole workbook.
    pub remarks: Vec<Remark>,
}

/// Like [`read_as`], by the titles alone.
///
/// # Errors
///
/// [`FileError`] when the file cannot be used; it says why and what to do.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Sheet, FileError> {
    read_as(bytes, limits, &[]).map_err(|refusal| refusal.error)
}

/// Reads the first visible worksheet that has the template's header and rows under it. `said` is what the officer said
/// about its titles, which can turn another row into the header.
///
/// The values are texts as the officer sees them. A cell without such a text (a formula, a date, an error, a cell under
/// a merge) gets a fault. The domain decides whether a text is a valid email address or name.
///
/// # Errors
///
/// [`Refusal`] when the file cannot be used; it says why and what to do. If its titles are the fault, it has the titled
/// columns.
pub fn read_as(bytes: &[u8], limits: &Limits, said: &[Column]) -> Result<Sheet, Refusal> {
    let workbook = Workbook::open(bytes, limits)?;
    let said = Said::new(said);
    let (mut refusal, mut untitled, mut has_header) = (None, None, false);
    for index in 0..workbook.sheet_count() {
        let mut reader = Reader { limits, said: &said, stage: Stage::Heading(Heading::new(limits)) };
        let marks = workbook.read(index, &mut reader)?;
        match reader.end()? {
            Stage::Table(mut table) if !table.is_empty() => {
                table.mark(&workbook, index, &marks)?;
                let (rows, remarks) = table.finish(&workbook, index);
                return Ok(Sheet { rows, remarks });
            }
            Stage::Table(_) => has_header = true,
            Stage::Bad(bad) => {
                refusal.get_or_insert(bad);
            }
            Stage::None(columns) if !columns.is_empty() => {
                untitled.get_or_insert(columns);
            }
            Stage::None(_) | Stage::Heading(_) => {}
        }
    }
    Err(refusal.unwrap_or_else(|| {
        if has_header {
            return FileError::NoRows.into();
        }
        let error = FileError::HeaderMissing(required().collect());
        Refusal { error, columns: untitled.unwrap_or_default() }
    }))
}

/// Reads one worksheet to its end.
struct Reader<'r> {
    limits: &'r Limits,
    said: &'r Said<'r>,
    stage: Stage,
}

/// What is known of the worksheet so far.
enum Stage {
    /// The header can be in a row that was not read yet.
    Heading(Heading),
    Table(Box<Table>),
    /// The header has a fault.
    Bad(Refusal),
    /// There is no header. These are the columns of the row that is most like one.
    None(Vec<Column>),
}

impl Reader<'_> {
    /// The header is among the rows that were read, or there is none.
    fn choose(&mut self, heading: Heading) -> Result<(), FileError> {
        self.stage = match heading.choose(self.said)? {
            Found::Header(header, cells) => {
                let mut table = Table::new(header, self.limits);
                for (place, value) in cells {
                    table.put(place, value)?;
                }
                Stage::Table(Box::new(table))
            }
            Found::Bad(refusal) => Stage::Bad(refusal),
            Found::None(columns) => Stage::None(columns),
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
            Stage::Heading(_) => std::mem::replace(&mut self.stage, Stage::None(Vec::new())),
            Stage::Table(_) | Stage::Bad(_) | Stage::None(_) => Stage::None(Vec::new()),
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
            Stage::Bad(_) | Stage::None(_) => return Ok(()),
        }
        if let Stage::Heading(heading) = self.take() {
            self.choose(heading)?;
        }
        self.cell(place, value)
    }

    fn is_done(&self) -> bool {
        matches!(self.stage, Stage::Bad(_) | Stage::None(_))
    }
}

//! Finds the header: the best of the first rows of a worksheet.

use std::cmp::Reverse;

use domain::batch::Column;

use crate::{
    FileError, Limits, Refusal,
    guard::{CellValue, Place},
    header::{HEADER_ROWS, Header, Said, Title, columns},
    table::keep,
};

/// The cells of the first rows, kept until the header among them is known.
pub(crate) struct Heading {
    cells: Vec<(Place, CellValue<'static>)>,
    /// The first row with a cell in a column that no list has.
    far_row: Option<u32>,
    text_bytes: usize,
    limits: Limits,
}

/// What the first rows of a worksheet are.
pub(crate) enum Found {
    /// The header, and the cells below it that were read already.
    Header(Header, Vec<(Place, CellValue<'static>)>),
    /// The best row is a header with a fault.
    Bad(Refusal),
    /// There is no header. These are the columns of the first row with the most titles.
    None(Vec<Column>),
}

impl Heading {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { cells: Vec::new(), far_row: None, text_bytes: 0, limits: *limits }
    }

    /// Whether a row can be the header.
    pub(crate) fn has_row(row: u32) -> bool {
        row < HEADER_ROWS
    }

    /// Keeps a cell of a row that may be the header.
    pub(crate) fn add(&mut self, place: Place, value: CellValue<'_>) -> Result<(), FileError> {
        if place.column >= self.limits.columns {
            self.far_row.get_or_insert(place.row);
            return Ok(());
        }
        let value = match value {
            CellValue::Text(text) => {
                let text = keep(&text);
                self.text_bytes += text.len();
                if self.text_bytes > self.limits.text_bytes {
                    return Err(FileError::TooLarge);
                }
                CellValue::Text(text.to_owned().into())
            }
            other => other.into_owned(),
        };
        self.cells.push((place, value));
        Ok(())
    }

    /// Chooses the header: the row with the most known titles of those that lack none, or else of those that lack some;
    /// the first among equals. A title over two rows belongs to the lower one.
    pub(crate) fn choose(mut self, said: &Said<'_>) -> Result<Found, FileError> {
        let mut likeliest: Vec<Column> = Vec::new();
        let mut best: Option<Candidate> = None;
        let mut above: Vec<Title> = Vec::new();
        for (row, titles) in self.rows() {
            let both = with_titles_above(&titles, &above);
            for titles in [Some(&titles), both.as_ref()].into_iter().flatten() {
                let candidate = Candidate::read(row, titles, said);
                if let Some(candidate) = candidate
                    && best.as_ref().is_none_or(|best| candidate.rank() < best.rank())
                {
                    best = Some(candidate);
                }
            }
            let columns = columns(&titles);
            if columns.len() > likeliest.len() {
                likeliest = columns;
            }
            above = titles;
        }
        let far_row = self.far_row;
        match best {
            Some(best) if far_row.is_some_and(|far| far > best.row) => Err(FileError::CellOutOfRange),
            _ if far_row.is_some() => Err(FileError::TooManyColumns),
            None => Ok(Found::None(likeliest)),
            Some(Candidate { row, read: Ok(header), .. }) => {
                self.cells.retain(|(place, _)| place.row > row);
                Ok(Found::Header(header, self.cells))
            }
            Some(Candidate { read: Err(refusal), .. }) => Ok(Found::Bad(refusal)),
        }
    }

    /// The titles of each visible row.
    fn rows(&self) -> Vec<(u32, Vec<Title>)> {
        let mut rows: Vec<(u32, Vec<Title>)> = Vec::new();
        for (place, value) in &self.cells {
            let CellValue::Text(text) = value else { continue };
            if place.is_row_hidden {
                continue;
            }
            let title =
                Title { column: place.column, text: text.clone().into_owned(), is_hidden: place.is_column_hidden };
            match rows.last_mut() {
                Some((row, titles)) if *row == place.row => titles.push(title),
                _ => rows.push((place.row, vec![title])),
            }
        }
        rows
    }
}

/// A row that could be the header.
struct Candidate {
    row: u32,
    read: Result<Header, Refusal>,
    known: usize,
}

impl Candidate {
    /// `None`: the row is no header.
    fn read(row: u32, titles: &[Title], said: &Said<'_>) -> Option<Self> {
        Some(match Header::read(titles, said)? {
            Ok(header) => Self { row, known: header.known(), read: Ok(header) },
            Err(error) => {
                let columns = columns(titles);
                let known = columns.iter().filter(|column| column.field.is_some()).count();
                Self { row, known, read: Err(Refusal { error, columns }) }
            }
        })
    }

    /// The best has the least.
    fn rank(&self) -> (bool, Reverse<usize>) {
        (self.read.is_err(), Reverse(self.known))
    }
}

/// The titles of a row, and those of the row above it in columns where the row has none: a title that is merged over
/// two rows is in the first of them. `None`: there are no titles to add.
fn with_titles_above(titles: &[Title], above: &[Title]) -> Option<Vec<Title>> {
    let has_title = |column: u32| titles.iter().any(|title| title.column == column);
    let added: Vec<Title> = above.iter().filter(|title| !has_title(title.column)).cloned().collect();
    if added.is_empty() {
        return None;
    }
    let mut both = [titles, &added].concat();
    both.sort_by_key(|title| title.column);
    Some(both)
}

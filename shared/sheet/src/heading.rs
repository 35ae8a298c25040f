//! Finds the header: the best of the first rows of a worksheet.

use std::cmp::Reverse;

use domain::{
    Field,
    batch::Held,
    fields::{Form, SeedWish, text::trim},
    invite::Kind,
};

use crate::{
    FileError, Limits,
    guard::{CellValue, Place},
    header::{HEADER_ROWS, Header, Said, Title, is_of_a_person, is_phone},
    table::keep,
};

/// The cells of the first rows, kept until the header among them is known.
pub(crate) struct Heading {
    cells: Vec<Kept>,
    /// The first row with a cell in a column that no list has.
    far_row: Option<u32>,
    text_bytes: usize,
    limits: Limits,
}

type Kept = (Place, CellValue<'static>);

/// What the first rows of a worksheet are.
pub(crate) enum Found {
    /// What the columns hold, and the cells of people that were read already.
    Header(Header, Vec<Kept>),
    /// Only this hidden row has titles. It counts from 1.
    HiddenTitles(u32),
    /// There is nothing like titles and no person.
    Nothing,
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
    ///
    /// Without such a row, the list may begin with a person, or have titles of which too few are known.
    pub(crate) fn choose(mut self, said: &Said<'_>) -> Result<Found, FileError> {
        let rows = self.rows(Rows::Visible);
        let best = best(&rows, said);
        match (best, self.far_row) {
            (Some((row, _)), Some(far)) if far > row => Err(FileError::CellOutOfRange),
            (_, Some(_)) => Err(FileError::TooManyColumns),
            (Some((row, header)), None) => {
                self.cells.retain(|(place, _)| place.row > row);
                Ok(Found::Header(header, self.cells))
            }
            (None, None) => Ok(self.without_titles(&rows, said)),
        }
    }

    fn without_titles(mut self, rows: &[(u32, Vec<Title>)], said: &Said<'_>) -> Found {
        if let Some((row, _)) = best(&self.rows(Rows::Hidden), said) {
            return Found::HiddenTitles(row + 1);
        }
        let is_person = |titles: &[Title]| titles.iter().any(|title| is_of_a_person(&title.text));
        let person = rows.iter().find(|(_, titles)| is_person(titles)).map(|(row, _)| *row);
        let above = rows.iter().filter(|(row, _)| person.is_none_or(|person| *row < person));
        let titles = above.filter_map(|(row, titles)| Some((*row, Header::likeliest(titles, said)?)));
        // Above a person, what looks like titles may be a banner.
        let titles = titles.filter(|(_, header)| person.is_none() || header.known() > 0);
        match (titles.min_by_key(|(_, header)| Reverse((header.known(), header.columns.len()))), person) {
            (Some((row, header)), _) => {
                self.cells.retain(|(place, _)| place.row > row);
                Found::Header(header, self.cells)
            }
            (None, Some(first)) => {
                self.cells.retain(|(place, _)| place.row >= first);
                Found::Header(untitled(&self.cells, said), self.cells)
            }
            (None, None) => Found::Nothing,
        }
    }

    /// The titles of each visible row, or of each hidden one.
    fn rows(&self, wanted: Rows) -> Vec<(u32, Vec<Title>)> {
        let mut rows: Vec<(u32, Vec<Title>)> = Vec::new();
        for (place, value) in &self.cells {
            let CellValue::Text(text) = value else { continue };
            if place.is_row_hidden != (wanted == Rows::Hidden) {
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

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rows {
    Visible,
    Hidden,
}

/// The best row of titles, with what its columns hold.
fn best(rows: &[(u32, Vec<Title>)], said: &Said<'_>) -> Option<(u32, Header)> {
    let mut best: Option<(u32, Header)> = None;
    let mut above: &[Title] = &[];
    for (row, titles) in rows {
        let both = with_titles_above(titles, above);
        for titles in [Some(titles.as_slice()), both.as_deref()].into_iter().flatten() {
            if let Some(header) = Header::read(titles, said)
                && best.as_ref().is_none_or(|(_, best)| rank(&header) < rank(best))
            {
                best = Some((*row, header));
            }
        }
        above = titles;
    }
    best
}

/// The best has the least.
fn rank(header: &Header) -> (bool, Reverse<usize>) {
    (!header.missing(Kind::Account, &Form::default()).is_empty(), Reverse(header.known()))
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

/// The columns of a list without titles: those of the template, if every cell fits, or else by what seems to be in
/// them, for the officer to say.
fn untitled(cells: &[Kept], said: &Said<'_>) -> Header {
    let visible: Vec<(u32, String)> = cells
        .iter()
        .filter(|(place, _)| !place.is_row_hidden && !place.is_column_hidden)
        .filter_map(|(place, value)| Some((place.column, plain(value)?)))
        .filter(|(_, text)| !trim(text).is_empty())
        .collect();
    let texts = |column: u32| visible.iter().filter(move |(other, _)| *other == column).map(|(_, text)| text.as_str());
    let is_all = |column: u32, is_one: fn(&str) -> bool| texts(column).next().is_some() && texts(column).all(is_one);
    let width = visible.iter().map(|(column, _)| column + 1).max().unwrap_or_default();
    let email = (0..width).find(|column| is_all(*column, |text| text.contains('@')));
    if let Some(first) = email
        && !said.is_about_letters()
        && fits_template(first, width, |column, field| texts(column).all(|text| fits(field, text)))
        && is_all(first + place_of(Field::ContactNumber), is_phone)
    {
        return Header::template(first);
    }
    let phone = (0..width).find(|column| is_all(*column, is_phone));
    let seeming = (0..width).map(|column| match Some(column) {
        place if place == email => Some(Held::Field(Field::Email)),
        place if place == phone => Some(Held::Field(Field::ContactNumber)),
        _ => None,
    });
    Header::letters(seeming.collect(), said)
}

/// Whether the columns from `first` on are those of the template, and nothing is before them but a number of each row.
fn fits_template(first: u32, width: u32, fits: impl Fn(u32, Option<Field>) -> bool) -> bool {
    let fields = u32::try_from(Field::ALL.len()).unwrap_or(u32::MAX);
    first <= 1
        && width <= first + fields
        && (0..first).all(|column| fits(column, None))
        && (first..).zip(Field::ALL).all(|(column, field)| fits(column, Some(field)))
}

/// Whether a text can be in the column of a field, or of a number of the row.
fn fits(field: Option<Field>, text: &str) -> bool {
    let text = trim(text);
    let digits = text.chars().filter(char::is_ascii_digit).count();
    match field {
        None => text.len() <= 6 && text.trim_end_matches('.').bytes().all(|c| c.is_ascii_digit()),
        Some(Field::Email) => text.contains('@'),
        Some(Field::FirstName | Field::LastName) => digits == 0 && !text.contains('@'),
        Some(Field::CountryCode) => digits <= 4,
        Some(Field::ContactNumber) => is_phone(text),
        Some(Field::Seed) => SeedWish::parse(text).is_ok(),
        Some(Field::Username | Field::Organisation | Field::Department | Field::Reason) => !is_phone(text),
    }
}

fn place_of(field: Field) -> u32 {
    Field::ALL.iter().position(|other| *other == field).and_then(|at| u32::try_from(at).ok()).unwrap_or_default()
}

/// The text of a cell as far as it tells what the column is. `None`: nothing can be told from it.
fn plain(value: &CellValue<'_>) -> Option<String> {
    match value {
        CellValue::Text(text) => Some(text.clone().into_owned()),
        CellValue::Number(number) => Some(number.to_string()),
        CellValue::Boolean(answer) => Some(if *answer { "TRUE" } else { "FALSE" }.to_owned()),
        CellValue::LostDigits | CellValue::Formula | CellValue::Date | CellValue::Error => None,
    }
}

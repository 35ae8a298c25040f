//! Finds the columns of fields by their titles.

use domain::{
    Field,
    batch::{Column, MAX_COLUMNS, MAX_TITLE},
    fields::{Required, text::trim},
};

use crate::FileError;

/// Rows in which the header is searched for. It may be under a logo, a title and a banner with instructions.
pub(crate) const HEADER_ROWS: u32 = 25;

/// Known titles that a header has at least. A row with fewer of them is a text that happens to contain one.
const ENOUGH_TITLES: usize = 3;

/// The field of each column.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Header {
    columns: Vec<Option<Field>>,
    /// Titled columns that no field has.
    pub(crate) extra: u32,
    /// Hidden columns with a title.
    pub(crate) hidden: u32,
}

/// A title, with its column.
#[derive(Clone)]
pub(crate) struct Title {
    pub(crate) column: u32,
    pub(crate) text: String,
    pub(crate) is_hidden: bool,
}

impl Header {
    /// Reads a row as the header. `None`: it is no header. What the officer says about a title has priority over the
    /// known titles.
    ///
    /// # Errors
    ///
    /// [`FileError`] when the row is a header, but lacks required titles or has one twice.
    pub(crate) fn read(titles: &[Title], said: &Said) -> Option<Result<Self, FileError>> {
        let mut header = Self::default();
        let mut duplicates = Vec::new();
        for title in titles {
            let key = key(&title.text);
            if key.is_empty() {
                continue;
            }
            if title.is_hidden {
                header.hidden += 1;
                continue;
            }
            match said.field(title, &key, titles).unwrap_or_else(|| Field::of_title(&key)) {
                Some(field) if header.column(field).is_some() => duplicates.push(field),
                Some(field) => header.set(title.column, field),
                None if is_ours(&key) => {}
                None => header.extra += 1,
            }
        }
        if header.known() < ENOUGH_TITLES {
            return None;
        }
        if !duplicates.is_empty() {
            duplicates.sort_unstable();
            duplicates.dedup();
            return Some(Err(FileError::HeaderDuplicate(duplicates)));
        }
        let missing: Vec<Field> = required().filter(|field| !header.has(*field)).collect();
        Some(if missing.is_empty() { Ok(header) } else { Err(FileError::HeaderMissing(missing)) })
    }

    /// The field of a column. `None`: it has none.
    pub(crate) fn field(&self, column: u32) -> Option<Field> {
        usize::try_from(column).ok().and_then(|column| self.columns.get(column)).copied().flatten()
    }

    /// The column of a field. `None`: it has none.
    pub(crate) fn column(&self, field: Field) -> Option<u32> {
        self.columns.iter().position(|found| *found == Some(field)).and_then(|at| u32::try_from(at).ok())
    }

    /// How many fields have a column.
    pub(crate) fn known(&self) -> usize {
        self.columns.iter().flatten().count()
    }

    /// The fields whose columns are between two, which are among them.
    pub(crate) fn fields_in(&self, (first, last): (u32, u32)) -> impl Iterator<Item = (u32, Field)> {
        (0_u32..).zip(&self.columns).filter_map(move |(column, field)| {
            field.filter(|_| (first..=last).contains(&column)).map(|field| (column, field))
        })
    }

    /// Whether a field has a column, or another one that can stand for it, as one of the two names can.
    fn has(&self, field: Field) -> bool {
        let is_enough = |other: &Field| match field.spec().required {
            Required::OneOfThem => other.spec().required == Required::OneOfThem,
            Required::Always | Required::Vendors | Required::Never => *other == field,
        };
        self.columns.iter().flatten().any(is_enough)
    }

    fn set(&mut self, column: u32, field: Field) {
        let Ok(index) = usize::try_from(column) else {
            return;
        };
        if self.columns.len() <= index {
            self.columns.resize(index + 1, None);
        }
        if let Some(slot) = self.columns.get_mut(index) {
            *slot = Some(field);
        }
    }
}

/// The columns as the officer described them.
pub(crate) struct Said<'a>(Vec<(String, &'a Column)>);

impl<'a> Said<'a> {
    pub(crate) fn new(columns: &'a [Column]) -> Self {
        Self(columns.iter().map(|column| (key(&column.title), column)).collect())
    }

    /// What the officer said about this title: the only one with this text, or the one in this column of several. The
    /// inner `None` means that the column is skipped.
    fn field(&self, title: &Title, key: &str, titles: &[Title]) -> Option<Option<Field>> {
        let alike = |other: &&Title| !other.is_hidden && self::key(&other.text) == key;
        let mut said = self.0.iter().filter(|(said, _)| said == key).map(|(_, column)| column).peekable();
        said.peek()?;
        let is_only = titles.iter().filter(alike).nth(1).is_none();
        said.find(|column| is_only || column.number == title.column + 1).map(|column| column.field)
    }
}

/// The titled columns of a row, for an officer to describe. The list is empty if there are too few for a header.
pub(crate) fn columns(titles: &[Title]) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    for title in titles.iter().filter(|title| !title.is_hidden) {
        let text: String = trim(&title.text).chars().filter(|c| !c.is_control()).take(MAX_TITLE).collect();
        let key = key(&text);
        if key.is_empty() || is_ours(&key) {
            continue;
        }
        let field = Field::of_title(&key).filter(|field| columns.iter().all(|earlier| earlier.field != Some(*field)));
        columns.push(Column { number: title.column + 1, title: text, field });
    }
    columns.truncate(MAX_COLUMNS);
    if columns.len() < ENOUGH_TITLES { Vec::new() } else { columns }
}

/// The fields whose columns a workbook must have. The others may be blank in every row, so their columns may be
/// missing.
pub(crate) fn required() -> impl Iterator<Item = Field> {
    Field::ALL.into_iter().filter(|field| matches!(field.spec().required, Required::Always | Required::OneOfThem))
}

/// A title without case, spaces, marks and remarks in brackets: `E-mail Address* (official)` is `emailaddress`.
fn key(title: &str) -> String {
    let title = title.split(['(', '[']).next().unwrap_or_default();
    title.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Columns that our own workbooks add. They are not counted as extra columns.
fn is_ours(key: &str) -> bool {
    matches!(key, "sn" | "sno" | "no" | "status" | "whatiswrong" | "traceid")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(titles: &[&str]) -> Option<Result<Header, FileError>> {
        let titles: Vec<Title> = (0..)
            .zip(titles)
            .map(|(column, text)| Title { column, text: (*text).to_owned(), is_hidden: false })
            .collect();
        Header::read(&titles, &Said::new(&[]))
    }

    #[test]
    fn every_title_of_the_template_names_its_field() {
        for wanted in Field::ALL {
            assert_eq!(Field::of_title(&key(wanted.title())), Some(wanted));
        }
    }

    #[test]
    fn titles_are_found_in_any_case_spacing_and_order() {
        let titles = [
            "REASON",
            "contact\u{a0}number *",
            " e-mail Address (work) ",
            "Agency",
            "last name",
            "First\nName",
            "Notes",
        ];
        let header = read(&titles).unwrap().unwrap();
        assert_eq!(header.column(Field::Email), Some(2));
        assert_eq!(header.column(Field::FirstName), Some(5));
        assert_eq!(header.column(Field::Username), None);
        assert_eq!(header.extra, 1);
    }

    #[test]
    fn a_banner_is_not_a_header() {
        assert_eq!(read(&["TechPass", "Kindly fill in all the required fields", "Email"]), None);
    }

    #[test]
    fn missing_and_double_titles_are_named() {
        assert_eq!(
            read(&["Email", "First Name", "Last Name", "Contact Number"]),
            Some(Err(FileError::HeaderMissing(vec![Field::Organisation, Field::Reason])))
        );
        assert_eq!(
            read(&["Email", "First Name", "Last Name", "Email address"]),
            Some(Err(FileError::HeaderDuplicate(vec![Field::Email])))
        );
    }
}

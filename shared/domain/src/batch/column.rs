//! Which column of a workbook holds which field: what the reader took its title for, or what the officer says.

use serde::{Deserialize, Serialize};

use crate::{Field, fields::text};

/// Titled columns of one workbook that the officer is shown, and can give a field, at most.
pub const MAX_COLUMNS: usize = 64;

/// Characters of a column's title at most: the reader cuts a longer one off, and a request with one is refused.
pub const MAX_TITLE: usize = 100;

/// The last column of a worksheet, `XFD`.
const LAST: u32 = 16_384;

/// What a column holds: a field, or the whole name, which is split into two fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Held {
    Field(Field),
    /// First and last name in one text.
    FullName,
}

impl Held {
    /// Titles of a column with whole names, in lower case and without spaces, marks or remarks in brackets.
    pub const FULL_NAME_ALIASES: [&'static str; 22] = [
        "fullname",
        "name",
        "names",
        "nameinfull",
        "fullnames",
        "nameasinnric",
        "nameasinfin",
        "nameasinnricfin",
        "nameasinpassport",
        "nameaspernric",
        "nameaspernricfin",
        "fullnameasinnric",
        "fullnameaspernric",
        "fullnameasinnricfin",
        "fullnameaspernricfin",
        "nameofofficer",
        "nameofstaff",
        "nameofuser",
        "officername",
        "officersname",
        "staffname",
        "employeename",
    ];

    /// The JSON name of the field, or `fullName`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Field(field) => field.name(),
            Self::FullName => "fullName",
        }
    }

    /// The title in sentences for the officer.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Field(field) => field.title(),
            Self::FullName => "Full Name",
        }
    }

    /// What has this JSON name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        if name == Self::FullName.name() { Some(Self::FullName) } else { Field::parse(name).map(Self::Field) }
    }

    /// What a column with this title holds. The title is in lower case, without spaces, marks and remarks in brackets.
    #[must_use]
    pub fn of_title(key: &str) -> Option<Self> {
        if Self::FULL_NAME_ALIASES.contains(&key) {
            return Some(Self::FullName);
        }
        Field::of_title(key).map(Self::Field)
    }
}

impl From<Held> for String {
    fn from(held: Held) -> Self {
        held.name().to_owned()
    }
}

impl TryFrom<String> for Held {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::parse(&name).ok_or("no field has this name")
    }
}

/// One titled column of a workbook.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its number in the worksheet, from 1.
    pub number: u32,
    /// Its title, as the officer wrote it.
    pub title: String,
    /// What it holds. `None`: the reader leaves the column out.
    #[serde(default, rename = "field", skip_serializing_if = "Option::is_none")]
    pub held: Option<Held>,
}

/// Why the columns in a request cannot be used, with a code of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnFault {
    /// There are more than [`MAX_COLUMNS`].
    TooMany,
    /// The column at this index has no title, a title that is too long, or a number outside every worksheet.
    NoColumn(usize),
    /// The column at this index has the same field as an earlier one.
    FieldTwice(usize),
}

impl std::fmt::Debug for Column {
    /// Does not print the title: in a list without a header row it is a person's name.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Column").field("number", &self.number).field("held", &self.held).finish_non_exhaustive()
    }
}

impl Column {
    /// Checks the columns that an officer sent with a workbook.
    ///
    /// # Errors
    ///
    /// [`ColumnFault`] for the first column that cannot be used.
    pub fn parse_all(columns: Vec<Self>) -> Result<Vec<Self>, ColumnFault> {
        if columns.len() > MAX_COLUMNS {
            return Err(ColumnFault::TooMany);
        }
        let mut parsed: Vec<Self> = Vec::with_capacity(columns.len());
        for (index, Self { number, title, held }) in columns.into_iter().enumerate() {
            let title = text::parse(&title, MAX_TITLE).ok().flatten();
            let (Some(title), 1..=LAST) = (title, number) else {
                return Err(ColumnFault::NoColumn(index));
            };
            if held.is_some() && parsed.iter().any(|earlier| earlier.held == held) {
                return Err(ColumnFault::FieldTwice(index));
            }
            parsed.push(Self { number, title, held });
        }
        Ok(parsed)
    }
}

impl ColumnFault {
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TooMany => "columns.too-many",
            Self::NoColumn(_) => "columns.syntax",
            Self::FieldTwice(_) => "columns.twice",
        }
    }

    /// What the officer has to do about it.
    #[must_use]
    pub fn detail(self) -> &'static str {
        match self {
            Self::TooMany => "Name at most 64 columns.",
            Self::NoColumn(_) => "Name a column by its title, of 1 to 100 characters, and its number from 1.",
            Self::FieldTwice(_) => "Two columns cannot hold the same. Choose one of them.",
        }
    }

    /// The column with the fault, as a JSON pointer into the list of columns. It is empty for the list as a whole.
    #[must_use]
    pub fn pointer(self) -> String {
        match self {
            Self::TooMany => String::new(),
            Self::NoColumn(index) | Self::FieldTwice(index) => format!("/{index}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(number: u32, title: &str, field: Option<Field>) -> Column {
        Column { number, title: title.to_owned(), held: field.map(Held::Field) }
    }

    #[test]
    fn columns_are_trimmed_and_kept_up_to_the_last_column_and_the_longest_title() {
        let (email, longest) = (Some(Field::Email), "A".repeat(100));
        let typed = vec![column(1, " Work mail ", email), column(16_384, &longest, None), column(3, "Notes", None)];
        let parsed = vec![column(1, "Work mail", email), column(16_384, &longest, None), column(3, "Notes", None)];
        assert_eq!(Column::parse_all(typed), Ok(parsed));
        assert_eq!(Column::parse_all(Vec::new()), Ok(Vec::new()));
        let most = vec![column(1, "A", None); 64];
        assert_eq!(Column::parse_all(most.clone()), Ok(most));
    }

    #[test]
    fn columns_that_make_no_sense_are_refused_with_a_code_at_the_column() {
        let (email, two) = (Some(Field::Email), column(2, "B", Some(Field::Email)));
        for (columns, fault, code, pointer) in [
            (vec![column(1, "A", None); 65], ColumnFault::TooMany, "columns.too-many", ""),
            (vec![column(0, "A", email)], ColumnFault::NoColumn(0), "columns.syntax", "/0"),
            (vec![column(16_385, "A", email)], ColumnFault::NoColumn(0), "columns.syntax", "/0"),
            (vec![column(1, "A", None), column(2, " ", email)], ColumnFault::NoColumn(1), "columns.syntax", "/1"),
            (vec![column(1, &"A".repeat(101), None)], ColumnFault::NoColumn(0), "columns.syntax", "/0"),
            (vec![column(1, "A", email), two], ColumnFault::FieldTwice(1), "columns.twice", "/1"),
        ] {
            assert_eq!(Column::parse_all(columns), Err(fault));
            assert_eq!((fault.code(), fault.pointer().as_str()), (code, pointer));
        }
    }

    #[test]
    fn a_whole_name_is_named_beside_the_fields() {
        for field in Field::ALL {
            assert_eq!(Held::parse(field.name()), Some(Held::Field(field)));
        }
        assert_eq!(Held::parse("fullName"), Some(Held::FullName));
        assert_eq!(Held::parse("nickname"), None);
        let column = Column { held: Some(Held::FullName), ..column(1, "Name", None) };
        let text = serde_json::to_string(&column).unwrap();
        assert_eq!(text, r#"{"number":1,"title":"Name","field":"fullName"}"#);
        assert_eq!(serde_json::from_str::<Column>(&text).unwrap(), column);
        assert!(serde_json::from_str::<Column>(&text.replace("fullName", "nickname")).is_err());
    }

    #[test]
    fn no_title_is_that_of_a_whole_name_and_of_a_field() {
        for alias in Held::FULL_NAME_ALIASES {
            assert_eq!((Field::of_title(alias), Held::of_title(alias)), (None, Some(Held::FullName)), "{alias}");
        }
    }

    #[test]
    fn each_fault_says_what_to_do_within_the_bounds() {
        let (many, title) = (ColumnFault::TooMany.detail(), ColumnFault::NoColumn(0).detail());
        assert!(many.contains(&format!("at most {MAX_COLUMNS} columns")), "{many}");
        assert!(title.contains(&format!("1 to {MAX_TITLE} characters")), "{title}");
        assert!(ColumnFault::FieldTwice(1).detail().contains("Choose one of them."));
    }
}

//! What the columns of a worksheet hold, by their titles and by what the officer says.

use domain::{
    EmailAddress, Field,
    batch::{Column, Held, MAX_COLUMNS, MAX_TITLE},
    fields::{Form, Required, text::trim},
    invite::Kind,
};

use crate::columns::{Holds, SheetColumn, letter_of};

/// Rows in which the header is searched for. It may be under a logo, a title and a banner with instructions.
pub(crate) const HEADER_ROWS: u32 = 25;

/// Known titles that a header has at least. A row with fewer of them may be a text that happens to contain one.
pub(crate) const ENOUGH_TITLES: usize = 3;

/// Digits of a text that is a number of a phone rather than a title.
const PHONE_DIGITS: usize = 7;

/// What each column of a worksheet holds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) columns: Vec<SheetColumn>,
    pub(crate) basis: Basis,
}

/// How the columns were told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Basis {
    /// A row of titles that are known or that the officer described.
    Titles,
    /// There are no titles, and the columns are in the order of the template.
    Template,
    /// There are no titles, and the columns are named by their letters.
    Letters,
    /// The row that is most like titles; too few of them are known.
    Likeliest,
}

/// A title, with its column.
#[derive(Clone)]
pub(crate) struct Title {
    pub(crate) column: u32,
    pub(crate) text: String,
    pub(crate) is_hidden: bool,
}

impl Header {
    /// Reads a row as titles. `None`: too few of them are known, or it is a person's row. What the officer says about a
    /// title has priority over the known titles.
    pub(crate) fn read(titles: &[Title], said: &Said<'_>) -> Option<Self> {
        let header = Self::of_titles(titles, said)?;
        let titled = header.columns.iter().filter(|column| column.is_titled()).count();
        let is_understood = |column: &&SheetColumn| {
            matches!(column.holds, Holds::Held(_) | Holds::LeftOut | Holds::Ours | Holds::Counter)
        };
        let understood = header.columns.iter().filter(is_understood).count();
        let is_enough = header.known() >= ENOUGH_TITLES || (header.known() > 0 && understood == titled);
        is_enough.then_some(header)
    }

    /// Reads a row as titles of which too few are known, for its officer to be asked. `None`: it has no known title and
    /// too few others, or is a person's row.
    pub(crate) fn likeliest(titles: &[Title], said: &Said<'_>) -> Option<Self> {
        let header = Self { basis: Basis::Likeliest, ..Self::of_titles(titles, said)? };
        let titled = header.columns.iter().filter(|column| column.is_titled()).count();
        (header.known() > 0 || titled >= ENOUGH_TITLES).then_some(header)
    }

    /// `None`: it is a person's row.
    fn of_titles(titles: &[Title], said: &Said<'_>) -> Option<Self> {
        if titles.iter().any(|title| !title.is_hidden && is_of_a_person(&title.text)) {
            return None;
        }
        let mut header = Self { columns: Vec::new(), basis: Basis::Titles };
        for title in titles {
            let key = key(&title.text);
            if key.is_empty() {
                continue;
            }
            let known = Held::of_title(&key);
            let holds = match said.about(title, &key, titles) {
                _ if title.is_hidden => Holds::Hidden(known),
                Some(Some(held)) => Holds::Held(held),
                Some(None) => Holds::LeftOut,
                None => match known {
                    Some(held) => Holds::Held(held),
                    None if is_ours(&key) => Holds::Ours,
                    None if is_counter(&key) => Holds::Counter,
                    None => Holds::Unknown,
                },
            };
            header.set(title.column, shown(&title.text), holds);
        }
        // A column without a title is known by its letter.
        for (_, column) in &said.0 {
            let index = column.number.saturating_sub(1);
            if column.title != letter_of(index) || usize::try_from(index).is_ok_and(|at| at >= MAX_COLUMNS) {
                continue;
            }
            if header.column_at(index).is_none_or(|found| found.holds == Holds::Untitled) {
                header.set(index, column.title.clone(), column.held.map_or(Holds::LeftOut, Holds::Held));
            }
        }
        header.check_names();
        Some(header)
    }

    /// The columns of the template, from the column at `first`. Before it there may be a number of each row.
    pub(crate) fn template(first: u32) -> Self {
        let mut header = Self { columns: Vec::new(), basis: Basis::Template };
        for (column, field) in (first..).zip(Field::ALL) {
            header.set(column, field.title().to_owned(), Holds::Held(Held::Field(field)));
        }
        (0..first).for_each(|column| header.set(column, letter_of(column), Holds::Counter));
        header
    }

    /// Columns that are named by their letters, with what each seems to hold. What the officer says has priority.
    pub(crate) fn letters(seeming: Vec<Option<Held>>, said: &Said<'_>) -> Self {
        let mut header = Self { columns: Vec::new(), basis: Basis::Letters };
        let titles: Vec<Title> = (0..)
            .zip(&seeming)
            .map(|(column, _)| Title { column, text: letter_of(column), is_hidden: false })
            .collect();
        for (title, seems) in titles.iter().zip(seeming) {
            let holds = match said.about(title, &key(&title.text), &titles) {
                Some(Some(held)) => Holds::Held(held),
                Some(None) => Holds::LeftOut,
                None => seems.map_or(Holds::Untitled, Holds::Held),
            };
            header.set(title.column, title.text.clone(), holds);
        }
        header.check_names();
        header
    }

    /// What the column at this index holds. `None`: no field.
    pub(crate) fn held(&self, column: u32) -> Option<Held> {
        match self.column_at(column)?.holds {
            Holds::Held(held) => Some(held),
            _ => None,
        }
    }

    /// The column at this index. `None`: it is behind the last titled one.
    pub(crate) fn column_at(&self, column: u32) -> Option<&SheetColumn> {
        usize::try_from(column).ok().and_then(|column| self.columns.get(column))
    }

    /// Keeps a text of a column that holds something as a sample, if there are few.
    pub(crate) fn sample(&mut self, column: u32, text: &str) {
        if let Some(found) = usize::try_from(column).ok().and_then(|at| self.columns.get_mut(at)) {
            found.sample(text);
        }
    }

    /// Counts a cell of a person's row, whose text may become a sample of its column.
    pub(crate) fn note(&mut self, column: usize, text: &str) {
        if column >= self.columns.len() {
            // A column behind the titles.
            self.columns.resize_with(column + 1, || SheetColumn::new(String::new(), Holds::Untitled));
        }
        if let Some(found) = self.columns.get_mut(column) {
            found.note(text);
        }
    }

    /// Whether a text is the title of the column that holds this field.
    pub(crate) fn is_title(&self, field: Field, text: &str) -> bool {
        let holds = Holds::Held(Held::Field(field));
        self.columns.iter().any(|column| column.holds == holds && column.has_title(text))
    }

    /// The index of the column that holds something. `None`: no column does.
    pub(crate) fn place(&self, held: Held) -> Option<u32> {
        let holds = Holds::Held(held);
        self.columns.iter().position(|column| column.holds == holds).and_then(|at| u32::try_from(at).ok())
    }

    pub(crate) fn has(&self, field: Field) -> bool {
        self.place(Held::Field(field)).is_some()
    }

    /// Whether a hidden column has the title of this field, or of whole names.
    pub(crate) fn hides(&self, field: Field) -> bool {
        self.columns.iter().any(|column| match column.holds {
            Holds::Hidden(Some(Held::Field(hidden))) => hidden == field,
            Holds::Hidden(Some(Held::FullName)) => field.spec().required == Required::OneOfThem,
            _ => false,
        })
    }

    /// How many columns hold something.
    pub(crate) fn known(&self) -> usize {
        self.columns.iter().filter(|column| matches!(column.holds, Holds::Held(_))).count()
    }

    /// The required fields of invites of this kind that no column holds, and that have no text for every row.
    pub(crate) fn missing(&self, kind: Kind, values: &Form) -> Vec<Field> {
        let has_name = [Held::FullName, Held::Field(Field::FirstName), Held::Field(Field::LastName)]
            .into_iter()
            .any(|held| self.place(held).is_some());
        let is_missing = |field: &Field| match field.spec().required {
            Required::OneOfThem => !has_name,
            Required::Always => !self.has(*field) && trim(values.get(*field)).is_empty(),
            Required::Vendors | Required::Never => false,
        };
        Field::ALL.into_iter().filter(|field| kind.asks_for(*field)).filter(is_missing).collect()
    }

    /// The fields whose columns are between two, which are among them. A whole name is both names.
    pub(crate) fn fields_in(&self, (first, last): (u32, u32)) -> impl Iterator<Item = (u32, Field)> {
        let held = (0_u32..).zip(&self.columns).filter(move |(column, _)| (first..=last).contains(column));
        held.flat_map(|(column, found)| {
            let fields: &'static [Field] = match found.holds {
                Holds::Held(Held::FullName) => &[Field::FirstName, Field::LastName],
                Holds::Held(Held::Field(field)) => std::slice::from_ref(&Field::ALL[field as usize]),
                _ => &[],
            };
            fields.iter().map(move |field| (column, *field))
        })
    }

    /// A column of whole names beside both names repeats them. Beside one of the two it is unclear what it is.
    fn check_names(&mut self) {
        let Some(whole) = self.place(Held::FullName) else { return };
        let holds = match (self.has(Field::FirstName), self.has(Field::LastName)) {
            (false, false) => return,
            (true, true) => Holds::Repeats,
            (true, false) | (false, true) => Holds::Unknown,
        };
        if let Some(column) = usize::try_from(whole).ok().and_then(|at| self.columns.get_mut(at)) {
            column.holds = holds;
        }
    }

    fn set(&mut self, column: u32, title: String, holds: Holds) {
        let Ok(index) = usize::try_from(column) else {
            return;
        };
        while self.columns.len() <= index {
            self.columns.push(SheetColumn::new(String::new(), Holds::Untitled));
        }
        let holds = match holds {
            Holds::Held(held) if self.place(held).is_some() => Holds::Twice(held),
            other => other,
        };
        if let Some(slot) = self.columns.get_mut(index) {
            *slot = SheetColumn::new(title, holds);
        }
    }
}

/// The columns as the officer described them.
pub(crate) struct Said<'a>(Vec<(String, &'a Column)>);

impl<'a> Said<'a> {
    pub(crate) fn new(columns: &'a [Column]) -> Self {
        Self(columns.iter().map(|column| (key(&column.title), column)).collect())
    }

    /// Whether the officer described columns of this file that have no titles.
    pub(crate) fn is_about_letters(&self) -> bool {
        self.0.iter().any(|(_, column)| column.number > 0 && column.title == letter_of(column.number - 1))
    }

    /// What the officer said about this title: the only one with this text, or the one in this column of several. The
    /// inner `None` means that the column is left out.
    fn about(&self, title: &Title, key: &str, titles: &[Title]) -> Option<Option<Held>> {
        let alike = |other: &&Title| !other.is_hidden && self::key(&other.text) == key;
        let mut said = self.0.iter().filter(|(said, _)| said == key).map(|(_, column)| column).peekable();
        said.peek()?;
        let is_only = titles.iter().filter(alike).nth(1).is_none();
        said.find(|column| is_only || column.number == title.column + 1).map(|column| column.held)
    }
}

/// A title as the officer is shown it.
fn shown(title: &str) -> String {
    trim(title).chars().filter(|c| !c.is_control()).take(MAX_TITLE).collect()
}

/// A title without case, spaces, marks and remarks in brackets: `E-mail Address* (official)` is `emailaddress`.
fn key(title: &str) -> String {
    let title = title.split(['(', '[']).next().unwrap_or_default();
    title.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Columns that our own workbooks add. They hold nothing of a person.
fn is_ours(key: &str) -> bool {
    matches!(key, "status" | "whatiswrong" | "traceid")
}

/// Titles of a number that counts the rows.
fn is_counter(key: &str) -> bool {
    const COUNTERS: [&str; 17] = [
        "sn",
        "sno",
        "srno",
        "sr",
        "slno",
        "no",
        "nos",
        "number",
        "serialno",
        "serialnumber",
        "item",
        "itemno",
        "index",
        "rowno",
        "row",
        "seq",
        "seqno",
    ];
    COUNTERS.contains(&key)
}

/// Whether a text is a detail of a person rather than a title: an address, or the number of a phone.
pub(crate) fn is_of_a_person(text: &str) -> bool {
    if Held::of_title(&key(text)).is_some() {
        return false;
    }
    (text.contains('@') && EmailAddress::parse(text).is_ok()) || is_phone(text)
}

/// Whether a text has as many digits as the number of a phone, and no letter.
pub(crate) fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    digits >= PHONE_DIGITS && !text.chars().any(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(texts: &[&str]) -> Vec<Title> {
        let title = |(column, text): (u32, &&str)| Title { column, text: (*text).to_owned(), is_hidden: false };
        (0..).zip(texts).map(title).collect()
    }

    fn read(texts: &[&str]) -> Option<Header> {
        Header::read(&titles(texts), &Said::new(&[]))
    }

    fn holds(texts: &[&str]) -> Vec<Holds> {
        read(texts).unwrap().columns.iter().map(|column| column.holds).collect()
    }

    #[test]
    fn every_title_of_the_template_names_its_field() {
        for wanted in Field::ALL {
            assert_eq!(Held::of_title(&key(wanted.title())), Some(Held::Field(wanted)));
        }
    }

    #[test]
    fn titles_are_found_in_any_case_spacing_and_order() {
        let header = read(&[
            "REASON",
            "contact\u{a0}number *",
            " e-mail Address (work) ",
            "Agency",
            "last name",
            "First\nName",
            "Notes",
        ])
        .unwrap();
        assert_eq!(header.place(Held::Field(Field::Email)), Some(2));
        assert_eq!(header.place(Held::Field(Field::FirstName)), Some(5));
        assert!(!header.has(Field::Username));
        assert_eq!(header.columns[6].holds, Holds::Unknown);
        assert_eq!(header.missing(Kind::Account, &Form::default()), []);
    }

    #[test]
    fn a_banner_is_not_a_header() {
        assert_eq!(read(&["TechPass", "Kindly fill in all the required fields", "Email"]), None);
    }

    #[test]
    fn a_short_header_has_known_titles_alone() {
        assert!(read(&["Email"]).is_some());
        assert!(read(&["S/N", "Email", "Name"]).is_some());
        assert_eq!(read(&["Email", "Name", "Desk"]), None);
        assert_eq!(read(&["S/N", "Status"]), None);
    }

    #[test]
    fn a_row_of_a_person_is_never_a_header() {
        for row in [
            &["ada@example-agency.gov.sg", "First Name", "Last Name", "Agency", "Reason"][..],
            &["Email", "First Name", "Last Name", "+65 9123 4567"],
            &["Ada <ada@example-agency.gov.sg>", "Email", "Agency", "Reason"],
        ] {
            assert_eq!(read(row), None);
            assert_eq!(Header::likeliest(&titles(row), &Said::new(&[])), None);
        }
        assert!(read(&["Email (name@agency.gov.sg)", "First Name", "Last Name"]).is_some(), "a remark in a title");
    }

    #[test]
    fn what_lacks_is_named_unless_it_is_the_same_for_everybody() {
        let header = read(&["Email", "First Name", "Last Name", "Contact Number"]).unwrap();
        assert_eq!(header.missing(Kind::Account, &Form::default()), [Field::Organisation, Field::Reason]);
        let values = Form { reason: "Joins".into(), ..Form::default() };
        assert_eq!(header.missing(Kind::Account, &values), [Field::Organisation]);
        assert_eq!(
            read(&["Email", "HP", "Agency", "Reason"]).unwrap().missing(Kind::Account, &values),
            [Field::FirstName, Field::LastName]
        );
    }

    #[test]
    fn a_second_column_of_a_field_and_a_whole_name_beside_names_are_told_apart() {
        let email = Held::Field(Field::Email);
        assert_eq!(holds(&["Email", "HP", "Email address", "Name"])[2], Holds::Twice(email));
        let both = holds(&["Full Name", "First Name", "Surname", "Email"]);
        assert_eq!(both[0], Holds::Repeats);
        assert_eq!(holds(&["Name", "Surname", "Email", "HP"])[0], Holds::Unknown);
        assert_eq!(holds(&["Name", "Email", "HP"])[0], Holds::Held(Held::FullName));
        assert_eq!(holds(&["No.", "Status", "Email", "HP", "Name"])[..2], [Holds::Counter, Holds::Ours]);
    }

    #[test]
    fn what_the_officer_says_counts_more_than_a_title() {
        let column = |number, title: &str, held| Column { number, title: title.into(), held };
        let said = [
            column(1, "Desk", Some(Held::Field(Field::Department))),
            column(2, "Agency", None),
            column(4, "Tel", Some(Held::Field(Field::ContactNumber))),
        ];
        let header =
            Header::read(&titles(&["Desk", "Agency", "Tel", "Tel", "Email", "Name"]), &Said::new(&said)).unwrap();
        let found: Vec<Holds> = header.columns.iter().map(|column| column.holds).collect();
        assert_eq!(found[0], Holds::Held(Held::Field(Field::Department)));
        assert_eq!(found[1], Holds::LeftOut);
        assert_eq!(found[2], Holds::Held(Held::Field(Field::ContactNumber)), "nothing was said about this one");
        assert_eq!(found[3], Holds::Twice(Held::Field(Field::ContactNumber)));
    }
}

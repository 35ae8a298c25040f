//! What is asked about a file, in sentences for its officer.

use domain::{
    Field,
    batch::{Answers, AskedColumn, EncodingChoice, Held, Questions, Reason, WorksheetChoice},
    invite::Kind,
};

use crate::{
    columns::{Holds, SheetColumn},
    header::{Basis, Header},
    remark::titles,
};

/// Why a file is asked about.
enum Why {
    /// The list has no contact numbers, without which there is no account.
    Kind,
    /// The list begins with a person.
    NoTitles,
    /// No column holds these fields.
    Missing(Vec<Field>),
    /// More than one column with content holds the same.
    Twice(Vec<Held>),
    /// Columns with content that nobody claims.
    Unknown(usize),
    /// Several worksheets could be the list.
    Worksheets,
    /// The letters of a text file can be read in several ways.
    Encodings,
}

/// What has to be asked about the columns of a list with this many rows. `None`: everything is understood.
pub(crate) fn about_columns(header: &Header, answers: &Answers, rows: usize) -> Option<Questions> {
    let kind = answers.row_kind();
    let missing = header.missing(kind, &answers.values);
    // No one number can be given to everybody.
    let may_be_by_email = answers.kind.is_none() && header.has(Field::Email) && missing.contains(&Field::ContactNumber);
    let is_asked_for = |column: &&SheetColumn| twice(column.holds).is_none_or(|held| asks_for(kind, held));
    let open = || header.columns.iter().filter(|column| column.is_open(rows)).filter(is_asked_for);
    let mut repeated: Vec<Held> = open().filter_map(|column| twice(column.holds)).collect();
    repeated.sort_unstable();
    repeated.dedup();
    let unknown = open().filter(|column| twice(column.holds).is_none()).count();
    let is_untitled = header.basis == Basis::Letters && (!missing.is_empty() || unknown > 0);
    let reasons: Vec<Reason> = [
        may_be_by_email.then_some(Why::Kind),
        is_untitled.then_some(Why::NoTitles),
        (!missing.is_empty()).then(|| Why::Missing(missing.clone())),
        (!repeated.is_empty()).then_some(Why::Twice(repeated)),
        (unknown > 0 && !is_untitled).then_some(Why::Unknown(unknown)),
    ]
    .into_iter()
    .flatten()
    .map(|why| why.reason())
    .collect();
    if reasons.is_empty() {
        return None;
    }
    let columns: Vec<AskedColumn> =
        (0..).zip(&header.columns).filter_map(|(column, found)| found.asked(column, rows)).collect();
    let kinds = if may_be_by_email { vec![Kind::Email, Kind::Account] } else { Vec::new() };
    Some(Questions { reasons, columns, missing, kinds, ..Questions::default() })
}

/// Which of several worksheets is the list.
pub(crate) fn about_worksheets(worksheets: Vec<WorksheetChoice>) -> Questions {
    Questions { reasons: vec![Why::Worksheets.reason()], worksheets, ..Questions::default() }
}

/// How the letters of a text file are to be read.
pub(crate) fn about_encodings(encodings: Vec<EncodingChoice>) -> Questions {
    Questions { reasons: vec![Why::Encodings.reason()], encodings, ..Questions::default() }
}

/// Whether an invite of this kind asks for what a column holds.
pub(crate) fn asks_for(kind: Kind, held: Held) -> bool {
    match held {
        Held::Field(field) => kind.asks_for(field),
        Held::FullName => kind.asks_for(Field::FirstName),
    }
}

fn twice(holds: Holds) -> Option<Held> {
    match holds {
        Holds::Twice(held) => Some(held),
        _ => None,
    }
}

impl Why {
    fn reason(&self) -> Reason {
        Reason { code: self.code().to_owned(), detail: self.detail() }
    }

    /// The stable code, which the API names.
    fn code(&self) -> &'static str {
        match self {
            Self::Kind => "FILE_CONTACT_NUMBERS_MISSING",
            Self::NoTitles | Self::Missing(_) => "FILE_HEADER_MISSING",
            Self::Twice(_) => "FILE_HEADER_DUPLICATE",
            Self::Unknown(_) => "FILE_COLUMNS_UNKNOWN",
            Self::Worksheets => "FILE_WORKSHEETS_SEVERAL",
            Self::Encodings => "FILE_ENCODING_UNKNOWN",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Kind => {
                "No column holds contact numbers, without which no account can be created. Invite the people \
                           by email, and they give their names and numbers themselves; or say which column holds the \
                           numbers."
                    .to_owned()
            }
            Self::NoTitles => "The list has no row of titles. Say what each column holds.".to_owned(),
            Self::Missing(fields) => format!(
                "These columns were not found: {}. Say which columns hold them, or what is the same for everybody.",
                titles(fields.iter().map(|field| field.title()))
            ),
            Self::Twice(held) => format!(
                "More than one column seems to hold: {}. Say which one does.",
                titles(held.iter().map(|held| held.title()))
            ),
            Self::Unknown(1) => {
                "1 column has a title that is not known. Say what it holds, or leave it out.".to_owned()
            }
            Self::Unknown(count) => {
                format!("{count} columns have titles that are not known. Say what they hold, or leave them out.")
            }
            Self::Encodings => {
                "The letters of the file can be read in several ways. Choose the text that is right, or save the file \
                 as CSV UTF-8."
                    .to_owned()
            }
            Self::Worksheets => "More than one worksheet could be the list. Choose the one to read.".to_owned(),
        }
    }
}

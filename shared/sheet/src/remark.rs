//! Reader remarks: everything that the reader skipped is reported.

use domain::Field;

/// Something in the workbook that the reader skipped, or read without titles. The officer sees it above the rows.
///
/// It has a count or names of fields and no content, so it can be logged, stored and shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    /// There is no row of titles, and the columns were read in the order of the template.
    NoTitles,
    /// Fields with content that the invitees of email invitations give themselves.
    OfInvitees(Vec<Field>),
    /// Hidden columns of these fields, which have content.
    HiddenFields(Vec<Field>),
    /// Rows with content that are hidden or filtered out.
    HiddenRows(u32),
    /// Hidden columns with a title that is not known.
    HiddenColumns(u32),
    /// Titled columns without content that no field has.
    BlankColumns(u32),
    /// Columns with content of which the officer said that they are left out.
    LeftOutColumns(u32),
    /// Columns of whole names beside both names.
    RepeatedNames(u32),
    /// Worksheets besides the one that was read.
    OtherSheets(u32),
    HiddenSheets(u32),
    /// Rows that are the template's example.
    ExampleRows(u32),
    /// Visible rows in which nothing but formulas is in a column that is read.
    FormulaRows(u32),
    /// Visible rows that name nobody, and hold only what rows of people have too, as columns are filled down.
    DefaultRows(u32),
    /// Rows such as a total or a note, which name nobody.
    Summaries(u32),
    /// Rows with an address in a column that is not read, and nothing else.
    StrayAddresses(u32),
}

impl Remark {
    /// How many of them there are.
    #[must_use]
    pub fn count(&self) -> u32 {
        match self {
            Self::NoTitles => 1,
            Self::OfInvitees(fields) | Self::HiddenFields(fields) => u32::try_from(fields.len()).unwrap_or(u32::MAX),
            Self::HiddenRows(count)
            | Self::HiddenColumns(count)
            | Self::BlankColumns(count)
            | Self::LeftOutColumns(count)
            | Self::RepeatedNames(count)
            | Self::OtherSheets(count)
            | Self::HiddenSheets(count)
            | Self::ExampleRows(count)
            | Self::FormulaRows(count)
            | Self::DefaultRows(count)
            | Self::Summaries(count)
            | Self::StrayAddresses(count) => *count,
        }
    }

    /// Whether the officer should look at the list before anybody on it is invited.
    #[must_use]
    pub fn is_doubt(&self) -> bool {
        matches!(
            self,
            Self::NoTitles
                | Self::HiddenFields(_)
                | Self::HiddenRows(_)
                | Self::HiddenColumns(_)
                | Self::StrayAddresses(_)
        )
    }

    /// A sentence for the officer.
    #[must_use]
    pub fn detail(&self) -> String {
        let (one, many, why) = match self {
            Self::NoTitles => {
                return "No row of titles was found, so the columns were read in the order of the template. Check that \
                    names and numbers are where they belong."
                    .to_owned();
            }
            Self::OfInvitees(fields) => {
                let titles = titles(fields.iter().map(|field| field.title()));
                return format!("These columns were left out, because the invitees give this themselves: {titles}.");
            }
            Self::HiddenFields(fields) => {
                let titles = titles(fields.iter().map(|field| field.title()));
                return format!(
                    "These columns are hidden and were left out: {titles}. Unhide them and upload the file again, if \
                     they should count."
                );
            }
            Self::HiddenRows(_) => {
                ("hidden row", "hidden rows", "Unhide rows that should be invited and upload the file again.")
            }
            Self::HiddenColumns(_) => {
                ("hidden column", "hidden columns", "Unhide columns that should count and upload the file again.")
            }
            Self::BlankColumns(_) => ("blank column", "blank columns", "Nothing needs to be done."),
            Self::LeftOutColumns(_) => ("column", "columns", "That is what was said about them."),
            Self::RepeatedNames(_) => (
                "column with whole names",
                "columns with whole names",
                "The names were read from First Name and Last Name.",
            ),
            Self::OtherSheets(_) => {
                ("other worksheet", "other worksheets", "Only the worksheet with the list is read.")
            }
            Self::HiddenSheets(_) => ("hidden worksheet", "hidden worksheets", "Only visible worksheets are read."),
            Self::ExampleRows(_) => ("example row", "example rows", "Nothing needs to be done."),
            Self::FormulaRows(_) => (
                "row that holds only formulas",
                "rows that hold only formulas",
                "Type the values themselves in rows that should be invited.",
            ),
            Self::DefaultRows(_) => (
                "row that names nobody and holds only what other rows hold",
                "rows that name nobody and hold only what other rows hold",
                "Nothing needs to be done.",
            ),
            Self::StrayAddresses(_) => (
                "row with an address in a column that is not read",
                "rows with an address in a column that is not read",
                "Put it under Email and upload the file again, if somebody is to be invited.",
            ),
            Self::Summaries(_) => (
                "row with a total or a note",
                "rows with a total or a note",
                "Nothing needs to be done, if they name nobody.",
            ),
        };
        let count = self.count();
        let (what, verb) = if count == 1 { (one, "was") } else { (many, "were") };
        format!("{count} {what} {verb} left out. {why}")
    }
}

/// Titles as they are named in a sentence.
pub(crate) fn titles(titles: impl Iterator<Item = &'static str>) -> String {
    titles.collect::<Vec<_>>().join(", ")
}

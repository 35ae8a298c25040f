//! Reader remarks: everything that the reader skipped is reported.

/// Something in the workbook that the reader skipped. The officer sees it above the rows.
///
/// It has a count and no content, so it can be logged, stored and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remark {
    /// Rows with content that are hidden or filtered out.
    HiddenRows(u32),
    /// Hidden columns with a title.
    HiddenColumns(u32),
    /// Titled columns that the template does not have.
    ExtraColumns(u32),
    /// Worksheets besides the one that was read.
    OtherSheets(u32),
    HiddenSheets(u32),
    /// Rows that are the template's example.
    ExampleRows(u32),
    /// Visible rows in which nothing but formulas is in a column that is read.
    FormulaRows(u32),
    /// Visible rows in which a country code or an answer to SEED is all that was typed, as columns are filled down.
    DefaultRows(u32),
}

impl Remark {
    /// How many of them were skipped.
    #[must_use]
    pub fn count(self) -> u32 {
        match self {
            Self::HiddenRows(count)
            | Self::HiddenColumns(count)
            | Self::ExtraColumns(count)
            | Self::OtherSheets(count)
            | Self::HiddenSheets(count)
            | Self::ExampleRows(count)
            | Self::FormulaRows(count)
            | Self::DefaultRows(count) => count,
        }
    }

    /// A sentence for the officer.
    #[must_use]
    pub fn detail(self) -> String {
        let (one, many, why) = match self {
            Self::HiddenRows(_) => {
                ("hidden row", "hidden rows", "Unhide rows that should be invited and upload the file again.")
            }
            Self::HiddenColumns(_) => {
                ("hidden column", "hidden columns", "Unhide columns that should count and upload the file again.")
            }
            Self::ExtraColumns(_) => (
                "column that the template does not have",
                "columns that the template does not have",
                "Nothing needs to be done.",
            ),
            Self::OtherSheets(_) => {
                ("other worksheet", "other worksheets", "Only the first worksheet with the template's header is read.")
            }
            Self::HiddenSheets(_) => ("hidden worksheet", "hidden worksheets", "Only visible worksheets are read."),
            Self::ExampleRows(_) => ("example row", "example rows", "Nothing needs to be done."),
            Self::FormulaRows(_) => (
                "row that holds only formulas",
                "rows that hold only formulas",
                "Type the values themselves in rows that should be invited.",
            ),
            Self::DefaultRows(_) => (
                "row that holds only a country code or an answer to SEED",
                "rows that hold only a country code or an answer to SEED",
                "Nothing needs to be done.",
            ),
        };
        let count = self.count();
        let (what, verb) = if count == 1 { (one, "was") } else { (many, "were") };
        format!("{count} {what} {verb} left out. {why}")
    }
}

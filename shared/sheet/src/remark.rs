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
            | Self::ExampleRows(count) => count,
        }
    }

    /// A sentence for the officer.
    #[must_use]
    pub fn detail(self) -> String {
        let (what, why) = match self {
            Self::HiddenRows(_) => ("hidden row", "Unhide rows that should be invited and upload the file again."),
            Self::HiddenColumns(_) => ("hidden column", "Unhide columns that should count and upload the file again."),
            Self::ExtraColumns(_) => ("column that the template does not have", "Nothing needs to be done."),
            Self::OtherSheets(_) => ("other worksheet", "Only the first worksheet with the template's header is read."),
            Self::HiddenSheets(_) => ("hidden worksheet", "Only visible worksheets are read."),
            Self::ExampleRows(_) => ("example row", "Nothing needs to be done."),
        };
        let count = self.count();
        let (plural, verb) = if count == 1 { ("", "was") } else { ("s", "were") };
        // This is the only phrase whose noun is not its last word, so its plural is inside.
        let what = match self {
            Self::ExtraColumns(_) => format!("column{plural} that the template does not have"),
            _ => format!("{what}{plural}"),
        };
        format!("{count} {what} {verb} left out. {why}")
    }
}

//! What the reader left out, so that nothing is dropped in silence.

/// Something in the workbook that was left out; the officer sees it above the rows.
///
/// It counts and never quotes, so it can be logged, stored and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remark {
    /// Hidden or filtered-out rows with content.
    HiddenRows(u32),
    /// Hidden columns with a title.
    HiddenColumns(u32),
    /// Titled columns that the template does not have.
    ExtraColumns(u32),
    /// Worksheets beside the one that was read.
    OtherSheets(u32),
    HiddenSheets(u32),
    /// Rows that are the template's example.
    ExampleRows(u32),
}

impl Remark {
    /// How many were left out.
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
        // The one phrase whose noun is not its last word takes its plural inside.
        let what = match self {
            Self::ExtraColumns(_) => format!("column{plural} that the template does not have"),
            _ => format!("{what}{plural}"),
        };
        format!("{count} {what} {verb} left out. {why}")
    }
}

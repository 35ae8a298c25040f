//! What the reader left out, so that nothing is dropped in silence.

use serde::{Deserialize, Serialize};

/// Something in the workbook that was left out; the officer sees it above the rows.
///
/// It counts and never quotes, so it can be logged, stored and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", content = "count")]
pub enum Remark {
    /// Hidden or filtered-out rows with content.
    #[serde(rename = "REMARK_HIDDEN_ROWS")]
    HiddenRows(u32),
    /// Hidden columns with a title.
    #[serde(rename = "REMARK_HIDDEN_COLUMNS")]
    HiddenColumns(u32),
    /// Titled columns that the template does not have.
    #[serde(rename = "REMARK_EXTRA_COLUMNS")]
    ExtraColumns(u32),
    /// Worksheets beside the one that was read.
    #[serde(rename = "REMARK_OTHER_SHEETS")]
    OtherSheets(u32),
    #[serde(rename = "REMARK_HIDDEN_SHEETS")]
    HiddenSheets(u32),
    /// Rows that are the template's example.
    #[serde(rename = "REMARK_EXAMPLE_ROWS")]
    ExampleRows(u32),
}

impl Remark {
    /// The stable code: the key of the portal's message catalogue.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::HiddenRows(_) => "REMARK_HIDDEN_ROWS",
            Self::HiddenColumns(_) => "REMARK_HIDDEN_COLUMNS",
            Self::ExtraColumns(_) => "REMARK_EXTRA_COLUMNS",
            Self::OtherSheets(_) => "REMARK_OTHER_SHEETS",
            Self::HiddenSheets(_) => "REMARK_HIDDEN_SHEETS",
            Self::ExampleRows(_) => "REMARK_EXAMPLE_ROWS",
        }
    }

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

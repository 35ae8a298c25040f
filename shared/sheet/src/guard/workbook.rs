//! A workbook that is open: its strings and its date formats are read, and its visible worksheets can be.

use super::{
    archive::Archive,
    content_types,
    marks::{self, Marks},
    part::walk,
    reference::Area,
    relationships::{self, Relationships, Target, folder_of},
    strings::{StringTable, Strings},
    styles::{DateStyles, Styles},
    workbook_part::{Listed, WorkbookPart},
    worksheet::{CellSink, Worksheet},
};
use crate::{FileError, Limits, example::is_example_sheet};

/// A workbook whose package was checked.
pub(crate) struct Workbook<'a> {
    archive: Archive<'a>,
    limits: Limits,
    strings: StringTable,
    dates: DateStyles,
    sheets: Vec<VisibleSheet>,
    /// Hidden worksheets, which cannot be read.
    pub(crate) hidden_sheets: u32,
}

struct VisibleSheet {
    /// The path of its part, which need not exist: only a worksheet that is read can be at fault.
    path: String,
    name: String,
}

impl<'a> Workbook<'a> {
    /// Opens the workbook in `archive`, within `limits`.
    pub(crate) fn open(archive: Archive<'a>, limits: &Limits) -> Result<Self, FileError> {
        content_types::check(&archive, limits)?;
        let roots = Relationships::of("", &archive, limits)?.ok_or(FileError::NotXlsx)?;
        let path = roots.only("officeDocument", "")?.ok_or(FileError::NotXlsx)?;
        let part = archive.part(&path)?.ok_or(FileError::NotXlsx)?;
        let related = Relationships::of(&path, &archive, limits)?.ok_or(FileError::NotXlsx)?;
        content_types::check_relationships(&roots)?;
        content_types::check_relationships(&related)?;
        let folder = folder_of(&path);
        let listed = walk(part, limits, WorkbookPart::new(limits))?.sheets;
        let (sheets, hidden_sheets) = worksheets(listed, &related, folder)?;
        let only = |kind| match related.only(kind, folder)? {
            Some(path) => archive.part(&path),
            None => Ok(None),
        };
        let strings = match only("sharedStrings")? {
            Some(part) => walk(part, limits, Strings::new(limits, part.size))?.into_table(),
            None => StringTable::default(),
        };
        let dates = match only("styles")? {
            Some(part) => walk(part, limits, Styles::default())?.into_dates(),
            None => DateStyles::default(),
        };
        Ok(Self { archive, limits: *limits, strings, dates, sheets, hidden_sheets })
    }

    /// How many worksheets can be read.
    pub(crate) fn sheet_count(&self) -> usize {
        self.sheets.len()
    }

    /// The name of the worksheet at `index`. It is empty if there is no such worksheet.
    pub(crate) fn name(&self, index: usize) -> &str {
        self.sheets.get(index).map_or("", |sheet| &sheet.name)
    }

    /// Gives the cells of the worksheet at `index` to `sink`, until it is done. Returns what the worksheet says behind
    /// its cells, if that was read.
    pub(crate) fn read(&self, index: usize, sink: &mut impl CellSink) -> Result<Marks, FileError> {
        let sheet = self.sheets.get(index).ok_or(FileError::Corrupt)?;
        let part = self.archive.part(&sheet.path)?.ok_or(FileError::Corrupt)?;
        let visitor = Worksheet::new(&self.limits, &self.strings, &self.dates, sink);
        Ok(walk(part, &self.limits, visitor)?.into_marks())
    }

    /// Gives the mail links on cells of `column` in the worksheet at `index` to `take`, with their addresses.
    pub(crate) fn mail_links(
        &self,
        index: usize,
        marks: &Marks,
        column: u32,
        mut take: impl FnMut(Area, &str) -> Result<(), FileError>,
    ) -> Result<(), FileError> {
        let sheet = self.sheets.get(index).ok_or(FileError::Corrupt)?;
        if marks.links_on(column).next().is_none() {
            return Ok(());
        }
        let Some(part) = relationships::of_worksheet(&sheet.path, &self.archive)? else {
            return Ok(());
        };
        let ids = marks.links_on(column).map(|(_, id)| id);
        let targets = relationships::targets(part, ids, marks::most(&self.limits), &self.limits)?;
        for (area, id) in marks.links_on(column) {
            if let Some(Target::Mail(address)) = targets.get(id) {
                take(area, address)?;
            }
        }
        Ok(())
    }
}

/// The visible worksheets in the order in which they are read, and the number of hidden ones. Charts and dialogs are
/// sheets too, but have no cells.
fn worksheets(
    listed: Vec<Listed>,
    related: &Relationships,
    folder: &str,
) -> Result<(Vec<VisibleSheet>, u32), FileError> {
    let mut sheets: Vec<VisibleSheet> = Vec::new();
    let mut hidden = 0;
    for sheet in listed {
        let path = related.worksheet(&sheet.relationship, folder);
        if sheet.is_hidden {
            // Excel lists modules of old workbooks as hidden sheets without a part.
            hidden += u32::from(matches!(path, Ok(Some(_))));
            continue;
        }
        let Some(path) = path? else { continue };
        // One part that is listed twice would be read twice.
        if sheets.iter().any(|other| other.path == path) {
            return Err(FileError::Corrupt);
        }
        sheets.push(VisibleSheet { path, name: sheet.name });
    }
    // The example is read only if no other sheet has rows, so it comes last, wherever its tab is.
    sheets.sort_by_key(|sheet| is_example_sheet(&sheet.name));
    Ok((sheets, hidden))
}

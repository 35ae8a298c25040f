//! The workbook that calamine reads, which is written by this crate.
//!
//! calamine opens zip archives, so this is one, written while it is read. Its small parts are our own, and depend only
//! on the number of worksheets. The shared strings and the worksheets are streams of a [`PartReader`], rewritten to
//! what calamine needs. Each part is inflated once and is never in memory as a whole.

use std::{borrow::Cow, cell::RefCell, collections::HashMap, fmt::Write as _, io::Read, rc::Rc};

use calamine::{DataRef, Reader as _, Xlsx};

use super::{
    package::{Package, SheetPart, mail_links},
    part::{Part, PartReader},
    strings::{StringCount, Strings},
    virtual_zip::{VirtualZip, VirtualZipWriter},
    worksheet::{CellNote, Content, Link, Worksheet},
};
use crate::{FileError, Limits};

/// A workbook that the guard has checked.
pub(crate) struct VettedWorkbook<'a> {
    xlsx: Xlsx<VirtualZip<'a>>,
    sheets: Vec<VettedSheet<'a>>,
    /// Hidden worksheets, which cannot be read.
    pub(crate) hidden_sheets: u32,
}

type SheetReader<'a> = Rc<RefCell<PartReader<'a, Worksheet>>>;

struct VettedSheet<'a> {
    reader: SheetReader<'a>,
    links: Option<Part<'a>>,
    is_example: bool,
}

/// A reader of cells, with the guard's notes about them.
pub(crate) struct Cells<'w, 'a> {
    cells: calamine::XlsxCellReader<'w, VirtualZip<'a>>,
    sheet: &'w VettedSheet<'a>,
    /// Whether the last cell was read: after it calamine must not be called again.
    at_end: bool,
}

/// The value of a cell with content. Formulas, dates and error values have no text that can be trusted.
#[derive(Debug)]
pub(crate) enum CellValue<'s> {
    Text(Cow<'s, str>),
    Number(f64),
    Boolean(bool),
    Formula,
    Date,
    Error,
}

impl<'a> VettedWorkbook<'a> {
    /// Bounds `bytes`, and opens the workbook in them.
    pub(crate) fn open(bytes: &'a [u8], limits: &Limits) -> Result<Self, FileError> {
        let package = Package::open(bytes, limits)?;
        let count = StringCount::default();
        let dates = Rc::new(package.dates);
        let strings = package.strings.map(|part| {
            let visitor = Strings::new(limits, part.size, Rc::clone(&count));
            (part, Rc::new(RefCell::new(PartReader::new(part, limits, visitor))))
        });
        let sheets: Vec<_> = package
            .sheets
            .iter()
            .map(|SheetPart { part, links, is_example }| {
                let visitor = Worksheet::new(limits, Rc::clone(&count), Rc::clone(&dates));
                let reader = Rc::new(RefCell::new(PartReader::new(*part, limits, visitor)));
                VettedSheet { reader, links: *links, is_example: *is_example }
            })
            .collect();

        let mut zip = VirtualZipWriter::default();
        zip.add("_rels/.rels", PACKAGE_RELATIONSHIPS.as_bytes().to_vec());
        zip.add("xl/workbook.xml", workbook(sheets.len()).into_bytes());
        zip.add("xl/_rels/workbook.xml.rels", workbook_relationships(sheets.len()).into_bytes());
        zip.gap();
        if let Some((part, reader)) = &strings {
            zip.add_stream("xl/sharedStrings.xml", rewritten(part), Rc::clone(reader) as Stream<'a>);
        }
        for (index, (part, sheet)) in package.sheets.iter().zip(&sheets).enumerate() {
            zip.add_stream(
                &format!("xl/{}", sheet_path(index)),
                rewritten(&part.part),
                Rc::clone(&sheet.reader) as Stream<'a>,
            );
        }
        zip.gap();
        let opened = Xlsx::new(zip.finish());
        let verdict = match &strings {
            Some((_, reader)) => {
                let mut reader = reader.borrow_mut();
                reader.verdict().cloned().map_or_else(|| reader.finish(), Err)
            }
            None => Ok(()),
        };
        verdict?;
        let xlsx = opened.map_err(|_| FileError::Corrupt)?;
        Ok(Self { xlsx, sheets, hidden_sheets: package.hidden_sheets })
    }

    /// How many worksheets can be read.
    pub(crate) fn sheet_count(&self) -> usize {
        self.sheets.len()
    }

    /// How many worksheets there are besides the one at `index` and the template's example.
    pub(crate) fn others(&self, index: usize) -> u32 {
        let others = self.sheets.iter().enumerate().filter(|(other, sheet)| *other != index && !sheet.is_example);
        u32::try_from(others.count()).unwrap_or(u32::MAX)
    }

    /// The cells of the worksheet at `index`. They can be read once.
    pub(crate) fn cells(&mut self, index: usize) -> Result<Cells<'_, 'a>, FileError> {
        let sheet = self.sheets.get(index).ok_or(FileError::Corrupt)?;
        let cells = self.xlsx.worksheet_cells_reader(&sheet_name(index)).map_err(|_| sheet.verdict())?;
        Ok(Cells { cells, sheet, at_end: false })
    }

    /// Checks the rest of the worksheet after its cells, and returns the mail addresses that links on cells of `column`
    /// lead to, by row.
    pub(crate) fn finish(&self, index: usize, column: u32, limits: &Limits) -> Result<Vec<(u32, String)>, FileError> {
        let sheet = self.sheets.get(index).ok_or(FileError::Corrupt)?;
        sheet.reader.borrow_mut().finish()?;
        let links = sheet.reader.borrow_mut().visitor().take_links(column);
        let Some(part) = sheet.links.filter(|_| !links.is_empty()) else {
            return Ok(Vec::new());
        };
        let targets: HashMap<_, _> = mail_links(part, limits)?.into_iter().collect();
        let target_of = |link: Link| Some((link.row, targets.get(&link.relationship)?.clone()));
        Ok(links.into_iter().filter_map(target_of).collect())
    }
}

impl VettedSheet<'_> {
    /// Why calamine stopped: the fault that the guard found, or else calamine could not read the part.
    fn verdict(&self) -> FileError {
        self.reader.borrow().verdict().cloned().unwrap_or(FileError::Corrupt)
    }
}

impl<'w> Cells<'w, '_> {
    /// The next cell with content, in the order of the file.
    pub(crate) fn next(&mut self) -> Result<Option<(CellNote, CellValue<'w>)>, FileError> {
        if self.at_end {
            return Ok(None);
        }
        let Some(cell) = self.cells.next_cell().map_err(|_| self.sheet.verdict())? else {
            self.at_end = true;
            return Ok(None);
        };
        let note = self.sheet.reader.borrow_mut().visitor().next_note().ok_or(FileError::Corrupt)?;
        // Guard and reader must mean the same cell, or a value could get into the row of another person.
        if cell.get_position() != (note.row, note.nth) {
            return Err(FileError::Corrupt);
        }
        let value = match (note.content, cell.get_value()) {
            (Content::Formula, _) => CellValue::Formula,
            (Content::Date, _) => CellValue::Date,
            (Content::Error, _) => CellValue::Error,
            (Content::Value, DataRef::SharedString(text)) => CellValue::Text(Cow::Borrowed(text)),
            (Content::Value, DataRef::String(text)) => CellValue::Text(Cow::Owned(text.clone())),
            (Content::Value, DataRef::Float(number)) => CellValue::Number(*number),
            (Content::Value, DataRef::Bool(answer)) => CellValue::Boolean(*answer),
            (Content::Value, DataRef::Empty) => CellValue::Text(Cow::Borrowed("")),
            // Everything that the guard writes is read as one of these values.
            (Content::Value, _) => return Err(FileError::Corrupt),
        };
        Ok(Some((note, value)))
    }

    /// Whether the whole column of a cell is hidden.
    pub(crate) fn is_hidden_column(&self, column: u32) -> bool {
        self.sheet.reader.borrow_mut().visitor().is_hidden_column(column)
    }
}

/// Bytes at most of a part after it was rewritten. The guard removes more than it adds, but writes `<t/>` as `<t></t>`.
fn rewritten(part: &Part<'_>) -> u64 {
    part.size * 2 + 1024
}

/// The source of an entry's bytes.
type Stream<'a> = Rc<RefCell<dyn Read + 'a>>;

const PACKAGE_RELATIONSHIPS: &str = concat!(
    r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">"#,
    r#"<Relationship Id="rId1" Target="xl/workbook.xml" "#,
    r#"Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>"#
);

fn sheet_name(index: usize) -> String {
    format!("sheet{index}")
}

fn sheet_path(index: usize) -> String {
    format!("worksheets/{}.xml", sheet_name(index))
}

fn workbook(sheets: usize) -> String {
    let mut xml = String::from("<workbook><sheets>");
    for index in 0..sheets {
        let name = sheet_name(index);
        let _ = write!(xml, r#"<sheet name="{name}" sheetId="{}" r:id="{name}"/>"#, index + 1);
    }
    xml.push_str("</sheets></workbook>");
    xml
}

fn workbook_relationships(sheets: usize) -> String {
    let mut xml = String::from("<Relationships>");
    for index in 0..sheets {
        let (name, path) = (sheet_name(index), sheet_path(index));
        let _ = write!(xml, r#"<Relationship Id="{name}" Type="/worksheet" Target="{path}"/>"#);
    }
    xml.push_str("</Relationships>");
    xml
}

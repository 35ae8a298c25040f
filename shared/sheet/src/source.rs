//! What kind of file an upload is, by its bytes and never by its name; and one way to read every kind.

use domain::batch::Encoding;

use crate::{
    FileError, Limits,
    csv::List,
    example::is_example_sheet,
    guard::{Archive, Area, CellSink, Marks, Workbook, is_archive},
    ods::{self, Document},
    unopened::Unopened,
};

/// A file that is open, and can be read worksheet by worksheet.
pub(crate) enum Source<'a> {
    Xlsx(Box<Workbook<'a>>),
    Ods(Box<Document<'a>>),
    Csv(Box<List<'a>>),
}

/// What the first bytes of a file say, and the last ones.
enum Kind {
    /// The container of Excel 97 to 2003, and of workbooks with a password.
    CompoundFile,
    /// The container of workbooks since then.
    Archive,
    /// Anything else can only be a text.
    Text,
}

impl Kind {
    fn of(bytes: &[u8]) -> Self {
        const COMPOUND_FILE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
        if bytes.starts_with(COMPOUND_FILE) {
            return Self::CompoundFile;
        }
        if is_archive(bytes) { Self::Archive } else { Self::Text }
    }
}

impl<'a> Source<'a> {
    /// Opens a file, within `limits`. `encoding` is what its officer said about the letters of a text.
    pub(crate) fn open(bytes: &'a [u8], limits: &Limits, encoding: Option<Encoding>) -> Result<Self, Unopened> {
        if bytes.is_empty() {
            return Err(FileError::Empty.into());
        }
        if bytes.len() > limits.upload_bytes {
            return Err(FileError::TooLarge.into());
        }
        match Kind::of(bytes) {
            Kind::CompoundFile => Err(compound_file(bytes).into()),
            Kind::Archive => {
                let archive = Archive::open(bytes, limits)?;
                Ok(if ods::is_document(&archive)? {
                    Self::Ods(Box::new(Document::open(&archive, limits)?))
                } else {
                    Self::Xlsx(Box::new(Workbook::open(archive, limits)?))
                })
            }
            Kind::Text => Ok(Self::Csv(Box::new(List::open(bytes, limits, encoding)?))),
        }
    }

    /// How many worksheets can be read.
    pub(crate) fn sheet_count(&self) -> usize {
        match self {
            Self::Xlsx(workbook) => workbook.sheet_count(),
            Self::Ods(document) => document.sheet_count(),
            Self::Csv(_) => 1,
        }
    }

    /// The name of the worksheet at `index`. That of a text is empty.
    pub(crate) fn name(&self, index: usize) -> &str {
        match self {
            Self::Xlsx(workbook) => workbook.name(index),
            Self::Ods(document) => document.name(index),
            Self::Csv(_) => "",
        }
    }

    /// How many worksheets there are besides the one at `index` and the template's example.
    pub(crate) fn others(&self, index: usize) -> u32 {
        let is_other = |other: &usize| *other != index && !is_example_sheet(self.name(*other));
        u32::try_from((0..self.sheet_count()).filter(is_other).count()).unwrap_or(u32::MAX)
    }

    /// Hidden worksheets, which cannot be read.
    pub(crate) fn hidden_sheets(&self) -> u32 {
        match self {
            Self::Xlsx(workbook) => workbook.hidden_sheets,
            Self::Ods(document) => document.hidden_sheets(),
            Self::Csv(_) => 0,
        }
    }

    /// Gives the cells of the worksheet at `index` to `sink`, until it is done. Returns what the worksheet says about
    /// merged cells and links, as far as that was read.
    pub(crate) fn read(&self, index: usize, sink: &mut impl CellSink) -> Result<Marks, FileError> {
        match self {
            Self::Xlsx(workbook) => workbook.read(index, sink),
            Self::Ods(document) => document.read(index, sink),
            Self::Csv(list) => list.read(sink),
        }
    }

    /// Gives the mail links on cells of `column` in the worksheet at `index` to `take`, with their addresses.
    pub(crate) fn mail_links(
        &self,
        index: usize,
        marks: &Marks,
        column: u32,
        take: impl FnMut(Area, &str) -> Result<(), FileError>,
    ) -> Result<(), FileError> {
        match self {
            Self::Xlsx(workbook) => workbook.mail_links(index, marks, column, take),
            Self::Ods(_) => ods::mail_links(marks, column, take),
            Self::Csv(_) => Ok(()),
        }
    }
}

/// What a compound file is. An encrypted workbook has a stream `EncryptedPackage`; a sensitivity label encrypts with
/// rights management, whose transform is `DRMEncryptedTransform`.
///
/// <https://learn.microsoft.com/en-us/openspecs/office_file_formats/ms-offcrypto/>, 1.3.2. Only the names, which are in
/// UTF-16, are searched for: the structures of the compound file are never followed.
fn compound_file(bytes: &[u8]) -> FileError {
    let has = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        memchr::memmem::find(bytes, &name).is_some()
    };
    match (has("DRMEncrypted"), has("EncryptedPackage")) {
        (true, _) => FileError::Labelled,
        (false, true) => FileError::Encrypted,
        (false, false) => FileError::OldXls,
    }
}

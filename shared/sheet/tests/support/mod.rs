//! Creates workbooks from hand-written XML, so that a test shows the bytes that it is about.

#![allow(dead_code, reason = "each test binary uses a part of it")]
#![allow(clippy::allow_attributes, reason = "whether it is dead depends on the binary")]

use std::io::{Cursor, Write as _};

use sheet::{FileError, Limits, Sheet};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

pub(crate) const HEADER: [&str; 11] = [
    "S/N",
    "Email",
    "Username",
    "First Name",
    "Last Name",
    "Country Code",
    "Contact Number",
    "Organisation",
    "Department",
    "Onboarding to SEED required?",
    "Reason for creation",
];

pub(crate) const CONTENT_TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml"
ContentType="application/xml"/><Override PartName="/xl/workbook.xml"
ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"#;
pub(crate) const ROOT_RELS: &str = r#"<Relationships
xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1"
Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
Target="xl/workbook.xml"/></Relationships>"#;
pub(crate) const WORKBOOK: &str = r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>
<sheet name="Users" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
pub(crate) const WORKBOOK_RELS: &str = r#"<Relationships
xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1"
Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
Target="worksheets/sheet1.xml"/><Relationship Id="rId2"
Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
Target="sharedStrings.xml"/><Relationship Id="rId3"
Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles"
Target="styles.xml"/></Relationships>"#;
pub(crate) const STYLES: &str = r#"<styleSheet
xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1"><numFmt numFmtId="164"
formatCode="dd/mm/yyyy"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs count="3"><xf
numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="49"/></cellXfs></styleSheet>"#;

pub(crate) const SHEET_PATH: &str = "xl/worksheets/sheet1.xml";
pub(crate) const STRINGS_PATH: &str = "xl/sharedStrings.xml";

/// A package, part by part.
#[derive(Clone)]
pub(crate) struct Package {
    pub(crate) parts: Vec<(String, Vec<u8>)>,
}

impl Default for Package {
    /// A workbook with the header and no rows.
    fn default() -> Self {
        let parts = [
            ("[Content_Types].xml", CONTENT_TYPES),
            ("_rels/.rels", ROOT_RELS),
            ("xl/workbook.xml", WORKBOOK),
            ("xl/_rels/workbook.xml.rels", WORKBOOK_RELS),
            ("xl/styles.xml", STYLES),
        ];
        let parts = parts.into_iter().map(|(path, xml)| (path.to_owned(), xml.as_bytes().to_vec())).collect();
        let package = Self { parts };
        package.with_rows("")
    }
}

impl Package {
    /// Replaces or adds a part.
    pub(crate) fn with(mut self, path: &str, content: impl Into<Vec<u8>>) -> Self {
        self.parts.retain(|(found, _)| found != path);
        self.parts.push((path.to_owned(), content.into()));
        self
    }

    pub(crate) fn without(mut self, path: &str) -> Self {
        self.parts.retain(|(found, _)| found != path);
        self
    }

    /// A sheet with the header in row 1, and these `<row>` elements under it.
    pub(crate) fn with_rows(self, rows: &str) -> Self {
        self.with_sheet_data(&format!("{}{rows}", row(1, &HEADER)))
    }

    /// A sheet with these `<row>` elements.
    pub(crate) fn with_sheet_data(self, rows: &str) -> Self {
        self.with(SHEET_PATH, worksheet(rows))
    }

    /// A shared string table of these `<si>` elements.
    pub(crate) fn with_strings(self, attributes: &str, items: &str) -> Self {
        let xml = format!(
            r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" {attributes}>{items}</sst>"#
        );
        self.with(STRINGS_PATH, xml)
    }

    pub(crate) fn build(&self) -> Vec<u8> {
        self.build_with(CompressionMethod::Deflated)
    }

    pub(crate) fn build_with(&self, method: CompressionMethod) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(method);
        for (path, content) in &self.parts {
            zip.start_file(path.as_str(), options).unwrap();
            zip.write_all(content).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    /// Reads a package with repetitive content, whose compression is not what the test is about.
    pub(crate) fn read_repetitive(&self) -> Result<Sheet, FileError> {
        sheet::read(&self.build(), &Limits { ratio: u64::MAX, ..Limits::default() })
    }

    pub(crate) fn read(&self) -> Result<Sheet, FileError> {
        sheet::read(&self.build(), &Limits::default())
    }
}

pub(crate) fn worksheet(rows: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><worksheet
xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
<sheetData>{rows}</sheetData></worksheet>"#
    )
}

/// A row of inline strings, from column A.
pub(crate) fn row(number: u32, texts: &[&str]) -> String {
    let cells: String =
        (b'A'..).zip(texts).map(|(letter, text)| inline(&format!("{}{number}", letter as char), text)).collect();
    format!(r#"<row r="{number}">{cells}</row>"#)
}

pub(crate) fn inline(reference: &str, text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    format!(r#"<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>"#)
}

/// The texts of a valid row, after the S/N.
pub(crate) const GOOD: [&str; 11] =
    ["1", "tan@agency.gov.sg", "", "Ah Kow", "Tan", "65", "91234567", "GovTech", "", "Yes", "New joiner"];

/// A valid row with one cell replaced by other XML.
pub(crate) fn good_row_but(number: u32, column: char, cell: &str) -> String {
    let cells: String = ('A'..)
        .zip(GOOD)
        .map(
            |(letter, text)| {
                if letter == column { cell.to_owned() } else { inline(&format!("{letter}{number}"), text) }
            },
        )
        .collect();
    format!(r#"<row r="{number}">{cells}</row>"#)
}

pub(crate) fn code(result: Result<Sheet, FileError>) -> &'static str {
    match result {
        Ok(_) => "OK",
        Err(error) => error.code(),
    }
}

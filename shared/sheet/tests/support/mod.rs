//! Creates workbooks from hand-written XML, so that a test shows the bytes that it is about.

#![allow(dead_code, reason = "each test binary uses a part of it")]
#![allow(clippy::allow_attributes, reason = "whether it is dead depends on the binary")]

pub(crate) mod bounds;
pub(crate) mod ods;

use std::io::{Cursor, Write as _};

use domain::{
    EmailAddress, Field,
    batch::{Answers, AskedColumn, Encoding, Held, Questions, RowRules},
    rules::DomainRules,
};
use sheet::{FileError, Limits, Reading, Sheet, SheetRow};
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

/// The place in which the types of relationships are defined.
pub(crate) const TYPES: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

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
        read(&self.build(), &Limits { ratio: u64::MAX, ..Limits::default() })
    }

    pub(crate) fn read(&self) -> Result<Sheet, FileError> {
        read(&self.build(), &Limits::default())
    }
}

/// Reads a file about which its officer said nothing. If it has to be asked about, its header is missing.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Sheet, FileError> {
    read_in(bytes, limits, None)
}

/// Like [`read`], with what its officer said about its letters.
pub(crate) fn read_in(bytes: &[u8], limits: &Limits, encoding: Option<Encoding>) -> Result<Sheet, FileError> {
    match bounds::read(bytes, limits, &Answers { encoding, ..Answers::default() })? {
        Reading::Read(sheet) => Ok(sheet),
        Reading::Asked(_) => Err(FileError::HeaderMissing),
    }
}

pub(crate) fn worksheet(rows: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><worksheet
xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
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

/// `OK`, the code of the file's fault, or that of the first question about it.
pub(crate) fn verdict(bytes: &[u8], limits: &Limits, encoding: Option<Encoding>) -> String {
    match bounds::read(bytes, limits, &Answers { encoding, ..Answers::default() }) {
        Ok(Reading::Read(_)) => "OK".to_owned(),
        Ok(Reading::Asked(questions)) => questions.reasons[0].code.clone(),
        Err(error) => error.code().to_owned(),
    }
}

/// What is read of a file: its code, what is asked, or its rows. Of a row there is its number, each text that differs
/// from that of an [`usual`] row, and each fault.
pub(crate) fn outcome(bytes: &[u8]) -> String {
    outcome_with(bytes, &Answers::default())
}

/// Like [`outcome`], with what its officer said.
pub(crate) fn outcome_with(bytes: &[u8], answers: &Answers) -> String {
    let sheet = match bounds::read(bytes, &Limits::default(), answers) {
        Ok(Reading::Read(sheet)) => sheet,
        Ok(Reading::Asked(questions)) => return asked(&questions),
        Err(error) => return error.code().to_owned(),
    };
    let rules = r#"{"version": 1, "domains": [
        {"domain": "example-agency.gov.sg", "match": "exact", "persona": "officer", "seed": "eligible"}]}"#;
    let rules = DomainRules::from_json(rules).unwrap();
    let officer = EmailAddress::parse("officer@example-agency.gov.sg").unwrap();
    let rules = RowRules { domains: &rules, officer: &officer, kind: answers.kind.unwrap_or_default() };
    let describe = |row: SheetRow| {
        let mut words = vec![row.sheet_row.to_string()];
        for field in Field::ALL {
            let text = row.raw.form.get(field);
            if text != usual(field, row.sheet_row) {
                words.push(format!("{}={text:?}", field.spec().name));
            }
        }
        let faults = row.raw.check(&rules).err().unwrap_or_default();
        words.extend(faults.iter().map(|fault| format!("{}:{}", fault.field.spec().name, fault.fault.code())));
        words.extend(row.raw.guessed.iter().map(|field| format!("{}?", field.name())));
        words.join(" ")
    };
    let mut lines: Vec<String> = sheet.rows.into_iter().map(describe).collect();
    lines.extend(sheet.remarks.iter().map(|remark| format!("{remark:?}")));
    lines.join(", ")
}

/// What is asked: the codes, the columns with what each was taken for and its texts, what is missing, and worksheets.
fn asked(questions: &Questions) -> String {
    let mut words: Vec<String> = questions.reasons.iter().map(|reason| format!("{}?", reason.code)).collect();
    words.extend(questions.columns.iter().map(|AskedColumn { column, samples }| {
        let held = column.held.map_or("-", Held::name);
        format!("{}={held} {samples:?}", column.title)
    }));
    words.extend(questions.missing.iter().map(|field| format!("no {}", field.name())));
    words.extend(questions.worksheets.iter().map(|choice| format!("{} has {}", choice.name, choice.rows)));
    words.extend(questions.encodings.iter().map(|choice| format!("{}={}", choice.name.name(), choice.sample)));
    let kinds: Vec<&str> = questions.kinds.iter().map(|kind| kind.name()).collect();
    words.extend((!kinds.is_empty()).then(|| kinds.join(" or ")));
    words.join(", ")
}

/// The usual text of a field in a row of a case.
fn usual(field: Field, row: u32) -> String {
    let email = format!("p{row}@example-agency.gov.sg");
    let text = match field {
        Field::Email => &email,
        Field::Username | Field::Department => "",
        Field::FirstName => "Ah Kow",
        Field::LastName => "Tan",
        Field::CountryCode => "65",
        Field::ContactNumber => "91234567",
        Field::Organisation => "Example Agency",
        Field::Seed => "Yes",
        Field::Reason => "New joiner",
    };
    text.to_owned()
}

/// A row of a case, from column A.
pub(crate) fn usual_row(number: u32) -> String {
    let email = format!("p{number}@example-agency.gov.sg");
    row(number, &["1", &email, "", "Ah Kow", "Tan", "65", "91234567", "Example Agency", "", "Yes", "New joiner"])
}

/// A usual row with one cell replaced by other XML.
pub(crate) fn usual_row_but(number: u32, column: char, cell: &str) -> String {
    let row = usual_row(number);
    let start = row.find(&format!(r#"<c r="{column}{number}""#)).unwrap();
    let end = start + row[start..].find("</c>").unwrap() + 4;
    format!("{}{cell}{}", &row[..start], &row[end..])
}

/// The part with these relationships.
pub(crate) fn relationships(relationships: &str) -> String {
    const NAMESPACE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    format!(r#"<Relationships xmlns="{NAMESPACE}">{relationships}</Relationships>"#)
}

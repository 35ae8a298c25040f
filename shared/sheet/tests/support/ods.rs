//! Creates OpenDocument spreadsheets from hand-written XML.

use super::{HEADER, Package};

pub(crate) const MIMETYPE: &str = "application/vnd.oasis.opendocument.spreadsheet";

pub(crate) const MANIFEST: &str = r#"<?xml version="1.0" encoding="UTF-8"?><manifest:manifest
xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3"><manifest:file-entry
manifest:full-path="/" manifest:version="1.3" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>"#;

/// A package with these formats, and with what is inside `office:spreadsheet`.
pub(crate) fn package(styles: &str, tables: &str) -> Package {
    let parts = [("mimetype", MIMETYPE), ("META-INF/manifest.xml", MANIFEST)];
    let parts = parts.into_iter().map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())).collect();
    Package { parts }.with("content.xml", content(styles, tables))
}

/// A list with the header in row 1, and these `table:table-row` elements under it.
pub(crate) fn list(rows: &str) -> Package {
    package("", &table("Users", "", &format!("{}{rows}", row(&HEADER))))
}

pub(crate) fn content(styles: &str, tables: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><office:document-content
xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
xmlns:t="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"
xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" office:version="1.3">
<office:scripts/><office:automatic-styles>{styles}</office:automatic-styles><office:body>
<office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"#
    )
}

pub(crate) fn table(name: &str, attributes: &str, inside: &str) -> String {
    format!(r#"<table:table table:name="{name}" {attributes}>{inside}</table:table>"#)
}

/// A row of texts, from column A.
pub(crate) fn row(texts: &[&str]) -> String {
    let cells: String = texts.iter().map(|text| cell(text)).collect();
    format!("<table:table-row>{cells}</table:table-row>")
}

/// A row of texts with one cell replaced by other XML.
pub(crate) fn row_but(texts: &[&str], column: usize, xml: &str) -> String {
    let cells: String =
        texts.iter().enumerate().map(|(at, text)| if at == column { xml.to_owned() } else { cell(text) }).collect();
    format!("<table:table-row>{cells}</table:table-row>")
}

/// A cell as LibreOffice writes it: every space but the first of several, and those at the ends, are elements.
pub(crate) fn cell(text: &str) -> String {
    if text.is_empty() {
        return "<table:table-cell/>".to_owned();
    }
    let paragraphs: String = text.split('\n').map(|line| format!("<text:p>{}</text:p>", spaced(line))).collect();
    format!(
        r#"<table:table-cell office:value-type="string" calcext:value-type="string">{paragraphs}</table:table-cell>"#
    )
}

fn spaced(line: &str) -> String {
    let mut xml = String::new();
    let mut is_plain = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            ' ' if is_plain && chars.peek().is_some() => xml.push(' '),
            ' ' => xml.push_str("<text:s/>"),
            '\t' => xml.push_str("<text:tab/>"),
            '\r' => xml.push_str("&#13;"),
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            _ => xml.push(c),
        }
        is_plain = !matches!(c, ' ' | '\t' | '\r');
    }
    xml
}

/// A cell with these attributes and this content.
pub(crate) fn cell_of(attributes: &str, inside: &str) -> String {
    format!("<table:table-cell {attributes}>{inside}</table:table-cell>")
}

pub(crate) fn text_cell(inside: &str) -> String {
    cell_of(r#"office:value-type="string""#, inside)
}

//! Hostile OpenDocument spreadsheets: each gets its fault, and none aborts the process.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use support::{
    CONTENT_TYPES, GOOD, HEADER, Package, code,
    ods::{MANIFEST, cell_of, content, list, package, row, row_but, table, text_cell},
};

fn good() -> String {
    row(&GOOD)
}

#[test]
fn packages_that_are_no_plain_spreadsheet_are_refused() {
    let good = || list(&good());
    let encrypted = MANIFEST.replace(
        r#"manifest:media-type="text/xml"/>"#,
        r#"manifest:media-type="text/xml"><manifest:encryption-data manifest:checksum="x"/></manifest:file-entry>"#,
    );
    let of_type = |media_type: &str| good().with("mimetype", media_type);
    for (name, package, expected) in [
        ("encrypted", good().with("META-INF/manifest.xml", encrypted.clone()), "FILE_ENCRYPTED"),
        (
            "encrypted as a whole",
            good().without("content.xml").with("META-INF/manifest.xml", encrypted),
            "FILE_ENCRYPTED",
        ),
        ("without a manifest", good().without("META-INF/manifest.xml"), "FILE_CORRUPT"),
        ("without content", good().without("content.xml"), "FILE_CORRUPT"),
        ("a letter", of_type("application/vnd.oasis.opendocument.text"), "FILE_NOT_XLSX"),
        ("a book", of_type("application/epub+zip"), "FILE_NOT_XLSX"),
        ("no type", of_type(""), "FILE_NOT_XLSX"),
        ("a long type", of_type(&"x".repeat(257)), "FILE_CORRUPT"),
        ("a workbook as well", good().with("[Content_Types].xml", CONTENT_TYPES), "FILE_CORRUPT"),
        ("macros", good().with("Basic/Standard/Module1.xml", "<x/>"), "FILE_MACRO"),
        ("scripts", good().with("Scripts/python/run.py", "x"), "FILE_MACRO"),
        ("an empty library of macros", good().with("Basic/Standard/script-lb.xml", "<x/>"), "OK"),
        (
            "a manifest with a document type",
            good().with("META-INF/manifest.xml", "<!DOCTYPE a><a/>"),
            "FILE_XML_FORBIDDEN",
        ),
        ("a path that leads out", good().with("../content.xml", "x"), "FILE_CORRUPT"),
    ] {
        assert_eq!(code(package.read()), expected, "{name}");
    }
}

/// The header and a good row.
fn rows() -> String {
    format!("{}{}", row(&HEADER), good())
}

/// A list whose first name is this element.
fn in_cell(xml: &str) -> Package {
    list(&row_but(&GOOD, 3, xml))
}

#[test]
fn documents_that_programs_read_differently_are_refused() {
    let users = table("Users", "", &rows());
    let body = content("", &users);
    let but = |old: &str, new: &str| list("").with("content.xml", body.replace(old, new));
    let root = r#"<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"/>"#;
    let second = "</office:body><office:body><office:spreadsheet/></office:body>";
    for (name, package, expected) in [
        ("two tables of one name", package("", &users.repeat(2)), "FILE_CORRUPT"),
        ("two bodies", but("</office:body>", second), "FILE_CORRUPT"),
        ("no body", list("").with("content.xml", root), "FILE_CORRUPT"),
        ("a letter inside", but("office:spreadsheet", "office:text"), "FILE_CORRUPT"),
        ("another namespace", but("opendocument:xmlns:office", "other:xmlns:office"), "FILE_CORRUPT"),
        ("tables of another namespace", but("opendocument:xmlns:table", "other:xmlns:table"), "FILE_HEADER_MISSING"),
        ("a document type", but("?><office", "?><!DOCTYPE a [<!ENTITY b \"c\">]><office"), "FILE_XML_FORBIDDEN"),
        ("another encoding", but("UTF-8", "UTF-16"), "FILE_CORRUPT"),
    ] {
        assert_eq!(code(package.read()), expected, "{name}");
    }
}

#[test]
fn rows_that_programs_read_differently_are_refused() {
    let users = table("Users", "", &rows());
    let before = |xml: &str| package("", &table("Users", "", &format!("{xml}{}", rows())));
    for (name, package) in [
        ("a table in a cell", in_cell(&text_cell(&users))),
        ("another element in a row", in_cell("<draw:cell/>")),
        ("text in a row", list("<table:table-row>x</table:table-row>")),
        ("a section in a row", list("<table:table-row><![CDATA[x]]></table:table-row>")),
        ("a cell without a row", before("<table:table-cell/>")),
        ("a table in a table", before(&users)),
        ("a row among columns", before("<table:table-columns><table:table-row/></table:table-columns>")),
        ("columns behind rows", list("<table:table-column/>")),
        ("columns in a row", in_cell("<table:table-column/>")),
        ("a prefix without a meaning", in_cell("<x:cell/>")),
    ] {
        assert_eq!(code(package.read()), "FILE_CORRUPT", "{name}");
    }
}

#[test]
fn cells_that_programs_read_differently_are_refused() {
    let list_of_texts = "<text:list><text:list-item><text:p>Ah</text:p></text:list-item></text:list>";
    for (attributes, inside) in [
        (r#"office:value-type="text""#, ""),
        (r#"office:value-type="string" o:value-type="float""#, ""),
        (r#"table:number-columns-repeated="2" t:number-columns-repeated="3""#, ""),
        (r#"table:formula="of:=1" t:formula="of:=2""#, ""),
        (r#"office:value-type="float" office:value="1,5""#, ""),
        (r#"office:value-type="float""#, "<text:p>1</text:p>"),
        (r#"office:value-type="boolean" office:boolean-value="1""#, ""),
        (r#"office:value-type="string""#, "<text:p>&x;</text:p>"),
        (r#"office:value-type="string""#, "x<text:p>Ah</text:p>"),
        (r#"office:value-type="string""#, "<text:h>Ah</text:h>"),
        (r#"office:value-type="string""#, list_of_texts),
        (r#"office:value-type="string""#, r#"<text:p><text:s text:c="-1"/></text:p>"#),
    ] {
        assert_eq!(code(in_cell(&cell_of(attributes, inside)).read()), "FILE_CORRUPT", "{attributes} {inside}");
    }
}

/// A row with these cells, which is one of `count` that are alike.
fn rows_of(count: &str, cells: &str) -> String {
    format!(r#"<table:table-row table:number-rows-repeated="{count}">{cells}</table:table-row>"#)
}

#[test]
fn hostile_counts_of_rows_get_their_fault() {
    let cells: String = GOOD.iter().map(|text| support::ods::cell(text)).collect();
    let alike = |count: &str| rows_of(count, &cells);
    let endless = rows_of("4294967295", "");
    let merged = rows_of("4294967295", &cell_of(r#"table:number-columns-spanned="2""#, ""));
    let formulas = cell_of(r#"table:formula="of:=1""#, "");
    for (name, rows, expected) in [
        ("a million people", alike("1048575"), "FILE_TOO_MANY_CELLS"),
        ("one person more than allowed", alike("10001"), "FILE_TOO_MANY_ROWS"),
        ("rows below every worksheet", alike("1048576"), "FILE_TOO_MANY_CELLS"),
        ("the same in one column", rows_of("1048576", &support::ods::cell("x")), "FILE_TOO_MANY_CELLS"),
        ("four billion people", alike("4294967295"), "FILE_TOO_MANY_CELLS"),
        ("more people than a number has", alike("99999999999999999999"), "FILE_CORRUPT"),
        ("no rows", alike("0"), "FILE_CORRUPT"),
        ("fewer than no rows", alike("-1"), "FILE_CORRUPT"),
        ("a million formulas", rows_of("900000", &formulas), "FILE_NO_ROWS"),
        ("blank rows without end", endless.repeat(100), "FILE_NO_ROWS"),
        ("a person below blank rows", format!("{}{}", rows_of("1048575", ""), good()), "FILE_CELL_OUT_OF_RANGE"),
        ("a merge below everything", format!("{}{endless}{merged}", good()), "OK"),
    ] {
        assert_eq!(code(list(&rows).read_repetitive()), expected, "{name}");
    }
}

#[test]
fn hostile_counts_of_cells_get_their_fault() {
    let repeated = |name: &str, count: &str| {
        cell_of(&format!(r#"office:value-type="string" table:{name}="{count}""#), "<text:p>x</text:p>")
    };
    let alike = |count: &str| in_cell(&repeated("number-columns-repeated", count));
    let columns = |count: &str| {
        let list =
            format!(r#"<table:table-column table:number-columns-repeated="{count}" table:visibility="filter"/>"#);
        package("", &table("Users", "", &format!("{list}{}", row(&HEADER))))
    };
    let far = r#"<table:table-cell table:number-columns-repeated="100"/><table:table-cell><text:p>x</text:p>"#;
    let blank = format!("<table:table-row>{}</table:table-row>", "<table:table-cell/>".repeat(1_000_001));
    for (name, package, expected) in [
        ("a cell in every column", alike("16380"), "FILE_CELL_OUT_OF_RANGE"),
        ("a cell in more than every column", alike("16384"), "FILE_CELL_OUT_OF_RANGE"),
        ("four billion cells", alike("4294967295"), "FILE_CELL_OUT_OF_RANGE"),
        ("cells of no number", alike("abc"), "FILE_CORRUPT"),
        ("a far cell", in_cell(&format!("{far}</table:table-cell>")), "FILE_CELL_OUT_OF_RANGE"),
        ("a merge over everything", in_cell(&repeated("number-rows-spanned", "4294967295")), "OK"),
        ("a wide merge", in_cell(&repeated("number-columns-spanned", "4294967295")), "OK"),
        ("hidden columns without end", columns("4294967295"), "FILE_HEADER_MISSING"),
        ("columns of no number", columns("1e9"), "FILE_CORRUPT"),
        ("a million blank cells", list(&blank), "FILE_TOO_MANY_CELLS"),
    ] {
        assert_eq!(code(package.read_repetitive()), expected, "{name}");
    }
}

#[test]
fn hostile_texts_and_names_get_their_fault() {
    let paragraph = |inside: &str| in_cell(&text_cell(&format!("<text:p>{inside}</text:p>")));
    let deep = |name: &str| format!("{}{}", format!("<{name}>").repeat(40), format!("</{name}>").repeat(40));
    let tables = |count: usize| package("", &(0..count).map(|n| table(&format!("S{n}"), "", "")).collect::<String>());
    let many: String = (0..65).map(|n| format!(r#"table:a{n}="" "#)).collect();
    let long = format!(r#"office:string-value="{}""#, "x".repeat(100_000));
    for (name, package, expected) in [
        ("four billion spaces", paragraph(r#"<text:s text:c="4294967295"/>"#), "FILE_XML_LIMIT"),
        ("many times many spaces", paragraph(&r#"<text:s text:c="150000"/>"#.repeat(2)), "FILE_XML_LIMIT"),
        ("a cell of 10 MB", paragraph(&"x".repeat(10 << 20)), "FILE_XML_LIMIT"),
        ("a cell of many texts", paragraph(&"x<!---->x".repeat(100_000)), "FILE_XML_LIMIT"),
        ("a cell of many paragraphs", in_cell(&text_cell(&"<text:p/>".repeat(200_000))), "FILE_XML_LIMIT"),
        ("a value of 100 KB", in_cell(&cell_of(&long, "")), "FILE_XML_LIMIT"),
        ("deep spans", paragraph(&deep("text:span")), "FILE_XML_LIMIT"),
        ("deep groups", list(&deep("table:table-row-group")), "FILE_XML_LIMIT"),
        ("deep elements that are skipped", list(&deep("draw:g")), "FILE_XML_LIMIT"),
        ("too many tables", tables(257), "FILE_TOO_MANY_PARTS"),
        ("many tables", tables(256), "FILE_HEADER_MISSING"),
        ("a long name", package("", &table(&"x".repeat(70_000), "", "")), "FILE_XML_LIMIT"),
        ("many attributes", in_cell(&cell_of(&many, "")), "FILE_XML_LIMIT"),
    ] {
        assert_eq!(code(package.read_repetitive()), expected, "{name}");
    }
}

#[test]
fn a_bomb_is_not_inflated() {
    let spaces = list("").with("content.xml", " ".repeat(64 << 20));
    assert_eq!(code(spaces.read()), "FILE_TOO_LARGE");
    let bomb = list(&" ".repeat(30 << 20));
    assert_eq!(code(bomb.read()), "FILE_BOMB");
}

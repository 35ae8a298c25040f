//! Hostile files: each gets its fault, and none aborts the process.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use std::io::{Cursor, Write as _};

use sheet::Limits;
use support::{
    CONTENT_TYPES, GOOD, HEADER, Package, ROOT_RELS, SHEET_PATH, STYLES, WORKBOOK_RELS, code, good_row_but, row,
    worksheet,
};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

fn verdict(bytes: &[u8]) -> &'static str {
    code(support::read(bytes, &Limits::default()))
}

fn good() -> Package {
    Package::default().with_rows(&row(2, &GOOD))
}

/// Where the local header of a part and its directory entry begin.
fn headers(bytes: &[u8], name: &str) -> (usize, usize) {
    let find = |magic: &[u8], name_at: usize| {
        (0..bytes.len() - name_at - name.len())
            .find(|at| bytes[*at..].starts_with(magic) && bytes[at + name_at..].starts_with(name.as_bytes()))
            .unwrap()
    };
    (find(b"PK\x03\x04", 30), find(b"PK\x01\x02", 46))
}

#[test]
fn files_that_are_no_workbook_are_told_apart() {
    let mut cfb = vec![0xFF; 612];
    cfb[..8].copy_from_slice(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    let mut encrypted = cfb.clone();
    encrypted.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    let mut labelled = encrypted.clone();
    labelled.extend("DRMEncryptedTransform".encode_utf16().flat_map(u16::to_le_bytes));
    let with = |texts: &[&str]| {
        let mut bytes = cfb.clone();
        texts.iter().for_each(|text| bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes)));
        bytes
    };
    let data_space = with(&["DataSpaceMap", "EncryptedPackage", "DRMEncryptedDataSpace"]);
    let label_first = with(&["DRMEncryptedTransform", "EncryptedPackage"]);
    let password = with(&["StrongEncryptionDataSpace", "EncryptionInfo", "EncryptedPackage"]);
    let old = with(&["Workbook"]);
    let empty_zip = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
    for (name, bytes, expected) in [
        ("nothing", Vec::new(), "FILE_EMPTY"),
        ("one byte", vec![0], "FILE_NOT_XLSX"),
        ("noise", (0..4096_u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect(), "FILE_NOT_XLSX"),
        ("csv", b"Email,First Name\na@b,c\n".to_vec(), "FILE_HEADER_MISSING"),
        ("html", b"<html><table></table></html>".to_vec(), "FILE_NOT_XLSX"),
        ("xls with absurd tables", cfb.clone(), "FILE_OLD_XLS"),
        ("password", encrypted, "FILE_ENCRYPTED"),
        ("sensitivity label", labelled, "FILE_LABELLED"),
        ("sensitivity label by its data space", data_space, "FILE_LABELLED"),
        ("sensitivity label before its package", label_first, "FILE_LABELLED"),
        ("password, as Excel writes one", password, "FILE_ENCRYPTED"),
        ("workbook of an old Excel", old, "FILE_OLD_XLS"),
        ("empty zip", empty_zip, "FILE_NOT_XLSX"),
        ("plain zip", Package { parts: vec![("a.txt".into(), b"hello".to_vec())] }.build(), "FILE_NOT_XLSX"),
    ] {
        assert_eq!(verdict(&bytes), expected, "{name}");
    }
}

#[test]
fn other_documents_in_a_zip_are_no_workbook() {
    let of_type = |content_type: &str| {
        good()
            .with(
                "[Content_Types].xml",
                CONTENT_TYPES.replace(
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
                    content_type,
                ),
            )
            .build()
    };
    assert_eq!(
        verdict(&of_type("application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml")),
        "FILE_NOT_XLSX"
    );
    assert_eq!(verdict(&of_type("application/vnd.ms-excel.sheet.binary.macroEnabled.main")), "FILE_NOT_XLSX");
    assert_eq!(verdict(&of_type("application/vnd.ms-excel.sheet.macroEnabled.main+xml")), "FILE_MACRO");
    assert_eq!(verdict(&good().with("xl/vbaProject.bin", "x").build()), "FILE_MACRO");
    for part in ["[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"] {
        assert_eq!(verdict(&good().without(part).build()), "FILE_NOT_XLSX", "{part}");
    }
    assert_eq!(verdict(&good().without(SHEET_PATH).build()), "FILE_CORRUPT");
}

#[test]
fn the_archive_must_be_all_there_is() {
    let bytes = good().build();
    let prefixed = [b"MZ junk".as_slice(), &bytes].concat();
    let trailed = [bytes.as_slice(), b"junk"].concat();
    let mut commented = bytes.clone();
    let end = commented.len();
    commented[end - 2..].copy_from_slice(&3_u16.to_le_bytes());
    commented.extend_from_slice(b"PK\x05");
    for (name, bytes) in [("prefix", prefixed), ("trailing", trailed), ("comment", commented)] {
        assert_eq!(verdict(&bytes), "FILE_CORRUPT", "{name}");
    }
    for length in [bytes.len() - 1, bytes.len() / 2, 40] {
        assert_eq!(verdict(&bytes[..length]), "FILE_CORRUPT", "cut at {length}");
    }
}

#[test]
fn headers_that_contradict_the_content_are_refused() {
    let bytes = good().build();
    let (local, central) = headers(&bytes, SHEET_PATH);
    let patch = |at: &[(usize, u32)]| {
        let mut bytes = bytes.clone();
        for (at, value) in at {
            bytes[*at..at + 4].copy_from_slice(&value.to_le_bytes());
        }
        verdict(&bytes)
    };
    let size = u32::from_le_bytes(bytes[central + 24..central + 28].try_into().unwrap());
    assert_eq!(patch(&[(local + 14, 1), (central + 16, 1)]), "FILE_CORRUPT", "checksum");
    assert_eq!(patch(&[(local + 22, size - 1), (central + 24, size - 1)]), "FILE_CORRUPT", "smaller than real");
    assert_eq!(patch(&[(local + 22, size + 1), (central + 24, size + 1)]), "FILE_CORRUPT", "larger than real");
    assert_eq!(patch(&[(central + 24, u32::MAX - 1)]), "FILE_TOO_LARGE", "4 GiB");
    assert_eq!(patch(&[(central + 20, u32::MAX - 1)]), "FILE_CORRUPT", "compressed past the end");
    assert_eq!(patch(&[(local + 30, 0x6261_7A7A)]), "FILE_CORRUPT", "another name in front of the data");
    for (name, method) in [("bzip2", 12_u16), ("lzma", 14), ("zstd", 93), ("unknown", 1000)] {
        let mut bytes = bytes.clone();
        bytes[local + 8..local + 10].copy_from_slice(&method.to_le_bytes());
        bytes[central + 10..central + 12].copy_from_slice(&method.to_le_bytes());
        assert_eq!(verdict(&bytes), "FILE_CORRUPT", "{name}");
    }
    let mut encrypted = bytes.clone();
    encrypted[local + 6] |= 1;
    encrypted[central + 8] |= 1;
    assert_eq!(verdict(&encrypted), "FILE_ENCRYPTED");
}

#[test]
fn entries_that_share_bytes_are_a_bomb() {
    let bytes = good().with("xl/media/a", vec![7; 64]).with("xl/media/b", vec![7; 64]).build();
    let (first, _) = headers(&bytes, "xl/media/a");
    let (_, central) = headers(&bytes, "xl/media/b");
    let mut overlapping = bytes.clone();
    overlapping[central + 42..central + 46].copy_from_slice(&u32::try_from(first).unwrap().to_le_bytes());
    overlapping[central + 46..central + 56].copy_from_slice(b"xl/media/a");
    // Two entries with one name are refused before the overlap is checked.
    assert_eq!(verdict(&overlapping), "FILE_CORRUPT");
    // The announced length of the first entry includes the second entry.
    let mut swallowing = bytes;
    let (local, central) = headers(&swallowing, "xl/media/a");
    let length = 80_u32.to_le_bytes();
    swallowing[local + 18..local + 22].copy_from_slice(&length);
    swallowing[central + 20..central + 24].copy_from_slice(&length);
    assert_eq!(verdict(&swallowing), "FILE_BOMB");
}

#[test]
fn names_must_point_into_the_package() {
    for name in ["../../evil.xml", "/etc/passwd", "xl/../../x", "C:/x", "xl\\..\\..\\x"] {
        assert_eq!(verdict(&good().with(name, "x").build()), "FILE_CORRUPT", "{name}");
    }
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.add_symlink("xl/link", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    let linked = zip.finish().unwrap().into_inner();
    assert_eq!(verdict(&linked), "FILE_CORRUPT");
}

#[test]
fn names_differing_in_case_are_one_part() {
    assert_eq!(verdict(&good().with("XL/WORKBOOK.XML", "<workbook/>").build()), "FILE_CORRUPT");
}

#[test]
fn stored_entries_data_descriptors_and_backslashes_are_honest() {
    assert_eq!(verdict(&good().build_with(CompressionMethod::Stored)), "OK");
    let mut zip = ZipWriter::new_stream(Vec::new());
    for (path, content) in &good().parts {
        zip.start_file(path.replace('/', "\\"), SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    let streamed = zip.finish().unwrap().into_inner();
    assert_eq!(verdict(&streamed), "OK");
}

#[test]
fn parts_that_nobody_reads_may_compress_as_they_like() {
    let picture = vec![0; 3 << 20];
    assert_eq!(verdict(&good().with("xl/media/logo.bmp", picture).build()), "OK");
    let nested = good().build();
    assert_eq!(verdict(&good().with("xl/media/nested.zip", nested).build()), "OK");
}

#[test]
fn bombs_are_refused_before_they_are_inflated() {
    let spaces = |size: usize| worksheet(&" ".repeat(size));
    assert_eq!(verdict(&good().with(SHEET_PATH, spaces(33 << 20)).build()), "FILE_TOO_LARGE");
    assert_eq!(verdict(&good().with(SHEET_PATH, spaces(1 << 20)).build()), "FILE_BOMB");
    let halves = good().with("xl/media/a", vec![0; 31 << 20]).with("xl/media/b", vec![0; 31 << 20]);
    assert_eq!(verdict(&halves.build()), "OK");
    assert_eq!(verdict(&halves.with("xl/media/c", vec![0; 31 << 20]).build()), "FILE_TOO_LARGE");
}

#[test]
fn too_many_parts_are_refused() {
    let crowd = |count: usize| {
        (0..count).fold(good(), |mut package, index| {
            package.parts.push((format!("xl/media/{index}"), Vec::new()));
            package
        })
    };
    assert_eq!(verdict(&crowd(200).build()), "OK");
    assert_eq!(verdict(&crowd(300).build()), "FILE_TOO_MANY_PARTS");
    assert_eq!(verdict(&crowd(40_000).build()), "FILE_TOO_MANY_PARTS");
}

#[test]
fn a_document_type_is_refused_in_every_part() {
    let harmless = "<!DOCTYPE sst>";
    let laughs = r#"<!DOCTYPE sst [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>"#;
    let external = r#"<!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/passwd">]>"#;
    let parameter = r#"<!DOCTYPE sst [<!ENTITY % p SYSTEM "http://169.254.169.254/"> %p;]>"#;
    for declaration in [harmless, laughs, external, parameter, "<!doctype sst>", "<!ELEMENT a ANY>"] {
        for (path, xml) in good().with_strings("", "<si><t>x</t></si>").parts {
            let xml = String::from_utf8(xml).unwrap();
            let at = if xml.starts_with("<?xml") { xml.find("?>").unwrap() + 2 } else { 0 };
            let xml = format!("{}{declaration}{}", &xml[..at], &xml[at..]);
            assert_eq!(verdict(&good().with(&path, xml).build()), "FILE_XML_FORBIDDEN", "{declaration} in {path}");
        }
    }
}

#[test]
fn entities_that_nobody_declared_are_refused() {
    for entity in ["&a;", "&#0;", "&#xFFFFFFFF;", "&", "&;"] {
        let cell = format!(r#"<c r="D2" t="inlineStr"><is><t>{entity}</t></is></c>"#);
        assert_eq!(code(Package::default().with_rows(&good_row_but(2, 'D', &cell)).read()), "FILE_CORRUPT", "{entity}");
    }
}

#[test]
fn an_announced_string_count_is_never_believed() {
    for count in [
        "99999999999999",
        "18446744073709551615",
        "-1",
        "abc",
        "1000000000000000000000000000000",
        "2000000000",
        "",
        "2",
    ] {
        let package = good().with_strings(&format!(r#"uniqueCount="{count}""#), "<si><t>x</t></si>");
        assert_eq!(code(package.read()), "FILE_CORRUPT", "{count}");
    }
    for count in ["0", "1", " 1 ", "&#49;"] {
        let package =
            good().with_strings(&format!(r#"count="99999999999" uniqueCount="{count}""#), "<si><t>x</t></si>");
        assert_eq!(code(package.read()), "OK", "{count}");
    }
    let honest = good().with_strings(r#"uniqueCount="200001""#, &"<si/>".repeat(200_001));
    let limits = Limits { ratio: u64::MAX, ..Limits::default() };
    assert_eq!(code(support::read(&honest.build(), &limits)), "FILE_TOO_MANY_STRINGS");
}

#[test]
fn a_shared_string_index_must_name_a_string() {
    for (index, expected) in [
        ("0", "OK"),
        ("1", "FILE_CORRUPT"),
        ("abc", "FILE_CORRUPT"),
        ("-1", "FILE_CORRUPT"),
        ("0.0", "FILE_CORRUPT"),
        ("4294967296", "FILE_CORRUPT"),
        ("&#48;", "OK"),
        ("<![CDATA[0]]>", "OK"),
        ("<!-- -->0", "OK"),
        (" 0\n", "OK"),
        ("0<!-- -->1", "FILE_CORRUPT"),
        ("", "OK"),
    ] {
        let cell = format!(r#"<c r="D2" t="s"><v>{index}</v></c>"#);
        let package = good().with_strings("", "<si><t>Ah Kow</t></si>").with_rows(&good_row_but(2, 'D', &cell));
        assert_eq!(code(package.read()), expected, "{index}");
    }
    let none = Package::default().with_rows(&good_row_but(2, 'D', r#"<c r="D2" t="s"><v>0</v></c>"#));
    assert_eq!(code(none.read()), "FILE_CORRUPT", "no table at all");
}

#[test]
fn a_reference_outside_the_sheet_is_refused() {
    for (reference, expected) in [
        ("XFE2", "FILE_CELL_OUT_OF_RANGE"),
        ("A1048577", "FILE_CELL_OUT_OF_RANGE"),
        ("A16777217", "FILE_CELL_OUT_OF_RANGE"),
        ("ZZZZZZZZZ2", "FILE_CELL_OUT_OF_RANGE"),
        ("A99999999999", "FILE_CELL_OUT_OF_RANGE"),
        ("a2", "FILE_CORRUPT"),
        ("$B$2", "FILE_CORRUPT"),
        ("A", "FILE_CORRUPT"),
        ("2", "FILE_CORRUPT"),
        ("A0", "FILE_CORRUPT"),
        ("A-1", "FILE_CORRUPT"),
        ("", "FILE_CORRUPT"),
        ("\u{ff21}\u{ff12}", "FILE_CORRUPT"),
        ("A3", "FILE_CORRUPT"),
        ("BM2", "FILE_CELL_OUT_OF_RANGE"),
    ] {
        let rows = format!(r#"<row r="2"><c r="{reference}"><v>1</v></c></row>"#);
        assert_eq!(code(Package::default().with_rows(&rows).read()), expected, "{reference}");
    }
    for (row, expected) in [
        ("1048577", "FILE_CELL_OUT_OF_RANGE"),
        ("0", "FILE_CORRUPT"),
        ("1", "FILE_CORRUPT"),
        ("B2", "FILE_CORRUPT"),
        ("99999999999999999999", "FILE_CELL_OUT_OF_RANGE"),
    ] {
        let rows = format!(r#"<row r="{row}"/>"#);
        assert_eq!(code(Package::default().with_rows(&rows).read()), expected, "row {row}");
    }
}

#[test]
fn a_far_cell_is_refused_and_far_formatting_is_not() {
    let far = format!(r#"{}<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#, row(2, &GOOD));
    assert_eq!(code(Package::default().with_rows(&far).read()), "FILE_CELL_OUT_OF_RANGE");
    let styled = format!(r#"{}<row r="1048576"><c r="XFD1048576" s="1"/></row>"#, row(2, &GOOD));
    assert_eq!(code(Package::default().with_rows(&styled).read()), "OK");
    let lone = r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#;
    assert_eq!(code(Package::default().with_sheet_data(lone).read()), "FILE_CELL_OUT_OF_RANGE");
}

#[test]
fn too_many_columns_are_refused() {
    let cells: String = (0..16_384).map(|_| r#"<c t="str"><v>x</v></c>"#).collect();
    let rows = format!("<row>{cells}</row>");
    assert_eq!(code(Package::default().with_sheet_data(&rows).read_repetitive()), "FILE_TOO_MANY_COLUMNS");
    let beyond: String = (0..16_385).map(|_| "<c/>").collect();
    let rows = format!("{}<row>{beyond}</row>", row(1, &HEADER));
    assert_eq!(code(Package::default().with_sheet_data(&rows).read_repetitive()), "FILE_CELL_OUT_OF_RANGE");
}

#[test]
fn xml_out_of_bounds_is_refused() {
    let in_cell = |xml: &str| {
        let cell = format!(r#"<c r="D2" t="inlineStr"><is><t>{xml}</t></is></c>"#);
        Package::default().with_rows(&good_row_but(2, 'D', &cell))
    };
    let noise: String =
        (0..300_000_u32).map(|n| char::from(b'a' + n.wrapping_mul(2_654_435_761).to_be_bytes()[0] % 26)).collect();
    let attributes: String = (0..100_000).map(|n| format!(r#" a{n}="""#)).collect();
    let spaces: String = (0..100_000).map(|n| format!(r#" xmlns:n{n}="u""#)).collect();
    let deep = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
    let before =
        |xml: &str| good().with(SHEET_PATH, worksheet("").replace("<sheetData>", &format!("{xml}<sheetData>")));
    for (name, package) in [
        ("attributes", before(&format!("<a{attributes}/>"))),
        ("namespaces", before(&format!("<a{spaces}/>"))),
        ("one huge attribute", before(&format!(r#"<a b="{noise}"/>"#))),
        ("one huge comment", before(&format!("<!--{noise}-->"))),
        ("one huge instruction", before(&format!("<?a {noise}?>"))),
        ("one huge CDATA", in_cell(&format!("<![CDATA[{noise}]]>"))),
        ("one huge text", in_cell(&noise)),
        ("one huge closing tag", before(&format!("<a></a{}>", " ".repeat(100_000)))),
        ("many texts that make one", in_cell(&format!("{}</t><t>{}", &noise[..150_000], &noise[..150_000]))),
        ("nesting", before(&deep(33))),
        ("deep nesting", before(&deep(50_000))),
    ] {
        assert_eq!(code(package.read_repetitive()), "FILE_XML_LIMIT", "{name}");
    }
}

#[test]
fn xml_that_parsers_read_differently_is_refused() {
    let before =
        |xml: &str| good().with(SHEET_PATH, worksheet("").replace("<sheetData>", &format!("{xml}<sheetData>")));
    for xml in [
        "<a b=c/>",
        "<a b='1' b='2'/>",
        "<a b='<c>'/>",
        "<a b='1'c='2'/>",
        "<a><b></a></b>",
        "<a></b>",
        "</a>",
        "<!-->--><a>",
        "<a b/>",
        "< a/>",
        "<a/ >",
        "<?xml version='1.0' encoding='utf-16'?>",
        "<sheetData/>",
    ] {
        assert_eq!(code(before(xml).read()), "FILE_CORRUPT", "{xml}");
    }
    for (name, xml) in [
        ("another encoding", worksheet("").replace("UTF-8", "ISO-2022-JP")),
        ("two roots", format!("{}<worksheet/>", worksheet(""))),
        ("text behind the root", format!("{}x", worksheet(""))),
        ("an end that is missing", worksheet("").replace("</worksheet>", "")),
        ("another root", "<chartsheet><sheetData/></chartsheet>".to_owned()),
        ("nothing", String::new()),
    ] {
        assert_eq!(code(good().with(SHEET_PATH, xml).read()), "FILE_CORRUPT", "{name}");
    }
    let utf16: Vec<u8> = worksheet("").encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(code(good().with(SHEET_PATH, utf16).read()), "FILE_CORRUPT");
}

#[test]
fn cells_must_follow_the_grammar_of_a_sheet() {
    let in_row = |xml: &str| Package::default().with_rows(&format!(r#"{}<row r="3">{xml}</row>"#, row(2, &GOOD)));
    for xml in [
        r#"<c r="B3" t="zzz"><v>1</v></c>"#,
        r#"<c r="B3"><v>1</v><v>2</v></c>"#,
        r#"<c r="B3"><v>1</v><f>A1</f></c>"#,
        r#"<c r="B3" t="inlineStr"><is><t>a</t></is><v/></c>"#,
        r#"<c r="B3" t="inlineStr"><is><t>a<t>b</t></t></is></c>"#,
        r#"<c r="B3"><w>1</w></c>"#,
        r#"<c r="B3"><c r="C3"/></c>"#,
        r#"<c r="C3"/><c r="B3"/>"#,
        r#"<c r="C3"/><c r="C3"/>"#,
        r#"<c r="B3" t="b"><v>banana</v></c>"#,
        r#"<c r="B3" t="n"><v>banana</v></c>"#,
    ] {
        assert_eq!(code(in_row(xml).read()), "FILE_CORRUPT", "{xml}");
    }
    let disorder = format!("{}{}", row(3, &GOOD), row(2, &GOOD));
    assert_eq!(code(Package::default().with_rows(&disorder).read()), "FILE_CORRUPT");
}

#[test]
fn relationships_that_leave_the_package_are_never_followed() {
    let sheet_target = |target: &str| {
        good().with("xl/_rels/workbook.xml.rels", WORKBOOK_RELS.replace(r#"Target="worksheets/sheet1.xml""#, target))
    };
    assert_eq!(
        code(sheet_target(r#"Target="http://evil.example/x.xml" TargetMode="External""#).read()),
        "FILE_CORRUPT"
    );
    assert_eq!(code(sheet_target(r#"Target="../../../etc/passwd""#).read()), "FILE_CORRUPT");
    assert_eq!(code(sheet_target(r#"Target="worksheets/missing.xml""#).read()), "FILE_CORRUPT");
    assert_eq!(code(sheet_target(r#"Target="workbook.xml""#).read()), "FILE_CORRUPT");
    let root = ROOT_RELS.replace(r#"Target="xl/workbook.xml""#, r#"Target="_rels/.rels""#);
    assert_eq!(code(good().with("_rels/.rels", root).read()), "FILE_NOT_XLSX");
}

#[test]
fn a_million_styles_leave_plain_values() {
    let formats = r#"<xf numFmtId="0"/>"#.repeat(1_000_000);
    let styles = STYLES.replace(r#"<cellXfs count="3">"#, &format!("<cellXfs>{formats}"));
    let cell = r#"<c r="G2" s="999999"><v>91234567</v></c>"#;
    let limits = Limits { ratio: u64::MAX, ..Limits::default() };
    let bytes = Package::default().with_rows(&good_row_but(2, 'G', cell)).with("xl/styles.xml", styles).build();
    let sheet = support::read(&bytes, &limits).unwrap();
    assert_eq!(sheet.rows.get(0).unwrap().raw.form.contact_number, "91234567");
}

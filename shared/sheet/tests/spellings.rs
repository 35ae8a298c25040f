//! One meaning in many spellings: attributes, namespaces, texts and formats read as every other program reads them.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use support::{HEADER, Package, SHEET_PATH, STYLES, TYPES, outcome, row, usual_row, usual_row_but, worksheet};

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const STRICT: &str = "http://purl.oclc.org/ooxml/spreadsheetml/main";

/// The header, two usual rows, and the second of them changed.
fn sheet_with(change: impl Fn(&str) -> String) -> String {
    let rows = format!("{}{}{}", row(1, &HEADER), usual_row(2), usual_row(3));
    change(&worksheet(&rows))
}

fn read(xml: &str) -> String {
    outcome(&Package::default().with(SHEET_PATH, xml).build())
}

/// Reads a list whose first person has one cell with other XML.
fn read_cell(column: char, cell: &str) -> String {
    read(&worksheet(&format!("{}{}", row(1, &HEADER), usual_row_but(2, column, cell))))
}

#[test]
fn a_row_is_hidden_unless_it_says_that_it_is_not() {
    for (attributes, is_hidden) in [
        (r#"hidden="1""#, true),
        (r#"hidden="true""#, true),
        (r#"hidden="&#49;""#, true),
        (r#"hidden="&#x74;rue""#, true),
        (r#"hidden=" 1 ""#, true),
        (r#"hidden="TRUE""#, true),
        (r#"hidden="t""#, true),
        (r#"hidden="on""#, true),
        (r#"hidden="yes""#, true),
        (r#"hidden="""#, true),
        (r#"hidden='1'"#, true),
        (r#"ht="0""#, true),
        (r#"ht="&#48;""#, true),
        (r#"ht=" 0.0 ""#, true),
        (r#"ht="0.01""#, true),
        (r#"ht="-15""#, true),
        (r#"ht="none""#, true),
        (r#"hidden="0""#, false),
        (r#"hidden="false""#, false),
        (r#"hidden=" &#48;""#, false),
        (r#"ht="15" customHeight="1""#, false),
        (r#"x:hidden="1""#, false),
    ] {
        let xml = sheet_with(|xml| xml.replace(r#"<row r="3">"#, &format!(r#"<row r="3" {attributes}>"#)));
        assert_eq!(read(&xml), if is_hidden { "2, HiddenRows(1)" } else { "2, 3" }, "{attributes}");
    }
}

#[test]
fn a_blank_cell_never_has_the_text_of_the_cell_before_it() {
    for blank in [
        r#"<c r="I2" t="inlineStr"/>"#,
        r#"<c r="I2" t="inlineStr"></c>"#,
        r#"<c r="I2" t="inlineStr"><is/></c>"#,
        r#"<c r="I2" t="inlineStr"><is><t/></is></c>"#,
        r#"<c r="I2" t="str"><v/></c>"#,
        r#"<c r="I2" t="str"/>"#,
        r#"<c r="I2" t="s"/>"#,
        r#"<c r="I2"/>"#,
    ] {
        let rows = format!("{}{}", row(1, &HEADER), usual_row_but(2, 'I', blank));
        assert_eq!(read(&worksheet(&rows)), "2", "{blank}");
    }
}

#[test]
fn a_column_is_hidden_unless_it_says_that_it_is_not() {
    let with = |columns: &str| {
        let rows = usual_row_but(2, 'I', r#"<c r="I2" t="str"><v>Unseen</v></c>"#);
        worksheet(&format!("{}{rows}", row(1, &HEADER))).replace("<sheetData>", &format!("{columns}<sheetData>"))
    };
    let (seen, hidden) = ("2 department=\"Unseen\"", "2, HiddenFields([Department])");
    for (columns, expected) in [
        (r#"<cols><col min="9" max="9" hidden="&#49;"/></cols>"#, hidden),
        (r#"<cols><col min=" 9" max="&#57;" hidden="True"/></cols>"#, hidden),
        (r#"<cols><col min="9" max="9" width="0.0"/></cols>"#, hidden),
        (
            r#"<cols><col min="1" max="8"/></cols><cols><col min="9" max="16384" hidden="1"/></cols>"#,
            "FILE_COLUMNS_HIDDEN",
        ),
        (r#"<x:cols><x:col min="9" max="9" hidden="1"/></x:cols>"#, hidden),
        (r#"<cols><col min="9" max="9" hidden="false" width="12"/></cols>"#, seen),
        (r#"<cols xmlns="urn:other"><col min="9" max="9" hidden="1"/></cols>"#, seen),
        (r#"<cols><col min="9" hidden="1"/></cols>"#, "FILE_CORRUPT"),
        (r#"<cols><col min="9" max="8" hidden="1"/></cols>"#, "FILE_CORRUPT"),
        (r#"<cols><col min="0" max="9" hidden="1"/></cols>"#, "FILE_CORRUPT"),
        (r#"<col min="9" max="9" hidden="1"/>"#, "FILE_CORRUPT"),
        (r#"<sheetViews><cols><col min="9" max="9" hidden="1"/></cols></sheetViews>"#, "FILE_CORRUPT"),
    ] {
        assert_eq!(read(&with(columns)), expected, "{columns}");
    }
    let behind = with("").replace("</sheetData>", r#"</sheetData><cols><col min="9" max="9" hidden="1"/></cols>"#);
    assert_eq!(read(&behind), "FILE_CORRUPT");
}

#[test]
fn prefixes_are_free_and_namespaces_are_not() {
    let whole = sheet_with(str::to_owned);
    let prefixed =
        whole.replace("<", "<p:").replace("<p:/", "</p:").replace("<p:?", "<?").replace("xmlns=", "xmlns:p=");
    for (name, xml, expected) in [
        ("a prefix", prefixed.clone(), "2, 3"),
        ("strict", whole.replace(MAIN, STRICT), "2, 3"),
        ("strict with a prefix", prefixed.replace(MAIN, STRICT), "2, 3"),
        ("a reference in the name", whole.replace(MAIN, &MAIN.replace('m', "&#109;")), "2, 3"),
        ("declared again inside", whole.replace("<sheetData>", &format!(r#"<sheetData xmlns="{MAIN}">"#)), "2, 3"),
        ("another", whole.replace(MAIN, "urn:other"), "FILE_CORRUPT"),
        ("none", whole.replace(&format!(r#"xmlns="{MAIN}""#), ""), "FILE_CORRUPT"),
        ("another case", whole.replace(MAIN, &MAIN.to_uppercase()), "FILE_CORRUPT"),
        ("a space", whole.replace(MAIN, &format!("{MAIN} ")), "FILE_CORRUPT"),
        ("a prefix that is not declared", prefixed.replace("xmlns:p=", "xmlns:q="), "FILE_CORRUPT"),
        ("a prefix that is undeclared", whole.replace("<sheetData>", r#"<sheetData xmlns:x="">"#), "FILE_CORRUPT"),
        ("the data", whole.replace("<sheetData>", r#"<sheetData xmlns="urn:other">"#), "FILE_CORRUPT"),
        ("two colons", whole.replace("<sheetData>", "<x:y:z/><sheetData>"), "FILE_CORRUPT"),
    ] {
        assert_eq!(read(&xml), expected, "{name}");
    }
}

#[test]
fn nothing_foreign_is_in_the_data() {
    let foreign = r#"xmlns:f="urn:other""#;
    for (name, from, to) in [
        ("a row", r#"<row r="3">"#, format!(r#"<f:row {foreign}/><row r="3">"#)),
        ("a row without a prefix", r#"<row r="3">"#, r#"<row r="3" xmlns="urn:other">"#.to_owned()),
        ("a cell", r#"<c r="B3""#, format!(r#"<f:c {foreign}/><c r="B3""#)),
        ("a value", r#"<is><t xml:space="preserve">Yes</t></is>"#, format!("<f:v {foreign}>1</f:v>")),
        ("a text", r#"<t xml:space="preserve">Yes</t>"#, format!("<f:t {foreign}>Yes</f:t>")),
        ("a run", r#"<t xml:space="preserve">Yes</t>"#, format!("<f:r {foreign}><t>Yes</t></f:r>")),
        ("a choice", r#"<row r="3">"#, format!(r#"<f:AlternateContent {foreign}/><row r="3">"#)),
    ] {
        let xml = sheet_with(|xml| {
            let at = xml.rfind(from).unwrap();
            format!("{}{to}{}", &xml[..at], &xml[at + from.len()..])
        });
        assert_eq!(read(&xml), "FILE_CORRUPT", "{name}");
    }
}

#[test]
fn foreign_elements_elsewhere_are_ignored() {
    let foreign = r#"xmlns:f="urn:other""#;
    for (name, xml) in [
        (
            "before the data",
            sheet_with(|xml| xml.replace("<sheetData>", &format!("<f:a {foreign}><f:row/></f:a><sheetData>"))),
        ),
        (
            "behind the data",
            sheet_with(|xml| {
                let list = format!(r#"<f:mergeCells {foreign}><f:mergeCell ref="J2:J3"/></f:mergeCells>"#);
                xml.replace("</sheetData>", &format!("</sheetData>{list}"))
            }),
        ),
        (
            "an extension of a row",
            sheet_with(|xml| {
                let list =
                    format!(r#"<extLst><ext uri="u" {foreign}><f:c r="A1"><f:v>1</f:v></f:c></ext></extLst></row>"#);
                xml.replace("</row>", &list)
            }),
        ),
        (
            "an extension of a cell",
            sheet_with(|xml| xml.replace("</is></c>", r#"</is><extLst><ext uri="u"><v>1</v></ext></extLst></c>"#)),
        ),
        ("attributes", sheet_with(|xml| xml.replace("<row ", &format!(r#"<row {foreign} f:hidden="1" f:r="9" "#)))),
    ] {
        assert_eq!(read(&xml), "2, 3", "{name}");
    }
}

fn with_strings(attributes: &str, items: &str, index: &str) -> String {
    let cell = format!(r#"<c r="D2" t="s"><v>{index}</v></c>"#);
    let rows = format!("{}{}", row(1, &HEADER), usual_row_but(2, 'D', &cell));
    outcome(&Package::default().with_strings(attributes, items).with_sheet_data(&rows).build())
}

#[test]
fn a_string_table_has_every_string_that_it_announces() {
    let (kow, other) = ("<si><t>Ah Kow</t></si>", "<si><t>Wei</t></si>");
    let three = format!("{other}{kow}{other}");
    for (name, attributes, items, expected) in [
        ("as announced", r#"uniqueCount="3""#, three.as_str(), "2"),
        ("more than announced", r#"uniqueCount="2""#, &three, "2"),
        ("not announced", "", &three, "2"),
        ("fewer", r#"uniqueCount="4""#, &three, "FILE_CORRUPT"),
        ("fewer, with spaces", r#"uniqueCount=" &#52; ""#, &three, "FILE_CORRUPT"),
        ("no number", r#"uniqueCount="3.0""#, &three, "FILE_CORRUPT"),
        ("an extension", r#"uniqueCount="3""#, &format!(r#"{three}<extLst><ext uri="u"/></extLst>"#), "2"),
        ("a foreign string", "", &format!(r#"<f:si xmlns:f="urn:other"/>{three}"#), "FILE_CORRUPT"),
        ("a string without a namespace", "", &format!(r#"<si xmlns=""/>{three}"#), "FILE_CORRUPT"),
        ("a string in another element", "", &format!("<a>{kow}</a>{three}"), "FILE_CORRUPT"),
        ("a foreign text", "", &format!(r#"{other}<si><f:t xmlns:f="urn:other">Ah Kow</f:t></si>"#), "FILE_CORRUPT"),
    ] {
        assert_eq!(with_strings(attributes, items, "1"), expected, "{name}");
    }
    for (index, expected) in
        [(" 1 ", "2"), ("1\n", "2"), ("\t1", "2"), ("01", "2"), ("1 1", "FILE_CORRUPT"), ("+1", "FILE_CORRUPT")]
    {
        assert_eq!(with_strings("", &three, index), expected, "{index:?}");
    }
}

#[test]
fn spaces_between_runs_are_kept() {
    for item in [
        "<si><t>Ah Kow</t></si>",
        "<si><r><t>Ah </t></r><r><t>Kow</t></r></si>",
        "<si><r><t>Ah</t></r><r><t> </t></r><r><t>Kow</t></r></si>",
        r#"<si xml:space="preserve"><r><t>Ah </t></r><r><t>Kow</t></r></si>"#,
        r#"<si><r><t xml:space="default">Ah</t></r><r><t xml:space="default"> Kow</t></r></si>"#,
        "<si><r><t>Ah&#32;</t></r><r><t>Kow</t></r></si>",
        "<si><r><t><![CDATA[Ah ]]></t></r><r><t>K<!-- -->ow</t></r></si>",
    ] {
        assert_eq!(with_strings("", item, "0"), "2", "shared {item}");
        let cell = format!(r#"<c r="D2" t="inlineStr">{}</c>"#, item.replace("si>", "is>").replace("<si", "<is"));
        assert_eq!(read_cell('D', &cell), "2", "inline {item}");
    }
}

#[test]
fn a_value_reads_the_same_in_every_spelling() {
    for value in ["Ah Kow", "Ah&#32;Kow", "<![CDATA[Ah Kow]]>", "Ah <![CDATA[Kow]]>", "Ah<!-- --> Kow", "<?a b?>Ah Kow"]
    {
        let cell = format!(r#"<c r="D2" t="str"><v>{value}</v></c>"#);
        assert_eq!(read_cell('D', &cell), "2", "{value}");
    }
    for value in ["91234567", " 91234567 ", "<![CDATA[91234567]]>", "9123<!-- -->4567", "&#57;1234567", "\n91234567\n"]
    {
        for kind in [r#"t="n""#, "", r#"t="str""#, r#"t="&#110;""#, r#"t=" n ""#] {
            let read = read_cell('G', &format!(r#"<c r="G2" {kind}><v>{value}</v></c>"#));
            let is_padded = kind.contains("str") && value.trim() != value;
            assert!(read == "2" || is_padded, "{kind} {value} {read}");
        }
    }
    for (value, expected) in [("1", "2 seed=\"TRUE\""), (" true ", "2 seed=\"TRUE\""), ("TRUE", "FILE_CORRUPT")] {
        let cell = format!(r#"<c r="J2" t="b"><v>{value}</v></c>"#);
        assert_eq!(read_cell('J', &cell), expected, "{value}");
    }
}

#[test]
fn a_date_is_known_in_every_spelling() {
    let date = "2 reason=\"\" reason:cell.type";
    for (style, expected) in [
        ("1", date),
        (" 1", date),
        ("&#49;", date),
        ("01", date),
        ("\n1\t", date),
        ("0", "2 reason=\"45000\""),
        ("999", "2 reason=\"45000\""),
        ("+1", "FILE_CORRUPT"),
        ("1.0", "FILE_CORRUPT"),
        ("", "2 reason=\"45000\""),
        ("one", "FILE_CORRUPT"),
    ] {
        assert_eq!(read_cell('K', &format!(r#"<c r="K2" s="{style}"><v>45000</v></c>"#)), expected, "{style:?}");
    }
    for (id, expected) in [
        (r#""164""#, date),
        (r#"" 164 ""#, date),
        (r#""&#49;64""#, date),
        (r#""14""#, date),
        (r#""57""#, date),
        (r#""81""#, date),
        (r#""1""#, "2 reason=\"45000\""),
        (r#""49""#, "2 reason=\"45000\""),
        (r#""x""#, "FILE_CORRUPT"),
        (r#""-164""#, "FILE_CORRUPT"),
    ] {
        let styles = STYLES
            .replace(r#"<xf numFmtId="164"/>"#, "")
            .replace(r#"<cellXfs count="3">"#, &format!(r#"<cellXfs><xf numFmtId={id}/>"#));
        // A cell without a style has the first one.
        for style in [r#"s="0""#, r#"s="""#, ""] {
            let cell = format!(r#"<c r="K2" {style}><v>45000</v></c>"#);
            let rows = format!("{}{}", row(1, &HEADER), usual_row_but(2, 'K', &cell));
            let package = Package::default().with_sheet_data(&rows).with("xl/styles.xml", styles.clone());
            assert_eq!(outcome(&package.build()), expected, "{id} {style}");
        }
    }
}

#[test]
fn a_date_code_of_any_language_is_a_date() {
    for (code, is_date) in [
        ("aaaa", true),
        ("[$-D07041E]d/mm/bbbb", true),
        ("[$-411]ggge", true),
        ("&#100;d", true),
        ("TT.MM.JJJJ", true),
        ("[&lt;1]0;yyyy", true),
        ("0.00E+00", false),
        ("General", false),
        ("&quot;day&quot; 0", false),
        ("[Red]0.0", false),
    ] {
        let styles = STYLES.replace("dd/mm/yyyy", code);
        let rows = format!("{}{}", row(1, &HEADER), usual_row_but(2, 'K', r#"<c r="K2" s="1"><v>45000</v></c>"#));
        let package = Package::default().with_sheet_data(&rows).with("xl/styles.xml", styles);
        let expected = if is_date { "2 reason=\"\" reason:cell.type" } else { "2 reason=\"45000\"" };
        assert_eq!(outcome(&package.build()), expected, "{code}");
    }
}

#[test]
fn half_a_character_is_a_fault_of_its_field() {
    for text in
        ["a_xD83D_b", "a_xDE00_b", "_xD83D_", "a_xFFFE_b", "a_xFDD0_b", "a&#xFFFE;b", "a\u{1fffe}b", "a\u{fffd}b"]
    {
        let read = read_cell('K', &format!(r#"<c r="K2" t="inlineStr"><is><t>{text}</t></is></c>"#));
        assert!(read.ends_with("reason:control-character"), "{text:?} {read}");
        let read = with_strings("", &format!("<si><t>{text}</t></si>"), "0");
        assert!(read.contains("firstName:"), "{text:?} {read}");
    }
    assert_eq!(
        read_cell('K', r#"<c r="K2" t="str"><v>a_xD83D__xDE00_b</v></c>"#),
        "2 reason=\"a\u{1f600}b\"",
        "a whole pair"
    );
}

#[test]
fn bytes_that_no_xml_may_hold_are_refused_in_every_part() {
    let rows = format!("{}{}", row(1, &HEADER), usual_row(2));
    let package = Package::default().with_strings("", "<si><t>x</t></si>").with_sheet_data(&rows);
    for bad in [&b"\x01"[..], b"\0", b"\x0B", b"\xFF", b"\xC0\x80", b"\xED\xA0\x80", b"\xEF\xBF\xBE", b"\xEF\xBF\xBF"] {
        for (path, content) in &package.parts {
            for (name, open, close) in [("a comment", "<!-- ", " -->"), ("an instruction", "<?a ", "?>")] {
                let changed = [content, open.as_bytes(), bad, close.as_bytes()].concat();
                assert_eq!(
                    outcome(&package.clone().with(path, changed).build()),
                    "FILE_CORRUPT",
                    "{name} {bad:?} {path}"
                );
            }
        }
        let text = [&b"<si><t>"[..], bad, b"</t></si>"].concat();
        let table = [format!(r#"<sst xmlns="{MAIN}">"#).as_bytes(), &text, b"</sst>"].concat();
        assert_eq!(outcome(&package.clone().with(support::STRINGS_PATH, table).build()), "FILE_CORRUPT", "{bad:?}");
    }
}

#[test]
fn declarations_and_instructions_are_read_by_their_name() {
    let whole = sheet_with(str::to_owned);
    let declaration = r#"<?xml version="1.0" encoding="UTF-8"?>"#;
    let with = |head: &str| read(&whole.replace(declaration, head));
    for head in [
        "",
        r#"<?xml version="1.0"?>"#,
        r#"<?xml version="1.0" encoding="utf-8"?>"#,
        r#"<?xml version="1.0" encoding="utf8"?>"#,
        r#"<?xml version='1.0' encoding='UTF8' standalone='yes' ?>"#,
        r#"<?xml version="1.0" encoding=" utf-8 "?>"#,
        r#"<?xml version = "1.0" encoding = "US-ASCII"?>"#,
        "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>",
        r#"<?xml-stylesheet type="text/xsl" href="a.xsl"?>"#,
        r#"<?xml version="1.0"?><?xml-stylesheet href="encoding"?><?xmlish?>"#,
        r#"<?mso-application progid="Excel.Sheet"?>"#,
    ] {
        assert_eq!(with(head), "2, 3", "{head}");
    }
    for head in [
        r#"<?xml version="1.0" encoding="utf-16"?>"#,
        r#"<?xml version="1.0" encoding="iso-8859-1"?>"#,
        r#"<?xml version="1.0" encoding="utf-7"?>"#,
        r#"<?xml version="1.0" encoding="utf-8" encoding="utf-7"?>"#,
        r#"<?xml version="1.0" encoding=utf-8?>"#,
        r#"<?xml version="1.0"?><?xml version="1.0"?>"#,
        r#"<?xml version="1.0"?><?XML a?>"#,
        "<?xml version=\"1.0\"?><? a?>",
        "<!-- a -- b -->",
        "<!-- a --->",
    ] {
        assert_eq!(with(head), "FILE_CORRUPT", "{head}");
    }
}

/// A list with this link on it, and these relationships of its worksheet.
fn linked(link: &str, relationships: &str) -> String {
    let links = format!("</sheetData><hyperlinks>{link}</hyperlinks>");
    let rels = support::relationships(relationships);
    let xml = sheet_with(|xml| xml.replace("</sheetData>", &links));
    outcome(&Package::default().with(SHEET_PATH, xml).with("xl/worksheets/_rels/sheet1.xml.rels", rels).build())
}

fn relationship(id: &str, target: &str) -> String {
    format!(r#"<Relationship Id="{id}" Type="{TYPES}/hyperlink" Target="{target}" TargetMode="External"/>"#)
}

#[test]
fn a_link_is_compared_wherever_it_is_and_however_it_is_written() {
    let elsewhere = relationship("rId1", "mailto:eve@example-agency.gov.sg");
    let (second, both) = ("2 email:email.link-mismatch, 3", "2 email:email.link-mismatch, 3 email:email.link-mismatch");
    for (reference, expected) in [
        ("B2", second),
        ("b2", second),
        ("$B$2", second),
        ("Users!B2", second),
        (" B2 ", second),
        ("&#66;2", second),
        ("A2:C2", second),
        ("H2 B2", second),
        ("A1:K3", both),
        ("B2:B3", both),
        ("B3:B2", both),
        ("B:B", both),
        ("2:3", both),
        ("B1", "2, 3"),
        ("C2:K3", "2, 3"),
        ("h2", "2, 3"),
        ("H2 H3", "2, 3"),
        ("somewhere", "2, 3"),
        ("", "2, 3"),
    ] {
        let read = linked(&format!(r#"<hyperlink ref="{reference}" r:id="rId1"/>"#), &elsewhere);
        assert_eq!(read, expected, "{reference}");
    }
    for (target, expected) in [
        ("mailto:p2@example-agency.gov.sg", "2, 3"),
        ("MAILTO:P2@example-agency.gov.sg", "2, 3"),
        ("MailTo:eve@example-agency.gov.sg", second),
        ("  mailto:eve@example-agency.gov.sg", second),
        ("mailto&#58;eve@example-agency.gov.sg", second),
        ("mail&#10;to:eve@example-agency.gov.sg", second),
        ("mailto:eve%40example-agency.gov.sg?subject=p2@example-agency.gov.sg", second),
        ("mailto:", second),
        ("https://www.example-agency.gov.sg", "2, 3"),
    ] {
        let read = linked(r#"<hyperlink ref="B2" r:id="rId1"/>"#, &relationship("rId1", target));
        assert_eq!(read, expected, "{target}");
    }
}

#[test]
fn a_link_has_one_target() {
    let (right, wrong) = (
        relationship("rId1", "mailto:p2@example-agency.gov.sg"),
        relationship("rId1", "mailto:eve@example-agency.gov.sg"),
    );
    let link = r#"<hyperlink ref="B2" r:id="rId1"/>"#;
    assert_eq!(linked(link, &right), "2, 3");
    assert_eq!(linked(link, &format!("{wrong}{right}")), "FILE_CORRUPT");
    assert_eq!(linked(link, &format!("{right}{wrong}")), "FILE_CORRUPT");
    assert_eq!(linked(link, &format!("{right}{}", wrong.replace("rId1", " &#114;Id1"))), "FILE_CORRUPT");
    let other = relationship("rId2", "mailto:eve@example-agency.gov.sg");
    let two = r#"<hyperlink ref="B2" r:id="rId1"/><hyperlink ref="B2" r:id="rId2"/>"#;
    assert_eq!(linked(two, &format!("{right}{other}")), "2 email:email.link-mismatch, 3", "two links on one cell");
    let foreign = r#"<hyperlink ref="B2" xmlns:f="urn:other" f:id="rId2" id="rId2" r:id="rId1"/>"#;
    assert_eq!(linked(foreign, &format!("{right}{other}")), "2, 3", "a foreign id");
    let strict = "http://purl.oclc.org/ooxml/officeDocument/relationships";
    let twice = format!(r#"<hyperlink ref="B2" xmlns:s="{strict}" s:id="rId2" r:id="rId1"/>"#);
    assert_eq!(linked(&twice, &format!("{right}{other}")), "FILE_CORRUPT", "two ids");
}

//! The parts of the package: each is listed once, only visible worksheets are read, and none holds macros.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use support::{CONTENT_TYPES, HEADER, Package, ROOT_RELS, TYPES, WORKBOOK, WORKBOOK_RELS, outcome, row, usual_row};

#[test]
fn a_sheet_is_hidden_unless_it_is_visible() {
    for (state, expected) in [
        ("", "2"),
        (r#"state="visible""#, "2"),
        (r#"state=" visible""#, "2"),
        (r#"state="&#118;isible""#, "2"),
        (r#"state="Visible""#, "FILE_HEADER_MISSING"),
        (r#"state="veryHidden""#, "FILE_HEADER_MISSING"),
        (r#"state="&#104;idden""#, "FILE_HEADER_MISSING"),
        (r#"state="""#, "FILE_HEADER_MISSING"),
    ] {
        let workbook = WORKBOOK.replace(r#"sheetId="1""#, &format!(r#"sheetId="1" {state}"#));
        let rows = format!("{}{}", row(1, &HEADER), usual_row(2));
        let package = Package::default().with_sheet_data(&rows).with("xl/workbook.xml", workbook);
        assert_eq!(outcome(&package.build()), expected, "{state}");
    }
}

#[test]
fn whatever_is_listed_twice_is_refused() {
    let rows = format!("{}{}", row(1, &HEADER), usual_row(2));
    let good = Package::default().with_strings("", "<si><t>x</t></si>").with_sheet_data(&rows);
    let strict = "http://purl.oclc.org/ooxml/officeDocument/relationships";
    let related = |more: &str| WORKBOOK_RELS.replace("</Relationships>", &format!("{more}</Relationships>"));
    let listed = |more: &str| WORKBOOK.replace("</sheets>", &format!("{more}</sheets>"));
    for (name, path, xml) in [
        (
            "a relationship of the workbook",
            "xl/_rels/workbook.xml.rels",
            related(&format!(r#"<Relationship Id="rId1" Type="{TYPES}/worksheet" Target="worksheets/sheet9.xml"/>"#)),
        ),
        (
            "an id with a reference",
            "xl/_rels/workbook.xml.rels",
            related(&format!(r#"<Relationship Id="&#114;Id1 " Type="{TYPES}/theme" Target="theme.xml"/>"#)),
        ),
        (
            "the strings",
            "xl/_rels/workbook.xml.rels",
            related(&format!(r#"<Relationship Id="rId9" Type="{TYPES}/sharedStrings" Target="sharedStrings.xml"/>"#)),
        ),
        (
            "the strings, strict",
            "xl/_rels/workbook.xml.rels",
            related(&format!(r#"<Relationship Id="rId9" Type="{strict}/sharedStrings" Target="other.xml"/>"#)),
        ),
        (
            "the styles",
            "xl/_rels/workbook.xml.rels",
            related(&format!(r#"<Relationship Id="rId9" Type="{TYPES}/styles" Target="styles2.xml"/>"#)),
        ),
        (
            "the document",
            "_rels/.rels",
            ROOT_RELS.replace(
                "</Relationships>",
                &format!(
                    r#"<Relationship Id="rId9" Type="{TYPES}/officeDocument" Target="xl/b.xml"/></Relationships>"#
                ),
            ),
        ),
        (
            "a type",
            "[Content_Types].xml",
            CONTENT_TYPES.replace("</Types>", r#"<Default Extension="XML" ContentType="a/b"/></Types>"#),
        ),
        ("a sheet by its relationship", "xl/workbook.xml", listed(r#"<sheet name="B" sheetId="2" r:id="rId1"/>"#)),
        ("the list of sheets", "xl/workbook.xml", WORKBOOK.replace("</workbook>", "<sheets/></workbook>")),
        ("a foreign sheet", "xl/workbook.xml", listed(r#"<f:sheet xmlns:f="urn:other" r:id="rId1"/>"#)),
        ("a sheet in a sheet", "xl/workbook.xml", listed(r#"<sheet name="B" r:id="rId8"><sheet/></sheet>"#)),
    ] {
        assert_eq!(outcome(&good.clone().with(path, xml).build()), "FILE_CORRUPT", "{name}");
    }
}

#[test]
fn a_workbook_has_one_part_with_strings() {
    let typed = |name: &str| {
        let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml";
        format!(r#"<Override PartName="/xl/{name}.xml" ContentType="{kind}"/>"#)
    };
    let types = CONTENT_TYPES.replace("</Types>", &format!("{}{}</Types>", typed("a"), typed("b")));
    let rows = format!("{}{}", row(1, &HEADER), usual_row(2));
    let package = Package::default().with_sheet_data(&rows).with("[Content_Types].xml", types);
    assert_eq!(outcome(&package.build()), "FILE_CORRUPT");
}

#[test]
fn a_part_is_listed_once_in_whatever_spelling() {
    let rows = format!("{}{}", row(1, &HEADER), usual_row(2));
    let good = Package::default().with_sheet_data(&rows);
    let related = |more: &str| WORKBOOK_RELS.replace("</Relationships>", &format!("{more}</Relationships>"));
    let workbook = WORKBOOK.replace("</sheets>", r#"<sheet name="B" sheetId="2" r:id="rId9"/></sheets>"#);
    for target in [
        "worksheets/sheet1.xml",
        "/xl/worksheets/sheet1.xml",
        "./Worksheets/Sheet1.xml",
        "x/..\\worksheets//sheet1.xml",
    ] {
        let rels = related(&format!(r#"<Relationship Id="rId9" Type="{TYPES}/worksheet" Target="{target}"/>"#));
        let package = good.clone().with("xl/_rels/workbook.xml.rels", rels).with("xl/workbook.xml", workbook.clone());
        assert_eq!(outcome(&package.build()), "FILE_CORRUPT", "a sheet by its part, {target}");
    }
}

#[test]
fn hidden_and_unread_sheets_cannot_fail_a_file() {
    let rows = format!("{}{}", row(1, &HEADER), usual_row(2));
    let rels = WORKBOOK_RELS.replace(
        "</Relationships>",
        &format!(
            r#"<Relationship Id="rId8" Type="{TYPES}/worksheet" Target="worksheets/missing.xml"/>
               <Relationship Id="rId9" Type="{TYPES}/worksheet" Target="worksheets/broken.xml"/></Relationships>"#
        ),
    );
    let package = Package::default()
        .with_sheet_data(&rows)
        .with("xl/_rels/workbook.xml.rels", rels)
        .with("xl/worksheets/broken.xml", "<worksheet");
    for (sheets, expected) in [
        (r#"<sheet name="M" state="veryHidden" r:id=""/>"#, "2"),
        (r#"<sheet name="M" state="veryHidden" r:id=""/><sheet name="N" state="hidden" r:id=""/>"#, "2"),
        (r#"<sheet name="M" state="hidden"/>"#, "2"),
        (r#"<sheet name="M" state="hidden" r:id="rId99"/>"#, "2"),
        (r#"<sheet name="M" state="hidden" r:id="rId8"/>"#, "2, HiddenSheets(1)"),
        (r#"<sheet name="M" state="hidden" r:id="rId9"/>"#, "2, HiddenSheets(1)"),
        (r#"<sheet name="M" r:id="rId8"/>"#, "2, OtherSheets(1)"),
        (r#"<sheet name="M" r:id="rId9"/>"#, "2, OtherSheets(1)"),
        (r#"<sheet name="M" r:id=""/>"#, "FILE_CORRUPT"),
    ] {
        let workbook = WORKBOOK.replace("</sheets>", &format!("{sheets}</sheets>"));
        assert_eq!(outcome(&package.clone().with("xl/workbook.xml", workbook).build()), expected, "{sheets}");
    }
}

#[test]
fn macros_are_found_by_any_of_their_names() {
    let rows = format!("{}{}", row(1, &HEADER), usual_row(2));
    let good = Package::default().with_sheet_data(&rows);
    let typed = |more: &str| CONTENT_TYPES.replace("</Types>", &format!("{more}</Types>"));
    let related = |kind: &str| {
        let more = format!(r#"<Relationship Id="rId9" Type="{kind}" Target="extra.bin"/></Relationships>"#);
        good.clone().with("xl/_rels/workbook.xml.rels", WORKBOOK_RELS.replace("</Relationships>", &more))
    };
    for (name, package) in [
        ("a file", good.clone().with("xl/vbaProject.bin", "x")),
        ("a file in another folder and case", good.clone().with("xl/macros/VBAPROJECT.BIN", "x")),
        ("a file with a number", good.clone().with("xl/vbaProject1.bin", "x")),
        ("data of a project", good.clone().with("xl/vbaData.xml", "x")),
        (
            "a type of a part",
            good.clone().with(
                "[Content_Types].xml",
                typed(r#"<Override PartName="/xl/a.bin" ContentType="application/vnd.ms-office.vbaProject"/>"#),
            ),
        ),
        (
            "a type of an extension",
            good.clone().with(
                "[Content_Types].xml",
                typed(r#"<Default Extension="bin" ContentType="Application/VND.ms-office.VBAPROJECT"/>"#),
            ),
        ),
        (
            "a macro sheet",
            good.clone().with(
                "[Content_Types].xml",
                typed(r#"<Override PartName="/xl/a.xml" ContentType="application/vnd.ms-excel.macrosheet+xml"/>"#),
            ),
        ),
        ("a relationship", related("http://schemas.microsoft.com/office/2006/relationships/vbaProject")),
        (
            "a relationship to a macro sheet",
            related("http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet"),
        ),
    ] {
        assert_eq!(outcome(&package.build()), "FILE_MACRO", "{name}");
    }
}

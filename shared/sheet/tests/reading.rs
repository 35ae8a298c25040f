//! What officers upload, and what the reader makes of it.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use domain::{Fault, Field};
use sheet::{FileError, Limits, Remark, Sheet, SheetRow};
use support::{
    GOOD, HEADER, Package, SHEET_PATH, TYPES, WORKBOOK, WORKBOOK_RELS, code, good_row_but, inline, relationships, row,
    worksheet,
};

fn texts(row: &SheetRow) -> Vec<&str> {
    let titled = Field::ALL.into_iter().filter(|field| HEADER.contains(&field.title()));
    titled.map(|field| row.raw.form.get(field)).collect()
}

fn one(result: Result<Sheet, FileError>) -> SheetRow {
    let sheet = result.unwrap();
    assert_eq!(sheet.rows.len(), 1);
    sheet.rows.get(0).unwrap()
}

/// Reads one valid row whose contact number is replaced by a cell with other XML.
fn contact(cell: &str) -> Result<String, Vec<Fault>> {
    let row = one(Package::default().with_rows(&good_row_but(2, 'G', cell)).read());
    if row.raw.cell_faults.is_empty() {
        Ok(row.raw.form.contact_number)
    } else {
        assert!(row.raw.cell_faults.iter().all(|fault| fault.field == Field::ContactNumber));
        Err(row.raw.cell_faults.iter().map(|fault| fault.fault).collect())
    }
}

#[test]
fn a_row_is_read_as_it_stands() {
    let sheet = Package::default().with_rows(&row(2, &GOOD)).read().unwrap();
    assert_eq!(sheet.rows.get(0).unwrap().sheet_row, 2);
    assert_eq!(texts(&sheet.rows.get(0).unwrap()), GOOD[1..]);
    assert_eq!(sheet.remarks, []);
}

#[test]
fn a_text_reads_the_same_in_every_spelling() {
    let spellings = [
        r#"<c r="D2" t="inlineStr"><is><t>Ah Kow</t></is></c>"#,
        r#"<c r="D2" t="inlineStr"><is><t xml:space="preserve">Ah Kow</t></is></c>"#,
        concat!(
            r#"<c r="D2" t="inlineStr"><is><r><t xml:space="preserve">Ah </t></r>"#,
            r#"<r><rPr><b/><color rgb="FF000000"/></rPr><t>Kow</t></r></is></c>"#
        ),
        concat!(
            r#"<c r="D2" t="inlineStr"><is><t>Ah Kow</t><rPh sb="0" eb="1"><t>ruby</t></rPh>"#,
            r#"<phoneticPr fontId="1"/></is></c>"#
        ),
        r#"<c r="D2" t="inlineStr"><is><t><![CDATA[Ah Kow]]></t></is></c>"#,
        r#"<c r="D2" t="inlineStr"><v>Ah Kow</v><is><t>Ah Kow</t></is></c>"#,
        r#"<c r="D2" t="str"><v>Ah&#32;Kow</v></c>"#,
        r#"<x:c r='D2' t='inlineStr'><x:is><x:t>Ah Kow</x:t></x:is></x:c>"#,
        r#"<c t="s" s="2" r="D2"><v>1</v></c>"#,
    ];
    let strings = r#"<si><t>Email</t></si><si><t>Ah Kow</t></si>"#;
    for spelling in spellings {
        let package = Package::default().with_strings(r#"count="2" uniqueCount="2""#, strings);
        let row = one(package.with_rows(&good_row_but(2, 'D', spelling)).read());
        assert_eq!(row.raw.form.first_name, "Ah Kow", "{spelling}");
        assert_eq!(row.raw.cell_faults, [], "{spelling}");
    }
}

#[test]
fn escapes_are_decoded_once() {
    for (written, read) in [
        ("a_x000D_b", "a\rb"),
        ("a_x005F_x000D_b", "a_x000D_b"),
        ("a&amp;amp;b", "a&amp;b"),
        ("a&#10;b", "a\nb"),
        ("&lt;b&gt;", "<b>"),
        ("&#x674E;", "\u{674e}"),
    ] {
        let cell = format!(r#"<c r="D2" t="inlineStr"><is><t>{written}</t></is></c>"#);
        let row = one(Package::default().with_rows(&good_row_but(2, 'D', &cell)).read());
        assert_eq!(row.raw.form.first_name, read);
    }
}

#[test]
fn numbers_are_read_as_the_officer_sees_them() {
    for (cell, text) in [
        (r#"<c r="G2"><v>91234567</v></c>"#, "91234567"),
        (r#"<c r="G2"><v>6591234567</v></c>"#, "6591234567"),
        (r#"<c r="G2"><v>9.1234567E7</v></c>"#, "91234567"),
        (r#"<c r="G2" t="n"><v>91234567.0</v></c>"#, "91234567"),
        (r#"<c r="G2" s="2"><v>91234567</v></c>"#, "91234567"),
        (r#"<c r="G2" s="999"><v>91234567</v></c>"#, "91234567"),
        (r#"<c r="G2"/>"#, ""),
        (r#"<c r="G2"><v/></c>"#, ""),
    ] {
        assert_eq!(contact(cell).as_deref(), Ok(text), "{cell}");
    }
}

#[test]
fn what_has_no_trustworthy_text_is_a_fault_of_its_cell() {
    for (cell, fault) in [
        (r#"<c r="G2" s="1"><v>45000</v></c>"#, Fault::CellType),
        (r#"<c r="G2" t="b"><v>1</v></c>"#, Fault::CellType),
        (r#"<c r="G2" t="d"><v>2026-11-23T00:00:00</v></c>"#, Fault::CellType),
        (r#"<c r="G2"><v>NaN</v></c>"#, Fault::CellType),
        (r#"<c r="G2"><v>91234567.5</v></c>"#, Fault::ContactNumberSyntax),
        (r#"<c r="G2" t="n"><v>-91234567</v></c>"#, Fault::ContactNumberSyntax),
        (r#"<c r="G2" t="e"><v>#N/A</v></c>"#, Fault::CellError),
        (r#"<c r="G2" t="e"><v>#SPILL!</v></c>"#, Fault::CellError),
        (r#"<c r="G2"><v>1234567890123456</v></c>"#, Fault::CellPrecision),
        (r#"<c r="G2"><f>A1</f><v>91234567</v></c>"#, Fault::CellFormula),
        (r#"<c r="G2" t="str"><f>HYPERLINK("mailto:a@b")</f><v>91234567</v></c>"#, Fault::CellFormula),
        (r#"<c r="G2"><f t="shared" si="4294967295"/><v>1</v></c>"#, Fault::CellFormula),
        (r#"<c r="G2" t="e"><f>1/0</f><v>#DIV/0!</v></c>"#, Fault::CellFormula),
    ] {
        assert_eq!(contact(cell), Err(vec![fault]), "{cell}");
    }
}

#[test]
fn a_cell_that_calamine_cannot_read_does_not_shift_its_neighbours() {
    let error = |reference| format!(r#"<c r="{reference}" t="e"><v>#CALC!</v></c>"#);
    let first = good_row_but(2, 'D', &format!("{}{}", error("D2"), ""));
    let last = format!(r#"<row r="3">{}{}</row>"#, inline("B3", "x@agency.gov.sg"), error("K3"));
    let sheet = Package::default().with_rows(&format!("{first}{last}")).read().unwrap();
    assert_eq!(sheet.rows.get(0).unwrap().raw.cell_faults, [Fault::CellError.at(Field::FirstName)]);
    assert_eq!(sheet.rows.get(0).unwrap().raw.form.last_name, "Tan");
    assert_eq!(sheet.rows.get(1).unwrap().raw.cell_faults, [Fault::CellError.at(Field::Reason)]);
}

#[test]
fn yes_and_no_may_be_booleans_in_the_seed_column() {
    let row = one(Package::default().with_rows(&good_row_but(2, 'J', r#"<c r="J2" t="b"><v>1</v></c>"#)).read());
    assert_eq!(row.raw.form.seed, "TRUE");
}

#[test]
fn a_truth_value_may_be_a_formula_as_libreoffice_saves_it() {
    let seed = |cell: &str| {
        let read = one(Package::default().with_rows(&good_row_but(2, 'J', cell)).read());
        let fault = read.raw.cell_faults.first().map(|fault| fault.fault);
        fault.map_or_else(|| Ok(read.raw.form.seed.clone()), Err)
    };
    let formula = Err(Fault::CellFormula);
    for (cell, expected) in [
        (r#"<c r="J2" t="b"><f aca="false">TRUE()</f><v>1</v></c>"#, Ok("TRUE".to_owned())),
        (r#"<c r="J2" t="b"><f>FAL<!-- -->SE()</f><v>0</v></c>"#, Ok("FALSE".to_owned())),
        (r#"<c r="J2" t="b"><f>TRUE()</f><v>0</v></c>"#, formula.clone()),
        (r#"<c r="J2" t="b"><f>TRUE()</f></c>"#, formula.clone()),
        (r#"<c r="J2"><f>TRUE()</f><v>1</v></c>"#, formula.clone()),
        (r#"<c r="J2" t="b"><f>TRUE()+0</f><v>1</v></c>"#, formula.clone()),
        (r#"<c r="J2" t="b"><f>FALSE()+0</f><v>0</v></c>"#, formula.clone()),
        (r#"<c r="J2" t="b"><f t="shared" si="0"/><v>1</v></c>"#, formula.clone()),
        (r#"<c r="J2" t="b"><f>A1</f><v>1</v></c>"#, formula),
    ] {
        assert_eq!(seed(cell), expected, "{cell}");
    }
}

#[test]
fn positions_that_are_left_out_are_counted_as_excel_counts() {
    let cells = |texts: &[&str]| -> String {
        texts.iter().map(|text| format!(r#"<c t="inlineStr"><is><t>{text}</t></is></c>"#)).collect()
    };
    let header = cells(&HEADER);
    let good = cells(&GOOD);
    let package = |rows: String| Package::default().with_sheet_data(&rows);
    for (name, rows, expected) in [
        ("nothing is numbered", format!("<row>{header}</row><row>{good}</row>"), 2),
        ("rows are numbered", format!(r#"<row r="4">{header}</row><row r="9">{good}</row>"#), 9),
        ("one row is numbered", format!(r#"<row r="4">{header}</row><row>{good}</row>"#), 5),
        ("a gap of empty rows", format!("<row>{header}</row><row/><row/><row>{good}</row>"), 4),
        (
            "only cells are numbered",
            format!("{}{}", row(1, &HEADER), row(7, &GOOD).replace(r#"<row r="7">"#, "<row>")),
            7,
        ),
    ] {
        let row = one(package(rows).read());
        assert_eq!(row.sheet_row, expected, "{name}");
        assert_eq!(texts(&row), GOOD[1..], "{name}");
    }
}

#[test]
fn the_header_is_found_under_a_banner_and_in_any_order() {
    let mut titles = HEADER;
    titles.reverse();
    let mut values = GOOD;
    values.reverse();
    let rows = [
        row(1, &["TechPass"]),
        row(2, &["Kindly fill in all the required fields before submitting."]),
        row(12, &titles),
        row(13, &values),
    ];
    let read = one(Package::default().with_sheet_data(&rows.concat()).read());
    assert_eq!(texts(&read), GOOD[1..]);
}

#[test]
fn titles_may_differ_in_case_space_and_wording() {
    let titles =
        ["no.", "E-MAIL Address*", "TechPass username", "first\u{a0}name ", "LAST NAME", "country code", "Contact No."];
    let titles = [titles.as_slice(), &["Organization", "dept", "SEED", "Reason"]].concat();
    let read = one(Package::default().with_sheet_data(&format!("{}{}", row(1, &titles), row(2, &GOOD))).read());
    assert_eq!(texts(&read), GOOD[1..]);
}

#[test]
fn columns_that_may_be_blank_may_be_missing() {
    let titles = ["Email", "First Name", "Last Name", "Contact Number", "Organisation", "Reason for creation"];
    let values = ["tan@agency.gov.sg", "Ah Kow", "Tan", "91234567", "GovTech", "New joiner"];
    let read = one(Package::default().with_sheet_data(&format!("{}{}", row(1, &titles), row(2, &values))).read());
    assert_eq!(
        texts(&read),
        ["tan@agency.gov.sg", "", "Ah Kow", "Tan", "", "91234567", "GovTech", "", "", "New joiner"]
    );
}

#[test]
fn what_cannot_be_seen_is_left_out_with_a_remark() {
    let hidden = row(3, &GOOD).replace(r#"<row r="3">"#, r#"<row r="3" hidden="1">"#);
    let flat = row(4, &GOOD).replace(r#"<row r="4">"#, r#"<row r="4" ht="0" customHeight="1">"#);
    let empty = r#"<row r="5" hidden="1"><c r="A5"/></row>"#;
    let rows = format!("{}{}{hidden}{flat}{empty}", row(1, &HEADER), row(2, &GOOD));
    let columns =
        r#"<cols><col min="9" max="9" width="0" customWidth="1"/><col min="3" max="3" width="9" hidden="1"/></cols>"#;
    let xml = worksheet(&rows).replace("<sheetData>", &format!("{columns}<sheetData>"));
    let mut values = GOOD;
    values[2] = "hidden.name";
    let sheet = Package::default().with(SHEET_PATH, xml).read().unwrap();
    assert_eq!(sheet.rows.len(), 1);
    assert_eq!(sheet.remarks, [Remark::HiddenRows(2)]);
    // A value in a hidden column is not part of the row.
    let xml = worksheet(&format!("{}{}", row(1, &HEADER), row(2, &values)))
        .replace("<sheetData>", &format!("{columns}<sheetData>"));
    assert_eq!(one(Package::default().with(SHEET_PATH, xml).read()).raw.form.username, "");
}

/// Three sheets: a chart, a visible one, and the one with the header.
fn three_sheets(first: &str, second: &str) -> Package {
    let workbook = WORKBOOK.replace(
        r#"<sheet name="Users" sheetId="1" r:id="rId1"/>"#,
        &format!(
            r#"<sheet name="Chart" sheetId="4" r:id="rId9"/>
               <sheet name="Notes" sheetId="5" {first} r:id="rId8"/>
               <sheet name="Users" sheetId="1" {second} r:id="rId1"/>"#
        ),
    );
    let targets = format!(
        r#"<Relationship Id="rId9" Type="{TYPES}/chartsheet" Target="chartsheets/sheet1.xml"/>
        <Relationship Id="rId8" Type="{TYPES}/worksheet" Target="/xl/worksheets/sheet2.xml"/>"#
    );
    Package::default()
        .with_rows(&row(2, &GOOD))
        .with("xl/workbook.xml", workbook)
        .with(
            "xl/_rels/workbook.xml.rels",
            WORKBOOK_RELS.replace("</Relationships>", &format!("{targets}</Relationships>")),
        )
        .with("xl/chartsheets/sheet1.xml", "<chartsheet/>")
        .with("xl/worksheets/sheet2.xml", worksheet(&row(1, &["Some", "notes", "here"])))
}

#[test]
fn the_first_visible_worksheet_with_the_header_is_read() {
    assert_eq!(three_sheets("", "").read().unwrap().remarks, [Remark::OtherSheets(1)]);
    assert_eq!(three_sheets(r#"state="hidden""#, "").read().unwrap().remarks, [Remark::HiddenSheets(1)]);
    assert_eq!(code(three_sheets("", r#"state="veryHidden""#).read()), "FILE_HEADER_MISSING");
}

#[test]
fn the_templates_example_sheet_is_neither_read_nor_mentioned() {
    let workbook = WORKBOOK
        .replace(r#"<sheet name="Users""#, r#"<sheet name="Example" sheetId="2" r:id="rId8"/><sheet name="Users""#);
    let target =
        format!(r#"<Relationship Id="rId8" Type="{TYPES}/worksheet" Target="worksheets/sheet2.xml"/></Relationships>"#);
    let mut example = GOOD;
    example[3] = "Example";
    let sheet = Package::default()
        .with_rows(&row(2, &GOOD))
        .with("xl/workbook.xml", workbook)
        .with("xl/_rels/workbook.xml.rels", WORKBOOK_RELS.replace("</Relationships>", &target))
        .with("xl/worksheets/sheet2.xml", worksheet(&format!("{}{}", row(1, &HEADER), row(2, &example))))
        .read()
        .unwrap();
    assert_eq!(texts(&sheet.rows.get(0).unwrap()), GOOD[1..]);
    assert_eq!(sheet.remarks, []);
}

#[test]
fn blank_rows_are_skipped_and_example_rows_are_recognised() {
    let mut example = GOOD;
    example[1] = "TAN_AH_KOW@example.gov.sg";
    let rows = [row(2, &example), row(3, &["2", " ", "\u{a0}"]), row(5, &GOOD)];
    let sheet = Package::default().with_rows(&rows.concat()).read().unwrap();
    assert_eq!(sheet.rows.len(), 1);
    assert_eq!(sheet.rows.get(0).unwrap().sheet_row, 5);
    assert_eq!(sheet.remarks, [Remark::ExampleRows(1)]);
    assert_eq!(Package::default().with_rows(&row(2, &example)).read(), Err(FileError::NoRows));
    assert_eq!(Package::default().read(), Err(FileError::NoRows));
}

#[test]
fn a_formula_in_an_unread_column_is_no_fault() {
    let row =
        one(Package::default().with_rows(&good_row_but(2, 'A', r#"<c r="A2"><f>ROW()-1</f><v>1</v></c>"#)).read());
    assert_eq!(row.raw.cell_faults, []);
}

#[test]
fn the_announced_dimension_is_never_believed() {
    for reference in ["A1:XFD1048576", "A0:AZ48943", "B2:A1", "A1:ZZZZZZ1", "A1:ZZZZZZZ1", "1:1", "", "A1:B2:C3"] {
        for tag in [
            format!(r#"<dimension ref="{reference}"/>"#),
            format!(r#"<x:dimension ref="{reference}"></x:dimension>"#),
            "<dimension/>".to_owned(),
        ] {
            let xml = worksheet(&format!("{}{}", row(1, &HEADER), row(2, &GOOD)))
                .replace("<sheetData>", &format!("{tag}<sheetData>"));
            assert_eq!(code(Package::default().with(SHEET_PATH, xml).read()), "OK", "{tag}");
        }
    }
}

#[test]
fn a_link_must_lead_to_the_address_that_is_shown() {
    let with_link = |target: &str| {
        let links = r#"<hyperlinks><hyperlink ref="B2" r:id="rId1"/>
            <hyperlink ref="H2" r:id="rId2"/></hyperlinks></worksheet>"#;
        let xml = worksheet(&format!("{}{}", row(1, &HEADER), row(2, &GOOD))).replace("</worksheet>", links);
        let rels = relationships(&format!(
            r#"<Relationship Id="rId1" Type="{TYPES}/hyperlink" Target="{target}" TargetMode="External"/>
                <Relationship Id="rId2" Type="{TYPES}/hyperlink" Target="https://www.tech.gov.sg"
                    TargetMode="External"/>"#
        ));
        let package = Package::default().with(SHEET_PATH, xml).with("xl/worksheets/_rels/sheet1.xml.rels", rels);
        one(package.read()).raw.cell_faults
    };
    assert_eq!(with_link("mailto:Tan@agency.gov.sg"), []);
    assert_eq!(with_link("mailto:tan%40agency.gov.sg?subject=Hi"), []);
    assert_eq!(with_link("mailto:eve@evil.example"), [Fault::EmailMismatch.at(Field::Email)]);
}

#[test]
fn a_very_long_text_is_cut_and_its_cell_says_so() {
    let long = "x".repeat(32_767);
    let values: Vec<&str> = (0..11).map(|column| if column == 0 { "1" } else { long.as_str() }).collect();
    let row = one(Package::default().with_rows(&row(2, &values)).read_repetitive());
    assert!(texts(&row).iter().all(|text| text.len() == domain::batch::MAX_TEXT));
    assert!(Field::ALL.iter().all(|field| row.raw.cell_faults.contains(&Fault::TextCut.at(*field))));
}

#[test]
fn limits_hold_at_their_very_number() {
    let rows: String = (2..=4).map(|number| row(number, &GOOD)).collect();
    let bytes = Package::default().with_rows(&rows).build();
    let code_with = |limits: Limits| code(support::read(&bytes, &limits));
    assert_eq!(code_with(Limits { rows: 3, ..Limits::default() }), "OK");
    assert_eq!(code_with(Limits { rows: 2, ..Limits::default() }), "FILE_TOO_MANY_ROWS");
    assert_eq!(code_with(Limits { columns: 11, ..Limits::default() }), "OK");
    assert_eq!(code_with(Limits { columns: 10, ..Limits::default() }), "FILE_TOO_MANY_COLUMNS");
    assert_eq!(code_with(Limits { cells: 44, ..Limits::default() }), "OK");
    assert_eq!(code_with(Limits { cells: 43, ..Limits::default() }), "FILE_TOO_MANY_CELLS");
    assert_eq!(code_with(Limits { upload_bytes: bytes.len(), ..Limits::default() }), "OK");
    assert_eq!(code_with(Limits { upload_bytes: bytes.len() - 1, ..Limits::default() }), "FILE_TOO_LARGE");
    assert_eq!(code_with(Limits { entries: 6, ..Limits::default() }), "OK");
    assert_eq!(code_with(Limits { entries: 5, ..Limits::default() }), "FILE_TOO_MANY_PARTS");
    assert_eq!(code_with(Limits { depth: 6, ..Limits::default() }), "OK");
    assert_eq!(code_with(Limits { depth: 5, ..Limits::default() }), "FILE_XML_LIMIT");
}

#[test]
fn shared_strings_hold_to_their_limit() {
    let items = "<si><t>x</t></si>".repeat(10);
    let package = Package::default().with_rows(&row(2, &GOOD)).with_strings(r#"uniqueCount="10""#, &items);
    let bytes = package.build();
    assert_eq!(code(support::read(&bytes, &Limits { strings: 10, ..Limits::default() })), "OK");
    assert_eq!(code(support::read(&bytes, &Limits { strings: 9, ..Limits::default() })), "FILE_TOO_MANY_STRINGS");
    let silent = package.with_strings("", &items).build();
    assert_eq!(code(support::read(&silent, &Limits { strings: 9, ..Limits::default() })), "FILE_TOO_MANY_STRINGS");
}

/// The template, opened in LibreOffice 7.4, filled in, kept as an OpenDocument file and saved as .xlsx again.
#[test]
fn the_template_comes_back_from_libreoffice() {
    let file = include_bytes!("files/template-filled-in-libreoffice.xlsx");
    let sheet = support::read(file, &Limits::default()).unwrap();
    let rows: Vec<SheetRow> = sheet.rows.iter().collect();
    let read: Vec<_> = rows.iter().map(|row| (row.sheet_row, texts(row))).collect();
    let bo = ["bo@sample-board.gov.sg", "", "Bo", "Lim", "65", "81234567", "Sample Board", "Data", "Yes"];
    let cy = ["cy@vendor.example.com", "cy.ong", "Cy S/O Raj", "Ong", "65", "91234567", "Example Vendor", "", "No"];
    let dee = ["dee@sample-board.gov.sg", "", "D'Arcy", "Tan", "65", "61234567", "Sample Board", "", "No"];
    assert_eq!(
        read,
        [
            (5, [&bo[..], &["New team member"]].concat()),
            (6, [&cy[..], &["Project"]].concat()),
            (7, [&dee[..], &[""]].concat()),
        ]
    );
    let faults: Vec<_> = sheet.rows.iter().map(|row| row.raw.cell_faults.len()).collect();
    assert_eq!(faults, [0, 0, 1], "a formula is no reason");
    assert_eq!(sheet.remarks, []);
}

//! Which row is the header, which worksheet is read, and which rows are people.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use support::{HEADER, Package, WORKBOOK, WORKBOOK_RELS, outcome, row, usual_row, worksheet};

fn read(rows: &[String]) -> String {
    outcome(&Package::default().with_sheet_data(&rows.concat()).build())
}

#[test]
fn the_best_row_is_the_header() {
    let groups = row(1, &["", "Email", "", "Name", "Surname", "", "Phone", "Agency", "", "SEED", "Reason"]);
    let titles = |number| row(number, &HEADER);
    let few = ["", "Email", "", "First Name", "Last Name", "", "Contact Number", "Organisation", "", "", "Reason"];
    for (name, rows, expected) in [
        ("group titles above", vec![groups.clone(), titles(2), usual_row(3)], "3"),
        ("group titles far above", vec![groups, titles(9), usual_row(10)], "10"),
        ("a header with fewer titles above", vec![row(1, &few), titles(2), usual_row(3)], "3"),
        ("the same header twice", vec![titles(1), usual_row(2), titles(3), usual_row(4)], "2, 4, Summaries(1)"),
        (
            "the same header on each page",
            vec![titles(1), usual_row(2), titles(40), usual_row(41)],
            "2, 41, Summaries(1)",
        ),
        ("the last row of the first 25", vec![titles(25), usual_row(26)], "26"),
        ("a row behind them", vec![row(1, &["TechPass"]), titles(26), usual_row(27)], "FILE_HEADER_MISSING"),
    ] {
        let read = read(&rows);
        assert_eq!(read, expected, "{name}");
    }
}

/// A workbook of two sheets.
fn two_sheets(first: &str, second: &str) -> String {
    let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet";
    let rels = format!(r#"<Relationship Id="rId9" Type="{kind}" Target="worksheets/sheet2.xml"/></Relationships>"#);
    let package = Package::default()
        .with_sheet_data(first)
        .with("xl/worksheets/sheet2.xml", worksheet(second))
        .with("xl/_rels/workbook.xml.rels", WORKBOOK_RELS.replace("</Relationships>", &rels))
        .with(
            "xl/workbook.xml",
            WORKBOOK.replace("</sheets>", r#"<sheet name="B" sheetId="2" r:id="rId9"/></sheets>"#),
        );
    outcome(&package.build())
}

#[test]
fn the_first_sheet_with_rows_is_read() {
    let header = row(1, &HEADER);
    let full = format!("{header}{}", usual_row(2));
    let example = row(2, &["1", "tan_ah_kow@example.gov.sg", "", "A", "B", "65", "91234567", "C", "", "Yes", "D"]);
    let formulas = r#"<row r="2"><c r="H2"><f>A1</f><v>1</v></c></row>"#;
    for (name, first, expected) in [
        ("only the header", header.clone(), "2, OtherSheets(1)"),
        ("only examples", format!("{header}{example}"), "2, OtherSheets(1)"),
        ("only formulas", format!("{header}{formulas}"), "2, OtherSheets(1)"),
        (
            "only hidden rows",
            format!("{header}{}", usual_row(2).replace("<row ", r#"<row hidden="1" "#)),
            "2, OtherSheets(1)",
        ),
        ("nothing", String::new(), "2, OtherSheets(1)"),
    ] {
        assert_eq!(two_sheets(&first, &full), expected, "{name}");
    }
    assert_eq!(two_sheets(&header, &header), "FILE_NO_ROWS");
    assert_eq!(two_sheets(&header, ""), "FILE_NO_ROWS");
    let short = row(1, &["Email", "First Name", "Last Name"]);
    assert_eq!(two_sheets(&header, &short), "FILE_NO_ROWS", "neither has rows");
}

#[test]
fn a_row_without_a_person_is_left_out_and_counted() {
    let formula = |letter: char, number: u32| format!(r#"<c r="{letter}{number}"><f>B1</f><v>1</v></c>"#);
    let text = |letter: char, number: u32, text: &str| format!(r#"<c r="{letter}{number}" t="str"><v>{text}</v></c>"#);
    let in_row = |number: u32, cells: &[String]| format!(r#"<row r="{number}">{}</row>"#, cells.concat());
    for (name, row_3, expected) in [
        ("a formula", in_row(3, &[formula('H', 3)]), "2, FormulaRows(1)"),
        ("many formulas", in_row(3, &[formula('B', 3), formula('D', 3), formula('K', 3)]), "2, FormulaRows(1)"),
        ("a number and a formula", in_row(3, &[text('A', 3, "2"), formula('J', 3)]), "2, FormulaRows(1)"),
        ("spaces and a formula", in_row(3, &[text('D', 3, " "), formula('J', 3)]), "2, FormulaRows(1)"),
        ("formatting", r#"<row r="3"><c r="B3" s="2"/><c r="G3" s="1"/></row>"#.to_owned(), "2"),
        ("a country code", in_row(3, &[text('F', 3, "65")]), "2, DefaultRows(1)"),
        ("a number as country code", r#"<row r="3"><c r="F3"><v>65</v></c></row>"#.to_owned(), "2, DefaultRows(1)"),
        ("a check box", r#"<row r="3"><c r="J3" t="b"><v>0</v></c></row>"#.to_owned(), "2, DefaultRows(1)"),
        ("defaults and a formula", in_row(3, &[text('F', 3, "65"), formula('H', 3)]), "2, DefaultRows(1)"),
        ("a hidden formula", in_row(3, &[formula('H', 3)]).replace("<row ", r#"<row hidden="1" "#), "2"),
    ] {
        let rows = [row(1, &HEADER), usual_row(2), row_3];
        assert_eq!(read(&rows), expected, "{name}");
    }
    // One typed text is enough for a row that the officer has to fix.
    let rows = [row(1, &HEADER), usual_row(2), in_row(3, &[text('D', 3, "Ah Kow"), formula('H', 3)])];
    assert!(read(&rows).contains("organisation:cell.formula"));
    let date = r#"<row r="3"><c r="K3" s="1"><v>45000</v></c></row>"#.to_owned();
    assert!(read(&[row(1, &HEADER), usual_row(2), date]).contains("reason:cell.type"));
}

#[test]
fn remarks_say_how_many_rows_and_why() {
    for (remark, words) in [
        (
            sheet::Remark::FormulaRows(9),
            "9 rows that hold only formulas were left out. Type the values themselves in rows that should be invited.",
        ),
        (
            sheet::Remark::DefaultRows(1),
            "1 row that names nobody and holds only what other rows hold was left out. Nothing needs to be done.",
        ),
        (sheet::Remark::BlankColumns(2), "2 blank columns were left out. Nothing needs to be done."),
        (sheet::Remark::ExampleRows(1), "1 example row was left out. Nothing needs to be done."),
        (
            sheet::Remark::HiddenFields(vec![domain::Field::Department, domain::Field::Seed]),
            "These columns are hidden and were left out: Department, Onboarding to SEED required?. Unhide them and \
             upload the file again, if they should count.",
        ),
        (
            sheet::Remark::Summaries(2),
            "2 rows with a total or a note were left out. Nothing needs to be done, if they name nobody.",
        ),
    ] {
        assert_eq!(remark.detail(), words);
    }
}

//! Merged cells: only the first cell of a merge is seen, whatever the file has under it.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use support::{HEADER, Package, SHEET_PATH, inline, outcome, row, usual_row, usual_row_but, worksheet};

/// Rows with these merges behind them.
fn merged(rows: &[String], references: &[&str]) -> Vec<u8> {
    let merges: String = references.iter().map(|reference| format!(r#"<mergeCell ref="{reference}"/>"#)).collect();
    let merges = format!("</sheetData><mergeCells>{merges}</mergeCells>");
    let xml = worksheet(&rows.concat()).replace("</sheetData>", &merges);
    Package::default().with(SHEET_PATH, xml).build()
}

fn list() -> [String; 3] {
    [row(1, &HEADER), usual_row(2), usual_row(3)]
}

#[test]
fn every_field_that_a_merge_covers_is_a_fault_of_its_row() {
    let seed = "2, 3 seed=\"\" seed:cell.merged";
    for (references, expected) in [
        (&["J2:J3"][..], seed),
        (&["J3:J2"], seed),
        (&["j2:j3"], seed),
        (&["$J$2:$J$3"], seed),
        (&[" J2:J3 "], seed),
        (&["J2&#58;J3"], seed),
        (&["J2:J1048576"], seed),
        (&["I2:I3", "J2:J3"], "2, 3 seed=\"\" department:cell.merged seed:cell.merged"),
        (&["D2:E2"], "2 lastName=\"\" lastName:cell.merged, 3"),
        (&["A2:B2"], "2 email=\"\" email:cell.merged, 3"),
        (
            &["D2:E3"],
            "2 lastName=\"\" lastName:cell.merged, \
             3 firstName=\"\" lastName=\"\" firstName:cell.merged lastName:cell.merged",
        ),
        (&["J1:J3"], "2 seed=\"\" seed:cell.merged, 3 seed=\"\" seed:cell.merged"),
        (&["J:J"], "2 seed=\"\" seed:cell.merged, 3 seed=\"\" seed:cell.merged"),
    ] {
        assert_eq!(outcome(&merged(&list(), references)), expected, "{references:?}");
    }
}

#[test]
fn merges_outside_the_fields_and_the_rows_do_not_matter() {
    for reference in ["A2:A3", "L2:Z3", "A1:C1", "D1:E1", "A4:K9", "J2", "J2:J2", "L1:M1048576", "A4:XFD1048576"] {
        assert_eq!(outcome(&merged(&list(), &[reference])), "2, 3", "{reference}");
    }
    // A title that is merged over the columns of a name, and a banner over the whole table.
    let banner = [row(1, &["Users of Example Agency"]), row(3, &HEADER), usual_row(4)];
    assert_eq!(outcome(&merged(&banner, &["A1:K2", "B3:C3"])), "4");
}

#[test]
fn a_title_over_two_rows_belongs_to_the_lower_one() {
    let groups: String = (b'A'..)
        .zip(HEADER)
        .map(|(letter, title)| {
            let title = match title {
                "First Name" => "Name",
                "Last Name" => "",
                title => title,
            };
            inline(&format!("{}1", char::from(letter)), title)
        })
        .collect();
    let names = format!("<row r=\"2\">{}{}</row>", inline("D2", "First Name"), inline("E2", "Last Name"));
    let rows = [format!("<row r=\"1\">{groups}</row>"), names, usual_row(3)];
    let over_two: Vec<String> = ('A'..='K').map(|letter| format!("{letter}1:{letter}2")).collect();
    let mut references: Vec<&str> =
        over_two.iter().map(String::as_str).filter(|reference| !reference.starts_with(['D', 'E'])).collect();
    references.push("D1:E1");
    assert_eq!(outcome(&merged(&rows, &references)), "3");
}

#[test]
fn a_blank_row_under_a_merge_is_no_row() {
    let rows = [row(1, &HEADER), usual_row(2), row(3, &["2"]), usual_row(4)];
    let all: Vec<String> = ('B'..='K').map(|letter| format!("{letter}2:{letter}3")).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    assert_eq!(outcome(&merged(&rows, &all)), "2, 4");
}

#[test]
fn what_is_under_a_merge_is_never_read() {
    for (cell, expected) in [
        (r#"<c r="J3" t="b"><v>1</v></c>"#, "2, 3 seed=\"\" seed:cell.merged"),
        (r#"<c r="J3"><f>J2</f><v>1</v></c>"#, "2, 3 seed=\"\" seed:cell.formula seed:cell.merged"),
        (r#"<c r="J3" s="1"/>"#, "2, 3 seed=\"\" seed:cell.merged"),
        ("", "2, 3 seed=\"\" seed:cell.merged"),
    ] {
        let rows = [row(1, &HEADER), usual_row(2), usual_row_but(3, 'J', cell)];
        assert_eq!(outcome(&merged(&rows, &["J2:J3"])), expected, "{cell}");
    }
}

#[test]
fn a_merge_that_cannot_be_placed_is_refused() {
    for references in [&["J2;J3"][..], &[""], &["J2:J3:J4"], &["J2:J3 K2:K3"], &["J0:J3"], &["J2:XFE3"], &["J2:J"]] {
        assert_eq!(outcome(&merged(&list(), references)), "FILE_CORRUPT", "{references:?}");
    }
    let everywhere = ["A1:XFD1048576"; 100];
    assert_eq!(outcome(&merged(&list(), &everywhere)), "FILE_CORRUPT", "merges that overlap");
    let cells = r#"<mergeCells><mergeCell ref="J2:J3"/></mergeCells>"#;
    for (name, xml) in [
        ("before the data", worksheet(&list().concat()).replace("<sheetData>", &format!("{cells}<sheetData>"))),
        (
            "in another list",
            worksheet(&list().concat()).replace("</sheetData>", &format!("</sheetData><a>{cells}</a>")),
        ),
    ] {
        assert_eq!(outcome(&Package::default().with(SHEET_PATH, xml).build()), "FILE_CORRUPT", "{name}");
    }
}

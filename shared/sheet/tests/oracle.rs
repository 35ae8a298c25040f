//! Values are read as calamine reads them: a library that many programs use, and that was tested on far more files.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use std::{collections::HashMap, io::Cursor};

use calamine::{DataRef, Reader as _, Xlsx};
use domain::Field;
use proptest::{
    prelude::{ProptestConfig, Strategy, any, prop_assert_eq, prop_oneof, proptest},
    sample::select,
};
use sheet::Limits;
use support::{HEADER, Package, usual_row};

/// The texts of all cells by row and column, from zero, as calamine reads them.
fn as_calamine_reads(bytes: &[u8]) -> HashMap<(u32, u32), String> {
    let mut workbook = Xlsx::new(Cursor::new(bytes)).unwrap();
    let name = workbook.sheet_names().first().cloned().unwrap();
    let mut cells = workbook.worksheet_cells_reader(&name).unwrap();
    let mut texts = HashMap::new();
    while let Some(cell) = cells.next_cell().unwrap() {
        let text = match cell.get_value() {
            DataRef::String(text) => text.clone(),
            DataRef::SharedString(text) => (*text).to_owned(),
            DataRef::Float(number) => number.to_string(),
            _ => continue,
        };
        texts.insert(cell.get_position(), text);
    }
    texts
}

/// Compares every text of every row.
fn compare(bytes: &[u8], column_of: impl Fn(Field) -> Option<u32>) -> usize {
    let limits = Limits { ratio: u64::MAX, ..Limits::default() };
    let sheet = support::read(bytes, &limits).unwrap();
    let oracle = as_calamine_reads(bytes);
    for row in &sheet.rows {
        for field in Field::ALL {
            let Some(column) = column_of(field) else { continue };
            if row.raw.cell_faults.iter().any(|fault| fault.field == field) {
                continue;
            }
            let expected = oracle.get(&(row.sheet_row - 1, column)).map_or("", String::as_str);
            assert_eq!(row.raw.form.get(field), expected, "row {} {field:?}", row.sheet_row);
        }
    }
    sheet.rows.len()
}

fn column_of(field: Field) -> Option<u32> {
    HEADER.iter().position(|title| *title == field.title()).and_then(|at| u32::try_from(at).ok())
}

#[test]
fn the_template_from_libreoffice_is_read_as_calamine_reads_it() {
    let bytes = include_bytes!("files/template-filled-in-libreoffice.xlsx");
    assert_eq!(compare(bytes, column_of), 3);
}

/// Text as a writer puts it into XML.
fn written() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<char>()
            .prop_filter("XML can hold it", |c| *c == '\n' || (*c >= ' ' && !matches!(*c, '\u{fffe}' | '\u{ffff}'))),
        select(vec!['&', '<', '>', '_', 'x', '0', 'D', ' ']),
    ]
    .prop_map(|c| c.to_string().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
    let escape = select(vec!["_x000D_", "_x005F_", "_xD83D__xDE00_", "_xD83D_", "&#10;", "&#x674E;", "&quot;"])
        .prop_map(str::to_owned);
    proptest::collection::vec(prop_oneof![4 => piece, 1 => escape], 1..24).prop_map(|pieces| pieces.concat())
}

/// The content of a cell, in one of the spellings that writers use, and the string that it shows by number 0.
fn cell() -> impl Strategy<Value = (String, String)> {
    let text = |open: &'static str, close: &'static str| {
        written().prop_map(move |text| (format!("{open}{text}{close}"), String::new()))
    };
    prop_oneof![
        text(r#" t="inlineStr"><is><t xml:space="preserve">"#, "</t></is>"),
        text(
            r#" t="inlineStr"><is><r><t xml:space="preserve">A </t></r><r><rPr><b/></rPr><t xml:space="preserve">"#,
            "</t></r></is>"
        ),
        text(r#" t="inlineStr"><is><t xml:space="preserve">"#, "</t><rPh sb=\"0\" eb=\"1\"><t>ruby</t></rPh></is>"),
        text(r#" t="str"><v>"#, "</v>"),
        written().prop_map(|text| (r#" t="s"><v>0</v>"#.to_owned(), text)),
        // A blank cell beside one with a text, as programs write it.
        select(vec![
            r#" t="inlineStr">"#,
            r#" t="inlineStr"><is/>"#,
            r#" t="inlineStr"><is><t/></is>"#,
            r#" t="str">"#,
            r#" t="str"><v/>"#,
            r#" t="s">"#,
            r#" t="b">"#,
            r#" t="n"><v></v>"#,
            ">",
        ])
        .prop_map(|blank| (blank.to_owned(), String::new())),
        (-999_999_999_i64..999_999_999, 0_u32..4)
            .prop_map(|(digits, scale)| { (format!("><v>{digits}E-{scale}</v>"), String::new()) }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn any_cell_is_read_as_calamine_reads_it((content, string) in cell()) {
        let cell = format!(r#"<c r="K2"{content}</c>"#);
        let rows = format!("{}{}", support::row(1, &HEADER), support::usual_row_but(2, 'K', &cell));
        let items = format!(r#"<si><t xml:space="preserve">{string}</t></si>"#);
        let bytes = Package::default().with_strings("", &items).with_sheet_data(&rows).build();
        prop_assert_eq!(compare(&bytes, column_of), 1);
    }
}

#[test]
fn a_usual_row_is_compared_whole() {
    let bytes = Package::default().with_sheet_data(&format!("{}{}", support::row(1, &HEADER), usual_row(2))).build();
    assert_eq!(compare(&bytes, column_of), 1);
    assert_eq!(as_calamine_reads(&bytes).get(&(1, 1)).map(String::as_str), Some("p2@example-agency.gov.sg"));
}

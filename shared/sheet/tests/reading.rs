//! What officers upload, and what becomes of it.

mod support;

use domain::{Fault, Field, Timestamp, form::Form};
use sheet::{FileError, Limits, Notice, Sheet};
use support::{GOOD, HEADER, Package, SHEET_PATH, good_row_but, inline, row, worksheet};

fn forms(sheet: &Sheet) -> Vec<(u32, Vec<&str>)> {
    sheet
        .rows
        .iter()
        .map(|row| (row.sheet_row, Field::ALL.iter().map(|field| row.raw.form.get(*field)).collect()))
        .collect()
}

fn one(result: Result<Sheet, FileError>) -> sheet::SheetRow {
    let sheet = result.unwrap();
    assert_eq!(sheet.rows.len(), 1);
    sheet.rows.into_iter().next().unwrap()
}

#[test]
fn a_row_is_read_as_it_stands() {
    let sheet = Package::default().with_rows(&row(2, &GOOD)).read().unwrap();
    assert_eq!(forms(&sheet), [(2, GOOD[1..].to_vec())]);
    assert_eq!(sheet.notices, []);
}

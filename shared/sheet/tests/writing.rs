//! What officers download, and that the reader reads it unchanged.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use std::io::{Cursor, Read as _};

use domain::{Field, Timestamp, fields::Form};
use proptest::prelude::{Strategy as _, any, prop_assert_eq, proptest};
use sheet::{ExportRow, Limits, Remark, ResultRow};
use support::{GOOD, Package, SHEET_PATH, code, row};

fn day() -> Timestamp {
    Timestamp::parse("2026-11-23T00:00:00.000Z").unwrap()
}

fn exported<const N: usize>(texts: [(Field, &str); N]) -> ExportRow<'_> {
    ExportRow { texts: texts.into(), ..ExportRow::default() }
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut text = String::new();
    zip::ZipArchive::new(Cursor::new(bytes)).unwrap().by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

fn form(texts: [&str; 10]) -> Form {
    let mut form = Form::default();
    for (field, text) in Field::ALL.into_iter().zip(texts) {
        form.set(field, text.to_owned());
    }
    form
}

fn results_of(forms: &[Form]) -> Vec<u8> {
    let rows = (1..).zip(forms).map(|(number, form)| ResultRow {
        number,
        form,
        status: "Failed",
        what_is_wrong: "Enter one email address.",
        trace_id: "1-5759e988-bd862e3fe1be46a994272793",
    });
    sheet::results(rows, day()).unwrap()
}

#[test]
fn the_template_is_empty_until_somebody_fills_it_in() {
    let template = sheet::template(day()).unwrap();
    assert_eq!(code(support::read(&template, &Limits::default())), "FILE_NO_ROWS");
}

#[test]
fn a_filled_template_is_read_without_a_remark() {
    let template = sheet::template(day()).unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(template.as_slice())).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    let parts = names.into_iter().map(|name| {
        let mut content = Vec::new();
        archive.by_name(&name).unwrap().read_to_end(&mut content).unwrap();
        (name, content)
    });
    let package = Package { parts: parts.collect() };
    let xml = part(&template, SHEET_PATH).replace("</sheetData>", &format!("{}</sheetData>", row(5, &GOOD)));
    let sheet = package.with(SHEET_PATH, xml).read().unwrap();
    assert_eq!(sheet.rows.get(0).unwrap().sheet_row, 5);
    assert_eq!(sheet.rows.get(0).unwrap().raw.form.email, GOOD[1]);
    assert_eq!(sheet.remarks, []);
}

#[test]
fn the_template_depends_on_its_date_alone() {
    assert_eq!(sheet::template(day()).unwrap(), sheet::template(day()).unwrap());
    let later = Timestamp::parse("2027-01-01T00:00:00.000Z").unwrap();
    assert_ne!(sheet::template(day()).unwrap(), sheet::template(later).unwrap());
}

#[test]
fn the_template_helps_with_choices_hints_and_text_columns() {
    let xml = part(&sheet::template(day()).unwrap(), "xl/worksheets/sheet1.xml");
    assert!(xml.contains(r#"<formula1>"Yes,No"</formula1>"#));
    assert_eq!(xml.matches("<dataValidation ").count(), 10);
    assert!(xml.contains(r#"state="frozen""#));
    assert!(xml.contains(r#"<dataValidation type="list""#));
}

#[test]
fn failed_rows_upload_again_unchanged() {
    let forms = [
        form(["tan@agency.gov.sg", "", "Ah Kow", "Tan", "65", "91234567", "GovTech", "", "Yes", "New joiner"]),
        form([
            "not an address",
            "x",
            "S/O Raju",
            "O'Brien",
            "+65",
            "0065 9123",
            "A&B <Pte>",
            "D",
            "maybe",
            "line\nbreak",
        ]),
    ];
    let sheet = support::read(&results_of(&forms), &Limits::default()).unwrap();
    let read: Vec<Form> = sheet.rows.iter().map(|row| row.raw.form).collect();
    assert!(read == forms);
    assert_eq!(sheet.remarks, []);
    assert!(sheet.rows.iter().all(|row| row.raw.cell_faults.is_empty()));
}

#[test]
fn what_looks_like_a_formula_stays_text() {
    let payloads = [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "=HYPERLINK(\"http://evil.example\")",
        " =1",
        "\u{a0}=1",
        "{=1}",
    ];
    for payload in payloads {
        let bytes = results_of(&[form(["a@b", payload, payload, payload, "", payload, payload, payload, "", payload])]);
        let xml = part(&bytes, "xl/worksheets/sheet1.xml");
        assert!(!xml.contains("<f"), "{payload}");
        assert!(!xml.contains("hyperlink"), "{payload}");
        let sheet = support::read(&bytes, &Limits::default()).unwrap();
        assert_eq!(sheet.rows.get(0).unwrap().raw.form.reason, payload);
    }
    let row = exported([(Field::Email, "=1+1"), (Field::Reason, "@x"), (Field::FirstName, "https://evil.example")]);
    let xml = part(&sheet::export([row], day()).unwrap(), "xl/worksheets/sheet1.xml");
    assert!(!xml.contains("<f") && !xml.contains("hyperlink"));
}

#[test]
fn a_text_longer_than_a_cell_is_cut_and_not_refused() {
    let long = "\u{1F600}".repeat(40_000);
    let row = exported([(Field::Reason, &long)]);
    assert!(sheet::export([row], day()).is_ok());
}

#[test]
fn the_export_says_what_the_status_page_says() {
    let row = ExportRow {
        date_of_invite: "23-11-2026",
        seed_status: "Fully Onboarded",
        seed_detail: "Nothing keeps it back",
        ..exported([(Field::FirstName, "Ah Kow")])
    };
    let strings = part(&sheet::export([row], day()).unwrap(), "xl/sharedStrings.xml");
    for text in [
        "Date of Invite",
        "TechPass Status",
        "SEED Status",
        "SEED Detail",
        "Ah Kow",
        "23-11-2026",
        "Fully Onboarded",
        "Nothing keeps it back",
    ] {
        assert!(strings.contains(text), "{text}");
    }
}

#[test]
fn the_examples_of_the_template_are_recognised_when_they_are_copied() {
    let template = sheet::template(day()).unwrap();
    let strings = part(&template, "xl/sharedStrings.xml");
    assert!(strings.contains("tan_ah_kow@example.gov.sg"));
    let good = form(["tan@agency.gov.sg", "", "Ah Kow", "Tan", "65", "91234567", "GovTech", "", "Yes", "New joiner"]);
    let example = form(["tan_ah_kow@example.gov.sg", "", "Ah Kow", "Tan", "65", "91234567", "GovTech", "", "Yes", "x"]);
    let sheet = support::read(&results_of(&[example, good]), &Limits::default()).unwrap();
    assert_eq!(sheet.rows.len(), 1);
    assert_eq!(sheet.remarks, [Remark::ExampleRows(1)]);
}

proptest! {
    #[test]
    fn any_text_comes_back_as_it_went_out(texts in proptest::collection::vec(any_text(), 10)) {
        let mut form = Form::default();
        for (field, text) in Field::ALL.into_iter().zip(&texts) {
            form.set(field, text.clone());
        }
        // A row without texts would be skipped as blank, and an example as an example, so the address has some text.
        form.email = format!("x{}", form.email);
        let sheet = support::read(&results_of(std::slice::from_ref(&form)), &Limits::default()).unwrap();
        let row = sheet.rows.get(0).unwrap();
        for field in Field::ALL {
            prop_assert_eq!(row.raw.form.get(field), form.get(field));
        }
    }
}

/// Text that XML can hold: it cannot hold these two characters.
fn any_text() -> impl proptest::strategy::Strategy<Value = String> {
    any::<String>().prop_map(|text| text.chars().filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}')).collect())
}

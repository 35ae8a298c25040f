//! OpenDocument spreadsheets are read as calamine reads them.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use std::io::Cursor;

use calamine::{Data, Ods, Reader as _};
use domain::{Fault, Field};
use proptest::{
    prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest},
    sample::select,
};
use sheet::SheetRow;
use support::{
    HEADER, Package,
    ods::{self, cell_of, row},
};

/// The fields of the template's columns, from the second one on.
const FIELDS: [Field; 10] = [
    Field::Email,
    Field::Username,
    Field::FirstName,
    Field::LastName,
    Field::CountryCode,
    Field::ContactNumber,
    Field::Organisation,
    Field::Department,
    Field::Seed,
    Field::Reason,
];

/// What calamine reads of each row under the header: its number from one, and a cell for each field.
fn as_calamine_reads(bytes: &[u8]) -> Vec<(u32, Vec<Data>)> {
    let mut document: Ods<_> = Ods::new(Cursor::new(bytes)).unwrap();
    let name = document.sheet_names().first().cloned().unwrap();
    #[expect(clippy::disallowed_methods, reason = "there is no other way, and the test created the file")]
    let range = document.worksheet_range(&name).unwrap();
    let (first, _) = range.start().unwrap();
    let columns = 1..=u32::try_from(FIELDS.len()).unwrap();
    (first + 1..=range.end().unwrap().0)
        .map(|row| {
            (row + 1, columns.clone().map(|at| range.get_value((row, at)).cloned().unwrap_or_default()).collect())
        })
        .filter(|(_, cells): &(u32, Vec<Data>)| cells.iter().any(|cell| *cell != Data::Empty))
        .collect()
}

/// What is wrong with a value that calamine reads, or its text.
fn expected(field: Field, value: &Data) -> Result<String, Option<Fault>> {
    match value {
        Data::Empty => Ok(String::new()),
        Data::String(text) => Ok(text.clone()),
        Data::Float(number) if number.abs() < 1e15 => Ok(number.to_string()),
        Data::Bool(answer) if field == Field::Seed => Ok(answer.to_string().to_uppercase()),
        Data::Float(_) => Err(Some(Fault::CellPrecision)),
        Data::Bool(_) | Data::DateTimeIso(_) | Data::DurationIso(_) => Err(Some(Fault::CellType)),
        _ => Err(None),
    }
}

/// Compares every value of every row.
fn compare(package: &Package) {
    let bytes = package.build();
    let ours: Vec<SheetRow> = package.read_repetitive().unwrap().rows.into_iter().collect();
    let theirs = as_calamine_reads(&bytes);
    assert_eq!(
        ours.iter().map(|row| row.sheet_row).collect::<Vec<_>>(),
        theirs.iter().map(|(number, _)| *number).collect::<Vec<_>>()
    );
    for (row, (number, cells)) in ours.iter().zip(&theirs) {
        for (field, value) in FIELDS.into_iter().zip(cells) {
            let fault = row.raw.cell_faults.iter().find(|fault| fault.field == field).map(|fault| fault.fault);
            match (expected(field, value), fault) {
                // calamine gives the last result of a formula, and the number of a telephone as it is.
                (_, Some(Fault::CellFormula | Fault::ContactNumberSyntax | Fault::CountryCodeSyntax)) => {}
                (Err(Some(expected)), found) => assert_eq!(found, Some(expected), "row {number} {field:?}"),
                (Ok(text), found) => {
                    assert_eq!((row.raw.form.get(field), found), (text.as_str(), None), "row {number} {field:?}");
                }
                (Err(None), _) => {}
            }
        }
    }
}

/// A cell as LibreOffice writes it: its text, or a typed value with the text that is shown.
fn cell() -> impl Strategy<Value = String> {
    let letter = prop_oneof![
        4 => proptest::char::range('a', 'z'),
        2 => select(vec![' ', '\t', '\n', '&', '<', '"', '\'', '\u{e9}', '\u{674e}', '\u{1f600}']),
        1 => any::<char>().prop_filter("XML can hold it", |c| *c >= ' ' && !matches!(*c, '\u{fffe}' | '\u{ffff}')),
    ];
    let text = proptest::collection::vec(letter, 1..16).prop_map(String::from_iter);
    let typed = |kind: &'static str, name: &'static str, value: String, shown: String| {
        let attributes = format!(r#"office:value-type="{kind}" {name}="{value}" calcext:value-type="{kind}""#);
        cell_of(&attributes, &format!("<text:p>{shown}</text:p>"))
    };
    prop_oneof![
        6 => text.prop_map(|text| ods::cell(&text)),
        2 => (select(vec!["float", "currency", "percentage"]), 0_u64..2_000_000_000_000_000)
            .prop_map(move |(kind, number)| typed(kind, "office:value", number.to_string(), format!("{number} "))),
        1 => (-1e6..1e6_f64).prop_map(move |number| typed("float", "office:value", number.to_string(), "x".into())),
        1 => any::<bool>()
            .prop_map(move |answer| typed("boolean", "office:boolean-value", answer.to_string(), "TRUE".into())),
        1 => Just(typed("date", "office:date-value", "2026-11-23".into(), "23/11/2026".into())),
        1 => Just(typed("time", "office:time-value", "PT09H00M00S".into(), "09:00".into())),
        1 => Just(cell_of(r#"table:formula="of:=1" office:value-type="float" office:value="1""#, "<text:p>1</text:p>")),
        3 => Just("<table:table-cell/>".to_owned()),
    ]
}

fn person() -> impl Strategy<Value = String> {
    (proptest::collection::vec(cell(), FIELDS.len() - 1), 1_u32..4, 0_u32..4).prop_map(|(cells, repeats, blank)| {
        let email = ods::cell("tan@agency.gov.sg");
        let rows = format!(r#"table:number-rows-repeated="{repeats}""#);
        let blank = if blank == 0 {
            String::new()
        } else {
            format!(
                r#"<table:table-row table:number-rows-repeated="{blank}"><table:table-cell
                table:number-columns-repeated="1024"/></table:table-row>"#
            )
        };
        format!("<table:table-row {rows}><table:table-cell/>{email}{}</table:table-row>{blank}", cells.concat())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, ..ProptestConfig::default() })]

    #[test]
    fn any_list_is_read_as_calamine_reads_it(people in proptest::collection::vec(person(), 1..5)) {
        compare(&ods::list(&people.concat()));
    }
}

#[test]
fn a_list_as_libreoffice_writes_it_is_read_as_calamine_reads_it() {
    let rows: String = (2..40)
        .map(|number| {
            let email = format!("p{number}@agency.gov.sg");
            row(&["1", &email, "", "Ah  Kow", " Tan ", "65", "91234567", "Example\nAgency", "", "Yes", "New\tjoiner"])
        })
        .collect();
    let before = concat!(
        r#"<office:forms form:automatic-focus="false" xmlns:form="urn:x"/><table:table-column table:style-name="co1""#,
        r#" table:number-columns-repeated="11" table:default-cell-style-name="ce1"/>"#
    );
    let after = r#"<table:table-row table:style-name="ro1" table:number-rows-repeated="1048536"><table:table-cell
        table:number-columns-repeated="16384"/></table:table-row>"#;
    let inside = format!("{before}{}{rows}{after}", row(&HEADER));
    let package = ods::package("", &ods::table("Users", r#"table:style-name="ta1""#, &inside));
    compare(&package);
    assert_eq!(as_calamine_reads(&package.build()).len(), 38);
}

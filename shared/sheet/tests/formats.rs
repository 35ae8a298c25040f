//! One list gives the same rows in every format, and no text is changed on its way through one.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use csv::{QuoteStyle, Terminator, WriterBuilder};
use domain::{Field, batch::Encoding};
use proptest::{
    prelude::{Just, ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, prop_assume, prop_oneof, proptest},
    sample::select,
};
use sheet::{Limits, Sheet, SheetRow};
use support::{GOOD, HEADER, Package, ods, row};

/// The columns of [`HEADER`] in which any text is a text, and their fields.
const COLUMNS: [(usize, Field); 6] = [
    (2, Field::Username),
    (3, Field::FirstName),
    (4, Field::LastName),
    (7, Field::Organisation),
    (8, Field::Department),
    (10, Field::Reason),
];

/// How a program writes a list as text.
#[derive(Clone, Copy, Debug)]
struct Style {
    delimiter: u8,
    quotes: QuoteStyle,
    terminator: Terminator,
}

fn style() -> impl Strategy<Value = Style> {
    let quotes = prop_oneof![Just(QuoteStyle::Necessary), Just(QuoteStyle::Always)];
    let terminator = prop_oneof![Just(Terminator::CRLF), Just(Terminator::Any(b'\n')), Just(Terminator::Any(b'\r'))];
    (select(b",;\t|".to_vec()), quotes, terminator).prop_map(|(delimiter, quotes, terminator)| Style {
        delimiter,
        quotes,
        terminator,
    })
}

fn written(people: &[Vec<String>], style: Style) -> String {
    let mut writer = WriterBuilder::new()
        .delimiter(style.delimiter)
        .quote_style(style.quotes)
        .terminator(style.terminator)
        .from_writer(Vec::new());
    writer.write_record(HEADER).unwrap();
    people.iter().for_each(|person| writer.write_record(person).unwrap());
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

/// A person with these texts.
fn person(texts: &[String]) -> Vec<String> {
    let mut cells = GOOD.map(str::to_owned).to_vec();
    for ((column, _), text) in COLUMNS.iter().zip(texts) {
        cells[*column].clone_from(text);
    }
    cells
}

/// Any text that says nothing but itself: no formula, no error, and no number that lost digits.
fn any_text() -> impl Strategy<Value = String> {
    let special =
        select(vec![',', ';', '\t', '|', '"', '\'', '\n', '\r', ' ', '=', '#', '\u{feff}', '\u{a0}', '-', '+']);
    let letter = prop_oneof![
        3 => proptest::char::range('a', 'z'),
        2 => special,
        1 => select(vec!['\u{e9}', '\u{f1}', '\u{674e}', '\u{9f99}', '\u{2019}', '\u{1f600}']),
        1 => any::<char>().prop_filter("XML can hold it", |c| *c >= ' ' && !matches!(*c, '\u{fffe}' | '\u{ffff}')),
    ];
    let text = proptest::collection::vec(letter, 0..10).prop_map(String::from_iter);
    text.prop_filter("it is a plain text", |text| !text.starts_with(['=', '#']) && !text.trim().starts_with('#'))
}

fn people() -> impl Strategy<Value = Vec<Vec<String>>> {
    proptest::collection::vec(proptest::collection::vec(any_text(), COLUMNS.len()), 1..5)
        .prop_map(|people| people.iter().map(|texts| person(texts)).collect())
}

fn rows(sheet: &Sheet) -> Vec<SheetRow> {
    sheet.rows.iter().collect()
}

/// Compares the texts of every row with what was written.
fn same(sheet: &Sheet, people: &[Vec<String>]) -> bool {
    let rows = rows(sheet);
    rows.len() == people.len()
        && rows.iter().zip(people).all(|(row, person)| {
            let is_same = |(column, field): &(usize, Field)| row.raw.form.get(*field) == person[*column];
            row.raw.cell_faults.is_empty() && COLUMNS.iter().all(is_same)
        })
}

fn encoded(text: &str, encoding: Encoding) -> Option<Vec<u8>> {
    match encoding {
        Encoding::Utf16Le => return Some(text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        Encoding::Utf16Be => return Some(text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        _ => {}
    }
    let standard = encoding_rs::Encoding::for_label(encoding.name().as_bytes()).unwrap();
    let (bytes, _, is_lost) = standard.encode(text);
    let is_known = standard.decode_without_bom_handling(&bytes).0 == text;
    (!is_lost && is_known).then(|| bytes.into_owned())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    #[test]
    fn any_table_in_unicode_is_read_as_it_was_written(people in people(), style in style()) {
        let text = written(&people, style);
        let marked = format!("\u{feff}{text}");
        let files = [
            text.into_bytes(),
            marked.clone().into_bytes(),
            marked.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            marked.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        ];
        for bytes in files {
            let sheet = support::read(&bytes, &Limits::default());
            prop_assert!(sheet.as_ref().is_ok_and(|sheet| same(sheet, &people)), "{style:?} {people:?} {sheet:?}");
        }
    }

    #[test]
    fn any_table_in_another_encoding_is_read_as_the_officer_says(
        people in people(),
        style in style(),
        encoding in select(Encoding::ALL.to_vec()),
    ) {
        // In the place of what an encoding does not have, there is another letter.
        let known = |c: char| if encoded(&c.to_string(), encoding).is_some() { c } else { 'x' };
        let plain = |text: &String| text.chars().map(known).collect();
        let people: Vec<Vec<String>> = people.iter().map(|person| person.iter().map(plain).collect()).collect();
        let text = written(&people, style);
        let bytes = encoded(&text, encoding);
        prop_assume!(bytes.is_some());
        let bytes = bytes.unwrap();
        let is_utf_8 = std::str::from_utf8(&bytes).is_ok() && !bytes.contains(&0);
        prop_assume!(text.is_ascii() || !is_utf_8);
        prop_assume!(!text.chars().any(|c| ('\u{7f}'..'\u{a0}').contains(&c)));
        let sheet = support::read_in(&bytes, &Limits::default(), Some(encoding));
        prop_assert!(sheet.as_ref().is_ok_and(|sheet| same(sheet, &people)), "{style:?} {people:?} {sheet:?}");
        let is_asked = support::read(&bytes, &Limits::default()).is_err();
        prop_assert_eq!(is_asked, !is_utf_8);
    }

    #[test]
    fn the_same_people_are_the_same_rows_in_every_format(people in people(), style in style()) {
        // A carriage return is one in a text, and white space in XML.
        let plain = |text: &String| text.replace('\r', "x");
        let people: Vec<Vec<String>> = people.iter().map(|person| person.iter().map(plain).collect()).collect();
        let xlsx: String = (2..)
            .zip(&people)
            .map(|(number, person)| row(number, &person.iter().map(String::as_str).collect::<Vec<_>>()))
            .collect();
        let ods: String =
            people.iter().map(|person| ods::row(&person.iter().map(String::as_str).collect::<Vec<_>>())).collect();
        let expected = Package::default().with_rows(&xlsx).read().unwrap();
        let csv = written(&people, style);
        let csv = support::read(csv.as_bytes(), &Limits::default()).unwrap();
        let ods = ods::list(&ods).read().unwrap();
        prop_assert_eq!(rows(&csv), rows(&expected));
        prop_assert_eq!(rows(&ods), rows(&expected));
        prop_assert_eq!((csv.remarks, ods.remarks), (expected.remarks.clone(), expected.remarks));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_list_gives_a_verdict(
        people in people(),
        style in style(),
        at in any::<proptest::sample::Index>(),
        length in 0_usize..8,
        insert in proptest::collection::vec(any::<u8>(), 0..4),
    ) {
        let mut bytes = written(&people, style).into_bytes();
        let at = at.index(bytes.len());
        let end = (at + length).min(bytes.len());
        bytes.splice(at..end, insert);
        for encoding in Encoding::ALL {
            let _ = support::read_in(&bytes, &Limits::default(), Some(encoding));
        }
        let _ = support::read(&bytes[..at], &Limits::default());
    }

    #[test]
    fn any_bytes_give_a_verdict(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = support::read(&bytes, &Limits::default());
    }

    #[test]
    fn a_changed_spreadsheet_gives_a_verdict(
        part in any::<proptest::sample::Index>(),
        at in any::<proptest::sample::Index>(),
        length in 0_usize..8,
        insert in select(FRAGMENTS),
    ) {
        let rows = format!("{}{}", ods::row(&GOOD), ods::row_but(&GOOD, 6, NUMBER));
        let mut package = ods::list(&rows);
        let part = part.index(package.parts.len());
        let content = &mut package.parts[part].1;
        let at = at.index(content.len());
        let end = (at + length).min(content.len());
        content.splice(at..end, insert.bytes());
        let _ = package.read();
    }

    #[test]
    fn a_changed_byte_of_a_spreadsheet_is_noticed(at in any::<proptest::sample::Index>(), byte in any::<u8>()) {
        let good = ods::list(&ods::row(&GOOD)).build();
        let mut bytes = good.clone();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(sheet) = support::read(&bytes, &Limits::default()) {
            prop_assert_eq!(rows(&sheet), rows(&support::read(&good, &Limits::default()).unwrap()));
        }
    }
}

const NUMBER: &str = r#"<table:table-cell office:value-type="float"
    office:value="91234567"><text:p>91234567</text:p></table:table-cell>"#;

const FRAGMENTS: &[&str] = &[
    "",
    "<",
    ">",
    "/",
    "\"",
    "&",
    "<table:table-cell>",
    "</table:table-cell>",
    "<table:covered-table-cell/>",
    "<table:table-row>",
    "<table:table-column/>",
    "<text:p>",
    "</text:p>",
    "<text:s text:c=\"99999999999\"/>",
    "<table:table table:name=\"x\">",
    " table:number-columns-repeated=\"16384\"",
    " table:number-rows-repeated=\"1048576\"",
    " table:number-columns-spanned=\"4294967295\"",
    " office:value-type=\"float\"",
    " table:formula=\"of:=1\"",
    "99999999999999999999",
    "-1",
    "\0",
    "<!--",
    "<![CDATA[",
    "<!DOCTYPE a>",
];

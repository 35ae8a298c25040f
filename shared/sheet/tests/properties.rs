//! No file makes the reader panic, and no changed byte stays unnoticed.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use std::sync::LazyLock;

use domain::{Timestamp, fields::Form};
use proptest::prelude::{ProptestConfig, any, prop_assert, proptest};
use sheet::{Limits, ResultRow};
use support::{GOOD, Package, SHEET_PATH, good_row_but, row, worksheet};

/// Valid files of different programs and shapes.
static GOOD_FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let day = Timestamp::from_unix_ms(0);
    let form = Form { email: "tan@agency.gov.sg".to_owned(), ..Form::default() };
    let ours = [ResultRow { number: 1, form: &form, status: "", what_is_wrong: "", trace_id: "" }];
    let shared = r#"<c r="D2" t="s"><v>1</v></c>"#;
    vec![
        sheet::template(day).unwrap(),
        sheet::results(ours, day).unwrap(),
        Package::default().with_rows(&row(2, &GOOD)).build(),
        Package::default().with_rows(&row(2, &GOOD)).build_with(zip::CompressionMethod::Stored),
        Package::default()
            .with_strings(r#"uniqueCount="2""#, "<si/><si><t>x</t></si>")
            .with_rows(&good_row_but(2, 'D', shared))
            .build(),
    ]
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_500, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_byte_gives_a_verdict(file in 0_usize..5, at in any::<proptest::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = GOOD_FILES[file].clone();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = support::read(&bytes, &Limits::default());
    }

    #[test]
    fn a_cut_or_doubled_file_gives_a_verdict(file in 0_usize..5, at in any::<proptest::sample::Index>(),
        length in 0_usize..64) {
        let bytes = GOOD_FILES[file].clone();
        let at = at.index(bytes.len());
        let end = (at + length).min(bytes.len());
        let _ = support::read(&bytes[..at], &Limits::default());
        let without = [&bytes[..at], &bytes[end..]].concat();
        let _ = support::read(&without, &Limits::default());
        let doubled = [&bytes[..end], &bytes[at..]].concat();
        let _ = support::read(&doubled, &Limits::default());
    }

    #[test]
    fn changed_xml_gives_a_verdict(
        part in any::<proptest::sample::Index>(),
        at in any::<proptest::sample::Index>(),
        length in 0_usize..8,
        insert in proptest::sample::select(FRAGMENTS),
    ) {
        let shared = r#"<c r="D2" s="1" t="s"><v>1</v></c>"#;
        let mut package = Package::default()
            .with_strings(r#"count="2" uniqueCount="2""#, "<si/><si><t>x</t></si>")
            .with_rows(&format!("{}{}", good_row_but(2, 'D', shared), row(3, &GOOD)));
        let part = part.index(package.parts.len());
        let content = &mut package.parts[part].1;
        let at = at.index(content.len());
        let end = (at + length).min(content.len());
        content.splice(at..end, insert.bytes());
        let _ = package.read();
    }

    #[test]
    fn a_cell_of_any_text_gives_a_row_or_a_verdict(inner in ".{0,60}", kind in "[a-zA-Z]{0,9}", style in any::<i64>()) {
        let cell = format!(r#"<c r="D2" t="{kind}" s="{style}"><v>{inner}</v></c>"#);
        let read = Package::default().with_rows(&good_row_but(2, 'D', &cell)).read();
        if let Ok(sheet) = read {
            prop_assert!(sheet.rows.len() == 1);
        }
    }
}

proptest! {
    #[test]
    fn where_chunks_end_makes_no_difference(padding in 65_000_usize..66_000) {
        // White space moves the first rows across the border between two inflated chunks.
        let noise: String = (0..padding).map(|n| if n % 7 < 3 { ' ' } else { '\n' }).collect();
        let xml = worksheet(&format!("{}{}", row(1, &support::HEADER), row(2, &GOOD))).replace("<sheetData>",
            &format!("{noise}<sheetData>"));
        let limits = Limits { ratio: u64::MAX, ..Limits::default() };
        let read = support::read(&Package::default().with(SHEET_PATH, xml).build(), &limits).unwrap();
        prop_assert!(read.rows.get(0).unwrap().raw.form.email == GOOD[1]);
    }
}

const FRAGMENTS: &[&str] = &[
    "",
    "<",
    ">",
    "/",
    "\"",
    "'",
    "&",
    "&amp;",
    "<c>",
    "</c>",
    "<v>",
    "</v>",
    "<row>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?",
    "?>",
    "<!DOCTYPE a>",
    "r=\"A1\"",
    "r=\"ZZZZZZZZ1\"",
    "99999999999999999999",
    "-1",
    "\0",
    "\u{feff}",
    "xml:",
    "<is>",
    "<sheetData/>",
    "<dimension ref=\"B2:A1\"/>",
    "uniqueCount=\"18446744073709551615\"",
    "_x0000_",
];

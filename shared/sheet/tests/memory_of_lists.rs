//! How much memory and time hostile lists and OpenDocument spreadsheets take.
//!
//! The counter counts every allocation of the process, so the tests run one after another.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use domain::batch::Encoding;
use sheet::{FileError, Limits, Sheet};
use support::{
    GOOD, HEADER,
    bounds::{MIB, MOST_BYTES, MOST_TIME, peak_of},
    code,
    ods::{self, cell_of, row},
    verdict,
};

static TURN: Mutex<()> = Mutex::new(());

fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads a file within the bounds of every file.
fn bounded(name: &str, bytes: &[u8], limits: &Limits, encoding: Option<Encoding>) -> Result<Sheet, FileError> {
    let start = Instant::now();
    let (read, peak) = peak_of(|| support::read_in(bytes, limits, encoding));
    assert!(peak <= MOST_BYTES, "{name}: {} MiB", peak / MIB);
    // `bounds::read` holds every build to the time. Only a release build is held to it here, with the file's name.
    if !cfg!(debug_assertions) {
        assert!(start.elapsed() <= MOST_TIME, "{name}: {:?}", start.elapsed());
    }
    read
}

/// Limits that allow any compression ratio, so that the checks behind it are tested as well.
fn any_ratio() -> Limits {
    Limits { ratio: u64::MAX, upload_bytes: 64 * MIB, ..Limits::default() }
}

fn list(lines: &str) -> String {
    format!("{}\n{lines}\n", HEADER.join(","))
}

#[test]
fn a_list_is_never_held_whole() {
    let _turn = turn();
    let row = GOOD.join(",");
    let apart = list(&row).replace('\n', &"\n".repeat(1_100_000));
    for (name, text, expected) in [
        ("blank lines", "\n".repeat(9 * MIB), "FILE_HEADER_MISSING"),
        ("blank rows", ",\n".repeat(450_000), "FILE_HEADER_MISSING"),
        ("one cell", "x".repeat(9 * MIB), "FILE_XML_LIMIT"),
        ("one quoted cell", format!("\"{}", "x\n".repeat(4 * MIB)), "FILE_XML_LIMIT"),
        ("only quotes", "\"".repeat(9 * MIB), "FILE_XML_LIMIT"),
        ("only delimiters", ",;\t|".repeat(2 * MIB), "FILE_CELL_OUT_OF_RANGE"),
        ("rows far apart", apart, "FILE_CELL_OUT_OF_RANGE"),
        ("blank cells in another alphabet", "\u{3000}\n".repeat(900_000), "FILE_HEADER_MISSING"),
    ] {
        let (read, peak) = peak_of(|| support::read(text.as_bytes(), &Limits::default()));
        assert_eq!(code(read), expected, "{name}");
        assert!(peak < 2 * MIB, "{name}: {peak} bytes");
    }
}

#[test]
fn a_question_about_letters_takes_little() {
    let _turn = turn();
    let limits = Limits::default();
    for (name, unit) in [
        ("Western letters", b"\xE9".as_slice()),
        ("Chinese letters", b"\xB3\xAF\xA4\x6A"),
        ("letters of four bytes", b"\x81\x30\x81\x30"),
        ("one letter at the end", b"x"),
        ("pairs", b"x\0"),
        ("delimiters", b",\xE9"),
    ] {
        let mut bytes = unit.repeat(9 * MIB / unit.len());
        bytes.extend_from_slice(if unit == b"x\0" { b"@\0" } else { b"\xE9\n" });
        for encoding in [None, Some(Encoding::Windows1252), Some(Encoding::Gb18030), Some(Encoding::Utf16Le)] {
            let _ = bounded(name, &bytes, &limits, encoding);
            let codes = ["FILE_ENCODING_UNKNOWN", "FILE_XML_LIMIT", "FILE_TOO_MANY_CELLS", "FILE_CELL_OUT_OF_RANGE"];
            assert!(codes.contains(&verdict(&bytes, &limits, encoding).as_str()), "{name} {encoding:?}");
        }
    }
}

#[test]
fn everything_of_a_list_at_its_limit_stays_within_bounds() {
    let _turn = turn();
    let text = "\u{e9}".repeat(65);
    let row = format!("1,{text}@agency.gov.sg,{}", [text.as_str(); 4].join(","));
    let lines = list(&format!("{row}\n").repeat(9_999));
    let read = bounded("everything", lines.as_bytes(), &Limits::default(), None);
    assert_eq!(read.map(|sheet| sheet.rows.len()), Ok(9_999));
    let utf_16: Vec<u8> = format!("\u{feff}{lines}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let read = bounded("everything in UTF-16", &utf_16, &any_ratio(), None);
    assert_eq!(read.map(|sheet| sheet.rows.len()), Ok(9_999));
}

/// Ten thousand people with addresses of their own.
fn people() -> Vec<Vec<String>> {
    let person = |number: u32| {
        let mut cells = GOOD.map(str::to_owned).to_vec();
        cells[1] = format!("person{number}@agency.gov.sg");
        cells
    };
    (0..10_000).map(person).collect()
}

#[test]
fn ten_thousand_honest_people_take_little() {
    let _turn = turn();
    let lines: Vec<String> = people().iter().map(|cells| cells.join(",")).collect();
    let lines = list(&lines.join("\n"));
    let rows: String =
        people().iter().map(|cells| row(&cells.iter().map(String::as_str).collect::<Vec<_>>())).collect();
    for (name, bytes) in [("list", lines.into_bytes()), ("spreadsheet", ods::list(&rows).build())] {
        let (read, peak) = peak_of(|| support::read(&bytes, &Limits::default()));
        assert_eq!(read.map(|sheet| sheet.rows.len()), Ok(10_000), "{name}");
        assert!(peak < 8 * MIB, "{name}: {} KiB", peak / 1024);
    }
}

#[test]
fn no_count_in_a_spreadsheet_decides_how_much_is_allocated() {
    let _turn = turn();
    let base = ods::list(&row(&GOOD)).build();
    let (_, base) = peak_of(|| support::read(&base, &Limits::default()));
    for number in ["0", "16384", "1048576", "2147483648", "4294967295", "18446744073709551615", "abc", "-1"] {
        let count = |name: &str| cell_of(&format!(r#"table:{name}="{number}""#), "<text:p>x</text:p>");
        let spaces = cell_of("", &format!(r#"<text:p><text:s text:c="{number}"/></text:p>"#));
        let row_of = |cells: &str| {
            format!(r#"<table:table-row table:number-rows-repeated="{number}">{cells}</table:table-row>"#)
        };
        let columns =
            format!(r#"<table:table-column table:number-columns-repeated="{number}" table:visibility="filter"/>"#);
        for xml in [
            ods::row_but(&GOOD, 3, &count("number-columns-repeated")),
            ods::row_but(&GOOD, 3, &count("number-columns-spanned")),
            ods::row_but(&GOOD, 3, &count("number-rows-spanned")),
            ods::row_but(&GOOD, 3, &spaces),
            row_of(&count("number-columns-repeated")),
            row_of(&count("number-columns-spanned")),
            row_of("<table:table-cell/>"),
            columns,
        ] {
            let before = ods::package("", &ods::table("Users", "", &format!("{xml}{}", row(&HEADER))));
            for bytes in [ods::list(&xml).build(), before.build()] {
                let (_, peak) = peak_of(|| support::read(&bytes, &Limits::default()));
                assert!(peak < base + 2 * MIB, "{xml}: {peak} bytes");
            }
        }
    }
}

#[test]
fn everything_of_a_spreadsheet_at_its_limit_stays_within_bounds() {
    let _turn = turn();
    let text = "x".repeat(70);
    let link = |number: u32| {
        let target = format!("mailto:{number}{}", "y".repeat(300));
        cell_of("", &format!(r#"<text:p><text:a xlink:href="{target}">{text}</text:a></text:p>"#))
    };
    let merged = cell_of(r#"table:number-columns-spanned="2""#, &format!("<text:p>{text}</text:p>"));
    let cells = format!("{merged}<table:covered-table-cell/>{}", ods::cell(&text).repeat(7));
    let rows: String = (0..10_000)
        .map(|number| format!("<table:table-row><table:table-cell/>{}{cells}</table:table-row>", link(number)))
        .collect();
    let read = bounded("everything", &ods::list(&rows).build(), &any_ratio(), None);
    assert_eq!(read.map(|sheet| sheet.rows.len()), Ok(10_000));
}

#[test]
fn rows_that_are_alike_do_not_multiply() {
    let _turn = turn();
    let long = "x".repeat(32_767);
    let rows_of = |count: u32, cells: &str| {
        ods::list(&format!(r#"<table:table-row table:number-rows-repeated="{count}">{cells}</table:table-row>"#))
            .build()
    };
    let folded = |cells: &str| {
        let row = format!(r#"<table:table-row table:number-rows-repeated="16000">{cells}</table:table-row>"#);
        ods::list(&format!(
            r#"<table:table-row-group table:display="false">{}</table:table-row-group>"#,
            row.repeat(10)
        ))
        .build()
    };
    let wide = cell_of(r#"table:number-columns-repeated="60""#, &format!("<text:p>{long}</text:p>"));
    let formulas = cell_of(r#"table:number-columns-repeated="60" table:formula="of:=1""#, "");
    let merged = cell_of(r#"table:number-columns-spanned="2""#, "<text:p>x</text:p>");
    let merges = format!("{merged}<table:covered-table-cell/>").repeat(30);
    for (name, bytes, expected) in [
        ("long texts", rows_of(10_000, &wide), "FILE_TOO_LARGE"),
        ("long texts that are hidden", folded(&wide), "FILE_TOO_LARGE"),
        ("long texts of a row", rows_of(1, &wide.replace("60", "1").repeat(300)), "FILE_CELL_OUT_OF_RANGE"),
        ("formulas", rows_of(16_000, &formulas), "FILE_NO_ROWS"),
        ("hidden formulas", folded(&formulas), "FILE_TOO_MANY_CELLS"),
        ("merges", rows_of(16_000, &merges), "FILE_XML_LIMIT"),
    ] {
        assert_eq!(code(bounded(name, &bytes, &any_ratio(), None)), expected, "{name}");
    }
}

#[test]
fn all_tables_together_take_a_bounded_time() {
    let _turn = turn();
    let alike: String = (0..40).map(|n| format!(r#" attribute{n:02}="""#)).collect();
    let prefixed: String = (0..40).map(|n| format!(r#" table:attribute{n:02}="""#)).collect();
    for (name, unit) in [
        ("empty elements", "<a/>".to_owned()),
        ("cells", "<table:table-row><table:table-cell/></table:table-row>".to_owned()),
        ("attributes that are nearly alike", format!("<a{alike}/>")),
        ("attributes with a prefix", format!("<table:table-row><table:table-cell{prefixed}/></table:table-row>")),
        ("formats", r#"<style:style style:name="a" style:family="table"/>"#.to_owned()),
    ] {
        for tables in [1, 250] {
            let inside = unit.repeat((30 << 20) / tables / unit.len());
            let tables: String = (0..tables).map(|n| ods::table(&format!("S{n}"), "", &inside)).collect();
            let read = bounded(name, &ods::package("", &tables).build(), &any_ratio(), None);
            let codes = ["FILE_HEADER_MISSING", "FILE_TOO_MANY_PARTS"];
            assert!(codes.contains(&code(read)), "{name}");
        }
    }
    let style = r#"<style:style style:name="{}" style:family="table-row">
        <style:table-row-properties style:row-height="0cm"/></style:style>"#;
    let styles: String = (0..200_000).map(|n| style.replace("{}", &n.to_string())).collect();
    assert_eq!(
        code(bounded("hidden formats", &ods::package(&styles, "").build(), &any_ratio(), None)),
        "FILE_XML_LIMIT"
    );
}

//! How much memory and time a hostile file takes, and how much it would take without the guard.
//!
//! The counter counts every allocation of the process, so the tests run one after another.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use std::{
    io::Cursor,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use calamine::{Reader as _, Xlsx};
use sheet::{FileError, Limits, Sheet};
use support::{
    GOOD, HEADER, Package, SHEET_PATH, TYPES, WORKBOOK,
    bounds::{MIB, MOST_BYTES, MOST_TIME, peak_of},
    code, good_row_but, relationships, row, worksheet,
};

static TURN: Mutex<()> = Mutex::new(());

fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads a file within the bounds of every file.
fn bounded(name: &str, bytes: &[u8], limits: &Limits) -> Result<Sheet, FileError> {
    let start = Instant::now();
    let (read, peak) = peak_of(|| support::read(bytes, limits));
    assert!(peak <= MOST_BYTES, "{name}: {} MiB", peak / MIB);
    // `bounds::read` holds every build to the time. Only a release build is held to it here, with the file's name.
    if !cfg!(debug_assertions) {
        assert!(start.elapsed() <= MOST_TIME, "{name}: {:?}", start.elapsed());
    }
    read
}

/// Limits that allow any compression ratio, so that the checks behind it are tested as well.
fn any_ratio() -> Limits {
    Limits { ratio: u64::MAX, ..Limits::default() }
}

fn good() -> Package {
    Package::default().with_rows(&row(2, &GOOD))
}

#[test]
fn an_inflated_sheet_is_never_held_whole() {
    let _turn = turn();
    let spaces = |mib: usize| good().with(SHEET_PATH, worksheet(&" ".repeat(mib * MIB))).build();
    for (name, bytes, limits, expected) in [
        ("64 MiB of spaces", spaces(64), Limits::default(), "FILE_TOO_LARGE"),
        ("31 MiB of spaces", spaces(31), Limits::default(), "FILE_BOMB"),
        ("31 MiB of spaces in one text", spaces(31), any_ratio(), "FILE_XML_LIMIT"),
    ] {
        let (read, peak) = peak_of(|| support::read(&bytes, &limits));
        assert_eq!(code(read), expected, "{name}");
        assert!(peak < MIB, "{name}: {peak} bytes");
    }
    let (_, unguarded) = peak_of(|| unguarded_cells(&spaces(64)));
    assert!(unguarded > MOST_BYTES, "without the guard the same file is harmless: {unguarded}");
}

#[test]
fn an_announced_count_takes_no_memory() {
    let _turn = turn();
    let announcing = |count: &str| {
        good().with_strings(&format!(r#"count="{count}" uniqueCount="{count}""#), "<si><t>x</t></si>").build()
    };
    let honest = announcing("1");
    let (_, base) = peak_of(|| support::read(&honest, &Limits::default()));
    for count in [
        "0",
        "2147483648",
        "4294967296",
        "9007199254740992",
        "9223372036854775808",
        "18446744073709551615",
        "1000000000000000000000000000000",
        "abc",
        "-1",
    ] {
        let bytes = announcing(count);
        let (_, peak) = peak_of(|| support::read(&bytes, &Limits::default()));
        assert!(peak < base + MIB, "{count}: {peak} bytes");
    }
    // A larger count would abort the process, so this one is just large enough.
    let hurting = announcing("20000000");
    let (_, unguarded) = peak_of(|| Xlsx::new(Cursor::new(&hurting)).map(drop));
    assert!(unguarded > MOST_BYTES, "without the guard the same file is harmless: {unguarded}");
}

#[test]
fn no_number_in_a_sheet_decides_how_much_is_allocated() {
    let _turn = turn();
    let base = good().build();
    let (_, base) = peak_of(|| support::read(&base, &Limits::default()));
    for number in ["0", "2147483648", "4294967295", "9007199254740992", "18446744073709551615", "abc", "-1"] {
        let cells = [
            format!(r#"<c r="G2" s="{number}"><v>1</v></c>"#),
            format!(r#"<c r="G2"><f t="shared" ref="A1:XFD1048576" si="{number}">A1</f><v>1</v></c>"#),
            format!(r#"<c r="G{number}"><v>1</v></c>"#),
            format!(r#"<c r="G2" t="s"><v>{number}</v></c>"#),
        ];
        for cell in cells {
            let bytes = Package::default().with_rows(&good_row_but(2, 'G', &cell)).build();
            let (_, peak) = peak_of(|| support::read(&bytes, &Limits::default()));
            assert!(peak < base + MIB, "{cell}: {peak} bytes");
        }
        let before = [
            format!(r#"<dimension ref="A1:XFD{number}"/>"#),
            format!(r#"<cols><col min="1" max="{number}" hidden="1"/></cols>"#),
            format!(r#"<cols><col min="{number}" max="{number}" hidden="1"/></cols>"#),
        ];
        for xml in before {
            let bytes = good()
                .with(SHEET_PATH, worksheet(&row(1, &HEADER)).replace("<sheetData>", &format!("{xml}<sheetData>")));
            let bytes = bytes.build();
            let (_, peak) = peak_of(|| support::read(&bytes, &Limits::default()));
            assert!(peak < base + MIB, "{xml}: {peak} bytes");
        }
    }
}

#[test]
fn two_cells_at_both_ends_of_a_sheet_take_no_memory() {
    let _turn = turn();
    let rows = format!(r#"{}<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#, row(2, &GOOD));
    let bytes = Package::default().with_rows(&rows).build();
    let (read, peak) = peak_of(|| support::read(&bytes, &Limits::default()));
    assert_eq!(code(read), "FILE_CELL_OUT_OF_RANGE");
    assert!(peak < MIB, "{peak} bytes");
}

#[test]
fn a_document_type_takes_no_memory() {
    let _turn = turn();
    let entities: String = (1..30).map(|n| format!(r#"<!ENTITY a{n} "&a{0};&a{0};&a{0};&a{0};">"#, n - 1)).collect();
    let table = format!(r#"<!DOCTYPE sst [<!ENTITY a0 "ha">{entities}]><sst><si><t>&a29;</t></si></sst>"#);
    let bytes = good().with(support::STRINGS_PATH, table).build();
    let (read, peak) = peak_of(|| support::read(&bytes, &Limits::default()));
    assert_eq!(code(read), "FILE_XML_FORBIDDEN");
    assert!(peak < MIB, "{peak} bytes");
}

#[test]
fn formatting_to_the_last_row_is_read_within_bounds() {
    let _turn = turn();
    let empty: String = (3..=1_048_576).map(|number| format!(r#"<row r="{number}"/>"#)).collect();
    let bytes = Package::default().with_rows(&format!("{}{empty}", row(2, &GOOD))).build();
    assert_eq!(code(bounded("empty rows", &bytes, &Limits::default())), "OK");
    let styled = format!("<row>{}</row>", r#"<c s="1"/>"#.repeat(100)).repeat(10_001);
    let bytes = Package::default().with_rows(&styled).build();
    assert_eq!(code(bounded("styled cells", &bytes, &any_ratio())), "FILE_TOO_MANY_CELLS");
}

#[test]
fn one_string_shown_by_every_cell_does_not_multiply() {
    let _turn = turn();
    let long = format!("<si><t>{}</t></si>", "x".repeat(32_767));
    let shown: String =
        (b'B'..=b'K').map(|letter| format!(r#"<c r="{}{{}}" t="s"><v>0</v></c>"#, letter as char)).collect();
    let rows: String = (2..10_000)
        .map(|number| format!(r#"<row r="{number}">{}</row>"#, shown.replace("{}", &number.to_string())))
        .collect();
    let bytes = Package::default().with_strings("", &long).with_rows(&rows).build();
    assert_eq!(code(bounded("one string", &bytes, &any_ratio())), "FILE_TOO_LARGE");
}

#[test]
fn everything_at_its_limit_at_once_stays_within_bounds() {
    let _turn = turn();
    let strings: String = (0..200_000).map(|n| format!("<si><t>{n:080}</t></si>")).collect();
    let rows: String = (2..=10_001)
        .map(|number| {
            let texts: String = (b'B'..=b'K')
                .map(|letter| format!(r#"<c r="{}{number}" t="s"><v>{}</v></c>"#, letter as char, number * 19))
                .collect();
            format!(r#"<row r="{number}">{texts}</row>"#)
        })
        .collect();
    let links: String =
        (2..=10_001).map(|number| format!(r#"<hyperlink ref="B{number}" r:id="i{number}"/>"#)).collect();
    let merges: String = (2..=10_001).map(|number| format!(r#"<mergeCell ref="D{number}:E{number}"/>"#)).collect();
    let marks = format!("<mergeCells>{merges}</mergeCells><hyperlinks>{links}</hyperlinks>");
    let targets: String = (2..=10_001).map(|number| mail(&format!("i{number}"), &"x".repeat(300))).collect();
    let package = with_marks(0, &marks, &targets).with_strings(r#"uniqueCount="200000""#, &strings);
    let xml = worksheet(&format!("{}{rows}", row(1, &HEADER))).replace("</sheetData>", &format!("</sheetData>{marks}"));
    let bytes = package.with(SHEET_PATH, xml).build();
    let limits = Limits { upload_bytes: 64 * MIB, ..any_ratio() };
    let read = bounded("everything", &bytes, &limits);
    assert_eq!(read.map(|sheet| sheet.rows.len()), Ok(10_000));
}

#[test]
fn ten_thousand_honest_rows_take_little() {
    let _turn = turn();
    let rows: String = (2..=10_001)
        .map(|number| {
            let email = format!("person{number}@agency.gov.sg");
            let mut texts = GOOD;
            texts[1] = &email;
            row(number, &texts)
        })
        .collect();
    let bytes = Package::default().with_rows(&rows).build();
    let (read, peak) = peak_of(|| support::read(&bytes, &Limits::default()));
    assert_eq!(read.map(|sheet| sheet.rows.len()), Ok(10_000));
    assert!(peak < 16 * MIB, "{} KiB", peak / 1024);
}

/// A workbook of 255 sheets, each with a relationship and a target of its own.
fn of_many_sheets(relationship: impl Fn(usize) -> String, target: impl Fn(usize) -> String) -> Package {
    let sheets: String =
        (0..255).map(|n| format!(r#"<sheet name="S{n}" sheetId="{}" r:id="{}"/>"#, n + 1, relationship(n))).collect();
    let mut ids: Vec<(String, String)> = (0..255).map(|n| (relationship(n), target(n))).collect();
    ids.dedup();
    let related: String = ids
        .iter()
        .map(|(id, target)| format!(r#"<Relationship Id="{id}" Type="{TYPES}/worksheet" Target="{target}"/>"#))
        .collect();
    let workbook = WORKBOOK.replace(r#"<sheet name="Users" sheetId="1" r:id="rId1"/>"#, &sheets);
    let rels = relationships(&related);
    good().with("xl/workbook.xml", workbook).with("xl/_rels/workbook.xml.rels", rels)
}

#[test]
fn no_part_is_read_twice() {
    let _turn = turn();
    let attributes = r#" a="1" b="2" c="3" d="4" e="5" f="6" g="7" h="8" i="9""#;
    let rows: String = (2..90_000).map(|number| format!(r#"<row r="{number}"{attributes}/>"#)).collect();
    let empty: String = (2..90_000).map(|number| format!(r#"<row r="{number}"/>"#)).collect();
    let (sheet, empty) = (worksheet(&rows), worksheet(&empty));
    let path = "worksheets/sheet1.xml";
    for (name, package) in [
        ("one relationship", of_many_sheets(|_| "rId1".to_owned(), |_| path.to_owned())),
        ("one target", of_many_sheets(|n| format!("rId{n}"), |_| path.to_owned())),
        ("many spellings", of_many_sheets(|n| format!("rId{n}"), |n| format!("{}{path}", "./".repeat(n)))),
        (
            "many cases",
            of_many_sheets(|n| format!("rId{n}"), |n| if n % 2 == 0 { path.to_uppercase() } else { path.into() }),
        ),
    ] {
        for part in [&sheet, &empty] {
            let bytes = package.clone().with(SHEET_PATH, part.clone()).build();
            assert_eq!(code(bounded(name, &bytes, &any_ratio())), "FILE_CORRUPT", "{name}");
        }
    }
}

#[test]
fn all_worksheets_together_take_a_bounded_time() {
    let _turn = turn();
    let limits = Limits { upload_bytes: 64 * MIB, entries: 512, ..any_ratio() };
    // The inflated bytes of all parts are bounded, so this is the most that can be read.
    let alike: String = (0..40).map(|n| format!(r#" attribute{n:02}="""#)).collect();
    for (name, unit) in [
        ("empty elements", "<a/>".to_owned()),
        ("elements with a prefix", "<x:a/>".to_owned()),
        ("attributes that are nearly alike", format!("<a{alike}/>")),
        ("references", "&amp;<a/>".to_owned()),
        ("comments", "<!---->".to_owned()),
    ] {
        let before = unit.repeat(240_000 / unit.len());
        let sheet = worksheet("").replace("<sheetData>", &format!("{before}<sheetData>"));
        let package = of_many_sheets(|n| format!("rId{n}"), |n| format!("worksheets/sheet{n}.xml"));
        let package =
            (0..255).fold(package, |package, n| package.with(&format!("xl/worksheets/sheet{n}.xml"), sheet.clone()));
        assert_eq!(code(bounded(name, &package.build(), &limits)), "FILE_HEADER_MISSING", "{name}");
    }
}

/// A list of `rows` people with this behind the cells, and these relationships of its worksheet.
fn with_marks(rows: u32, marks: &str, targets: &str) -> Package {
    let rows: String = (2..2 + rows).map(|number| row(number, &GOOD)).collect();
    let xml = worksheet(&format!("{}{rows}", row(1, &HEADER))).replace("</sheetData>", &format!("</sheetData>{marks}"));
    let rels = relationships(targets);
    Package::default().with(SHEET_PATH, xml).with("xl/worksheets/_rels/sheet1.xml.rels", rels)
}

fn mail(id: &str, target: &str) -> String {
    format!(r#"<Relationship Id="{id}" Type="{TYPES}/hyperlink" Target="mailto:{target}"/>"#)
}

#[test]
fn only_the_targets_of_links_are_kept() {
    let _turn = turn();
    let link = r#"<hyperlinks><hyperlink ref="B2" r:id="i1"/></hyperlinks>"#;
    let many = |count: usize| (0..count).map(|n| mail(&format!("i{n:x}"), "")).collect::<String>();
    for (name, marks, targets, expected) in [
        ("a few too many", link, many(40_001), "FILE_XML_LIMIT"),
        ("300,000", link, many(300_000).replace(&format!("{TYPES}/"), "/"), "FILE_XML_LIMIT"),
        ("that no link needs", r#"<hyperlinks><hyperlink ref="H2" r:id="i1"/></hyperlinks>"#, many(100_000), "OK"),
        ("long ones", link, (0..400).map(|n| mail(&format!("i{n}"), &"x".repeat(60_000))).collect(), "OK"),
    ] {
        let bytes = with_marks(1, marks, &targets).build();
        let (read, peak) = peak_of(|| support::read(&bytes, &any_ratio()));
        assert_eq!(code(read), expected, "{name}");
        assert!(peak < MIB, "{name}: {peak} bytes");
    }
}

#[test]
fn links_and_merges_have_a_budget() {
    let _turn = turn();
    let links = |count: usize, id: &dyn Fn(usize) -> String| -> String {
        let links: String = (0..count).map(|n| format!(r#"<hyperlink ref="B2" r:id="{}"/>"#, id(n))).collect();
        format!("<hyperlinks>{links}</hyperlinks>")
    };
    let merges = |count: usize, reference: &str| {
        format!("<mergeCells>{}</mergeCells>", format!(r#"<mergeCell ref="{reference}"/>"#).repeat(count))
    };
    let short = |n: usize| format!("i{n}");
    let long = |n: usize| format!("i{n}{}", "x".repeat(60_000));
    let wide = format!(r#"<hyperlinks><hyperlink ref="{}" r:id="i1"/></hyperlinks>"#, "B2 ".repeat(20_000));
    let whole = r#"<hyperlink ref="B:B" r:id="i1"/>"#.repeat(40_000);
    let target = mail("i1", &"x".repeat(60_000));
    for (name, rows, marks, targets, expected) in [
        ("too many links", 1, links(40_001, &short), String::new(), "FILE_XML_LIMIT"),
        ("long ids", 1, links(400, &long), String::new(), "FILE_XML_LIMIT"),
        ("links to many places", 1, wide.repeat(3), target.clone(), "FILE_XML_LIMIT"),
        ("links over every row", 9_000, format!("<hyperlinks>{whole}</hyperlinks>"), target, "FILE_XML_LIMIT"),
        ("too many merges", 1, merges(40_001, "L1:M1"), String::new(), "FILE_XML_LIMIT"),
        ("many merges", 9_000, merges(40_000, "L1:M9"), String::new(), "OK"),
        ("merges over every row", 9_000, merges(40_000, "A1:XFD1048576"), String::new(), "FILE_CORRUPT"),
        (
            "all targets",
            1,
            links(400, &short),
            (0..400).map(|n| mail(&short(n), &"x".repeat(60_000))).collect(),
            "FILE_XML_LIMIT",
        ),
    ] {
        let bytes = with_marks(rows, &marks, &targets).build();
        assert_eq!(code(bounded(name, &bytes, &Limits { upload_bytes: 64 * MIB, ..any_ratio() })), expected, "{name}");
    }
}

#[test]
fn a_hundred_thousand_rows_take_less_than_forty_mebibytes() {
    let _turn = turn();
    let limits = Limits {
        upload_bytes: 64 * MIB,
        entry_bytes: 256 << 20,
        total_bytes: 256 << 20,
        rows: 100_000,
        cells: 2_000_000,
        strings: 1_000_000,
        text_bytes: 64 * MIB,
        ..any_ratio()
    };
    let email = |number: u32| format!("person{number}.name@example-agency.gov.sg");
    let inline: String = (2..=100_001)
        .map(|number| {
            let email = email(number);
            let mut texts = GOOD;
            texts[1] = &email;
            row(number, &texts)
        })
        .collect();
    let strings: String = (2..=100_001)
        .map(|number| {
            format!("<si><t>{}</t></si><si><t>First{number}</t></si><si><t>Last{number}</t></si>", email(number))
        })
        .collect();
    let shared: String = (2..=100_001_u32)
        .map(|number| {
            let base = (number - 2) * 3;
            let cells: String = [('B', base), ('D', base + 1), ('E', base + 2), ('H', 1), ('K', 2)]
                .iter()
                .map(|(letter, index)| format!(r#"<c r="{letter}{number}" t="s"><v>{index}</v></c>"#))
                .collect();
            format!(r#"<row r="{number}">{cells}</row>"#)
        })
        .collect();
    for (name, package) in [
        ("inline", Package::default().with_rows(&inline)),
        ("shared", Package::default().with_strings("", &strings).with_rows(&shared)),
    ] {
        let bytes = package.build();
        let (read, peak) = peak_of(|| support::read(&bytes, &limits));
        assert_eq!(read.map(|sheet| sheet.rows.len()), Ok(100_000), "{name}");
        assert!(peak < 40 * MIB, "{name}: {} KiB", peak / 1024);
    }
}

/// How many cells calamine itself reads.
fn unguarded_cells(bytes: &[u8]) -> usize {
    let mut workbook = Xlsx::new(Cursor::new(bytes)).unwrap();
    let mut cells = workbook.worksheet_cells_reader("Users").unwrap();
    let mut count = 0;
    while let Ok(Some(_)) = cells.next_cell() {
        count += 1;
    }
    count
}

//! How much memory and time a hostile file takes, and how much it would take without the guard.
//!
//! The counter counts every allocation of the process, so the tests run one after another.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use std::{
    io::Cursor,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use calamine::{Reader as _, Xlsx};
use peak_alloc::PeakAlloc;
use sheet::{FileError, Limits, Sheet};
use support::{GOOD, HEADER, Package, SHEET_PATH, code, good_row_but, row, worksheet};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

static TURN: Mutex<()> = Mutex::new(());

const MIB: usize = 1 << 20;

/// The memory and the time that any file may take.
const MOST_BYTES: usize = 48 * MIB;
const MOST_TIME: Duration = Duration::from_secs(3);

fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `job`, and returns how much the heap grew.
fn peak_of<T>(job: impl FnOnce() -> T) -> (T, usize) {
    let before = HEAP.current_usage();
    HEAP.reset_peak_usage();
    let result = job();
    (result, HEAP.peak_usage().saturating_sub(before))
}

/// Reads a file within the bounds of every file.
fn bounded(name: &str, bytes: &[u8], limits: &Limits) -> Result<Sheet, FileError> {
    let start = Instant::now();
    let (read, peak) = peak_of(|| sheet::read(bytes, limits));
    assert!(peak <= MOST_BYTES, "{name}: {} MiB", peak / MIB);
    // Only a release build says something about the time.
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
        let (read, peak) = peak_of(|| sheet::read(&bytes, &limits));
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
    let (_, base) = peak_of(|| sheet::read(&honest, &Limits::default()));
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
        let (_, peak) = peak_of(|| sheet::read(&bytes, &Limits::default()));
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
    let (_, base) = peak_of(|| sheet::read(&base, &Limits::default()));
    for number in ["0", "2147483648", "4294967295", "9007199254740992", "18446744073709551615", "abc", "-1"] {
        let cells = [
            format!(r#"<c r="G2" s="{number}"><v>1</v></c>"#),
            format!(r#"<c r="G2"><f t="shared" ref="A1:XFD1048576" si="{number}">A1</f><v>1</v></c>"#),
            format!(r#"<c r="G{number}"><v>1</v></c>"#),
            format!(r#"<c r="G2" t="s"><v>{number}</v></c>"#),
        ];
        for cell in cells {
            let bytes = Package::default().with_rows(&good_row_but(2, 'G', &cell)).build();
            let (_, peak) = peak_of(|| sheet::read(&bytes, &Limits::default()));
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
            let (_, peak) = peak_of(|| sheet::read(&bytes, &Limits::default()));
            assert!(peak < base + MIB, "{xml}: {peak} bytes");
        }
    }
}

#[test]
fn two_cells_at_both_ends_of_a_sheet_take_no_memory() {
    let _turn = turn();
    let rows = format!(r#"{}<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#, row(2, &GOOD));
    let bytes = Package::default().with_rows(&rows).build();
    let (read, peak) = peak_of(|| sheet::read(&bytes, &Limits::default()));
    assert_eq!(code(read), "FILE_CELL_OUT_OF_RANGE");
    assert!(peak < MIB, "{peak} bytes");
}

#[test]
fn a_document_type_takes_no_memory() {
    let _turn = turn();
    let entities: String = (1..30).map(|n| format!(r#"<!ENTITY a{n} "&a{0};&a{0};&a{0};&a{0};">"#, n - 1)).collect();
    let table = format!(r#"<!DOCTYPE sst [<!ENTITY a0 "ha">{entities}]><sst><si><t>&a29;</t></si></sst>"#);
    let bytes = good().with(support::STRINGS_PATH, table).build();
    let (read, peak) = peak_of(|| sheet::read(&bytes, &Limits::default()));
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
    let bytes = Package::default().with_strings(r#"uniqueCount="200000""#, &strings).with_rows(&rows).build();
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
    let (read, peak) = peak_of(|| sheet::read(&bytes, &Limits::default()));
    assert_eq!(read.map(|sheet| sheet.rows.len()), Ok(10_000));
    assert!(peak < 16 * MIB, "{} KiB", peak / 1024);
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

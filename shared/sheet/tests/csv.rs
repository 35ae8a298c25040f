//! Lists as text: in every encoding and with every delimiter that programs write, and hostile ones.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use domain::{
    Fault, Field,
    batch::{Answers, Encoding, EncodingChoice, MAX_SAMPLE},
};
use sheet::{FileError, Limits, Reading, Sheet, SheetRow};
use support::{GOOD, HEADER, verdict};

/// A list with the header and these lines under it.
fn list(lines: &str) -> String {
    format!("{}\n{lines}\n", HEADER.join(","))
}

fn read(text: &str) -> Result<Sheet, FileError> {
    support::read(text.as_bytes(), &Limits::default())
}

fn read_in(bytes: &[u8], encoding: Option<Encoding>) -> Result<Sheet, FileError> {
    support::read_in(bytes, &Limits::default(), encoding)
}

/// The encodings that the officer is asked to choose from.
fn asked(bytes: &[u8], encoding: Option<Encoding>) -> Vec<EncodingChoice> {
    let Ok(Reading::Asked(questions)) =
        sheet::read(bytes, &Limits::default(), &Answers { encoding, ..Answers::default() })
    else {
        panic!("nothing was asked")
    };
    assert_eq!(questions.reasons[0].code, "FILE_ENCODING_UNKNOWN");
    assert!(questions.reasons[0].detail.contains("CSV UTF-8"));
    assert!(questions.reasons.len() == 1 && questions.columns.is_empty());
    questions.encodings
}

fn one(result: Result<Sheet, FileError>) -> SheetRow {
    let sheet = result.unwrap();
    assert_eq!(sheet.rows.len(), 1);
    sheet.rows.get(0).unwrap()
}

fn texts(row: &SheetRow) -> Vec<&str> {
    let titled = Field::ALL.into_iter().filter(|field| HEADER.contains(&field.title()));
    titled.map(|field| row.raw.form.get(field)).collect()
}

/// Reads a good row whose contact number is this cell.
fn contact(cell: &str) -> Result<String, Vec<Fault>> {
    let mut cells = GOOD;
    cells[6] = cell;
    let row = one(read(&list(&cells.join(","))));
    if row.raw.cell_faults.is_empty() {
        return Ok(row.raw.form.contact_number);
    }
    assert!(row.raw.cell_faults.iter().all(|fault| fault.field == Field::ContactNumber));
    Err(row.raw.cell_faults.iter().map(|fault| fault.fault).collect())
}

#[test]
fn a_list_is_read_with_every_delimiter_and_line_end() {
    for delimiter in [",", ";", "\t", "|"] {
        for line_end in ["\n", "\r\n", "\r"] {
            let text = [HEADER.join(delimiter), GOOD.join(delimiter)].join(line_end);
            for text in [text.clone(), text.clone() + line_end, text.clone() + line_end + line_end + "\x1A"] {
                let row = one(read(&text));
                assert_eq!((row.sheet_row, texts(&row)), (2, GOOD[1..].to_vec()), "{text:?}");
                assert_eq!(row.raw.cell_faults, []);
            }
        }
    }
}

#[test]
fn the_delimiter_is_that_of_the_table_whatever_is_above_it_and_in_its_texts() {
    let banner = "List of joiners, June; please check\n\n";
    let semicolons = format!(
        "{}\n1;tan@agency.gov.sg;;Ah Kow;Tan, Ah Kow;65;91234567;GovTech, HQ;;Yes;New, and old, joiner",
        HEADER.join(";")
    );
    let commas = format!(
        "{}\n1,tan@agency.gov.sg,,Ah Kow,Tan; Ah Kow,65,91234567,GovTech; HQ,,Yes,New; and | old\n",
        HEADER.join(",")
    );
    for text in [format!("{banner}{semicolons}"), format!("{banner}{commas}"), semicolons, commas] {
        let last_name = one(read(&text)).raw.form.last_name;
        assert!(["Tan, Ah Kow", "Tan; Ah Kow"].contains(&last_name.as_str()), "{text}");
    }
}

#[test]
fn a_first_line_for_excel_names_the_delimiter_and_is_no_row() {
    for (line, delimiter) in [
        ("sep=;\r\n", ";"),
        ("sep=,\n", ","),
        ("SEP=|\r", "|"),
        ("sep=\t\n", "\t"),
        ("sep=:\n", ":"),
        ("sep=~\r\n", "~"),
        ("\u{feff}sep=^\n", "^"),
    ] {
        let row = one(read(&format!("{line}{}\n{}", HEADER.join(delimiter), GOOD.join(delimiter))));
        assert_eq!((row.sheet_row, texts(&row)), (2, GOOD[1..].to_vec()), "{line:?}");
    }
    for line in ["sep=;;\n", "sep=a\n", "sep=\n", "sep=\"\n", "sepa=;\n"] {
        let row = one(read(&format!("{line}{}\n{}", HEADER.join(","), GOOD.join(","))));
        assert_eq!(row.sheet_row, 3, "{line:?}");
    }
}

#[test]
fn rows_have_the_numbers_that_excel_shows() {
    let row = GOOD.join(",");
    let lines = format!("{row}\n\n{row}\r\n\r\n{}\n{row}", ",".repeat(10));
    let numbers = |text: &str| read(text).unwrap().rows.iter().map(|row| row.sheet_row).collect::<Vec<_>>();
    assert_eq!(numbers(&list(&lines)), [2, 4, 7]);
    assert_eq!(numbers(&format!("\n\n{}", list(&row))), [4]);
    let two_lines = row.replace("New joiner", "\"New\njoiner\"");
    assert_eq!(numbers(&list(&format!("{two_lines}\n{row}"))), [2, 3]);
}

#[test]
fn a_cell_is_read_as_excel_reads_it() {
    for (cell, text) in [
        ("091234567", "091234567"),
        ("+6591234567", "+6591234567"),
        ("-", "-"),
        ("65-9123 4567", "65-9123 4567"),
        ("=\"091234567\"", "091234567"),
        ("\"=\"\"091234567\"\"\"", "091234567"),
        ("\"9123\"4567", "91234567"),
        ("9123\"4567", "9123\"4567"),
        ("\"9123\"\"4567\"", "9123\"4567"),
        ("\"9123,4567\"", "9123,4567"),
        ("\"9123\n4567\"", "9123\n4567"),
        ("91234567.0", "91234567"),
        ("9123.4567", "9123.4567"),
        ("\"\"", ""),
        ("=\"\"", ""),
        ("'91234567", "'91234567"),
        ("9123\u{1}4567", "9123\u{1}4567"),
    ] {
        assert_eq!(contact(cell).as_deref(), Ok(text), "{cell}");
    }
}

#[test]
fn what_has_no_trustworthy_text_is_a_fault_of_its_cell() {
    for (cell, fault) in [
        ("=A1", Fault::CellFormula),
        ("=\"9\"&\"1234567\"", Fault::CellFormula),
        ("\"=HYPERLINK(\"\"mailto:a@b.sg\"\",\"\"91234567\"\")\"", Fault::CellFormula),
        ("9.12E+07", Fault::CellPrecision),
        ("6.59123E+15", Fault::CellPrecision),
        ("\"9,12E+07\"", Fault::CellPrecision),
        ("6.59e+16", Fault::CellPrecision),
        ("#N/A", Fault::CellError),
        ("#REF!", Fault::CellError),
        ("########", Fault::CellError),
    ] {
        assert_eq!(contact(cell), Err(vec![fault]), "{cell}");
    }
}

#[test]
fn a_byte_order_mark_names_the_encoding() {
    let text = list(&GOOD.join(",").replace("Ah Kow", "\u{674e} N\u{fa}\u{f1}ez \u{1f600}"));
    let marked = format!("\u{feff}{text}");
    let utf_16 = |to_bytes: fn(u16) -> [u8; 2]| marked.encode_utf16().flat_map(to_bytes).collect::<Vec<_>>();
    for bytes in [text.into_bytes(), marked.clone().into_bytes(), utf_16(u16::to_le_bytes), utf_16(u16::to_be_bytes)] {
        for answer in [None, Some(Encoding::Big5), Some(Encoding::Utf16Le)] {
            let sheet = read_in(&bytes, answer).unwrap();
            assert_eq!(sheet.rows.get(0).unwrap().raw.form.first_name, "\u{674e} N\u{fa}\u{f1}ez \u{1f600}");
        }
    }
}

#[test]
fn a_last_byte_that_is_half_a_letter_stays() {
    let text = format!("{}\n{}", HEADER.join(","), GOOD.join(",").replace("New joiner", "\u{4e1a}"));
    let marked = format!("\u{feff}{text}");
    let pairs = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>();
    for (bytes, answer) in [(pairs(&marked), None), (pairs(&text), Some(Encoding::Utf16Be))] {
        assert_eq!(bytes.last(), Some(&0x1A));
        let row = read_in(&bytes, answer).unwrap().rows.get(0).unwrap();
        assert_eq!(row.raw.form.reason, "\u{4e1a}");
    }
}

/// A list in which the first name is these bytes.
fn with_name(name: &[u8]) -> Vec<u8> {
    let text = list(&GOOD.join(","));
    let at = text.find("Ah Kow").unwrap();
    [&text.as_bytes()[..at], name, &text.as_bytes()[at + 6..]].concat()
}

#[test]
fn letters_that_can_be_read_in_several_ways_are_asked_about() {
    for (encoding, name) in [
        (Encoding::Windows1252, "N\u{fa}\u{f1}ez"),
        (Encoding::Windows1252, "Jos\u{e9}"),
        (Encoding::Windows1252, "O\u{2019}Brien"),
        (Encoding::Gb18030, "\u{674e}\u{5c0f}\u{9f99}"),
        (Encoding::Gb18030, "\u{5f20}\u{4f1f} Wei"),
        (Encoding::Big5, "\u{9673}\u{5927}\u{6587}"),
        (Encoding::Big5, "\u{8a31}\u{529f}\u{84cb}"),
        (Encoding::Macintosh, "N\u{fa}\u{f1}ez"),
    ] {
        let standard = encoding_rs::Encoding::for_label(encoding.name().as_bytes()).unwrap();
        let (bytes, _, is_lost) = standard.encode(name);
        assert!(!is_lost);
        let bytes = with_name(&bytes);
        let choices = asked(&bytes, None);
        assert!(choices.len() <= 4);
        let choice = choices.iter().find(|choice| choice.name == encoding).unwrap();
        assert_eq!(choice.sample, name, "{encoding:?}");
        for choice in &choices {
            assert!(!choice.sample.is_ascii(), "{choice:?}");
            let row = read_in(&bytes, Some(choice.name)).unwrap().rows.get(0).unwrap();
            assert_eq!(row.raw.form.first_name.contains(name), choice.name == encoding, "{encoding:?} {choice:?}");
        }
    }
}

#[test]
fn the_first_choice_is_that_of_excel_for_windows() {
    let names = |name: &[u8]| asked(&with_name(name), None).iter().map(|choice| choice.name).collect::<Vec<_>>();
    assert_eq!(names(b"Jos\xE9"), [Encoding::Windows1252, Encoding::Macintosh]);
    assert_eq!(
        names(b"\xB3\xAF\xA4\x6A"),
        [Encoding::Windows1252, Encoding::Gb18030, Encoding::Big5, Encoding::Macintosh]
    );
    // Control characters are no letters, so that this is not what Excel for Windows writes.
    assert_eq!(names(b"\x81\x40"), [Encoding::Gb18030, Encoding::Macintosh]);
}

#[test]
fn an_answer_that_cannot_be_right_is_asked_again() {
    let bytes = with_name(b"Jos\xE9");
    for answer in [Encoding::Gb18030, Encoding::Big5, Encoding::Utf16Le, Encoding::Utf16Be] {
        assert_eq!(asked(&bytes, Some(answer)), asked(&bytes, None), "{answer:?}");
    }
}

#[test]
fn pairs_of_bytes_without_a_mark_are_asked_about() {
    let text = list(&GOOD.join(","));
    for (encoding, to_bytes) in
        [(Encoding::Utf16Le, u16::to_le_bytes as fn(u16) -> [u8; 2]), (Encoding::Utf16Be, u16::to_be_bytes)]
    {
        let bytes: Vec<u8> = text.encode_utf16().flat_map(to_bytes).collect();
        let choices = asked(&bytes, None);
        assert_eq!(choices, [EncodingChoice { name: encoding, sample: "S/N".to_owned() }]);
        assert_eq!(texts(&read_in(&bytes, Some(encoding)).unwrap().rows.get(0).unwrap()), GOOD[1..]);
    }
}

#[test]
fn a_sample_is_short_and_holds_the_letter() {
    let long = format!("{}\u{e9}{}", "x".repeat(300), "y".repeat(300));
    let (bytes, ..) = encoding_rs::WINDOWS_1252.encode(&long);
    for choice in asked(&with_name(&bytes), None) {
        assert!(choice.sample.chars().count() <= MAX_SAMPLE);
        assert!(!choice.sample.is_ascii(), "{choice:?}");
    }
}

#[test]
fn the_sentence_names_what_can_be_read_and_what_to_do() {
    let detail = FileError::NotXlsx.detail();
    assert!([".xlsx", ".ods", "CSV"].iter().all(|format| detail.contains(format)), "{detail}");
}

#[test]
fn an_unclosed_quote_never_swallows_a_person() {
    let row = GOOD.join(",");
    let lone = row.replace("New joiner", "\"New joiner");
    let middle = row.replace("Ah Kow", "\"Ah Kow");
    let quoted = row.replace("Tan", "\"Tan\"");
    for lines in [
        lone.clone(),
        format!("{lone}\n{row}\n{row}"),
        format!("{lone}\n{quoted}\n{row}"),
        format!("{middle}\n{row}\n{middle}\n{row}"),
        format!("{middle}\n{quoted}\n{quoted}"),
        format!("{row}\n{row}\""),
    ] {
        let read = read(&list(&lines));
        let people = lines.matches('@').count();
        assert!(
            read.as_ref().is_ok_and(|sheet| sheet.rows.len() == people) || read == Err(FileError::Corrupt),
            "{lines}: {read:?}"
        );
    }
}

#[test]
fn files_of_other_formats_are_refused() {
    for (name, bytes) in [
        ("html", b"<html><table><tr><td>Email</td></tr></table></html>".to_vec()),
        ("html of another system", b"\xEF\xBB\xBF\r\n<!DOCTYPE html>\n<table></table>".to_vec()),
        ("xml", b"<?xml version=\"1.0\"?><Workbook/>".to_vec()),
        ("flat ods", b"<office:document xmlns:office=\"x\"></office:document>".to_vec()),
        ("json", b"[{\"email\": \"a@b.sg\"}]".to_vec()),
        ("rtf", b"{\\rtf1\\ansi Email,First Name}".to_vec()),
        ("pdf", b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec()),
        ("picture", b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR".to_vec()),
        ("photograph", b"\xFF\xD8\xFF\xE0\0\x10JFIF\0\x01".to_vec()),
        ("gzip", b"\x1F\x8B\x08\x04\x03\x02\x01\x05\x06\xFF".to_vec()),
        ("database", b"SQLite format 3\0\x10\0".to_vec()),
        ("zeros", vec![0; 4096]),
        ("a zero in a list", list("a\0b").into_bytes()),
        ("UTF-32 LE", "\u{feff}Email,Name".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect()),
        ("UTF-32 BE", "\u{feff}Email,Name".chars().flat_map(|c| u32::from(c).to_be_bytes()).collect()),
        ("UTF-16 html", "\u{feff}<html></html>".encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("control characters in another encoding", b"Email,\x01\x02\xE9\n".to_vec()),
    ] {
        assert_eq!(verdict(&bytes, &Limits::default(), None), "FILE_NOT_XLSX", "{name}");
    }
}

#[test]
fn hostile_lists_get_their_fault() {
    let row = GOOD.join(",");
    let mark = "\u{feff}";
    let cases = [
        ("blank lines", "\n".repeat(5_000_000), "FILE_HEADER_MISSING"),
        ("spaces", " ".repeat(5_000_000), "FILE_XML_LIMIT"),
        ("only quotes", "\"".repeat(5_000_000), "FILE_XML_LIMIT"),
        ("an odd number of quotes", "\"".repeat(4_001), "FILE_CORRUPT"),
        ("quotes and line ends", "\"\n".repeat(100_000), "FILE_HEADER_MISSING"),
        ("only commas", ",".repeat(5_000_000), "FILE_TOO_MANY_CELLS"),
        ("only semicolons", ";".repeat(5_000_000), "FILE_XML_LIMIT"),
        ("commas and line ends", ",\n".repeat(2_000_000), "FILE_TOO_MANY_CELLS"),
        ("one cell of 10 MB", "x".repeat(10 << 20), "FILE_XML_LIMIT"),
        ("one quoted cell of 10 MB", format!("\"{}\"", "x\n".repeat(5 << 20)[2..].to_owned()), "FILE_XML_LIMIT"),
        ("no line end", list("").replace('\n', ","), "FILE_NO_ROWS"),
        ("a long row", list(&"x,".repeat(100_000)), "FILE_CELL_OUT_OF_RANGE"),
        ("a far cell", list(&format!("{}x", ",".repeat(64))), "FILE_CELL_OUT_OF_RANGE"),
        ("a far cell in the first rows", format!("{}x\n{}", ",".repeat(70), list(&row)), "FILE_TOO_MANY_COLUMNS"),
        ("a cell below every worksheet", list(&format!("{}{row}", "\n".repeat(1_048_575))), "FILE_CELL_OUT_OF_RANGE"),
        ("too many rows", list(&format!("{row}\n").repeat(10_001)), "FILE_TOO_MANY_ROWS"),
        ("too many letters", list(&row.replace("Tan", &"x".repeat(1_900))), "OK"),
        (
            "too much text",
            list(&format!("{}\n", row.replace("Tan", &"x".repeat(1_900))).repeat(4_500)),
            "FILE_TOO_LARGE",
        ),
        ("above the upload", "x,y\n".repeat(3 << 20), "FILE_TOO_LARGE"),
        ("only a mark", mark.to_owned(), "FILE_EMPTY"),
        ("two marks", format!("{mark}{mark}{}", list(&row)), "OK"),
        ("a mark in the middle", format!("{}{mark}{}", list(&row), list(&row)), "OK"),
        ("UTF-7", list(&row).replace("Email", "+AEUAbQBhAGkAbA-"), "FILE_HEADER_MISSING"),
        ("UTF-7 with a mark", format!("+/v8-{}", list(&row)), "FILE_COLUMNS_UNKNOWN"),
        ("mixed line ends", list(&format!("{row}\r{row}\r\n{row}\n\r{row}")), "OK"),
        ("mixed delimiters", format!("{}\n{}\n{}", HEADER.join(","), GOOD.join(";"), GOOD.join("\t")), "FILE_NO_ROWS"),
        ("noncharacters", list(&row.replace("Tan", "\u{ffff}\u{fffe}")), "OK"),
        ("control characters", list(&row.replace("Tan", "\u{1}\u{7f}\u{85}")), "OK"),
        ("overrides", list(&row.replace("Tan", "\u{202e}\u{2066}")), "OK"),
        ("a formula in each title", list("").replace(',', ",="), "FILE_HEADER_MISSING"),
        ("only formulas", list(&"=A1,=A2,=A3\n".repeat(20_000)), "FILE_NO_ROWS"),
        ("a delimiter that no one uses", format!("sep=\u{1}\n{}", list(&row)), "OK"),
        ("the header again and again", HEADER.join(",").repeat(10_000), "FILE_CELL_OUT_OF_RANGE"),
        ("the header in every row", format!("{}\n", HEADER.join(",")).repeat(50), "FILE_NO_ROWS"),
    ];
    for (name, text, expected) in cases {
        assert_eq!(verdict(text.as_bytes(), &Limits::default(), None), expected, "{name}");
    }
}

#[test]
fn bytes_that_are_no_letters_are_refused_or_asked_about() {
    let lines = list(&GOOD.join(","));
    let utf_8 = |bytes: &[u8]| [b"\xEF\xBB\xBF", lines.as_bytes(), bytes].concat();
    let utf_16 = |units: &[u16]| {
        let text = lines.encode_utf16().chain(units.iter().copied());
        [0xFEFF].into_iter().chain(text).flat_map(u16::to_le_bytes).collect::<Vec<_>>()
    };
    let odd = [utf_16(&[]), vec![b'x']].concat();
    for (name, bytes, expected) in [
        ("a byte that UTF-8 never has", utf_8(b"\xFF"), "FILE_CORRUPT"),
        ("a long form of a slash", utf_8(b"\xC0\xAF"), "FILE_CORRUPT"),
        ("half a pair as UTF-8", utf_8(b"\xED\xA0\x80"), "FILE_CORRUPT"),
        ("a letter that is cut", utf_8(b"\xE6\x9D"), "FILE_CORRUPT"),
        ("half a pair", utf_16(&[0xD800]), "FILE_CORRUPT"),
        ("a pair the wrong way round", utf_16(&[0xDC00, 0xD800]), "FILE_CORRUPT"),
        ("half a unit", odd, "FILE_CORRUPT"),
        ("a zero behind a mark", utf_16(&[0]), "FILE_NOT_XLSX"),
        ("letters of two encodings", with_name(b"Jos\xE9 \xC3\xA9"), "FILE_ENCODING_UNKNOWN"),
        (
            "UTF-8 and a byte of another",
            [lines.as_bytes(), "\u{e9}".as_bytes(), b"\xE9\n"].concat(),
            "FILE_ENCODING_UNKNOWN",
        ),
        ("every byte", (0..=255).collect(), "FILE_NOT_XLSX"),
        ("every byte above ASCII", (0x80..=0xFF).collect(), "FILE_ENCODING_UNKNOWN"),
        ("only marks of encodings", b"\xFF\xFE\xFE\xFF".to_vec(), "FILE_HEADER_MISSING"),
    ] {
        assert_eq!(verdict(&bytes, &Limits::default(), None), expected, "{name}");
    }
}

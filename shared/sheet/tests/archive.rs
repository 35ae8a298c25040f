//! The archive: every byte of the file belongs to an entry or to the directory, and all headers say the same.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use std::io::{Cursor, Write as _};

use sheet::Limits;
use support::{HEADER, Package, SHEET_PATH, code, outcome, row, usual_row};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

fn package() -> Package {
    Package::default().with_sheet_data(&format!("{}{}", row(1, &HEADER), usual_row(2)))
}

/// Where the local header of a part, its entry in the directory and the end record begin.
fn places(bytes: &[u8], name: &str) -> (usize, usize, usize) {
    let find = |magic: &[u8], name_at: usize| {
        (0..bytes.len() - name_at - name.len())
            .find(|at| bytes[*at..].starts_with(magic) && bytes[at + name_at..].starts_with(name.as_bytes()))
            .unwrap()
    };
    (find(b"PK\x03\x04", 30), find(b"PK\x01\x02", 46), bytes.len() - 22)
}

fn u32_at(bytes: &[u8], at: usize) -> usize {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize
}

fn add_to(bytes: &mut [u8], at: usize, more: usize) {
    let number = u32::try_from(u32_at(bytes, at) + more).unwrap();
    bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
}

/// Inserts bytes and moves everything behind them, so that each offset is right.
fn insert(bytes: &[u8], at: usize, more: &[u8]) -> Vec<u8> {
    let end = bytes.len() - 22;
    let (directory, size) = (u32_at(bytes, end + 16), u32_at(bytes, end + 12));
    let mut moved = bytes.to_vec();
    let mut entry = directory;
    while entry < directory + size {
        if u32_at(bytes, entry + 42) >= at {
            add_to(&mut moved, entry + 42, more.len());
        }
        let lengths =
            [28, 30, 32].map(|field| usize::from(u16::from_le_bytes([bytes[entry + field], bytes[entry + field + 1]])));
        entry += 46 + lengths.iter().sum::<usize>();
    }
    if directory >= at {
        add_to(&mut moved, end + 16, more.len());
    }
    moved.splice(at..at, more.iter().copied());
    moved
}

#[test]
fn no_byte_is_outside_the_entries_and_the_directory() {
    let bytes = package().build();
    let (local, _, end) = places(&bytes, SHEET_PATH);
    let directory = u32_at(&bytes, end + 16);
    assert_eq!(outcome(&bytes), "2");
    for more in [&b"x"[..], b"PK\x03\x04", &[0; 64], b"PK\x07\x08\0\0\0\0\0\0\0\0\0\0\0\0"] {
        for (name, at) in [
            ("before the first entry", 0),
            ("between two entries", local),
            ("before the directory", directory),
            ("before the end record", end),
        ] {
            assert_eq!(outcome(&insert(&bytes, at, more)), "FILE_CORRUPT", "{name} {more:?}");
        }
    }
}

#[test]
fn two_archives_in_one_file_are_refused() {
    let (one, two) = (package().build(), Package::default().with_rows(&usual_row(5)).build());
    for (name, offset) in [("as each was written", 0), ("the directory of the second", one.len())] {
        let mut both = [one.as_slice(), &two].concat();
        let at = both.len() - 6;
        add_to(&mut both, at, offset);
        assert_eq!(outcome(&both), "FILE_CORRUPT", "{name}");
    }
    // The directory of the first in front of the end record of the second.
    let directory = u32_at(&one, one.len() - 6);
    let mut swapped = [one.as_slice(), &two, &one[directory..]].concat();
    assert_eq!(outcome(&swapped), "FILE_CORRUPT");
    let at = swapped.len() - 6;
    add_to(&mut swapped, at, two.len() + one.len() - directory - (one.len() - directory));
    assert_eq!(outcome(&swapped), "FILE_CORRUPT");
}

#[test]
fn the_end_record_says_where_the_directory_is() {
    let bytes = package().build();
    let end = bytes.len() - 22;
    for (name, at, change) in [
        ("size larger", 12, 1),
        ("size much larger", 12, 1 << 20),
        ("offset larger", 16, 1),
        ("size and offset of zip64 that is not there", 16, u32::MAX as usize - u32_at(&bytes, end + 16)),
    ] {
        let mut changed = bytes.clone();
        add_to(&mut changed, end + at, change);
        assert_eq!(outcome(&changed), "FILE_CORRUPT", "{name}");
    }
    for (name, at) in [("disk", 4), ("disk of the directory", 6), ("entries on the disk", 8), ("entries", 10)] {
        let mut changed = bytes.clone();
        changed[end + at] ^= 1;
        assert_eq!(outcome(&changed), "FILE_CORRUPT", "{name}");
    }
    let mut fewer = bytes;
    fewer[end + 8] -= 1;
    fewer[end + 10] -= 1;
    assert_eq!(outcome(&fewer), "FILE_CORRUPT", "an entry that is not counted");
}

#[test]
fn both_headers_of_an_entry_agree() {
    let bytes = package().build();
    let (local, central, _) = places(&bytes, SHEET_PATH);
    for (name, at) in [
        ("flags", 6),
        ("flag of descriptors", 6),
        ("method", 8),
        ("checksum", 14),
        ("compressed size", 18),
        ("size", 22),
        ("name", 30),
        ("length of the name", 26),
        ("length of the extra field", 28),
    ] {
        let mut changed = bytes.clone();
        changed[local + at] ^= if name == "flag of descriptors" { 8 } else { 0x20 };
        assert_eq!(outcome(&changed), "FILE_CORRUPT", "{name}");
    }
    // The time, and how hard the writer compressed, mean nothing to a reader.
    for at in [4, 10, 12] {
        let mut changed = bytes.clone();
        changed[local + at] ^= 1;
        assert_eq!(outcome(&changed), "2", "{at}");
    }
    let mut both = bytes.clone();
    both[local + 6] |= 8;
    both[central + 8] |= 8;
    assert_eq!(outcome(&both), "2", "a descriptor that is not needed");
    let mut one = bytes;
    one[central + 8] |= 8;
    assert_eq!(outcome(&one), "FILE_CORRUPT");
}

/// The archive of a writer that cannot go back: sizes follow the data.
fn streamed() -> Vec<u8> {
    let mut zip = ZipWriter::new_stream(Vec::new());
    for (path, content) in &package().parts {
        zip.start_file(path.as_str(), SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn descriptors_say_what_the_directory_says() {
    let bytes = streamed();
    assert_eq!(outcome(&bytes), "2");
    let (local, central, _) = places(&bytes, SHEET_PATH);
    let packed = u32_at(&bytes, central + 20);
    let descriptor = local + 30 + SHEET_PATH.len() + usize::from(bytes[local + 28]) + packed;
    assert!(bytes[descriptor..].starts_with(b"PK\x07\x08"));
    for at in [0, 4, 8, 12] {
        let mut changed = bytes.clone();
        changed[descriptor + at] ^= 1;
        assert_eq!(outcome(&changed), "FILE_CORRUPT", "{at}");
    }
    assert_eq!(outcome(&insert(&bytes, descriptor + 16, b"x")), "FILE_CORRUPT", "a byte behind it");
}

#[test]
fn descriptors_may_lack_their_signature() {
    // One entry at a time, from the last, so that the offsets before it stay right.
    let bytes = streamed();
    let (local, central, _) = places(&bytes, SHEET_PATH);
    let packed = u32_at(&bytes, central + 20);
    let descriptor = local + 30 + SHEET_PATH.len() + usize::from(bytes[local + 28]) + packed;
    let mut short = insert(&bytes, descriptor + 16, b"");
    short.drain(descriptor..descriptor + 4);
    // `insert` cannot take bytes away, so the offsets behind are moved here.
    let end = short.len() - 22;
    let directory = u32_at(&short, end + 16) - 4;
    short[end + 16..end + 20].copy_from_slice(&u32::try_from(directory).unwrap().to_le_bytes());
    let mut entry = directory;
    while entry < end {
        let offset = u32_at(&short, entry + 42);
        if offset > local {
            short[entry + 42..entry + 46].copy_from_slice(&u32::try_from(offset - 4).unwrap().to_le_bytes());
        }
        entry += 46 + usize::from(short[entry + 28]) + usize::from(short[entry + 30]);
    }
    assert_eq!(outcome(&short), "2");
}

/// The archive with the sizes of each entry in zip64 fields, as writers of large files make it.
fn with_large_files() -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).large_file(true);
    for (path, content) in &package().parts {
        zip.start_file(path.as_str(), options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn zip64_fields_are_read_and_compared() {
    let bytes = with_large_files();
    assert_eq!(outcome(&bytes), "2");
    let (local, ..) = places(&bytes, SHEET_PATH);
    let extra = local + 30 + SHEET_PATH.len();
    assert_eq!(&bytes[extra..extra + 4], &[1, 0, 16, 0]);
    for at in [2, 4, 12] {
        let mut changed = bytes.clone();
        changed[extra + at] ^= 1;
        assert_eq!(outcome(&changed), "FILE_CORRUPT", "{at}");
    }
}

/// Puts zip64 records between the directory and the end record.
fn with_zip64_records(bytes: &[u8], change: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    let end = bytes.len() - 22;
    let entries = u64::from(bytes[end + 10]);
    let (size, offset) = (u32_at(bytes, end + 12) as u64, u32_at(bytes, end + 16) as u64);
    let mut records = b"PK\x06\x06".to_vec();
    records.extend_from_slice(&44_u64.to_le_bytes());
    records.extend_from_slice(&[45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    for number in [entries, entries, size, offset] {
        records.extend_from_slice(&number.to_le_bytes());
    }
    records.extend_from_slice(b"PK\x06\x07\0\0\0\0");
    records.extend_from_slice(&(end as u64).to_le_bytes());
    records.extend_from_slice(&1_u32.to_le_bytes());
    change(&mut records);
    let mut whole = [&bytes[..end], &records, &bytes[end..]].concat();
    let end = whole.len() - 22;
    whole[end + 8..end + 20].fill(0xFF);
    whole
}

#[test]
fn zip64_records_are_read_strictly() {
    let bytes = package().build();
    assert_eq!(outcome(&with_zip64_records(&bytes, |_| {})), "2");
    for at in [0, 4, 16, 20, 24, 32, 40, 48, 56, 60, 64, 72] {
        let changed = with_zip64_records(&bytes, |records| records[at] ^= 1);
        assert_eq!(outcome(&changed), "FILE_CORRUPT", "{at}");
    }
    let gap = with_zip64_records(&bytes, |records| drop(records.splice(56..56, *b"gap")));
    assert_eq!(outcome(&gap), "FILE_CORRUPT");
    let mut contradicting = with_zip64_records(&bytes, |_| {});
    let end = contradicting.len() - 22;
    contradicting[end + 12..end + 16].copy_from_slice(&7_u32.to_le_bytes());
    assert_eq!(outcome(&contradicting), "FILE_CORRUPT");
    let many = with_zip64_records(&bytes, |records| {
        records[24..32].copy_from_slice(&u64::MAX.to_le_bytes());
        records[32..40].copy_from_slice(&u64::MAX.to_le_bytes());
    });
    assert_eq!(outcome(&many), "FILE_TOO_MANY_PARTS");
}

#[test]
fn an_entry_has_one_name() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, content) in &package().parts {
        let mut options = zip::write::FileOptions::<zip::write::ExtendedFileOptions>::default();
        // The field of Info-ZIP with a name in Unicode: version, checksum of the name, name.
        let field = [&[1][..], &crc32fast::hash(path.as_bytes()).to_le_bytes(), b"xl/other.xml"].concat();
        if path == SHEET_PATH {
            options.add_extra_field(0x7075, field.into_boxed_slice(), false).unwrap();
        }
        zip.start_file(path.as_str(), options).unwrap();
        zip.write_all(content).unwrap();
    }
    let named_twice = zip.finish().unwrap().into_inner();
    assert_eq!(code(support::read(&named_twice, &Limits::default())), "FILE_CORRUPT");
}

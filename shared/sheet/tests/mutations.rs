//! Ten thousand changed files of every format stay within the memory and the time that any file may take.
//!
//! The changes are the same in every run. The counter counts every allocation of the process, so there is one test.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use std::time::Instant;

use domain::{Timestamp, batch::Answers, invite::Kind};
use sheet::Limits;
use support::{
    GOOD, HEADER, Package,
    bounds::{MIB, MOST_BYTES, MOST_TIME, peak_of},
    good_row_but, ods, row,
};

const MUTATIONS: usize = 10_000;
/// Changes of one file at most.
const CHANGES: usize = 4;

/// Parts of what readers look for, which a change by chance would hardly ever make.
const FRAGMENTS: [&[u8]; 16] = [
    b"<c r=\"XFD1048576\">",
    b"<row r=\"4294967295\">",
    b"</c>",
    b"<is><t>",
    b"&#xFFFFFFFF;",
    b"table:number-columns-repeated=\"2147483647\"",
    b"table:number-rows-repeated=\"1048576\"",
    b"PK\x05\x06",
    b"PK\x01\x02",
    b"\xff\xff\xff\xff",
    b"\x00\x00\x00\x00",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\"\"\"",
    b"\r\n,,,,",
    b"t=\"s\"",
];

/// Numbers that look random and are the same in every run: xorshift64, by <https://doi.org/10.18637/jss.v008.i14>.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }
}

/// Valid files of every format, and packages whose parts are changed before they are put together: a change of the
/// file itself seldom gets past the checksums.
struct Seeds {
    files: Vec<Vec<u8>>,
    packages: Vec<Package>,
}

fn seeds() -> Seeds {
    let rows: String = (2..12).map(|number| row(number, &GOOD)).collect();
    let shared = good_row_but(2, 'D', r#"<c r="D2" t="s"><v>1</v></c>"#);
    let strings = Package::default().with_strings(r#"count="2" uniqueCount="2""#, "<si/><si><t>x</t></si>");
    let spreadsheet = ods::list(&[ods::row(&HEADER), ods::row(&GOOD), ods::row(&GOOD)].concat());
    let lines = format!("{}\r\n{}\r\n\"{}\"\r\n", HEADER.join(","), GOOD.join(","), GOOD.join("\",\""));
    let wide: Vec<u8> = std::iter::once(0xfeff).chain(lines.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let packages = vec![Package::default().with_rows(&rows), strings.with_rows(&shared), spreadsheet];
    let mut files: Vec<Vec<u8>> = packages.iter().map(Package::build).collect();
    files.extend([
        sheet::template(Timestamp::from_unix_ms(0)).unwrap(),
        lines.replace(',', "\t").into_bytes(),
        lines.into_bytes(),
        wide,
    ]);
    Seeds { files, packages }
}

impl Seeds {
    /// A file with up to [`CHANGES`] changes, of its bytes or of one part.
    fn changed(&self, chance: &mut Chance) -> Vec<u8> {
        if chance.below(2) == 0 {
            return self.change(self.files[chance.below(self.files.len())].clone(), chance);
        }
        let package = &self.packages[chance.below(self.packages.len())];
        let mut changed = package.clone();
        let part = chance.below(changed.parts.len());
        let content = std::mem::take(&mut changed.parts[part].1);
        changed.parts[part].1 = self.change(content, chance);
        changed.build()
    }

    fn change(&self, mut bytes: Vec<u8>, chance: &mut Chance) -> Vec<u8> {
        for _ in 0..=chance.below(CHANGES) {
            let at = chance.below(bytes.len());
            let end = (at + chance.below(64)).min(bytes.len());
            match chance.below(6) {
                0 => bytes.truncate(at),
                1 => drop(bytes.drain(at..end)),
                2 => {
                    let again = bytes[at..end].to_vec();
                    bytes.splice(at..at, again);
                }
                3 => {
                    let fragment = FRAGMENTS[chance.below(FRAGMENTS.len())];
                    bytes.splice(at..end, fragment.iter().copied());
                }
                4 => {
                    let other = &self.files[chance.below(self.files.len())];
                    let from = chance.below(other.len());
                    bytes.splice(at..end, other[from..].iter().take(256).copied());
                }
                _ => {
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte ^= 1 << chance.below(8);
                    }
                }
            }
        }
        bytes
    }
}

#[test]
fn ten_thousand_changed_files_stay_within_bounds() {
    let (seeds, limits) = (seeds(), Limits::default());
    let by_email = Answers { kind: Some(Kind::Email), ..Answers::default() };
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    let mut read = 0;
    for number in 0..MUTATIONS {
        let bytes = seeds.changed(&mut chance);
        let answers = if number % 2 == 0 { Answers::default() } else { by_email.clone() };
        let start = Instant::now();
        let (outcome, peak) = peak_of(|| sheet::read(&bytes, &limits, &answers));
        let took = start.elapsed();
        assert!(peak <= MOST_BYTES, "mutation {number}: {} MiB", peak / MIB);
        assert!(took <= MOST_TIME, "mutation {number}: {took:?}");
        read += usize::from(outcome.is_ok());
    }
    // Otherwise the changes would only try the first check.
    assert!(read > MUTATIONS / 10, "{read} were read or asked about");
    assert!(read < MUTATIONS, "and some were refused");
}

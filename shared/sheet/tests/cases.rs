//! Files that were once misread, or refused although they are honest. `files/cases` has one for each cause.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use std::{collections::BTreeSet, fs, path::Path};

use support::outcome;

/// Each file, with what is read of it: see [`outcome`].
const CASES: &[(&str, &str)] = &[
    ("bytes-between-entries", "FILE_CORRUPT"),
    ("date-format-thai-buddhist-year", "2 reason=\"\" reason:cell.type"),
    ("date-format-weekday-aaaa", "2 reason=\"\" reason:cell.type"),
    ("date-style-index-as-character-reference", "2 reason=\"\" reason:cell.type"),
    ("date-style-index-with-space", "2 reason=\"\" reason:cell.type"),
    ("directory-size-too-large", "FILE_CORRUPT"),
    ("extension-list-in-a-cell", "2"),
    ("first-sheet-has-the-header-but-no-rows", "2, OtherSheets(1)"),
    ("formulas-filled-down-blank-rows", "2, FormulaRows(9)"),
    ("gap-between-directory-and-end-record", "FILE_CORRUPT"),
    ("group-titles-above-the-header", "3"),
    ("hidden-columns-listed-behind-the-data", "FILE_CORRUPT"),
    ("hidden-row-flag-True", "2, HiddenRows(1)"),
    ("hidden-row-flag-as-character-reference", "2, HiddenRows(1)"),
    ("ignorable-namespace-cell-value", "FILE_CORRUPT"),
    ("ignorable-namespace-row", "FILE_CORRUPT"),
    ("link-reference-lower-case", "2"),
    ("link-reference-to-two-cells", "2"),
    ("link-relationship-id-twice", "FILE_CORRUPT"),
    ("link-target-MAILTO-upper-case", "2 email:email.link-mismatch"),
    ("link-target-leading-space", "2 email:email.link-mismatch"),
    ("local-header-other-compressed-size", "FILE_CORRUPT"),
    ("local-header-other-uncompressed-size", "FILE_CORRUPT"),
    ("lone-surrogate-escape", "2 reason=\"a\u{fffd}b\" reason:control-character"),
    ("merged-covered-cell-holds-an-address", "2, 3 email=\"\" email:cell.merged"),
    (
        "merged-department-over-three-rows",
        "2 department=\"Data Services\", 3 department:cell.merged, 4 department:cell.merged",
    ),
    ("merged-seed-over-two-rows", "2, 3 seed=\"\" seed:cell.merged"),
    ("module-sheet-with-empty-relationship-id", "2"),
    ("phone-number-negative", "2 contactNumber=\"\" contactNumber:contact-number.syntax"),
    (
        "phone-number-with-decimals-foreign",
        "2 countryCode=\"60\" contactNumber=\"\" contactNumber:contact-number.syntax",
    ),
    ("rich-text-runs-without-xml-space-gnumeric", "2"),
    ("shared-strings-related-twice", "FILE_CORRUPT"),
    ("string-index-with-trailing-space", "2"),
    ("string-table-shorter-than-announced", "FILE_CORRUPT"),
    ("stylesheet-instruction", "2"),
    ("two-archives-in-one-file", "FILE_CORRUPT"),
    ("value-in-cdata", "2"),
    ("vba-project-under-another-name", "FILE_MACRO"),
    ("workbook-relationship-id-twice", "FILE_CORRUPT"),
    ("worksheet-in-a-foreign-namespace", "FILE_CORRUPT"),
    ("xml-space-on-the-table-not-on-t", "2"),
];

#[test]
fn every_case_is_read_as_it_is_seen() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/cases");
    for (name, expected) in CASES {
        let bytes = fs::read(folder.join(format!("{name}.xlsx"))).unwrap();
        assert_eq!(outcome(&bytes), *expected, "{name}");
    }
    let named = |entry: Result<fs::DirEntry, _>| entry.unwrap().file_name().into_string().unwrap();
    let files: BTreeSet<String> = fs::read_dir(folder).unwrap().map(named).collect();
    let cases: BTreeSet<String> = CASES.iter().map(|(name, _)| format!("{name}.xlsx")).collect();
    assert_eq!(files, cases, "every file has an entry");
}

//! The portal and the docs have the same table of fields as the code.

use std::{fmt::Write as _, fs};

use domain::{
    Field,
    batch::Held,
    fields::{Alike, FAMILY_FIRST, Required},
};
use serde_json::{Value, json};

/// The table that the portal's forms, paste box and rules use.
const PORTAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../portal/src/rules/field-table.ts");

/// The page that describes the fields of the API.
const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/API.md");

/// The table in TypeScript, as the portal's formatter writes it.
fn portal_table() -> String {
    let mut table = "\
// Written by `make describe` from shared/domain/src/fields/spec.rs; a test fails when it is out of date.

/** Each field of an invite, in the order of the template. */
export const FIELDS = {
"
    .to_owned();
    for field in Field::ALL {
        let spec = field.spec();
        let max = spec.max.map_or_else(|| "null".to_owned(), |max| max.to_string());
        let (required, part, alike) = (word(&json!(spec.required)), word(&json!(spec.part)), word(&json!(spec.alike)));
        let (name, label) = (spec.name, spec.label);
        writeln!(table, "  {name}: {{\n    label: '{label}',\n    max: {max},\n    required: '{required}',").unwrap();
        writeln!(table, "    part: '{part}',\n    alike: '{alike}',\n  }},").unwrap();
    }
    table += "\
} as const;

/** Titles of columns that mean each field, without case, spaces and marks. The invitee's script has none of them. */
export const ALIASES = {
";
    writeln!(table, "  fullName:{},", wrapped(&Held::FULL_NAME_ALIASES)).unwrap();
    for field in Field::ALL {
        writeln!(table, "  {}:{},", field.name(), wrapped(field.spec().aliases)).unwrap();
    }
    let families: Vec<&str> = FAMILY_FIRST.split(' ').collect();
    table += "\
} as const;

/** Family names of Singapore that are written first, in lower case. */
";
    writeln!(table, "export const FAMILY_FIRST ={};", wrapped(&families).replace("\n    ", "\n  ")).unwrap();
    table
}

/// Words with spaces between them, in as many texts as fit into lines of the portal.
fn wrapped(words: &[&str]) -> String {
    const MOST: usize = 108;
    let mut lines = vec![String::new()];
    for word in words {
        if lines.last().is_some_and(|line| line.len() + word.len() > MOST) {
            lines.push(String::new());
        }
        let line = lines.last_mut().unwrap();
        line.push_str(word);
        line.push(' ');
    }
    let last = lines.len() - 1;
    let whole = lines[last].trim_end().to_owned();
    lines[last] = whole;
    if let [line] = lines.as_slice() {
        return format!(" '{line}'");
    }
    format!("\n    '{}'", lines.join("' +\n    '"))
}

fn word(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[test]
fn the_portal_has_the_table_of_fields() {
    let written = portal_table();
    if boot::Env::from_process().optional("BLESS").is_some() {
        fs::write(PORTAL, &written).unwrap();
    }
    let committed = fs::read_to_string(PORTAL).unwrap_or_default();
    assert!(committed == written, "portal/src/rules/field-table.ts is out of date; run `make describe`");
}

#[test]
fn the_docs_have_a_row_for_each_field() {
    let docs = fs::read_to_string(DOCS).unwrap();
    for field in Field::ALL {
        let spec = field.spec();
        let required = match spec.required {
            Required::Always => "yes",
            Required::Vendors => "of vendors",
            Required::OneOfThem => "one of the two names",
            Required::Never => "no",
        };
        let alike = match spec.alike {
            Alike::Nowhere => "no",
            Alike::Personal => "rows, mostly to clear",
            Alike::Rows => "rows",
            Alike::Everywhere => "rows, invites",
        };
        let max = spec.max.map_or_else(|| "-".to_owned(), |max| max.to_string());
        let row = format!("| `{}` | {} | {required} | {max} | {alike} |", spec.name, spec.title);
        assert!(docs.contains(&row), "docs/API.md lacks the row {row}");
    }
}

/// `Correction` and the names of a person are written out in the code, so a field that the table adds to them has to be
/// added there too.
#[test]
fn what_the_code_writes_out_is_what_the_table_says() {
    let alike = Field::ALL.into_iter().filter(|field| field.spec().alike == Alike::Everywhere);
    assert!(alike.eq([Field::Organisation, Field::Department, Field::Reason]), "`Correction` has each");
    assert_eq!(Field::FirstName.max(), Field::LastName.max(), "both are a `PersonName`");
}

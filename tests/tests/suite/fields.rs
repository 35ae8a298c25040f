//! The table of fields is what the portal and the docs say.

use std::fs;

use domain::{
    Field,
    fields::{Alike, Required},
};
use serde_json::{Value, json};

/// What the portal's forms, paste box and rules are made from.
const PORTAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../portal/src/rules/fields.json");

/// Where programs read what fields there are.
const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/API.md");

fn described(field: Field) -> Value {
    let spec = field.spec();
    json!({
        "label": spec.label,
        "aliases": spec.aliases.join(" "),
        "max": spec.max,
        "required": spec.required,
        "part": spec.part,
        "alike": spec.alike,
    })
}

#[test]
fn the_portal_has_the_table_of_fields() {
    let table: Vec<String> =
        Field::ALL.into_iter().map(|field| format!("  {:?}: {}", field.name(), described(field))).collect();
    let written = format!("{{\n{}\n}}\n", table.join(",\n"));
    if boot::Env::from_process().optional("BLESS").is_some() {
        fs::write(PORTAL, &written).unwrap();
    }
    let committed = fs::read_to_string(PORTAL).unwrap_or_default();
    assert!(committed == written, "portal/src/rules/fields.json is out of date; run `make describe`");
}

#[test]
fn the_docs_have_a_row_for_each_field() {
    let docs = fs::read_to_string(DOCS).unwrap();
    for field in Field::ALL {
        let spec = field.spec();
        let required = match spec.required {
            Required::Always => "yes",
            Required::Vendors => "of vendors",
            Required::Never => "no",
        };
        let alike = match spec.alike {
            Alike::Nowhere => "no",
            Alike::Rows => "rows",
            Alike::Everywhere => "rows, invites",
        };
        let max = spec.max.map_or_else(|| "-".to_owned(), |max| max.to_string());
        let row = format!("| `{}` | {} | {required} | {max} | {alike} |", spec.name, spec.title);
        assert!(docs.contains(&row), "docs/API.md lacks the row {row}");
    }
}

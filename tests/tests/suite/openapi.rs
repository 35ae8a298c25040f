//! The committed description of the API is the one that the code generates.

use std::fs;

use serde_json::Value;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");

#[test]
fn the_committed_description_is_that_of_the_code() {
    let parts = [
        submit_invites::api(),
        manage_batches::api(),
        query_status::api(),
        accept_invitation::api(),
        track_devices::api(),
    ];
    let described = web::openapi::document(parts).to_pretty_json().unwrap() + "\n";
    if boot::Env::from_process().optional("BLESS").is_some() {
        fs::write(PATH, &described).unwrap();
    }
    let committed = fs::read_to_string(PATH).unwrap_or_default();
    assert!(committed == described, "docs/openapi.json is out of date; run `make describe`");
}

/// A number that is written by hand in the description is the bound that the code checks.
#[test]
fn the_bounds_that_are_described_are_those_of_the_code() {
    let described: Value = serde_json::from_str(&fs::read_to_string(PATH).unwrap()).unwrap();
    let most = |place: &str| described.pointer(place).and_then(Value::as_u64).and_then(|most| most.try_into().ok());
    let schemas = "/components/schemas";
    assert_eq!(most(&format!("{schemas}/MoreRows/properties/rows/maxItems")), Some(store::ROWS_PER_ADDITION));
    assert_eq!(most(&format!("{schemas}/NewBatch/properties/rows/maxItems")), Some(domain::batch::MAX_ROWS));
    let columns = format!("{schemas}/NewBatch/properties/columns/maxItems");
    assert_eq!(most(&columns), Some(domain::batch::MAX_COLUMNS));
    assert_eq!(most(&format!("{schemas}/LimitsBody/properties/rowsBodyBytes/example")), Some(web::ROWS_BODY_BYTES));
    let title = format!("{schemas}/ColumnBody/properties/title/maxLength");
    assert_eq!(most(&title), Some(domain::batch::MAX_TITLE));
}

//! The description of the API that is committed is the one that the code gives.

use std::fs;

/// Where it is committed.
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
    assert!(committed == described, "docs/openapi.json is out of date; run `BLESS=1 cargo test -p tests openapi`");
}

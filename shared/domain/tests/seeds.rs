//! The seeds of the fuzz target `fields`, and every text that it once failed on.

#[path = "../../../fuzz/checks/fields.rs"]
mod fields;

use std::{fs, path::Path};

#[test]
fn every_seed_is_read_as_its_normal_form() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/fields");
    let seeds: Vec<Vec<u8>> =
        fs::read_dir(folder).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect();
    assert!(seeds.len() > 30, "{}", seeds.len());
    seeds.iter().for_each(|seed| fields::check(seed));
}

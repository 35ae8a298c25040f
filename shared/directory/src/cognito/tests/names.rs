//! The names of accounts: those of their holders, and those that the directory signs in by.

use super::*;

#[tokio::test]
async fn a_person_with_one_name_has_that_name_alone() {
    for (names, attribute) in [(["Ada", ""], "given_name"), (["-", "Ada"], "family_name")] {
        let invite = named("ada@vendor.example.com", "ada.tan", names);
        let (directory, network) = directory(vec![made()]);
        directory.create(&wanted(&invite)).await.unwrap();
        let asked = network.asked.lock().unwrap();
        let attributes = asked[0].1["UserAttributes"].as_array().unwrap();
        let found: Vec<&Value> =
            attributes.iter().filter(|each| each["Name"].as_str().unwrap().ends_with("_name")).collect();
        assert_eq!(found, [&json!({"Name": attribute, "Value": "Ada"})]);
    }
}

#[tokio::test]
async fn an_officer_gets_a_name_that_follows_from_the_mailbox_and_looks_like_no_address() {
    let tagged = invite("bo+work@agency.gov.sg", "");
    let plain = invite("Bo@agency.gov.sg", "");
    let name = wanted(&tagged).name();
    assert_eq!(name, wanted(&plain).name());
    assert_eq!((name.len(), &name[..3]), (29, "po-"));
    assert!(!name.contains('@'));
}

//! What is seeded is what functions can use.

use domain::{DomainRules, EmailAddress, Fault, Persona};

#[test]
fn the_rules_that_are_seeded_are_well_formed_and_mean_what_they_should() {
    let rules = DomainRules::from_json(include_str!("../../../infra/domain-rules.json")).unwrap();
    let persona = |text: &str| rules.invitee(&EmailAddress::parse(text).unwrap()).map(|rule| rule.persona);
    assert_eq!(persona("ada@example-agency.gov.sg"), Ok(Persona::Officer));
    assert_eq!(persona("ada@vendor.example.com"), Ok(Persona::Vendor));
    assert_eq!(persona("ada@litemail.gov.sg"), Err(Fault::EmailRefusedDomain));
    assert_eq!(persona("ada@example.com"), Err(Fault::EmailDomain));
}

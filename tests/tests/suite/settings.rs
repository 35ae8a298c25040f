//! The functions can use the settings of a new stack, and soon use a changed one.

use std::time::Duration;

use boot::Rules;
use domain::{DomainRules, EmailAddress, Fault, Persona};
use testing::{ManualClock, MemoryTable, people::beginning};

#[test]
fn the_rules_that_are_seeded_are_well_formed_and_mean_what_they_should() {
    let rules = DomainRules::from_json(include_str!("../../../infra/domain-rules.json")).unwrap();
    let persona = |text: &str| rules.invitee(&EmailAddress::parse(text).unwrap()).map(|rule| rule.persona);
    assert_eq!(persona("ada@example-agency.gov.sg"), Ok(Persona::Officer));
    assert_eq!(persona("ada@vendor.example.com"), Ok(Persona::Vendor));
    assert_eq!(persona("ada@litemail.gov.sg"), Err(Fault::EmailRefusedDomain));
    assert_eq!(persona("ada@example.com"), Err(Fault::EmailDomain));
}

#[tokio::test]
async fn rules_are_read_again_after_a_while_and_their_absence_is_an_error() {
    let rules = |domain: &str| {
        format!(
            r#"{{"version":1,"domains":[{{"domain":"{domain}","match":"exact",
               "persona":"officer","seed":"eligible"}}]}}"#
        )
    };
    let may_invite = |rules: &DomainRules, email: &str| rules.may_invite(&EmailAddress::parse(email).unwrap());
    let (store, clock) = (MemoryTable::default().store(), ManualClock::new(beginning()));
    let settings = Rules::stored(store.clone(), clock.clock());
    assert!(settings.current().await.is_err(), "there are none yet");

    store.put_domain_rules(&rules("old.gov.sg")).await.unwrap();
    assert!(may_invite(&settings.current().await.unwrap(), "a@old.gov.sg"));

    store.put_domain_rules(&rules("new.gov.sg")).await.unwrap();
    clock.advance(Duration::from_millis(5 * 60 * 1000 - 1));
    assert!(may_invite(&settings.current().await.unwrap(), "a@old.gov.sg"));
    clock.advance(Duration::from_millis(1));
    assert!(may_invite(&settings.current().await.unwrap(), "a@new.gov.sg"));
}

//! The cases that these rules share with the portal's rules (`portal/tests/unit/rules.test.ts`): both tests read one
//! file.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use domain::{
    ContactNumber, Department, DomainName, DomainRules, EmailAddress, Fault, Organisation, PersonName, Reason, Username,
};
use serde_json::{Value, json};

fn vectors() -> Value {
    serde_json::from_str(include_str!("../vectors/fields.json")).unwrap()
}

fn holds(field: &str, verdict: impl Fn(&Value) -> Value) {
    let vectors = vectors();
    let cases = vectors[field].as_array().unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        assert_eq!(verdict(&case[0]), case[1], "{field}: {}", case[0]);
    }
}

fn code<T>(parsed: Result<T, Fault>) -> Value {
    parsed.map_or_else(|fault| json!(fault.code()), |_| Value::Null)
}

#[test]
fn every_field_keeps_to_the_vectors() {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    holds("email", |value| code(EmailAddress::parse(&text(value))));
    holds("username", |value| code(Username::parse(&text(value))));
    holds("name", |value| code(PersonName::parse(&text(value))));
    holds("organisation", |value| code(Organisation::parse(&text(value))));
    holds("department", |value| code(Department::parse_optional(&text(value))));
    holds("reason", |value| code(Reason::parse(&text(value))));
    holds("contact", |value| match ContactNumber::parse_parts(&text(&value[0]), &text(&value[1])) {
        Ok(_) => Value::Null,
        Err(fault) => json!([fault.field.name(), fault.fault.code()]),
    });
}

fn domain_cases(kind: &str) -> Vec<Value> {
    let vectors: Value = serde_json::from_str(include_str!("../vectors/domains.json")).unwrap();
    let cases = vectors[kind].as_array().unwrap().clone();
    assert!(!cases.is_empty());
    cases
}

#[test]
fn what_a_host_name_is_keeps_to_the_vectors() {
    for case in domain_cases("hostNames") {
        assert_eq!(json!(DomainName::parse(case[0].as_str().unwrap()).is_some()), case[1], "{}", case[0]);
    }
    let long = format!("{}.gov.sg", ["a"; 130].join("."));
    assert_eq!(DomainName::parse(&long), None, "longer than an address has room for");
}

/// The rules with which the table of a new stack is filled.
#[test]
fn the_seeded_rules_say_what_every_domain_of_the_vectors_means() {
    let rules = DomainRules::from_json(include_str!("../../../infra/domain-rules.json")).unwrap();
    for case in domain_cases("meanings") {
        let email = EmailAddress::parse(case[0].as_str().unwrap()).unwrap();
        let meaning = match rules.invitee(&email) {
            Ok(rule) => json!(rule.persona),
            Err(fault) => json!(fault.code()),
        };
        assert_eq!(meaning, case[1], "{}", case[0]);
        let may_invite = case[1] == "officer";
        assert_eq!(rules.may_invite(&email), may_invite, "{}", case[0]);
    }
}

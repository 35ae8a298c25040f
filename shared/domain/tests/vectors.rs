//! The cases that these rules share with the portal's rules (`portal/tests/unit/rules.test.ts`): both tests read one
//! file.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use domain::{
    ContactNumber, Department, DomainName, DomainRules, EmailAddress, Fault, Organisation, PersonName, Reason,
    SeedWish, Username,
    fields::{FullName, NameParts},
};
use serde_json::{Value, json};

fn cases(field: &str) -> Vec<Value> {
    let vectors: Value = serde_json::from_str(include_str!("../vectors/fields.json")).unwrap();
    let cases = vectors[field].as_array().unwrap().clone();
    assert!(!cases.is_empty());
    cases
}

/// Checks each case of a field: what was typed, the code of its fault or null, and what is used where that differs.
/// What is used reads back as itself.
fn holds(field: &str, read: impl Fn(&str) -> Result<String, Fault>) {
    for case in cases(field) {
        let typed = case[0].as_str().unwrap();
        let used = case.get(2).map_or(typed, |used| used.as_str().unwrap());
        match read(typed) {
            Ok(text) => {
                assert_eq!((json!(null), text.as_str()), (case[1].clone(), used), "{field}: {typed:?}");
                assert!(text.is_empty() || read(&text).as_deref() == Ok(used), "{field}: {typed:?} is not read twice");
            }
            Err(fault) => assert_eq!(json!(fault.code()), case[1], "{field}: {typed:?}"),
        }
    }
}

fn texts(pair: &Value) -> [&str; 2] {
    [0, 1].map(|at| pair[at].as_str().unwrap())
}

#[test]
fn every_field_keeps_to_the_vectors() {
    holds("email", |text| EmailAddress::parse(text).map(Into::into));
    holds("username", |text| Username::parse(text).map(Into::into));
    holds("name", |text| PersonName::parse(text).map(Into::into));
    holds("organisation", |text| Organisation::parse(text).map(Into::into));
    holds("department", |text| Ok(Department::parse_optional(text)?.map(Into::into).unwrap_or_default()));
    holds("reason", |text| Reason::parse(text).map(Into::into));
    holds("seed", |text| SeedWish::parse(text).map(|wish| wish.as_str().to_owned()));
}

#[test]
fn a_number_keeps_to_the_vectors() {
    for case in cases("contact") {
        let [code, number] = texts(&case[0]);
        let verdict = match ContactNumber::parse_parts(code, number) {
            Ok(number) => json!([null, number.as_str()]),
            Err(fault) => json!([[fault.field.name(), fault.fault.code()]]),
        };
        assert_eq!(json!(case.as_array().unwrap()[1..]), verdict, "{code:?} {number:?}");
    }
}

#[test]
fn a_name_of_one_or_two_parts_keeps_to_the_vectors() {
    for case in cases("fullName") {
        let [first, last] = texts(&case[0]);
        let verdict = match FullName::parse(first, last) {
            Ok(name) => json!([null, [name.first().map(PersonName::as_str), name.last().map(PersonName::as_str)]]),
            Err(faults) => {
                json!([faults.iter().map(|fault| json!([fault.field.name(), fault.fault.code()])).collect::<Vec<_>>()])
            }
        };
        assert_eq!(json!(case.as_array().unwrap()[1..]), verdict, "{first:?} {last:?}");
    }
}

#[test]
fn a_whole_name_is_split_as_the_vectors_say() {
    for case in cases("wholeName") {
        let NameParts { first, last, is_guess } = NameParts::of(case[0].as_str().unwrap()).unwrap();
        assert_eq!(case, json!([case[0], first, last, is_guess]));
    }
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

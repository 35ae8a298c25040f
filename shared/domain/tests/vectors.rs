//! The cases that these rules share with the portal's own (`portal/tests/unit/rules.test.ts`): one file, read by both.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use domain::{ContactNumber, Department, EmailAddress, Fault, Organisation, PersonName, Reason, Username};
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

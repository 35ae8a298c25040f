//! The fields of a person: whatever is read of a text is its normal form, which is read and stored as it is.

use std::fmt::Debug;

use domain::{
    ContactNumber, EmailAddress, Field, PersonName, SeedWish, Username,
    batch::{RawRow, RowRules},
    fields::{Department, Form, FullName, NameParts, Organisation, Reason, text},
    invite::Kind,
    rules::DomainRules,
};
use serde::{Serialize, de::DeserializeOwned};

/// Characters of a text. No field may have more, and most faults need few.
const MOST_CHARS: usize = 2_000;

pub(crate) fn check(bytes: &[u8]) {
    let text: String = String::from_utf8_lossy(bytes).chars().take(MOST_CHARS).collect();
    let (first, second) = text.split_once('\n').unwrap_or((&text, ""));

    is_normal(&text, EmailAddress::parse, EmailAddress::as_str);
    is_normal(&text, Username::parse, Username::as_str);
    is_normal(&text, PersonName::parse, PersonName::as_str);
    is_normal(&text, Organisation::parse, Organisation::as_str);
    is_normal(&text, Department::parse, Department::as_str);
    is_normal(&text, Reason::parse, Reason::as_str);
    is_normal(&text, ContactNumber::parse, ContactNumber::as_str);
    is_normal(first, |number| ContactNumber::parse_parts(second, number), ContactNumber::as_str);
    if let Ok(wish) = SeedWish::parse(&text) {
        assert_eq!(SeedWish::parse(wish.as_str()), Ok(wish));
    }
    if let Ok(Some(code)) = ContactNumber::parse_country_code(&text) {
        assert_eq!(ContactNumber::parse_country_code(&code), Ok(Some(code)));
    }
    if let Ok(Some(department)) = Department::parse_optional(&text) {
        assert_eq!(Department::parse_optional(department.as_str()), Ok(Some(department)));
    }
    check_names(first, second, &text);
    check_form(&text);
    assert_eq!(text::trim(text::trim(&text)), text::trim(&text));
}

/// What is read of a text is read again as it is, and stored as it is.
fn is_normal<T, E>(text: &str, parse: impl Fn(&str) -> Result<T, E>, as_str: impl Fn(&T) -> &str)
where
    T: PartialEq + Debug + Serialize + DeserializeOwned,
    E: PartialEq + Debug,
{
    let Ok(read) = parse(text) else { return };
    let normal = as_str(&read);
    match parse(normal) {
        Ok(again) => assert_eq!(as_str(&again), normal, "{text:?} is read otherwise the second time"),
        Err(fault) => panic!("{text:?} is read as {normal:?}, which is refused: {fault:?}"),
    }
    let stored = serde_json::to_string(&read).ok().and_then(|json| serde_json::from_str::<T>(&json).ok());
    assert_eq!(stored.as_ref().map(as_str), Some(normal), "{text:?} is stored otherwise");
}

fn check_names(first: &str, last: &str, whole: &str) {
    if let Ok(name) = FullName::parse(first, last) {
        let part = |part: Option<&PersonName>| part.map_or("", PersonName::as_str).to_owned();
        assert_eq!(FullName::parse(&part(name.first()), &part(name.last())), Ok(name));
    }
    if let Some(parts) = NameParts::of(whole) {
        assert!(!parts.first.is_empty() || !parts.last.is_empty(), "a whole name has a part");
        let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).count();
        assert!(letters(&parts.first) + letters(&parts.last) <= letters(whole), "no letter is added");
    }
}

/// The same text in every field, checked as a row is.
fn check_form(text: &str) {
    let rules = DomainRules::from_json(
        r#"{"version": 1, "domains": [
            {"domain": "example-agency.gov.sg", "match": "exact", "persona": "officer", "seed": "eligible"}]}"#,
    );
    let officer = EmailAddress::parse("officer@example-agency.gov.sg");
    let (Ok(rules), Ok(officer)) = (rules, officer) else { panic!("the rules and the address are valid") };
    let mut form = Form::default();
    Field::ALL.into_iter().for_each(|field| form.set(field, text.to_owned()));
    let row = RawRow::from(form);
    for kind in [Kind::Account, Kind::Email] {
        let _ = row.check(&RowRules { domains: &rules, officer: &officer, kind });
    }
}

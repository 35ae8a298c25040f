//! Lists of addresses, whose people can be invited by email: they give their own details.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use domain::{Field, batch::Answers, fields::Form, invite::Kind};
use support::{HEADER, Package, outcome, outcome_with, row};

/// A workbook with these rows from row 1.
fn list(rows: &[&[&str]]) -> Vec<u8> {
    let rows: String = (1..).zip(rows).map(|(number, texts)| row(number, texts)).collect();
    Package::default().with_sheet_data(&rows).build()
}

fn by_email(values: &[(Field, &str)]) -> Answers {
    let mut form = Form::default();
    values.iter().for_each(|(field, text)| form.set(*field, (*text).to_owned()));
    Answers { values: form, kind: Some(Kind::Email), ..Answers::default() }
}

const NO_DETAILS: &str = "firstName=\"\" lastName=\"\" countryCode=\"\" contactNumber=\"\" organisation=\"\"";
const P1: &str = "p1@example-agency.gov.sg";
const P2: &str = "p2@example-agency.gov.sg";
const P3: &str = "p3@example-agency.gov.sg";

#[test]
fn a_list_without_contact_numbers_asks_how_its_people_are_to_be_invited() {
    const ASKED: &str = "FILE_CONTACT_NUMBERS_MISSING?, ";
    const KINDS: &str = ", email or account";
    for rows in [
        &[&["Email"][..], &[P2], &[P3]][..],
        &[&[P1], &[P2], &[P3]],
        &[&["Work Email", "Full Name"], &[P2, "Tan Ah Kow"]],
        &[&["S/N", "Email", "Agency", "Need SEED"], &["1", P2, "Example Agency", "Yes"]],
    ] {
        let asked = outcome(&list(rows));
        assert!(asked.starts_with(ASKED) && asked.ends_with(KINDS), "{asked}");
    }
    let complete: &[&[&str]] = &[&HEADER, &["1", P2, "", "Ah Kow", "Tan", "65", "91234567", "Example Agency"]];
    assert!(!outcome(&list(complete)).contains("FILE_CONTACT_NUMBERS_MISSING"));
    let nobody = outcome(&list(&[&["Name", "Agency", "Purpose"], &["Tan Ah Kow", "Example Agency", "New joiner"]]));
    assert!(!nobody.contains("FILE_CONTACT_NUMBERS_MISSING"), "without addresses nobody can be mailed: {nobody}");
    let account = Answers { kind: Some(Kind::Account), ..Answers::default() };
    let asked = outcome_with(&list(&[&["Email"], &[P2]]), &account);
    assert!(asked.starts_with("FILE_HEADER_MISSING?, ") && !asked.contains(KINDS), "{asked}");
}

#[test]
fn addresses_alone_are_enough_with_one_reason_and_one_answer_about_seed() {
    let answers = by_email(&[(Field::Reason, "New joiner"), (Field::Seed, "Yes")]);
    assert_eq!(outcome_with(&list(&[&["Email"], &[P2], &[P3]]), &answers), format!("2 {NO_DETAILS}, 3 {NO_DETAILS}"));
    assert_eq!(outcome_with(&list(&[&[P1], &[P2]]), &answers), format!("1 {NO_DETAILS}, 2 {NO_DETAILS}"));
    let asked = outcome_with(&list(&[&["Email"], &[P2]]), &by_email(&[]));
    assert_eq!(asked, format!("FILE_HEADER_MISSING?, Email=email [\"{P2}\"], no reason"));
    let own = list(&[&["Email", "Reason", "SEED"], &[P2, "Auditor", "No"]]);
    let read = outcome_with(&own, &answers);
    assert_eq!(read, format!("2 {NO_DETAILS} seed=\"No\" reason=\"Auditor\""), "the list counts more");
}

#[test]
fn what_the_invitees_give_themselves_is_left_out_and_named() {
    let answers = by_email(&[(Field::Reason, "New joiner"), (Field::Seed, "Yes")]);
    let full = ["1", P2, "ah.kow", "Ah Kow", "Tan", "65", "91234567", "Example Agency", "", "Yes", "New joiner"];
    let named = "OfInvitees([Username, FirstName, LastName, CountryCode, ContactNumber, Organisation])";
    assert_eq!(outcome_with(&list(&[&HEADER, &full]), &answers), format!("2 {NO_DETAILS}, {named}"));
    let whole = list(&[&["Full Name", "Email"], &["Tan Ah Kow", P2], &["Lim Bo", ""]]);
    assert_eq!(
        outcome_with(&whole, &answers),
        format!("2 {NO_DETAILS}, 3 email=\"\" {NO_DETAILS} email:required, OfInvitees([FirstName])"),
        "somebody without an address is not lost"
    );
    let twice = list(&[&["Email", "HP", "Tel", "Reason"], &[P2, "91234567", "61234567", "New joiner"]]);
    let read = outcome_with(&twice, &answers);
    assert_eq!(read, format!("2 {NO_DETAILS}, OfInvitees([ContactNumber])"), "which of the two is not asked");
    let unknown = list(&[&["Email", "Reason", "Desk"], &[P2, "New joiner", "12a"]]);
    let asked = outcome_with(&unknown, &answers);
    assert!(asked.starts_with("FILE_COLUMNS_UNKNOWN?, "), "{asked}");
}

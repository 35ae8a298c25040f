//! What the service uses in place of what was typed, where both mean the same: spaces trimmed, a country code added to
//! a number, one spelling of Yes; and what it leaves out, such as `N/A` and the username of a public officer.

use crate::{
    ContactNumber, Field, Persona,
    batch::RawRow,
    fields::{Form, text},
};

/// One field whose used value differs from what was typed.
#[derive(Clone, PartialEq, Eq)]
pub struct Repair {
    pub field: Field,
    pub used: String,
    /// Whether the value is a guess, which the officer should check.
    pub is_guess: bool,
}

impl std::fmt::Debug for Repair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Repair").field("field", &self.field).finish_non_exhaustive()
    }
}

impl Form {
    /// Every field whose used value differs from what was typed, in the order of the columns. The used value is empty
    /// where the text is left out, as the username of a public officer is. Blank fields and fields with a fault are not
    /// included.
    #[must_use]
    pub fn repairs(&self, persona: Option<Persona>) -> Vec<Repair> {
        let repair = |field: Field| {
            let used = self.used(field, persona)?;
            Some(Repair { field, used, is_guess: false })
        };
        Field::ALL.into_iter().filter(|field| !text::trim(self.get(*field)).is_empty()).filter_map(repair).collect()
    }

    /// The used value of a field. `None`: it is what was typed, or has a fault.
    fn used(&self, field: Field, persona: Option<Persona>) -> Option<String> {
        let typed = self.get(field);
        let used = match field {
            Field::Username if persona == Some(Persona::Officer) => String::new(),
            Field::FirstName | Field::LastName if self.has_no_name() => return None,
            Field::ContactNumber => ContactNumber::parse_parts(&self.country_code, typed).ok()?.into(),
            _ => field.read(typed).ok()?,
        };
        let is_as_typed = match field {
            Field::CountryCode => text::trim(typed).trim_start_matches('+').trim() == used,
            Field::ContactNumber => used == typed || used == format!("+{}{typed}", self.code()),
            Field::Seed => typed.eq_ignore_ascii_case(&used),
            _ => typed == used,
        };
        (!is_as_typed).then_some(used)
    }

    fn has_no_name(&self) -> bool {
        [Field::FirstName, Field::LastName].into_iter().all(|field| field.read(self.get(field)) == Ok(String::new()))
    }

    /// The country code of a number that begins with none.
    fn code(&self) -> String {
        let stated = ContactNumber::parse_country_code(&self.country_code).ok().flatten();
        stated.unwrap_or_else(|| ContactNumber::HOME_CODE.to_owned())
    }
}

impl RawRow {
    /// The repairs of its form, and its guessed fields, in the order of the columns.
    #[must_use]
    pub fn repairs(&self, persona: Option<Persona>) -> Vec<Repair> {
        let mut repairs = self.form.repairs(persona);
        for field in &self.guessed {
            match repairs.iter_mut().find(|repair| repair.field == *field) {
                Some(repair) => repair.is_guess = true,
                None if text::trim(self.form.get(*field)).is_empty() => {}
                None => {
                    repairs.push(Repair { field: *field, used: self.form.get(*field).to_owned(), is_guess: true });
                }
            }
        }
        repairs.sort_by_key(|repair| repair.field);
        repairs
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};

    use super::*;
    use crate::batch::samples::{officer, rules};

    fn repairs(fields: &[(Field, &str)]) -> Vec<(Field, String)> {
        let mut form = Form::default();
        fields.iter().for_each(|(field, text)| form.set(*field, (*text).to_owned()));
        RawRow::from(form.clone())
            .repairs(RawRow::from(form).persona(&rules()))
            .into_iter()
            .map(|Repair { field, used, .. }| (field, used))
            .collect()
    }

    #[test]
    fn what_is_used_otherwise_than_typed_is_told() {
        for (field, typed, used) in [
            (Field::Email, "\u{a0}bo@example-agency.gov.sg ", "bo@example-agency.gov.sg"),
            (Field::Username, "bo@techpass.gov.sg", "bo"),
            (Field::FirstName, "Bo\u{a0} Li", "Bo Li"),
            (Field::ContactNumber, "6591234567", "+6591234567"),
            (Field::ContactNumber, "9123 4567", "+6591234567"),
            (Field::ContactNumber, "0065 9123 4567", "+6591234567"),
            (Field::Seed, "TRUE", "Yes"),
            (Field::Seed, "n", "No"),
            (Field::Reason, "New joiner\n", "New joiner"),
            (Field::Email, "Bo Li <bo@example-agency.gov.sg>", "bo@example-agency.gov.sg"),
            (Field::Email, "'bo@example-agency.gov.sg", "bo@example-agency.gov.sg"),
            (Field::CountryCode, "Singapore", "65"),
            (Field::CountryCode, "+65 (SG)", "65"),
            (Field::CountryCode, "N/A", ""),
            (Field::Department, "nil", ""),
            (Field::LastName, "O`Reilly", "O'Reilly"),
            (Field::Seed, "Not required", "No"),
            (Field::Seed, "-", "No"),
        ] {
            assert_eq!(repairs(&[(field, typed)]), [(field, used.to_owned())], "{typed:?}");
        }
    }

    #[test]
    fn what_was_guessed_is_marked_until_it_is_typed() {
        let mut raw = RawRow::default();
        raw.set(Field::FirstName, "Mei  Ling".into());
        raw.set(Field::LastName, "Tan".into());
        raw.guessed.extend([Field::FirstName, Field::LastName, Field::Department]);
        let told = |raw: &RawRow| -> Vec<(Field, String, bool)> {
            raw.repairs(None).into_iter().map(|Repair { field, used, is_guess }| (field, used, is_guess)).collect()
        };
        let first = (Field::FirstName, "Mei Ling".to_owned(), true);
        assert_eq!(told(&raw), [first.clone(), (Field::LastName, "Tan".to_owned(), true)]);
        raw.set(Field::LastName, "Tan".into());
        assert_eq!(told(&raw), [first], "typed again, it is confirmed");
    }

    #[test]
    fn what_is_used_as_typed_or_not_at_all_is_not() {
        assert_eq!(
            repairs(&[
                (Field::Email, "Bo.Li@example-agency.gov.sg"),
                (Field::FirstName, "Bo4"),
                (Field::CountryCode, "+65"),
                (Field::ContactNumber, "91234567"),
                (Field::Department, "  "),
                (Field::Seed, "yes"),
            ]),
            []
        );
        for names in [["", "-"], ["-", "."], ["N/A", ""]] {
            assert_eq!(repairs(&[(Field::FirstName, names[0]), (Field::LastName, names[1])]), [], "there is no name");
        }
        for number in ["+6591234567", "91234567"] {
            assert_eq!(repairs(&[(Field::ContactNumber, number)]), [], "{number}");
        }
        for code in ["44", "+44", " 44 "] {
            let typed = [(Field::CountryCode, code), (Field::ContactNumber, "7400123456")];
            assert_eq!(repairs(&typed), [], "the code is part of the number: {code:?}");
        }
    }

    #[test]
    fn the_username_of_a_public_officer_is_left_out() {
        for (email, username, used) in [
            ("bo@example-agency.gov.sg", "bo", Some("")),
            ("bo@example-agency.gov.sg", "N/A", Some("")),
            ("bo@example-agency.gov.sg", "", None),
            ("bo@vendor.example.com", "bo", None),
            ("bo@vendor.example.com", "bo@TechPass.gov.sg", Some("bo")),
            ("bo@elsewhere.example.com", "bo", None),
            ("bo", "bo", None),
        ] {
            let expected: Vec<(Field, String)> =
                used.into_iter().map(|used| (Field::Username, used.to_owned())).collect();
            assert_eq!(repairs(&[(Field::Email, email), (Field::Username, username)]), expected, "{email} {username}");
        }
        let names = repairs(&[(Field::FirstName, "Bo"), (Field::LastName, "-")]);
        assert_eq!(names, [(Field::LastName, String::new())]);
    }

    /// Texts that are often read otherwise than they are typed.
    fn typed() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            "[ '\"<(]?(mailto:)?[a-z'.]{1,5}@(x\\.gov\\.sg|vendor\\.example\\.com)[>;,. )']{0,2}",
            "[+(0 ]{0,3}(65|60|1|44|0|001)? ?[(0)]{0,3}[0-9]{2,4}[ .-]?[0-9]{3,6}[.;]?",
            "(Singapore|SG|\\+65 \\(SG\\)|Malaysia \\(60\\)|65|0060|N/A|-|1)",
            "(Yes|no|Required|Not required|\u{2713}|NIL|Licence pending)",
            "[A-Za-z`\u{2019}\u{b7}\u{2013}\u{ad}\u{200d}\u{dca}\u{dc1}\u{ff21}\u{202a} -]{1,12}",
        ]
    }

    fn form() -> impl Strategy<Value = Form> {
        proptest::collection::vec(typed(), Field::ALL.len()).prop_map(|texts| {
            let mut form = Form::default();
            Field::ALL.into_iter().zip(texts).for_each(|(field, text)| form.set(field, text));
            form
        })
    }

    proptest! {
        #[test]
        fn a_repair_differs_from_what_was_typed_and_is_needed_once(typed in form()) {
            let rules = rules();
            let mut form = typed.clone();
            let persona = RawRow::from(typed.clone()).persona(&rules);
            for Repair { field, used, .. } in typed.repairs(persona) {
                prop_assert!(used != typed.get(field));
                form.set(field, used);
            }
            prop_assert_eq!(form.repairs(persona), vec![]);
            prop_assert_eq!(typed.account(&rules, &officer().email), form.account(&rules, &officer().email));
        }
    }
}

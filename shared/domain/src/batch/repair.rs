//! What the service uses in place of what was typed, where both mean the same: spaces trimmed, a country code added to
//! a number, one spelling of Yes.

use crate::{
    ContactNumber, Field,
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
    /// Every field whose used value differs from what was typed, in the order of the columns. Blank fields and fields
    /// with a fault are not included.
    #[must_use]
    pub fn repairs(&self) -> Vec<Repair> {
        let repair = |field: Field| {
            let used = self.used(field)?;
            Some(Repair { field, used, is_guess: false })
        };
        Field::ALL.into_iter().filter(|field| !text::trim(self.get(*field)).is_empty()).filter_map(repair).collect()
    }

    /// The used value of a field. `None`: it is what was typed, or has a fault.
    fn used(&self, field: Field) -> Option<String> {
        let typed = self.get(field);
        match field {
            // It is part of the contact number.
            Field::CountryCode => None,
            Field::ContactNumber => {
                let used = String::from(ContactNumber::parse_parts(&self.country_code, typed).ok()?);
                let code = text::trim(&self.country_code).trim_start_matches('+');
                let expected = format!("+{}{typed}", if code.is_empty() { "65" } else { code });
                (used != expected).then_some(used)
            }
            Field::Seed => field.read(typed).ok().filter(|used| !typed.eq_ignore_ascii_case(used)),
            _ => field.read(typed).ok().filter(|used| used != typed),
        }
    }
}

impl RawRow {
    /// The repairs of its form, and its guessed fields, in the order of the columns.
    #[must_use]
    pub fn repairs(&self) -> Vec<Repair> {
        let mut repairs = self.form.repairs();
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
    use super::*;

    fn repairs(fields: &[(Field, &str)]) -> Vec<(Field, String)> {
        let mut form = Form::default();
        fields.iter().for_each(|(field, text)| form.set(*field, (*text).to_owned()));
        form.repairs().into_iter().map(|Repair { field, used, .. }| (field, used)).collect()
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
            raw.repairs().into_iter().map(|Repair { field, used, is_guess }| (field, used, is_guess)).collect()
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
                (Field::Username, "-"),
                (Field::FirstName, "Bo4"),
                (Field::CountryCode, "+65"),
                (Field::ContactNumber, "91234567"),
                (Field::Department, "  "),
                (Field::Seed, "yes"),
            ]),
            []
        );
        for code in ["44", "+44", " 44 "] {
            let typed = [(Field::CountryCode, code), (Field::ContactNumber, "7400123456")];
            assert_eq!(repairs(&typed), [], "the code is part of the number: {code:?}");
        }
    }
}

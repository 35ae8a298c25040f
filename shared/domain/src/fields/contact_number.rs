//! Telephone numbers, as they are dialled from Singapore.

mod country_code;
mod dialled;
mod numbering;

use std::collections::BTreeSet;

use self::{
    dialled::Dialled,
    numbering::{SINGAPORE, Valid, country_code_of, valid},
};
use crate::fields::{Fault, Field, FieldFault, Measure, text};

text_field! {
    /// A telephone number in the form of E.164, with 7 to 15 digits: `+6591234567`. Its country's plan of numbering has
    /// it.
    ContactNumber, Self::stored
}

impl ContactNumber {
    /// The country code of a number that has none: Singapore's.
    pub(crate) const HOME_CODE: &str = "65";

    /// Reads the two columns of the template. A country code may also be at the start of the number, as in `+65…`,
    /// `0065…`, `001 65…` or `6591234567`; where there is none, it is Singapore's. The code may be a country's name.
    ///
    /// A number is only read otherwise than it was typed where that makes it one that the plan of numbering has.
    ///
    /// # Errors
    ///
    /// One fault, at the field that has to be fixed.
    pub fn parse_parts(country_code: &str, number: &str) -> Result<Self, FieldFault> {
        let stated = country_code::read(country_code).map_err(|fault| fault.at(Field::CountryCode))?;
        if text::trim(number).is_empty() {
            return Err(Fault::Required.at(Field::ContactNumber));
        }
        let dialled = Dialled::parse(number).ok_or(Fault::ContactNumberSyntax.at(Field::ContactNumber))?;
        let mut found = as_written(stated, &dialled);
        if found.is_empty() {
            found = with_code_twice(stated, &dialled);
        }
        match (found.pop_first(), found.is_empty()) {
            (Some(number), true) => Ok(Self(number.text)),
            (Some(_), false) => Err(Fault::ContactNumberAmbiguous.at(Field::ContactNumber)),
            (None, _) => Err(fault(stated, &dialled)),
        }
    }

    /// Reads a number that may begin with its country code.
    ///
    /// # Errors
    ///
    /// The most specific fault.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        Self::parse_parts("", text).map_err(|fault| fault.fault)
    }

    /// The digits of the country code in the column. `None`: the column is blank.
    ///
    /// # Errors
    ///
    /// [`Fault::CountryCodeSyntax`] or [`Fault::CountryCodeUnknown`].
    pub fn parse_country_code(text: &str) -> Result<Option<String>, Fault> {
        Ok(country_code::read(text)?.map(|code| code.to_string()))
    }

    /// A stored number. Only its form is checked: a plan of numbering may have changed since.
    fn stored(text: &str) -> Result<Self, Fault> {
        let is_number = text.strip_prefix('+').is_some_and(|digits| {
            (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0')
        });
        if is_number { Ok(Self(text.to_owned())) } else { Err(Fault::ContactNumberSyntax) }
    }
}

/// The numbers that the digits are where each of them means something.
fn as_written(stated: Option<u16>, dialled: &Dialled) -> BTreeSet<Valid> {
    let home = stated.unwrap_or(SINGAPORE);
    let is_stated = |number: &Valid| stated.is_none_or(|code| number.country_code == code);
    let mut found = BTreeSet::new();
    for digits in &dialled.readings {
        if dialled.has_plus {
            found.extend(valid(digits).filter(is_stated));
        } else {
            found.extend(valid(&format!("{home}{digits}")));
            found.extend(from_abroad(digits, &dialled.gaps, is_stated));
        }
    }
    found
}

/// The numbers behind the digits of a call abroad: `00` as in most countries, or Singapore's, such as `001`. Where both
/// are numbers, the gaps decide if they can.
fn from_abroad(digits: &str, gaps: &[usize], is_stated: impl Fn(&Valid) -> bool) -> Vec<Valid> {
    let behind = |prefix: usize| digits.get(prefix..).and_then(valid).filter(&is_stated);
    let usual = if digits.starts_with("00") { behind(2) } else { None };
    let from_here = if digits.get(..3).is_some_and(dialled::is_abroad) { behind(3) } else { None };
    match (usual, from_here) {
        (Some(usual), Some(from_here)) if usual != from_here => {
            let is_gap =
                |prefix: usize, number: &Valid| gaps.contains(&(prefix + number.country_code.to_string().len()));
            match gaps.first() {
                Some(3) if is_gap(3, &from_here) => vec![from_here],
                Some(2) => vec![usual],
                Some(first) if *first > 3 && *first == 2 + usual.country_code.to_string().len() => {
                    vec![usual]
                }
                _ => vec![usual, from_here],
            }
        }
        (usual, from_here) => usual.or(from_here).into_iter().collect(),
    }
}

/// The numbers in which the country code is there once more than it should be.
fn with_code_twice(stated: Option<u16>, dialled: &Dialled) -> BTreeSet<Valid> {
    let mut found = BTreeSet::new();
    for digits in &dialled.readings {
        let Some(code) = stated.or_else(|| if dialled.has_plus { country_code_of(digits) } else { Some(SINGAPORE) })
        else {
            continue;
        };
        let code_text = code.to_string();
        let mut rest = digits.as_str();
        while let Some(once) = rest.strip_prefix(&code_text) {
            found.extend(valid(rest).filter(|number| number.country_code == code));
            rest = once;
        }
    }
    found
}

/// Why the digits are no number.
fn fault(stated: Option<u16>, dialled: &Dialled) -> FieldFault {
    let digits = dialled.readings.first().map(String::as_str).unwrap_or_default();
    let abroad = if dialled.has_plus { Some(digits) } else { digits.strip_prefix("00") };
    let code = match abroad {
        Some(digits) => country_code_of(digits),
        None => valid(digits).map(|number| number.country_code),
    };
    let fault = match (code, stated) {
        (Some(number), Some(column)) if number != column => {
            let measure = Some(Measure::Codes { number, column });
            return FieldFault { measure, ..Fault::ContactNumberOtherCode.at(Field::ContactNumber) };
        }
        (Some(number), _) if abroad.is_some() && number != SINGAPORE => Fault::ContactNumberUnknown,
        (None, _) if dialled.has_plus => Fault::ContactNumberUnknown,
        (_, None | Some(SINGAPORE)) if !has_singapore_form(digits) => Fault::ContactNumberSingapore,
        _ => Fault::ContactNumberUnknown,
    };
    fault.at(Field::ContactNumber)
}

/// Whether the digits could be a number of Singapore, although its plan does not have it.
fn has_singapore_form(digits: &str) -> bool {
    let local = digits.strip_prefix(ContactNumber::HOME_CODE).filter(|rest| rest.len() == 8).unwrap_or(digits);
    local.len() == 8 && local.starts_with(['3', '6', '8', '9'])
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

    use super::*;
    use crate::batch::MAX_TEXT;

    fn read(code: &str, number: &str) -> Result<String, FieldFault> {
        ContactNumber::parse_parts(code, number).map(String::from)
    }

    #[test]
    fn a_text_of_many_digits_is_refused_at_once() {
        let begun = Instant::now();
        for code in ["", "65"] {
            for digits in ["65", "9", "00", "1-"] {
                let text = format!("{}1", digits.repeat(MAX_TEXT / digits.len() - 1));
                assert!(read(code, &text).is_err() && read(code, &format!("+{text}")).is_err(), "{digits}");
            }
        }
        // It takes a few milliseconds. A list may have ten thousand such texts.
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    }

    #[test]
    fn one_number_is_read_from_every_way_of_writing_it() {
        for (code, number) in [
            ("65", "91234567"),
            ("+65", "9123 4567"),
            ("", "91234567"),
            ("", "6591234567"),
            ("65", "6591234567"),
            ("", "+65 9123-4567"),
            ("65", "+65 9123-4567"),
            ("", "(65)91234567"),
            ("65", "'91234567"),
            ("", "\u{ff19}\u{ff11}\u{ff12}\u{ff13}\u{ff14}\u{ff15}\u{ff16}\u{ff17}"),
            ("0065", "9123\u{a0}4567"),
            ("", "006591234567"),
            ("+ 65", "(+65) 9123.4567"),
            ("\u{ff0b}\u{ff16}\u{ff15}", "9123\u{2013}4567"),
            ("65", "\u{202a}+65 9123 4567\u{202c}"),
            ("65", "\u{202d}9123\u{200b}4567\u{202c}"),
            ("", "65-9123 4567"),
            ("65", "91234567.0"),
            ("", "tel:+65-9123-4567"),
            ("65", "+65 65 9123 4567"),
            ("65", "65 65 9123 4567"),
            ("65", "+65 (0)9123 4567"),
            ("N/A", "9123 4567"),
            ("Singapore", "91234567"),
            ("+65 (SG)", "+65 9123 4567"),
        ] {
            assert_eq!(read(code, number).as_deref(), Ok("+6591234567"), "{code} {number}");
        }
    }

    #[test]
    fn numbers_of_other_countries_are_read_by_their_plans() {
        for (code, number, full) in [
            ("44", "20 7946 0000", "+442079460000"),
            ("44", "020 7946 0000", "+442079460000"),
            ("44", "+44 (0)20 7946 0000", "+442079460000"),
            ("852", "21234567", "+85221234567"),
            ("", "65123456", "+6565123456"),
            ("", "+1 (415) 555-0100", "+14155550100"),
            ("1", "1 415 555 0100", "+14155550100"),
            ("60", "0123456789", "+60123456789"),
            ("60", "012-345 6789", "+60123456789"),
            ("", "+60 (0)12-345 6789", "+60123456789"),
            ("Malaysia (60)", "+60123456789", "+60123456789"),
            ("60", "60123456789", "+60123456789"),
            ("60", "60 012 345 6789", "+60123456789"),
            ("60", "+60 60123456789", "+60123456789"),
            ("", "+60 60123456789", "+60123456789"),
            ("62", "0812 3456 7890", "+6281234567890"),
            ("91", "09876543210", "+919876543210"),
            ("39", "06 1234 5678", "+390612345678"),
            ("", "+39 (0)6 1234 5678", "+390612345678"),
            ("7", "8 (495) 123-45-67", "+74951234567"),
            ("800", "12345678", "+80012345678"),
        ] {
            assert_eq!(read(code, number).as_deref(), Ok(full), "{code} {number}");
        }
    }

    #[test]
    fn a_call_abroad_is_dialled_from_singapore() {
        for (number, full) in [
            ("001 65 9123 4578", "+6591234578"),
            ("002 65 9123 4578", "+6591234578"),
            ("008-65-9123 4578", "+6591234578"),
            ("018 65 9234 5678", "+6592345678"),
            ("019 65 9123 4578", "+6591234578"),
            ("001+65 9123 4578", "+6591234578"),
            ("001 65 9234 5678", "+6592345678"),
            ("001 60 12 345 6789", "+60123456789"),
            ("00852 2123 4567", "+85221234567"),
            ("00 1 659 234 5678", "+16592345678"),
            ("0081 90 1234 5678", "+819012345678"),
        ] {
            assert_eq!(read("", number).as_deref(), Ok(full), "{number}");
        }
        for ambiguous in ["0016592345678", "001 659 234 5678", "00819012345678"] {
            assert_eq!(read("", ambiguous), Err(Fault::ContactNumberAmbiguous.at(Field::ContactNumber)), "{ambiguous}");
        }
        assert_eq!(read("65", "0016592345678").as_deref(), Ok("+6592345678"), "the column decides");
    }

    #[test]
    fn what_is_not_one_number_is_refused_at_the_field_to_fix() {
        let number = |fault: Fault| fault.at(Field::ContactNumber);
        for (code, typed, fault) in [
            ("65", "+6591234567 / 98765432", number(Fault::ContactNumberSyntax)),
            ("65", "n/a", number(Fault::ContactNumberSyntax)),
            ("65", "", number(Fault::Required)),
            ("65", "\u{202a} ", number(Fault::Required)),
            ("65", "51234567", number(Fault::ContactNumberSingapore)),
            ("65", "9123456", number(Fault::ContactNumberSingapore)),
            ("65", "995", number(Fault::ContactNumberSingapore)),
            ("65", "99912345", number(Fault::ContactNumberUnknown)),
            ("", "+65 9991 2345", number(Fault::ContactNumberUnknown)),
            ("", "999", number(Fault::ContactNumberSingapore)),
            ("", "0123456789", number(Fault::ContactNumberSingapore)),
            ("", "60123456789", number(Fault::ContactNumberSingapore)),
            ("", "91234567 98765432", number(Fault::ContactNumberSingapore)),
            ("65", "091234567", number(Fault::ContactNumberSingapore)),
            ("65", "1800 123 4567", number(Fault::ContactNumberSingapore)),
            ("", "1234567890", number(Fault::ContactNumberSingapore)),
            ("", "+65 12345678", number(Fault::ContactNumberSingapore)),
            ("60", "91234567.5", number(Fault::ContactNumberSyntax)),
            ("60", "-123456789", number(Fault::ContactNumberSyntax)),
            ("44", "0207 946 0000 ext 12", number(Fault::ContactNumberSyntax)),
            ("1", "23456", number(Fault::ContactNumberUnknown)),
            ("1", "234567890123456", number(Fault::ContactNumberUnknown)),
            ("44", "1234567890123456", number(Fault::ContactNumberUnknown)),
            ("60", "999", number(Fault::ContactNumberUnknown)),
            ("", "+60 1", number(Fault::ContactNumberUnknown)),
            ("", "+0123456789", number(Fault::ContactNumberUnknown)),
            ("", "+999 12345678", number(Fault::ContactNumberUnknown)),
            ("Atlantis", "91234567", Fault::CountryCodeSyntax.at(Field::CountryCode)),
            ("6565", "91234567", Fault::CountryCodeSyntax.at(Field::CountryCode)),
            ("065", "91234567", Fault::CountryCodeSyntax.at(Field::CountryCode)),
            ("999", "91234567", Fault::CountryCodeUnknown.at(Field::CountryCode)),
        ] {
            assert_eq!(read(code, typed), Err(fault), "{code} {typed}");
        }
    }

    #[test]
    fn codes_that_disagree_are_both_named() {
        for (code, typed, number, column) in [
            ("60", "+6591234567", 65, 60),
            ("44", "+6591234567", 65, 44),
            ("65", "+60123456789", 60, 65),
            ("Malaysia", "6591234567", 65, 60),
            ("65", "0060123456789", 60, 65),
            ("60", "+65 12", 65, 60),
        ] {
            let measure = Some(Measure::Codes { number, column });
            let fault = FieldFault { measure, ..Fault::ContactNumberOtherCode.at(Field::ContactNumber) };
            assert_eq!(read(code, typed), Err(fault), "{code} {typed}");
        }
    }

    #[test]
    fn a_stored_number_is_read_whatever_the_plan_says_today() {
        let stored = |text: &str| serde_json::from_value::<ContactNumber>(text.into()).map(String::from).ok();
        for text in ["+6591234567", "+600123456789", "+1234567", "+123456789012345"] {
            assert_eq!(stored(text).as_deref(), Some(text));
        }
        for text in ["91234567", "+123456", "+1234567890123456", "+0123456789", "+65 91234567", ""] {
            assert_eq!(stored(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_number_is_one_of_its_plan_and_reads_back_from_its_own_form(
            code in "(65|60|1|44|81|39|7||[0-9+]{0,4})", number in "(001|00|0|\\+|)[0-9 ()+.-]{0,18}"
        ) {
            if let Ok(parsed) = ContactNumber::parse_parts(&code, &number) {
                let digits = parsed.as_str().trim_start_matches('+');
                prop_assert_eq!(valid(digits).map(|number| number.text), Some(parsed.as_str().to_owned()));
                prop_assert!(ContactNumber::parse(parsed.as_str()) == Ok(parsed.clone()));
                prop_assert!(ContactNumber::parse_parts(&code, parsed.as_str()) == Ok(parsed));
            }
        }

        #[test]
        fn the_eight_digits_of_a_singapore_number_are_never_changed(local in "[3689][0-9]{7}") {
            let read = ContactNumber::parse(&local);
            let kept = format!("+65{}", local);
            prop_assert!(read.is_err() || read.is_ok_and(|number| number.as_str() == kept));
        }

        #[test]
        fn no_text_makes_it_panic(code in any::<String>(), number in any::<String>()) {
            let _ = ContactNumber::parse_parts(&code, &number);
        }
    }
}

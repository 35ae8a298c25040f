//! Telephone numbers.

use crate::fields::{Fault, Field, FieldFault, text};

text_field! {
    /// A telephone number in the form of E.164: `+6591234567`, 7 to 15 digits.
    ContactNumber
}

impl ContactNumber {
    /// The longest number of E.164 in digits, with its country code.
    const MAX_DIGITS: usize = 15;
    const MIN_DIGITS: usize = 7;

    /// Reads the two columns of the template. The country code may be blank: then it is at the start of the number, as
    /// `+65…` or `0065…`, or it is Singapore's.
    ///
    /// # Errors
    ///
    /// One fault, at the field that has to be fixed.
    pub fn parse_parts(country_code: &str, number: &str) -> Result<Self, FieldFault> {
        let code = digits(country_code, "+").ok_or(Fault::CountryCodeSyntax.at(Field::CountryCode))?;
        let code = code.strip_prefix("00").unwrap_or(&code);
        if code.len() > 3 || code.starts_with('0') {
            return Err(Fault::CountryCodeSyntax.at(Field::CountryCode));
        }
        if text::trim(number).is_empty() {
            return Err(Fault::Required.at(Field::ContactNumber));
        }
        let syntax = Fault::ContactNumberSyntax.at(Field::ContactNumber);
        let digits = digits(number, "+()-. '").ok_or(syntax)?;
        let written = text::trim(number).trim_start_matches(['\'', '(']);
        let international =
            written.starts_with(['+', '\u{ff0b}']).then_some(digits.as_str()).or_else(|| digits.strip_prefix("00"));
        let full = match (international, code) {
            (Some(full), "") => full.to_owned(),
            (Some(full), code) if full.starts_with(code) => full.to_owned(),
            (Some(_), _) => return Err(syntax),
            (None, "" | "65") if digits.len() == 10 && digits.starts_with("65") => digits,
            (None, "") => format!("65{digits}"),
            (None, code) => format!("{code}{digits}"),
        };
        match full.strip_prefix("65") {
            Some(local) if local.len() != 8 || !local.starts_with(['3', '6', '8', '9']) => {
                Err(Fault::ContactNumberSingapore.at(Field::ContactNumber))
            }
            _ if full.starts_with('0') || !(Self::MIN_DIGITS..=Self::MAX_DIGITS).contains(&full.len()) => Err(syntax),
            _ => Ok(Self(format!("+{full}"))),
        }
    }

    /// Reads a number in the form of E.164.
    ///
    /// # Errors
    ///
    /// The most specific fault.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        Self::parse_parts("", text).map_err(|fault| fault.fault)
    }
}

/// The ASCII digits of `text` without its separators. `None`: the text has any other character.
///
/// Full-width digits and signs, which East Asian keyboards type, count as ASCII ones.
fn digits(text: &str, separators: &str) -> Option<String> {
    text::trim(text)
        .chars()
        .map(|c| match c {
            '\u{ff10}'..='\u{ff19}' => char::from(b'0' + u8::try_from(u32::from(c) - 0xff10).unwrap_or(0)),
            '\u{ff0b}' => '+',
            '\u{a0}' | '\u{3000}' | '\u{202f}' => ' ',
            '\u{2010}'..='\u{2014}' | '\u{2212}' | '\u{ff0d}' => '-',
            other => other,
        })
        .filter(|c| !separators.contains(*c) && *c != ' ')
        .map(|c| c.is_ascii_digit().then_some(c))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert, proptest};

    use super::*;

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
        ] {
            let parsed = ContactNumber::parse_parts(code, number).map(String::from);
            assert_eq!(parsed.as_deref(), Ok("+6591234567"), "{code} {number}");
        }
        for (code, number, full) in [
            ("44", "20 7946 0000", "+442079460000"),
            ("852", "21234567", "+85221234567"),
            ("", "65123456", "+6565123456"),
            ("", "00852 2123 4567", "+85221234567"),
            ("1", "234567", "+1234567"),
            ("1", "23456789012345", "+123456789012345"),
        ] {
            assert_eq!(ContactNumber::parse_parts(code, number).map(String::from).as_deref(), Ok(full), "{number}");
        }
    }

    #[test]
    fn what_is_not_one_number_is_refused_at_the_field_to_fix() {
        for (code, number, fault) in [
            ("65", "+6591234567 / 98765432", Fault::ContactNumberSyntax.at(Field::ContactNumber)),
            ("65", "n/a", Fault::ContactNumberSyntax.at(Field::ContactNumber)),
            ("65", "", Fault::Required.at(Field::ContactNumber)),
            ("65", "51234567", Fault::ContactNumberSingapore.at(Field::ContactNumber)),
            ("65", "9123456", Fault::ContactNumberSingapore.at(Field::ContactNumber)),
            ("44", "+6591234567", Fault::ContactNumberSyntax.at(Field::ContactNumber)),
            ("Singapore", "91234567", Fault::CountryCodeSyntax.at(Field::CountryCode)),
            ("6565", "91234567", Fault::CountryCodeSyntax.at(Field::CountryCode)),
            ("065", "91234567", Fault::CountryCodeSyntax.at(Field::CountryCode)),
            ("1", "23456", Fault::ContactNumberSyntax.at(Field::ContactNumber)),
            ("1", "234567890123456", Fault::ContactNumberSyntax.at(Field::ContactNumber)),
            ("", "+0123456789", Fault::ContactNumberSyntax.at(Field::ContactNumber)),
            ("", "1234567890", Fault::ContactNumberSingapore.at(Field::ContactNumber)),
        ] {
            assert_eq!(ContactNumber::parse_parts(code, number), Err(fault), "{code} {number}");
        }
    }

    proptest! {
        #[test]
        fn a_number_reads_back_from_its_own_form(code in "[0-9+]{0,4}", number in "[0-9 ()+-]{0,18}") {
            if let Ok(parsed) = ContactNumber::parse_parts(&code, &number) {
                prop_assert!(ContactNumber::parse(parsed.as_str()) == Ok(parsed));
            }
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = ContactNumber::parse_parts(&text, &text);
        }
    }
}

//! The column with the country code, in which people also write the country.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use super::{
    dialled::whole,
    numbering::{code_of_region, is_country_code},
};
use crate::fields::{Fault, blank::is_blank, text};

/// A line for each region of ISO 3166 that has a country code: its two letters, its three letters, and its names in
/// English, in lower case without spaces and marks. The names are those of CLDR 47 and ISO 3166, and others in use.
const REGIONS: &str = include_str!("countries.txt");

/// Reads a country code such as `65`, `+65`, `0065`, `+65 (SG)`, `Singapore` or `Malaysia (60)`. `None`: the text is
/// blank.
///
/// # Errors
///
/// The text is no code and no country, or no country has the code, or the two differ.
pub(super) fn read(text: &str) -> Result<Option<u16>, Fault> {
    if is_blank(text) {
        return Ok(None);
    }
    let plain: String = text::plain(text).chars().filter(|c| !text::is_override(*c)).collect();
    let plain = whole(text::trim(&plain));
    let mut numbers = plain.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty());
    let (number, second) = (numbers.next(), numbers.next());
    let country = country(plain);
    let is_one = second.is_none() && plain.chars().all(|c| c.is_alphanumeric() || is_combining_mark(c) || is_sign(c));
    match (number, country) {
        (None, Some(Ok(code))) if is_one => Ok(Some(code)),
        (Some(digits), None) if is_one => code_of(digits).map(Some),
        (Some(digits), Some(Ok(code))) if is_one && code_of(digits) == Ok(code) => Ok(Some(code)),
        _ => Err(Fault::CountryCodeSyntax),
    }
}

fn is_sign(c: char) -> bool {
    c.is_whitespace() || text::is_dash(c) || text::is_apostrophe(c) || "+()[]/,.:;|&".contains(c)
}

fn code_of(digits: &str) -> Result<u16, Fault> {
    let digits = digits.strip_prefix("00").unwrap_or(digits);
    if digits.is_empty() || digits.len() > 3 || digits.starts_with('0') {
        return Err(Fault::CountryCodeSyntax);
    }
    let code = digits.parse().map_err(|_| Fault::CountryCodeSyntax)?;
    if is_country_code(code) { Ok(code) } else { Err(Fault::CountryCodeUnknown) }
}

/// The code of the country in the text. `None`: the text has no letters. An error: no country has this name, or several
/// names have different codes.
fn country(text: &str) -> Option<Result<u16, Fault>> {
    let whole = key(text);
    if whole.is_empty() {
        return None;
    }
    if let Some(code) = code_of_name(&whole) {
        return Some(Ok(code));
    }
    let parts = text.split(|c: char| c.is_ascii_digit() || text::is_dash(c) || "+()[]/,:;|".contains(c));
    let codes: Option<Vec<u16>> =
        parts.map(key).filter(|part| !part.is_empty()).map(|part| code_of_name(&part)).collect();
    let same = codes.filter(|codes| codes.windows(2).all(|two| two.first() == two.last()));
    Some(same.and_then(|codes| codes.first().copied()).ok_or(Fault::CountryCodeSyntax))
}

/// The letters of a name in lower case, without their marks.
fn key(name: &str) -> String {
    let letters = name.nfkd().filter(|c| c.is_alphabetic() || *c == '&').flat_map(char::to_lowercase);
    letters.collect::<String>().replace('&', "and")
}

fn code_of_name(key: &str) -> Option<u16> {
    let line = REGIONS.lines().find(|line| line.split(' ').any(|name| name.eq_ignore_ascii_case(key)))?;
    code_of_region(line.split(' ').next()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_region_has_a_code_and_its_names_are_its_own() {
        let mut names = std::collections::BTreeMap::new();
        for line in REGIONS.lines() {
            let region = line.split(' ').next().unwrap();
            assert!(code_of_region(region).is_some(), "{region}");
            for name in line.split(' ') {
                assert_eq!(key(name), name.to_ascii_lowercase());
                assert_eq!(names.insert(name.to_ascii_lowercase(), region).unwrap_or(region), region, "{name}");
            }
        }
    }

    #[test]
    fn a_code_and_a_country_are_read_in_every_way_of_writing_them() {
        for (text, code) in [
            ("65", 65),
            ("+65", 65),
            ("0065", 65),
            ("+ 65", 65),
            ("(65)", 65),
            ("65.0", 65),
            ("'65", 65),
            ("\u{202a}+65\u{202c}", 65),
            ("\u{ff0b}\u{ff16}\u{ff15}", 65),
            ("SG", 65),
            ("sgp", 65),
            ("Singapore", 65),
            ("S'pore", 65),
            ("+65 (SG)", 65),
            ("SG +65", 65),
            ("Singapore (+65)", 65),
            ("Malaysia (60)", 60),
            ("Malaysia / MY / 60", 60),
            ("60 - Malaysia", 60),
            ("Guinea-Bissau", 245),
            ("C\u{f4}te d\u{2019}Ivoire", 225),
            ("T\u{fc}rkiye", 90),
            ("Hong Kong SAR", 852),
            ("Trinidad & Tobago", 1),
            ("U.K.", 44),
            ("USA", 1),
            ("800", 800),
        ] {
            assert_eq!(read(text), Ok(Some(code)), "{text}");
        }
        for text in ["", " \u{200b}", "-", "N/A", "nil"] {
            assert_eq!(read(text), Ok(None), "{text}");
        }
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for text in ["6x", "1234", "0", "065", "6565", "65 60", "65?", "Atlantis", "SG / MY", "Malaysia (65)", "1-868"]
        {
            assert_eq!(read(text), Err(Fault::CountryCodeSyntax), "{text}");
        }
        for text in ["999", "+210", "0059"] {
            assert_eq!(read(text), Err(Fault::CountryCodeUnknown), "{text}");
        }
    }
}

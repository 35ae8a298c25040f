//! What the plans of numbering say, by the metadata of libphonenumber.
//!
//! This is the only place that knows the library. How its metadata is kept up to date: `docs/adr`, number 52.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, Region};

/// The country code of Singapore.
pub(super) const SINGAPORE: u16 = 65;

/// Characters of a person's number of Singapore: the plus sign, the country code and eight digits. Longer numbers of
/// its plan are of services, such as `1800 123 4567`.
const SINGAPORE_LENGTH: usize = 11;

/// Digits of a number of E.164, with its country code.
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// Digits that the library is asked about at most: those of a number, and a few more for a trunk prefix. It reads every
/// digit of a longer text before it refuses it, and one text can be asked about from each of its digits on.
const MOST_DIGITS: usize = 18;

/// A number that its country's plan of numbering has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Valid {
    pub(super) country_code: u16,
    /// The number in the form of E.164.
    pub(super) text: String,
}

/// The number with these digits, which begin with a country code. A trunk prefix behind the code is left out where the
/// plan has one. `None`: the plan has no such number.
pub(super) fn valid(digits: &str) -> Option<Valid> {
    if digits.starts_with('0') {
        return None;
    }
    let number: PhoneNumber = format!("+{}", within_bound(digits)?).parse().ok()?;
    let country_code = u16::try_from(number.country_code).ok()?;
    let text = number.format_as(PhoneNumberFormat::E164).into_owned();
    let is_whole = DIGITS.contains(&(text.len() - 1)) && (country_code != SINGAPORE || text.len() == SINGAPORE_LENGTH);
    (number.is_valid() && is_whole).then_some(Valid { country_code, text })
}

/// The digits. `None`: they are too many for a number.
fn within_bound(digits: &str) -> Option<&str> {
    (digits.len() <= MOST_DIGITS).then_some(digits)
}

/// Whether a country, or a service of all countries, has the code.
pub(super) fn is_country_code(code: u16) -> bool {
    PHONE_NUMBER_UTIL.get_supported_calling_codes().any(|known| known == i32::from(code))
}

/// The country code at the start of the digits. No code is the start of another.
pub(super) fn country_code_of(digits: &str) -> Option<u16> {
    (1..=3).filter_map(|length| digits.get(..length)?.parse().ok()).find(|code| is_country_code(*code))
}

/// The country code of a region of ISO 3166, such as `SG`.
pub(super) fn code_of_region(region: &str) -> Option<u16> {
    let region: Region = region.parse().ok()?;
    u16::try_from(PHONE_NUMBER_UTIL.get_country_code_for_region(region)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_digits_are_looked_up_than_a_number_and_its_trunk_prefix_have() {
        for (count, is_within) in [(1, true), (18, true), (19, false), (2_000, false)] {
            assert_eq!(within_bound(&"6".repeat(count)).is_some(), is_within, "{count}");
        }
    }
}

//! The digits of a number as it was written.

use crate::fields::text;

/// A number as it was written, before a plan of numbering is asked.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Dialled {
    /// Whether it begins with a plus sign, so that a country code follows.
    pub(super) has_plus: bool,
    /// Its digits, without and with the zero of a trunk prefix in brackets, as in `+60 (0)12-345 6789`.
    pub(super) readings: Vec<String>,
    /// How many digits are before each gap.
    pub(super) gaps: Vec<usize>,
}

impl Dialled {
    /// `None`: the text is not one number of digits and separators. Decimals and negative numbers are none.
    pub(super) fn parse(typed: &str) -> Option<Self> {
        let plain: String = text::plain(typed).chars().filter(|c| !text::is_override(*c)).map(separator).collect();
        let text = strip(&plain);
        if text.starts_with('-') || is_decimal(text) {
            return None;
        }
        let (text, has_plus) = behind_plus(text)?;
        let kept: String = text.chars().filter(|c| !"()'".contains(*c)).collect();
        let without_zero = text.replace("(0)", "");
        let digits: String = kept.chars().filter(char::is_ascii_digit).collect();
        let is_number = kept.chars().all(|c| c.is_ascii_digit() || " -.".contains(c));
        if !is_number || digits.is_empty() || !kept.ends_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let mut readings = vec![without_zero.chars().filter(char::is_ascii_digit).collect(), digits];
        readings.dedup();
        Some(Self { has_plus, readings, gaps: gaps(text) })
    }
}

/// The text of a whole number with decimals that are zero, such as `91234567.0`, without them.
pub(super) fn whole(text: &str) -> &str {
    match text.split_once('.') {
        Some((whole, zeros)) if is_digits(whole) && is_zeros(zeros) => whole,
        _ => text,
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_zeros(text: &str) -> bool {
    (1..=2).contains(&text.len()) && text.bytes().all(|b| b == b'0')
}

/// The text without what is around a number: spaces, an apostrophe that makes a cell a text, `tel:`, and the end of
/// a sentence.
fn strip(plain: &str) -> &str {
    let edge = |c: char| c.is_whitespace() || c.is_control() || "'\"\u{201c}\u{201d}".contains(c);
    let text = plain.trim_matches(edge);
    let text = match text.get(..4) {
        Some(scheme) if scheme.eq_ignore_ascii_case("tel:") => text.get(4..).unwrap_or_default(),
        _ => text,
    };
    whole(text.trim_start().trim_end_matches(|c: char| edge(c) || ".,;".contains(c)))
}

fn separator(c: char) -> char {
    match c {
        _ if text::is_dash(c) => '-',
        _ if text::is_apostrophe(c) => '\'',
        _ if c.is_whitespace() => ' ',
        _ => c,
    }
}

/// Whether it is a number with a fraction: one period between digits, where no one groups the digits of a telephone
/// number, as in `91234567.5`.
fn is_decimal(text: &str) -> bool {
    text.split_once('.').is_some_and(|(whole, fraction)| {
        is_digits(whole) && is_digits(fraction) && (whole.len() > 6 || fraction.len() < 4)
    })
}

/// The text behind the plus sign. The digits of a call abroad may be before it, as in `001 +65 9123 4567`. `None`: a
/// plus sign is elsewhere.
fn behind_plus(text: &str) -> Option<(&str, bool)> {
    let Some((before, after)) = text.split_once('+') else {
        return Some((text, false));
    };
    let before: String = before.chars().filter(char::is_ascii_digit).collect();
    let is_first = before.is_empty() || before == "00" || is_abroad(&before);
    let is_bare =
        text.split('+').next().is_some_and(|start| start.chars().all(|c| c.is_ascii_digit() || "( ".contains(c)));
    (is_first && is_bare && !after.contains('+')).then_some((after, true))
}

/// Whether these are the digits of a call abroad from Singapore, such as `001` or `018`: the international prefix of
/// libphonenumber's metadata.
pub(super) fn is_abroad(digits: &str) -> bool {
    matches!(digits.as_bytes(), [b'0', b'0'..=b'3', b'0'..=b'9'])
}

fn gaps(text: &str) -> Vec<usize> {
    let mut gaps = Vec::new();
    let mut digits = 0;
    for c in text.chars() {
        if c.is_ascii_digit() {
            digits += 1;
        } else if digits > 0 && gaps.last() != Some(&digits) {
            gaps.push(digits);
        }
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readings(text: &str) -> Option<(bool, Vec<String>)> {
        Dialled::parse(text).map(|dialled| (dialled.has_plus, dialled.readings))
    }

    #[test]
    fn digits_are_read_from_between_separators() {
        for (text, has_plus, digits) in [
            ("9123 4567", false, &["91234567"][..]),
            ("+65 9123-4567", true, &["6591234567"]),
            ("(+65) 9123.4567", true, &["6591234567"]),
            ("'91234567", false, &["91234567"]),
            ("tel:+6591234567", true, &["6591234567"]),
            ("91234567.0", false, &["91234567"]),
            ("9123 4567.", false, &["91234567"]),
            ("001+65 9123 4567", true, &["6591234567"]),
            ("+60 (0)12", true, &["6012", "60012"]),
            ("01.23.45.67.89", false, &["0123456789"]),
        ] {
            let digits: Vec<String> = digits.iter().map(|text| (*text).to_owned()).collect();
            assert_eq!(readings(text), Some((has_plus, digits)), "{text}");
        }
        assert_eq!(Dialled::parse("001 65-9123 4567").unwrap().gaps, [3, 5, 9]);
    }

    #[test]
    fn what_is_not_one_number_is_none() {
        for text in [
            "",
            "n/a",
            "-91234567",
            "\u{2212}91234567",
            "91234567.5",
            "91234567.25",
            "9123.5",
            "9.1234567E7",
            "91234567 / 98765432",
            "91234567, 98765432",
            "91234567 or 98765432",
            "6123 4567 ext 12",
            "61234567x12",
            "61234567#12",
            "++6591234567",
            "65+91234567",
            "+65+91234567",
            "9123 4567-",
            "HP 91234567",
            "91,234,567",
        ] {
            assert_eq!(Dialled::parse(text), None, "{text}");
        }
    }
}

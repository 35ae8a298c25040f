//! What a cell of a text says. A text has no types, so a number is a text, with its zeros and its plus sign.

use std::borrow::Cow;

use crate::guard::CellValue;

/// The value of a cell. `None`: it is blank.
pub(super) fn value(text: &str) -> Option<CellValue<'_>> {
    if let Some(formula) = text.strip_prefix('=') {
        return match quoted(formula) {
            Some(text) if text.is_empty() => None,
            Some(text) => Some(CellValue::Text(text)),
            None => Some(CellValue::Formula),
        };
    }
    let plain = text.trim_matches([' ', '\t']);
    Some(if is_error(plain) {
        CellValue::Error
    } else if has_lost_digits(plain) {
        CellValue::LostDigits
    } else if let Some(number) = whole_float(plain) {
        CellValue::Number(number)
    } else if text.is_empty() {
        return None;
    } else {
        CellValue::Text(Cow::Borrowed(text))
    })
}

/// The text of `="0123"`, with which programs keep Excel from taking a text for a number. `None`: it is a real formula.
fn quoted(formula: &str) -> Option<Cow<'_, str>> {
    let inside = formula.trim_end_matches(' ').strip_prefix('"')?.strip_suffix('"')?;
    if !inside.contains('"') {
        return Some(Cow::Borrowed(inside));
    }
    let single = inside.replace("\"\"", "");
    if single.contains('"') { None } else { Some(Cow::Owned(inside.replace("\"\"", "\""))) }
}

/// Whether a cell shows what Excel and LibreOffice show of an error, or of a number in a column that is too narrow.
fn is_error(plain: &str) -> bool {
    const ERRORS: [&str; 15] = [
        "#N/A",
        "#VALUE!",
        "#REF!",
        "#DIV/0!",
        "#NUM!",
        "#NAME?",
        "#NULL!",
        "#SPILL!",
        "#CALC!",
        "#FIELD!",
        "#BLOCKED!",
        "#CONNECT!",
        "#GETTING_DATA",
        "#UNKNOWN!",
        "#BUSY!",
    ];
    let is_too_narrow = plain.len() > 2 && plain.bytes().all(|byte| byte == b'#');
    is_too_narrow || plain.starts_with('#') && ERRORS.contains(&plain)
}

/// Whether a number has an exponent, as `9.12E+07` has: the digits behind the last one shown are lost.
fn has_lost_digits(plain: &str) -> bool {
    let Some((mantissa, exponent)) = plain.split_once(['E', 'e']) else {
        return false;
    };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
    let (whole, decimals) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, "0"));
    let digits = exponent.strip_prefix(['-', '+']).unwrap_or_default();
    whole.len() == 1 && is_digits(whole) && is_digits(decimals) && is_digits(digits) && digits.len() >= 2
}

/// The number of `91234567.0`, as programs write a whole number of a column with blanks. As a text, its point would
/// separate digits, and the zero would be one more.
fn whole_float(plain: &str) -> Option<f64> {
    /// Digits that a floating-point number never loses.
    const SAFE_DIGITS: usize = 15;
    let whole = plain.strip_suffix(".0")?;
    let is_whole = whole.len() <= SAFE_DIGITS && whole.bytes().all(|byte| byte.is_ascii_digit());
    if is_whole && !whole.starts_with('0') { whole.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Option<CellValue<'_>> {
        Some(CellValue::Text(Cow::Borrowed(text)))
    }

    #[test]
    fn numbers_stay_the_texts_that_they_are() {
        for plain in [
            "0123",
            "+6591234567",
            "-",
            "- 5",
            "65",
            "9123 4567",
            "9123.4567",
            "0.0",
            "007.0",
            "1234567890123456.0",
            "1E5",
            "E+07",
            "12.5E+07",
            "9.12E+7",
            "9.E+07",
            "N/A",
            "#",
            "##",
            "#1",
            "# N/A",
            " ",
            "@sum",
            "TRUE",
        ] {
            assert_eq!(value(plain), text(plain), "{plain}");
        }
    }

    #[test]
    fn a_number_that_lost_digits_is_no_text() {
        for plain in ["9.12E+07", "6.59123E+15", "1E+10", "-2.5E-07", "9,12E+07", " 9.12E+07 ", "1e+16", "6.5e+100"] {
            assert_eq!(value(plain), Some(CellValue::LostDigits), "{plain}");
        }
    }

    #[test]
    fn a_whole_number_with_a_decimal_zero_is_that_number() {
        assert_eq!(value("91234567.0"), Some(CellValue::Number(91_234_567.0)));
        assert_eq!(value("65.0"), Some(CellValue::Number(65.0)));
        assert_eq!(value(" 999999999999999.0"), Some(CellValue::Number(999_999_999_999_999.0)));
    }

    #[test]
    fn a_quoted_text_behind_an_equals_sign_is_that_text() {
        for (written, read) in [("=\"0123\"", "0123"), ("=\"a \"\"b\"\"\"", "a \"b\""), ("=\"+65\" ", "+65")] {
            assert_eq!(value(written), text(read), "{written}");
        }
        assert_eq!(value("=\"\""), None);
    }

    #[test]
    fn every_other_equals_sign_begins_a_formula() {
        for written in
            ["=", "=A1", "=\"a\"&\"b\"", "=\"", "=\"a", "=HYPERLINK(\"mailto:a@b.sg\")", "=1+1", "=\"a\"b\"", "=-1"]
        {
            assert_eq!(value(written), Some(CellValue::Formula), "{written}");
        }
    }

    #[test]
    fn errors_are_those_that_programs_show() {
        for plain in ["#N/A", "#REF!", "#DIV/0!", "#SPILL!", " #NAME? ", "###", "########"] {
            assert_eq!(value(plain), Some(CellValue::Error), "{plain}");
        }
        assert_eq!(value(""), None);
    }
}

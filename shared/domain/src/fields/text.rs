//! What a text field may hold: no control characters, no invisible characters, one Unicode form.

use unicode_normalization::UnicodeNormalization;

use crate::Fault;

/// Trims white space and invisible characters at both ends, which often come with pasted text.
#[must_use]
pub fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c) || c.is_control())
}

/// Reads a text of at most `max` characters: trimmed, in NFC, with each run of white space replaced by one space.
///
/// `Ok(None)`: the text is blank.
///
/// # Errors
///
/// A control, bidirectional or invisible character inside, an identity number, or too many characters.
pub fn parse(text: &str, max: usize) -> Result<Option<String>, Fault> {
    let trimmed = trim(text);
    if trimmed.is_empty() {
        return Ok(None);
    }
    if trimmed.chars().any(|c| (c.is_control() && !matches!(c, '\n' | '\r' | '\t')) || is_bidi(c) || is_lost(c)) {
        return Err(Fault::ControlCharacter);
    }
    if trimmed.chars().any(is_invisible) {
        return Err(Fault::InvisibleCharacter);
    }
    let mut clean = String::with_capacity(trimmed.len());
    for word in trimmed.split_whitespace() {
        if !clean.is_empty() {
            clean.push(' ');
        }
        clean.extend(word.nfc());
    }
    if clean.chars().count() > max {
        return Err(Fault::TooLong);
    }
    if holds_identity_number(&clean) {
        return Err(Fault::IdentityNumber);
    }
    Ok(Some(clean))
}

/// Characters without a visible form: zero-width ones, the byte order mark, soft hyphens, fillers and tags.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180E}'
        | '\u{200B}'..='\u{200D}' | '\u{2060}'..='\u{2064}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

fn is_bidi(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Whether a character is none: a noncharacter, or the one in the place of a character that a program could not read.
fn is_lost(c: char) -> bool {
    matches!(c, '\u{FFFD}' | '\u{FDD0}'..='\u{FDEF}') || u32::from(c) & 0xFFFE == 0xFFFE
}

/// Whether a word is an NRIC or FIN with a correct check letter, which this service must not collect.
///
/// The check letters are those of the published NRIC algorithm. Series M (from 2022) has an offset and letters of its
/// own.
fn holds_identity_number(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric()).any(is_identity_number)
}

fn is_identity_number(word: &str) -> bool {
    let upper = word.to_ascii_uppercase();
    let [series, digits @ .., check] = upper.as_bytes() else {
        return false;
    };
    if digits.len() != 7 || !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let (offset, letters) = match series {
        b'S' => (0, b"JZIHGFEDCBA"),
        b'T' => (4, b"JZIHGFEDCBA"),
        b'F' => (0, b"XWUTRQPNMLK"),
        b'G' => (4, b"XWUTRQPNMLK"),
        b'M' => (3, b"XWUTRQPNJLK"),
        _ => return false,
    };
    let weighted: usize =
        digits.iter().zip([2, 7, 6, 5, 4, 3, 2]).map(|(digit, weight)| usize::from(digit - b'0') * weight).sum();
    letters.get((weighted + offset) % 11) == Some(check)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_trimmed_and_put_in_one_form() {
        assert_eq!(parse("\u{feff} Jose\u{301}\u{a0} Tan\n", 64), Ok(Some("Jos\u{e9} Tan".to_owned())));
        assert_eq!(parse(" \u{200b}\t", 64), Ok(None));
        assert_eq!(parse(&"x".repeat(65), 64), Err(Fault::TooLong));
        assert_eq!(parse(&"\u{674e}".repeat(64), 64).unwrap().unwrap().chars().count(), 64);
    }

    #[test]
    fn hidden_characters_inside_are_named() {
        assert_eq!(parse("Tan\u{200b}Ah", 64), Err(Fault::InvisibleCharacter));
        assert_eq!(parse("Tan\u{202e}Ah", 64), Err(Fault::ControlCharacter));
        assert_eq!(parse("Tan\u{0}Ah", 64), Err(Fault::ControlCharacter));
        for lost in ['\u{fffd}', '\u{fdd0}', '\u{fdef}', '\u{fffe}', '\u{1ffff}', '\u{10fffe}'] {
            assert_eq!(parse(&format!("Tan{lost}Ah"), 64), Err(Fault::ControlCharacter), "{lost:?}");
        }
    }

    #[test]
    fn identity_numbers_are_recognised_by_their_check_letter() {
        // Computed with the published algorithm for the digits 1234567, 0000001 and similar ones; not taken from a
        // person.
        for text in [
            "see S1234567D",
            "see s1234567d.",
            "(T1234567J)",
            "F1234567N/G1234567X",
            "S0000001I",
            "T0000001E",
            "F0000001U",
            "G0000001P",
            "S9999999C",
            "M1234567K",
            "M5012345J",
            "M0000008J",
        ] {
            assert_eq!(parse(text, 64), Err(Fault::IdentityNumber), "{text}");
        }
        for text in
            ["part S1234567A", "T1234567D", "F1234567D", "M1234567X", "S12345678D", "S123456D", "A1234567D", "1234567"]
        {
            assert_eq!(parse(text, 64), Ok(Some(text.to_owned())), "{text}");
        }
    }
}

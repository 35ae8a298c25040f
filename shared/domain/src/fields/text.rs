//! What a text field may hold: no control characters, no hidden characters but those that a script needs, one Unicode
//! form.

use unicode_normalization::{UnicodeNormalization, char::canonical_combining_class};

use crate::Fault;

/// Trims white space and hidden characters at both ends, which often come with pasted text. A directional override is
/// kept: it changes how the rest of the text looks.
#[must_use]
pub fn trim(text: &str) -> &str {
    text.trim_matches(is_edge)
}

/// Reads a text of at most `max` characters: trimmed, in NFC, without hidden characters, and with each run of white
/// space replaced by one space.
///
/// `Ok(None)`: the text is blank.
///
/// # Errors
///
/// A control character or a directional override inside, an identity number, or too many characters.
pub fn parse(text: &str, max: usize) -> Result<Option<String>, Fault> {
    parse_folded(text, max, |c| c)
}

/// Reads a text as [`parse`] does, with each character replaced by what `fold` makes of it.
///
/// # Errors
///
/// Those of [`parse`].
pub(super) fn parse_folded(text: &str, max: usize, fold: fn(char) -> char) -> Result<Option<String>, Fault> {
    let trimmed = text.trim_matches(|c| is_edge(c) && !is_joiner(c));
    if trimmed.chars().any(|c| (c.is_control() && !matches!(c, '\n' | '\r' | '\t')) || is_override(c) || is_lost(c)) {
        return Err(Fault::ControlCharacter);
    }
    let mut clean = String::with_capacity(trimmed.len());
    for word in without_hidden(trimmed).split_whitespace() {
        if !clean.is_empty() {
            clean.push(' ');
        }
        clean.extend(word.nfc().map(fold).nfc());
    }
    if clean.is_empty() {
        return Ok(None);
    }
    if clean.chars().count() > max {
        return Err(Fault::TooLong);
    }
    if holds_identity_number(&clean) {
        return Err(Fault::IdentityNumber);
    }
    Ok(Some(clean))
}

/// The characters of a text as a limit counts them.
#[must_use]
pub(super) fn length(text: &str) -> usize {
    let clean = without_hidden(trim(text));
    let words: Vec<&str> = clean.split_whitespace().collect();
    words.join(" ").nfc().count()
}

/// A text of a field that is plain ASCII, such as an address or a number: without hidden characters, and with the
/// full-width characters of East Asian keyboards as their plain ones.
pub(crate) fn plain(text: &str) -> String {
    text.chars().filter(|c| !is_invisible(*c) && !is_mark(*c)).map(narrow).collect()
}

/// The plain character that a full-width one is the wide form of; any other character itself.
pub(super) fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => u32::from(c).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    }
}

/// Whether a character is meant as an apostrophe, as keyboards and word processors write it.
pub(crate) fn is_apostrophe(c: char) -> bool {
    matches!(
        c,
        '\'' | '`' | '\u{b4}' | '\u{2b9}' | '\u{2bb}' | '\u{2bc}' | '\u{2bd}' | '\u{2018}'
            ..='\u{201b}' | '\u{2032}' | '\u{2035}' | '\u{55a}' | '\u{5f3}' | '\u{a78b}' | '\u{a78c}' | '\u{ff07}'
    )
}

/// Whether a dash is meant as a hyphen.
pub(crate) fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{58a}' | '\u{5be}' | '\u{2d7}' | '\u{2010}'
            ..='\u{2015}'
                | '\u{2043}'
                | '\u{207b}'
                | '\u{2212}'
                | '\u{2e3a}'
                | '\u{2e3b}'
                | '\u{fe31}'
                | '\u{fe32}'
                | '\u{fe58}'
                | '\u{fe63}'
                | '\u{ff0d}'
    )
}

/// The text without hidden characters. A joiner stays where a script needs it: between two letters, and after the sign
/// that takes a letter's vowel, as a final letter in Malayalam has it.
fn without_hidden(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let before = clean.chars().next_back();
        let is_kept = if is_joiner(c) {
            before.is_some_and(needs_joiners)
                && (before.is_some_and(is_virama) || chars.peek().copied().is_some_and(needs_joiners))
        } else {
            !is_invisible(c) && !is_mark(c)
        };
        if is_kept {
            clean.push(c);
        }
    }
    clean
}

fn is_edge(c: char) -> bool {
    c.is_whitespace() || is_invisible(c) || c.is_control() || is_mark(c) || is_isolate(c)
}

/// Characters without a visible form: zero-width ones, the byte order mark, soft hyphens, fillers and tags.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200D}' | '\u{2060}'..='\u{2064}' | '\u{206A}'..='\u{206F}' | '\u{2800}' | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Zero-width joiner and non-joiner, which some scripts are written with.
pub(super) fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
}

/// Directional marks and embeddings: they come with text of two directions, and change no letter.
pub(crate) fn is_mark(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202C}')
}

fn is_isolate(c: char) -> bool {
    matches!(c, '\u{2066}'..='\u{2069}')
}

/// Characters that show the text inside them in another order than it is stored.
pub(super) fn is_override(c: char) -> bool {
    matches!(c, '\u{202D}' | '\u{202E}') || is_isolate(c)
}

/// Whether a character is of a script that is written with joiners: Arabic and Syriac, the scripts of India, Sinhala,
/// Myanmar, Khmer and Mongolian.
fn needs_joiners(c: char) -> bool {
    matches!(c,
        '\u{0620}'..='\u{08FF}' | '\u{0900}'..='\u{0DFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{18AF}'
        | '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}')
        && !is_invisible(c)
}

/// Whether a mark takes the vowel of the letter before it (canonical combining class 9), as RFC 5892, A.1 asks.
fn is_virama(c: char) -> bool {
    canonical_combining_class(c) == 9
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
    let plain: String = text.chars().map(narrow).collect();
    plain.split(|c: char| !c.is_ascii_alphanumeric()).any(is_identity_number)
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
    fn hidden_characters_are_dropped_and_overrides_refused() {
        for text in [
            "Tan\u{200b}Ah",
            "Ta\u{ad}nAh",
            "\u{202a}TanAh\u{202c}",
            "\u{2068}TanAh\u{2069}",
            "Tan\u{200d}Ah",
            "\u{200f}TanAh\u{fe0f}",
            "Tan\u{e0041}Ah",
        ] {
            assert_eq!(parse(text, 64), Ok(Some("TanAh".to_owned())), "{text:?}");
        }
        for text in ["Tan\u{202e}Ah", "\u{202d}TanAh", "Tan\u{2066}Ah", "Tan\u{0}Ah", "Tan\u{85}Ah"] {
            assert_eq!(parse(text, 64), Err(Fault::ControlCharacter), "{text:?}");
        }
    }

    #[test]
    fn joiners_are_kept_where_a_script_needs_them() {
        for text in [
            "\u{dc1}\u{dca}\u{200d}\u{dbb}\u{dd3}",
            "\u{d2e}\u{d4b}\u{d39}\u{d28}\u{d4d}\u{200d}",
            "\u{6a9}\u{6cc}\u{627}\u{200c}\u{646}\u{648}\u{634}",
            "\u{915}\u{94d}\u{200d}\u{937}",
            "\u{9b0}\u{200d}\u{9cd}\u{9af}",
        ] {
            assert_eq!(parse(text, 64), Ok(Some(text.to_owned())), "{text:?}");
            let among_others = format!("\u{200d}A\u{200d} {text}\u{200b}");
            assert_eq!(parse(&among_others, 64), Ok(Some(format!("A {text}"))), "{text:?}");
        }
        assert_eq!(parse("\u{646}\u{200c} \u{200d}\u{646}", 64), Ok(Some("\u{646} \u{646}".to_owned())));
        assert_eq!(parse("\u{200d}\u{200c}", 64), Ok(None));
    }

    #[test]
    fn characters_that_were_lost_are_refused() {
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
            "\u{ff33}\u{ff11}234567D",
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

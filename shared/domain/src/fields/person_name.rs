//! First and last names.

use crate::fields::{Fault, Field, text};

text_field! {
    /// A first or last name of 1 to 64 characters as names are written in Singapore: letters of any script, spaces and
    /// `' - . / @ , ( )`, and `·` or `・` between two letters, with at least one letter, in NFC. Its first character is
    /// none that a spreadsheet reads as the start of a formula.
    PersonName, Self::stored
}

impl PersonName {
    /// Reads a name. Quotation marks that stand for an apostrophe become one, as do dashes a hyphen, and full-width
    /// characters plain ones.
    ///
    /// # Errors
    ///
    /// The most specific fault.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        if text.starts_with('\t') && !text::trim(text).is_empty() {
            return Err(Fault::NameStart);
        }
        let name = text::parse_folded(unquoted(text), Field::FirstName.max(), fold)?.ok_or(Fault::Required)?;
        if name.starts_with(['=', '+', '-', '@']) {
            return Err(Fault::NameStart);
        }
        if is_name(&name) { Ok(Self(name)) } else { Err(Fault::NameSyntax) }
    }

    /// A stored name. Earlier releases kept the apostrophe of word processors.
    fn stored(text: &str) -> Result<Self, Fault> {
        let name = text::parse(text, Field::FirstName.max())?.ok_or(Fault::Required)?;
        if is_name(&name.replace('\u{2019}', "'")) { Ok(Self(name)) } else { Err(Fault::NameSyntax) }
    }
}

/// Whether it is at least one letter among the other characters of names.
fn is_name(name: &str) -> bool {
    let allowed = |c: char| is_letter(c) || text::is_joiner(c) || is_interpunct(c) || " '-./@,()".contains(c);
    name.chars().any(char::is_alphabetic) && name.chars().all(allowed) && are_interpuncts_between_letters(name)
}

/// Combining marks without a composed form count as letters: names in Tamil need them.
fn is_letter(c: char) -> bool {
    c.is_alphabetic() || unicode_normalization::char::is_combining_mark(c)
}

/// The dot between the parts of a name, as Catalan, Chinese and Japanese write it.
fn is_interpunct(c: char) -> bool {
    matches!(c, '\u{b7}' | '\u{30fb}')
}

fn are_interpuncts_between_letters(name: &str) -> bool {
    let chars: Vec<char> = name.chars().collect();
    let is_between = |at: usize| {
        let before = at.checked_sub(1).and_then(|before| chars.get(before));
        before.is_some_and(|c| is_letter(*c)) && chars.get(at + 1).is_some_and(|c| is_letter(*c))
    };
    chars.iter().enumerate().all(|(at, c)| !is_interpunct(*c) || is_between(at))
}

/// The one character that is kept of those that mean the same in a name.
fn fold(c: char) -> char {
    match c {
        _ if text::is_apostrophe(c) => '\'',
        _ if text::is_dash(c) => '-',
        '\u{387}' | '\u{2022}' | '\u{2027}' | '\u{2219}' | '\u{22c5}' => '\u{b7}',
        '\u{ff65}' => '\u{30fb}',
        _ => text::narrow(c),
    }
}

/// The text inside of double quotation marks, if it is within them.
fn unquoted(text: &str) -> &str {
    let trimmed = text::trim(text);
    let inside = |open: char, close: char| trimmed.strip_prefix(open)?.strip_suffix(close);
    let marks = [('"', '"'), ('\u{201c}', '\u{201d}'), ('\u{ff02}', '\u{ff02}')];
    marks.into_iter().find_map(|(open, close)| inside(open, close)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert, proptest};

    use super::*;

    #[test]
    fn names_are_accepted_as_singapore_writes_them() {
        for text in [
            "TAN AH KOW @ JOHN",
            "MUTHU S/O RAJU",
            "O'Brien",
            "Nur-Aisyah Bte.",
            "\u{674e}\u{5c0f}\u{9f99}",
            "Jos\u{e9}",
            "X",
            "Lim (Lin)",
            "\u{ba4}\u{bae}\u{bbf}\u{bb4}\u{bcd}",
        ] {
            assert!(PersonName::parse(text).is_ok(), "{text}");
        }
        assert_eq!(PersonName::parse("Jose\u{301}").unwrap().as_str(), "Jos\u{e9}");
        for text in ["\u{1f600}", "R2D2", "<b>", "..", "{{name}}"] {
            assert_eq!(PersonName::parse(text), Err(Fault::NameSyntax), "{text}");
        }
        for text in ["=SUM(A1)", "+Bo", " -Bo", "@Bo", "\tBo", "--"] {
            assert_eq!(PersonName::parse(text), Err(Fault::NameStart), "{text}");
        }
        for text in ["Tan\u{b7}", "\u{b7}Tan", "Tan \u{b7} Ah", "Ta\u{202e}n", "Tan2", "\"Tan", "Tan\u{2026}"] {
            assert!(PersonName::parse(text).is_err(), "{text}");
        }
        assert_eq!(PersonName::parse("\t "), Err(Fault::Required));
        assert_eq!(PersonName::parse("  "), Err(Fault::Required));
        assert_eq!(PersonName::parse(&"a".repeat(65)), Err(Fault::TooLong));
    }

    #[test]
    fn one_spelling_is_kept_of_characters_that_mean_the_same() {
        for (typed, kept) in [
            ("O`Reilly", "O'Reilly"),
            ("O\u{b4}Reilly", "O'Reilly"),
            ("O\u{2019}Reilly", "O'Reilly"),
            ("O\u{2bc}Reilly", "O'Reilly"),
            ("O\u{1fef}Reilly", "O'Reilly"),
            ("Anne\u{2013}Marie", "Anne-Marie"),
            ("Anne\u{2011}Marie", "Anne-Marie"),
            ("Anne\u{2212}Marie", "Anne-Marie"),
            ("Anne\u{ad}Marie", "AnneMarie"),
            ("Col\u{2027}lell", "Col\u{b7}lell"),
            ("Col\u{387}lell", "Col\u{b7}lell"),
            ("Col\u{b7}lell", "Col\u{b7}lell"),
            ("\u{30b8}\u{30e7}\u{30f3}\u{30fb}\u{30b9}", "\u{30b8}\u{30e7}\u{30f3}\u{30fb}\u{30b9}"),
            ("Lim\u{ff08}Lin\u{ff09}", "Lim(Lin)"),
            ("\u{ff34}\u{ff41}\u{ff4e}", "Tan"),
            ("\u{2068}Tan\u{2069}", "Tan"),
            ("\"Mei Ling\"", "Mei Ling"),
            ("\u{dc1}\u{dca}\u{200d}\u{dbb}\u{dd3}", "\u{dc1}\u{dca}\u{200d}\u{dbb}\u{dd3}"),
        ] {
            assert_eq!(PersonName::parse(typed).unwrap().as_str(), kept, "{typed}");
        }
    }

    #[test]
    fn a_stored_name_is_read_as_it_is() {
        let name: PersonName = serde_json::from_value("O\u{2019}Reilly".into()).unwrap();
        assert_eq!(name.as_str(), "O\u{2019}Reilly");
        assert!(serde_json::from_value::<PersonName>("<b>".into()).is_err());
    }

    proptest! {
        #[test]
        fn a_name_reads_back_as_itself(text in "[\\PC\\p{L}\\p{M}'`\u{200d}\u{200c}\u{dca}\u{ff21}\u{b7}-]{1,12}") {
            if let Ok(name) = PersonName::parse(&text) {
                prop_assert!(PersonName::parse(name.as_str()) == Ok(name.clone()));
                prop_assert!(PersonName::stored(name.as_str()) == Ok(name));
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = PersonName::parse(&text);
        }
    }
}

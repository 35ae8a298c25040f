//! First and last names.

use crate::fields::{Fault, Field, text};

text_field! {
    /// A first or last name of 1 to 64 characters as names are written in Singapore: letters of any script, spaces and
    /// `' ’ - . / @ , ( )`, with at least one letter, in NFC. Its first character is none that a spreadsheet reads as
    /// the start of a formula.
    PersonName
}

impl PersonName {
    /// Reads a name.
    ///
    /// # Errors
    ///
    /// The most specific fault.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        if text.starts_with('\t') && !text::trim(text).is_empty() {
            return Err(Fault::NameStart);
        }
        let name = text::parse(text, Field::FirstName.max())?.ok_or(Fault::Required)?;
        if name.starts_with(['=', '+', '-', '@']) {
            return Err(Fault::NameStart);
        }
        // Combining marks without a composed form count as letters: names in Tamil need them.
        let mark = |c: char| unicode_normalization::char::is_combining_mark(c);
        let allowed = |c: char| c.is_alphabetic() || mark(c) || " '\u{2019}-./@,()".contains(c);
        if name.chars().all(allowed) && name.chars().any(char::is_alphabetic) {
            Ok(Self(name))
        } else {
            Err(Fault::NameSyntax)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

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
        assert_eq!(PersonName::parse("\t "), Err(Fault::Required));
        assert_eq!(PersonName::parse("  "), Err(Fault::Required));
        assert_eq!(PersonName::parse(&"a".repeat(65)), Err(Fault::TooLong));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = PersonName::parse(&text);
        }
    }
}

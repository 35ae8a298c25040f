//! The words that people type where nothing is to be said.

use crate::fields::text;

/// Words for nothing, in lower case and without marks. `na` is `N/A`.
const WORDS: [&str; 7] = ["na", "nil", "none", "null", "nul", "notapplicable", "notavailable"];

/// Words for a name that a person does not have.
const NO_NAME: [&str; 8] =
    ["lnu", "fnu", "nolastname", "nofirstname", "nosurname", "nofamilyname", "nogivenname", "noname"];

/// Whether a text says nothing: it is empty, or it is a mark or a word for nothing, such as `-`, `N/A` or `Nil`.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    let key = key(text);
    is_mark(text, &key) || WORDS.contains(&key.as_str())
}

/// Whether a name says that there is none. `Na`, written as a name, is a name: it is a family name of Korea.
pub(super) fn is_blank_name(text: &str) -> bool {
    text::trim(text) != "Na" && (is_blank(text) || NO_NAME.contains(&key(text).as_str()))
}

/// A text without letters, digits and marks that mean something: `-`, `--`, `.`, `/`, `?`.
fn is_mark(text: &str, key: &str) -> bool {
    let is_mark = |c: char| c.is_whitespace() || text::is_dash(c) || "./?*_\u{2026}".contains(c);
    key.is_empty() && text::trim(&text::plain(text)).chars().all(is_mark)
}

/// The letters and digits of a short text in lower case. A long text means something.
fn key(text: &str) -> String {
    const MAX: usize = 24;
    let plain = text::plain(text);
    let key = plain.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
    key.take(MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_words_for_nothing_are_blank() {
        for text in [
            "",
            " ",
            "-",
            "--",
            "\u{2014}",
            ".",
            "...",
            "N/A",
            "n/a",
            "NA",
            "n.a.",
            "N.A",
            "Nil",
            "NIL.",
            "none",
            "(none)",
            "null",
            "Not applicable",
            "\u{ff0d}",
            "\u{ff2e}\u{ff0f}\u{ff21}",
            "\u{200b}-",
        ] {
            assert!(is_blank(text), "{text:?}");
        }
        for text in ["Nile", "A", "0", "No", "=", "+", "@", "N4", "Nana", "\u{674e}"] {
            assert!(!is_blank(text), "{text:?}");
        }
    }

    #[test]
    fn a_name_may_be_blank_in_more_words() {
        for text in ["LNU", "fnu", "No last name", "-", "NA", "na", "N/A", "Nil"] {
            assert!(is_blank_name(text), "{text:?}");
        }
        for text in ["Na", "Lnuk", "\u{ff2e}\u{ff41}n"] {
            assert!(!is_blank_name(text), "{text:?}");
        }
    }
}

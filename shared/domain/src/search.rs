//! Search by words: a text is found however its letters were typed.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::fields::text::{is_apostrophe, is_dash, is_invisible, is_mark};

/// The words that somebody searches for. A text has them when each word is somewhere in it, in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(Vec<String>);

impl Words {
    /// The words of a search. They may be none: white space and quotes alone look for nothing.
    #[must_use]
    pub fn of(search: &str) -> Self {
        Self(folded(search).split_whitespace().map(str::to_owned).collect())
    }

    /// Whether there are no words, so that every text has them.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a [`folded`] text has every word.
    #[must_use]
    pub fn are_in(&self, folded: &str) -> bool {
        self.0.iter().all(|word| folded.contains(word.as_str()))
    }
}

/// A text without what people type differently: case, accents, the width of letters, the kind of dashes, quotes,
/// points between letters, and characters without a form. A text that is folded again stays the same.
#[must_use]
pub fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold_onto(&mut folded, text);
    folded
}

/// Adds the [`folded`] form of `text` to `folded`.
pub fn fold_onto(folded: &mut String, text: &str) {
    if text.is_ascii() {
        folded.extend(text.chars().filter(|c| !is_quote(*c)).map(|c| c.to_ascii_lowercase()));
        return;
    }
    // Some quotes decompose into a space and an accent, so they are dropped first.
    let kept = text.chars().filter(|c| !is_quote(*c) && !is_invisible(*c) && !is_mark(*c));
    let plain = kept.nfkd().filter(|c| !is_combining_mark(*c) && !is_quote(*c) && !is_point(*c));
    for c in plain.flat_map(char::to_lowercase) {
        match letters_of(c) {
            Some(letters) => folded.push_str(letters),
            None if is_combining_mark(c) => {}
            None => folded.push(c),
        }
    }
}

/// Apostrophes, double quotes, primes, and letters that look like one of them.
fn is_quote(c: char) -> bool {
    is_apostrophe(c)
        || matches!(c, '"' | '\u{2B0}'..='\u{2BF}' | '\u{2C8}' | '\u{2CA}' | '\u{2CB}'
            | '\u{201C}'..='\u{201F}' | '\u{2032}'..='\u{2037}' | '\u{FF02}')
}

/// Points between the letters of a name, as in Catalan and in names written in Chinese characters.
fn is_point(c: char) -> bool {
    matches!(c, '\u{B7}' | '\u{387}' | '\u{2022}' | '\u{2027}' | '\u{2219}' | '\u{22C5}' | '\u{30FB}')
}

/// The letters that people type for one that has no accent to take away, and the hyphen for each dash.
fn letters_of(c: char) -> Option<&'static str> {
    Some(match c {
        _ if is_dash(c) => "-",
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ı' => "i",
        'ł' => "l",
        'þ' => "th",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn finds(search: &str, text: &str) -> bool {
        Words::of(search).are_in(&folded(text))
    }

    #[test]
    fn a_letter_that_has_no_accent_to_take_away_is_found_by_what_people_type_for_it() {
        for (typed, text) in [
            ("ossig", "Ößig"),
            ("kaere", "Kære"),
            ("soeur", "Sœur"),
            ("dono", "Ðønø"),
            ("dang", "Đang"),
            ("hamrun", "Ħamrun"),
            ("isil", "Işıl"),
            ("lodz", "Łódź"),
            ("thora", "Þóra"),
        ] {
            assert!(finds(typed, text), "{typed:?} in {text:?}");
        }
    }

    #[test]
    fn a_person_is_found_however_the_name_is_typed() {
        for (search, text) in [
            ("Mei Ling Núñez", "Mei Ling\nNúñez"),
            ("núñez mei ling", "Mei Ling\nNúñez"),
            ("Nunez", "Núñez"),
            ("Núñez", "Nunez"),
            ("Nu\u{301}n\u{303}ez", "Núñez"),
            ("O'Reilly", "O\u{2019}Reilly"),
            ("O\u{2019}Reilly", "O'Reilly"),
            ("O`Reilly", "O'Reilly"),
            ("o\u{b4}reilly", "O'Reilly"),
            ("oreilly", "O'Reilly"),
            ("Anne\u{2013}Marie", "Anne-Marie"),
            ("anne-marie", "Anne\u{2011}Marie"),
            ("Anne\u{2043}Marie", "Anne-Marie"),
            ("O\u{55a}Reilly", "O'Reilly"),
            ("Galla", "Gal\u{b7}la"),
            ("Gal\u{2027}la", "Gal\u{b7}la"),
            ("Ｔａｎ", "Tan"),
            ("tan", "ＴＡＮ"),
            ("strasse", "Straße"),
            ("STRASSE", "straße"),
            ("Lukasz", "Łukasz"),
            ("soren", "SØREN"),
            ("nguyen dang", "Nguyễn Đặng"),
            ("isik", "IŞIK"),
            ("ﬁona", "Fiona"),
            ("李小龙", "李小龙"),
            ("soft", "so\u{ad}ft"),
            ("  ling   mei ", "Mei Ling"),
            ("", "anything"),
        ] {
            assert!(finds(search, text), "{search:?} in {text:?}");
        }
    }

    #[test]
    fn every_word_is_asked_for() {
        for (search, text) in [("Mei Tan", "Mei Ling"), ("lingmei", "Mei Ling"), ("bo", "a\nb\no"), ("nunes", "Núñez")]
        {
            assert!(!finds(search, text), "{search:?} in {text:?}");
        }
    }

    #[test]
    fn a_search_of_nothing_has_no_words() {
        for search in ["", "  ", "'", " \u{2019} \u{a0}", "\u{200b}"] {
            assert!(Words::of(search).is_empty(), "{search:?}");
        }
        assert!(!Words::of("@").is_empty());
    }

    proptest! {
        #[test]
        fn a_text_that_is_folded_again_stays_the_same(text in any::<String>()) {
            let once = folded(&text);
            prop_assert_eq!(folded(&once), once);
        }

        #[test]
        fn a_text_has_its_own_words(text in any::<String>()) {
            prop_assert!(Words::of(&text).are_in(&folded(&text)));
        }
    }
}

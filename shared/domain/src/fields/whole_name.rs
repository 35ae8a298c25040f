//! A whole name in one text, split into the first and the last name.

/// The most common family names of Singapore that are written first, as they are romanised here, in lower case.
pub const FAMILY_FIRST: &str = "ang aw bay boey boo cai chan chang chay chee chen cheng cheong chew chia chiang chin \
    ching choi chong choo chow choy chu chua chui chun chung fang feng fong foo gan gao goh gong guo han heng ho hoe \
    hoh hong hoo hu huang hui hung jiang kam kan kang kee keh khoo khor kim ko koh kok kong koo kow kuan kwan kwek \
    kwok lai lam lau law lee leong leow leung lew li liang liao liew lim lin ling liu lo loh loke loo looi low lu luo \
    lye ma mah mak mok mun neo ng ngo nguyen ning oh on ong ooi pan pang park peh peng phang phua poh poon quah quek \
    san seah see seet seow sha shen sim sin siow sng soh song soo su sun sze tan tang tay teh teng teo thia thng \
    thong tian ting toh tong tran tse tsui wang wee wei wen wong woo wu xie xu yam yan yang yao yap ye yee yen yeo \
    yeoh yeung yew yim yip yong yu yuan yuen yue yeow zhang zhao zheng zhong zhou zhu zou";

/// Words between the name of a person and that of a parent.
const OF_A_PARENT: [&str; 9] = ["bin", "binte", "binti", "bte", "bt", "s/o", "d/o", "a/l", "a/p"];

/// The two parts of a whole name.
#[derive(Clone, PartialEq, Eq)]
pub struct NameParts {
    pub first: String,
    /// It is empty if the name is one word.
    pub last: String,
    /// Whether the officer should check the parts. A name such as `Tan, Mei Ling` says itself which part is which.
    pub is_guess: bool,
}

impl std::fmt::Debug for NameParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NameParts").field("is_guess", &self.is_guess).finish_non_exhaustive()
    }
}

impl NameParts {
    /// Splits a whole name. `None`: the text has no letter.
    ///
    /// The last name is what is before a comma, in capitals among words that are not, behind `binte` or `s/o`, or the
    /// first word if it is a family name that is written first here; otherwise it is the last word. An agency in
    /// brackets or behind a comma is no part of the name.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let name = plain(text);
        if !name.chars().any(char::is_alphabetic) {
            return None;
        }
        let parts: Vec<&str> = name.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
        match parts[..] {
            [before, after, ..] if is_whole(before, after) => Some(split(before)),
            [before, after, ref others @ ..] => {
                let is_sure = others.is_empty() && is_family(before) && is_given(after);
                Some(Self { first: after.to_owned(), last: before.to_owned(), is_guess: !is_sure })
            }
            [before] => Some(split(before)),
            [] => None,
        }
    }
}

/// The text without brackets and what is in them, with single spaces.
fn plain(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut depth = 0_usize;
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '"' | '<' | '>' | ';' | ':' => kept.push(' '),
            _ if depth > 0 => {}
            _ => kept.push(c),
        }
        if matches!(c, '(' | ')') {
            kept.push(' ');
        }
    }
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a whole name is before a comma, and behind it an agency or an office: `Tan Mei Ling, MOE`.
fn is_whole(before: &str, after: &str) -> bool {
    let mut words = before.split(' ');
    let is_family_first = words.next().is_some_and(is_family) && words.next().is_some();
    // Where all is in capitals, `JAN` may be an agency or a name.
    is_family_first || (is_agency(after) && !is_family(before) && !is_capital(before))
}

/// An agency in a word, such as `MOE`.
fn is_agency(text: &str) -> bool {
    (2..=6).contains(&text.chars().count()) && text.chars().all(char::is_uppercase)
}

/// Words as given names are written: `Mei Ling`, `Jean-Luc`; not `GovTech`, `Ministry of`.
fn is_given(text: &str) -> bool {
    text.split([' ', '-']).all(|word| {
        let mut letters = word.chars();
        letters.next().is_some_and(char::is_uppercase)
            && letters.next().is_some_and(char::is_lowercase)
            && letters.all(char::is_lowercase)
    })
}

fn is_capital(text: &str) -> bool {
    text.chars().count() > 1 && text.to_uppercase() == text && text.to_lowercase() != text
}

fn is_family(text: &str) -> bool {
    let lower = text.to_lowercase();
    FAMILY_FIRST.split(' ').any(|name| name == lower)
}

/// The parts of `Tan Mei Ling`, `Mei Ling TAN` or `Ada Lovelace`, as a guess.
fn split(name: &str) -> NameParts {
    let words: Vec<&str> = name.split(' ').collect();
    if let [_] = words[..] {
        return NameParts { first: name.to_owned(), last: String::new(), is_guess: true };
    }
    let capitals = words.iter().filter(|word| is_capital(word)).count();
    let parent = words.iter().skip(1).position(|word| is_of_a_parent(word)).map(|at| at + 1);
    let family = if is_family(words[0]) { 0 } else { words.len() - 1 };
    let is_last = |at: usize, word: &str| match parent {
        _ if capitals > 0 && capitals < words.len() => is_capital(word),
        Some(parent) => at >= parent,
        None => at == family,
    };
    let (mut first, mut last) = (Vec::new(), Vec::new());
    for (at, word) in words.iter().enumerate() {
        let part = if is_last(at, word) { &mut last } else { &mut first };
        part.push(*word);
    }
    NameParts { first: first.join(" "), last: last.join(" "), is_guess: true }
}

fn is_of_a_parent(word: &str) -> bool {
    OF_A_PARENT.contains(&word.to_lowercase().trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::*;

    fn parts(text: &str) -> Option<(String, String, bool)> {
        NameParts::of(text).map(|NameParts { first, last, is_guess }| (first, last, is_guess))
    }

    #[test]
    fn a_name_without_a_letter_is_none() {
        for text in ["", " ", "-", "65", "(MOE)", "., ,"] {
            assert_eq!(parts(text), None, "{text:?}");
        }
    }

    proptest! {
        /// No word of a name is lost, whatever is guessed.
        #[test]
        fn each_word_is_in_one_of_the_parts(name in "[A-Za-z]{1,8}( [A-Za-z/.]{1,8}){0,5}") {
            let (first, last, _) = parts(&name).unwrap();
            let both = first.split(' ').chain(last.split(' '));
            let mut split: Vec<&str> = both.filter(|word| !word.is_empty()).collect();
            let mut words: Vec<&str> = name.split(' ').collect();
            split.sort_unstable();
            words.sort_unstable();
            prop_assert_eq!(split, words);
            prop_assert!(!first.is_empty() || !last.is_empty());
        }
    }
}

//! The six digits that are mailed to an invitee, who types them to show that the mailbox is theirs.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    Entropy,
    fields::text::{is_dash, plain},
    keys::{Token, mac},
};

/// How many codes there are.
const CODES: u64 = 1_000_000;

/// The random part of a code. The table holds it, and it says nothing without the token of the link, of which the table
/// holds only the hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CodeSeed(String);

impl CodeSeed {
    #[must_use]
    pub fn generate(entropy: &Entropy) -> Self {
        Self(format!("{:032x}", entropy.next_u128()))
    }
}

/// Six digits. They follow from the token of a link and a seed: one of the two alone does not give them.
#[derive(Clone, PartialEq, Eq)]
pub struct MailboxCode(String);

impl fmt::Debug for MailboxCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailboxCode")
    }
}

impl MailboxCode {
    /// The code of a link and a seed. Every copy of its mail has the same.
    #[must_use]
    pub fn of(token: &Token, seed: &CodeSeed) -> Self {
        let digest = mac(token.as_str().as_bytes(), &[b"mailbox-code", seed.0.as_bytes()]);
        let number = digest.iter().take(8).fold(0u64, |number, byte| (number << 8) | u64::from(*byte));
        Self(format!("{:06}", number % CODES))
    }

    /// Reads a code as people type and paste it: with blanks, dashes or full-width digits. `None`: not six digits.
    ///
    /// ```
    /// use domain::MailboxCode;
    ///
    /// assert_eq!(MailboxCode::parse(" 123 456 "), MailboxCode::parse("123-456"));
    /// assert_eq!(MailboxCode::parse("12345"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String = plain(text).chars().filter(|c| !c.is_whitespace() && !is_dash(*c)).collect();
        (digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit())).then_some(Self(digits))
    }

    /// The code as its mail shows it: `123 456`.
    #[must_use]
    pub fn shown(&self) -> String {
        let (first, second) = self.0.split_at(3);
        format!("{first} {second}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{InviteId, Keys, Timestamp};

    fn token(generation: u32) -> Token {
        let invite = InviteId::generate(Timestamp::from_unix_ms(0), &Entropy::seeded(1));
        Keys::derive(b"test").token(invite, generation)
    }

    fn seed(seed: u64) -> CodeSeed {
        CodeSeed::generate(&Entropy::seeded(seed))
    }

    #[test]
    fn a_code_follows_from_the_link_and_the_seed_and_from_both() {
        let code = MailboxCode::of(&token(1), &seed(1));
        assert_eq!(code, MailboxCode::of(&token(1), &seed(1)));
        assert_ne!(code, MailboxCode::of(&token(2), &seed(1)));
        assert_ne!(code, MailboxCode::of(&token(1), &seed(2)));
    }

    #[test]
    fn codes_are_six_digits_spread_over_all_that_there_are() {
        let codes: Vec<String> = (0..2_000).map(|n| MailboxCode::of(&token(1), &seed(n)).shown()).collect();
        for code in &codes {
            assert_eq!((code.len(), code.as_bytes()[3]), (7, b' '));
        }
        for digit in '0'..='9' {
            let first = codes.iter().filter(|code| code.starts_with(digit)).count();
            assert!((130..270).contains(&first), "{first} of 2,000 begin with {digit}");
        }
    }

    #[test]
    fn a_code_is_read_as_people_type_and_paste_it() {
        let code = MailboxCode::of(&token(1), &seed(1));
        let digits: Vec<char> = code.shown().chars().filter(char::is_ascii_digit).collect();
        let wide: String = digits.iter().map(|c| char::from_u32(u32::from(*c) + 0xfee0).unwrap()).collect();
        let plain: String = digits.iter().collect();
        let [start, end] = [&plain[..3], &plain[3..]];
        for text in [
            plain.clone(),
            code.shown(),
            format!("\u{a0}{start}\u{2011}{end}\n"),
            format!("{start}\u{200b}{end}"),
            format!("\u{202a}{plain}\u{202c}"),
            wide,
        ] {
            assert_eq!(MailboxCode::parse(&text), Some(code.clone()), "{text:?}");
        }
        for text in ["", "12345", "1234567", "12345a", "+12345", "1.2345", "٣٤٥٦٧٨"] {
            assert_eq!(MailboxCode::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn no_debug_output_shows_a_code() {
        assert_eq!(format!("{:?}", MailboxCode::of(&token(1), &seed(1))), "MailboxCode");
    }
}

//! Usernames of vendors.

use crate::fields::{Fault, Field, blank::is_blank, text};

text_field! {
    /// A vendor's TechPass username: 1 to 64 letters, digits, `-`, `_` and single periods, with a letter or digit at
    /// both ends. Usernames are compared without case.
    Username
}

/// The account name of a public officer is this prefix and [`OFFICER_ACCOUNT_DIGITS`] hexadecimal digits. No username
/// may have that form.
pub const OFFICER_ACCOUNT_PREFIX: &str = "po-";
/// Hexadecimal digits after [`OFFICER_ACCOUNT_PREFIX`]: 26 digits hold 104 bits.
pub const OFFICER_ACCOUNT_DIGITS: usize = 26;

impl Username {
    /// Names that people would take for the service itself.
    const RESERVED: [&str; 12] = [
        "admin",
        "administrator",
        "root",
        "support",
        "helpdesk",
        "postmaster",
        "security",
        "system",
        "techpass",
        "techbiz",
        "seed",
        "noreply",
    ];

    /// What the directory adds to each username.
    const SUFFIX: &str = "@techpass.gov.sg";

    /// Reads a username. The suffix `@techpass.gov.sg`, in any case, is removed.
    ///
    /// # Errors
    ///
    /// The most specific fault.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let plain = text::plain(text);
        let text = Self::without_suffix(text::trim(&plain));
        if text.is_empty() || is_blank(text) {
            return Err(Fault::UsernameRequired);
        }
        if text.chars().count() > Field::Username.max() {
            return Err(Fault::TooLong);
        }
        let edge = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
        let bytes = text.as_bytes();
        let inside = bytes.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
        if !edge(bytes.first()) || !edge(bytes.last()) || !inside || text.contains("..") {
            return Err(Fault::UsernameSyntax);
        }
        let lower = text.to_ascii_lowercase();
        let is_reserved = Self::RESERVED.contains(&lower.as_str());
        if is_reserved || Self::is_user_id(&lower) || Self::is_account_name(&lower) {
            return Err(Fault::UsernameReserved);
        }
        Ok(Self(text.to_owned()))
    }

    /// Characters of a text, as the limit counts them.
    pub(super) fn length(text: &str) -> usize {
        let plain = text::plain(text);
        Self::without_suffix(text::trim(&plain)).chars().count()
    }

    /// The name before the directory's suffix.
    fn without_suffix(text: &str) -> &str {
        let (name, suffix) = text.split_at_checked(text.len().saturating_sub(Self::SUFFIX.len())).unwrap_or((text, ""));
        if suffix.eq_ignore_ascii_case(Self::SUFFIX) { name } else { text }
    }

    /// Whether it has the form of the directory's own user ids, a UUID: a search by id would then find its account.
    fn is_user_id(lower: &str) -> bool {
        let groups: Vec<&str> = lower.split('-').collect();
        let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
        lengths == [8, 4, 4, 4, 12] && groups.iter().all(|group| group.bytes().all(|b| b.is_ascii_hexdigit()))
    }

    /// Whether the service could give an account of a public officer this name.
    fn is_account_name(lower: &str) -> bool {
        let digits = lower.strip_prefix(OFFICER_ACCOUNT_PREFIX);
        digits.is_some_and(|digits| {
            digits.len() == OFFICER_ACCOUNT_DIGITS && digits.bytes().all(|b| b.is_ascii_hexdigit())
        })
    }

    /// The form that usernames are compared by.
    #[must_use]
    pub fn canonical(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::*;

    #[test]
    fn usernames_follow_techpass() {
        for text in ["a", "john.doe", "John_Doe-2", "a.b.c"] {
            assert!(Username::parse(text).is_ok(), "{text}");
        }
        for text in ["john.doe@techpass.gov.sg", "john.doe@TechPass.GOV.SG", " \u{ff4a}ohn.d\u{200b}oe\u{200e}"] {
            assert_eq!(Username::parse(text).unwrap().as_str(), "john.doe", "{text}");
        }
        for text in ["", "@techpass.gov.sg", "-", "N/A", "NA", "nil", "None"] {
            assert_eq!(Username::parse(text), Err(Fault::UsernameRequired), "{text}");
        }
        for text in [".a", "a.", "a..b", "-a", "a_", "a b", "a@b", "\u{430}", "j\u{f6}hn"] {
            assert_eq!(Username::parse(text), Err(Fault::UsernameSyntax), "{text}");
        }
        assert_eq!(Username::parse("Root"), Err(Fault::UsernameReserved));
        for taken in ["0f8fad5b-d9cb-469f-a165-70867728950e", "PO-0123456789abcdef0123456789"] {
            assert_eq!(Username::parse(taken), Err(Fault::UsernameReserved), "{taken}");
        }
        for free in [
            "po-lin.tan",
            "po-0123456789abcdef012345678g",
            "po-0123456789abcdef012345678",
            "0f8fad5b-d9cb",
            "0f8fad5b-d9cb-469f-a165-70867728950g",
            &"a".repeat(64),
        ] {
            assert!(Username::parse(free).is_ok(), "{free}");
        }
        assert_eq!(Username::parse(&"a".repeat(65)), Err(Fault::TooLong));
    }

    #[test]
    fn usernames_are_compared_without_case() {
        let username = Username::parse(" John_Doe-2").unwrap();
        assert_eq!((username.as_str(), username.canonical().as_str()), ("John_Doe-2", "john_doe-2"));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = Username::parse(&text);
        }
    }
}

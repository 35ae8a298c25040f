//! Email addresses.

mod wrapping;

use crate::fields::{Fault, Measure, text};

text_field! {
    /// An email address: ASCII, a dot-atom of 1 to 64 characters, one `@`, a host name of at least two labels; at most
    /// 254 characters in all. It keeps its case; [`EmailAddress::recipient`] is the form that addresses are compared
    /// by.
    EmailAddress, Self::stored
}

impl EmailAddress {
    /// Characters before the `@` at most: RFC 5321, 4.5.3.1.1.
    const MAX_LOCAL: usize = 64;
    /// Characters of an address at most. RFC 5321, 4.5.3.1.3: a path of 256 octets without its angle brackets.
    pub(crate) const MAX: usize = 254;
    /// Characters of a label at most: RFC 1035, 2.3.4.
    const MAX_LABEL: usize = 63;

    /// Reads an address as people copy it: with spaces around it and hidden characters inside, in quotation marks or
    /// brackets, behind a name as in `Jane Tan <jane@agency.gov.sg>`, behind `mailto:`, before the end of a sentence or
    /// of a list, in full-width characters.
    ///
    /// Of the characters that RFC 5321 allows unquoted, those that mail systems read as routes or commands (`%`, `!`)
    /// are refused, and so are the others that no organisation uses in addresses.
    ///
    /// # Errors
    ///
    /// The most specific fault.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let plain = wrapping::plain(text);
        if text::trim(&plain).is_empty() {
            return Err(Fault::Required);
        }
        if plain.chars().any(text::is_override) {
            return Err(Fault::ControlCharacter);
        }
        match Self::stored(wrapping::unwrapped(&plain)) {
            Ok(address) if !address.0.contains("'@") => Ok(address),
            refused => wrapping::only_address(&plain).unwrap_or_else(|| refused.and(Err(Fault::EmailSyntax))),
        }
    }

    /// Reads an address that has nothing around it. Earlier releases kept an apostrophe at the ends of its first part.
    fn stored(text: &str) -> Result<Self, Fault> {
        if text.chars().any(char::is_control) {
            return Err(Fault::ControlCharacter);
        }
        if !text.is_ascii() {
            return Err(Fault::EmailNonAscii);
        }
        let (local, domain) = text.split_once('@').ok_or(Fault::EmailSyntax)?;
        let dot_atom = |part: &str| {
            part.split('.').all(|atom| {
                !atom.is_empty()
                    && atom.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+' | b'\''))
            })
        };
        if !dot_atom(local) || local.starts_with('+') || !is_host_name(domain) {
            return Err(Fault::EmailSyntax);
        }
        if domain.split('.').any(is_punycode) {
            return Err(Fault::EmailPunycode);
        }
        if local.len() > Self::MAX_LOCAL || text.len() > Self::MAX {
            return Err(Fault::TooLong);
        }
        Ok(Self(text.to_owned()))
    }

    /// How long the part of a text is that is too long for an address, and how long it may be.
    pub(super) fn measure(text: &str) -> Measure {
        let plain = wrapping::plain(text);
        let address = wrapping::unwrapped(&plain);
        let local = address.split_once('@').map_or(0, |(local, _)| local.len());
        let (limit, count) =
            if local > Self::MAX_LOCAL { (Self::MAX_LOCAL, local) } else { (Self::MAX, address.chars().count()) };
        Measure::length(limit, count)
    }

    /// The domain in lower case.
    #[must_use]
    pub fn domain(&self) -> String {
        self.0.split_once('@').map(|(_, domain)| domain.to_ascii_lowercase()).unwrap_or_default()
    }

    /// The part before the `@`, in lower case and without its plus-tag.
    #[must_use]
    pub fn mailbox(&self) -> String {
        let local = self.0.split_once('@').map_or(self.0.as_str(), |(local, _)| local);
        local.split('+').next().unwrap_or_default().to_ascii_lowercase()
    }

    /// Whether it has a plus-tag, so that other addresses have the same mailbox.
    #[must_use]
    pub fn has_plus_tag(&self) -> bool {
        // No domain has this sign.
        self.0.contains('+')
    }

    /// The whole address in lower case and without its plus-tag: the same text for every spelling of one person's
    /// address.
    #[must_use]
    pub fn recipient(&self) -> String {
        format!("{}@{}", self.mailbox(), self.domain())
    }
}

/// Whether `domain` is a host name of at least two labels, the last of them in letters.
pub(crate) fn is_host_name(domain: &str) -> bool {
    let label = |label: &str| {
        (1..=EmailAddress::MAX_LABEL).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let mut labels = domain.rsplit('.');
    let last = labels.next().unwrap_or_default();
    label(last)
        && last.len() >= 2
        && last.bytes().all(|b| b.is_ascii_alphabetic())
        && labels.clone().next().is_some()
        && labels.all(label)
}

/// Whether the label encodes other letters (RFC 5890, 2.3.2.1).
fn is_punycode(label: &str) -> bool {
    label.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xn--"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Strategy as _, any, prop_assert, proptest};

    use super::*;

    fn email(text: &str) -> Result<String, Fault> {
        EmailAddress::parse(text).map(String::from)
    }

    #[test]
    fn addresses_that_officers_have_are_accepted() {
        for text in ["a@agency.gov.sg", "A.B@AGENCY.GOV.SG", "o'brien@x.gov.sg", "a-b_c@x.gov.sg", "a+1@agency.gov.sg"]
        {
            assert_eq!(email(text).as_deref(), Ok(text));
        }
        assert_eq!(email("\u{a0}\u{feff} a@agency.gov.sg\u{200b}\n").as_deref(), Ok("a@agency.gov.sg"));
    }

    #[test]
    fn a_plus_tag_is_found() {
        for (text, has_tag) in [("a@x.gov.sg", false), ("a+1@x.gov.sg", true), ("A.B+@x.gov.sg", true)] {
            assert_eq!(EmailAddress::parse(text).unwrap().has_plus_tag(), has_tag, "{text}");
        }
    }

    #[test]
    fn addresses_that_are_no_single_plain_address_are_refused() {
        for text in [
            "a@.gov.sg",
            "a@x..gov.sg",
            "a@-x.gov.sg",
            "a@x_.gov.sg",
            "a@evil.com@agency.gov.sg",
            "\"a@evil.com\"@agency.gov.sg",
            "user%evil.com@agency.gov.sg",
            "evil.com!user@agency.gov.sg",
            "@evil.com:user@agency.gov.sg",
            "\"quoted\"@agency.gov.sg",
            "a(c)@agency.gov.sg",
            "a\\@b@agency.gov.sg",
            "a@[127.0.0.1]",
            "a@127.0.0.1",
            "a@localhost",
            "a@gov",
            "a@agency.g",
            "a@agency.s1",
            ".a@x.sg",
            "a.@x.sg",
            "a..b@x.sg",
            "@x.sg",
            "a@",
            "@",
            "a@x.gov.sg?bcc=b@x.gov.sg",
            "a@x.gov.sg#",
            "a@x.gov.sg/",
            "a b@x.gov.sg",
            "+a@x.gov.sg",
            "a%0d%0aBcc:@x.gov.sg",
        ] {
            assert_eq!(email(text), Err(Fault::EmailSyntax), "{text}");
        }
        for text in ["a@xn--mnchen-3ya.gov.sg", "a@x.XN--P1AI.gov.sg", "a@xn--gov.sg"] {
            assert_eq!(email(text), Err(Fault::EmailPunycode), "{text}");
        }
        assert_eq!(email("a\r\nBcc: b@x.gov.sg"), Err(Fault::ControlCharacter));
        assert_eq!(email("a\u{0}@x.gov.sg"), Err(Fault::ControlCharacter));
        assert_eq!(email("a\u{200b}b@x.gov.sg").as_deref(), Ok("ab@x.gov.sg"));
        assert_eq!(email("\u{430}da@x.gov.sg"), Err(Fault::EmailNonAscii));
        assert_eq!(email("a\u{ff20}x.gov.sg").as_deref(), Ok("a@x.gov.sg"));
        assert_eq!(email("a\u{2028}b@x.gov.sg"), Err(Fault::EmailNonAscii));
        assert_eq!(email(" "), Err(Fault::Required));
    }

    #[test]
    fn lengths_are_those_of_the_standards() {
        let local = |n| format!("{}@x.gov.sg", "a".repeat(n));
        assert!(email(&local(64)).is_ok());
        assert_eq!(email(&local(65)), Err(Fault::TooLong));
        let label = |n| format!("a@{}.gov.sg", "b".repeat(n));
        assert!(email(&label(63)).is_ok());
        assert_eq!(email(&label(64)), Err(Fault::EmailSyntax));
        let whole =
            |n: usize| format!("{}@{}.{}.{}.sg", "a".repeat(60), "b".repeat(63), "c".repeat(63), "d".repeat(n - 192));
        assert_eq!(whole(254).len(), 254);
        assert!(email(&whole(254)).is_ok());
        assert_eq!(email(&whole(255)), Err(Fault::TooLong));
    }

    #[test]
    fn an_address_is_compared_without_its_case_and_its_plus_tag() {
        let email = EmailAddress::parse("Ada.Tan+Work+2@Example-Agency.gov.sg").unwrap();
        assert_eq!(email.as_str(), "Ada.Tan+Work+2@Example-Agency.gov.sg");
        assert_eq!(
            (email.mailbox(), email.domain(), email.recipient()),
            ("ada.tan".to_owned(), "example-agency.gov.sg".to_owned(), "ada.tan@example-agency.gov.sg".to_owned())
        );
    }

    #[test]
    fn debug_output_holds_no_personal_data() {
        let email = EmailAddress::parse("ada.tan@agency.gov.sg").unwrap();
        assert!(!format!("{email:?}").contains("ada"));
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_one_plain_address(text in any::<String>().prop_map(|s| s + "@x.gov.sg")) {
            if let Ok(email) = EmailAddress::parse(&text) {
                let email = email.as_str();
                prop_assert!(email.is_ascii());
                prop_assert!(email.matches('@').count() == 1);
                prop_assert!(!email.bytes().any(|b| b.is_ascii_control() || b == b' '));
                prop_assert!(!email.starts_with('\''));
                prop_assert!(EmailAddress::parse(email).is_ok_and(|again| again.as_str() == email));
            }
        }
    }
}

//! One type per field. Each is made only by its `parse`, so each value is valid.
//!
//! `Debug` of personal data prints nothing of it, and there is no `Display`: the text leaves through `as_str`, where a
//! reader of the code sees it go.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Fault, Field, FieldFault, text};

macro_rules! text_field {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "([redacted])"))
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text).map_err(Fault::code)
            }
        }
    };
}

text_field! {
    /// An email address: ASCII, a dot-atom of 1 to 64 characters, one `@`, a host name of at least two labels; at most
    /// 254 characters in all. The case is kept as typed; [`EmailAddress::recipient`] is what addresses are compared by.
    EmailAddress
}

impl EmailAddress {
    /// RFC 5321, 4.5.3.1.1.
    const MAX_LOCAL: usize = 64;
    /// RFC 5321, 4.5.3.1.3: a path of 256 octets less its angle brackets.
    pub(crate) const MAX: usize = 254;
    /// RFC 1035, 2.3.4.
    const MAX_LABEL: usize = 63;

    /// Reads an address, with white space and invisible characters cut off its ends.
    ///
    /// Of the characters that RFC 5321 allows unquoted, those that mail systems read as routes or commands (`%`, `!`)
    /// are refused with the rest that no organisation's address has.
    ///
    /// # Errors
    ///
    /// The one fault that says most.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let text = text::trim(text);
        if text.is_empty() {
            return Err(Fault::Required);
        }
        if text.chars().any(text::is_invisible) {
            return Err(Fault::InvisibleCharacter);
        }
        if text.chars().any(char::is_control) {
            return Err(Fault::ControlCharacter);
        }
        if !text.is_ascii() {
            return Err(Fault::EmailNonAscii);
        }
        let (local, domain) = text.split_once('@').ok_or(Fault::EmailSyntax)?;
        let dot_atom = |part: &str| {
            !part.is_empty()
                && part.split('.').all(|atom| {
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

    /// The whole address in lower case and without its plus-tag: one person, however it is written.
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

/// Whether a label hides its letters behind others (RFC 5890, 2.3.2.1).
fn is_punycode(label: &str) -> bool {
    label.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xn--"))
}

text_field! {
    /// A vendor's TechPass username: 1 to 64 letters, digits, `-`, `_` and single periods, starting and ending with a
    /// letter or digit. Compared without case.
    Username
}

/// What the names of public officers' accounts are: this, and then so many hexadecimal digits. No username is like
/// that.
pub const OFFICER_ACCOUNT_PREFIX: &str = "po-";
/// See [`OFFICER_ACCOUNT_PREFIX`]. 26 digits keep 104 bits.
pub const OFFICER_ACCOUNT_DIGITS: usize = 26;

impl Username {
    const MAX: usize = 64;
    /// Names that would be taken for the service itself.
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

    /// Reads a username. A suffix `@techpass.gov.sg`, which the directory appends by itself, is cut off.
    ///
    /// # Errors
    ///
    /// The one fault that says most.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let text = text::trim(text);
        let text = text.strip_suffix("@techpass.gov.sg").unwrap_or(text);
        if text.is_empty() {
            return Err(Fault::UsernameRequired);
        }
        if text.chars().count() > Self::MAX {
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

    /// Whether it looks like the id that the directory gives a user, a UUID: a look-up by id would find its account.
    fn is_user_id(lower: &str) -> bool {
        let groups: Vec<&str> = lower.split('-').collect();
        let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
        lengths == [8, 4, 4, 4, 12] && groups.iter().all(|group| group.bytes().all(|b| b.is_ascii_hexdigit()))
    }

    /// Whether the service could name the account of a public officer so.
    fn is_account_name(lower: &str) -> bool {
        let digits = lower.strip_prefix(OFFICER_ACCOUNT_PREFIX);
        digits.is_some_and(|digits| {
            digits.len() == OFFICER_ACCOUNT_DIGITS && digits.bytes().all(|b| b.is_ascii_hexdigit())
        })
    }

    /// What usernames are compared by.
    #[must_use]
    pub fn canonical(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

text_field! {
    /// A first or last name of 1 to 64 characters as Singapore writes them: letters of any script, spaces and
    /// `' ’ - . / @ , ( )`, with at least one letter. In NFC. It begins with nothing that a spreadsheet takes for a
    /// formula.
    PersonName
}

impl PersonName {
    const MAX: usize = 64;

    /// Reads a name.
    ///
    /// # Errors
    ///
    /// The one fault that says most.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        if text.starts_with('\t') && !text::trim(text).is_empty() {
            return Err(Fault::NameStart);
        }
        let name = text::parse(text, Self::MAX)?.ok_or(Fault::Required)?;
        if name.starts_with(['=', '+', '-', '@']) {
            return Err(Fault::NameStart);
        }
        // Combining marks that have no composed form count as letters: names in Tamil need them.
        let mark = |c: char| unicode_normalization::char::is_combining_mark(c);
        let allowed = |c: char| c.is_alphabetic() || mark(c) || " '\u{2019}-./@,()".contains(c);
        if name.chars().all(allowed) && name.chars().any(char::is_alphabetic) {
            Ok(Self(name))
        } else {
            Err(Fault::NameSyntax)
        }
    }
}

text_field! {
    /// The organisation, 1 to 64 characters.
    Organisation
}

impl Organisation {
    /// Reads an organisation.
    ///
    /// # Errors
    ///
    /// The one fault that says most.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        text::parse(text, 64)?.map(Self).ok_or(Fault::Required)
    }
}

text_field! {
    /// The department, 1 to 64 characters where there is one.
    Department
}

impl Department {
    /// Reads a department that must be there; see [`Department::parse_optional`].
    ///
    /// # Errors
    ///
    /// The one fault that says most.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        Self::parse_optional(text)?.ok_or(Fault::Required)
    }

    /// Reads a department; none when the text is blank.
    ///
    /// # Errors
    ///
    /// The one fault that says most.
    pub fn parse_optional(text: &str) -> Result<Option<Self>, Fault> {
        Ok(text::parse(text, 64)?.map(Self))
    }
}

text_field! {
    /// Why the account is needed, 1 to 255 characters.
    Reason
}

impl Reason {
    /// Reads a reason.
    ///
    /// # Errors
    ///
    /// The one fault that says most.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        text::parse(text, 255)?.map(Self).ok_or(Fault::Required)
    }
}

text_field! {
    /// A telephone number in the form of E.164: `+6591234567`, 7 to 15 digits.
    ContactNumber
}

impl ContactNumber {
    /// The longest number of E.164, country code included.
    const MAX_DIGITS: usize = 15;
    const MIN_DIGITS: usize = 7;

    /// Reads the two columns of the template. The country code may be blank: then it stands in front of the number, as
    /// `+65…` or `0065…`, or is Singapore's.
    ///
    /// # Errors
    ///
    /// One fault, at the field to fix.
    pub fn parse_parts(country_code: &str, number: &str) -> Result<Self, FieldFault> {
        let code = digits(country_code, "+").ok_or(Fault::CountryCodeSyntax.at(Field::CountryCode))?;
        let code = code.strip_prefix("00").unwrap_or(&code);
        if code.len() > 3 || code.starts_with('0') {
            return Err(Fault::CountryCodeSyntax.at(Field::CountryCode));
        }
        if text::trim(number).is_empty() {
            return Err(Fault::Required.at(Field::ContactNumber));
        }
        let syntax = Fault::ContactNumberSyntax.at(Field::ContactNumber);
        let digits = digits(number, "+()-. '").ok_or(syntax)?;
        let written = text::trim(number).trim_start_matches(['\'', '(']);
        let international =
            written.starts_with(['+', '\u{ff0b}']).then_some(digits.as_str()).or_else(|| digits.strip_prefix("00"));
        let full = match (international, code) {
            (Some(full), "") => full.to_owned(),
            (Some(full), code) if full.starts_with(code) => full.to_owned(),
            (Some(_), _) => return Err(syntax),
            (None, "" | "65") if digits.len() == 10 && digits.starts_with("65") => digits,
            (None, "") => format!("65{digits}"),
            (None, code) => format!("{code}{digits}"),
        };
        match full.strip_prefix("65") {
            Some(local) if local.len() != 8 || !local.starts_with(['3', '6', '8', '9']) => {
                Err(Fault::ContactNumberSingapore.at(Field::ContactNumber))
            }
            _ if full.starts_with('0') || !(Self::MIN_DIGITS..=Self::MAX_DIGITS).contains(&full.len()) => Err(syntax),
            _ => Ok(Self(format!("+{full}"))),
        }
    }

    /// Reads the form of E.164.
    ///
    /// # Errors
    ///
    /// The one fault that says most.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        Self::parse_parts("", text).map_err(|fault| fault.fault)
    }
}

/// The ASCII digits of `text` without its separators; `None` when anything else stands there.
///
/// Full-width digits and signs, which East Asian keyboards type, count as the plain ones.
fn digits(text: &str, separators: &str) -> Option<String> {
    text::trim(text)
        .chars()
        .map(|c| match c {
            '\u{ff10}'..='\u{ff19}' => char::from(b'0' + u8::try_from(u32::from(c) - 0xff10).unwrap_or(0)),
            '\u{ff0b}' => '+',
            '\u{a0}' | '\u{3000}' | '\u{202f}' => ' ',
            '\u{2010}'..='\u{2014}' | '\u{2212}' | '\u{ff0d}' => '-',
            other => other,
        })
        .filter(|c| !separators.contains(*c) && *c != ' ')
        .map(|c| c.is_ascii_digit().then_some(c))
        .collect()
}

/// Whether the officer asks for SEED. No, unless they say so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeedWish {
    /// A SEED licence comes with the account.
    Required,
    /// Not now.
    #[default]
    NotRequired,
}

impl SeedWish {
    /// Reads Yes or No in the spellings that workbooks hold; blank is No.
    ///
    /// # Errors
    ///
    /// [`Fault::SeedSyntax`] for anything else.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        match text::trim(text).to_lowercase().as_str() {
            "yes" | "y" | "true" | "1" | "\u{662f}" => Ok(Self::Required),
            "" | "-" | "no" | "n" | "false" | "0" | "\u{5426}" => Ok(Self::NotRequired),
            _ => Err(Fault::SeedSyntax),
        }
    }
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
    fn addresses_that_are_no_single_plain_address_are_refused() {
        for text in [
            "a@gov.sg.",
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
            ".a@x.sg",
            "a.@x.sg",
            "a..b@x.sg",
            "@x.sg",
            "a@",
            "@",
            "mailto:a@x.gov.sg",
            "a@x.gov.sg?bcc=b@x.gov.sg",
            "a@x.gov.sg#",
            "a@x.gov.sg/",
            "a b@x.gov.sg",
            "+a@x.gov.sg",
            "a@x.gov.sg,b@x.gov.sg",
            "Ada <a@x.gov.sg>",
            "a%0d%0aBcc:@x.gov.sg",
        ] {
            assert_eq!(email(text), Err(Fault::EmailSyntax), "{text}");
        }
        for text in ["a@xn--mnchen-3ya.gov.sg", "a@x.XN--P1AI.gov.sg", "a@xn--gov.sg"] {
            assert_eq!(email(text), Err(Fault::EmailPunycode), "{text}");
        }
        assert_eq!(email("a\r\nBcc: b@x.gov.sg"), Err(Fault::ControlCharacter));
        assert_eq!(email("a\u{0}@x.gov.sg"), Err(Fault::ControlCharacter));
        assert_eq!(email("a\u{200b}b@x.gov.sg"), Err(Fault::InvisibleCharacter));
        assert_eq!(email("\u{430}da@x.gov.sg"), Err(Fault::EmailNonAscii));
        assert_eq!(email("a\u{ff20}x.gov.sg"), Err(Fault::EmailNonAscii));
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
    fn usernames_follow_techpass() {
        for text in ["a", "john.doe", "John_Doe-2", "a.b.c"] {
            assert!(Username::parse(text).is_ok(), "{text}");
        }
        assert_eq!(Username::parse("john.doe@techpass.gov.sg").unwrap().as_str(), "john.doe");
        for text in [".a", "a.", "a..b", "-a", "a_", "a b", "a@b", "\u{430}", "j\u{f6}hn"] {
            assert_eq!(Username::parse(text), Err(Fault::UsernameSyntax), "{text}");
        }
        assert_eq!(Username::parse("Root"), Err(Fault::UsernameReserved));
        for taken in ["0f8fad5b-d9cb-469f-a165-70867728950e", "PO-0123456789abcdef0123456789"] {
            assert_eq!(Username::parse(taken), Err(Fault::UsernameReserved), "{taken}");
        }
        for free in ["po-lin.tan", "0f8fad5b-d9cb", "po-0123456789abcdef012345678g"] {
            assert!(Username::parse(free).is_ok(), "{free}");
        }
        assert_eq!(Username::parse(&"a".repeat(65)), Err(Fault::TooLong));
    }

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

    #[test]
    fn one_number_is_read_from_every_way_of_writing_it() {
        for (code, number) in [
            ("65", "91234567"),
            ("+65", "9123 4567"),
            ("", "91234567"),
            ("", "6591234567"),
            ("65", "6591234567"),
            ("", "+65 9123-4567"),
            ("65", "+65 9123-4567"),
            ("", "(65)91234567"),
            ("65", "'91234567"),
            ("", "\u{ff19}\u{ff11}\u{ff12}\u{ff13}\u{ff14}\u{ff15}\u{ff16}\u{ff17}"),
            ("0065", "9123\u{a0}4567"),
            ("", "006591234567"),
        ] {
            let parsed = ContactNumber::parse_parts(code, number).map(String::from);
            assert_eq!(parsed.as_deref(), Ok("+6591234567"), "{code} {number}");
        }
        assert_eq!(ContactNumber::parse_parts("44", "20 7946 0000").map(String::from).as_deref(), Ok("+442079460000"));
    }

    #[test]
    fn what_is_not_one_number_is_refused_at_the_field_to_mend() {
        for (code, number, fault) in [
            ("65", "+6591234567 / 98765432", Fault::ContactNumberSyntax.at(Field::ContactNumber)),
            ("65", "n/a", Fault::ContactNumberSyntax.at(Field::ContactNumber)),
            ("65", "", Fault::Required.at(Field::ContactNumber)),
            ("65", "51234567", Fault::ContactNumberSingapore.at(Field::ContactNumber)),
            ("65", "9123456", Fault::ContactNumberSingapore.at(Field::ContactNumber)),
            ("44", "+6591234567", Fault::ContactNumberSyntax.at(Field::ContactNumber)),
            ("Singapore", "91234567", Fault::CountryCodeSyntax.at(Field::CountryCode)),
            ("6565", "91234567", Fault::CountryCodeSyntax.at(Field::CountryCode)),
            ("1", "23456789012345678", Fault::ContactNumberSyntax.at(Field::ContactNumber)),
        ] {
            assert_eq!(ContactNumber::parse_parts(code, number), Err(fault), "{code} {number}");
        }
    }

    #[test]
    fn seed_is_no_unless_the_officer_says_so() {
        for text in ["Yes", "y", "TRUE", "1", "\u{662f}"] {
            assert_eq!(SeedWish::parse(text), Ok(SeedWish::Required), "{text}");
        }
        for text in ["", "No", "n", "false", "0", "-"] {
            assert_eq!(SeedWish::parse(text), Ok(SeedWish::NotRequired), "{text}");
        }
        assert_eq!(SeedWish::parse("maybe"), Err(Fault::SeedSyntax));
    }

    #[test]
    fn debug_output_holds_no_personal_data() {
        let email = EmailAddress::parse("ada.tan@agency.gov.sg").unwrap();
        assert!(!format!("{email:?}").contains("ada"));
    }

    proptest! {
        #[test]
        fn whatever_is_accepted_is_one_plain_address(text in any::<String>().prop_map(|s| s + "@x.gov.sg")) {
            if let Ok(email) = EmailAddress::parse(&text) {
                let email = email.as_str();
                prop_assert!(email.is_ascii());
                prop_assert!(email.matches('@').count() == 1);
                prop_assert!(!email.bytes().any(|b| b.is_ascii_control() || b == b' '));
                prop_assert!(EmailAddress::parse(email).is_ok());
            }
        }

        #[test]
        fn a_number_reads_back_from_its_own_form(code in "[0-9+]{0,4}", number in "[0-9 ()+-]{0,18}") {
            if let Ok(parsed) = ContactNumber::parse_parts(&code, &number) {
                prop_assert!(ContactNumber::parse(parsed.as_str()) == Ok(parsed));
            }
        }

        #[test]
        fn no_text_makes_a_field_panic(text in any::<String>()) {
            let _ = PersonName::parse(&text);
            let _ = Username::parse(&text);
            let _ = Reason::parse(&text);
            let _ = ContactNumber::parse_parts(&text, &text);
            let _ = SeedWish::parse(&text);
        }
    }
}

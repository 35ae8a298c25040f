//! The uses of the service's one secret: finding an address without storing it in a key, creating invitation tokens,
//! deriving agencies' secrets, and sealing cursors.

use std::fmt;

use aes_siv::siv::Aes128Siv;
use base16ct::lower::encode_string;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::{AgencyDomain, EmailAddress, InviteId, NameAndNumber, webhook::SigningSecret};

/// Keys derived from the service's secret, one for each use, so that the outputs of one use reveal nothing about
/// another.
#[derive(Clone)]
pub struct Keys {
    address: [u8; 32],
    token: [u8; 32],
    cursor: [u8; 32],
    agency: [u8; 32],
    person: [u8; 32],
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys")
    }
}

impl Keys {
    /// Derives the keys from the secret.
    #[must_use]
    pub fn derive(secret: &[u8]) -> Self {
        Self {
            address: mac(secret, &[b"address-index"]),
            token: mac(secret, &[b"invitation-token"]),
            cursor: mac(secret, &[b"cursor-siv"]),
            agency: mac(secret, &[b"agency"]),
            person: mac(secret, &[b"person-index"]),
        }
    }

    /// The key under which an address is found. It is the same for every spelling and plus-tag of one mailbox.
    #[must_use]
    pub fn address(&self, email: &EmailAddress) -> AddressKey {
        AddressKey(encode_string(&mac(&self.address, &[email.recipient().as_bytes()])))
    }

    /// The key under which somebody's name and number are found.
    #[must_use]
    pub fn person(&self, person: &NameAndNumber) -> PersonKey {
        PersonKey(encode_string(&mac(&self.person, &[person.as_bytes()])))
    }

    /// The token in an invite's mails. It is the same for every copy of a mail, and differs after each resend.
    ///
    /// It is derived and not random: an identical copy can be sent after an attempt without an answer, while the table
    /// holds only its hash.
    #[must_use]
    pub fn token(&self, invite: InviteId, generation: u32) -> Token {
        Token(encode_string(&mac(&self.token, &[invite.to_string().as_bytes(), &generation.to_be_bytes()])))
    }

    /// The secret that signs webhook events for an agency. It differs for each agency and after each rotation, and is
    /// not stored anywhere.
    #[must_use]
    pub fn agency_secret(&self, agency: &AgencyDomain, generation: u32) -> Option<SigningSecret> {
        SigningSecret::new(&self.agency_secret_text(agency, generation))
    }

    /// The text of [`Keys::agency_secret`], which an operator gives to the agency. It must never be logged.
    #[must_use]
    pub fn agency_secret_text(&self, agency: &AgencyDomain, generation: u32) -> String {
        encode_string(&mac(&self.agency, &[agency.as_str().as_bytes(), &generation.to_be_bytes()]))
    }

    /// Encrypts `text`, so that only [`Keys::open_cursor`] with the same `bound` parts can read it. The same text with
    /// the same parts always gives the same bytes.
    ///
    /// # Panics
    ///
    /// With more than 126 parts.
    #[must_use]
    pub fn seal_cursor(&self, bound: &[&[u8]], text: &[u8]) -> Vec<u8> {
        #[expect(clippy::expect_used, reason = "callers name a handful of parts")]
        Aes128Siv::new(&self.cursor.into()).encrypt(bound, text).expect("at most 126 parts")
    }

    /// The text that was sealed with the same `bound` parts. `None`: `sealed` is any other bytes.
    #[must_use]
    pub fn open_cursor(&self, bound: &[&[u8]], sealed: &[u8]) -> Option<Vec<u8>> {
        Aes128Siv::new(&self.cursor.into()).decrypt(bound, sealed).ok()
    }
}

/// The keyed hash of a mailbox: 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct AddressKey(String);

impl AddressKey {
    /// Reads the text form, as in the tags of a mail. `None`: the text is no such hash.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        is_digest(text).then(|| Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The keyed hash of a name and a number: 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PersonKey(String);

impl PersonKey {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An invitation token: 256 bits as 64 hexadecimal digits. A caller with the token can accept the invitation.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

impl Token {
    /// Reads the token of a link. `None`: the text has another form. Only the table knows whether a token is valid.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        is_digest(text).then(|| Self(text.to_owned()))
    }

    /// The text that links contain.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The hash that the table stores instead of the token.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash(encode_string(&Sha256::digest(self.0.as_bytes())))
    }
}

/// The SHA-256 of a token: 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TokenHash(String);

impl TokenHash {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

pub(crate) fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    for part in parts {
        // The length before each part keeps ("ab", "c") apart from ("a", "bc").
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Whether a text is 32 bytes in lower-case hexadecimal digits.
fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ContactNumber, Timestamp};

    fn keys() -> Keys {
        Keys::derive(b"a secret of the tests")
    }

    #[test]
    fn spellings_of_one_mailbox_share_a_key() {
        let key = |text| keys().address(&EmailAddress::parse(text).unwrap());
        assert_eq!(key("Ada.Tan@Agency.gov.sg"), key("ada.tan+work@agency.gov.sg"));
        assert_ne!(key("ada.tan@agency.gov.sg"), key("adatan@agency.gov.sg"));
        assert!(!key("ada.tan@agency.gov.sg").as_str().contains("ada"));
    }

    #[test]
    fn each_person_has_a_key_that_shows_nothing_of_them() {
        let number = ContactNumber::parse("+6591234567").unwrap();
        let key = |first: &str| keys().person(&NameAndNumber::new([first, "Tan"], &number).unwrap());
        assert_eq!(key("Ada"), key("ADA"));
        assert_ne!(key("Ada"), key("Bo"));
        assert_eq!(key("Ada").as_str().len(), 64);
        assert!(is_digest(key("Ada").as_str()));
    }

    /// The table of a stack is full of such keys, so every release has to compute the same ones.
    #[test]
    fn a_key_never_changes() {
        let key = keys().address(&EmailAddress::parse("ada.tan@agency.gov.sg").unwrap());
        assert_eq!(key.as_str(), "bf5a3722cd4b8baf77d3a5eb508db73f66dd216b572941e7fdcbf634abaf4726");
    }

    /// Mails hold the token and the table its hash, so every release has to compute the same ones.
    #[test]
    fn a_token_and_its_hash_never_change() {
        let invite = InviteId::parse("inv_01KARNXZ6BC1YHHNPSRHZZZSEX").unwrap();
        let token = keys().token(invite, 1);
        assert_eq!(token.as_str(), "6a312e5efaeb0755c2afff57c1706eee90d6d9f2ca0d6f80287b4dad32f0559e");
        assert_eq!(token.hash().as_str(), "1f08b6f2362a0f057782f5d5d73613023a2219dd1d5021fd18d2e1b5c96b9c49");
        assert_ne!(token, keys().token(invite, 2));
        assert_ne!(token, keys().token(InviteId::parse("inv_01KARNXZ6BC1YHHNPSRHZZZSEY").unwrap(), 1));
    }

    #[test]
    fn a_token_and_the_key_of_an_address_are_64_lower_case_hexadecimal_digits() {
        let digits = "0123456789abcdef".repeat(4);
        assert_eq!(Token::parse(&digits).unwrap().as_str(), digits);
        assert_eq!(AddressKey::parse(&digits).unwrap().as_str(), digits);
        for text in ["", &digits[1..], &format!("{digits}0"), &digits.to_uppercase(), &digits.replace('f', "g")] {
            assert_eq!((Token::parse(text), AddressKey::parse(text)), (None, None), "{text}");
        }
    }

    /// Agencies have stored it, so every release has to compute the same one.
    #[test]
    fn an_agencys_secret_never_changes_and_is_what_operators_hand_over() {
        let keys = Keys::derive(b"0123456789abcdef0123456789abcdef");
        let agency = AgencyDomain::parse("example-agency.gov.sg").unwrap();
        let at = Timestamp::from_unix_ms(0);
        let signed = |generation| crate::webhook::sign(&[keys.agency_secret(&agency, generation).unwrap()], at, b"x");
        assert_eq!(signed(1), "t=0,v1=9acfc78ab3644da79c0cdd7640423f93047119635e6cf55b28442f85e9300405");
        assert_ne!(signed(1), signed(2));
        let handed_over = crate::webhook::SigningSecret::new(&keys.agency_secret_text(&agency, 2));
        assert_eq!(handed_over, keys.agency_secret(&agency, 2));
    }

    #[test]
    fn a_sealed_cursor_covers_the_borders_between_its_parts() {
        let sealed = keys().seal_cursor(&[b"ab", b"c"], b"place");
        assert_eq!(keys().open_cursor(&[b"ab", b"c"], &sealed).as_deref(), Some(b"place".as_slice()));
        assert_eq!(keys().open_cursor(&[b"a", b"bc"], &sealed), None);
        assert_eq!(Keys::derive(b"other").open_cursor(&[b"ab", b"c"], &sealed), None);
    }
}

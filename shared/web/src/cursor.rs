//! Cursors: where the next page of a list begins, sealed so that it can be part of a URL.
//!
//! A place in a list that is sorted by address contains an address, and browsers and proxies keep URLs. So a cursor is
//! encrypted and bound to its officer and list with AES-SIV (RFC 5297). The same place always gives the same cursor, so
//! that a page keeps its `ETag`.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{Keys, OfficerId};

use crate::{Problem, Slug};

/// Seals and opens the cursors of one list, which belongs to one officer and has one filter and order.
#[derive(Debug)]
pub struct Cursors<'a> {
    keys: &'a Keys,
    officer: &'a OfficerId,
    list: &'a str,
}

impl<'a> Cursors<'a> {
    /// The cursors of a list. `list` is its name, filter and order, as one text.
    #[must_use]
    pub fn new(keys: &'a Keys, officer: &'a OfficerId, list: &'a str) -> Self {
        Self { keys, officer, list }
    }

    /// The cursor of a place.
    #[must_use]
    pub fn seal(&self, place: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.keys.seal_cursor(&self.bound(), place.as_bytes()))
    }

    /// The place of a cursor.
    ///
    /// # Errors
    ///
    /// [`Problem`] unless the cursor was sealed for this list.
    pub fn open(&self, cursor: &str) -> Result<String, Problem> {
        self.opened(cursor).ok_or_else(|| Problem::new(Slug::Cursor))
    }

    fn opened(&self, cursor: &str) -> Option<String> {
        let sealed = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        String::from_utf8(self.keys.open_cursor(&self.bound(), &sealed)?).ok()
    }

    fn bound(&self) -> [&[u8]; 3] {
        [b"place", self.officer.as_str().as_bytes(), self.list.as_bytes()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn officer(id: &str) -> OfficerId {
        OfficerId::parse(id).unwrap()
    }

    #[test]
    fn a_cursor_opens_only_for_the_list_it_was_sealed_for() {
        let keys = Keys::derive(b"a secret of the tests");
        let (ada, bob) = (officer("ada"), officer("bob"));
        let list = Cursors::new(&keys, &ada, "invites?sort=email");
        for place in ["", "x", "tan@agency.gov.sg", &"long ".repeat(50)] {
            let cursor = list.seal(place);
            assert_eq!(list.open(&cursor).unwrap(), place);
            assert!(Cursors::new(&keys, &bob, "invites?sort=email").open(&cursor).is_err());
            assert!(Cursors::new(&keys, &ada, "invites?sort=name").open(&cursor).is_err());
            let other = Keys::derive(b"another");
            assert!(Cursors::new(&other, &ada, "invites?sort=email").open(&cursor).is_err());
        }
    }

    #[test]
    fn no_byte_of_a_cursor_can_be_changed() {
        let keys = Keys::derive(b"a secret of the tests");
        let ada = officer("ada");
        let list = Cursors::new(&keys, &ada, "invites");
        let cursor = list.seal("2025-11-23T05:24:02.123Z#inv_1");
        let sealed = URL_SAFE_NO_PAD.decode(&cursor).unwrap();
        for at in 0..sealed.len() {
            let mut forged = sealed.clone();
            forged[at] ^= 1;
            assert!(list.open(&URL_SAFE_NO_PAD.encode(forged)).is_err());
        }
        for forged in ["", "x", "====", &cursor[..cursor.len() - 2], "\u{e9}"] {
            assert!(list.open(forged).is_err());
        }
    }

    #[test]
    fn a_cursor_shows_nothing_of_its_place() {
        let keys = Keys::derive(b"a secret of the tests");
        let ada = officer("ada");
        let cursor = Cursors::new(&keys, &ada, "invites").seal("tan@agency.gov.sg");
        let sealed = URL_SAFE_NO_PAD.decode(cursor).unwrap();
        assert!(!sealed.windows(3).any(|bytes| bytes == b"tan" || bytes == b"gov"));
    }
}

//! The place of an invite in an order, as a page's end remembers it.

use std::cmp::Ordering;

use domain::InviteId;

use super::query::{Direction, Sort, SortColumn};

/// The place of an invite in one order, which no other invite has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// `None`: the invite has nothing in the column of the order.
    pub(super) key: Option<PlaceKey>,
    pub(super) id: InviteId,
}

/// What an invite is sorted by. All places of one order have keys of one kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PlaceKey {
    Number(i64),
    Text(String),
}

/// Between the key and the id. No field can hold it.
const SEPARATOR: char = '\u{0}';

/// In place of a key. No field can hold it.
const BLANK: &str = "\u{10ffff}";

impl Place {
    /// Which of two places of an order comes first. They are the same only if they are of the same invite.
    pub(super) fn compare(&self, other: &Self, sort: Sort) -> Ordering {
        let by_key = match (&self.key, &other.key, sort.direction) {
            (Some(key), Some(others), Direction::Ascending) => key.cmp(others),
            (Some(key), Some(others), Direction::Descending) => others.cmp(key),
            (key, others, _) => key.is_none().cmp(&others.is_none()),
        };
        by_key.then_with(|| self.id.cmp(&other.id))
    }

    /// The text of a place in `sort`. Cursors hold it, and releases beside this one read it: of the newest first, it is
    /// the complement of the time.
    pub(super) fn to_text(&self, sort: Sort) -> String {
        let id = self.id;
        match &self.key {
            None => format!("{BLANK}{SEPARATOR}{id}"),
            Some(PlaceKey::Number(number)) => format!("{:020}{SEPARATOR}{id}", turned(*number, sort)),
            Some(PlaceKey::Text(text)) => format!("{text}{SEPARATOR}{id}"),
        }
    }

    /// Reads the text of a place in `sort`. `None`: it is none.
    pub(super) fn parse(text: &str, sort: Sort) -> Option<Self> {
        let (key, id) = text.rsplit_once(SEPARATOR)?;
        let key = match sort.column {
            _ if key == BLANK => None,
            SortColumn::Date | SortColumn::Techpass | SortColumn::Seed => {
                Some(PlaceKey::Number(turned(key.parse().ok()?, sort)))
            }
            _ => Some(PlaceKey::Text(key.to_owned())),
        };
        Some(Self { key, id: InviteId::parse(id)? })
    }
}

/// A number as it is written, and a written one as it is.
fn turned(number: i64, sort: Sort) -> i64 {
    if sort == Sort::NEWEST { i64::MAX - number } else { number }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written() {
        let id = InviteId::parse("inv_01JDC6T4RG0000000000000000").unwrap();
        let (number, text) = (Some(PlaceKey::Number(5)), Some(PlaceKey::Text("ng\u{1}li".to_owned())));
        for (sort, key, written) in [
            (Sort::NEWEST, number.clone(), "09223372036854775802"),
            (Sort::OLDEST, number.clone(), "00000000000000000005"),
            (Sort::by(SortColumn::Techpass), number, "00000000000000000005"),
            (Sort::by(SortColumn::LastName), text, "ng\u{1}li"),
            (Sort::by(SortColumn::LastName), None, "\u{10ffff}"),
            (Sort::by(SortColumn::Seed), None, "\u{10ffff}"),
        ] {
            let place = Place { key, id };
            assert_eq!(place.to_text(sort), format!("{written}\u{0}{id}"));
            assert_eq!(Place::parse(&place.to_text(sort), sort), Some(place));
        }
        for text in ["", "9", "1\u{0}x", "x\u{0}inv_01JDC6T4RG0000000000000000"] {
            assert_eq!(Place::parse(text, Sort::NEWEST), None, "{text:?}");
        }
    }
}

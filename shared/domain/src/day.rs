//! A day as officers in Singapore know it.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use time::{Date, format_description::BorrowedFormatItem, macros::format_description};

use crate::{Timestamp, time::SINGAPORE};

/// A day in Singapore, which has no summer time, written as `2026-11-23`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

const FORMAT: &[BorrowedFormatItem<'static>] = format_description!("[year]-[month]-[day]");

impl Day {
    /// Reads a day of the years 1970 to 9999. `None`: the text is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let date = Date::parse(text, FORMAT).ok()?;
        (1970..=9999).contains(&date.year()).then_some(Self(date))
    }

    /// Its first moment. Of the first day of 1970: the first moment that a [`Timestamp`] can be.
    #[must_use]
    pub fn begin(self) -> Timestamp {
        Timestamp::from_unix_ms(self.0.midnight().assume_offset(SINGAPORE).unix_timestamp() * 1000)
    }

    /// The first moment after it.
    #[must_use]
    pub fn end(self) -> Timestamp {
        self.begin().next_singapore_day()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), u8::from(self.0.month()), self.0.day())
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("not a day"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_from_midnight_to_midnight_in_singapore() {
        let day = Day::parse("2026-11-23").unwrap();
        assert_eq!(day.begin(), Timestamp::parse("2026-11-22T16:00:00.000Z").unwrap());
        assert_eq!(day.end(), Timestamp::parse("2026-11-23T16:00:00.000Z").unwrap());
        assert_eq!((day.to_string(), day.begin().singapore_date()), ("2026-11-23".to_owned(), "23-11-2026".to_owned()));
        assert_eq!(Day::parse("2028-02-29").unwrap().end(), Day::parse("2028-03-01").unwrap().begin());
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in ["", "2026-11-31", "2027-02-29", "23-11-2026", "2026-1-1", "1969-12-31", "12026-01-01", "today"] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }
}

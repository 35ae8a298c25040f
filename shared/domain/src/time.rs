//! Points in time, and the clock.

use std::{fmt, sync::Arc, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use time::{
    OffsetDateTime, UtcOffset,
    format_description::BorrowedFormatItem,
    macros::{format_description, offset},
};

/// A moment in UTC with millisecond precision, written as `2026-11-23T05:24:02.123Z`.
///
/// The text has a fixed width, so texts sort like moments, and it can be part of a key of the table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The time of Singapore, which is the same all year.
pub(crate) const SINGAPORE: UtcOffset = offset!(+8);

const FORMAT: &[BorrowedFormatItem<'static>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// The latest moment that the text form can hold: the end of the year 9999.
const LATEST_MS: i64 = 253_402_300_799_999;

impl Timestamp {
    /// The moment `ms` milliseconds after 1970 began, limited to the years 1970 to 9999.
    #[must_use]
    pub fn from_unix_ms(ms: i64) -> Self {
        Self(ms.clamp(0, LATEST_MS))
    }

    /// Milliseconds since 1970 began, in UTC.
    #[must_use]
    pub fn unix_ms(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970 began, as DynamoDB's time to live needs them.
    #[must_use]
    pub fn unix_seconds(self) -> i64 {
        self.0 / 1000
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let parsed = time::PrimitiveDateTime::parse(text, FORMAT).ok()?.assume_utc();
        Some(Self::from_unix_ms(i64::try_from(parsed.unix_timestamp_nanos() / 1_000_000).ok()?))
    }

    /// The date in Singapore, as officers read it: `23-11-2026`.
    #[must_use]
    pub fn singapore_date(self) -> String {
        let there = self.to_datetime().to_offset(SINGAPORE);
        format!("{:02}-{:02}-{:04}", there.day(), u8::from(there.month()), there.year())
    }

    /// The first full minute in Singapore that is not before this moment: `14:35 on 23-11-2026`.
    #[must_use]
    pub fn singapore_time(self) -> String {
        const MINUTE_MS: i64 = 60_000;
        let minute = Self::from_unix_ms((self.0 + MINUTE_MS - 1) / MINUTE_MS * MINUTE_MS);
        let there = minute.to_datetime().to_offset(SINGAPORE);
        format!("{:02}:{:02} on {}", there.hour(), there.minute(), minute.singapore_date())
    }

    /// The next midnight in Singapore after this moment.
    #[must_use]
    pub fn next_singapore_day(self) -> Self {
        const DAY_MS: i64 = 24 * 3600 * 1000;
        const OFFSET_MS: i64 = 8 * 3600 * 1000;
        let days = (self.0 + OFFSET_MS).div_euclid(DAY_MS) + 1;
        Self::from_unix_ms(days * DAY_MS - OFFSET_MS)
    }

    #[must_use]
    pub fn to_datetime(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// How long ago `earlier` was; zero if it is in the future.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl std::ops::Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, rhs: Duration) -> Self {
        Self::from_unix_ms(self.0.saturating_add(i64::try_from(rhs.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl std::ops::Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, rhs: Duration) -> Self {
        Self::from_unix_ms(self.0.saturating_sub(i64::try_from(rhs.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_datetime().format(FORMAT).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("not a timestamp"))
    }
}

/// The source of the current time. Cheap to clone.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    #[must_use]
    pub fn system() -> Self {
        Self::new(|| {
            #[expect(clippy::disallowed_methods, reason = "the one place where time enters")]
            let now = OffsetDateTime::now_utc();
            Timestamp::from_unix_ms(i64::try_from(now.unix_timestamp_nanos() / 1_000_000).unwrap_or(0))
        })
    }

    #[must_use]
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_form_reads_back_and_sorts_as_time_does() {
        let early = Timestamp::from_unix_ms(1_763_875_442_123);
        let late = early + Duration::from_millis(1);
        assert_eq!(early.to_string(), "2025-11-23T05:24:02.123Z");
        assert_eq!(Timestamp::parse(&early.to_string()), Some(early));
        assert!(early.to_string() < late.to_string());
        assert_eq!(Timestamp::parse("yesterday"), None);
    }

    #[test]
    fn moments_are_between_the_years_1970_and_9999() {
        let (first, last) = (Timestamp::from_unix_ms(0), Timestamp::from_unix_ms(i64::MAX));
        assert_eq!((first.unix_ms(), first.to_string().as_str()), (0, "1970-01-01T00:00:00.000Z"));
        assert_eq!((last.unix_ms(), last.to_string().as_str()), (LATEST_MS, "9999-12-31T23:59:59.999Z"));
        assert_eq!([Timestamp::from_unix_ms(-1), first - Duration::MAX, last - Duration::MAX], [first; 3]);
        assert_eq!([Timestamp::from_unix_ms(LATEST_MS + 1), last + Duration::MAX, first + Duration::MAX], [last; 3]);
    }

    #[test]
    fn whole_seconds_are_rounded_down() {
        for (ms, seconds) in [(0, 0), (999, 0), (1000, 1), (1_763_875_442_123, 1_763_875_442)] {
            assert_eq!(Timestamp::from_unix_ms(ms).unix_seconds(), seconds, "{ms}");
        }
    }

    #[test]
    fn time_since_a_moment_in_the_future_is_zero() {
        let moment = Timestamp::from_unix_ms(1_763_875_442_123);
        let pause = Duration::from_millis(1500);
        assert_eq!((moment + pause).since(moment), pause);
        assert_eq!(moment.since(moment - pause), pause);
        assert_eq!([moment.since(moment), moment.since(moment + pause)], [Duration::ZERO; 2]);
    }

    #[test]
    fn the_clock_of_the_system_is_at_a_moment_after_this_was_written() {
        assert!(Clock::system().now() > Timestamp::from_unix_ms(1_763_875_442_123));
        let moment = Timestamp::from_unix_ms(7);
        assert_eq!(Clock::new(move || moment).now(), moment);
    }

    #[test]
    fn a_late_utc_evening_is_the_next_day_in_singapore() {
        let moment = Timestamp::parse("2026-11-22T16:00:00.000Z").unwrap();
        assert_eq!(moment.singapore_date(), "23-11-2026");
        assert_eq!(moment.next_singapore_day().to_string(), "2026-11-23T16:00:00.000Z");
        assert_eq!((moment - Duration::from_millis(1)).next_singapore_day(), moment);
        assert_eq!(moment.singapore_time(), "00:00 on 23-11-2026");
        assert_eq!((moment + Duration::from_millis(1)).singapore_time(), "00:01 on 23-11-2026");
    }
}

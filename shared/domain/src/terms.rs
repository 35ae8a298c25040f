//! For how long an invitation is open.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// The longest that an invitation may be open: a link that works for a year is nobody's any more.
const LONGEST_DAYS: u16 = 180;

/// How many days an invitation lives, and on which of them its invitee is first reminded. An invite keeps those that it
/// was made under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    days: u16,
    reminder_day: u16,
}

/// Terms that cannot be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "an invitation lives for 2 to {LONGEST_DAYS} days and its invitee is reminded after 1 day at the earliest, before \
        it expires"
)]
pub struct TermsFault;

impl Terms {
    /// The template's defaults, and the terms of invites that were made before they were kept.
    pub const USUAL: Self = Self { days: 30, reminder_day: 23 };

    /// Terms of `days`, with a reminder from `reminder_day` on.
    ///
    /// # Errors
    ///
    /// When there is no day between the first and the last for the reminder, or the life is too long.
    pub fn new(days: u16, reminder_day: u16) -> Result<Self, TermsFault> {
        let is_kept = (2..=LONGEST_DAYS).contains(&days) && (1..days).contains(&reminder_day);
        if is_kept { Ok(Self { days, reminder_day }) } else { Err(TermsFault) }
    }

    /// How many days an invitation lives: what letters say.
    #[must_use]
    pub fn days(self) -> u16 {
        self.days
    }

    /// How long an invitation can be accepted, and how long a mail's link works.
    #[must_use]
    pub fn life(self) -> Duration {
        DAY * u32::from(self.days)
    }

    /// How long before it expires its invitee is first reminded; then once a day.
    #[must_use]
    pub fn reminder_span(self) -> Duration {
        DAY * u32::from(self.days.saturating_sub(self.reminder_day))
    }
}

impl Default for Terms {
    fn default() -> Self {
        Self::USUAL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_that_cannot_be_kept_are_refused() {
        for (days, reminder_day) in [(0, 0), (1, 1), (30, 0), (30, 30), (30, 31), (181, 1), (u16::MAX, 1)] {
            assert_eq!(Terms::new(days, reminder_day), Err(TermsFault), "{days}, {reminder_day}");
        }
        assert_eq!(Terms::new(30, 23), Ok(Terms::USUAL));
        let short = Terms::new(2, 1).unwrap();
        assert_eq!((short.life(), short.reminder_span()), (2 * DAY, DAY));
    }
}

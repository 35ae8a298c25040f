//! How long an invitation can be accepted.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Days that an invitation may be open at most. A link that works for longer may reach another person.
const LONGEST_DAYS: u16 = 180;

/// How many days an invitation can be accepted, and from which day its invitee is reminded. An invite keeps the terms
/// of its creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    days: u16,
    reminder_day: u16,
}

/// Terms outside the bounds of [`Terms::new`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "an invitation lives for 2 to {LONGEST_DAYS} days and its invitee is reminded after 1 day at the earliest, before \
        it expires"
)]
pub struct TermsFault;

impl Terms {
    /// The defaults of the template, and the terms of invites that were stored without any.
    pub const USUAL: Self = Self { days: 30, reminder_day: 23 };

    /// Terms of `days`, with reminders from `reminder_day` on.
    ///
    /// # Errors
    ///
    /// [`TermsFault`] when `days` is not 2 to 180, or the reminder is not after 1 day at the earliest and before the
    /// invitation expires.
    pub fn new(days: u16, reminder_day: u16) -> Result<Self, TermsFault> {
        let is_kept = (2..=LONGEST_DAYS).contains(&days) && (1..days).contains(&reminder_day);
        if is_kept { Ok(Self { days, reminder_day }) } else { Err(TermsFault) }
    }

    /// How many days an invitation can be accepted, as letters say it.
    #[must_use]
    pub fn days(self) -> u16 {
        self.days
    }

    /// How long an invitation can be accepted, and a mail's link works.
    #[must_use]
    pub fn life(self) -> Duration {
        DAY * u32::from(self.days)
    }

    /// How long before it expires its invitee is first reminded. After that there is a reminder each day.
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
        assert_eq!((Terms::new(30, 23), Terms::default()), (Ok(Terms::USUAL), Terms::USUAL));
    }

    #[test]
    fn an_invitation_lives_for_whole_days_and_the_reminders_begin_on_their_day() {
        let days = |days: u64| Duration::from_secs(days * 86_400);
        for (life, reminder_day, span) in [(2, 1, 1), (30, 23, 7), (180, 1, 179), (180, 179, 1)] {
            let terms = Terms::new(life, reminder_day).unwrap();
            assert_eq!(terms.days(), life);
            assert_eq!(
                (terms.life(), terms.reminder_span()),
                (days(life.into()), days(span)),
                "{life}, {reminder_day}"
            );
        }
    }
}

//! How much one officer may ask for, and has asked for.
//!
//! Single requests and the people in batches are counted separately: ten thousand people in a workbook are normal work,
//! but a thousand forms are not. Counts are kept in slots of ten minutes and end with their slot, so an officer may
//! wait up to ten minutes longer than a span, but never less.

use std::{num::NonZeroU32, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{OfficerId, Timestamp};

const SLOT: Duration = Duration::from_secs(600);

/// How many single requests one officer may make: new invites, amendments and resends. The day's share also counts the
/// amendments and resends of bulk actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SingleCaps {
    pub per_hour: NonZeroU32,
    pub per_day: NonZeroU32,
}

/// How many people one officer may submit in batches within a day. A batch of any size is allowed when the officer has
/// submitted no other one within a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchCap(pub NonZeroU32);

/// Rows and invites that one officer's requests for many may read or change within an hour: some hundred times a whole
/// list or export.
pub const ROWS_PER_HOUR: u32 = 3_000_000;

/// Rows that one request for many counts as at least.
const LEAST_ROWS: u32 = 1_000;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    pub officer: OfficerId,
    #[serde(default)]
    singles: Meter,
    /// Mails that bulk actions send again. They count towards the day's share of single requests, but not towards the
    /// hour's.
    #[serde(default)]
    mailed_by_actions: Meter,
    #[serde(default)]
    people: Meter,
    #[serde(default)]
    rows: Meter,
}

/// An officer has used up a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapReached {
    pub limit: u32,
    /// What is counted, and within which span.
    pub share: Share,
    /// From when there is room again.
    pub until: Timestamp,
}

/// What a cap counts, and within which span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Share {
    /// Single requests within an hour.
    SinglesPerHour,
    /// Single requests within a day.
    SinglesPerDay,
    /// People in batches, within a day.
    PeoplePerDay,
    /// Rows and invites that requests for many read or change, within an hour.
    RowsPerHour,
}

impl Share {
    fn span(self) -> Duration {
        match self {
            Self::SinglesPerHour | Self::RowsPerHour => Duration::from_secs(3600),
            Self::SinglesPerDay | Self::PeoplePerDay => Duration::from_secs(24 * 3600),
        }
    }
}

impl CapReached {
    /// What happened and when the officer can continue.
    #[must_use]
    pub fn detail(&self) -> String {
        let (limit, until) = (self.limit, self.until.singapore_time());
        match self.share {
            Share::SinglesPerHour => {
                format!(
                    "You may send {limit} invites an hour one by one. The next can be sent from {until} in Singapore; \
                        for many people, upload a list."
                )
            }
            Share::SinglesPerDay => {
                format!(
                    "You may send {limit} invites a day one by one. The next can be sent from {until} in Singapore; \
                        for many people, upload a list."
                )
            }
            Share::PeoplePerDay => {
                format!(
                    "You may submit lists of {limit} people a day. There is room for this one from {until} in \
                        Singapore."
                )
            }
            Share::RowsPerHour => {
                format!(
                    "You may read and change {limit} rows an hour by exports, results, filters and changes of many. \
                        The next can be asked for from {until} in Singapore."
                )
            }
        }
    }
}

impl Usage {
    /// The usage of an officer without a record.
    #[must_use]
    pub fn none(officer: OfficerId) -> Self {
        Self {
            officer,
            singles: Meter::default(),
            mailed_by_actions: Meter::default(),
            people: Meter::default(),
            rows: Meter::default(),
        }
    }

    /// Counts one more single request.
    ///
    /// # Errors
    ///
    /// [`CapReached`] when the share of the hour or of the day is used up.
    pub fn one(self, caps: &SingleCaps, now: Timestamp) -> Result<Self, CapReached> {
        let mut next = self.stepped(now);
        next.has_room_today(caps, now)?;
        next.singles.room(Share::SinglesPerHour, caps.per_hour.get(), 1, now)?;
        next.singles.add(1, now);
        Ok(next)
    }

    /// Counts one more invite that a bulk action sends again. The hour's share neither bounds it nor counts it: an
    /// officer asks for an action once, and the action then runs for a while.
    ///
    /// # Errors
    ///
    /// [`CapReached`] when the share of the day is used up.
    pub fn one_of_many(self, caps: &SingleCaps, now: Timestamp) -> Result<Self, CapReached> {
        let mut next = self.stepped(now);
        next.has_room_today(caps, now)?;
        next.mailed_by_actions.add(1, now);
        Ok(next)
    }

    fn has_room_today(&self, caps: &SingleCaps, now: Timestamp) -> Result<(), CapReached> {
        self.singles.with(&self.mailed_by_actions).room(Share::SinglesPerDay, caps.per_day.get(), 1, now)
    }

    /// Counts the people of a batch.
    ///
    /// # Errors
    ///
    /// [`CapReached`] when the share of the day has no room for all of them.
    pub fn people(self, cap: BatchCap, people: u32, now: Timestamp) -> Result<Self, CapReached> {
        let mut next = self.stepped(now);
        let limit = cap.0.get();
        let reached = |reached| CapReached { limit, ..reached };
        next.people.room(Share::PeoplePerDay, limit.max(people), people, now).map_err(reached)?;
        next.people.add(people, now);
        Ok(next)
    }

    /// Counts a request that reads or changes up to `rows` rows or invites. It counts as at least 1,000.
    ///
    /// # Errors
    ///
    /// [`CapReached`] when the share of the hour has no room for all of them.
    pub fn rows(self, rows: u32, now: Timestamp) -> Result<Self, CapReached> {
        let (mut next, rows) = (self.stepped(now), rows.max(LEAST_ROWS));
        next.rows.room(Share::RowsPerHour, ROWS_PER_HOUR, rows, now)?;
        next.rows.add(rows, now);
        Ok(next)
    }

    /// From when nothing in it counts any more. `None`: nothing counts now.
    #[must_use]
    pub fn forgotten_at(&self) -> Option<Timestamp> {
        let meters = [&self.singles, &self.mailed_by_actions, &self.people, &self.rows];
        let last = meters.into_iter().filter_map(|meter| meter.0.last());
        last.map(|slot| slot.leaves(Share::PeoplePerDay.span())).max()
    }

    fn stepped(mut self, now: Timestamp) -> Self {
        for meter in [&mut self.singles, &mut self.mailed_by_actions, &mut self.people, &mut self.rows] {
            meter.0.retain(|slot| now < slot.leaves(Share::PeoplePerDay.span()));
        }
        self
    }
}

/// How much was asked for in each slot of ten minutes, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Meter(Vec<Slot>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Slot {
    at: Timestamp,
    count: u32,
}

impl Slot {
    /// When the whole slot is older than `span`.
    fn leaves(&self, span: Duration) -> Timestamp {
        self.at + SLOT + span
    }
}

impl Meter {
    /// Whether `limit` has room for `amount` more.
    fn room(&self, share: Share, limit: u32, amount: u32, now: Timestamp) -> Result<(), CapReached> {
        let span = share.span();
        let counted = || self.0.iter().filter(|slot| now < slot.leaves(span));
        let mut spent: u32 = counted().fold(0, |sum, slot| sum.saturating_add(slot.count));
        let mut until = None;
        for slot in counted() {
            if spent.saturating_add(amount) <= limit {
                break;
            }
            spent = spent.saturating_sub(slot.count);
            until = Some(slot.leaves(span));
        }
        match until {
            Some(until) => Err(CapReached { limit, share, until }),
            None => Ok(()),
        }
    }

    fn with(&self, other: &Self) -> Self {
        let mut slots = [self.0.as_slice(), other.0.as_slice()].concat();
        slots.sort_by_key(|slot| slot.at);
        Self(slots)
    }

    fn add(&mut self, amount: u32, now: Timestamp) {
        let slot = i64::try_from(SLOT.as_millis()).unwrap_or(i64::MAX);
        let at = Timestamp::from_unix_ms(now.unix_ms() / slot * slot);
        match self.0.last_mut() {
            // If the clock was set back, the latest slot gets the count, which ends later.
            Some(last) if last.at >= at => last.count = last.count.saturating_add(amount),
            _ => self.0.push(Slot { at, count: amount }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix_ms(1_763_875_200_000) + Duration::from_secs(seconds)
    }

    fn none() -> Usage {
        Usage::none(OfficerId::parse("officer-1").unwrap())
    }

    fn caps(per_hour: u32, per_day: u32) -> SingleCaps {
        SingleCaps { per_hour: NonZeroU32::new(per_hour).unwrap(), per_day: NonZeroU32::new(per_day).unwrap() }
    }

    const HOUR: u64 = 3600;

    #[test]
    fn an_hours_share_is_used_up_and_comes_back() {
        let caps = caps(3, 100);
        let full = (0..3).fold(none(), |usage, n| usage.one(&caps, at(n * 300)).unwrap());
        let reached = full.clone().one(&caps, at(700)).unwrap_err();
        assert_eq!((reached.limit, reached.share), (3, Share::SinglesPerHour));
        // The first two are in the same slot of ten minutes.
        assert_eq!(reached.until, at(HOUR + 600));
        assert!(full.clone().one(&caps, at(HOUR + 599)).is_err());
        let next = full.one(&caps, reached.until).unwrap();
        assert!(next.clone().one(&caps, reached.until).is_ok());
        assert_eq!(next.forgotten_at(), Some(at(HOUR + 600 + 600 + 24 * HOUR)));
    }

    #[test]
    fn a_days_share_counts_beside_the_hours() {
        let caps = caps(3, 5);
        let mut usage = none();
        for hour in 0..5 {
            usage = usage.one(&caps, at(hour * 2 * HOUR)).unwrap();
        }
        let reached = usage.clone().one(&caps, at(20 * HOUR)).unwrap_err();
        assert_eq!((reached.share, reached.until), (Share::SinglesPerDay, at(24 * HOUR + 600)));
        assert!(usage.one(&caps, at(24 * HOUR + 600)).is_ok());
    }

    #[test]
    fn what_actions_mail_counts_towards_the_day_and_leaves_the_hour_free() {
        let caps = caps(2, 5);
        let mailed = (0..3).fold(none(), |usage, n| usage.one_of_many(&caps, at(n)).unwrap());
        let full = (0..2).fold(mailed, |usage, n| usage.one(&caps, at(HOUR + n)).unwrap());
        let reached = full.clone().one(&caps, at(3 * HOUR)).unwrap_err();
        assert_eq!((reached.share, reached.until), (Share::SinglesPerDay, at(24 * HOUR + 600)));
        assert_eq!(full.clone().one_of_many(&caps, at(3 * HOUR)).unwrap_err(), reached);
        assert!(full.one(&caps, reached.until).is_ok());
    }

    #[test]
    fn never_more_than_the_share_within_any_span() {
        use proptest::prelude::*;
        proptest!(|(gaps in prop::collection::vec(0..3000u64, 1..200))| {
            let (caps, mut usage, mut now, mut given) = (caps(4, 9), none(), 0, Vec::new());
            for gap in gaps {
                now += gap;
                if let Ok(next) = usage.clone().one(&caps, at(now)) {
                    usage = next;
                    given.push(now);
                }
                let within = |span| given.iter().filter(|then| now - **then < span).count();
                prop_assert!(within(HOUR) <= 4 && within(24 * HOUR) <= 9);
            }
        });
    }

    #[test]
    fn requests_for_many_are_counted_by_their_rows_and_apart() {
        let usage = (0..300).fold(none(), |usage, _| usage.rows(10_000, at(0)).unwrap());
        let reached = usage.clone().rows(1, at(1)).unwrap_err();
        assert_eq!((reached.share, reached.until), (Share::RowsPerHour, at(HOUR + 600)));
        assert!(usage.clone().one(&caps(1, 1), at(1)).is_ok(), "counted apart");
        assert!(usage.rows(1, reached.until).is_ok());
        let small = (0..3_000).fold(none(), |usage, _| usage.rows(1, at(0)).unwrap());
        assert!(small.rows(1, at(0)).is_err(), "each counts as a thousand");
    }

    #[test]
    fn one_batch_always_fits_into_an_empty_day() {
        let cap = BatchCap(NonZeroU32::new(100).unwrap());
        let usage = none().people(cap, 250, at(0)).unwrap();
        assert_eq!(usage.clone().people(cap, 1, at(HOUR)).unwrap_err().until, at(24 * HOUR + 600));
        assert!(usage.one(&caps(1, 1), at(HOUR)).is_ok(), "counted apart");
        let some = none().people(cap, 60, at(0)).unwrap();
        assert!(some.clone().people(cap, 40, at(1)).is_ok());
        let until = at(24 * HOUR + 600);
        for people in [41, 250] {
            let reached = some.clone().people(cap, people, at(1)).unwrap_err();
            assert_eq!(reached, CapReached { limit: 100, share: Share::PeoplePerDay, until }, "{people}");
        }
    }

    #[test]
    fn nothing_is_kept_of_what_no_longer_counts() {
        let (caps, cap) = (caps(5, 5), BatchCap(NonZeroU32::new(100).unwrap()));
        let usage = none().one(&caps, at(0)).unwrap().one_of_many(&caps, at(599)).unwrap();
        let usage = usage.people(cap, 60, at(0)).unwrap().rows(2_000, at(599)).unwrap();
        let end = at(24 * HOUR + 600);
        assert_eq!((none().forgotten_at(), usage.forgotten_at()), (None, Some(end)));
        assert_eq!(usage.clone().one(&caps, end), none().one(&caps, end));
        let before = end - Duration::from_millis(1);
        let kept = usage.clone().one(&caps, before).unwrap();
        assert_eq!(
            (&kept.mailed_by_actions, &kept.people, &kept.rows),
            (&usage.mailed_by_actions, &usage.people, &usage.rows)
        );
        for later in [usage.clone().one_of_many(&caps, at(600)), usage.people(cap, 1, at(600))] {
            assert_eq!(later.unwrap().forgotten_at(), Some(end + SLOT), "the latest of all counts");
        }
    }

    #[test]
    fn a_record_has_one_count_for_ten_minutes() {
        let caps = caps(9, 9);
        let usage = [0, 599, 600].into_iter().fold(none(), |usage, then| usage.one(&caps, at(then)).unwrap());
        let slots = [Slot { at: at(0), count: 2 }, Slot { at: at(600), count: 1 }];
        assert_eq!(usage, Usage { singles: Meter(slots.into()), ..none() });
    }

    #[test]
    fn what_is_asked_for_after_the_clock_was_set_back_counts_as_long_as_what_came_before() {
        let caps = caps(2, 100);
        let full = none().one(&caps, at(1200)).unwrap().one(&caps, at(0)).unwrap();
        let reached = full.clone().one(&caps, at(HOUR + 1799)).unwrap_err();
        assert_eq!((reached.share, reached.until), (Share::SinglesPerHour, at(HOUR + 1800)));
        assert!(full.one(&caps, at(HOUR + 1800)).is_ok());
    }

    #[test]
    fn an_officer_is_told_the_limit_and_when_to_continue() {
        let until = at(HOUR + 600);
        for (share, limit) in [
            (Share::SinglesPerHour, "You may send 3 invites an hour one by one. "),
            (Share::SinglesPerDay, "You may send 3 invites a day one by one. "),
            (Share::PeoplePerDay, "You may submit lists of 3 people a day. "),
            (Share::RowsPerHour, "You may read and change 3 rows an hour "),
        ] {
            let detail = CapReached { limit: 3, share, until }.detail();
            assert!(detail.starts_with(limit), "{detail}");
            assert!(detail.contains(" from 14:30 on 23-11-2025 in Singapore"), "{detail}");
        }
    }
}

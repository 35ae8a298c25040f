//! Nothing is left over: not after a run, and not after the last retention.

use std::time::Duration;

use super::{
    canaries::named_in,
    scenarios::{ALL, Scenario},
    world::{Manner, Mishap, World},
};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Days, more than all retentions together: an invitation, its person, a tombstone, and some more.
const LAST_PERIOD: u64 = 30 + 90 + 365 + 60;

/// Longer than the record of a deleted request for SEED is kept after its account was deleted.
const TOMBSTONES: Duration = Duration::from_secs(400 * 24 * 3600);

/// Days that pass in one step after the daily reminders are over.
const STRIDE: u64 = 15;

/// Minutes of work after each step: each job of the timers has run, and what it found is done.
const MINUTES_A_DAY: u64 = 4;

/// Days on which something may happen every day.
const DAILY_UNTIL: u64 = 40;

impl World {
    /// Checks that everything in the table belongs to a record and has an end: at once, or after every job of the
    /// timers had another day.
    pub(super) async fn inspect_leftovers(&self) -> Result<(), String> {
        for _ in 0..2 {
            if self.app.table.leftovers(self.app.clock.now()).is_empty() {
                return Ok(());
            }
            self.pass(DAY);
            self.work(MINUTES_A_DAY).await;
        }
        let left = self.app.table.leftovers(self.app.clock.now());
        if left.is_empty() { Ok(()) } else { Err(format!("left over: {left:#?}")) }
    }

    /// Lets time pass until the last retention is over, and checks that nothing is kept.
    pub(super) async fn inspect_the_end(&self) -> Result<(), String> {
        let mut day = 0;
        while day < LAST_PERIOD {
            let stride = if day < DAILY_UNTIL { 1 } else { STRIDE };
            day += stride;
            self.pass(u32::try_from(stride).unwrap() * DAY);
            self.work(MINUTES_A_DAY).await;
        }
        // The directory still knows its accounts; the daily records about them end with the accounts.
        self.app.directory.delete_all();
        for _ in 0..4 {
            self.pass(DAY);
            self.work(MINUTES_A_DAY).await;
        }
        self.pass(TOMBSTONES);
        self.work(MINUTES_A_DAY).await;
        let kept = self.app.table.kept(self.app.clock.now());
        if !kept.is_empty() {
            return Err(format!("kept after the last period: {kept:#?}\n{}", self.shown().await));
        }
        let items = self.app.table.dump(self.app.clock.now());
        match items.iter().find(|item| named_in(item).is_some()) {
            Some(item) => Err(format!("somebody is named after the last period: {item}")),
            None => Ok(()),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_kept_after_the_last_period() {
    let mut wrong = Vec::new();
    for scenario in ALL {
        wrong.extend(wrong_in_the_end(scenario, &[]).await.map(|wrong| format!("{}: {wrong}", scenario.name)));
    }
    assert!(wrong.is_empty(), "{} of {} scenarios:\n{}", wrong.len(), ALL.len(), wrong.join("\n"));
}

/// What is wrong after the last retention of a run with these mishaps.
pub(super) async fn wrong_in_the_end(scenario: Scenario, mishaps: &[Mishap]) -> Option<String> {
    let world = World::begin(&[scenario], mishaps, Manner::of(mishaps)).await;
    Box::pin(world.play(scenario)).await;
    world.inspect_the_end().await.err()
}

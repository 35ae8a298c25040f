//! The share of Cognito's quotas that one process uses.
//!
//! Cognito counts the requests of an account and region in each second, by category, and refuses those above the
//! quota. Only the quota of creations can be raised.
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html#category_operations>

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, sleep_until};

use crate::DirectoryError;

/// The part of each quota that the service uses. The rest is for the pages of officers, and for signing in.
const USED: f64 = 0.9;

/// The longest wait for a turn. A worker must not sleep away the time that its requests need.
const LONGEST_WAIT: Duration = Duration::from_secs(8);

/// How much of its share a process can use at once after a pause.
const SAVED: Duration = Duration::from_millis(500);

/// How the quotas are shared among the processes that create accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// The quota of creations: 50 unless AWS has raised it.
    pub creations_per_second: u32,
    /// The processes that run at the same time. At least one.
    pub processes: u32,
}

/// A category of requests with a quota of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Category {
    /// `UserCreation`, to which `AdminCreateUser` belongs.
    Creation,
    /// `UserList`, to which `ListUsers` belongs.
    List,
    /// `UserUpdate`, to which `AdminAddUserToGroup`, `AdminRemoveUserFromGroup`, `AdminDisableUser`, `AdminEnableUser`
    /// and `AdminDeleteUser` belong.
    Update,
    /// `UserRead`, to which `AdminGetUser` belongs.
    Read,
}

impl Category {
    /// Its quota in requests a second.
    fn quota(self, share: Share) -> u32 {
        match self {
            Self::Creation => share.creations_per_second,
            Self::List => 30,
            Self::Update => 25,
            Self::Read => 120,
        }
    }
}

/// Lets requests pass at the rate of a share. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Pace {
    /// `None`: no request waits for a turn.
    share: Option<Share>,
    /// When the next request of each category may be sent.
    next: Arc<[Mutex<Option<Instant>>; 4]>,
}

impl Pace {
    /// A pace at which no request waits.
    pub(super) fn free() -> Self {
        Self { share: None, next: Arc::default() }
    }

    pub(super) fn of(share: Share) -> Self {
        Self { share: Some(share), next: Arc::default() }
    }

    /// Waits until a request of this category may be sent.
    ///
    /// # Errors
    ///
    /// [`DirectoryError::Throttled`] when that would take longer than [`LONGEST_WAIT`].
    pub(super) async fn turn(&self, category: Category) -> Result<(), DirectoryError> {
        let Some(share) = self.share else {
            return Ok(());
        };
        let per_second = f64::from(category.quota(share)) * USED / f64::from(share.processes.max(1));
        let turn = self.take(category, Duration::from_secs_f64(1.0 / per_second), Instant::now())?;
        sleep_until(turn).await;
        Ok(())
    }

    /// The time of the next turn, which nobody else gets.
    fn take(&self, category: Category, every: Duration, now: Instant) -> Result<Instant, DirectoryError> {
        let mut next = self.next[category as usize].lock().unwrap_or_else(PoisonError::into_inner);
        let saved = now.checked_sub(SAVED).unwrap_or(now);
        let turn = next.map_or(now, |next| next.max(saved));
        let wait = turn.saturating_duration_since(now);
        if wait > LONGEST_WAIT {
            return Err(DirectoryError::Throttled { retry_after: wait });
        }
        *next = Some(turn + every);
        Ok(turn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARE: Share = Share { creations_per_second: 50, processes: 9 };

    async fn seconds_for(pace: &Pace, category: Category, turns: u32) -> f64 {
        let began = Instant::now();
        for _ in 0..turns {
            pace.turn(category).await.unwrap();
        }
        began.elapsed().as_secs_f64()
    }

    #[tokio::test(start_paused = true)]
    async fn each_category_passes_at_its_own_rate() {
        let pace = Pace::of(SHARE);
        for (category, per_second) in
            [(Category::Creation, 5.0), (Category::List, 3.0), (Category::Update, 2.5), (Category::Read, 12.0)]
        {
            let seconds = seconds_for(&pace, category, 31).await;
            assert!((seconds - 30.0 / per_second).abs() < 0.1, "{category:?}: {seconds}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_saves_half_a_second_of_turns() {
        let pace = Pace::of(SHARE);
        pace.turn(Category::Creation).await.unwrap();
        tokio::time::sleep(Duration::from_secs(60)).await;
        let seconds = seconds_for(&pace, Category::Creation, 5).await;
        assert!((seconds - 0.3).abs() < 0.01, "{seconds}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_would_wait_too_long_is_refused_with_its_wait() {
        let pace = Pace::of(SHARE);
        let now = Instant::now();
        let every = Duration::from_secs(3);
        let waits: Vec<_> = (0..4).map(|_| pace.take(Category::List, every, now)).collect();
        assert!(waits[..3].iter().all(Result::is_ok));
        assert_eq!(waits[3], Err(DirectoryError::Throttled { retry_after: Duration::from_secs(9) }));
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_waits_without_a_share() {
        assert_eq!(seconds_for(&Pace::free(), Category::Update, 1_000).await, 0.0);
    }
}

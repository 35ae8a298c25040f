//! Time and randomness under the control of a test.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use domain::{Clock, Entropy, Timestamp};
use tokio::time::Instant;

/// A clock that a test advances. Clones share its time.
#[derive(Clone, Debug)]
pub struct ManualClock {
    hands: Arc<AtomicI64>,
    /// When the time of `tokio`, which also advances it, was nought. `None`: only the test advances it.
    since: Option<Instant>,
}

impl ManualClock {
    /// A clock at the time `start`, which only a test advances.
    #[must_use]
    pub fn new(start: Timestamp) -> Self {
        Self { hands: Arc::new(AtomicI64::new(start.unix_ms())), since: None }
    }

    /// A clock at the time `start`, which goes with the time of `tokio`.
    #[must_use]
    pub fn going(start: Timestamp) -> Self {
        Self { since: Some(Instant::now()), ..Self::new(start) }
    }

    /// The clock, as functions use it.
    #[must_use]
    pub fn clock(&self) -> Clock {
        let hands = self.clone();
        Clock::new(move || hands.now())
    }

    /// The current time of the clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let passed = self.since.map_or(Duration::ZERO, |since| since.elapsed());
        Timestamp::from_unix_ms(self.hands.load(Ordering::SeqCst)) + passed
    }

    pub fn advance(&self, by: Duration) {
        self.hands.fetch_add(i64::try_from(by.as_millis()).unwrap_or(0), Ordering::SeqCst);
    }
}

/// A sequence of numbers that depends only on `seed`. Clones share their place in it.
#[must_use]
pub fn seeded(seed: u64) -> Entropy {
    let state = AtomicU64::new(seed);
    Entropy::new(move || (u128::from(splitmix64(&state)) << 64) | u128::from(splitmix64(&state)))
}

/// One step of SplitMix64, as in <https://prng.di.unimi.it/splitmix64.c>.
fn splitmix64(state: &AtomicU64) -> u64 {
    const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut z = state.fetch_add(GAMMA, Ordering::SeqCst).wrapping_add(GAMMA);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

//! Time and randomness that a test decides.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use domain::{Clock, Entropy, Timestamp};

/// A clock that only a test moves; clones share its time.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock that shows `start`.
    #[must_use]
    pub fn new(start: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(start.unix_ms())))
    }

    /// It, as functions use a clock.
    #[must_use]
    pub fn clock(&self) -> Clock {
        let hands = self.clone();
        Clock::new(move || hands.now())
    }

    /// The moment that it shows.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp::from_unix_ms(self.0.load(Ordering::SeqCst))
    }

    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_millis()).unwrap_or(0), Ordering::SeqCst);
    }
}

/// A sequence that follows from `seed`; clones share their place in it.
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

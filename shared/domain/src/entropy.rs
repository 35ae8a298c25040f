//! Where randomness comes from.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// A source of random bytes: the operating system's, or a test's.
#[derive(Clone, Debug)]
pub enum Entropy {
    /// The operating system's.
    System,
    /// A sequence fixed by its seed, for tests; clones share its place in the sequence.
    Seeded(Arc<AtomicU64>),
}

impl Entropy {
    /// A fixed sequence.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(Arc::new(AtomicU64::new(seed)))
    }

    /// Sixteen random bytes as a number.
    ///
    /// # Panics
    ///
    /// When the operating system has no randomness to give: nothing safe could follow.
    #[must_use]
    pub fn next_u128(&self) -> u128 {
        match self {
            Self::System => {
                let mut bytes = [0; 16];
                #[expect(clippy::disallowed_methods, reason = "the one place where randomness enters")]
                let filled = getrandom::fill(&mut bytes);
                #[expect(clippy::expect_used, reason = "without randomness every id and token would be guessable")]
                filled.expect("the operating system provides randomness");
                u128::from_ne_bytes(bytes)
            }
            Self::Seeded(state) => (u128::from(splitmix64(state)) << 64) | u128::from(splitmix64(state)),
        }
    }
}

/// The SplitMix64 step: <https://prng.di.unimi.it/splitmix64.c>.
fn splitmix64(state: &AtomicU64) -> u64 {
    const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut z = state.fetch_add(GAMMA, Ordering::SeqCst).wrapping_add(GAMMA);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

//! The source of randomness.

use std::{fmt, sync::Arc};

/// A source of random bytes. Cheap to clone.
#[derive(Clone)]
pub struct Entropy(Arc<dyn Fn() -> u128 + Send + Sync>);

impl Entropy {
    /// The randomness of the operating system.
    ///
    /// # Panics
    ///
    /// Each draw panics when the operating system has no randomness: an id or a token without it would not be safe.
    #[must_use]
    pub fn system() -> Self {
        Self::new(|| {
            let mut bytes = [0; 16];
            #[expect(clippy::disallowed_methods, reason = "the one place where randomness enters")]
            let filled = getrandom::fill(&mut bytes);
            #[expect(clippy::expect_used, reason = "without randomness every id and token would be guessable")]
            filled.expect("the operating system provides randomness");
            u128::from_ne_bytes(bytes)
        })
    }

    #[must_use]
    pub fn new(next: impl Fn() -> u128 + Send + Sync + 'static) -> Self {
        Self(Arc::new(next))
    }

    /// Sixteen random bytes as a number.
    #[must_use]
    pub fn next_u128(&self) -> u128 {
        (self.0)()
    }

    /// A random number from 0 to 1.
    #[must_use]
    pub fn fraction(&self) -> f64 {
        let bytes = self.next_u128().to_be_bytes();
        f64::from(u16::from_be_bytes([bytes[0], bytes[1]])) / f64::from(u16::MAX)
    }

    /// A sequence that follows from `seed`, for the tests of this crate.
    #[cfg(test)]
    pub(crate) fn seeded(seed: u64) -> Self {
        use crate::digest::first_16_bytes;
        use sha2::{Digest as _, Sha256};
        let drawn = std::sync::atomic::AtomicU64::new(0);
        Self::new(move || {
            let place = drawn.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let digest = Sha256::digest([seed.to_be_bytes(), place.to_be_bytes()].concat());
            first_16_bytes(&digest.into())
        })
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entropy")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_draw_is_what_the_source_gives() {
        assert_eq!(Entropy::new(|| 42).next_u128(), 42);
        let (seeded, same) = (Entropy::seeded(1), Entropy::seeded(1));
        let draws = [seeded.next_u128(), seeded.next_u128()];
        assert_eq!(draws, [same.next_u128(), same.next_u128()]);
        assert_ne!(draws[0], draws[1]);
    }

    #[test]
    fn a_fraction_is_from_0_to_1() {
        // Only the first two bytes of a draw count.
        for (draw, fraction) in [(0, 0.0), (u128::MAX, 1.0), (13_107 << 112, 0.2), (1, 0.0)] {
            let found = Entropy::new(move || draw).fraction();
            assert!((found - fraction).abs() < 1e-9, "{found} for {draw}");
        }
    }

    #[test]
    fn the_system_gives_other_bytes_each_time() {
        assert_ne!(Entropy::system().next_u128(), Entropy::system().next_u128());
    }
}

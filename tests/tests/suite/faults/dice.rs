//! Random numbers that depend only on a seed, so that a random run is the same each time.

use domain::Entropy;

pub(super) struct Dice(Entropy);

impl Dice {
    pub(super) fn seeded(seed: u64) -> Self {
        Self(testing::seeded(seed))
    }

    pub(super) fn below(&self, bound: usize) -> usize {
        usize::try_from(self.0.next_u128() % bound as u128).unwrap()
    }

    /// One of `things`. `None`: there are none.
    pub(super) fn one_of<T: Copy>(&self, things: &[T]) -> Option<T> {
        (!things.is_empty()).then(|| things[self.below(things.len())])
    }
}

//! A rate, as services count it: so many in a second, and no reserve.

use tokio::time::Instant;

/// What is left of a rate. A second fills it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bucket {
    left: f64,
    at: Instant,
    rate: f64,
}

impl Bucket {
    pub(crate) fn full(rate: f64, now: Instant) -> Self {
        Self { left: rate, at: now, rate }
    }

    /// Whether `amount` is there at `now`. More than a second has is there when all of a second is.
    pub(crate) fn has(&mut self, amount: f64, now: Instant) -> bool {
        let left = self.left + self.rate * now.duration_since(self.at).as_secs_f64();
        (self.left, self.at) = (left.min(self.rate), now);
        self.left >= amount.min(self.rate)
    }

    pub(crate) fn take(&mut self, amount: f64) {
        self.left -= amount;
    }

    /// Takes one, if it is there at `now`. Returns whether it was.
    pub(crate) fn take_one(&mut self, now: Instant) -> bool {
        let is_there = self.has(1.0, now);
        if is_there {
            self.take(1.0);
        }
        is_there
    }
}

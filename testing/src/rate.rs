//! A rate, as services count it: so many in a second, and no reserve.

use tokio::time::Instant;

/// What is left of a rate at a moment. A second fills it.
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

    pub(crate) fn refilled(self, now: Instant) -> Self {
        let left = self.left + self.rate * now.duration_since(self.at).as_secs_f64();
        Self { left: left.min(self.rate), at: now, ..self }
    }

    /// Whether `amount` is there. More than a second has is there when all of a second is.
    pub(crate) fn has(self, amount: f64) -> bool {
        self.left >= amount.min(self.rate)
    }

    pub(crate) fn take(&mut self, amount: f64) {
        self.left -= amount;
    }
}

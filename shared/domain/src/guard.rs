//! What keeps things from happening twice, by name.
//!
//! Each guard is asked where it is enforced. It always holds; only a build for tests, with the feature `fake`, can take one
//! away, to show what happens without it.

use crate::Timestamp;

/// A guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// Whoever loses the race for a claim keeps its hands off.
    Claim,
    /// Nobody takes over what another may still be working on.
    Lease,
    /// An invitation is accepted once.
    SingleUse,
    /// A request that is repeated under its key does nothing.
    Idempotency,
    /// Nobody is sent, and nobody asks for, more than their share.
    Caps,
}

impl Guard {
    /// Whether it holds.
    #[cfg(not(feature = "fake"))]
    #[must_use]
    pub const fn holds(self) -> bool {
        true
    }

    /// Whether it holds: unless this test took it away.
    #[cfg(feature = "fake")]
    #[must_use]
    pub fn holds(self) -> bool {
        AWAY.get() != Some(self)
    }

    /// Takes it away from the current thread, until the answer is dropped.
    #[cfg(feature = "fake")]
    #[must_use = "it is put back when this is dropped"]
    pub fn take_away(self) -> Away {
        AWAY.set(Some(self));
        Away(())
    }
}

/// Whether a lease until `until` is over at `now`.
pub(crate) fn lease_is_over(until: Timestamp, now: Timestamp) -> bool {
    now >= until || !Guard::Lease.holds()
}

#[cfg(feature = "fake")]
thread_local! {
    static AWAY: std::cell::Cell<Option<Guard>> = const { std::cell::Cell::new(None) };
}

/// A guard is away.
#[cfg(feature = "fake")]
#[derive(Debug)]
pub struct Away(());

#[cfg(feature = "fake")]
impl Drop for Away {
    fn drop(&mut self) {
        AWAY.set(None);
    }
}

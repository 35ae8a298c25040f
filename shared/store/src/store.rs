//! The store: everything that the service keeps.

use std::time::Duration;

use domain::{Entropy, Timestamp};

use crate::table::{Patient, Table};

/// The time that is left after long work.
const TIME_TO_END: Duration = Duration::from_secs(5);

/// Everything that the service keeps. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) table: Patient,
}

impl Store {
    /// The store over a table. `entropy` spreads the repetitions of requests that the table put off.
    #[must_use]
    pub fn new(table: impl Table + 'static, entropy: Entropy) -> Self {
        Self { table: Patient::new(table, entropy) }
    }

    /// The same store for the long work of an invocation that must end by `deadline`: each call asks a busy table again
    /// for as long as there is time, and not for five seconds. Five seconds are left to record how the work ended.
    #[must_use]
    pub fn until(&self, deadline: Timestamp, now: Timestamp) -> Self {
        Self { table: self.table.clone().for_as_long_as(deadline.since(now + TIME_TO_END)) }
    }
}

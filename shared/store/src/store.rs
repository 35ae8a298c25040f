//! The store: everything that the service keeps.

use std::time::Duration;

use domain::Entropy;

use crate::table::{Patient, Table};

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

    /// The same store, each call of which asks a busy table again for as long as this, and not for five seconds.
    #[must_use]
    pub fn for_as_long_as(&self, patience: Duration) -> Self {
        Self { table: self.table.clone().for_as_long_as(patience) }
    }
}

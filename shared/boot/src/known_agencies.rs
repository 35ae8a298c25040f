//! The agencies that have accounts, read from the table and kept in memory for a while.

use std::{sync::Arc, time::Duration};

use domain::{Agencies, Clock};
use store::{Store, StoreError};

use crate::Recent;

/// How long they are used before they are read again. The directory is listed once a day.
const FRESH: Duration = Duration::from_secs(600);

/// The agencies that have accounts, as they were last read.
#[derive(Debug)]
pub struct KnownAgencies {
    store: Store,
    clock: Clock,
    recent: Recent<Arc<Agencies>>,
}

impl KnownAgencies {
    /// The agencies in `store`. They are not read yet.
    #[must_use]
    pub fn stored(store: Store, clock: Clock) -> Self {
        Self { store, clock, recent: Recent::kept_for(FRESH) }
    }

    /// The agencies, at most ten minutes old.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when they cannot be read.
    pub async fn current(&self) -> Result<Arc<Agencies>, StoreError> {
        let now = self.clock.now();
        self.recent.get(now, || async { self.store.agencies(now).await.map(Arc::new) }).await
    }
}

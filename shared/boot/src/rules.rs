//! The domain rules, read from the table and kept in memory for a while.

use std::{sync::Arc, time::Duration};

use domain::{Clock, DomainRules};
use store::{Store, StoreError};

use crate::Recent;

/// How long rules are used before they are read again. After this time an operator's change is used everywhere.
const FRESH: Duration = Duration::from_secs(300);

/// The domain rules, as they were last read.
#[derive(Debug)]
pub struct Rules {
    store: Store,
    clock: Clock,
    recent: Recent<Arc<DomainRules>>,
}

impl Rules {
    /// The rules in `store`. They are not read yet.
    #[must_use]
    pub fn stored(store: Store, clock: Clock) -> Self {
        Self { store, clock, recent: Recent::kept_for(FRESH) }
    }

    /// The rules, at most five minutes old.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when they cannot be read or are malformed. Older rules are not used instead, because their
    /// operator has replaced them.
    pub async fn current(&self) -> Result<Arc<DomainRules>, StoreError> {
        self.recent.get(self.clock.now(), || async { self.store.domain_rules().await.map(Arc::new) }).await
    }
}

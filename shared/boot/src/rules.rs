//! The domain rules, read from the table and kept for a while.

use std::{sync::Arc, time::Duration};

use domain::{Clock, DomainRules};
use store::{Store, StoreError};

use crate::Recent;

/// How long rules are used before they are read again: an operator's change is in force everywhere after this.
const FRESH: Duration = Duration::from_secs(300);

/// The domain rules in force.
#[derive(Debug)]
pub struct Rules {
    store: Store,
    clock: Clock,
    recent: Recent<Arc<DomainRules>>,
}

impl Rules {
    /// The rules in `store`, none read yet.
    #[must_use]
    pub fn stored(store: Store, clock: Clock) -> Self {
        Self { store, clock, recent: Recent::kept_for(FRESH) }
    }

    /// The rules, at most five minutes old.
    ///
    /// # Errors
    ///
    /// When they cannot be read, or are malformed: older ones are not used in their place, because their operator
    /// meant them to end.
    pub async fn current(&self) -> Result<Arc<DomainRules>, StoreError> {
        self.recent.get(self.clock.now(), || async { self.store.domain_rules().await.map(Arc::new) }).await
    }
}

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
    /// When they cannot be read, or are malformed: older ones are not used in their place, because whoever changed them
    /// meant them to end.
    pub async fn current(&self) -> Result<Arc<DomainRules>, StoreError> {
        self.recent.get(self.clock.now(), || async { self.store.domain_rules().await.map(Arc::new) }).await
    }
}

#[cfg(test)]
mod tests {
    use domain::Timestamp;

    use super::*;

    fn rules(domain: &str) -> String {
        format!(
            r#"{{"version":1,"domains":[{{"domain":"{domain}","match":"exact","persona":"officer","seed":"eligible"}}]}}"#
        )
    }

    fn may_invite(rules: &DomainRules, email: &str) -> bool {
        rules.may_invite(&domain::EmailAddress::parse(email).unwrap())
    }

    #[tokio::test]
    async fn rules_are_read_again_after_a_while_and_their_absence_is_an_error() {
        let (store, clock) = (Store::memory(), Clock::manual(Timestamp::from_unix_ms(1_763_875_442_000)));
        let settings = Rules::stored(store.clone(), clock.clone());
        assert!(settings.current().await.is_err(), "there are none yet");

        store.put_domain_rules(&rules("old.gov.sg")).await.unwrap();
        assert!(may_invite(&settings.current().await.unwrap(), "a@old.gov.sg"));

        store.put_domain_rules(&rules("new.gov.sg")).await.unwrap();
        clock.advance(FRESH - Duration::from_millis(1));
        assert!(may_invite(&settings.current().await.unwrap(), "a@old.gov.sg"));
        clock.advance(Duration::from_millis(1));
        assert!(may_invite(&settings.current().await.unwrap(), "a@new.gov.sg"));
    }
}

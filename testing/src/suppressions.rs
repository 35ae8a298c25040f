//! A fake of SES's suppression list, in memory.

use async_trait::async_trait;
use domain::EmailAddress;
use mail::{SuppressionError, SuppressionList};

use crate::probe::{Failure, Probe, Probed};

/// A fake suppression list in memory. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct MemorySuppressions(Probed<Vec<EmailAddress>>);

impl MemorySuppressions {
    /// An empty list whose calls the probe counts and breaks.
    #[must_use]
    pub fn probed(probe: Probe) -> Self {
        Self(Probed::outside(probe, Vec::new()))
    }

    /// Adds an address to the list, as SES does after a mail was returned.
    pub fn add(&self, address: EmailAddress) {
        self.0.by_hand().push(address);
    }

    #[must_use]
    pub fn addresses(&self) -> Vec<EmailAddress> {
        self.0.by_hand().clone()
    }
}

#[async_trait]
impl SuppressionList for MemorySuppressions {
    async fn remove(&self, address: &EmailAddress) -> Result<(), SuppressionError> {
        let take_off = |addresses: &mut Vec<EmailAddress>| {
            addresses.retain(|listed| listed != address);
            Ok(())
        };
        let failed = |failure: Failure| Err(SuppressionError { code: failure.code().to_owned() });
        self.0.write_once("ses.unsuppress", take_off, failed).await
    }
}

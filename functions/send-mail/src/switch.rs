//! The emergency stop.

use std::time::Duration;

use boot::Recent;
use domain::Timestamp;
use store::{Store, StoreError, settings::MailSwitch};

/// How long the last read of the switch is valid. A stop works everywhere within a second.
const BELIEVED: Duration = Duration::from_millis(500);

/// The state of the mail switch, as it was last read.
#[derive(Debug)]
pub struct Switch(Recent<MailSwitch>);

impl Default for Switch {
    fn default() -> Self {
        Self(Recent::kept_for(BELIEVED))
    }
}

impl Switch {
    /// The current state. All mails of one event wait for the same read.
    pub(crate) async fn position(&self, store: &Store, now: Timestamp) -> Result<MailSwitch, StoreError> {
        self.0.get(now, || store.mail_switch(now)).await
    }
}

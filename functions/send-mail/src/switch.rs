//! The emergency stop.

use std::time::Duration;

use boot::Recent;
use domain::Timestamp;
use store::{Store, StoreError, settings::MailSwitch};

/// How long the switch's position is believed: a stop is in force everywhere within a second.
const BELIEVED: Duration = Duration::from_millis(500);

/// The position of the mail switch, as it was last read.
#[derive(Debug)]
pub struct Switch(Recent<MailSwitch>);

impl Default for Switch {
    fn default() -> Self {
        Self(Recent::kept_for(BELIEVED))
    }
}

impl Switch {
    /// The position now. The mails of one event wait for one reading of it.
    pub(crate) async fn position(&self, store: &Store, now: Timestamp) -> Result<MailSwitch, StoreError> {
        self.0.get(now, || store.mail_switch()).await
    }
}

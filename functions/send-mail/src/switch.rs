//! The emergency stop.

use std::time::Duration;

use domain::Timestamp;
use store::{Store, StoreError, settings::MailSwitch};
use tokio::sync::Mutex;

/// How long the switch's position is believed: a stop is in force everywhere within a second.
const BELIEVED: Duration = Duration::from_millis(500);

/// The position of the mail switch, as it was last read.
#[derive(Debug, Default)]
pub struct Switch(Mutex<Option<(Timestamp, MailSwitch)>>);

impl Switch {
    /// The position now. The mails of one event wait for one reading of it.
    pub(crate) async fn position(&self, store: &Store, now: Timestamp) -> Result<MailSwitch, StoreError> {
        let mut known = self.0.lock().await;
        if let Some((_, position)) = known.filter(|(read_at, _)| now < *read_at + BELIEVED) {
            return Ok(position);
        }
        let position = store.mail_switch().await?;
        *known = Some((now, position));
        Ok(position)
    }
}

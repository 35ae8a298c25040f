//! The emergency stop.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use domain::Timestamp;
use store::{Store, StoreError, settings::MailSwitch};

/// How long the switch's position is believed: a stop is in force everywhere within a second.
const BELIEVED: Duration = Duration::from_millis(500);

/// The position of the mail switch, as it was last read.
#[derive(Debug, Default)]
pub struct Switch(Mutex<Option<(Timestamp, MailSwitch)>>);

impl Switch {
    /// The position now.
    pub(crate) async fn position(&self, store: &Store, now: Timestamp) -> Result<MailSwitch, StoreError> {
        let known = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, position)) = known.filter(|(read_at, _)| now < *read_at + BELIEVED) {
            return Ok(position);
        }
        let position = store.mail_switch().await?;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, position));
        Ok(position)
    }
}

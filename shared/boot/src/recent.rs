//! What was read a while ago and still counts.

use std::{future::Future, time::Duration};

use domain::Timestamp;
use tokio::sync::Mutex;

/// A value that is read anew once the last reading is too old.
#[derive(Debug)]
pub struct Recent<T> {
    life: Duration,
    latest: Mutex<Option<(Timestamp, T)>>,
}

impl<T: Clone> Recent<T> {
    /// A value that counts for so long, not read yet.
    #[must_use]
    pub fn kept_for(life: Duration) -> Self {
        Self { life, latest: Mutex::new(None) }
    }

    /// The value at hand, or else what `read` gives, which is kept. A caller who asks meanwhile waits for the one
    /// reading.
    ///
    /// # Errors
    ///
    /// Those of `read`; nothing is kept then, and the next call reads again.
    pub async fn get<E, F: Future<Output = Result<T, E>>>(
        &self,
        now: Timestamp,
        read: impl FnOnce() -> F,
    ) -> Result<T, E> {
        let mut latest = self.latest.lock().await;
        if let Some((read_at, value)) = latest.as_ref()
            && now < *read_at + self.life
        {
            return Ok(value.clone());
        }
        let value = read().await?;
        *latest = Some((now, value.clone()));
        Ok(value)
    }
}

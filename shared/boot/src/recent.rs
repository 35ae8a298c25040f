//! A value that is kept in memory for a while.

use std::{future::Future, time::Duration};

use domain::Timestamp;
use tokio::sync::Mutex;

/// A value that is read again when the last read is too old.
#[derive(Debug)]
pub struct Recent<T> {
    life: Duration,
    latest: Mutex<Option<(Timestamp, T)>>,
}

impl<T: Clone> Recent<T> {
    /// A value that is valid for `life` after each read. It is not read yet.
    #[must_use]
    pub fn kept_for(life: Duration) -> Self {
        Self { life, latest: Mutex::new(None) }
    }

    /// The value in memory or, when that is too old, the result of `read`, which is kept. Other callers wait for the
    /// same read.
    ///
    /// # Errors
    ///
    /// Those of `read`. Then nothing is kept, and the next call reads again.
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

//! The secret of the service's keys, fetched at first use and kept for the life of the process.

use std::{fmt::Debug, sync::Arc};

use async_trait::async_trait;
use aws_sdk_secretsmanager::Client;
use domain::Keys;
use serde::Deserialize;
use thiserror::Error;
use tokio::sync::OnceCell;

use crate::cause::WithCauses;

/// Characters of the master secret at least: 256 bits in base64 or hexadecimal have more.
const MIN_MASTER_LEN: usize = 32;

/// The [`Keys`], fetched at first use.
#[derive(Debug)]
pub struct Secrets {
    source: Arc<dyn KeySource>,
    keys: OnceCell<Keys>,
}

/// The source of keys: Secrets Manager, or a test.
#[async_trait]
pub trait KeySource: Debug + Send + Sync {
    async fn fetch(&self) -> Result<Keys, SecretsError>;
}

/// Keys derived from a secret in Secrets Manager: `{"master": "…"}`.
#[derive(Debug)]
pub(crate) struct StoredKeys {
    client: Client,
    id: String,
}

/// Why there is no secret. It contains nothing of the value.
#[derive(Debug, Error)]
pub enum SecretsError {
    /// The secret could not be fetched.
    #[error("a secret cannot be read: {0}")]
    Unreadable(String),
    /// It is not an object with a text of at least 32 characters as the expected member.
    #[error("a secret is not of its form, or too short")]
    Malformed,
}

#[derive(Deserialize)]
struct Document {
    master: String,
}

impl Secrets {
    /// The keys of `source`. They are not fetched yet.
    #[must_use]
    pub fn from_source(source: Arc<dyn KeySource>) -> Self {
        Self { source, keys: OnceCell::new() }
    }

    /// The keys, fetched by the first call.
    ///
    /// # Errors
    ///
    /// [`SecretsError`] when the secret cannot be read; the next call tries again.
    pub async fn keys(&self) -> Result<&Keys, SecretsError> {
        self.keys.get_or_try_init(|| self.source.fetch()).await
    }
}

impl StoredKeys {
    /// The keys of the secret with this id.
    pub(crate) fn new(client: Client, id: String) -> Self {
        Self { client, id }
    }
}

#[async_trait]
impl KeySource for StoredKeys {
    async fn fetch(&self) -> Result<Keys, SecretsError> {
        let secret = self
            .client
            .get_secret_value()
            .secret_id(&self.id)
            .send()
            .await
            .map_err(|error| SecretsError::Unreadable(WithCauses(&error).to_string()))?;
        read(secret.secret_string().unwrap_or_default())
    }
}

fn read(text: &str) -> Result<Keys, SecretsError> {
    match serde_json::from_str::<Document>(text) {
        Ok(document) if document.master.len() >= MIN_MASTER_LEN => Ok(Keys::derive(document.master.as_bytes())),
        _ => Err(SecretsError::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_anyone_could_guess_is_no_secret() {
        for text in ["", "{}", r#"{"master":""}"#, r#"{"master":"changeme"}"#] {
            assert!(read(text).is_err(), "{text}");
        }
        assert!(read(r#"{"master":"0123456789abcdef0123456789abcdef"}"#).is_ok());
    }
}

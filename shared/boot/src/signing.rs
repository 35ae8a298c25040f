//! A secret shared with another system. Two versions of it may be valid at the same time.

use std::{fmt::Debug, sync::Arc, time::Duration};

use async_trait::async_trait;
use aws_sdk_secretsmanager::{Client, error::ProvideErrorMetadata};
use domain::{Clock, webhook::SigningSecret};
use serde::Deserialize;

use crate::{Recent, cause::WithCauses, secrets::SecretsError};

/// How long fetched secrets are used. After this time a new version is used everywhere.
const FRESH: Duration = Duration::from_secs(60);

/// Secrets Manager's names for the current version and the previous one. Both are valid during a rotation.
const LIVE: [&str; 2] = ["AWSCURRENT", "AWSPREVIOUS"];

/// Fetches [`SigningSecret`]s, and keeps them in memory for a minute.
#[derive(Debug)]
pub struct SigningSecrets {
    source: Arc<dyn SigningSource>,
    clock: Clock,
    recent: Recent<Vec<SigningSecret>>,
}

/// The source of signing secrets: Secrets Manager, or a test.
#[async_trait]
pub trait SigningSource: Debug + Send + Sync {
    /// Fetches the valid secrets, the current one first.
    async fn fetch(&self) -> Result<Vec<SigningSecret>, SecretsError>;
}

/// The valid versions of a secret in Secrets Manager: `{"secret": "…"}`.
#[derive(Debug)]
pub(crate) struct StoredSigning {
    client: Client,
    id: String,
}

#[derive(Deserialize)]
struct Document {
    secret: String,
}

impl SigningSecrets {
    /// The secrets of `source`. They are not fetched yet.
    #[must_use]
    pub fn from_source(source: Arc<dyn SigningSource>, clock: Clock) -> Self {
        Self { source, clock, recent: Recent::kept_for(FRESH) }
    }

    /// The valid secrets, the current one first, at most a minute old.
    ///
    /// # Errors
    ///
    /// [`SecretsError`] when the current version cannot be read; the next call tries again.
    pub async fn current(&self) -> Result<Vec<SigningSecret>, SecretsError> {
        self.recent.get(self.clock.now(), || self.source.fetch()).await
    }
}

impl StoredSigning {
    /// The secret with this id.
    pub(crate) fn new(client: Client, id: String) -> Self {
        Self { client, id }
    }
}

#[async_trait]
impl SigningSource for StoredSigning {
    async fn fetch(&self) -> Result<Vec<SigningSecret>, SecretsError> {
        let mut secrets = Vec::with_capacity(LIVE.len());
        for stage in LIVE {
            let got = self.client.get_secret_value().secret_id(&self.id).version_stage(stage).send().await;
            match got {
                Ok(secret) => secrets.push(read(secret.secret_string().unwrap_or_default())?),
                // Before its first rotation there is no previous version.
                Err(error) if !secrets.is_empty() && error.code() == Some("ResourceNotFoundException") => {}
                Err(error) => return Err(SecretsError::Unreadable(WithCauses(&error).to_string())),
            }
        }
        Ok(secrets)
    }
}

fn read(text: &str) -> Result<SigningSecret, SecretsError> {
    let document: Document = serde_json::from_str(text).map_err(|_| SecretsError::Malformed)?;
    SigningSecret::new(&document.secret).ok_or(SecretsError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_anyone_could_guess_is_no_secret() {
        for text in ["", "{}", r#"{"secret":""}"#, r#"{"secret":"changeme"}"#] {
            assert!(read(text).is_err(), "{text}");
        }
        assert!(read(r#"{"secret":"0123456789abcdef0123456789abcdef"}"#).is_ok());
    }
}

//! A secret that another system shares, of which two versions may be live.

use std::{fmt::Debug, sync::Arc, time::Duration};

use async_trait::async_trait;
use aws_sdk_secretsmanager::{Client, error::ProvideErrorMetadata};
use domain::{Clock, webhook::SigningSecret};
use serde::Deserialize;

use crate::{Recent, cause::WithCauses, secrets::SecretsError};

/// How long what was fetched is used: a new version is in force everywhere after this.
const FRESH: Duration = Duration::from_secs(60);

/// Secrets Manager's names for the version in force and the one before it, which both count while one is replaced.
const LIVE: [&str; 2] = ["AWSCURRENT", "AWSPREVIOUS"];

/// Reads [`SigningSecret`]s, and remembers them for a minute.
#[derive(Debug)]
pub struct SigningSecrets {
    source: Arc<dyn SigningSource>,
    clock: Clock,
    recent: Recent<Vec<SigningSecret>>,
}

/// Where signing secrets are: in Secrets Manager, or with a test.
#[async_trait]
pub trait SigningSource: Debug + Send + Sync {
    /// The live secrets, the one in force first, fetched anew.
    async fn fetch(&self) -> Result<Vec<SigningSecret>, SecretsError>;
}

/// The live versions of a secret of Secrets Manager: `{"secret": "…"}`.
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
    /// The secrets in `source`, not fetched yet.
    #[must_use]
    pub fn from_source(source: Arc<dyn SigningSource>, clock: Clock) -> Self {
        Self { source, clock, recent: Recent::kept_for(FRESH) }
    }

    /// The live secrets, the one in force first, at most a minute old.
    ///
    /// # Errors
    ///
    /// When the version in force cannot be read; the next call tries again.
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
                // Before its first change it has no version before.
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

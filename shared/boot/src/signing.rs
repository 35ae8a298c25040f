//! A secret that another system shares, of which two versions may be live.

use std::time::Duration;

use aws_sdk_secretsmanager::{Client, error::ProvideErrorMetadata};
use domain::{Clock, signature::SigningSecret};
use serde::Deserialize;

use crate::{Recent, cause::WithCauses, secrets::SecretsError};

/// How long what was fetched is used: a new version is in force everywhere after this.
const FRESH: Duration = Duration::from_secs(60);

/// Secrets Manager's names for the version in force and the one before it, which both count while one is replaced.
const LIVE: [&str; 2] = ["AWSCURRENT", "AWSPREVIOUS"];

/// Where [`SigningSecret`]s come from.
#[derive(Debug)]
pub struct SigningSecrets {
    source: Source,
    clock: Clock,
    recent: Recent<Vec<SigningSecret>>,
}

#[derive(Debug)]
enum Source {
    SecretsManager { client: Client, id: String },
    Fixed(Vec<SigningSecret>),
}

#[derive(Deserialize)]
struct Document {
    secret: String,
}

impl SigningSecrets {
    /// The live versions of the secret `{"secret": "…"}` with this id.
    #[must_use]
    pub fn stored(client: Client, id: String, clock: Clock) -> Self {
        Self { source: Source::SecretsManager { client, id }, clock, recent: Recent::kept_for(FRESH) }
    }

    /// Secrets at hand, for tests.
    #[must_use]
    pub fn fixed(secrets: Vec<SigningSecret>, clock: Clock) -> Self {
        Self { source: Source::Fixed(secrets), clock, recent: Recent::kept_for(FRESH) }
    }

    /// The live secrets, the one in force first, at most a minute old.
    ///
    /// # Errors
    ///
    /// When the version in force cannot be read; the next call tries again.
    pub async fn current(&self) -> Result<Vec<SigningSecret>, SecretsError> {
        match &self.source {
            Source::Fixed(secrets) => Ok(secrets.clone()),
            Source::SecretsManager { client, id } => self.recent.get(self.clock.now(), || fetch(client, id)).await,
        }
    }
}

async fn fetch(client: &Client, id: &str) -> Result<Vec<SigningSecret>, SecretsError> {
    let mut secrets = Vec::with_capacity(LIVE.len());
    for stage in LIVE {
        let got = client.get_secret_value().secret_id(id).version_stage(stage).send().await;
        match got {
            Ok(secret) => secrets.push(read(secret.secret_string().unwrap_or_default())?),
            // Before its first change it has no version before.
            Err(error) if !secrets.is_empty() && error.code() == Some("ResourceNotFoundException") => {}
            Err(error) => return Err(SecretsError::Unreadable(WithCauses(&error).to_string())),
        }
    }
    Ok(secrets)
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

//! The service's one secret, fetched at first use and kept for the life of the process.

use aws_sdk_secretsmanager::Client;
use domain::Keys;
use serde::Deserialize;
use thiserror::Error;
use tokio::sync::OnceCell;

use crate::cause::WithCauses;

/// The shortest master secret that is taken: 256 bits in base64 or hexadecimal are longer.
const MIN_MASTER_LEN: usize = 32;

/// Where the [`Keys`] come from.
#[derive(Debug)]
pub struct Secrets {
    source: Source,
    keys: OnceCell<Keys>,
}

#[derive(Debug)]
enum Source {
    SecretsManager { client: Client, id: String },
    Fixed,
}

/// Why there is no secret. Nothing of its value is in it.
#[derive(Debug, Error)]
pub enum SecretsError {
    /// The secret could not be fetched.
    #[error("a secret cannot be read: {0}")]
    Unreadable(String),
    /// It is not an object with a text of at least 32 characters where one belongs.
    #[error("a secret is not of its form, or too short")]
    Malformed,
}

#[derive(Deserialize)]
struct Document {
    master: String,
}

impl Secrets {
    /// The secret `{"master": "…"}` with this id.
    #[must_use]
    pub fn stored(client: Client, id: String) -> Self {
        Self { source: Source::SecretsManager { client, id }, keys: OnceCell::new() }
    }

    /// Keys at hand, for tests.
    #[must_use]
    pub fn fixed(keys: Keys) -> Self {
        Self { source: Source::Fixed, keys: OnceCell::new_with(Some(keys)) }
    }

    /// The keys.
    ///
    /// # Errors
    ///
    /// When the secret cannot be read; the next call tries again.
    pub async fn keys(&self) -> Result<&Keys, SecretsError> {
        self.keys.get_or_try_init(|| self.fetch()).await
    }

    async fn fetch(&self) -> Result<Keys, SecretsError> {
        let Source::SecretsManager { client, id } = &self.source else {
            return Err(SecretsError::Malformed);
        };
        let secret = client
            .get_secret_value()
            .secret_id(id)
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

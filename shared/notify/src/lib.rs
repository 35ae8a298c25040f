#![doc = include_str!("../README.md")]

#[cfg(feature = "fake")]
mod memory;

mod address;
mod https;
mod target;

use thiserror::Error;

#[cfg(feature = "fake")]
pub use memory::{Endpoints, Posted};
pub use target::Reach;

use target::Target;

/// Who calls endpoints.
#[derive(Debug)]
pub struct Notifier {
    backend: Backend,
}

#[derive(Debug)]
enum Backend {
    Https(https::Https),
    #[cfg(feature = "fake")]
    Memory(Endpoints),
}

/// Why an endpoint did not do what it was asked. It may have, all the same: an answer can be lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CallFailure {
    /// It may not be called.
    #[error("the endpoint is not allowed: {0}")]
    NotAllowed(&'static str),
    /// There was no connection, or it broke.
    #[error("the endpoint cannot be reached")]
    Unreachable,
    /// It took too long.
    #[error("the endpoint did not answer in time")]
    TimedOut,
    /// It answered with this status, which is no success.
    #[error("the endpoint answered {0}")]
    Status(u16),
    /// It answered with more than a challenge, or with no text.
    #[error("the endpoint's answer is not a challenge")]
    Unexpected,
}

/// The cause of not having a client at all: the system's trusted roots cannot be read.
#[derive(Debug, Error)]
#[error("no TLS client: {0}")]
pub struct NoClient(String);

impl Notifier {
    /// Calls real endpoints within `reach`.
    ///
    /// # Errors
    ///
    /// When there is nothing to trust.
    pub fn new(reach: Reach) -> Result<Self, NoClient> {
        Ok(Self { backend: Backend::Https(https::Https::new(reach)?) })
    }

    /// Calls endpoints in memory.
    #[cfg(feature = "fake")]
    #[must_use]
    pub fn memory(endpoints: Endpoints) -> Self {
        Self { backend: Backend::Memory(endpoints) }
    }

    /// Posts a JSON body, with its signature in the header of that name.
    ///
    /// # Errors
    ///
    /// When the endpoint did not say that it took it.
    pub async fn post(&self, endpoint: &str, signature: (&str, &str), body: &str) -> Result<(), CallFailure> {
        match &self.backend {
            Backend::Https(https) => https.post(endpoint, signature, body).await,
            #[cfg(feature = "fake")]
            Backend::Memory(endpoints) => endpoints.post(endpoint, signature, body).await,
        }
    }

    /// Asks the endpoint to echo `token`, as `GET …?challengeToken=<token>`, and gives what it answered.
    ///
    /// # Errors
    ///
    /// When it answered nothing that could be the token.
    pub async fn challenge(&self, endpoint: &str, token: &str) -> Result<String, CallFailure> {
        match &self.backend {
            Backend::Https(https) => https.challenge(endpoint, token).await,
            #[cfg(feature = "fake")]
            Backend::Memory(endpoints) => endpoints.challenge(endpoint, token).await,
        }
    }
}

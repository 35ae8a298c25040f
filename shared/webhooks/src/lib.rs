#![doc = include_str!("../README.md")]

mod address;
mod https;
mod target;

use std::{fmt::Debug, sync::Arc};

use async_trait::async_trait;
use thiserror::Error;

pub use https::Https;

pub use target::Reach;

/// Calls the endpoints of agencies. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Notifier {
    transport: Arc<dyn Transport>,
}

/// The port to endpoints: HTTPS, or the fake endpoints of a test.
#[async_trait]
pub trait Transport: Debug + Send + Sync {
    /// See [`Notifier::post`] for what it promises.
    async fn post(&self, endpoint: &str, signature: (&str, &str), body: &str) -> Result<(), CallFailure>;

    /// See [`Notifier::challenge`] for what it promises.
    async fn challenge(&self, endpoint: &str, token: &str) -> Result<String, CallFailure>;
}

/// Why a call failed. The endpoint may have acted on it all the same, because an answer can be lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CallFailure {
    /// The endpoint may not be called.
    #[error("the endpoint is not allowed: {0}")]
    NotAllowed(&'static str),
    /// There was no connection, or it was interrupted.
    #[error("the endpoint cannot be reached")]
    Unreachable,
    #[error("the endpoint did not answer in time")]
    TimedOut,
    /// It answered with this status, which is no success.
    #[error("the endpoint answered {0}")]
    Status(u16),
    /// Its answer is longer than a challenge, or no text.
    #[error("the endpoint's answer is not a challenge")]
    Unexpected,
}

/// There is no client, because the trusted roots of the system cannot be read.
#[derive(Debug, Error)]
#[error("no TLS client: {0}")]
pub struct NoClient(String);

impl Notifier {
    #[must_use]
    pub fn new(transport: impl Transport + 'static) -> Self {
        Self { transport: Arc::new(transport) }
    }

    /// Posts a JSON body with a signature, which is the name and the value of a header.
    ///
    /// # Errors
    ///
    /// [`CallFailure`] when the endpoint did not answer that it accepted the body.
    pub async fn post(&self, endpoint: &str, signature: (&str, &str), body: &str) -> Result<(), CallFailure> {
        self.transport.post(endpoint, signature, body).await
    }

    /// Asks the endpoint to echo `token`, with `GET …?challengeToken=<token>`, and returns its answer.
    ///
    /// # Errors
    ///
    /// [`CallFailure`] when the answer cannot be the token.
    pub async fn challenge(&self, endpoint: &str, token: &str) -> Result<String, CallFailure> {
        self.transport.challenge(endpoint, token).await
    }
}

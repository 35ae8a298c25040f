#![doc = include_str!("../README.md")]

mod address;
mod https;
mod target;

use std::{fmt::Debug, sync::Arc};

use async_trait::async_trait;
use thiserror::Error;

pub use https::Https;

pub use target::Reach;

/// Who calls endpoints. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Notifier {
    transport: Arc<dyn Transport>,
}

/// What carries calls to endpoints: HTTPS, or the endpoints of a test.
#[async_trait]
pub trait Transport: Debug + Send + Sync {
    /// See [`Notifier::post`] for what it promises.
    async fn post(&self, endpoint: &str, signature: (&str, &str), body: &str) -> Result<(), CallFailure>;

    /// See [`Notifier::challenge`] for what it promises.
    async fn challenge(&self, endpoint: &str, token: &str) -> Result<String, CallFailure>;
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
    #[must_use]
    pub fn new(transport: impl Transport + 'static) -> Self {
        Self { transport: Arc::new(transport) }
    }

    /// Posts a JSON body, with its signature in the header of that name.
    ///
    /// # Errors
    ///
    /// When the endpoint did not say that it took it.
    pub async fn post(&self, endpoint: &str, signature: (&str, &str), body: &str) -> Result<(), CallFailure> {
        self.transport.post(endpoint, signature, body).await
    }

    /// Asks the endpoint to echo `token`, as `GET …?challengeToken=<token>`, and gives what it answered.
    ///
    /// # Errors
    ///
    /// When it answered nothing that could be the token.
    pub async fn challenge(&self, endpoint: &str, token: &str) -> Result<String, CallFailure> {
        self.transport.challenge(endpoint, token).await
    }
}

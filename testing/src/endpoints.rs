//! Fake endpoints of agencies, in memory.

use std::collections::BTreeMap;

use async_trait::async_trait;
use webhooks::{CallFailure, Notifier, Transport};

use crate::probe::{Failure, Probe, Probed};

/// Endpoints that accept what is posted to them, or fail as a test says. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Endpoints(Probed<State>);

#[derive(Clone, Debug, Default)]
struct State {
    posted: Vec<Posted>,
    failing: BTreeMap<String, CallFailure>,
    echo: Option<String>,
    calls: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    pub endpoint: String,
    /// The name of the header with the signature.
    pub header: String,
    pub signature: String,
    /// The body exactly as it was sent.
    pub body: String,
}

impl Endpoints {
    /// Endpoints whose calls the probe counts and breaks.
    #[must_use]
    pub fn probed(probe: Probe) -> Self {
        Self(Probed::outside(probe, State::default()))
    }

    /// The endpoints, as functions call them.
    #[must_use]
    pub fn notifier(&self) -> Notifier {
        Notifier::new(self.clone())
    }

    /// Makes an endpoint fail from now on, or work again.
    pub fn fail(&self, endpoint: &str, failure: Option<CallFailure>) {
        let failing = &mut self.0.by_hand().failing;
        match failure {
            Some(failure) => failing.insert(endpoint.to_owned(), failure),
            None => failing.remove(endpoint),
        };
    }

    /// Sets the text that every challenge is answered with.
    pub fn echo(&self, answer: &str) {
        self.0.by_hand().echo = Some(answer.to_owned());
    }

    /// The accepted posts, oldest first.
    #[must_use]
    pub fn posted(&self) -> Vec<Posted> {
        self.0.by_hand().posted.clone()
    }

    /// How many calls there were, accepted or not.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.0.by_hand().calls
    }
}

#[async_trait]
impl Transport for Endpoints {
    async fn post(&self, endpoint: &str, (header, signature): (&str, &str), body: &str) -> Result<(), CallFailure> {
        let posted = Posted {
            endpoint: endpoint.to_owned(),
            header: header.to_owned(),
            signature: signature.to_owned(),
            body: body.to_owned(),
        };
        let take = |state: &mut State| {
            state.calls += 1;
            match state.failing.get(endpoint) {
                Some(failure) => Err(*failure),
                None => {
                    state.posted.push(posted);
                    Ok(())
                }
            }
        };
        self.0.write_once("endpoint.post", take, |failure| Err(failed(failure))).await
    }

    async fn challenge(&self, endpoint: &str, token: &str) -> Result<String, CallFailure> {
        let ask = |state: &mut State| {
            state.calls += 1;
            match state.failing.get(endpoint) {
                Some(failure) => Err(*failure),
                None => Ok(state.echo.clone().unwrap_or_else(|| token.to_owned())),
            }
        };
        self.0.read("endpoint.challenge", ask, |failure| Err(failed(failure))).await
    }
}

fn failed(failure: Failure) -> CallFailure {
    match failure {
        Failure::Throttled => CallFailure::Status(429),
        Failure::Denied => CallFailure::Status(403),
        Failure::Lost => CallFailure::TimedOut,
        Failure::Garbled => CallFailure::Unexpected,
    }
}

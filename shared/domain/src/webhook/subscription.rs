//! An agency's subscription: its system is sent the changes of its officers' invites.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::{SubscriptionId, Timestamp, fields::text, id::OfDigest as _, text_form::text_form};

/// Failures in a row after which an endpoint is parked. All attempts of one event within a day are fewer.
pub const FAILURES_TO_PARK: u32 = 20;

/// The email domain of an agency's officers, in lower case. It is the name of the agency.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct AgencyDomain(String);

/// An agency's endpoint, as an operator registered it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    pub domain: AgencyDomain,
    /// The URL that events are posted to. Whether it may be called is decided at each call.
    pub endpoint: String,
    pub state: SubscriptionState,
    /// The generation of the agency's current secret, from 1.
    pub generation: u32,
    /// Until when the previous secret signs too. `None`: there is no previous one.
    pub previous_until: Option<Timestamp>,
    /// How many events in a row could not be delivered.
    pub failures: u32,
    pub updated_at: Timestamp,
}

/// Whether an endpoint is sent events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SubscriptionState {
    /// It has not confirmed yet that it wants events.
    Pending {
        /// The text that it has to echo.
        challenge: String,
        /// Why the last attempt failed, if there was one.
        failure: Option<String>,
    },
    Active,
    /// Its attempts failed too often. Events wait until an operator resumes it.
    Parked {
        at: Timestamp,
    },
}

/// The subscription is not in a state from which this transition is possible.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("the agency is in another state")]
pub struct SubscriptionConflict;

impl AgencyDomain {
    /// Reads a domain name. `None`: the text is no domain name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let name = text::trim(text).to_ascii_lowercase();
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        // The name of a message group has at most 128 characters.
        (name.len() <= 128 && name.contains('.') && name.split('.').all(label)).then_some(Self(name))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AgencyDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

text_form!(AgencyDomain, |text| AgencyDomain::parse(text).ok_or("not a domain name"));

impl SubscriptionId {
    /// The id of the subscription of an email domain.
    #[must_use]
    pub fn of_domain(domain: &AgencyDomain) -> Self {
        let digest = Sha256::digest(domain.as_str());
        Self::of_digest_at(0, digest)
    }
}

impl Subscription {
    /// The subscription of an agency that an operator just registered. Its endpoint has to echo `challenge`.
    #[must_use]
    pub fn registered(domain: AgencyDomain, endpoint: String, challenge: String, now: Timestamp) -> Self {
        Self {
            domain,
            endpoint,
            state: SubscriptionState::Pending { challenge, failure: None },
            generation: 1,
            previous_until: None,
            failures: 0,
            updated_at: now,
        }
    }

    /// The same agency with another endpoint, which has to echo `challenge`. Its secret is unchanged.
    #[must_use]
    pub fn registered_again(self, endpoint: String, challenge: String, now: Timestamp) -> Self {
        let state = SubscriptionState::Pending { challenge, failure: None };
        Self { endpoint, failures: 0, ..self.moved_to(state, now) }
    }

    /// Starts to use a new secret. The previous secret signs too until `previous_until`.
    #[must_use]
    pub fn rotated(self, previous_until: Timestamp, now: Timestamp) -> Self {
        let generation = self.generation.saturating_add(1);
        Self { generation, previous_until: Some(previous_until), updated_at: now, ..self }
    }

    /// Sends events to a parked endpoint again.
    ///
    /// # Errors
    ///
    /// [`SubscriptionConflict`] unless it is parked.
    pub fn resumed(self, now: Timestamp) -> Result<Self, SubscriptionConflict> {
        match self.state {
            SubscriptionState::Parked { .. } => {
                Ok(Self { failures: 0, ..self.moved_to(SubscriptionState::Active, now) })
            }
            SubscriptionState::Pending { .. } | SubscriptionState::Active => Err(SubscriptionConflict),
        }
    }

    #[must_use]
    pub fn id(&self) -> SubscriptionId {
        SubscriptionId::of_domain(&self.domain)
    }

    /// Whether an event is written for a change of its officers' invites, to be sent now or once the endpoint is
    /// resumed.
    #[must_use]
    pub fn wants_events(&self) -> bool {
        !matches!(self.state, SubscriptionState::Pending { .. })
    }

    /// The state's name, for logs and operators.
    #[must_use]
    pub fn state_name(&self) -> &'static str {
        match self.state {
            SubscriptionState::Pending { .. } => "PENDING",
            SubscriptionState::Active => "ACTIVE",
            SubscriptionState::Parked { .. } => "PARKED",
        }
    }

    /// The generations of the secrets that sign now, the current one first.
    #[must_use]
    pub fn generations(&self, now: Timestamp) -> Vec<u32> {
        let previous = self.previous_until.filter(|until| now < *until).and_then(|_| self.generation.checked_sub(1));
        [Some(self.generation), previous.filter(|generation| *generation > 0)].into_iter().flatten().collect()
    }

    /// Records what the endpoint answered to the challenge, or why it did not answer.
    ///
    /// # Errors
    ///
    /// [`SubscriptionConflict`] unless it is pending.
    pub fn challenged(self, answer: Result<&str, &str>, now: Timestamp) -> Result<Self, SubscriptionConflict> {
        let SubscriptionState::Pending { challenge, .. } = &self.state else {
            return Err(SubscriptionConflict);
        };
        let state = match answer {
            Ok(echo) if echo == challenge => SubscriptionState::Active,
            Ok(_) => SubscriptionState::Pending {
                challenge: challenge.clone(),
                failure: Some("the answer is not the challenge".to_owned()),
            },
            Err(why) => SubscriptionState::Pending { challenge: challenge.clone(), failure: Some(why.to_owned()) },
        };
        Ok(self.moved_to(state, now))
    }

    /// Counts an event that could not be delivered. Too many in a row park the endpoint.
    #[must_use]
    pub fn failed(self, now: Timestamp) -> Self {
        let failures = self.failures.saturating_add(1);
        let state = match self.state.clone() {
            SubscriptionState::Active if failures >= FAILURES_TO_PARK => SubscriptionState::Parked { at: now },
            other => other,
        };
        Self { failures, ..self.moved_to(state, now) }
    }

    /// Resets the count of failures, because an event was delivered.
    #[must_use]
    pub fn succeeded(self, now: Timestamp) -> Self {
        let state = self.state.clone();
        Self { failures: 0, ..self.moved_to(state, now) }
    }

    fn moved_to(self, state: SubscriptionState, now: Timestamp) -> Self {
        Self { state, updated_at: now, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_ms(seconds * 1000)
    }

    fn agency() -> Subscription {
        let domain = AgencyDomain::parse("Example-Agency.gov.sg").unwrap();
        Subscription::registered(domain, "https://hooks.example.com/in".to_owned(), "c".to_owned(), at(0))
    }

    #[test]
    fn an_agencys_id_follows_from_its_domain() {
        let id = SubscriptionId::of_domain(&AgencyDomain::parse("example-agency.gov.sg").unwrap());
        assert_eq!(id.to_string(), "agn_0000000000DXNGJP91V06CZG1N");
    }

    #[test]
    fn only_the_right_echo_makes_an_endpoint_active() {
        let wrong = "the answer is not the challenge";
        for (answer, failure) in [(Ok(""), wrong), (Ok("C"), wrong), (Ok("c "), wrong), (Err("timed out"), "timed out")]
        {
            let refused = agency().challenged(answer, at(1)).unwrap();
            assert!(!refused.wants_events(), "{answer:?}");
            let state = SubscriptionState::Pending { challenge: "c".to_owned(), failure: Some(failure.to_owned()) };
            assert_eq!(refused, Subscription { state, updated_at: at(1), ..agency() });
        }
        let active = agency().challenged(Ok("c"), at(1)).unwrap();
        assert_eq!(active, Subscription { state: SubscriptionState::Active, updated_at: at(1), ..agency() });
        assert!(active.wants_events());
        assert_eq!(active.challenged(Ok("c"), at(2)), Err(SubscriptionConflict));
    }

    #[test]
    fn failures_in_a_row_park_it_and_one_success_resets_them() {
        let fail = |agency: Subscription, times: u32| (0..times).fold(agency, |agency, _| agency.failed(at(2)));
        let active = agency().challenged(Ok("c"), at(1)).unwrap();
        let nearly = fail(active, FAILURES_TO_PARK - 1);
        assert_eq!(nearly.state, SubscriptionState::Active);
        let relieved = fail(nearly.clone().succeeded(at(3)), FAILURES_TO_PARK - 1);
        assert_eq!(relieved.state, SubscriptionState::Active);
        let parked = nearly.clone().failed(at(4));
        let state = SubscriptionState::Parked { at: at(4) };
        let failures = FAILURES_TO_PARK;
        assert_eq!(parked, Subscription { state: state.clone(), failures, updated_at: at(4), ..nearly });
        assert!(parked.wants_events(), "they wait until it is resumed");
        assert_eq!(parked.failed(at(5)).state, state, "since the first time");
        let pending = fail(agency(), FAILURES_TO_PARK);
        assert_eq!(pending, Subscription { failures, updated_at: at(2), ..agency() }, "only an active one is parked");
        assert_eq!(pending.succeeded(at(6)), Subscription { updated_at: at(6), ..agency() });
    }

    #[test]
    fn two_secrets_sign_while_one_is_replaced() {
        assert_eq!(agency().generations(at(0)), [1]);
        let rotated = agency().rotated(at(100), at(1));
        assert_eq!(rotated.generations(at(99)), [2, 1]);
        assert_eq!(rotated.generations(at(100)), [2]);
        assert_eq!((rotated.updated_at, rotated.state_name()), (at(1), "PENDING"));
        let first = Subscription { previous_until: Some(at(100)), ..agency() };
        assert_eq!(first.generations(at(0)), [1], "there is none before the first");
    }

    #[test]
    fn only_a_parked_endpoint_is_resumed_and_its_failures_are_forgotten() {
        let active = agency().challenged(Ok("c"), at(1)).unwrap();
        let parked = (0..FAILURES_TO_PARK).fold(active.clone(), |agency, _| agency.failed(at(2)));
        assert_eq!(parked.state_name(), "PARKED");
        let resumed = parked.resumed(at(3)).unwrap();
        assert_eq!((resumed.state_name(), resumed.failures, resumed.updated_at), ("ACTIVE", 0, at(3)));
        assert_eq!(active.resumed(at(3)), Err(SubscriptionConflict));
        assert_eq!(agency().resumed(at(3)), Err(SubscriptionConflict));
    }

    #[test]
    fn an_agency_that_is_registered_again_keeps_its_secret_and_is_challenged_anew() {
        let rotated = agency().challenged(Ok("c"), at(1)).unwrap().rotated(at(100), at(2)).failed(at(3));
        let again = rotated.registered_again("https://other.example.com/".to_owned(), "d".to_owned(), at(4));
        assert_eq!((again.generations(at(99)), again.failures), (vec![2, 1], 0));
        assert_eq!((again.state_name(), again.endpoint.as_str()), ("PENDING", "https://other.example.com/"));
        assert!(!again.clone().challenged(Ok("c"), at(5)).unwrap().wants_events(), "the old challenge");
        assert!(again.challenged(Ok("d"), at(5)).unwrap().wants_events());
    }

    #[test]
    fn a_domain_is_a_name_in_lower_case() {
        let domain = AgencyDomain::parse(" A-1.gov.SG ").unwrap();
        assert_eq!((domain.as_str(), domain.to_string()), ("a-1.gov.sg", "a-1.gov.sg".to_owned()));
        let label = |length| format!("{}.sg", "a".repeat(length));
        let whole = |length: usize| format!("{}{}", "a.".repeat(60), "b".repeat(length - 120));
        for text in [label(1), label(63), whole(128)] {
            assert_eq!(AgencyDomain::parse(&text).unwrap().as_str(), text);
        }
        for text in [label(0), label(64), whole(129)] {
            assert_eq!(AgencyDomain::parse(&text), None, "{text}");
        }
        for text in ["", "sg", "a..sg", "a.sg.", "-a.sg", "a-.sg", "a b.sg", "a.sg/x", "a@b.sg"] {
            assert_eq!(AgencyDomain::parse(text), None, "{text}");
        }
    }
}

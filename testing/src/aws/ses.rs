//! Amazon SES behind its API, version 2.
//!
//! A mail beyond the rate or beyond the quota of 24 hours is not taken, and the answer says which in words:
//! <https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html>.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use aws_sdk_sesv2::Client;
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture},
    orchestrator::HttpRequest,
};
use domain::EmailAddress;
use mail::{Mailer, Sender, Ses};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::wire::{self, Refusal};
use crate::mishap::Way;
use crate::{
    outbox::{code_in, token_in},
    rate::Bucket,
};

/// How long a request takes.
const REQUEST: Duration = Duration::from_millis(80);

/// What an account may send.
#[derive(Clone, Copy, Debug)]
pub struct SesLimits {
    pub per_second: f64,
    /// Mails that SES takes within any [`window`](Self::window).
    pub quota: usize,
    /// 24 hours on AWS; a test may have less.
    pub window: Duration,
}

impl Default for SesLimits {
    /// What an account has that has just left the sandbox.
    fn default() -> Self {
        Self { per_second: 14.0, quota: 50_000, window: Duration::from_secs(24 * 3600) }
    }
}

/// SES behind its API. Clones share it.
#[derive(Clone, Debug)]
pub struct SesTwin(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    limits: SesLimits,
    rate: Bucket,
    /// When the mails of the last window were taken.
    taken: VecDeque<Instant>,
    mails: BTreeMap<String, usize>,
    /// The token in the link of the newest mail to each address.
    tokens: BTreeMap<String, String>,
    /// The newest code that was mailed to each address.
    codes: BTreeMap<String, String>,
    /// The mails that are taken, and whose events nobody has fetched yet.
    unreported: Vec<TakenMail>,
    requests: usize,
    way: Way,
}

/// A mail that SES took.
#[derive(Clone, Debug)]
pub struct TakenMail {
    pub message_id: String,
    /// Its tags, each with its name.
    pub tags: BTreeMap<String, String>,
    pub at: Instant,
}

impl SesTwin {
    #[must_use]
    pub fn new(limits: SesLimits) -> Self {
        let rate = Bucket::full(limits.per_second, Instant::now());
        let state = State {
            limits,
            rate,
            taken: VecDeque::new(),
            mails: BTreeMap::new(),
            tokens: BTreeMap::new(),
            codes: BTreeMap::new(),
            requests: 0,
            unreported: Vec::new(),
            way: Way::default(),
        };
        Self(Arc::new(Mutex::new(state)))
    }

    /// The real backend over this API.
    ///
    /// # Panics
    ///
    /// Never: the address of the sender is one.
    #[must_use]
    pub fn mailer(&self) -> Mailer {
        let address = EmailAddress::parse("no-reply@invite.example.gov.sg").expect("an address");
        let sender = Sender { address, configuration_set: "mails".to_owned() };
        Mailer::new(Ses::new(&Client::new(&wire::config_of(self.clone())), &sender))
    }

    /// From now on, one request in `one_in` has a mishap: its answer is lost, or it is not carried out.
    pub fn break_one_in(&self, one_in: usize) {
        self.state().way.one_in = Some(one_in);
    }

    /// The mails that were taken since the last call.
    #[must_use]
    pub fn take_unreported(&self) -> Vec<TakenMail> {
        std::mem::take(&mut self.state().unreported)
    }

    /// How many mails each address was sent.
    #[must_use]
    pub fn mails(&self) -> BTreeMap<String, usize> {
        self.state().mails.clone()
    }

    /// The token in the link of the newest mail to an address.
    ///
    /// # Panics
    ///
    /// When it was sent no mail with a link.
    #[must_use]
    pub fn token_of(&self, address: &str) -> String {
        self.state().tokens.get(address).expect("a mail with a link").clone()
    }

    /// The newest code that was mailed to an address.
    ///
    /// # Panics
    ///
    /// When it was sent none.
    #[must_use]
    pub fn code_of(&self, address: &str) -> String {
        self.state().codes.get(address).expect("a mail with a code").clone()
    }

    /// How many requests there were, also those that were refused.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.state().requests
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HttpConnector for SesTwin {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        assert!(request.uri().ends_with("/v2/email/outbound-emails"), "nothing but SendEmail is here");
        let body: Value = serde_json::from_slice(request.body().bytes().expect("a body")).expect("JSON");
        let mut state = self.state();
        let mishap = state.way.next_mishap();
        wire::carried(mishap, REQUEST, || state.send(&body))
    }
}

impl State {
    fn send(&mut self, body: &Value) -> Result<Value, Refusal> {
        let now = Instant::now();
        self.requests += 1;
        while self.taken.front().is_some_and(|taken| *taken + self.limits.window <= now) {
            self.taken.pop_front();
        }
        let throttled = |message| Err(Refusal { status: 429, code: "TooManyRequestsException", message });
        if self.taken.len() >= self.limits.quota {
            return throttled("Daily message quota exceeded.");
        }
        if !self.rate.take_one(now) {
            return throttled("Maximum sending rate exceeded.");
        }
        self.taken.push_back(now);
        let to = body["Destination"]["ToAddresses"][0].as_str().expect("a recipient").to_owned();
        let text = body["Content"]["Simple"]["Body"]["Text"]["Data"].as_str().expect("a text");
        self.tokens.extend(token_in(text).map(|token| (to.clone(), token)));
        self.codes.extend(code_in(text).map(|code| (to.clone(), code)));
        *self.mails.entry(to).or_default() += 1;
        let message_id = format!("m-{}", self.requests);
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let tags = body["EmailTags"].as_array().expect("tags");
        let tags = tags.iter().map(|tag| (text(&tag["Name"]), text(&tag["Value"]))).collect();
        self.unreported.push(TakenMail { message_id: message_id.clone(), tags, at: now });
        Ok(json!({"MessageId": message_id}))
    }
}

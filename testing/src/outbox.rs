//! A fake SES, which keeps its mails in memory.

use std::collections::VecDeque;

use async_trait::async_trait;
use domain::{EmailAddress, MailboxCode};
use mail::{Letter, Mailer, OutgoingMail, SendOutcome, Tags, Transport};

use crate::probe::{Failure, Probe, Probed};

/// Mails in memory. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Outbox(Probed<State>);

#[derive(Clone, Debug, Default)]
struct State {
    sent: Vec<SentMail>,
    faults: VecDeque<Fault>,
    requests: usize,
}

/// A mail that the outbox took.
#[derive(Clone, Debug)]
pub struct SentMail {
    /// The id that the mail got.
    pub message_id: String,
    pub to: EmailAddress,
    pub letter: Letter,
    /// The tags by which its events are recognised.
    pub tags: Tags,
}

/// The token in the link of a mail's text.
#[must_use]
pub fn token_in(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("/accept#")?;
    Some(rest.chars().take_while(char::is_ascii_hexdigit).collect())
}

/// The code in a mail's text, as it is shown there: in a line of its own.
#[must_use]
pub fn code_in(text: &str) -> Option<String> {
    text.lines().find(|line| MailboxCode::parse(line).is_some()).map(str::to_owned)
}

/// How a request to send fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The request is lost, and has no effect.
    BeforeEffect,
    /// The answer is lost, after the effect.
    AfterEffect,
    /// SES refuses more mails for now.
    Throttle,
    /// SES takes no more mails of this account for now, because its quota is used up.
    Quota,
    /// SES refuses the mail for good.
    Refuse,
    Misconfigured,
}

impl Outbox {
    /// An outbox whose calls the probe counts and breaks.
    #[must_use]
    pub fn probed(probe: Probe) -> Self {
        Self(Probed::outside(probe, State::default()))
    }

    /// The outbox, as functions use it.
    #[must_use]
    pub fn mailer(&self) -> Mailer {
        Mailer::new(self.clone())
    }

    /// Makes the next request fail.
    pub fn fail_next(&self, fault: Fault) {
        self.0.by_hand().faults.push_back(fault);
    }

    /// The mails that the outbox took, oldest first.
    #[must_use]
    pub fn sent(&self) -> Vec<SentMail> {
        self.0.by_hand().sent.clone()
    }

    /// How many requests to send there were, taken or not.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.0.by_hand().requests
    }
}

#[async_trait]
impl Transport for Outbox {
    async fn send(&self, mail: OutgoingMail) -> SendOutcome {
        let failed = |failure| match failure {
            Failure::Throttled => SendOutcome::Throttled,
            Failure::Denied => SendOutcome::Misconfigured { code: failure.code().to_owned() },
            Failure::Lost | Failure::Garbled => SendOutcome::Unknown,
        };
        self.0.write_once("ses.send", |state| state.hand_over(mail), failed).await
    }
}

impl State {
    fn hand_over(&mut self, mail: OutgoingMail) -> SendOutcome {
        self.requests += 1;
        match self.faults.pop_front() {
            None => SendOutcome::Sent { message_id: self.take(mail) },
            Some(Fault::BeforeEffect) => SendOutcome::Unknown,
            Some(Fault::AfterEffect) => {
                self.take(mail);
                SendOutcome::Unknown
            }
            Some(Fault::Throttle) => SendOutcome::Throttled,
            Some(Fault::Quota) => SendOutcome::Closed { code: "QUOTA".to_owned() },
            Some(Fault::Refuse) => SendOutcome::Refused,
            Some(Fault::Misconfigured) => {
                SendOutcome::Misconfigured { code: "MailFromDomainNotVerifiedException".to_owned() }
            }
        }
    }

    fn take(&mut self, mail: OutgoingMail) -> String {
        let message_id = format!("message-{}", self.sent.len() + 1);
        self.sent.push(SentMail { message_id: message_id.clone(), to: mail.to, letter: mail.letter, tags: mail.tags });
        message_id
    }
}

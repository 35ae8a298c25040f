//! Does one operator's command: words in, text out.
//!
//! - **trigger**: `infra/operate.py` for `make operate`, which waits for the answer; nothing else invokes it
//! - **does**: one command of docs/RUNBOOK.md, with the reads of the store and the transitions of the domain
//! - **answer**: the text to print, the reason of a refusal, the exit code, and the cursor of a listing that continues
//! - **again**: a repeated command does no harm, except `rotate-agency`, which creates another secret each time
//! - **audit**: a command that changes something, or shows a person or a secret, is recorded before it is done
//! - **crash**: the invocation fails and the client says so; the command may have been done
//! - **needs**: the table, the queues and their dead letters, SES's suppression list, both secrets of keys, the user
//!   pool
//!
//! An answer may hold a person (`export-person`) or a secret (`register-agency`, `rotate-agency`). So of a request and
//! its answer only the command's name is logged.

mod agency;
mod audit;
mod command;
mod handover;
mod listing;
mod mail;
mod person;
mod rules;
mod settle;
mod wake;
mod work;

use std::{sync::Arc, time::Duration};

use ::mail::SuppressionList;
use boot::{Secrets, Stack};
use directory::SignIn;
use domain::{Clock, Entropy, Timestamp};
use queue::{Destination, QueueName, Queues, Redrive};
use serde::{Deserialize, Serialize};
use store::Store;
use webhooks::Reach;

use command::Command;

/// Characters of an operator's name at most. IAM's ARNs are no longer.
const MAX_NAME: usize = 2048;

#[derive(Debug)]
pub struct Deps {
    pub store: Store,
    pub queues: Queues,
    /// The addresses that SES does not send to.
    pub suppressions: Arc<dyn SuppressionList>,
    pub secrets: Secrets,
    /// Finds the officer who gets what another one has invited.
    pub sign_in: Arc<dyn SignIn>,
    /// The secret that agencies' secrets are derived from.
    pub agency_secrets: Secrets,
    /// Which endpoints may be registered. Whether one may be called is decided at each call.
    pub reach: Reach,
    /// How long an entry of the audit trail is kept.
    pub audit_kept: Duration,
    pub clock: Clock,
    pub entropy: Entropy,
}

impl Deps {
    /// Takes what the function needs from a stack.
    ///
    /// # Errors
    ///
    /// [`boot::Error`] when a variable of the environment is missing, or has a value that cannot be used.
    pub fn new(stack: &impl Stack) -> Result<Self, boot::Error> {
        let queues = QueueName::ALL.map(Destination::Queue);
        let letters = Redrive::ALL.map(Destination::DeadLetters);
        Ok(Self {
            store: stack.store()?,
            queues: stack.queues(&[&queues[..], &letters].concat())?,
            suppressions: stack.suppressions()?,
            secrets: stack.secrets()?,
            sign_in: stack.sign_in()?,
            agency_secrets: stack.agency_secrets()?,
            reach: stack.reach()?,
            audit_kept: boot::days(stack.env(), "TOMBSTONE_RETENTION_DAYS")?,
            clock: stack.clock(),
            entropy: stack.entropy(),
        })
    }
}

/// A command in the form in which the operator's client sends it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The command and its arguments.
    pub words: Vec<String>,
    /// The operator, as the AWS account names them to the client. Nothing proves it; see ADR 34.
    pub by: String,
    /// The cursor of the previous answer. `None`: the command begins.
    #[serde(default)]
    pub cursor: Option<String>,
}

/// The answer, which the client prints. It then exits, or asks for the next part.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    pub text: String,
    /// Why the command was not done.
    pub error: Option<String>,
    /// The exit code: 0; 1 if the command could not be done; 2 if it cannot be understood.
    pub code: u8,
    /// Where the listing continues. `None`: it is complete.
    pub cursor: Option<String>,
}

#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) text: String,
    pub(crate) cursor: Option<String>,
}

/// Why a command was not done.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It cannot be done now; the text says to the operator why.
    Refused(String),
    /// A system that it needs did not answer.
    Unavailable(boot::Error),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Round<'a> {
    pub(crate) deps: &'a Deps,
    pub(crate) by: &'a str,
    /// Where a listing continues. `None`: it begins.
    pub(crate) cursor: Option<&'a str>,
    pub(crate) deadline: Timestamp,
}

/// Does one command.
///
/// # Errors
///
/// [`boot::Error`] when a system did not answer: the invocation fails, and the client says so. The command may have
/// been done.
pub async fn handle(deps: &Deps, request: &Request, deadline: Timestamp) -> Result<Answer, boot::Error> {
    let words: Vec<&str> = request.words.iter().map(String::as_str).collect();
    let command = match Command::parse(&words) {
        Ok(command) => command,
        Err(misuse) => return Ok(Answer { text: String::new(), error: Some(misuse), code: 2, cursor: None }),
    };
    if request.by.is_empty() || request.by.len() > MAX_NAME {
        let error = Some("the client did not say who asks".to_owned());
        return Ok(Answer { text: String::new(), error, code: 2, cursor: None });
    }
    let round = Round { deps, by: &request.by, cursor: request.cursor.as_deref(), deadline };
    // Boxed, because the compiler computes the layout of nested futures only to a limited depth.
    let done = Box::pin(run(&round, &command)).await;
    tracing::info!(command = command.name(), "an operator's command");
    match done {
        Ok(Said { text, cursor }) => Ok(Answer { text, error: None, code: 0, cursor }),
        Err(Failure::Refused(error)) => Ok(Answer { text: String::new(), error: Some(error), code: 1, cursor: None }),
        Err(Failure::Unavailable(error)) => Err(error),
    }
}

async fn run(round: &Round<'_>, command: &Command) -> Result<Said, Failure> {
    match command {
        Command::Help => Ok(Said::once(command::help())),
        Command::Stuck { minutes } => work::stuck(round, *minutes).await,
        Command::Show(id) => work::show(round, *id).await,
        Command::Find(trace) => work::find(round, trace).await,
        Command::Attention => work::attention(round).await,
        Command::Retry(id) => wake::retry(round, *id).await,
        Command::Redrive(queue) => wake::redrive(round, *queue).await,
        Command::ExportPerson(address) => person::export(round, address).await,
        Command::ForgetPerson(person) => person::forget(round, person).await,
        Command::HandOver { invite, to } => handover::hand_over(round, *invite, to).await,
        Command::Audit => audit::list(round).await,
        Command::StopMail => mail::stop(round).await,
        Command::StartMail => mail::start(round).await,
        Command::SettleMails { before } => settle::settle_mails(round, *before).await,
        Command::ClearSuppression(address) => mail::clear_suppression(round, address).await,
        Command::RegisterAgency { domain, endpoint } => agency::register(round, domain, endpoint).await,
        Command::ShowAgency(domain) => agency::show(round, domain).await,
        Command::RotateAgency { domain, days } => agency::rotate(round, domain, *days).await,
        Command::ResumeAgency(domain) => agency::resume(round, domain).await,
        Command::RemoveAgency(domain) => agency::remove(round, domain).await,
        Command::Rules(json) => rules::put(round, json).await,
        Command::FirstRules(json) => rules::put_first(round, json).await,
        Command::ShowRules => rules::show(round).await,
    }
}

impl Said {
    /// The whole answer, without a next part.
    pub(crate) fn once(text: impl Into<String>) -> Self {
        Self { text: text.into(), cursor: None }
    }
}

impl Failure {
    pub(crate) fn refused(why: impl Into<String>) -> Self {
        Self::Refused(why.into())
    }
}

impl<E: std::error::Error + Send + Sync + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Unavailable(error.into())
    }
}

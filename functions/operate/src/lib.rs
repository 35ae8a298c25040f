//! Does what an operator asks for: one command in words, answered in text.
//!
//! - **trigger**: `infra/operate.py` invokes it for `make operate`, and waits; nothing else does
//! - **does**: one command of docs/RUNBOOK.md, with the store's own reads and the domain's own transitions
//! - **answer**: what to print, why nothing was done, the code to exit with, and where a long listing goes on
//! - **again**: a command that is repeated does no harm, but for `rotate-agency`, which makes another secret each time;
//!   a cursor goes on where the answer before it ended
//! - **audit**: a command that changes something, or shows a person or a secret, is noted before it is done
//! - **IAM**: `dynamodb:GetItem PutItem DeleteItem BatchWriteItem Query Scan`, `sqs:SendMessage` to the queues,
//!   `sqs:StartMessageMoveTask ReceiveMessage DeleteMessage GetQueueAttributes` of dead letters,
//!   `ses:DeleteSuppressedDestination`, `secretsmanager:GetSecretValue`
//!
//! Answers may hold a person (`export-person`) or a secret (`register-agency`, `rotate-agency`). So nothing of a
//! request or an answer is logged but the command's name.

mod agency;
mod audit;
mod command;
mod listing;
mod mail;
mod person;
mod rules;
mod wake;
mod work;

use std::{sync::Arc, time::Duration};

use ::mail::SuppressionList;
use boot::{Secrets, Stack};
use domain::{Clock, Entropy, Timestamp};
use queue::{Destination, QueueName, Queues, Redrive};
use serde::{Deserialize, Serialize};
use store::Store;
use webhooks::Reach;

use command::Command;

/// The longest name of an operator that is taken: IAM's ARNs are no longer.
const MAX_NAME: usize = 2048;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// What the function works with.
#[derive(Debug)]
pub struct Deps {
    pub store: Store,
    pub queues: Queues,
    /// The addresses that SES sends nothing.
    pub suppressions: Arc<dyn SuppressionList>,
    pub secrets: Secrets,
    /// What agencies' secrets are derived from.
    pub agency_secrets: Secrets,
    /// Which endpoints may be registered. Whether one may be called is decided at each call.
    pub reach: Reach,
    /// How long the audit keeps an entry.
    pub audit_kept: Duration,
    pub clock: Clock,
    pub entropy: Entropy,
}

impl Deps {
    /// What the function takes from a stack.
    ///
    /// # Errors
    ///
    /// When a variable of the environment is missing, or cannot be meant.
    pub fn new(stack: &impl Stack) -> Result<Self, boot::Error> {
        let queues = QueueName::ALL.map(Destination::Queue);
        let letters = Redrive::ALL.map(Destination::DeadLetters);
        Ok(Self {
            store: stack.store()?,
            queues: stack.queues(&[&queues[..], &letters].concat())?,
            suppressions: stack.suppressions()?,
            secrets: stack.secrets()?,
            agency_secrets: stack.agency_secrets()?,
            reach: stack.reach()?,
            audit_kept: DAY * u32::from(boot::days(stack.env(), "TOMBSTONE_RETENTION_DAYS")?.get()),
            clock: stack.clock(),
            entropy: stack.entropy(),
        })
    }
}

/// A command, as the operator's client hands it over.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The command and its arguments.
    pub words: Vec<String>,
    /// Who asks, as the client was told by the account. Nothing shows that it is true; see ADR 34.
    pub by: String,
    /// The cursor of the answer before, for the next part of a listing.
    #[serde(default)]
    pub cursor: Option<String>,
}

/// What the client does with it: prints, exits, or asks for the next part.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    pub text: String,
    /// Why the command was not done.
    pub error: Option<String>,
    /// What to exit with: 0, 1 where the command could not be done, 2 where it cannot be understood.
    pub code: u8,
    /// Where the listing goes on; nothing at its end.
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
    /// It cannot be done as things are; what to tell the operator.
    Refused(String),
    /// Something that it needs did not answer.
    Unavailable(boot::Error),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Round<'a> {
    pub(crate) deps: &'a Deps,
    pub(crate) by: &'a str,
    /// Where a listing goes on; none where it begins.
    pub(crate) cursor: Option<&'a str>,
    pub(crate) deadline: Timestamp,
}

/// Does one command.
///
/// # Errors
///
/// When something did not answer: the invocation fails, and the client says so. The command may have been done.
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
    // Boxed, because the compiler computes the layout of a future only so deep.
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
        Command::ForgetPerson(address) => person::forget(round, address).await,
        Command::Audit => audit::list(round).await,
        Command::SwitchMail(switch) => mail::switch(round, *switch).await,
        Command::ClearSuppression(address) => mail::clear_suppression(round, address).await,
        Command::RegisterAgency { domain, endpoint } => agency::register(round, domain, endpoint).await,
        Command::ShowAgency(domain) => agency::show(round, domain).await,
        Command::RotateAgency { domain, days } => agency::rotate(round, domain, *days).await,
        Command::ResumeAgency(domain) => agency::resume(round, domain).await,
        Command::RemoveAgency(domain) => agency::remove(round, domain).await,
        Command::Rules(json) => rules::put(round, json).await,
    }
}

impl Said {
    /// Everything there is to say.
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

//! One message, one mail.
//!
//! | | |
//! |---|---|
//! | trigger | the mail queue; a message holds the id of an invite or of a batch and nothing else |
//! | does | claims the mail that is due, hands it to SES once, records what SES said |
//! | retry | the table away: the message comes again; SES away: the mail is due later, and the sweeper wakes it; SES's answer lost: the mail stays claimed until an event or the sweeper's rule settles it |
//! | IAM | `dynamodb:GetItem PutItem DeleteItem Query`, `ses:SendEmail`, `secretsmanager:GetSecretValue` |
//!
//! Requests of a mail: the mail switch (GetItem, for all mails of half a second), GetItem, the claim (a transaction of two puts, since the token's hash goes with it), SendEmail,
//! PutItem. A batch's report has one put in place of the transaction, and a query for its numbers.

mod invite;
mod notice;
mod report;
mod switch;

use std::{error::Error, future::Future, time::Duration};

use boot::{Disposition, Secrets};
use domain::{Clock, Timestamp, delivery::MailState};
use mail::{Letters, Mailer, SendOutcome};
use queue::Wake;
use store::{Store, StoreError, Written, settings::MailSwitch};

pub use switch::Switch;

/// How often a message begins anew after a lost race.
const ROUNDS: usize = 4;

/// What must be left to claim a mail: SES's time limit, and two seconds to record its answer.
const TIME_TO_SEND: Duration = Duration::from_secs(10);

/// How often SES's answer is tried to be recorded.
const RECORD_TRIES: u32 = 6;

/// The wait before the second try at recording; it doubles with each.
const RECORD_PAUSE: Duration = Duration::from_millis(100);

/// The wait after the first refusal of a mail that was not sent; it doubles with each, up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_secs(30);
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// The least wait while SES refuses the service: somebody has to mend it first.
const MISCONFIGURED_PAUSE: Duration = Duration::from_secs(5 * 60);

/// What the function works with.
#[derive(Debug)]
pub struct Deps {
    /// The truth.
    pub store: Store,
    /// What carries mails away.
    pub mailer: Mailer,
    /// What they say.
    pub letters: Letters,
    /// The keys that links are made with.
    pub secrets: Secrets,
    /// The emergency stop.
    pub switch: Switch,
    /// The time.
    pub clock: Clock,
}

type AnyError = Box<dyn Error + Send + Sync>;

/// Where one attempt leaves the worker.
enum Next {
    /// Somebody else was faster: read again.
    Reload,
    /// Nothing more can be done now.
    Rest(Disposition),
}

/// Sends the mail that is due for an invite or a batch.
pub async fn handle(deps: &Deps, wake: Wake, deadline: Timestamp) -> Disposition {
    match deps.switch.position(&deps.store, deps.clock.now()).await {
        Ok(MailSwitch::Running) => {}
        Ok(MailSwitch::Stopped) => {
            // It stays due, so the sweeper brings it back for as long as it takes.
            tracing::warn!("mail is stopped; nothing was sent");
            return Disposition::Done;
        }
        Err(error) => return Disposition::retry(error),
    }
    for _ in 0..ROUNDS {
        let attempted = match wake {
            Wake::Invite { id } => invite::send(deps, id, deadline).await,
            Wake::Batch { id } => report::send(deps, id, deadline).await,
        };
        match attempted {
            Ok(Next::Reload) => {}
            Ok(Next::Rest(disposition)) => return disposition,
            Err(error) => return Disposition::Retry(error),
        }
    }
    // Others keep changing it; a mail that is still due stays so and is found by the sweeper.
    Disposition::Done
}

fn is_too_late(deps: &Deps, deadline: Timestamp) -> bool {
    deps.clock.now() + TIME_TO_SEND > deadline
}

fn out_of_time() -> Next {
    Next::Rest(Disposition::retry("no time left to send a mail"))
}

/// What SES's answer asks to be recorded.
enum Verdict {
    Accepted { message_id: String },
    NotSent { retry_after: Duration },
    Refused,
}

/// Reads SES's answer; `None` when it was lost and the claim stays.
fn verdict(outcome: SendOutcome, claimed: &MailState) -> Option<Verdict> {
    let refusals = match claimed {
        MailState::Claimed { refusals, .. } => *refusals,
        _ => 0,
    };
    let backoff = FIRST_PAUSE.saturating_mul(2u32.saturating_pow(refusals)).min(LONGEST_PAUSE);
    match outcome {
        SendOutcome::Sent { message_id } => {
            tracing::info!("SES has taken the mail");
            Some(Verdict::Accepted { message_id })
        }
        SendOutcome::NotSent { retry_after } => {
            tracing::warn!(refusals, "the mail was not taken and is tried again later");
            Some(Verdict::NotSent { retry_after: backoff.max(retry_after) })
        }
        SendOutcome::Misconfigured { code } => {
            tracing::error!(code, "SES refuses the service");
            Some(Verdict::NotSent { retry_after: backoff.max(MISCONFIGURED_PAUSE) })
        }
        SendOutcome::Refused => {
            tracing::warn!("SES refuses the mail for good");
            Some(Verdict::Refused)
        }
        SendOutcome::Unknown => {
            tracing::warn!("SES's answer is lost; its event or time will tell");
            None
        }
    }
}

/// Repeats a write of SES's answer for as long as the table is away and time is left: what is not recorded now has to
/// wait for an event.
async fn persist<F, Fut>(deps: &Deps, deadline: Timestamp, mut write: F) -> Result<Written, StoreError>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<Written, StoreError>>,
{
    let mut pause = RECORD_PAUSE;
    for _ in 1..RECORD_TRIES {
        match write().await {
            Ok(written) => return Ok(written),
            Err(error) if deps.clock.now() + pause + pause >= deadline => return Err(error),
            Err(_) => tokio::time::sleep(pause).await,
        }
        pause *= 2;
    }
    write().await
}

//! Wakes the workers of what is due, expires and erases; marks what the workers gave up; sends the canary.
//!
//! - **trigger**: a timer, every minute
//! - **does**: each [`Job`]
//! - **again**: several sweepers may run at once: writes are conditional
//! - **crash**: what is due is still due in the next sweep
//! - **needs**: the table, the queues and their dead letters
//!
//! Correctness never depends on the sweeper; only progress does.

mod canary;
mod due;
mod letters;
mod plan;
pub mod retention;

use std::error::Error;

use boot::{Disposition, Stack};
use domain::{Clock, EmailAddress, Timestamp};
use queue::{Destination, QueueName, Queues, Redrive};
use store::Store;
use tracing::Instrument as _;

pub use retention::Retention;

/// The queues that the sweeper wakes, and the dead letters that it processes.
pub const QUEUES: [Destination; 7] = [
    Destination::Queue(QueueName::Dispatch),
    Destination::Queue(QueueName::Provision),
    Destination::Queue(QueueName::Mail),
    Destination::Queue(QueueName::Actions),
    Destination::Queue(QueueName::Webhooks),
    Destination::DeadLetters(Redrive::Of(QueueName::Provision)),
    Destination::DeadLetters(Redrive::Of(QueueName::Mail)),
];

#[derive(Debug)]
pub struct Deps {
    pub store: Store,
    pub queues: Queues,
    /// How long data is kept.
    pub retention: Retention,
    /// The address of canaries. `None`: no canary is sent.
    pub canary: Option<EmailAddress>,
    pub clock: Clock,
}

impl Deps {
    /// Takes what the function needs from a stack.
    ///
    /// # Errors
    ///
    /// [`boot::Error`] when a variable of the environment is missing, or has a value that cannot be used.
    pub fn new(stack: &impl Stack) -> Result<Self, boot::Error> {
        let env = stack.env();
        Ok(Self {
            store: stack.store()?,
            queues: stack.queues(&QUEUES)?,
            retention: Retention {
                people: boot::days(env, "PEOPLE_RETENTION_DAYS")?,
                drafts: boot::days(env, "DRAFT_RETENTION_DAYS")?,
                tombstones: boot::days(env, "TOMBSTONE_RETENTION_DAYS")?,
            },
            canary: env.optional("CANARY_ADDRESS").map(|_| boot::address(env, "CANARY_ADDRESS")).transpose()?,
            clock: stack.clock(),
        })
    }
}

/// A part of each sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// Checks every record that is due.
    Due,
    /// Marks invites whose messages are among the dead letters, so that an operator checks them.
    Letters,
    Canary,
}

impl Job {
    pub const ALL: [Self; 3] = [Self::Due, Self::Letters, Self::Canary];

    /// The job's name in logs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Letters => "letters",
            Self::Canary => "canary",
        }
    }

    async fn run(self, deps: &Deps, deadline: Timestamp) -> Result<(), AnyError> {
        match self {
            Self::Due => due::run(deps, deadline).await,
            Self::Letters => letters::run(deps).await,
            Self::Canary => canary::run(deps).await,
        }
    }
}

pub(crate) type AnyError = Box<dyn Error + Send + Sync>;

/// Sweeps once.
///
/// An error of one job does not stop the others. The invocation fails with the first error.
pub async fn handle(deps: &Deps, deadline: Timestamp) -> Disposition {
    let mut outcome = Ok(());
    for job in Job::ALL {
        let ran = job.run(deps, deadline).instrument(tracing::info_span!("job", job = job.name())).await;
        outcome = outcome.and(ran);
    }
    match outcome {
        Ok(()) => Disposition::Done,
        Err(error) => Disposition::Retry(error),
    }
}

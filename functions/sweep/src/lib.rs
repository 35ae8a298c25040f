//! Wakes the workers of what is due; expires, erases and repairs; compares table and directory each day.
//!
//! - **trigger**: a timer, every minute
//! - **does**: the jobs of [`jobs`] that are due, each at its own interval
//! - **again**: several sweepers may run at once: writes are conditional, and each job has a lease ([`schedule`])
//! - **crash**: the lease of the job ends, and the next sweep continues from the job's cursor
//! - **needs**: the table, the directory, the queues and their dead letters, the upload bucket, the secret of the keys
//!
//! Correctness never depends on the sweeper; only progress does.

pub mod jobs;
pub mod retention;
pub mod schedule;

use std::{error::Error, sync::Arc};

use boot::{Disposition, Secrets, Stack};
use directory::{Accounts, Licences};
use domain::{Clock, EmailAddress, Timestamp};
use objects::Objects;
use queue::{Destination, QueueName, Queues, Redrive};
use store::Store;

pub use retention::Retention;

/// The queues that the sweeper wakes, and the dead letters that it processes.
pub const QUEUES: [Destination; 8] = [
    Destination::Queue(QueueName::Dispatch),
    Destination::Queue(QueueName::Provision),
    Destination::Queue(QueueName::Mail),
    Destination::Queue(QueueName::Actions),
    Destination::Queue(QueueName::Webhooks),
    Destination::Announcements,
    Destination::DeadLetters(Redrive::Of(QueueName::Provision)),
    Destination::DeadLetters(Redrive::Of(QueueName::Mail)),
];

#[derive(Debug)]
pub struct Deps {
    pub store: Store,
    pub queues: Queues,
    pub objects: Objects,
    pub accounts: Arc<dyn Accounts>,
    pub licences: Arc<dyn Licences>,
    /// How long data is kept.
    pub retention: Retention,
    /// The address of canaries. `None`: no canary is sent.
    pub canary: Option<EmailAddress>,
    pub secrets: Secrets,
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
            objects: stack.objects()?,
            accounts: stack.accounts()?,
            licences: stack.licences()?,
            retention: Retention::in_days(
                boot::days(env, "PEOPLE_RETENTION_DAYS")?,
                boot::days(env, "DRAFT_RETENTION_DAYS")?,
                boot::days(env, "TOMBSTONE_RETENTION_DAYS")?,
            ),
            canary: env.optional("CANARY_ADDRESS").map(|_| boot::address(env, "CANARY_ADDRESS")).transpose()?,
            secrets: stack.secrets()?,
            clock: stack.clock(),
        })
    }
}

pub(crate) type AnyError = Box<dyn Error + Send + Sync>;

/// Sweeps once.
///
/// An error of one job does not stop the others. The invocation fails with the first error.
pub async fn handle(deps: &Deps, deadline: Timestamp) -> Disposition {
    match schedule::run(deps, deadline).await {
        Ok(()) => Disposition::Done,
        Err(error) => Disposition::Retry(error),
    }
}

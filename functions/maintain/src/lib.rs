//! Compares table, directory and stored workbooks with each other, repairs what differs, and erases people on request.
//!
//! - **trigger**: a timer, every minute
//! - **does**: the jobs of [`jobs`] that are due, each at its own interval
//! - **again**: several runs at once are possible: writes are conditional, and each job has a lease ([`schedule`])
//! - **crash**: the lease of the job ends, and the next run continues from the job's cursor
//! - **needs**: the table, the directory, the queues, both buckets, the secret of the keys
//!
//! It is apart from the sweeper, which nothing of this may delay; see ADR 38.

pub mod jobs;
pub mod schedule;

use std::{error::Error, sync::Arc, time::Duration};

use boot::{Disposition, Secrets, Stack};
use directory::{Accounts, Licences};
use domain::{Clock, Timestamp};
use objects::Objects;
use queue::{Destination, QueueName, Queues};
use store::Store;

/// The queues whose workers are woken for a repair.
pub const QUEUES: [Destination; 4] = [
    Destination::Queue(QueueName::Dispatch),
    Destination::Queue(QueueName::Provision),
    Destination::Queue(QueueName::Mail),
    Destination::Announcements,
];

#[derive(Debug)]
pub struct Deps {
    pub store: Store,
    pub queues: Queues,
    pub objects: Objects,
    /// The bucket into which backups of accounts are put.
    pub backups: Objects,
    pub accounts: Arc<dyn Accounts>,
    pub licences: Arc<dyn Licences>,
    /// How long the tombstones of erased people are kept.
    pub tombstones: Duration,
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
        Ok(Self {
            store: stack.store()?,
            queues: stack.queues(&QUEUES)?,
            objects: stack.objects()?,
            backups: stack.backups()?,
            accounts: stack.accounts()?,
            licences: stack.licences()?,
            tombstones: boot::days(stack.env(), "TOMBSTONE_RETENTION_DAYS")?,
            secrets: stack.secrets()?,
            clock: stack.clock(),
        })
    }
}

pub(crate) type AnyError = Box<dyn Error + Send + Sync>;

/// Runs each job that is due.
///
/// An error of one job does not stop the others. The invocation fails with the first error.
pub async fn handle(deps: &Deps, deadline: Timestamp) -> Disposition {
    match schedule::run(deps, deadline).await {
        Ok(()) => Disposition::Done,
        Err(error) => Disposition::Retry(error),
    }
}

//! Wakes what is due, and decides what nobody else can.
//!
//! - **trigger**: a timer, every minute
//! - **does**: the jobs of [`jobs`] whose time has come, each as often as it says
//! - **retry**: none: the next minute's sweep does what this one left
//! - **IAM**: `dynamodb:Query Scan GetItem BatchGetItem PutItem BatchWriteItem DeleteItem`, `cognito-idp:ListUsers
//!   ListUsersInGroup AdminGetUser`, `sqs:SendMessage` to the queues, `s3:ListBucketVersions DeleteObjectVersion`,
//!   `secretsmanager:GetSecretValue`
//!
//! Correctness never depends on it, only progress does. Several may run at once, and any of them late: what is due is
//! moved by conditional writes, and a job is taken up by one of them ([`schedule`]).

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

/// The queues that the sweeper wakes, and the dead letters that it buries.
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

/// What the function works with.
#[derive(Debug)]
pub struct Deps {
    pub store: Store,
    pub queues: Queues,
    pub objects: Objects,
    pub accounts: Arc<dyn Accounts>,
    pub licences: Arc<dyn Licences>,
    /// How long what is kept.
    pub retention: Retention,
    /// Where canaries go; `None` for none.
    pub canary: Option<EmailAddress>,
    pub secrets: Secrets,
    pub clock: Clock,
}

impl Deps {
    /// What the function takes from a stack.
    ///
    /// # Errors
    ///
    /// When a variable of the environment is missing, or cannot be meant.
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
/// One job's failure keeps none of the others from running; the first is what the invocation fails with.
pub async fn handle(deps: &Deps, deadline: Timestamp) -> Disposition {
    match schedule::run(deps, deadline).await {
        Ok(()) => Disposition::Done,
        Err(error) => Disposition::Retry(error),
    }
}

#![doc = include_str!("../README.md")]

mod sqs;

use std::{collections::BTreeMap, fmt::Debug, sync::Arc, time::Duration};

use async_trait::async_trait;
use domain::{AgencyDomain, BatchId, BulkActionId, InviteId, OfficerId, SeedRequestId, SubscriptionId, WebhookEventId};
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use sqs::Sqs;

/// A wake-up call, as it lies in a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "wake", rename_all = "kebab-case")]
pub enum Wake {
    Invite {
        id: InviteId,
    },
    /// Let an invite that needs attention go on where it stood.
    Resume {
        id: InviteId,
    },
    Batch {
        id: BatchId,
    },
    /// Go on with an action for many invites.
    #[serde(rename = "action")]
    BulkAction {
        id: BulkActionId,
    },
    #[serde(rename = "notice")]
    WebhookEvent {
        id: WebhookEventId,
    },
    #[serde(rename = "agency")]
    Subscription {
        id: SubscriptionId,
    },
    /// Send the canary that waits.
    Canary,
    /// Look at an account's own request for SEED.
    SeedRequest {
        id: SeedRequestId,
    },
}

/// The queues, by who reads them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QueueName {
    /// Batches for `dispatch-batch` to check.
    Dispatch,
    /// Invites for `provision-user` to work on.
    Provision,
    /// Invites and batches that `send-mail` mails of.
    Mail,
    /// Bulk actions for `apply-actions` to go on with.
    Actions,
    /// Events and subscriptions for `notify-agencies` to call.
    Webhooks,
}

impl QueueName {
    pub const ALL: [Self; 5] = [Self::Actions, Self::Dispatch, Self::Provision, Self::Mail, Self::Webhooks];

    /// Its name, in a word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Dispatch => "dispatch",
            Self::Provision => "provision",
            Self::Mail => "mail",
            Self::Actions => "actions",
            Self::Webhooks => "webhooks",
        }
    }
}

/// Where the messages of a function go, and where it finds those that were given up. A function holds only those that
/// it uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Destination {
    /// The queue of this name.
    Queue(QueueName),
    /// The queue that `parse-batch` reads, in which S3 announces workbooks.
    Announcements,
    /// What the reader of this queue gave up.
    DeadLetters(Redrive),
}

/// The queues whose dead letters can be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Redrive {
    /// A queue of wake-up calls.
    Of(QueueName),
    /// The queue in which S3 announces workbooks.
    Parse,
}

impl Redrive {
    /// Every one, in the order in which work passes them.
    pub const ALL: [Self; 6] = [
        Self::Of(QueueName::Dispatch),
        Self::Parse,
        Self::Of(QueueName::Provision),
        Self::Of(QueueName::Mail),
        Self::Of(QueueName::Actions),
        Self::Of(QueueName::Webhooks),
    ];

    /// Its name, in a word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Of(queue) => queue.name(),
            Self::Parse => "parse",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|queue| queue.name() == name)
    }
}

/// Where the queues of a stack are.
pub type QueueUrls = BTreeMap<Destination, String>;

impl Destination {
    pub const ALL: [Self; 12] = [
        Self::Queue(QueueName::Dispatch),
        Self::Queue(QueueName::Provision),
        Self::Queue(QueueName::Mail),
        Self::Queue(QueueName::Actions),
        Self::Queue(QueueName::Webhooks),
        Self::Announcements,
        Self::DeadLetters(Redrive::Of(QueueName::Dispatch)),
        Self::DeadLetters(Redrive::Of(QueueName::Provision)),
        Self::DeadLetters(Redrive::Of(QueueName::Mail)),
        Self::DeadLetters(Redrive::Of(QueueName::Actions)),
        Self::DeadLetters(Redrive::Of(QueueName::Webhooks)),
        Self::DeadLetters(Redrive::Parse),
    ];

    /// The variable of the environment that has its URL.
    #[must_use]
    pub fn variable(self) -> &'static str {
        match self {
            Self::Queue(QueueName::Dispatch) => "DISPATCH_QUEUE_URL",
            Self::Queue(QueueName::Provision) => "PROVISION_QUEUE_URL",
            Self::Queue(QueueName::Mail) => "MAIL_QUEUE_URL",
            Self::Queue(QueueName::Actions) => "ACTIONS_QUEUE_URL",
            Self::Queue(QueueName::Webhooks) => "WEBHOOKS_QUEUE_URL",
            Self::Announcements => "PARSE_QUEUE_URL",
            Self::DeadLetters(Redrive::Of(QueueName::Dispatch)) => "DISPATCH_DEAD_LETTERS_URL",
            Self::DeadLetters(Redrive::Of(QueueName::Provision)) => "PROVISION_DEAD_LETTERS_URL",
            Self::DeadLetters(Redrive::Of(QueueName::Mail)) => "MAIL_DEAD_LETTERS_URL",
            Self::DeadLetters(Redrive::Of(QueueName::Actions)) => "ACTIONS_DEAD_LETTERS_URL",
            Self::DeadLetters(Redrive::Of(QueueName::Webhooks)) => "WEBHOOKS_DEAD_LETTERS_URL",
            Self::DeadLetters(Redrive::Parse) => "PARSE_DEAD_LETTERS_URL",
        }
    }

    /// Where the messages are that the reader of `queue` gave up.
    #[must_use]
    pub fn dead_letters(queue: QueueName) -> Self {
        Self::DeadLetters(Redrive::Of(queue))
    }
}

/// A wake-up call whose reader failed every time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    pub wake: Wake,
    /// What the queue knows it by until it is shown again.
    pub receipt: String,
}

/// Among whom a queue is fair: one group's thousands delay no other group's single message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Group(String);

impl Group {
    /// What the service does for nobody in particular: no officer's thousands delay it.
    #[must_use]
    pub fn service() -> Self {
        Self("service".to_owned())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&OfficerId> for Group {
    fn from(officer: &OfficerId) -> Self {
        Self(officer.as_str().to_owned())
    }
}

impl From<&AgencyDomain> for Group {
    fn from(agency: &AgencyDomain) -> Self {
        Self(agency.as_str().to_owned())
    }
}

/// The queues. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Queues {
    transport: Arc<dyn Transport>,
}

/// What carries messages to their readers: SQS, or the queues of a test.
#[async_trait]
pub trait Transport: Debug + Send + Sync {
    /// Sends `wakes` to `queue` on behalf of `group`, to be seen after `delay`. What was taken stays so if others fail.
    async fn send(&self, queue: QueueName, group: &Group, wakes: &[Wake], delay: Duration) -> Result<(), QueueError>;

    /// Sends announcements of stored workbooks to their reader, each a text in the form of S3's own.
    async fn announce(&self, stored: &[String]) -> Result<(), QueueError>;

    /// See [`Queues::dead_letters`] for what it promises.
    async fn dead_letters(&self, queue: QueueName, limit: usize) -> Result<Vec<DeadLetter>, QueueError>;

    /// See [`Queues::bury`] for what it promises.
    async fn bury(&self, queue: QueueName, letter: &DeadLetter) -> Result<(), QueueError>;

    /// See [`Queues::redrive`] for what it promises.
    async fn redrive(&self, queue: Redrive) -> Result<(), RedriveError>;
}

/// Some messages did not get through. Nothing is lost by it: the sweeper repeats them.
#[derive(Debug, Error)]
#[error("queue: {missing} of {of} messages were not taken, {code}")]
pub struct QueueError {
    /// How many did not get through.
    pub missing: usize,
    pub of: usize,
    /// The service's or the client's code of the last failure.
    pub code: String,
}

/// A redrive did not begin, or nobody knows; asking again is harmless.
#[derive(Debug, Error)]
#[error("queue: the dead letters cannot be sent again, {code}")]
pub struct RedriveError {
    /// The service's or the client's code for it.
    pub code: String,
}

impl Queues {
    /// The queues that `transport` carries messages to.
    #[must_use]
    pub fn new(transport: impl Transport + 'static) -> Self {
        Self { transport: Arc::new(transport) }
    }

    /// Wakes the reader of `queue` for each of `wakes`, on behalf of an officer or an agency.
    ///
    /// A call that does not get through is told to the log and to nobody else: whatever is waited for is due in the
    /// table, so the sweeper wakes it.
    pub async fn wake(&self, queue: QueueName, group: impl Into<Group>, wakes: &[Wake]) {
        self.wake_later(queue, group, wakes, Duration::ZERO).await;
    }

    /// As [`Queues::wake`], after `delay` of at most 15 minutes.
    pub async fn wake_later(&self, queue: QueueName, group: impl Into<Group>, wakes: &[Wake], delay: Duration) {
        let Some(first) = wakes.first() else { return };
        let sent = self.transport.send(queue, &group.into(), wakes, delay).await;
        if let Err(error) = sent {
            tracing::warn!(?queue, calls = wakes.len(), ?first, %error, "not woken; the sweeper will");
        }
    }

    /// As [`Queues::wake`], for a caller who says whether the call got through.
    ///
    /// # Errors
    ///
    /// When it did not, or nobody knows.
    pub async fn try_wake(&self, queue: QueueName, group: impl Into<Group>, wakes: &[Wake]) -> Result<(), QueueError> {
        self.transport.send(queue, &group.into(), wakes, Duration::ZERO).await
    }

    /// Announces stored workbooks to `parse-batch`, with messages in the form of S3's own. It is no wake-up call:
    /// nothing repeats one that did not get through.
    ///
    /// # Errors
    ///
    /// When some were not taken; those that were stay so.
    pub async fn announce(&self, stored: &[String]) -> Result<(), QueueError> {
        self.transport.announce(stored).await
    }

    /// At most `limit` of the calls that the reader of `queue` gave up. They stay where they are, and are not shown
    /// again for a minute.
    ///
    /// # Errors
    ///
    /// When the queue cannot answer.
    pub async fn dead_letters(&self, queue: QueueName, limit: usize) -> Result<Vec<DeadLetter>, QueueError> {
        self.transport.dead_letters(queue, limit).await
    }

    /// Takes a dead letter away for good.
    ///
    /// # Errors
    ///
    /// When the queue cannot answer; the letter is shown again.
    pub async fn bury(&self, queue: QueueName, letter: &DeadLetter) -> Result<(), QueueError> {
        self.transport.bury(queue, letter).await
    }

    /// Has a queue's dead letters sent again, each to the queue that it came from. They move by themselves after the
    /// answer.
    ///
    /// # Errors
    ///
    /// When that cannot begin, as while an earlier one is under way.
    pub async fn redrive(&self, queue: Redrive) -> Result<(), RedriveError> {
        self.transport.redrive(queue).await
    }
}

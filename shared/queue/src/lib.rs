#![doc = include_str!("../README.md")]

mod sqs;

use std::{collections::BTreeMap, fmt::Debug, sync::Arc, time::Duration};

use async_trait::async_trait;
use domain::{AgencyDomain, BatchId, BulkActionId, InviteId, OfficerId, SeedRequestId, SubscriptionId, WebhookEventId};
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use sqs::Sqs;

/// A wake-up call in the form of a queue's message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "wake", rename_all = "kebab-case")]
pub enum Wake {
    Invite {
        id: InviteId,
    },
    /// Resume the work on an invite that needs attention.
    Resume {
        id: InviteId,
    },
    Batch {
        id: BatchId,
    },
    /// Continue an action for many invites.
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
    /// Send the canary if it is due.
    Canary,
    /// Check an account's own request for SEED.
    SeedRequest {
        id: SeedRequestId,
    },
}

/// The queues of wake-up calls, by their reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QueueName {
    /// Batches for `dispatch-batch` to check.
    Dispatch,
    /// Invites with a step for `provision-user`.
    Provision,
    /// Invites and batches with a mail for `send-mail`.
    Mail,
    /// Bulk actions for `apply-actions` to continue.
    Actions,
    /// Events and subscriptions for `notify-agencies` to call.
    Webhooks,
}

impl QueueName {
    pub const ALL: [Self; 5] = [Self::Actions, Self::Dispatch, Self::Provision, Self::Mail, Self::Webhooks];

    /// The queue's name, for operators and logs.
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

/// A queue that a function sends to or reads dead letters from. A function has only those that it uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Destination {
    /// The queue with this name.
    Queue(QueueName),
    /// The queue that `parse-batch` reads, in which S3 announces workbooks.
    Announcements,
    /// The dead letters of the queue with this reader.
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
    /// Every queue, in the order in which work passes them.
    pub const ALL: [Self; 6] = [
        Self::Of(QueueName::Dispatch),
        Self::Parse,
        Self::Of(QueueName::Provision),
        Self::Of(QueueName::Mail),
        Self::Of(QueueName::Actions),
        Self::Of(QueueName::Webhooks),
    ];

    /// The queue's name, for operators and logs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Of(queue) => queue.name(),
            Self::Parse => "parse",
        }
    }

    /// The queue with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|queue| queue.name() == name)
    }
}

/// The URLs of a stack's queues.
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

    /// The environment variable with its URL.
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

    /// The dead letters of the reader of `queue`.
    #[must_use]
    pub fn dead_letters(queue: QueueName) -> Self {
        Self::DeadLetters(Redrive::Of(queue))
    }
}

/// A wake-up call that failed on every attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    pub wake: Wake,
    /// The queue's handle for it, until the queue shows it again.
    pub receipt: String,
}

/// The unit of fair queueing: thousands of messages of one group do not delay a single message of another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Group(String);

impl Group {
    /// The group of work for no officer: no officer's messages delay it.
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

/// The port that sends messages to their readers: SQS, or the fake queues of a test.
#[async_trait]
pub trait Transport: Debug + Send + Sync {
    /// Sends `wakes` to `queue` in the group `group`; readers see them after `delay`. Messages that were accepted stay
    /// so if others fail.
    async fn send(&self, queue: QueueName, group: &Group, wakes: &[Wake], delay: Duration) -> Result<(), QueueError>;

    /// Sends announcements of stored workbooks to their reader, each a text in the form of S3's own messages.
    async fn announce(&self, stored: &[String]) -> Result<(), QueueError>;

    /// See [`Queues::dead_letters`] for what it promises.
    async fn dead_letters(&self, queue: QueueName, limit: usize) -> Result<Vec<DeadLetter>, QueueError>;

    /// See [`Queues::bury`] for what it promises.
    async fn bury(&self, queue: QueueName, letter: &DeadLetter) -> Result<(), QueueError>;

    /// See [`Queues::redrive`] for what it promises.
    async fn redrive(&self, queue: Redrive) -> Result<(), RedriveError>;
}

/// Some messages were not accepted. Nothing is lost: the sweeper repeats them.
#[derive(Debug, Error)]
#[error("queue: {missing} of {of} messages were not taken, {code}")]
pub struct QueueError {
    /// How many messages were not accepted.
    pub missing: usize,
    pub of: usize,
    /// The code of the last failure, from SQS or its client.
    pub code: String,
}

/// A redrive did not begin, or its answer is lost. Asking again is harmless.
#[derive(Debug, Error)]
#[error("queue: the dead letters cannot be sent again, {code}")]
pub struct RedriveError {
    /// The code of the failure, from SQS or its client.
    pub code: String,
}

impl Queues {
    /// The queues over this transport.
    #[must_use]
    pub fn new(transport: impl Transport + 'static) -> Self {
        Self { transport: Arc::new(transport) }
    }

    /// Wakes the reader of `queue` once for each of `wakes`, in the group of an officer or an agency.
    ///
    /// A call that is not accepted is only logged: its record is due in the table, so the sweeper repeats the call.
    pub async fn wake(&self, queue: QueueName, group: impl Into<Group>, wakes: &[Wake]) {
        self.wake_later(queue, group, wakes, Duration::ZERO).await;
    }

    /// Like [`Queues::wake`], after `delay` of at most 15 minutes.
    pub async fn wake_later(&self, queue: QueueName, group: impl Into<Group>, wakes: &[Wake], delay: Duration) {
        let Some(first) = wakes.first() else { return };
        let sent = self.transport.send(queue, &group.into(), wakes, delay).await;
        if let Err(error) = sent {
            tracing::warn!(?queue, calls = wakes.len(), ?first, %error, "not woken; the sweeper will");
        }
    }

    /// Like [`Queues::wake`], for a caller that reports whether the call was accepted.
    ///
    /// # Errors
    ///
    /// [`QueueError`] when it was not accepted, or the answer is lost.
    pub async fn try_wake(&self, queue: QueueName, group: impl Into<Group>, wakes: &[Wake]) -> Result<(), QueueError> {
        self.transport.send(queue, &group.into(), wakes, Duration::ZERO).await
    }

    /// Announces stored workbooks to `parse-batch`, with messages in the form of S3's own. This is no wake-up call:
    /// nothing repeats an announcement that was not accepted.
    ///
    /// # Errors
    ///
    /// [`QueueError`] when some were not accepted; the others stay accepted.
    pub async fn announce(&self, stored: &[String]) -> Result<(), QueueError> {
        self.transport.announce(stored).await
    }

    /// Up to `limit` of the dead letters of the reader of `queue`. They stay in the queue, and are not shown again for
    /// a minute.
    ///
    /// # Errors
    ///
    /// [`QueueError`] when the queue cannot answer.
    pub async fn dead_letters(&self, queue: QueueName, limit: usize) -> Result<Vec<DeadLetter>, QueueError> {
        self.transport.dead_letters(queue, limit).await
    }

    /// Deletes a dead letter for good.
    ///
    /// # Errors
    ///
    /// [`QueueError`] when the queue cannot answer. The letter is then shown again.
    pub async fn bury(&self, queue: QueueName, letter: &DeadLetter) -> Result<(), QueueError> {
        self.transport.bury(queue, letter).await
    }

    /// Sends the dead letters of a queue again, each to the queue that it was in. SQS moves them after it has answered.
    ///
    /// # Errors
    ///
    /// [`RedriveError`] when it cannot begin, for example while an earlier redrive runs.
    pub async fn redrive(&self, queue: Redrive) -> Result<(), RedriveError> {
        self.transport.redrive(queue).await
    }
}

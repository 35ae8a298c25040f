#![doc = include_str!("../README.md")]

#[cfg(feature = "fake")]
mod memory;
mod sqs;

use std::time::Duration;

use domain::{ActionId, AgencyDomain, AgencyId, BatchId, InviteId, NoticeId, OfficerId, SeedRequestId};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A wake-up call, as it lies in a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "wake", rename_all = "kebab-case")]
pub enum Wake {
    /// Look at an invite.
    Invite {
        /// Which.
        id: InviteId,
    },
    /// Let an invite that needs attention go on where it stood.
    Resume {
        /// Which.
        id: InviteId,
    },
    /// Look at a batch.
    Batch {
        /// Which.
        id: BatchId,
    },
    /// Go on with an action for many invites.
    Action {
        /// Which.
        id: ActionId,
    },
    /// Hand a notice over.
    Notice {
        /// Which.
        id: NoticeId,
    },
    /// Challenge an agency's endpoint.
    Agency {
        /// Whose.
        id: AgencyId,
    },
    /// Send the canary that waits.
    Canary,
    /// Look at an account's own request for SEED.
    SeedRequest {
        /// Which.
        id: SeedRequestId,
    },
}

/// The queues, by who reads them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QueueName {
    /// Read by `dispatch-batch`.
    Dispatch,
    /// Read by `provision-user`.
    Provision,
    /// Read by `send-mail`.
    Mail,
    /// Read by `apply-actions`.
    Actions,
    /// Read by `notify-agencies`.
    Notices,
}

impl QueueName {
    /// Every queue.
    pub const ALL: [Self; 5] = [Self::Actions, Self::Dispatch, Self::Provision, Self::Mail, Self::Notices];
}

/// Where the queues are. A function holds only those it may send to.
#[derive(Clone, Debug, Default)]
pub struct QueueUrls {
    /// Of the dispatch queue.
    pub dispatch: Option<String>,
    /// Of the provision queue.
    pub provision: Option<String>,
    /// Of the mail queue.
    pub mail: Option<String>,
    /// Of the actions queue.
    pub actions: Option<String>,
    /// Of the notices queue.
    pub notices: Option<String>,
    /// Of the queue that `parse-batch` reads, in which S3 announces workbooks.
    pub parse: Option<String>,
    /// Of the messages that the provision queue's reader gave up.
    pub provision_dead_letters: Option<String>,
    /// Of the messages that the mail queue's reader gave up.
    pub mail_dead_letters: Option<String>,
}

/// A wake-up call whose reader failed every time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// The call.
    pub wake: Wake,
    receipt: String,
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
    backend: Backend,
}

#[derive(Clone, Debug)]
enum Backend {
    Sqs(sqs::Sqs),
    #[cfg(feature = "fake")]
    Memory(memory::Memory),
}

/// Some messages did not get through. Nothing is lost by it: the sweeper repeats them.
#[derive(Debug, Error)]
#[error("queue: {missing} of {of} messages were not taken, {code}")]
pub struct QueueError {
    /// How many did not get through.
    pub missing: usize,
    /// How many were to.
    pub of: usize,
    /// The service's or the client's code of the last failure.
    pub code: String,
}

impl Queues {
    /// The queues of a stack.
    #[must_use]
    pub fn sqs(client: aws_sdk_sqs::Client, urls: QueueUrls) -> Self {
        Self { backend: Backend::Sqs(sqs::Sqs::new(client, urls)) }
    }

    /// Queues in memory, shared by their clones.
    #[cfg(feature = "fake")]
    #[must_use]
    pub fn memory() -> Self {
        Self::probed(probe::Probe::default())
    }

    /// Queues in memory whose calls pass a probe.
    #[cfg(feature = "fake")]
    #[must_use]
    pub fn probed(probe: probe::Probe) -> Self {
        Self { backend: Backend::Memory(memory::Memory::new(probe)) }
    }

    /// Wakes whoever reads `queue` for each of `wakes`, on behalf of an officer or an agency.
    ///
    /// A call that does not get through is told to the log and to nobody else: whatever is waited for is due in the table,
    /// so the sweeper wakes it.
    pub async fn wake(&self, queue: QueueName, group: impl Into<Group>, wakes: &[Wake]) {
        self.wake_later(queue, group, wakes, Duration::ZERO).await;
    }

    /// As [`Queues::wake`], after `delay` of at most 15 minutes.
    pub async fn wake_later(&self, queue: QueueName, group: impl Into<Group>, wakes: &[Wake], delay: Duration) {
        let Some(first) = wakes.first() else { return };
        let sent = match &self.backend {
            Backend::Sqs(sqs) => sqs.send(queue, &group.into(), wakes, delay).await,
            #[cfg(feature = "fake")]
            Backend::Memory(memory) => memory.send(queue, wakes, delay).await,
        };
        if let Err(error) = sent {
            tracing::warn!(?queue, calls = wakes.len(), ?first, %error, "not woken; the sweeper will");
        }
    }

    /// Announces stored workbooks to `parse-batch`, with messages in the form of S3's own. It is no wake-up call: nothing
    /// repeats one that did not get through.
    ///
    /// # Errors
    ///
    /// When some were not taken; those that were stay so.
    pub async fn announce(&self, stored: &[String]) -> Result<(), QueueError> {
        match &self.backend {
            Backend::Sqs(sqs) => sqs.announce(stored).await,
            #[cfg(feature = "fake")]
            Backend::Memory(memory) => memory.announce(stored).await,
        }
    }

    /// At most `limit` of the calls that the reader of `queue` gave up. They stay where they are, and are not shown again for a
    /// minute.
    ///
    /// # Errors
    ///
    /// When the queue cannot answer.
    pub async fn dead_letters(&self, queue: QueueName, limit: usize) -> Result<Vec<DeadLetter>, QueueError> {
        match &self.backend {
            Backend::Sqs(sqs) => sqs.dead_letters(queue, limit).await,
            #[cfg(feature = "fake")]
            Backend::Memory(memory) => memory.dead_letters(queue, limit).await,
        }
    }

    /// Takes a dead letter away for good.
    ///
    /// # Errors
    ///
    /// When the queue cannot answer; the letter is shown again.
    pub async fn bury(&self, queue: QueueName, letter: &DeadLetter) -> Result<(), QueueError> {
        match &self.backend {
            Backend::Sqs(sqs) => sqs.bury(queue, letter).await,
            #[cfg(feature = "fake")]
            Backend::Memory(memory) => memory.bury(queue, letter).await,
        }
    }

    /// Puts a call among the dead letters of a queue in memory, as SQS does after its last delivery.
    #[cfg(feature = "fake")]
    pub fn give_up(&self, queue: QueueName, wake: Wake) {
        if let Backend::Memory(memory) = &self.backend {
            memory.give_up(queue, wake);
        }
    }

    /// Takes every call out of a queue in memory, delayed ones too; none from a real one.
    #[cfg(feature = "fake")]
    #[must_use]
    pub fn drain(&self, queue: QueueName) -> Vec<Wake> {
        match &self.backend {
            Backend::Sqs(_) => Vec::new(),
            Backend::Memory(memory) => memory.drain(queue),
        }
    }

    /// Takes every announcement out of a queue in memory; none from a real one.
    #[cfg(feature = "fake")]
    #[must_use]
    pub fn drain_announcements(&self) -> Vec<String> {
        match &self.backend {
            Backend::Sqs(_) => Vec::new(),
            Backend::Memory(memory) => memory.drain_announcements(),
        }
    }

    /// Makes a queue in memory lose every call from now on, or stop losing them.
    #[cfg(feature = "fake")]
    pub fn set_delivery(&self, delivery: Delivery) {
        if let Backend::Memory(memory) = &self.backend {
            memory.set_delivery(delivery);
        }
    }
}

/// Whether a queue in memory takes calls.
#[cfg(feature = "fake")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    /// It does.
    #[default]
    Working,
    /// It answers with an error.
    Failing,
}

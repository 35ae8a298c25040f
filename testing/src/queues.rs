//! Fake queues in memory.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use async_trait::async_trait;
use queue::{DeadLetter, Destination, Group, QueueError, QueueName, Queues, Redrive, RedriveError, Transport, Wake};

use crate::probe::{Probe, Probed};

/// Fake queues in memory. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct MemoryQueues {
    state: Probed<State>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    #[default]
    Working,
    /// Each call fails with an error, and no message is accepted.
    Failing,
}

#[derive(Clone, Debug, Default)]
struct State {
    queues: BTreeMap<QueueName, Vec<Wake>>,
    dead_letters: BTreeMap<QueueName, Vec<Wake>>,
    announcements: Vec<String>,
    delivery: Delivery,
}

fn unanswered(code: &str) -> QueueError {
    QueueError { missing: 1, of: 1, code: code.to_owned() }
}

impl MemoryQueues {
    /// Queues whose calls the probe counts and breaks.
    #[must_use]
    pub fn probed(probe: Probe) -> Self {
        Self { state: Probed::new(probe, State::default()) }
    }

    /// The queues as a function with this list of `used` destinations has them.
    #[must_use]
    pub fn queues(&self, used: &[Destination]) -> Queues {
        Queues::new(Granted { used: used.iter().copied().collect(), queues: self.clone() })
    }

    /// The queues for a caller that may use all of them.
    #[must_use]
    pub fn all(&self) -> Queues {
        self.queues(&Destination::ALL)
    }

    #[must_use]
    pub fn drain_announcements(&self) -> Vec<String> {
        std::mem::take(&mut self.state.by_hand().announcements)
    }

    /// Removes every message of a queue, and returns them, delayed ones too.
    #[must_use]
    pub fn drain(&self, queue: QueueName) -> Vec<Wake> {
        self.state.by_hand().queues.remove(&queue).unwrap_or_default()
    }

    /// Adds a message to the dead letters of a queue, as SQS does after the last delivery.
    pub fn give_up(&self, queue: QueueName, wake: Wake) {
        self.state.by_hand().dead_letters.entry(queue).or_default().push(wake);
    }

    /// Makes the queues refuse every message from now on, or accept them again.
    pub fn set_delivery(&self, delivery: Delivery) {
        self.state.by_hand().delivery = delivery;
    }
}

/// The queues as one function has them. A message to another queue is not accepted, because the function has no URL for
/// it.
#[derive(Clone, Debug)]
struct Granted {
    used: BTreeSet<Destination>,
    queues: MemoryQueues,
}

/// The error for a queue that the function does not use.
const UNSET: &str = "no such queue is set";

impl Granted {
    fn has_letters(&self, queue: QueueName) -> Result<(), QueueError> {
        let has_letters = self.used.contains(&Destination::dead_letters(queue));
        if has_letters { Ok(()) } else { Err(unanswered(UNSET)) }
    }
}

#[async_trait]
impl Transport for Granted {
    async fn send(&self, queue: QueueName, _group: &Group, wakes: &[Wake], _delay: Duration) -> Result<(), QueueError> {
        let failed = |code: &str| Err(QueueError { missing: wakes.len(), of: wakes.len(), code: code.to_owned() });
        if !self.used.contains(&Destination::Queue(queue)) {
            return failed(UNSET);
        }
        let take = |state: &mut State, wake: Wake| {
            if state.delivery == Delivery::Working {
                state.queues.entry(queue).or_default().push(wake);
            }
        };
        let answer = |state: &mut State| match state.delivery {
            Delivery::Working => Ok(()),
            Delivery::Failing => failed("made to fail"),
        };
        self.queues.state.write_each("queue.send", wakes.to_vec(), take, answer, |failure| failed(failure.code())).await
    }

    async fn announce(&self, stored: &[String]) -> Result<(), QueueError> {
        if stored.is_empty() {
            return Ok(());
        }
        let failed = |code: &str| Err(QueueError { missing: stored.len(), of: stored.len(), code: code.to_owned() });
        if !self.used.contains(&Destination::Announcements) {
            return failed(UNSET);
        }
        let take = |state: &mut State, text: String| {
            if state.delivery == Delivery::Working {
                state.announcements.push(text);
            }
        };
        let answer = |state: &mut State| match state.delivery {
            Delivery::Working => Ok(()),
            Delivery::Failing => failed("made to fail"),
        };
        self.queues
            .state
            .write_each("queue.announce", stored.to_vec(), take, answer, |failure| failed(failure.code()))
            .await
    }

    async fn dead_letters(&self, queue: QueueName, limit: usize) -> Result<Vec<DeadLetter>, QueueError> {
        self.has_letters(queue)?;
        let letter = |wake: &Wake| DeadLetter { wake: *wake, receipt: String::new() };
        let shown = |state: &mut State| {
            Ok(state.dead_letters.get(&queue).into_iter().flatten().take(limit).map(letter).collect())
        };
        self.queues.state.read("queue.dead_letters", shown, |failure| Err(unanswered(failure.code()))).await
    }

    async fn bury(&self, queue: QueueName, letter: &DeadLetter) -> Result<(), QueueError> {
        self.has_letters(queue)?;
        let take_away = |state: &mut State| {
            if let Some(letters) = state.dead_letters.get_mut(&queue) {
                letters.retain(|wake| *wake != letter.wake);
            }
            Ok(())
        };
        self.queues.state.write("queue.bury", take_away, |failure| Err(unanswered(failure.code()))).await
    }

    /// No announcement becomes a dead letter here, so there is none to send again.
    async fn redrive(&self, queue: Redrive) -> Result<(), RedriveError> {
        let failed = |code: &str| Err(RedriveError { code: code.to_owned() });
        if !self.used.contains(&Destination::DeadLetters(queue)) {
            return failed(UNSET);
        }
        let send_again = |state: &mut State| {
            if let Redrive::Of(queue) = queue {
                let letters = state.dead_letters.remove(&queue).unwrap_or_default();
                state.queues.entry(queue).or_default().extend(letters);
            }
            Ok(())
        };
        self.queues.state.write_once("queue.redrive", send_again, |failure| failed(failure.code())).await
    }
}

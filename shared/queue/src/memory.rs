//! Queues in memory.

use std::{collections::BTreeMap, time::Duration};

use probe::{Probe, Probed};

use crate::{DeadLetter, Delivery, QueueError, QueueName, Wake};

#[derive(Clone, Debug)]
pub(crate) struct Memory {
    state: Probed<State>,
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

/// The dead letters of these queues are looked at by no function, which therefore knows no such queue.
fn has_grave(queue: QueueName) -> Result<(), QueueError> {
    match queue {
        QueueName::Dispatch | QueueName::Actions | QueueName::Notices => Err(unanswered("no such queue is set")),
        QueueName::Provision | QueueName::Mail => Ok(()),
    }
}

impl Memory {
    pub(crate) fn new(probe: Probe) -> Self {
        Self { state: Probed::new(probe, State::default()) }
    }

    pub(crate) async fn send(&self, queue: QueueName, wakes: &[Wake], _delay: Duration) -> Result<(), QueueError> {
        let failed = |code: &str| Err(QueueError { missing: wakes.len(), of: wakes.len(), code: code.to_owned() });
        let take = |state: &mut State, wake: Wake| {
            if state.delivery == Delivery::Working {
                state.queues.entry(queue).or_default().push(wake);
            }
        };
        let answer = |state: &mut State| match state.delivery {
            Delivery::Working => Ok(()),
            Delivery::Failing => failed("made to fail"),
        };
        self.state.write_each("queue.send", wakes.to_vec(), take, answer, |failure| failed(failure.code())).await
    }

    pub(crate) async fn announce(&self, stored: &[String]) -> Result<(), QueueError> {
        if stored.is_empty() {
            return Ok(());
        }
        let failed = |code: &str| Err(QueueError { missing: stored.len(), of: stored.len(), code: code.to_owned() });
        let take = |state: &mut State, text: String| {
            if state.delivery == Delivery::Working {
                state.announcements.push(text);
            }
        };
        let answer = |state: &mut State| match state.delivery {
            Delivery::Working => Ok(()),
            Delivery::Failing => failed("made to fail"),
        };
        self.state.write_each("queue.announce", stored.to_vec(), take, answer, |failure| failed(failure.code())).await
    }

    pub(crate) fn drain_announcements(&self) -> Vec<String> {
        std::mem::take(&mut self.state.by_hand().announcements)
    }

    pub(crate) fn drain(&self, queue: QueueName) -> Vec<Wake> {
        self.state.by_hand().queues.remove(&queue).unwrap_or_default()
    }

    pub(crate) fn give_up(&self, queue: QueueName, wake: Wake) {
        self.state.by_hand().dead_letters.entry(queue).or_default().push(wake);
    }

    pub(crate) async fn dead_letters(&self, queue: QueueName, limit: usize) -> Result<Vec<DeadLetter>, QueueError> {
        has_grave(queue)?;
        let letter = |wake: &Wake| DeadLetter { wake: *wake, receipt: String::new() };
        let shown = |state: &mut State| {
            Ok(state.dead_letters.get(&queue).into_iter().flatten().take(limit).map(letter).collect())
        };
        self.state.read("queue.dead_letters", shown, |failure| Err(unanswered(failure.code()))).await
    }

    pub(crate) async fn bury(&self, queue: QueueName, letter: &DeadLetter) -> Result<(), QueueError> {
        has_grave(queue)?;
        let take_away = |state: &mut State| {
            if let Some(letters) = state.dead_letters.get_mut(&queue) {
                letters.retain(|wake| *wake != letter.wake);
            }
            Ok(())
        };
        self.state.write("queue.bury", take_away, |failure| Err(unanswered(failure.code()))).await
    }

    pub(crate) fn set_delivery(&self, delivery: Delivery) {
        self.state.by_hand().delivery = delivery;
    }
}

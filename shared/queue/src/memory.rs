//! Queues in memory.

use std::{collections::BTreeMap, time::Duration};

use probe::{Probe, Probed};

use crate::{Delivery, QueueError, QueueName, Wake};

#[derive(Clone, Debug)]
pub(crate) struct Memory {
    state: Probed<State>,
}

#[derive(Debug, Default)]
struct State {
    queues: BTreeMap<QueueName, Vec<Wake>>,
    delivery: Delivery,
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

    pub(crate) fn drain(&self, queue: QueueName) -> Vec<Wake> {
        self.state.by_hand().queues.remove(&queue).unwrap_or_default()
    }

    pub(crate) fn set_delivery(&self, delivery: Delivery) {
        self.state.by_hand().delivery = delivery;
    }
}

//! Queues in memory.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{Delivery, QueueError, QueueName, Wake};

#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    queues: BTreeMap<QueueName, Vec<Wake>>,
    delivery: Delivery,
}

impl Memory {
    pub(crate) fn send(&self, queue: QueueName, wakes: &[Wake], _delay: Duration) -> Result<(), QueueError> {
        let mut state = self.state();
        if state.delivery == Delivery::Failing {
            return Err(QueueError { missing: wakes.len(), of: wakes.len(), code: "made to fail".to_owned() });
        }
        state.queues.entry(queue).or_default().extend_from_slice(wakes);
        Ok(())
    }

    pub(crate) fn drain(&self, queue: QueueName) -> Vec<Wake> {
        self.state().queues.remove(&queue).unwrap_or_default()
    }

    pub(crate) fn set_delivery(&self, delivery: Delivery) {
        self.state().delivery = delivery;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

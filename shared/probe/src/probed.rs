//! A backend's state, behind its probe.

use std::{
    future::poll_fn,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Poll,
};

use crate::{Effect, Failure, Fault, Probe};

/// What a backend in memory holds; clones share it. Each of its calls takes what the call does, and what its error is
/// like.
#[derive(Debug, Default)]
pub struct Probed<S> {
    probe: Probe,
    state: Arc<Mutex<S>>,
}

impl<S> Clone for Probed<S> {
    fn clone(&self) -> Self {
        Self { probe: self.probe.clone(), state: Arc::clone(&self.state) }
    }
}

impl<S> Probed<S> {
    /// The state behind this probe.
    #[must_use]
    pub fn new(probe: Probe, state: S) -> Self {
        Self { probe, state: Arc::new(Mutex::new(state)) }
    }

    /// A call that only asks.
    pub async fn read<T>(
        &self,
        name: &'static str,
        answer: impl FnOnce(&mut S) -> T,
        error: impl FnOnce(Failure) -> T,
    ) -> T {
        self.once(name, Effect::None, answer, error).await
    }

    /// A call that changes something and is never repeated unseen.
    pub async fn write_once<T>(
        &self,
        name: &'static str,
        effect: impl FnOnce(&mut S) -> T,
        error: impl FnOnce(Failure) -> T,
    ) -> T {
        self.once(name, Effect::Once, effect, error).await
    }

    /// A call that changes something and that a client repeats when its answer is lost.
    pub async fn write<T>(
        &self,
        name: &'static str,
        mut effect: impl FnMut(&mut S) -> T,
        error: impl FnOnce(Failure) -> T,
    ) -> T {
        let fault = self.begin(name, Effect::Repeatable).await;
        if fault == Some(Fault::Repeated) {
            effect(&mut self.by_hand());
        }
        self.end(fault, effect, error).await
    }

    /// A call that does something with each of `things`, of which a lost request may have done some; `done` answers it.
    pub async fn write_each<T, I: Clone>(
        &self,
        name: &'static str,
        things: Vec<I>,
        mut effect: impl FnMut(&mut S, I),
        done: impl FnOnce(&mut S) -> T,
        error: impl FnOnce(Failure) -> T,
    ) -> T {
        let fault = self.begin(name, Effect::Each).await;
        let mut some =
            |state: &mut S, count: usize| things.iter().take(count).for_each(|thing| effect(state, thing.clone()));
        let all = things.len();
        match fault {
            Some(Fault::Repeated) => some(&mut self.by_hand(), all),
            Some(Fault::Partial) => some(&mut self.by_hand(), all / 2),
            _ => {}
        }
        let everything = |state: &mut S| {
            some(state, all);
            done(state)
        };
        self.end(fault, everything, error).await
    }

    /// The state itself, for what is no call: a test that looks, or lays a trap.
    pub fn by_hand(&self) -> MutexGuard<'_, S> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn once<T>(
        &self,
        name: &'static str,
        kind: Effect,
        effect: impl FnOnce(&mut S) -> T,
        error: impl FnOnce(Failure) -> T,
    ) -> T {
        let fault = self.begin(name, kind).await;
        self.end(fault, effect, error).await
    }

    /// Lets other tasks go first, as a call over a network does, and says what is to become of the call.
    async fn begin(&self, name: &'static str, effect: Effect) -> Option<Fault> {
        let mut went = false;
        poll_fn(|context| {
            if std::mem::replace(&mut went, true) {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        let fault = self.probe.meet(name, effect);
        if fault == Some(Fault::CrashBefore) {
            self.probe.crash().await;
        }
        fault
    }

    async fn end<T>(
        &self,
        fault: Option<Fault>,
        effect: impl FnOnce(&mut S) -> T,
        error: impl FnOnce(Failure) -> T,
    ) -> T {
        match fault {
            None | Some(Fault::Repeated) => effect(&mut self.by_hand()),
            Some(Fault::Throttled) => error(Failure::Throttled),
            Some(Fault::Denied) => error(Failure::Denied),
            Some(Fault::LostBefore | Fault::Partial) => error(Failure::Lost),
            Some(Fault::LostAfter) => {
                effect(&mut self.by_hand());
                error(Failure::Lost)
            }
            Some(Fault::CrashBefore | Fault::CrashAfter) => {
                effect(&mut self.by_hand());
                self.probe.crash().await
            }
        }
    }
}

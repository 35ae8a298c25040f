//! The state of a backend, behind its probe.

use std::{
    future::poll_fn,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Poll,
    time::Duration,
};

use super::{Effect, Failure, Fault, LAG, Probe, Service};

/// The state of a fake backend. Clones share it. Each of its calls says what it does, and what its error is.
#[derive(Debug, Default)]
pub struct Probed<S> {
    probe: Probe,
    service: Service,
    state: Arc<Mutex<S>>,
    past: Arc<Mutex<Past<S>>>,
}

/// Earlier states with the times at which they were replaced, oldest first. They are kept only while a test needs one.
type Past<S> = Vec<(Duration, S)>;

impl<S> Clone for Probed<S> {
    fn clone(&self) -> Self {
        let (state, past) = (Arc::clone(&self.state), Arc::clone(&self.past));
        Self { probe: self.probe.clone(), service: self.service, state, past }
    }
}

impl<S: Clone> Probed<S> {
    /// The state of one of the stack's own services, behind this probe.
    #[must_use]
    pub fn new(probe: Probe, state: S) -> Self {
        Self { probe, service: Service::Own, state: Arc::new(Mutex::new(state)), past: Arc::default() }
    }

    /// The state of another system, whose answers may be garbled.
    #[must_use]
    pub fn outside(probe: Probe, state: S) -> Self {
        Self { service: Service::Outside, ..Self::new(probe, state) }
    }

    /// A call that only reads, with a current answer.
    pub async fn read<T>(
        &self,
        name: &'static str,
        answer: impl FnOnce(&mut S) -> T,
        error: impl FnOnce(Failure) -> T,
    ) -> T {
        self.once(name, Effect::None, answer, error).await
    }

    /// A call that only reads, with an answer that may be late.
    ///
    /// # Errors
    ///
    /// The result of `error` when the call is broken.
    pub async fn read_late<T: PartialEq, E>(
        &self,
        name: &'static str,
        answer: impl Fn(&mut S) -> T,
        error: impl FnOnce(Failure) -> E,
    ) -> Result<T, E> {
        let fault = self.begin(name, Effect::Late).await;
        if self.probe.surveys() {
            self.probe.note_stale(self.ways_of_being_late(&answer));
        }
        self.end(fault, |state| Ok(answer(state)), |failure| Err(error(failure))).await
    }

    /// A call with an effect, which is never repeated unnoticed.
    pub async fn write_once<T>(
        &self,
        name: &'static str,
        effect: impl FnOnce(&mut S) -> T,
        error: impl FnOnce(Failure) -> T,
    ) -> T {
        self.once(name, Effect::Once, effect, error).await
    }

    /// A call with an effect, which a client repeats when its answer is lost.
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

    /// A call with an effect for each of `things`. A lost request may have done some of them. `done` is its answer.
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

    /// The state itself, for a test that reads or prepares it without a call.
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

    /// Lets other tasks run first, as a call over a network does. Returns the fault of the call, if it is to fail.
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
        self.probe.wait_for_others().await;
        let fault = self.probe.meet(name, effect, self.service);
        if self.probe.keeps_past() && !effect.is_none() {
            let (now, was) = (self.probe.now(), self.by_hand().clone());
            let mut past = self.past();
            past.retain(|(written_over, _)| now < *written_over + LAG);
            past.push((now, was));
        }
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
            Some(Fault::Garbled) => {
                effect(&mut self.by_hand());
                error(Failure::Garbled)
            }
            Some(Fault::WithoutLastWrite) => effect(&mut self.without_last_write()),
            Some(Fault::WithoutLastMinute) => effect(&mut self.without_last_minute()),
            Some(Fault::CrashBefore | Fault::CrashAfter) => {
                effect(&mut self.by_hand());
                self.probe.crash().await
            }
        }
    }

    /// The kinds of late answers that differ from the current answer, each of them once.
    fn ways_of_being_late<T: PartialEq>(&self, answer: impl Fn(&mut S) -> T) -> &'static [Fault] {
        let present = self.by_hand().clone();
        let [now, write, minute] =
            [present, self.without_last_write(), self.without_last_minute()].map(|mut state| answer(&mut state));
        match (write == now, minute == now) {
            (true, true) => &[],
            (true, false) => &[Fault::WithoutLastMinute],
            (false, false) if minute != write => &[Fault::WithoutLastWrite, Fault::WithoutLastMinute],
            (false, _) => &[Fault::WithoutLastWrite],
        }
    }

    fn without_last_write(&self) -> S {
        self.unseen(|past| past.last())
    }

    fn without_last_minute(&self) -> S {
        self.unseen(|past| past.first())
    }

    /// One of the states of the last minute, or the current one.
    fn unseen(&self, choose: impl FnOnce(&Past<S>) -> Option<&(Duration, S)>) -> S {
        let now = self.probe.now();
        let mut past = self.past();
        past.retain(|(written_over, _)| now < *written_over + LAG);
        choose(&past).map_or_else(|| self.by_hand().clone(), |(_, was)| was.clone())
    }

    fn past(&self) -> MutexGuard<'_, Past<S>> {
        self.past.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

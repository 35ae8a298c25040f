//! Every call of every fake backend passes this probe, so that a test can count the calls and break any of them.
//!
//! A backend keeps its state in [`Probed`], which only calls with a name can access. So the fault harness breaks a new
//! call without any list.

mod probed;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    future::{Future, poll_fn},
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Poll, Waker},
    time::Duration,
};

pub use probed::Probed;

/// How long a write may be missing from late answers. It is longer than the lag of a user pool's search and of an index
/// of the table at worst.
const LAG: Duration = Duration::from_secs(60);

/// The place where calls are counted and broken. Clones share it. It only counts calls within [`Probe::run`]: what a
/// test does to a backend itself is neither counted nor broken.
#[derive(Clone, Debug, Default)]
pub struct Probe(Arc<Mutex<Watch>>);

#[derive(Debug, Default)]
struct Watch {
    /// The function and the run whose calls these are, while its handler is polled.
    running: Option<(&'static str, usize)>,
    runs: usize,
    calls: Vec<Call>,
    faults: BTreeMap<usize, Fault>,
    crashed: bool,
    interruption: Interruption,
    waiting: Option<Waker>,
    outages: Vec<Outage>,
    /// The time that has passed, as set by the test.
    now: Duration,
    /// Whether late answers are compared with current ones; see [`Probe::survey`].
    survey: bool,
}

/// Where a handler waits while another actor acts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Interruption {
    #[default]
    None,
    /// It will wait before the call at this place.
    Before(usize),
    /// It waits, and no other actor acts yet.
    Begun,
    /// It waits, and another actor acts.
    Attended,
}

/// A span in which every call of a kind fails in the same way.
#[derive(Debug)]
struct Outage {
    /// The start of the names of these calls, such as `ses.`.
    of: &'static str,
    fault: Fault,
    until: Duration,
}

/// One call by a handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    pub function: &'static str,
    /// The number of the handler's run, from 1 over all runs.
    pub run: usize,
    /// The name of the call, such as `table.get`.
    pub name: &'static str,
    pub effect: Effect,
    pub service: Service,
    /// The kinds of late answers that would have differed from the current answer, in a run with [`Probe::survey`].
    pub stale: &'static [Fault],
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// A store or queue of the service's own stack.
    #[default]
    Own,
    /// Another system, whose answers may be garbled.
    Outside,
}

/// The effect of a call, which decides how it can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// None: it only reads, and the answer is current.
    None,
    /// None: it only reads, and the answer may be late.
    Late,
    /// One effect, in a request that is never repeated unnoticed: retries are disabled, or a token makes them harmless.
    Once,
    /// One effect, in a request that the client repeats by itself when the answer is lost.
    Repeatable,
    /// Several effects in such a request, each of which may happen or not.
    Each,
}

/// The way in which a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Refused because of the load: there is no effect, and the answer says so.
    Throttled,
    /// Refused because the service has no permission: there is no effect, and the answer says so.
    Denied,
    /// The request is lost by a timeout, a reset or a failure of the other side. There is no effect, but the caller
    /// cannot know that.
    LostBefore,
    /// The answer is lost. There is an effect, but the caller cannot know that.
    LostAfter,
    /// The answer is lost and the client repeats the request. The effect happens twice, and the second answer arrives.
    Repeated,
    /// Half of several effects happen, and then the request is lost.
    Partial,
    /// The process ends before the request is sent.
    CrashBefore,
    /// The process ends after the effect and before the answer is read.
    CrashAfter,
    /// There is an effect, but the answer cannot be parsed.
    Garbled,
    /// The answer is the one before the last write.
    WithoutLastWrite,
    /// The answer is the one of a minute ago.
    WithoutLastMinute,
}

/// What a failed call reports about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// There is no effect now; a later attempt may have one.
    Throttled,
    /// There is no effect, and there will be none until an operator fixes the cause.
    Denied,
    Lost,
    /// The effect is unknown: the answer cannot be parsed.
    Garbled,
}

impl Call {
    /// Every way in which this call can fail.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let garbled = (self.service == Service::Outside).then_some(Fault::Garbled);
        self.effect.faults().iter().chain(self.stale).copied().chain(garbled).collect()
    }
}

impl Effect {
    /// Whether a call with this effect changes nothing.
    #[must_use]
    pub fn is_none(self) -> bool {
        matches!(self, Self::None | Self::Late)
    }

    /// Every way in which a call with this effect can fail, in any service.
    fn faults(self) -> &'static [Fault] {
        use Fault::{CrashAfter, CrashBefore, Denied, LostAfter, LostBefore, Partial, Repeated, Throttled};
        match self {
            // For a call without an effect, a crash before it and a crash after it are the same.
            Self::None | Self::Late => &[Throttled, Denied, CrashAfter],
            Self::Once => &[Throttled, Denied, LostBefore, LostAfter, CrashBefore, CrashAfter],
            Self::Repeatable => &[Throttled, Denied, LostBefore, LostAfter, Repeated, CrashBefore, CrashAfter],
            Self::Each => &[Throttled, Denied, LostBefore, LostAfter, Repeated, Partial, CrashBefore, CrashAfter],
        }
    }
}

impl Fault {
    /// Whether the fault is a late answer, without the last writes.
    #[must_use]
    pub fn is_stale(self) -> bool {
        matches!(self, Self::WithoutLastWrite | Self::WithoutLastMinute)
    }
}

impl Failure {
    /// An error code in the form of AWS.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Throttled => "ThrottlingException",
            Self::Denied => "AccessDeniedException",
            Self::Lost => "TimeoutError",
            Self::Garbled => "ResponseError",
        }
    }
}

impl Probe {
    /// Runs a handler to its end, or to its crash. After a crash it is dropped, and there is no answer.
    pub async fn run<T>(&self, function: &'static str, handler: impl Future<Output = T>) -> Option<T> {
        // Boxed, because the unoptimised futures of whole handlers are too large for the stack of a test.
        let mut handler = Box::pin(handler);
        let run = {
            let mut watch = self.watch();
            watch.runs += 1;
            watch.runs
        };
        poll_fn(|context| {
            self.watch().running = Some((function, run));
            let polled = handler.as_mut().poll(context);
            let mut watch = self.watch();
            watch.running = None;
            if std::mem::take(&mut watch.crashed) {
                return Poll::Ready(None);
            }
            polled.map(Some)
        })
        .await
    }

    /// Like [`Probe::run`]. If a call is to be interrupted, the handler waits before that call until `meanwhile` has
    /// ended.
    pub async fn run_interrupted<T>(
        &self,
        function: &'static str,
        handler: impl Future<Output = T>,
        meanwhile: impl AsyncFnOnce(),
    ) -> Option<T> {
        let mut handler = pin!(self.run(function, handler));
        let begun = poll_fn(|context| match handler.as_mut().poll(context) {
            Poll::Ready(ended) => Poll::Ready(Some(ended)),
            Poll::Pending if self.watch().interruption == Interruption::Begun => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        });
        if let Some(ended) = begun.await {
            return ended;
        }
        self.watch().interruption = Interruption::Attended;
        meanwhile().await;
        let waiting = {
            let mut watch = self.watch();
            watch.interruption = Interruption::None;
            watch.waiting.take()
        };
        // The call may be one of several that the handler makes at the same time, and only a woken one is polled.
        waiting.iter().for_each(Waker::wake_by_ref);
        handler.await
    }

    /// Interrupts a handler before a later call, the `place`th since the beginning; see [`Probe::run_interrupted`].
    pub fn interrupt(&self, place: usize) {
        self.watch().interruption = Interruption::Before(place);
    }

    /// For the span `time` from now on, every call whose name begins with `of` fails, whatever else is set.
    pub fn begin_outage(&self, of: &'static str, fault: Fault, time: Duration) {
        let mut watch = self.watch();
        let until = watch.now + time;
        watch.outages.push(Outage { of, fault, until });
    }

    /// Breaks a later call: the `place`th since the beginning, 0 for the first.
    pub fn break_call(&self, place: usize, fault: Fault) {
        self.watch().faults.insert(place, fault);
    }

    /// From now on, records which late answers would differ from the current ones.
    pub fn survey(&self) {
        self.watch().survey = true;
    }

    /// Lets time pass. After a minute a write is part of every answer.
    pub fn pass(&self, time: Duration) {
        self.watch().now += time;
    }

    /// The calls so far, oldest first.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.watch().calls.clone()
    }

    /// Counts a call, and returns its fault if it is to fail.
    fn meet(&self, name: &'static str, effect: Effect, service: Service) -> Option<Fault> {
        let mut watch = self.watch();
        let (function, run) = watch.running?;
        let place = watch.calls.len();
        let now = watch.now;
        let outage = watch.outages.iter().find(|outage| name.starts_with(outage.of) && now < outage.until);
        let outage = outage.map(|outage| outage.fault);
        watch.calls.push(Call { function, run, name, effect, service, stale: &[] });
        // An earlier mishap may have moved another call to this place.
        let fault = watch.faults.remove(&place).filter(|fault| match fault {
            Fault::WithoutLastWrite | Fault::WithoutLastMinute => effect == Effect::Late,
            Fault::Garbled => service == Service::Outside,
            _ => true,
        });
        outage.or(fault)
    }

    /// Waits while another actor acts, if the call that begins now is to be interrupted.
    async fn wait_for_others(&self) {
        {
            let mut watch = self.watch();
            if watch.running.is_none() || watch.interruption != Interruption::Before(watch.calls.len()) {
                return;
            }
            watch.interruption = Interruption::Begun;
        }
        poll_fn(|context| {
            let mut watch = self.watch();
            if watch.interruption == Interruption::None {
                return Poll::Ready(());
            }
            watch.waiting = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// Records how the answer of the last call could be late.
    fn note_stale(&self, stale: &'static [Fault]) {
        if let Some(call) = self.watch().calls.last_mut() {
            call.stale = stale;
        }
    }

    fn surveys(&self) -> bool {
        let watch = self.watch();
        watch.survey && watch.running.is_some()
    }

    /// Whether a later answer may be one without the last writes.
    fn keeps_past(&self) -> bool {
        let watch = self.watch();
        watch.survey || watch.faults.values().any(|fault| fault.is_stale())
    }

    fn now(&self) -> Duration {
        self.watch().now
    }

    /// Ends the running handler, which is never polled again.
    async fn crash(&self) -> ! {
        self.watch().crashed = true;
        match std::future::pending::<std::convert::Infallible>().await {}
    }

    fn watch(&self) -> MutexGuard<'_, Watch> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! What every call of every backend in memory passes through, so that a test can count the calls and break any of them.
//!
//! A backend keeps its state in [`Probed`], which gives it out to nothing but a call with a name. A new call is
//! therefore met by the fault harness without anybody listing it.

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

/// How long what was written may be missing from answers that come late: what a user pool's search and an index of a
/// table take at their worst, with room.
const LAG: Duration = Duration::from_secs(60);

/// The place where calls are counted and broken; clones share it. It only looks at what happens in [`Probe::run`]: what
/// a test does to a backend by itself is neither counted nor broken.
#[derive(Clone, Debug, Default)]
pub struct Probe(Arc<Mutex<Watch>>);

#[derive(Debug, Default)]
struct Watch {
    /// Whose calls these are, while a handler is being polled.
    running: Option<(&'static str, usize)>,
    runs: usize,
    calls: Vec<Call>,
    faults: BTreeMap<usize, Fault>,
    crashed: bool,
    interruption: Interruption,
    waiting: Option<Waker>,
    outages: Vec<Outage>,
    /// The time that has passed, as far as the test says.
    now: Duration,
    /// Whether it is noted of late answers what would be missing in them.
    survey: bool,
}

/// Where a handler waits while somebody else acts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Interruption {
    #[default]
    None,
    /// Before the call to come at this place.
    Before(usize),
    /// It waits, and nobody acts yet.
    Begun,
    /// It waits, and somebody acts.
    Attended,
}

/// A time in which every call of a kind goes wrong the same way.
#[derive(Debug)]
struct Outage {
    /// How the names of these calls begin, such as `ses.`.
    of: &'static str,
    fault: Fault,
    until: Duration,
}

/// One call that left a handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    pub function: &'static str,
    /// Which run of a handler, 1 for the first of all.
    pub run: usize,
    /// The call, such as `table.get`.
    pub name: &'static str,
    pub effect: Effect,
    pub service: Service,
    /// The ways of being late that would have changed the answer, in a run that [`Probe::survey`] looks at.
    pub stale: &'static [Fault],
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// A store or queue of the stack's own.
    #[default]
    Own,
    /// Somebody whose answers are read with care: they may be no answers at all.
    Outside,
}

/// What a call can do, and with it how it can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Nothing: it only asks, and hears how things are.
    None,
    /// Nothing: it only asks, and may hear how things were a moment ago.
    Late,
    /// Something, in one request that is never repeated unseen: retries are off, or a token makes them harmless.
    Once,
    /// Something, in a request that the client repeats by itself when the answer is lost.
    Repeatable,
    /// Several things in such a request, each of which may happen or not.
    Each,
}

/// How a call goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Too much to do: nothing happened, and the answer says so.
    Throttled,
    /// The service may not: nothing happened, and the answer says so.
    Denied,
    /// The request is lost, by a timeout, a reset or a failure of the other side: nothing happened, and nobody knows.
    LostBefore,
    /// The answer is lost: it happened, and nobody knows.
    LostAfter,
    /// The answer is lost and the client repeats the request: it happens twice, and the second answer arrives.
    Repeated,
    /// Half of several things happen, then the request is lost.
    Partial,
    /// The process ends before the request leaves.
    CrashBefore,
    /// The process ends after it happened, before the answer is read.
    CrashAfter,
    /// It happened, and the answer cannot be understood.
    Garbled,
    /// The answer is as it was before the last write.
    WithoutLastWrite,
    /// The answer is as it was a minute ago.
    WithoutLastMinute,
}

/// What a failed call says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Nothing happened; later it may.
    Throttled,
    /// Nothing happened, and nothing will until an operator fixes it.
    Denied,
    Lost,
    /// Nobody knows: what was answered is no answer.
    Garbled,
}

impl Call {
    /// Every way in which it can go wrong.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let garbled = (self.service == Service::Outside).then_some(Fault::Garbled);
        self.effect.faults().iter().chain(self.stale).copied().chain(garbled).collect()
    }
}

impl Effect {
    /// Whether a call with it changes nothing.
    #[must_use]
    pub fn is_none(self) -> bool {
        matches!(self, Self::None | Self::Late)
    }

    /// Every way in which a call with this effect can go wrong, whichever service answers it.
    fn faults(self) -> &'static [Fault] {
        use Fault::{CrashAfter, CrashBefore, Denied, LostAfter, LostBefore, Partial, Repeated, Throttled};
        match self {
            // For a call that does nothing, before and after it are the same.
            Self::None | Self::Late => &[Throttled, Denied, CrashAfter],
            Self::Once => &[Throttled, Denied, LostBefore, LostAfter, CrashBefore, CrashAfter],
            Self::Repeatable => &[Throttled, Denied, LostBefore, LostAfter, Repeated, CrashBefore, CrashAfter],
            Self::Each => &[Throttled, Denied, LostBefore, LostAfter, Repeated, Partial, CrashBefore, CrashAfter],
        }
    }
}

impl Fault {
    /// Whether an answer leaves out what was written last.
    #[must_use]
    pub fn is_stale(self) -> bool {
        matches!(self, Self::WithoutLastWrite | Self::WithoutLastMinute)
    }
}

impl Failure {
    /// A code as AWS writes them.
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
    /// Runs a handler to its end, or to its crash: then it is dropped where it stands, and there is no answer.
    pub async fn run<T>(&self, function: &'static str, handler: impl Future<Output = T>) -> Option<T> {
        // Boxed: unoptimised futures of whole handlers fill the stack of a test.
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

    /// As [`Probe::run`]. Where a call to come is to be interrupted, the handler waits before it until `meanwhile` is
    /// done.
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
        // It may be one of several calls that the handler makes at once, and only what is woken is polled.
        waiting.iter().for_each(Waker::wake_by_ref);
        handler.await
    }

    /// Interrupts a handler before a call to come, the `place`th since the beginning; see [`Probe::run_interrupted`].
    pub fn interrupt(&self, place: usize) {
        self.watch().interruption = Interruption::Before(place);
    }

    /// From now on and for as long as `time` every call whose name begins with `of` goes wrong, whatever else is set.
    pub fn begin_outage(&self, of: &'static str, fault: Fault, time: Duration) {
        let mut watch = self.watch();
        let until = watch.now + time;
        watch.outages.push(Outage { of, fault, until });
    }

    /// Breaks a call to come: the `place`th since the beginning, 0 for the first.
    pub fn break_call(&self, place: usize, fault: Fault) {
        self.watch().faults.insert(place, fault);
    }

    /// Notes from now on of late answers what would be missing in them.
    pub fn survey(&self) {
        self.watch().survey = true;
    }

    /// Lets time pass: what was written a minute ago is in every answer.
    pub fn pass(&self, time: Duration) {
        self.watch().now += time;
    }

    /// The calls so far, oldest first.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.watch().calls.clone()
    }

    /// Notes a call, and says what is to become of it.
    fn meet(&self, name: &'static str, effect: Effect, service: Service) -> Option<Fault> {
        let mut watch = self.watch();
        let (function, run) = watch.running?;
        let place = watch.calls.len();
        let now = watch.now;
        let outage = watch.outages.iter().find(|outage| name.starts_with(outage.of) && now < outage.until);
        let outage = outage.map(|outage| outage.fault);
        watch.calls.push(Call { function, run, name, effect, service, stale: &[] });
        // What was before it may have moved another call to this place.
        let fault = watch.faults.remove(&place).filter(|fault| match fault {
            Fault::WithoutLastWrite | Fault::WithoutLastMinute => effect == Effect::Late,
            Fault::Garbled => service == Service::Outside,
            _ => true,
        });
        outage.or(fault)
    }

    /// Waits while somebody else acts, where the call that begins now is to be interrupted.
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

    /// Notes of the last call how its answer could be stale.
    fn note_stale(&self, stale: &'static [Fault]) {
        if let Some(call) = self.watch().calls.last_mut() {
            call.stale = stale;
        }
    }

    fn surveys(&self) -> bool {
        let watch = self.watch();
        watch.survey && watch.running.is_some()
    }

    /// Whether there may be an answer to come that leaves out what was written last.
    fn keeps_past(&self) -> bool {
        let watch = self.watch();
        watch.survey || watch.faults.values().any(|fault| fault.is_stale())
    }

    fn now(&self) -> Duration {
        self.watch().now
    }

    /// Ends the handler that is running: it is never polled again.
    async fn crash(&self) -> ! {
        self.watch().crashed = true;
        match std::future::pending::<std::convert::Infallible>().await {}
    }

    fn watch(&self) -> MutexGuard<'_, Watch> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

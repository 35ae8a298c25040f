//! What every call of every backend in memory passes through, so that a test can count the calls and break any of them.
//!
//! A backend keeps its state in [`Probed`], which gives it out to nothing but a call with a name. A new call is
//! therefore met by the fault harness without anybody listing it.

mod probed;

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

#[cfg(test)]
mod tests {
    use futures::{StreamExt as _, executor::block_on, stream};

    use super::*;

    /// What a counter holds and answers after one call of each effect, the `place`th of them broken.
    fn broken(place: usize, fault: Fault) -> (u32, Option<Result<u32, Failure>>) {
        let probe = Probe::default();
        probe.break_call(place, fault);
        let counter = Probed::new(probe.clone(), 0_u32);
        let add = |count: &mut u32| {
            *count += 1;
            Ok(*count)
        };
        let answer = block_on(probe.run("function", async {
            let mut answers = vec![counter.read("read", |count| Ok(*count), Err).await];
            answers.push(counter.write_once("once", add, Err).await);
            answers.push(counter.write("write", add, Err).await);
            let each = counter.write_each("each", vec![1, 1], |count, more| *count += more, |_| Ok(9), Err).await;
            answers.push(each);
            answers.swap_remove(place)
        }));
        (*counter.by_hand(), answer)
    }

    #[test]
    fn a_call_goes_wrong_as_its_fault_says() {
        use Fault::{CrashAfter, CrashBefore, Denied, LostAfter, LostBefore, Partial, Repeated, Throttled};
        assert_eq!(broken(0, Throttled), (4, Some(Err(Failure::Throttled))));
        assert_eq!(broken(1, Denied), (3, Some(Err(Failure::Denied))));
        assert_eq!(broken(1, LostBefore), (3, Some(Err(Failure::Lost))));
        assert_eq!(broken(1, LostAfter), (4, Some(Err(Failure::Lost))));
        assert_eq!(broken(2, Repeated), (5, Some(Ok(3))));
        assert_eq!(broken(3, Partial), (3, Some(Err(Failure::Lost))));
        assert_eq!(broken(3, Repeated), (6, Some(Ok(9))));
        assert_eq!(broken(1, CrashBefore), (0, None));
        assert_eq!(broken(1, CrashAfter), (1, None));
    }

    #[test]
    fn a_handler_waits_while_somebody_else_acts() {
        let probe = Probe::default();
        probe.interrupt(1);
        let counter = Probed::new(probe.clone(), 0_u32);
        let add = |count: &mut u32| {
            *count += 1;
            *count
        };
        let once = || counter.write_once("add", add, |_| 0);
        let handler = async { (once().await, once().await) };
        let meanwhile = async || {
            assert_eq!(probe.run_interrupted("other", once(), async || panic!("once")).await, Some(2));
        };
        assert_eq!(block_on(probe.run_interrupted("function", handler, meanwhile)), Some((1, 3)));
        assert_eq!(block_on(probe.run_interrupted("function", once(), async || panic!("once"))), Some(4));
    }

    #[test]
    fn one_of_several_calls_waits() {
        let probe = Probe::default();
        probe.interrupt(1);
        let counter = Probed::new(probe.clone(), 0_u32);
        let ask = || counter.read("ask", |count| *count, |_| 9);
        let handler = async {
            let calls = stream::iter(0..3).map(|_| ask()).buffer_unordered(3);
            calls.collect::<Vec<u32>>().await.len()
        };
        let meanwhile = async || *counter.by_hand() += 1;
        assert_eq!(block_on(probe.run_interrupted("function", handler, meanwhile)), Some(3));
        assert_eq!(*counter.by_hand(), 1);
    }

    #[test]
    fn an_outage_ends() {
        let probe = Probe::default();
        let counter = Probed::new(probe.clone(), 0_u32);
        let ask = |name| probe.run("function", counter.read(name, |count| Ok(*count), Err));
        probe.begin_outage("ses.", Fault::Throttled, Duration::from_secs(10));
        assert_eq!(block_on(ask("ses.send")), Some(Err(Failure::Throttled)));
        assert_eq!(block_on(ask("table.get")), Some(Ok(0)));
        probe.pass(Duration::from_secs(10));
        assert_eq!(block_on(ask("ses.send")), Some(Ok(0)));
    }

    #[test]
    fn only_what_runs_is_counted() {
        let probe = Probe::default();
        let counter = Probed::new(probe.clone(), 0_u32);
        let ask = || counter.read("ask", |count| *count, |_| 0);
        block_on(ask());
        assert_eq!(block_on(probe.run("function", ask())), Some(0));
        let call =
            Call { function: "function", run: 1, name: "ask", effect: Effect::None, service: Service::Own, stale: &[] };
        assert_eq!(probe.calls(), [call]);
    }

    #[test]
    fn only_strangers_answers_are_garbled() {
        let (effect, service) = (Effect::Once, Service::Own);
        let call = Call { function: "function", run: 1, name: "do", effect, service, stale: &[] };
        assert!(!call.faults().contains(&Fault::Garbled));
        assert!(Call { service: Service::Outside, ..call }.faults().contains(&Fault::Garbled));
        assert_eq!(broken(1, Fault::Garbled), (4, Some(Ok(1))), "another call came to stand there");
    }

    #[test]
    fn a_garbled_answer_is_one_to_what_happened() {
        let probe = Probe::default();
        probe.break_call(0, Fault::Garbled);
        let counter = Probed::outside(probe.clone(), 0_u32);
        let add = |count: &mut u32| {
            *count += 1;
            Ok(*count)
        };
        assert_eq!(block_on(probe.run("function", counter.write_once("add", add, Err))), Some(Err(Failure::Garbled)));
        assert_eq!(*counter.by_hand(), 1);
    }

    /// What is heard of a counter that was written at 0 s, 50 s and 55 s, by a question at `asked`; and how the answer
    /// could have been stale.
    fn heard(asked: u64, fault: Option<Fault>) -> (Option<Result<u32, Failure>>, &'static [Fault]) {
        let probe = Probe::default();
        match fault {
            Some(fault) => probe.break_call(3, fault),
            None => probe.survey(),
        }
        let counter = Probed::new(probe.clone(), 0_u32);
        let add = |count: &mut u32| *count += 1;
        let heard = block_on(probe.run("function", async {
            let mut now = 0;
            for at in [0, 50, 55] {
                probe.pass(Duration::from_secs(at - now));
                now = at;
                counter.write_once("add", add, |_| ()).await;
            }
            probe.pass(Duration::from_secs(asked - now));
            counter.read_late("ask", |count| *count, |failure| failure).await
        }));
        (heard, probe.calls()[3].stale)
    }

    #[test]
    fn a_late_answer_leaves_out_what_was_written_within_the_minute() {
        use Fault::{WithoutLastMinute, WithoutLastWrite};
        let answer = |asked, fault| heard(asked, Some(fault)).0;
        assert_eq!(answer(56, WithoutLastWrite), Some(Ok(2)));
        assert_eq!(answer(56, WithoutLastMinute), Some(Ok(0)));
        assert_eq!(answer(70, WithoutLastMinute), Some(Ok(1)));
        assert_eq!(answer(112, WithoutLastMinute), Some(Ok(2)));
        assert_eq!(answer(120, WithoutLastMinute), Some(Ok(3)), "all of it is seen after a minute");
        assert_eq!(answer(120, WithoutLastWrite), Some(Ok(3)));
        assert_eq!(answer(56, Fault::Denied), Some(Err(Failure::Denied)));
    }

    #[test]
    fn a_survey_says_how_an_answer_could_be_stale() {
        use Fault::{WithoutLastMinute, WithoutLastWrite};
        assert_eq!(heard(56, None), (Some(Ok(3)), &[WithoutLastWrite, WithoutLastMinute][..]));
        assert_eq!(heard(112, None), (Some(Ok(3)), &[WithoutLastWrite][..]), "the same once is enough");
        assert_eq!(heard(120, None), (Some(Ok(3)), &[][..]));
    }
}

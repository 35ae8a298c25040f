use futures::{StreamExt as _, executor::block_on, stream};

use super::*;

/// The state and the answer of a counter after one call of each effect, with the `place`th call broken.
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

/// The answer of a counter that was written at 0 s, 50 s and 55 s to a call at `asked`, and how the answer could have
/// been late.
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

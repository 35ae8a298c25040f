//! Several mishaps in one run.
//!
//! The two workers whose effects cannot be undone are broken twice in a row in every way: in the first attempt, and in
//! the second one. Of all other pairs, a sample is run.

use testing::probe::{Call, Fault};

use super::{
    Run, check, check_each,
    dice::Dice,
    run,
    scenarios::{ALL, Scenario},
    undisturbed,
    world::Mishap,
};

/// The faults that end an attempt so that the next one has to continue: a crash, or a lost answer.
fn endings(call: &Call) -> Vec<Fault> {
    let is_one = |fault: &Fault| matches!(fault, Fault::CrashBefore | Fault::CrashAfter | Fault::LostAfter);
    call.faults().into_iter().filter(is_one).collect()
}

/// The calls, with their places, of the first run of `function` after the run `after`.
fn next_run<'a>(calls: &'a [Call], function: &str, after: usize) -> Vec<(usize, &'a Call)> {
    let is_next = |call: &&Call| call.function == function && call.run > after;
    let Some(next) = calls.iter().find(is_next).map(|call| call.run) else { return Vec::new() };
    calls.iter().enumerate().filter(|(_, call)| call.run == next && call.function == function).collect()
}

/// Breaks the first attempt of `function` in every way, and for each of these the second attempt in every way.
#[expect(clippy::print_stdout, reason = "how many runs there were is what one asks of a harness")]
async fn check_each_pair(scenario: Scenario, function: &str, also: &[Mishap]) {
    let undisturbed = undisturbed(scenario).await;
    let (mut wrong, mut runs) = (Vec::new(), 0);
    for (place, call) in next_run(&undisturbed.calls, function, 0) {
        for fault in endings(call) {
            let first = Mishap::Call(place, fault);
            let once =
                run(scenario, &[&[first], also].concat()).await.unwrap_or_else(|wrong| panic!("{first:?}: {wrong}"));
            for (place, again) in next_run(&once.calls, function, call.run) {
                for fault in endings(again) {
                    let mishaps = [&[first, Mishap::Call(place, fault)], also].concat();
                    wrong.extend(check(scenario, &mishaps, &undisturbed).await.err());
                    runs += 1;
                }
            }
        }
    }
    println!("{function} twice in {}: {runs} runs", scenario.name);
    assert!(runs > 0 && wrong.is_empty(), "{} of {runs} runs went wrong, the first:\n{}", wrong.len(), wrong[0]);
}

#[tokio::test(start_paused = true)]
async fn the_worker_of_accounts_is_stopped_twice() {
    check_each_pair(ALL[0], "provision-user", &[]).await;
}

#[tokio::test(start_paused = true)]
async fn the_worker_of_mails_is_stopped_twice() {
    check_each_pair(ALL[0], "send-mail", &[]).await;
}

/// Two mails that may have been sent, without events: an operator has to check the second one.
#[tokio::test(start_paused = true)]
async fn the_worker_of_mails_is_stopped_twice_while_no_event_arrives() {
    check_each_pair(ALL[0], "send-mail", &[Mishap::NoMailEvents]).await;
}

/// Random runs of each scenario, for each kind of pair.
const RANDOM_RUNS: usize = 12;

impl Dice {
    /// Two or three mishaps of different handlers.
    fn of_different_handlers(&self, undisturbed: &Run) -> Vec<Mishap> {
        let mut broken: Vec<(&str, Mishap)> = Vec::new();
        for _ in 0..=1 + self.below(2) {
            let place = self.below(undisturbed.calls.len());
            let call = undisturbed.calls[place];
            if let Some(fault) = self.one_of(&call.faults())
                && broken.iter().all(|(function, _)| *function != call.function)
            {
                broken.push((call.function, Mishap::Call(place, fault)));
            }
        }
        broken.into_iter().map(|(_, mishap)| mishap).collect()
    }

    /// Two mishaps of one handler in two runs in a row. `None`: there is no such pair. Mails are excluded, because an
    /// operator has to check a second lost mail; they have tests of their own.
    async fn of_one_handler(&self, scenario: Scenario, undisturbed: &Run) -> Option<Vec<Mishap>> {
        let place = self.below(undisturbed.calls.len());
        let call = undisturbed.calls[place];
        let first = Mishap::Call(place, self.one_of(&endings(&call)).filter(|_| call.function != "send-mail")?);
        let once = run(scenario, &[first]).await.ok()?;
        let (place, again) = self.one_of(&next_run(&once.calls, call.function, call.run))?;
        Some(vec![first, Mishap::Call(place, self.one_of(&endings(again))?)])
    }
}

#[tokio::test(start_paused = true)]
async fn several_handlers_are_broken_at_once() {
    let dice = Dice::seeded(7);
    for scenario in ALL {
        let undisturbed = undisturbed(scenario).await;
        let runs: Vec<_> = (0..RANDOM_RUNS).map(|_| dice.of_different_handlers(&undisturbed)).collect();
        check_each(scenario, &undisturbed, &runs).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_is_broken_twice_in_a_row() {
    let dice = Dice::seeded(8);
    for scenario in ALL {
        let undisturbed = undisturbed(scenario).await;
        let mut runs = Vec::new();
        for _ in 0..RANDOM_RUNS {
            runs.extend(dice.of_one_handler(scenario, &undisturbed).await);
        }
        check_each(scenario, &undisturbed, &runs).await;
    }
}

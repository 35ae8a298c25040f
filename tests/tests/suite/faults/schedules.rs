//! Random runs: scenarios one after another, with broken calls, lost messages, outages, other actors between handlers
//! and calls, operators, and time that passes.
//!
//! A run depends only on its seed. `make test` plays the first [`RUNS`]; `make schedules RUNS=1000000` plays that many.
//! A seed that fails is printed. [`one_seed_alone`] plays it again, and after its fault is fixed the seed stays in
//! [`KEPT`].

use std::{panic::AssertUnwindSafe, time::Instant};

use futures::FutureExt as _;
use testing::probe::Fault;
use tests::logged::Logged;

use super::{
    dice::Dice,
    meddlers::Meddler,
    scenarios::{ALL, Scenario},
    trace,
    upheavals::Upheaval,
    words,
    world::{Manner, Mishap, Post, World},
};

/// Seeds that failed once. None of them may fail again.
const KEPT: [u64; 18] = [
    580, 678, 838, 2387, 4478, 4963, 5029, 8878, 8960, 11176, 14561, 16913, 18484, 107_174, 120_477, 121_193, 335_924,
    341_393,
];

/// Runs of both tests together, unless another number is set.
const RUNS: u64 = 400;

/// Scenarios of a run at most.
const SCENARIOS: usize = 3;
const MISHAPS: usize = 5;

/// The places where something fails are chosen among this many calls, handlers and messages, about as many as a run
/// has.
const CALLS: usize = 500;
const HANDLERS: usize = 90;
const PARCELS: usize = 40;

/// Failures after which the test stops.
const ENOUGH: usize = 20;

/// One run in this many continues until the last retention is over, which takes as long as that many runs.
const TO_THE_END: u64 = 21;

/// A run, and what fails in it.
#[derive(Debug)]
struct Schedule {
    seed: u64,
    scenarios: Vec<Scenario>,
    mishaps: Vec<Mishap>,
}

impl Dice {
    fn mishap(&self) -> Mishap {
        use Fault::{CrashAfter, CrashBefore, Denied, Garbled, LostAfter, LostBefore, Partial, Repeated, Throttled};
        const FAULTS: [Fault; 9] =
            [Throttled, Denied, LostBefore, LostAfter, Repeated, Partial, CrashBefore, CrashAfter, Garbled];
        match self.below(8) {
            0..=3 => Mishap::Call(self.below(CALLS), self.one_of(&FAULTS).unwrap()),
            4 => Mishap::Parcel(self.below(PARCELS), self.one_of(&Post::ALL).unwrap()),
            5 => Mishap::Then(1 + self.below(HANDLERS), self.one_of(&Meddler::ALL).unwrap()),
            _ => Mishap::After(1 + self.below(HANDLERS), self.one_of(&Upheaval::ALL).unwrap()),
        }
    }
}

impl Schedule {
    fn of(seed: u64) -> Self {
        let dice = Dice::seeded(seed);
        let scenarios = (0..=dice.below(SCENARIOS)).map(|_| dice.one_of(&ALL).unwrap()).collect();
        let mut mishaps: Vec<Mishap> = (0..=dice.below(MISHAPS)).map(|_| dice.mishap()).collect();
        if dice.below(2) == 0 {
            mishaps.push(Mishap::Meanwhile(dice.below(CALLS), dice.one_of(&Meddler::ALL).unwrap()));
        }
        Self { seed, scenarios, mishaps }
    }

    /// Plays the run. The error says what failed.
    async fn run(&self) -> Result<(), String> {
        let (log, _kept) = Logged::from_now(Some("trace"));
        let world = World::begin(&self.scenarios, &self.mishaps, Manner::Rough).await;
        let played = async {
            for scenario in &self.scenarios {
                Box::pin(world.play(*scenario)).await;
            }
            Box::pin(world.ending()).await;
            let mut wrong = Box::pin(world.inspect_leftovers()).await;
            if self.seed.is_multiple_of(TO_THE_END) {
                wrong = wrong.and(Box::pin(world.inspect_the_end()).await);
            }
            wrong
        };
        let wrong = match AssertUnwindSafe(played).catch_unwind().await {
            Ok(Ok(())) => world.spoken(&log).leak(),
            Ok(Err(wrong)) => Some(wrong),
            Err(panic) => Some(words(&*panic)),
        };
        match wrong {
            None => Ok(()),
            Some(wrong) => {
                let names: Vec<&str> = self.scenarios.iter().map(|scenario| scenario.name).collect();
                let calls = trace(&world.app.probe.calls(), &self.mishaps);
                Err(format!("seed {}: {names:?} with {:?}: {wrong}\n{calls}", self.seed, self.mishaps))
            }
        }
    }
}

/// The number in an environment variable, set by a person who runs this test.
#[expect(clippy::disallowed_methods, reason = "a test that is told how long to run reads it from its own environment")]
fn set(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

/// Plays every second seed from `first` on.
#[expect(clippy::print_stdout, reason = "how many runs there were, and which failed, is what one asks of a harness")]
async fn check_seeds(first: u64) {
    std::panic::set_hook(Box::new(|_| {}));
    let begun = Instant::now();
    let (runs, from) = (set("SCHEDULES").unwrap_or(RUNS), set("SCHEDULES_FROM").unwrap_or(0));
    let (mut played, mut failed) = (0_u64, Vec::new());
    while played < runs / 2 && failed.len() < ENOUGH {
        let seed = from + first + 2 * played;
        if let Err(wrong) = Schedule::of(seed).run().await {
            println!("{}", wrong.lines().take(12).collect::<Vec<_>>().join("\n"));
            failed.push(wrong);
        }
        played += 1;
    }
    println!("{played} random runs in {} s, {} failed", begun.elapsed().as_secs(), failed.len());
    let _ = std::panic::take_hook();
    assert!(failed.is_empty(), "{} of {played} random runs went wrong, the first:\n{}", failed.len(), failed[0]);
}

#[tokio::test(start_paused = true)]
async fn random_runs_of_even_seeds() {
    check_seeds(0).await;
}

#[tokio::test(start_paused = true)]
async fn random_runs_of_odd_seeds() {
    check_seeds(1).await;
}

#[tokio::test(start_paused = true)]
async fn a_seed_that_failed_once_does_not_fail_again() {
    for seed in KEPT {
        Schedule::of(seed).run().await.unwrap();
    }
}

/// For the analysis of a failed run: set its seed here, or in `SCHEDULE`.
#[tokio::test(start_paused = true)]
async fn one_seed_alone() {
    Schedule::of(set("SCHEDULE").unwrap_or(0)).run().await.unwrap();
}

//! Every call of every handler, broken in every way, and what must come of it.
//!
//! A [scenario](scenarios) runs undisturbed once: that run lists the calls and how everything ends. Then it runs again for
//! each of these calls and each way in which such a call can go wrong, and for each message and event and what may happen
//! to it; and some runs have several mishaps. The [world](world) goes on meanwhile: clients ask again, messages come
//! again, the timer sweeps, SES says what became of mails. After every handler the [invariants] must hold, and the end
//! must be the end of the undisturbed run.
//!
//! Nobody lists calls: the backends in memory hand their state out to named calls only (`shared/probe`), so a new call is
//! broken like all others from the day it is written.
//!
//! # Reading a failing run
//!
//! The message names the scenario and its mishaps, then what was wrong, then the handlers' calls with their places, the
//! broken ones marked. To see it alone, run [`one_run_alone`] with that scenario and those mishaps.

mod invariants;
mod scenarios;
mod world;

use std::{any::Any, collections::BTreeMap, panic::AssertUnwindSafe};

use domain::Entropy;
use futures::FutureExt as _;
use probe::{Call, Effect, Fault};

use invariants::Ending;
use scenarios::{ALL, Scenario};
use world::{Label, Mishap, Post, World};

/// A run that came to its end.
struct Run {
    calls: Vec<Call>,
    parcels: Vec<Label>,
    ending: Ending,
}

/// Runs a scenario with these mishaps; what is wrong with it, if anything.
async fn run(scenario: Scenario, mishaps: &[Mishap]) -> Result<Run, String> {
    let world = World::begin(mishaps).await;
    let script = async {
        (scenario.script)(&world).await;
        world.ending().await
    };
    // An assertion that fails in a run is told with the trace of that run.
    let ended = AssertUnwindSafe(script).catch_unwind().await;
    let calls = world.app.probe.calls();
    match ended {
        Ok(ending) => Ok(Run { calls, parcels: world.parcels(), ending }),
        Err(panic) => Err(format!("{}\n{}", words(&*panic), trace(&calls, mishaps))),
    }
}

/// Runs a scenario with these mishaps and sees that it ends like the undisturbed run.
async fn check(scenario: Scenario, mishaps: &[Mishap], undisturbed: &Run) -> Result<(), String> {
    let shown = |wrong: String| format!("{:?} with {mishaps:?}: {wrong}", scenario.name);
    let disturbed = run(scenario, mishaps).await.map_err(shown)?;
    if disturbed.ending == undisturbed.ending {
        return Ok(());
    }
    let (ends, trace) = (&disturbed.ending, trace(&disturbed.calls, mishaps));
    Err(shown(format!("ends as\n{ends:#?}\nand should end as\n{:#?}\n{trace}", undisturbed.ending)))
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

fn trace(calls: &[Call], mishaps: &[Mishap]) -> String {
    let line = |(place, call): (usize, &Call)| {
        let broken = mishaps.iter().find_map(|mishap| match mishap {
            Mishap::Call(at, fault) if *at == place => Some(format!("   <-- {fault:?}")),
            _ => None,
        });
        format!("{place:5} {:18} {}{}", call.function, call.name, broken.unwrap_or_default())
    };
    calls.iter().enumerate().filter(|(_, call)| call.function != "sweep").map(line).collect::<Vec<_>>().join("\n")
}

/// The calls that are broken one by one, with their places: all of the handlers that the scenario is about.
///
/// The sweeper asks a lot, for nothing mostly: of sweeps that make the same calls only the first is broken, and of the
/// same question on end the first and the last.
fn calls_to_break(scenario: Scenario, undisturbed: &Run) -> Vec<(usize, Call)> {
    let mut sweeps: BTreeMap<Vec<(&str, Effect)>, usize> = BTreeMap::new();
    let mut chosen = Vec::new();
    let runs = undisturbed.calls.chunk_by(|one, next| one.run == next.run);
    let mut place = 0;
    for calls in runs {
        let made: Vec<_> = calls.iter().map(|call| (call.name, call.effect)).collect();
        for (within, call) in calls.iter().enumerate() {
            let is_like = |other: Option<&(&str, Effect)>| other == Some(&(call.name, Effect::None));
            let is_between = within > 0 && is_like(made.get(within - 1)) && is_like(made.get(within + 1));
            let is_new = *sweeps.entry(made.clone()).or_insert(call.run) == call.run;
            let is_worth_it = call.function != "sweep" || is_new && !(is_between && call.effect == Effect::None);
            if scenario.about.contains(&call.function) && is_worth_it {
                chosen.push((place + within, *call));
            }
        }
        place += calls.len();
    }
    chosen
}

/// Every single mishap that the undisturbed run gives occasion for.
fn single_mishaps(scenario: Scenario, undisturbed: &Run) -> Vec<Vec<Mishap>> {
    let mut runs = Vec::new();
    for (place, call) in calls_to_break(scenario, undisturbed) {
        for fault in call.effect.faults() {
            runs.push(vec![Mishap::Call(place, *fault)]);
            if call.function == "send-mail" {
                runs.push(vec![Mishap::Call(place, *fault), Mishap::NoMailEvents]);
            }
        }
    }
    for (number, parcel) in undisturbed.parcels.iter().enumerate() {
        let may_be = |post: &Post| match parcel.carrier {
            // A stream keeps what it holds, and its order.
            "stream" => *post == Post::Doubled,
            _ => true,
        };
        if scenario.about.contains(&parcel.reader) {
            runs.extend(Post::ALL.into_iter().filter(may_be).map(|post| vec![Mishap::Parcel(number, post)]));
        }
    }
    runs
}

/// Runs a scenario with each of these sets of mishaps, and tells how many runs there were and what was wrong.
#[expect(clippy::print_stdout, reason = "how many runs there were is what one asks of a harness")]
async fn check_each(scenario: Scenario, undisturbed: &Run, runs: &[Vec<Mishap>]) {
    let mut wrong = Vec::new();
    for mishaps in runs {
        wrong.extend(check(scenario, mishaps, undisturbed).await.err());
    }
    println!("{}: {} calls, {} runs", scenario.name, undisturbed.calls.len(), runs.len());
    for wrong in &wrong {
        println!("{}", wrong.lines().next().unwrap_or_default());
    }
    assert!(wrong.is_empty(), "{} of {} runs went wrong, the first:\n{}", wrong.len(), runs.len(), wrong[0]);
}

async fn undisturbed(scenario: Scenario) -> Run {
    run(scenario, &[]).await.unwrap_or_else(|wrong| panic!("{} undisturbed: {wrong}", scenario.name))
}

macro_rules! each_single_mishap {
    ($($name:ident: $place:expr,)*) => {$(
        #[tokio::test(start_paused = true)]
        async fn $name() {
            let scenario = ALL[$place];
            let undisturbed = undisturbed(scenario).await;
            let runs = single_mishaps(scenario, &undisturbed);
            check_each(scenario, &undisturbed, &runs).await;
        }
    )*};
}

each_single_mishap! {
    account: 0, invitation: 1, first_password: 2, list: 3, upload: 4, drop_workbook: 5, no_workbook: 6,
    resend_and_revoke: 7, amend: 8, expiry: 9, notices: 10, licence: 11, unannounced: 12,
}

/// Random runs of each scenario.
const RANDOM_RUNS: usize = 20;

/// Two or three mishaps in a run, of different handlers: one mail that is lost twice without a trace is a person's to look
/// at, and a workbook is read three times at the most.
#[tokio::test(start_paused = true)]
async fn several_mishaps_at_once() {
    let entropy = Entropy::seeded(7);
    let below = |bound: usize| usize::try_from(entropy.next_u128() % bound as u128).unwrap();
    for scenario in ALL {
        let undisturbed = undisturbed(scenario).await;
        let mut runs = Vec::new();
        for _ in 0..RANDOM_RUNS {
            let mut broken: Vec<(&str, Mishap)> = Vec::new();
            for _ in 0..=1 + below(2) {
                let place = below(undisturbed.calls.len());
                let call = undisturbed.calls[place];
                let faults = call.effect.faults();
                if broken.iter().all(|(function, _)| *function != call.function) {
                    broken.push((call.function, Mishap::Call(place, faults[below(faults.len())])));
                }
            }
            runs.push(broken.into_iter().map(|(_, mishap)| mishap).collect());
        }
        check_each(scenario, &undisturbed, &runs).await;
    }
}

/// For a closer look at a run that failed: put its scenario and mishaps in here.
#[tokio::test(start_paused = true)]
async fn one_run_alone() {
    let (scenario, mishaps) = (ALL[0], [Mishap::Call(12, Fault::LostAfter)]);
    check_each(scenario, &undisturbed(scenario).await, &[mishaps.to_vec()]).await;
}

/// Handlers that call nothing outside.
const WITHOUT_CALLS: [&str; 1] = ["portal"];

#[test]
fn every_handler_has_its_scenario() {
    let functions = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../functions")).unwrap();
    for function in functions {
        let name = function.unwrap().file_name().into_string().unwrap();
        let known = ALL.iter().any(|scenario| scenario.about.contains(&name.as_str()));
        assert!(known || WITHOUT_CALLS.contains(&name.as_str()), "no scenario is about {name}");
    }
}

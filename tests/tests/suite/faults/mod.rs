//! Every call of every handler, broken in every way, and the expected end.
//!
//! A [scenario](scenarios) first runs undisturbed: that run lists the calls and the end of everything. Then it runs
//! again for each of these calls and each way in which such a call can fail, and for each message and event and
//! everything that may happen to it. Some runs have several mishaps. The [world](world) continues meanwhile: clients
//! ask again, messages are delivered again, the timers run, SES reports mails. After every handler the [invariants]
//! must be true, and the end must be the end of the undisturbed run.
//!
//! In none of these runs may personal data appear where others can read it ([canaries]). The list of what has to be
//! played is read from the product ([coverage]). Runs with two mishaps are in [pairs].
//!
//! No list of calls has to be maintained: the fake backends give their state only to calls with a name
//! (`testing/src/probe`), so a new call is broken like all others as soon as it exists.
//!
//! # Reading a failing run
//!
//! The message names the scenario and its mishaps, then the failure, then the handlers' calls with their places; the
//! broken ones are marked. To see the run alone, run [`one_run_alone`] with that scenario and those mishaps.

mod canaries;
mod coverage;
mod dice;
mod invariants;
mod leftovers;
mod meddlers;
mod pairs;
mod scenarios;
mod schedules;
mod upheavals;
mod world;

use std::{any::Any, collections::BTreeSet, panic::AssertUnwindSafe};

use domain::Timestamp;
use futures::FutureExt as _;
use testing::probe::{Call, Fault, Service};
use tests::logged::Logged;

use canaries::Spoken;
use invariants::Ending;
use meddlers::Meddler;
use scenarios::{ALL, Scenario};
use world::{Asked, Label, Manner, Mishap, Post, World};

/// A run that came to its end.
struct Run {
    calls: Vec<Call>,
    parcels: Vec<Label>,
    runs: usize,
    asked: BTreeSet<Asked>,
    spoken: Spoken,
    ending: Ending,
    ended: Timestamp,
}

/// Runs a scenario with these mishaps. The error says what failed.
async fn run(scenario: Scenario, mishaps: &[Mishap]) -> Result<Run, String> {
    let (log, _kept) = Logged::from_now(Some("trace"));
    let world = World::begin(&[scenario], mishaps, Manner::of(mishaps)).await;
    if mishaps.is_empty() {
        world.app.probe.survey();
    }
    let script = async {
        Box::pin(world.play(scenario)).await;
        let ending = Box::pin(world.ending()).await;
        if let Err(wrong) = Box::pin(world.inspect_leftovers()).await {
            world.found(&wrong);
        }
        ending
    };
    // A failed assertion of a run is reported with the calls of that run.
    let ended = AssertUnwindSafe(script).catch_unwind().await;
    let (calls, spoken) = (world.app.probe.calls(), world.spoken(&log));
    if let Some(leak) = spoken.leak() {
        return Err(format!("{leak}\n{}", trace(&calls, mishaps)));
    }
    match ended {
        Ok(ending) => {
            let (parcels, runs, asked) = (world.parcels(), world.runs(), world.asked());
            Ok(Run { calls, parcels, runs, asked, spoken, ending, ended: world.app.clock.now() })
        }
        Err(panic) => Err(format!("{}\n{}", words(&*panic), trace(&calls, mishaps))),
    }
}

/// Runs a scenario with these mishaps, and checks that it ends like the undisturbed run.
async fn check(scenario: Scenario, mishaps: &[Mishap], undisturbed: &Run) -> Result<(), String> {
    let shown = |wrong: String| format!("{:?} with {mishaps:?}: {wrong}", scenario.name);
    let disturbed = run(scenario, mishaps).await.map_err(shown)?;
    if Manner::of(mishaps) == Manner::Rough || disturbed.ending == undisturbed.ending {
        let changes_nothing = |mishap: &Mishap| matches!(mishap, Mishap::Meanwhile(_, Meddler::Rewrites));
        if disturbed.ended != undisturbed.ended && mishaps.iter().all(changes_nothing) {
            let trace = trace(&disturbed.calls, mishaps);
            let late = disturbed.ended.since(undisturbed.ended);
            return Err(shown(format!("somebody waited for {} s\n{trace}", late.as_secs())));
        }
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
            Mishap::Meanwhile(at, meddler) if *at == place => Some(format!("   <-- before it {meddler:?}")),
            Mishap::Then(run, meddler) if *run == call.run => Some(format!("   <-- after this run {meddler:?}")),
            Mishap::After(run, upheaval) if *run == call.run => Some(format!("   <-- after this run {upheaval:?}")),
            _ => None,
        });
        format!("{place:5} {:18} {}{}", call.function, call.name, broken.unwrap_or_default())
    };
    calls
        .iter()
        .enumerate()
        .filter(|(_, call)| !TIMERS.contains(&call.function))
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}

/// The functions that a timer starts.
const TIMERS: [&str; 2] = ["sweep", "maintain"];

/// How many calls before a call of a timer's function have to be equal for two calls to count as the same.
const CONTEXT: usize = 2;

/// Every single failure of the calls of the handlers that the scenario is about, with the places of the calls.
///
/// The functions of timers have many calls, most of them without a result. Of their calls after the same calls only the
/// first is broken, and of equal calls in a row the first and the last. All refusals of the stack's own services count
/// as one for them. A late answer that makes a difference is tried at every place.
fn broken_calls(scenario: Scenario, undisturbed: &Run) -> Vec<(usize, Call, Fault)> {
    let mut known = BTreeSet::new();
    let mut broken = Vec::new();
    let mut place = 0;
    for calls in undisturbed.calls.chunk_by(|one, next| one.run == next.run) {
        for (within, call) in calls.iter().enumerate() {
            let is_of_timer = TIMERS.contains(&call.function);
            let before: Vec<_> = calls[within.saturating_sub(CONTEXT)..within].iter().map(|call| call.name).collect();
            if is_of_timer && !known.insert((before, call.name, call.stale)) {
                continue;
            }
            let is_asked_too = |other: Option<&Call>| other.is_some_and(|other| other.name == call.name);
            let is_between = within > 0 && is_asked_too(calls.get(within - 1)) && is_asked_too(calls.get(within + 1));
            let is_about = scenario.about.contains(&call.function);
            let is_worth_it = |fault: Fault| {
                let is_dull =
                    call.effect.is_none() && is_between || fault == Fault::Denied && call.service == Service::Own;
                fault.is_stale() || is_about && !(is_of_timer && is_dull)
            };
            let faults = call.faults().into_iter().filter(|fault| is_worth_it(*fault));
            broken.extend(faults.map(|fault| (place + within, *call, fault)));
        }
        place += calls.len();
    }
    broken
}

/// Every single mishap that is possible in the undisturbed run.
fn single_mishaps(scenario: Scenario, undisturbed: &Run) -> Vec<Vec<Mishap>> {
    let mut runs = Vec::new();
    for (place, call, fault) in broken_calls(scenario, undisturbed) {
        runs.push(vec![Mishap::Call(place, fault)]);
        if call.function == "send-mail" {
            runs.push(vec![Mishap::Call(place, fault), Mishap::NoMailEvents]);
        }
    }
    for (number, parcel) in undisturbed.parcels.iter().enumerate() {
        let may_be = |post: &Post| match parcel.carrier {
            // A stream loses nothing, and keeps its order.
            "stream" => *post == Post::Doubled,
            _ => true,
        };
        if scenario.about.contains(&parcel.reader) {
            runs.extend(Post::ALL.into_iter().filter(may_be).map(|post| vec![Mishap::Parcel(number, post)]));
        }
    }
    runs
}

/// Runs a scenario with each of these sets of mishaps. Reports how many runs there were, and what failed.
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
    resend_and_revoke: 7, amend: 8, expiry: 9, webhooks: 10, licence: 11, looks: 12, reset: 13, revoke: 14,
    given_up: 15, forgotten: 16, left_behind: 17, action: 18, unannounced: 19, canary: 20, operator: 21,
    questions: 22, addresses: 23, revoke_account: 24, new_link: 25, handover: 26,
}

/// For the analysis of a failed run: set its scenario and mishaps here.
#[tokio::test(start_paused = true)]
async fn one_run_alone() {
    let (scenario, mishaps) = (ALL[0], [Mishap::Call(12, Fault::LostAfter)]);
    check_each(scenario, &undisturbed(scenario).await, &[mishaps.to_vec()]).await;
}

/// A handler logs a person's data on purpose.
#[tokio::test(start_paused = true)]
async fn a_handler_that_tells_is_found_out() {
    async fn tell(world: &World) {
        let handler = async { tracing::debug!(email = "Thaddeus@sample-board.gov.sg", "invited") };
        let _ = world.app.probe.run("submit-invites", handler).await;
    }
    let scenario = Scenario { name: "telltale", about: &[], jobs: &[], script: |world| tell(world).boxed_local() };
    let Err(found) = run(scenario, &[]).await else { panic!("nobody noticed") };
    assert!(found.starts_with("\"thaddeus\" stands in the Log"), "{found}");
}

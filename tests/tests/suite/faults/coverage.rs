//! There is a scenario for everything that the product does: every function, every route, every kind of message, every
//! job. These lists are read from the product, so everything new needs a scenario.

use std::collections::BTreeSet;

use queue::Wake;
use serde_json::{Value, json};

use super::{
    canaries::Spoken,
    scenarios::{ALL, Scenario},
    undisturbed,
    world::{Asked, Label},
};

const OPENAPI: &str = include_str!("../../../../docs/openapi.json");

/// Handlers without calls to other systems.
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

#[test]
fn every_job_of_a_timer_has_its_scenario() {
    let of_sweep = sweep::Job::ALL.map(|job| ("sweep", job.name()));
    let of_maintain = maintain::jobs::Job::ALL.map(|job| ("maintain", job.name()));
    for (function, job) in of_sweep.into_iter().chain(of_maintain) {
        let needs_it = |scenario: &Scenario| scenario.jobs.contains(&job) && scenario.about.contains(&function);
        assert!(ALL.iter().any(needs_it), "no scenario needs the job {job} of {function}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_route_and_message_has_its_scenario_and_every_canary_is_told() {
    let (mut asked, mut woken, mut untold) = (BTreeSet::new(), BTreeSet::new(), None::<BTreeSet<&str>>);
    for scenario in ALL {
        let run = undisturbed(scenario).await;
        for function in scenario.about {
            let is_called = run.calls.iter().any(|call| call.function == *function);
            assert!(is_called, "{} says that it is about {function}, which calls nothing in it", scenario.name);
        }
        let is_broken = |function: &str| scenario.about.contains(&function);
        asked.extend(run.asked.iter().filter(|asked| is_broken(asked.function)).filter_map(route_of));
        let broken = run.parcels.into_iter().filter(|label: &Label| is_broken(label.reader));
        woken.extend(broken.filter_map(|label| label.wake));
        let here: BTreeSet<&str> = Spoken::untold(&run.spoken).into_iter().collect();
        untold = Some(untold.map_or(here.clone(), |untold| &untold & &here));
    }
    assert_eq!(missing(&routes(), &asked), Vec::<String>::new(), "routes without a scenario");
    assert_eq!(missing(&kinds(), &woken), Vec::<String>::new(), "messages without a scenario");
    // A workbook is no text, and only this harness writes a number in groups.
    let untold: Vec<&str> = untold.into_iter().flatten().filter(|canary| *canary != "9876 1234").collect();
    assert_eq!(untold, ["ada@"], "all but the officer's own address, which the sign-in tells");
}

fn missing(wanted: &BTreeSet<String>, played: &BTreeSet<String>) -> Vec<String> {
    assert!(!wanted.is_empty());
    wanted.difference(played).cloned().collect()
}

/// The routes of the API, such as `GET /api/me`.
fn routes() -> BTreeSet<String> {
    let document: Value = serde_json::from_str(OPENAPI).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let methods = paths.iter().flat_map(|(path, methods)| methods.as_object().unwrap().keys().map(move |m| (path, m)));
    methods
        .filter(|(_, method)| *method != "parameters")
        .map(|(path, m)| format!("{} {path}", m.to_uppercase()))
        .collect()
}

/// The route of a request: of the matching ones, the one with the fewest parameters.
fn route_of(asked: &Asked) -> Option<String> {
    let fits = |route: &String| {
        let Some((method, path)) = route.split_once(' ') else { return false };
        let parts = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
        let (open, given) = (parts(path), parts(&asked.path));
        let is_open = |part: &str| part.starts_with('{');
        method == asked.method
            && open.len() == given.len()
            && open.iter().zip(&given).all(|(open, given)| is_open(open) || open == given)
    };
    routes().into_iter().filter(fits).min_by_key(|route| route.matches('{').count())
}

/// The kinds of messages, from the error about an unknown one.
fn kinds() -> BTreeSet<String> {
    let unknown = serde_json::from_value::<Wake>(json!({"wake": "?"})).unwrap_err().to_string();
    let (_, expected) = unknown.split_once("expected one of").unwrap();
    expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn what_there_is_to_play_is_read_from_the_product() {
    assert!(kinds().contains("seed-request") && kinds().len() >= 7, "{:?}", kinds());
    assert!(routes().contains("PATCH /api/batches/{id}/rows/{number}") && routes().len() >= 27, "{:?}", routes());
    let asked = |path: &str| Asked { function: "query-status", method: "GET".to_owned(), path: path.to_owned() };
    assert_eq!(route_of(&asked("/api/invites/export.xlsx")).as_deref(), Some("GET /api/invites/export.xlsx"));
    assert_eq!(route_of(&asked("/api/invites/inv_1")).as_deref(), Some("GET /api/invites/{id}"));
    assert_eq!(route_of(&asked("/api/nowhere")), None);
}

//! What is true of every route. The routes are those of the API's description, so a new route is tested as soon as it
//! is described.

use std::{collections::BTreeSet, time::Duration};

use axum::body::Body;
use serde_json::Value;
use testing::{Call, DirectoryFault as Fault, people};
use tests::{
    app::App,
    person::{Answer, Person},
};

/// How long an answer of the directory is remembered.
const REMEMBERED: Duration = Duration::from_secs(60);

/// The methods that a description can have.
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// The only workbook without people.
const TEMPLATE: &str = "/api/template.xlsx";

struct Route {
    method: String,
    path: String,
    operation: Value,
}

impl Route {
    /// The path with ids of no record.
    fn address(&self) -> String {
        let filled = |part: &str| if part.starts_with('{') { "x.example".to_owned() } else { part.to_owned() };
        self.path.split('/').map(filled).collect::<Vec<_>>().join("/")
    }

    /// Whether a path is one of this route, with any values as parameters.
    fn covers(&self, path: &str) -> bool {
        let (own, other) = (self.path.split('/'), path.split('/'));
        own.clone().count() == other.clone().count()
            && own.zip(other).all(|(own, other)| own == other || own.starts_with('{'))
    }

    fn is_for_officers(&self) -> bool {
        self.operation["security"].is_array()
    }

    /// Whether the route changes something or returns a workbook with people, by its method and its path.
    fn acts(&self) -> bool {
        self.method != "GET" || self.path.ends_with(".xlsx") && self.path != TEMPLATE
    }

    async fn ask(&self, person: &Person<'_>, query: &str) -> Answer {
        let headers = [("content-type", "application/json"), ("idempotency-key", "k"), ("if-match", "\"1\"")];
        let body = if self.method == "GET" { Body::empty() } else { Body::from("{}") };
        person.send(&self.method, &format!("{}{query}", self.address()), &headers, body).await
    }
}

fn routes() -> Vec<Route> {
    let described: Value = serde_json::from_str(include_str!("../../../docs/openapi.json")).unwrap();
    let paths = described["paths"].as_object().unwrap();
    let of_path = |(path, methods): (&String, &Value)| {
        let methods = methods.as_object().unwrap().clone();
        let path = path.clone();
        methods.into_iter().map(move |(method, operation)| Route {
            method: method.to_uppercase(),
            path: path.clone(),
            operation,
        })
    };
    let routes: Vec<Route> = paths.iter().flat_map(of_path).collect();
    assert!(routes.len() > 20, "the description was read");
    routes
}

fn acting() -> Vec<Route> {
    let acting: Vec<Route> = routes().into_iter().filter(|route| route.is_for_officers() && route.acts()).collect();
    assert!(acting.len() > 12, "{}", acting.len());
    acting
}

#[tokio::test]
async fn a_disabled_officer_changes_and_exports_nothing_after_a_minute() {
    let app = App::start().await;
    let ada = app.officer("ada");
    for route in acting() {
        let answer = route.ask(&ada, "").await;
        assert_ne!(answer.status.as_u16(), 403, "{} {}", route.method, route.path);
    }
    app.directory.disable_officer(&people::officer("ada").id);
    app.clock.advance(REMEMBERED);
    for route in acting() {
        let answer = route.ask(&ada, "").await;
        let told = (answer.status.as_u16(), answer.problem());
        assert_eq!(told, (403, "account-not-active".to_owned()), "{} {}", route.method, route.path);
    }
    app.directory.enable_officer(&people::officer("ada").id);
    app.clock.advance(REMEMBERED);
    for route in acting() {
        assert_ne!(route.ask(&ada, "").await.status.as_u16(), 403, "{} {}", route.method, route.path);
    }
}

#[tokio::test]
async fn the_directory_is_asked_once_a_minute() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let asked = || app.directory.calls(Call::IsActive);
    for _ in 0..10 {
        ada.get("/api/invites/export.xlsx").await.expect(200);
        ada.get("/api/invites").await.expect(200);
    }
    assert_eq!(asked(), 1);
    app.clock.advance(REMEMBERED - Duration::from_millis(1));
    ada.get("/api/invites/export.xlsx").await.expect(200);
    assert_eq!(asked(), 1);
    app.clock.advance(Duration::from_millis(1));
    ada.get("/api/invites/export.xlsx").await.expect(200);
    assert_eq!(asked(), 2);
}

#[tokio::test]
async fn while_the_directory_is_out_nothing_is_changed_and_pages_are_shown() {
    let app = App::start().await;
    let ada = app.officer("ada");
    for route in routes().into_iter().filter(Route::is_for_officers) {
        for fault in [Fault::Unreachable, Fault::Throttle, Fault::Misconfigured] {
            app.clock.advance(REMEMBERED);
            let calls = app.directory.calls(Call::IsActive);
            if !route.acts() {
                assert_ne!(route.ask(&ada, "").await.status.as_u16(), 503, "{} {}", route.method, route.path);
                assert_eq!(app.directory.calls(Call::IsActive), calls, "{} {}", route.method, route.path);
                continue;
            }
            app.directory.fail_next(Call::IsActive, fault);
            let answer = route.ask(&ada, "").await;
            let told = (answer.status.as_u16(), answer.problem());
            assert_eq!(told, (503, "unavailable".to_owned()), "{} {}", route.method, route.path);
            assert_eq!(answer.headers["retry-after"], "30");
            assert!(answer.body["detail"].as_str().unwrap().contains("Nothing was changed"));
        }
    }
}

#[tokio::test]
async fn an_unknown_query_parameter_is_refused_on_every_route() {
    let app = App::start().await;
    let ada = app.officer("ada");
    for route in routes() {
        for query in ["?colour=red", "?limit=5&colour=red", "?Limit=5&colour", "?%63olour=red"] {
            let answer = route.ask(&ada, query).await;
            let told = (answer.status.as_u16(), answer.problem());
            assert_eq!(told, (400, "bad-request".to_owned()), "{} {}{query}", route.method, route.path);
            let faults = answer.faults();
            assert!(
                faults.contains(&"/colour: unknown-field".to_owned()),
                "{} {}: {faults:?}",
                route.method,
                route.path
            );
        }
    }
}

#[tokio::test]
async fn a_method_or_path_that_is_not_described_is_not_found() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let routes = routes();
    let paths: BTreeSet<&str> = routes.iter().map(|route| route.path.as_str()).collect();
    for path in paths {
        for method in METHODS {
            if routes.iter().any(|route| route.method == method && route.covers(path)) {
                continue;
            }
            let route = Route { method: method.to_owned(), path: path.to_owned(), operation: Value::Null };
            let answer = route.ask(&ada, "").await;
            assert_eq!((answer.status.as_u16(), answer.problem()), (404, "not-found".to_owned()), "{method} {path}");
        }
        let below = Route { method: "GET".to_owned(), path: format!("{path}/below/it"), operation: Value::Null };
        assert_eq!(below.ask(&ada, "").await.status.as_u16(), 404, "{path}");
    }
}

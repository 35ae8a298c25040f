//! Repeated requests with an `Idempotency-Key`, on every route that has one.

use std::{collections::BTreeMap, fs, time::Duration};

use axum::body::Body;
use domain::BatchId;
use serde_json::{Value, json};
use store::{erasure::Found, erasure::PARTS};
use testing::{
    people::{RULES, officer_form},
    probe::Fault,
};
use tests::{app::App, person::Answer};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// The operations whose description has the key.
fn keyed_operations() -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");
    let described: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let takes_key = |operation: &&Value| {
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        parameters.iter().any(|parameter| parameter["name"] == "Idempotency-Key")
    };
    let routes = described["paths"].as_object().unwrap().values();
    let operations = routes.flat_map(|route| route.as_object().unwrap().values());
    operations.filter(takes_key).map(|operation| operation["operationId"].as_str().unwrap().to_owned()).collect()
}

/// What happens between a request and its repetition.
#[derive(Clone, Copy, Debug)]
enum Meanwhile {
    ListSubmitted,
    ListFull,
    ListRemoved,
    InviteRevoked,
    DomainRefused,
}

/// How an operation is called.
struct Play {
    path: String,
    body: Value,
    other: Value,
    meanwhile: &'static [Meanwhile],
}

async fn paste(app: &App, name: &str) -> String {
    let rows = json!({"rows": [officer_form(name)]});
    let made = app.officer("ada").post("/api/batches", rows).await.expect(201);
    made.body["batchId"].as_str().unwrap().to_owned()
}

async fn invite(app: &App, name: &str) -> String {
    let body = json!({"kind": "email", "email": officer_form(name).email, "reason": "Joins"});
    let made = app.officer("ada").post("/api/invites", body).await.expect(202);
    made.body["id"].as_str().unwrap().to_owned()
}

async fn play(app: &App, operation: &str) -> Play {
    use Meanwhile::{DomainRefused, InviteRevoked, ListFull, ListRemoved, ListSubmitted};
    let rows = |name: &str| json!({"rows": [officer_form(name)]});
    let mail = |name: &str| json!({"kind": "email", "email": officer_form(name).email, "reason": "Joins"});
    match operation {
        "createBatch" => Play {
            path: "/api/batches".to_owned(),
            body: rows("bo"),
            other: rows("kim"),
            meanwhile: &[ListSubmitted, ListRemoved, DomainRefused],
        },
        "addRows" => Play {
            path: format!("/api/batches/{}/rows", paste(app, "eve").await),
            body: rows("bo"),
            other: rows("kim"),
            meanwhile: &[ListSubmitted, ListFull, ListRemoved, DomainRefused],
        },
        "submitInvite" => Play {
            path: "/api/invites".to_owned(),
            body: mail("bo"),
            other: mail("kim"),
            meanwhile: &[InviteRevoked, DomainRefused],
        },
        "actOnInvites" => {
            let (bo, kim) = (invite(app, "bo").await, invite(app, "kim").await);
            let revoke = |id: &str| json!({"action": "revoke", "ids": [id]});
            let (body, other) = (revoke(&bo), revoke(&kim));
            Play { path: "/api/invites/actions".to_owned(), body, other, meanwhile: &[InviteRevoked] }
        }
        other => panic!("{other} takes an Idempotency-Key: say here how it is played"),
    }
}

/// Changes what a request was about.
async fn change(app: &App, play: &Play, first: &Answer, meanwhile: Meanwhile) {
    let ada = app.officer("ada");
    let list = first.body["batchId"].as_str().map(str::to_owned);
    let list = list.or_else(|| play.path.split('/').find(|part| part.starts_with("bat_")).map(str::to_owned));
    let list = || list.clone().unwrap();
    match meanwhile {
        Meanwhile::ListSubmitted => {
            ada.json("POST", &format!("/api/batches/{}/submit", list()), &[], json!({})).await.expect(202);
        }
        Meanwhile::ListFull => {
            let id = BatchId::parse(&list()).unwrap();
            let batch = app.store.get::<domain::batch::Batch>(&id).await.unwrap().unwrap();
            let mut full = batch.to_value().postponed(app.clock.now());
            (full.counts.total, full.counts.removed) = (10_000, 9_998);
            assert!(app.store.write(batch.becomes(full)).await.unwrap().is_done());
        }
        Meanwhile::ListRemoved => {
            ada.send("DELETE", &format!("/api/batches/{}", list()), &[], Body::empty()).await.expect(204);
        }
        Meanwhile::InviteRevoked => {
            let id = first.body["id"].as_str().filter(|id| id.starts_with("inv_")).map(str::to_owned);
            let id = id.unwrap_or_else(|| play.other["ids"][0].as_str().unwrap().to_owned());
            app.drain().await;
            ada.json("POST", &format!("/api/invites/{id}/revoke"), &[], json!({})).await.expect(200);
        }
        Meanwhile::DomainRefused => {
            let rules = RULES.replace(r#""refused_mailboxes":["#, r#""refused_mailboxes":["bo","#);
            app.store.put_domain_rules(&rules).await.unwrap();
            app.clock.advance(Duration::from_secs(120));
        }
    }
}

async fn ask(app: &App, path: &str, key: &str, body: String) -> Answer {
    let headers = [("idempotency-key", key), ("content-type", "application/json")];
    app.officer("ada").send("POST", path, &headers, Body::from(body)).await
}

/// The same JSON with the members of its objects in reverse order, and with spaces.
fn reordered(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members = members.iter().rev().map(|(name, value)| format!("{} : {}", json!(name), reordered(value)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join(" ,\n"))
        }
        Value::Array(elements) => format!("[{}]", elements.iter().map(reordered).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

/// What identifies an answer. An action is shown with its current progress, so only its id counts.
fn told(answer: &Answer) -> (u16, String, Value) {
    let location = answer.headers.get("location").map(|place| place.to_str().unwrap().to_owned());
    let is_action = answer.body["id"].as_str().is_some_and(|id| id.starts_with("act_"));
    let body = if is_action { answer.body["id"].clone() } else { answer.body.clone() };
    (answer.status.as_u16(), location.unwrap_or_default(), body)
}

/// How many invites, lists, rows and actions there are.
fn effects(app: &App) -> BTreeMap<&'static str, usize> {
    let items = app.table.dump(app.clock.now());
    let count = |entity: &'static str| {
        let mark = format!("\"entity\": S({entity:?})");
        (entity, items.iter().filter(|item| item.contains(&mark)).count())
    };
    ["invite", "batch", "row", "action"].map(count).into()
}

#[tokio::test]
async fn a_repeated_request_gets_its_first_answer_on_every_route_whatever_became_of_it() {
    let operations = keyed_operations();
    assert!(operations.len() >= 4, "{operations:?}");
    for operation in &operations {
        for place in 0.. {
            let app = App::start().await;
            let play = play(&app, operation).await;
            let Some(meanwhile) = play.meanwhile.get(place).copied() else { break };
            let context = format!("{operation}, {meanwhile:?}");
            let again = async |body: String| ask(&app, &play.path, "the-key", body).await;
            let first = again(play.body.to_string()).await;
            assert!(first.status.is_success(), "{context}: {}", first.body);
            let done = effects(&app);
            for body in [play.body.to_string(), reordered(&play.body)] {
                assert_eq!(told(&again(body).await), told(&first), "{context}: at once");
            }
            let other = again(play.other.to_string()).await;
            assert_eq!(
                (other.status.as_u16(), other.problem()),
                (422, "idempotency-key-reused".to_owned()),
                "{context}"
            );
            assert_eq!(effects(&app), done, "{context}: nothing twice");
            change(&app, &play, &first, meanwhile).await;
            let changed = effects(&app);
            for body in [play.body.to_string(), reordered(&play.body)] {
                assert_eq!(told(&again(body).await), told(&first), "{context}: after it");
            }
            assert_eq!(again(play.other.to_string()).await.problem(), "idempotency-key-reused", "{context}: after it");
            assert_eq!(effects(&app), changed, "{context}: nothing twice, after it");
            app.clock.advance(DAY + Duration::from_secs(1));
            let anew = again(play.body.to_string()).await;
            assert_ne!(told(&anew), told(&first), "{context}: a day later it is another request");
        }
    }
}

#[tokio::test]
async fn the_same_request_twice_at_the_same_moment_is_one_on_every_route() {
    for operation in keyed_operations() {
        let app = App::start().await;
        let play = play(&app, &operation).await;
        let before = effects(&app);
        let ask = || ask(&app, &play.path, "the-key", play.body.to_string());
        let (one, other) = tokio::join!(ask(), ask());
        assert!(one.status.is_success(), "{operation}: {}", one.body);
        assert_eq!(told(&one), told(&other), "{operation}");
        let listed = app.officer("ada").get("/api/batches").await.expect(200).body;
        let lists = before["batch"] + usize::from(operation == "createBatch");
        assert_eq!(listed["items"].as_array().unwrap().len(), lists, "{operation}");
    }
}

#[tokio::test]
async fn a_key_belongs_to_one_route_and_one_list() {
    let app = App::start().await;
    let (one, other) = (paste(&app, "eve").await, paste(&app, "kim").await);
    let rows = json!({"rows": [officer_form("bo")]}).to_string();
    ask(&app, &format!("/api/batches/{one}/rows"), "k", rows.clone()).await.expect(201);
    for path in [format!("/api/batches/{other}/rows"), "/api/batches".to_owned()] {
        let reused = ask(&app, &path, "k", rows.clone()).await;
        assert_eq!(reused.problem(), "idempotency-key-reused", "{path}");
    }
}

/// How many rows each batch has.
async fn rows_of_batches(app: &App) -> BTreeMap<BatchId, usize> {
    let mut rows = BTreeMap::new();
    for part in 0..PARTS {
        let mut from = None;
        loop {
            let page = app.store.read_part(part, from).await.unwrap();
            for found in page.found {
                if let Found::Row(batch, _) = found {
                    *rows.entry(batch).or_default() += 1;
                }
            }
            from = page.next;
            if from.is_none() {
                break;
            }
        }
    }
    rows
}

#[tokio::test]
async fn no_row_is_without_a_batch_wherever_a_paste_is_broken_and_repeated() {
    let rows = json!({"rows": (0..40).map(|n| officer_form(&format!("p{n}"))).collect::<Vec<_>>()}).to_string();
    let counted = App::start().await;
    let whole = ask(&counted, "/api/batches", "k", rows.clone());
    counted.probe.run("manage-batches", whole).await.unwrap().expect(201);
    let calls = counted.probe.calls();
    assert!(calls.iter().any(|call| call.name == "table.put_many"), "{calls:?}");
    for (place, call) in calls.iter().enumerate() {
        for fault in call.faults() {
            let app = App::start().await;
            app.probe.break_call(place, fault);
            let broken = app.probe.run("manage-batches", ask(&app, "/api/batches", "k", rows.clone())).await;
            let context = format!("{} {fault:?}", call.name);
            assert!(fault == Fault::Repeated || broken.is_none_or(|answer| !answer.status.is_success()), "{context}");
            let made = ask(&app, "/api/batches", "k", rows.clone()).await.expect(201);
            assert_eq!(told(&ask(&app, "/api/batches", "k", rows.clone()).await), told(&made), "{context}");
            let listed = app.officer("ada").get("/api/batches").await.expect(200).body;
            assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{context}");
            assert_eq!(listed["items"][0]["id"], made.body["batchId"], "{context}");
            for id in rows_of_batches(&app).await.into_keys() {
                let batch = app.store.get::<domain::batch::Batch>(&id).await.unwrap();
                assert!(batch.is_some(), "{context}: rows of nobody");
            }
            for _ in 0..10 {
                app.clock.advance(DAY);
                app.timers().await;
                app.drain().await;
                app.timers().await;
            }
            assert_eq!(rows_of_batches(&app).await, BTreeMap::new(), "{context}: nobody submits it");
        }
    }
}

/// Every `Location` leads from its request to what was created, behind any stage or host.
#[tokio::test]
async fn every_location_is_relative_to_its_request() {
    let mut met = 0;
    for operation in keyed_operations() {
        let app = App::start().await;
        let play = play(&app, &operation).await;
        let first = ask(&app, &play.path, "the-key", play.body.to_string()).await;
        assert!(first.status.is_success(), "{operation}: {}", first.body);
        let Some(place) = first.headers.get("location") else { continue };
        met += 1;
        app.officer("ada").get(&resolved(&play.path, place.to_str().unwrap())).await.expect(200);
    }
    let app = App::start().await;
    let ada = app.officer("ada");
    let list = paste(&app, "max").await;
    let path = format!("/api/batches/{list}/submit");
    let submitted = ada.json("POST", &path, &[], json!({})).await.expect(202);
    let place = submitted.headers["location"].to_str().unwrap();
    assert_eq!(ada.get(&resolved(&path, place)).await.expect(200).body["id"], json!(list));
    assert!(met >= 3, "{met}");
}

/// Resolves `place` against `path` as in RFC 3986. It must not name a stage, so it must not begin at the root.
fn resolved(path: &str, place: &str) -> String {
    assert!(!place.starts_with('/') && !place.contains("://"), "{place}");
    let mut steps: Vec<&str> = path.split('/').collect();
    steps.pop();
    for step in place.split('/') {
        match step {
            ".." => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    steps.join("/")
}

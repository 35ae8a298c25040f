//! What releases store, send and give out, kept in `tests/golden`, a file for each form that was ever released. This
//! release reads all of them, because old and new run side by side during a deployment, and after a rollback.

use std::{collections::BTreeSet, fs, path::PathBuf, time::Duration};

use boot::Disposition;
use directory::AccountStatus;
use domain::{
    AgencyDomain, Timestamp,
    invite::Account,
    webhook::{SIGNATURE_HEADER, Subscription, sign},
};
use queue::{QueueName, Wake};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use testing::{
    MailFault,
    people::{self, beginning, device_secrets, email, keys, officer, officer_form, vendor_form},
};
use tests::{
    app::App,
    lists::{edit, paste},
    mail_event::{self, DELIVERED, SENT},
};

const BOUNCED: &str = include_str!("../../../events/mail-bounced.json");
const CANARY: &str = "success@simulator.amazonses.com";
const MINUTE: Duration = Duration::from_secs(60);

/// A world that a release left.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Golden {
    at: Timestamp,
    /// The items in the form of DynamoDB's API.
    table: Vec<Value>,
    accounts: Vec<GoldenAccount>,
    /// Messages that are still in their queues.
    messages: Vec<(String, Value)>,
    announcements: Vec<Value>,
    requests: Vec<Exchange>,
}

/// An account of the directory.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct GoldenAccount {
    name: String,
    email: String,
    has_signed_in: bool,
}

/// A request and the answer to it. A request has what the service gave out: cursors, links, keys that were used.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Exchange {
    method: String,
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    idempotency_key: Option<String>,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    body: Value,
    status: u16,
    answer: Value,
}

impl Exchange {
    fn get(path: impl Into<String>) -> Self {
        Self::new("GET", path.into(), Value::Null)
    }

    fn new(method: &str, path: String, body: Value) -> Self {
        let (idempotency_key, answer) = (None, Value::Null);
        Self { method: method.to_owned(), path, idempotency_key, body, status: 0, answer }
    }

    /// Asks the officer's API, or the invitee's, and keeps the answer.
    async fn ask(mut self, app: &App) -> Self {
        let person = if self.path.starts_with("/api/invitations") { app.anyone() } else { app.officer("ada") };
        let key = self.idempotency_key.clone();
        let headers: Vec<(&str, &str)> = key.iter().map(|key| ("idempotency-key", key.as_str())).collect();
        let answer = match &self.body {
            Value::Null => person.get(&self.path).await,
            body => person.json(&self.method, &self.path, &headers, body.clone()).await,
        };
        (self.status, self.answer) = (answer.status.as_u16(), answer.body);
        self
    }
}

/// Lets minutes pass, with timers and all workers in each.
async fn minutes(app: &App, minutes: u32) {
    for _ in 0..minutes {
        app.clock.advance(MINUTE);
        app.timers().await;
        app.drain().await;
    }
}

async fn invite(app: &App, body: Value) -> String {
    let made = app.officer("ada").post("/api/invites", body).await.expect(202);
    made.body["id"].as_str().unwrap().to_owned()
}

async fn by_email(app: &App, name: &str) -> String {
    invite(app, json!({"kind": "email", "email": address(name), "reason": "Joins the project"})).await
}

fn address(name: &str) -> String {
    format!("{name}@sample-board.gov.sg")
}

async fn report(app: &App, to: &str, recorded: &str) {
    let sent = app.mails_to(to).pop().unwrap();
    assert!(matches!(app.track(mail_event::about(&sent, recorded, app.clock.now())).await, Disposition::Done));
}

/// People in each state that an officer can see.
async fn people(app: &App) {
    let ada = app.officer("ada");
    by_email(app, "bo").await;
    app.drain().await;
    let accepted = json!({"token": app.token_of(&address("bo")), "firstName": "Bo", "lastName": "Lim",
        "countryCode": "65", "contactNumber": "91234567", "organisation": "Sample Board"});
    app.accept(&address("bo"), accepted).await.expect(202);
    app.drain().await;
    let first = json!({"token": app.token_of(&address("bo"))});
    app.anyone().json("POST", "/api/invitations/first-password", &[], first).await.expect(202);
    let mut form = serde_json::to_value(vendor_form("eve")).unwrap();
    form["kind"] = json!("account");
    invite(app, form).await;
    app.drain().await;
    for recorded in [SENT, DELIVERED] {
        report(app, "eve@vendor.example.com", recorded).await;
    }
    let device = json!({"account": "eve", "state": "enrolled", "at": app.clock.now().to_string()}).to_string();
    let signature = sign(&device_secrets()[..1], app.clock.now(), device.as_bytes());
    let headers = [("content-type", "application/json"), (SIGNATURE_HEADER, signature.as_str())];
    app.anyone().send("POST", "/api/seed-devices", &headers, device.into()).await.expect(202);
    for name in ["cy", "dee", "fay", "gil"] {
        by_email(app, name).await;
    }
    app.drain().await;
    report(app, &address("fay"), BOUNCED).await;
    let code = json!({"token": app.token_of(&address("cy"))});
    app.anyone().json("POST", "/api/invitations/mailbox-code", &[], code).await.expect(202);
    let revoked = by_email(app, "hal").await;
    ada.post(&format!("/api/invites/{revoked}/revoke"), json!({})).await.expect(200);
    app.directory.add_foreign_account("kim", &email(&address("kim")));
    let kim = Account { directory_id: "kim".to_owned() };
    app.holder(&kim, &address("kim")).json("POST", "/api/seed-requests", &[], json!({})).await.expect(202);
    app.drain().await;
    app.directory.set_status(&Account { directory_id: "eve".to_owned() }, AccountStatus::SignedIn);
}

/// Batches in each state that an officer can see.
async fn batches(app: &App) {
    let ada = app.officer("ada");
    let mut faulty = officer_form("lee");
    faulty.contact_number = "12".to_owned();
    let done = paste(&ada, &[vendor_form("kit"), faulty, vendor_form("kit"), officer_form("moe")]).await;
    ada.json("POST", &format!("/api/batches/{done}/submit"), &[], json!({"only": "ready"})).await.expect(202);
    app.drain().await;
    let rows = json!([{"email": address("lou"), "reason": "Joins the project"}, {"email": "lou", "seed": "Yes"}]);
    let made = ada.post("/api/batches", json!({"kind": "email", "rows": rows})).await.expect(201);
    let by_email = made.body["batchId"].as_str().unwrap();
    ada.json("POST", &format!("/api/batches/{by_email}/submit"), &[], json!({"only": "ready"})).await.expect(202);
    app.drain().await;
    let draft = paste(&ada, &[officer_form("mia"), vendor_form("eve")]).await;
    edit(&ada, &draft, 1, json!({"organisation": "Another Board"})).await.expect(200);
    let made = ada.post("/api/batches", json!({"fileName": "joiners.xlsx"})).await.expect(201);
    let key = format!("uploads/{}", made.body["batchId"].as_str().unwrap());
    app.parse(app.upload(&key, b"%PDF-1.7".to_vec())).await;
    let made = ada.post("/api/batches", json!({"fileName": "other titles.xlsx"})).await.expect(201);
    let key = format!("uploads/{}", made.body["batchId"].as_str().unwrap());
    let other_titles = include_bytes!("../../../shared/sheet/tests/files/other-titles.xlsx");
    app.parse(app.upload(&key, other_titles.to_vec())).await;
    ada.post("/api/batches", json!({"fileName": "later.xlsx"})).await.expect(201);
    let drop = app.upload("drops/officer-ada/new joiners (1+1).xlsx", people::workbook(&[vendor_form("ned")]));
    assert!(matches!(app.parse(drop).await, Disposition::Done));
}

/// A world with an item of each kind, and with messages of each kind on their way.
async fn world() -> Golden {
    let app = App::start().await.with_canaries(CANARY);
    app.directory.add_officer(officer("ada"));
    let agency = AgencyDomain::parse("example-agency.gov.sg").unwrap();
    let endpoint = "https://hooks.example-agency.gov.sg/invites".to_owned();
    let registered = Subscription::registered(agency, endpoint, "challenge".to_owned(), app.clock.now());
    let subscription = registered.id();
    assert!(app.store.create(registered).await.unwrap().is_done());
    app.deliver(QueueName::Webhooks, Wake::Subscription { id: subscription }).await;
    people(&app).await;
    batches(&app).await;
    minutes(&app, 2).await;
    app.outbox.fail_next(MailFault::AfterEffect);
    by_email(&app, "ivy").await;
    app.drain().await;
    let ids: Vec<Value> = invites(&app).await.iter().map(|invite| invite["id"].clone()).collect();
    let ada = app.officer("ada");
    ada.post("/api/invites/actions", json!({"action": "resend", "ids": ids[..3]})).await.expect(202);
    minutes(&app, 2).await;
    app.store.request_forgetting(&keys().address(&email("zara@sample-board.gov.sg"))).await.unwrap();
    app.operate(&["start-mail"]).await.unwrap();
    app.store.pause_mail(app.clock.now() + 15 * MINUTE).await.unwrap();
    ada.post("/api/invites/actions", json!({"action": "revoke", "ids": ids[3..5]})).await.expect(202);
    app.directory.add_officer(officer("bo"));
    let handed = json!({"action": "hand-over", "to": "bo@example-agency.gov.sg", "ids": ids[..1]});
    ada.post("/api/invites/actions", handed).await.expect(202);
    by_email(&app, "joe").await;
    let mut form = serde_json::to_value(vendor_form("pat")).unwrap();
    form["kind"] = json!("account");
    let revoking = invite(&app, form).await;
    app.drain().await;
    ada.json("POST", &format!("/api/invites/{revoking}/revoke"), &[], json!({})).await.expect(200);
    app.stream().await;
    let requests = requests(&app).await;
    let words = |wake: Wake| serde_json::to_value(wake).unwrap();
    let messages = QueueName::ALL
        .into_iter()
        .flat_map(|queue| app.queues.drain(queue).into_iter().map(move |wake| (queue.name().to_owned(), words(wake))));
    let mut golden = Golden {
        at: app.clock.now(),
        table: Vec::new(),
        accounts: accounts(&app),
        messages: messages.collect(),
        announcements: app
            .queues
            .drain_announcements()
            .iter()
            .map(|text| serde_json::from_str(text).unwrap())
            .collect(),
        requests,
    };
    golden.table = app.table.images();
    golden
}

fn accounts(app: &App) -> Vec<GoldenAccount> {
    let mut names: Vec<_> = app.directory.made().into_iter().map(|(_, account)| account.directory_id).collect();
    names.push("kim".to_owned());
    names.sort();
    let account = |name: String| GoldenAccount {
        email: format!("{name}@accounts.example.com"),
        has_signed_in: ["eve", "kim"].contains(&name.as_str()),
        name,
    };
    names.into_iter().map(account).collect()
}

async fn invites(app: &App) -> Vec<Value> {
    let list = app.officer("ada").get("/api/invites?limit=50").await.expect(200).body;
    list["items"].as_array().unwrap().clone()
}

/// What people ask this world, with what was given out to them: cursors, a link of a mail, and a key that was used.
async fn requests(app: &App) -> Vec<Exchange> {
    let body = json!({"kind": "email", "email": address("kay"), "reason": "Joins the project"});
    let keyed = Exchange::new("POST", "/api/invites".to_owned(), body);
    let keyed = Exchange { idempotency_key: Some("0123456789abcdef0123456789abcdef".to_owned()), ..keyed };
    let mut answered = vec![keyed.ask(app).await];
    let mut requests = vec![Exchange::get("/api/me"), Exchange::get("/api/batches"), Exchange::get("/api/invites")];
    for invite in invites(app).await {
        requests.push(Exchange::get(format!("/api/invites/{}", invite["id"].as_str().unwrap())));
    }
    let ada = app.officer("ada");
    for batch in ada.get("/api/batches").await.expect(200).body["items"].as_array().unwrap() {
        let id = batch["id"].as_str().unwrap();
        requests.push(Exchange::get(format!("/api/batches/{id}")));
        requests.push(Exchange::get(format!("/api/batches/{id}/rows")));
    }
    for list in ["/api/invites?limit=2", "/api/batches?limit=1"] {
        let first = ada.get(list).await.expect(200).body;
        requests.push(Exchange::get(format!("{list}&cursor={}", first["nextCursor"].as_str().unwrap())));
    }
    let token = json!({"token": app.token_of(&address("cy"))});
    requests.push(Exchange::new("POST", "/api/invitations/view".to_owned(), token));
    for request in requests {
        answered.push(request.ask(app).await);
    }
    assert!(answered.iter().all(|exchange| exchange.status < 300), "{answered:?}");
    answered
}

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/golden"))
}

/// All golden files, the oldest first.
fn all() -> Vec<(PathBuf, Golden)> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), serde_json::from_slice(&fs::read(path).unwrap()).unwrap())).collect()
}

/// Checks that `found` has everything of `recorded`. It may have more, and a limit may have become larger.
fn assert_has(found: &Value, recorded: &Value, place: &str) {
    match (found, recorded) {
        (Value::Object(found), Value::Object(recorded)) => {
            for (name, value) in recorded {
                assert_has(found.get(name).unwrap_or(&Value::Null), value, &format!("{place}/{name}"));
            }
        }
        (Value::Array(found), Value::Array(recorded)) => {
            assert_eq!(found.len(), recorded.len(), "{place}");
            for (at, (found, recorded)) in found.iter().zip(recorded).enumerate() {
                assert_has(found, recorded, &format!("{place}/{at}"));
            }
        }
        (Value::Number(found), Value::Number(recorded)) if place.contains("/limits/") => {
            assert!(found.as_u64() >= recorded.as_u64(), "{place}: {found} is less than {recorded}");
        }
        _ => assert_eq!(found, recorded, "{place}"),
    }
}

/// The product over what a release left.
async fn left_by(golden: &Golden) -> App {
    let app = App::start().await.with_canaries(CANARY);
    app.clock.advance(golden.at.since(beginning()));
    app.table.put_images(golden.table.clone());
    for GoldenAccount { name, email: address, has_signed_in } in &golden.accounts {
        app.directory.add_foreign_account(name, &email(address));
        if !has_signed_in {
            app.directory.set_status(&Account { directory_id: name.clone() }, AccountStatus::Pending);
        }
    }
    app
}

/// Everything that `golden` gave out is answered as it was, its messages are processed, and what is due is done.
async fn assert_is_read(golden: &Golden, name: &str) {
    let app = left_by(golden).await;
    for recorded in &golden.requests {
        let Exchange { method, path, idempotency_key, body, status, answer } = recorded;
        let again = Exchange::new(method, path.clone(), body.clone());
        let again = Exchange { idempotency_key: idempotency_key.clone(), ..again }.ask(&app).await;
        assert_eq!(again.status, *status, "{name}: {method} {path}: {}", again.answer);
        assert_has(&again.answer, answer, &format!("{name}: {method} {path}"));
    }
    for announced in &golden.announcements {
        assert!(matches!(app.parse(announced.clone()).await, Disposition::Done), "{name}: {announced}");
    }
    for (queue, message) in &golden.messages {
        let queue = QueueName::ALL.into_iter().find(|known| known.name() == queue).unwrap();
        let wake = serde_json::from_value(message.clone()).unwrap();
        assert!(matches!(app.deliver(queue, wake).await, Disposition::Done), "{name}: {message}");
    }
    for _ in 0..20 {
        app.clock.advance(MINUTE);
        assert!(matches!(app.timers().await, Disposition::Done), "{name}: a timer fails");
        app.drain().await;
    }
    assert!(invites(&app).await.len() >= 10, "{name}");
}

#[tokio::test]
async fn what_each_release_left_is_read_and_worked_on() {
    let all = all();
    assert!(!all.is_empty(), "there are no golden files in {}", folder().display());
    for (path, golden) in all {
        assert_is_read(&golden, &path.display().to_string()).await;
    }
}

/// After a rollback this release reads what a later one wrote, which may have more fields.
#[tokio::test]
async fn a_field_that_a_later_release_adds_disturbs_nothing() {
    let (path, mut golden) = all().pop().unwrap();
    for item in &mut golden.table {
        add_field(item.as_object_mut().unwrap());
    }
    assert_is_read(&golden, &path.display().to_string()).await;
}

/// Adds a field to an item, and to each structure in it. What an action does is stored under its name, and a release
/// that knows no other name can add nothing beside it, only within.
fn add_field(attributes: &mut Map<String, Value>) {
    for (name, value) in attributes.iter_mut() {
        if name == "verb" {
            let named = value.get_mut("M").and_then(Value::as_object_mut).into_iter();
            let within = named.flat_map(Map::values_mut).filter_map(|one| one.get_mut("M")?.as_object_mut());
            within.for_each(add_field);
            continue;
        }
        let inner = value.get_mut("M").and_then(Value::as_object_mut);
        if let Some(inner) = inner.filter(|inner| !inner.is_empty()) {
            add_field(inner);
        }
        for entry in value.get_mut("L").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(inner) = entry.get_mut("M").and_then(Value::as_object_mut) {
                add_field(inner);
            }
        }
    }
    attributes.insert("added_by_a_later_release".to_owned(), json!({"S": "x"}));
}

/// Every message that a release sent, with the queue that it is in. A message in a queue outlives a deployment.
const MESSAGES: [(QueueName, &str); 9] = [
    (QueueName::Provision, r#"{"wake":"invite","id":"inv_01KAR3G3AM4X5QJ8T7Z0W2V9YB"}"#),
    (QueueName::Mail, r#"{"wake":"invite","id":"inv_01KAR3G3AM4X5QJ8T7Z0W2V9YB"}"#),
    (QueueName::Provision, r#"{"wake":"resume","id":"inv_01KAR3G3AM4X5QJ8T7Z0W2V9YB"}"#),
    (QueueName::Dispatch, r#"{"wake":"batch","id":"bat_01KAR3G3AM4X5QJ8T7Z0W2V9YB"}"#),
    (QueueName::Actions, r#"{"wake":"action","id":"act_01KAR3G3AM4X5QJ8T7Z0W2V9YB"}"#),
    (QueueName::Webhooks, r#"{"wake":"notice","id":"ntc_01KAR3G3AM4X5QJ8T7Z0W2V9YB"}"#),
    (QueueName::Webhooks, r#"{"wake":"agency","id":"agn_01KAR3G3AM4X5QJ8T7Z0W2V9YB"}"#),
    (QueueName::Mail, r#"{"wake":"canary"}"#),
    (QueueName::Provision, r#"{"wake":"seed-request","id":"sed_01KAR3G3AM4X5QJ8T7Z0W2V9YB"}"#),
];

/// Announcements of stored workbooks: as S3 sends them, and as `maintain` does.
const ANNOUNCEMENTS: [&str; 2] = [
    r#"{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"ap-southeast-1",
        "eventTime":"2026-11-23T05:55:29.137Z","eventName":"ObjectCreated:Put","userIdentity":{"principalId":"A1"},
        "requestParameters":{"sourceIPAddress":"198.51.100.7"},"responseElements":{"x-amz-request-id":"1"},
        "s3":{"s3SchemaVersion":"1.0","configurationId":"1","bucket":{"name":"BUCKET","ownerIdentity":
        {"principalId":"A1"},"arn":"arn:aws:s3:::BUCKET"},"object":{"key":"drops/officer-ada/new+joiners.xlsx",
        "size":1,"eTag":"1","versionId":"VERSION","sequencer":"1"}}}]}"#,
    r#"{"Records":[{"eventName":"ObjectCreated:Announced","s3":{"bucket":{"name":"BUCKET"},
        "object":{"key":"drops/officer-ada/new%20joiners.xlsx","versionId":"VERSION"}}}]}"#,
];

#[test]
fn a_message_of_each_kind_is_sent_and_read_as_every_release_did() {
    let mut kinds = BTreeSet::new();
    for (_, message) in MESSAGES {
        let wake: Wake = serde_json::from_str(message).unwrap();
        assert_eq!(serde_json::to_value(wake).unwrap(), serde_json::from_str::<Value>(message).unwrap());
        let name = match wake {
            Wake::Invite { .. } => "invite",
            Wake::Resume { .. } => "resume",
            Wake::Batch { .. } => "batch",
            Wake::BulkAction { .. } => "action",
            Wake::WebhookEvent { .. } => "notice",
            Wake::Subscription { .. } => "agency",
            Wake::Canary => "canary",
            Wake::SeedRequest { .. } => "seed-request",
        };
        kinds.insert(name);
    }
    assert_eq!(kinds.len(), 8, "a new kind belongs into the table above");
}

/// What a message is about may be gone by the time that it is read. It may have a field of a later release.
#[tokio::test]
async fn a_message_about_nothing_is_done_also_with_a_field_of_a_later_release() {
    let app = App::start().await;
    for (queue, message) in MESSAGES {
        let mut later: Value = serde_json::from_str(message).unwrap();
        later["added_by_a_later_release"] = json!("x");
        for message in [serde_json::from_str(message).unwrap(), later] {
            let wake = serde_json::from_value(message).unwrap();
            let told = app.deliver(queue, wake).await;
            assert!(matches!(told, Disposition::Done | Disposition::Discard(_)), "{queue:?}: {wake:?}");
        }
    }
}

#[tokio::test]
async fn a_workbook_is_announced_as_every_release_did() {
    for (at, words) in ANNOUNCEMENTS.into_iter().enumerate() {
        let app = App::start().await;
        app.directory.add_officer(officer("ada"));
        let message = app.upload("drops/officer-ada/new joiners.xlsx", people::workbook(&[vendor_form("ned")]));
        let found = |name: &str| message.pointer(&format!("/Records/0/s3/{name}")).unwrap().as_str().unwrap();
        let announced = words.replace("BUCKET", found("bucket/name")).replace("VERSION", found("object/versionId"));
        assert!(matches!(app.parse(serde_json::from_str(&announced).unwrap()).await, Disposition::Done), "{at}");
        let batches = app.officer("ada").get("/api/batches").await.expect(200).body;
        assert_eq!(batches["items"].as_array().unwrap().len(), 1, "{at}");
    }
}

/// If this fails, what is stored or sent has a new form. Then the golden files stay as they are, and
/// `BLESS=1 cargo test --test suite golden` adds one with the new form.
#[tokio::test]
async fn the_newest_golden_file_is_what_this_release_leaves() {
    let now = world().await;
    let known = all();
    let is_known = known.last().is_some_and(|(_, newest)| *newest == now);
    if !is_known && boot::Env::from_process().optional("BLESS").is_some() {
        let path = folder().join(format!("{:03}.json", known.len() + 1));
        fs::write(path, format!("{}\n", serde_json::to_string_pretty(&now).unwrap())).unwrap();
        return;
    }
    assert!(is_known, "this release stores or sends another form than the newest file in {}", folder().display());
}

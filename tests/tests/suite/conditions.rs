//! What the conditions of writes prevent: the same thing happens with them and without, and does harm only without.

use std::{process::Command, time::Duration};

use domain::invite::PROVISION_LEASE;
use futures::future::join;
use queue::{QueueName, Wake};
use serde_json::{Value, json};
use testing::{
    Call,
    people::{officer, vendor_form},
};
use tests::{app::App, person::Answer};

/// The product on a table that ignores all conditions.
async fn blind() -> App {
    let app = App::start().await;
    app.table.ignore_conditions();
    app
}

async fn invite_by_mail(app: &App) -> Answer {
    let body = json!({"kind": "email", "email": "bo@sample-board.gov.sg", "reason": "Joins"});
    app.officer("ada").post("/api/invites", body).await.expect(202)
}

async fn account_for_kim(app: &App) {
    let mut body = serde_json::to_value(vendor_form("kim")).unwrap();
    body["kind"] = json!("account");
    app.officer("ada").post("/api/invites", body).await.expect(202);
}

/// The only message of a queue.
fn message(app: &App, queue: QueueName) -> Wake {
    let wakes = app.queues.drain(queue);
    assert_eq!(wakes.len(), 1);
    wakes[0]
}

/// How many mails two workers send that get the same message at the same time.
async fn mails_of_a_doubled_message(app: &App) -> usize {
    invite_by_mail(app).await;
    let wake = message(app, QueueName::Provision);
    app.deliver(QueueName::Provision, wake).await;
    let wake = message(app, QueueName::Mail);
    let _ = join(app.deliver(QueueName::Mail, wake), app.deliver(QueueName::Mail, wake)).await;
    app.mails_to("bo@sample-board.gov.sg").len()
}

#[tokio::test]
async fn without_the_claim_a_doubled_message_sends_two_mails() {
    assert_eq!(mails_of_a_doubled_message(&App::start().await).await, 1);
    assert_eq!(mails_of_a_doubled_message(&blind().await).await, 2);
}

/// How many accounts are requested if a message is delivered again `after` the first request has begun.
async fn creates_of_a_message_that_comes_again(app: &App, after: Duration) -> usize {
    account_for_kim(app).await;
    let wake = message(app, QueueName::Provision);
    let first = app.deliver(QueueName::Provision, wake);
    let second = async {
        // When it reads, the first worker has made two reads and the claim, and waits for the directory.
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
        app.clock.advance(after);
        app.deliver(QueueName::Provision, wake).await
    };
    let _ = join(first, second).await;
    app.directory.calls(Call::CreateAccount)
}

#[tokio::test]
async fn under_its_lease_no_second_worker_asks_for_the_account_and_after_it_one_does() {
    let just_before = PROVISION_LEASE - Duration::from_millis(1);
    assert_eq!(creates_of_a_message_that_comes_again(&App::start().await, just_before).await, 1);
    assert_eq!(creates_of_a_message_that_comes_again(&App::start().await, PROVISION_LEASE).await, 2);
}

/// The answers to two people who accept with the same link at the same time.
async fn acceptances_of_one_link(app: &App) -> Vec<u16> {
    invite_by_mail(app).await;
    app.drain().await;
    let token = app.token_of("bo@sample-board.gov.sg");
    let anyone = app.anyone();
    anyone.json("POST", "/api/invitations/mailbox-code", &[], json!({"token": token})).await.expect(202);
    app.drain().await;
    let code = app.code_of("bo@sample-board.gov.sg").unwrap();
    let profile = |name: &str| {
        json!({"token": token, "firstName": name, "lastName": "Lim", "contactNumber": "81234567",
            "organisation": "Sample Board", "mailboxCode": code})
    };
    let accept = |name: &str| {
        let body = profile(name);
        let anyone = anyone.clone();
        async move { anyone.json("POST", "/api/invitations/accept", &[], body).await }
    };
    let (one, other) = join(accept("Bo"), accept("Eve")).await;
    let mut answers = vec![one.status.as_u16(), other.status.as_u16()];
    answers.sort_unstable();
    answers
}

#[tokio::test]
async fn without_single_use_two_people_accept_one_invitation() {
    assert_eq!(acceptances_of_one_link(&App::start().await).await, [202, 409]);
    assert_eq!(acceptances_of_one_link(&blind().await).await, [202, 202]);
}

/// How many batches there are after the same request was sent twice at the same time, and the two answers.
async fn batches_of_a_doubled_request(app: &App) -> (usize, Value, Value) {
    let ada = app.officer("ada");
    let again = [("idempotency-key", "the-same")];
    let make = || ada.json("POST", "/api/batches", &again, json!({"fileName": "joiners.xlsx"}));
    let (one, other) = join(make(), make()).await;
    let rows = app.store.list_batches(&officer("ada").id, 10, None).await.unwrap().0;
    (rows.len(), one.expect(201).body, other.expect(201).body)
}

#[tokio::test]
async fn without_idempotency_a_doubled_request_makes_two_batches() {
    let (batches, one, other) = batches_of_a_doubled_request(&App::start().await).await;
    assert_eq!((batches, one), (1, other));
    let (batches, one, other) = batches_of_a_doubled_request(&blind().await).await;
    assert_eq!(batches, 2);
    assert_ne!(one, other);
}

/// The packages that Cargo builds with these arguments.
fn packages(arguments: &[&str]) -> String {
    let told = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "--edges", "normal", "--prefix", "none"])
        .args(arguments)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    String::from_utf8(told.stdout).unwrap()
}

#[test]
fn nothing_that_is_deployed_holds_what_only_tests_use() {
    let is_for_tests = |line: &str| line.starts_with("testing ");
    // Releases are built without package names: see infra/local/build.py and `make deploy`.
    let released = packages(&[]);
    assert!(released.lines().any(|line| line.starts_with("send-mail ")), "{released}");
    assert!(!released.lines().any(is_for_tests));
    assert!(packages(&["--package", "tests"]).lines().any(is_for_tests), "it would be seen");
}

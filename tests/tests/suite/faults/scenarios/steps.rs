//! The steps of the people in scenarios. Each is repeated until it is done.

use directory::AccountStatus;
use domain::{
    InviteId,
    fields::Form,
    invite::{Account, CODE_LIFE, Invite},
};
use serde_json::{Value, json};
use std::time::Duration;
use store::Stored;
use tests::person::Answer;

use super::super::{
    canaries::{PHONE, REASON},
    world::World,
};

/// How often a scenario waits for the timers' jobs.
pub(super) const ROUNDS: usize = 10;

pub(super) async fn minutes(world: &World, count: u64) {
    world.pass(Duration::from_secs(60 * count));
    world.settle().await;
}

pub(super) async fn submitted(world: &World, body: Value) -> InviteId {
    InviteId::parse(&submit(world, body).await).unwrap()
}

pub(super) async fn stored(world: &World, id: InviteId) -> Stored<Invite> {
    world.app.store.get::<Invite>(&id).await.unwrap().unwrap()
}

/// Writes an invite as a fault of this service could.
pub(super) async fn by_hand(world: &World, invite: Invite) {
    let read = stored(world, invite.id).await;
    assert!(world.app.store.write(read.becomes(invite)).await.unwrap().is_done());
}

pub(super) fn account_of(form: &Form) -> Value {
    let mut body = serde_json::to_value(form).unwrap();
    body["kind"] = json!("account");
    body
}

pub(super) fn invitation_of(name: &str) -> Value {
    let email = format!("{name}@sample-board.gov.sg");
    json!({"kind": "email", "email": email, "reason": REASON, "seed": "yes"})
}

pub(super) async fn submit(world: &World, body: Value) -> String {
    let made = world.ask("submit-invites", &world.ada(), "POST", "/api/invites", body).await.expect(202);
    made.body["id"].as_str().unwrap().to_owned()
}

pub(super) async fn invitee(world: &World, what: &str, body: Value) -> Answer {
    let path = format!("/api/invitations/{what}");
    world.ask("accept-invitation", &world.app.anyone(), "POST", &path, body).await
}

/// The code that is mailed to an invitee, who asks again where none arrives.
async fn mailbox_code(world: &World, address: &str, token: &str) -> String {
    for _ in 0..3 {
        let asked = invitee(world, "mailbox-code", json!({"token": token})).await;
        assert!(matches!(asked.status.as_u16(), 202 | 429), "{}", asked.body);
        world.wait(CODE_LIFE / 2, || world.app.code_of(address).is_some()).await;
        if let Some(code) = world.app.code_of(address) {
            return code;
        }
    }
    panic!("no code is mailed");
}

pub(super) async fn accept(world: &World, address: &str) {
    let token = world.app.token_of(address);
    let page = invitee(world, "view", json!({"token": token})).await.expect(200);
    assert_eq!(page.body["state"], "invited", "{}", page.body);
    let code = mailbox_code(world, address, &token).await;
    let profile = json!({"token": token, "firstName": "Thaddeus", "lastName": "Zorkmund",
        "contactNumber": PHONE, "organisation": "Quibblemark Board", "mailboxCode": code});
    let accepted = invitee(world, "accept", profile).await;
    assert!(matches!(accepted.status.as_u16(), 202 | 409), "{}", accepted.body);
    let page = invitee(world, "view", json!({"token": token})).await.expect(200);
    assert_eq!(page.body["state"], "accepted", "{}", page.body);
}

pub(super) async fn sign_in(world: &World, account: &Account) {
    world.app.directory.set_status(account, AccountStatus::SignedIn);
    // After a failed check, the next one is possible after a minute.
    for _ in 0..3 {
        world.pass(Duration::from_secs(61));
        world.ask("query-status", &world.ada(), "GET", "/api/invites", Value::Null).await.expect(200);
    }
    world.settle().await;
}

/// Changes a row over the version that is shown, until the change is visible.
pub(super) async fn change_row(world: &World, batch: &str, number: u32, method: &str, body: Value) {
    for _ in 0..3 {
        let rows =
            world.ask("manage-batches", &world.ada(), "GET", &format!("{batch}/rows"), Value::Null).await.expect(200);
        let items = rows.body["items"].as_array().unwrap();
        let is_asked_for = |row: &&Value| row["number"] == number && (method == "DELETE" || row["state"] != "READY");
        let Some(row) = items.iter().find(is_asked_for) else { return };
        let headers = [("if-match", row["etag"].as_str().unwrap())];
        let path = format!("{batch}/rows/{number}");
        let changed = world.ask_over("manage-batches", &world.ada(), method, &path, &headers, body.clone()).await;
        assert!(matches!(changed.status.as_u16(), 200 | 204 | 404 | 409 | 412), "{}", changed.body);
    }
    panic!("row {number} is never changed");
}

pub(super) async fn hand_on(world: &World, batch: &str, body: Value) {
    insist(world, "POST", &format!("{batch}/submit"), body).await;
}

/// Asks for a change of a batch, and again if another writer was faster.
pub(super) async fn insist(world: &World, method: &str, path: &str, body: Value) {
    for _ in 0..3 {
        let answer = world.ask("manage-batches", &world.ada(), method, path, body.clone()).await;
        match answer.status.as_u16() {
            200..=299 => return,
            409 => {}
            _ => panic!("{}", answer.body),
        }
    }
    panic!("{method} {path} is never done");
}

/// Amends an invite over the version that is shown. An officer who hears that it has changed looks again, and amends it
/// unless that is done.
pub(super) async fn amend_over(world: &World, id: &str, body: Value) {
    let path = format!("/api/invites/{id}");
    for _ in 0..ROUNDS {
        let shown = world.ask("query-status", &world.ada(), "GET", &path, Value::Null).await.expect(200);
        if shown.body["email"] == body["email"] {
            return;
        }
        let headers = [("if-match", shown.headers["etag"].to_str().unwrap())];
        let amended = world.ask_over("submit-invites", &world.ada(), "PATCH", &path, &headers, body.clone()).await;
        assert!(matches!(amended.status.as_u16(), 202 | 409 | 412), "{}", amended.body);
        if amended.status != 412 {
            return;
        }
    }
    panic!("it is never amended");
}

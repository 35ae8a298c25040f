//! What people do, from the first request to the last: together every handler's main flows.
//!
//! A person who gets no answer asks again, and one who is told that somebody was faster looks and goes on; whether that was
//! right shows in the end.

use std::time::Duration;

use directory::AccountStatus;
use domain::{AgencyDomain, AgencyId, BatchId, agency::Agency, batch::Batch, form::Form, invite::Account, signature};
use futures::future::{FutureExt as _, LocalBoxFuture};
use queue::{QueueName, Wake};
use serde_json::{Value, json};
use store::Written;
use tests::{
    app::Answer,
    people::{device_secrets, email, officer_form, vendor_form, workbook},
};

use super::world::World;

/// A script, and the handlers whose calls it is there to break one by one.
#[derive(Clone, Copy)]
pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) about: &'static [&'static str],
    pub(super) script: for<'a> fn(&'a World) -> LocalBoxFuture<'a, ()>,
}

/// Together they are about every handler; see [`super::every_handler_has_its_scenario`].
pub(super) const ALL: [Scenario; 13] = [
    Scenario {
        name: "account",
        about: &["submit-invites", "provision-user", "send-mail", "track-mail", "query-status"],
        script: |world| account(world).boxed_local(),
    },
    Scenario {
        name: "invitation",
        about: &["submit-invites", "provision-user", "send-mail", "accept-invitation"],
        script: |world| invitation(world).boxed_local(),
    },
    Scenario {
        name: "first password",
        about: &["accept-invitation", "provision-user", "query-status"],
        script: |world| first_password(world).boxed_local(),
    },
    Scenario { name: "list", about: &["manage-batches", "dispatch-batch"], script: |world| list(world).boxed_local() },
    Scenario { name: "upload", about: &["manage-batches", "parse-batch"], script: |world| upload(world).boxed_local() },
    Scenario {
        name: "drop",
        about: &["parse-batch", "dispatch-batch"],
        script: |world| drop_workbook(world).boxed_local(),
    },
    Scenario {
        name: "no workbook",
        about: &["parse-batch", "dispatch-batch", "send-mail", "track-mail"],
        script: |world| no_workbook(world).boxed_local(),
    },
    Scenario {
        name: "resend and revoke",
        about: &["submit-invites", "apply-actions"],
        script: |world| resend_and_revoke(world).boxed_local(),
    },
    Scenario { name: "amend", about: &["submit-invites", "track-mail"], script: |world| amend(world).boxed_local() },
    Scenario { name: "expiry", about: &["sweep", "send-mail"], script: |world| expiry(world).boxed_local() },
    Scenario {
        name: "notices",
        about: &["watch-invites", "notify-agencies"],
        script: |world| notices(world).boxed_local(),
    },
    Scenario {
        name: "licence",
        about: &["submit-invites", "provision-user", "track-devices"],
        script: |world| licence(world).boxed_local(),
    },
    Scenario { name: "unannounced", about: &["sweep"], script: |world| unannounced(world).boxed_local() },
];

const DAY: Duration = Duration::from_secs(24 * 3600);

const BOUNCED: &str = include_str!("../../../../events/mail-bounced.json");

/// An account for a vendor with a licence, and the officer who looks at the list.
async fn account(world: &World) {
    submit(world, account_of(&vendor_form("kim"))).await;
    world.settle().await;
    world.ask("query-status", &world.ada(), "GET", "/api/invites", Value::Null).await.expect(200);
}

/// An invitation by mail, with a licence, up to the account.
async fn invitation(world: &World) {
    submit(world, invitation_of("bo")).await;
    world.settle().await;
    accept(world, "bo@sample-board.gov.sg").await;
    world.settle().await;
}

/// The holder of an account asks for a password, signs in, and is seen to have done so.
async fn first_password(world: &World) {
    submit(world, account_of(&officer_form("bo"))).await;
    world.settle().await;
    let token = world.app.token_of("bo@sample-board.gov.sg");
    let [(_, account)] = &world.app.directory.made()[..] else { panic!("one account") };
    // Whoever gets no mail asks again; the page allows it once a minute.
    for _ in 0..5 {
        let asked = invitee(world, "first-password", json!({"token": token})).await;
        assert!(matches!(asked.status.as_u16(), 202 | 429), "{}", asked.body);
        world.settle().await;
        if world.app.directory.first_passwords(account) > 0 {
            break;
        }
    }
    sign_in(world, account).await;
}

/// Rows that were pasted: one is mended, one taken out, the rest handed on.
async fn list(world: &World) {
    let faulty = Form { contact_number: "12".to_owned(), ..officer_form("ken") };
    let rows = [vendor_form("kim"), officer_form("bo"), faulty, vendor_form("out")];
    let made =
        world.ask("manage-batches", &world.ada(), "POST", "/api/batches", json!({"rows": rows})).await.expect(201);
    let batch = format!("/api/batches/{}", made.body["batchId"].as_str().unwrap());
    change_row(world, &batch, 3, "PATCH", json!({"contactNumber": "81234567"})).await;
    change_row(world, &batch, 4, "DELETE", Value::Null).await;
    hand_on(world, &batch, json!({})).await;
    world.settle().await;
    let looked = world.ask("manage-batches", &world.ada(), "GET", &batch, Value::Null).await.expect(200);
    assert_eq!(looked.body["state"], "DONE", "{}", looked.body);
}

/// A workbook through the portal, with a row that stays behind.
async fn upload(world: &World) {
    let file = json!({"fileName": "joiners.xlsx"});
    let made = world.ask("manage-batches", &world.ada(), "POST", "/api/batches", file).await.expect(201);
    let id = made.body["batchId"].as_str().unwrap();
    let key = Batch::upload_key(BatchId::parse(id).unwrap());
    world.upload(&key, workbook(&[vendor_form("kim"), Form { email: String::new(), ..officer_form("bo") }]));
    world.settle().await;
    hand_on(world, &format!("/api/batches/{id}"), json!({"only": "ready"})).await;
    world.settle().await;
}

/// A workbook that an agency's system puts into the bucket.
async fn drop_workbook(world: &World) {
    let bytes = workbook(&[vendor_form("kim"), officer_form("bo")]);
    world.upload("drops/officer-ada/joiners.xlsx", bytes);
    world.settle().await;
}

/// A workbook of which S3 says nothing.
async fn unannounced(world: &World) {
    world.store_unannounced("drops/officer-ada/joiners.xlsx", workbook(&[vendor_form("kim")]));
    world.settle().await;
}

/// A file that is no workbook.
async fn no_workbook(world: &World) {
    world.upload("drops/officer-ada/joiners.xlsx", b"no workbook".to_vec());
    world.settle().await;
}

/// An invitation that is sent again the next day, and then taken back with all others.
async fn resend_and_revoke(world: &World) {
    let id = submit(world, invitation_of("bo")).await;
    world.settle().await;
    world.pass(DAY);
    let again = format!("/api/invites/{id}/resend");
    let sent = world.ask("submit-invites", &world.ada(), "POST", &again, json!({})).await;
    assert!(matches!(sent.status.as_u16(), 202 | 409), "{}", sent.body);
    world.settle().await;
    let actions = json!({"action": "revoke", "ids": [id]});
    let revoked = world.ask("submit-invites", &world.ada(), "POST", "/api/invites/actions", actions).await;
    revoked.expect(202);
    world.settle().await;
}

/// An address that has an account, and one that bounces, both mended.
async fn amend(world: &World) {
    world.app.directory.add_foreign_account("somebody", &email("taken@vendor.example.com"));
    let taken =
        submit(world, account_of(&Form { email: "taken@vendor.example.com".to_owned(), ..vendor_form("kim") })).await;
    let bounced = submit(world, invitation_of("bo")).await;
    world.settle().await;
    let mails = world.app.mails_to("bo@sample-board.gov.sg");
    world.post_event(world.event(BOUNCED, &mails[0]));
    world.settle().await;
    mend(world, &taken, account_of(&vendor_form("kim"))).await;
    mend(world, &bounced, invitation_of("bea")).await;
    world.settle().await;
}

/// An invitation that nobody accepts: brought to mind once, then lapsed.
async fn expiry(world: &World) {
    submit(world, invitation_of("bo")).await;
    world.settle().await;
    world.pass(29 * DAY);
    world.settle().await;
    world.pass(2 * DAY);
    world.settle().await;
}

/// An officer who has an account asks for a licence, and a device of a vendor is enrolled.
async fn licence(world: &World) {
    let address = email("bo@sample-board.gov.sg");
    world.app.directory.add_foreign_account("bo", &address);
    let bo = world.app.holder(&Account { directory_id: "bo".to_owned() }, address.as_str());
    world.ask("submit-invites", &bo, "POST", "/api/seed-requests", json!({})).await.expect(202);
    submit(world, account_of(&vendor_form("kim"))).await;
    world.settle().await;
    let event = json!({"account": "kim", "state": "enrolled", "at": world.app.clock.now().to_string()});
    let signed = signature::sign(&device_secrets()[..1], world.app.clock.now(), event.to_string().as_bytes());
    let headers = [(signature::HEADER, signed.as_str())];
    let told = world.ask_over("track-devices", &world.app.anyone(), "POST", "/api/seed-devices", &headers, event).await;
    told.expect(202);
    world.settle().await;
}

/// An agency's own system is told of an invitation.
async fn notices(world: &World) {
    let domain = AgencyDomain::parse("example-agency.gov.sg").unwrap();
    let endpoint = "https://hooks.example-agency.gov.sg/invites".to_owned();
    let id = AgencyId::of_domain(&domain);
    let agency = Agency::registered(domain, endpoint, "challenge".to_owned(), world.app.clock.now());
    assert_eq!(world.app.store.create_agency(&agency).await.unwrap(), Written::Done);
    world.app.deliver(QueueName::Notices, Wake::Agency { id }).await;
    submit(world, invitation_of("bo")).await;
    world.settle().await;
}

fn account_of(form: &Form) -> Value {
    let mut body = serde_json::to_value(form).unwrap();
    body["kind"] = json!("account");
    body
}

fn invitation_of(name: &str) -> Value {
    let email = format!("{name}@sample-board.gov.sg");
    json!({"kind": "email", "email": email, "reason": "Joins", "seed": "yes"})
}

async fn submit(world: &World, body: Value) -> String {
    let made = world.ask("submit-invites", &world.ada(), "POST", "/api/invites", body).await.expect(202);
    made.body["id"].as_str().unwrap().to_owned()
}

async fn invitee(world: &World, what: &str, body: Value) -> Answer {
    let path = format!("/api/invitations/{what}");
    world.ask("accept-invitation", &world.app.anyone(), "POST", &path, body).await
}

async fn accept(world: &World, address: &str) {
    let token = world.app.token_of(address);
    let page = invitee(world, "view", json!({"token": token})).await.expect(200);
    assert_eq!(page.body["state"], "invited", "{}", page.body);
    let profile = json!({"token": token, "firstName": "Bo", "lastName": "Lim", "contactNumber": "81234567",
        "organisation": "Sample Board"});
    let accepted = invitee(world, "accept", profile).await;
    assert!(matches!(accepted.status.as_u16(), 202 | 409), "{}", accepted.body);
    let page = invitee(world, "view", json!({"token": token})).await.expect(200);
    assert_eq!(page.body["state"], "accepted", "{}", page.body);
}

async fn sign_in(world: &World, account: &Account) {
    world.app.directory.set_status(account, AccountStatus::SignedIn);
    // A look that fails is repeated after a minute at the earliest.
    for _ in 0..3 {
        world.pass(Duration::from_secs(61));
        world.ask("query-status", &world.ada(), "GET", "/api/invites", Value::Null).await.expect(200);
    }
    world.settle().await;
}

/// Changes a row over the version that is shown, until the row is seen to be so.
async fn change_row(world: &World, batch: &str, number: u32, method: &str, body: Value) {
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

/// Submits a batch, again if somebody was faster.
async fn hand_on(world: &World, batch: &str, body: Value) {
    for _ in 0..3 {
        let path = format!("{batch}/submit");
        let submitted = world.ask("manage-batches", &world.ada(), "POST", &path, body.clone()).await;
        match submitted.status.as_u16() {
            202 => return,
            409 => {}
            _ => panic!("{}", submitted.body),
        }
    }
    panic!("{batch} is never submitted");
}

/// Mends an invite over the version that is shown; who is told that it has moved on has mended it already.
async fn mend(world: &World, id: &str, body: Value) {
    let path = format!("/api/invites/{id}");
    let shown = world.ask("query-status", &world.ada(), "GET", &path, Value::Null).await.expect(200);
    let headers = [("if-match", shown.headers["etag"].to_str().unwrap())];
    let mended = world.ask_over("submit-invites", &world.ada(), "PATCH", &path, &headers, body).await;
    assert!(matches!(mended.status.as_u16(), 202 | 409 | 412), "{}", mended.body);
}

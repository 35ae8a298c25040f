//! What people do, from the first request to the last. Together the scenarios are the main flows of every handler.
//!
//! A person without an answer asks again. A person who sees that another writer was faster reads again and continues.
//! Whether that was right shows at the end.

mod lists;
mod steps;
mod table;

use super::{
    canaries::{NRIC, telling},
    world::World,
};
use directory::{AccountStatus, AccountToCreate, Accounts as _, Elsewhere};
use domain::{
    AgencyDomain, BulkActionId, InviteId, SubscriptionId, TraceId,
    bulk_action::{BulkAction, Verb},
    fields::Form,
    invite::{Account, Failure, Invite},
    webhook::{SIGNATURE_HEADER, Subscription, SubscriptionState, sign},
};
use futures::future::LocalBoxFuture;
use queue::{QueueName, Wake};
use serde_json::{Value, json};
use std::time::Duration;
use store::{CreateBulkActionOutcome, IdempotentRequest, SavedAnswer};
use testing::people::{RULES, device_secrets, email, keys, officer, officer_form, vendor_form, workbook};

pub(super) use table::ALL;

use lists::{addresses, drop_workbook, list, no_workbook, questions, reset, upload};
use steps::{
    ROUNDS, accept, account_of, amend_over, by_hand, hand_on, invitation_of, invitee, minutes, sign_in, stored, submit,
    submitted,
};

/// A script, and the handlers whose calls are broken one by one in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) about: &'static [&'static str],
    /// The timers' jobs that the scenario needs to end well.
    pub(super) jobs: &'static [&'static str],
    pub(super) script: for<'a> fn(&'a World) -> LocalBoxFuture<'a, ()>,
}

const DAY: Duration = Duration::from_secs(24 * 3600);

const BOUNCED: &str = include_str!("../../../../../events/mail-bounced.json");

/// An account for a vendor with a licence, and the officer who opens the list.
async fn account(world: &World) {
    submit(world, account_of(&telling(vendor_form("yolandra")))).await;
    world.settle().await;
    world.ask("query-status", &world.ada(), "GET", "/api/invites", Value::Null).await.expect(200);
}

/// An invitation by mail, with a licence, up to the account.
async fn invitation(world: &World) {
    submit(world, invitation_of("thaddeus")).await;
    world.settle().await;
    accept(world, "thaddeus@sample-board.gov.sg").await;
    world.settle().await;
}

/// The holder of an account asks for a password and signs in, and the sign-in is recorded.
async fn first_password(world: &World) {
    submit(world, account_of(&telling(officer_form("thaddeus")))).await;
    world.settle().await;
    let token = world.app.token_of("thaddeus@sample-board.gov.sg");
    let [(_, account)] = &world.app.directory.made()[..] else { panic!("one account") };
    // One request is enough. The holder asks again only if no mail arrived and the page says that the result is
    // unknown.
    for _ in 0..5 {
        let asked = invitee(world, "first-password", json!({"token": token})).await;
        assert!(matches!(asked.status.as_u16(), 202 | 429), "{}", asked.body);
        world.settle().await;
        let page = invitee(world, "view", json!({"token": token})).await.expect(200);
        if world.app.directory.first_passwords(account) > 0 {
            break;
        }
        assert_eq!(page.body["firstPassword"]["state"], "unknown", "it was asked for and never mailed");
        // The second longest pause between two requests.
        world.pass(Duration::from_secs(600));
    }
    sign_in(world, account).await;
}

/// An invitation that is resent on the next day, and then revoked with all others.
async fn resend_and_revoke(world: &World) {
    let id = submit(world, invitation_of("thaddeus")).await;
    world.settle().await;
    world.pass(DAY);
    let again = format!("/api/invites/{id}/resend");
    let sent = world.ask("submit-invites", &world.ada(), "POST", &again, json!({})).await;
    assert!(matches!(sent.status.as_u16(), 202 | 409), "{}", sent.body);
    world.settle().await;
    let actions = json!({"action": "revoke", "ids": [id]});
    let revoked = world.ask("submit-invites", &world.ada(), "POST", "/api/invites/actions", actions).await.expect(202);
    world.settle().await;
    let path = format!("/api/invites/actions/{}", revoked.body["id"].as_str().unwrap());
    let action = world.ask("query-status", &world.ada(), "GET", &path, Value::Null).await.expect(200);
    assert_eq!(action.body["state"], "DONE", "{}", action.body);
}

/// An address that has an account, and one that bounces; both are amended.
async fn amend(world: &World) {
    world.app.directory.add_foreign_account("somebody", &email("aurelian@vendor.example.com"));
    let mistaken = Form { email: "aurelian@vendor.example.com".to_owned(), ..telling(vendor_form("yolandra")) };
    let taken = submit(world, account_of(&mistaken)).await;
    let bounced = submit(world, invitation_of("thaddeus")).await;
    world.settle().await;
    let mails = world.app.mails_to("thaddeus@sample-board.gov.sg");
    world.post_event(world.event(BOUNCED, &mails[0]));
    world.settle().await;
    amend_over(world, &taken, account_of(&telling(vendor_form("yolandra")))).await;
    amend_over(world, &bounced, invitation_of("bea")).await;
    world.settle().await;
}

/// An invitation that is not accepted: reminded once, then expired.
async fn expiry(world: &World) {
    submit(world, invitation_of("thaddeus")).await;
    world.settle().await;
    world.pass(29 * DAY);
    world.settle().await;
    world.pass(2 * DAY);
    world.settle().await;
}

/// An officer with an account asks for a licence, and the device of a vendor is enrolled.
async fn licence(world: &World) {
    let address = email("thaddeus@sample-board.gov.sg");
    world.app.directory.add_foreign_account("thaddeus", &address);
    let holder = world.app.holder(&Account { directory_id: "thaddeus".to_owned() }, address.as_str());
    world.ask("submit-invites", &holder, "POST", "/api/seed-requests", json!({})).await.expect(202);
    submit(world, account_of(&telling(vendor_form("yolandra")))).await;
    world.settle().await;
    let event = json!({"account": "yolandra", "state": "enrolled", "at": world.app.clock.now().to_string()});
    let signed = sign(&device_secrets()[..1], world.app.clock.now(), event.to_string().as_bytes());
    let headers = [(SIGNATURE_HEADER, signed.as_str())];
    let told = world.ask_over("track-devices", &world.app.anyone(), "POST", "/api/seed-devices", &headers, event).await;
    told.expect(202);
    world.settle().await;
}

/// An agency's system is sent the changes of an invitation.
async fn webhooks(world: &World) {
    let domain = AgencyDomain::parse("example-agency.gov.sg").unwrap();
    let endpoint = "https://hooks.example-agency.gov.sg/invites".to_owned();
    let id = SubscriptionId::of_domain(&domain);
    let agency = Subscription::registered(domain, endpoint, "challenge".to_owned(), world.app.clock.now());
    assert!(world.app.store.create(agency).await.unwrap().is_done());
    // An operator who sees no answer to the challenge has it sent again.
    for _ in 0..5 {
        world.post(QueueName::Webhooks, Wake::Subscription { id });
        world.settle().await;
        let agency = world.app.store.get::<Subscription>(&id).await.unwrap().unwrap();
        if agency.state == SubscriptionState::Active {
            break;
        }
    }
    submit(world, invitation_of("thaddeus")).await;
    world.settle().await;
}

/// Everything that an officer can read, and what is refused.
async fn looks(world: &World) {
    let id = submit(world, account_of(&telling(vendor_form("yolandra")))).await;
    let faulty = Form { reason: format!("Joins as {NRIC}"), ..telling(officer_form("ignatius")) };
    let rows = json!({"rows": [telling(officer_form("thaddeus")), faulty]});
    let made = world.ask("manage-batches", &world.ada(), "POST", "/api/batches", rows).await.expect(201);
    let batch = format!("/api/batches/{}", made.body["batchId"].as_str().unwrap());
    hand_on(world, &batch, json!({"only": "ready"})).await;
    world.settle().await;
    let look = async |function, path: &str| {
        world.ask(function, &world.ada(), "GET", path, Value::Null).await.expect(200);
    };
    for path in [
        "/api/me",
        "/api/domains/vendor.example.com",
        "/api/invites?q=zorkmund&sort=last-name",
        &format!("/api/invites/{id}"),
        "/api/invites/export.xlsx?q=zorkmund",
    ] {
        look("query-status", path).await;
    }
    for path in [
        "/api/template.xlsx",
        "/api/batches",
        &batch,
        &format!("{batch}/rows?show=errors"),
        &format!("{batch}/results.xlsx?only=failed"),
    ] {
        look("manage-batches", path).await;
    }
    let refused = async |function, method: &str, path: &str, body: Value| {
        let answer = world.ask(function, &world.ada(), method, path, body).await;
        assert!(answer.status.is_client_error(), "{}", answer.body);
    };
    let with_number = account_of(&Form { reason: format!("Joins as {NRIC}"), ..telling(vendor_form("bartleby")) });
    refused("submit-invites", "POST", "/api/invites", with_number).await;
    refused("submit-invites", "POST", "/api/invites", account_of(&telling(vendor_form("yolandra")))).await;
    let elsewhere = Form { email: "thaddeus@elsewhere.example".to_owned(), ..telling(vendor_form("bartleby")) };
    refused("submit-invites", "POST", "/api/invites", account_of(&elsewhere)).await;
    refused("submit-invites", "POST", "/api/invites", json!({"kind": "email", "nickname": "Zorkmund"})).await;
    refused("manage-batches", "POST", "/api/batches", json!({"rows": [{"nickname": "Zorkmund"}]})).await;
    refused("query-status", "GET", "/api/invites?sort=zorkmund", Value::Null).await;
    let wrong = json!({"token": "wilhelmina zorkmund"});
    let answer = invitee(world, "view", wrong).await;
    assert!(answer.status.is_client_error(), "{}", answer.body);
}

/// An invitation that is revoked.
async fn revoke(world: &World) {
    let id = submit(world, invitation_of("thaddeus")).await;
    world.settle().await;
    let path = format!("/api/invites/{id}/revoke");
    world.ask("submit-invites", &world.ada(), "POST", &path, json!({})).await.expect(200);
    world.settle().await;
}

/// An invitee who has only an old link asks for a new one, and accepts with that.
async fn new_link(world: &World) {
    submit(world, invitation_of("thaddeus")).await;
    world.settle().await;
    let old = world.app.token_of("thaddeus@sample-board.gov.sg");
    world.pass(DAY);
    invitee(world, "new-link", json!({"token": old})).await.expect(204);
    world.settle().await;
    accept(world, "thaddeus@sample-board.gov.sg").await;
    world.settle().await;
}

/// An account that nobody has signed in to, and whose invite is revoked.
async fn revoke_account(world: &World) {
    let id = submit(world, account_of(&telling(vendor_form("yolandra")))).await;
    world.settle().await;
    let path = format!("/api/invites/{id}/revoke");
    world.ask("submit-invites", &world.ada(), "POST", &path, json!({})).await.expect(200);
    world.settle().await;
    // A worker that was refused tries again after minutes.
    minutes(world, 10).await;
    assert!(world.app.directory.made().is_empty(), "the account is deleted");
}

/// Two invitations that a colleague is handed, who then leaves: an operator hands them back.
async fn handover(world: &World) {
    submit(world, invitation_of("thaddeus")).await;
    submit(world, account_of(&telling(vendor_form("yolandra")))).await;
    world.settle().await;
    let body = json!({"action": "hand-over", "to": "bo@example-agency.gov.sg", "filter": {}});
    let begun = world.ask("submit-invites", &world.ada(), "POST", "/api/invites/actions", body).await.expect(202);
    world.settle().await;
    let path = format!("/api/invites/actions/{}", begun.body["id"].as_str().unwrap());
    let action = world.ask("query-status", &world.ada(), "GET", &path, Value::Null).await.expect(200);
    assert_eq!((&action.body["state"], &action.body["counts"]["done"]), (&json!("DONE"), &json!(2)), "{}", action.body);
    let invite = world.invites().await[0].id.to_string();
    // An operator who sees no answer repeats the command, and then it is done.
    for _ in 0..ROUNDS {
        let said = world.operate(&["hand-over", &invite, "ada@example-agency.gov.sg"]).await;
        world.settle().await;
        if said.error.as_deref() == Some("this officer has it already") {
            return;
        }
        assert_eq!(said.error, None);
    }
    panic!("it is never handed back");
}

/// An invite whose message is among the dead letters, and which an operator resumes.
async fn given_up(world: &World) {
    let id = submitted(world, account_of(&telling(vendor_form("yolandra")))).await;
    for wake in world.app.queues.drain(QueueName::Provision) {
        world.app.queues.give_up(QueueName::Provision, wake);
    }
    world.settle().await;
    // An operator who sees that the message is still there has it sent again.
    for _ in 0..5 {
        if stored(world, id).await.account().is_some() {
            return;
        }
        let said = world.operate(&["retry", &id.to_string()]).await;
        assert_eq!(said.error, None);
        world.settle().await;
    }
}

/// A person who asked for erasure.
async fn forgotten(world: &World) {
    submit(world, account_of(&telling(vendor_form("yolandra")))).await;
    world.settle().await;
    let said = world.operate(&["forget-person", "yolandra@vendor.example.com"]).await;
    assert_eq!(said.error, None);
    for _ in 0..ROUNDS {
        minutes(world, 3).await;
        if world.app.store.list_forget_requests().await.unwrap().is_empty() {
            return;
        }
    }
    panic!("the person is never forgotten");
}

/// What only an audit finds: an account that was not recorded, one that is deleted, one that is disabled, a licence
/// that was assigned to it too late, the lock of an invite that has ended, and a batch that is counted while it is in
/// progress.
async fn left_behind(world: &World) {
    let now = world.app.clock.now();
    let lost = submitted(world, account_of(&telling(vendor_form("yolandra")))).await;
    let claimed = stored(world, lost).await.into_value().claim(now).unwrap();
    let wanted = AccountToCreate::of(&claimed, Elsewhere::NotListed).unwrap();
    world.app.directory.create(&wanted).await.unwrap();
    by_hand(world, claimed.needs_attention(now).unwrap()).await;
    let dead = submitted(world, account_of(&telling(vendor_form("bartleby")))).await;
    let read = stored(world, dead).await;
    let failed = read.to_value().fail(Failure::DetailsRefused, now).unwrap();
    world.seen.borrow_mut().left_behind.insert(failed.address_key.as_str().to_owned());
    let locks = world.app.table.locks();
    assert!(world.app.store.write(read.becomes(failed.clone())).await.unwrap().is_done());
    world.app.table.put_back(locks);
    let rows = json!({"rows": [telling(officer_form("thaddeus")), telling(vendor_form("aurelian"))]});
    let made = world.ask("manage-batches", &world.ada(), "POST", "/api/batches", rows).await.expect(201);
    hand_on(world, &format!("/api/batches/{}", made.body["batchId"].as_str().unwrap()), json!({})).await;
    world.settle().await;
    for (invite, account) in world.app.directory.made() {
        match stored(world, invite).await.email.as_str() {
            "thaddeus@sample-board.gov.sg" => world.app.directory.set_status(&account, AccountStatus::Gone),
            "aurelian@vendor.example.com" => world.app.directory.set_status(&account, AccountStatus::Disabled),
            _ => {}
        }
    }
    world.pass(DAY);
    found_by_an_audit(world, async || {
        let mut states: Vec<&str> = world.invites().await.iter().map(Invite::state_name).collect();
        states.sort_unstable();
        let locks = world.app.store.live_addresses(std::slice::from_ref(&failed.address_key)).await.unwrap();
        let is_licensed = world.app.directory.seed_group().contains("aurelian");
        locks.is_empty() && !is_licensed && states == ["ACCOUNT_CREATED", "ACCOUNT_GONE", "DISABLED", "FAILED"]
    })
    .await;
    let disabled = Account { directory_id: "aurelian".to_owned() };
    world.app.directory.leave_licence(&disabled);
    world.pass(DAY);
    found_by_an_audit(world, async || !world.app.directory.seed_group().contains("aurelian")).await;
}

/// Gives the timers time until `is_fixed` is true.
async fn found_by_an_audit(world: &World, is_fixed: impl AsyncFn() -> bool) {
    for _ in 0..ROUNDS {
        minutes(world, 3).await;
        if is_fixed().await {
            return;
        }
    }
    panic!("something stays behind: {}", world.shown().await);
}

/// A workbook that S3 does not announce.
async fn unannounced(world: &World) {
    world.store_unannounced("drops/officer-ada/zorkmund.xlsx", workbook(&[telling(vendor_form("yolandra"))]));
    world.settle().await;
}

/// A canary whose events arrive.
async fn canary(world: &World) {
    for _ in 0..ROUNDS {
        minutes(world, 3).await;
        let canary = world.app.store.get::<domain::canary::Canary>(&()).await.unwrap();
        if canary.is_some_and(|canary| matches!(canary.mail.state_name(), "ACCEPTED" | "DELIVERED")) {
            return;
        }
    }
    panic!("no canary is ever heard of");
}

/// A bulk action for more invites than are changed at once: two invitations are left to `apply-actions`.
async fn action(world: &World) {
    let ids = [submitted(world, invitation_of("thaddeus")).await, submitted(world, invitation_of("ignatius")).await];
    world.settle().await;
    let (now, officer, entropy) = (world.app.clock.now(), officer("ada"), testing::seeded(19));
    let (id, trace) = (BulkActionId::generate(now, &entropy), TraceId::generate(now, &entropy));
    let (action, parts) = BulkAction::new(id, officer.clone(), Verb::Revoke, &ids, now, trace);
    let answer = SavedAnswer { status: 202, location: None, body: "{}".to_owned() };
    let request = IdempotentRequest::new(officer.id, "the action's", b"{}", answer, now);
    let created = world.app.store.create_action(&action, &parts, Some(&request)).await.unwrap();
    assert!(matches!(created, CreateBulkActionOutcome::Created(_)));
    world.post(QueueName::Actions, Wake::BulkAction { id });
    world.settle().await;
}

/// An operator lists everything, stops mail and starts it again, clears a mailbox that bounced, removes an agency, and
/// writes domain rules.
async fn operator(world: &World) {
    let id = submit(world, invitation_of("thaddeus")).await;
    world.settle().await;
    let trace = stored(world, InviteId::parse(&id).unwrap()).await.trace.to_string();
    for words in [
        &["stuck"][..],
        &["show", &id],
        &["find", &trace],
        &["attention"],
        &["export-person", "thaddeus@sample-board.gov.sg"],
        &["redrive", "mail"],
        &["stop-mail"],
        &["start-mail"],
        &["rules", RULES],
        &["audit"],
    ] {
        let said = world.operate(words).await;
        assert_eq!(said.error, None, "{words:?}");
    }
    let mails = world.app.mails_to("thaddeus@sample-board.gov.sg");
    world.post_event(world.event(BOUNCED, &mails[0]));
    world.settle().await;
    // An operator who repeats the command after a lost answer sees that it is done.
    let said = world.operate(&["clear-suppression", "thaddeus@sample-board.gov.sg"]).await;
    assert!(matches!(said.error.as_deref(), None | Some("this mailbox is not suppressed")), "{said:?}");
    let mailbox = world.app.store.find_mailbox(&keys().address(&email("thaddeus@sample-board.gov.sg"))).await.unwrap();
    assert_eq!(mailbox.suppressed_since(), None);
    let domain = AgencyDomain::parse("example-agency.gov.sg").unwrap();
    let endpoint = "https://hooks.example-agency.gov.sg/invites".to_owned();
    let agency = Subscription::registered(domain, endpoint, "challenge".to_owned(), world.app.clock.now());
    assert!(world.app.store.create(agency).await.unwrap().is_done());
    for command in ["show-agency", "rotate-agency", "remove-agency"] {
        let said = world.operate(&[command, "example-agency.gov.sg"]).await;
        assert_eq!(said.error, None, "{command}");
    }
}

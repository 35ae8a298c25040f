//! Bulk actions: one action for many invites, by id or by filter.

use std::{collections::VecDeque, time::Duration};

use domain::{
    BulkActionId, Field, InviteId,
    bulk_action::{BulkAction, Verb},
    invite::Event,
    mail::MailEvent,
};
use queue::{QueueName, Wake};
use serde_json::{Value, json};
use store::{CreateOutcome, InviteQuery, Stored};
use testing::{
    Delivery,
    people::{self, vendor_form},
};
use tests::{app::App, person::Answer};

const DAY: Duration = Duration::from_secs(24 * 3600);

async fn invite(app: &App, officer: &str, name: &str) -> String {
    let body = json!({"kind": "email", "email": format!("{name}@sample-board.gov.sg"), "reason": "Joins"});
    let made = app.officer(officer).post("/api/invites", body).await.expect(202);
    made.body["id"].as_str().unwrap().to_owned()
}

/// Creates `count` invitations of Ada, and mails them.
async fn invitations(app: &App, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 0..count {
        ids.push(invite(app, "ada", &format!("person-{number}")).await);
    }
    app.drain().await;
    ids
}

async fn act(app: &App, body: Value) -> Answer {
    app.officer("ada").post("/api/invites/actions", body).await
}

async fn look(app: &App, action: &Value) -> Value {
    let path = format!("/api/invites/actions/{}", action["id"].as_str().unwrap());
    app.officer("ada").get(&path).await.expect(200).body
}

/// The outcomes of an action, over all pages.
async fn outcomes(app: &App, action: &Value) -> Vec<Value> {
    let path = format!("/api/invites/actions/{}?limit=70", action["id"].as_str().unwrap());
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = app.officer("ada").get(&format!("{path}{cursor}")).await.expect(200).body;
        all.extend(page["outcomes"].as_array().unwrap().clone());
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

async fn stored(app: &App, id: &str) -> Stored<domain::invite::Invite> {
    app.store.get::<domain::invite::Invite>(&InviteId::parse(id).unwrap()).await.unwrap().unwrap()
}

fn events(invite: &Stored<domain::invite::Invite>, event: Event) -> usize {
    invite.history.iter().filter(|entry| entry.event == event).count()
}

#[tokio::test]
async fn named_invites_are_changed_at_once_and_each_stands_for_itself() {
    let app = App::start().await;
    let ids = invitations(&app, 1).await;
    let foreign = invite(&app, "eve", "of-eve").await;
    let absent = "inv_01JD0000000000000000000000";
    let body = json!({"action": "revoke", "ids": [ids[0], absent, foreign, ids[0]]});
    let answer = act(&app, body).await.expect(202);
    let action = &answer.body;
    assert_eq!(answer.headers["location"], format!("actions/{}", action["id"].as_str().unwrap()));
    assert_eq!(action["state"], "DONE");
    let expected = json!({"total": 3, "waiting": 0, "done": 1, "skipped": 2, "reasons": {"not-found": 2}});
    assert_eq!(action["counts"], expected);
    let expected = json!([
        {"id": ids[0], "outcome": "done"},
        {"id": absent, "outcome": "skipped", "reason": "not-found"},
        {"id": foreign, "outcome": "skipped", "reason": "not-found"},
    ]);
    assert_eq!(action["outcomes"], expected);
    assert_eq!(look(&app, action).await, *action, "the same shape for both");
    let changed = stored(&app, &ids[0]).await;
    let last = changed.history.last().unwrap();
    assert_eq!(last.action, BulkActionId::parse(action["id"].as_str().unwrap()));
    assert_eq!((last.event, last.trace.as_str()), (Event::Revoked, action["traceId"].as_str().unwrap()));
    assert!(app.queues.drain(QueueName::Actions).is_empty(), "nothing is left for the worker");
}

#[tokio::test]
async fn all_that_match_are_changed_and_no_others() {
    let app = App::start().await;
    let ids = invitations(&app, 3).await;
    app.officer("ada").json("POST", &format!("/api/invites/{}/revoke", ids[0]), &[], json!({})).await.expect(200);
    let of_eve = invite(&app, "eve", "of-eve").await;
    app.drain().await;
    let body = json!({"action": "revoke", "filter": {"techpass": "invited", "q": "PERSON-"}});
    let action = act(&app, body).await.expect(202).body;
    assert_eq!((&action["counts"]["total"], &action["counts"]["done"]), (&json!(2), &json!(2)));
    assert_eq!(events(&stored(&app, &of_eve).await, Event::Revoked), 0);
    let none = act(&app, json!({"action": "revoke", "filter": {"techpass": "invited"}})).await.expect(202).body;
    assert_eq!((&none["state"], &none["counts"]["total"]), (&json!("DONE"), &json!(0)));
}

/// A filter for all, and an export, read an officer's list as a whole, page by page, while invites change. An invite
/// that was not read yet may move to the part that was.
#[tokio::test]
async fn nobody_is_missed_who_changes_while_the_whole_list_is_read() {
    const MANY: usize = 4000;
    let (app, ada, entropy) = (App::start().await, people::officer("ada"), testing::seeded(11));
    let mut oldest_first = VecDeque::new();
    for number in 0..MANY {
        app.clock.advance(Duration::from_secs(1));
        let form = vendor_form(&format!("person-{number}"));
        let invite = people::account_invite(&ada, &form, app.clock.now(), &entropy);
        assert_eq!(app.store.create_invite(&invite, None).await.unwrap(), CreateOutcome::Created);
        oldest_first.push_back(invite.id);
    }
    let (mut pages, mut place) = (0, 0);
    while place <= pages {
        app.clock.advance(Duration::from_secs(1));
        let now = app.clock.now();
        let before = app.probe.calls().len();
        app.probe.interrupt(before + place);
        let query = InviteQuery { limit: MANY, ..InviteQuery::default() };
        let moved = oldest_first.pop_front().unwrap();
        let change = async || {
            let invite = app.store.get::<domain::invite::Invite>(&moved).await.unwrap().unwrap();
            let _ = app.store.write(invite.becomes(invite.to_value().claim(now).unwrap())).await.unwrap();
        };
        let reading = app.store.matching_invites(&ada.id, &query, now);
        let found = app.probe.run_interrupted("submit-invites", reading, change).await.unwrap().unwrap();
        assert!(found.contains(&moved), "changed before page {place}");
        assert_eq!(found.len(), MANY);
        (pages, place) = (app.probe.calls().len() - before, place + 1);
    }
    assert!(pages > 2, "{pages} pages");
}

#[tokio::test]
async fn what_is_asked_for_must_be_clear() {
    let app = App::start().await;
    let id = "inv_01JD0000000000000000000000";
    for (body, fault) in [
        (json!({"action": "revoke", "ids": []}), "/ids: ids.number"),
        (json!({"action": "revoke", "ids": vec![id; 201]}), "/ids: ids.number"),
        (json!({"action": "revoke", "filter": {}}), "/filter: filter.empty"),
        (json!({"action": "revoke", "filter": {"q": " "}}), "/filter: filter.empty"),
        (json!({"action": "revoke"}), ": ids.or-filter"),
        (json!({"action": "revoke", "ids": [id], "filter": {"q": "x"}}), ": ids.or-filter"),
        (json!({"action": "revoke", "filter": {"q": "x".repeat(101)}}), "/filter/q: too-long"),
        (json!({"action": "revoke", "ids": ["x"]}), "/ids/0: invalid-value"),
        (json!({"action": "revoke", "filter": {"state": "x"}}), "/filter/state: unknown-field"),
        (json!({"action": "delete", "ids": [id]}), "/action: invalid-value"),
        (
            json!({"action": "amend", "ids": [id], "set": {"email": "x@sample-board.gov.sg"}}),
            "/set/email: unknown-field",
        ),
    ] {
        assert_eq!(act(&app, body.clone()).await.faults(), [fault], "{body}");
    }
    let keyless = app.officer("ada").json("POST", "/api/invites/actions", &[], json!({})).await;
    assert_eq!(keyless.problem(), "idempotency-key");
}

/// Another action with the id of the requested one is written in between. The request itself has no fault, so this is a
/// lost race.
#[tokio::test]
async fn an_action_that_was_not_written_is_asked_for_again() {
    let counted = App::start().await;
    let body = json!({"action": "revoke", "ids": invitations(&counted, 1).await});
    counted.probe.run("submit-invites", act(&counted, body)).await.unwrap().expect(202);
    let place = counted.probe.calls().iter().position(|call| call.name == "table.transact").unwrap();
    let app = App::start().await;
    let ids = invitations(&app, 1).await;
    let body = json!({"action": "revoke", "ids": ids});
    let between = async || {
        // The parts of the action are stored already, and have its id.
        let (now, ada) = (app.clock.now(), people::officer("ada"));
        let items = app.table.dump(now).join("\n");
        let name = &items[items.find("act_0").unwrap()..];
        let id = BulkActionId::parse(&name[.."act_01JD0000000000000000000000".len()]).unwrap();
        let trace = domain::TraceId::generate(now, &testing::seeded(9));
        let invites = [InviteId::parse(&ids[0]).unwrap()];
        let (action, parts) = BulkAction::new(id, ada.clone(), Verb::Revoke, &invites, now, trace);
        let answer = store::SavedAnswer { status: 202, location: None, body: String::new() };
        let request = store::IdempotentRequest::new(ada.id, "another", b"", answer, now);
        let created = app.store.create_action(&action, &parts, Some(&request)).await.unwrap();
        assert!(matches!(created, store::CreateBulkActionOutcome::Created(_)));
    };
    app.probe.interrupt(place);
    let asked = act(&app, body.clone());
    let refused = app.probe.run_interrupted("submit-invites", asked, between).await.unwrap();
    assert_eq!((refused.problem(), refused.status.as_u16()), ("lost-race".to_owned(), 409));
    assert_eq!(events(&stored(&app, &ids[0]).await, Event::Revoked), 0, "nothing was done");
    act(&app, body).await.expect(202);
    assert_eq!(events(&stored(&app, &ids[0]).await, Event::Revoked), 1);
}

#[tokio::test]
async fn a_repeated_request_is_answered_with_its_action_and_does_nothing() {
    let app = App::start().await;
    let ids = invitations(&app, 101).await;
    let ask = |body: Value| {
        let ada = app.officer("ada");
        async move { ada.json("POST", "/api/invites/actions", &[("idempotency-key", "k")], body).await }
    };
    let body = json!({"action": "revoke", "filter": {"techpass": "invited"}});
    let first = ask(body.clone()).await.expect(202).body;
    assert_eq!((&first["state"], &first["counts"]["done"]), (&json!("RUNNING"), &json!(100)));
    app.drain().await;
    let second = ask(body).await.expect(202).body;
    assert_eq!((&second["id"], &second["state"]), (&first["id"], &json!("DONE")), "as it is now");
    let other = ask(json!({"action": "revoke", "ids": [ids[0]]})).await;
    assert_eq!(other.problem(), "idempotency-key-reused");
    assert_eq!(events(&stored(&app, &ids[0]).await, Event::Revoked), 1);
}

#[tokio::test]
async fn a_long_action_goes_on_behind_the_answer_and_tells_what_became_of_each() {
    let app = App::start().await;
    let ids = invitations(&app, 230).await;
    app.clock.advance(DAY);
    let today = &ids[7];
    app.officer("ada").json("POST", &format!("/api/invites/{today}/resend"), &[], json!({})).await.expect(202);
    app.drain().await;
    let action = act(&app, json!({"action": "resend", "filter": {"techpass": "invited"}})).await.expect(202).body;
    assert_eq!((&action["state"], &action["counts"]["waiting"]), (&json!("RUNNING"), &json!(130)));
    assert!(action["nextCursor"].is_string());
    app.drain().await;
    let done = look(&app, &action).await;
    let counts = json!({"total": 230, "waiting": 0, "done": 229, "skipped": 1, "reasons": {"too-many-requests": 1}});
    assert_eq!((&done["state"], &done["counts"]), (&json!("DONE"), &counts));
    let all = outcomes(&app, &action).await;
    assert_eq!(all.len(), 230);
    let skipped: Vec<&Value> = all.iter().filter(|outcome| outcome["outcome"] == "skipped").collect();
    assert_eq!((skipped.len(), &skipped[0]["id"]), (1, &json!(today)));
    let tomorrow = app.clock.now().next_singapore_day().to_string();
    assert_eq!(skipped[0]["nextAt"], tomorrow);
    for id in &ids {
        let mails = app.mails_to(stored(&app, id).await.email.as_str()).len();
        assert_eq!(mails, 2, "each once");
    }
    let foreign = format!("/api/invites/actions/{}", action["id"].as_str().unwrap());
    assert_eq!(app.officer("eve").get(&foreign).await.problem(), "not-found");
}

#[tokio::test]
async fn an_action_whose_call_was_lost_is_found_by_the_sweeper() {
    let app = App::start().await;
    invitations(&app, 101).await;
    app.queues.set_delivery(Delivery::Failing);
    let action = act(&app, json!({"action": "revoke", "filter": {"techpass": "invited"}})).await.expect(202).body;
    app.queues.set_delivery(Delivery::Working);
    app.drain().await;
    assert_eq!(look(&app, &action).await["state"], "RUNNING");
    app.clock.advance(Duration::from_secs(121));
    app.timers().await;
    app.drain().await;
    assert_eq!(look(&app, &action).await["counts"]["done"], 101);
}

/// A worker dies after it has changed invites and before it has recorded that. The next one runs a day later, when the
/// invites' own rules would allow a second mail.
#[tokio::test]
async fn an_invite_is_changed_once_by_an_action_however_often_its_worker_dies() {
    let app = App::start().await;
    let ids = invitations(&app, 3).await;
    app.clock.advance(DAY);
    let now = app.clock.now();
    let officer = people::officer("ada");
    let invites: Vec<InviteId> = ids.iter().map(|id| InviteId::parse(id).unwrap()).collect();
    let entropy = testing::seeded(9);
    let trace = domain::TraceId::generate(now, &entropy);
    let id = BulkActionId::generate(now, &entropy);
    let (action, parts) = BulkAction::new(id, officer.clone(), Verb::Resend, &invites, now, trace.clone());
    let answer = store::SavedAnswer { status: 202, location: None, body: String::new() };
    let request = store::IdempotentRequest::new(officer.id.clone(), "k", b"", answer, now);
    let created = app.store.create_action(&action, &parts, Some(&request)).await.unwrap();
    assert!(matches!(created, store::CreateBulkActionOutcome::Created(_)));
    // The first worker has changed the first two invites.
    let actions =
        actions::Actions::new(app.store.clone(), app.queues.all(), tests::app::single_caps(), app.clock.clock());
    for invite in &invites[..2] {
        let act = domain::invite::Act { at: now, trace: trace.clone(), action: Some(id) };
        actions.one(&Verb::Resend, &officer.id, *invite, &act).await.unwrap().unwrap();
    }
    app.drain().await;
    app.clock.advance(2 * DAY);
    app.timers().await;
    for wake in app.queues.drain(QueueName::Actions) {
        assert_eq!(wake, Wake::BulkAction { id });
        // Delivers the message twice, as queues may.
        app.deliver(QueueName::Actions, wake).await;
        app.deliver(QueueName::Actions, wake).await;
    }
    app.drain().await;
    for id in &ids {
        assert_eq!(events(&stored(&app, id).await, Event::Resent), 1);
        assert_eq!(app.mails_to(stored(&app, id).await.email.as_str()).len(), 2);
    }
    let done = app.store.get::<BulkAction>(&id).await.unwrap().unwrap();
    assert_eq!((done.state_name(), done.done, done.next_due()), ("DONE", 3, None));
}

#[tokio::test]
async fn two_workers_at_the_same_action_do_everything_once() {
    let app = App::start().await;
    let ids = invitations(&app, 150).await;
    app.clock.advance(DAY);
    let action = act(&app, json!({"action": "resend", "filter": {"techpass": "invited"}})).await.expect(202).body;
    let wake = Wake::BulkAction { id: BulkActionId::parse(action["id"].as_str().unwrap()).unwrap() };
    tokio::join!(app.deliver(QueueName::Actions, wake), app.deliver(QueueName::Actions, wake));
    app.drain().await;
    assert_eq!(look(&app, &action).await["counts"]["done"], 150);
    for id in &ids {
        assert_eq!(events(&stored(&app, id).await, Event::Resent), 1);
    }
}

#[tokio::test]
async fn an_account_that_is_made_is_left_and_the_action_says_why() {
    let app = App::start().await;
    let mut body = serde_json::to_value(vendor_form("eve")).unwrap();
    body["kind"] = json!("account");
    app.officer("ada").post("/api/invites", body).await.expect(202);
    app.drain().await;
    let action = act(&app, json!({"action": "revoke", "filter": {"q": "eve"}})).await.expect(202).body;
    assert_eq!(action["outcomes"][0]["reason"], "state-conflict");
}

#[tokio::test]
async fn what_failed_or_expired_is_amended_alike_and_sent_again() {
    let app = App::start().await;
    let mut ids = Vec::new();
    for name in ["eve", "kim"] {
        let mut body = serde_json::to_value(vendor_form(name)).unwrap();
        body["kind"] = json!("account");
        let made = app.officer("ada").post("/api/invites", body).await.expect(202);
        ids.push(made.body["id"].as_str().unwrap().to_owned());
    }
    let invited = invite(&app, "ada", "bo").await;
    act(&app, json!({"action": "revoke", "ids": ids.iter().chain([&invited]).collect::<Vec<_>>()})).await.expect(202);
    let set = json!({"organisation": " Sample Board ", "reason": "Moves"});
    let amend = json!({"action": "amend", "set": set, "filter": {"techpass": "revoked"}});
    let answer = act(&app, amend).await.expect(202).body;
    assert_eq!((&answer["action"], &answer["counts"]["done"]), (&json!("amend"), &json!(3)));
    app.drain().await;
    for id in &ids {
        let invite = stored(&app, id).await;
        let profile = invite.profile.as_ref().unwrap();
        assert_eq!((profile.organisation.as_str(), invite.reason.as_str()), ("Sample Board", "Moves"));
        assert_eq!(
            (profile.text(Field::FirstName), events(&invite, Event::Amended)),
            (Some("Ada"), 1),
            "the rest stays"
        );
    }
    assert_eq!(app.directory.made().len(), 2);
    assert_eq!(app.mails_to("bo@sample-board.gov.sg").len(), 1, "invited as it is, by the reason alone");
    let again = act(&app, json!({"action": "amend", "ids": [ids[0], invited]})).await.expect(202).body;
    assert_eq!(again["counts"]["reasons"], json!({"state-conflict": 2}), "neither failed nor lapsed");
}

#[tokio::test]
async fn an_address_that_returned_a_mail_is_not_amended_with_others() {
    let app = App::start().await;
    let id = invitations(&app, 1).await.remove(0);
    let invite = stored(&app, &id).await;
    let mail = invite.mail.clone().unwrap();
    let now = app.clock.now();
    let bounced = invite.to_value().observe_mail(mail.kind, mail.generation, MailEvent::Bounced, "m", now).unwrap();
    let _ = app.store.write(invite.becomes(bounced)).await.unwrap();
    let answer = act(&app, json!({"action": "amend", "ids": [id], "set": {"reason": "Again"}})).await.expect(202).body;
    assert_eq!(answer["counts"]["reasons"], json!({"undeliverable": 1}));
}

#[tokio::test]
async fn what_is_set_is_checked_and_only_an_amendment_sets() {
    let app = App::start().await;
    let ids = json!(["inv_01JD0000000000000000000000"]);
    let wrong = json!({"action": "amend", "ids": ids, "set": {"organisation": " ", "reason": "x".repeat(256)}});
    assert_eq!(act(&app, wrong).await.faults(), ["/set/organisation: required", "/set/reason: too-long"]);
    let other = json!({"action": "resend", "ids": ids, "set": {"reason": "Again"}});
    assert_eq!(act(&app, other).await.faults(), ["/set: set.not-here"]);
}

#[tokio::test]
async fn an_action_is_shown_for_as_long_as_it_is_kept_and_no_longer() {
    let app = App::start().await;
    let ids = invitations(&app, 1).await;
    let action = act(&app, json!({"action": "revoke", "ids": ids})).await.expect(202).body;
    let path = format!("/api/invites/actions/{}", action["id"].as_str().unwrap());
    app.clock.advance(30 * DAY - Duration::from_secs(60));
    app.officer("ada").get(&path).await.expect(200);
    app.clock.advance(Duration::from_secs(60));
    assert_eq!(app.officer("ada").get(&path).await.problem(), "not-found", "the table may hold it for days longer");
}

#[tokio::test]
async fn whose_invite_has_the_address_is_said_by_the_action_as_by_its_own_request() {
    for (inviting, code) in [("eve", "invited-by-another"), ("ada", "already-invited")] {
        let app = App::start().await;
        let ids = invitations(&app, 1).await;
        app.pass_days(31).await;
        assert_eq!(stored(&app, &ids[0]).await.state_name(), "EXPIRED");
        invite(&app, inviting, "person-0").await;
        let action = act(&app, json!({"action": "resend", "ids": ids})).await.expect(202).body;
        assert_eq!(action["counts"]["reasons"], json!({code: 1}));
        let single = app.officer("ada").post(&format!("/api/invites/{}/resend", ids[0]), json!({})).await;
        assert_eq!((single.status.as_u16(), single.problem().as_str()), (409, code));
    }
}

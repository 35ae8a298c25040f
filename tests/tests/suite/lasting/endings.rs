//! Batches and invites that end although a system never answers.

use domain::{BatchId, InviteId, invite::Invite};
use queue::QueueName;
use serde_json::{Value, json};
use testing::{
    Call, DirectoryFault as Fault, MailFault,
    people::{self, vendor_form},
};
use tests::{
    app::App,
    lists::{batch, paste},
};

use super::{DAY, MINUTE, act, address, by_mail, for_account};

#[tokio::test]
async fn amending_many_mails_nobody_twice_a_day() {
    let app = App::start().await;
    let id = by_mail(&app, "ada", &address("bo")).await;
    act(&app, &id, "revoke").await.expect(200);
    let amend = json!({"action": "amend", "ids": [id], "set": {"reason": "Another project"}});
    let done = app.officer("ada").post("/api/invites/actions", amend.clone()).await.expect(202).body;
    assert_eq!(done["outcomes"][0]["reason"], "too-many-requests", "{done}");
    app.drain().await;
    assert_eq!(app.mails_to(&address("bo")).len(), 1);
    app.clock.advance(DAY);
    app.officer("ada").post("/api/invites/actions", amend).await.expect(202);
    app.drain().await;
    assert_eq!(app.mails_to(&address("bo")).len(), 2);
}

#[tokio::test]
async fn a_batch_ends_although_nobody_knows_of_one_of_its_mails() {
    let app = App::start().await;
    let rows: Vec<Value> = ["ann", "bo"].iter().map(|name| serde_json::to_value(vendor_form(name)).unwrap()).collect();
    let made = app.officer("ada").post("/api/batches", json!({"rows": rows})).await;
    let id = made.body["batchId"].as_str().or(made.body["id"].as_str()).unwrap().to_owned();
    let batch = app.officer("ada").get(&format!("/api/batches/{id}")).await;
    let etag = batch.headers["etag"].to_str().unwrap().to_owned();
    let submit = format!("/api/batches/{id}/submit");
    let headers = [("if-match", etag.as_str()), ("idempotency-key", "k")];
    app.officer("ada").json("POST", &submit, &headers, json!({})).await.expect(202);
    // Every answer about the first mails is lost, and no event arrives.
    for _ in 0..3 * 24 * 3 {
        app.outbox.fail_next(MailFault::AfterEffect);
        app.clock.advance(20 * MINUTE);
        app.timers().await;
        for queue in QueueName::ALL {
            for wake in app.queues.drain(queue) {
                app.deliver(queue, wake).await;
            }
        }
    }
    app.drain().await;
    let shown = app.officer("ada").get(&format!("/api/batches/{id}")).await.expect(200).body;
    assert_eq!(shown["state"], "DONE", "{shown}");
}

/// A submitted list of two vendors.
async fn submitted(app: &App) -> String {
    let ada = app.officer("ada");
    let id = paste(&ada, &[vendor_form("ann"), vendor_form("bo")]).await;
    let etag = app.officer("ada").get(&format!("/api/batches/{id}")).await.headers["etag"].to_str().unwrap().to_owned();
    let headers = [("if-match", etag.as_str()), ("idempotency-key", "k")];
    ada.json("POST", &format!("/api/batches/{id}/submit"), &headers, json!({})).await.expect(202);
    id
}

/// A minute of work: a sweep, and every message of these queues.
async fn minute(app: &App, queues: &[QueueName]) {
    app.clock.advance(MINUTE);
    app.timers().await;
    for queue in queues {
        for wake in app.queues.drain(*queue) {
            app.deliver(*queue, wake).await;
        }
    }
}

#[tokio::test]
async fn a_batch_with_an_open_invite_is_checked_ever_less_often() {
    let app = App::start().await;
    app.store.stop_mail().await.unwrap();
    let id = submitted(&app).await;
    for _ in 0..8 * 60 {
        minute(&app, &QueueName::ALL).await;
    }
    let batch = app.store.get::<domain::batch::Batch>(&BatchId::parse(&id).unwrap()).await.unwrap().unwrap();
    assert_eq!(batch.state_name(), "DISPATCHED");
    assert!(batch.version() < 150, "written {} times in eight hours", batch.version());
}

#[tokio::test]
async fn a_batch_is_reported_although_its_invites_stay_open() {
    let app = App::start().await;
    let id = submitted(&app).await;
    for _ in 0..31 * 24 {
        app.clock.advance(59 * MINUTE);
        minute(&app, &[QueueName::Dispatch, QueueName::Mail]).await;
        minute(&app, &[QueueName::Dispatch, QueueName::Mail]).await;
    }
    assert_eq!(batch(&app.officer("ada"), &id).await["state"], "DONE");
    let reports = app.mails_to(people::officer("ada").email.as_str());
    assert_eq!(reports.len(), 1);
    let text = &reports[0].letter.text;
    assert!(text.contains("Still waiting for an account, or for the mail about it: 2\n"), "{text}");
}

#[derive(Clone, Copy, Debug)]
enum Endless {
    Stop,
    Outage,
    Directory,
}

#[tokio::test]
async fn everything_ends_however_long_mail_or_the_directory_is_away() {
    for endless in [Endless::Stop, Endless::Outage, Endless::Directory] {
        let app = App::start().await;
        match endless {
            Endless::Stop => app.store.stop_mail().await.unwrap(),
            Endless::Outage => (0..100_000).for_each(|_| app.outbox.fail_next(MailFault::Misconfigured)),
            Endless::Directory => {
                (0..100_000).for_each(|_| app.directory.fail_next(Call::CreateAccount, Fault::Throttle));
                (0..100_000).for_each(|_| app.directory.fail_next(Call::FindByEmail, Fault::Throttle));
            }
        }
        let list = submitted(&app).await;
        let invited = by_mail(&app, "ada", &address("zara")).await;
        let account = for_account(&app, &vendor_form("zarathustra")).await;
        app.pass_days(91).await;
        let states = [&invited, &account].map(|id| InviteId::parse(id).unwrap());
        let states = app.store.get_many::<Invite>(&states).await.unwrap();
        let states: Vec<&str> = states.iter().map(|invite| invite.state_name()).collect();
        assert!(states.iter().all(|state| *state == "EXPIRED"), "{endless:?}: {states:?}");
        app.pass_days(95).await;
        assert!(
            app.store.get::<domain::batch::Batch>(&BatchId::parse(&list).unwrap()).await.unwrap().is_none(),
            "{endless:?}"
        );
        let named: Vec<String> = app.table.dump(app.clock.now());
        let is_named = |item: &&String| ["zara", "ann@", "bo@"].iter().any(|name| item.to_lowercase().contains(name));
        let named: Vec<&String> = named.iter().filter(is_named).collect();
        assert!(named.is_empty(), "{endless:?}: {named:?}");
    }
}

//! The sweeper: it continues everything that has stopped, and several sweepers do the same as one.

use std::time::Duration;

use domain::{
    BatchId, InviteId, Timestamp,
    batch::{Batch, Counts},
    invite::{Failure, InviteState},
};
use futures::future::join_all;
use queue::{QueueName, Wake};
use serde_json::json;
use testing::{
    Delivery,
    people::{draft, email, keys, officer, vendor_form},
};
use tests::app::App;

const MINUTE: Duration = Duration::from_secs(60);

async fn submit(app: &App, name: &str) -> InviteId {
    let mut body = serde_json::to_value(vendor_form(name)).unwrap();
    body["kind"] = json!("account");
    let made = app.officer("ada").post("/api/invites", body).await.expect(202);
    InviteId::parse(made.body["id"].as_str().unwrap()).unwrap()
}

async fn is_made(app: &App, id: InviteId) -> bool {
    let invite = app.store.get::<domain::invite::Invite>(&id).await.unwrap().unwrap();
    matches!(invite.state, InviteState::AccountCreated { .. })
}

/// When a job runs next, as its record says.
async fn due(app: &App, job: &str) -> Timestamp {
    app.store.list_jobs().await.unwrap().into_iter().find(|record| record.name == job).unwrap().due_at
}

async fn version(app: &App, job: &str) -> u64 {
    app.store.list_jobs().await.unwrap().into_iter().find(|record| record.name == job).map_or(0, |job| job.version())
}

#[tokio::test]
async fn whatever_loses_its_wake_up_call_moves_again_within_three_minutes() {
    let app = App::start().await;
    app.queues.set_delivery(Delivery::Failing);
    let id = submit(&app, "eve").await;
    app.queues.set_delivery(Delivery::Working);
    let stuck_since = app.clock.now();
    // Only the timer wakes it. In the worst case the timer has just run.
    while !is_made(&app, id).await {
        app.clock.advance(MINUTE);
        assert!(app.clock.now() <= stuck_since + 3 * MINUTE, "stuck for more than three minutes");
        app.timers().await;
        for wake in app.queues.drain(QueueName::Provision) {
            app.deliver(QueueName::Provision, wake).await;
        }
    }
}

#[tokio::test]
async fn five_sweepers_at_once_do_what_one_does() {
    let app = App::start().await;
    for name in ["eve", "kim", "lee"] {
        submit(&app, name).await;
    }
    let _ = app.queues.drain(QueueName::Provision);
    app.clock.advance(3 * MINUTE);
    join_all((0..5).map(|_| app.timers())).await;
    assert_eq!(app.queues.drain(QueueName::Provision).len(), 3, "one call for each");
    for job in maintain::jobs::Job::ALL {
        assert_eq!(version(&app, job.name()).await, 2, "{} was taken up and given back once", job.name());
    }
}

#[tokio::test]
async fn a_sweeper_that_comes_late_does_no_harm() {
    let app = App::start().await;
    let id = submit(&app, "eve").await;
    let _ = app.queues.drain(QueueName::Provision);
    app.clock.advance(24 * 60 * MINUTE);
    app.timers().await;
    app.drain().await;
    assert!(is_made(&app, id).await);
    assert_eq!(app.directory.made().len(), 1);
    assert_eq!(app.mails_to("eve@vendor.example.com").len(), 1);
}

#[tokio::test]
async fn what_the_workers_gave_up_is_seen_by_its_officer_and_goes_on_once_somebody_has_looked() {
    let app = App::start().await;
    let id = submit(&app, "eve").await;
    let _ = app.queues.drain(QueueName::Provision);
    app.queues.give_up(QueueName::Provision, Wake::Invite { id });
    join_all((0..5).map(|_| app.timers())).await;
    let path = format!("/api/invites/{id}");
    let shown = app.officer("ada").get(&path).await.expect(200).body;
    assert_eq!(shown["techpass"]["label"], "Needs attention");
    assert!(shown["traceId"].is_string());
    for _ in 0..10 {
        app.clock.advance(3 * MINUTE);
        app.timers().await;
    }
    assert!(app.queues.drain(QueueName::Provision).is_empty(), "nobody tries on");
    app.deliver(QueueName::Provision, Wake::Invite { id }).await;
    assert!(!is_made(&app, id).await, "a message that was late changes nothing");
    app.deliver(QueueName::Provision, Wake::Resume { id }).await;
    app.drain().await;
    assert!(is_made(&app, id).await);
    assert_eq!(app.directory.made().len(), 1);
    app.queues.give_up(QueueName::Mail, Wake::Invite { id });
    app.timers().await;
    assert!(is_made(&app, id).await, "there is nothing to give up any more");
}

#[tokio::test]
async fn a_batch_with_fewer_invites_than_sent_rows_is_counted_short_and_its_dispatcher_woken() {
    let app = App::start().await;
    let (batch, rows) = draft(&officer("ada"), vec![vendor_form("eve")], app.clock.now(), &testing::seeded(3));
    app.store.write_rows(batch.id, &rows).await.unwrap();
    let now = app.clock.now();
    // As if its invites had never been written.
    let lost = batch.submit(now).unwrap().dispatched(Counts { total: 1, sent: 1, ..Counts::default() }, now).unwrap();
    let _ = app.store.create_batch(&lost).await.unwrap();
    for _ in 0..3 {
        app.timers().await;
        let batch = app.store.get::<Batch>(&lost.id).await.unwrap().unwrap();
        let _ = app.store.write(batch.becomes(batch.to_value().postponed(app.clock.now() + 6 * MINUTE))).await;
        app.clock.advance(5 * MINUTE);
    }
    let batch = app.store.get::<Batch>(&lost.id).await.unwrap().unwrap();
    assert_eq!(batch.short_counts, 3);
    assert!(app.queues.drain(QueueName::Dispatch).len() >= 3);
}

#[tokio::test]
async fn a_batch_whose_people_were_erased_is_not_counted_short() {
    let app = App::start().await;
    let ada = app.officer("ada");
    let people = json!({"rows": [vendor_form("eve"), vendor_form("kim")]});
    let made = ada.post("/api/batches", people).await.expect(201);
    let id = made.body["batchId"].as_str().unwrap().to_owned();
    let etag = ada.get(&format!("/api/batches/{id}")).await.headers["etag"].to_str().unwrap().to_owned();
    let headers = [("if-match", etag.as_str()), ("idempotency-key", "one")];
    app.store.stop_mail().await.unwrap();
    ada.json("POST", &format!("/api/batches/{id}/submit"), &headers, json!({})).await.expect(202);
    app.drain().await;
    app.store.request_forgetting(&keys().address(&email("eve@vendor.example.com"))).await.unwrap();
    for _ in 0..60 {
        app.clock.advance(MINUTE);
        app.timers().await;
        app.drain().await;
    }
    let batch = app.store.get::<Batch>(&BatchId::parse(&id).unwrap()).await.unwrap().unwrap();
    assert_eq!((batch.state_name(), batch.counts.sent), ("DISPATCHED", 2));
    assert_eq!((batch.short_counts, batch.erased), (0, 1));
}

#[tokio::test]
async fn a_lock_without_a_live_invite_is_released_and_one_with_it_is_not() {
    let app = App::start().await;
    let dead = submit(&app, "eve").await;
    submit(&app, "kim").await;
    let invite = app.store.get::<domain::invite::Invite>(&dead).await.unwrap().unwrap();
    let now = app.clock.now();
    let failed = invite.to_value().fail(Failure::DetailsRefused, now).unwrap();
    // As if the locks were left over: the same write, without deleting them.
    let locks = app.table.locks();
    assert!(app.store.write(invite.becomes(failed)).await.unwrap().is_done());
    app.table.put_back(locks);
    let again = |name: &str| {
        let mut body = serde_json::to_value(vendor_form(name)).unwrap();
        body["kind"] = json!("account");
        body
    };
    assert_eq!(app.officer("bo").post("/api/invites", again("eve")).await.problem(), "invited-by-another");
    join_all((0..5).map(|_| app.timers())).await;
    app.officer("bo").post("/api/invites", again("eve")).await.expect(202);
    assert_eq!(app.officer("bo").post("/api/invites", again("kim")).await.problem(), "invited-by-another");
}

#[tokio::test]
async fn a_mail_that_nothing_is_heard_of_for_a_day_is_shown_as_unknown() {
    let app = App::start().await;
    let id = submit(&app, "eve").await;
    app.drain().await;
    let mail = async || {
        let invite = app.store.get::<domain::invite::Invite>(&id).await.unwrap().unwrap();
        invite.mail.as_ref().unwrap().state_name()
    };
    assert_eq!(mail().await, "ACCEPTED");
    app.clock.advance(24 * 60 * MINUTE - 2 * MINUTE);
    app.timers().await;
    assert_eq!(mail().await, "ACCEPTED");
    app.clock.advance(3 * MINUTE);
    join_all((0..5).map(|_| app.timers())).await;
    assert_eq!(mail().await, "UNKNOWN");
}

#[tokio::test]
async fn a_job_runs_in_its_turn_and_is_taken_over_from_a_sweeper_that_died() {
    let app = App::start().await;
    app.timers().await;
    let every = 5 * MINUTE;
    let next = due(&app, "totals").await;
    assert!(next > app.clock.now() + every - MINUTE && next <= app.clock.now() + every);
    app.clock.advance(MINUTE);
    app.timers().await;
    assert_eq!(version(&app, "totals").await, 2, "not its turn");
    app.clock.advance(4 * MINUTE);
    // A sweeper claims the job and dies.
    let read = app.store.list_jobs().await.unwrap().into_iter().find(|job| job.name == "totals").unwrap();
    let due_at = app.clock.now() + maintain::schedule::LEASE;
    let _ = app.store.write(read.becomes(store::JobRecord { due_at, ..read.to_value() })).await.unwrap();
    app.timers().await;
    assert_eq!(version(&app, "totals").await, 3, "still leased");
    app.clock.advance(2 * MINUTE);
    app.timers().await;
    assert_eq!(version(&app, "totals").await, 5);
}

//! The canary: with it, a mail without events is a finding even when no other mail is sent.

use std::time::Duration;

use boot::Disposition;
use domain::{InviteId, mail::SuppressionReason};
use futures::future::join_all;
use mail::Subject;
use queue::{QueueName, Wake};
use serde_json::json;
use testing::{MailFault as Fault, SentMail, people};
use tests::{app::App, mail_event};

const MINUTE: Duration = Duration::from_secs(60);
const CANARY: &str = "success@simulator.amazonses.com";

async fn start() -> App {
    App::start().await.with_canaries(CANARY)
}

/// Lets `minutes` pass, with a sweep and all woken workers in each minute.
async fn minutes(app: &App, minutes: u32) {
    for _ in 0..minutes {
        app.clock.advance(MINUTE);
        assert!(matches!(app.timers().await, Disposition::Done));
        for queue in QueueName::ALL {
            for wake in app.queues.drain(queue) {
                app.deliver(queue, wake).await;
            }
        }
    }
}

/// Delivers the SES event that a mail was sent a second ago.
async fn hear_of(app: &App, sent: &SentMail) {
    let event = mail_event::about(sent, mail_event::SENT, app.clock.now());
    assert!(matches!(app.track(event).await, Disposition::Done));
}

fn canaries(app: &App) -> Vec<SentMail> {
    app.outbox.sent().into_iter().filter(|mail| mail.tags.subject == Subject::Canary).collect()
}

async fn mail_state(app: &App) -> &'static str {
    app.store.get::<domain::canary::Canary>(&()).await.unwrap().unwrap().mail.state_name()
}

/// Invites a person, loses SES's answer about the mail, and lets half an hour pass without other mails.
async fn half_an_hour_after_a_lost_answer(app: &App) -> InviteId {
    app.outbox.fail_next(Fault::AfterEffect);
    let body = json!({"kind": "email", "email": "bo@sample-board.gov.sg", "reason": "Joins"});
    let made = app.officer("ada").post("/api/invites", body).await.expect(202);
    app.drain().await;
    let mut heard = canaries(app).len();
    for _ in 0..30 {
        minutes(app, 1).await;
        for canary in canaries(app).split_off(heard) {
            hear_of(app, &canary).await;
            heard += 1;
        }
    }
    InviteId::parse(made.body["id"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn on_a_quiet_stack_only_the_canary_proves_that_silence_means_something() {
    let without = App::start().await;
    half_an_hour_after_a_lost_answer(&without).await;
    assert_eq!(without.mails_to("bo@sample-board.gov.sg").len(), 1, "nothing says that events arrive");

    let app = start().await;
    let id = half_an_hour_after_a_lost_answer(&app).await;
    let mails = app.mails_to("bo@sample-board.gov.sg");
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0].letter, mails[1].letter);
    let shown = app.officer("ada").get(&format!("/api/invites/{id}")).await.expect(200).body;
    assert_eq!(shown["mail"]["possibleDuplicate"], true);
    let canary = app.store.get::<domain::canary::Canary>(&()).await.unwrap().unwrap();
    assert!(canary.age(app.clock.now()) <= 6 * MINUTE, "{canary:?}");
}

#[tokio::test]
async fn a_canary_that_nobody_hears_of_proves_nothing_and_grows_old() {
    let app = start().await;
    app.outbox.fail_next(Fault::AfterEffect);
    let body = json!({"kind": "email", "email": "bo@sample-board.gov.sg", "reason": "Joins"});
    app.officer("ada").post("/api/invites", body).await.expect(202);
    app.drain().await;
    minutes(&app, 30).await;
    assert!(canaries(&app).len() >= 6, "they go out");
    assert_eq!(app.mails_to("bo@sample-board.gov.sg").len(), 1, "no event, no second mail");
    let canary = app.store.get::<domain::canary::Canary>(&()).await.unwrap().unwrap();
    assert!(canary.age(app.clock.now()) > 15 * MINUTE, "the alarm's threshold");
}

#[tokio::test]
async fn one_goes_out_every_five_minutes_however_many_sweepers_there_are() {
    let app = start().await;
    join_all((0..5).map(|_| app.timers())).await;
    assert_eq!(app.queues.drain(QueueName::Mail), [Wake::Canary]);
    join_all((0..3).map(|_| app.deliver(QueueName::Mail, Wake::Canary))).await;
    assert_eq!(canaries(&app).len(), 1);
    minutes(&app, 20).await;
    assert_eq!(canaries(&app).len(), 5);
    let sent = &canaries(&app)[4];
    assert_eq!((sent.to.as_str(), sent.tags.generation), (CANARY, 5));
}

#[tokio::test]
async fn a_lost_canary_is_not_repeated_and_the_next_one_comes() {
    for fault in [Fault::BeforeEffect, Fault::AfterEffect, Fault::Misconfigured, Fault::Refuse] {
        let app = start().await;
        app.timers().await;
        let _ = app.queues.drain(QueueName::Mail);
        app.outbox.fail_next(fault);
        for _ in 0..3 {
            app.deliver(QueueName::Mail, Wake::Canary).await;
            if fault == Fault::Misconfigured {
                break;
            }
        }
        assert_eq!(app.outbox.requests(), 1, "{fault:?}");
        minutes(&app, 4).await;
        assert_eq!(app.outbox.requests(), 1, "{fault:?}");
        minutes(&app, 1).await;
        assert_eq!((app.outbox.requests(), mail_state(&app).await), (2, "ACCEPTED"), "{fault:?}");
    }
}

#[tokio::test]
async fn the_emergency_stop_holds_it_back_and_no_share_and_no_suppression_does() {
    let app = start().await;
    app.store.stop_mail().await.unwrap();
    minutes(&app, 11).await;
    assert_eq!(app.outbox.requests(), 0);
    app.store.start_mail().await.unwrap();
    let mailbox = app.store.find_mailbox(&people::keys().address(&people::email(CANARY))).await.unwrap();
    let now = app.clock.now();
    let suppressed = mailbox.to_value().suppress(SuppressionReason::Bounced, now, now).unwrap();
    let _ = app.store.write(mailbox.becomes(suppressed)).await.unwrap();
    minutes(&app, 60).await;
    assert!(canaries(&app).len() >= 12);
}

#[tokio::test]
async fn one_that_the_workers_gave_up_leaves_no_dead_letter() {
    let app = start().await;
    app.queues.give_up(QueueName::Mail, Wake::Canary);
    app.timers().await;
    assert_eq!(app.queues.all().dead_letters(QueueName::Mail, 10).await.unwrap(), []);
}

#[tokio::test]
async fn without_an_address_there_is_none() {
    let app = App::start().await;
    minutes(&app, 11).await;
    assert_eq!(app.outbox.requests(), 0);
    assert_eq!(app.store.get::<domain::canary::Canary>(&()).await.unwrap(), None);
    app.deliver(QueueName::Mail, Wake::Canary).await;
    assert_eq!(app.outbox.requests(), 0);
}

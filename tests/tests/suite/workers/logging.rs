//! What the logs contain, and which data they must not contain.

use std::time::Duration;

use queue::{QueueName, Wake};
use testing::{
    Call, Delivery, DirectoryFault, MailFault,
    people::{keys, vendor_form},
};
use tests::{app::App, logged::Logged};
use tower::ServiceExt as _;

use super::{DELIVERED, World};

#[tokio::test]
async fn no_officer_and_no_invitee_shows_in_the_log_of_any_path() {
    let log = Logged::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let world = World::new();
    for fault in [DirectoryFault::AfterEffect, DirectoryFault::Throttle, DirectoryFault::Misconfigured] {
        world.directory.fail_next(Call::CreateAccount, fault);
    }
    for fault in [MailFault::Throttle, MailFault::Misconfigured, MailFault::AfterEffect, MailFault::Refuse] {
        world.outbox.fail_next(fault);
    }
    world.queues().set_delivery(Delivery::Failing);
    let id = world.account(&vendor_form("ada")).await;
    world.invitation("bo").await;
    world.provision(id).await;
    world.queues().set_delivery(Delivery::Working);
    world.minutes(60).await;
    world.report(DELIVERED, &world.outbox.sent()[0]).await;
    let trace = world.invite(id).await.into_value().trace;
    let text = log.text();
    assert!(text.contains(&id.to_string()) && text.contains(trace.as_str()), "{text}");
    let token = keys().token(id, 1);
    for secret in ["ada", "bo@", "olivia", "Tan", "91234567", "project", token.as_str()] {
        assert!(!text.to_lowercase().contains(&secret.to_lowercase()), "{secret} in {text}");
    }
}

/// The client is not asked to try again, and the line in the log is one that an alarm counts.
#[tokio::test]
async fn what_the_table_refuses_is_answered_and_logged_as_an_error_of_ours() {
    let (log, _kept) = Logged::from_now(None);
    let world = World::new();
    let (store, too_large) = (world.store().clone(), format!("{}{}", testing::people::RULES, " ".repeat(400 * 1024)));
    let put = move || {
        let (store, too_large) = (store.clone(), too_large.clone());
        async move { store.put_domain_rules(&too_large).await.map_err(web::Problem::from) }
    };
    let routes = axum::Router::new().route("/rules", axum::routing::put(put));
    let served = web::serve(routes, world.clock.clock(), world.entropy.clone());
    let request = axum::http::Request::put("/rules").body(axum::body::Body::empty()).unwrap();
    let answer = served.oneshot(request).await.unwrap();
    assert_eq!(answer.status().as_u16(), 500);
    assert!(!answer.headers().contains_key("retry-after"));
    let text = log.text();
    let line = text.lines().find(|line| line.contains("is refused with ValidationException")).unwrap();
    assert!(line.contains(r#""level":"ERROR""#), "{line}");
}

#[tokio::test]
async fn a_sweep_logs_the_numbers_that_alarms_count() {
    let (log, _kept) = Logged::from_now(None);
    let world = World::new();
    for name in ["ada", "bea"] {
        let id = world.account(&vendor_form(name)).await;
        world.queues().give_up(QueueName::Provision, Wake::Invite { id });
    }
    // Both were due 75 seconds ago.
    world.clock.advance(Duration::from_secs(120 + 75));
    world.sweep().await;
    let text = log.text();
    for number in [r#""oldest_due_seconds":75"#, r#""invites_given_up":2"#] {
        assert!(text.contains(number), "{number} is not in {text}");
    }
}

#[tokio::test]
async fn an_account_whose_answer_is_lost_ten_times_in_a_row_is_logged_as_an_error() {
    let (log, _kept) = Logged::from_now(None);
    let world = World::new();
    let id = world.account(&vendor_form("ada")).await;
    for attempt in 1..=10 {
        world.directory.fail_next(Call::CreateAccount, DirectoryFault::BeforeEffect);
        world.provision(id).await;
        world.clock.advance(Duration::from_secs(15 * 60));
        let text = log.text();
        let is_error = |line: &&str| line.contains(r#""level":"ERROR""#) && line.contains("lost again and again");
        assert_eq!(text.lines().filter(is_error).count(), usize::from(attempt == 10), "{attempt}");
        assert_eq!(text.matches("the directory did not do it").count(), attempt.min(9), "{attempt}");
    }
}

#[tokio::test]
async fn jobs_that_have_missed_their_turns_are_counted_and_named() {
    let app = App::start().await;
    let (log, _kept) = Logged::from_now(None);
    app.maintain().await;
    // Three of them run at least every five minutes, the others every hour or day.
    app.clock.advance(Duration::from_secs(3600));
    app.maintain().await;
    let text = log.text();
    let count = |part: &str| text.matches(part).count();
    assert_eq!((count(r#""overdue_jobs":0"#), count(r#""overdue_jobs":3"#)), (1, 1), "{text}");
    assert_eq!(count("a job has missed its turns"), 3, "{text}");
}

#[tokio::test]
async fn a_mail_of_which_nobody_knows_whether_it_was_sent_is_logged_as_an_error() {
    let (log, _kept) = Logged::from_now(None);
    let world = World::new();
    let id = world.account(&vendor_form("ada")).await;
    world.outbox.fail_next(MailFault::AfterEffect);
    world.provision(id).await;
    world.mail(Wake::Invite { id }).await;
    world.clock.advance(Duration::from_secs(15 * 60));
    world.sweep().await;
    let text = log.text();
    let line = text.lines().find(|line| line.contains("nobody knows whether a mail was sent")).unwrap();
    assert!(line.contains(r#""level":"ERROR""#), "{line}");
}

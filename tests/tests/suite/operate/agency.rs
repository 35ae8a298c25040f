//! Agencies: registered, shown, given a new secret, resumed and removed.

use std::time::Duration;

use domain::{
    AgencyDomain, SubscriptionId,
    webhook::{FAILURES_TO_PARK, Subscription, SubscriptionState},
};
use futures::future::join;
use queue::QueueName;
use store::Stored;
use testing::people::agency_keys;
use tests::app::App;
use webhooks::CallFailure;

use super::{printed, refused};

const DOMAIN: &str = "example-agency.gov.sg";
const ENDPOINT: &str = "https://hooks.example-agency.gov.sg/invites";
const DAY: Duration = Duration::from_secs(24 * 3600);

fn id() -> SubscriptionId {
    SubscriptionId::of_domain(&AgencyDomain::parse(DOMAIN).unwrap())
}

async fn agency(app: &App) -> Stored<Subscription> {
    app.store.get::<Subscription>(&id()).await.unwrap().unwrap()
}

fn secret(generation: u32) -> String {
    agency_keys().agency_secret_text(&AgencyDomain::parse(DOMAIN).unwrap(), generation)
}

/// Lets `notify-agencies` do what it is woken for, for as long as an operator waits.
async fn notify(app: &App) {
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        for wake in app.queues.drain(QueueName::Webhooks) {
            app.deliver(QueueName::Webhooks, wake).await;
        }
    }
}

async fn register(app: &App, endpoint: &str) -> String {
    join(printed(app, &["register-agency", DOMAIN, endpoint]), notify(app)).await.0
}

#[tokio::test(start_paused = true)]
async fn an_agency_is_registered_once_its_endpoint_echoes_and_its_secret_is_handed_over() {
    let app = App::start().await;
    let said = register(&app, ENDPOINT).await;
    assert_eq!(
        said,
        format!(
            "the secret of {DOMAIN}, for its system alone: {}\n{DOMAIN}  ACTIVE  failures 0  secret 1  {ENDPOINT}\n",
            secret(1)
        )
    );
    assert_eq!(agency(&app).await.state, SubscriptionState::Active);
    let shown = printed(&app, &["show-agency", " Example-Agency.GOV.sg "]).await;
    assert_eq!(shown, format!("{DOMAIN}  ACTIVE  failures 0  secret 1  {ENDPOINT}\n"));
    let audit = printed(&app, &["audit"]).await;
    assert!(audit.contains(&format!("  REGISTER_AGENCY  {DOMAIN}  by arn:")) && !audit.contains(&secret(1)), "{audit}");
}

#[tokio::test(start_paused = true)]
async fn two_challenges_are_never_alike() {
    let app = App::start().await;
    let mut challenges = Vec::new();
    for _ in 0..2 {
        app.endpoints.fail(ENDPOINT, Some(CallFailure::TimedOut));
        register(&app, ENDPOINT).await;
        let SubscriptionState::Pending { challenge, .. } = agency(&app).await.into_value().state else {
            panic!("active")
        };
        assert_eq!(challenge.len(), 64);
        challenges.push(challenge);
    }
    assert_ne!(challenges[0], challenges[1]);
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_does_not_echo_is_pending_and_the_operator_is_told_why() {
    let app = App::start().await;
    app.endpoints.echo("something else");
    let said = register(&app, ENDPOINT).await;
    assert!(said.contains(&format!("{DOMAIN}  PENDING  failures 0")), "{said}");
    assert!(said.contains("has not echoed the challenge: the answer is not the challenge; fix it"), "{said}");
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_nobody_asks_is_shown_as_not_asked_after_a_while() {
    let app = App::start().await;
    let said = printed(&app, &["register-agency", DOMAIN, ENDPOINT]).await;
    assert!(said.contains("has not echoed the challenge: not asked yet"), "{said}");
}

#[tokio::test(start_paused = true)]
async fn only_addresses_of_the_secure_web_are_registered() {
    let app = App::start().await;
    let long = format!("https://{}", "x".repeat(2048));
    for endpoint in ["http://hooks.example-agency.gov.sg/", "ftp://x", "", long.as_str()] {
        let why = refused(&app, &["register-agency", DOMAIN, endpoint]).await;
        assert!(why.starts_with("an endpoint "), "{why}");
    }
    assert!(app.store.get::<Subscription>(&id()).await.unwrap().is_none());
    assert_eq!(printed(&app, &["audit"]).await, "");
}

#[tokio::test(start_paused = true)]
async fn a_rotation_makes_a_new_secret_and_registering_again_keeps_it() {
    let app = App::start().await;
    register(&app, ENDPOINT).await;
    let said = printed(&app, &["rotate-agency", DOMAIN]).await;
    assert_eq!(
        said,
        format!(
            "the new secret of {DOMAIN}, for its system alone: {}\nthe one before signs too for 7 days\n",
            secret(2)
        )
    );
    assert_ne!(secret(1), secret(2));
    let rotated = agency(&app).await;
    assert_eq!(rotated.generations(app.clock.now() + 7 * DAY - Duration::from_millis(1)), [2, 1]);
    assert_eq!(rotated.generations(app.clock.now() + 7 * DAY), [2]);
    let said = printed(&app, &["rotate-agency", DOMAIN, "0"]).await;
    assert!(said.contains(&secret(3)) && said.contains("for 0 days"), "{said}");
    assert_eq!(agency(&app).await.generations(app.clock.now()), [3]);
    let elsewhere = "https://other.example-agency.gov.sg/";
    let said = register(&app, elsewhere).await;
    assert!(
        said.contains(&secret(3)) && said.ends_with(&format!("ACTIVE  failures 0  secret 3  {elsewhere}\n")),
        "{said}"
    );
}

#[tokio::test(start_paused = true)]
async fn only_a_parked_endpoint_is_resumed() {
    let app = App::start().await;
    register(&app, ENDPOINT).await;
    let why = refused(&app, &["resume-agency", DOMAIN]).await;
    assert_eq!(why, format!("{DOMAIN} is ACTIVE, not PARKED"));
    let fail =
        |agency: Subscription| Ok::<_, ()>(Some((0..FAILURES_TO_PARK).fold(agency, |a, _| a.failed(app.clock.now()))));
    let _ = app.store.update(&id(), fail).await.unwrap();
    assert!(printed(&app, &["show-agency", DOMAIN]).await.contains("PARKED  failures 20"));
    let said = printed(&app, &["resume-agency", DOMAIN]).await;
    assert_eq!(said, format!("{DOMAIN}  ACTIVE  failures 0  secret 1  {ENDPOINT}\n"));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_registered_is_said_to_be_so_and_a_removed_agency_is_not() {
    let app = App::start().await;
    for command in ["show-agency", "rotate-agency", "resume-agency"] {
        assert_eq!(refused(&app, &[command, DOMAIN]).await, format!("{DOMAIN} is not registered"));
    }
    register(&app, ENDPOINT).await;
    for _ in 0..2 {
        let said = printed(&app, &["remove-agency", DOMAIN]).await;
        assert_eq!(said, format!("{DOMAIN} is notified of nothing more\n"));
    }
    assert_eq!(refused(&app, &["show-agency", DOMAIN]).await, format!("{DOMAIN} is not registered"));
}

/// A change that a function has written meanwhile is not lost.
#[tokio::test(start_paused = true)]
async fn a_lost_race_is_decided_anew() {
    let app = App::start().await;
    register(&app, ENDPOINT).await;
    let meanwhile = async || {
        let fail = |agency: Subscription| Ok::<_, ()>(Some(agency.failed(app.clock.now())));
        let _ = app.store.update(&id(), fail).await.unwrap();
    };
    let calls = app.probe.calls().len();
    app.probe.run("operate", app.operate(&["rotate-agency", DOMAIN])).await.unwrap().unwrap();
    let writes: Vec<_> = app.probe.calls().iter().skip(calls).map(|call| call.name).collect();
    let place = writes.iter().rposition(|name| *name == "table.put").unwrap();
    app.probe.interrupt(app.probe.calls().len() + place);
    let ended = app.probe.run_interrupted("operate", app.operate(&["rotate-agency", DOMAIN]), meanwhile).await;
    assert_eq!(ended.unwrap().unwrap().code, 0);
    let agency = agency(&app).await;
    assert_eq!((agency.generation, agency.failures), (3, 1), "both are written");
}

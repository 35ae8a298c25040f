//! Licences that follow their accounts, and accounts that no invite has.

use std::collections::{BTreeMap, BTreeSet};

use directory::AccountStatus;
use domain::invite::{Account, Event, Failure, InviteState};
use futures::future::join_all;
use serde_json::{Value, json};
use testing::{Call, DirectoryFault as Fault, people::vendor_form};
use tests::app::App;

use super::{
    DAY, MINUTE, address, ask, both, columns,
    devices::{event, tell},
    elsewhere, invited, stored,
};

#[tokio::test]
async fn a_disabled_account_loses_its_licence_and_gets_everything_back() {
    let app = App::start().await;
    let (id, account) = invited(&app, &vendor_form("eve")).await;
    app.directory.set_status(&account, AccountStatus::SignedIn);
    tell(&app, &event(&account, "enrolled", app.clock.now())).await.expect(202);
    assert_eq!(columns(&app, id).await, both("Onboarded", "Fully Onboarded"));

    app.directory.set_status(&account, AccountStatus::Disabled);
    assert_eq!(columns(&app, id).await, both("Disabled", "Licence withdrawn"));
    app.drain().await;
    assert_eq!(app.directory.seed_group().len(), 0);
    let listed = app.officer("ada").get("/api/invites?techpass=disabled&seed=licence-withdrawn").await.expect(200).body;
    assert_eq!(listed["total"], 1);
    assert!(listed["items"][0]["seed"]["detail"].as_str().unwrap().contains("disabled"));

    app.directory.set_status(&account, AccountStatus::SignedIn);
    assert_eq!(columns(&app, id).await, both("Onboarded", "Licence pending"));
    app.drain().await;
    assert_eq!(columns(&app, id).await, both("Onboarded", "Fully Onboarded"));
    assert_eq!(app.directory.seed_group().len(), 1);

    app.directory.set_status(&account, AccountStatus::Gone);
    assert_eq!(columns(&app, id).await, both("User Not Found", "-"));
}

#[tokio::test]
async fn a_licence_that_was_assigned_after_it_was_taken_back_is_taken_back_again() {
    let app = App::start().await;
    let (id, account) = invited(&app, &vendor_form("eve")).await;
    let own_account = elsewhere(&app, "bo");
    ask(&app, &own_account, &address("bo")).await.expect(202);
    let (_, kept) = invited(&app, &vendor_form("ann")).await;
    let stranger = elsewhere(&app, "kim");
    app.drain().await;
    for account in [&account, &own_account] {
        app.directory.set_status(account, AccountStatus::Disabled);
    }
    app.clock.advance(DAY);
    app.timers().await;
    app.drain().await;
    assert_eq!(app.directory.seed_group().into_iter().collect::<Vec<_>>(), ["ann"]);
    // A worker's call that assigns the licence ends only now.
    for account in [&account, &own_account, &stranger] {
        app.directory.leave_licence(account);
    }
    app.directory.set_status(&stranger, AccountStatus::Disabled);
    app.clock.advance(DAY);
    join_all((0..5).map(|_| app.timers())).await;
    app.drain().await;
    let names = |accounts: [&Account; 2]| accounts.map(|account| account.directory_id.to_lowercase());
    let mut left = names([&kept, &stranger]);
    left.sort();
    assert_eq!(app.directory.seed_group().into_iter().collect::<Vec<_>>(), left, "theirs, and what is not ours");
    assert_eq!(columns(&app, id).await, both("Disabled", "Licence withdrawn"));
    let read = stored(&app, id).await.version();
    app.clock.advance(DAY);
    app.timers().await;
    app.drain().await;
    assert_eq!(stored(&app, id).await.seed, domain::licence::SeedState::Withdrawn);
    assert!(stored(&app, id).await.version() <= read + 1, "there is nothing to take back any more");
}

#[tokio::test]
async fn a_directory_that_is_away_keeps_no_page_back() {
    let app = App::start().await;
    let (id, account) = invited(&app, &vendor_form("eve")).await;
    app.directory.set_status(&account, AccountStatus::Disabled);
    for fault in [Fault::Unreachable, Fault::Throttle, Fault::Misconfigured, Fault::AfterEffect] {
        app.directory.fail_next(Call::AccountStatus, fault);
        assert_eq!(columns(&app, id).await, both("Not Onboarded", "License Assigned"), "{fault:?}");
    }
    assert_eq!(columns(&app, id).await, both("Disabled", "Licence withdrawn"));
}

#[tokio::test]
async fn the_audit_notices_what_nobody_looks_at() {
    let app = App::start().await;
    let mut made = Vec::new();
    for name in ["ann", "ben", "cai", "dan", "eve"] {
        made.push(invited(&app, &vendor_form(name)).await);
    }
    let own_account = elsewhere(&app, "bo");
    ask(&app, &own_account, &address("bo")).await.expect(202);
    app.drain().await;
    app.timers().await;
    let statuses = [AccountStatus::Pending, AccountStatus::SignedIn, AccountStatus::Disabled, AccountStatus::Gone];
    for ((_, account), status) in made.iter().zip(statuses) {
        app.directory.set_status(account, status);
    }
    app.directory.set_status(&own_account, AccountStatus::Disabled);
    app.clock.advance(DAY);
    join_all((0..5).map(|_| app.timers())).await;
    app.drain().await;
    let mut states = Vec::new();
    for (id, _) in &made {
        states.push(stored(&app, *id).await.state_name());
    }
    assert_eq!(states, ["ACCOUNT_CREATED", "ONBOARDED", "DISABLED", "ACCOUNT_GONE", "ACCOUNT_CREATED"]);
    assert_eq!(app.directory.seed_group().into_iter().collect::<Vec<_>>(), ["ann", "ben", "eve"]);
    // Both audits have come to their end, and do not run now.
    let calls = app.directory.calls(Call::ListAccounts);
    app.clock.advance(MINUTE);
    app.timers().await;
    assert_eq!(app.directory.calls(Call::ListAccounts), calls);
    app.clock.advance(DAY);
    app.timers().await;
    let known =
        join_all((0..store::accounts::ACCOUNT_SHARDS).map(|shard| app.store.list_accounts(shard, None, 100))).await;
    assert_eq!(known.into_iter().map(|page| page.unwrap().len()).sum::<usize>(), 5, "the deleted one is forgotten");
}

#[tokio::test]
async fn an_account_that_nobody_recorded_is_adopted_once_and_never_deleted() {
    let app = App::start().await;
    let (id, account) = invited(&app, &vendor_form("eve")).await;
    let before = app.mails_to("eve@vendor.example.com").len();
    let now = app.clock.now();
    let read = stored(&app, id).await;
    // As if its worker had died after the directory had created the account.
    let stood = Some(Box::new(InviteState::Provisioning { lease_until: now, attempt: 10 }));
    let mut lost = read.to_value();
    lost.state = InviteState::NeedsAttention { stood };
    assert!(app.store.write(read.becomes(lost)).await.unwrap().is_done());
    app.clock.advance(DAY);
    join_all((0..5).map(|_| app.timers())).await;
    app.drain().await;
    let adopted = stored(&app, id).await;
    assert_eq!((adopted.state_name(), adopted.account()), ("ACCOUNT_CREATED", Some(&account)));
    assert_eq!(adopted.history.iter().filter(|entry| entry.event == Event::AccountFound).count(), 1);
    assert_eq!(app.mails_to("eve@vendor.example.com").len(), before + 1, "its holder may never have heard");
    assert_eq!(app.directory.made().len(), 1);
}

/// What was kept, by the folder of each list: the names of its accounts, each with its status.
fn kept(app: &App) -> BTreeMap<String, Vec<(String, Value)>> {
    let mut folders = BTreeMap::<String, Vec<(String, Value)>>::new();
    for (key, bytes) in app.backups.contents() {
        let (folder, file) = key.rsplit_once('/').unwrap();
        let lines = folders.entry(folder.to_owned()).or_default();
        if file == "complete" {
            lines.push(("complete".to_owned(), json!(null)));
            continue;
        }
        assert_eq!(file.len(), 64 + ".jsonl".len(), "{key}");
        for line in std::str::from_utf8(&bytes).unwrap().lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            assert!(folder.starts_with("licences/") || line["attributes"]["email"].is_string(), "{line}");
            lines.push((line["name"].as_str().unwrap().to_owned(), line["status"].clone()));
        }
    }
    folders.values_mut().for_each(|lines| lines.sort_by(|one, other| one.0.cmp(&other.0)));
    folders
}

#[tokio::test]
async fn every_account_and_licence_is_kept_once_a_day() {
    let app = App::start().await;
    let mut made = Vec::new();
    for name in ["ann", "ben", "eve", "kim"] {
        made.push(invited(&app, &vendor_form(name)).await.1);
    }
    app.directory.set_status(&made[1], AccountStatus::SignedIn);
    app.directory.set_status(&made[2], AccountStatus::Disabled);
    app.timers().await;
    let began = app.clock.now();
    let day = &began.to_string()[..10];
    let line = |name: &str, status: &str| (name.to_owned(), json!(status));
    let first = vec![
        line("ann", "PENDING"),
        line("ben", "SIGNED_IN"),
        ("complete".to_owned(), json!(null)),
        line("eve", "DISABLED"),
        line("kim", "PENDING"),
    ];
    let found = kept(&app);
    assert_eq!(found[&format!("accounts/{began}")], first);
    let licensed: Vec<_> = found[&format!("licences/{day}")].iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(licensed, ["ann", "ben", "eve", "kim"]);
    assert!(app.backups.contents().iter().all(|(key, _)| !key.contains("ann") && !key.contains('@')));
    app.clock.advance(DAY);
    app.timers().await;
    assert_eq!(kept(&app).keys().filter(|folder| folder.starts_with("accounts/")).count(), 2);
}

#[tokio::test]
async fn a_page_that_cannot_be_kept_is_read_again_and_the_list_is_not_complete_before() {
    let app = App::start().await;
    for name in ["ann", "ben", "eve", "kim"] {
        invited(&app, &vendor_form(name)).await;
    }
    let is_complete = || app.backups.contents().iter().any(|(key, _)| key.ends_with("/complete"));
    app.probe.begin_outage("s3.put", testing::probe::Fault::LostAfter, 3 * MINUTE);
    app.probe.run("maintain", app.timers()).await.unwrap();
    assert!(!is_complete());
    for _ in 0..20 {
        app.probe.pass(MINUTE);
        app.clock.advance(MINUTE);
        app.probe.run("maintain", app.timers()).await.unwrap();
    }
    assert!(is_complete());
    let names: BTreeSet<String> = kept(&app).into_values().flatten().map(|(name, _)| name).collect();
    assert!(["ann", "ben", "eve", "kim", "complete"].iter().all(|name| names.contains(*name)), "{names:?}");
}

#[tokio::test]
async fn an_adoption_that_a_later_invite_forbids_is_left_alone() {
    let app = App::start().await;
    let (id, account) = invited(&app, &vendor_form("eve")).await;
    let read = stored(&app, id).await;
    let now = app.clock.now();
    let mut failed = read.to_value();
    failed.state = InviteState::Failed { failure: Failure::DetailsRefused };
    failed.updated_at = now;
    assert!(app.store.write(read.becomes(failed)).await.unwrap().is_done());
    let mut again = serde_json::to_value(vendor_form("eve")).unwrap();
    again["kind"] = json!("account");
    app.officer("kim").post("/api/invites", again).await.expect(202);
    app.clock.advance(DAY);
    app.timers().await;
    assert_eq!(stored(&app, id).await.state_name(), "FAILED");
    assert_eq!(app.directory.made(), [(id, account)]);
}

#[tokio::test]
async fn a_directory_that_lost_everybody_at_once_is_doubted() {
    let app = App::start().await;
    let mut made = Vec::new();
    for n in 0..48 {
        made.push(invited(&app, &vendor_form(&format!("vendor{n:02}"))).await);
    }
    for (_, account) in &made {
        app.directory.set_status(account, AccountStatus::Gone);
    }
    app.clock.advance(DAY);
    app.timers().await;
    let mut gone = 0;
    for (id, _) in &made {
        gone += usize::from(stored(&app, *id).await.state_name() == "ACCOUNT_GONE");
    }
    // Eight partitions of about six accounts each. In partitions with fewer, the missing accounts are recorded as
    // deleted.
    assert!(gone < made.len() / 2, "{gone} of {}", made.len());
}

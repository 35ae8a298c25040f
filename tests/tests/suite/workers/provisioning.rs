//! Accounts and licences: created once, whatever the directory does.

use boot::Disposition;
use directory::AccountStatus;
use domain::{
    fields::Form,
    invite::{FirstPassword, InviteState},
    licence::SeedState,
};
use futures::future::join_all;
use queue::{QueueName, Wake};
use std::{collections::BTreeSet, time::Duration};
use testing::{
    Call, DirectoryFault,
    people::{self, email, keys, officer_form, vendor_form},
};

use super::{OUTAGES, World, mail_state};

#[tokio::test]
async fn a_vendor_gets_an_account_a_licence_and_a_mail_that_leads_to_the_page() {
    let world = World::new();
    let id = world.account(&vendor_form("ada")).await;
    world.provision(id).await;
    world.drain().await;
    let invite = world.invite(id).await;
    assert_eq!((invite.progress().name(), mail_state(&invite)), ("ACCOUNT_CREATED", "ACCEPTED"));
    assert!(world.is_at_rest(invite.next_due()));
    assert_eq!(invite.seed, SeedState::LicenceAssigned);
    assert!(world.directory.seed_group().contains("ada"));
    let [sent] = &world.outbox.sent()[..] else { panic!() };
    assert_eq!(sent.to, email("ada@vendor.example.com"));
    let token = keys().token(id, 1);
    assert!(sent.letter.text.contains(token.as_str()));
    let record = world.store().find_token(&token.hash()).await.unwrap().unwrap();
    assert_eq!((record.invite, record.generation), (id, 1));
}

#[tokio::test]
async fn an_email_invitation_is_mailed_and_its_account_made_once_it_is_accepted() {
    let world = World::new();
    let id = world.invitation("bo").await;
    world.provision(id).await;
    world.drain().await;
    let invite = world.invite(id).await;
    assert!(invite.can_be_accepted(world.clock.now()));
    assert!(world.directory.made().is_empty());
    let now = world.clock.now();
    let profile = officer_form("bo").profile().unwrap();
    world
        .change(id, |invite| {
            let proven = people::proven(&invite, now);
            invite.accept(profile, proven, now)
        })
        .await;
    world.provision(id).await;
    world.drain().await;
    assert_eq!(world.invite(id).await.progress().name(), "ACCOUNT_CREATED");
    let sent = world.outbox.sent();
    assert_eq!(sent.len(), 2);
    assert!(sent[1].letter.text.contains("Your sign-in name is this email address."));
}

#[tokio::test]
async fn nothing_is_mailed_to_an_address_that_has_an_account() {
    let world = World::new();
    world.directory.add_foreign_account("somebody", &email("Bo@Sample-Board.gov.sg"));
    let id = world.invitation("bo").await;
    world.provision(id).await;
    world.drain().await;
    assert_eq!(world.invite(id).await.state_name(), "FAILED");
    assert_eq!(world.outbox.requests(), 0);
    // A failed invite frees its address.
    world.invitation("bo").await;
}

#[tokio::test]
async fn an_account_that_has_the_address_or_the_name_is_left_alone() {
    let world = World::new();
    world.directory.add_foreign_account("ada", &email("someone@vendor.example.com"));
    world.directory.add_foreign_account("cy", &email("eve@vendor.example.com"));
    let taken_name = world.account(&vendor_form("ada")).await;
    let taken_address = world.account(&Form { username: "eva".to_owned(), ..vendor_form("eve") }).await;
    for (id, code) in [(taken_name, "username.taken"), (taken_address, "account.exists")] {
        world.provision(id).await;
        let InviteState::Failed { failure } = world.invite(id).await.state else { panic!() };
        assert_eq!(failure.code(), code);
    }
    assert!(world.directory.made().is_empty());
}

#[tokio::test]
async fn a_message_that_comes_five_times_at_once_has_one_effect() {
    let world = World::new();
    let id = world.account(&vendor_form("ada")).await;
    join_all((0..5).map(|_| world.provision(id))).await;
    assert_eq!(world.directory.calls(Call::CreateAccount), 1);
    assert_eq!(world.queues().drain(QueueName::Mail).len(), 1);
    join_all((0..5).map(|_| world.mail(Wake::Invite { id }))).await;
    assert_eq!(world.outbox.requests(), 1);
    // A repetition of all messages of the day changes nothing.
    let before = world.invite(id).await;
    world.provision(id).await;
    world.mail(Wake::Invite { id }).await;
    assert_eq!(world.invite(id).await, before);
}

/// Every fault at every call, once and twice in a row: one account, one mail, and nothing that stops for ever.
#[tokio::test]
async fn whatever_the_directory_does_everyone_ends_with_one_account_and_one_mail() {
    let faults = [
        DirectoryFault::BeforeEffect,
        DirectoryFault::AfterEffect,
        DirectoryFault::Throttle,
        DirectoryFault::Unreachable,
        DirectoryFault::Misconfigured,
    ];
    let calls = [Call::FindByEmail, Call::CreateAccount, Call::AddToSeedGroup];
    for (call, first) in calls.iter().flat_map(|call| faults.map(|fault| (*call, fault))) {
        for second in faults.map(Some).into_iter().chain([None]) {
            let world = World::new();
            world.directory.fail_next(call, first);
            second.into_iter().for_each(|second| world.directory.fail_next(call, second));
            let vendor = world.account(&vendor_form("ada")).await;
            let officer = world.invitation("bo").await;
            world.provision(vendor).await;
            world.provision(officer).await;
            world.drain().await;
            world.minutes(15).await;
            let shown = format!("{call:?} {first:?} {second:?}");
            let invite = world.invite(vendor).await;
            assert_eq!(
                (invite.progress().name(), invite.seed),
                ("ACCOUNT_CREATED", SeedState::LicenceAssigned),
                "{shown}"
            );
            assert!(world.is_at_rest(invite.next_due()), "{shown}");
            assert_eq!(world.invite(officer).await.state_name(), "INVITED", "{shown}");
            assert_eq!(world.directory.made().len(), 1, "{shown}");
            assert_eq!(world.outbox.sent().len(), 2, "{shown}");
        }
    }
}

/// Else all of a throttled batch would come back in the same second, and be throttled again.
#[tokio::test]
async fn throttled_attempts_are_repeated_over_half_a_minute() {
    let world = World::new();
    let mut pauses = BTreeSet::new();
    for number in 0..20 {
        world.directory.fail_next(Call::CreateAccount, DirectoryFault::Throttle);
        let id = world.account(&vendor_form(&format!("ada-{number}"))).await;
        world.provision(id).await;
        let due = world.invite(id).await.next_due().unwrap();
        pauses.insert(due.since(world.clock.now()).as_secs());
    }
    let (first, last) = (*pauses.first().unwrap(), *pauses.last().unwrap());
    assert!(pauses.len() >= 10 && (15..=30).contains(&(last - first)), "{pauses:?}");
}

#[tokio::test]
async fn details_that_the_directory_refuses_are_the_officers_to_amend() {
    let world = World::new();
    world.directory.fail_next(Call::CreateAccount, DirectoryFault::RefuseDetails);
    let id = world.account(&vendor_form("ada")).await;
    world.provision(id).await;
    let InviteState::Failed { failure } = world.invite(id).await.state else { panic!() };
    assert_eq!(failure.code(), "account.details-refused");
}

#[tokio::test]
async fn an_account_is_not_claimed_when_too_little_time_is_left() {
    let world = World::new();
    let id = world.account(&vendor_form("ada")).await;
    for (left, is_claimed) in [(23_999, false), (24_000, true)] {
        let deadline = world.clock.now() + Duration::from_millis(left);
        let disposition = provision_user::handle(&world.provision, Wake::Invite { id }, deadline).await;
        assert_eq!(matches!(disposition, Disposition::Retry(_)), !is_claimed, "{left}");
        let state = if is_claimed { "ACCOUNT_CREATED" } else { "QUEUED" };
        assert_eq!(world.invite(id).await.state_name(), state, "{left}");
    }
    for (left, is_claimed) in [(9_999, false), (10_000, true)] {
        let deadline = world.clock.now() + Duration::from_millis(left);
        let disposition = send_mail::handle(&world.mail, Wake::Invite { id }, deadline).await;
        assert_eq!(matches!(disposition, Disposition::Retry(_)), !is_claimed, "{left}");
        let state = if is_claimed { "ACCEPTED" } else { "QUEUED" };
        assert_eq!(mail_state(&world.invite(id).await), state, "{left}");
    }
}

#[tokio::test]
async fn an_account_is_searched_for_after_refused_details_only_if_an_earlier_claim_may_have_created_it() {
    for was_lost in [false, true] {
        let world = World::new();
        let id = world.account(&vendor_form("ada")).await;
        if was_lost {
            world.directory.fail_next(Call::CreateAccount, DirectoryFault::AfterEffect);
            world.provision(id).await;
            world.clock.advance(Duration::from_secs(15 * 60));
        }
        world.directory.fail_next(Call::CreateAccount, DirectoryFault::RefuseDetails);
        world.provision(id).await;
        assert_eq!(world.directory.calls(Call::FindMade), usize::from(was_lost));
        let state = if was_lost { "ACCOUNT_CREATED" } else { "FAILED" };
        assert_eq!(world.invite(id).await.state_name(), state);
    }
}

/// It is known from nowhere else, so a short outage of the table must not lose it.
#[tokio::test(start_paused = true)]
async fn the_outcome_of_a_first_password_is_recorded_once_the_table_answers_again() {
    let asked = async || {
        let world = World::new();
        let id = world.account(&officer_form("ada")).await;
        world.provision(id).await;
        let now = world.clock.now();
        world.change(id, |invite| invite.request_first_password(now)).await;
        (world, id)
    };
    let (world, id) = asked().await;
    world.probe.run("provision-user", world.provision(id)).await.unwrap();
    let place = world.place_after("directory.mail_first_password");
    for (failures, left, is_recorded) in OUTAGES {
        let (world, id) = asked().await;
        world.break_calls(place, failures);
        let deadline = world.clock.now() + Duration::from_millis(left);
        let work = provision_user::handle(&world.provision, Wake::Invite { id }, deadline);
        let began = tokio::time::Instant::now();
        let disposition = world.probe.run("provision-user", work).await.unwrap();
        assert_eq!(matches!(disposition, Disposition::Done), is_recorded, "{failures} {left}");
        let is_open = matches!(world.invite(id).await.first_password, FirstPassword::Sending { .. });
        assert_eq!(is_open, !is_recorded, "{failures} {left}");
        if failures == 5 {
            assert_eq!(began.elapsed().as_millis(), 3_100);
        }
    }
}

#[tokio::test]
async fn a_first_password_is_mailed_once_and_again_only_if_it_is_known_not_to_be() {
    let cases = [
        (None, 1),
        (Some(DirectoryFault::Unreachable), 1),
        (Some(DirectoryFault::Throttle), 1),
        (Some(DirectoryFault::Misconfigured), 1),
        (Some(DirectoryFault::AfterEffect), 1),
        // The result is unknown, so nothing is sent by itself: the holder asks again.
        (Some(DirectoryFault::BeforeEffect), 0),
    ];
    for (fault, mailed) in cases {
        let world = World::new();
        let id = world.account(&vendor_form("ada")).await;
        world.provision(id).await;
        world.drain().await;
        let now = world.clock.now();
        world.change(id, |invite| invite.request_first_password(now)).await;
        fault.into_iter().for_each(|fault| world.directory.fail_next(Call::MailFirstPassword, fault));
        join_all((0..3).map(|_| world.provision(id))).await;
        world.minutes(10).await;
        let invite = world.invite(id).await;
        let account = invite.account().unwrap();
        assert_eq!(world.directory.first_passwords(account), mailed, "{fault:?}");
        assert!(world.is_at_rest(invite.next_due()), "{fault:?}");
    }
}

#[tokio::test]
async fn a_licence_that_cannot_be_assigned_keeps_no_first_password_back() {
    let world = World::new();
    let id = world.account(&vendor_form("ada")).await;
    world.directory.fail_next(Call::AddToSeedGroup, DirectoryFault::Misconfigured);
    world.provision(id).await;
    world.drain().await;
    assert_eq!(world.invite(id).await.seed.name(), "LICENCE_ERROR");
    let now = world.clock.now();
    world.change(id, |invite| invite.request_first_password(now)).await;
    world.provision(id).await;
    let invite = world.invite(id).await;
    assert_eq!(world.directory.first_passwords(invite.account().unwrap()), 1);
    assert_eq!(invite.seed.name(), "LICENCE_ERROR");
    world.minutes(10).await;
    assert_eq!(world.invite(id).await.seed, SeedState::LicenceAssigned);
}

#[tokio::test]
async fn a_first_password_comes_before_a_licence() {
    let world = World::new();
    let id = world.account(&vendor_form("ada")).await;
    (0..3).for_each(|_| world.directory.fail_next(Call::AddToSeedGroup, DirectoryFault::Unreachable));
    world.provision(id).await;
    let now = world.clock.now();
    world.change(id, |invite| invite.request_first_password(now)).await;
    world.provision(id).await;
    let invite = world.invite(id).await;
    assert_eq!(world.directory.first_passwords(invite.account().unwrap()), 1);
    assert_eq!(invite.seed, SeedState::Pending);
}

#[tokio::test]
async fn what_the_directory_did_not_do_is_tried_again_after_a_pause() {
    for (fault, pause) in [(DirectoryFault::Unreachable, 30), (DirectoryFault::Misconfigured, 300)] {
        let world = World::new();
        let (account, invitation) = (world.account(&officer_form("ada")).await, world.invitation("bo").await);
        for (id, call) in [(account, Call::CreateAccount), (invitation, Call::FindByEmail)] {
            world.directory.fail_next(call, fault);
            world.provision(id).await;
            assert_eq!(world.wait_of(id).await, pause, "{call:?} {fault:?}");
        }
        world.clock.advance(Duration::from_secs(pause));
        world.provision(account).await;
        let now = world.clock.now();
        world.change(account, |invite| invite.request_first_password(now)).await;
        world.directory.fail_next(Call::MailFirstPassword, fault);
        world.provision(account).await;
        assert_eq!(world.wait_of(account).await, pause, "{fault:?}");
    }
}

#[tokio::test]
async fn a_licence_is_tried_again_after_a_pause_also_while_mail_is_stopped() {
    let world = World::new();
    let id = world.account(&vendor_form("ada")).await;
    (0..2).for_each(|_| world.directory.fail_next(Call::AddToSeedGroup, DirectoryFault::Unreachable));
    world.store().stop_mail().await.unwrap();
    // The first attempt is made with the account, and the second one by itself.
    world.provision(id).await;
    // What the directory says of an account holds for hours. The mail would have to wait for another answer.
    world.clock.advance(Duration::from_secs(2 * 24 * 3600));
    world.provision(id).await;
    let due_at = world.invite(id).await.next_due();
    assert_eq!(due_at, Some(world.clock.now() + Duration::from_secs(30)));
    world.clock.advance(Duration::from_secs(30));
    world.provision(id).await;
    assert_eq!(world.invite(id).await.seed, SeedState::LicenceAssigned);
}

#[tokio::test]
async fn a_first_password_waits_while_mail_is_stopped() {
    let world = World::new();
    let id = world.account(&officer_form("ada")).await;
    world.provision(id).await;
    world.store().stop_mail().await.unwrap();
    let now = world.clock.now();
    world.change(id, |invite| invite.request_first_password(now)).await;
    world.provision(id).await;
    assert_eq!(world.wait_of(id).await, 120);
    world.store().start_mail().await.unwrap();
    world.provision(id).await;
    assert_eq!(world.directory.first_passwords(world.invite(id).await.account().unwrap()), 1);
}

#[tokio::test]
async fn an_account_that_was_deleted_is_shown_as_deleted() {
    let world = World::new();
    let id = world.account(&vendor_form("ada")).await;
    world.provision(id).await;
    world.drain().await;
    let now = world.clock.now();
    world.change(id, |invite| invite.request_first_password(now)).await;
    let account = world.invite(id).await.account().unwrap().clone();
    world.directory.set_status(&account, AccountStatus::Gone);
    world.provision(id).await;
    assert_eq!(world.invite(id).await.state_name(), "ACCOUNT_GONE");
}

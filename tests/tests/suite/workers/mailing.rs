//! Mails: sent once, or known not to be sent.

use boot::Disposition;
use queue::Wake;
use std::time::Duration;
use store::settings::MailSwitch;
use testing::{MailFault, SentMail, people::vendor_form};

use super::{DELIVERED, OUTAGES, SENT, World, is_duplicate, mail_state};

#[tokio::test]
async fn a_mail_that_was_not_taken_is_tried_again_ever_later_and_counts_as_no_attempt() {
    let world = World::new();
    let id = world.account(&vendor_form("ada")).await;
    world.provision(id).await;
    (0..3).for_each(|_| world.outbox.fail_next(MailFault::Misconfigured));
    let mut waits = Vec::new();
    for _ in 0..3 {
        world.mail(Wake::Invite { id }).await;
        waits.push(world.wait_of(id).await);
    }
    assert!(waits.is_sorted() && waits[0] >= 30, "{waits:?}");
    world.drain().await;
    world.minutes(20).await;
    assert!(!is_duplicate(&world.invite(id).await));
    assert_eq!(world.outbox.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_mail_queues_for_its_turn_while_ses_is_busy() {
    let world = World::new();
    let id = world.account(&vendor_form("ada")).await;
    world.provision(id).await;
    (0..5).for_each(|_| world.outbox.fail_next(MailFault::Throttle));
    world.mail(Wake::Invite { id }).await;
    assert_eq!((world.outbox.sent().len(), world.outbox.requests()), (1, 6));
    assert_eq!(mail_state(&world.invite(id).await), "ACCEPTED");
}

#[tokio::test(start_paused = true)]
async fn a_mail_that_queued_in_vain_waits_no_longer_each_time() {
    let world = World::new();
    let id = world.account(&vendor_form("ada")).await;
    world.provision(id).await;
    (0..100).for_each(|_| world.outbox.fail_next(MailFault::Throttle));
    for round in 1..=3 {
        world.mail(Wake::Invite { id }).await;
        assert_eq!(world.wait_of(id).await, 30);
        assert!(world.outbox.requests() <= 21 * round, "a message waits no longer than its worker may");
    }
}

#[tokio::test(start_paused = true)]
async fn a_mail_that_queues_is_stopped_like_any_other() {
    let world = World::new();
    let id = world.account(&vendor_form("ada")).await;
    world.provision(id).await;
    (0..5).for_each(|_| world.outbox.fail_next(MailFault::Throttle));
    let stop = async {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        world.store().stop_mail().await.unwrap();
        world.clock.advance(Duration::from_secs(1));
    };
    tokio::join!(world.mail(Wake::Invite { id }), stop);
    assert_eq!((world.outbox.sent().len(), world.outbox.requests()), (0, 2));
    assert!(world.invite(id).await.mail_is_due(), "it goes out once mail runs again");
}

/// Only an event of SES could settle it otherwise, so a short outage of the table must not lose it.
#[tokio::test(start_paused = true)]
async fn the_answer_to_a_mail_is_recorded_once_the_table_answers_again() {
    let queued = async || {
        let world = World::new();
        let id = world.account(&vendor_form("ada")).await;
        world.provision(id).await;
        (world, id)
    };
    let (world, id) = queued().await;
    world.probe.run("send-mail", world.mail(Wake::Invite { id })).await.unwrap();
    let place = world.place_after("ses.send");
    for (failures, left, is_recorded) in OUTAGES {
        let (world, id) = queued().await;
        world.break_calls(place, failures);
        world.probe.interrupt(place);
        let slow = async || world.clock.advance(Duration::from_millis(30_000 - left));
        let began = tokio::time::Instant::now();
        let work = world.mail(Wake::Invite { id });
        let disposition = world.probe.run_interrupted("send-mail", work, slow).await.unwrap();
        assert_eq!(matches!(disposition, Disposition::Done), is_recorded, "{failures} {left}");
        let state = if is_recorded { "ACCEPTED" } else { "SENDING" };
        assert_eq!(mail_state(&world.invite(id).await), state, "{failures} {left}");
        if failures == 5 {
            assert_eq!(began.elapsed().as_millis(), 3_100);
        }
    }
}

#[tokio::test]
async fn no_mail_is_sent_for_fifteen_minutes_once_ses_takes_none_of_this_account() {
    let world = World::new();
    let [first, other] = [world.account(&vendor_form("ada")).await, world.account(&vendor_form("bea")).await];
    world.outbox.fail_next(MailFault::Quota);
    let until = world.clock.now() + Duration::from_secs(15 * 60);
    for id in [first, other] {
        world.provision(id).await;
        world.mail(Wake::Invite { id }).await;
        assert_eq!(world.outbox.requests(), 1);
        // A worker reads the mail switch at most once a second.
        world.clock.advance(Duration::from_secs(1));
    }
    assert_eq!(world.invite(first).await.next_due(), Some(until));
    assert_eq!(world.store().mail_switch(world.clock.now()).await.unwrap(), MailSwitch::Paused { until });
    world.minutes(16).await;
    assert_eq!(world.outbox.sent().len(), 2);
}

#[tokio::test]
async fn a_mail_that_waits_for_room_in_its_mailbox_is_written_once() {
    let world = World::new();
    let id = world.account(&vendor_form("ada")).await;
    world.provision(id).await;
    let mailbox = world.store().find_mailbox(&world.invite(id).await.address_key).await.unwrap();
    let now = world.clock.now();
    let full = (0..3).fold(mailbox.to_value(), |mailbox, _| mailbox.admit(id, now).unwrap());
    assert!(world.store().write(mailbox.becomes(full)).await.unwrap().is_done());
    world.mail(Wake::Invite { id }).await;
    let held = world.invite(id).await;
    assert_eq!(held.next_due(), Some(now + Duration::from_secs(24 * 3600)));
    world.mail(Wake::Invite { id }).await;
    assert_eq!(world.invite(id).await, held);
    assert_eq!(world.outbox.requests(), 0);
}

#[tokio::test]
async fn a_refused_invitation_fails_and_a_refused_account_mail_leaves_the_account() {
    let world = World::new();
    let (invitation, account) = (world.invitation("bo").await, world.account(&vendor_form("ada")).await);
    for id in [invitation, account] {
        world.outbox.fail_next(MailFault::Refuse);
        world.provision(id).await;
        world.drain().await;
    }
    assert_eq!(world.invite(invitation).await.state_name(), "FAILED");
    let account = world.invite(account).await;
    assert_eq!((account.progress().name(), mail_state(&account)), ("ACCOUNT_CREATED", "REFUSED"));
}

#[tokio::test]
async fn an_event_settles_a_mail_whose_answer_was_lost() {
    let world = World::new();
    let id = world.invitation("bo").await;
    world.outbox.fail_next(MailFault::AfterEffect);
    world.provision(id).await;
    world.drain().await;
    assert_eq!(mail_state(&world.invite(id).await), "SENDING");
    world.clock.advance(Duration::from_secs(14 * 60));
    let sent = world.outbox.sent();
    assert!(matches!(world.report(SENT, &sent[0]).await, Disposition::Done));
    let invite = world.invite(id).await;
    assert_eq!((invite.state_name(), mail_state(&invite)), ("INVITED", "ACCEPTED"));
    world.minutes(120).await;
    assert_eq!(world.outbox.requests(), 1);
}

#[tokio::test]
async fn an_unanswered_mail_is_copied_once_and_only_while_events_are_seen_to_arrive() {
    let world = World::new();
    let id = world.invitation("bo").await;
    world.outbox.fail_next(MailFault::AfterEffect);
    world.provision(id).await;
    world.drain().await;
    // No event ever arrived, so a mail without events is no finding.
    world.minutes(90).await;
    assert_eq!(world.outbox.requests(), 1);
    // The event of another mail proves that events arrive.
    let other = world.account(&vendor_form("ada")).await;
    world.provision(other).await;
    world.drain().await;
    let sent = world.outbox.sent();
    world.report(SENT, &sent[1]).await;
    world.minutes(70).await;
    let sent = world.outbox.sent();
    assert_eq!(sent.len(), 3);
    assert_eq!(sent[0].letter, sent[2].letter);
    assert_eq!((sent[0].tags.attempt, sent[2].tags.attempt), (1, 2));
    let invite = world.invite(id).await;
    assert_eq!(invite.state_name(), "INVITED");
    assert!(is_duplicate(&invite));
}

#[tokio::test]
async fn a_second_unanswered_mail_is_left_to_a_person() {
    let world = World::new();
    let id = world.invitation("bo").await;
    world.outbox.fail_next(MailFault::AfterEffect);
    world.outbox.fail_next(MailFault::BeforeEffect);
    world.provision(id).await;
    world.drain().await;
    for _ in 0..6 {
        world.minutes(20).await;
        let first = &world.outbox.sent()[0];
        let foreign = SentMail { tags: mail::Tags { generation: 9, ..first.tags.clone() }, ..first.clone() };
        world.report(SENT, &foreign).await;
    }
    assert_eq!(world.outbox.requests(), 2);
    assert_eq!(mail_state(&world.invite(id).await), "SENDING");
    // Its event counts, however late it is.
    world.report(DELIVERED, &world.outbox.sent()[0]).await;
    assert_eq!(world.invite(id).await.state_name(), "INVITED");
}

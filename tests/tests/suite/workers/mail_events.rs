//! SES's events of mails, and mailboxes that they suppress.

use boot::Disposition;
use domain::mail::SuppressionReason;
use queue::Wake;
use serde_json::{Value, json};
use std::time::Duration;
use store::Transaction;
use testing::{
    MailFault,
    people::{beginning, keys, officer, vendor_form},
};

use super::{DELIVERED, SENT, World, mail_state};

#[tokio::test]
async fn events_in_any_order_and_number_end_in_the_same_state() {
    let cases: [(&str, &str); 7] = [
        (include_str!("../../../../events/mail-delayed.json"), "DELAYED"),
        (DELIVERED, "DELIVERED"),
        (include_str!("../../../../events/mail-rejected.json"), "SUPPRESSED"),
        (include_str!("../../../../events/mail-suppressed.json"), "SUPPRESSED"),
        (include_str!("../../../../events/mail-bounced.json"), "BOUNCED"),
        (include_str!("../../../../events/mail-bounced-soft.json"), "BOUNCED"),
        (include_str!("../../../../events/mail-complained.json"), "COMPLAINED"),
    ];
    for (recorded, state) in cases {
        for order in [[SENT, recorded], [recorded, SENT]] {
            let world = World::new();
            let id = world.account(&vendor_form("ada")).await;
            world.provision(id).await;
            world.drain().await;
            for event in order.into_iter().chain(order) {
                let sent = &world.outbox.sent()[0];
                assert!(matches!(world.report(event, sent).await, Disposition::Done));
            }
            assert_eq!(mail_state(&world.invite(id).await), state);
        }
    }
}

#[tokio::test]
async fn a_mailbox_that_returned_a_mail_is_sent_nothing_more_by_anyone() {
    let hard = [
        (include_str!("../../../../events/mail-bounced.json"), "bounced"),
        (include_str!("../../../../events/mail-suppressed.json"), "bounced"),
        (include_str!("../../../../events/mail-complained.json"), "complained"),
    ];
    for (recorded, reason) in hard {
        let world = World::new();
        let first = world.invitation("bo").await;
        world.provision(first).await;
        world.drain().await;
        // The event arrives twice, and then once more, late.
        let sent = world.outbox.sent()[0].clone();
        for _ in 0..2 {
            assert!(matches!(world.report(recorded, &sent).await, Disposition::Done));
        }
        world.change(first, |invite| invite.revoke(&world.act())).await;
        let second = world.invitation("Bo+again").await;
        world.provision(second).await;
        world.drain().await;
        let invite = world.invite(second).await;
        assert_eq!((invite.state_name(), mail_state(&invite)), ("FAILED", "SUPPRESSED"));
        let body = serde_json::to_value(web::invite::InviteBody::of(&invite)).unwrap();
        assert_eq!(body["mail"]["reason"], reason);
        assert!(body["mail"]["detail"].as_str().unwrap().contains("nothing is sent to it"));
        assert_eq!(body["techpass"]["failure"]["code"], format!("address.{reason}"));
        // Other mailboxes are not affected.
        let other = world.invitation("kim").await;
        world.provision(other).await;
        world.drain().await;
        assert_eq!(world.outbox.sent().len(), 2);
        // An operator clears the mailbox. The event arrives once more, and is older than that.
        let mailbox = world.store().find_mailbox(&invite.address_key).await.unwrap();
        world.clock.advance(Duration::from_secs(3600));
        let cleared = mailbox.to_value().clear("an operator".to_owned(), world.clock.now()).unwrap();
        assert!(world.store().write(mailbox.becomes(cleared.clone())).await.unwrap().is_done());
        let mut late: Value = serde_json::from_str(recorded).unwrap();
        late["time"] = json!(beginning().to_string());
        let tags = late["detail"]["mail"]["tags"].as_object_mut().unwrap();
        tags.extend(sent.tags.pairs().into_iter().map(|(name, value)| (name.to_owned(), json!([value]))));
        assert!(matches!(world.track(late).await, Disposition::Done));
        world.clock.advance(Duration::from_secs(24 * 3600));
        let read = world.invite(second).await;
        let mut transaction = Transaction::default();
        transaction.revive(&read, read.to_value().resend(&cleared, &world.act()).unwrap()).unwrap();
        assert_eq!(transaction.commit(world.store()).await.unwrap(), []);
        world.provision(second).await;
        world.mail(Wake::Invite { id: second }).await;
        assert_eq!(world.invite(second).await.state_name(), "INVITED");
    }
}

#[tokio::test]
async fn what_may_pass_suppresses_nobody() {
    let soft = include_str!("../../../../events/mail-bounced-soft.json");
    let no_spam = include_str!("../../../../events/mail-complained.json").replace("\"abuse\"", "\"not-spam\"");
    assert!(no_spam.contains("not-spam"));
    for recorded in [soft, &no_spam] {
        let world = World::new();
        let id = world.invitation("bo").await;
        world.provision(id).await;
        world.drain().await;
        world.report(recorded, &world.outbox.sent()[0]).await;
        let key = world.invite(id).await.into_value().address_key;
        assert_eq!(world.store().find_mailbox(&key).await.unwrap().is_open(), Ok(()));
    }
}

#[tokio::test]
async fn an_officer_whose_mailbox_is_closed_is_not_told_either() {
    let world = World::new();
    let id = world.invitation("bo").await;
    world.provision(id).await;
    world.drain().await;
    let key = keys().address(&officer("olivia").email);
    let read = world.store().find_mailbox(&key).await.unwrap();
    let now = world.clock.now();
    let closed = read.to_value().suppress(SuppressionReason::Complained, now, now).unwrap();
    assert!(world.store().write(read.becomes(closed)).await.unwrap().is_done());
    world.clock.advance(Duration::from_secs(31 * 24 * 3600));
    world.minutes(5).await;
    let invite = world.invite(id).await;
    assert_eq!(invite.state_name(), "EXPIRED");
    assert_eq!(invite.officer_mail.as_ref().unwrap().state_name(), "SUPPRESSED");
    assert!(world.is_at_rest(invite.next_due()));
    assert_eq!(world.outbox.requests(), 1);
}

#[tokio::test]
async fn a_mail_that_was_not_sent_takes_no_room() {
    for fault in [MailFault::Misconfigured, MailFault::Refuse] {
        let world = World::new();
        let id = world.account(&vendor_form("ada")).await;
        world.provision(id).await;
        world.outbox.fail_next(fault);
        world.mail(Wake::Invite { id }).await;
        assert_eq!((world.outbox.requests(), world.outbox.sent().len()), (1, 0));
        let read = world.store().find_mailbox(&world.invite(id).await.address_key).await.unwrap();
        let (mut mailbox, now) = (read.into_value(), world.clock.now());
        for _ in 0..3 {
            mailbox = mailbox.admit(id, now).unwrap();
        }
        assert!(mailbox.admit(id, now).is_err());
    }
}

#[tokio::test]
async fn an_event_that_is_not_ours_changes_nothing() {
    let world = World::new();
    let id = world.account(&vendor_form("ada")).await;
    world.provision(id).await;
    world.drain().await;
    let before = world.invite(id).await;
    let pairs = world.outbox.sent()[0].tags.pairs();
    let tags: Value = pairs.into_iter().map(|(name, value)| (name.to_owned(), json!([value]))).collect();
    let recorded: Value = serde_json::from_str(DELIVERED).unwrap();
    let changes: [(&str, Value); 6] = [
        ("/source", json!("my.app")),
        ("/account", json!("999999999999")),
        ("/detail-type", json!("Email Opened")),
        ("/detail/mail/tags/generation", json!(["2"])),
        ("/detail/mail/tags/kind", json!(["invitation"])),
        ("/detail/mail/tags", json!({})),
    ];
    for (pointer, value) in changes {
        let mut event = recorded.clone();
        event["detail"]["mail"]["tags"] = tags.clone();
        *event.pointer_mut(pointer).unwrap() = value;
        assert!(!matches!(world.track(event).await, Disposition::Retry(_)), "{pointer}");
        assert_eq!(world.invite(id).await, before, "{pointer}");
    }
}

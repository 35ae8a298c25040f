//! Lost wake-up calls, and dead letters.

use boot::Disposition;
use domain::{
    InviteId,
    batch::{BatchState, ObjectVersion},
    fields::Form,
    invite::{Kind, Origin},
};
use futures::future::join_all;
use queue::{QueueName, Wake};
use std::time::Duration;
use store::rows::KeyedRow;
use testing::{
    Delivery, MailFault,
    people::{account_invite, draft, keys, officer, vendor_form},
};

use super::{DELIVERED, World};

#[tokio::test]
async fn wake_ups_that_are_lost_are_made_up_for_and_five_sweeps_at_once_wake_once() {
    let world = World::new();
    world.queues().set_delivery(Delivery::Failing);
    let mut ids = Vec::new();
    for name in ["ada", "bea", "cy"] {
        let id = world.account(&vendor_form(name)).await;
        ids.push(id);
        if name != "ada" {
            world.provision(id).await;
        }
    }
    world.minutes(3).await;
    assert_eq!(world.outbox.requests(), 0);
    world.queues().set_delivery(Delivery::Working);
    world.clock.advance(Duration::from_secs(120));
    join_all((0..5).map(|_| world.sweep())).await;
    let provision = world.queues().drain(QueueName::Provision);
    assert_eq!(provision, [Wake::Invite { id: ids[0] }]);
    assert_eq!(world.queues().drain(QueueName::Mail).len(), 2);
    world.minutes(5).await;
    assert_eq!(world.outbox.sent().len(), 3);
    for id in ids {
        assert_eq!(world.invite(id).await.progress().name(), "ACCOUNT_CREATED");
    }
}

#[tokio::test]
async fn a_sweep_gets_through_more_than_a_page() {
    let world = World::new();
    let names: Vec<String> = (0..2100).map(|number| format!("vendor{number}")).collect();
    for name in &names {
        world.account(&vendor_form(name)).await;
    }
    world.clock.advance(Duration::from_secs(121));
    world.sweep().await;
    assert_eq!(world.queues().drain(QueueName::Provision).len(), names.len());
}

#[tokio::test]
async fn a_sweep_begins_no_page_without_the_time_for_it() {
    let world = World::new();
    world.account(&vendor_form("ada")).await;
    world.clock.advance(Duration::from_secs(121));
    for (left, woken) in [(11_999, 0), (12_000, 1)] {
        let deadline = world.clock.now() + Duration::from_millis(left);
        assert!(matches!(sweep::handle(&world.sweep, deadline).await, Disposition::Done));
        assert_eq!(world.queues().drain(QueueName::Provision).len(), woken, "{left}");
    }
}

#[tokio::test]
async fn a_batch_that_stands_still_is_woken_and_one_that_is_through_is_reported() {
    let world = World::new();
    let now = world.clock.now();
    let (batch, rows) = draft(&officer("olivia"), vec![vendor_form("ada"), Form::default()], now, &world.entropy);
    let submitted = batch.submit(now).unwrap();
    let id = submitted.id;
    assert!(world.store().create_batch(&submitted).await.unwrap().is_done());
    world.clock.advance(Duration::from_secs(121));
    world.sweep().await;
    assert_eq!(world.queues().drain(QueueName::Dispatch), [Wake::Batch { id }]);

    let origin = Origin::Batch { batch: id, row: 1, kind: Kind::Account };
    let mut invite = account_invite(&officer("olivia"), &vendor_form("ada"), world.clock.now(), &world.entropy);
    invite.origin = origin;
    let invite = world.keep(invite).await;
    let sent = KeyedRow::new(rows[0].row.clone().sent(invite, now), &keys());
    world.store().write_rows(id, &[sent, rows[1].clone()]).await.unwrap();
    world.provision(invite).await;
    world.drain().await;
    let batch = world.store().get::<domain::batch::Batch>(&id).await.unwrap().unwrap();
    let now = world.clock.now();
    let done = batch.to_value().dispatched(batch.counts, now).unwrap().done(now).unwrap();
    let _ = world.store().write(batch.becomes(done)).await.unwrap();
    world.outbox.fail_next(MailFault::Throttle);
    world.minutes(5).await;
    let sent = world.outbox.sent();
    let report = sent.last().unwrap();
    assert_eq!(report.to, officer("olivia").email);
    assert!(report.letter.text.contains("- Accounts made: 1\n"));
    assert!(report.letter.text.contains("- Rows that need fixing: 1\n"));
    assert!(report.letter.text.contains(&format!("/#/batches/{id}")));
    world.report(DELIVERED, report).await;
    let batch = world.store().get::<domain::batch::Batch>(&id).await.unwrap().unwrap();
    assert_eq!(batch.report.as_ref().unwrap().state_name(), "DELIVERED");
    assert!(world.is_at_rest(Some(batch.next_due())));
    world.minutes(60).await;
    assert_eq!(world.outbox.sent().len(), 2);
}

#[tokio::test]
async fn a_workbook_that_ends_its_readers_is_given_up_and_said_so() {
    let world = World::new();
    let now = world.clock.now();
    let (draft, _) = draft(&officer("olivia"), Vec::new(), now, &world.entropy);
    let object = ObjectVersion { key: "drops/x.xlsx".to_owned(), version_id: "1".to_owned() };
    let dropped =
        domain::batch::Batch::new(draft.id, officer("olivia"), domain::batch::Source::Drop, now, draft.trace.clone());
    let parsing = dropped.claim_parse(object, now).unwrap();
    assert!(world.store().create_batch(&parsing).await.unwrap().is_done());
    world.minutes(15).await;
    let batch = world.store().get::<domain::batch::Batch>(&parsing.id).await.unwrap().unwrap();
    assert_eq!(batch.state_name(), "PARSING");
    world.minutes(10).await;
    let batch = world.store().get::<domain::batch::Batch>(&parsing.id).await.unwrap().unwrap();
    let BatchState::Unreadable { detail, .. } = &batch.state else { panic!() };
    assert!(world.outbox.sent()[0].letter.text.contains(detail));
    assert!(world.is_at_rest(Some(batch.next_due())));
}

#[tokio::test]
async fn messages_about_nothing_are_taken_off_the_queue() {
    let world = World::new();
    let id = InviteId::generate(world.clock.now(), &world.entropy);
    let batch = domain::BatchId::generate(world.clock.now(), &world.entropy);
    assert!(matches!(world.provision(id).await, Disposition::Discard(_)));
    let wake = Wake::Batch { id: batch };
    let provisioned = provision_user::handle(&world.provision, wake, world.deadline()).await;
    assert!(matches!(provisioned, Disposition::Discard(_)));
    assert!(matches!(world.mail(Wake::Invite { id }).await, Disposition::Discard(_)));
    assert!(matches!(world.mail(wake).await, Disposition::Discard(_)));
}

//! The contract of every table.

mod accounts;
mod actions;
mod batches;
mod due;
mod inspection;
mod invites;
mod lists;
mod progress;
mod requests;
mod settings;
pub mod steps;

use crate::people::{account_invite, beginning, keys, officer, officer_form, vendor_form};
use domain::{
    SubscriptionId,
    canary::Canary,
    mail::{Mailbox, SuppressionReason},
    webhook::{Subscription, WebhookEvent},
};
use std::time::Duration;
use store::{
    CreateOutcome, Due, JobRecord, LostRace, Store, Transaction, Updated, Written,
    due::DUE_SHARDS,
    erasure::{AuditEntry, Found, PARTS},
};

use batches::{
    a_change_of_rows_stands_or_falls_with_its_batch, a_dispatch_says_what_became_of_each_row,
    a_list_ends_with_its_last_row, a_long_list_is_read_in_its_order_and_searched_whole,
    rows_are_added_once_to_the_batch_that_was_read, rows_are_deleted_over_the_version_that_was_read,
    rows_are_paged_and_filtered, rows_within_the_bounds_change_together,
};
use invites::{
    a_failed_invite_frees_its_locks, a_known_account_is_believed_until_its_note_expires,
    a_live_invite_is_found_by_its_address, a_lock_is_freed_only_from_under_the_owner_that_was_read,
    a_lock_of_an_ended_invite_can_be_freed_with_it, a_stale_version_writes_nothing, a_token_is_used_once,
    a_tombstone_takes_the_place_of_an_invite_and_frees_its_locks, a_username_of_another_person_needs_fixing,
    an_invite_that_lives_again_takes_its_locks_again, an_invite_with_another_address_frees_the_old_one,
    one_live_invite_per_address_and_username,
};

use progress::the_progress_of_a_batch_is_that_of_its_sent_rows;
use steps::{create, created, done, found, try_write, whole_part, write};

/// Runs the whole contract on an empty table.
///
/// # Panics
///
/// When the table breaks the contract.
pub async fn all(store: &Store) {
    one_live_invite_per_address_and_username(store).await;
    a_job_is_taken_up_once(store).await;
    a_tombstone_takes_the_place_of_an_invite_and_frees_its_locks(store).await;
    rows_are_deleted_over_the_version_that_was_read(store).await;
    reading_every_part_finds_everything_once(store).await;
    a_lock_is_freed_only_from_under_the_owner_that_was_read(store).await;
    a_lock_of_an_ended_invite_can_be_freed_with_it(store).await;
    a_live_invite_is_found_by_its_address(store).await;
    a_request_to_forget_ends_in_the_audit_trail(store).await;
    a_stale_version_writes_nothing(store).await;
    a_failed_invite_frees_its_locks(store).await;
    an_invite_that_lives_again_takes_its_locks_again(store).await;
    an_invite_with_another_address_frees_the_old_one(store).await;
    a_token_is_used_once(store).await;
    a_known_account_is_believed_until_its_note_expires(store).await;
    a_username_of_another_person_needs_fixing(store).await;
    rows_are_paged_and_filtered(store).await;
    a_change_of_rows_stands_or_falls_with_its_batch(store).await;
    rows_are_added_once_to_the_batch_that_was_read(store).await;
    rows_within_the_bounds_change_together(store).await;
    a_dispatch_says_what_became_of_each_row(store).await;
    a_webhook_event_is_there_once_and_changes_over_what_was_read(store).await;
    an_update_decides_anew_after_a_lost_race(store).await;
    a_transaction_names_what_it_was_refused(store).await;
    a_mailbox_is_written_over_the_version_that_was_read(store).await;
    the_progress_of_a_batch_is_that_of_its_sent_rows(store).await;
    requests::all(store).await;
    actions::all(store).await;
    accounts::all(store).await;
    due::all(store).await;
    lists::all(store).await;
    inspection::all(store).await;
    settings::all(store).await;
    // The longest batches come last: an emulator may take as much longer for each call as the table has items.
    a_long_list_is_read_in_its_order_and_searched_whole(store).await;
    a_list_ends_with_its_last_row(store).await;
}

async fn a_job_is_taken_up_once(store: &Store) {
    assert_eq!(store.list_jobs().await.unwrap(), []);
    let now = beginning();
    let first = JobRecord { name: "totals".to_owned(), due_at: now, cursor: None, finished_at: now };
    let taken = done(store.create(first.clone()).await.unwrap());
    assert_eq!(store.create(first.clone()).await.unwrap(), Written::LostRace, "it is taken up already");
    let next = JobRecord { cursor: Some("3".to_owned()), ..first };
    let written = write(store, &taken, next.clone()).await;
    assert_eq!(written.version(), 2);
    assert_eq!(try_write(store, &taken, next).await, Written::LostRace);
    assert_eq!(store.list_jobs().await.unwrap(), std::slice::from_ref(&written));
    let other = JobRecord { name: "audit".to_owned(), due_at: now, cursor: None, finished_at: now };
    let other = done(store.create(other).await.unwrap());
    assert_eq!(store.list_jobs().await.unwrap(), [other, written], "each job has a record of its own");
}

async fn reading_every_part_finds_everything_once(store: &Store) {
    let (ada, now) = (officer("parts"), beginning());
    let invite = account_invite(&ada, &vendor_form("parts-1"), now, &crate::seeded(34));
    assert_eq!(create(store, &invite).await, CreateOutcome::Created);
    let (mut invites, mut locks) = (0, 0);
    for part in 0..PARTS {
        for found in whole_part(store, part).await {
            match found {
                Found::Invite(found) => invites += u32::from(found.id == invite.id),
                Found::Lock(lock) => locks += u32::from(lock.belongs_to(&invite) && lock.owner == invite.id),
                Found::Row(..) => {}
            }
        }
    }
    assert_eq!((invites, locks), (1, 2), "itself, and the locks of its address and username");
}

async fn a_request_to_forget_ends_in_the_audit_trail(store: &Store) {
    let person = keys().address(&crate::people::email("forget-me@sample-board.gov.sg"));
    store.request_forgetting(&person).await.unwrap();
    store.request_forgetting(&person).await.unwrap();
    assert_eq!(store.list_forget_requests().await.unwrap(), std::slice::from_ref(&person));
    let action = "FORGET_PERSON".to_owned();
    let entry = AuditEntry { action, address_key: person.clone(), invites: 1, rows: 0, at: beginning() };
    let until = beginning() + Duration::from_secs(3600);
    store.note_holders(std::slice::from_ref(&person), until).await.unwrap();
    assert_eq!(store.finish_forgetting(&entry, until).await.unwrap(), Written::Done(()));
    assert_eq!(store.held_addresses(&[person], beginning()).await.unwrap(), []);
    assert_eq!(store.finish_forgetting(&entry, until).await.unwrap(), Written::LostRace, "it is finished once");
    assert_eq!(store.list_forget_requests().await.unwrap(), []);
}

async fn a_webhook_event_is_there_once_and_changes_over_what_was_read(store: &Store) {
    let now = beginning();
    let invite = account_invite(&officer("told"), &officer_form("told"), now, &crate::seeded(13));
    let event = WebhookEvent::of_change(None, &invite, 1).unwrap();
    let Written::Done(read) = store.create(event.clone()).await.unwrap() else { panic!("it is new") };
    assert_eq!(store.create(event.clone()).await.unwrap(), Written::LostRace);
    let claimed = event.clone().claim(now).unwrap();
    write(store, &read, claimed.clone()).await;
    assert_eq!(try_write(store, &read, claimed.clone()).await, Written::LostRace);
    assert_eq!(found(store, &event.id).await, Some(claimed.clone()));
    let shards = 0..DUE_SHARDS;
    let mut due = Vec::new();
    for shard in shards {
        due.extend(store.list_due(shard, claimed.next_due().unwrap(), 1000).await.unwrap());
    }
    assert!(due.iter().any(|entry| entry.what == Due::WebhookEvent(event.id)));

    let id = SubscriptionId::of_domain(&event.agency);
    assert_eq!(found::<Subscription>(store, &id).await, None);
    let agency =
        Subscription::registered(event.agency.clone(), "https://hooks.example.com".to_owned(), "c".to_owned(), now);
    let Written::Done(read) = store.create(agency.clone()).await.unwrap() else { panic!("it is new") };
    assert_eq!(store.create(agency.clone()).await.unwrap(), Written::LostRace);
    let active = agency.challenged(Ok("c"), now).unwrap();
    write(store, &read, active.clone()).await;
    assert_eq!(try_write(store, &read, active.clone()).await, Written::LostRace);
    assert_eq!(found(store, &id).await, Some(active));
}

/// Each decision is about the current record, also after another writer was faster.
async fn an_update_decides_anew_after_a_lost_race(store: &Store) {
    let (now, to) = (beginning(), crate::people::email("canary@sample-board.gov.sg"));
    let next = |canary: Canary| Ok::<_, &str>(canary.next(to.clone(), now + Duration::from_secs(300)));
    assert_eq!(store.update(&(), next).await.unwrap(), Updated::Missing);
    let Written::Done(first) = store.create(Canary::first(to.clone(), now)).await.unwrap() else { panic!("it is new") };
    let Updated::Done { before, after } = store.update(&(), next).await.unwrap() else {
        panic!("nobody is in the way")
    };
    assert_eq!((before, after.version()), (first.to_value(), 2));
    assert_eq!(store.update(&(), |_: Canary| Ok::<_, &str>(None)).await.unwrap(), Updated::Unchanged(after));
    assert_eq!(store.update(&(), |_: Canary| Err("no")).await.unwrap(), Updated::Refused("no"));

    let key = keys().address(&crate::people::email("update@sample-board.gov.sg"));
    let suppress = |mailbox: Mailbox| Ok::<_, &str>(mailbox.suppress(SuppressionReason::Bounced, now, now));
    let suppressed = store.update(&key, suppress).await.unwrap();
    let Updated::Done { after, .. } = suppressed else { panic!("it was unknown") };
    assert_eq!(after.version(), 1);
    assert_eq!(store.update(&key, suppress).await.unwrap(), Updated::Unchanged(after));
}

/// A transaction names the writes that were refused. It goes through without writes that only delete what belongs to
/// another record.
async fn a_transaction_names_what_it_was_refused(store: &Store) {
    let (now, entropy) = (beginning(), crate::seeded(77));
    let invites =
        ["named-1", "named-2"].map(|name| account_invite(&officer("named"), &officer_form(name), now, &entropy));
    let one = created(store, &invites[0]).await;
    let other = created(store, &invites[1]).await;
    write(store, &other, other.to_value().postponed(now)).await;
    let mut transaction = Transaction::default();
    transaction.write(other.becomes(other.to_value()), 2).unwrap();
    transaction.create(invites[0].clone(), 1).unwrap();
    assert_eq!(transaction.commit(store).await.unwrap(), [1, 2], "the most telling first");
    let mut transaction = Transaction::default();
    transaction.write(one.becomes(one.to_value().postponed(now)), LostRace).unwrap();
    assert_eq!(transaction.commit(store).await.unwrap(), []);
}

async fn a_mailbox_is_written_over_the_version_that_was_read(store: &Store) {
    let now = beginning();
    let key = keys().address(&crate::people::email("mailbox-1@sample-board.gov.sg"));
    let unknown = store.find_mailbox(&key).await.unwrap();
    let suppressed = unknown.to_value().suppress(SuppressionReason::Bounced, now, now).unwrap();
    let read = write(store, &unknown, suppressed.clone()).await;
    assert_eq!(try_write(store, &unknown, suppressed).await, Written::LostRace);
    assert_eq!(store.find_mailbox(&key).await.unwrap(), read);
    write(store, &read, read.to_value().clear("an operator".to_owned(), now).unwrap()).await;
    assert_eq!(store.find_mailbox(&key).await.unwrap().is_open(), Ok(()));
}

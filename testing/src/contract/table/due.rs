//! The contract of what is due.

use std::time::Duration;

use domain::{
    BulkActionId, Timestamp, TraceId,
    bulk_action::{BulkAction, Verb},
    invite::Account,
    licence::{SeedRequest, SeedState},
    mail::{Mail, MailKind},
    webhook::WebhookEvent,
};
use store::{CreateBulkActionOutcome, Due, DueEntry, IdempotentRequest, Store, due::DUE_SHARDS};

use super::steps::{answer, created, created_batch, done, write};
use crate::people::{account_invite, beginning, draft, officer, officer_form};

pub(super) async fn all(store: &Store) {
    what_is_due_is_found_and_nothing_else(store).await;
    what_is_due_longest_is_found_first(store).await;
    each_kind_is_found_from_the_moment_it_is_due(store).await;
}

/// Everything that is due at `now`.
async fn due_at(store: &Store, now: Timestamp) -> Vec<DueEntry> {
    let mut found = Vec::new();
    for shard in 0..DUE_SHARDS {
        found.extend(store.list_due(shard, now, 1000).await.unwrap());
    }
    found
}

async fn what_is_due_is_found_and_nothing_else(store: &Store) {
    let later = beginning() + Duration::from_secs(365 * 24 * 3600);
    let invite = account_invite(&officer("due"), &officer_form("due-1"), later, &crate::seeded(11));
    let read = created(store, &invite).await;
    let due = async |now| due_at(store, now).await.iter().any(|entry| entry.what == Due::Invite(invite.id));
    let due_at = invite.next_due().unwrap();
    assert!(!due(later).await);
    assert!(due(due_at).await);
    let created = invite.clone().claim(later).unwrap();
    let created = created
        .account_created(Account { directory_id: "d".into() }, SeedState::NotRequired, later)
        .unwrap()
        .claim_mail(later)
        .unwrap()
        .mail_accepted("m".into(), later)
        .unwrap();
    assert_eq!(created.mail.as_ref().map(|mail: &Mail| mail.kind), Some(MailKind::AccountCreated));
    write(store, &read, created).await;
    assert!(!due(due_at + Duration::from_secs(3600)).await, "what waits for nobody is not found");
}

async fn what_is_due_longest_is_found_first(store: &Store) {
    let (later, entropy) = (beginning() + Duration::from_secs(380 * 24 * 3600), crate::seeded(98));
    // One more than there are shards, so one shard has two of them.
    for number in (0..=u64::from(DUE_SHARDS)).rev() {
        let form = officer_form(&format!("due-first-{number}"));
        created(store, &account_invite(&officer("due"), &form, later + Duration::from_secs(number), &entropy)).await;
    }
    for shard in 0..DUE_SHARDS {
        let all = store.list_due(shard, later + Duration::from_secs(24 * 3600), 1000).await.unwrap();
        assert!(all.is_sorted_by_key(|entry| entry.since), "{all:?}");
        let first = store.list_due(shard, later + Duration::from_secs(24 * 3600), 1).await.unwrap();
        assert_eq!(first, all.into_iter().take(1).collect::<Vec<_>>());
    }
}

async fn each_kind_is_found_from_the_moment_it_is_due(store: &Store) {
    let later = beginning() + Duration::from_secs(390 * 24 * 3600);
    let (ada, entropy) = (officer("due-kinds"), crate::seeded(99));
    let trace = || TraceId::generate(later, &crate::seeded(99));
    let invite = created(store, &account_invite(&ada, &officer_form("due-kinds"), later, &entropy)).await;
    let batch = created_batch(store, &draft(&ada, vec![officer_form("due-row")], later, &entropy).0).await;
    let id = BulkActionId::generate(later, &entropy);
    let (action, parts) = BulkAction::new(id, ada.clone(), Verb::Revoke, &[invite.id], later, trace());
    let request = IdempotentRequest::new(ada.id.clone(), "due-kinds", b"a", answer("a"), later);
    let outcome = store.create_action(&action, &parts, Some(&request)).await.unwrap();
    assert!(matches!(outcome, CreateBulkActionOutcome::Created(_)));
    let event = done(store.create(WebhookEvent::of_change(None, &invite, 1).unwrap()).await.unwrap());
    let account = Account { directory_id: "due-kinds".to_owned() };
    let asked = store.create_seed_request(SeedRequest::new(ada.id, account, later, trace())).await.unwrap();
    let asked = done(asked);
    let entries = [
        (Due::Invite(invite.id), invite.next_due()),
        (Due::Batch(batch.id), Some(batch.next_due())),
        (Due::BulkAction(id), action.next_due()),
        (Due::WebhookEvent(event.id), event.next_due()),
        (Due::SeedRequest(asked.id), Some(asked.next_due())),
    ];
    for (what, since) in entries {
        let entry = DueEntry { what, since: since.unwrap() };
        assert!(due_at(store, entry.since).await.contains(&entry), "{what}");
        let before = entry.since - Duration::from_millis(1);
        assert!(due_at(store, before).await.iter().all(|found| found.what != what), "{what} before it is due");
    }
    let batches = async |by| {
        let mut found = Vec::new();
        for shard in 0..DUE_SHARDS {
            found.extend(store.list_due_batches(shard, by).await.unwrap());
        }
        found.iter().filter(|found| **found == batch.id).count()
    };
    assert_eq!(batches(batch.next_due()).await, 1);
    assert_eq!(batches(batch.next_due() - Duration::from_millis(1)).await, 0);
}

//! The contract of lists of invites and batches.

use std::{collections::HashSet, time::Duration};

use domain::{
    BatchId, InviteId, TraceId,
    batch::{Batch, Source},
    invite::{Act, Actor, Invite},
    search::Words,
};
use store::{
    InviteQuery, Sort, Store, Transaction,
    invite_list::{Summaries, Summary},
};

use super::steps::{created, created_batch};
use crate::people::{account_invite, beginning, officer, officer_form};

pub(super) async fn all(store: &Store) {
    the_newest_invites_that_match_are_found(store).await;
    changes_of_the_last_two_minutes_are_read_again(store).await;
    an_invite_that_is_handed_over_leaves_the_list_of_who_had_it(store).await;
    batches_are_listed_page_by_page_newest_first(store).await;
}

async fn the_newest_invites_that_match_are_found(store: &Store) {
    let (ada, entropy, now) = (officer("matching"), crate::seeded(102), beginning() + Duration::from_secs(60));
    let mut newest_first = Vec::new();
    for number in 0..3 {
        let form = officer_form(&format!("matching-{number}"));
        let invite = account_invite(&ada, &form, beginning() + Duration::from_secs(number), &entropy);
        newest_first.insert(0, created(store, &invite).await.id);
    }
    created(store, &account_invite(&ada, &officer_form("other"), now, &entropy)).await;
    created(store, &account_invite(&officer("matching-bo"), &officer_form("matching-3"), now, &entropy)).await;
    let matching = InviteQuery { words: Words::of("MATCHING-"), limit: 9, ..InviteQuery::default() };
    let queries = [
        (matching.clone(), 3),
        (InviteQuery { limit: 2, ..matching.clone() }, 2),
        (InviteQuery { sort: Sort::OLDEST, limit: 2, ..matching.clone() }, 2),
        (InviteQuery { after: Some("9".to_owned()), ..matching }, 3),
    ];
    for (query, count) in queries {
        let found = store.matching_invites(&ada.id, &query, now).await.unwrap();
        assert_eq!(found, newest_first[..count], "{query:?}");
    }
}

/// A list that was read before and one that is read anew agree, there and back again.
async fn an_invite_that_is_handed_over_leaves_the_list_of_who_had_it(store: &Store) {
    let (ada, bo, entropy) = (officer("handing"), officer("handed"), crate::seeded(104));
    let begun = beginning() + Duration::from_secs(7200);
    let invite = created(store, &account_invite(&ada, &officer_form("handed-1"), begun, &entropy)).await;
    let kept = created(store, &account_invite(&ada, &officer_form("handed-2"), begun, &entropy)).await;
    let mut known = store.list_summaries(&ada.id, begun).await.unwrap();
    assert_eq!(known.len(), 2);
    for (number, (from, to, left)) in (1..).zip([(&ada, &bo, vec![kept.id]), (&bo, &ada, vec![kept.id, invite.id])]) {
        let act = Act { at: begun + Duration::from_secs(number), trace: invite.trace.clone(), action: None };
        let read = store.get::<Invite>(&invite.id).await.unwrap().unwrap();
        assert_eq!(read.officer.id, from.id);
        let mut transaction = Transaction::default();
        let next = read.to_value().hand_over(to, Actor::Officer, &act).unwrap();
        transaction.hand_over(&read, next).unwrap();
        assert!(transaction.commit(store).await.unwrap().is_empty());
        let left: HashSet<InviteId> = left.into_iter().collect();
        store.update_summaries(&mut known, &ada.id, begun).await.unwrap();
        // As it is long after the changes, too.
        let anew = store.list_summaries(&ada.id, begun + Duration::from_secs(86_000)).await.unwrap();
        for list in [&known, &anew] {
            assert_eq!(list.keys().copied().collect::<HashSet<_>>(), left, "handover {number}");
        }
    }
}

async fn changes_of_the_last_two_minutes_are_read_again(store: &Store) {
    let (ada, entropy, since) = (officer("changes"), crate::seeded(103), beginning() + Duration::from_secs(3600));
    let mut expected = Summaries::new();
    let mut missed = HashSet::new();
    for before in [0, 120_000, 120_001] {
        let at = since - Duration::from_millis(before);
        let invite = account_invite(&ada, &officer_form(&format!("changes-{before}")), at, &entropy);
        let invite = created(store, &invite).await;
        if before <= 120_000 {
            expected.insert(invite.id, Summary::of(&invite));
        } else {
            missed.insert(invite.id);
        }
    }
    let mut changes = Summaries::new();
    store.update_summaries(&mut changes, &ada.id, since).await.unwrap();
    assert_eq!(changes, expected);
    let whole = store.list_summaries(&ada.id, since).await.unwrap();
    let ids: HashSet<InviteId> = whole.into_keys().collect();
    assert_eq!(ids, expected.into_keys().chain(missed).collect());
}

async fn batches_are_listed_page_by_page_newest_first(store: &Store) {
    let (ada, entropy) = (officer("batches"), crate::seeded(104));
    let mut newest_first = Vec::new();
    for seconds in 0..5 {
        let now = beginning() + Duration::from_secs(seconds);
        let id = BatchId::generate(now, &entropy);
        let batch = Batch::new(id, ada.clone(), Source::Paste, now, TraceId::generate(now, &entropy));
        newest_first.insert(0, created_batch(store, &batch).await);
    }
    let (mut pages, mut after) = (Vec::new(), None);
    loop {
        let (page, next) = store.list_batches(&ada.id, 2, after).await.unwrap();
        pages.push(page);
        after = next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(pages, newest_first.chunks(2).collect::<Vec<_>>());
}

//! The contract of the progress of a batch's invites.

use std::{collections::BTreeMap, time::Duration};

use domain::{
    invite::{Actor, Invite, Kind, Origin, Progress},
    tombstone::InviteTombstone,
};
use store::{Store, Stored, Written, dispatch::DispatchOutcome, rows::KeyedRow};

use super::steps::{created_batch, stored, write};
use crate::people::{account_invite, beginning, draft, keys, officer, officer_form};

/// An invite that was erased counts by its row, and is in no index any more.
pub(super) async fn the_progress_of_a_batch_is_that_of_its_sent_rows(store: &Store) {
    let (ada, now, entropy) = (officer("progress"), beginning(), crate::seeded(105));
    let forms = (1..=5).map(|number| officer_form(&format!("progress-{number}"))).collect();
    let (batch, rows) = draft(&ada, forms, now, &entropy);
    created_batch(store, &batch).await;
    store.write_rows(batch.id, &rows).await.unwrap();
    let sending: Vec<_> = rows[..4]
        .iter()
        .map(|KeyedRow { row, .. }| {
            let mut invite = account_invite(&ada, &row.raw.form, now, &entropy);
            invite.origin = Origin::Batch { batch: batch.id, row: row.number, kind: Kind::Account };
            (row.version, KeyedRow::new(row.clone().sent(invite.id, now), &keys()), invite)
        })
        .collect();
    assert_eq!(store.dispatch(batch.id, &sending).await.unwrap(), [DispatchOutcome::Sent; 4]);
    let of_rows = async || store.progress_of_rows(&batch).await.unwrap();
    let of_index = async || store.batch_progress(batch.id).await.unwrap();
    assert_eq!(of_rows().await, BTreeMap::from([(Progress::Queued, 4)]));
    assert_eq!(of_index().await, BTreeMap::from([(Progress::Queued, 4)]));

    let invite = async |place: usize| -> Stored<Invite> { stored(store, &sending[place].2.id).await };
    let begun = invite(0).await;
    write(store, &begun, begun.to_value().claim(now).unwrap()).await;
    let erased = invite(1).await;
    let tombstone = InviteTombstone::of(&erased, Actor::Service, now);
    let until = now + Duration::from_secs(3600);
    assert_eq!(store.forget_invite(&erased, &tombstone, until).await.unwrap(), Written::Done(()));
    let there = BTreeMap::from([(Progress::Queued, 2), (Progress::Provisioning, 1)]);
    assert_eq!(of_index().await, there);
    assert_eq!(of_rows().await, there.into_iter().chain([(Progress::Deleted, 1)]).collect());
}

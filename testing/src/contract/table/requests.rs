//! The contract of requests with a key, and of what they count.

use std::{num::NonZeroU32, time::Duration};

use domain::{
    invite::Invite,
    usage::{SingleCaps, Usage},
};
use store::{CreateOutcome, IdempotentRequest, KeyUse, KeyedRequest, Store, Stored, Updated};

use super::steps::{answer, found};
use crate::people::{account_invite, beginning, officer, officer_form};

const CAPS: SingleCaps = SingleCaps { per_hour: NonZeroU32::MAX, per_day: NonZeroU32::MAX };

pub(super) async fn all(store: &Store) {
    a_repeated_request_gets_its_first_answer(store).await;
    a_request_is_counted_once(store).await;
    what_an_officer_asks_for_is_counted_from_nothing(store).await;
}

async fn a_repeated_request_gets_its_first_answer(store: &Store) {
    let ada = officer("repeat-ada");
    let entropy = crate::seeded(2);
    let request = |officer: &domain::Officer, body: &str, at| {
        IdempotentRequest::new(officer.id.clone(), "key-1", body.as_bytes(), answer(body), at)
    };
    let invite = |name: &str| account_invite(&ada, &officer_form(name), beginning(), &entropy);
    let at = beginning();
    let outcome = store.create_invite(&invite("repeat-1"), Some(&request(&ada, "one", at))).await.unwrap();
    assert_eq!(outcome, CreateOutcome::Created);
    let outcome = store.create_invite(&invite("repeat-1"), Some(&request(&ada, "one", at))).await.unwrap();
    assert_eq!(outcome, CreateOutcome::Replay(answer("one")));
    let outcome = store.create_invite(&invite("repeat-2"), Some(&request(&ada, "two", at))).await.unwrap();
    assert_eq!(outcome, CreateOutcome::KeyReused, "the body is compared on the very path where the key is found taken");
    let bo = officer("repeat-bo");
    let other = account_invite(&bo, &officer_form("repeat-3"), at, &entropy);
    let outcome = store.create_invite(&other, Some(&request(&bo, "three", at))).await.unwrap();
    assert_eq!(outcome, CreateOutcome::Created, "another officer's key is another key");
    let last = at + Duration::from_secs(24 * 3600);
    let outcome = store.create_invite(&invite("repeat-1"), Some(&request(&ada, "one", last))).await.unwrap();
    assert_eq!(outcome, CreateOutcome::Replay(answer("one")), "for a whole day");
    let key_use = async |body: &str, at| {
        store.key_use(&KeyedRequest::new(ada.id.clone(), "key-1", body.as_bytes()), at).await.unwrap()
    };
    assert_eq!(key_use("one", last).await, KeyUse::Same(answer("one")));
    assert_eq!(key_use("two", last).await, KeyUse::Other);
    let later = last + Duration::from_secs(1);
    assert_eq!(key_use("one", later).await, KeyUse::None);
    let outcome = store.create_invite(&invite("repeat-1"), Some(&request(&ada, "one", later))).await.unwrap();
    assert_eq!(outcome, CreateOutcome::AddressTaken, "a forgotten key does not unlock the address");
    let outcome = store.create_invite(&invite("repeat-4"), Some(&request(&ada, "four", later))).await.unwrap();
    assert_eq!(outcome, CreateOutcome::Created, "a key is forgotten by the clock, deleted or not");
}

/// The usage is written with what the request creates, over the version that was read, or nothing is written.
async fn a_request_is_counted_once(store: &Store) {
    let (ada, now, entropy) = (officer("counted"), beginning(), crate::seeded(97));
    let invite = |name: &str| account_invite(&ada, &officer_form(name), now, &entropy);
    let request = |key: &str, read: &Stored<Usage>| {
        let counted = read.becomes(read.to_value().one(&CAPS, now).unwrap());
        IdempotentRequest::new(ada.id.clone(), key, key.as_bytes(), answer(key), now).counted(counted)
    };
    let none = store.find_usage(&ada.id).await.unwrap();
    let first = invite("counted-1");
    let outcome = store.create_invite(&first, Some(&request("first", &none))).await.unwrap();
    assert_eq!(outcome, CreateOutcome::Created);
    let once = store.find_usage(&ada.id).await.unwrap();
    assert_eq!((once.version(), once.to_value()), (1, none.to_value().one(&CAPS, now).unwrap()));
    let outcome = store.create_invite(&first, Some(&request("first", &once))).await.unwrap();
    assert_eq!(outcome, CreateOutcome::Replay(answer("first")));
    let second = invite("counted-2");
    let outcome = store.create_invite(&second, Some(&request("second", &none))).await.unwrap();
    assert_eq!(outcome, CreateOutcome::LostRace, "another request was counted in between");
    assert_eq!(found::<Invite>(store, &second.id).await, None);
    assert_eq!(store.find_usage(&ada.id).await.unwrap(), once);
}

async fn what_an_officer_asks_for_is_counted_from_nothing(store: &Store) {
    let (id, now) = (officer("counted-first").id, beginning());
    let updated = store.update(&id, |usage: Usage| usage.one(&CAPS, now).map(Some)).await.unwrap();
    let Updated::Done { before, after } = updated else { panic!("nothing is counted yet") };
    assert_eq!((before, after.version()), (Usage::none(id.clone()), 1));
    assert_eq!(store.find_usage(&id).await.unwrap(), after);
}

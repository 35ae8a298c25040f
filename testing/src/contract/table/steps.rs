//! What the assertions do with the table again and again.

use domain::{batch::Batch, invite::Invite};
use store::{CreateOutcome, Record, SavedAnswer, Store, Stored, Written, erasure::Found};

pub(super) fn answer(body: &str) -> SavedAnswer {
    SavedAnswer { status: 202, location: Some("/x".to_owned()), body: body.to_owned() }
}

/// Stores a new invite, if its address and username are free.
///
/// # Panics
///
/// When the table cannot be used.
pub async fn create(store: &Store, invite: &Invite) -> CreateOutcome {
    store.create_invite(invite, None).await.unwrap()
}

/// Stores a new invite, and returns it.
///
/// # Panics
///
/// When the table cannot be used, or the address or username is taken.
pub async fn created(store: &Store, invite: &Invite) -> Stored<Invite> {
    assert_eq!(create(store, invite).await, CreateOutcome::Created);
    stored(store, &invite.id).await
}

pub(super) async fn stored<T: Record>(store: &Store, id: &T::Id) -> Stored<T> {
    store.get(id).await.unwrap().unwrap()
}

pub(super) async fn found<T: Record>(store: &Store, id: &T::Id) -> Option<T> {
    store.get(id).await.unwrap().map(Stored::into_value)
}

/// What was written. A lost race fails the test.
pub(super) fn done<T>(written: Written<T>) -> T {
    match written {
        Written::Done(value) => value,
        Written::LostRace => panic!("the race is lost"),
    }
}

/// Writes a change.
///
/// # Panics
///
/// When the table cannot be used, or the race is lost.
pub async fn write<T: Record>(store: &Store, read: &Stored<T>, next: T) -> Stored<T> {
    done(store.write(read.becomes(next)).await.unwrap())
}

/// Writes a change, which may lose a race.
pub(super) async fn try_write<T: Record>(store: &Store, read: &Stored<T>, next: T) -> Written {
    store.write(read.becomes(next)).await.unwrap().without_value()
}

/// The batch as it was written.
///
/// # Panics
///
/// When it cannot be written.
pub async fn created_batch(store: &Store, batch: &Batch) -> Stored<Batch> {
    match store.create_batch(batch).await.unwrap() {
        Written::Done(stored) => stored,
        Written::LostRace => panic!("there is one already"),
    }
}

pub(super) async fn whole_part(store: &Store, part: u32) -> Vec<Found> {
    let (mut found, mut from) = (Vec::new(), None);
    loop {
        let page = store.read_part(part, from).await.unwrap();
        found.extend(page.found);
        from = page.next;
        if from.is_none() {
            return found;
        }
    }
}
